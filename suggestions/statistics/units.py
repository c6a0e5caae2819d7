"""One unit's figures, by the formulas of figures.py and 7.2: punctuality, satisfaction, and how many days it takes."""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.core.cache import cache
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from suggestions import content
from suggestions.clock import Workdays, local_date
from suggestions.models import CaseEvent, Suggestion, Unit
from suggestions.services import clocks
from suggestions.states import Case
from suggestions.statistics import figures
from suggestions.statistics.figures import Figure, Period

FEWEST_RATINGS = 10
"""Below this a rate says more about single people than about the unit (process.md 7.2)."""
_KEPT_SECONDS = 3600


class WorkingDays:
    """Counts working days between many pairs of dates: the calendar is walked once."""

    def __init__(self, first: date, last: date, calendar: Workdays) -> None:
        span = (last - first).days
        self._days = [
            d for n in range(span + 1) if calendar.is_working(d := first + timedelta(days=n))
        ]

    def between(self, start: date, end: date) -> int:
        """Working days after `start` up to and including `end`, both within the span; 0 for none."""
        return max(bisect_right(self._days, end) - bisect_right(self._days, start), 0)


@dataclass(frozen=True, slots=True)
class Duration:
    """From arrival to answer of what was answered in the period: half within `median`, nine of ten within `p90`.

    In working days and in calendar days; `n` is how many. Source: process.md 7.2 avg_days / median / p90.
    """

    n: int
    median: int = 0
    p90: int = 0
    median_days: int = 0
    p90_days: int = 0


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of the distribution; `share` in percent of the largest, `tone` the colour's class."""

    label: str
    count: int
    share: float
    tone: str


@dataclass(frozen=True, slots=True)
class UnitFigures:
    """What a unit's page says of its work. `satisfaction` is None below FEWEST_RATINGS; `rated` is shown anyway."""

    period: Period
    on_time: Figure
    everywhere: Figure
    satisfaction: Figure | None
    rated: int
    invited: int
    duration: Duration
    bars: list[Bar]

    @property
    def participation(self) -> str:
        """参评率: ratings ÷ invitations in the period, one decimal; "" without invitations (7.2 participation)."""
        return f"{min(100.0, 100 * self.rated / self.invited):.1f}" if self.invited else ""


def unit_figures(unit: Unit, *, at: datetime) -> UnitFigures:
    """A unit's figures of the last twelve whole months: a fixed number of queries, once an hour and content version."""
    period = figures.whole_months(local_date(at))
    key = f"unit-figures:{content.version()}:{unit.pk}:{period.first}:{get_language()}"
    held: UnitFigures | None = cache.get(key)
    if held is None:
        held = _figures(unit, period)
        cache.set(key, held, _KEPT_SECONDS)
    return held


def _figures(unit: Unit, period: Period) -> UnitFigures:
    rated = figures.satisfaction(period, unit)
    invited = CaseEvent.objects.filter(
        name="invite", at__gte=period.begins_at, at__lt=period.ends_at, suggestion__lead_unit=unit
    ).count()
    return UnitFigures(
        period=period,
        on_time=figures.on_time_completion(period, unit),
        everywhere=figures.on_time_completion(period),
        satisfaction=rated if rated.denominator >= FEWEST_RATINGS else None,
        rated=rated.denominator,
        invited=invited,
        duration=duration(unit, period),
        bars=distribution(unit, period),
    )


def duration(unit: Unit, period: Period) -> Duration:
    """How long answers given in the period took from arrival. One query."""
    rows = (
        Suggestion.objects.filter(
            lead_unit=unit, answered_at__gte=period.begins_at, answered_at__lt=period.ends_at
        )
        .exclude(status=Case.MERGED)
        .values_list("received_at", "answered_at")
    )
    spans = [(local_date(a), local_date(b)) for a, b in rows if b is not None]
    if not spans:
        return Duration(0)
    count = WorkingDays(min(a for a, _ in spans), period.last, clocks.workdays())
    working = sorted(count.between(a, b) for a, b in spans)
    calendar = sorted(max((b - a).days, 0) for a, b in spans)
    return Duration(
        len(spans),
        percentile(working, 50),
        percentile(working, 90),
        percentile(calendar, 50),
        percentile(calendar, 90),
    )


def percentile(ordered: list[int], percent: int) -> int:
    """The nearest-rank percentile: the smallest value that at least `percent` of the values do not exceed."""
    return ordered[max(-(-len(ordered) * percent // 100) - 1, 0)]


def distribution(unit: Unit, period: Period) -> list[Bar]:
    """On which working day the clocks due in the period were answered; late ones and open ones of their own.

    The counts add up to the denominator of on_time_completion. One query.
    """
    rows = list(
        figures.due_clocks(period, unit).values_list("started_at", "stopped_at", "due_on", "pauses")
    )
    if not rows:
        return []
    first = min(local_date(started) for started, *_ in rows)
    count = WorkingDays(first, period.last, clocks.workdays())
    bins = dict.fromkeys(
        (
            _("第1—5日"),
            _("第6—10日"),
            _("第11—15日"),
            _("第16日以后，批准延期"),
            _("超期"),
            _("没办完"),
        ),
        0,
    )
    names = list(bins)
    for started, stopped, due_on, pauses in rows:
        if stopped is None:
            bins[names[5]] += 1
            continue
        end = local_date(stopped)
        if end > due_on:
            bins[names[4]] += 1
            continue
        waited = sum(count.between(date.fromisoformat(a), date.fromisoformat(b)) for a, b in pauses)
        day = max(count.between(local_date(started), end) - waited, 1)
        bins[names[min((day - 1) // 5, 3)]] += 1
    most = max(bins.values())
    tones = {names[4]: "f-b", names[5]: "f-c"}
    return [
        Bar(name, n, round(100 * n / most, 1), tones.get(name, "f-a"))
        for name, n in bins.items()
        if n or name != names[3]
    ]
