"""What the engines share besides tokens: stored documents, cursors, cleaned filters, hits from documents."""

import base64
import binascii
import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from html import escape

from search import vocabulary
from search.analysis import (
    MAX_INDEXED,
    WORD_MARK,
    clean,
    encode,
    index_positions,
    index_words,
    is_han,
    normalise,
)
from search.engine import (
    ANSWERED_BOOST,
    MAX_SIZE,
    OTHER_SLOT,
    RECENT_BOOST,
    RECENT_DAYS,
    SLOT_WEIGHTS,
    SLOTS,
    Document,
    FacetValue,
    Hit,
    Query,
)
from search.highlighting import highlight, snippets
from search.terms import Terms, parse

MAX_ID = 200
MAX_VALUE = 256  # characters of a facet value
MAX_VALUES = 200  # alternatives of one filter
# FTS5 gives words that most documents have a weight of a millionth; they must still rank.
SCORE_DIGITS = 12


def dump(document: Document) -> str:
    """The whole document as JSON in ASCII, which every store keeps unchanged."""
    return json.dumps(
        {
            "id": document.id,
            "type": document.type,
            "title": clean(document.title),
            "url": document.url,
            "date": document.date.isoformat(),
            "fields": {name: clean(text) for name, text in document.fields.items()},
            "facets": {name: list(values) for name, values in document.facets.items()},
            "answered": document.answered,
            "data": {name: clean(value) for name, value in document.data.items()},
            "version": document.version,
        }
    )


def load(raw: str) -> Document:
    stored = json.loads(raw)
    stored["date"] = datetime.fromisoformat(stored["date"])
    stored["facets"] = {name: tuple(values) for name, values in stored["facets"].items()}
    return Document(**stored)


def checked(document: Document) -> Document:
    """Refuses what no engine could answer for, so that the mistake shows where it is made."""
    if not document.id.startswith(f"{document.type}:") or len(document.id) > MAX_ID:
        raise ValueError(
            f"Document id {document.id!r} must be {document.type!r}, a colon and a key."
        )
    if document.date.tzinfo is None:
        raise ValueError(f"Document {document.id} needs a date with a time zone.")
    if document.version < 0:
        raise ValueError(f"Document {document.id} has a negative version.")
    return document


def timestamp(document: Document) -> int:
    """The date in milliseconds since 1970, exact in every engine."""
    return math.floor(document.date.astimezone(UTC).timestamp() * 1000)


def slot_texts(document: Document) -> dict[str, list[str]]:
    """The texts of each weight slot."""
    texts: dict[str, list[str]] = {slot: [] for slot in SLOT_WEIGHTS}
    for name, text in {"title": document.title, **document.fields}.items():
        texts[SLOTS.get(name, OTHER_SLOT)].append(clean(text))
    return texts


def words(text: str) -> list[str]:
    """The marked words of a text: those of the dictionary, and the names this site keeps whole."""
    known = vocabulary.current()
    found = dict.fromkeys(index_words(text))
    if known.names:
        names = known.found(normalise(text[:MAX_INDEXED]))
        found.update(dict.fromkeys(WORD_MARK + encode(name) for name in names if is_han(name)))
    return list(found)


def terms_of(query: Query) -> Terms:
    """The query's text, read with the words that are in force."""
    return parse(query.text, query.match, vocabulary.current())


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document analysed, which is most of the work of indexing it and needs neither database nor engine.

    `texts`: (slot, tokens in order, marked words) of each of its texts, both separated by spaces.
    """

    document: Document
    source: str
    texts: tuple[tuple[str, str, str], ...]


def prepared(given: Document | Prepared) -> Prepared:
    """The document analysed; one that is comes back as it is. Raises ValueError for what no engine would take."""
    if isinstance(given, Prepared):
        return given
    texts = tuple(
        (slot, " ".join(index_positions(text)), " ".join(words(text)))
        for slot, held in slot_texts(checked(given)).items()
        for text in held
    )
    return Prepared(given, dump(given), texts)


def slot_tokens(given: Prepared) -> dict[str, str]:
    """Each slot's tokens for engines that take a text: all pairs first, then the marked words."""
    made: dict[str, str] = {}
    for slot in SLOT_WEIGHTS:
        texts = [(positions, found) for own, positions, found in given.texts if own == slot]
        found = dict.fromkeys(word for _, held in texts for word in held.split())
        made[slot] = " ".join([*(positions for positions, _ in texts), *found])
    return made


def filters_of(query: Query) -> dict[str, tuple[str, ...]]:
    """The filters that narrow, the types among them; values no store could hold match nothing."""
    wanted = {**query.filters}
    if query.types:
        wanted["type"] = query.types
    return {
        clean(name): tuple(_possible(value) for value in values[:MAX_VALUES])
        for name, values in wanted.items()
        if values
    }


def _possible(value: str) -> str:
    """The value, or one that no document has in place of one that no store would take."""
    return clean(value) if len(value) <= MAX_VALUE else "\ufffd"


def size_of(query: Query) -> int:
    return max(1, min(query.size, MAX_SIZE))


def period(query: Query) -> tuple[int | None, int | None]:
    """The first millisecond of the query's period and the first one after it; None where it is open."""

    def at(moment: datetime | None) -> int | None:
        return None if moment is None else math.floor(moment.timestamp() * 1000)

    return at(query.since), at(query.until)


def sorts_by_date(query: Query, terms: Terms) -> bool:
    return query.sort == "date" or terms.browses


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where the last page ended: score (0 when sorted by date), date, id; `day` keeps freshness fixed."""

    score: float
    date: int
    id: str
    day: int

    def encode(self, query: Query) -> str:
        raw = json.dumps(
            [query.sort, self.score, self.date, self.id, self.day], separators=(",", ":")
        )
        return base64.urlsafe_b64encode(raw.encode()).decode().rstrip("=")


def decode_cursor(query: Query) -> Cursor | None:
    """None for no cursor, a broken one or one of another sort: the list then starts from the beginning."""
    if not query.cursor or len(query.cursor) > 1000:
        return None
    try:
        raw = base64.urlsafe_b64decode(query.cursor + "=" * (-len(query.cursor) % 4))
        sort, score, when, id, day = json.loads(raw)
        cursor = Cursor(float(score), int(when), str(id), int(day))
    except (binascii.Error, ValueError, TypeError, OverflowError, RecursionError):
        return None
    sane = (
        math.isfinite(cursor.score)
        and abs(cursor.date) < 2**53
        and abs(cursor.day) < 10**6
        and len(cursor.id) <= MAX_ID
        and clean(cursor.id) == cursor.id
    )
    return cursor if sane and sort == query.sort else None


def today() -> int:
    """Days since 1970: freshness is counted from the start of the day, so that pages fit together."""
    return (datetime.now(UTC).date() - date(1970, 1, 1)).days


def day_start(day: int) -> int:
    return day * 86_400_000


def factor_sql(*, date_column: str, answered_column: str, day: int) -> str:
    """The boost for answered and fresh documents as an SQL expression over our own columns."""
    age = f"(CASE WHEN {date_column} < {day_start(day)} THEN {day_start(day)} - {date_column} ELSE 0 END)"
    recent = f"{RECENT_BOOST} / (1.0 + {age} / {RECENT_DAYS * 86_400_000.0})"
    return f"(1.0 + {ANSWERED_BOOST} * {answered_column} + {recent})"


def hit(raw: str, score: float, terms: Terms, *, marks: bool = True) -> Hit:
    document = load(raw)
    return Hit(
        id=document.id,
        type=document.type,
        title=document.title,
        title_html=highlight(document.title, terms) if marks else escape(document.title),
        snippets=snippets(document.fields, terms) if marks else {},
        url=document.url,
        date=document.date,
        answered=document.answered,
        score=round(score, SCORE_DIGITS),
        data=document.data,
        facets=document.facets,
        fields=document.fields,
    )


def marked(hit: Hit, terms: Terms) -> Hit:
    """A candidate as a hit to show."""
    return replace(
        hit, title_html=highlight(hit.title, terms), snippets=snippets(hit.fields, terms)
    )


def facet_lists(
    names: Iterable[str], counts: Iterable[tuple[str, str, int]]
) -> dict[str, list[FacetValue]]:
    """Counted values of each facet asked for, most frequent first, then by value."""
    lists: dict[str, list[FacetValue]] = {name: [] for name in names}
    for name, value, count in counts:
        if name in lists:
            lists[name].append(FacetValue(value, count))
    for values in lists.values():
        values.sort(key=lambda v: (-v.count, v.value))
    return lists


def without(filters: Mapping[str, tuple[str, ...]], name: str) -> dict[str, tuple[str, ...]]:
    return {other: values for other, values in filters.items() if other != name}
