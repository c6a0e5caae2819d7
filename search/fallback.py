"""Elasticsearch with the database engine behind it: a stopped cluster makes search plainer, not absent.

Both are fed, so the fall-back is as fresh as the main one. After a failure searches do not even try the
main engine for a while; a resident must not wait for a time-out on every page.
"""

import logging
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import islice

from search import store
from search.engine import BaseEngine, Document, Engine, Health, Page, Query, SearchUnavailable, Sink
from search.engine import degraded as mark_degraded

logger = logging.getLogger(__name__)

PAUSE_SECONDS = 15.0
BATCH = 300


class FallbackEngine(BaseEngine):
    def __init__(self, main: Engine, reserve: Engine, *, pause: float = PAUSE_SECONDS) -> None:
        self.main, self.reserve, self.pause = main, reserve, pause
        self.name = main.name
        self._closed_until = 0.0

    def leaves(self) -> tuple[Engine, ...]:
        return (self.main, self.reserve)

    def search(self, query: Query) -> Page:
        if time.monotonic() >= self._closed_until:
            try:
                return self.main.search(query)
            except SearchUnavailable as problem:
                self._closed_until = time.monotonic() + self.pause
                logger.warning("search falls back to %s: %s", self.reserve.name, problem)
        return mark_degraded(self.reserve.search(query))

    def index(self, documents: Iterable[Document]) -> None:
        """The reserve first, which is always there; then the main one, whose failure the task retries."""
        remaining = iter(documents)
        while batch := list(islice(remaining, BATCH)):
            self.reserve.index(batch)
            self.main.index(batch)

    def delete(self, ids: Iterable[str]) -> None:
        ids = list(ids)
        self.reserve.delete(ids)
        self.main.delete(ids)

    @contextmanager
    def building(self) -> Iterator[Sink]:
        with ExitStack() as stack:
            sinks = [stack.enter_context(engine.building()) for engine in self.leaves()]
            yield _Both(sinks)
        self._closed_until = 0.0

    def count(self, type: str | None = None) -> int:
        return self.main.count(type)

    def ids(self, type: str | None = None) -> Iterator[tuple[str, int]]:
        return self.main.ids(type)

    def built_with(self) -> str:
        return self.main.built_with()

    def outdated(self) -> bool:
        return self.main.outdated()

    def health(self) -> Health:
        """Healthy only when the main engine is; the detail says who answers."""
        main, reserve = self.main.health(), self.reserve.health()
        if main.ok:
            return main
        answering = (
            f"{reserve.engine} answers" if reserve.ok else f"{reserve.engine}: {reserve.detail}"
        )
        return Health(self.name, False, f"{main.detail}; {answering}")


class _Both:
    def __init__(self, sinks: list[Sink]) -> None:
        self.sinks = sinks

    def add(self, documents: Iterable[Document | store.Prepared]) -> None:
        remaining = iter(documents)
        while batch := list(islice(remaining, BATCH)):
            # Analysed once for both.
            ready = list(map(store.prepared, batch))
            for sink in self.sinks:
                sink.add(ready)
