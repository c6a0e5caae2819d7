"""One beat acts per cluster: with Redis, the scheduler that holds the lease ticks and the others wait.

Tasks are idempotent, so a second beat would only waste work; the lease lets an operator run two for
safety. With the embedded broker there is one machine and one worker, and no lease is needed.
"""

import os
import socket
from typing import Any

import redis
import structlog
from celery.beat import PersistentScheduler
from django.conf import settings

log = structlog.get_logger(__name__)
LEASE_SECONDS = 90
WAIT_SECONDS = 15.0

# Renew only what is still ours; compare and renew must be one step.
_RENEW = """
if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('pexpire', KEYS[1], ARGV[2]) end
if redis.call('set', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return 1 end
return 0
"""


class Lease:
    """A named lease in Redis. `held()` takes it, renews it, or says that another has it."""

    def __init__(self, url: str, name: str = "jianyan:beat", seconds: int = LEASE_SECONDS) -> None:
        self.client = redis.Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2)
        self.name, self.milliseconds = name, seconds * 1000
        self.owner = f"{socket.gethostname()}:{os.getpid()}:{os.urandom(4).hex()}"

    def held(self) -> bool:
        """True when this process may act now. False when another holds it or Redis does not answer."""
        try:
            return bool(self.client.eval(_RENEW, 1, self.name, self.owner, str(self.milliseconds)))
        except redis.RedisError as error:
            log.warning("beat lease unavailable", error=type(error).__name__)
            return False

    def release(self) -> None:
        """Give the lease up at once, so that the next beat need not wait for it to lapse."""
        try:
            if self.client.get(self.name) == self.owner.encode():
                self.client.delete(self.name)
        except redis.RedisError:
            pass  # it lapses by itself


class LeasedScheduler(PersistentScheduler):
    """Celery's file-kept scheduler that only ticks while it holds the lease."""

    # Wake often enough to renew well inside the lease.
    max_interval = 20

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.lease = Lease(settings.REDIS_URL) if settings.REDIS_URL else None
        super().__init__(*args, **kwargs)
        self.max_interval = min(self.max_interval or 20, 20)

    def tick(self, *args: Any, **kwargs: Any) -> float:
        if self.lease is not None and not self.lease.held():
            return WAIT_SECONDS
        return float(super().tick(*args, **kwargs))

    def close(self) -> None:
        if self.lease is not None:
            self.lease.release()
        super().close()
