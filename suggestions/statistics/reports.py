"""What special reports and digests came to in a period, and the packs for the meetings that study them (8.2; S0).

A quarter is studied, and twice a year the leaders meet about the half-year: both documents are the same counts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Q, QuerySet

from suggestions.codes import Outcome
from suggestions.models import (
    Advice,
    Jurisdiction,
    LeaderInstruction,
    SpecialReport,
    Suggestion,
    SupervisionStep,
)
from suggestions.states.instruction import Instruction as InstructionState
from suggestions.states.special_report import SpecialReportState as State
from suggestions.statistics import figures
from suggestions.statistics.figures import Figure, Period

SENT = (State.SUBMITTED, State.FOLLOWING, State.CLOSED)
_SHOWN = 6
"""Periods to choose from, the latest first."""


@dataclass(frozen=True, slots=True)
class Span:
    """A quarter or a half-year that is over."""

    slug: str
    label: str
    meeting: str
    period: Period


def spans(today: date) -> list[Span]:
    """The quarters and half-years that ended before today, the latest first; a half-year stands before its quarter."""
    found: list[Span] = []
    year, quarter = today.year, (today.month - 1) // 3
    while len(found) < _SHOWN:
        if quarter == 0:
            year, quarter = year - 1, 4
        last = _first_of(year, quarter + 1) - timedelta(days=1)
        if quarter % 2 == 0:
            half = quarter // 2
            label = f"{year}年{'上' if half == 1 else '下'}半年"
            period = Period(_first_of(year, quarter - 1), last)
            found.append(Span(f"{year}-h{half}", label, "领导会议", period))
        period = Period(_first_of(year, quarter), last)
        found.append(Span(f"{year}-q{quarter}", f"{year}年第{quarter}季度", "研究", period))
        quarter -= 1
    return found[:_SHOWN]


def _first_of(year: int, quarter: int) -> date:
    return date(year + 1, 1, 1) if quarter == 5 else date(year, 3 * quarter - 2, 1)


@dataclass(frozen=True, slots=True)
class Counted:
    """How many reports of a kind were sent, on how many suggestions they rest, how many are closed."""

    sent: int
    suggestions: int
    closed: int


@dataclass(frozen=True, slots=True)
class Pack:
    """The document: the period's figures, its reports, what is still followed from before, and what was done about it."""

    figures: tuple[Figure, ...]
    special: Counted
    digests: Counted
    adopted: Figure
    reports: Sequence[SpecialReport]
    still_open: Sequence[SpecialReport]
    instructions: int
    instructions_done: int
    supervised: int
    advices: int
    advices_adopted: int


def sent_in(jurisdiction: Jurisdiction, period: Period) -> "QuerySet[SpecialReport]":
    """Reports that were sent in the period, by their day of signature."""
    return SpecialReport.objects.filter(
        jurisdiction=jurisdiction, status__in=SENT, submitted_at__gte=period.begins_at, submitted_at__lt=period.ends_at
    )  # fmt: skip


def counted(jurisdiction: Jurisdiction, period: Period, kind: str) -> Counted:
    """One query. Shanghai's yearly figure of reported suggestions is of digests counted so (S0, S2)."""
    n = sent_in(jurisdiction, period).filter(kind=kind).aggregate(
        sent=Count("pk", distinct=True), suggestions=Count("evidence__suggestion", distinct=True),
        closed=Count("pk", filter=Q(status=State.CLOSED), distinct=True),
    )  # fmt: skip
    return Counted(n["sent"], n["suggestions"], n["closed"])


def digest_adoption(jurisdiction: Jurisdiction, period: Period) -> Figure:
    """采纳率 of the digests alone: suggestions in them adopted or partly adopted ÷ suggestions in them.

    The base is named, because it is a selection: the well-known 98.3 % is of 171 selected reports, not of what was
    received (process.md 7.2 adoption_rate).
    """
    quoted = Suggestion.objects.filter(
        pk__in=sent_in(jurisdiction, period)
        .filter(kind=SpecialReport.Kind.DIGEST)
        .values("evidence__suggestion")
    )
    n = quoted.aggregate(
        all=Count("pk"),
        adopted=Count("pk", filter=Q(outcome__in=(Outcome.ADOPTED, Outcome.PARTLY_ADOPTED))),
    )
    return Figure(
        "digest_adoption", "摘报建议采纳或部分采纳", n["adopted"], n["all"],
        f"摘报里的建议{n['all']:,}件，采纳或部分采纳{n['adopted']:,}件。" if n["all"] else "这段时间没有摘报。",
        "摘报里的建议，结果是“采纳”和“部分采纳”的件数除以摘报里建议的件数。摘报是选出来的，这个数不是全部建议的采纳率。",
    )  # fmt: skip


def pack(jurisdiction: Jurisdiction, period: Period) -> Pack:
    """Everything a meeting reads about a period; a fixed number of queries."""
    here = {"jurisdiction": jurisdiction}
    within = {"given_at__gte": period.begins_at, "given_at__lt": period.ends_at}
    given = LeaderInstruction.objects.filter(**here, **within).aggregate(
        all=Count("pk"), done=Count("pk", filter=Q(status=InstructionState.CLOSED))
    )
    advices = Advice.objects.filter(
        **here, issued_at__gte=period.begins_at, issued_at__lt=period.ends_at
    ).aggregate(
        all=Count("pk"),
        adopted=Count("pk", filter=Q(answer__in=(Advice.Answer.ADOPTED, Advice.Answer.PARTLY))),
    )
    steps = SupervisionStep.objects.filter(
        order__jurisdiction=jurisdiction, issued_at__gte=period.begins_at, issued_at__lt=period.ends_at
    )  # fmt: skip
    before = SpecialReport.objects.filter(
        **here, status__in=(State.SUBMITTED, State.FOLLOWING), submitted_at__lt=period.begins_at
    )
    quoted = Count("evidence")
    return Pack(
        figures=tuple(formula(period) for formula in figures.FORMULAS),
        special=counted(jurisdiction, period, SpecialReport.Kind.SPECIAL),
        digests=counted(jurisdiction, period, SpecialReport.Kind.DIGEST),
        adopted=digest_adoption(jurisdiction, period),
        reports=list(
            sent_in(jurisdiction, period)
            .annotate(quoted=quoted)
            .prefetch_related("notes")
            .order_by("kind", "number")
        ),
        still_open=list(
            before.annotate(quoted=quoted).prefetch_related("notes").order_by("submitted_at")
        ),
        instructions=given["all"],
        instructions_done=given["done"],
        supervised=steps.values("order").distinct().count(),
        advices=advices["all"],
        advices_adopted=advices["adopted"],
    )
