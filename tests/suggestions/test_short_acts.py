"""An act of the desk asks nothing twice and writes each row once: bounds on its statements, and the promises it keeps."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from suggestions.actor import Actor
from suggestions.errors import ChangedMeanwhile, NotAllowed
from suggestions.models import CaseEvent, Clock, Outbox, PublicationReview, Suggestion
from suggestions.services import (
    assignment,
    chain,
    clocks,
    hinting,
    publishing,
    replying,
    transitions,
)
from suggestions.states import Case, Visibility
from tests import world as w
from tests.world import BODY, MONDAY, World, make_world

DAY = timedelta(days=1)
MOST = {
    "accept": 10, "dispatch": 12, "sign_in": 6, "draft": 5, "draft again": 3, "ask": 3, "sign": 10, "approve": 15,
    "mask": 3, "save": 1, "check": 3, "publish": 8, "rate": 11,
}  # fmt: skip
"""Statements of each act, the lock of the case and marks of savepoints left out."""
MOST_WITH_A_CO_UNIT = MOST | {"dispatch": 13, "sign": 10, "approve": 16}
_LOOK = "SELECT version FROM suggestions_suggestion"
_MARKS = ("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT")


@contextmanager
def asked(held: dict[str, list[str]], name: str) -> Iterator[None]:
    with CaptureQueriesContext(connection) as queries:
        yield
    found = [q["sql"] for q in queries.captured_queries]
    held[name] = [s for s in found if not s.startswith((*_MARKS, _LOOK))]


def lived(city: World, *, co: bool) -> tuple[Suggestion, dict[str, list[str]]]:
    """An item from its arrival to its rating, and what each act asked of the database."""
    item = w.submit(city, title="路口加一盏灯" if co else "公园修一段路").suggestion
    item = Suggestion.objects.select_related("jurisdiction", "district", "author").get(pk=item.pk)
    hinting.ensure(suggestion=item, at=MONDAY)
    held: dict[str, list[str]] = {}

    def act(name: str, do: Callable[[], Any]) -> Any:
        with asked(held, name):
            return do()

    bus, head = city.actor("handler:bus"), city.actor("unit_head:bus")
    texts = {"outcome": "adopted", "body": BODY, "basis": "导则", "contact": "公交科 0380-555 0131"}
    act("accept", lambda: w.accept(city, item, at=MONDAY + DAY))
    act("dispatch", lambda: w.dispatch(city, item, at=MONDAY + DAY, co=co))
    part = replying.lead_assignment(item)
    liaison = city.actor("liaison:bus")
    act("sign_in", lambda: assignment.sign_in(assignment=part, actor=liaison, at=MONDAY + 2 * DAY))
    if co:
        other = next(p for p in assignment.active_parts(item) if p.part == "co")
        water = city.actor("handler:water")
        assignment.sign_in(assignment=other, actor=city.actor("liaison:water"), at=MONDAY + 2 * DAY)
        assignment.give_opinion(assignment=other, opinion="管线没有冲突。", actor=water, at=MONDAY + 2 * DAY)  # fmt: skip
    draft = {"suggestion": item, "actor": bus, **texts}
    act("draft", lambda: replying.save_draft(at=MONDAY + 3 * DAY, **draft))
    reply = act("draft again", lambda: replying.save_draft(at=MONDAY + 4 * DAY, **draft))
    reply.suggestion = item
    act("ask", lambda: replying.ask_for_signature(reply=reply, actor=bus, at=MONDAY + 4 * DAY))
    act("sign", lambda: replying.sign(reply=reply, actor=head, at=MONDAY + 5 * DAY))
    officer = city.actor("triage_officer")
    act("approve", lambda: replying.approve(reply=reply, actor=officer, at=MONDAY + 6 * DAY))
    review = PublicationReview.objects.get(suggestion=item)
    review.suggestion = item
    first, second = city.actor("publisher"), city.actor("publisher_2")
    facts: dict[str, Any] = {"review": review, "at": MONDAY + 7 * DAY}
    act("mask", lambda: publishing.start(actor=first, **facts))
    act("save", lambda: publishing.save(actor=first, **facts))
    act("check", lambda: publishing.submit(actor=first, **facts))
    act("publish", lambda: publishing.release(actor=second, **facts))
    act("rate", lambda: w.rate(item, at=MONDAY + 8 * DAY))
    return item, held


def test_each_act_of_the_desk_stays_within_its_statements_and_asks_nothing_twice(db: None) -> None:
    city = make_world()
    lived(city, co=False)  # what is held for a minute is held now
    for co, most in ((False, MOST), (True, MOST_WITH_A_CO_UNIT)):
        item, held = lived(city, co=co)
        over = {n: (len(s), s) for n, s in held.items() if len(s) > most[n]}
        assert not over, over
        for name, statements in held.items():
            reads = Counter(s for s in statements if s.startswith("SELECT"))
            assert max(reads.values(), default=1) == 1, (name, reads)
            assert len([s for s in statements if s.startswith('UPDATE "suggestions_suggestion"')]) <= 1, name  # fmt: skip
        stored = Suggestion.objects.get(pk=item.pk)
        assert (stored.version, stored.event_seq, stored.event_head) == (
            item.version, item.event_seq, item.event_head,
        )  # fmt: skip
        assert stored.status == Case.CLOSED
    assert list(chain.verify()) == []


@pytest.fixture
def city(db: None) -> World:
    return make_world()


def test_the_rows_of_an_act_leave_one_event_each_and_one_word_to_the_index(city: World) -> None:
    item, _ = w.answered(city)
    Outbox.objects.all().delete()
    before = item.version
    w.rate(item, at=MONDAY + 12 * DAY)
    events = list(CaseEvent.objects.filter(suggestion=item, seq__gt=before).order_by("seq"))
    assert [e.name for e in events] == ["evaluate", "close"]
    assert Suggestion.objects.get(pk=item.pk).version == before + 2
    assert Outbox.objects.filter(kind="index").count() == 1
    assert list(chain.verify()) == []


def test_an_act_that_somebody_overtook_writes_nothing(city: World) -> None:
    item = w.submit(city).suggestion
    stale = Suggestion.objects.select_related("jurisdiction").get(pk=item.pk)
    w.accept(city, item, at=MONDAY + DAY)
    kept = (CaseEvent.objects.count(), Clock.objects.count(), Outbox.objects.count())
    with pytest.raises(ChangedMeanwhile):
        w.accept(city, stale, at=MONDAY + DAY)
    assert (CaseEvent.objects.count(), Clock.objects.count(), Outbox.objects.count()) == kept
    assert PublicationReview.objects.filter(suggestion=item).count() == 1


def test_what_an_act_had_begun_is_gone_when_one_of_its_rows_is_refused(city: World) -> None:
    item = w.submit(city).suggestion
    kept = (CaseEvent.objects.count(), Clock.objects.filter(stopped_at=None).count())
    with suppress(NotAllowed), transitions.act(item):
        transitions.apply(item, "accept", actor=city.actor("triage_officer"), at=MONDAY + DAY)
        transitions.apply(item, "dispatch", actor=Actor.author(), at=MONDAY + DAY)
    assert Suggestion.objects.get(pk=item.pk).status == Case.REGISTERED
    assert (CaseEvent.objects.count(), Clock.objects.filter(stopped_at=None).count()) == kept


def test_a_second_object_of_the_case_cannot_take_rows_within_an_act(city: World) -> None:
    item = w.submit(city).suggestion
    other = Suggestion.objects.get(pk=item.pk)
    officer = city.actor("triage_officer")
    facts: dict[str, Any] = {"actor": officer, "at": MONDAY, "visibility": Visibility.STAFF}

    def both() -> None:
        with transitions.act(item):
            transitions.note(item, "look", words="看过", **facts)
            transitions.note(other, "look", words="也看过", **facts)

    with pytest.raises(ChangedMeanwhile):
        both()
    assert not CaseEvent.objects.filter(suggestion=item, name="look").exists()


def test_a_clock_that_starts_and_stops_within_one_act_is_kept_as_stopped(city: World) -> None:
    item = w.submit(city).suggestion
    with transitions.act(item):
        clocks.start(item, "K12", at=MONDAY)
        clocks.stop_kind(item, "K12", at=MONDAY + DAY, reason="nothing_to_publish")
    held = Clock.objects.get(suggestion=item, kind="K12")
    assert (held.stopped_at, held.stop_reason) == (MONDAY + DAY, "nothing_to_publish")
