"""What a change of hands must not lose or leak: a merge into an answered item, a new lead's page, a recalled lead's notices."""

from datetime import timedelta

import pytest

from portal.notices import delivery
from portal.notices.models import Delivery
from suggestions import outbox
from suggestions.models import Reply
from suggestions.services import assignment, merging, replying
from tests import world as w
from tests.world import MONDAY, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> World:
    return w.make_world()


def at(days: int):
    return MONDAY + timedelta(days=days)


def test_who_is_merged_into_an_answered_item_gets_its_answer_and_may_rate_it(city: World) -> None:
    primary, _ = w.answered(city)
    late = w.submit(city, at=at(11), phone="19900005678").suggestion
    merging.merge(
        suggestion=late,
        primary=primary,
        why="同一站台",
        actor=city.actor("triage_officer"),
        at=at(12),
    )
    late.refresh_from_db()
    assert (late.status, late.evaluation_state) == ("merged", "invited")
    outbox.deliver(now=at(400))
    assert Delivery.objects.filter(suggestion=late, code="author.answered").count() == 1
    assert Delivery.objects.filter(suggestion=primary, code="author.answered").count() == 1
    w.rate(late, at=at(13))
    late.refresh_from_db()
    assert late.evaluation_state == "evaluated"


def test_who_is_merged_into_an_open_item_waits_for_its_answer(city: World) -> None:
    primary = w.submit(city).suggestion
    w.accept(city, primary, at=at(1))
    late = w.submit(city, at=at(1), phone="19900005678").suggestion
    merging.merge(
        suggestion=late,
        primary=primary,
        why="同一站台",
        actor=city.actor("triage_officer"),
        at=at(2),
    )
    late.refresh_from_db()
    assert late.evaluation_state == "not_invited"


def test_a_new_lead_begins_with_an_empty_page_and_the_old_words_stay_the_old_units(
    city: World,
) -> None:
    item = w.submit(city).suggestion
    w.accept(city, item, at=at(0))
    w.dispatch(city, item, at=at(0))
    w.sign_in(city, item, at=at(0))
    replying.save_draft(
        suggestion=item, actor=city.actor("handler:bus"), at=at(1), body="交通局写的第一稿。", basis="交通局的依据"
    )  # fmt: skip
    assignment.reassign(
        suggestion=item,
        to=city.water,
        reason="由水务局主办",
        actor=city.actor("triage_officer"),
        at=at(2),
    )
    held = replying.lead_assignment(item)
    assignment.sign_in(assignment=held, actor=city.actor("liaison:water"), at=at(2))
    item.refresh_from_db()
    assert replying.own_reply(item, held) is None
    draft = replying.save_draft(
        suggestion=item, actor=city.actor("handler:water"), at=at(3), contact="排水科"
    )
    assert (draft.number, draft.unit, draft.body, draft.basis) == (2, city.water, "", "")
    old = Reply.objects.get(suggestion=item, number=1)
    assert (old.unit, old.body) == (city.bus, "交通局写的第一稿。")


def test_a_lead_the_item_was_taken_from_hears_nothing_more_of_it(city: World) -> None:
    item = w.submit(city).suggestion
    w.accept(city, item, at=at(0))
    w.dispatch(city, item, at=at(0))
    assignment.reassign(
        suggestion=item,
        to=city.water,
        reason="由水务局主办",
        actor=city.actor("triage_officer"),
        at=at(1),
    )
    item.refresh_from_db()
    for code in ("staff.sent_back", "staff.withdrawn", "staff.reopened"):
        told = {u.username for u in delivery._recipients(code, item, {})}
        assert "liaison-water" in told
        assert not [name for name in told if name.endswith("-bus")]
