"""A submission's transaction does each thing once: few statements, the counter last, effects together (issue: writes)."""

from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from suggestions import outbox
from suggestions.actor import Actor
from suggestions.errors import NotAllowed, WrongState
from suggestions.models import CaseEvent, Clock, Outbox, Suggestion
from suggestions.services import chain, transitions
from suggestions.states import Case
from tests import world as w
from tests.world import MONDAY, World, make_world


@pytest.fixture
def city(db: None) -> World:
    return make_world()


def statements(held: CaptureQueriesContext) -> list[str]:
    """What was asked, without the marks of savepoints, which a test's own transaction adds."""
    return [
        q["sql"] for q in held.captured_queries if "SAVEPOINT" not in q["sql"] and q["sql"] != "BEGIN"
    ]  # fmt: skip


def test_a_submission_writes_in_few_statements_and_takes_its_number_at_the_end(city: World) -> None:
    w.submit(city)  # what is held for a minute is held now
    with CaptureQueriesContext(connection) as held:
        item = w.submit(city, title="路口加一盏灯").suggestion
    asked = statements(held)
    written = [s for s in asked if not s.startswith("SELECT")]
    counter = next(n for n, s in enumerate(written) if "suggestions_casenumber" in s)
    rest = [s for s in written[counter:] if "suggestions_casenumber" not in s]
    assert len(asked) - len([s for s in asked if "suggestions_casenumber" in s]) <= 9, asked
    assert len(rest) == 2, rest
    assert item.case_no.startswith("JY")
    assert Suggestion.objects.get(pk=item.pk).case_no == item.case_no


def test_a_new_case_has_the_events_clocks_and_effects_of_both_its_steps(city: World) -> None:
    item = Suggestion.objects.get(pk=w.submit(city).suggestion.pk)
    assert (item.status, item.version, item.event_seq) == (Case.REGISTERED, 2, 2)
    events = list(CaseEvent.objects.filter(suggestion=item).order_by("seq"))
    assert [(e.seq, e.name, e.from_state, e.to_state) for e in events] == [
        (1, "submit", "draft", "submitted"),
        (2, "register", "submitted", "registered"),
    ]
    assert events[1].prev_hash == events[0].hash
    assert item.event_head == events[1].hash == events[1].compute_hash()
    clocks = {c.kind: c for c in Clock.objects.filter(suggestion=item)}
    assert set(clocks) == {"K1", "K2", "K2t", "K3"}
    assert clocks["K1"].stop_reason == "register"
    assert clocks["K2"].stopped_at is clocks["K3"].stopped_at is None
    assert (item.due_on, item.due_kind) == (clocks["K2"].due_on, "K2")
    notice = Outbox.objects.get(kind=outbox.AUTHOR_NOTICE)
    assert notice.payload["event"] == events[1].pk
    assert list(chain.verify()) == []


def test_a_row_that_its_actor_may_not_take_is_refused_for_a_new_case_too(city: World) -> None:
    item = w.submit(city).suggestion
    step = transitions.Step("accept", Actor.author(), MONDAY, {})
    with pytest.raises((NotAllowed, WrongState)):
        transitions.enter(item, [step], last=dict)
    assert CaseEvent.objects.filter(suggestion=item).count() == 2


def test_effects_enqueued_together_are_written_in_one_statement(db: None, django_assert_num_queries: Any) -> None:  # fmt: skip
    with django_assert_num_queries(1), outbox.together():
        outbox.enqueue(outbox.INDEX, {"id": 1}, key="a")
        with outbox.together():
            outbox.enqueue(outbox.STAFF_NOTICE, {"id": 2}, key="b")
    assert list(Outbox.objects.order_by("pk").values_list("key", flat=True)) == ["a", "b"]


def test_a_submission_asks_for_the_delivery_of_all_its_effects_once(
    city: World, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks() as asked:
        w.submit(city)
    assert len(asked) == 1


def test_effects_of_what_failed_are_not_written(db: None) -> None:
    with suppress(ZeroDivisionError), outbox.together():
        outbox.enqueue(outbox.INDEX, {"id": 1}, key="a")
        raise ZeroDivisionError
    assert not Outbox.objects.exists()
    outbox.enqueue(outbox.INDEX, {"id": 2}, key="b", at=MONDAY + timedelta(days=1))
    assert Outbox.objects.get().key == "b"
