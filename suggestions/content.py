"""The content version: one number that changes when the public site's content does (design section 5)."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.db.models import F

from suggestions.guards.ear import Ear, say
from suggestions.models.outbox import ContentVersion

_NAME = "site"
_CACHE_KEY = "content-version"
_CHANNEL = "jianyan:content-version"
_TRUSTED = 1.0
"""Seconds a version is believed without asking, by an ear that heard nothing: a dead line looks like a quiet one."""
_pinned: ContextVar[int | None] = ContextVar("content_version", default=None)


def bump() -> None:
    """Count one change of public content."""
    if not ContentVersion.objects.filter(name=_NAME).update(value=F("value") + 1):
        ContentVersion.objects.get_or_create(name=_NAME, defaults={"value": 1})
    cache.delete(_CACHE_KEY)
    told.forget()
    if settings.REDIS_URL:
        say(settings.REDIS_URL, _CHANNEL)


def bump_after_commit() -> None:
    """Bump once the change is visible, outside its transaction: publications must not queue behind one row."""
    transaction.on_commit(bump)


@contextmanager
def pinned(value: int) -> Iterator[None]:
    """One version for everything that is read inside: a page asks once, and all its parts are of one version.

    What changes meanwhile is read all the same; it is only kept under the version before, which nobody will ask for.
    """
    token = _pinned.set(value)
    try:
        yield
    finally:
        _pinned.reset(token)


def version() -> int:
    """The present content version; at most one second old in other processes."""
    held = _pinned.get()
    if held is not None:
        return held
    value: int | None = cache.get(_CACHE_KEY)
    if value is None:
        value = (
            ContentVersion.objects.filter(name=_NAME).values_list("value", flat=True).first() or 0
        )
        cache.set(_CACHE_KEY, value, 1)
    return value


class Told:
    """The content version for one who needs it thousands of times a second: kept while nobody says it has changed."""

    def __init__(self) -> None:
        self._ear = Ear(settings.REDIS_URL, _CHANNEL) if settings.REDIS_URL else None
        self._value = 0
        self._until = 0.0
        self._turn = 0
        self._lock = threading.Lock()

    def version(self) -> int:
        """As `version()`, without a question to Redis each time."""
        if self._ear is None:
            return version()
        with self._lock:
            if not self._ear.quiet():
                self._until, self._turn = 0.0, self._turn + 1
            elif time.monotonic() < self._until:
                return self._value
            turn = self._turn
        value = version()
        with self._lock:
            # What was said while we asked may be newer than the answer.
            if turn == self._turn:
                self._value, self._until = value, time.monotonic() + _TRUSTED
        return value

    def forget(self) -> None:
        """Changed here: the word need not come back from Redis first."""
        with self._lock:
            self._until, self._turn = 0.0, self._turn + 1


told = Told()
