"""Clocks of records: instructions, promises of a questioning, months, spot checks, the yearly minors' audit."""

from datetime import date, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.urls import reverse

from portal.notices.models import StaffNotice
from suggestions import outbox
from suggestions.clock import SHANGHAI
from suggestions.errors import DomainError, Invalid, NotAllowed
from suggestions.models import (
    Clock,
    ClockReminder,
    LeaderInstruction,
    MinorsAudit,
    QaPromise,
    QaSession,
    RecordEvent,
    Suggestion,
    SupervisionOrder,
    Visit,
)
from suggestions.services import (
    calendars,
    chain,
    clocks,
    instructing,
    lapses,
    minors_audit,
    questioning,
    reminders,
    supervising,
    supervision_rules,
    visiting,
)
from tests import world as w
from tests.suggestions.desk.cast import main_text, sign_in
from tests.world import MONDAY, World

pytestmark = pytest.mark.django_db
TODAY = MONDAY.date()


@pytest.fixture
def city(db: None) -> World:
    call_command("load_workdays", verbosity=0, stdout=StringIO())
    return w.make_world()


def at(days: int) -> datetime:
    return MONDAY + timedelta(days=days)


def handled(city: World, **changes: Any) -> Suggestion:
    item = w.submit(city, **changes).suggestion
    w.accept(city, item, at=MONDAY)
    w.dispatch(city, item, at=MONDAY)
    return w.sign_in(city, item, at=MONDAY)


def told(clock: Clock, step: str) -> set[str]:
    rows = ClockReminder.objects.filter(clock=clock, step=step)
    return {u.username for r in rows for u in r.told.all()}


def every_day(first: int, last: int) -> None:
    for n in range(first, last + 1):
        reminders.send(now=at(n))


def of(record: Any) -> Clock:
    return clocks.of_record(record).get(stopped_at=None)


# Instructions.
def instructed(city: World, **changes: Any) -> LeaderInstruction:
    return instructing.give(
        jurisdiction=city.jurisdiction, text="请认真研究，能办的先办。", suggestion=handled(city), unit=city.bus,
        actor=city.actor("leader"), at=MONDAY, **{"audience": "unit", **changes},
    )  # fmt: skip


def test_an_instruction_runs_to_the_leaders_day_or_else_to_its_rule(city: World) -> None:
    named = instructed(city, report_by=date(2026, 11, 12))
    open_ended = instructed(city)
    assert (of(named).kind, of(named).due_on, of(named).holder_unit) == (
        "KL",
        date(2026, 11, 12),
        city.bus,
    )
    assert clocks.explain_in_words(of(named)) == ["这是定下的日期：11月12日24:00。"]
    assert of(open_ended).due_on == open_ended.report_by == date(2026, 11, 23)
    assert "数15个工作日" in clocks.explain_in_words(of(open_ended))[0]


def test_the_records_page_says_how_its_date_was_computed(city: World) -> None:
    held = instructed(city)
    page = reverse("desk:record", args=["instruction", held.pk])
    shown = main_text(sign_in(city, "unit_head:bus").get(page))
    assert "期限怎么算的" in shown
    assert "数15个工作日，到11月23日24:00" in shown
    instructing.report(
        instruction=held, text="已到现场。", actor=city.actor("unit_head:bus"), at=at(1)
    )
    assert "期限怎么算的" not in main_text(sign_in(city, "leader").get(page))


def test_an_instruction_not_reported_on_climbs_to_the_leader_and_never_reaches_a_unit_it_hides_from(
    city: World,
) -> None:
    shown, inside = instructed(city), instructed(city, audience="office")
    every_day(1, 30)
    assert told(of(shown), "due") == {"liaison-bus", "handler-bus"}
    assert told(of(shown), "head") == {"unit_head-bus"}
    assert told(of(shown), "leader") == {"leader"}
    everybody = {u for step in ("half", "due", "late", "head") for u in told(of(inside), step)}
    assert not [name for name in everybody if name.endswith(("-bus", "-water"))]
    assert told(of(inside), "due") == {"supervisor"}


def test_a_report_ends_the_clock_and_one_sent_back_starts_it_anew(city: World) -> None:
    held = instructed(city)
    first = of(held)
    instructing.report(
        instruction=held, text="已到现场。", actor=city.actor("unit_head:bus"), at=at(2)
    )
    first.refresh_from_db()
    assert first.stop_reason == "instruction_report"
    assert held.due_on is None
    instructing.send_back(
        instruction=held, reason="请写清时间表。", actor=city.actor("leader"), at=at(3)
    )
    assert of(held).pk != first.pk
    assert held.due_on == of(held).due_on == date(2026, 11, 26)


# Promises of a questioning.
def promised(city: World, *, day: date = date(2026, 12, 21)) -> QaPromise:
    office, head = city.actor("triage_officer"), city.actor("unit_head:bus")
    session = QaSession(
        jurisdiction=city.jurisdiction, theme="城市照明", head_present="市交通局局长", opens_on=TODAY,
        closes_on=TODAY + timedelta(days=5),
    )  # fmt: skip
    questioning.plan(session=session, units=[city.bus], actor=office, at=MONDAY)
    questioning.open_window(session=session, actor=office, at=MONDAY)
    asked = questioning.ask(session=session, text="什么时候装？", actor=office, at=MONDAY)
    questioning.release(
        question=asked, public_text="什么时候装？", unit=city.bus, actor=office, at=MONDAY
    )
    questioning.answer(
        question=asked, text="分两批装。", measure="第一批装好", due_on=day, actor=head, at=MONDAY
    )
    return QaPromise.objects.select_related("question__session", "unit").get()


def test_a_promise_made_in_public_has_a_clock_with_reminders_and_the_ladder(city: World) -> None:
    promise = promised(city)
    clock = of(promise)
    assert (clock.kind, clock.due_on, clock.holder_unit) == ("K18", date(2026, 12, 21), city.bus)
    assert clocks.explain_in_words(clock) == ["这是承诺的日期：12月21日24:00。"]
    every_day(1, 60)
    steps = list(ClockReminder.objects.filter(clock=clock).values_list("step", "on").order_by("on"))
    assert ("far", date(2026, 11, 30)) in steps
    assert ("near", date(2026, 12, 16)) in steps
    assert told(clock, "leader") == {"leader"}
    outbox.deliver(now=at(400))
    line = StaffNotice.objects.filter(code="staff.clock", user__username="liaison-bus").first()
    assert line is not None
    assert line.url == reverse("desk:record", args=["questioning", promise.question.session_id])
    assert not list(chain.verify())


def test_a_promise_that_moved_keeps_its_first_day_and_one_that_was_missed_is_kept_late(
    city: World,
) -> None:
    promise, head = promised(city), city.actor("unit_head:bus")
    with pytest.raises(Invalid):
        questioning.move_promise(
            promise=promise, due_on=date(2026, 12, 1), reason="早一点", actor=head, at=at(1)
        )
    questioning.move_promise(
        promise=promise, due_on=date(2026, 12, 28), reason="材料晚到", actor=head, at=at(1)
    )
    clock = of(promise)
    assert (clock.due_on, clock.first_due_on, promise.due_on) == (
        date(2026, 12, 28),
        date(2026, 12, 21),
        date(2026, 12, 28),
    )
    lapses.run(now=at(60))
    promise.refresh_from_db()
    assert promise.status == "missed"
    assert of(promise).pk == clock.pk  # runs on until it is kept
    with pytest.raises(NotAllowed):
        questioning.keep(
            promise=promise, proof="装好了。", actor=city.actor("handler:water"), at=at(61)
        )
    questioning.keep(promise=promise, proof="第一批装好了。", actor=head, at=at(61))
    assert (promise.status, promise.promised_on) == ("kept", date(2026, 12, 28))
    assert not clocks.of_record(promise).filter(stopped_at=None).exists()
    with pytest.raises(DomainError, match="已经登记"):
        questioning.keep(promise=promise, proof="装好了。", actor=head, at=at(62))


def test_a_loaded_calendar_moves_the_clock_of_a_record_and_its_chain_says_so(city: World) -> None:
    held = instructing.give(
        jurisdiction=city.jurisdiction, text="请研究。", unit=city.bus, audience="unit", actor=city.actor("leader"),
        at=datetime(2026, 12, 14, 9, tzinfo=SHANGHAI),
    )  # fmt: skip
    assert of(held).provisional
    calendars.write(calendars.read(["2027-01-04,0,元旦"]), source="放假通知", at=at(50))
    held.refresh_from_db()
    assert held.due_on == of(held).due_on == date(2027, 1, 6)
    assert RecordEvent.objects.filter(
        machine="instruction", record_id=held.pk, name="clock_moved"
    ).exists()


# The month.
def test_a_month_not_reported_by_the_third_working_day_is_marked_and_the_room_says_so(
    city: World, time_machine: Any
) -> None:
    handled(city)
    time_machine.move_to(datetime(2026, 12, 7, 9, tzinfo=SHANGHAI))
    lapses.run(now=datetime(2026, 12, 1, 9, tzinfo=SHANGHAI))
    lapses.run(now=datetime(2026, 12, 7, 9, tzinfo=SHANGHAI))
    late = RecordEvent.objects.get(name="month_lapse")
    assert late.at.astimezone(SHANGHAI) == datetime(2026, 12, 4, tzinfo=SHANGHAI)
    client = sign_in(city, "supervisor")
    home = client.get(reverse("desk:home")).content.decode()
    assert reverse("desk:months") in home
    assert "逾期未报" in main_text(client.get(reverse("desk:months")))
    assert (
        reverse("desk:months")
        not in sign_in(city, "triage_officer").get(reverse("desk:queue")).content.decode()
    )


# Spot checks.
def ordered(city: World, item: Suggestion) -> SupervisionOrder:
    return supervising.start(
        jurisdiction=city.jurisdiction, rule="overdue", unit=city.bus, suggestion=item, level=3, text="请说明。",
        basis="《信访工作条例》第四十条", actor=city.actor("supervisor"), at=MONDAY,
    )  # fmt: skip


def test_a_spot_check_of_an_order_is_a_return_visit_the_unit_does_not_see(city: World) -> None:
    order = ordered(city, handled(city))
    visit = supervising.spot_check(order=order, actor=city.actor("supervisor"), at=at(1))
    assert (visit.order, visit.why, of(visit).kind) == (order, "spot", "K14")
    visiting.record(
        visit=visit, contacted=False, solved="no", words="没有人打过电话", actor=city.actor("intake_clerk"), at=at(2)
    )  # fmt: skip
    page = reverse("desk:record", args=["supervision", order.pk])
    assert "没有人打过电话" in main_text(sign_in(city, "supervisor").get(page))
    unit = main_text(sign_in(city, "unit_head:bus").get(page))
    assert "抽查" not in unit
    assert "没有人打过电话" not in unit
    # The order runs and its supervisor has read it: no second order is proposed.
    supervision_rules.propose_all(now=at(3))
    assert not SupervisionOrder.objects.filter(rule="visit_bad").exists()


def test_a_bad_visit_is_proposed_for_supervision_once_with_what_was_said(city: World) -> None:
    item = handled(city)
    visit = visiting.plan(suggestion=item, why="spot", actor=city.actor("supervisor"), at=at(1))
    visiting.record(
        visit=visit, contacted=False, solved="no", actor=city.actor("intake_clerk"), at=at(2)
    )
    for _ in range(2):
        supervision_rules.propose_all(now=at(3))
    order = SupervisionOrder.objects.get(rule="visit_bad")
    assert (order.suggestion, order.unit) == (item, city.bus)
    assert order.evidence == ["事先不通知的抽查时建议人反映：承办单位没有联系过，没有解决。"]


def test_an_order_about_no_single_item_cannot_be_spot_checked(city: World) -> None:
    order = SupervisionOrder(
        jurisdiction=city.jurisdiction, status="issued", rule="other", unit=city.bus, level=3
    )
    with pytest.raises(DomainError, match="不是针对一件"):
        supervising.spot_check(order=order, actor=city.actor("supervisor"), at=MONDAY)
    assert not Visit.objects.exists()


# The yearly audit.
def test_the_audit_of_minors_data_opens_each_january_with_counts_and_no_person(
    city: World, time_machine: Any
) -> None:
    w.submit(city, age_band="14_17")
    w.submit(city)
    new_year = datetime(2027, 1, 4, 9, tzinfo=SHANGHAI)
    assert minors_audit.sweep(now=at(3)) == 0
    assert minors_audit.sweep(now=new_year) == 1
    assert minors_audit.sweep(now=new_year) == 0
    audit = MinorsAudit.objects.get()
    assert (audit.year, audit.status, audit.due_kind, audit.due_on) == (
        2026,
        "open",
        "KM",
        date(2027, 4, 1),
    )
    assert audit.figures["收到未成年人的件"] == 1
    assert "林小满" not in str(audit.figures)
    opened = RecordEvent.objects.get(name="minors_audit_open")
    assert opened.at.astimezone(SHANGHAI) == datetime(2027, 1, 1, tzinfo=SHANGHAI)
    time_machine.move_to(new_year)
    page = reverse("desk:privacy_record", args=["minors", audit.pk])
    officer = sign_in(city, "privacy_officer")
    assert "收到未成年人的件1" in main_text(officer.get(page))
    assert sign_in(city, "triage_officer").get(page).status_code in (403, 404)
    empty = officer.post(page, {"act": "minors_audit_report", "words": " "})
    assert empty.status_code == 422
    officer.post(
        page, {"act": "minors_audit_report", "words": "抽看20件，查看都有批准，没有发现问题。"}
    )
    audit.refresh_from_db()
    assert (audit.status, audit.reported_by) == ("reported", city.users["privacy_officer"])
    assert not clocks.of_record(audit).filter(stopped_at=None).exists()


def test_an_audit_nobody_reported_is_marked_at_its_legal_moment_and_climbs(city: World) -> None:
    w.submit(city, age_band="14_17")
    lapses.run(now=datetime(2027, 1, 4, 9, tzinfo=SHANGHAI))
    lapses.run(now=datetime(2027, 4, 9, 9, tzinfo=SHANGHAI))
    audit = MinorsAudit.objects.get()
    late = RecordEvent.objects.get(name="minors_audit_lapse")
    assert (audit.status, late.at.astimezone(SHANGHAI)) == (
        "overdue",
        datetime(2027, 4, 2, tzinfo=SHANGHAI),
    )
    assert told(of(audit), "leader") == {"leader"}
