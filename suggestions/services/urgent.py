"""Urgent and critical matters: leaders and supervisors hear of them at once (process.md 4.6; XF 22(1), 25; BJ 29).

The portal informs and keeps the time (K23, two hours); it commands nobody.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from suggestions import one_look, outbox, rules
from suggestions.actor import Actor
from suggestions.codes import Urgency
from suggestions.errors import DomainError, Invalid
from suggestions.models import Clock, Suggestion
from suggestions.services import clocks, transitions
from suggestions.states import OPEN

KIND = "K23"


def flag(
    *, suggestion: Suggestion, level: str, reason: str, actor: Actor, at: datetime
) -> Suggestion:
    """Set how urgent an open item is, with a reason. Urgent and critical alert leaders and supervisors and start K23;
    back to normal ends the alert.
    """
    reason = rules.clean_text(reason)
    if level not in Urgency.values:
        raise Invalid({"level": ["请选紧急程度。"]})
    if not reason:
        raise Invalid({"reason": ["请写明为什么，收到提醒的人要据此判断。"]})
    if suggestion.status not in OPEN:
        raise DomainError("这件已经不在办理中，不用再标紧急程度。")
    if level == suggestion.urgency:
        raise Invalid({"level": ["现在就是这个程度。"]})
    with transaction.atomic():
        transitions.note(
            suggestion, "urgency", actor=actor, at=at, reason=reason, fields={"urgency": level},
            words=f"紧急程度定为“{Urgency(level).label}”", data={"urgency": str(level)},
        )  # fmt: skip
        if level == Urgency.NORMAL:
            _stop(suggestion, at, "urgency_lowered")
        else:
            alert(suggestion=suggestion, level=level, actor=actor, at=at)
    return suggestion


def alert(*, suggestion: Suggestion, level: str, actor: Actor, at: datetime) -> None:
    """Tell leaders and supervisors, and start K23 unless it runs. Inside the caller's transaction."""
    if not _running(suggestion).exists():
        clocks.start(suggestion, KIND, at=at)
    outbox.enqueue(
        outbox.STAFF_NOTICE,
        {"code": "staff.urgent", "suggestion": suggestion.pk, "level": str(level)},
        key=f"staff.urgent:{suggestion.pk}:{level}:{suggestion.event_seq}",
    )


def report(*, suggestion: Suggestion, note: str, actor: Actor, at: datetime) -> Suggestion:
    """A leader or supervisor confirms having been told; K23 stops (XF 25). Says what was arranged, if anything."""
    if not _running(suggestion).exists():
        raise DomainError("没有等着报告的紧急提醒。")
    with transaction.atomic():
        transitions.note(
            suggestion, "urgency_reported", actor=actor, at=at, reason=rules.clean_text(note),
            words="紧急情况已报告到人",
        )  # fmt: skip
        _stop(suggestion, at, "urgency_reported")
    return suggestion


@one_look.once
def is_waiting(suggestion: Suggestion) -> bool:
    """Whether an alert has not been confirmed yet. One query."""
    return _running(suggestion).exists()


def _running(suggestion: Suggestion) -> QuerySet[Clock]:
    return Clock.objects.filter(suggestion=suggestion, kind=KIND, stopped_at=None)


def _stop(suggestion: Suggestion, at: datetime, why: str) -> None:
    _running(suggestion).update(stopped_at=at, stop_reason=why)
