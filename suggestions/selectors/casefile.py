"""One item as the desk shows it: texts side by side, clocks, hands it is in, replies, history, and what may be done now.

Everything is bounded by the reader: what their roles do not reach on this item is not in the answer at all.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from suggestions import access
from suggestions.clock import ANSWER_KINDS, Length, local_date
from suggestions.insight import redaction
from suggestions.models import Clock, PublicationReview, Reply, Suggestion, TriageHint
from suggestions.roles import UNIT_ROLES, Role
from suggestions.selectors import timeline
from suggestions.services import assignment, deciding, publishing, replying, triage
from suggestions.states import ON_PAGE, Assignment, Case
from suggestions.states import Publication as Page

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractUser, AnonymousUser
    from django_stubs_ext import StrOrPromise

    Person = AbstractUser | AnonymousUser

FIELDS: tuple[tuple[str, str], ...] = (
    ("title", "标题"),
    ("problem", "现在的情况"),
    ("proposal", "建议的做法"),
    ("place", "地点"),
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text; `kind` names the personal data it seems to be, "" for plain words."""

    text: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Side:
    """One column of texts: (label, pieces) pairs, and in words what it is."""

    words: str
    texts: list[tuple[str, list[Piece]]]


@dataclass(frozen=True, slots=True)
class ClockView:
    """A clock in words. `left` is None when it has stopped; its unit is the rule's own."""

    name: str
    holder: str
    clock: Clock
    state: str
    tone: str
    explanation: list[str]


@dataclass(frozen=True, slots=True)
class Action:
    """One act that is the user's to take now. `url_name` is a desk address; `act` its last part when it has one."""

    name: str
    label: "StrOrPromise"
    url_name: str
    act: str = ""
    pk: int = 0
    primary: bool = False


def pieces(text: str) -> list[Piece]:
    """Text cut at what looks like personal data, so that a page can mark it. Nothing is lost or changed."""
    held: list[Piece] = []
    at = 0
    for span in redaction.find_spans(text):
        if span.start > at:
            held.append(Piece(text[at : span.start]))
        held.append(Piece(text[span.start : span.end], span.kind))
        at = span.end
    if at < len(text):
        held.append(Piece(text[at:]))
    return held


def is_unit_reader(user: "Person", suggestion: Suggestion) -> bool:
    """Whether the user reaches the item only as one of the units that handle it."""
    return all(r.role in UNIT_ROLES for r in access.roles_on(user, suggestion))


def original(user: "Person", suggestion: Suggestion) -> Side:
    """What the author wrote. A unit that the author hides from reads it with personal data masked (process.md 9.3)."""
    values = {name: str(getattr(suggestion, f"original_{name}")) for name, _label in FIELDS}
    if suggestion.hide_identity_from_unit and is_unit_reader(user, suggestion):
        hidden = {n: redaction.mask(v, redaction.find_spans(v)) for n, v in values.items()}
        return Side("建议人要求保密，个人信息已经遮盖", _column(hidden, _whole))
    return Side("原文，疑似个人信息已标出", _column(values, pieces))


def public(suggestion: Suggestion, review: PublicationReview | None) -> Side:
    """What the public reads, or would read: released text, the open masking draft, or the rules' masks."""
    if suggestion.publication in ON_PAGE:
        values = {name: str(getattr(suggestion, f"public_{name}")) for name, _label in FIELDS}
        return Side("已公开的文字", _column(values, _whole))
    if review is not None and review.covers_suggestion:
        values = {name: str(getattr(review, name)) for name, _label in FIELDS}
        return Side(f"脱敏稿，{review.get_state_display()}", _column(values, _whole))
    if suggestion.publication in (Page.REMOVED, Page.SUSPENDED):
        return Side(str(suggestion.get_publication_display()), [])
    if not suggestion.publish_consent:
        return Side("建议人不同意公开，网站上不会显示", [])
    if suggestion.status in (Case.REDIRECTED, Case.NOT_ACCEPTED, Case.WITHDRAWN, Case.MERGED):
        return Side("这类事项不公开", [])
    values = {
        name: publishing.masked(str(getattr(suggestion, f"original_{name}")))
        for name, _label in FIELDS
    }
    return Side("还没有公开；按规则遮盖后是这样", _column(values, _whole))


def _whole(text: str) -> list[Piece]:
    return [Piece(text)]


def _column(
    values: dict[str, str], cut: Callable[[str], list[Piece]]
) -> list[tuple[str, list[Piece]]]:
    return [(label, cut(values[name])) for name, label in FIELDS if values[name]]


def open_review(suggestion: Suggestion) -> PublicationReview | None:
    """The round of masking that is under way. One query."""
    State = PublicationReview.State
    return suggestion.publication_reviews.filter(
        state__in=(State.QUEUED, State.REDACTING, State.SECOND_CHECK)
    ).first()


def clock_views(suggestion: Suggestion, *, at: datetime) -> list[ClockView]:
    """All clocks of the item, running first, each with how long is left and how its date came about. One query."""
    today = local_date(at)
    office = suggestion.jurisdiction.office_name
    views = []
    for held in timeline.staff_clocks(suggestion):
        # An objection is decided by the office (K6), though it is about a unit's part.
        unit = (held.holder_unit or held.assignment.unit) if held.assignment else None
        if unit is None and held.kind in _UNIT_HELD:
            unit = held.holder_unit
        holder = unit.short_name if unit else ("建议人" if held.rule.citizen else office)
        turn = timeline.turn_of(held, "", holder, "", today)
        state, tone = _clock_words(held, turn, today)
        views.append(ClockView(held.rule.name, holder, held, state, tone, turn.explanation))
    return views


_UNIT_HELD = frozenset({*ANSWER_KINDS, "K15", "K18", "K19"})
"""Clocks of the whole case that its lead unit answers for; the office or the author answers for the others."""
_RIGHTS = frozenset({"K5"})
"""Clocks of something a unit may do, not must: letting them pass is no delay."""


def _clock_words(held: Clock, turn: timeline.Turn, today: Any) -> tuple[str, str]:
    left = turn.days_left or 0
    if held.kind in _RIGHTS and (held.stopped_at or left < 0):
        return "已结束", "done"
    unit = turn.unit
    if held.rule.unit == Length.HOUR:
        unit = "天"
    if held.stopped_at:
        late = held.is_late(today)
        return (f"已停止，晚了{-left}{unit}", "late") if late else ("已停止，按期", "done")
    if held.paused_on:
        return f"{held.paused_on.month}月{held.paused_on.day}日起暂停，等建议人补充", "none"
    if left < 0:
        return f"已逾期{-left}{unit}", "late"
    if left == 0 and held.due_on <= today:
        return "今天到期", "risk"
    return f"还有{left}{unit}", "risk" if left <= 2 else "calm"


def replies(user: "Person", suggestion: Suggestion) -> list[Reply]:
    """Versions of the answer, newest first. Drafts belong to the unit that writes them, until its head signs. One query
    and the user's roles on the item.
    """
    rows = suggestion.replies.select_related("unit", "drafted_by", "signed_by", "reviewed_by")
    own = {r.unit_id for r in access.roles_on(user, suggestion) if r.role in UNIT_ROLES}
    private = (Reply.State.DRAFT, Reply.State.AWAITING_SIGNATURE)
    return [r for r in rows.order_by("-number") if r.state not in private or r.unit_id in own]


def history(user: "Person", suggestion: Suggestion) -> list[timeline.Entry]:
    """The staff timeline. Who read contact data is shown to those who may see the audit, and to nobody else."""
    entries = timeline.timeline(suggestion, "staff")
    if is_unit_reader(user, suggestion):
        entries = [e for e in entries if e.name not in _AWAITED]
    if access.may(user, "see_audit", suggestion) is not None:
        return entries
    return [e for e in entries if e.name != "contact_read"]


_AWAITED = frozenset({"invite", "reopen_rating", "rating_reminded", "expire"})
"""Whether an author still has to rate is nothing a unit sees: nobody is pressed for a good word (process.md 7.1)."""


def without_window(
    user: "Person", suggestion: Suggestion, views: list[ClockView]
) -> list[ClockView]:
    """The clocks of an item without the evaluation window, for those who read it for a unit (process.md 7.1)."""
    if not is_unit_reader(user, suggestion):
        return views
    return [view for view in views if view.clock.kind != "K13"]


def grouped_hints(hints: Iterable[TriageHint]) -> list[tuple[str, list[TriageHint]]]:
    """Hints by kind, surest first, in the order a person decides: category, similar, topic, unit, personal data."""
    K = TriageHint.Kind
    held = list(hints)
    groups = [
        (str(kind.label), [h for h in held if h.kind == kind])
        for kind in (K.CATEGORY, K.SIMILAR, K.TOPIC, K.UNIT, K.SPAN)
    ]
    return [(label, rows) for label, rows in groups if rows]


OFFICE_ACTS = ("accept", "request_supplement", "supplement", "redirect", "refuse", "merge", "dispatch")  # fmt: skip
"""Rows of the case machine that have a form of their own (desk/acts.py)."""
_FIRST = {Case.REGISTERED: "accept", Case.ACCEPTED: "dispatch"}


def actions(
    user: "Person", suggestion: Suggestion, review: PublicationReview | None
) -> list[Action]:
    """What this user may do with the item now: rows of the state tables and acts of the matrix, and nothing else."""
    rows = {t.name: t for t in access.case_actions(user, suggestion)}
    held = [
        Action(n, rows[n].label, "desk:act", n, primary=_FIRST.get(Case(suggestion.status)) == n)
        for n in OFFICE_ACTS
        if n in rows
    ]
    held = [a for a in held if not hindrance(a.name, suggestion)]
    if {"pass_reply", "send_back"} & rows.keys():
        held.append(Action("review", "审核答复", "desk:review", primary=True))
    held += _unit_actions(user, suggestion)
    if review is not None and access.actor_for(user, suggestion, [Role.PUBLISHER]):
        second = review.state == PublicationReview.State.SECOND_CHECK
        mine = review.redacted_by_id == user.pk
        if not (second and mine):
            label = "复核公开稿" if second else "脱敏"
            held.append(
                Action("publication", label, "desk:publication", pk=review.pk, primary=True)
            )
    # The next step stands first; the order among the others is that of the tables.
    return sorted(held + _page_actions(user, suggestion), key=lambda a: not a.primary)


def _page_actions(user: "Person", suggestion: Suggestion) -> list[Action]:
    """What may be done about a page that was published: out of sight first, then back or away (process.md 9.2)."""
    if suggestion.publication in ON_PAGE and access.may_transition(user, "suspend", suggestion):
        return [Action("page_state", "暂停公开", "desk:page_state")]
    suspended = suggestion.publication == Page.SUSPENDED
    if suspended and access.may_transition(user, "resume_publication", suggestion):
        return [Action("page_state", "恢复或撤下公开页", "desk:page_state")]
    return []


def hindrance(name: str, suggestion: Suggestion) -> str:
    """Why a row that fits state and role cannot be taken all the same; "" when it can. What is hindered is not offered.

    At most one query, for an item that waits in triage.
    """
    if name == "dispatch" and suggestion.escalated_at is not None:
        return assignment.ESCALATED
    if name == "request_supplement" and hasattr(suggestion, "supplement"):
        return triage.ASKED_ONCE
    return deciding.WAITS if name in deciding.HELD_UP and deciding.pending(suggestion) else ""


def _unit_actions(user: "Person", suggestion: Suggestion) -> list[Action]:
    own = access.own_assignment(user, suggestion)
    if own is None:
        return []
    part, lead = Assignment(own.status), own.part == own.Part.LEAD
    if part == Assignment.PENDING:
        if access.may_transition(user, "unit_sign_in", suggestion):
            return [Action("sign_in", "签收", "desk:sign_in", primary=True)]
        return []
    if not lead:
        may = access.may(user, "give_opinion", suggestion)
        if may and part in (Assignment.SIGNED, Assignment.WORKING):
            return [Action("opinion", "写协办意见", "desk:opinion", primary=True)]
        return []
    if suggestion.status not in replying.WRITABLE_CASES:
        return []
    held = []
    if access.may(user, "draft_reply", suggestion):
        held.append(Action("reply", "起草答复", "desk:reply", primary=True))
    elif access.may_transition(user, "submit_reply", suggestion):
        held.append(Action("reply", "看答复稿并审签", "desk:reply", primary=True))
    return held
