"""Dispatch to one lead and any co-units, change of hands, sign-in (process.md 4.1 T9, T10; 4.2)."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from suggestions import one_look, rules
from suggestions.actor import Actor
from suggestions.clock import local_date
from suggestions.errors import DomainError, Invalid, NotAllowed, WrongState
from suggestions.models import (
    Assignment,
    JurisdictionDispute,
    Reply,
    Suggestion,
    TriageHint,
    Unit,
)
from suggestions.services import clocks, eligible, hinted, transitions
from suggestions.states import ACTIVE_ASSIGNMENT, Case
from suggestions.states import Assignment as State
from suggestions.states.machines import Jurisdiction as Dispute

ESCALATED = "这件已经退办多次，不能再交办，由督办员最终指定承办单位。"


def dispatch(
    *,
    suggestion: Suggestion,
    lead: Unit,
    co_units: Sequence[Unit] = (),
    actor: Actor,
    at: datetime,
    note: str = "",
    basis: str = "",
) -> Suggestion:
    """Give an accepted item to exactly one lead unit and any co-units (T9; BJ 11, 14).

    An item that units kept handing back is no longer dispatched but designated by a supervisor (`designate`).
    """
    if suggestion.escalated_at is not None:
        raise DomainError(ESCALATED)
    _hand_out(suggestion, "dispatch", lead, co_units, actor, at, note=note, basis=basis)
    hinted.note_choices(suggestion, {TriageHint.Kind.UNIT: lead.code}, at=at)
    return suggestion


def designate(
    *,
    suggestion: Suggestion,
    lead: Unit,
    co_units: Sequence[Unit] = (),
    reason: str,
    actor: Actor,
    at: datetime,
    basis: str = "",
) -> Suggestion:
    """The arbiter names the lead for good: this unit cannot return the item (4.2; WF 22; "no third bounce")."""
    if suggestion.escalated_at is None:
        raise DomainError("还没有到要督办员指定的程度，由分办员交办。")
    _hand_out(
        suggestion, "designate", lead, co_units, actor, at,
        note=rules.clean_text(reason), basis=basis, final=True,
    )  # fmt: skip
    return suggestion


def _hand_out(
    suggestion: Suggestion,
    name: str,
    lead: Unit,
    co_units: Sequence[Unit],
    actor: Actor,
    at: datetime,
    *,
    note: str,
    basis: str,
    final: bool = False,
) -> None:
    others = [u for u in co_units if u.pk != lead.pk]
    eligible.check(suggestion, lead, others)
    names = "、".join(u.short_name for u in others)
    final = final or settled_unit_id(suggestion) == lead.pk
    with transitions.act(suggestion):
        transitions.apply(
            suggestion, name, actor=actor, at=at, reason=note,
            # The first hand-out counts in figures; what follows is the same handling in other hands.
            fields={"lead_unit": lead, "dispatched_at": suggestion.dispatched_at or at},
            data={
                "lead": lead.short_name, "co": [u.short_name for u in others],
                "with_co": f"，{names}协办" if names else "", "basis": basis,
            },
        )  # fmt: skip
        # Co-units of an earlier hand-out go on with what they have, unless they are not wanted any more.
        kept = set()
        for part in active_parts(suggestion):
            if part.unit_id in {u.pk for u in others}:
                kept.add(part.unit_id)
            else:
                _recall(part, actor, at)
        _assign(
            suggestion, lead, Assignment.Part.LEAD, actor, at, note=note, basis=basis, final=final
        )
        for unit in others:
            if unit.pk not in kept:
                _assign(suggestion, unit, Assignment.Part.CO, actor, at, note=note, basis=basis)
        clocks.hand_over(suggestion, lead)


def reassign(
    *,
    suggestion: Suggestion,
    to: Unit,
    reason: str,
    actor: Actor,
    at: datetime,
    basis: str = "",
) -> Suggestion:
    """Move the lead to another unit, with a reason (改派, 4.2). The author's date stays; the new lead signs in anew."""
    lead = active_lead(suggestion)
    if lead is None:
        raise WrongState
    if lead.status == State.OBJECTED:
        raise DomainError("主办单位提出了退办，请先决定退办异议，再改派。")
    if to.pk == lead.unit_id:
        raise Invalid({"to": ["现在就是这个单位主办。"]})
    if suggestion.escalated_at is not None and not lead.is_final:
        raise DomainError("这件由督办员最终指定承办单位。")
    why = eligible.why_not(suggestion, to, as_lead=True)
    if why:
        raise Invalid({"to": [why]})
    final = settled_unit_id(suggestion) == to.pk
    reason = rules.clean_text(reason)
    with transitions.act(suggestion):
        transitions.apply(
            suggestion, "reassign", actor=actor, at=at, reason=reason, fields={"lead_unit": to},
            data={"lead": to.short_name, "from": lead.unit.short_name, "basis": basis},
        )  # fmt: skip
        transitions.apply(
            lead, "reassign_part", actor=actor, at=at, reason=reason,
            data={"unit": lead.unit.short_name, "to": to.short_name},
        )  # fmt: skip
        set_aside_draft(suggestion, lead.unit)
        for part in active_parts(suggestion):
            if part.unit_id == to.pk:
                _recall(part, actor, at)
        _assign(
            suggestion, to, Assignment.Part.LEAD, actor, at, note=reason, basis=basis, final=final
        )
        clocks.hand_over(suggestion, to)
    return suggestion


def take_back(*, suggestion: Suggestion, reason: str, actor: Actor, at: datetime) -> Suggestion:
    """The office takes the item back from its lead to give it out anew (收回, 4.2). K7 runs on."""
    lead = active_lead(suggestion)
    if lead is None:
        raise WrongState
    with transitions.act(suggestion):
        withdraw_lead(lead, "recall", actor=actor, at=at, reason=rules.clean_text(reason))
    return suggestion


def withdraw_lead(
    lead: Assignment,
    part_row: str,
    *,
    actor: Actor,
    at: datetime,
    reason: str,
    returned: bool = False,
) -> None:
    """End a lead by a row of the assignment machine and put the case back to be dispatched anew. In a transaction."""
    suggestion, unit = lead.suggestion, lead.unit
    data = {"unit": unit.short_name}
    transitions.apply(lead, part_row, actor=actor, at=at, reason=reason, data=data)
    fields = {"lead_unit": None, "return_count": suggestion.return_count + int(returned)}
    transitions.apply(
        suggestion, "take_back", actor=actor, at=at, reason=reason, data=data, fields=fields
    )
    set_aside_draft(suggestion, unit)


def add_co_unit(
    *, suggestion: Suggestion, unit: Unit, note: str, actor: Actor, at: datetime
) -> Assignment:
    """Bring in another co-unit while the item is being handled (BJ 14). Its own K4, K5 and K9 start now."""
    if suggestion.status not in (Case.DISPATCHED, Case.HANDLING, Case.RECTIFYING, Case.REOPENED):
        raise WrongState
    why = eligible.why_not(suggestion, unit, as_lead=False)
    if not why and any(p.unit_id == unit.pk for p in active_parts(suggestion)):
        why = f"“{unit.short_name}”已经在承办这件建议。"
    if why:
        raise Invalid({"unit": [why]})
    with transaction.atomic():
        return _assign(
            suggestion, unit, Assignment.Part.CO, actor, at, note=rules.clean_text(note), basis=""
        )


def remove_co_unit(
    *, assignment: Assignment, reason: str, actor: Actor, at: datetime
) -> Assignment:
    """Let a co-unit go, with a reason; what it wrote stays in the record."""
    reason = rules.clean_text(reason)
    if assignment.part != Assignment.Part.CO:
        raise Invalid({"assignment": ["主办单位不能这样去掉，请改派或收回。"]})
    if not reason:
        raise Invalid({"reason": ["请写明为什么不用它协办了。"]})
    with transaction.atomic():
        _recall(assignment, actor, at, reason)
    return assignment


@one_look.once
def active_parts(suggestion: Suggestion) -> list[Assignment]:
    """All parts units hold now, each tied to this very object. One query."""
    held = list(suggestion.assignments.filter(status__in=ACTIVE_ASSIGNMENT).select_related("unit"))
    for part in held:
        part.suggestion = suggestion
    return held


def active_lead(suggestion: Suggestion) -> Assignment | None:
    """The lead's part, or None while nobody leads."""
    return lead_of(active_parts(suggestion))


def lead_of(parts: Sequence[Assignment]) -> Assignment | None:
    """The lead's part among the active ones."""
    return next((p for p in parts if p.part == Assignment.Part.LEAD), None)


def settled_unit_id(suggestion: Suggestion) -> int | None:
    """The unit a dispute of competence ended with: what is given to it cannot be returned (XF 24)."""
    return (
        JurisdictionDispute.objects.filter(suggestion=suggestion, status=Dispute.SETTLED)
        .order_by("-pk")
        .values_list("result_unit_id", flat=True)
        .first()
    )


def set_aside_draft(suggestion: Suggestion, unit: Unit) -> None:
    """A unit that no longer leads leaves no open draft behind for the next one to sign."""
    State = Reply.State
    Reply.objects.filter(
        suggestion=suggestion, unit=unit, state__in=(State.DRAFT, State.AWAITING_SIGNATURE)
    ).update(state=State.SENT_BACK, review_note="承办单位变了，这一稿不再使用。")


def _assign(
    suggestion: Suggestion,
    unit: Unit,
    part: str,
    actor: Actor,
    at: datetime,
    *,
    note: str,
    basis: str,
    final: bool = False,
) -> Assignment:
    assignment = Assignment(
        suggestion=suggestion, unit=unit, part=part, basis=basis, note=note, assigned_at=at,
        is_final=final,
    )  # fmt: skip
    transitions.begin(
        assignment, "assign", actor=actor, at=at,
        data={"unit": unit.short_name, "role_label": str(Assignment.Part(part).label)},
    )  # fmt: skip
    if part == Assignment.Part.CO:
        clocks.start(suggestion, "K9", at=at, assignment=assignment)
    return assignment


def _recall(part: Assignment, actor: Actor, at: datetime, reason: str = "") -> None:
    data = {"unit": part.unit.short_name}
    transitions.apply(part, "recall", actor=actor, at=at, reason=reason, data=data)


def sign_in(*, assignment: Assignment, actor: Actor, at: datetime) -> Assignment:
    """A unit confirms receipt; the lead's sign-in starts the handling (T10)."""
    _own(assignment, actor)
    data = {"unit": assignment.unit.short_name}
    with transitions.act(assignment.suggestion):
        transitions.apply(
            assignment,
            "unit_sign_in",
            actor=actor,
            at=at,
            data=data,
            fields={"signed_at": at, "handler": actor.user},
        )
        transitions.apply(assignment, "start_work", actor=actor, at=at, data=data)
        suggestion = assignment.suggestion
        if assignment.part == Assignment.Part.LEAD and suggestion.status == Case.DISPATCHED:
            transitions.apply(suggestion, "sign_in", actor=actor, at=at, data=data)
    return assignment


def give_opinion(*, assignment: Assignment, opinion: str, actor: Actor, at: datetime) -> Assignment:
    """A co-unit's opinion to the lead (BJ 14); K9 stops."""
    _own(assignment, actor)
    opinion = rules.clean_text(opinion)
    if not opinion:
        raise Invalid({"opinion": ["请写协办意见。"]})
    if assignment.part != Assignment.Part.CO:
        raise Invalid({"opinion": ["主办单位直接起草答复，不填协办意见。"]})
    with transaction.atomic():
        transitions.apply(
            assignment, "submit_work", actor=actor, at=at, data={"unit": assignment.unit.short_name},
            fields={"opinion": opinion, "submitted_at": at},
        )  # fmt: skip
    return assignment


def waiting_co_units(suggestion: Suggestion, *, at: datetime) -> list[Assignment]:
    """Co-units whose opinion is neither in nor overdue: the lead has to wait for these (T11 guard)."""
    return still_waiting(active_parts(suggestion), suggestion, at=at)


def still_waiting(
    parts: Sequence[Assignment], suggestion: Suggestion, *, at: datetime
) -> list[Assignment]:
    """`waiting_co_units` of the active parts at hand. One query, none without a co-unit that has yet to answer."""
    today = local_date(at)
    open_states = (State.PENDING, State.SIGNED, State.WORKING, State.OBJECTED)
    waiting = [a for a in parts if a.part == Assignment.Part.CO and a.status in open_states]
    if not waiting:
        return []
    late = set(
        suggestion.clocks.filter(kind="K9", stopped_at=None, due_on__lt=today).values_list(
            "assignment_id", flat=True
        )
    )
    return [a for a in waiting if a.pk not in late]


def _own(assignment: Assignment, actor: Actor) -> None:
    """A unit acts only on its own assignment (process.md 2.2, scope d)."""
    if actor.unit is None or actor.unit.pk != assignment.unit_id:
        raise NotAllowed("这件建议不是交给您单位的。")
