"""A later date for an answer (延期, K8; process.md 4.2; model XF 34; BJ 15): asked for in time, once, for a stated reason."""

from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction

from suggestions import clock as counting
from suggestions import rules
from suggestions.actor import Actor
from suggestions.clock import local_date
from suggestions.errors import DomainError, Invalid, NotAllowed
from suggestions.models import Assignment, Clock, Extension, Suggestion
from suggestions.services import clocks, records, transitions
from suggestions.states import ACTIVE_ASSIGNMENT, OPEN, Case, Visibility
from suggestions.states.machines import Extension as State

KINDS = counting.ANSWER_KINDS
"""Handling clocks that may be extended: every limit for an answer, also a consultation's and a complaint's (K7c, K7d).

Section 5 sets the extension for any assignment (K8: once, at most 30 days, before expiry) and takes out one clock by
name, the rectification (K15: no extension). The hotline rules behind K7c and K7d (GD) say nothing against it.
"""


def clock_of(suggestion: Suggestion) -> Clock | None:
    """The running clock an extension would move. One query."""
    return (
        Clock.objects.filter(
            suggestion=suggestion, kind__in=KINDS, assignment=None, stopped_at=None
        )
        .select_related("rule")
        .first()
    )


def days_max(*, on: date) -> int:
    """How many calendar days later at most, by the rule in force (K8)."""
    return clocks.current_rule("K8", on=on).length


def why_not(assignment: Assignment, *, on: date) -> str:
    """Why this unit cannot ask for a later date now, in a sentence for it; "" when it can."""
    if assignment.part != Assignment.Part.LEAD:
        return "只有主办单位可以申请延期。协办意见来不及，请写进展说明。"
    status = assignment.suggestion.status
    if status == Case.RECTIFYING:
        return "限期整改不能延期。"
    if status not in (Case.DISPATCHED, Case.HANDLING, Case.REOPENED):
        return "这件现在的状态不能申请延期。"
    held = assignment.extensions.filter(status__in=(State.REQUESTED, State.GRANTED)).first()
    if held is not None:
        waiting = held.status == State.REQUESTED
        return "已经申请了延期，正等决定。" if waiting else "已经延期一次，不能再延。"
    clock = clock_of(assignment.suggestion)
    if clock is None:
        return "这件没有在走的办理时限。"
    if clock.fixed_on is not None:
        return "这件已经延过一次，不能再延。"
    if clock.paused_on is not None:
        return "时限正在暂停，恢复计时以后再申请。"
    if clock.due_on < on:
        return (
            f"延期要在期限前申请，{clock.due_on.month}月{clock.due_on.day}日已经过了。请尽快答复。"
        )
    return ""


def request(
    *, assignment: Assignment, reason: str, new_due: date, actor: Actor, at: datetime
) -> Extension:
    """The unit's head asks, before the date passes, for one at most the days of K8 later, with a reason the author will read.

    Raises NotAllowed, DomainError (too late, once only), Invalid.
    """
    if actor.unit is None or actor.unit.pk != assignment.unit_id:
        raise NotAllowed("这件建议不是交给您单位的。")
    why = why_not(assignment, on=local_date(at))
    if why:
        raise DomainError(why)
    suggestion = assignment.suggestion
    clock = clock_of(suggestion)
    assert clock is not None
    reason = rules.clean_text(reason)
    errors: dict[str, list[str]] = {}
    if not reason:
        errors["reason"] = ["请写明为什么要延期，建议人会看到。"]
    most = days_max(on=local_date(at))
    last = clock.due_on + timedelta(days=most)
    if not clock.due_on < new_due <= last:
        errors["new_due"] = [
            f"最多延{most}天：请填{_day(clock.due_on)}之后、{_day(last)}（含）之前的日期。"
        ]
    if errors:
        raise Invalid(errors)
    extension = Extension(
        suggestion=suggestion, jurisdiction=suggestion.jurisdiction, assignment=assignment,
        unit=assignment.unit, reason=reason, old_due_on=clock.due_on, new_due_on=new_due,
        requested_by=actor.user, requested_at=at,  # type: ignore[misc]
    )  # fmt: skip
    data = {"unit": assignment.unit.short_name, "day": _day(new_due)}
    try:
        with transaction.atomic():
            records.begin(
                extension, "request_extension", actor=actor, at=at, reason=reason, data=data,
                suggestion=suggestion,
            )  # fmt: skip
            transitions.note(
                suggestion, "extension_requested", actor=actor, at=at, reason=reason,
                words=f"{data['unit']}申请延到{data['day']}", data={"extension": extension.pk},
            )  # fmt: skip
    except IntegrityError as error:
        raise DomainError("这个单位已经申请过延期。") from error
    return extension


def grant(*, extension: Extension, actor: Actor, at: datetime, note: str = "") -> Extension:
    """The office agrees: the date moves, the old one is kept beside it, and the author is told both and the reason (K8)."""
    suggestion, day = extension.suggestion, _day(extension.new_due_on)
    clock = clock_of(suggestion)
    if clock is None:
        raise DomainError("这件的办理时限已经停了，不用再延期。")
    with transaction.atomic():
        records.move(
            extension, "grant_extension", actor=actor, at=at, reason=rules.clean_text(note),
            data={"day": day}, suggestion=suggestion,
            fields={"decided_by": actor.user, "decided_at": at, "decision_note": rules.clean_text(note)},
        )  # fmt: skip
        # What counts is that it was asked for in time. A pause since then moved the date; the days granted stay the same.
        clocks.extend(
            clock, until=clock.due_on + timedelta(days=extension.days), at=extension.requested_at
        )
        transitions.note(
            suggestion, "extended", actor=actor, at=at, visibility=Visibility.AUTHOR,
            words=f"{extension.unit.short_name}办理延期到{day}（原定{_day(extension.old_due_on)}）。理由：{extension.reason}",
            fields=clocks.case_due_fields(suggestion), notify=("author.extended",),
            data={"old": extension.old_due_on.isoformat(), "new": extension.new_due_on.isoformat()},
        )  # fmt: skip
    return extension


def deny(*, extension: Extension, reason: str, actor: Actor, at: datetime) -> Extension:
    """The office does not agree; the date stands."""
    reason = rules.clean_text(reason)
    if not reason:
        raise Invalid({"reason": ["请写明为什么不同意延期。"]})
    with transaction.atomic():
        records.move(
            extension, "deny_extension", actor=actor, at=at, reason=reason, suggestion=extension.suggestion,
            fields={"decided_by": actor.user, "decided_at": at, "decision_note": reason},
        )  # fmt: skip
        transitions.note(
            extension.suggestion, "extension_denied", actor=actor, at=at, reason=reason,
            words=f"不同意{extension.unit.short_name}延期", data={"extension": extension.pk},
        )  # fmt: skip
    return extension


def drop_overtaken(*, now: datetime) -> int:
    """Sweep: requests of units that no longer have the item, because it ended or went to somebody else."""
    overtaken = Extension.objects.filter(status=State.REQUESTED).exclude(
        suggestion__status__in=OPEN, assignment__status__in=ACTIVE_ASSIGNMENT
    )
    done = 0
    for extension in overtaken.select_related("suggestion", "jurisdiction")[:500]:
        try:
            with transaction.atomic():
                records.move(
                    extension, "lapse_extension", actor=Actor.system(), at=now,
                    suggestion=extension.suggestion,
                )  # fmt: skip
                transitions.note(
                    extension.suggestion, "extension_lapsed", actor=Actor.system(), at=now,
                    words="延期申请失效，已不归这个单位办", data={"extension": extension.pk},
                )  # fmt: skip
        except DomainError:
            continue  # Somebody decided at the same moment; the next sweep looks again.
        done += 1
    return done


def waiting(suggestion: Suggestion) -> Extension | None:
    """The request that waits for a decision. One query."""
    found = (
        Extension.objects.filter(suggestion=suggestion, status=State.REQUESTED)
        .select_related("unit", "requested_by", "assignment")
        .first()
    )
    if found is not None:
        found.suggestion = suggestion
    return found


def _day(day: date) -> str:
    return f"{day.month}月{day.day}日"
