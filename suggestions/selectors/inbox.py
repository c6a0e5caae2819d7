"""A unit's inbox: its assignments with the state of its reply and its own dates, in a fixed number of queries."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.core.paginator import Page, Paginator
from django.db.models import Case as Choice
from django.db.models import Count, DateField, F, OuterRef, Q, QuerySet, Subquery, When
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from search import lookup
from suggestions import access, numbers
from suggestions.codes import Category
from suggestions.matrix import MATRIX
from suggestions.models import Assignment, Clock, Reply
from suggestions.roles import UNIT_ROLES
from suggestions.selectors import queues, workload
from suggestions.services import replying
from suggestions.states import ACTIVE_ASSIGNMENT, Case
from suggestions.states import Assignment as Part

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractUser, AnonymousUser
    from django_stubs_ext import StrOrPromise

    Person = AbstractUser | AnonymousUser

PAGE_SIZE = 30
_UNIT_TURN = (Case.DISPATCHED, Case.HANDLING, Case.RECTIFYING)
_DONE = Q(status=Part.ACCEPTED_BY_OFFICE)
_LEAD = Q(part=Assignment.Part.LEAD)
_AT_WORK = Q(status__in=(Part.SIGNED, Part.WORKING))
_WRITING = _LEAD & _AT_WORK & Q(suggestion__status__in=replying.WRITABLE_CASES)
_S = Reply.State
_RETURNED = Q(reply_state=_S.SENT_BACK) | (Q(reply_state=_S.DRAFT) & ~Q(reply_note=""))

Condition = Callable[["Person"], Q]
SHOWN: dict[str, tuple["StrOrPromise", Condition]] = {
    "": (gettext_lazy("全部在办"), lambda user: ~_DONE),
    "to_sign_in": (gettext_lazy("待签收"), lambda user: Q(status=Part.PENDING)),
    "working": (gettext_lazy("办理中"), lambda user: _AT_WORK),
    "to_draft": (
        gettext_lazy("待起草"),
        lambda user: _WRITING & (Q(reply_state=None) | Q(reply_state=_S.APPROVED)),
    ),
    "drafts": (
        gettext_lazy("我的草稿"),
        lambda user: _WRITING & Q(reply_state=_S.DRAFT, reply_drafter=user.pk),
    ),
    "to_sign": (
        gettext_lazy("待审签"),
        lambda user: _WRITING & Q(reply_state=_S.AWAITING_SIGNATURE),
    ),
    "returned": (gettext_lazy("被退回"), lambda user: _WRITING & _RETURNED),
    "opinions": (
        gettext_lazy("待写协办意见"),
        lambda user: Q(part=Assignment.Part.CO) & _AT_WORK,
    ),
    "submitted": (gettext_lazy("已报送"), lambda user: Q(status=Part.SUBMITTED)),
    "done": (gettext_lazy("已通过审核"), lambda user: _DONE),
}
"""Code in the address → words of the tab, condition."""


@dataclass(frozen=True, slots=True)
class InboxFilter:
    """What an address asks for. An unknown code shows everything open."""

    show: str = ""
    due: str = ""
    part: str = ""
    q: str = ""
    on: date | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One assignment as the list shows it. `sign_by` is how the sign-in stands with its date, while it is still to do."""

    assignment: Any
    due: queues.DueWords
    stage: str
    note: str
    sign_by: queues.DueWords | None
    may_sign_in: bool
    act: str


def _plain(user: "Person") -> QuerySet[Any]:
    unit_ids = [r.unit_id for r in access.scope(user).holds(UNIT_ROLES) if r.unit_id]
    rows = Assignment.objects.filter(unit_id__in=unit_ids, status__in=ACTIVE_ASSIGNMENT)
    return rows.exclude(suggestion__category=Category.REPORT_MISCONDUCT)


def own(user: "Person") -> QuerySet[Any]:
    """Active assignments of the user's units, with the newest reply's state and the dates that bind the unit."""
    newest = Reply.objects.filter(
        suggestion=OuterRef("suggestion"), unit=OuterRef("unit")
    ).order_by("-number")
    running = Clock.objects.filter(assignment=OuterRef("pk"), stopped_at=None)
    lead_case = Q(part=Assignment.Part.LEAD, suggestion__status__in=_UNIT_TURN)
    rows: QuerySet[Any] = (
        _plain(user)
        .annotate(
            reply_state=Subquery(newest.values("state")[:1]),
            reply_note=Subquery(newest.values("review_note")[:1]),
            reply_drafter=Subquery(newest.values("drafted_by")[:1]),
            sign_by=Subquery(running.filter(kind="K4").values("due_on")[:1]),
            opinion_by=Subquery(running.filter(kind="K9").values("due_on")[:1]),
        )
        .annotate(
            due=Choice(
                When(lead_case, then=F("suggestion__due_on")),
                default=F("opinion_by"),
                output_field=DateField(),
            )
        )
    )
    return rows


def narrow(
    rows: QuerySet[Any], wanted: InboxFilter, user: "Person", *, today: date
) -> QuerySet[Any]:
    """`rows` narrowed by every filter that is set."""
    case_no = numbers.parse_case_no(wanted.q) if wanted.q else None
    if case_no:
        return rows.filter(suggestion__case_no=case_no)
    rows = rows.filter(SHOWN.get(wanted.show, SHOWN[""])[1](user))
    if wanted.due:
        due = workload.due_filters(today, field="due").get(wanted.due)
        rows = rows.filter(due) if due else rows.none()
    if wanted.on:
        rows = rows.filter(due=wanted.on)
    if wanted.part in Assignment.Part.values:
        rows = rows.filter(part=wanted.part)
    return rows.filter(lookup.says(wanted.q, "suggestion__original_title", "suggestion__case_no"))


def tabs(user: "Person") -> list[tuple[str, str, int]]:
    """(code, words, how many) of each tab; of what is done at most COUNT_LIMIT are counted. Two queries, which cost what
    the work at hand costs, however much was done before.
    """
    held: dict[str, int] = (
        own(user)
        .exclude(_DONE)
        .aggregate(
            **{
                f"n_{code or 'open'}": Count("pk", filter=q(user))
                for code, (_w, q) in SHOWN.items()
            }
        )
    )
    held["n_done"] = _plain(user).filter(_DONE).order_by()[: queues.COUNT_LIMIT].count()
    return [(code, str(words), held[f"n_{code or 'open'}"]) for code, (words, _q) in SHOWN.items()]


def page(user: "Person", wanted: InboxFilter, *, today: date, number: str = "1") -> Page[Any]:
    """One page of assignments, the ones due first on top. Two queries."""
    rows = narrow(own(user), wanted, user, today=today)
    rows = rows.select_related(
        "unit", "handler", "suggestion__topic", "suggestion__district"
    ).defer("suggestion__original_problem", "suggestion__original_proposal", "opinion")
    ordered = rows.order_by(F("due").asc(nulls_last=True), "pk")
    return Paginator(ordered, PAGE_SIZE).get_page(number)


def row(held: Any, user: "Person", *, today: date) -> Row:
    """A row of `page` in words. No query."""
    due = held.due if held.status not in (Part.SUBMITTED, Part.ACCEPTED_BY_OFFICE) else None
    may_sign_in = held.status == Part.PENDING and bool(
        access.unit_actor(user, held.unit_id, MATRIX["draft_reply"])
    )
    stage, act = _stage(held)
    pending = held.status == Part.PENDING and held.sign_by is not None
    return Row(
        assignment=held,
        due=queues.words_until(due, today=today) if due else queues.DueWords("none", "○", "", None),
        stage=stage,
        note=held.reply_note or "" if act == "reply" else "",
        sign_by=queues.words_until(held.sign_by, today=today) if pending else None,
        may_sign_in=may_sign_in,
        act=act,
    )


def _stage(held: Any) -> tuple[str, str]:
    """(how it stands in words, the screen where it goes on)."""
    if held.status == Part.PENDING:
        return _("待签收"), "sign_in"
    if held.status == Part.SUBMITTED:
        return _("已报送"), "item"
    if held.status == Part.ACCEPTED_BY_OFFICE:
        return _("已通过审核"), "item"
    if held.part == Assignment.Part.CO:
        return _("待写协办意见"), "opinion"
    words = {
        _S.AWAITING_SIGNATURE: _("待审签"),
        _S.SENT_BACK: _("被退回，待重写"),
        _S.DRAFT: _("被负责人退回") if held.reply_note else _("起草中"),
    }.get(held.reply_state)
    if words is None:
        rectifying = held.suggestion.status == Case.RECTIFYING
        words = _("整改，待重新答复") if rectifying else _("待起草")
    return str(words), "reply"
