"""A small city, an empty search index of the test's own, and ways to look at a page."""

import copy
import uuid
from collections.abc import Callable

import pytest
from django.core.cache import cache
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from search import indexing
from suggestions.models import Reply, Suggestion
from suggestions.numbers import format_case_no
from tests.cold import cold
from tests.world import World, make_world


@pytest.fixture
def world(db: None) -> World:
    return make_world()


@pytest.fixture(autouse=True)
def _own_index(own_index: None) -> None:
    pass


@pytest.fixture
def index() -> Callable[[], None]:
    """Bring the index up to date with the database, as the outbox would."""

    def rebuild() -> None:
        indexing.rebuild()
        cache.clear()

    return rebuild


@pytest.fixture
def queries(client: Client) -> Callable[[str], int]:
    """How many queries an address costs when nothing is cached."""

    def count(address: str) -> int:
        client.get(
            address
        )  # what a process learns once (permissions, content types) is not the page's cost
        cold()
        with CaptureQueriesContext(connection) as captured:
            response = client.get(address)
        assert response.status_code == 200
        return len(captured)

    return count


def text(response: HttpResponse) -> str:
    """The page without the places where its titles may break."""
    return response.content.decode().replace("<wbr>", "")


def copies(item: Suggestion, count: int) -> list[Suggestion]:
    """More items like one that went through the services: same texts and replies, numbers of their own."""
    made = []
    replies = list(Reply.objects.filter(suggestion=item))
    for _ in range(count):
        twin = copy.copy(Suggestion.objects.get(pk=item.pk))
        twin.pk, twin.event_seq, twin.event_head = None, 0, ""
        twin._state = copy.copy(twin._state)
        twin._state.adding = True
        twin.case_no = format_case_no(2025, 1000 + Suggestion.objects.count())
        for name in ("receipt_hash", "idempotency_key"):
            setattr(twin, name, uuid.uuid4().hex)
        twin.save(force_insert=True)
        for reply in replies:
            other = copy.copy(reply)
            other.pk, other.suggestion = None, twin
            other._state = copy.copy(other._state)
            other.save(force_insert=True)
        made.append(twin)
    return made
