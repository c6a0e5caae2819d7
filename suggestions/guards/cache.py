"""A Redis cache that never breaks a page: while Redis is away, each process keeps a small cache of its own.

Not a silent miss, because some callers count and lock with the cache (captcha replay): a per-process
answer is weaker than a shared one, and much better than none.
"""

import threading
import time
from collections.abc import Callable
from typing import Any

import structlog
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)


class Breaker:
    """Remembers that a service is away, so that not every request waits to find out again.

    `closed()` says whether it may be tried; `failed()` and `worked()` report how it went.
    """

    def __init__(self, seconds: float = 5.0) -> None:
        self.seconds = seconds
        self._until = 0.0
        self._away = False
        self._lock = threading.Lock()

    def closed(self) -> bool:
        return time.monotonic() >= self._until

    def failed(self) -> bool:
        """Record a failure. True when it is the first of an outage."""
        with self._lock:
            first, self._away = not self._away, True
            self._until = time.monotonic() + self.seconds
            return first

    def worked(self) -> None:
        self._away = False


_breaker = Breaker()  # one for the process: Django makes a cache object per thread


class OneClient(RedisCacheClient):
    """Django makes a client for each command, which costs about as much as the command. A client holds nothing but its
    pool, so one serves all of them.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._clients: dict[int, Any] = {}

    def get_client(self, key: Any = None, *, write: bool = False) -> Any:
        pool = self._get_connection_pool(write)  # type: ignore[attr-defined]
        held = self._clients.get(id(pool))
        if held is None:
            held = self._client(connection_pool=pool)  # type: ignore[attr-defined]
            self._clients[id(pool)] = held
        return held


class PatientRedisCache(RedisCache):
    """Django's Redis cache with a breaker and a local fall-back."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = OneClient
        self._local = LocMemCache("while-redis-is-away", {"OPTIONS": {"MAX_ENTRIES": 5000}})

    def _patiently(self, name: str, remote: Callable[[], Any], *args: Any, **kwargs: Any) -> Any:
        if _breaker.closed():
            try:
                answer = remote()
            except (RedisError, OSError) as error:
                if _breaker.failed():
                    # What an earlier outage left behind is older than what Redis held since.
                    self._local.clear()
                    log.warning("cache is away", error=type(error).__name__)
            else:
                _breaker.worked()
                return answer
        return getattr(self._local, name)(*args, **kwargs)


def _patient(name: str) -> Callable[..., Any]:
    original = getattr(RedisCache, name)

    def method(self: PatientRedisCache, *args: Any, **kwargs: Any) -> Any:
        return self._patiently(name, lambda: original(self, *args, **kwargs), *args, **kwargs)

    return method


for _name in (
    *("add", "get", "set", "touch", "delete", "has_key", "incr", "clear"),
    *("get_many", "set_many", "delete_many"),
):
    setattr(PatientRedisCache, _name, _patient(_name))
