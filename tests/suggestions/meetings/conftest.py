"""A city with hearings, receptions and the like, a stranger's browser, and ways to look at a page at a moment."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests import world as w
from tests.cold import cold
from tests.suggestions.desk.cast import main_text
from tests.suggestions.public import walk
from tests.world import World


@pytest.fixture
def city(db: None) -> World:
    return w.make_world()


@contextmanager
def moment(at: datetime) -> Iterator[None]:
    with time_machine.travel(at, tick=False):
        yield


def words(client: Client, address: str, at: datetime) -> str:
    """The words of a page's main part at a moment; it must be there."""
    with moment(at):
        cache.clear()
        response = client.get(address)
    assert response.status_code == 200, (address, response.status_code)
    return main_text(response).replace(" ", "")


def queries(client: Client, address: str, at: datetime) -> int:
    """How many queries an address costs when nothing is cached."""
    with moment(at):
        client.get(address)
        cold()
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
    return len(captured)


def send(client: Client, address: str, at: datetime, **data: Any) -> HttpResponse:
    """Fill in the form of an address as its page offers it, and answer its question."""
    with moment(at):
        page = walk.read(client.get(address))  # type: ignore[arg-type]
        held = {"key": page.fields["key"], **walk.answer_question(page), **data}
        return client.post(address, held)  # type: ignore[return-value]


@pytest.fixture
def committed(django_capture_on_commit_callbacks: Any) -> Callable[[], Any]:
    """Run what waits for the end of a transaction, as outside of tests: `with committed(): …`."""
    return lambda: django_capture_on_commit_callbacks(execute=True)
