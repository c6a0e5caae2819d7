"""The funnel from suggestion to measure, and how much of what was adopted became real (process.md 4.8, 7.2)."""

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from suggestions.models import Adoption, CaseEvent, Suggestion, Unit
from suggestions.states import Adoption as State
from suggestions.states import Case
from suggestions.statistics.figures import Figure, Period

ADOPTED = (
    State.DECIDED_ADOPT,
    State.DECIDED_PARTIAL,
    State.IMPLEMENTING,
    State.IMPLEMENTED,
)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the funnel: how many of the suggestions received in the period ever came this far."""

    code: str
    name: str
    count: int
    share: float
    """Percent of the first step; 0 when nothing was received."""


_STEPS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("candidate", "拟论证", ("nominate",)),
    ("studied", "论证", ("study", "study_before_reply")),
    ("recommended", "建议采纳", ("recommend",)),
    ("decided", "决定采纳", ("decide_adopt", "decide_partial")),
    ("implementing", "开始落实", ("implement",)),
    ("implemented", "已落实", ("complete",)),
)


def funnel(period: Period, unit: Unit | None = None) -> list[Step]:
    """Counts per step for the cohort received in the period (S2: 20 000 received, 14 converted). Three queries.

    A step counts who ever took it: one that was studied and then rejected still counts as studied.
    """
    cohort: QuerySet[Suggestion] = Suggestion.objects.filter(
        received_at__gte=period.begins_at, received_at__lt=period.ends_at
    ).exclude(status=Case.DRAFT)
    cohort = cohort.filter(lead_unit=unit) if unit else cohort
    first = cohort.aggregate(
        received=Count("pk"), answered=Count("pk", filter=Q(answered_at__isnull=False))
    )
    names = [n for _c, _l, ns in _STEPS for n in ns]
    events = CaseEvent.objects.filter(
        suggestion__in=cohort, machine="adoption", name__in=names
    ).values_list("name", "suggestion_id")
    took: dict[str, set[int]] = {}
    for name, pk in events:
        took.setdefault(name, set()).add(pk)
    received = first["received"]
    counts = [("received", "收到", received), ("answered", "答复", first["answered"])]
    for code, label, names_of in _STEPS:
        counts.append((code, label, len(set().union(*(took.get(n, set()) for n in names_of)))))
    return [
        Step(code, label, n, 100 * n / received if received else 0.0) for code, label, n in counts
    ]


def decided(period: Period) -> QuerySet[Adoption]:
    """Chains decided for adoption, wholly or in part, in the period; also those given up since."""
    return Adoption.objects.filter(
        decided_at__gte=period.begins_at, decided_at__lt=period.ends_at
    ).filter(Q(status__in=ADOPTED) | Q(status=State.ABANDONED, due_on__isnull=False))


def conversion_rate(period: Period, unit: Unit | None = None) -> Figure:
    """转化率: implemented ÷ adopted wholly or in part, of what was decided in the period (7.2, by year of adoption)."""
    rows = decided(period).filter(unit=unit) if unit else decided(period)
    n = rows.aggregate(all=Count("pk"), done=Count("pk", filter=Q(status=State.IMPLEMENTED)))
    return Figure(
        "conversion_rate", "转化", n["done"], n["all"],
        f"决定采纳{n['all']:,}件，已落实{n['done']:,}件。" if n["all"] else "这段时间没有决定采纳的。",
        "这段时间决定采纳或部分采纳的建议里，已经落实的件数除以全部件数。后来不再推进的也算在分母里。",
    )  # fmt: skip
