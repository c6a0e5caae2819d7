"""A small city behind the API, a caller with no cookies, and an index of the test's own."""

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from search import indexing
from tests.cold import cold
from tests.world import World, make_world

BODY: dict[str, Any] = {
    "title": "人民路公交站加一张长椅",
    "problem": "早上等车的老人很多，站台上没有地方坐，常有人坐在路沿上。",
    "proposal": "在站台两头各装一张长椅，带靠背。",
    "topic": "bus",
    "district": "990101",
    "publish_consent": True,
    "contact": {"name": "林小满", "phone": "19900001234"},
}
Post = Callable[..., HttpResponse]


@pytest.fixture
def city(db: None) -> World:
    return make_world()


@pytest.fixture(autouse=True)
def _unhurried(own_index: None, settings: Any) -> None:
    settings.RATE_LIMITS = dict.fromkeys(settings.RATE_LIMITS, "10000/minute")


@pytest.fixture
def index() -> Callable[[], None]:
    def rebuild() -> None:
        indexing.rebuild()
        cache.clear()

    return rebuild


@pytest.fixture
def post(client: Client) -> Post:
    """`post(body, key=…)`: hand a suggestion in; a fresh key unless one is given, none for key=None."""

    def send(body: Any, key: str | None = "", **headers: str) -> HttpResponse:
        if key is not None:
            headers["Idempotency-Key"] = key or str(uuid.uuid4())
        text = body if isinstance(body, (str, bytes)) else json.dumps(body)
        return client.post(
            "/api/v1/suggestions", text, content_type="application/json", headers=headers
        )

    return send


@pytest.fixture
def queries(client: Client) -> Callable[[str], int]:
    """How many queries an address costs when nothing is cached."""

    def count(address: str) -> int:
        cold()
        with CaptureQueriesContext(connection) as captured:
            response = client.get(address)
        assert response.status_code == 200
        return len(captured)

    return count


def problem(response: HttpResponse, status: int, code: str) -> dict[str, Any]:
    """The problem document of a refused request, checked for its form."""
    assert response.status_code == status, response.content.decode()
    assert response["Content-Type"] == "application/problem+json"
    assert response["Cache-Control"] == "no-store, private"
    found: dict[str, Any] = json.loads(response.content)
    assert found["status"] == status
    assert found["code"] == code
    assert found["type"].endswith(f"/api/v1/problems#{code}")
    assert found["request_id"] == response["X-Request-ID"]
    assert found["instance"].endswith(found["request_id"])
    assert found["title"]
    assert found["detail"]
    assert found["en"]["title"].isascii()
    return found
