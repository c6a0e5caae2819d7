"""The content version: one number that changes when the public site's content does (design section 5)."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.db.models import F

from suggestions.guards.ear import Told
from suggestions.models.outbox import ContentVersion

_NAME = "site"
_CACHE_KEY = "content-version"
_pinned: ContextVar[int | None] = ContextVar("content_version", default=None)


def bump() -> None:
    """Count one change of public content."""
    if not ContentVersion.objects.filter(name=_NAME).update(value=F("value") + 1):
        ContentVersion.objects.get_or_create(name=_NAME, defaults={"value": 1})
    cache.delete(_CACHE_KEY)
    told.tell()


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


told = Told(settings.REDIS_URL, "jianyan:content-version", version)
"""The same for one who needs it thousands of times a second."""
