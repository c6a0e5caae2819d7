"""The drawn page of an answered item outlives the next publication, and nothing it shows can change behind its back."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from suggestions import content
from suggestions.clock import local_date
from suggestions.models import (
    CalendarDay,
    ReplyComment,
    ReplyVoice,
    Suggestion,
    Topic,
    Unit,
)
from suggestions.public import item_kept
from suggestions.selectors import one_item
from suggestions.services import clock_rules, publishing, reply_voices
from tests import world as w
from tests.suggestions.reading.conftest import text
from tests.world import MONDAY, World

LATER = MONDAY + timedelta(days=12)
TODAY = local_date(LATER)


@pytest.fixture
def item(world: World) -> Suggestion:
    return w.answered(world)[0]


def address(item: Suggestion, n: int = 0) -> str:
    return f"/suggestions/{item.case_no}/" + (f"?n={n}" if n else "")


def key(item: Suggestion) -> str:
    return item_kept.key_of(one_item.find(item.case_no), [], today=TODAY)


@pytest.mark.usefixtures("own_index")
def test_after_a_publication_elsewhere_an_answered_item_is_read_but_not_drawn_anew(client: Client, item: Suggestion) -> None:  # fmt: skip
    first = client.get(address(item))
    content.bump()
    client.get("/suggestions/")  # the frame of pages is drawn anew
    with CaptureQueriesContext(connection) as asked:
        again = client.get(address(item, 1))
    assert again["ETag"] != first["ETag"]
    assert text(again).replace("?n=1", "").replace("%3Fn%3D1", "") == text(first)
    # The item, its kept names, and whether the like ones an engine offers are still public.
    assert len(asked) <= 5, [q["sql"] for q in asked.captured_queries]
    assert "suggestions_caseevent" not in str(asked.captured_queries)


def test_the_page_shows_a_rating_that_came_after_it_was_drawn(client: Client, item: Suggestion) -> None:  # fmt: skip
    assert "正在等建议人评价" in text(client.get(address(item)))
    w.rate(item, at=LATER, comment="椅子装好了，谢谢。")
    page = text(client.get(address(item, 1)))
    assert "椅子装好了，谢谢。" in page
    assert "正在等建议人评价" not in page


def test_a_page_that_was_taken_down_is_gone_however_often_it_was_drawn(client: Client, world: World, item: Suggestion) -> None:  # fmt: skip
    assert client.get(address(item)).status_code == 200
    publishing.suspend(suggestion=item, reason="有人说露出了住址", actor=world.actor("publisher"), at=LATER)  # fmt: skip
    assert client.get(address(item, 1)).status_code == 404


def _voice(item: Suggestion) -> None:
    reply = reply_voices.current(item)
    assert reply is not None
    facts: dict[str, Any] = {"reply": reply, "phone": "19900002222", "helpful": True}
    reply_voices.give(**facts, words="改得好。", idempotency_key="one", at=LATER)


def _counted(item: Suggestion) -> None:
    _voice(item)
    assert ReplyVoice.objects.counted().update(helpful=False) == 1


def _comment(item: Suggestion) -> None:
    _voice(item)
    shown = {"status": "shown", "public_text": "改得好。", "said_at": LATER}
    assert ReplyComment.objects.update(**shown) == 1


CHANGES: dict[str, Callable[[Suggestion], Any]] = {
    "an act": lambda i: Suggestion.objects.filter(pk=i.pk).update(version=i.version + 1),
    "a released text": lambda i: Suggestion.objects.filter(pk=i.pk).update(public_problem="换过的话。"),
    "a voice more": lambda i: Suggestion.objects.filter(pk=i.pk).update(co_sign_count=7),
    "a renamed unit": lambda i: Unit.objects.filter(pk=i.lead_unit_id).update(name="新名称局"),
    "a renamed topic": lambda i: Topic.objects.filter(pk=i.topic_id).update(name="坐车"),
    "a tag": lambda i: i.tags.add("长椅"),
    "a reader's word on the answer": _counted,
    "a released comment": _comment,
    "another calendar": lambda i: CalendarDay.objects.create(date=TODAY, is_working=False, note="放假"),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_what_the_page_shows_is_part_of_its_key(item: Suggestion, change: Callable[[Suggestion], Any]) -> None:  # fmt: skip
    before = key(item)
    assert before == key(item) != ""
    change(item)
    clock_rules.forget_calendar()
    assert key(item) != before


def test_each_day_has_a_page_of_its_own(item: Suggestion) -> None:
    found = one_item.find(item.case_no)
    assert item_kept.key_of(found, [], today=TODAY) != item_kept.key_of(found, [], today=TODAY + timedelta(days=1))  # fmt: skip


def test_an_open_item_speaks_of_today_and_is_not_kept(world: World) -> None:
    item = w.submit(world).suggestion
    w.accept(world, item, at=MONDAY + timedelta(days=1))
    w.dispatch(world, item, at=MONDAY + timedelta(days=1))
    w.publish(world, item, at=MONDAY + timedelta(days=2))
    assert key(item) == ""


def test_an_item_with_a_co_unit_is_drawn_each_time(world: World) -> None:
    item = w.submit(world).suggestion
    w.accept(world, item, at=MONDAY + timedelta(days=1))
    w.dispatch(world, item, at=MONDAY + timedelta(days=1), co=True)
    w.sign_in(world, item, at=MONDAY + timedelta(days=2))
    reply = w.signed_reply(world, item, at=MONDAY + timedelta(days=3), note="等不及了")
    w.replying.approve(reply=reply, actor=world.actor("triage_officer"), at=MONDAY + timedelta(days=4))  # fmt: skip
    w.publish(world, item, at=MONDAY + timedelta(days=5))
    assert key(item) == ""
