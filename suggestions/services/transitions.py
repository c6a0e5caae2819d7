"""The only writer of states (invariant 2). Every change is one row of states/, one event, one transaction."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, models, transaction
from django.db.models import F

from suggestions import content, outbox, states
from suggestions.actor import Actor, acting_for
from suggestions.errors import ChangedMeanwhile, DomainError, NotAllowed, WrongState
from suggestions.models import Adoption, Assignment, CaseEvent, Clock, Suggestion
from suggestions.models.event import event_hash, seal
from suggestions.services import clocks
from suggestions.states import Machine, Transition, Visibility

_FIELD = {
    Machine.CASE: "status",
    Machine.PUBLICATION: "publication",
    Machine.EVALUATION: "evaluation_state",
    Machine.ASSIGNMENT: "status",
    Machine.ADOPTION: "status",
}

_LOCK = "SELECT version FROM suggestions_suggestion WHERE id = %s FOR NO KEY UPDATE"


def apply(
    target: Suggestion | Assignment | Adoption,
    name: str,
    *,
    actor: Actor,
    at: datetime,
    reason: str = "",
    data: dict[str, Any] | None = None,
    fields: dict[str, Any] | None = None,
) -> CaseEvent:
    """Take the row called `name`: check role and state, write state and event, set clocks, queue effects.

    `fields` are written in the same conditional UPDATE as the state; `data` is kept in the event and fills its words.
    Raises WrongState, NotAllowed, ChangedMeanwhile (somebody was first), DomainError (a reason is missing).
    Source: process.md section 4.
    """
    row = states.BY_NAME[name]
    field = _FIELD[row.machine]
    current: str = getattr(target, field)
    _check(row, current, actor, reason)
    with transaction.atomic(savepoint=False), outbox.together():
        _hold(target if isinstance(target, Suggestion) else target.suggestion)
        if isinstance(target, Suggestion):
            due = clocks.take_effect(target, row, at=at, holder=(fields or {}).get("lead_unit"))
            event = _write(
                target,
                row,
                current,
                actor,
                at,
                reason,
                data or {},
                {field: row.to, **due, **(fields or {})},
            )
        else:
            _update_part(target, field, current, row.to, fields or {})
            part = target if isinstance(target, Assignment) else None
            keeper = None if part else target.unit
            due = clocks.take_effect(target.suggestion, row, at=at, assignment=part, holder=keeper)
            event = _write(target.suggestion, row, current, actor, at, reason, data or {}, due)
        _queue_effects(event.suggestion, row, event)
    return event


@dataclass(frozen=True, slots=True)
class Step:
    """One row that a new case takes: its name, who takes it, the moment, and what the event keeps."""

    name: str
    actor: Actor
    at: datetime
    data: dict[str, Any]


def enter(
    suggestion: Suggestion, steps: Sequence[Step], *, last: Callable[[], dict[str, Any]]
) -> list[CaseEvent]:
    """Take a case that this transaction created through its first rows at once: what `apply` does for each of them, in
    five statements whatever their number.

    Nobody else can see the case, so nothing is locked and nothing is read. `last` gives further fields and is called
    right before they are written, at the end: what it locks is locked for the shortest time.
    """
    rows = [states.BY_NAME[step.name] for step in steps]
    version, status, events = suggestion.version, suggestion.status, list[CaseEvent]()
    current: str = status
    for row, step in zip(rows, steps, strict=True):
        _check(row, current, step.actor, "")
        current = row.to
    with transaction.atomic(savepoint=False), outbox.together():
        started, due = clocks.of_new(
            suggestion, [(r, s.at) for r, s in zip(rows, steps, strict=True)]
        )
        for row, step in zip(rows, steps, strict=True):
            event = _event(suggestion, row, suggestion.status, step.actor, step.at, "", step.data)
            _adopt(suggestion, {"status": row.to, "event_seq": event.seq, "event_head": event.hash})
            events.append(event)
        Clock.objects.bulk_create(started)
        CaseEvent.objects.bulk_create(events)
        for row, event in zip(rows, events, strict=True):
            _queue_effects(suggestion, row, event)
        changes = {
            "status": suggestion.status, "public_group": states.public_group(suggestion.status), "version": version + len(rows),
            "event_seq": suggestion.event_seq, "event_head": suggestion.event_head, **due, **last(),
        }  # fmt: skip
        held = Suggestion.objects.filter(pk=suggestion.pk, version=version, status=status)
        if not held.update(**changes):
            raise ChangedMeanwhile
        _adopt(suggestion, changes)
    return events


def begin(
    part: Assignment | Adoption,
    name: str,
    *,
    actor: Actor,
    at: datetime,
    data: dict[str, Any] | None = None,
) -> CaseEvent:
    """Create a part of a case (an assignment, an adoption) in the first state of its machine, with its event."""
    row = states.BY_NAME[name]
    _check(row, "", actor, "")
    with transaction.atomic(savepoint=False), outbox.together():
        _hold(part.suggestion)
        part.status = row.to
        part.save()
        owner = part if isinstance(part, Assignment) else None
        due = clocks.take_effect(part.suggestion, row, at=at, assignment=owner)
        event = _write(part.suggestion, row, "", actor, at, "", data or {}, due)
        _queue_effects(event.suggestion, row, event)
    return event


def note(
    suggestion: Suggestion,
    name: str,
    *,
    actor: Actor,
    at: datetime,
    words: str = "",
    reason: str = "",
    data: dict[str, Any] | None = None,
    visibility: Visibility = Visibility.STAFF,
    fields: dict[str, Any] | None = None,
    notify: tuple[str, ...] = (),
) -> CaseEvent:
    """Record an act that changes no state (a draft saved, contact data read, a date moved); `notify` names notices."""
    row = Transition(
        Machine.NOTE, name, (), "", (actor.role,), words, words, visibility, notify=notify
    )
    with transaction.atomic(savepoint=False), outbox.together():
        _hold(suggestion)
        event = _write(
            suggestion, row, "", actor, at, reason, data or {}, fields or {}, words=words
        )
        _queue_effects(suggestion, row, event)
    return event


def _hold(suggestion: Suggestion) -> None:
    """Lock the case before its parts and clocks, always in this order, so that two people at once queue instead of
    colliding half-way. SQLite's writers queue by themselves.
    """
    if suggestion.pk is None or not connection.features.has_select_for_update:
        return
    # Every act takes this lock: written out, for the query builder costs more than the query.
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [suggestion.pk])
        if cursor.fetchone() != (suggestion.version,):
            raise ChangedMeanwhile


def _check(row: Transition, current: str, actor: Actor, reason: str) -> None:
    if current not in row.from_:
        raise WrongState
    if actor.role not in row.roles:
        raise NotAllowed
    if row.reason_required and not reason.strip():
        raise DomainError("请写明理由。")


def _update_part(
    part: Assignment | Adoption, field: str, current: str, to: str, fields: dict[str, Any]
) -> None:
    changed = (
        type(part)
        .objects.filter(pk=part.pk, version=part.version, **{field: current})
        .update(**{field: to, "version": F("version") + 1, **fields})
    )
    if not changed:
        raise ChangedMeanwhile
    _adopt(part, {field: to, "version": part.version + 1, **fields})


def _write(
    suggestion: Suggestion,
    row: Transition,
    current: str,
    actor: Actor,
    at: datetime,
    reason: str,
    data: dict[str, Any],
    fields: dict[str, Any],
    words: str | None = None,
) -> CaseEvent:
    """The event, and the suggestion's conditional UPDATE that carries state, chain head and version together."""
    event = _event(suggestion, row, current, actor, at, reason, data, words)
    changes = {**fields, "event_seq": event.seq, "event_head": event.hash}
    if "status" in fields:
        changes["public_group"] = states.public_group(fields["status"])
    changed = Suggestion.objects.filter(pk=suggestion.pk, version=suggestion.version).update(
        version=F("version") + 1, **changes
    )
    if not changed:
        raise ChangedMeanwhile
    was_public = suggestion.is_public
    _adopt(suggestion, {**changes, "version": suggestion.version + 1})
    event.save(force_insert=True)
    if was_public or suggestion.is_public:
        outbox.enqueue(
            outbox.INDEX,
            {"type": "suggestion", "id": suggestion.pk},
            key=f"suggestion:{suggestion.pk}",
        )
        content.bump_after_commit()
    return event


def _event(
    suggestion: Suggestion,
    row: Transition,
    current: str,
    actor: Actor,
    at: datetime,
    reason: str,
    data: dict[str, Any],
    words: str | None = None,
) -> CaseEvent:
    """The next event of the case's chain, not stored."""
    filled = words if words is not None else row.said(data)
    facts: dict[str, Any] = {
        "suggestion_id": suggestion.pk,
        "seq": suggestion.event_seq + 1,
        "machine": str(row.machine),
        "name": row.name,
        "from_state": str(current),
        "to_state": str(row.to),
        "actor_id": actor.user.pk if actor.user else None,
        "role": actor.role,
        "unit_id": actor.unit.pk if actor.unit else None,
        "words": filled,
        "reason": reason,
        "data": acting_for(actor, data),
        "visibility": str(row.visibility),
        "prev_hash": suggestion.event_head,
    }
    sealed = seal(facts)
    digest = event_hash(at=at, text_digest=sealed["text_digest"], **facts)
    event = CaseEvent(at=at, hash=digest, **facts, **sealed)
    event.suggestion = suggestion
    return event


def _queue_effects(suggestion: Suggestion, row: Transition, event: CaseEvent) -> None:
    for code in row.notify:
        kind = outbox.AUTHOR_NOTICE if code.startswith("author.") else outbox.STAFF_NOTICE
        outbox.enqueue(
            kind,
            {"code": code, "suggestion": suggestion.pk, "event": event.pk},
            key=f"{code}:{suggestion.pk}:{event.seq}",
        )


def _adopt(instance: models.Model, values: dict[str, Any]) -> None:
    """Let the object in hand show what the UPDATE wrote."""
    for name, value in values.items():
        setattr(instance, name, value)
