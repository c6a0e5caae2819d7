"""Whatever is sent, the answer is an answer: never a 500, always JSON, never a word of what was wrong inside."""

import json
import string
from typing import Any
from urllib.parse import quote

import pytest
from django.http import HttpResponse
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.suggestions.api.conftest import BODY
from tests.world import World

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=60),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip
FIELDS = st.sampled_from([*BODY, "place", "campaign", "addressed_to", "name_display", "unknown"])
PARAMETERS = st.sampled_from(
    ["unit", "topic", "district", "status", "outcome", "campaign", "year", "q", "sort", "cursor", "size", "type", "x"]
)  # fmt: skip
VALUES = st.text(max_size=40) | st.sampled_from(
    ["0", "-1", "99999999999999999999", "done", "answered", "n.", "n.MXwx", "MjAyNnwx", "%00", '"', "-", "a OR b", "²"]
)  # fmt: skip
NAMES = st.text(string.printable + "编号\u0000\u202e😀", min_size=1, max_size=30)
QUICK = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def sound(response: HttpResponse) -> None:
    """A planned answer: JSON, and a problem document when it is a refusal."""
    assert response.status_code in (200, 201, 308, 400, 404, 409, 413, 415, 422), response.content
    if response.status_code >= 400:
        assert response["Content-Type"] == "application/problem+json"
        assert json.loads(response.content)["status"] == response.status_code


@pytest.mark.django_db
@QUICK
@given(changes=st.dictionaries(FIELDS, JSON, max_size=4), contact=JSON, key=st.integers(0, 3))
def test_any_body_gets_a_planned_answer(city: World, changes: Any, contact: Any, key: int) -> None:
    body = json.dumps({**BODY, **changes, **({"contact": contact} if contact else {})})
    sound(
        Client(raise_request_exception=True).post(
            "/api/v1/suggestions", body, content_type="application/json",
            headers={"Idempotency-Key": f"key-{key}"},
        )
    )  # fmt: skip


@pytest.mark.django_db
@QUICK
@given(body=st.binary(max_size=200) | JSON.map(lambda v: json.dumps(v).encode()))
def test_any_bytes_get_a_planned_answer(city: World, body: bytes) -> None:
    sound(
        Client().post(
            "/api/v1/suggestions", body, content_type="application/json",
            headers={"Idempotency-Key": "bytes"},
        )
    )  # fmt: skip


@pytest.mark.django_db
@QUICK
@given(
    path=st.sampled_from(["suggestions", "search"]),
    query=st.dictionaries(PARAMETERS, VALUES, max_size=4),
)
def test_any_question_gets_a_planned_answer(city: World, path: str, query: dict[str, str]) -> None:
    sound(Client().get(f"/api/v1/{path}", query))


@pytest.mark.django_db
@QUICK
@given(path=st.sampled_from(["suggestions", "track", "units"]), name=NAMES, code=NAMES)
def test_any_number_gets_a_planned_answer(city: World, path: str, name: str, code: str) -> None:
    header = code.encode("utf-8").decode("latin-1").replace("\n", " ").replace("\r", " ")
    sound(Client().get(f"/api/v1/{path}/{quote(name, safe='')}", headers={"X-Query-Code": header}))
