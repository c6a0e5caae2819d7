"""Limits hold, keys are not stored, and a stopped Redis never shuts people out."""

import os
import socket
import time

import pytest

from suggestions.guards import ratelimit


@pytest.fixture(autouse=True)
def _limits(settings) -> None:
    settings.RATE_LIMITS = {"track": "3/minute", "both": "2/second;3/hour"}
    settings.REDIS_URL = ""


def test_a_caller_is_stopped_after_the_limit_and_told_how_long_to_wait() -> None:
    assert all(ratelimit.hit("track", "10.0.0.1").allowed for _ in range(3))
    verdict = ratelimit.hit("track", "10.0.0.1")
    assert not verdict.allowed
    assert 1 <= verdict.retry_after_seconds <= 60


def test_callers_and_acts_are_counted_apart() -> None:
    for _ in range(4):
        ratelimit.hit("track", "10.0.0.1")
    assert ratelimit.hit("track", "10.0.0.2").allowed
    assert ratelimit.hit("track", "10.0.0.1", "JY2026-0000001-1").allowed
    assert ratelimit.hit("both", "10.0.0.1").allowed


def test_joined_keys_are_not_mistaken_for_each_other() -> None:
    for _ in range(4):
        ratelimit.hit("track", "ab", "c")
    assert ratelimit.hit("track", "a", "bc").allowed


def test_a_refused_act_does_not_use_up_the_longer_limit() -> None:
    assert [ratelimit.hit("both", "x").allowed for _ in range(6)] == [True] * 2 + [False] * 4
    time.sleep(1.1)
    assert ratelimit.hit("both", "x").allowed


def test_an_address_is_never_kept_as_it_is() -> None:
    ratelimit.hit("track", "203.0.113.77")
    kept = repr(vars(ratelimit._memory.storage))
    assert "203.0.113.77" not in kept


def test_an_odd_key_is_counted_like_any_other() -> None:
    assert ratelimit.hit("track", "\ud800\x00" * 50, "").allowed


def _closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_without_redis_the_count_goes_on_in_memory_and_quickly(settings) -> None:
    settings.REDIS_URL = f"redis://127.0.0.1:{_closed_port()}/0"
    start = time.monotonic()
    assert [ratelimit.hit("track", "10.0.0.9").allowed for _ in range(4)] == [True] * 3 + [False]
    assert time.monotonic() - start < 3


@pytest.mark.services
def test_with_redis_the_count_is_shared_by_all_processes(settings) -> None:
    url = os.environ.get("REDIS_URL")
    if not url:
        pytest.skip("no REDIS_URL: run through python -m tests.services")
    settings.REDIS_URL = url
    caller = f"caller-{time.time_ns()}"
    ratelimit._breaker._until = 0.0
    for _ in range(3):
        assert ratelimit.hit("track", caller).allowed
    ratelimit.forget()  # what another process would know from memory: nothing
    assert not ratelimit.hit("track", caller).allowed
