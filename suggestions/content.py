"""The content version: one number that changes when the public site's content does (design section 5)."""

from django.core.cache import cache
from django.db import transaction
from django.db.models import F

from suggestions.models.outbox import ContentVersion

_NAME = "site"
_CACHE_KEY = "content-version"


def bump() -> None:
    """Count one change of public content."""
    if not ContentVersion.objects.filter(name=_NAME).update(value=F("value") + 1):
        ContentVersion.objects.get_or_create(name=_NAME, defaults={"value": 1})
    cache.delete(_CACHE_KEY)


def bump_after_commit() -> None:
    """Bump once the change is visible, outside its transaction: publications must not queue behind one row."""
    transaction.on_commit(bump)


def version() -> int:
    """The present content version; at most one second old in other processes."""
    value: int | None = cache.get(_CACHE_KEY)
    if value is None:
        value = (
            ContentVersion.objects.filter(name=_NAME).values_list("value", flat=True).first() or 0
        )
        cache.set(_CACHE_KEY, value, 1)
    return value
