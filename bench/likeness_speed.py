"""How long look-alikes take: `python -m bench.likeness_speed [--size N] [--engine sqlite|elasticsearch] [--minutes M]`.

Fills one engine with N made-up documents (bench/made.py), with the names of the demo city (--city FOLDER keeps it), and asks for the look-alikes of texts nobody indexed, the
hand-written ones of bench/judged among them: the whole of search.likeness.alike, with its query for the words' counts, by
one caller. When N is not reached within M minutes, what is there is measured and said. Exit code 1: the goal is missed.
"""

import argparse
import os
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from bench import city
from tests.services import elasticsearch, running

if TYPE_CHECKING:
    from search.engine import Engine
    from search.store import Prepared

GOAL_MS = 50.0
TEXTS = 300


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.likeness_speed", description=__doc__)
    parser.add_argument("--size", type=int, default=100_000, help="documents (100000)")
    parser.add_argument("--engine", choices=("sqlite", "elasticsearch"), default="sqlite")
    parser.add_argument("--minutes", type=float, default=25, help="of filling at most (25)")
    parser.add_argument("--city", type=Path, help="where the demo city is kept between runs")
    parser.add_argument("--profile", action="store_true", help="show where the time goes")
    options = parser.parse_args()
    return city.run(lambda folder, stack: _run(options, folder, stack), name="likeness")


def _run(options: argparse.Namespace, folder: Path, stack: ExitStack) -> int:
    city.enter(options.city, folder)
    from search.elastic import ElasticEngine
    from search.sqlite_fts import SqliteEngine

    engine: Engine
    if options.engine == "elasticsearch":
        server = stack.enter_context(running(elasticsearch, folder / "elasticsearch"))
        engine = ElasticEngine([server.address], prefix="speed", refresh="true")
    else:
        engine = SqliteEngine(str(folder / "search.sqlite3"))
    began = time.perf_counter()
    size = fill(engine, options.size, until=time.monotonic() + options.minutes * 60)
    took = time.perf_counter() - began
    print(f"{engine.name}: {size:,} documents in {took:.0f} s, load {os.getloadavg()[0]:.1f}")
    return int(measure(engine, texts(), profile=options.profile) > GOAL_MS)


def fill(engine: "Engine", size: int, *, until: float) -> int:
    """Build the index and count its words; returns how many documents there was time for."""
    from bench.made import Counted, Maker

    maker, counted = Maker(Random(1)), Counted(step=max(1, size // 10_000))

    def made() -> Iterator["Prepared"]:
        for document in maker.documents(0, size, datetime.now(UTC) - timedelta(days=300)):
            if time.monotonic() > until:
                return
            counted.add(document)
            yield maker.prepared(document)

    with engine.building() as sink:
        sink.add(made())
    counted.keep()
    return counted.seen


def texts() -> list[str]:
    """What people might type: the judged sentences, and titles and whole messages from the same words as the index."""
    from bench.likeness import pairs
    from bench.made import Maker

    written = [text for _key, *both in pairs() for text in both]
    maker = Maker(Random(2))
    fresh = [maker.one(n, datetime.now(UTC)) for n in range(TEXTS // 3)]
    asked = [d.title if n % 2 else f"{d.title}\n{d.fields['problem']}" for n, d in enumerate(fresh)]
    return [*written[: TEXTS - len(asked)], *asked]


def measure(engine: "Engine", asked: list[str], *, profile: bool = False) -> float:
    """Print the milliseconds of one call each; returns the 95th percentile."""
    from bench.load import percentile
    from search.likeness import alike

    for text in asked[:20]:
        alike(text, engine=engine)
    took, spent, offered = list[float](), list[float](), 0
    for text in asked:
        start, began = time.perf_counter(), time.process_time()
        offered += bool(alike(text, engine=engine))
        took.append((time.perf_counter() - start) * 1000)
        spent.append((time.process_time() - began) * 1000)
    print(f"look-alikes of {len(asked)} texts, {offered} offered something")
    # On a machine that others use as well, the second says more.
    for name, found in (("by the clock", took), ("processor of this process", spent)):
        p50, p95, p99 = (percentile(found, share) for share in (0.5, 0.95, 0.99))
        print(f"  {name:26} p50 {p50:6.1f}  p95 {p95:6.1f}  p99 {p99:6.1f} ms")
    p95 = percentile(took, 0.95)
    if profile:
        import cProfile

        cProfile.runctx("for text in asked: alike(text, engine=engine)", {"asked": asked, "alike": alike, "engine": engine}, {}, sort="tottime")  # fmt: skip
    return p95


if __name__ == "__main__":
    sys.exit(main())
