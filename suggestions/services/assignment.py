"""Dispatch to one lead and any co-units, sign-in, co-opinions (process.md 4.1 T9, T10; 4.2)."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from suggestions import rules
from suggestions.actor import Actor
from suggestions.clock import local_date
from suggestions.errors import Invalid, NotAllowed
from suggestions.models import Assignment, Suggestion, TriageHint, Unit
from suggestions.services import clocks, transitions
from suggestions.states import Assignment as State
from suggestions.states import Case


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
    """Give an accepted item to exactly one lead unit and any co-units (T9; BJ 11, 14)."""
    others = [u for u in co_units if u.pk != lead.pk]
    for unit in (lead, *others):
        if not unit.is_active or unit.jurisdiction_id != suggestion.jurisdiction_id:
            raise Invalid({"lead": [f"“{unit.short_name}”不能承办这件建议，请另选单位。"]})
    names = "、".join(u.short_name for u in others)
    with transaction.atomic():
        transitions.apply(
            suggestion, "dispatch", actor=actor, at=at, reason=note,
            fields={"lead_unit": lead, "dispatched_at": at},
            data={
                "lead": lead.short_name, "co": [u.short_name for u in others],
                "with_co": f"，{names}协办" if names else "", "basis": basis,
            },
        )  # fmt: skip
        for unit, part in (
            (lead, Assignment.Part.LEAD),
            *((u, Assignment.Part.CO) for u in others),
        ):
            assignment = Assignment(
                suggestion=suggestion, unit=unit, part=part, basis=basis, note=note, assigned_at=at
            )
            transitions.begin(
                assignment, "assign", actor=actor, at=at,
                data={"unit": unit.short_name, "role_label": str(Assignment.Part(part).label)},
            )  # fmt: skip
            if part == Assignment.Part.CO:
                clocks.start(suggestion, "K9", at=at, assignment=assignment)
        hints = TriageHint.objects.filter(suggestion=suggestion, kind=TriageHint.Kind.UNIT)
        hints.filter(value=lead.code).update(followed=True)
        hints.exclude(value=lead.code).update(followed=False)
    return suggestion


def sign_in(*, assignment: Assignment, actor: Actor, at: datetime) -> Assignment:
    """A unit confirms receipt; the lead's sign-in starts the handling (T10)."""
    _own(assignment, actor)
    data = {"unit": assignment.unit.short_name}
    with transaction.atomic():
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
    today = local_date(at)
    waiting = suggestion.assignments.filter(
        part=Assignment.Part.CO, status__in=(State.PENDING, State.SIGNED, State.WORKING)
    ).select_related("unit")
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
