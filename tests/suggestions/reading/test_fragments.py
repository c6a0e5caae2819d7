"""Rows and facet columns are drawn once, kept under all that they show, and forgotten when nobody asks."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import translation
from django.utils.safestring import SafeString, mark_safe

from suggestions import content
from suggestions.models import Reply, Suggestion, Unit
from suggestions.public import fragments
from suggestions.public.fragments import Shelf
from suggestions.selectors import public
from suggestions.selectors.public import Filters, Place
from suggestions.states import PublicGroup
from tests import world as w
from tests.suggestions.reading.conftest import copies
from tests.world import MONDAY, World

TODAY = date(2025, 6, 2)


@pytest.fixture(autouse=True)
def nothing_drawn() -> None:
    fragments.clear()


@pytest.fixture
def item(world: World) -> Suggestion:
    return Suggestion.objects.get(pk=w.answered(world, at=MONDAY)[0].pk)


def places() -> list[Place]:
    return public.find(Filters()).places


def test_a_row_drawn_before_is_not_read_again(
    item: Suggestion, django_assert_num_queries: Any
) -> None:
    found = places()
    first = fragments.rows(found, today=TODAY)
    assert item.public_title in first.replace("<wbr>", "")
    with django_assert_num_queries(0):
        assert fragments.rows(found, today=TODAY) == first


def test_rows_that_are_missing_are_read_in_two_queries_however_many(
    item: Suggestion, django_assert_num_queries: Any
) -> None:
    copies(item, 12)
    found = places()
    assert len(found) == 13
    with django_assert_num_queries(2):
        drawn = fragments.rows(found, today=TODAY)
    assert drawn.count('<li class="row">') == 13


@pytest.mark.parametrize(
    "change",
    [
        {"version": 900, "public_title": "换过的题目"},
        {"co_sign_count": 73},
    ],
    ids=["a new version", "a new voice"],
)
def test_a_row_changes_with_what_it_shows(item: Suggestion, change: dict[str, Any]) -> None:
    before = fragments.rows(places(), today=TODAY)
    Suggestion.objects.filter(pk=item.pk).update(**change)
    after = fragments.rows(places(), today=TODAY)
    assert after != before
    assert str(change.get("public_title", "73")) in after.replace("<wbr>", "")


def test_a_unit_renamed_shows_its_new_name_in_every_row(item: Suggestion) -> None:
    fragments.rows(places(), today=TODAY)
    Unit.objects.filter(pk=item.lead_unit_id).update(short_name="新名称局")
    assert "新名称局" in fragments.rows(places(), today=TODAY)


def test_what_is_late_is_late_on_the_day_it_is_read(item: Suggestion) -> None:
    Reply.objects.filter(suggestion=item).update(is_public=False)
    Suggestion.objects.filter(pk=item.pk).update(public_group=PublicGroup.IN_PROGRESS, due_on=TODAY)
    before = fragments.rows(places(), today=TODAY)
    after = fragments.rows(places(), today=TODAY + timedelta(days=3))
    assert "逾期" not in before
    assert "逾期" in after


def test_what_was_hidden_since_it_was_found_is_left_out(item: Suggestion) -> None:
    found = places()
    Suggestion.objects.filter(pk=item.pk).update(public_group="")
    assert fragments.rows(found, today=TODAY) == ""


def test_a_shelf_forgets_what_nobody_asks_for(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr(fragments.time, "monotonic", lambda: now)
    shelf = Shelf(100)
    for key in ("asked for", "left alone"):
        shelf.put(key, mark_safe(key))
    for _ in range(4):
        now += fragments.AGE * 0.9
        assert shelf.get("asked for") == "asked for"
    assert shelf.get("left alone") is None


def test_a_shelf_is_bounded() -> None:
    shelf = Shelf(10)
    for key in range(1000):
        shelf.put(key, SafeString(key))
    assert len(shelf._young) + len(shelf._old) <= 20
    assert shelf.get(999) == "999"
    assert shelf.get(1) is None


def test_a_part_is_drawn_once_a_content_version(db: None) -> None:
    drawn: list[int] = []

    def draw() -> str:
        drawn.append(1)
        return f"<p>{len(drawn)}</p>"

    assert [fragments.part("one", "a", draw) for _ in range(3)] == ["<p>1</p>"] * 3
    assert fragments.part("one", "b", draw) == "<p>2</p>"
    with translation.override("en"):
        assert fragments.part("one", "a", draw) == "<p>3</p>"
    content.bump()
    assert fragments.part("one", "a", draw) == "<p>4</p>"


def test_the_last_line_of_a_result_costs_one_query_once_it_was_drawn(
    item: Suggestion, django_assert_num_queries: Any
) -> None:
    asked = [(str(item.pk), MONDAY), ("999999", MONDAY)]
    first = fragments.metas(asked, today=TODAY)
    assert list(first) == [str(item.pk)]
    assert item.lead_unit is not None
    assert item.lead_unit.short_name in first[str(item.pk)].line
    reply = Reply.objects.get(suggestion=item, is_public=True)
    assert first[str(item.pk)].opening == reply.public_body[:80]
    with django_assert_num_queries(1):
        assert fragments.metas(asked, today=TODAY) == first
    Suggestion.objects.filter(pk=item.pk).update(co_sign_count=73)
    assert "73" in fragments.metas(asked, today=TODAY)[str(item.pk)].line
