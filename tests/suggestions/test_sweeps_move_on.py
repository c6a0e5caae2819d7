"""A sweep takes a batch at a time: what it did before must not stand in the way of what is new."""

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from suggestions.clock import local_date
from suggestions.models import Clock, Suggestion, SupervisionOrder, Visit
from suggestions.services import clocks, replying, supervision_rules, visiting
from suggestions.states import BY_NAME
from tests import world as w
from tests.world import MONDAY, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def city(db: None) -> World:
    call_command("load_workdays", stdout=StringIO())
    return w.make_world()


def at(days: int) -> Any:
    return MONDAY + timedelta(days=days)


def handled(city: World, **changes: Any) -> Suggestion:
    item = w.submit(city, **changes).suggestion
    w.accept(city, item, at=at(0))
    w.dispatch(city, item, at=at(0), co=True)
    return w.sign_in(city, item, at=at(1))


def test_no_rule_names_again_what_it_proposed(city: World) -> None:
    item = handled(city)
    for n in range(3):
        reply = w.signed_reply(
            city, item, at=at(2 + n), body=f"{w.BODY}第{n}稿。", note="期限前先报。"
        )
        reply.suggestion = item
        replying.send_back(reply=reply, reason="没有写清日期", actor=city.actor("triage_officer"), at=at(2 + n))  # fmt: skip
    day = local_date(at(30))
    rules = (supervision_rules.overdue, supervision_rules.no_feedback, supervision_rules.rework)
    assert all(list(rule(day)) for rule in rules)
    assert supervision_rules.propose_all(now=at(30)) >= 3
    assert [list(rule(day)) for rule in rules] == [[], [], []]


def test_a_date_that_moved_is_a_new_matter_for_the_rule_of_late_answers(city: World) -> None:
    item = handled(city)
    supervision_rules.propose_all(now=at(30))
    assert SupervisionOrder.objects.filter(rule="overdue").count() == 1
    held = item.clocks.get(kind="K7a", stopped_at=None)
    Clock.objects.filter(pk=held.pk).update(due_on=held.due_on + timedelta(days=3))
    supervision_rules.propose_all(now=at(31))
    assert SupervisionOrder.objects.filter(rule="overdue").count() == 2


def test_looking_for_visits_costs_the_same_however_many_limits_passed(
    city: World, settings: Any
) -> None:
    settings.VISIT_SHARE = 0

    def look() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert visiting.plan_due(now=at(30)) == 0
        return len(seen)

    handled(city)
    one = look()
    for n in range(4):
        handled(city, phone=f"1990000{n:04d}", title=f"人民路公交站加长椅之{n}号")
    assert look() == one
    settings.VISIT_SHARE = 100
    assert visiting.plan_due(now=at(30)) == 5
    assert visiting.plan_due(now=at(30)) == 0
    assert Visit.objects.count() == 5


def test_an_act_reads_running_clocks_without_their_rules(city: World) -> None:
    item = handled(city)
    with CaptureQueriesContext(connection) as seen:
        assert clocks.take_effect(item, BY_NAME["accept"], at=at(2))["due_kind"] == "K7a"
    assert not any("suggestions_clockrule" in q["sql"] for q in seen)


def test_a_supplement_pauses_the_clock_and_its_answer_moves_the_date(city: World) -> None:
    from suggestions.services import intake, triage

    item = w.submit(city).suggestion
    before = item.clocks.get(kind="K2")
    triage.request_supplement(suggestion=item, asked="请补充地点。", actor=city.actor("triage_officer"), at=at(2))  # fmt: skip
    assert item.clocks.get(kind="K2").paused_on == local_date(at(2))
    assert item.due_kind == "K10"
    intake.supplement(suggestion=item, answer="人民路1号门口。", actor=w.Actor.author(), at=at(5))
    after = item.clocks.get(kind="K2")
    assert after.paused_on is None
    assert after.due_on == before.due_on + timedelta(days=3)
    assert (item.due_kind, item.due_on) == ("K2", after.due_on)


def test_dates_counted_once_are_those_counted_each_time(city: World) -> None:
    item = handled(city)
    for held in item.clocks.filter(fixed_on=None, due_at=None).select_related("rule"):
        assert held.due_on == clocks.explain(held).on
        assert held.remind_on == clocks.next_reminder(held)
    clocks.forget_calendar()
    again = handled(city, title="人民路公交站加顶棚")
    assert set(again.clocks.values_list("kind", "due_on")) == set(item.clocks.values_list("kind", "due_on"))  # fmt: skip
