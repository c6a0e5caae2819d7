"""The content version as it is told, not asked for: never older than what was said, and asked for when nobody can tell."""

import os
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.cache import cache
from redis import Redis

from suggestions import content
from suggestions.guards.ear import Ear, Told, say

needs_redis = pytest.mark.skipif(
    not os.environ.get("REDIS_URL"), reason="no Redis to talk to (set REDIS_URL)"
)
CHANNEL = "test:ear"


@pytest.fixture
def url() -> str:
    return os.environ["REDIS_URL"]


@pytest.fixture
def told(db: None, url: str) -> Iterator[Told[int]]:
    cache.clear()
    yield Told(url, "jianyan:content-version", content.version)
    cache.clear()


def within_a_second(done: Callable[[], bool]) -> bool:
    """Words travel through Redis: they are there soon, not at once."""
    until = time.monotonic() + 1
    while not (seen := done()) and time.monotonic() < until:
        time.sleep(0.001)
    return seen


@needs_redis
def test_an_ear_hears_each_word_once(url: str) -> None:
    ear = Ear(url, CHANNEL)
    assert not ear.quiet(), "nobody knows what was said before it was opened"
    assert within_a_second(ear.quiet)
    say(url, CHANNEL)
    assert within_a_second(lambda: not ear.quiet())
    assert ear.quiet()


@needs_redis
def test_an_ear_that_lost_its_line_is_not_taken_for_quiet(url: str) -> None:
    ear = Ear(url, CHANNEL)
    assert within_a_second(ear.quiet)
    with Redis.from_url(url) as client:
        client.client_kill_filter(_type="pubsub")
    assert within_a_second(lambda: not ear.quiet())
    assert not ear.quiet(), "opened anew after a while, not at every request"


def test_without_redis_nobody_is_quiet_and_nothing_breaks() -> None:
    ear = Ear("redis://127.0.0.1:1/0", CHANNEL, patience=0.1)
    assert not ear.quiet()
    assert not ear.quiet()
    say("redis://127.0.0.1:1/0", CHANNEL)


@needs_redis
def test_a_version_told_costs_neither_cache_nor_database(
    told: Told[int], django_assert_num_queries: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert within_a_second(told._ear.quiet if told._ear else bool)
    told.value()
    before = told.value()

    def asked() -> int:
        raise AssertionError("asked, though nothing was said")

    monkeypatch.setattr(told, "_ask", asked)
    with django_assert_num_queries(0):
        assert told.value() == before


@needs_redis
@pytest.mark.django_db
def test_a_change_in_this_process_is_seen_at_once(told: Told[int]) -> None:
    before = content.told.value()
    content.bump()
    assert content.told.value() == before + 1


@needs_redis
@pytest.mark.django_db
def test_a_change_of_another_process_is_seen_as_soon_as_it_is_told(
    told: Told[int], url: str
) -> None:
    told.value()
    before = told.value()
    # `told` stands for another process: content.bump() forgets only its own.
    content.bump()
    began = time.monotonic()
    assert within_a_second(lambda: told.value() == before + 1)
    assert time.monotonic() - began < 0.5, "told, not found out when its second was over"


@pytest.mark.django_db
def test_without_redis_the_version_is_asked_for() -> None:
    cache.clear()
    told = Told("", CHANNEL, content.version)
    before = told.value()
    content.bump()
    assert told.value() == before + 1
    cache.clear()
