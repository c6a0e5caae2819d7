"""With Elasticsearch stopped, search is plainer, not absent; afterwards the index can be made whole."""

import os
import signal
import socket
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.db import connections

from search.elastic import ElasticEngine
from search.engine import Document, DocumentRefused, Query, SearchUnavailable
from search.fallback import FallbackEngine
from search.sqlite_fts import SqliteEngine
from tests.contracts.city import CITY, document
from tests.services import Server, elasticsearch, running

# Questions are read with the dictionary in the database.
pytestmark = pytest.mark.django_db


@pytest.fixture
def reserve(tmp_path: Path) -> Iterator[SqliteEngine]:
    engine = SqliteEngine(str(tmp_path / "search.sqlite3"))
    yield engine
    engine.close()


def nowhere() -> ElasticEngine:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return ElasticEngine([f"http://127.0.0.1:{port}"])


def test_a_search_is_answered_by_the_reserve_and_says_so(reserve: SqliteEngine):
    reserve.index(CITY)
    page = FallbackEngine(nowhere(), reserve).search(Query("电梯", facets=("type",)))
    assert page.degraded
    assert page.engine == "sqlite"
    assert page.total == 2
    assert [value.value for value in page.facets["type"]] == ["page", "suggestion"]


def test_after_a_failure_the_main_engine_is_left_alone_for_a_while(reserve: SqliteEngine):
    reserve.index(CITY)
    engine = FallbackEngine(nowhere(), reserve, pause=60)
    engine.search(Query("电梯"))
    began = time.perf_counter()
    for _ in range(20):
        engine.search(Query("电梯"))
    assert time.perf_counter() - began < 2


@dataclass
class Mute:
    """A server that takes connections and never says a word."""

    ear: socket.socket
    engine: ElasticEngine

    def asked(self) -> int:
        """How often it was asked since the last look."""
        count = 0
        self.ear.setblocking(False)
        with suppress(BlockingIOError):
            while True:
                self.ear.accept()[0].close()
                count += 1
        return count


@pytest.fixture
def mute() -> Iterator[Mute]:
    with socket.socket() as ear:
        ear.bind(("127.0.0.1", 0))
        ear.listen(64)
        engine = ElasticEngine([f"http://127.0.0.1:{ear.getsockname()[1]}"])
        # A second, not the three a search waits, to keep the test short; and each question is one connection.
        engine.client = engine.client.options(request_timeout=1, max_retries=0)
        engine.feeder.client = engine.client
        yield Mute(ear, engine)
        engine.client.close()


def test_while_one_search_finds_out_whether_the_cluster_is_back_the_others_do_not_wait(
    mute: Mute, reserve: SqliteEngine
):
    reserve.index(CITY)
    engine = FallbackEngine(mute.engine, reserve, pause=0.2)
    engine.search(Query("电梯"))
    assert mute.asked() == 1
    time.sleep(0.3)
    # Longer than the one question takes, so that nobody's turn comes meanwhile.
    engine.pause = 60

    def search() -> int:
        try:
            return engine.search(Query("电梯")).total
        finally:
            reserve.close()
            connections.close_all()

    with ThreadPoolExecutor(max_workers=5) as people:
        assert [f.result() for f in [people.submit(search) for _ in range(5)]] == [2] * 5
    assert mute.asked() == 1


def test_whoever_mended_the_cluster_need_not_wait_for_the_end_of_the_pause(
    mute: Mute, reserve: SqliteEngine
):
    reserve.index(CITY)
    engine = FallbackEngine(mute.engine, reserve, pause=60)
    engine.search(Query("电梯"))
    engine.search(Query("电梯"))
    assert mute.asked() == 1
    engine.try_again()
    assert engine.search(Query("电梯")).total == 2
    assert mute.asked() == 1


def test_writes_leave_a_cluster_that_hangs_alone_as_well_and_keep_the_reserve_fresh(
    mute: Mute, reserve: SqliteEngine
):
    engine = FallbackEngine(mute.engine, reserve, pause=60)
    for n in range(10):
        with pytest.raises(SearchUnavailable):
            engine.index([document(f"n{n}", "路灯")])
    assert mute.asked() == 1
    assert reserve.count() == 10


def test_a_document_that_is_refused_is_no_reason_to_leave_the_cluster_alone(reserve: SqliteEngine):
    class Refusing(SqliteEngine):
        def index(self, documents: Iterable[Document]) -> None:
            raise DocumentRefused("not this one")

    reserve.index(CITY)
    main = Refusing(str(Path(reserve.path).with_name("main.sqlite3")))
    engine = FallbackEngine(main, reserve, pause=60)
    with pytest.raises(SearchUnavailable):
        engine.index([document("a", "路灯")])
    assert not engine.search(Query("路灯")).degraded
    main.close()


def test_a_write_reaches_the_reserve_and_is_reported_for_a_retry(reserve: SqliteEngine):
    engine = FallbackEngine(nowhere(), reserve)
    with pytest.raises(SearchUnavailable):
        engine.index(CITY)
    assert reserve.count() == len(CITY)
    with pytest.raises(SearchUnavailable):
        engine.delete(["suggestion:lift"])
    assert reserve.count() == len(CITY) - 1


def test_a_rebuild_without_the_main_engine_changes_nothing(reserve: SqliteEngine):
    reserve.index(CITY)
    with pytest.raises(SearchUnavailable):
        FallbackEngine(nowhere(), reserve).rebuild(CITY[:1])
    assert reserve.count() == len(CITY)


def test_health_says_who_answers(reserve: SqliteEngine):
    health = FallbackEngine(nowhere(), reserve).health()
    assert not health.ok
    assert "sqlite answers" in health.detail


@pytest.fixture
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A node of our own, because this test stops it."""
    if not os.environ.get("ELASTICSEARCH_URL"):
        pytest.skip("no Elasticsearch on this machine (run through python -m tests.services)")
    with running(elasticsearch, tmp_path_factory.mktemp("node") / "elasticsearch") as server:
        yield server


@pytest.mark.services
@pytest.mark.slow
def test_a_cluster_that_hangs_and_comes_back_is_used_again(node: Server, reserve: SqliteEngine):
    main = ElasticEngine([node.address], prefix="hang", refresh="true")
    engine = FallbackEngine(main, reserve, pause=0.5)
    engine.index(CITY)
    before = engine.search(Query("电梯"))
    assert (before.engine, before.degraded, before.total) == ("elasticsearch", False, 2)

    node.process.send_signal(signal.SIGSTOP)
    try:
        began = time.perf_counter()
        page = engine.search(Query("电梯"))
        assert (page.engine, page.degraded, page.total) == ("sqlite", True, 2)
        assert time.perf_counter() - began < 10
    finally:
        node.process.send_signal(signal.SIGCONT)
    time.sleep(0.6)
    after = engine.search(Query("电梯"))
    assert (after.engine, after.degraded, after.total) == ("elasticsearch", False, 2)

    node.stop()
    page = engine.search(Query("电梯"))
    assert (page.engine, page.degraded, page.total) == ("sqlite", True, 2)
    with pytest.raises(SearchUnavailable):
        engine.index([document("late", "后来的星星")])
    assert engine.search(Query("星星")).total == 1
    main.client.close()
