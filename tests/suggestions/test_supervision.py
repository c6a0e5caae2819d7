"""Supervision: proposals by rule, orders by people, the ladder, late answers; and the three advices (process.md 8.1)."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from suggestions.actor import Actor
from suggestions.clock import local_date
from suggestions.errors import DomainError, Invalid, NotAllowed
from suggestions.models import CaseEvent, MonthClose, RecordEvent, Suggestion, SupervisionOrder
from suggestions.services import advising, lapses, replying, supervising, supervision_rules
from suggestions.services.clocks import of_record
from tests import world as w
from tests.world import MONDAY, World

pytestmark = pytest.mark.django_db
Level = SupervisionOrder.Level
BASIS = "《信访工作条例》第四十条"


@pytest.fixture
def city() -> World:
    return w.make_world()


def at(days: int) -> Any:
    return MONDAY + timedelta(days=days)


def handled(city: World, **changes: Any) -> Suggestion:
    item = w.submit(city, **changes).suggestion
    w.accept(city, item, at=at(0))
    w.dispatch(city, item, at=at(0))
    return w.sign_in(city, item, at=at(1))


def issued(city: World, item: Suggestion, *, day: int = 30, **changes: Any) -> SupervisionOrder:
    values = {
        "level": Level.NOTICE,
        "text": "请说明为什么没有按期答复，并在5个工作日内报告。",
        "basis": BASIS,
        **changes,
    }
    return supervising.start(
        jurisdiction=city.jurisdiction, rule="overdue", unit=city.bus, suggestion=item,
        actor=city.actor("supervisor"), at=at(day), **values,
    )  # fmt: skip


def test_an_overdue_case_is_proposed_once_and_nothing_is_issued_by_itself(city: World) -> None:
    item = handled(city)
    assert supervision_rules.propose_all(now=at(14)) == 0
    assert supervision_rules.propose_all(now=at(30)) == 1
    assert supervision_rules.propose_all(now=at(30)) == 0
    order = SupervisionOrder.objects.get()
    assert (order.rule, order.status, order.suggestion, order.unit) == ("overdue", "proposed", item, city.bus)  # fmt: skip
    assert "11月23日" in order.evidence[0]
    assert not order.steps.exists()
    assert not of_record(order).exists()


def test_a_case_whose_unit_did_not_sign_in_is_proposed_against_that_unit(city: World) -> None:
    item = w.submit(city).suggestion
    w.accept(city, item, at=at(0))
    w.dispatch(city, item, at=at(0), co=True)
    supervision_rules.propose_all(now=at(2))
    assert not SupervisionOrder.objects.exists()
    supervision_rules.propose_all(now=at(4))
    orders = SupervisionOrder.objects.filter(rule="no_feedback")
    assert {o.unit for o in orders} == {city.bus, city.water}


def test_three_answers_sent_back_are_proposed_and_two_are_not(city: World) -> None:
    item = handled(city)
    for n in range(3):
        supervision_rules.propose_all(now=at(3 + n))
        assert not SupervisionOrder.objects.filter(rule="rework").exists()
        reply = w.signed_reply(city, item, at=at(2 + n), body=f"{w.BODY}第{n}稿。")
        reply.suggestion = item
        replying.send_back(reply=reply, reason="没有写清日期", actor=city.actor("triage_officer"), at=at(2 + n))  # fmt: skip
    supervision_rules.propose_all(now=at(6))
    assert SupervisionOrder.objects.get(rule="rework").evidence == [
        "答复3次没有通过审核，被退回重写。"
    ]


def test_the_same_topic_and_district_from_five_people_is_proposed_without_naming_anyone(
    city: World,
) -> None:
    for n in range(5):
        w.submit(city, phone=f"1990000{n:04d}", title=f"人民路公交站加长椅之{n}号")
    supervision_rules.propose_all(now=at(1))
    order = SupervisionOrder.objects.get(rule="concentrated")
    assert order.suggestion is None
    assert (order.topic, order.district) == (city.topic, city.district)
    assert "林小满" not in str(order.evidence)


def test_five_items_of_one_person_are_not_a_concentrated_matter(city: World) -> None:
    for n in range(5):
        w.submit(city, title=f"人民路公交站加长椅之{n}号")
    supervision_rules.propose_all(now=at(1))
    assert not SupervisionOrder.objects.filter(rule="concentrated").exists()


def test_a_notice_runs_five_working_days_and_a_critical_one_a_single_day(city: World) -> None:
    item = handled(city)
    plain, critical = issued(city, item), issued(city, item, is_critical=True)
    # 2 December 2026 is a Wednesday.
    assert plain.steps.get().due_on.isoformat() == "2026-12-09"
    assert critical.steps.get().due_on.isoformat() == "2026-12-03"


def test_a_silent_unit_is_marked_at_the_legal_moment_and_a_person_climbs(city: World) -> None:
    order = issued(city, handled(city))
    assert supervising.lapse(now=at(37)) == 0
    assert supervising.lapse(now=at(40)) == 1
    assert supervising.lapse(now=at(40)) == 0
    order.refresh_from_db()
    late = RecordEvent.objects.get(name="supervision_lapse")
    assert (order.status, local_date(late.at).isoformat()) == ("overdue", "2026-12-10")
    lead = city.actor("leader")
    with pytest.raises(Invalid, match="更高"):
        supervising.climb(order=order, level=Level.URGING, text="请反馈。", basis=BASIS, actor=lead, at=at(40))  # fmt: skip
    with pytest.raises(Invalid, match="会同"):
        supervising.climb(order=order, level=Level.JOINT, text="请反馈。", basis=BASIS, actor=lead, at=at(40))  # fmt: skip
    supervising.climb(
        order=order, level=Level.JOINT, text="请三日内到会说明。", basis="《人民建议征集若干规定》第二十条",
        with_bodies="市委督查室", actor=lead, at=at(40),
    )  # fmt: skip
    assert [s.level for s in order.steps.all()] == [Level.NOTICE, Level.JOINT]
    assert of_record(order).filter(stopped_at=None).count() == 1


def test_only_the_head_of_the_unit_answers_and_the_answer_is_judged(city: World) -> None:
    item = handled(city)
    order = issued(city, item)
    for who in ("liaison:bus", "unit_head:water", "supervisor"):
        with pytest.raises(NotAllowed):
            supervising.answer(order=order, text="已经答复。", actor=city.actor(who), at=at(31))
    head, judge = city.actor("unit_head:bus"), city.actor("supervisor")
    supervising.answer(order=order, text="已安排专人。", actor=head, at=at(31))
    with pytest.raises(DomainError, match="理由"):
        supervising.send_back(order=order, reason=" ", actor=judge, at=at(32))
    supervising.send_back(order=order, reason="没有写答复日期。", actor=judge, at=at(32))
    supervising.answer(order=order, text="12月8日前答复建议人。", actor=head, at=at(33))
    supervising.accept(order=order, effect="12月7日已答复。", actor=judge, at=at(36))
    order.refresh_from_db()
    assert order.status == "closed"
    assert [s.answer for s in order.steps.all()] == ["已安排专人。", "12月8日前答复建议人。"]
    assert not of_record(order).filter(stopped_at=None).exists()
    told = CaseEvent.objects.filter(suggestion=item, name="supervision").values_list("words", flat=True)  # fmt: skip
    assert "督办办结" in told
    assert set(
        CaseEvent.objects.filter(name="supervision").values_list("visibility", flat=True)
    ) == {"staff"}


def test_a_proposal_is_dismissed_only_with_a_reason_and_does_not_come_back(city: World) -> None:
    handled(city)
    supervision_rules.propose_all(now=at(30))
    order = SupervisionOrder.objects.get()
    with pytest.raises(DomainError, match="理由"):
        supervising.dismiss(order=order, reason="", actor=city.actor("supervisor"), at=at(31))
    with pytest.raises(NotAllowed):
        supervising.dismiss(order=order, reason="x", actor=city.actor("triage_officer"), at=at(31))
    supervising.dismiss(order=order, reason="单位已电话说明。", actor=city.actor("supervisor"), at=at(31))  # fmt: skip
    supervision_rules.propose_all(now=at(32))
    assert SupervisionOrder.objects.count() == 1


def test_the_database_keeps_an_answer_from_standing_without_its_head(city: World) -> None:
    step = issued(city, handled(city)).steps.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        type(step).objects.filter(pk=step.pk).update(answer="没有人签")


def test_the_sweeps_of_steering_run_in_the_registry(city: World) -> None:
    handled(city)
    done = lapses.run(now=at(30))
    assert done["supervision"] == 1
    assert {"supervision_late", "advice_late", "questioning", "sponsorship", "month_close"} <= set(
        done
    )


def test_an_advice_is_answered_in_writing_within_thirty_days_or_marked_late(city: World) -> None:
    item = handled(city)
    advice = advising.issue(
        jurisdiction=city.jurisdiction, kind="improve_policy", unit=city.bus, title="站台设施标准",
        facts="同类建议三个月内有七件。", text="修订站台导则，写明座椅数量。", basis=BASIS, cases=[item],
        actor=city.actor("supervisor"), at=at(0),
    )  # fmt: skip
    assert advice.due_on is not None
    assert advice.due_on.isoformat() == "2026-12-02"
    assert advising.lapse(now=at(30)) == 0
    assert advising.lapse(now=at(31)) == 1
    advice.refresh_from_db()
    head = city.actor("unit_head:bus")
    with pytest.raises(Invalid, match="采纳"):
        advising.answer(advice=advice, answer="", text="同意。", actor=head, at=at(32))
    with pytest.raises(NotAllowed):
        advising.answer(advice=advice, answer="adopted", text="同意。", actor=city.actor("unit_head:water"), at=at(32))  # fmt: skip
    advising.answer(advice=advice, answer="partly", text="导则明年3月底前修订。", actor=head, at=at(32))  # fmt: skip
    advising.close(advice=advice, actor=city.actor("supervisor"), at=at(33))
    advice.refresh_from_db()
    assert (advice.status, advice.answer) == ("closed", "partly")


def test_the_month_is_closed_once_with_what_was_left_open_and_reported_by_the_third_working_day(
    city: World,
) -> None:
    item = handled(city)
    assert supervision_rules.close_month(now=at(30)) == 1
    assert supervision_rules.close_month(now=at(31)) == 0
    close = MonthClose.objects.get()
    assert (close.month.isoformat(), close.due_on.isoformat()) == ("2026-11-01", "2026-12-03")
    assert (close.open_at_end, close.overdue_at_end) == (1, 1)
    assert close.rows[0]["case_no"] == item.case_no
    supervision_rules.report_month(close=close, note="已逐件催办。", actor=city.actor("supervisor"), at=at(31))  # fmt: skip
    with pytest.raises(DomainError, match="已经报过"):
        supervision_rules.report_month(close=close, note="再报。", actor=Actor.staff(city.users["supervisor"], "supervisor"), at=at(32))  # fmt: skip
