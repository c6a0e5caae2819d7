"""Real threads with connections of their own, and what must hold when they are through."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from suggestions.errors import DomainError
from suggestions.models import Assignment, Clock, Outbox, RecordEvent, Suggestion
from suggestions.models.record import Record
from suggestions.services import chain
from tests import world as w
from tests.world import MONDAY, World

RACE = [
    pytest.mark.services,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        "postgresql" not in settings.DATABASES["default"]["ENGINE"],
        reason="the main database is not PostgreSQL (set DATABASE_URL)",
    ),
]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ROUNDS = 4
Act = Callable[[], Any]


def at_once(*acts: Act) -> list[Any]:
    """What each act gave or raised; all start together, each in a thread with a connection of its own."""
    gate = threading.Barrier(len(acts))
    results: list[Any] = [None] * len(acts)

    def run(number: int, act: Act) -> None:
        try:
            connection.ensure_connection()
            gate.wait(timeout=30)
            results[number] = act()
        except Exception as error:
            results[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return results


def fresh(item: Suggestion) -> Suggestion:
    """The item as another person's page holds it."""
    return Suggestion.objects.select_related("jurisdiction", "lead_unit").get(pk=item.pk)


def one_wins(results: list[Any]) -> None:
    """Exactly one act was done; every other was refused in words that a person can use."""
    refused = [r for r in results if isinstance(r, Exception)]
    assert len(refused) == len(results) - 1, results
    for error in refused:
        assert isinstance(error, DomainError), repr(error)
        assert str(error).strip() or getattr(error, "errors", None)


def nothing_doubled(item: Suggestion) -> None:
    """Events in one unbroken row, no clock twice, no notice twice, one lead at the most."""
    assert list(chain.verify()) == []
    clocks = Counter(
        Clock.objects.filter(suggestion=item, stopped_at=None).values_list("kind", "assignment")
    )
    assert not [c for c, n in clocks.items() if n > 1], clocks
    notices = Counter(
        Outbox.objects.filter(kind__in=("author_notice", "staff_notice"), payload__suggestion=item.pk)
        .exclude(key="")
        .values_list("key", flat=True)
    )  # fmt: skip
    assert not [k for k, n in notices.items() if n > 1], notices
    leads = Assignment.objects.filter(suggestion=item, part="lead", status__in=("pending", "signed", "working", "objected"))  # fmt: skip
    assert leads.count() <= 1


def events(item: Suggestion, name: str) -> int:
    return item.events.filter(name=name).count()


def registered(city: World, n: int) -> Suggestion:
    return w.submit(city, title=f"第{n}个路口加一张长椅", phone=f"1990000{n:04d}").suggestion


def given(city: World, n: int) -> Suggestion:
    item = registered(city, n)
    w.accept(city, item, at=MONDAY + HOUR)
    return w.dispatch(city, item, at=MONDAY + 2 * HOUR)


def again(record: Any) -> Any:
    """The record as another person's page holds it."""
    model = type(record)
    names = [f.name for f in model._meta.fields if f.name in ("suggestion", "unit", "round")]
    return model._default_manager.select_related("jurisdiction", *names).get(pk=record.pk)


def acts(record: Record, *names: str) -> int:
    return RecordEvent.objects.filter(
        machine=str(record.machine), record_id=record.pk, name__in=names
    ).count()


def whole(record: Record) -> None:
    """The chain holds and no clock of the record runs twice."""
    assert list(chain.verify()) == []
    rows = Clock.objects.filter(
        record_machine=str(record.machine), record_id=record.pk, stopped_at=None
    )
    assert not [k for k, n in Counter(rows.values_list("kind", flat=True)).items() if n > 1]
