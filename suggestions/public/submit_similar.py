"""Ask before you write: published items that may say the same. Help, never a wall (process.md 3.4)."""

from dataclasses import dataclass

import structlog

from search import likeness
from search.engine import Hit, SearchUnavailable, get_engine
from search.highlighting import snippet
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
        """Whose words are shown: an answer's own, wherever the likeness lies; else what was asked."""
        return "reply" if self._reply else "problem"

    @property
    def snippet(self) -> str:
        """The first lines of the answer, escaped; for an open item the excerpt with marks that the engine made."""
        if self._reply:
            return snippet(self._reply, "")
        return self.hit.snippets.get("problem") or snippet(self.hit.fields.get("problem", ""), "")

    @property
    def _reply(self) -> str:
        return self.hit.fields.get("reply", "") if self.hit.answered else ""


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
