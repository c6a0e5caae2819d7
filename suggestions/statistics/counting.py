"""Counts every figure of the registry over one period: the total and each cell. Reads only; no person is in what it yields.

One query a figure: rows come grouped by channel, topic, district and unit, and are folded into each of them here.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q

from suggestions import states
from suggestions.clock import local_date
from suggestions.codes import Channel, Mode, Overall, recorded
from suggestions.models import Advice, Assignment, District, Topic, Unit
from suggestions.services import clocks
from suggestions.statistics import cohorts
from suggestions.statistics.cohorts import Scope
from suggestions.statistics.formulas import CORE, FORMULAS, Counted
from suggestions.statistics.units import WorkingDays, percentile

TOTAL, CHANNEL, TOPIC, DISTRICT, UNIT = "total", "channel", "topic", "district", "unit"
NONE = "none"
"""The key of what has no topic, district or unit (yet)."""
_PLACES = Decimal("0.01")

_FATES = {
    states.Case.MERGED: ("merged", "并案"),
    states.Case.REDIRECTED: ("redirected", "指引其他渠道"),
    states.Case.NOT_ACCEPTED: ("refused", "不予受理"),
    states.Case.WITHDRAWN: ("withdrawn", "撤回"),
}
_PRIMARY = ("primary", "主件")


@dataclass(frozen=True, slots=True)
class Cell:
    """One row to be: `denominator` None for counts."""

    figure: str
    dimension: str
    key: str
    name: str
    numerator: Decimal
    denominator: int | None


@dataclass(slots=True)
class _Sum:
    numerator: Decimal = Decimal(0)
    denominator: int = 0


class Names:
    """Keys and names of cells, as they are called now: topics by their root, districts by the level below the root."""

    def __init__(self) -> None:
        topics = {t.path: t for t in Topic.objects.filter(depth=1)}
        self._topics = {
            pk: topics[path[: Topic.steplen]]
            for pk, path in Topic.objects.values_list("pk", "path")
            if path[: Topic.steplen] in topics
        }
        shown = {d.path: d for d in District.objects.filter(depth__lte=2)}
        self._districts = {
            pk: shown[path[: 2 * District.steplen]]
            for pk, path in District.objects.values_list("pk", "path")
            if path[: 2 * District.steplen] in shown
        }
        self._units = {u.pk: u for u in Unit.objects.all()}

    def of(self, dimension: str, value: Any) -> tuple[str, str]:
        """(key, name) of a cell. Keys are codes that never change; what is unknown or not given is `none`."""
        if dimension == TOPIC:
            topic = self._topics.get(value)
            return (topic.code, topic.name) if topic else (NONE, "没有分主题")
        if dimension == DISTRICT:
            district = self._districts.get(value)
            return (district.code, district.name) if district else (NONE, "没有写明地点")
        if dimension == UNIT:
            unit = self._units.get(value)
            return (unit.code, unit.short_name) if unit else (NONE, "没有交单位")
        return _coded(dimension, str(value))


def _coded(dimension: str, value: str) -> tuple[str, str]:
    choices: Any = {CHANNEL: Channel, "mode": Mode, "overall": Overall}.get(dimension)
    if choices is not None and value in choices.values:
        return value, recorded(choices(value))
    if value in Assignment.Part.values:
        return value, recorded(Assignment.Part(value))
    if value in Advice.Kind.values:
        return value, recorded(Advice.Kind(value))
    return (
        _FATES.get(states.Case(value), _PRIMARY) if value in states.Case.values else (value, value)
    )


def dimensions(counted: Counted) -> dict[str, str]:
    """The ways a figure is split, each with the lookup of its value."""
    held: dict[str, str] = {}
    if counted.case is not None:
        held |= {
            CHANNEL: f"{counted.case}channel", TOPIC: f"{counted.case}topic", DISTRICT: f"{counted.case}district",
        }  # fmt: skip
    if counted.unit is not None:
        held[UNIT] = counted.unit
    return held | dict(counted.extra)


def count(scope: Scope) -> list[Cell]:
    """All figures of the registry, in its order. About 35 queries and one pass over the answers of the period."""
    names = Names()
    cells: list[Cell] = []
    made: dict[str, list[Cell]] = {}
    durations = list(_durations(scope, names))
    for formula in FORMULAS:
        if formula.counted is not None:
            rows = list(_counted(formula.code, formula.counted, scope, names))
        elif formula.code == "composite":
            rows = list(_composite([made[code] for code in CORE], scope))
        else:
            rows = [cell for cell in durations if cell.figure == formula.code]
        made[formula.code] = rows
        cells += rows
    return cells


def _counted(code: str, counted: Counted, scope: Scope, names: Names) -> Iterator[Cell]:
    lookups = dimensions(counted)
    weights = counted.weights(scope) if counted.weights else ((counted.numerator, Decimal(1)),)
    sums = {f"n{i}": _count(q) for i, (q, _w) in enumerate(weights)}
    if counted.denominator is not None:
        sums["base"] = _count(counted.denominator)
    rows = counted.base(scope).order_by().values(*set(lookups.values())).annotate(**sums)
    if not lookups:
        rows = [counted.base(scope).aggregate(**sums)]
    held: dict[tuple[str, str, str], _Sum] = defaultdict(_Sum)
    held[TOTAL, "", ""] = _Sum()
    for row in rows:
        numerator = sum((row[f"n{i}"] * w for i, (_q, w) in enumerate(weights)), Decimal(0))
        places = [(TOTAL, "", "")]
        places += [(d, *names.of(d, row[lookup])) for d, lookup in lookups.items()]
        for place in places:
            held[place].numerator += numerator
            held[place].denominator += row.get("base", 0)
    has_base = counted.denominator is not None
    for (dimension, key, name), found in held.items():
        if dimension == TOTAL or found.numerator or found.denominator:
            yield Cell(
                code, dimension, key, name, found.numerator.quantize(_PLACES), found.denominator if has_base else None,
            )  # fmt: skip


def _count(q: Q) -> Count:
    return Count("pk", filter=q) if q else Count("pk")


def _composite(core: list[list[Cell]], scope: Scope) -> Iterator[Cell]:
    """a·response + b·solve + c·satisfaction of the whole and of each unit; no base where one of the three has none."""
    found: dict[tuple[str, str], dict[str, Cell]] = defaultdict(dict)
    for cell in (c for cells in core for c in cells if c.dimension in (TOTAL, UNIT)):
        found[cell.dimension, cell.key][cell.figure] = cell
    for (dimension, key), parts in found.items():
        whole = len(parts) == len(CORE) and all(p.denominator for p in parts.values())
        if not whole and dimension != TOTAL:
            continue
        points = sum(
            (Decimal(scope.weights[code]) * p.numerator / p.denominator for code, p in parts.items() if p.denominator),
            Decimal(0),
        ) if whole else Decimal(0)  # fmt: skip
        name = next(iter(parts.values())).name
        yield Cell("composite", dimension, key, name, points.quantize(_PLACES), 100 if whole else 0)


_DAYS: dict[str, Callable[[list[int]], int]] = {
    "avg": sum,
    "median": lambda ordered: percentile(ordered, 50),
    "p90": lambda ordered: percentile(ordered, 90),
}


def _durations(scope: Scope, names: Names) -> Iterator[Cell]:
    """From arrival to answer, in calendar and working days: the mean as sum and count, median and p90 as days and count."""
    lookups = {CHANNEL: "channel", TOPIC: "topic", DISTRICT: "district", UNIT: "lead_unit"}
    rows = list(cohorts.answered(scope).values("received_at", "answered_at", *lookups.values()))
    spans: dict[tuple[str, str, str], list[tuple[int, int]]] = {(TOTAL, "", ""): []}
    if rows:
        first = min(local_date(row["received_at"]) for row in rows)
        working = WorkingDays(first, scope.period.last, clocks.workdays())
    for row in rows:
        begin, end = local_date(row["received_at"]), local_date(row["answered_at"])
        took = (max((end - begin).days, 0), working.between(begin, end))
        for dimension, lookup in lookups.items():
            spans.setdefault((dimension, *names.of(dimension, row[lookup])), []).append(took)
        spans[TOTAL, "", ""].append(took)
    for (dimension, key, name), values in spans.items():
        for index, suffix in enumerate(("days", "working_days")):
            ordered = sorted(v[index] for v in values)
            for code, measure in _DAYS.items():
                value = measure(ordered) if ordered else 0
                yield Cell(f"{code}_{suffix}", dimension, key, name, Decimal(value), len(ordered))


def digest_of(cells: Iterable[Cell]) -> str:
    """SHA-256 over the rows in a fixed order: what the chained event of a snapshot covers."""
    lines = sorted(
        "\t".join((c.figure, c.dimension, c.key, c.name, f"{c.numerator:.2f}", str(c.denominator)))
        for c in cells
    )
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
