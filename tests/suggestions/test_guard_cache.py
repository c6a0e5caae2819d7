"""Pages go on while Redis is away, and nothing stale comes back with it."""

import os
import socket
import time

import pytest

from suggestions.guards import cache


@pytest.fixture(autouse=True)
def _closed_breaker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "_breaker", cache.Breaker(0.2))


@pytest.fixture
def away() -> cache.PatientRedisCache:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = {"socket_connect_timeout": 0.2, "socket_timeout": 0.2}
    return cache.PatientRedisCache(f"redis://127.0.0.1:{port}/0", {"OPTIONS": options})


def test_each_operation_works_without_redis(away: cache.PatientRedisCache) -> None:
    assert away.get("a") is None
    assert away.add("a", 1) is True
    assert away.add("a", 2) is False
    assert away.incr("a") == 2
    away.set("b", {"c": "字"})
    assert away.get_many(["a", "b"]) == {"a": 2, "b": {"c": "字"}}
    assert away.get_or_set("d", lambda: 4) == 4
    assert away.has_key("b")
    assert "b" in away
    assert away.touch("b", 60)
    assert away.set_many({"e": 1}) == []
    away.delete_many(["e"])
    assert away.delete("b")
    assert away.get("b", "gone") == "gone"
    away.clear()
    assert away.get("a") is None


def test_while_redis_is_away_requests_do_not_wait_for_it(away: cache.PatientRedisCache) -> None:
    away.get("x")
    start = time.perf_counter()
    for _ in range(200):
        away.get("x")
    assert time.perf_counter() - start < 0.5


def test_a_second_outage_does_not_show_what_the_first_left_behind(
    away: cache.PatientRedisCache,
) -> None:
    away.set("page", "old")
    assert away.get("page") == "old"
    cache._breaker.worked()  # Redis was back in between
    time.sleep(0.25)
    assert away.get("page") is None


def test_only_the_first_failure_of_an_outage_is_news() -> None:
    breaker = cache.Breaker(0.01)
    assert breaker.failed() is True
    assert breaker.failed() is False
    breaker.worked()
    assert breaker.failed() is True


@pytest.mark.services
def test_with_redis_values_live_there(away: cache.PatientRedisCache) -> None:
    url = os.environ.get("REDIS_URL")
    if not url:
        pytest.skip("no REDIS_URL: run through python -m tests.services")
    one, other = cache.PatientRedisCache(url, {}), cache.PatientRedisCache(url, {})
    key = f"shared-{time.time_ns()}"
    one.set(key, "值")
    one._local.clear()
    assert other.get(key) == "值"
    one.close()
    other.close()
