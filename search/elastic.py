"""Elasticsearch, with nothing asked of it that a plain cluster lacks: no plugin, no script, no server-side
rewriting of documents. Tokens arrive ready, so the whitespace analyzer is enough and answers equal the
other engines'. Only this module, elastic_query and elastic_bulk import elasticsearch.

Searches and writes go to an alias. A rebuild fills a new index and moves the alias in one step.
"""

import re
import secrets
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from elasticsearch import ApiError, Elasticsearch, NotFoundError, TransportError
from elasticsearch.dsl import Search

from search import store, vocabulary
from search.analysis import clean
from search.elastic_asking import Asked
from search.elastic_bulk import Feeder, Item, Operation, status
from search.elastic_query import MAPPING, MAPPING_VERSION
from search.engine import (
    BaseEngine,
    Document,
    DocumentRefused,
    Engine,
    Health,
    Hit,
    Page,
    Query,
    SearchUnavailable,
)
from search.store import Prepared
from search.terms import Terms

BATCH = 300
SEARCH_SECONDS = 3.0
WRITE_SECONDS = 30.0
REFRESH_INTERVAL = "500ms"
REPLICAS = "0-1"
FORGOTTEN_AFTER = timedelta(days=1)


class ElasticEngine(BaseEngine):
    """`refresh`: "wait_for" makes a finished write searchable, which is what tasks want; "true" is for tests."""

    name = "elasticsearch"

    def __init__(
        self, addresses: Sequence[str], *, prefix: str = "jianyan", refresh: str = "wait_for", shards: int = 1,
        replicas: str = REPLICAS,
    ) -> None:  # fmt: skip
        self.alias = re.sub(r"[^a-z0-9_]", "_", prefix.lower()) + "-documents"
        self.refresh, self.shards, self.replicas = refresh, shards, replicas
        # A node that is gone costs one refused connection, then the others are asked; one that hangs costs its time.
        others = len(addresses) - 1
        self.client = Elasticsearch(
            list(addresses), request_timeout=SEARCH_SECONDS, max_retries=max(1, others), retry_on_timeout=False
        )  # fmt: skip
        if others:
            self.client = self.client.options(max_retries=min(others, 2), retry_on_timeout=True)
        self.writer = self.client.options(request_timeout=WRITE_SECONDS)
        self.feeder = Feeder(self.writer)

    def leaves(self) -> tuple[Engine, ...]:
        return (self,)

    # Reading

    def search(self, query: Query) -> Page:
        terms = store.terms_of(query)
        if terms.nothing:
            return Page(facets=store.facet_lists(query.facets, ()), engine=self.name)
        with _answering():
            return self._page(query, terms)

    def _page(self, query: Query, terms: Terms) -> Page:
        asked = Asked(query, terms)
        size = store.size_of(query)
        if query.candidates and not terms.must:
            return Page(engine=self.name)
        params, body = asked.request()
        # Read as it comes: the client's own hits and buckets would cost more than all that is done with them here.
        answer = self.client.search(index=self.alias, body=body, **params).body
        found = answer["hits"]["hits"]
        if query.candidates:
            named = tuple(_hit(one, one["_score"], terms, marks=False) for one in found)
            return Page(hits=named, total=len(named), engine=self.name)
        cursor = None
        if len(found) > size:
            found = found[:size]
            *score, date, id = found[-1]["sort"]
            cursor = store.Cursor(score[0] if score else 0.0, date, id, asked.day).encode(query)
        counts = [
            (name, bucket["key"], bucket["doc_count"])
            for name in dict.fromkeys(query.facets)
            for bucket in answer["aggregations"][name]["values"]["buckets"]
        ]
        return Page(
            hits=tuple(_hit(one, 0.0 if asked.by_date else one["sort"][0], terms) for one in found),
            total=int(answer["hits"]["total"]["value"]),
            facets=store.facet_lists(query.facets, counts),
            next_cursor=cursor,
            engine=self.name,
        )

    def asked(self, query: Query) -> tuple[dict[str, Any], dict[str, Any]]:
        """Parameters and body of the request that a search sends, for whoever measures what the server alone takes."""
        return Asked(query, store.terms_of(query)).request()

    def count(self, type: str | None = None) -> int:
        with _answering():
            try:
                return self._search(type).count()
            except NotFoundError:
                return 0

    def ids(self, type: str | None = None) -> Iterator[tuple[str, int]]:
        with _answering():
            try:
                self.client.indices.refresh(index=self.alias)
                found = self._search(type).source(["version"]).params(size=2000).scan()
                return iter([(hit.meta.id, int(hit.version)) for hit in found])
            except NotFoundError:
                return iter(())

    def _search(self, type: str | None) -> Search[Any]:
        search: Search[Any] = Search(using=self.client, index=self.alias)
        return search.filter("term", type=type) if type else search

    def health(self) -> Health:
        try:
            with _answering():
                status = self.client.cluster.health()["status"]
            # Yellow answers everything; only copies are missing.
            return Health(self.name, status != "red", f"cluster is {status}")
        except SearchUnavailable as problem:
            return Health(self.name, False, str(problem))

    def built_with(self) -> str:
        return next((str(meta.get("words", "")) for meta in self._metas()), "")

    def outdated(self) -> bool:
        return any(meta.get("mapping") != MAPPING_VERSION for meta in self._metas())

    def _metas(self) -> list[dict[str, Any]]:
        """What each index behind the alias notes of how it was made; there is one, or none before the first."""
        with _answering():
            try:
                found = self.client.indices.get_mapping(index=self.alias)
            except NotFoundError:
                return []
            return [dict(entry["mappings"].get("_meta", {})) for entry in found.values()]

    # Writing

    def index(self, documents: Iterable[Document]) -> None:
        remaining = iter(documents)
        while batch := list(islice(remaining, BATCH)):
            ready = list(map(store.prepared, batch))
            with _answering():
                self._put(self.alias, ready, refresh=self.refresh)

    def delete(self, ids: Iterable[str]) -> None:
        operations = [Operation({"delete": {"_id": id}}, None, len(id)) for id in ids]
        with _answering():
            answer = self.feeder.send(
                operations, index=self.alias, require_alias=True, refresh=self.refresh
            )
            _raise_errors(answer, but={404})

    @contextmanager
    def building(self) -> Iterator["_Building"]:
        name = f"{self.alias}-{datetime.now(UTC):%Y%m%d%H%M%S%f}-{secrets.token_hex(3)}"
        with _answering():
            self._create(name, refresh_interval="-1")
        try:
            with ThreadPoolExecutor(max_workers=1) as sender:
                building = _Building(self, name, sender)
                yield building
                building.wait()
            with _answering():
                self._swap(name)
        except BaseException:
            with _answering():
                self.writer.indices.delete(index=name, ignore_unavailable=True)
            raise

    def _create(self, name: str, *, refresh_interval: str, alias: bool = False) -> None:
        self.writer.indices.create(
            index=name,
            mappings={
                **MAPPING,
                # The first index of all was not built from anything.
                "_meta": {
                    "mapping": MAPPING_VERSION,
                    "words": "" if alias else vocabulary.current().version,
                },
            },
            settings={
                "number_of_shards": self.shards,
                # "0-1": a copy as soon as there is a second node, so that a single one is not forever yellow.
                "auto_expand_replicas"
                if "-" in self.replicas
                else "number_of_replicas": self.replicas,
                "refresh_interval": refresh_interval,
            },
            aliases={self.alias: {}} if alias else {},
        )

    def _swap(self, name: str) -> None:
        indices = self.writer.indices
        indices.put_settings(index=name, settings={"refresh_interval": REFRESH_INTERVAL})
        indices.refresh(index=name)
        self.writer.cluster.health(index=name, wait_for_status="yellow", timeout="20s")
        before = [n for n in self._indices() if n != name]
        indices.update_aliases(
            actions=[
                # By pattern, so that two rebuilds at once cannot leave both in the alias.
                {"remove": {"index": f"{self.alias}-*", "alias": self.alias, "must_exist": False}},
                {"add": {"index": name, "alias": self.alias}},
            ]
        )
        for old in before:
            if old in self._aliased or self._forgotten(old):
                indices.delete(index=old, ignore_unavailable=True)

    def _indices(self) -> list[str]:
        found = self.writer.indices.get_alias(index=f"{self.alias}-*", ignore_unavailable=True)
        self._aliased = {name for name, one in found.items() if one["aliases"]}
        return list(found)

    def _forgotten(self, name: str) -> bool:
        """Left over by a rebuild that was killed; a running one is younger."""
        stamp = re.search(r"-(\d{14})\d{6}-", name)
        if not stamp:
            return False
        made = datetime.strptime(stamp[1], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        return datetime.now(UTC) - made > FORGOTTEN_AFTER

    def _put(self, index: str, documents: Sequence[Prepared], *, refresh: str) -> None:
        """External versions keep an older document from replacing a newer one."""
        aliased = index == self.alias
        answer = self._bulk(index, documents, refresh=refresh, versioned=True, aliased=aliased)
        if any(status(item) == 404 for item in answer) and aliased:
            self._first_index()
            answer = self._bulk(index, documents, refresh=refresh, versioned=True, aliased=True)
        _raise_errors(answer, but={409})
        refused = {item["index"]["_id"] for item in answer if status(item) == 409}
        if refused:
            # Either ours is older, or the server remembers the version of a document deleted just now.
            there = self.writer.mget(index=index, ids=sorted(refused), source=False)
            gone = {d["_id"] for d in there["docs"] if not d.get("found")}
            again = [made for made in documents if made.document.id in gone]
            if again:
                _raise_errors(
                    self._bulk(index, again, refresh=refresh, versioned=False, aliased=aliased)
                )

    def _bulk(
        self, index: str, documents: Sequence[Prepared], *, refresh: str, versioned: bool, aliased: bool
    ) -> list[Item]:  # fmt: skip
        operations = [operation(made, versioned=versioned) for made in documents]
        return self.feeder.send(operations, index=index, refresh=refresh, require_alias=aliased)

    def _first_index(self) -> None:
        """Nothing was ever built here. The fixed name makes two first writers meet in one index."""
        try:
            self._create(f"{self.alias}-first", refresh_interval=REFRESH_INTERVAL, alias=True)
        except ApiError as problem:
            if "resource_already_exists" not in str(problem):
                raise


class _Building:
    """Documents are analysed while the batch before them is on its way."""

    def __init__(self, engine: ElasticEngine, name: str, sender: ThreadPoolExecutor) -> None:
        self.engine, self.name, self.sender = engine, name, sender
        self.sent: Future[None] | None = None

    def add(self, documents: Iterable[Document | Prepared]) -> None:
        remaining = iter(documents)
        while batch := list(islice(remaining, BATCH)):
            ready = list(map(store.prepared, batch))
            self.wait()
            self.sent = self.sender.submit(self._send, ready)

    def _send(self, ready: Sequence[Prepared]) -> None:
        with _answering():
            self.engine._put(self.name, ready, refresh="false")

    def wait(self) -> None:
        """Until all that was added has arrived. Raises SearchUnavailable."""
        sent, self.sent = self.sent, None
        if sent is not None:
            sent.result()


@contextmanager
def _answering() -> Iterator[None]:
    """No answer, an overloaded answer or no index: all mean that someone else has to answer for now."""
    try:
        yield
    except (TransportError, ApiError) as problem:
        raise SearchUnavailable(f"Elasticsearch: {problem}") from problem


def _raise_errors(items: list[Item], but: set[int] | frozenset[int] = frozenset()) -> None:
    for item in items:
        result = next(iter(item.values()))
        if result["status"] >= 300 and result["status"] not in but:
            reason = result.get("error", {}).get("reason", result["status"])
            raise DocumentRefused(f"Elasticsearch refused {result['_id']}: {reason}")


def operation(made: Prepared, *, versioned: bool = True) -> Operation:
    """The document as one entry of a bulk request."""
    action: dict[str, Any] = {"_id": made.document.id}
    if versioned:
        action |= {"version": made.document.version, "version_type": "external_gte"}
    size = 3 * (len(made.source) + sum(len(tokens) + len(found) for _, tokens, found in made.texts))
    return Operation({"index": action}, _body(made), size)


def _body(made: Prepared) -> dict[str, Any]:
    document = made.document
    return {
        "id": document.id,
        "type": document.type,
        "date": store.timestamp(document),
        "answered": document.answered,
        "version": document.version,
        "facets": {
            name: [clean(value) for value in values]
            for name, values in document.facet_values().items()
        },
        "source": made.source,
        **store.slot_tokens(made),
    }


def _hit(found: dict[str, Any], score: float, terms: Terms, *, marks: bool = True) -> Hit:
    return store.hit(found["_source"]["source"], score, terms, marks=marks)
