"""The picture on the card that messengers draw of an address (Open Graph): what a page may say of its own."""

from dataclasses import dataclass

CARD_PICTURE = "card_picture"
"""What a page's context calls its own `Picture`; without one the card shows the site's."""
SIZE = (1200, 630)
"""Pixels: the largest that messengers show, at their ratio."""


@dataclass(frozen=True, slots=True)
class Picture:
    """Address on this site, pixels, and what is on it in words."""

    url: str
    width: int
    height: int
    words: str
