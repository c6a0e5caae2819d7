"""What callers know of search: documents go in, a Query comes out as a Page. Engines are chosen by settings.

Three engines answer alike because they see the same tokens (search/analysis.py) and the same parsed
query (search/terms.py). The data classes here are the whole contract; tests/contracts holds engines to it.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, Protocol

from django.conf import settings

if TYPE_CHECKING:
    from search.store import Prepared

MAX_SIZE = 100

# Where a match counts most. Fields of a document fall into four slots, the number PostgreSQL can weigh.
SLOTS: Mapping[str, str] = {
    "title": "a",
    # What an editor or a clerk says it is about, as good as a title.
    "tags": "a",
    "problem": "b",
    "proposal": "c",
    "reply": "c",
}
OTHER_SLOT = "d"
SLOT_WEIGHTS: Mapping[str, float] = {"a": 8.0, "b": 3.0, "c": 2.0, "d": 1.0}
# A relevance score is multiplied by 1 + these: an answer helps the reader most, a fresh one a little more.
ANSWERED_BOOST = 0.5
RECENT_BOOST = 0.2
RECENT_DAYS = 365


class SearchUnavailable(Exception):
    """The engine does not answer. `get_engine()` falls back; a leaf engine raises this."""


class DocumentRefused(SearchUnavailable):
    """The engine answers and will not take one of the documents: a reason to try that one later, not to leave it alone."""


@dataclass(frozen=True, slots=True)
class Document:
    """One thing to be found. `id` is "type:key"; `version` grows with every change (0 or more).

    `fields` are searched and excerpted in their order; `facets` are filtered and counted by code;
    `data` are small facts for display that are neither. `date` must carry a time zone.
    """

    id: str
    type: str
    title: str
    url: str
    date: datetime
    fields: Mapping[str, str] = field(default_factory=dict)
    facets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    answered: bool = False
    data: Mapping[str, str] = field(default_factory=dict)
    version: int = 0

    def facet_values(self) -> dict[str, tuple[str, ...]]:
        """The facets with the type as one more, so that it is filtered and counted like the others."""
        return {**self.facets, "type": (self.type,)}


@dataclass(frozen=True, slots=True)
class Query:
    """What to find. Empty text browses by date. Any text is allowed: operators are only quotes and minus.

    `filters`: values of one facet are alternatives, facets narrow each other. `types` is the filter on
    "type". `match` "any" ranks look-alikes: some of the words are enough. `facets` names what to count.
    `since` (included) and `until` (not included) narrow by the documents' dates and must carry a time zone.
    `cursor` comes from `Page.next_cursor`; one that does not fit the query starts from the beginning.
    `candidates` names the best hits for a closer look and nothing more: age and answers count for nothing, there is
    no facet, no next page and no mark, and `total` is only how many hits came back. It costs a part of a search.
    """

    text: str = ""
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    types: tuple[str, ...] = ()
    sort: Literal["relevance", "date"] = "relevance"
    size: int = 20
    cursor: str | None = None
    match: Literal["all", "any"] = "all"
    facets: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    candidates: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """One result. `title_html` and the snippets (field → text) are escaped and carry <mark>."""

    id: str
    type: str
    title: str
    title_html: str
    snippets: Mapping[str, str]
    url: str
    date: datetime
    answered: bool
    score: float
    data: Mapping[str, str]
    facets: Mapping[str, tuple[str, ...]]
    # The texts as they were indexed, for looking closer at a hit; nothing to show unescaped.
    fields: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """The part of the id after the type."""
        return self.id.partition(":")[2]


@dataclass(frozen=True, slots=True)
class FacetValue:
    value: str
    count: int


@dataclass(frozen=True, slots=True)
class Page:
    """One page of hits. A facet's counts ignore that facet's own filter, so that several can be ticked."""

    hits: tuple[Hit, ...] = ()
    total: int = 0
    facets: Mapping[str, list[FacetValue]] = field(default_factory=dict)
    next_cursor: str | None = None
    engine: str = ""
    degraded: bool = False


@dataclass(frozen=True, slots=True)
class Health:
    engine: str
    ok: bool
    detail: str = ""


class Sink(Protocol):
    """Where a rebuild puts its documents; nothing of it is searched before the swap."""

    def add(self, documents: "Iterable[Document | Prepared]") -> None: ...


class Engine(Protocol):
    name: str

    def search(self, query: Query) -> Page: ...

    def index(self, documents: Iterable[Document]) -> None:
        """Insert or replace; an older version never replaces a newer one."""

    def delete(self, ids: Iterable[str]) -> None:
        """Remove by document id; unknown ids are nothing to do."""

    def building(self) -> AbstractContextManager[Sink]:
        """A new index to fill; it replaces the old one in one step when the block ends without error."""

    def rebuild(self, documents: Iterable[Document]) -> None: ...

    def count(self, type: str | None = None) -> int: ...

    def ids(self, type: str | None = None) -> Iterator[tuple[str, int]]:
        """Every document id with its version, in no promised order."""

    def health(self) -> Health: ...

    def leaves(self) -> tuple["Engine", ...]:
        """The engines that hold an index of their own (search_status looks at each)."""

    def built_with(self) -> str:
        """The version of the names (search/vocabulary.py) that the index was built with; "" when it was never built."""

    def outdated(self) -> bool:
        """Whether the index was laid out by another version of this code and should be built anew."""


class BaseEngine:
    """What every leaf engine does the same way."""

    name = ""

    def building(self) -> AbstractContextManager[Sink]:
        raise NotImplementedError

    def outdated(self) -> bool:
        """The layouts of the SQL engines are tables of their own name: another layout is another table."""
        return False

    def rebuild(self, documents: Iterable[Document]) -> None:
        """Build a new index from the documents, then swap it in. Searches meanwhile see the old one."""
        with self.building() as sink:
            sink.add(documents)


def get_engine() -> Engine:
    """The engine the settings ask for; made once per process and set of settings."""
    return _engine(
        tuple(settings.ELASTICSEARCH_URL),
        settings.SEARCH_INDEX_PREFIX,
        settings.SEARCH_SQLITE_PATH,
        settings.DATABASES["default"]["ENGINE"],
        settings.SEARCH_SHARDS,
        settings.SEARCH_REPLICAS,
    )


@lru_cache(maxsize=8)
def _engine(
    addresses: tuple[str, ...], prefix: str, path: str, database: str, shards: int, replicas: str
) -> Engine:
    embedded = embedded_engine(path=path, prefix=prefix, database=database)
    if not addresses:
        return embedded
    from search.elastic import ElasticEngine
    from search.fallback import FallbackEngine

    main = ElasticEngine(addresses, prefix=prefix, shards=shards, replicas=replicas)
    return FallbackEngine(main, embedded)


def embedded_engine(*, path: str, prefix: str, database: str) -> Engine:
    """PostgreSQL's full text where the main database is PostgreSQL, else a SQLite file of our own."""
    if "postgresql" in database:
        from search.postgres import PostgresEngine

        return PostgresEngine(prefix=prefix)
    from search.sqlite_fts import SqliteEngine

    return SqliteEngine(path)


def degraded(page: Page) -> Page:
    return replace(page, degraded=True)
