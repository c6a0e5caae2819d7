"""The only writer of states (invariant 2). Every change is one row of states/, one event, one transaction."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
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

_LOOK = "SELECT version FROM suggestions_suggestion WHERE id = %s"
_LOCK = f"{_LOOK} FOR NO KEY UPDATE"


@dataclass(slots=True)
class _Act:
    """What the rows of one act have to write to their case, and the case itself: its version when the act began."""

    case: Suggestion
    version: int
    is_held: bool = False
    changes: dict[str, Any] = field(default_factory=dict)
    steps: list[tuple[Transition, CaseEvent]] = field(default_factory=list)
    is_public: bool = False


_acts: ContextVar[tuple[_Act, ...]] = ContextVar("acts", default=())


@contextmanager
def act(suggestion: Suggestion) -> Iterator[None]:
    """One transaction for an act that takes several rows of one case: the case is locked once, its clocks are read once,
    and its events, its clocks that start and its own columns are written in one statement each, at the end.

    Inside, `apply`, `begin` and `note` check and promise what they do alone; the events they give have no key yet, and
    further notices of an event go through `note(notify=…)`. Raises ChangedMeanwhile when somebody was first, and also for
    a second object of the same case. Another case's rows are written at once. An act within an act is part of it.
    """
    if _act_of(suggestion) is not None:
        yield
        return
    held = _Act(suggestion, suggestion.version)
    with transaction.atomic(), outbox.together():
        token = _acts.set((*_acts.get(), held))
        try:
            with clocks.together(suggestion):
                yield
        finally:
            _acts.reset(token)
        if held.steps:
            _finish(held)


def _act_of(suggestion: Suggestion) -> _Act | None:
    for held in _acts.get():
        if held.case.pk == suggestion.pk:
            if held.case is not suggestion:
                raise ChangedMeanwhile
            return held
    return None


def _finish(held: _Act) -> None:
    _update_case(held.case, held.version, len(held.steps), held.changes)
    CaseEvent.objects.bulk_create([event for _row, event in held.steps])
    if held.is_public:
        _tell_index(held.case)
    for row, event in held.steps:
        _queue_effects(held.case, row, event)


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
) -> list[Clock]:
    """Take a case that this transaction created through its first rows at once: what `apply` does for each of them, in
    five statements whatever their number. Returns the clocks that it has now.

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
    return started


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
    return event


def _hold(suggestion: Suggestion) -> None:
    """Lock the case before its parts and clocks, always in this order, so that two people at once queue instead of
    colliding half-way. SQLite's writers queue by themselves; there an act looks first whether it comes too late, for its
    own conditional UPDATE comes at the end.
    """
    held, locks = _act_of(suggestion), connection.features.has_select_for_update
    if suggestion.pk is None or (held is None and not locks):
        return
    if held is not None:
        if held.is_held:
            return
        held.is_held = True
    # Every act takes this lock: written out, for the query builder costs more than the query.
    with connection.cursor() as cursor:
        cursor.execute(_LOCK if locks else _LOOK, [suggestion.pk])
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
    """The event, the case's conditional UPDATE that carries state, chain head and version together, and the effects; at
    the end of its act where there is one.
    """
    event = _event(suggestion, row, current, actor, at, reason, data, words)
    changes = {**fields, "event_seq": event.seq, "event_head": event.hash}
    if "status" in fields:
        changes["public_group"] = states.public_group(fields["status"])
    held, version, was_public = _act_of(suggestion), suggestion.version, suggestion.is_public
    if held is None:
        _update_case(suggestion, version, 1, changes)
    _adopt(suggestion, {**changes, "version": version + 1})
    is_public = was_public or suggestion.is_public
    if held is not None:
        held.changes |= changes
        held.steps.append((row, event))
        held.is_public |= is_public
        return event
    event.save(force_insert=True)
    if is_public:
        _tell_index(suggestion)
    _queue_effects(suggestion, row, event)
    return event


def _update_case(suggestion: Suggestion, version: int, steps: int, changes: dict[str, Any]) -> None:
    held = Suggestion.objects.filter(pk=suggestion.pk, version=version)
    if not held.update(version=F("version") + steps, **changes):
        raise ChangedMeanwhile


def _tell_index(suggestion: Suggestion) -> None:
    """The public page is, or was, another one."""
    outbox.enqueue(
        outbox.INDEX,
        {"type": "suggestion", "id": suggestion.pk},
        key=f"suggestion:{suggestion.pk}",
    )
    content.bump_after_commit()


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
