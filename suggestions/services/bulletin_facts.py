"""The facts that put a unit into a bulletin, each a count over work and dates of a period (process.md 7.1, 8.1, 8.2).

Nobody is listed by opinion, and no line is about a person (section 12).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from suggestions.codes import Category, Overall
from suggestions.models import (
    BulletinUnit,
    Clock,
    Commitment,
    Evaluation,
    Jurisdiction,
    SupervisionOrder,
    SupervisionStep,
    Unit,
)
from suggestions.states import Commitment as Promise
from suggestions.statistics import figures
from suggestions.statistics.figures import Period
from suggestions.statistics.units import FEWEST_RATINGS

FEWEST_DUE = 10
"""Below this many due items "all in time" says little (P; 7.2 asks ten ratings of a rank)."""
PRAISED_PERCENT = 95
"""From this share of satisfied authors on a unit is praised (P)."""
Rule, Tone = BulletinUnit.Rule, BulletinUnit.Tone


@dataclass(frozen=True, slots=True)
class Candidate:
    """One unit and what puts it into the bulletin."""

    unit: Unit
    tone: str
    rule: str
    fact: str


def candidates(place: Jurisdiction, period: Period) -> list[Candidate]:
    """Every unit that the facts of the period praise or criticise, in the order of the rules."""
    units = {
        u.pk: u
        for u in Unit.objects.filter(
            jurisdiction__path__startswith=place.path, is_active=True, is_collection_office=False
        )
    }
    return [found for rule in RULES for found in rule(units, period)]


def _late(units: dict[int, Unit], period: Period) -> Iterator[Candidate]:
    """Answers that the ladder carried into the bulletin: five working days late (process.md section 5)."""
    rows = Clock.objects.filter(
        bulletin_on__range=(period.first, period.last), holder_unit__in=units
    ).exclude(suggestion__category=Category.REPORT_MISCONDUCT)
    for pk, n in _counted(rows, "holder_unit", "pk"):
        yield Candidate(units[pk], Tone.CRITICISED, Rule.LATE, f"逾期5个工作日以上的时限{n}个。")


def _dissatisfied(units: dict[int, Unit], period: Period) -> Iterator[Candidate]:
    """Rated as not satisfied again after the rectification (7.1: second dissatisfied → K16 supervision and bulletin)."""
    rows = Evaluation.objects.filter(
        overall=Overall.DISSATISFIED, round__gte=2, unit__in=units, at__gte=period.begins_at, at__lt=period.ends_at
    )  # fmt: skip
    for pk, n in _counted(rows, "unit", "suggestion"):
        yield Candidate(
            units[pk],
            Tone.CRITICISED,
            Rule.DISSATISFIED,
            f"整改以后建议人仍不满意的建议{n}件。",
        )


def _commitments(units: dict[int, Unit], period: Period) -> Iterator[Candidate]:
    """Promises whose day lay in the period and passed without their being kept (K18)."""
    rows = Commitment.objects.filter(
        status=Promise.MISSED, promised_on__range=(period.first, period.last), unit__in=units
    )
    for pk, n in _counted(rows, "unit", "pk"):
        yield Candidate(units[pk], Tone.CRITICISED, Rule.COMMITMENT, f"到期没有做到的承诺{n}项。")


def _supervised(units: dict[int, Unit], period: Period) -> Iterator[Candidate]:
    """Orders that climbed to the rung of the bulletin (8.1)."""
    rows = SupervisionStep.objects.filter(
        level=SupervisionOrder.Level.BULLETIN, order__unit__in=units, issued_at__gte=period.begins_at,
        issued_at__lt=period.ends_at,
    )  # fmt: skip
    for pk, n in _counted(rows, "order__unit", "order"):
        yield Candidate(units[pk], Tone.CRITICISED, Rule.SUPERVISED, f"升级到通报的督办{n}件。")


def _on_time(units: dict[int, Unit], period: Period) -> Iterator[Candidate]:
    """Everything due was answered in time, and it was no handful (7.2 on_time_completion)."""
    due = figures.with_stop_day(figures.due_clocks(period)).filter(suggestion__lead_unit__in=units)
    in_time = Count("pk", filter=Q(stopped_on__lte=F("due_on")))
    rows = due.order_by().values("suggestion__lead_unit").annotate(n=Count("pk"), met=in_time)
    for row in rows:
        if row["n"] >= FEWEST_DUE and row["met"] == row["n"]:
            unit = units[row["suggestion__lead_unit"]]
            yield Candidate(unit, Tone.PRAISED, Rule.ON_TIME, f"到期{row['n']}件，件件按期办结。")


def _satisfied(units: dict[int, Unit], period: Period) -> Iterator[Candidate]:
    """Nearly all authors who rated were satisfied, and at least ten did (7.2 satisfaction)."""
    rows = (
        figures.ratings(period)
        .filter(unit__in=units)
        .order_by()
        .values("unit")
        .annotate(n=Count("pk"), good=Count("pk", filter=figures.GOOD))
    )
    for row in rows:
        if row["n"] >= FEWEST_RATINGS and 100 * row["good"] >= PRAISED_PERCENT * row["n"]:
            yield Candidate(
                units[row["unit"]], Tone.PRAISED, Rule.SATISFIED, f"评价{row['n']}次，满意或基本满意{row['good']}次。"
            )  # fmt: skip


def _counted(rows: "QuerySet[Any]", by: str, what: str) -> Iterator[tuple[int, int]]:
    found = rows.order_by(by).values(by).annotate(n=Count(what, distinct=True))
    return ((row[by], row["n"]) for row in found)


RULES: tuple[Callable[[dict[int, Unit], Period], Iterator[Candidate]], ...] = (
    _on_time, _satisfied, _late, _dissatisfied, _commitments, _supervised,
)  # fmt: skip
