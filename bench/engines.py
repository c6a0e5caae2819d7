"""The search engines by themselves: how fast an index is built and how long a search takes, without HTTP."""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlencode

from bench import cases
from bench.load import Case, Wrong, connect, percentile
from search import indexing
from search.elastic import ElasticEngine
from search.engine import Engine, Query, get_engine
from search.sqlite_fts import SqliteEngine
from suggestions.public.search_page import FACETS

RAW = "elasticsearch, raw"
RAW_WORD, RAW_PHRASE = "raw query of Elasticsearch, one word", "raw query of Elasticsearch, phrase"
LIKE = (
    "小区里没有地方停车，晚上回来要绕半个小时，建议把旁边的空地划成临时停车位。",
    "公交末班车太早，医院下夜班的护士赶不上，建议延长一个小时。",
    "老楼没有电梯，老人上下楼很吃力，建议给加装电梯多一些补贴。",
)


@dataclass(frozen=True, slots=True)
class Built:
    """One engine's rebuild, comparison with the source included."""

    engine: str
    documents: int
    seconds: float

    @property
    def per_second(self) -> float:
        return self.documents / self.seconds if self.seconds else 0.0


@dataclass(frozen=True, slots=True)
class Latency:
    """One kind of query on one engine; milliseconds, and how many hits it found on average."""

    engine: str
    kind: str
    p50: float
    p95: float
    searches: int
    found: float


def kinds() -> dict[str, list[Query]]:
    """The fixed query list, as the search page asks (20 hits, words marked) unless the name says otherwise."""
    return {
        "one word": [Query(t) for t in cases.WORDS],
        "one word, all facets": [Query(t, facets=FACETS) for t in cases.WORDS],
        "several words": [Query(t) for t in cases.SEVERAL],
        "phrase": [Query(t) for t in cases.PHRASES],
        "one word without another": [Query(t) for t in cases.EXCLUDING],
        "word and two filters": [
            Query(t, filters={"status": ("done",), "outcome": ("adopted", "planned")})
            for t in cases.WORDS
        ],
        "look-alikes of a text": [Query(t, match="any", size=8) for t in LIKE],
        "newest, no words": [Query(), Query(filters={"status": ("in_progress",)})],
    }


def leaves(sqlite_path: str) -> list[Engine]:
    """The engines of this run, and SQLite in a file of its own unless it is the only one."""
    own = [*reversed(get_engine().leaves())]
    return own if len(own) == 1 else [*own, SqliteEngine(sqlite_path)]


def build(engine: Engine, progress: Callable[[int], None] = lambda n: None) -> Built:
    start = time.perf_counter()
    count = indexing.rebuild(engine=engine, progress=lambda _type, n: progress(n))
    return Built(engine.name, count, time.perf_counter() - start)


def latencies(engine: Engine, seconds: float) -> list[Latency]:
    """Each kind for `seconds`, by one caller, after one round that is not counted."""
    return [_latency(engine, kind, queries, seconds) for kind, queries in kinds().items()]


def raw_cases(engine: ElasticEngine) -> list[Case]:
    """What the search page asks of Elasticsearch, word by word the same body, asked without us."""
    return [
        Case(name, paths, bodies=bodies, site="elasticsearch", clients=(1, 8, 64))
        for name, texts in ((RAW_WORD, cases.WORDS), (RAW_PHRASE, cases.PHRASES))
        for paths, bodies in [_raw(engine, [Query(text, facets=FACETS) for text in texts])]
    ]


def _raw(engine: ElasticEngine, queries: list[Query]) -> tuple[list[str], list[str]]:
    asked = [engine.asked(query) for query in queries]
    paths = [f"/{engine.alias}/_search?{urlencode(asking)}" for asking, _ in asked]
    return paths, [json.dumps(body) for _, body in asked]


def raw_latencies(engine: ElasticEngine, seconds: float) -> list[Latency]:
    """The bodies of `latencies` sent by a plain HTTP client that reads the answer and does nothing with it."""
    base = str(next(iter(engine.client.transport.node_pool.all())).base_url)
    client = connect(base)

    def ask(path: str, body: str) -> float:
        client.request("POST", path, body=body, headers={"Content-Type": "application/json"})
        answer = client.getresponse()
        answer.read()
        if answer.status != 200:
            raise Wrong(f"the raw query answers {answer.status}")
        return 0.0

    made = []
    for kind, queries in kinds().items():
        paths, bodies = _raw(engine, [q for q in queries if not q.candidates])
        asks = [partial(ask, path, body) for path, body in zip(paths, bodies, strict=True)]
        made.append(_timed(RAW, kind, asks, seconds))
    client.close()
    return made


def _latency(engine: Engine, kind: str, queries: list[Query], seconds: float) -> Latency:
    asks = [partial(_total, engine, query) for query in queries]
    return _timed(engine.name, kind, asks, seconds)


def _total(engine: Engine, query: Query) -> float:
    return engine.search(query).total


def _timed(name: str, kind: str, asks: Sequence[Callable[[], float]], seconds: float) -> Latency:
    found = [ask() for ask in asks]
    took: list[float] = []
    until = time.perf_counter() + seconds
    # At least one round, so that a slow engine is judged by all its queries.
    while len(took) < len(asks) or time.perf_counter() < until:
        start = time.perf_counter()
        asks[len(took) % len(asks)]()
        took.append((time.perf_counter() - start) * 1000)
    p50, p95 = percentile(took, 0.5), percentile(took, 0.95)
    return Latency(name, kind, p50, p95, len(took), sum(found) / len(found))
