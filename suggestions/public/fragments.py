"""Parts of public pages that are drawn once and then kept: rows of lists and the column of facets in this process, what
many addresses share in the cache.

A part is kept under everything it shows, so it never grows old; what is not asked for any more goes. Drawing a page of
twenty rows anew costs several times what reading them does.
"""

import hashlib
import threading
import time
from collections.abc import Callable, Hashable, Sequence
from datetime import date, datetime
from typing import Any, Generic, NamedTuple, TypeVar

from django.core.cache import cache
from django.template.loader import render_to_string
from django.urls import get_script_prefix
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator
from django.utils.translation import get_language

from suggestions.models import Suggestion
from suggestions.public import caching
from suggestions.selectors.public import Place, load_rows, places_of

AGE = 300.0
"""Seconds."""
ROW = "components/row.html"
META = "suggestions/reading/_hit_meta.html"
FACETS = "components/facets.html"
OPENING = 80
"""Characters of an answer shown where nothing in it matched."""
Part = TypeVar("Part")


class Meta(NamedTuple):
    """What a search result says of its suggestion: the last line, and how the newest answer begins ("" without one)."""

    line: SafeString
    opening: str


class Shelf(Generic[Part]):
    """Finished parts by key, at least `most` of those last asked for, none for longer than two `AGE`s after that: what
    was taken down or erased does not stay in memory. Safe among threads.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self._lock = threading.Lock()
        self.clear()

    def get(self, key: Hashable) -> Part | None:
        with self._lock:
            self._turn()
            part = self._young.get(key)
            if part is None and (part := self._old.get(key)) is not None:
                self._young[key] = part
            return part

    def put(self, key: Hashable, part: Part) -> Part:
        with self._lock:
            self._turn()
            self._young[key] = part
        return part

    def clear(self) -> None:
        self._young: dict[Hashable, Part] = {}
        self._old: dict[Hashable, Part] = {}
        self._since = time.monotonic()

    def _turn(self) -> None:
        """What nobody asked for since the last turn goes."""
        now = time.monotonic()
        if len(self._young) >= self.most or now - self._since > AGE:
            self._old, self._young, self._since = self._young, {}, now


# About 1.2 kB a row and 10 kB a column; a shelf holds at most twice its number.
_rows = Shelf[SafeString](5_000)
_metas = Shelf[Meta](5_000)
_columns = Shelf[SafeString](150)


def rows(places: Sequence[Place], *, today: date) -> SafeString:
    """The rows of a list in the order of its places. At most two queries, none when all of them were drawn before.

    What was hidden between finding the places and reading them is left out.
    """
    # What the row of an item that is not yet answered says depends on the day.
    shown = (get_language(), get_script_prefix())
    keys = [(place, today, shown) for place in places]
    drawn = {key: part for key in keys if (part := _rows.get(key)) is not None}
    missing = [place for place, key in zip(places, keys, strict=True) if key not in drawn]
    for place, item in _read(missing):
        key = (place, today, shown)
        part = render_to_string(ROW, {"item": item, "today": today})
        # An item that changed meanwhile is shown as it is now, and kept under what it is now.
        kept = key if Place.of(item) == place else (Place.of(item), today, shown)
        drawn[key] = _rows.put(kept, part)
    return mark_safe("".join(drawn[key] for key in keys if key in drawn))


def metas(found: Sequence[tuple[str, datetime | None]], *, today: date) -> dict[str, Meta]:
    """Search results by key: decision or progress, unit, date, voices, and an opening. `found`: keys and the dates to show.

    Without those whose page has been taken down. One query, and two more for what was not drawn before.
    """
    shown = (get_language(), get_script_prefix())
    dated = dict(found)
    keys = {
        str(place.pk): (place, dated[str(place.pk)], today, shown)
        for place in places_of(list(dated))
    }
    drawn = {pk: part for pk, key in keys.items() if (part := _metas.get(key)) is not None}
    for place, item in _read([keys[pk][0] for pk in keys if pk not in drawn]):
        pk = str(place.pk)
        context = {"item": item, "date": dated[pk], "today": today}
        key = (Place.of(item), dated[pk], today, shown)
        drawn[pk] = _metas.put(key, Meta(render_to_string(META, context), _opening(item)))
    return drawn


def _opening(item: Any) -> str:
    return escape(Truncator(item.public_replies[-1].public_body).chars(OPENING)) if item.public_replies else ""  # fmt: skip


def _read(places: Sequence[Place]) -> list[tuple[Place, Suggestion]]:
    by_pk = {place.pk: place for place in places}
    return [(by_pk[item.pk], item) for item in load_rows(list(by_pk))] if by_pk else []


def column(key: Hashable, context: Callable[[], dict[str, Any] | None]) -> SafeString:
    """The column of facets, kept under `key`, which has to name all that it shows; `context` is asked only when it
    has to be drawn, and gives None when there is no column.
    """
    whole = (key, get_language(), get_script_prefix())
    part = _columns.get(whole)
    if part is None:
        shown = context()
        part = SafeString("") if shown is None else render_to_string(FACETS, shown)
        _columns.put(whole, part)
    return part


def part(name: str, key: Hashable, draw: Callable[[], str]) -> SafeString:
    """A part that many addresses share and that speaks of the present: kept in the cache as long as a whole page is, for
    one content version and time slot. `key` names all else that it depends on but the writing.
    """
    made = caching.moment()
    shown = (name, made.version, made.slot, get_language(), get_script_prefix(), key)
    place = f"part:{hashlib.sha256(repr(shown).encode()).hexdigest()[:32]}"
    held: str | None = cache.get(place)
    if held is None:
        held = draw()
        cache.set(place, held, caching.SLOT)
    return mark_safe(held)


def clear() -> None:
    """Forget all parts (tests)."""
    _rows.clear()
    _metas.clear()
    _columns.clear()
