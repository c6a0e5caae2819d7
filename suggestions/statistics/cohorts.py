"""Which rows each figure of the registry counts (process.md 7.2): the bases and what makes a row count.

Each base takes a Scope and is bounded by its jurisdiction and those below. Where the live figures have the same base, it is
theirs.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from suggestions.codes import NotAcceptedReason, Overall
from suggestions.models import Adoption as AdoptionChain
from suggestions.models import (
    Advice,
    Assignment,
    CaseEvent,
    Clock,
    Evaluation,
    Jurisdiction,
    Suggestion,
    SupervisionStep,
    Visit,
)
from suggestions.services.merging import ANSWERS
from suggestions.states import Adoption, Case
from suggestions.states.advice import Advice as AdviceState
from suggestions.statistics import adoption, agents, figures
from suggestions.statistics import visits as visiting
from suggestions.statistics.figures import ADOPTED, GOOD, Period
from suggestions.statistics.visits import CONTACTED, NEEDED, RATED, SOLVED

__all__ = [
    "ADOPTED", "CONTACTED", "GOOD", "NEEDED", "RATED", "SOLVED",
]  # fmt: skip

QUIET_DAYS = 90
"""How long nothing may come after the close of an item that was done at once (7.2 first_time_done)."""


def _weights() -> dict[str, str]:
    parts = settings.STATS_COMPOSITE_WEIGHTS
    if len(parts) != 3 or not all(p.isdecimal() for p in parts) or sum(map(int, parts)) != 100:
        raise ImproperlyConfigured(
            "STATS_COMPOSITE_WEIGHTS 应为三个整数，依次是响应、解决、满意的权重，加起来是100，例如 10,50,40。"
        )
    basically = int(settings.STATS_BASICALLY_PERCENT)
    if not 0 <= basically <= 100:
        raise ImproperlyConfigured("STATS_BASICALLY_PERCENT 应在0到100之间。")
    response, solve, satisfied = parts
    return {
        "basically": str(basically), "response_rate": response, "solve_rate": solve, "satisfaction": satisfied,
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Scope:
    """One period of one jurisdiction. `as_of` is the moment up to which a later act counts: answered, closed (default: the
    end of the period). `weights` is what is configured: percent of "basically", parts of the composite."""

    period: Period
    place: Jurisdiction
    until: datetime | None = None
    weights: dict[str, str] = field(default_factory=_weights)

    @property
    def as_of(self) -> datetime:
        return self.until or self.period.ends_at

    def here(self, rows: "QuerySet[Any]", path: str = "") -> "QuerySet[Any]":
        """Only what belongs to the jurisdiction and those below it."""
        return rows.filter(**{f"{path}jurisdiction__path__startswith": self.place.path})

    def within(self, rows: "QuerySet[Any]", moment: str) -> "QuerySet[Any]":
        """Only what happened in the period."""
        ends = {
            f"{moment}__gte": self.period.begins_at,
            f"{moment}__lt": self.period.ends_at,
        }
        return rows.filter(**ends)


def _happened(name: tuple[str, ...], before: datetime) -> Exists:
    return Exists(CaseEvent.objects.filter(suggestion=OuterRef("pk"), name__in=name, at__lt=before))


def received(scope: Scope) -> "QuerySet[Suggestion]":
    found_again = CaseEvent.objects.filter(suggestion=OuterRef("pk"), name="join_earlier")
    rows = Suggestion.objects.exclude(status=Case.DRAFT)
    return scope.here(
        scope.within(rows.annotate(joined_earlier=Exists(found_again)), "received_at")
    )


REPEATED = Q(not_accepted_reason=NotAcceptedReason.REPEATED) | Q(
    status=Case.MERGED, joined_earlier=True
)
"""The same author on the same matter without new facts; somebody else's matter is no repetition (4.5)."""


def accepted(scope: Scope) -> "QuerySet[Suggestion]":
    return scope.here(scope.within(Suggestion.objects.all(), "accepted_at"))


def accepted_primary(scope: Scope) -> "QuerySet[Suggestion]":
    rows = accepted(scope).exclude(status__in=(Case.MERGED, Case.WITHDRAWN))
    return rows.annotate(closed_by_then=_happened(("close",), scope.as_of))


CLOSED = Q(status__in=(Case.CLOSED, Case.ARCHIVED), closed_by_then=True)


def registration_due(scope: Scope) -> "QuerySet[Clock]":
    span = (scope.period.first, scope.period.last)
    rows = Clock.objects.filter(kind="K2", due_on__range=span, suggestion__isnull=False)
    rows = rows.exclude(stop_reason="withdraw").exclude(stopped_at=None, paused_on__isnull=False)
    return figures.with_stop_day(scope.here(rows, "suggestion__"))


def answers_due(scope: Scope) -> "QuerySet[Clock]":
    return figures.with_stop_day(scope.here(figures.due_clocks(scope.period), "suggestion__"))


def answers_first_due(scope: Scope) -> "QuerySet[Clock]":
    rows = figures.due_clocks(scope.period, by="first_due_on")
    return figures.with_stop_day(scope.here(rows, "suggestion__"))


IN_TIME = Q(stopped_on__lte=F("due_on"))
IN_FIRST_TIME = Q(stopped_on__lte=F("first_due_on"))


def valid(scope: Scope) -> "QuerySet[Suggestion]":
    rows = visiting.valid(scope.period)
    return scope.here(rows.annotate(answered_by_then=_happened(ANSWERS, scope.as_of)))


ANSWERED = Q(answered_by_then=True)


def visits(scope: Scope) -> "QuerySet[Visit]":
    return scope.here(visiting.made(scope.period))


def ratings(scope: Scope) -> "QuerySet[Evaluation]":
    return scope.here(figures.ratings(scope.period), "suggestion__")


def satisfaction_weights(scope: Scope) -> tuple[tuple[Q, Decimal], ...]:
    """1 for satisfied and w for basically satisfied (7.2; w = 1 unless configured)."""
    w = Decimal(scope.weights["basically"]) / 100
    return (Q(overall=Overall.SATISFIED), Decimal(1)), (Q(overall=Overall.BASICALLY), w)


def windows(scope: Scope) -> "QuerySet[Clock]":
    return scope.here(visiting.windows(scope.period), "suggestion__")


def answered(scope: Scope) -> "QuerySet[Suggestion]":
    return scope.here(figures.answered(scope.period))


def decided(scope: Scope) -> "QuerySet[AdoptionChain]":
    return scope.here(adoption.decided(scope.period), "suggestion__")


IMPLEMENTED = Q(status=Adoption.IMPLEMENTED)


def assigned(scope: Scope) -> "QuerySet[Assignment]":
    return scope.here(scope.within(Assignment.objects.all(), "assigned_at"), "suggestion__")


OBJECTED = Q(objection__isnull=False)
UPHELD = Q(objection__is_upheld=True)


def replying(scope: Scope) -> "QuerySet[CaseEvent]":
    rows = CaseEvent.objects.filter(name__in=("submit_reply", "send_back", "rectify"))
    return scope.here(scope.within(rows, "at"), "suggestion__")


REPLIES = Q(name="submit_reply")
REWORK = Q(name__in=("send_back", "rectify"))


def first_closed(scope: Scope) -> "QuerySet[Suggestion]":
    """Items whose first close is 90 days old within the period: only then is it known that nothing came after."""
    quiet = timedelta(days=QUIET_DAYS)
    after, before = scope.period.begins_at - quiet, scope.period.ends_at - quiet
    every = CaseEvent.objects.filter(name="close")
    closes = every.filter(suggestion=OuterRef("pk")).order_by("seq")
    again = CaseEvent.objects.filter(at__lt=OuterRef("first_close") + quiet)
    # Those that were closed in the span at all are few; which close was the first is asked of them alone.
    rows = (
        Suggestion.objects.filter(pk__in=every.filter(at__gte=after, at__lt=before).values("suggestion"))
        .annotate(first_close=Subquery(closes.values("at")[:1]))
        .filter(first_close__gte=after)
    )  # fmt: skip
    own = again.filter(suggestion=OuterRef("pk"), name__in=("send_back", "rectify", "reopen"))
    joined = again.filter(suggestion__primary=OuterRef("pk"), name="join_earlier")
    rows = rows.exclude(status=Case.MERGED)
    return scope.here(rows.annotate(done_again=Exists(own), said_again=Exists(joined)))


DONE_AT_ONCE = Q(done_again=False, said_again=False)


def agent_cases(scope: Scope) -> "QuerySet[Suggestion]":
    rows = agents.agent_cases(scope.period, scope.place)
    again = agents.came_again(rows).filter(suggestion=OuterRef("pk"))
    return rows.annotate(came_again=Exists(again))


CAME_ONCE = Q(came_again=False)


def agent_ratings(scope: Scope) -> "QuerySet[Evaluation]":
    return scope.here(agents.agent_ratings(scope.period), "suggestion__")


def redirected(scope: Scope) -> "QuerySet[CaseEvent]":
    rows = scope.within(CaseEvent.objects.filter(name="redirect"), "at")
    return scope.here(rows, "suggestion__")


def supervised(scope: Scope) -> "QuerySet[SupervisionStep]":
    rows = scope.within(SupervisionStep.objects.filter(number=1), "issued_at")
    return scope.here(rows, "order__")


def advice(scope: Scope) -> "QuerySet[Advice]":
    rows = Advice.objects.exclude(status=AdviceState.WITHDRAWN)
    return scope.here(scope.within(rows, "issued_at"))


ADVICE_ADOPTED = Q(answer__in=(Advice.Answer.ADOPTED, Advice.Answer.PARTLY))
