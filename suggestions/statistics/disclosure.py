"""What of a snapshot the public reads: small cells are withheld, and so much beside them that nobody computes them back.

A cell of a breakdown is small where what it counts, what it divides by, or the difference of the two lies between 1 and 4;
for the three core rates below 10 (process.md 7.2, 7.3). Totals of the period are never withheld: they speak of everybody.
The cells of one breakdown add up to its total, so one withheld cell alone could be computed: at least two are withheld
together, and together they hold at least five. Where a base is small all figures that share it are withheld. A year is its months: where
a cell was withheld in a single month, or in months that together hold fewer than five, the year withholds it too. A
correction withholds what the version before it withheld. docs/statistics.md tells the rules to those who use the data.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from suggestions.models import StatRow, StatSnapshot
from suggestions.states.statistics import SnapshotState
from suggestions.statistics.counting import TOTAL
from suggestions.statistics.formulas import BY_CODE, CORE, FORMULAS, Kind
from suggestions.statistics.units import FEWEST_RATINGS

LEAST = 5
"""Below it a count may speak of single people (process.md 7.3)."""

Place = tuple[str, str, str]
"""Family or figure, dimension, key of a cell."""

_SHARED = {
    "reply_rate": "received", "completion": "accepted", "on_time_first": "on_time_completion", "avg_days": "adoption_rate",
    "median_days": "adoption_rate", "p90_days": "adoption_rate", "avg_working_days": "adoption_rate",
    "median_working_days": "adoption_rate", "p90_working_days": "adoption_rate",
}  # fmt: skip
"""Figures whose base is another's, or nearly: withheld as one, or one would tell of the other."""


def _families() -> dict[str, str]:
    first: dict[object, str] = {}
    held = {}
    for formula in FORMULAS:
        base = formula.counted.base if formula.counted else formula.code
        held[formula.code] = _SHARED.get(formula.code) or first.setdefault(base, formula.code)
    return held


FAMILY: dict[str, str] = _families()


@dataclass(frozen=True, slots=True)
class Shown:
    """One row as the public reads it; numbers are None where it is withheld."""

    figure: str
    dimension: str
    key: str
    name: str
    numerator: Decimal | None
    denominator: int | None
    withheld: bool = False


@dataclass(frozen=True, slots=True)
class Gone:
    """What is withheld: cells of a base with all the figures that share it, and single rates."""

    bases: set[Place] = field(default_factory=set)
    rates: set[Place] = field(default_factory=set)

    def __or__(self, other: "Gone") -> "Gone":
        return Gone(self.bases | other.bases, self.rates | other.rates)

    def hides(self, figure: str, dimension: str, key: str) -> bool:
        if BY_CODE[figure].kind == Kind.SCORE:
            return any(self.hides(code, dimension, key) for code in CORE)
        return (FAMILY[figure], dimension, key) in self.bases or (figure, dimension, key) in self.rates  # fmt: skip


def _base(row: StatRow) -> Decimal:
    """What a rate divides by, or the count itself."""
    return row.numerator if row.denominator is None else Decimal(row.denominator)


def _parts(row: StatRow) -> dict[str, Decimal]:
    """A rate's two halves: what it counts, and the rest of its base."""
    return {"counted": row.numerator, "rest": _base(row) - row.numerator}


def _any_small(values: Iterable[Decimal]) -> bool:
    return any(0 < value < LEAST for value in values)


Cells = dict[str, dict[str, Decimal]]
"""Key of a cell → what of it must not be told, by name."""


def withheld(rows: Iterable[StatRow], beside: Gone | None = None) -> Gone:
    """What to withhold, `beside` being what must be for another reason. Deterministic."""
    before = beside or Gone()
    found = Gone()
    split = [r for r in rows if r.dimension != TOTAL and BY_CODE[r.figure].kind != Kind.SCORE]
    bases: dict[tuple[str, str], Cells] = defaultdict(lambda: defaultdict(dict))
    for row in split:
        bases[FAMILY[row.figure], row.dimension][row.key][row.figure] = _base(row)
    for (family, dimension), cells in bases.items():
        small = {k for k, v in cells.items() if _any_small(v.values())}
        small |= {k for k in cells if (family, dimension, k) in before.bases}
        found.bases.update((family, dimension, key) for key in _covered(cells, small))
    rates: dict[tuple[str, str], Cells] = defaultdict(dict)
    few: set[Place] = set()
    for row in split:
        if BY_CODE[row.figure].kind == Kind.RATE:
            rates[row.figure, row.dimension][row.key] = _parts(row)
            if row.figure in CORE and _base(row) < FEWEST_RATINGS:
                few.add((row.figure, row.dimension, row.key))
    for (figure, dimension), cells in rates.items():
        small = {k for k, v in cells.items() if _any_small(v.values())}
        told = few | before.rates
        small |= {k for k in cells if (figure, dimension, k) in told}
        small |= {k for k in cells if (FAMILY[figure], dimension, k) in found.bases}
        found.rates.update((figure, dimension, key) for key in _covered(cells, small))
    return found


def _covered(cells: Cells, small: set[str]) -> set[str]:
    """The small cells, and the next smallest beside them until those withheld cannot be told from the total."""
    gone = [key for key in cells if key in small]
    rest = sorted(
        (key for key in cells if key not in small), key=lambda k: (max(cells[k].values()), k)
    )
    while gone and rest and not _is_safe([cells[key] for key in gone]):
        gone.append(rest.pop(0))
    return set(gone)


def _is_safe(gone: list[dict[str, Decimal]]) -> bool:
    """Two cells at least; what each value sums up to in them is 0, or at least 5 and more than one each."""
    if len(gone) < 2:
        return False
    sums: dict[str, Decimal] = defaultdict(Decimal)
    filled: dict[str, int] = defaultdict(int)
    for values in gone:
        for name, value in values.items():
            sums[name] += value
            filled[name] += bool(value)
    return all(not s or (s >= LEAST and filled[n] >= 2 and s > filled[n]) for n, s in sums.items())


def _by_months(year: StatSnapshot) -> Gone:
    """Cells of a year that its published months would give away: withheld in one month only, or in months that together
    hold fewer than five."""
    months = StatSnapshot.objects.filter(
        jurisdiction=year.jurisdiction_id, kind=StatSnapshot.Kind.MONTH, status=SnapshotState.PUBLISHED,
        first__range=(year.first, year.last),
    ).prefetch_related("rows")  # fmt: skip
    times: dict[Place, int] = defaultdict(int)
    held: dict[Place, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for month in months:
        gone = withheld_of(month)
        for row in month.rows.all():
            place = (row.figure, row.dimension, row.key)
            if row.dimension != TOTAL and gone.hides(*place):
                times[place] += 1
                for name, value in {"base": _base(row), **_parts(row)}.items():
                    held[place][name] += value
    found = Gone()
    for place, n in times.items():
        figure, dimension, key = place
        if n == 1 or _any_small(held[place].values()):
            found.rates.add(place)
            if BY_CODE[figure].kind == Kind.COUNT or n == 1 or 0 < held[place]["base"] < LEAST:
                found.bases.add((FAMILY[figure], dimension, key))
    return found


def withheld_of(snapshot: StatSnapshot) -> Gone:
    """What a snapshot withholds, with all that stands beside it in public."""
    beside = Gone()
    if snapshot.corrects is not None:
        beside |= withheld_of(snapshot.corrects)
    if snapshot.kind == StatSnapshot.Kind.YEAR:
        beside |= _by_months(snapshot)
    return withheld(snapshot.rows.all(), beside)


def edition(snapshot: StatSnapshot) -> list[Shown]:
    """The public edition: every row in its order, the withheld ones without their numbers."""
    gone = withheld_of(snapshot)
    return [
        Shown(row.figure, row.dimension, row.key, row.name, None, None, withheld=True)
        if row.dimension != TOTAL and gone.hides(row.figure, row.dimension, row.key)
        else Shown(row.figure, row.dimension, row.key, row.name, row.numerator, row.denominator)
        for row in snapshot.rows.all()
    ]
