"""Kill a node while people search and write: `python -m bench.cluster [--size N] [--seconds S]`.

Starts three Elasticsearch nodes on loopback, indexes N documents with one copy of each through our engine, goes on
searching and indexing through it, kills the node that leads the cluster (kill -9), goes on for S seconds and starts it
again. Exit code 1: a search failed, an acknowledged document is gone, or the cluster did not turn green; 3: a service
is missing.
"""

import argparse
import logging
import os
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from tests.services import Missing
from tests.services.cluster import Cluster, cluster
from tests.services.process import Failed

if TYPE_CHECKING:
    from search.elastic import ElasticEngine
    from search.engine import Document

PAUSE = 0.05
"""Seconds between two requests of a thread: the nodes share the machine's cores with whoever asks them."""
BATCH = 20
WORDS = ("电梯", "停车", "公交 末班车", "路灯", "“末班车”", "")


@dataclass
class Run:
    """What the two threads saw."""

    searches: int = 0
    failed: list[str] = field(default_factory=list)
    slowest: float = 0.0
    acknowledged: set[str] = field(default_factory=set)
    tries: int = 0
    """Writes that were refused and sent again, as the task does."""
    longest_wait: float = 0.0


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.cluster", description=__doc__)
    parser.add_argument("--size", type=int, default=2000, help="documents before the kill (2000)")
    parser.add_argument("--seconds", type=float, default=15, help="how long after it (15)")
    options = parser.parse_args()
    # A terminated run stops its nodes.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with tempfile.TemporaryDirectory(prefix="jianyan-cluster-") as folder:
        os.environ.update(DATA_DIR=folder, DJANGO_SETTINGS_MODULE="bench.quality_settings", LOG_LEVEL="ERROR")  # fmt: skip
        import django

        django.setup()
        # The client says of each request that a node is gone, with a traceback. No table is needed: words are read plainly.
        logging.disable(logging.WARNING)
        try:
            with cluster(Path(folder) / "nodes") as nodes:
                return measure(nodes, size=options.size, seconds=options.seconds)
        except (Missing, Failed) as problem:
            print(problem, file=sys.stderr)
            return 3 if isinstance(problem, Missing) else 1


def measure(nodes: Cluster, *, size: int, seconds: float) -> int:
    """Index, load, kill, wait, start again and look. Prints what it saw; 0 when nothing was lost."""
    from bench.made import Maker
    from search.elastic import ElasticEngine

    engine = ElasticEngine(nodes.addresses, prefix="cluster", replicas="1")
    documents = Maker(Random(1)).documents(0, sys.maxsize, datetime.now(UTC) - timedelta(days=300))
    engine.rebuild(islice(documents, size))
    nodes.wait_for("green", seconds=60)
    least = {word: _found(engine, word) for word in WORDS}
    if silent := [word for word, total in least.items() if not total]:
        # Nothing can get lost from a search that finds nothing.
        print(f"nothing is found for {silent}", file=sys.stderr)
        return 1
    run, stop = Run(acknowledged={f"suggestion:{n}" for n in range(size)}), threading.Event()
    threads = [
        threading.Thread(target=_search, args=(engine, run, stop, least)),
        threading.Thread(target=_write, args=(engine, run, stop, documents)),
    ]
    for thread in threads:
        thread.start()
    try:
        time.sleep(3)
        leader = _leader(engine)
        chosen = next(node for node in nodes.nodes if node.name == leader)
        before = len(run.acknowledged)
        chosen.kill()
        print(f"killed {chosen.name}, which led the cluster, after {before} documents", flush=True)
        time.sleep(seconds)
        chosen.start()
        back = nodes.wait_for("green", seconds=120)
        print(f"back and green after {back:.1f} s", flush=True)
        time.sleep(1)
    finally:
        stop.set()
        for thread in threads:
            thread.join(120)
    held = {id for id, _version in engine.ids("suggestion")}
    lost = run.acknowledged - held
    print(f"searches {run.searches}, failed {len(run.failed)}, slowest {run.slowest * 1000:.0f} ms")
    print(
        f"acknowledged {len(run.acknowledged)}, lost {len(lost)}; writes sent again {run.tries}, longest wait {run.longest_wait:.1f} s"
    )
    for problem in run.failed[:3]:
        print(problem, file=sys.stderr)
    return int(bool(run.failed or lost))


def _found(engine: "ElasticEngine", word: str) -> int:
    """How many documents say the word, before anything is measured: nodes that have just started may take their time."""
    from search.engine import Query, SearchUnavailable

    for _ in range(20):
        try:
            return engine.search(Query(word)).total
        except SearchUnavailable:
            time.sleep(1)
    raise Failed("The cluster does not answer.")


def _leader(engine: "ElasticEngine") -> str:
    state = engine.client.cluster.state(metric="master_node,nodes")
    return str(state["nodes"][state["master_node"]]["name"])


def _search(
    engine: "ElasticEngine", run: Run, stop: threading.Event, least: dict[str, int]
) -> None:
    """Documents are only added, so a search that finds fewer than before has missed some."""
    from search.engine import Query, SearchUnavailable

    while not stop.is_set():
        began = time.perf_counter()
        try:
            word = WORDS[run.searches % len(WORDS)]
            total = engine.search(Query(word, facets=("topic",))).total
            if total < least[word]:
                run.failed.append(f"{word}: {total} found, {least[word]} before")
        except SearchUnavailable as problem:
            run.failed.append(str(problem))
        run.searches += 1
        run.slowest = max(run.slowest, time.perf_counter() - began)
        stop.wait(PAUSE)


def _write(
    engine: "ElasticEngine", run: Run, stop: threading.Event, documents: Iterator["Document"]
) -> None:
    """As the index task does: a batch that was not acknowledged is sent again until it is."""
    from search.engine import SearchUnavailable

    while not stop.is_set():
        batch = list(islice(documents, BATCH))
        began = time.perf_counter()
        while True:
            try:
                engine.index(batch)
            except SearchUnavailable:
                run.tries += 1
                if stop.wait(0.5):
                    return
                continue
            break
        run.longest_wait = max(run.longest_wait, time.perf_counter() - began)
        run.acknowledged |= {document.id for document in batch}
        stop.wait(PAUSE)


if __name__ == "__main__":
    sys.exit(main())
