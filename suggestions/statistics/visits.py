"""Rates of return visits and of taking part in the evaluation (process.md 7.2): each with numerator and denominator."""

from django.db.models import Count, Q, QuerySet

from suggestions.clock import local_date
from suggestions.codes import Overall, Solved
from suggestions.models import Clock, Evaluation, EvaluationPart, Suggestion, Unit, Visit
from suggestions.states import Case
from suggestions.states.visit import VisitState
from suggestions.statistics.figures import Figure, Period

COUNTED_IN = (Case.ANSWERED, Case.CLOSED, Case.ARCHIVED)


def ratio(numerator: int, denominator: int, places: int = 2) -> str:
    """A percentage with this many places, "–" when there is nothing to divide by: 1831 of 1924 is 95.17."""
    return f"{100 * numerator / denominator:.{places}f}" if denominator else "–"


CONTACTED = Q(contacted=True)
SOLVED = Q(solved=Solved.YES)
NEEDED = ~Q(solved=Solved.NOT_NEEDED)
RATED = Q(stop_reason="evaluate")


def made(period: Period) -> "QuerySet[Visit]":
    """Valid return visits: made in the period. Refused and unreachable ones are valid for nothing but `asked`."""
    return Visit.objects.filter(
        visited_at__gte=period.begins_at, visited_at__lt=period.ends_at, status=VisitState.DONE
    )


def windows(period: Period) -> "QuerySet[Clock]":
    """Evaluation windows whose last day lies in the period, and are over: the base of participation."""
    return Clock.objects.filter(
        kind="K13", due_on__range=(period.first, period.last), stopped_at__isnull=False
    ).exclude(stop_reason="withdraw")


def valid(period: Period) -> "QuerySet[Suggestion]":
    """Valid items received in the period: redirected, refused, merged and withdrawn ones are none (reply_rate)."""
    return Suggestion.objects.filter(
        received_at__gte=period.begins_at, received_at__lt=period.ends_at
    ).exclude(
        status__in=(
            Case.DRAFT,
            Case.REDIRECTED,
            Case.NOT_ACCEPTED,
            Case.MERGED,
            Case.WITHDRAWN,
        )
    )


def _visits(period: Period, unit: Unit | None) -> dict[str, int]:
    """Counts of the visits made in the period."""
    rows = made(period).filter(unit=unit) if unit else made(period)
    return rows.aggregate(
        done=Count("pk"),
        contacted=Count("pk", filter=CONTACTED),
        needed=Count("pk", filter=NEEDED),
        solved=Count("pk", filter=SOLVED),
        said=Count("pk", filter=~Q(satisfied="")),
        good=Count("pk", filter=Q(satisfied__in=(Overall.SATISFIED, Overall.BASICALLY))),
    )


def response_rate(period: Period, unit: Unit | None = None) -> Figure:
    """响应率: valid return visits with contacted = yes ÷ valid return visits (7.2; BJ 32)."""
    n = _visits(period, unit)
    return Figure(
        "response_rate", "响应", n["contacted"], n["done"],
        f"回访{n['done']:,}件，承办单位联系过建议人的{n['contacted']:,}件。" if n["done"] else "这段时间还没有回访。",
        "有效回访里，建议人说承办单位联系过自己的件数除以有效回访的件数。联系不上的、不愿接受回访的不算。",
    )  # fmt: skip


def solve_rate(period: Period, unit: Unit | None = None) -> Figure:
    """解决率: visits with solved = yes ÷ visits, those marked "not needed" left out of the denominator (7.2; BJ 32)."""
    n = _visits(period, unit)
    return Figure(
        "solve_rate", "解决", n["solved"], n["needed"],
        f"需要解决的{n['needed']:,}件，解决了{n['solved']:,}件。" if n["needed"] else "这段时间没有需要解决的回访件。",
        "有效回访里，建议人说解决了的件数除以需要解决的件数。“解决一部分”不算解决，“不需要解决”的两边都不算。",
    )  # fmt: skip


def visit_satisfaction(period: Period, unit: Unit | None = None) -> Figure:
    """回访满意率: said satisfied or basically satisfied on the phone ÷ those who said anything."""
    n = _visits(period, unit)
    return Figure(
        "visit_satisfaction", "回访满意", n["good"], n["said"],
        f"回访时表态{n['said']:,}人，满意或基本满意{n['good']:,}人。" if n["said"] else "这段时间还没有人表态。",
        "回访时说满意或基本满意的人数除以表了态的人数。没有表态的两边都不算。",
    )  # fmt: skip


def participation(period: Period, unit: Unit | None = None) -> Figure:
    """参评率: evaluated ÷ invited, of the windows that are over (7.2): the base is windows whose last day lies in the period."""
    rows = windows(period)
    rows = rows.filter(suggestion__lead_unit=unit) if unit else rows
    n = rows.aggregate(all=Count("pk"), rated=Count("pk", filter=RATED))
    return Figure(
        "participation", "参评", n["rated"], n["all"],
        f"请{n['all']:,}位建议人评价，{n['rated']:,}位评了。" if n["all"] else "这段时间没有到期的评价。",
        "评价期在这段时间结束的，评了的人数除以请评价的人数。没有评的算没有参评，不算满意。",
    )  # fmt: skip


def reply_rate(period: Period, unit: Unit | None = None) -> Figure:
    """回复率: answered ÷ valid items received in the period; redirected, refused, merged and withdrawn ones are not valid
    (7.2; check: 1831 ÷ 1924 = 95.17 %)."""
    rows = valid(period).filter(lead_unit=unit) if unit else valid(period)
    n = rows.aggregate(all=Count("pk"), answered=Count("pk", filter=Q(answered_at__isnull=False)))
    return Figure(
        "reply_rate", "回复", n["answered"], n["all"],
        f"有效建议{n['all']:,}件，答复了{n['answered']:,}件。" if n["all"] else "这段时间没有收到建议。",
        "这段时间收到的有效建议里，已经答复的件数除以全部件数。指引到其他渠道、不予受理、并案和撤回的不算。",
    )  # fmt: skip


def part_satisfaction(period: Period, unit: Unit) -> Figure:
    """满意率 of an office or a co-unit: what authors said of it apart from the lead unit (SAT22 3)."""
    rows = EvaluationPart.objects.filter(
        unit=unit, evaluation__at__gte=period.begins_at, evaluation__at__lt=period.ends_at
    )
    n = rows.aggregate(
        all=Count("pk"), good=Count("pk", filter=Q(overall__in=(Overall.SATISFIED, Overall.BASICALLY)))
    )  # fmt: skip
    return Figure(
        "part_satisfaction", "对征集办公室和协办单位满意", n["good"], n["all"],
        f"{n['all']:,}人评价，{n['good']:,}人满意或基本满意。" if n["all"] else "这段时间还没有人评价。",
        "建议人分别评价征集办公室和协办单位，选“满意”和“基本满意”的次数除以评价的次数。没有评的不算。",
    )  # fmt: skip


def logged_contact(period: Period, unit: Unit | None = None) -> Figure:
    """Ratings whose unit had written down a talk with the author after the answer ÷ ratings (7.1 anti-gaming)."""
    rows = Evaluation.objects.filter(at__gte=period.begins_at, at__lt=period.ends_at)
    rows = (rows.filter(unit=unit) if unit else rows).select_related("reply")
    rated = list(rows.prefetch_related("suggestion__author_contacts"))
    touched = sum(
        any(
            e.reply.delivered_at and local_date(e.reply.delivered_at) <= local_date(c.at) <= local_date(e.at)
            for c in e.suggestion.author_contacts.all()
        )
        for e in rated
    )  # fmt: skip
    return Figure(
        "logged_contact", "评价前有联系记录", touched, len(rated),
        f"评价{len(rated):,}次，答复后评价前有联系记录的{touched:,}次。" if rated else "这段时间还没有人评价。",
        "答复以后、评价以前，承办单位写过联系记录的评价次数除以评价的次数。",
    )  # fmt: skip


VISIT_FIGURES = (response_rate, solve_rate, visit_satisfaction, participation)
