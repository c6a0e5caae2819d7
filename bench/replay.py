"""A year of a city replayed at several sizes: what an item costs, and whether that grows with what is there before.

Each run has a database and a process of its own. `before` items are filled in bulk (bench.fill), closed long ago, because
replaying them would take hours; the items measured all go through the services.
"""

import argparse
import json
import os
import subprocess
import sys
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit, urlunsplit

import psycopg

from bench.load import Wrong
from bench.site import ROOT

SIZES = (2_000, 20_000)
ON_TOP = 2_000
"""Items replayed on top of those that are there before."""
WORKERS = 2
QUIET = timedelta(days=60)
"""Between what was filled and the first day of the year: everything filled has come to its end."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """One run. Seconds of the clock; `cpu` and `database` in seconds of processor time, `sweeps` a part of `cpu`."""

    before: int
    items: int
    transitions: int
    seconds: float
    cpu: float
    sweeps: float
    database: float
    statements: int
    memory: int


def measure(items: int, *, before: int = 0) -> Replayed:
    """Replay a year in a new database beside the one of DATABASE_URL. Raises Wrong: an error, or something does not hold."""
    base = os.environ["DATABASE_URL"]
    name = f"replay_{before}_{items}"
    with psycopg.connect(base, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
    try:
        done = subprocess.run(
            [sys.executable, "-m", "bench.replay", "--items", str(items), "--before", str(before)],
            env={**os.environ, "DATABASE_URL": urlunsplit(urlsplit(base)._replace(path=f"/{name}"))},
            stdout=subprocess.PIPE, text=True, cwd=ROOT, check=False,
        )  # fmt: skip
    finally:
        with psycopg.connect(base, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())
    if done.returncode:
        raise Wrong(f"the replay of {items} items failed:\n{done.stdout}")
    return Replayed(**json.loads(done.stdout.splitlines()[-1]))


def rows(found: list[Replayed], *, commit: str = "") -> list[list[str]]:
    """The table, with the column names as first row."""
    made = [["items there before", "items", "transitions", "minutes", "CPU ms an item", "of it sweeps", "PostgreSQL ms an item", "statements a transition", "MiB", "commit"]]  # fmt: skip
    for one in found:
        each = [1000 * value / one.items for value in (one.cpu, one.sweeps, one.database)]
        made.append(
            [
                f"{one.before:,}", f"{one.items:,}", f"{one.transitions:,}", f"{one.seconds / 60:.1f}",
                *(f"{value:.1f}" for value in each), f"{one.statements / one.transitions:.1f}", str(one.memory), commit,
            ]
        )  # fmt: skip
    return made


def run(items: int, before: int) -> Replayed:
    """Fill and replay in this process's own, empty database. Raises Wrong."""
    from django.core.management import call_command

    from bench.fill import City
    from suggestions.demo import replay, replay_cost

    call_command("migrate", verbosity=0, interactive=False)
    call_command("load_workdays", verbosity=0, stdout=sys.stderr)
    city = None
    if before:
        filled = City(now=datetime(replay.YEAR, 1, 1, tzinfo=replay.SHANGHAI), answered=1, quiet=QUIET)  # fmt: skip
        filled.fill(before)
        city = filled.facts
    made = replay.run(items=items, seed=1, workers=WORKERS, city=city)
    if made.errors or made.faults:
        raise Wrong("\n".join(replay_cost.lines(made)))
    total = made.total
    return Replayed(
        before, total.items, total.events, total.seconds, total.cpu, total.sweeps_cpu, total.database, total.queries,
        total.memory,
    )  # fmt: skip


def main() -> int:
    import django

    parser = argparse.ArgumentParser(prog="python -m bench.replay", description=__doc__)
    parser.add_argument("--items", type=int, required=True)
    parser.add_argument("--before", type=int, default=0)
    options = parser.parse_args()
    django.setup()
    try:
        print(json.dumps(asdict(run(options.items, options.before))))
    except Wrong as problem:
        print(problem)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
