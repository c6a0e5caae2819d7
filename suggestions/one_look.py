"""What many parts of one page ask of the same case is read once for it: panels and acts of the item screen do not know of
each other. Only while a page is looked at; a service that acts always reads for itself.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, TypeVar

from suggestions.models import Suggestion

Found = TypeVar("Found")
_Key = tuple[Callable[..., Any], int, int]

_seen: ContextVar[dict[_Key, tuple[Suggestion, Any]] | None] = ContextVar("seen", default=None)


@contextmanager
def looking() -> Iterator[None]:
    """Keep what is read inside until its end. Nothing of the case may be changed there."""
    token = _seen.set({})
    try:
        yield
    finally:
        _seen.reset(token)


def once(read: Callable[[Suggestion], Found]) -> Callable[[Suggestion], Found]:
    """Decorator for a read of one case: while it is looked at, the same object gets the same answer."""

    @wraps(read)
    def asked(suggestion: Suggestion) -> Found:
        seen = _seen.get()
        if seen is None:
            return read(suggestion)
        key = (read, id(suggestion), suggestion.version)
        if key not in seen:
            # With the object itself: another one could get the number of one that is gone.
            seen[key] = (suggestion, read(suggestion))
        found: Found = seen[key][1]
        return found

    return asked
