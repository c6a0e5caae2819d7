"""Ask before you write: published items that may say the same. Help, never a wall (process.md 3.4)."""

from dataclasses import dataclass

import structlog

from search import likeness
from search.engine import Hit, SearchUnavailable, get_engine
from suggestions import rules
from suggestions.documents import TYPE
from suggestions.models import Suggestion
from suggestions.services import co_signing

log = structlog.get_logger(__name__)

SHOWN = 3
_LOOKED_AT = 8


@dataclass(frozen=True, slots=True)
class LookAlike:
    """One published item that may be about the same matter."""

    hit: Hit
    unit: str
    can_join: bool = False

    @property
    def snippet_field(self) -> str:
        return "reply" if self.hit.snippets.get("reply") else "problem"

    @property
    def snippet(self) -> str:
        """Escaped excerpt with marks, as the engine made it."""
        return self.hit.snippets.get("reply") or self.hit.snippets.get("problem") or ""


def look_alikes(title: str) -> list[LookAlike]:
    """Up to three published items like this title, most alike first; empty for a title too short to compare, or
    without search. One search and two queries.
    """
    title = rules.clean_text(title, multiline=False)[:200]
    if len(title) < rules.TITLE_MIN:
        return []
    try:
        found = likeness.alike(title, engine=get_engine(), types=(TYPE,), most=_LOOKED_AT)
    except SearchUnavailable:
        log.warning("similar_without_search")
        return []
    there = _joinable([one.hit.key for one in found])
    near = likeness.marked(title, [one.hit for one in found if one.hit.key in there][:SHOWN])
    return [LookAlike(h, h.data.get("unit", ""), can_join=there[h.key]) for h in near]


def _joinable(keys: list[str]) -> dict[str, bool]:
    """Those the public may still read (the index may be a moment behind a page taken down), with whether they take
    voices.
    """
    rows = Suggestion.objects.on_page().filter(pk__in=[int(k) for k in keys if k.isdecimal()])
    return {
        str(pk): status in co_signing.JOINABLE for pk, status in rows.values_list("pk", "status")
    }
