"""The only writer of the states of records: hearings, orders, mandates, awards (invariant 2, as for cases).

A record that concerns a case tells the case's own chain as well through `transitions.note`, in the caller's transaction.
"""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from suggestions import content, outbox, states
from suggestions.actor import Actor, acting_for
from suggestions.errors import ChangedMeanwhile, DomainError, NotAllowed, WrongState
from suggestions.models import RecordEvent, Suggestion, Unit
from suggestions.models.event import event_hash, seal
from suggestions.models.record import Record
from suggestions.services import clocks
from suggestions.states import Machine, Transition, Visibility


def begin(
    record: Record,
    name: str,
    *,
    actor: Actor,
    at: datetime,
    reason: str = "",
    data: dict[str, Any] | None = None,
    suggestion: Suggestion | None = None,
    holder: Unit | None = None,
) -> RecordEvent:
    """Save a new record in the state its row leads to, with its first event and clocks.

    Raises NotAllowed, DomainError (a reason is missing).
    """
    row = _check(name, "", record, actor, reason)
    with transaction.atomic():
        record.status = row.to
        record.save()
        return _write(record, row, "", actor, at, reason, data or {}, {}, suggestion, holder)


def move(
    record: Record,
    name: str,
    *,
    actor: Actor,
    at: datetime,
    reason: str = "",
    data: dict[str, Any] | None = None,
    fields: dict[str, Any] | None = None,
    suggestion: Suggestion | None = None,
    holder: Unit | None = None,
) -> RecordEvent:
    """Take the row called `name`: check role and state, write state, fields and event, set clocks, queue notices.

    Raises WrongState, NotAllowed, ChangedMeanwhile (somebody was first), DomainError (a reason is missing).
    """
    current = record.status
    row = _check(name, current, record, actor, reason)
    with transaction.atomic():
        return _write(
            record, row, current, actor, at, reason, data or {},
            {"status": row.to, **(fields or {})}, suggestion, holder,
        )  # fmt: skip


def note(
    record: Record,
    name: str,
    *,
    actor: Actor,
    at: datetime,
    words: str,
    reason: str = "",
    data: dict[str, Any] | None = None,
    fields: dict[str, Any] | None = None,
    suggestion: Suggestion | None = None,
    visibility: Visibility = Visibility.STAFF,
) -> RecordEvent:
    """Record an act that changes no state."""
    row = Transition(Machine.NOTE, name, (), "", (actor.role,), words, words, visibility)
    with transaction.atomic():
        return _write(
            record, row, "", actor, at, reason, data or {}, fields or {}, suggestion, None
        )


def _check(name: str, current: str, record: Record, actor: Actor, reason: str) -> Transition:
    row = states.BY_NAME[name]
    if row.machine != record.machine:
        raise LookupError(f"{name} is a row of {row.machine}, not of {record.machine}")
    if current not in row.from_:
        raise WrongState
    if actor.role not in row.roles:
        raise NotAllowed
    if row.reason_required and not reason.strip():
        raise DomainError("请写明理由。")
    return row


def _write(
    record: Record,
    row: Transition,
    current: str,
    actor: Actor,
    at: datetime,
    reason: str,
    data: dict[str, Any],
    fields: dict[str, Any],
    suggestion: Suggestion | None,
    holder: Unit | None,
) -> RecordEvent:
    facts: dict[str, Any] = {
        "machine": str(record.machine),
        "record_id": record.pk,
        "seq": record.event_seq + 1,
        "name": row.name,
        "from_state": str(current),
        "to_state": str(row.to),
        "suggestion_id": suggestion.pk if suggestion else getattr(record, "suggestion_id", None),
        "actor_id": actor.user.pk if actor.user else None,
        "role": actor.role,
        "unit_id": actor.unit.pk if actor.unit else None,
        "words": row.said(data),
        "reason": reason,
        "data": acting_for(actor, data),
        "visibility": str(row.visibility),
        "prev_hash": record.event_head,
    }
    sealed = seal(facts)
    digest = event_hash(at=at, text_digest=sealed["text_digest"], **facts)
    due = clocks.take_effect_on_record(record, row, at=at, holder=holder)
    changes = {**due, **fields, "event_seq": record.event_seq + 1, "event_head": digest}
    changed = (
        type(record)
        ._default_manager.filter(pk=record.pk, version=record.version)
        .update(version=F("version") + 1, **changes)
    )
    if not changed:
        raise ChangedMeanwhile
    for field, value in {**changes, "version": record.version + 1}.items():
        setattr(record, field, value)
    event = RecordEvent(at=at, hash=digest, **facts, **sealed)
    event.save(force_insert=True)
    if row.visibility == Visibility.PUBLIC or record.is_shown:
        content.bump_after_commit()
    for code in row.notify:
        kind = outbox.AUTHOR_NOTICE if code.startswith("author.") else outbox.STAFF_NOTICE
        payload = {"code": code, "machine": str(record.machine), "record": record.pk}
        if suggestion is not None:
            payload["suggestion"] = suggestion.pk
        outbox.enqueue(kind, payload, key=f"{code}:{record.machine}:{record.pk}:{event.seq}")
    return event
