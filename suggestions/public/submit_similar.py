"""Ask before you write: published items that may say the same. Help, never a wall (process.md 3.4)."""

from dataclasses import dataclass

import structlog

from search.analysis import index_positions, index_words
from search.engine import Hit, Query, SearchUnavailable, get_engine
from suggestions import rules
from suggestions.documents import TYPE
from suggestions.models import Suggestion
from suggestions.services import co_signing

log = structlog.get_logger(__name__)

SHOWN = 3
_LOOKED_AT = 10
# The search engine ranks but does not say whether the best is any good. An item is shown when the mean of two shares
# reaches this: common character pairs of the titles, and words of the sentence that stand anywhere in the item.
_ENOUGH = 0.38


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
    without search. One search and one query.
    """
    title = rules.clean_text(title, multiline=False)[:200]
    if len(title) < rules.TITLE_MIN:
        return []
    try:
        hits = (
            get_engine().search(Query(text=title, types=(TYPE,), match="any", size=_LOOKED_AT)).hits
        )
    except SearchUnavailable:
        log.warning("similar_without_search")
        return []
    texts, joinable = _texts([h.key for h in hits])
    shares = {h.id: _alike(title, h.title, texts[h.key]) for h in hits if h.key in texts}
    near = [h for h in hits if shares.get(h.id, 0.0) >= _ENOUGH]
    near.sort(key=lambda h: -shares[h.id])
    return [
        LookAlike(hit=h, unit=h.data.get("unit", ""), can_join=h.key in joinable)
        for h in near[:SHOWN]
    ]


def _texts(keys: list[str]) -> tuple[dict[str, str], set[str]]:
    """Released texts of those the public may still read (the index may be a moment behind a page taken down), and
    which of them take voices.
    """
    rows = Suggestion.objects.on_page().filter(pk__in=[int(k) for k in keys if k.isdecimal()])
    texts, joinable = {}, set()
    for pk, status, *said in rows.values_list(
        "pk", "status", "public_title", "public_problem", "public_proposal"
    ):
        texts[str(pk)] = "\n".join(said)
        if status in co_signing.JOINABLE:
            joinable.add(str(pk))
    return texts, joinable


def _alike(title: str, other_title: str, other_text: str) -> float:
    one, other = _pairs(title), _pairs(other_title)
    smaller = min(len(one), len(other))
    pairs = len(one & other) / smaller if smaller else 0.0
    words = set(index_words(title))
    common = words & set(index_words(other_text))
    # One common word (a place, 建议) is no likeness.
    spread = len(common) / len(words) if len(common) > 1 else 0.0
    return (pairs + spread) / 2


def _pairs(text: str) -> set[str]:
    return {token for token in index_positions(text) if len(token) > 1}
