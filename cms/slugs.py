"""Addresses of pages. Never made from a Chinese title: transliteration is slow, ambiguous, and changes with the title."""

import re
import secrets
from functools import cache

from django.conf import settings
from django.urls import URLResolver, get_resolver

_ASCII = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
# Without letters and digits that look alike when somebody copies an address from a poster.
_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"


def is_address(slug: str) -> bool:
    """Lower-case ASCII words joined by single hyphens, as posters and telephones can carry them."""
    return _ASCII.fullmatch(slug) is not None


def new_slug(prefix: str) -> str:
    """A short address of its own, like "c-7kq2mx": 31^6 of them, so siblings practically never collide."""
    return f"{prefix}-{''.join(secrets.choice(_LETTERS) for _ in range(6))}"


_RESERVED: set[str] = set()


def reserve(*names: str) -> None:
    """Keep first parts of addresses that no pattern shows from being a page's (the prefixes of other writings)."""
    _RESERVED.update(names)


def is_taken(slug: str) -> bool:
    """Whether an address of the site's own begins with this: a page of that slug below home could not be opened."""
    return slug in _RESERVED or slug in _first_parts()


@cache
def _first_parts() -> frozenset[str]:
    """The first part of every address but the pages' own, as the site's patterns have them."""
    found = {settings.STATIC_URL.strip("/"), settings.MEDIA_URL.strip("/")}
    asked = [*get_resolver().url_patterns]
    while asked:
        pattern = asked.pop()
        route = str(pattern.pattern)
        if not route and isinstance(pattern, URLResolver):
            asked += pattern.url_patterns
        found.add(route.split("/")[0])
    return frozenset(part for part in found if is_address(part))
