"""Published figures as pages, files and the API read them: of published versions alone, small cells withheld (7.3)."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.core.cache import cache
from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from suggestions import content
from suggestions.errors import Invalid
from suggestions.models import Jurisdiction, StatRow, StatSnapshot, Suggestion
from suggestions.services.snapshots import period_of
from suggestions.states.statistics import SnapshotState
from suggestions.statistics.counting import TOTAL
from suggestions.statistics.disclosure import Shown, edition
from suggestions.statistics.formulas import BY_CODE, Formula, Kind, percent

_KEPT_SECONDS = 3600
Snapshot = StatSnapshot


def shown(place: Jurisdiction | None) -> "QuerySet[StatSnapshot]":
    """The published versions of a jurisdiction, newest period first; none before set-up."""
    rows = StatSnapshot.objects.filter(status=SnapshotState.PUBLISHED)
    return rows.filter(jurisdiction=place).select_related("jurisdiction", "corrects") if place else rows.none()  # fmt: skip


def load(place: Jurisdiction | None, slug: str) -> StatSnapshot:
    """The published version of "2026-10" or "2026", or Http404."""
    try:
        kind, period = period_of(slug)
    except Invalid:
        raise Http404(_("没有这个月份或年份。")) from None
    found = shown(place).filter(kind=kind, first=period.first).first()
    if found is None:
        raise Http404(_("这段时间的数据还没有公布。"))
    return found


def rows(snapshot: StatSnapshot) -> list[Shown]:
    """Its public edition; computed once an hour and content version."""
    key = f"edition:{content.version()}:{snapshot.pk}"
    held: list[Shown] | None = cache.get(key)
    if held is None:
        held = edition(snapshot)
        cache.set(key, held, _KEPT_SECONDS)
    return held


def value(formula: Formula, numerator: Decimal | None, denominator: int | None) -> str:
    """A row as people read it, without its unit: a count, percent, days or points; "–" without a base or when withheld."""
    if numerator is None:
        return "–"
    if formula.kind == Kind.COUNT:
        return f"{numerator:,.0f}"
    if not denominator:
        return "–"
    if formula.kind == Kind.RATE:
        return percent(numerator, denominator)
    if formula.kind == Kind.DAYS and formula.code.startswith("avg_"):
        return f"{numerator / denominator:.1f}"
    return f"{numerator:.1f}" if formula.kind == Kind.SCORE else f"{numerator:.0f}"


def number(row: Shown | StatRow) -> float | None:
    """The row's value: items, percent, days or points; None without a base or when withheld."""
    formula = BY_CODE[row.figure]
    if row.numerator is None:
        return None
    if formula.kind == Kind.COUNT:
        return float(row.numerator)
    if not row.denominator:
        return None
    if formula.kind == Kind.RATE:
        return round(float(100 * row.numerator / row.denominator), 2)
    if formula.code.startswith("avg_"):
        return round(float(row.numerator / row.denominator), 2)
    return float(row.numerator)


@dataclass(frozen=True, slots=True)
class Totals:
    """The totals of one period by figure."""

    snapshot: StatSnapshot
    by: dict[str, tuple[Decimal, int | None]]

    def value(self, code: str) -> str:
        numerator, denominator = self.by.get(code, (None, None))
        return value(BY_CODE[code], numerator, denominator)


def totals(snapshots: Iterable[StatSnapshot], *codes: str) -> list[Totals]:
    """The totals of several periods, in their order. One query."""
    held = list(snapshots)
    found: dict[int, dict[str, tuple[Decimal, int | None]]] = defaultdict(dict)
    wanted = StatRow.objects.filter(snapshot__in=held, dimension=TOTAL)
    wanted = wanted.filter(figure__in=codes) if codes else wanted
    for row in wanted:
        found[row.snapshot_id][row.figure] = (row.numerator, row.denominator)
    return [Totals(s, found[s.pk]) for s in held]


def before(snapshot: StatSnapshot) -> tuple[Totals | None, Totals | None]:
    """(the period before, the same period a year before) with their totals, None where not published. Two queries."""
    first = snapshot.first
    year_ago = date(first.year - 1, first.month, 1)
    month_ago = date(first.year - (first.month == 1), (first.month - 2) % 12 + 1, 1)
    wanted = {year_ago} if snapshot.kind == StatSnapshot.Kind.YEAR else {year_ago, month_ago}
    held = {
        t.snapshot.first: t
        for t in totals(shown(snapshot.jurisdiction).filter(kind=snapshot.kind, first__in=wanted))
    }
    last = held.get(month_ago) if snapshot.kind == StatSnapshot.Kind.MONTH else None
    return last, held.get(year_ago)


def cases(snapshot: StatSnapshot) -> list[Suggestion]:
    """Its typical cases that the public may still read, answered ones alone (JN 33; BJ 34)."""
    return list(snapshot.cases.on_page().answered().for_list().order_by("-answered_at", "pk"))


def versions(snapshot: StatSnapshot) -> list[StatSnapshot]:
    """The versions this one corrects, newest first; each was published and says when."""
    found = []
    earlier = snapshot.corrects
    while earlier is not None:
        found.append(earlier)
        earlier = earlier.corrects
    return found


def changed_totals(new: StatSnapshot, old: StatSnapshot) -> list[tuple[str, str, str]]:
    """(figure, was, is) of each total that a correction changed. One query."""
    is_now, was = totals([new, old])
    return [
        (code, was.value(code), is_now.value(code))
        for code in BY_CODE
        if was.by.get(code) != is_now.by.get(code)
    ]
