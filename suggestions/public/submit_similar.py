"""Ask before you write: published items that may say the same. Help, never a wall (process.md 3.4)."""

from dataclasses import dataclass

import structlog

from search.analysis import index_positions
from search.engine import Hit, Query, SearchUnavailable, get_engine
from suggestions import rules
from suggestions.documents import TYPE

log = structlog.get_logger(__name__)

SHOWN = 3
# Of the character pairs of the shorter title, this share must be common. Measured by eye on the demo city.
_ENOUGH = 0.34


@dataclass(frozen=True, slots=True)
class LookAlike:
    """One published item that may be about the same matter."""

    hit: Hit
    unit: str

    @property
    def snippet_field(self) -> str:
        return "reply" if self.hit.snippets.get("reply") else "problem"

    @property
    def snippet(self) -> str:
        """Escaped excerpt with marks, as the engine made it."""
        return self.hit.snippets.get("reply") or self.hit.snippets.get("problem") or ""


def look_alikes(title: str) -> list[LookAlike]:
    """Up to three published items like this title; empty for a title too short to compare, or without search."""
    title = rules.clean_text(title, multiline=False)[:200]
    if len(title) < rules.TITLE_MIN:
        return []
    try:
        page = get_engine().search(Query(text=title, types=(TYPE,), match="any", size=10))
    except SearchUnavailable:
        log.warning("similar_without_search")
        return []
    wanted = _pairs(title)
    near = [h for h in page.hits if _share(wanted, _pairs(h.title)) >= _ENOUGH][:SHOWN]
    return [LookAlike(hit=h, unit=h.data.get("unit", "")) for h in near]


def _pairs(text: str) -> set[str]:
    return {token for token in index_positions(text) if len(token) > 1}


def _share(one: set[str], other: set[str]) -> float:
    smaller = min(len(one), len(other))
    return len(one & other) / smaller if smaller else 0.0
