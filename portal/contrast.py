"""The colours people read, measured from tokens.css itself: 4.5:1 for text, 3:1 for edges and large marks (WCAG 1.4.3, 1.4.11).

The style guide shows these figures and the tests hold them; neither has a figure typed in.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings

TEXT_LEAST, EDGE_LEAST = 4.5, 3.0
CSS = Path(settings.BASE_DIR) / "portal" / "static" / "css"

TEXT: tuple[tuple[str, str], ...] = (
    *((ink, ground) for ink in ("ink", "ink-2", "ink-3", "brand") for ground in ("paper", "wash")),
    ("ink", "sunk"),
    ("ink", "accent-tint"),
    ("ink", "brand-tint"),
    ("ink", "bad-tint"),
    ("brand-deep", "paper"),
    ("brand", "brand-tint"),
    ("on-brand", "brand"),
    ("on-brand", "brand-deep"),
    ("on-band", "band"),
    ("on-band-2", "band"),
    ("accent", "paper"),
    ("accent", "wash"),
    ("accent", "accent-tint"),
    ("on-accent", "accent-fill"),
    ("bad", "paper"),
    ("bad", "wash"),
    ("bad", "bad-tint"),
    ("paper", "ink-2"),  # the mask chip
)
"""(colour of the letters, ground) wherever words stand."""
EDGES: tuple[tuple[str, str], ...] = (
    ("edge", "paper"),
    ("edge", "wash"),
    ("brand", "paper"),
    ("brand", "sunk"),
    ("chart-2", "paper"),
    ("bad", "sunk"),
    ("bad", "paper"),
)
"""(line or mark, ground) where a shape alone says something."""
BLOCKS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("light", "浅色", ()),
    ("elder", "大字", (':root[data-mode="elder"] {',)),
    ("dark", "深色", (':root[data-theme="dark"] {',)),
    ("dark by system", "跟随系统的深色", (':root:not([data-theme="light"]) {',)),
    # Elder's greys come first in the file, dark's later and as strong.
    ("elder dark", "大字深色", (':root[data-mode="elder"] {', ':root[data-theme="dark"] {')),
)
"""(name, what people call it, the blocks of tokens.css laid over the first)."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One pair in one scheme, with its measured contrast and the least it must have."""

    front: str
    ground: str
    ratio: float
    least: float

    @property
    def holds(self) -> bool:
        return self.ratio >= self.least

    @property
    def words(self) -> str:
        """Cut, not rounded: 4.49 must not read as 4.5."""
        return f"{int(self.ratio * 100) / 100:.2f}"


def luminance(colour: str) -> float:
    """Relative luminance of a #rgb or #rrggbb colour, 0 to 1 (WCAG 2.2)."""
    digits = colour.lstrip("#")
    if len(digits) == 3:
        digits = "".join(d * 2 for d in digits)
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """1 (none) to 21 (black on white), whichever comes first."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def values(block: str) -> dict[str, str]:
    """The colours of a block of custom properties, by name without the dashes."""
    return dict(re.findall(r"--([\w-]+):\s*(#[0-9a-fA-F]{3,6})\b", block))


def block_after(css: str, opening: str) -> str:
    start = css.index(opening) + len(opening)
    return css[start : css.index("}", start)]


@lru_cache(maxsize=1)
def schemes() -> dict[str, dict[str, str]]:
    """The colours of each scheme, later blocks over earlier ones, as the cascade lays them."""
    css = (CSS / "tokens.css").read_text(encoding="utf-8")
    light = values(block_after(css, ":root {"))
    found = {}
    for name, _label, over in BLOCKS:
        held = dict(light)
        for opening in over:
            held |= values(block_after(css, opening))
        found[name] = held
    return found


def pairs(scheme: str) -> list[Pair]:
    """Every declared pair of a scheme, measured."""
    held = schemes()[scheme]
    return [
        Pair(front, ground, contrast(held[front], held[ground]), least)
        for declared, least in ((TEXT, TEXT_LEAST), (EDGES, EDGE_LEAST))
        for front, ground in declared
    ]


def proof() -> list[tuple[str, list[Pair]]]:
    """(what people call the scheme, its pairs) for the style guide."""
    return [(label, pairs(name)) for name, label, _over in BLOCKS]
