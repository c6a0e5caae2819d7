"""What a replayed year costs: processor time of our processes and of the database, statements, memory; and how it is told."""

import os
import resource
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from django.db import connection


@dataclass(slots=True)
class Cost:
    """What a stretch of the run took. `cpu` in seconds of our processes, `database` in seconds of a PostgreSQL on the
    same machine (0 elsewhere); `sweeps` in seconds of the clock, `sweeps_cpu` their part of `cpu`; `memory` in MiB, the
    largest process.
    """

    items: int = 0
    steps: int = 0
    events: int = 0
    queries: int = 0
    seconds: float = 0.0
    cpu: float = 0.0
    database: float = 0.0
    sweeps: float = 0.0
    sweeps_cpu: float = 0.0
    memory: int = 0


@dataclass(slots=True)
class Outcome:
    """The whole run: costs, tenths of the year, counts by state, and what is wrong (empty when all holds)."""

    total: Cost = field(default_factory=Cost)
    tenths: list[Cost] = field(default_factory=list)
    states: dict[str, int] = field(default_factory=dict)
    transitions: dict[str, int] = field(default_factory=dict)
    errors: dict[str, int] = field(default_factory=dict)
    traces: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def difference(now: Cost, before: Cost) -> Cost:
    names = (
        "items",
        "steps",
        "events",
        "queries",
        "seconds",
        "cpu",
        "database",
        "sweeps",
        "sweeps_cpu",
    )
    return Cost(**{n: getattr(now, n) - getattr(before, n) for n in names}, memory=now.memory)


def memory() -> int:
    """Peak resident memory of this process in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def server_seconds() -> float:
    """Processor time that the PostgreSQL we talk to has used so far: itself, its workers, those that have ended. Read
    from /proc, so 0.0 when it runs elsewhere or is no PostgreSQL.
    """
    if connection.vendor != "postgresql":
        return 0.0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid(), inet_client_addr() = inet_server_addr()")
        backend, here = cursor.fetchone()
    try:
        if here is False or Path(f"/proc/{backend}/comm").read_text().strip() != "postgres":
            return 0.0
        parent = _ticks(backend)[1]
        children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
        own, _ = _ticks(parent, ended=True)
        return (own + sum(_ticks(int(pid))[0] for pid in children)) / os.sysconf("SC_CLK_TCK")
    except (OSError, IndexError, ValueError):
        return 0.0


def _ticks(pid: int, *, ended: bool = False) -> tuple[int, int]:
    """Clock ticks of a process (with those of its ended children), and its parent."""
    try:
        # The name in field 2 may hold spaces; what follows it begins with field 3.
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return 0, 0
    last = 15 if ended else 13
    return sum(int(value) for value in fields[11:last]), int(fields[1])


class counted:
    """Counts the statements sent on the default connection while it is entered."""

    def __enter__(self) -> Cost:
        self.cost = Cost()
        self._wrapper = connection.execute_wrapper(self._count)
        self._wrapper.__enter__()
        return self.cost

    def __exit__(self, *error: Any) -> None:
        self._wrapper.__exit__(*error)

    def _count(self, execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        self.cost.queries += 1
        return execute(sql, params, many, context)


def lines(made: Outcome) -> Iterator[str]:
    """The outcome for a terminal."""
    total = made.total
    yield (
        f"{total.items} items, {total.events} transitions in {total.seconds:.1f} s: {per(total.items, total.seconds):.1f} items/s, "
        f"{1000 * per(total.cpu, total.items):.1f} CPU ms an item of ours ({1000 * per(total.sweeps_cpu, total.items):.1f} of it the sweeps') "
        f"and {1000 * per(total.database, total.items):.1f} of the database, {per(total.events, total.items):.1f} transitions an item, "
        f"{per(total.queries, total.events):.1f} statements a transition, sweeps {total.sweeps:.1f} s, peak {total.memory} MiB"
    )
    yield "tenth   items  transitions  seconds  sweeps  CPU ms/transition  database ms/transition  statements/transition   MiB"
    for number, one in enumerate(made.tenths, 1):
        yield (
            f"{number:5d} {one.items:7d} {one.events:12d} {one.seconds:8.1f} {one.sweeps:7.1f} "
            f"{1000 * per(one.cpu, one.events):18.2f} {1000 * per(one.database, one.events):23.2f} {per(one.queries, one.events):22.1f} {one.memory:5d}"
        )
    yield "states: " + ", ".join(f"{name} {count}" for name, count in made.states.items())
    for name, count in made.errors.items():
        yield f"ERROR ×{count} {name}"
    yield from made.traces
    yield from (f"FAULT {fault}" for fault in made.faults)


def per(one: float, other: float) -> float:
    return one / other if other else 0.0
