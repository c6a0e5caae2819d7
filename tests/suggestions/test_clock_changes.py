"""Rules and calendar changed by two persons: what moves, what stays, who is told (process.md section 5, 5.1)."""

from datetime import date, datetime, time
from io import StringIO
from typing import Any

import pytest
from django.apps.registry import Apps
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.urls import reverse

from suggestions.actor import Actor
from suggestions.clock import DEFAULT_RULES, SHANGHAI, Length
from suggestions.errors import DomainError, Invalid, NotAllowed
from suggestions.models import (
    CalendarDay,
    CaseEvent,
    Clock,
    ClockRule,
    Jurisdiction,
    Outbox,
    Suggestion,
    TimeChange,
)
from suggestions.services import calendars, clock_rules, clocks, lapses, time_changes
from suggestions.services.calendars import Day
from tests import world as w
from tests.suggestions.desk.cast import main_text, parsed, sign_in
from tests.world import World

NOTICE = (
    "2027-01-01,0,元旦\n2027-01-02,1,调休\n2027-01-04,0,元旦\n2027-02-05,0,春节\n2027-02-08,0,春节\n"
    "2027-04-05,0,清明节\n2027-06-09,0,端午节\n2027-09-15,0,中秋节\n2027-10-01,0,国庆节\n"
)
"""A made-up notice of the whole year: Monday 4 January off, Saturday 2 January worked for it."""


def at(day: str, hour: int = 9) -> datetime:
    return datetime.combine(date.fromisoformat(day), time(hour), tzinfo=SHANGHAI)


@pytest.fixture
def city(db: None) -> World:
    call_command("load_workdays", stdout=StringIO())
    city = w.make_world()
    city.users |= w.hire({"sys_admin_2": None}, city.jurisdiction)
    return city


def handled(city: World, start: str) -> Suggestion:
    item = w.submit(city, at=at(start)).suggestion
    w.accept(city, item, at=at(start, 10))
    return w.dispatch(city, item, at=at(start, 11))


def k7a(item: Suggestion) -> Clock:
    return Clock.objects.select_related("rule").get(suggestion=item, kind="K7a")


def propose_rule(city: World, **changes: Any) -> TimeChange:
    given = {
        "kind": "K7a", "length": 10, "effective_from": date(2026, 11, 3), "move_running": True, "basis": "测试市规定",
        "actor": city.actor("sys_admin"), "jurisdiction": city.jurisdiction, "at": at("2026-11-03"), **changes,
    }  # fmt: skip
    return time_changes.propose_rule(**given)


def propose_days(city: World, text: str = NOTICE, **changes: Any) -> TimeChange:
    given = {
        "days": calendars.read(text.splitlines()), "basis": "放假通知", "actor": city.actor("sys_admin"),
        "jurisdiction": city.jurisdiction, "at": at("2026-12-15"), **changes,
    }  # fmt: skip
    return time_changes.propose_calendar(**given)


# Rules.
def test_a_shorter_rule_moves_running_dates_nearer_and_says_so_in_each_timeline(
    city: World,
) -> None:
    item = handled(city, "2026-11-02")
    change = propose_rule(city)
    dry = time_changes.preview(change, at=at("2026-11-03"))
    assert [(m.old, m.new, m.why) for m in dry] == [(date(2026, 11, 23), date(2026, 11, 16), "")]
    assert k7a(item).due_on == date(2026, 11, 23)  # a dry run writes nothing
    moved = time_changes.confirm(
        change=change, actor=city.actor("sys_admin_2"), at=at("2026-11-03", 10)
    )
    item.refresh_from_db()
    assert (moved, k7a(item).due_on, item.due_on) == (1, date(2026, 11, 16), date(2026, 11, 16))
    event = CaseEvent.objects.get(suggestion=item, name="clock_moved")
    assert "由2026年11月23日改为2026年11月16日" in event.words
    assert event.visibility == "author"
    assert k7a(item).rule.rule_version == 2


def test_a_longer_rule_moves_no_running_date_of_an_agency(city: World) -> None:
    item = handled(city, "2026-11-02")
    change = propose_rule(city, length=20)
    assert [bool(m.why) for m in time_changes.preview(change, at=at("2026-11-03"))] == [True]
    assert (
        time_changes.confirm(change=change, actor=city.actor("supervisor"), at=at("2026-11-03"))
        == 0
    )
    assert k7a(item).due_on == date(2026, 11, 23)
    assert not CaseEvent.objects.filter(name="clock_moved").exists()
    # The next item runs under the new version.
    assert k7a(handled(city, "2026-11-03")).due_on == date(2026, 12, 1)


def test_a_rule_for_new_items_only_leaves_the_running_ones(city: World) -> None:
    item = handled(city, "2026-11-02")
    change = propose_rule(city, move_running=False)
    assert (
        time_changes.confirm(change=change, actor=city.actor("supervisor"), at=at("2026-11-03"))
        == 0
    )
    assert k7a(item).due_on == date(2026, 11, 23)


def test_a_nearer_date_that_has_passed_already_is_not_forced_on_a_unit(city: World) -> None:
    item = handled(city, "2026-11-02")
    change = propose_rule(city, length=5, effective_from=date(2026, 11, 16), at=at("2026-11-16"))
    assert [m.why for m in time_changes.preview(change, at=at("2026-11-16"))] == ["新日期已经过去"]
    time_changes.confirm(change=change, actor=city.actor("supervisor"), at=at("2026-11-16"))
    assert k7a(item).due_on == date(2026, 11, 23)


def test_a_citizens_own_deadline_may_only_become_later(city: World) -> None:
    item, _ = w.answered(city, published=False)
    before = Clock.objects.get(suggestion=item, kind="K13").due_on
    longer = propose_rule(
        city, kind="K13", length=20, effective_from=date(2026, 11, 13), at=at("2026-11-13")
    )
    time_changes.confirm(change=longer, actor=city.actor("supervisor"), at=at("2026-11-13"))
    after = Clock.objects.get(suggestion=item, kind="K13").due_on
    assert after > before
    assert Outbox.objects.filter(payload__code="author.date_moved").count() == 1
    shorter = propose_rule(
        city, kind="K13", length=7, effective_from=date(2026, 11, 14), at=at("2026-11-14")
    )
    time_changes.confirm(change=shorter, actor=city.actor("supervisor"), at=at("2026-11-14"))
    assert Clock.objects.get(suggestion=item, kind="K13").due_on == after


def test_a_version_holds_from_its_day_on(city: World) -> None:
    change = propose_rule(city, move_running=False, effective_from=date(2026, 12, 1))
    time_changes.confirm(change=change, actor=city.actor("supervisor"), at=at("2026-11-03"))
    assert clocks.current_rule("K7a", on=date(2026, 11, 30)).length == 15
    assert clocks.current_rule("K7a", on=date(2026, 12, 1)).length == 10


@pytest.mark.parametrize(
    ("kind", "length"), [("K2", 16), ("K3", 20), ("K5", 6), ("K21", 29), ("K22", 6)]
)
def test_a_number_set_by_law_cannot_be_worsened(city: World, kind: str, length: int) -> None:
    with pytest.raises(Invalid) as refused:
        propose_rule(city, kind=kind, length=length)
    assert "规定" in refused.value.errors["length"][0]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"length": 15}, "length"), ({"length": 0}, "length"), ({"length": 9999}, "length"), ({"basis": " "}, "basis"),
        ({"effective_from": date(2026, 11, 2)}, "effective_from"),
        ({"effective_from": date(2026, 12, 1)}, "move_running"), ({"kind": "K18"}, "kind"), ({"kind": "K99"}, "kind"),
    ],
)  # fmt: skip
def test_a_proposal_that_cannot_be_is_refused_beside_its_field(
    city: World, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        propose_rule(city, **changes)
    assert list(refused.value.errors) == [field]
    assert not TimeChange.objects.exists()


def test_who_proposes_cannot_confirm_not_even_past_the_service(city: World) -> None:
    change = propose_rule(city)
    with pytest.raises(NotAllowed):
        time_changes.confirm(change=change, actor=city.actor("sys_admin"), at=at("2026-11-03"))
    with pytest.raises(IntegrityError), transaction.atomic():
        TimeChange.objects.filter(pk=change.pk).update(
            status="applied", decided_by=change.proposed_by
        )
    assert ClockRule.objects.filter(kind="K7a", rule_version=2).count() == 0


def test_a_supervisor_confirms_but_does_not_propose(city: World) -> None:
    with pytest.raises(NotAllowed):
        propose_rule(city, actor=city.actor("supervisor"))


def test_a_change_is_decided_once(city: World) -> None:
    change = propose_rule(city)
    with pytest.raises(DomainError, match="等第二人确认"):
        propose_rule(city, length=8)
    time_changes.decline(
        change=change, reason="先不改", actor=city.actor("supervisor"), at=at("2026-11-03")
    )
    with pytest.raises(DomainError):
        time_changes.confirm(change=change, actor=city.actor("supervisor"), at=at("2026-11-03"))


def test_only_the_topmost_administrators_change_what_all_share(city: World) -> None:
    district = city.jurisdiction.add_child(
        code="d1",
        name="东区",
        city_name="测试市",
        office_name="东区征集办",
        phone="",
        hotline="12345",
    )
    with pytest.raises(NotAllowed, match="最上级"):
        propose_rule(city, jurisdiction=Jurisdiction.objects.get(pk=district.pk))


# The calendar.
def test_a_loaded_notice_moves_provisional_dates_and_no_others(city: World) -> None:
    sure, unsure = handled(city, "2026-12-01"), handled(city, "2026-12-14")
    assert (k7a(sure).provisional, k7a(unsure).provisional) == (False, True)
    before = (k7a(sure).due_on, k7a(unsure).due_on)
    assert before == (date(2026, 12, 22), date(2027, 1, 5))
    change = propose_days(city, f"{NOTICE}2027-01-05,0,元旦\n")
    time_changes.confirm(change=change, actor=city.actor("sys_admin_2"), at=at("2026-12-15"))
    assert k7a(sure).due_on == before[0]
    assert (k7a(unsure).due_on, k7a(unsure).provisional) == (date(2027, 1, 6), False)
    unsure.refresh_from_db()
    assert unsure.due_on == date(2027, 1, 6)
    assert CaseEvent.objects.filter(suggestion=unsure, name="clock_moved").exists()
    assert not CaseEvent.objects.filter(suggestion=sure, name="clock_moved").exists()
    # An agency's date moved: nothing for the author to do, so no message.
    assert not Outbox.objects.filter(payload__code="author.date_moved").exists()


def test_a_notice_that_moves_nothing_only_makes_the_dates_sure(city: World) -> None:
    item = handled(city, "2026-12-14")
    change = propose_days(city)
    assert time_changes.preview(change, at=at("2026-12-15")) == []
    assert (
        time_changes.confirm(change=change, actor=city.actor("supervisor"), at=at("2026-12-15"))
        == 0
    )
    assert (k7a(item).due_on, k7a(item).provisional) == (date(2027, 1, 5), False)
    assert not CaseEvent.objects.filter(name="clock_moved").exists()


def test_the_author_is_told_when_their_own_deadline_moves(city: World) -> None:
    item, _ = w.answered(city, at=at("2026-12-07"), published=False)
    clock = Clock.objects.get(suggestion=item, kind="K13")
    assert (clock.due_on, clock.provisional) == (date(2027, 1, 4), True)
    change = propose_days(city, "2027-01-04,0,元旦\n", at=at("2026-12-18"))
    time_changes.confirm(change=change, actor=city.actor("supervisor"), at=at("2026-12-18"))
    clock.refresh_from_db()
    assert clock.due_on == date(2027, 1, 5)
    notice = Outbox.objects.get(payload__code="author.date_moved")
    assert notice.payload["suggestion"] == item.pk


def test_an_interrupted_load_is_healed_by_the_sweep(city: World) -> None:
    item = handled(city, "2026-12-14")
    days = [line.split(",") for line in NOTICE.splitlines() if "调休" not in line]
    CalendarDay.objects.bulk_create(
        CalendarDay(date=day, is_working=working == "1", note=note) for day, working, note in days
    )
    clocks.forget_calendar()
    assert lapses.run(now=at("2026-12-16", 5))["provisional"] == 1
    assert k7a(item).due_on == date(2027, 1, 6)
    assert lapses.run(now=at("2026-12-16", 6))["provisional"] == 0


def test_a_promised_date_does_not_move_with_the_calendar(city: World) -> None:
    item = handled(city, "2026-12-14")
    clocks.extend(k7a(item), until=date(2027, 1, 15), at=at("2026-12-15"))
    change = propose_days(city, "2027-01-04,0,元旦\n")
    time_changes.confirm(change=change, actor=city.actor("supervisor"), at=at("2026-12-15"))
    assert k7a(item).due_on == date(2027, 1, 15)


def test_a_day_can_be_made_again_what_its_weekday_says(city: World) -> None:
    assert clocks.workdays().is_working(date(2026, 10, 10))
    change = propose_days(city, "2026-10-10,-,\n")
    time_changes.confirm(change=change, actor=city.actor("supervisor"), at=at("2026-12-15"))
    assert not CalendarDay.objects.filter(date=date(2026, 10, 10)).exists()
    assert not clocks.workdays().is_working(date(2026, 10, 10))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "没有日期"), ("# 空\n", "没有日期"), ("2027-02-30,0,x", "第1行看不懂"), ("2027-02-01", "第1行看不懂"),
        ("2027-02-01,2,x", "第1行看不懂"), ("2027-02-01,0\n2027-02-01,1", "第2行的2027-02-01写了两次"), ("9999-02-01,0,x", "年份不对"),
    ],
)  # fmt: skip
def test_lines_that_cannot_be_read_are_named(text: str, said: str) -> None:
    with pytest.raises(Invalid) as refused:
        calendars.read(text.splitlines())
    assert said in refused.value.errors["file"][0]


def test_the_command_can_be_asked_first_what_it_would_move(city: World, tmp_path: Any) -> None:
    item, out = handled(city, "2026-12-14"), StringIO()
    notice = tmp_path / "2027.csv"
    notice.write_text("2027-01-04,0,元旦\n", encoding="utf-8")
    call_command("load_workdays", file=notice, dry_run=True, stdout=out)
    assert f"{item.case_no} 办理答复：2027-01-05 → 2027-01-06" in out.getvalue()
    assert "会变动1个期限" in out.getvalue()
    assert k7a(item).due_on == date(2027, 1, 5)
    notice.write_bytes("2027-01-04,0,元旦".encode("gb18030"))
    with pytest.raises(CommandError, match="UTF-8"):
        call_command("load_workdays", file=notice, stdout=StringIO())


def test_the_operators_load_is_recorded_as_the_systems_act_and_lists_each_date_that_moves(
    city: World, tmp_path: Any
) -> None:
    from suggestions.models import CaseEvent, RecordEvent

    item, out = handled(city, "2026-12-14"), StringIO()
    notice = tmp_path / "2027.csv"
    notice.write_text(NOTICE.replace("2027-01-02,1,调休\n", ""), encoding="utf-8")
    before = TimeChange.objects.count()
    call_command("load_workdays", file=notice, source="国办发明电〔2026〕1号", stdout=out)
    assert f"{item.case_no} 办理答复：2027-01-05 → 2027-01-06" in out.getvalue()
    change = TimeChange.objects.order_by("-pk")[0]
    event = RecordEvent.objects.get(machine="time_change", record_id=change.pk)
    assert (change.status, change.proposed_by, event.role, event.name) == (
        "applied",
        None,
        "system",
        "time_load",
    )
    assert CaseEvent.objects.get(suggestion=item, name="clock_moved").role == "system"
    call_command("load_workdays", file=notice, source="国办发明电〔2026〕1号", stdout=StringIO())
    assert TimeChange.objects.count() == before + 1


def test_a_part_of_a_notice_leaves_its_year_provisional_and_says_so(
    city: World, tmp_path: Any
) -> None:
    item, out = handled(city, "2026-12-14"), StringIO()
    notice = tmp_path / "2027.csv"
    notice.write_text("2027-01-01,0,元旦\n2027-01-04,0,元旦\n", encoding="utf-8")
    call_command("load_workdays", file=notice, stdout=out)
    clock = k7a(item)
    assert (clock.due_on, clock.provisional) == (date(2027, 1, 6), True)
    assert "2027年只载入了一部分" in out.getvalue()
    assert calendars.missing_year(date(2026, 11, 2)) == 2027
    shown = main_text(sign_in(city, "supervisor").get(reverse("desk:calendar"), {"year": "2027"}))
    assert "只载入了一部分" in shown


# explain_due.
def said(*words: str, **options: Any) -> str:
    out = StringIO()
    call_command("explain_due", *words, stdout=out, **options)
    return out.getvalue()


@pytest.mark.parametrize("rule", DEFAULT_RULES, ids=lambda r: r.kind)
def test_every_clock_can_be_explained_from_start_to_due_date(city: World, rule: Any) -> None:
    start = "2026-09-16T09:30" if rule.unit is Length.HOUR else "2026-09-16"
    text = said(rule.kind, start)
    assert text.startswith(f"{rule.kind} {rule.name}：")
    assert "期限：2026-" in text


@pytest.mark.parametrize(
    ("day", "words"),
    [
        ("2026-09-15", "还没有开始"), ("2026-09-16", "已数0个工作日，还剩15个工作日"), ("2026-09-20", "已数3个工作日"),
        ("2026-10-13", "已数15个工作日，还剩0个工作日"), ("2026-10-15", "已逾期2个工作日"),
    ],
)  # fmt: skip
def test_explain_due_says_where_a_day_stands(city: World, day: str, words: str) -> None:
    assert words in said("K7a", "2026-09-16", at=day)


def test_explain_due_counts_hours_and_pauses_and_forgives_small_letters(city: World) -> None:
    assert "期限：2026-11-08 00:00" in said("k23", "2026-11-07T22:00")
    assert "期限：2026-10-21" in said("k7a", "2026-09-16", pause=["2026-09-18:2026-09-28"])


@pytest.mark.parametrize(
    ("words", "options", "message"),
    [
        (("K7a", "2026-13-01"), {}, "日期请写成"), (("K7a", "0001-01-01"), {}, "2000年至2099年"),
        (("K7a", "9999-12-31"), {}, "2000年至2099年"), (("K23", "昨天"), {}, "按小时计"),
        (("K7a", "2026-09-16"), {"at": "明天"}, "日期请写成"), (("K7a", "2026-09-16"), {"pause": ["2026-09-18"]}, "暂停请写成"),
        (("K7a", "2026-09-16"), {"pause": ["2026-09-18:2026-09-01"]}, "不能早于"), (("", "2026-09-16"), {}, "没有"),
    ],
)  # fmt: skip
def test_explain_due_answers_what_it_cannot_read_in_one_sentence(
    city: World, words: tuple[str, str], options: dict[str, Any], message: str
) -> None:
    with pytest.raises(CommandError, match=message) as refused:
        said(*words, **options)
    assert "\n" not in str(refused.value)


# At the desk.
@pytest.mark.parametrize("room", ["clock_rules", "calendar"])
def test_rules_and_calendar_open_for_administrators_and_supervisors_alone(
    city: World, room: str
) -> None:
    for who, status in (
        ("sys_admin", 200),
        ("supervisor", 200),
        ("triage_officer", 403),
        ("liaison:bus", 403),
    ):
        assert sign_in(city, who).get(reverse(f"desk:{room}")).status_code == status, who


def test_a_supervisor_reads_a_rule_and_gets_no_form(city: World) -> None:
    address = reverse("desk:clock_rule", args=["K7a"])
    assert "提交，请第二人确认" not in main_text(sign_in(city, "supervisor").get(address))
    assert "提交，请第二人确认" in main_text(sign_in(city, "sys_admin").get(address))
    posted = sign_in(city, "supervisor").post(
        address, {"length": 5, "effective_from": "2099-01-01", "basis": "试"}
    )
    assert posted.status_code == 200
    assert not TimeChange.objects.exists()


@pytest.mark.parametrize("kind", ["K99", "k7a", "<b>"])
def test_a_rule_that_does_not_exist_is_not_found(city: World, kind: str) -> None:
    assert sign_in(city, "sys_admin").get(f"/admin/desk/clock-rules/{kind}/").status_code == 404


def test_a_rule_is_changed_at_the_desk_by_two_persons(city: World, time_machine: Any) -> None:
    time_machine.move_to(at("2026-11-03"))
    item = handled(city, "2026-11-02")
    admin, address = sign_in(city, "sys_admin"), reverse("desk:clock_rule", args=["K7a"])
    form = {
        "length": "10",
        "effective_from": "2026-11-03",
        "move_running": "on",
        "basis": "测试市规定",
    }
    shown = main_text(admin.post(address, {**form, "preview": "1"}))
    assert "这1件会变动" in shown
    assert item.case_no in shown
    assert "2026年11月16日" in shown
    assert not TimeChange.objects.exists()
    answer = admin.post(address, form)
    change = TimeChange.objects.get()
    page = reverse("desk:time_change", args=[change.pk])
    assert answer["Location"] == page
    assert "确认生效" not in main_text(admin.get(page))
    assert admin.post(page, {"act": "confirm"}).status_code == 302
    assert k7a(item).due_on == date(2026, 11, 23)
    second = sign_in(city, "supervisor")
    assert "这1件会变动" in main_text(second.get(page))
    assert second.post(page, {"act": "confirm"}).status_code == 302
    assert k7a(item).due_on == date(2026, 11, 16)
    assert "已生效" in main_text(second.get(page))


def test_errors_in_the_rule_form_keep_what_was_typed(city: World, time_machine: Any) -> None:
    time_machine.move_to(at("2026-11-03"))
    admin, address = sign_in(city, "sys_admin"), reverse("desk:clock_rule", args=["K2"])
    answer = admin.post(
        address, {"length": "30", "effective_from": "2026-11-03", "basis": "想延长"}
    )
    assert answer.status_code == 422
    assert "XF 22规定最多15天" in main_text(answer)
    assert parsed(answer).find("input", {"name": "basis"})["value"] == "想延长"  # type: ignore[index]


def test_a_calendar_is_loaded_at_the_desk_by_two_persons(city: World, time_machine: Any) -> None:
    time_machine.move_to(at("2026-12-15"))
    item = handled(city, "2026-12-14")
    admin, address = sign_in(city, "sys_admin"), reverse("desk:calendar")
    form = {"lines": "2027-01-04,0,元旦\n", "basis": "放假通知"}
    assert "这1件会变动" in main_text(admin.post(address, {**form, "preview": "1"}))
    admin.post(address, form)
    page = reverse("desk:time_change", args=[TimeChange.objects.get().pk])
    sign_in(city, "sys_admin_2").post(page, {"act": "confirm"})
    assert k7a(item).due_on == date(2027, 1, 6)
    assert "元旦" in main_text(admin.get(address, {"year": "2027"}))


def test_a_second_person_declines_with_a_reason(city: World) -> None:
    change = propose_days(city)
    page, second = reverse("desk:time_change", args=[change.pk]), sign_in(city, "supervisor")
    assert second.post(page, {"act": "decline", "reason": ""}).status_code == 422
    second.post(page, {"act": "decline", "reason": "和通知对不上"})
    change.refresh_from_db()
    assert change.status == "declined"
    assert not CalendarDay.objects.filter(date__year=2027).exists()


@pytest.mark.parametrize("year", ["", "0", "99999", "abc", "²027", "1999"])
def test_an_odd_year_in_the_address_shows_this_year(city: World, year: str) -> None:
    assert (
        sign_in(city, "supervisor").get(reverse("desk:calendar"), {"year": year}).status_code == 200
    )


def test_the_desk_says_that_next_year_is_missing(city: World, time_machine: Any) -> None:
    time_machine.move_to(at("2026-11-02"))
    home = reverse("desk:home")
    assert "2027年的放假安排还没有载入" in main_text(sign_in(city, "triage_officer").get(home))
    assert "2027年的放假安排" not in main_text(sign_in(city, "liaison:bus").get(home))
    calendars.write([Day(date(2027, 1, 1), False, "元旦")], source="放假通知", at=at("2026-11-02"))
    assert "2027年的放假安排还没有载入" in main_text(sign_in(city, "triage_officer").get(home))
    calendars.write(calendars.read(NOTICE.splitlines()), source="放假通知", at=at("2026-11-02"))
    assert "2027年的放假安排" not in main_text(sign_in(city, "triage_officer").get(home))


def test_every_day_of_an_items_clocks_is_shown_with_its_reminders(
    city: World, time_machine: Any
) -> None:
    time_machine.move_to(at("2026-11-24"))
    item = handled(city, "2026-11-02")
    lapses.run(now=at("2026-11-24"))
    shown = main_text(
        sign_in(city, "triage_officer").get(reverse("desk:clock_days", args=[item.case_no]))
    )
    assert "周末" in shown
    assert "逾期，报单位负责人" in shown
    assert "承办单位负责人" in shown
    assert (
        sign_in(city, "liaison:water")
        .get(reverse("desk:clock_days", args=[item.case_no]))
        .status_code
        == 404
    )


def test_the_pages_cost_the_same_however_many_clocks_run(
    city: World, django_assert_max_num_queries: Any, time_machine: Any
) -> None:
    time_machine.move_to(at("2026-11-03"))
    for _n in range(4):
        handled(city, "2026-11-02")
    client = sign_in(city, "supervisor")
    change = propose_rule(city)
    with django_assert_max_num_queries(40):
        client.get(reverse("desk:time_change", args=[change.pk]))
    with django_assert_max_num_queries(40):
        client.get(reverse("desk:clock_rules"))


def test_a_confirmed_change_is_a_chain_of_events_with_both_names(city: World) -> None:
    from suggestions.models import RecordEvent

    change = propose_rule(city)
    time_changes.confirm(change=change, actor=city.actor("supervisor"), at=at("2026-11-03"))
    events = list(
        RecordEvent.objects.filter(machine="time_change", record_id=change.pk).order_by("seq")
    )
    assert [(e.name, e.role) for e in events] == [
        ("time_propose", "sys_admin"),
        ("time_confirm", "supervisor"),
    ]
    assert all(e.compute_hash() == e.hash for e in events)
    assert "由15个工作日改为10个工作日" in events[0].words


def test_the_system_confirms_nothing(city: World) -> None:
    change = propose_rule(city)
    with pytest.raises(NotAllowed):
        time_changes.confirm(change=change, actor=Actor.system(), at=at("2026-11-03"))


def test_the_strip_at_home_names_holidays_and_make_up_days(city: World, time_machine: Any) -> None:
    time_machine.move_to(at("2026-09-28"))
    page = parsed(sign_in(city, "triage_officer").get(reverse("desk:home")))
    days = [" ".join(d.get_text(" ").split()) for d in page.select(".desk-day")]
    assert "国庆节" in days[3]
    assert days[12].startswith("10月10日 周六 调休上班")


def test_the_strip_shows_the_days_off_by_law_of_a_year_without_a_notice(
    city: World, time_machine: Any
) -> None:
    time_machine.move_to(at("2026-12-28"))
    page = parsed(sign_in(city, "triage_officer").get(reverse("desk:home")))
    days = [" ".join(d.get_text(" ").split()) for d in page.select(".desk-day")]
    assert "1月1日 周五 法定节假日" in days[4]


def test_a_rule_is_a_row_before_anybody_writes_and_half_way_through_the_migrations_none_is_written(
    db: None,
) -> None:
    assert set(ClockRule.objects.values_list("kind", flat=True)) == {r.kind for r in DEFAULT_RULES}
    ClockRule.objects.all().delete()
    clock_rules.store_defaults(apps=Apps())
    assert not ClockRule.objects.exists()
    clock_rules.store_defaults()
    assert ClockRule.objects.count() == len({r.kind for r in DEFAULT_RULES})
