"""How often one caller may do a thing (settings.RATE_LIMITS), counted in Redis or, without it, in memory.

A limit protects the service; it must never be why nobody can submit. So when Redis is away the
count goes on in this process's memory. Callers are known by a keyed hash: no address is stored.
"""

import hashlib
import hmac
import math
import threading
import time
from dataclasses import dataclass
from functools import lru_cache

import structlog
from django.conf import settings
from limits import RateLimitItem, parse_many
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import MovingWindowRateLimiter
from redis.exceptions import RedisError

from suggestions.guards.cache import Breaker

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether this act is within its limit; if not, after how many whole seconds to try again."""

    allowed: bool
    retry_after_seconds: int = 0


_breaker = Breaker()
_lock = threading.Lock()
_memory = MovingWindowRateLimiter(MemoryStorage())


@lru_cache(maxsize=4)
def _redis(url: str) -> MovingWindowRateLimiter:
    return MovingWindowRateLimiter(
        RedisStorage(url, key_prefix="jianyan", socket_timeout=0.5, socket_connect_timeout=0.5)
    )


@lru_cache(maxsize=64)
def _parsed(text: str) -> tuple[RateLimitItem, ...]:
    return tuple(parse_many(text))


def _hashed(name: str, keys: tuple[str, ...]) -> str:
    secret = (settings.HASH_KEYS or [settings.SECRET_KEY])[0].encode()
    said = "\x1f".join((name, *keys)).encode("utf-8", "surrogatepass")
    return hmac.new(secret, said, hashlib.sha256).hexdigest()[:32]


def _count(limiter: MovingWindowRateLimiter, items: tuple[RateLimitItem, ...], key: str) -> Verdict:
    # All limits are looked at before any is charged: a refused act must not use up another allowance.
    full = [item for item in items if not limiter.test(item, key)]
    if not full and all(limiter.hit(item, key) for item in items):
        return Verdict(allowed=True)
    waits = [limiter.get_window_stats(item, key).reset_time - time.time() for item in full or items]
    return Verdict(allowed=False, retry_after_seconds=max(1, math.ceil(max(waits))))


def hit(name: str, *keys: str) -> Verdict:
    """Count one act of `name` (a key of settings.RATE_LIMITS) by the caller known by `keys`.

    `keys` are whatever identifies the caller: an address, a case number, an API key. They are hashed
    before they are stored. Raises KeyError for a name that settings.RATE_LIMITS does not have.
    """
    items = _parsed(settings.RATE_LIMITS[name])
    key = _hashed(name, keys)
    if settings.REDIS_URL and _breaker.closed():
        try:
            verdict = _count(_redis(settings.REDIS_URL), items, key)
        except (RedisError, OSError) as error:
            if _breaker.failed():
                log.warning("rate limits count in memory", error=type(error).__name__)
        else:
            _breaker.worked()
            return verdict
    with _lock:
        return _count(_memory, items, key)


def forget() -> None:
    """Drop what this process counted in memory (tests, and an operator after a false alarm)."""
    _memory.storage.reset()
