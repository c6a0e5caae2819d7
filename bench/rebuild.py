"""How fast an index is rebuilt: `python -m bench.rebuild [--size N] [--rounds R] [--city FOLDER]`.

Starts one Elasticsearch node, makes N documents (bench/made.py), analyses them, and then by turns sends the same prepared
documents as bare bulk requests and through our rebuild, swap and all. Prints documents a second of both, of the analysis
alone in one process and in one for each core, and of the whole. Exit code 1: our rebuild reaches less than 80 % of the bare
rate, the analysis counted apart; 3: a service is missing.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, TypeVar

from bench import city
from tests.services import Server, elasticsearch

if TYPE_CHECKING:
    from search.elastic import ElasticEngine
    from search.store import Prepared

GOAL = 0.8
T = TypeVar("T")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.rebuild", description=__doc__)
    parser.add_argument("--size", type=int, default=20_000, help="documents (20000)")
    parser.add_argument("--rounds", type=int, default=3, help="of each way, by turns (3)")
    parser.add_argument("--city", type=Path, help="where the demo city is kept between runs")
    options = parser.parse_args()
    return city.run(lambda folder, stack: _run(options, folder, stack), name="rebuild")


def _run(options: argparse.Namespace, folder: Path, stack: ExitStack) -> int:
    city.enter(options.city, folder)
    from bench.made import Maker
    from search import preparing
    from search.elastic import ElasticEngine

    own = folder / "elasticsearch"
    own.mkdir()
    server: Server = elasticsearch.start(own, java=city.JAVA)
    stack.callback(server.stop)
    engine = ElasticEngine([server.address], prefix="rebuild")
    documents = list(Maker(Random(1)).documents(0, options.size, datetime.now(UTC) - timedelta(days=300)))  # fmt: skip
    cores = preparing.processes_for(10**9)
    alone, made = _timed(lambda: list(preparing.each(documents)))
    pooled, _ = _timed(lambda: list(preparing.each(documents, processes=cores)))
    ready = [one.prepared for one in made]
    bare, ours = [], []
    # The first of each warms the server up.
    for round in range(options.rounds + 1):
        times = (_timed(lambda: _bare(engine, ready))[0], _timed(lambda: _ours(engine, ready))[0])
        if round:
            bare.append(times[0])
            ours.append(times[1])
    size, share = options.size, min(bare) / min(ours)
    each = preparing.each(documents, processes=cores)
    whole, _ = _timed(lambda: _ours(engine, (one.prepared for one in each)))
    print(f"{size:,} documents, {cores} cores, load {os.getloadavg()[0]:.1f}")
    for name, seconds in (
        ("analysis in one process", alone),
        (f"analysis in {cores} processes", pooled),
        ("bare bulk requests", min(bare)),
        ("our rebuild of analysed documents", min(ours)),
        ("our rebuild with the analysis", whole),
    ):
        print(f"{name:36} {size / seconds:8,.0f} documents/s")
    print(f"our rebuild, the analysis counted apart: {share:.0%} of the bare rate")
    print(f"bytes of a document, merged, without copies: {_bytes(engine):,.0f}")
    return int(share < GOAL)


def share(addresses: Sequence[str], size: int) -> float:
    """Our rebuild of analysed documents as a share of the rate of bare bulk requests on a server that is there: the better
    of two rounds each, by turns, in indexes of their own that are gone afterwards.
    """
    from bench.made import Maker
    from search import preparing
    from search.elastic import ElasticEngine

    engine = ElasticEngine(addresses, prefix="rebuild")
    documents = Maker(Random(1)).documents(0, size, datetime.now(UTC) - timedelta(days=300))
    cores = preparing.processes_for(10**9)
    ready = [one.prepared for one in preparing.each(documents, processes=cores)]
    try:
        rounds = [(_timed(lambda: _bare(engine, ready))[0], _timed(lambda: _ours(engine, ready))[0]) for _ in range(2)]  # fmt: skip
    finally:
        indices = engine.writer.indices
        for name in ("bare", *indices.get_alias(index=f"{engine.alias}-*", ignore_unavailable=True)):  # fmt: skip
            indices.delete(index=name, ignore_unavailable=True)
    return min(bare for bare, _ in rounds) / min(ours for _, ours in rounds)


def _bytes(engine: "ElasticEngine") -> float:
    indices = engine.writer.options(request_timeout=120).indices
    indices.forcemerge(index="bare", max_num_segments=1)
    held = indices.stats(index="bare", metric="store,docs")["_all"]["primaries"]
    return float(held["store"]["size_in_bytes"] / held["docs"]["count"])


def _timed(act: Callable[[], T]) -> tuple[float, T]:
    began = time.perf_counter()
    done = act()
    return time.perf_counter() - began, done


def _bare(engine: "ElasticEngine", ready: list["Prepared"]) -> None:
    """An index of the same mapping, filled by nothing but requests, refreshed at the end."""
    from search.elastic import BATCH, operation
    from search.elastic_query import MAPPING

    client = engine.writer
    client.indices.delete(index="bare", ignore_unavailable=True)
    client.indices.create(
        index="bare", mappings=MAPPING, settings={"number_of_shards": 1, "number_of_replicas": 0, "refresh_interval": "-1"}
    )  # fmt: skip
    for at in range(0, len(ready), BATCH):
        lines = [line for made in ready[at : at + BATCH] for line in operation(made).lines()]
        client.bulk(operations=lines, index="bare")
    client.indices.refresh(index="bare")


def _ours(engine: "ElasticEngine", ready: Iterable["Prepared"]) -> None:
    with engine.building() as sink:
        sink.add(ready)


if __name__ == "__main__":
    sys.exit(main())
