"""The figures as tables, for the terminal and for docs/performance.md."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from bench.engines import Built, Latency
from bench.importing import Imported
from bench.load import Measure
from bench.replay import Replayed
from bench.replay import rows as replay_rows

BARE = "bare Django list of 20"
REPLAYED = "A year replayed"


@dataclass(slots=True)
class Report:
    """One run. `facts` say what it ran on; whatever was not asked for stays empty and is not shown."""

    facts: dict[str, str] = field(default_factory=dict)
    measures: list[Measure] = field(default_factory=list)
    first_readers: list[Measure] = field(default_factory=list)
    built: list[Built] = field(default_factory=list)
    latencies: list[Latency] = field(default_factory=list)
    imported: Imported | None = None
    memory: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    replayed: list[Replayed] = field(default_factory=list)

    @property
    def errors(self) -> int:
        return sum(m.errors for m in [*self.measures, *self.first_readers])


def ratio(measure: Measure, measures: Sequence[Measure]) -> str:
    """Requests per second as a multiple of the bare view's with as many clients; "" where that is unknown."""
    bare = [m for m in measures if m.name == BARE and m.clients == measure.clients]
    return f"{measure.per_second / bare[0].per_second:.2f}" if bare and bare[0].per_second else ""


def tables(report: Report) -> list[tuple[str, list[list[str]]]]:
    """(heading, rows) with the column names as first row; only what was measured."""
    made: list[tuple[str, list[list[str]]]] = []
    if report.measures:
        rows = [
            [
                "page",
                "clients",
                "requests/s",
                "× bare",
                "p50 ms",
                "p95 ms",
                "p99 ms",
                "CPU ms",
                "errors",
            ]
        ]
        for m in report.measures:
            figures = [f"{m.per_second:.0f}", ratio(m, report.measures)]
            figures += [f"{v:.1f}" for v in (m.p50, m.p95, m.p99)]
            rows.append([m.name, str(m.clients), *figures, f"{m.cpu_ms:.1f}", str(m.errors)])
        made.append(("Pages", rows))
    if report.first_readers:
        rows = [["page", "p50 ms", "p95 ms"]]
        rows += [[m.name, f"{m.p50:.0f}", f"{m.p95:.0f}"] for m in report.first_readers]
        made.append(("The first reader after a publication", rows))
    if report.latencies:
        made.append(("Search without HTTP", _latency_rows(report.latencies)))
    if report.built:
        rows = [["engine", "documents", "seconds", "documents/s"]]
        rows += [
            [b.engine, f"{b.documents:,}", f"{b.seconds:.1f}", f"{b.per_second:.0f}"]
            for b in report.built
        ]
        made.append(("Rebuilding an index", rows))
    if report.imported:
        one = report.imported
        row = [str(one.items), f"{one.seconds:.1f}", f"{one.per_second:.1f}"]
        made.append(("Importing answered messages", [["items", "seconds", "items/s"], row]))
    if report.memory:
        rows = [["server", "workers", "resident MB", "proportional MB"]]
        for name, each in report.memory.items():
            cells = [", ".join(str(pair[n]) for pair in each) for n in (0, 1)]
            rows.append([name, str(len(each)), *cells])
        made.append(("Memory of a web worker", rows))
    if report.replayed:
        made.append((REPLAYED, replay_rows(report.replayed)))
    return made


def _latency_rows(latencies: Sequence[Latency]) -> list[list[str]]:
    engines = list(dict.fromkeys(one.engine for one in latencies))
    rows = [["query", "hits", *(f"{name} p50 / p95 ms" for name in engines)]]
    for kind in dict.fromkeys(one.kind for one in latencies):
        found = {one.engine: one for one in latencies if one.kind == kind}
        hits = "/".join(dict.fromkeys(f"{one.found:.0f}" for one in found.values()))
        cells = [f"{found[e].p50:.1f} / {found[e].p95:.1f}" if e in found else "" for e in engines]
        rows.append([kind, hits, *cells])
    return rows


def text(report: Report) -> str:
    """For the terminal."""
    lines = [f"{name}: {value}" for name, value in report.facts.items()]
    for heading, rows in tables(report):
        widths = [max(len(row[n]) for row in rows) for n in range(len(rows[0]))]
        lines += ["", heading]
        for row in rows:
            first, *rest = (
                cell.ljust(widths[n]) if n == 0 else cell.rjust(widths[n])
                for n, cell in enumerate(row)
            )
            lines.append("  " + "  ".join([first, *rest]).rstrip())
    return "\n".join(lines)


_NOTES = {
    "Pages": """\
*Kept* pages come from the page cache, as a stranger gets them while nothing changes; *made anew* gives every request
an address nobody asked for before, so that the view, its queries and its template run each time (counts beside
filters stay kept until the next publication, as in life). *× bare* compares requests per second with a view of twenty
rows of the same table with no middleware, no cache and a three-line template, on the same workers in the same run.
*CPU ms* is processor time of the web workers per request, the figure that depends least on what else the machine does.
Search is answered by Elasticsearch; a submission writes the case, its events, clocks, contact data (encrypted) and
outbox rows in one transaction of a PostgreSQL that syncs to disk.""",
    "The first reader after a publication": """\
A publication makes kept pages and counts old. This is what one reader waits when it has just happened: every count is
counted again. One client, one request at a time.""",
    "Search without HTTP": """\
`engine.search(query)` called by one process, 20 hits with marked words each, after one round that is not counted.
*hits* is the average number of matches.""",
    "Rebuilding an index": """\
`indexing.rebuild` of every published document into a new index, the swap, and the comparison with the source.""",
    "Importing answered messages": """\
`import_messages --publish masked`: each message through intake, triage, dispatch, reply, approval, masking by rule and
publication, one transaction an item, then indexed in both engines of the deployment.""",
    "Memory of a web worker": """\
After all of the above. Resident counts shared pages in each worker, proportional shares them out.""",
    REPLAYED: """\
`python -m bench --only replay`: a year of a city, day by day, every item through the services with its clocks, events and
notices, in two worker processes; each midnight the sweeps run. *CPU ms* is processor time of our processes, *PostgreSQL
ms* that of the database's: the figures that depend least on what else the machine does. The sweeps begin each of the 365
days, so their share of an item falls as more items come in. A year of 200,000 items would take hours: what stands under
*items there before* is filled in bulk, closed and long ago, and 2,000 items are replayed on top of it, so that row shows
what an item costs in a full database, not a year of that many. No run leaves an error, an undeclared state, a clock that
is not accounted for, or a broken chain; one that does is not reported.""",
}


def with_section(document: str, report: Report) -> str:
    """The document with the section about the replay put in, or put in place of the one that was there; the rest stays.

    So do the section's rows of other sizes, each with the commit it was measured at: one size takes an hour or more.
    """
    head = f"## {REPLAYED}"
    facts = "; ".join(f"{name}: {value}" for name, value in report.facts.items())
    before, found, after = document.partition(f"{head}\n")
    following = after.find("\n## ") if found else -1
    rest = after[following:] if following >= 0 else ""
    old = after[:following] if following >= 0 else after
    names, *new = replay_rows(report.replayed, commit=report.facts.get("commit", ""))
    table = _with_rows(old, names, new)
    section = f"{head}\n\n{_NOTES[REPLAYED]}\n\n{facts}\n\n{table}\n"
    return f"{before.rstrip()}\n\n{section}{rest}"


def _with_rows(section: str, names: list[str], new: list[list[str]]) -> str:
    """The table of the new rows and of those of the section whose first two cells no new row has, by these cells."""
    lines = [line for line in section.splitlines() if line.startswith("| ")]
    held = [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in lines]
    kept = {tuple(row[:2]): row for row in held[2:] if len(row) == len(names)} if held[:1] == [names] else {}  # fmt: skip
    kept |= {tuple(row[:2]): row for row in new}
    order = sorted(kept.values(), key=lambda row: [int(cell.replace(",", "")) for cell in row[:2]])
    return _table([names, *order])


def markdown(report: Report) -> str:
    """docs/performance.md."""
    parts = [
        "# Performance",
        "What one small machine does, measured by `make bench`. Clients, web workers, PostgreSQL, Redis and Elasticsearch "
        "share its cores, so a real deployment does better; what carries over is the ratio to the bare view and how "
        "little changes with size. This file is written by `python -m bench --write`.",
        _table([["", ""], *([name, value] for name, value in report.facts.items())]),
    ]
    for heading, rows in tables(report):
        parts += [f"## {heading}", _NOTES[heading], _table(rows)]
    return "\n\n".join(parts) + "\n"


def _table(rows: Sequence[Sequence[str]]) -> str:
    head, *rest = rows
    marks = ["---"] + ["---:"] * (len(head) - 1)
    if head[0] == "":
        marks = ["---"] * len(head)
    return "\n".join("| " + " | ".join(row) + " |" for row in [head, marks, *rest])
