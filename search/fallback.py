"""Elasticsearch with the database engine behind it: a stopped cluster makes search plainer, not absent.

Both are fed, so the fall-back is as fresh as the main one. After a failure neither searches nor writes try the
main engine for a while; a resident must not wait for a time-out on every page, nor a notice behind one for every
document.
"""

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import islice

from search import store
from search.engine import (
    BaseEngine,
    Document,
    DocumentRefused,
    Engine,
    Health,
    Page,
    Query,
    SearchUnavailable,
    Sink,
)
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
        if self._may_try():
            try:
                with self._minding():
                    return self.main.search(query)
            except SearchUnavailable as problem:
                logger.warning("search falls back to %s: %s", self.reserve.name, problem)
        return mark_degraded(self.reserve.search(query))

    def index(self, documents: Iterable[Document]) -> None:
        """The reserve first, which is always there; then the main one, whose failure the task retries."""
        remaining = iter(documents)
        while batch := list(islice(remaining, BATCH)):
            self.reserve.index(batch)
            self._feed(lambda held=batch: self.main.index(held))  # type: ignore[misc]

    def delete(self, ids: Iterable[str]) -> None:
        ids = list(ids)
        self.reserve.delete(ids)
        self._feed(lambda: self.main.delete(ids))

    def _feed(self, write: Callable[[], None]) -> None:
        if not self._may_try():
            raise SearchUnavailable(f"{self.main.name} failed a moment ago and is left alone")
        with self._minding():
            write()

    def _may_try(self) -> bool:
        """Whether to ask the main engine. After a pause one caller finds out for all: the others keep to the reserve
        until he has an answer.
        """
        if not self._closed_until:
            return True
        now = time.monotonic()
        if now < self._closed_until:
            return False
        self._closed_until = now + self.pause
        return True

    def try_again(self) -> None:
        """Forget a failure: whoever mended the main engine need not wait for the end of the pause."""
        self._closed_until = 0.0

    @contextmanager
    def _minding(self) -> Iterator[None]:
        """Remember whether the main engine answered. That it refuses one document is an answer."""
        try:
            yield
        except DocumentRefused:
            self._closed_until = 0.0
            raise
        except SearchUnavailable:
            self._closed_until = time.monotonic() + self.pause
            raise
        self._closed_until = 0.0

    @contextmanager
    def building(self) -> Iterator[Sink]:
        with ExitStack() as stack:
            sinks = [stack.enter_context(engine.building()) for engine in self.leaves()]
            yield _Both(sinks)
        self.try_again()

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
