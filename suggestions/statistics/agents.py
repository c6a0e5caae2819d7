"""Figures of the agent network (process.md 3.3, 7.2 agent metrics): how many, how satisfied, and 最多访一次."""

from datetime import date
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from suggestions.codes import Channel
from suggestions.models import AgentVisit, Evaluation, Jurisdiction, MandateCase, Suggestion
from suggestions.states import Case
from suggestions.statistics.figures import GOOD, Figure, Period, ratings


def agent_cases(period: Period, jurisdiction: Jurisdiction | None = None) -> QuerySet[Suggestion]:
    """Agent cases received in the period: entered by an agent or taken over under a mandate; withdrawn ones left out."""
    under = MandateCase.objects.filter(suggestion=OuterRef("pk")).exclude(mandate__proof="")
    rows = (
        Suggestion.objects.filter(received_at__gte=period.begins_at, received_at__lt=period.ends_at)
        .filter(Q(channel=Channel.AGENT) | Exists(under))
        .exclude(status=Case.WITHDRAWN)
    )
    if jurisdiction is not None:
        rows = rows.filter(jurisdiction__path__startswith=jurisdiction.path)
    return rows


def at_most_one_visit(period: Period, jurisdiction: Jurisdiction | None = None) -> Figure:
    """最多访一次: agent cases received in the period with no second personal visit ÷ all of them.

    A personal visit is the person coming (AgentVisit.Kind.CAME), one a day at most; the agent's own going and calls do not
    count against it. Source: process.md 3.3 (goal metric), 7.2 agent metrics; S2.
    """
    cases = agent_cases(period, jurisdiction)
    total = cases.count()
    again = came_again(cases).count()
    return Figure(
        "at_most_one_visit", "最多访一次", total - again, total,
        f"代理{total:,}件，本人没有跑第二趟的{total - again:,}件。" if total else "这段时间没有代理的件。",
        "这段时间收到的代理件里，本人没有来第二趟的件数除以代理件数。代理员上门和打电话不算本人跑；本人撤回的不算。",
    )  # fmt: skip


def own_cases(agent: Any, today: date) -> Figure:
    """最多访一次 of the agent who asks, of this year's cases under mandates given to them; nobody else is shown it.

    Source: process.md 2.2 (statistics, P/own), 3.3. Two queries.
    """
    under = MandateCase.objects.filter(suggestion=OuterRef("pk"), mandate__agent=agent).exclude(mandate__proof="")  # fmt: skip
    year = Period(date(today.year, 1, 1), today)
    cases = agent_cases(year).filter(Exists(under))
    total = cases.count()
    once = total - came_again(cases).count()
    return Figure(
        "own_cases", "我代办的", once, total,
        f"今年收到、由您代办的{total:,}件，其中本人没有跑第二趟的{once:,}件。" if total else "今年还没有您代办的件。",
        "今年收到的件里，本人确认委托给您的；本人撤回的不算。您上门和打电话不算本人跑。",
    )  # fmt: skip


def came_again(cases: QuerySet[Suggestion]) -> "QuerySet[AgentVisit, Any]":
    """The cases whose author had to come a second time, one row each."""
    return (
        AgentVisit.objects.filter(kind=AgentVisit.Kind.CAME, suggestion__in=cases)
        .values("suggestion")
        .annotate(n=Count("pk"))
        .filter(n__gt=1)
        .order_by()
    )


def agent_ratings(period: Period) -> QuerySet[Evaluation]:
    """Ratings given in the period on agent cases, whoever brought the words."""
    under = MandateCase.objects.filter(suggestion=OuterRef("suggestion_id")).exclude(
        mandate__proof=""
    )
    return ratings(period).filter(Q(suggestion__channel=Channel.AGENT) | Exists(under))


def agent_satisfaction(period: Period, jurisdiction: Jurisdiction | None = None) -> Figure:
    """满意率 of agent cases: ratings given in the period on them. Brought by an agent or given by the person, both count.

    Source: process.md 7.2 agent metrics, satisfaction with w = 1.
    """
    given = agent_ratings(period)
    if jurisdiction is not None:
        given = given.filter(suggestion__jurisdiction__path__startswith=jurisdiction.path)
    told = given.aggregate(
        all=Count("pk"),
        good=Count("pk", filter=GOOD),
        brought=Count("pk", filter=Q(source="agent")),
    )
    return Figure(
        "agent_satisfaction", "代理件满意", told["good"], told["all"],
        f"{told['all']:,}人评价，{told['good']:,}人满意或基本满意；其中{told['brought']:,}件由代理员代录本人原话。"
        if told["all"] else "这段时间代理件还没有人评价。",
        "代理件里选“满意”和“基本满意”的次数除以评价的次数。没有评价的两边都不算。",
    )  # fmt: skip


def figures(period: Period, jurisdiction: Jurisdiction | None = None) -> list[Figure]:
    """The figures of the network for one period. Three queries."""
    return [at_most_one_visit(period, jurisdiction), agent_satisfaction(period, jurisdiction)]
