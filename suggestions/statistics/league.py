"""A league table's numbers: five parts of work, what is left out, points and ranks (process.md 8.3, 7.2; PRAC 榆林).

Volume is shown and weighs nothing: more suggestions received is never a minus, nor a plus.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from suggestions.codes import Category, NotAcceptedReason
from suggestions.models import Assignment, CaseEvent, Clock, Objection, Suggestion, Unit
from suggestions.states import WITH_UNITS, Case
from suggestions.statistics import figures
from suggestions.statistics.figures import Period
from suggestions.statistics.units import FEWEST_RATINGS

RECEIPT, ON_TIME, RETURNED, REWORK, SATISFACTION = (
    "receipt", "on_time", "returned", "rework", "satisfaction",
)  # fmt: skip
PARTS: dict[str, Any] = {
    RECEIPT: _("按时签收"),
    ON_TIME: _("按期办结"),
    RETURNED: _("退办不成立"),
    REWORK: _("答复退回重办"),
    SATISFACTION: _("满意"),
}
LESS_IS_BETTER = frozenset({RETURNED, REWORK})
DEFAULT_WEIGHTS: dict[str, int] = {
    RECEIPT: 10,
    ON_TIME: 30,
    RETURNED: 10,
    REWORK: 10,
    SATISFACTION: 40,
}
"""Points in all 100 (P; the measures are PRAC 榆林's)."""
ENDS = 5
"""First five and last five are named (PRAC 榆林)."""


@dataclass(frozen=True, slots=True)
class Part:
    """One measure: so many of so many."""

    code: str
    numerator: int
    denominator: int

    @property
    def rate(self) -> Decimal | None:
        """In percent, turned so that more is better; None when there is nothing to divide by."""
        if not self.denominator:
            return None
        good = self.denominator - self.numerator if self.code in LESS_IS_BETTER else self.numerator
        return Decimal(100 * good) / self.denominator


@dataclass(frozen=True, slots=True)
class Line:
    """One unit's counts, before anybody is ranked. `received` is what came in, and weighs nothing."""

    unit: int
    name: str
    received: int
    parts: tuple[Part, ...]

    @property
    def ratings(self) -> int:
        return next(p.denominator for p in self.parts if p.code == SATISFACTION)

    def points(self, weights: Mapping[str, int]) -> Decimal | None:
        """Weighted mean of the parts that have a base, to two places; None when none has."""
        held = [(weights.get(p.code, 0), p.rate) for p in self.parts if p.rate is not None]
        total = sum(w for w, _rate in held)
        if not total:
            return None
        mean = sum((w * r for w, r in held if r is not None), Decimal(0)) / total
        return mean.quantize(Decimal("0.01"), ROUND_HALF_UP)


def ranked(lines: Iterable[Line], weights: Mapping[str, int]) -> list[tuple[int | None, Decimal | None, Line]]:  # fmt: skip
    """(rank, points, line), the best first; equal points share a rank. Below ten ratings nobody is ranked (7.2)."""
    held = [(line.points(weights), line) for line in lines]
    fit = [(p, line) for p, line in held if p is not None and line.ratings >= FEWEST_RATINGS]
    fit.sort(key=lambda row: (-row[0], row[1].name))
    found: list[tuple[int | None, Decimal | None, Line]] = []
    for n, (points, line) in enumerate(fit, 1):
        same = found and found[-1][1] == points
        found.append((found[-1][0] if same else n, points, line))
    rest = sorted((line for p, line in held if p is None or line.ratings < FEWEST_RATINGS), key=lambda r: r.name)  # fmt: skip
    return [*found, *((None, None, line) for line in rest)]


def disputed(also: Iterable[int] = ()) -> Q:
    """Which items no table counts, as lookups from the item (8.3).

    Redirected ones; ones outside the powers of this government; ones taken up again because their facts are in dispute
    and not answered anew; and those of an appeal against this table (`also`, primary keys).
    """
    return (
        Q(status=Case.REDIRECTED)
        | Q(status=Case.NOT_ACCEPTED, not_accepted_reason=NotAcceptedReason.OUTSIDE_TERRITORY)
        | (Q(status__in=WITH_UNITS) & Exists(_reopened()))
        | Q(pk__in=list(also))
    )


def _reopened() -> "QuerySet[CaseEvent]":
    return CaseEvent.objects.filter(suggestion=OuterRef("pk"), name="reopen")


def left_out(also: Iterable[int] = ()) -> "QuerySet[Suggestion]":
    """The items that no table counts; misconduct reports are nobody's statistics (XF 30)."""
    return Suggestion.objects.filter(disputed(also) | Q(category=Category.REPORT_MISCONDUCT))


def upheld() -> "QuerySet[Objection]":
    """Returns whose reasons the office found right: the dispatch was wrong, not the unit (8.3)."""
    return Objection.objects.filter(is_upheld=True)


def lines(units: Iterable[Unit], period: Period, also: Iterable[int] = ()) -> list[Line]:
    """Counts of each unit in the period; seven queries, whatever the number of units or items."""
    held = list(units)
    ids = [u.pk for u in held]
    kept_out = left_out(also).values("pk")
    wrong = upheld().values("assignment")
    dispatched = (
        Assignment.objects.filter(unit__in=ids, assigned_at__gte=period.begins_at, assigned_at__lt=period.ends_at)
        .exclude(suggestion__in=kept_out)
        .exclude(pk__in=wrong)
    )  # fmt: skip
    receipt = figures.with_stop_day(
        Clock.objects.filter(kind="K4", due_on__range=(period.first, period.last), assignment__unit__in=ids)
        .exclude(suggestion__in=kept_out)
        .exclude(assignment__in=wrong)
    )  # fmt: skip
    due = figures.with_stop_day(
        figures.due_clocks(period)
        .filter(suggestion__lead_unit__in=ids)
        .exclude(suggestion__in=kept_out)
        # Days that a wrong dispatch cost are not the minus of the unit that took the item over.
        .exclude(Exists(upheld().filter(assignment__suggestion=OuterRef("suggestion"), decided_at__gte=OuterRef("started_at"))))
    )  # fmt: skip
    answers = CaseEvent.objects.filter(
        name__in=("submit_reply", "send_back"), at__gte=period.begins_at, at__lt=period.ends_at,
        suggestion__lead_unit__in=ids,
    ).exclude(suggestion__in=kept_out)  # fmt: skip
    rated = figures.ratings(period).filter(unit__in=ids).exclude(suggestion__in=kept_out)
    returns = Objection.objects.filter(is_upheld=False, assignment__in=dispatched)
    in_time = Q(stopped_on__lte=F("due_on"))
    back = _by(answers, "suggestion__lead_unit", Q(name="send_back"), Q(name="submit_reply"))
    good = _by(rated, "unit", figures.GOOD)
    signed = _by(receipt, "assignment__unit", in_time)
    met = _by(due, "suggestion__lead_unit", in_time)
    taken = _by(dispatched, "unit")
    refused = _by(returns, "assignment__unit")
    none = (0, 0)
    return [
        Line(
            u.pk, u.short_name, taken.get(u.pk, none)[1],
            (
                Part(RECEIPT, *signed.get(u.pk, none)), Part(ON_TIME, *met.get(u.pk, none)),
                Part(RETURNED, refused.get(u.pk, none)[1], taken.get(u.pk, none)[1]),
                Part(REWORK, *back.get(u.pk, none)), Part(SATISFACTION, *good.get(u.pk, none)),
            ),
        )
        for u in held
    ]  # fmt: skip


def _by(rows: "QuerySet[Any]", by: str, numerator: Q | None = None, base: Q | None = None) -> dict[int, tuple[int, int]]:  # fmt: skip
    """(numerator, denominator) for each unit. One query."""
    found = (
        rows.order_by()
        .values(by)
        .annotate(
            m=Count("pk", filter=numerator if numerator is not None else Q()),
            n=Count("pk", filter=base if base is not None else Q()),
        )
    )
    return {row[by]: (row["m"], row["n"]) for row in found}


def counts_left_out(units: Iterable[Unit], period: Period, also: Iterable[int] = ()) -> dict[str, int]:  # fmt: skip
    """How many items each rule left out of the units' tables, for whoever checks them. Four queries."""
    ids = [u.pk for u in units]
    here = Suggestion.objects.filter(
        assignments__unit__in=ids, assignments__assigned_at__lt=period.ends_at, received_at__lt=period.ends_at
    )  # fmt: skip
    appealed = list(also)
    return {
        "returned": upheld()
        .filter(assignment__unit__in=ids, decided_at__gte=period.begins_at, decided_at__lt=period.ends_at)
        .count(),
        "redirected": here.filter(status=Case.REDIRECTED).distinct().count(),
        "outside": here.filter(
            status=Case.NOT_ACCEPTED, not_accepted_reason=NotAcceptedReason.OUTSIDE_TERRITORY
        )
        .distinct()
        .count(),
        "disputed": here.filter(
            Q(pk__in=appealed) | (Q(status__in=WITH_UNITS) & Exists(_reopened()))
        )
        .distinct()
        .count(),
    }  # fmt: skip
