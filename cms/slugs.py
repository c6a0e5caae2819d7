"""Addresses of pages. Never made from a Chinese title: transliteration is slow, ambiguous, and changes with the title."""

import re
import secrets

_ASCII = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
# Without letters and digits that look alike when somebody copies an address from a poster.
_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"


def is_address(slug: str) -> bool:
    """Lower-case ASCII words joined by single hyphens, as posters and telephones can carry them."""
    return _ASCII.fullmatch(slug) is not None


def new_slug(prefix: str) -> str:
    """A short address of its own, like "c-7kq2mx": 31^6 of them, so siblings practically never collide."""
    return f"{prefix}-{''.join(secrets.choice(_LETTERS) for _ in range(6))}"
