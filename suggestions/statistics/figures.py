"""The formulas of process.md 7.2, one home for each. Every figure carries numerator, denominator and its method.

Periods are whole Shanghai months, both ends included. A figure without a base is "–", never 0 or 100 percent.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.core.cache import cache
from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import TruncDate
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from suggestions import content, dates
from suggestions.clock import ANSWER_KINDS, SHANGHAI, local_date
from suggestions.codes import Outcome, Overall
from suggestions.models import Clock, Evaluation, Suggestion, Unit
from suggestions.states import Case

KEPT_SECONDS = 3600
MONTHS = 12


@dataclass(frozen=True, slots=True)
class Period:
    """From `first` to `last`, both included, as Shanghai dates."""

    first: date
    last: date

    @property
    def begins_at(self) -> datetime:
        return datetime.combine(self.first, time(), tzinfo=SHANGHAI)

    @property
    def ends_at(self) -> datetime:
        """The first moment after the period: it closes at 24:00 of its last day."""
        return datetime.combine(self.last + timedelta(days=1), time(), tzinfo=SHANGHAI)

    @property
    def words(self) -> str:
        """2025年11月至2026年10月"""
        a, b = self.first, self.last
        if (a.year, a.month) == (b.year, b.month):
            return dates.month(a)
        return _("%(a)s至%(b)s") % {"a": dates.month(a), "b": dates.month(b)}


@dataclass(frozen=True, slots=True)
class Figure:
    """One rate. `code` is its anchor on the statistics page; `detail` counts in a sentence; `method` says how."""

    code: str
    name: str
    numerator: int
    denominator: int
    detail: str
    method: str

    @property
    def percent(self) -> str:
        """One decimal, or "–" when there is nothing to divide by."""
        return f"{100 * self.numerator / self.denominator:.1f}" if self.denominator else "–"


@dataclass(frozen=True, slots=True)
class Three:
    """The figures of the home page and the months they speak of."""

    period: Period
    figures: tuple[Figure, ...]

    @property
    def has_any(self) -> bool:
        return any(figure.denominator for figure in self.figures)


def whole_months(on: date, months: int = MONTHS) -> Period:
    """The `months` whole months before the month of `on`."""
    last = on.replace(day=1) - timedelta(days=1)
    index = (
        last.year * 12 + last.month - months
    )  # months since year 0, of the month before the first
    return Period(date(index // 12, index % 12 + 1, 1), last)


def due_clocks(
    period: Period, unit: Unit | None = None, *, by: str = "due_on"
) -> "QuerySet[Clock]":
    """Handling clocks due in the period, of one unit's items or of all: the base of on_time_completion.

    `by="first_due_on"` goes by the day each was due before any extension (7.2: "report also with original due").
    """
    # A study that the answer waited for replaces the simple limit by its own (process.md 5, K7b).
    rows = Clock.objects.filter(
        kind__in=ANSWER_KINDS, **{f"{by}__range": (period.first, period.last)}
    ).exclude(stop_reason="study_before_reply")
    rows = rows.exclude(stop_reason="withdraw").exclude(stopped_at=None, paused_on__isnull=False)
    return rows.filter(suggestion__lead_unit=unit) if unit else rows


GOOD = Q(overall__in=(Overall.SATISFIED, Overall.BASICALLY))
ADOPTED = Q(outcome__in=(Outcome.ADOPTED, Outcome.PARTLY_ADOPTED))


def with_stop_day(clocks: "QuerySet[Clock]") -> "QuerySet[Clock]":
    """Clocks with `stopped_on`, the Shanghai date on which the act that ended each was done."""
    return clocks.annotate(stopped_on=TruncDate("stopped_at", tzinfo=SHANGHAI))


def ratings(period: Period) -> "QuerySet[Evaluation]":
    """Ratings given in the period: the base of satisfaction."""
    return Evaluation.objects.filter(at__gte=period.begins_at, at__lt=period.ends_at)


def answered(period: Period) -> "QuerySet[Suggestion]":
    """Items answered in the period, merged ones counted once with their primary: the base of adoption_rate."""
    return (
        Suggestion.objects.filter(answered_at__gte=period.begins_at, answered_at__lt=period.ends_at)
        .exclude(status=Case.MERGED)
        .exclude(outcome="")
    )


def on_time_completion(period: Period, unit: Unit | None = None) -> Figure:
    """按期办结率: handling clocks due in the period (as extended) that an answer stopped on or before their day ÷ all of
    them; those still running count as not on time. Withdrawn items leave both sides, waiting ones have no due day yet.

    Source: process.md 7.2 on_time_completion, K7a.
    """
    due = with_stop_day(due_clocks(period, unit)).aggregate(
        all=Count("pk"),
        on_time=Count("pk", filter=Q(stopped_on__lte=F("due_on"))),
        running=Count("pk", filter=Q(stopped_at=None)),
    )
    words = _("到期%(all)s件，按期%(met)s件。") % {
        "all": f"{due['all']:,}",
        "met": f"{due['on_time']:,}",
    }
    if due["running"]:
        words += _("没办完的%(n)s件也算在内。") % {"n": f"{due['running']:,}"}
    return Figure(
        "on_time_completion", _("按期办结"), due["on_time"], due["all"],
        words if due["all"] else _("这段时间没有到期的。"),
        _("办理期限在这段时间到期的，按期答复的件数除以到期的件数。批准延期的按延期后的日子算，到期没办完的算没有按期；"
          "建议人撤回的、正在等建议人补充材料的不算。"),
    )  # fmt: skip


def satisfaction(period: Period, unit: Unit | None = None) -> Figure:
    """满意率: ratings of satisfied or basically satisfied ÷ all ratings given in the period. Silence is on neither side.

    Source: process.md 7.2 satisfaction with w = 1, stated on the page; 7.1.
    """
    given = ratings(period)
    rated = (given.filter(unit=unit) if unit else given).aggregate(
        all=Count("pk"), good=Count("pk", filter=GOOD)
    )
    return Figure(
        "satisfaction", _("满意或基本满意"), rated["good"], rated["all"],
        _("%(all)s人评价，%(good)s人满意或基本满意。没评价的不算满意。") % {"all": f"{rated['all']:,}", "good": f"{rated['good']:,}"}
        if rated["all"] else _("这段时间还没有人评价。"),
        _("选“满意”和“基本满意”的次数除以评价的次数。没有评价的两边都不算，不当作满意。"),
    )  # fmt: skip


def adoption_rate(period: Period) -> Figure:
    """采纳率: adopted or partly adopted ÷ items answered in the period, merged ones counted once with their primary.

    Source: process.md 7.2 adoption_rate ("always name the base").
    """
    n = answered(period).aggregate(all=Count("pk"), adopted=Count("pk", filter=ADOPTED))
    return Figure(
        "adoption_rate", _("采纳或部分采纳"), n["adopted"], n["all"],
        _("答复%(all)s件，采纳或部分采纳%(n)s件。") % {"all": f"{n['all']:,}", "n": f"{n['adopted']:,}"}
        if n["all"] else _("这段时间还没有答复。"),
        _("结果是“采纳”和“部分采纳”的件数除以答复的件数，不是除以收到的件数。并案的合并算一件。"),
    )  # fmt: skip


FORMULAS: tuple[Callable[[Period], Figure], ...] = (on_time_completion, satisfaction, adoption_rate)


def three(*, at: datetime) -> Three:
    """The three figures of the last twelve whole months; three queries, once an hour and content version."""
    period = whole_months(local_date(at))
    key = f"figures:{content.version()}:{period.first}:{period.last}:{get_language()}"
    held: Three | None = cache.get(key)
    if held is None:
        held = Three(period, tuple(formula(period) for formula in FORMULAS))
        cache.set(key, held, KEPT_SECONDS)
    return held
