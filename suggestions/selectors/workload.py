"""What waits for a member of staff: the figures of the desk's home and menu. A fixed number of queries, whatever waits.

"Due" means the case's own date while it is our turn: an item that waits for its author's supplement is nobody's delay
(process.md 4.1 T3). At risk: at most AT_RISK_WORKING_DAYS working days left, today not counted.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.core.cache import cache
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from suggestions import access
from suggestions.clock import Workdays, local_date, statutory_rest
from suggestions.codes import Category, Overall
from suggestions.models import (
    Assignment,
    CalendarDay,
    PublicationReview,
    Reply,
    ReplyComment,
    Suggestion,
)
from suggestions.roles import UNIT_ROLES, Role
from suggestions.services import clocks
from suggestions.states import ACTIVE_ASSIGNMENT, OPEN, Case
from suggestions.states import Assignment as Part
from suggestions.states.reply_comment import ReplyCommentState

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractUser, AnonymousUser

    Person = AbstractUser | AnonymousUser

AT_RISK_WORKING_DAYS = 2
OFFICE_TURN = frozenset({Case.REGISTERED, Case.ACCEPTED, Case.REPLY_REVIEW})
"""The collection office has to act."""
RUNNING = frozenset(OPEN - {Case.SUPPLEMENT_REQUESTED})
"""Somebody of ours has to act."""
_UNIT_OPEN = (Part.PENDING, Part.SIGNED, Part.WORKING)
_UNIT_CASES = (Case.DISPATCHED, Case.HANDLING, Case.RECTIFYING)
_MENU_SECONDS = 30

BADLY_RATED = Q(status=Case.RECTIFYING) | Q(overall=Overall.DISSATISFIED)
"""What a supervisor looks at because its author was not satisfied (process.md 7.1, 8.1)."""


def horizon(today: date, workdays: Workdays, days: int = AT_RISK_WORKING_DAYS) -> date:
    """The last date that is at most `days` working days after `today`."""
    day = today
    while days > 0:
        day += timedelta(days=1)
        days -= workdays.is_working(day)
    return day


def due_filters(today: date, *, field: str = "due_on") -> dict[str, Q]:
    """`overdue`, `today`, `risk` and `later` as conditions on a due date: together all dated items, none twice."""
    edge = horizon(today, clocks.workdays())
    return {
        "overdue": Q(**{f"{field}__lt": today}),
        "today": Q(**{field: today}),
        "risk": Q(**{f"{field}__gt": today, f"{field}__lte": edge}),
        "later": Q(**{f"{field}__gt": edge}),
    }


def office(user: "Person", *, today: date) -> dict[str, int]:
    """The office's figures over the items the user may read. One query."""
    due, ours = due_filters(today), Q(status__in=OFFICE_TURN)
    return _counted(
        access.readable(user).filter(Q(status__in=OPEN) | BADLY_RATED),
        overdue=ours & due["overdue"], today=ours & due["today"], risk=ours & due["risk"],
        registered=Q(status=Case.REGISTERED), accepted=Q(status=Case.ACCEPTED),
        supplement=Q(status=Case.SUPPLEMENT_REQUESTED), review=Q(status=Case.REPLY_REVIEW),
        late_anywhere=Q(status__in=RUNNING) & due["overdue"], badly_rated=BADLY_RATED, open=Q(status__in=OPEN),
    )  # fmt: skip


def unit(user: "Person", *, today: date) -> dict[str, int]:
    """A unit's figures: assignments of the user's units and their drafts. Two queries."""
    unit_ids = [r.unit_id for r in access.scope(user).holds(UNIT_ROLES) if r.unit_id is not None]
    due = due_filters(today, field="suggestion__due_on")
    lead = Q(part=Assignment.Part.LEAD, status__in=_UNIT_OPEN, suggestion__status__in=_UNIT_CASES)
    held = _counted(
        Assignment.objects.filter(unit_id__in=unit_ids, status__in=ACTIVE_ASSIGNMENT).exclude(
            suggestion__category=Category.REPORT_MISCONDUCT
        ),
        to_sign_in=Q(status=Part.PENDING), overdue=lead & due["overdue"], today=lead & due["today"], risk=lead & due["risk"],
        opinions=Q(part=Assignment.Part.CO, status__in=(Part.SIGNED, Part.WORKING)), working=lead & ~Q(status=Part.PENDING),
    )  # fmt: skip
    newer = Reply.objects.filter(suggestion=OuterRef("suggestion"), number__gt=OuterRef("number"))
    returned = Q(state=Reply.State.SENT_BACK) | (Q(state=Reply.State.DRAFT) & ~Q(review_note=""))
    drafts = _counted(
        Reply.objects.filter(unit_id__in=unit_ids, suggestion__status__in=_UNIT_CASES).filter(
            ~Exists(newer)
        ),
        returned=returned, drafts=Q(state=Reply.State.DRAFT, drafted_by_id=user.pk),
        to_sign=Q(state=Reply.State.AWAITING_SIGNATURE),
    )  # fmt: skip
    return {**held, **drafts}


def publisher(user: "Person") -> dict[str, int]:
    """Reviews to mask, those another person masked that wait for a second check, and comments to read. Two queries."""
    reach = Q(pk__in=())
    for role in access.scope(user).holds([Role.PUBLISHER]):
        reach |= Q(suggestion__jurisdiction__path__startswith=role.jurisdiction.path)
    State = PublicationReview.State
    reviews = _counted(
        PublicationReview.objects.filter(reach),
        to_mask=Q(state__in=(State.QUEUED, State.REDACTING)),
        to_check=Q(state=State.SECOND_CHECK) & ~Q(redacted_by_id=user.pk),
    )
    comments = access.records(user, ReplyComment, "moderate_comments")
    return {**reviews, "comments": comments.filter(status=ReplyCommentState.WAITING).count()}


def _counted(rows: "QuerySet[Any]", **conditions: Q) -> dict[str, int]:
    return rows.aggregate(**{name: Count("pk", filter=q) for name, q in conditions.items()})


def menu_counts(user: "Person") -> dict[str, int]:
    """The figure beside each entry of the menu, kept for half a minute: every admin page shows them. The cache is asked once
    a request, not once an entry: the answer is kept on the user.
    """
    held: dict[str, int] | None = getattr(user, "_jianyan_menu", None)
    if held is None:
        key = f"desk-menu:{user.pk}"
        held = cache.get(key)
        if held is None:
            held = _menu_counts(user, local_date(timezone.now()))
            cache.set(key, held, _MENU_SECONDS)
        user._jianyan_menu = held  # type: ignore[union-attr]
    return held


def forget_menu_counts(user: "Person") -> None:
    """After the user did something that changes them."""
    cache.delete(f"desk-menu:{user.pk}")
    if hasattr(user, "_jianyan_menu"):
        del user._jianyan_menu


def _menu_counts(user: "Person", today: date) -> dict[str, int]:
    held = access.scope(user)
    found: dict[str, int] = {}
    if held.holds([Role.TRIAGE_OFFICER, Role.SUPERVISOR, Role.LEADER, Role.INTAKE_CLERK]):
        figures = office(user, today=today)
        found["triage"] = figures["registered"] + figures["accepted"]
        found["supervision"] = figures["late_anywhere"] + figures["badly_rated"]
    if held.holds(UNIT_ROLES):
        figures = unit(user, today=today)
        found["inbox"] = figures["to_sign_in"] + figures["working"] + figures["opinions"]
    if held.holds([Role.PUBLISHER]):
        figures = publisher(user)
        found["publication"] = figures["to_mask"] + figures["to_check"]
        found["comments"] = figures["comments"]
    # The notices live in portal, above this package: reached through the reverse relation.
    notices = getattr(user, "notices", None)
    if notices is not None:
        found["notices"] = notices.filter(read_at=None).count()
    return found


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the calendar strip."""

    date: date
    working: bool
    note: str
    due: int
    is_today: bool

    @property
    def is_makeup(self) -> bool:
        """A weekend day that is worked (调休)."""
        return self.working and self.date.weekday() >= 5

    @property
    def rest_word(self) -> str:
        """Why a day is off: the holiday's name, the law where the notice is not out yet, or a plain weekend."""
        return self.note or ("法定节假日" if statutory_rest(self.date) else "休")


def coming_days(user: "Person", *, today: date, length: int = 14) -> list[Day]:
    """The next `length` days, today first, with holidays and how many readable items fall due. Two queries."""
    last = today + timedelta(days=length - 1)
    rows = access.readable(user).filter(status__in=RUNNING, due_on__gte=today, due_on__lte=last)
    counts: dict[date | None, int] = dict(
        rows.order_by().values_list("due_on").annotate(n=Count("pk")).values_list("due_on", "n")
    )
    notes = dict(
        CalendarDay.objects.filter(date__gte=today, date__lte=last).values_list("date", "note")
    )
    workdays = clocks.workdays()
    days = [today + timedelta(days=n) for n in range(length)]
    return [
        Day(d, workdays.is_working(d), notes.get(d, ""), counts.get(d, 0), d == today) for d in days
    ]


def is_ours_to_answer_for(item: Suggestion) -> bool:
    """Whether the item's due date runs against us, not against its author."""
    return item.status in RUNNING and item.due_on is not None
