"""The figures as tables, for the terminal and for docs/performance.md."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from bench import cases
from bench.engines import Built, Latency
from bench.importing import Imported
from bench.load import Measure
from bench.promise import Kept
from bench.replay import Replayed
from bench.replay import rows as replay_rows

BARE = cases.BARE_LIST
GOALS = "Goals"
RECEIPTS = "Submitting for minutes"
REPLAYED = "A year replayed"


@dataclass(slots=True)
class Report:
    """One run. `facts` say what it ran on; whatever was not asked for stays empty and is not shown."""

    facts: dict[str, str] = field(default_factory=dict)
    size: int = 0
    measures: list[Measure] = field(default_factory=list)
    first_readers: list[Measure] = field(default_factory=list)
    built: list[Built] = field(default_factory=list)
    latencies: list[Latency] = field(default_factory=list)
    imported: Imported | None = None
    memory: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    kept: Kept | None = None
    rebuilt: float | None = None
    """Our rebuild of analysed documents as a share of bare bulk requests."""
    replayed: list[Replayed] = field(default_factory=list)
    goals: list[list[str]] = field(default_factory=list)

    @property
    def errors(self) -> int:
        lost = self.kept.errors + self.kept.lost if self.kept else 0
        return lost + sum(m.errors for m in [*self.measures, *self.first_readers])


def ratio(measure: Measure, measures: Sequence[Measure]) -> str:
    """Requests per second as a multiple of the bare view's with as many clients; "" where that is unknown."""
    bare = [m for m in measures if m.name == BARE and m.clients == measure.clients]
    return f"{measure.per_second / bare[0].per_second:.2f}" if bare and bare[0].per_second else ""


def tables(report: Report) -> list[tuple[str, list[list[str]]]]:
    """(heading, rows) with the column names as first row; only what was measured."""
    made: list[tuple[str, list[list[str]]]] = []
    if report.goals:
        made.append((GOALS, report.goals))
    if report.measures:
        made.append(("Pages", [_HEAD, *(_page_row(m, report) for m in report.measures)]))
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
    if report.kept:
        k = report.kept
        row = [f"{k.seconds:.0f}", f"{k.per_second:.1f}", f"{k.p95:.1f}", f"{k.receipts:,}", str(k.lost), str(k.errors)]  # fmt: skip
        made.append((RECEIPTS, [["seconds", "submissions/s", "p95 ms", "receipts", "lost", "errors"], row]))  # fmt: skip
    if report.memory:
        rows = [["server", "workers", "resident MB", "proportional MB"]]
        for name, each in report.memory.items():
            cells = [", ".join(str(pair[n]) for pair in each) for n in (0, 1)]
            rows.append([name, str(len(each)), *cells])
        made.append(("Memory of a web worker", rows))
    if report.replayed:
        made.append((REPLAYED, replay_rows(report.replayed)))
    return made


_HEAD = [
    "page", "clients", "requests/s", "× bare", "p50 ms", "p95 ms", "p99 ms", "CPU ms", "queries", "rows read", "KB", "errors",
]  # fmt: skip


def _page_row(m: Measure, report: Report) -> list[str]:
    figures = [f"{m.per_second:.0f}", ratio(m, report.measures)]
    figures += [f"{v:.1f}" for v in (m.p50, m.p95, m.p99)]
    figures.append(f"{m.cpu_ms:.1f}" if m.cpu_ms else "")
    figures += ["" if v is None else f"{v:,.0f}" for v in (m.queries, m.rows)]
    figures.append("" if m.bytes is None else f"{m.bytes / 1024:.1f}")
    return [m.name, str(m.clients), *figures, str(m.errors)]


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
    GOALS: """\
Ratios of figures of this run, with 8 clients unless said otherwise; those between two sizes need both (`--keep FILE` puts the
figures of each run of a machine together). Where the time of a missed one goes: the tables of CPU, queries and rows below.""",
    RECEIPTS: """\
Eight clients submit through the API all that time; afterwards each receipt that was given out is asked for at
`/api/v1/track/`. A number given out twice counts as lost.""",
    "Pages": """\
*Kept* pages come from the page cache, as a stranger gets them while nothing changes; *made anew* gives every request
an address nobody asked for before, so that the view, its queries and its template run each time (counts beside
filters stay kept until the next publication, as in life). *× bare* compares requests per second with a view of twenty
rows of the same table with no middleware, no cache and a three-line template, on the same workers in the same run.
*CPU ms* is processor time of the web workers per request, the figure that depends least on what else the machine does.
*Queries*, *rows read* (given out by scans of tables and indexes) and *KB* (the page compressed, as it is sent) are those of
one request that was looked at alone. *Raw query* is the body our search sends, sent by nobody; *bare Django view, same rows*
and *raw PostgreSQL transaction* write what one submission writes.
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


def markdown(report: Report, document: str = "") -> str:
    """docs/performance.md: `document` with the section of this size put in, or put in place of the one that was there. The
    notes stand once, before the sizes; the sections of other sizes and of the replay stay.
    """
    sections = {title: text for title, text in _sections(document) if title.endswith(AT) or title == REPLAYED}  # fmt: skip
    facts = _table([["", ""], *([name, value] for name, value in report.facts.items())])
    made = tables(report)
    parts = [f"### {heading}\n\n{_table(rows)}" for heading, rows in made]
    sections[f"{report.size:,}{AT}"] = "\n\n".join([facts, *parts])
    notes = [f"- **{heading}**: {' '.join(note.split())}" for heading, note in _NOTES.items() if heading != REPLAYED]  # fmt: skip
    sizes = sorted((t for t in sections if t.endswith(AT)), key=lambda t: int(t.removesuffix(AT).replace(",", "")))  # fmt: skip
    written = ["# Performance", _INTRODUCTION, "## How to read the tables\n\n" + "\n".join(notes)]
    written += [f"## {title}\n\n{sections[title]}" for title in sizes]
    written += [f"## {REPLAYED}\n\n{sections[REPLAYED]}"] if REPLAYED in sections else []
    return "\n\n".join(written) + "\n"


AT = " suggestions"
_INTRODUCTION = """\
What one small machine does, measured by `make bench`. Clients, web workers, PostgreSQL, Redis and Elasticsearch share its cores, so \
a real deployment does better; what carries over is the ratio to the bare view and how little changes with size. Each section is written \
by `python -m bench --size N --write` and says what it was measured on."""


def _sections(document: str) -> list[tuple[str, str]]:
    """(title, text) of each part under a heading of the second rank."""
    parts = f"\n{document}".split("\n## ")[1:]
    return [(title.strip(), text.strip()) for title, _, text in (part.partition("\n") for part in parts)]  # fmt: skip


def _table(rows: Sequence[Sequence[str]]) -> str:
    head, *rest = rows
    marks = ["---"] + ["---:"] * (len(head) - 1)
    if head[0] == "":
        marks = ["---"] * len(head)
    return "\n".join("| " + " | ".join(row) + " |" for row in [head, marks, *rest])
