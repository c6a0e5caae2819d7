"""What agents look at: their people's items, requests from below, and the places where agents sit (process.md 3.2, 3.3)."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Prefetch, Q, QuerySet
from django.http import Http404

from suggestions import access
from suggestions.clock import local_date
from suggestions.matrix import MATRIX
from suggestions.models import (
    AgentMandate,
    AgentPost,
    AgentRelay,
    AgentVisit,
    District,
    Jurisdiction,
    MandateCase,
    ServicePoint,
    Suggestion,
)
from suggestions.models.suggestion import SuggestionQuerySet
from suggestions.roles import AGENT_ROLES, Role
from suggestions.states import Case, Evaluation
from suggestions.states.mandate import Mandate
from suggestions.states.relay import Relay
from suggestions.states.service_point import ServicePointState

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractUser, AnonymousUser

LIST_LIMIT = 60


@dataclass(frozen=True, slots=True)
class OnDuty:
    """One agent at a service point, as the public may know them."""

    name: str
    level: str
    hours: str


@dataclass(frozen=True, slots=True)
class PointView:
    """A service point with who sits there."""

    point: ServicePoint
    agents: tuple[OnDuty, ...]


def service_points(
    *, on: date, jurisdiction: Jurisdiction | None = None, district: District | None = None
) -> list[PointView]:
    """Open service points with the agents on duty on a day, by district and name. Two queries.

    `district` takes in the places below it; points of a whole jurisdiction are always shown.
    """
    posts = (
        AgentPost.objects.filter(valid_from__lte=on, user__is_active=True)
        .exclude(valid_until__lt=on)
        .select_related("user")
    )
    points = ServicePoint.objects.filter(status=ServicePointState.OPEN).select_related("district")
    if jurisdiction is not None:
        points = points.filter(jurisdiction__path__startswith=jurisdiction.path)
    if district is not None:
        points = points.filter(Q(district=None) | Q(district__path__startswith=district.path))
    return [
        PointView(
            point,
            tuple(
                OnDuty(str(p.user), str(Role(p.level).label), p.duty_hours)
                for p in point.held_posts
            ),
        )
        for point in points.prefetch_related(Prefetch("posts", posts, to_attr="held_posts"))
    ]


@dataclass(frozen=True, slots=True)
class MyItem:
    """One item of my people: what to do now, by when. `urgent` asks for the agent's own hand."""

    item: Suggestion
    act: str
    due_on: date | None
    days_left: int | None
    urgent: bool
    ends_on: date | None = None

    @property
    def overdue(self) -> bool:
        return self.days_left is not None and self.days_left < 0


def my_cases(user: "AbstractUser | AnonymousUser") -> SuggestionQuerySet:
    """The items that living mandates open to this agent, and that the general rule lets them read."""
    if user.pk is None:
        return Suggestion.objects.none()
    return access.readable(user).filter(pk__in=access.agent_cases(user.pk))


def load_my_case(user: "AbstractUser | AnonymousUser", case_no: str) -> Suggestion:
    """One of them, or Http404: the day after the mandate's end it does not exist for the agent."""
    found = (
        my_cases(user)
        .filter(case_no=case_no)
        .select_related("jurisdiction", "topic", "district", "lead_unit", "author")
        .first()
    )
    if found is None:
        raise Http404("没有这件建议，或者委托已经结束。")
    return found


def my_items(user: "AbstractUser | AnonymousUser", *, at: datetime) -> list[MyItem]:
    """My people's items, those that need me first, then by due date; at most LIST_LIMIT. Two queries."""
    today = local_date(at)
    items = list(
        my_cases(user)
        .select_related("lead_unit")
        .defer("original_problem", "original_proposal", "public_problem", "public_proposal")
        .order_by("-received_at")[:LIST_LIMIT]
    )
    ends = dict(
        MandateCase.objects.living(today)
        .filter(suggestion__in=[i.pk for i in items], mandate__agent_id=user.pk)
        .values_list("suggestion_id", "mandate__ends_on")
    )
    rows = [_row(item, today, ends.get(item.pk)) for item in items]
    return sorted(rows, key=lambda r: (not r.urgent, r.due_on or date.max, -r.item.pk))


def _row(item: Suggestion, today: date, ends_on: date | None) -> MyItem:
    act, urgent = what_to_do(item, today)
    days = (item.due_on - today).days if item.due_on and item.is_open else None
    due = item.due_on if item.is_open or urgent else None
    return MyItem(item, act, due, days, urgent, ends_on)


def what_to_do(item: Suggestion, today: date) -> tuple[str, bool]:
    """What the agent should do about an item now, and whether it waits for the agent or the author."""
    unit = item.lead_unit.short_name if item.lead_unit else "征集办公室"
    if item.status == Case.SUPPLEMENT_REQUESTED:
        return "找本人补充材料", True
    if item.evaluation_state == Evaluation.INVITED and item.status == Case.ANSWERED:
        return "把答复读给本人听，问本人满不满意", True
    if item.is_overdue(today):
        return f"{unit}过期没办好，可以请上级代理员催", True
    words: dict[str, str] = {
        Case.REGISTERED: "等征集办公室决定由谁办",
        Case.ACCEPTED: "等征集办公室转给承办单位",
        Case.DISPATCHED: f"等{unit}签收",
        Case.HANDLING: f"{unit}在办，等答复",
        Case.REPLY_REVIEW: "答复写好了，正在审核",
        Case.RECTIFYING: f"本人不满意，{unit}在重办",
        Case.REOPENED: f"{unit}在重新办",
        Case.MERGED: "并到同一件事里一起办，答复时一样告诉本人",
        Case.REDIRECTED: "不归这里办，把该去的地方告诉本人",
        Case.NOT_ACCEPTED: "没有受理，把理由讲给本人听",
        Case.WITHDRAWN: "已经撤回，不用办了",
    }
    return words.get(item.status, "办完了"), False


def mandates_of(user: "AbstractUser | AnonymousUser") -> "QuerySet[AgentMandate]":
    """This agent's mandates that await the author's yes, oldest first."""
    waiting = AgentMandate.objects.filter(agent_id=user.pk, status=Mandate.AWAITING)
    return waiting.prefetch_related("links__suggestion").order_by("pk")


def period_mandates(user: "AbstractUser | AnonymousUser", *, on: date) -> "QuerySet[AgentMandate]":
    """Living mandates for a period, which a further item may join."""
    held = AgentMandate.objects.filter(
        agent_id=user.pk, status=Mandate.ACTIVE, scope=AgentMandate.Scope.PERIOD
    )
    held = held.filter(signed_on__lte=on, ends_on__gte=on)
    return held.prefetch_related("links__suggestion").order_by("pk")


def relays_to(user: "AbstractUser | AnonymousUser", *, on: date) -> "QuerySet[AgentRelay]":
    """Requests from below within this higher agent's reach: their level, their jurisdiction, and the places of their posts.

    An agent without a post, or with one for the whole jurisdiction, serves all of it.
    """
    reach, found = Q(), False
    if user.pk is None:
        return AgentRelay.objects.none()
    posts = list(
        AgentPost.objects.filter(user_id=user.pk, valid_from__lte=on)
        .exclude(valid_until__lt=on)
        .select_related("service_point__district")
    )
    for role in access.scope(user).holds(MATRIX["answer_relay"]):
        found = True
        part = Q(to_level=role.role, jurisdiction__path__startswith=role.jurisdiction.path)
        places = [p.service_point.district for p in posts if p.level == role.role]
        if places and None not in places:
            near = Q(district=None)
            for place in places:
                near |= Q(district__path__startswith=place.path)  # type: ignore[union-attr]
            part &= near
        reach |= part
    if not found:
        return AgentRelay.objects.none()
    related = ("suggestion__lead_unit", "asked_by", "jurisdiction")
    return AgentRelay.objects.filter(reach).select_related(*related)


def load_relay(user: "AbstractUser | AnonymousUser", pk: int, *, on: date) -> AgentRelay:
    """A request within reach, or Http404."""
    found = relays_to(user, on=on).filter(pk=pk).first()
    if found is None:
        raise Http404("没有这条请求，或者不归您看。")
    return found


def relays_of(user: "AbstractUser | AnonymousUser", item: Suggestion) -> list[AgentRelay]:
    """What this agent asked about an item, newest first."""
    asked = AgentRelay.objects.filter(suggestion=item, asked_by_id=user.pk)
    return list(asked.select_related("answered_by").order_by("-pk"))


@dataclass(frozen=True, slots=True)
class AgentLoad:
    """One agent's living mandates and open requests, for the supervisor's table."""

    name: str
    level: str
    point: str
    mandates: int
    open_relays: int
    late_relays: int


def loads(jurisdiction_paths: list[str], *, on: date) -> list[AgentLoad]:
    """Agents of these jurisdictions with what they carry. Four queries, whatever their number."""
    reach = Q()
    for path in jurisdiction_paths:
        reach |= Q(jurisdiction__path__startswith=path)
    from suggestions.models import StaffRole

    roles = list(
        StaffRole.objects.filter(reach, role__in=AGENT_ROLES, user__is_active=True)
        .exclude(valid_until__lt=on)
        .select_related("user")
        .order_by("role", "user__username")
    )
    ids = [r.user_id for r in roles]
    held = _counts(
        AgentMandate.objects.filter(status=Mandate.ACTIVE, ends_on__gte=on), "agent_id", ids
    )
    asked = AgentRelay.objects.filter(status=Relay.OPEN)
    waiting = _counts(asked, "asked_by_id", ids)
    late = _counts(asked.filter(due_on__lt=on), "asked_by_id", ids)
    posts = {
        (p.user_id, p.level): p.service_point.name
        for p in AgentPost.objects.filter(user_id__in=ids).select_related("service_point")
    }
    return [
        AgentLoad(
            str(r.user), str(r.get_role_display()), posts.get((r.user_id, r.role), ""),
            held.get(r.user_id, 0), waiting.get(r.user_id, 0), late.get(r.user_id, 0),
        )
        for r in roles
    ]  # fmt: skip


def _counts(rows: "QuerySet[Any]", field: str, ids: list[int]) -> dict[int, int]:
    found = rows.filter(**{f"{field}__in": ids}).values_list(field).annotate(n=Count("pk"))
    return dict(found.order_by())


def mandates_on(item: Suggestion) -> list[AgentMandate]:
    """All mandates of an item, newest first, for the desk and for the author's page. One query."""
    return list(item.mandates.select_related("agent", "service_point").order_by("-pk"))


def visits_on(item: Suggestion) -> list[AgentVisit]:
    """Meetings for an item, oldest first."""
    return list(item.agent_visits.select_related("agent"))
