"""Reminders and the ladder of the late: who hears when, once, and not while the clock is paused (process.md section 5)."""

from datetime import date, datetime, time, timedelta
from io import StringIO

import pytest
from django.core.management import call_command

from portal.notices.models import StaffNotice
from suggestions import outbox, reminding
from suggestions.actor import Actor
from suggestions.clock import DEFAULT_RULES, SHANGHAI, Workdays
from suggestions.errors import DomainError, Invalid
from suggestions.management.commands.load_workdays import packaged_days
from suggestions.models import CaseEvent, Clock, ClockReminder, Outbox, Suggestion
from suggestions.services import calendars, clocks, intake, reminders, triage
from tests import world as w
from tests.world import MONDAY, World

TRIAGE = {"triage_officer", "triage_officer_2"}
RULES = {rule.kind: rule for rule in DEFAULT_RULES}


def official() -> Workdays:
    days = packaged_days(2026)
    return Workdays({d.date: d.is_working for d in days}, {}, frozenset({2026}))


def planned(kind: str, start: str, due: str, until: str) -> list[tuple[str, str]]:
    found = reminding.steps(
        RULES[kind], date.fromisoformat(start), date.fromisoformat(due), official(),
        until=date.fromisoformat(until),
    )  # fmt: skip
    return [(p.on.isoformat(), p.step) for p in found]


def test_fifteen_working_days_are_reminded_half_way_two_days_before_and_on_the_day() -> None:
    assert planned("K7a", "2026-11-02", "2026-11-23", "2026-11-23") == [
        ("2026-11-12", "half"), ("2026-11-19", "before"), ("2026-11-23", "due"),
    ]  # fmt: skip


def test_the_target_of_forwarding_is_reminded_of_and_missed_once_but_never_climbs() -> None:
    # Three working days from a Monday: Thursday; the limit of the law beside it climbs by itself (K2).
    assert planned("K2t", "2026-11-02", "2026-11-05", "2026-12-31") == [
        ("2026-11-03", "before"), ("2026-11-05", "due"), ("2026-11-06", "late"),
    ]  # fmt: skip
    following = [
        reminding.following(RULES["K2t"], date(2026, 11, 2), date(2026, 11, 5), official(), after=date(2026, 11, d))
        for d in (2, 3, 5, 6)
    ]  # fmt: skip
    assert following == [date(2026, 11, 3), date(2026, 11, 5), date(2026, 11, 6), None]


def test_a_late_clock_climbs_after_one_three_and_five_working_days() -> None:
    late = [
        s for s in planned("K7a", "2026-11-02", "2026-11-23", "2026-11-30") if s[0] > "2026-11-23"
    ]
    assert [s for s in late if s[1] != "late"] == [
        ("2026-11-24", "head"), ("2026-11-26", "supervisor"), ("2026-11-30", "leader"),
    ]  # fmt: skip
    # Every working day, and no weekend.
    assert [day for day, step in late if step == "late"] == [
        "2026-11-24", "2026-11-25", "2026-11-26", "2026-11-27", "2026-11-30",
    ]  # fmt: skip


def test_a_reminder_of_a_holiday_is_sent_on_the_working_day_before_it() -> None:
    # Fifteen calendar days end on National Day, an agency's date that does not roll.
    found = {step: day for day, step in planned("K2", "2026-09-16", "2026-10-01", "2026-10-01")}
    assert found == {"due": "2026-09-30", "before": "2026-09-29", "half": "2026-09-24"}


def test_one_working_day_is_too_short_for_more_than_its_own_day() -> None:
    assert planned("K4", "2026-11-02", "2026-11-03", "2026-11-03") == [("2026-11-03", "due")]


@pytest.mark.parametrize("kind", ["K10", "K13", "K5", "K20", "K21", "K22"])
def test_a_citizens_deadline_a_right_and_a_plain_period_remind_nobody(kind: str) -> None:
    assert planned(kind, "2026-11-02", "2026-11-17", "2026-12-31") == []


def test_the_next_reminder_is_always_later_than_the_day_asked_about() -> None:
    start, due, calendar = date(2026, 11, 2), date(2026, 11, 23), official()
    day, seen = start, []
    while len(seen) < 8:
        found = reminding.following(RULES["K7a"], start, due, calendar, after=day)
        assert found is not None
        assert found > day
        day = found
        seen.append(found)
    steps = {p.on for p in reminding.steps(RULES["K7a"], start, due, calendar, until=seen[-1])}
    assert set(seen) == steps


# Through the sweep.
def at(day: str, hour: int = 9) -> datetime:
    return datetime.combine(date.fromisoformat(day), time(hour), tzinfo=SHANGHAI)


@pytest.fixture
def city(db: None) -> World:
    call_command("load_workdays", stdout=StringIO())
    return w.make_world()


@pytest.fixture
def handled(city: World) -> Suggestion:
    """In the hands of the transport bureau since Monday 2 November, due on the 23rd."""
    item = w.submit(city).suggestion
    w.accept(city, item, at=MONDAY + timedelta(minutes=10))
    w.dispatch(city, item, at=MONDAY + timedelta(minutes=20))
    return w.sign_in(city, item, at=MONDAY + timedelta(minutes=30))


def sent(kind: str = "K7a") -> list[tuple[str, str]]:
    rows = ClockReminder.objects.filter(clock__kind=kind, superseded=False).order_by("on", "pk")
    return [(r.on.isoformat(), r.step) for r in rows]


def told(step: str, kind: str = "K7a") -> set[str]:
    rows = ClockReminder.objects.filter(clock__kind=kind, step=step, superseded=False)
    return {user.username for row in rows for user in row.told.all()}


def every_day(first: str, last: str) -> None:
    day = date.fromisoformat(first)
    while day <= date.fromisoformat(last):
        reminders.send(now=at(day.isoformat()))
        reminders.send(now=at(day.isoformat(), 15))
        day += timedelta(days=1)


def test_each_step_goes_once_to_whom_it_is_for(handled: Suggestion) -> None:
    every_day("2026-11-02", "2026-11-30")
    assert [s for s in sent() if s[1] != "late"] == [
        ("2026-11-12", "half"), ("2026-11-19", "before"), ("2026-11-23", "due"), ("2026-11-24", "head"),
        ("2026-11-26", "supervisor"), ("2026-11-30", "leader"),
    ]  # fmt: skip
    assert told("half") == told("late") == {"liaison-bus", "handler-bus"}
    assert told("head") == {"unit_head-bus"}
    assert told("supervisor") == {"supervisor"}
    assert told("leader") == {"leader"}
    assert len(sent()) == len(set(sent()))


def test_five_working_days_late_is_marked_for_the_bulletin_and_said_in_the_timeline(
    handled: Suggestion,
) -> None:
    every_day("2026-11-23", "2026-11-29")
    assert Clock.objects.get(kind="K7a").bulletin_on is None
    reminders.send(now=at("2026-11-30"))
    assert Clock.objects.get(kind="K7a").bulletin_on == date(2026, 11, 30)
    event = CaseEvent.objects.get(suggestion=handled, name="clock_bulletin")
    assert "逾期5个工作日" in event.words
    assert event.visibility == "staff"


def test_a_missed_fortnight_heals_with_one_line_to_the_holder_and_every_rung_of_the_ladder(
    handled: Suggestion,
) -> None:
    reminders.send(now=at("2026-11-30"))
    assert sent() == [
        ("2026-11-24", "head"), ("2026-11-26", "supervisor"), ("2026-11-30", "leader"), ("2026-11-30", "late"),
    ]  # fmt: skip
    kept = ClockReminder.objects.filter(clock__kind="K7a", superseded=True)
    assert {r.step for r in kept} == {"half", "before", "due"}


def test_nobody_is_reminded_on_a_rest_day_or_before_eight(handled: Suggestion) -> None:
    assert reminders.send(now=at("2026-11-21")) == 0
    assert reminders.send(now=at("2026-11-23", 7)) == 0
    assert reminders.send(now=at("2026-11-23", 8)) > 0


def test_a_paused_clock_is_silent_and_goes_on_with_its_new_date(city: World) -> None:
    item = w.submit(city).suggestion  # K2: due on 17 November
    triage.request_supplement(
        suggestion=item, asked="请写明是哪一站。", actor=city.actor("triage_officer"), at=MONDAY + timedelta(days=1)
    )  # fmt: skip
    every_day("2026-11-03", "2026-11-10")
    assert sent("K2") == []
    intake.supplement(
        suggestion=item, answer="人民路站。", actor=Actor.author(), at=at("2026-11-10", 10)
    )
    assert Clock.objects.get(kind="K2").due_on == date(2026, 11, 24)
    every_day("2026-11-10", "2026-11-24")
    assert [step for _, step in sent("K2")] == ["half", "before", "due"]
    assert sent("K2")[-1] == ("2026-11-24", "due")


def test_the_offices_clocks_remind_the_triage_officers(city: World) -> None:
    w.submit(city)
    every_day("2026-11-16", "2026-11-17")
    assert set() < told("due", "K2") <= TRIAGE


def test_a_stopped_clock_says_nothing_even_when_a_reminder_waits(handled: Suggestion) -> None:
    reminders.send(now=at("2026-11-23"))
    assert Outbox.objects.filter(kind=reminders.CLOCK_REMINDER).exists()
    Clock.objects.update(stopped_at=at("2026-11-23", 9), stop_reason="pass_reply")
    outbox.deliver(now=at("2026-11-23", 10) + timedelta(days=400))
    assert not StaffNotice.objects.filter(code="staff.clock").exists()


def test_a_line_names_the_number_and_the_duty_and_never_the_text(
    handled: Suggestion,
) -> None:
    reminders.send(now=at("2026-11-23"))
    outbox.deliver(now=at("2026-11-23") + timedelta(days=400))
    line = StaffNotice.objects.get(
        code="staff.clock", user__username="liaison-bus", text__contains="办理答复"
    )
    assert line.text == f"{handled.case_no} “办理答复”今天应办，11月23日到期"
    assert handled.original_title not in line.text
    assert handled.case_no in line.url


def test_an_hour_clock_is_met_on_the_hour_at_night_and_on_rest_days(handled: Suggestion) -> None:
    flagged = at("2026-11-07", 22)  # a Saturday night
    clock = clocks.start(handled, "K23", at=flagged)
    assert clock.due_at == at("2026-11-08", 0)
    assert reminders.send(now=flagged + timedelta(minutes=30)) == 0
    assert reminders.send(now=flagged + timedelta(minutes=61)) == 1
    assert reminders.send(now=flagged + timedelta(minutes=70)) == 0
    assert reminders.send(now=flagged + timedelta(minutes=121)) == 1
    assert [step for _, step in sent("K23")] == ["half", "due"]
    assert set() < told("due", "K23") <= TRIAGE


def test_a_rung_that_nobody_holds_goes_to_the_next(handled: Suggestion, city: World) -> None:
    city.users["unit_head:bus"].staff_roles.all().delete()
    every_day("2026-11-24", "2026-11-24")
    assert told("head") == {"supervisor"}


# Co-units, extensions, promises.
def test_a_co_units_clock_is_half_of_the_leads_where_that_is_shorter(city: World) -> None:
    item = w.submit(city).suggestion
    w.accept(city, item, at=MONDAY)
    w.dispatch(city, item, at=MONDAY, co=True)
    clock = Clock.objects.get(kind="K9")
    assert (clock.length, clock.unit) == (7, "wd")
    assert clock.due_on == date(2026, 11, 11)
    assert "主办时限的一半" in "".join(clocks.explain_in_words(clock))


def test_an_extension_is_granted_once_before_the_date_and_for_thirty_days_at_most(
    handled: Suggestion,
) -> None:
    clock = Clock.objects.select_related("rule").get(kind="K7a")
    with pytest.raises(Invalid):
        clocks.extend(clock, until=date(2026, 12, 24), at=at("2026-11-20"))
    with pytest.raises(Invalid):
        clocks.extend(clock, until=clock.due_on, at=at("2026-11-20"))
    with pytest.raises(DomainError):
        clocks.extend(clock, until=date(2026, 12, 1), at=at("2026-11-24"))
    clocks.extend(clock, until=date(2026, 12, 23), at=at("2026-11-23"))
    clock.refresh_from_db()
    assert (clock.due_on, clock.first_due_on) == (date(2026, 12, 23), date(2026, 11, 23))
    assert "经批准延到12月23日" in "".join(clocks.explain_in_words(clock))
    with pytest.raises(DomainError, match="延过一次"):
        clocks.extend(clock, until=date(2026, 12, 30), at=at("2026-11-24"))


def test_an_extended_date_has_its_own_reminders(handled: Suggestion) -> None:
    every_day("2026-11-12", "2026-11-19")
    clocks.extend(
        Clock.objects.select_related("rule").get(kind="K7a"),
        until=date(2026, 12, 1),
        at=at("2026-11-20"),
    )
    every_day("2026-11-20", "2026-12-01")
    assert sent() == [
        ("2026-11-12", "half"), ("2026-11-19", "before"), ("2026-11-27", "before"), ("2026-12-01", "due"),
    ]  # fmt: skip


# Next year's calendar.
@pytest.mark.parametrize(
    ("day", "year"),
    [("2026-10-31", None), ("2026-11-01", 2027), ("2026-12-31", 2027), ("2027-01-01", 2027)],
)
def test_a_missing_year_is_missed_from_the_first_of_november(
    city: World, day: str, year: int | None
) -> None:
    assert calendars.missing_year(date.fromisoformat(day)) == year


def test_administrators_hear_of_a_missing_year_once_a_week(city: World) -> None:
    for day in ("2026-11-02", "2026-11-03", "2026-11-08"):
        calendars.alarm(now=at(day))
    assert Outbox.objects.filter(kind=calendars.CALENDAR_ALARM).count() == 1
    calendars.alarm(now=at("2026-11-09"))
    outbox.deliver(now=at("2026-11-09") + timedelta(days=400))
    lines = StaffNotice.objects.filter(code="staff.calendar")
    assert {n.user.username for n in lines} == {"sys_admin", "supervisor"}
    assert lines.count() == 4
    assert not CaseEvent.objects.exists()
