"""Hearing of a change instead of asking whether there was one: a question to Redis costs more than a kept page.

Whoever changes something says so on a channel; every process has an ear there. A process that cannot hear asks, as if
there were no ear.
"""

import os
import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

import structlog
from redis import Redis
from redis.client import PubSub
from redis.exceptions import RedisError

from suggestions.guards.cache import Breaker

T = TypeVar("T")
log = structlog.get_logger(__name__)

TRUSTED = 1.0
"""Seconds a value is believed without asking, by an ear that heard nothing: a dead line looks like a quiet one."""


class Ear:
    """`quiet()`: nothing was said on the channel since the last call, and we would have heard it. One for a process;
    threads may share it. `url`: Redis's; `channel`: a name of the whole deployment's.
    """

    def __init__(self, url: str, channel: str, *, patience: float = 0.5) -> None:
        self._url, self._channel, self._patience = url, channel, patience
        self._heard: PubSub | None = None
        self._owner = 0
        self._lock = threading.Lock()
        self._breaker = Breaker()

    def quiet(self) -> bool:
        """False also when the ear has only just been opened, or cannot be."""
        with self._lock:
            try:
                # A forked process shares its parent's socket, from which only one of them would hear.
                if self._heard is None or self._owner != os.getpid():
                    self._open()
                    return False
                return not self._drain(self._heard)
            except (RedisError, OSError) as error:
                self._heard = None
                if self._breaker.failed():
                    log.warning("no ear for changes", error=type(error).__name__)
                return False

    def _open(self) -> None:
        if not self._breaker.closed():
            return
        client = Redis.from_url(
            self._url, socket_connect_timeout=self._patience, socket_timeout=self._patience
        )
        heard: PubSub = client.pubsub()  # type: ignore[no-untyped-call]
        heard.subscribe(self._channel)
        # The answer to the subscription itself: from here on everything is heard.
        if heard.get_message(timeout=self._patience) is None:
            raise TimeoutError("Redis did not confirm the subscription.")
        self._heard, self._owner = heard, os.getpid()
        self._breaker.worked()

    @staticmethod
    def _drain(heard: PubSub) -> bool:
        said = False
        while heard.get_message(timeout=0) is not None:
            said = True
        return said


def say(url: str, channel: str) -> None:
    """Tell every ear. Quiet when Redis is away: those who cannot hear ask."""
    try:
        with Redis.from_url(url, socket_connect_timeout=0.5, socket_timeout=0.5) as client:
            client.publish(channel, b"1")
    except (RedisError, OSError) as error:
        log.warning("a change was not told", error=type(error).__name__)


class Told(Generic[T]):
    """A value that all processes share and hardly ever changes: held while nobody says that it has changed.

    `url`: Redis's, or "" where there is one process, which asks each time. `ask` gives the present value.
    """

    def __init__(self, url: str, channel: str, ask: Callable[[], T]) -> None:
        self._url, self._channel, self._ask = url, channel, ask
        self._ear = Ear(url, channel) if url else None
        self._held: tuple[T, float] | None = None
        self._turn = 0
        self._lock = threading.Lock()

    def value(self) -> T:
        """As `ask()` gives it, without asking while nothing was said."""
        if self._ear is None:
            return self._ask()
        with self._lock:
            if not self._ear.quiet():
                self._held, self._turn = None, self._turn + 1
            elif self._held is not None and time.monotonic() < self._held[1]:
                return self._held[0]
            turn = self._turn
        value = self._ask()
        with self._lock:
            # What was said while we asked may be newer than the answer.
            if turn == self._turn:
                self._held = value, time.monotonic() + TRUSTED
        return value

    def forget(self) -> None:
        """Ask at the next use, in this process."""
        with self._lock:
            self._held, self._turn = None, self._turn + 1

    def tell(self) -> None:
        """It has changed: here at once, the others hear of it."""
        self.forget()
        if self._url:
            say(self._url, self._channel)
