"""Each clock of process.md section 5, walked through the services: what starts it, whose it is, when it is due, what stops
it, and what happens when its day passes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from io import StringIO
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.test import override_settings
from wagtail.models import Page

from suggestions import reminding
from suggestions.actor import Actor
from suggestions.clock import DEFAULT_RULES, SHANGHAI
from suggestions.errors import DomainError, Invalid
from suggestions.models import (
    Adoption,
    Clock,
    ClockReminder,
    Consultation,
    Hearing,
    MonthClose,
    Reply,
    Suggestion,
    SupervisionOrder,
)
from suggestions.services import (
    adopting,
    advising,
    assignment,
    breaches,
    clocks,
    commitments,
    consulting,
    disputes,
    extending,
    hearings,
    intake,
    lapses,
    rectifying,
    replying,
    rights,
    supervising,
    supervision_rules,
    triage,
    urgent,
    visiting,
)
from suggestions.states import BY_NAME
from tests import world as w
from tests.world import MONDAY, World

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def city(db: None, settings: Any) -> World:
    call_command("load_workdays", verbosity=0, stdout=StringIO())
    settings.VISIT_SHARE = 0
    return w.make_world()


def on(day: str, hour: int = 9) -> datetime:
    return datetime.fromisoformat(f"{day}T{hour:02}:00").replace(tzinfo=SHANGHAI)


# How far an item has come. Every item arrives on Monday 2 November 2026 at nine.
def submitted(city: World, **facts: Any) -> Suggestion:
    return w.submit(city, **facts).suggestion


def sent_on(city: World) -> Suggestion:
    """An inspection group sent it on and wants to hear by the 20th (process.md 11, S4)."""
    return submitted(
        city, channel="referral_higher", received_at=MONDAY,
        arrival={"referred_by": "省委巡视组", "referral_due_on": date(2026, 11, 20)},
    )  # fmt: skip


def answer_in_time(city: World, item: Suggestion) -> None:
    w.accept(city, item, at=MONDAY)
    w.dispatch(city, item, at=MONDAY)
    w.sign_in(city, item, at=MONDAY)
    approve(city, w.signed_reply(city, item, at=MONDAY + DAY), item)


def dispatched(city: World, *, co: bool = False, category: str = "suggestion") -> Suggestion:
    item = submitted(city)
    triage.accept(
        suggestion=item, topic=city.topic, actor=city.actor("triage_officer"), at=MONDAY, category=category
    )  # fmt: skip
    return w.dispatch(city, item, at=MONDAY, co=co)


def signed_in(city: World, **facts: Any) -> Suggestion:
    return w.sign_in(city, dispatched(city, **facts), at=MONDAY)


def signed(city: World) -> Reply:
    item = signed_in(city)
    reply = w.signed_reply(city, item, at=MONDAY + DAY)
    reply.suggestion = item
    return reply


def approved(city: World, **facts: Any) -> Suggestion:
    item = signed_in(city)
    reply = w.signed_reply(city, item, at=MONDAY + DAY, **facts)
    approve(city, reply, item)
    return item


def approve(city: World, reply: Reply, item: Suggestion, at: datetime = MONDAY + DAY) -> None:
    reply.suggestion = item
    replying.approve(reply=reply, actor=city.actor("triage_officer"), at=at)


def answer(city: World, item: Suggestion) -> None:
    body = f"{w.BODY}安装单位已定，12月18日进场。"
    approve(
        city, w.signed_reply(city, item, at=MONDAY + 2 * DAY, body=body), item, MONDAY + 3 * DAY
    )


def lead(item: Suggestion) -> Any:
    return replying.lead_assignment(item)


def co_part(city: World, item: Suggestion) -> Any:
    part = item.assignments.select_related("unit").get(unit=city.water)
    part.suggestion = item
    return part


def objected(city: World) -> Any:
    item = dispatched(city)
    return disputes.object_to(
        assignment=lead(item), reasons="长椅由市容部门负责，我局只管线路和车辆，职责清单里没有这一项。",
        legal_basis="市政府部门职责清单第三条", actor=city.actor("unit_head:bus"), at=MONDAY + DAY,
    )  # fmt: skip


def candidate(city: World, item: Suggestion) -> Adoption:
    return adopting.nominate(
        suggestion=item, unit=city.bus, measure="人民路站有了长椅", actor=city.actor("triage_officer"), at=MONDAY
    )  # fmt: skip


def in_study(city: World) -> Suggestion:
    item = signed_in(city)
    adopting.open_study(
        adoption=candidate(city, item), method="seminar", held_on=date(2026, 11, 24), invited=[city.bus],
        actor=city.actor("triage_officer"), at=MONDAY,
    )  # fmt: skip
    item.refresh_from_db()
    return item


def carried_out(city: World) -> Adoption:
    adoption = adopting.decide(
        adoption=candidate(city, approved(city)), decision="adopt", basis="局务会第12次会议纪要", conversion_type="livelihood",
        due_on=date(2027, 3, 1), actor=city.actor("unit_head:bus"), at=MONDAY,
    )  # fmt: skip
    return adopting.start(
        adoption=adoption, milestones=[("选好位置", date(2026, 12, 20))], actor=city.actor("handler:bus"), at=MONDAY
    )  # fmt: skip


def rectified(city: World) -> Suggestion:
    item = approved(city)
    w.rate(
        item, at=MONDAY + 2 * DAY, overall="dissatisfied", solved="no", comment="没有说什么时候装"
    )
    item.refresh_from_db()
    return item


def ordered(city: World, *, critical: bool = False) -> SupervisionOrder:
    return supervising.start(
        jurisdiction=city.jurisdiction, rule="overdue", unit=city.bus, suggestion=dispatched(city), level=3,
        text="请说明为什么没有按期答复。", basis="《信访工作条例》第四十条", is_critical=critical,
        actor=city.actor("supervisor"), at=MONDAY,
    )  # fmt: skip


def advised(city: World) -> Any:
    return advising.issue(
        jurisdiction=city.jurisdiction, kind="improve_policy", unit=city.bus, title="站台设施标准", facts="同类建议三个月内有七件。",
        text="修订站台导则，写明座椅数量。", basis="《信访工作条例》第四十条", cases=[dispatched(city)],
        actor=city.actor("supervisor"), at=MONDAY,
    )  # fmt: skip


def promised(city: World) -> Any:
    item = approved(
        city, outcome="planned", committed_by=date(2026, 12, 21), commitment="装两张长椅"
    )
    return item.commitments.select_related("suggestion", "unit", "reply").get()


def closed(city: World) -> Suggestion:
    item = approved(city)
    w.publish(city, item, at=MONDAY + DAY)
    w.rate(item, at=MONDAY + 2 * DAY)
    return item


def consulted(city: World, **facts: Any) -> Consultation:
    pages: Any = apps.get_model("cms", "CampaignPage")
    page = pages(
        title="公交线网调整方案", host_unit=city.bus, opens_at=MONDAY, closes_at=MONDAY + 40 * DAY, is_major_decision=True,
        slug="draft-plan", **facts,
    )  # fmt: skip
    Page.get_first_root_node().add_child(instance=page)
    consulting.sweep(now=MONDAY + DAY)
    return Consultation.objects.select_related("campaign", "jurisdiction").get()


def announced(city: World) -> Hearing:
    held = Hearing(
        jurisdiction=city.jurisdiction, topic="早餐摊点布局", background="想听各方意见。", organiser=city.bus, on=date(2026, 12, 21),
        starts=time(14, 30), place="市民中心", sides=[{"name": "居民", "seats": 1}, {"name": "商户", "seats": 1}],
        enrol_from=date(2026, 11, 3), enrol_until=date(2026, 11, 20),
    )  # fmt: skip
    actor = city.actor("triage_officer")
    hearings.plan(hearing=held, cases=[], actor=actor, at=MONDAY)
    hearings.announce(hearing=held, actor=actor, at=MONDAY)
    return held


def with_papers(city: World) -> Hearing:
    held = announced(city)
    send(city, held)
    return held


def send(city: World, held: Hearing) -> None:
    hearings.send_papers(
        hearing=held, papers="方案说明", on=date(2026, 12, 1), actor=city.actor("triage_officer"), at=on("2026-12-01", 16)
    )  # fmt: skip


def month_drawn(city: World) -> MonthClose:
    dispatched(city)
    supervision_rules.close_month(now=on("2026-12-01"))
    return MonthClose.objects.get()


def visit_planned(city: World) -> Any:
    item = approved(city)
    return visiting.plan(suggestion=item, why="spot", actor=city.actor("supervisor"), at=MONDAY)


def asked_for_data(city: World) -> Any:
    item = submitted(city)
    return rights.receive(suggestion=item, kind="explain", actor=Actor.author(), at=MONDAY)


def breached(city: World) -> Any:
    return breaches.detect(
        jurisdiction=city.jurisdiction, kind="leak", summary="一份名单被误发到群里。", actor=city.actor("privacy_officer"), at=MONDAY
    )  # fmt: skip


def told_of_breach(city: World, held: Any) -> None:
    officer = city.actor("privacy_officer")
    breaches.contain(breach=held, measures="已撤回并收回文件。", actor=officer, at=MONDAY)
    breaches.tell_authority(breach=held, authority="市网信办", actor=officer, at=MONDAY)
    breaches.close(breach=held, reason="文件没有被打开，不会造成危害。", actor=officer, at=MONDAY)


def flagged(city: World) -> Suggestion:
    item = dispatched(city)
    return urgent.flag(
        suggestion=item, level="critical", reason="井盖塌陷", actor=city.actor("triage_officer"), at=MONDAY
    )  # fmt: skip


Thing = Any


@dataclass(frozen=True)
class Row:
    """One line of the table: the act that starts, the day it gives, whose it is, the act that stops, who hears on the day
    and, where the product itself acts when the day has passed, the event that shows it.
    """

    kind: str
    starts: Callable[[World], Thing]
    due: str
    stops: Callable[[World, Thing], object]
    by: str
    holder: str = ""
    told: frozenset[str] = frozenset()
    lapse: str = ""


TRIAGE = frozenset({"triage_officer", "triage_officer_2"})
BUS = frozenset({"liaison-bus", "handler-bus"})
WATER = frozenset({"liaison-water", "handler-water"})

# fmt: off
TABLE: tuple[Row, ...] = (
    Row("K2", submitted, "2026-11-17", lambda c, i: (w.accept(c, i, at=MONDAY), w.dispatch(c, i, at=MONDAY)), "dispatch",
        told=TRIAGE),
    Row("K2t", submitted, "2026-11-05", lambda c, i: (w.accept(c, i, at=MONDAY), w.dispatch(c, i, at=MONDAY)), "dispatch",
        told=TRIAGE),
    Row("K3", submitted, "2026-11-17", lambda c, i: w.accept(c, i, at=MONDAY), "accept", told=TRIAGE),
    Row("K4", dispatched, "2026-11-03", lambda c, i: w.sign_in(c, i, at=MONDAY), "unit_sign_in", "bus", BUS),
    Row("K5", dispatched, "2026-11-09",
        lambda c, i: disputes.object_to(assignment=lead(i), reasons="长椅由市容部门负责，我局只管线路和车辆，职责清单里没有这一项。",
                                        legal_basis="职责清单第三条", actor=c.actor("unit_head:bus"), at=MONDAY), "object", "bus"),
    Row("K6", objected, "2026-11-05",
        lambda c, o: disputes.reject(objection=o, decision="职责清单写明由你局负责。", actor=c.actor("triage_officer"), at=MONDAY + DAY),
        "reject_objection", "office", TRIAGE),
    Row("K7a", signed_in, "2026-11-23", answer, "pass_reply", "bus", BUS),
    Row("K7b", in_study, "2027-01-01", answer, "pass_reply", "bus", BUS),
    Row("K9", lambda c: dispatched(c, co=True), "2026-11-11",
        lambda c, i: (assignment.sign_in(assignment=co_part(c, i), actor=c.actor("liaison:water"), at=MONDAY),
                      assignment.give_opinion(assignment=co_part(c, i), opinion="同意加装，注意排水口。",
                                              actor=c.actor("handler:water"), at=MONDAY)), "submit_work", "water", WATER),
    Row("K10", lambda c: _supplement(c), "2026-11-17",
        lambda c, i: intake.supplement(suggestion=i, answer="人民路站。", actor=Actor.author(), at=MONDAY), "supplement",
        lapse="supplement_expired"),
    Row("K11", signed, "2026-11-05", lambda c, r: approve(c, r, r.suggestion), "pass_reply", told=TRIAGE),
    Row("K12", approved, "2026-11-10", lambda c, i: w.publish(c, i, at=MONDAY + DAY), "publish",
        told=frozenset({"publisher", "publisher_2"})),
    Row("K13", approved, "2026-11-18", lambda c, i: w.rate(i, at=MONDAY + 2 * DAY), "evaluate", lapse="expire"),
    Row("K14", visit_planned, "2026-11-09",
        lambda c, v: visiting.record(visit=v, contacted=True, solved="yes", actor=c.actor("intake_clerk"), at=MONDAY),
        "record_visit", told=frozenset({"intake_clerk"})),
    Row("K15", rectified, "2026-11-18", answer, "pass_reply", "bus", BUS),
    Row("K16", ordered, "2026-11-09",
        lambda c, o: supervising.answer(order=o, text="已安排专人。", actor=c.actor("unit_head:bus"), at=MONDAY),
        "supervision_answer", "bus", BUS, "supervision_lapse"),
    Row("K16c", lambda c: ordered(c, critical=True), "2026-11-03",
        lambda c, o: supervising.answer(order=o, text="已安排专人。", actor=c.actor("unit_head:bus"), at=MONDAY),
        "supervision_answer", "bus", BUS, "supervision_lapse"),
    Row("K17", advised, "2026-12-02",
        lambda c, a: advising.answer(advice=a, answer="adopted", text="明年3月底前修订。", actor=c.actor("unit_head:bus"), at=MONDAY),
        "advice_answer", "bus", BUS, "advice_lapse"),
    Row("K18", promised, "2026-12-21",
        lambda c, p: commitments.keep(commitment=p, proof="两张长椅已经装好了，在站台两头。", kept_on=date(2026, 11, 30),
                                      actor=c.actor("handler:bus"), at=on("2026-11-30")), "keep_commitment", "bus", BUS,
        "miss_commitment"),
    Row("K19", carried_out, "2027-01-31",
        lambda c, a: adopting.report_progress(adoption=a, text="已选好两处位置，月底前开始安装。", actor=c.actor("handler:bus"), at=MONDAY + DAY),
        "report_progress", "bus", BUS, "progress_missed"),
    Row("K20", closed, "2027-02-02", lambda c, i: lapses.run(now=on("2027-02-03")), "archive", lapse="archive"),
    Row("K21", consulted, "2026-12-02", lambda c, h: consulting.sweep(now=MONDAY + 41 * DAY), "consultation_close"),
    Row("K22", with_papers, "2026-12-08",
        lambda c, h: hearings.cancel(hearing=h, reason="方案已经调整", actor=c.actor("triage_officer"), at=on("2026-12-02")),
        "hearing_cancel", "bus"),
    Row("K22p", announced, "2026-12-14", send, "hearing_papers", told=TRIAGE | {"hearing_clerk"}),
    Row("K24", asked_for_data, "2026-11-23",
        lambda c, r: rights.fulfil(request=r, actor=c.actor("privacy_officer"), at=MONDAY), "rights_fulfil",
        told=frozenset({"privacy_officer"})),
    Row("KH", sent_on, "2026-11-20", answer_in_time, "pass_reply", told=TRIAGE),
    Row("K26", month_drawn, "2026-12-03",
        lambda c, m: supervision_rules.report_month(close=m, note="已逐件催办。", actor=c.actor("supervisor"), at=on("2026-12-02")),
        "month_report", told=frozenset({"supervisor"}), lapse="month_lapse"),
)
# fmt: on
HOURS = {"K1", "K1m", "K23", "K25"}
"""Clocks that run by the hour or not at all: tests of their own below."""
OTHERS = {"K7c", "K7d", "K8"}
"""Only where the site answers them; and what is no clock but a limit: tests of their own below."""
NOT_IN_SECTION_5 = {"K27", "K28", "KT", "KA2", "KL", "KM", "KP5", "KS", "KB", "KQ", "KR"}


def _supplement(city: World) -> Suggestion:
    item = submitted(city)
    return triage.request_supplement(
        suggestion=item, asked="请写明是哪一站。", actor=city.actor("triage_officer"), at=MONDAY
    )


def running(kind: str) -> Clock:
    return Clock.objects.select_related("rule", "holder_unit").get(kind=kind, stopped_at=None)


def test_the_table_leaves_no_clock_out() -> None:
    kinds = {r.kind for r in DEFAULT_RULES}
    assert {row.kind for row in TABLE} | HOURS | OTHERS | NOT_IN_SECTION_5 == kinds


@pytest.mark.parametrize("row", TABLE, ids=lambda r: r.kind)
def test_each_clock_is_started_by_its_act_with_its_day_and_its_holder(
    city: World, row: Row
) -> None:
    assert not Clock.objects.filter(kind=row.kind).exists()
    row.starts(city)
    clock = running(row.kind)
    assert clock.due_on == date.fromisoformat(row.due)
    assert (clock.holder_unit.code if clock.holder_unit else "") == row.holder
    if row.kind != "K18":
        assert not clock.provisional or clock.due_on.year == 2027


@pytest.mark.parametrize("row", TABLE, ids=lambda r: r.kind)
def test_each_clock_is_stopped_by_its_act(city: World, row: Row, tmp_path: Any, settings: Any) -> None:  # fmt: skip
    thing = row.starts(city)
    clock = running(row.kind)
    row.stops(city, thing)
    clock.refresh_from_db()
    assert clock.stopped_at is not None
    assert clock.stop_reason == row.by


def each_day_until(clock: Clock, last: date) -> None:
    from suggestions.services import reminders

    day = clock.started_at.astimezone(SHANGHAI).date()
    while day <= last:
        reminders.send(now=on(day.isoformat()))
        day += DAY


@pytest.mark.parametrize(
    "row", [r for r in TABLE if r.told and r.kind not in reminding.TARGETS], ids=lambda r: r.kind
)
def test_each_duty_is_reminded_of_before_its_day_and_climbs_the_ladder_after_it(
    city: World, row: Row
) -> None:
    row.starts(city)
    clock = running(row.kind)
    each_day_until(clock, clock.due_on + 12 * DAY)
    told = {
        step: {u.username for r in ClockReminder.objects.filter(clock=clock, step=step) for u in r.told.all()}
        for step in ("due", "supervisor", "leader")
    }  # fmt: skip
    assert told["due"]
    assert told["due"] <= row.told
    assert told["supervisor"] == {"supervisor"}
    assert told["leader"] == {"leader"}
    clock.refresh_from_db()
    assert clock.bulletin_on is not None


def test_a_missed_target_is_told_to_who_holds_it_and_to_nobody_above(city: World) -> None:
    submitted(city)
    clock = running("K2t")
    each_day_until(clock, clock.due_on + 12 * DAY)
    told = {(r.step, u.username) for r in ClockReminder.objects.filter(clock=clock) for u in r.told.all()}  # fmt: skip
    assert {step for step, _who in told} == {"before", "due", "late"}
    assert {who for _step, who in told} == TRIAGE
    clock.refresh_from_db()
    assert clock.bulletin_on is None


@pytest.mark.parametrize("row", [r for r in TABLE if r.lapse], ids=lambda r: r.kind)
def test_what_time_brings_is_stamped_with_the_legal_moment_and_happens_once(
    city: World, row: Row
) -> None:
    from suggestions.models import CaseEvent, RecordEvent

    row.starts(city)
    due = running(row.kind).due_on

    def events() -> list[datetime]:
        both = (
            CaseEvent.objects.filter(name=row.lapse),
            RecordEvent.objects.filter(name=row.lapse),
        )
        return [e.at.astimezone(SHANGHAI) for rows in both for e in rows]

    lapses.run(now=on(due.isoformat(), 23))
    assert events() == []
    for _ in range(2):
        lapses.run(now=on((due + 3 * DAY).isoformat()))
    assert events() == [on((due + DAY).isoformat(), 0)]


@pytest.mark.parametrize("row", TABLE, ids=lambda r: r.kind)
def test_each_date_is_explained_in_plain_chinese(city: World, row: Row) -> None:
    row.starts(city)
    said = clocks.explain_in_words(running(row.kind))
    assert said
    for line in said:
        assert line.endswith("。")
        assert not set(line) & set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")


def test_an_unanswered_right_to_return_simply_ends(city: World) -> None:
    item = dispatched(city)
    with pytest.raises(DomainError):
        disputes.object_to(
            assignment=lead(item), reasons="长椅由市容部门负责，我局只管线路和车辆，职责清单里没有这一项。", legal_basis="职责清单第三条",
            actor=city.actor("unit_head:bus"), at=on("2026-11-10"),
        )  # fmt: skip


def test_an_online_item_has_its_receipt_at_once(city: World) -> None:
    submitted(city)
    clock = Clock.objects.get(kind="K1")
    assert (clock.stop_reason, clock.stopped_at) == ("register", clock.started_at)


def test_a_paper_from_a_box_has_twenty_four_hours_for_its_receipt(city: World) -> None:
    late = submitted(city, channel="mailbox_point", received_at=MONDAY - timedelta(hours=30))
    soon = submitted(city, channel="mailbox_point", received_at=MONDAY - timedelta(hours=20))
    assert not Clock.objects.filter(kind="K1").exists()
    found = {c.suggestion_id: c for c in Clock.objects.filter(kind="K1m")}
    assert {c.stop_reason for c in found.values()} == {"register"}
    assert found[late.pk].due_at == MONDAY - timedelta(hours=6)
    assert found[late.pk].is_late(MONDAY.date())
    assert not found[soon.pk].is_late(MONDAY.date())


@override_settings(HANDLED_CATEGORIES=["consultation", "appeal_claim"])
@pytest.mark.parametrize(
    ("category", "kind", "due"),
    [("consultation", "K7c", "2026-11-04"), ("appeal_claim", "K7d", "2026-11-23")],
)
def test_what_the_office_answers_itself_has_the_hotlines_limit(
    city: World, category: str, kind: str, due: str
) -> None:
    item = signed_in(city, category=category)
    clock = running(kind)
    assert (clock.due_on.isoformat(), clock.holder_unit) == (due, city.bus)
    item.refresh_from_db()
    assert (item.due_kind, item.publication) == (kind, "private")
    answer(city, item)
    clock.refresh_from_db()
    assert clock.stop_reason == "pass_reply"
    assert not Clock.objects.filter(kind="K7a").exists()


@override_settings(HANDLED_CATEGORIES=["consultation", "appeal_claim"])
@pytest.mark.parametrize(
    ("category", "kind", "asked_on", "until"),
    [
        ("consultation", "K7c", "2026-11-04", date(2026, 12, 4)),
        ("appeal_claim", "K7d", "2026-11-20", date(2026, 12, 23)),
    ],
)
def test_a_consultation_and_a_complaint_are_extended_like_any_answer_once_by_thirty_days_at_most(
    city: World, category: str, kind: str, asked_on: str, until: date
) -> None:
    item = signed_in(city, category=category)
    head, office = city.actor("unit_head:bus"), city.actor("triage_officer")
    words = {
        "assignment": lead(item),
        "reason": "要等省里的口径，口径一到马上答复。",
        "actor": head,
    }
    with pytest.raises(Invalid, match="最多延30天"):
        extending.request(**words, new_due=until + timedelta(days=1), at=on(asked_on))
    asked = extending.request(**words, new_due=until, at=on(asked_on))
    asked.suggestion = item
    extending.grant(extension=asked, actor=office, at=on(asked_on))
    assert running(kind).due_on == until
    item.refresh_from_db()
    assert (item.due_kind, item.due_on) == (kind, until)
    with pytest.raises(DomainError, match="已经延期一次"):
        extending.request(**words, new_due=until + timedelta(days=2), at=on(asked_on))


def test_what_has_its_own_channel_is_not_taken_in(city: World) -> None:
    with pytest.raises(DomainError):
        dispatched(city, category="consultation")


def test_an_extension_moves_the_date_once_and_keeps_the_first(city: World) -> None:
    item = signed_in(city)
    asked = extending.request(
        assignment=lead(item), reason="要等省里批复，批复下来马上答复。", new_due=date(2026, 12, 10),
        actor=city.actor("unit_head:bus"), at=on("2026-11-10"),
    )  # fmt: skip
    asked.suggestion = item
    extending.grant(extension=asked, actor=city.actor("triage_officer"), at=on("2026-11-11"))
    clock = running("K7a")
    assert (clock.due_on, clock.first_due_on) == (date(2026, 12, 10), date(2026, 11, 23))


def test_an_urgent_matter_is_reported_within_two_hours_day_or_night(city: World) -> None:
    item = flagged(city)
    clock = running("K23")
    assert clock.due_at == MONDAY + timedelta(hours=2)
    urgent.report(suggestion=item, note="已报值班领导", actor=city.actor("leader"), at=MONDAY)
    clock.refresh_from_db()
    assert clock.stop_reason == "urgency_reported"


def test_a_breach_is_dealt_with_within_twenty_four_hours(city: World) -> None:
    held = breached(city)
    clock = running("K25")
    assert clock.due_at == MONDAY + timedelta(hours=24)
    told_of_breach(city, held)
    clock.refresh_from_db()
    assert clock.stop_reason == "breach_close"


def test_a_supplement_pauses_the_offices_clock_and_gives_the_days_back(city: World) -> None:
    item = _supplement(city)
    assert running("K2").paused_on == MONDAY.date()
    intake.supplement(
        suggestion=item, answer="人民路站。", actor=Actor.author(), at=MONDAY + 7 * DAY
    )
    assert running("K2").due_on == date(2026, 11, 24)


def test_a_critical_order_keeps_its_single_day_on_every_rung(city: World) -> None:
    order = ordered(city, critical=True)
    head, judge = city.actor("unit_head:bus"), city.actor("supervisor")
    supervising.answer(order=order, text="已安排专人。", actor=head, at=MONDAY)
    supervising.send_back(order=order, reason="没有写日期", actor=judge, at=on("2026-11-04"))
    assert running("K16c").due_on == date(2026, 11, 5)
    supervising.climb(order=order, level=5, text="请当面说明。", basis="《信访工作条例》第三十九条", actor=judge, at=on("2026-11-06"))  # fmt: skip
    assert running("K16c").due_on == date(2026, 11, 9)
    assert not Clock.objects.filter(kind="K16").exists()
    assert BY_NAME["supervision_climb_critical"].starts == ("K16c",)


def test_a_consultation_cut_short_says_so_and_why(city: World) -> None:
    held = consulted(city, short_reason="汛期临近，来不及征求30天")
    page: Any = held.campaign
    type(page).objects.filter(pk=page.pk).update(closes_at=MONDAY + 10 * DAY)
    consulting.sweep(now=MONDAY + 11 * DAY)
    held.refresh_from_db()
    assert (held.status, held.short_reason) == ("cut_short", "汛期临近，来不及征求30天")
    assert held.closed_at == MONDAY + 10 * DAY


def test_a_campaign_on_a_major_decision_of_less_than_thirty_days_needs_its_reason() -> None:
    first = consulting.earliest_close(MONDAY)
    assert first == date(2026, 12, 2)
    assert consulting.last_day(on("2026-12-03", 0)) == first
    pages: Any = apps.get_model("cms", "CampaignPage")
    page = pages(opens_at=MONDAY, closes_at=MONDAY + 10 * DAY, is_major_decision=True)
    with pytest.raises(ValidationError) as refused:
        page.clean()
    assert "最早2026年12月2日结束" in refused.value.message_dict["closes_at"][0]
    page.short_reason = "汛期临近，来不及征求30天"
    page.clean()
    page.short_reason, page.closes_at = "", on("2026-12-03", 0)
    page.clean()


def test_papers_sent_too_late_are_refused_by_the_rule_in_force(city: World) -> None:
    held = announced(city)
    with pytest.raises(DomainError, match="7天前"):
        hearings.send_papers(
            hearing=held, papers="方案说明", on=date(2026, 12, 15), actor=city.actor("triage_officer"),
            at=on("2026-12-15", 16),
        )  # fmt: skip


def test_the_first_answer_does_not_start_a_second_handling_clock(city: World) -> None:
    item = rectified(city)
    assert rectifying.reasons(item)
    kinds = set(Clock.objects.filter(suggestion=item, stopped_at=None, assignment=None).values_list("kind", flat=True))  # fmt: skip
    assert "K15" in kinds
    assert not kinds & {"K7a", "K7b"}
