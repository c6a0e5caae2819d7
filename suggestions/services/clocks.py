"""Clocks of a case: started, paused and stopped by the rows of states/; the arithmetic is in suggestions/clock.py."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import QuerySet

from suggestions import clock as counting
from suggestions.clock import local_date
from suggestions.codes import Category, Channel
from suggestions.errors import DomainError, Invalid
from suggestions.models import Assignment, Clock, Suggestion, Unit
from suggestions.models.record import Record
from suggestions.services.clock_dates import COUNTED, count, drawn_up, next_reminder
from suggestions.services.clock_rules import current_rule, forget_calendar, workdays
from suggestions.services.clock_words import EXTENDABLE, explain, explain_in_words, said, unit_words
from suggestions.states import Transition

__all__ = [
    "COUNTED", "EXTENDABLE", "MAIN", "case_due_fields", "count", "current_rule", "due_fields", "explain", "explain_in_words", "extend", "fix",
    "forget_calendar", "hand_over", "next_reminder", "of_new", "of_record", "start", "start_for_record", "stop", "stop_kind", "take_effect",
    "take_effect_on_record", "together", "unit_words", "variant", "workdays",
]  # fmt: skip

MAIN = ("K10", "K2", "K7b", "K7a", "K7c", "K7d", "K15")
"""Clocks whose due date is the case's own, the one a resident is told and a queue is sorted by."""
UNIT_CLOCKS = frozenset({*counting.ANSWER_KINDS, "K15", "K18", "K19"})
"""Duties of the lead unit; the other clocks of a case are the office's or the author's, and no unit is blamed for them."""
_FROM_ARRIVAL = frozenset({"K1", "K1m", *counting.FORWARD, "K3"})
_BY_CATEGORY: dict[str, str] = {Category.CONSULTATION: "K7c", Category.APPEAL_CLAIM: "K7d"}


class _Running(NamedTuple):
    """What a transition has to know of a running clock."""

    pk: int
    kind: str
    assignment_id: int | None
    due_on: date
    paused_on: date | None


@dataclass(slots=True)
class _Act:
    """The clocks of one case while an act takes several rows of it. `running`: those that run now, None until somebody
    asked; `begun`: those that started meanwhile and are not stored yet.
    """

    running: list[_Running | Clock] | None = None
    begun: list[Clock] = field(default_factory=list)

    def write(self) -> None:
        begun, self.begun = self.begun, []
        if begun:
            Clock.objects.bulk_create(begun)


_acts: ContextVar[dict[int, _Act]] = ContextVar("clock_acts", default={})  # noqa: B039 (never changed in place)


@contextmanager
def together(suggestion: Suggestion) -> Iterator[None]:
    """Read the running clocks of a case once for all that is done inside, and store those that start in one statement at
    the end. Inside, the clocks of this case are read and changed through this module alone. In the caller's transaction,
    which holds the case; after an error nothing is written.
    """
    act = _Act()
    token = _acts.set({**_acts.get(), suggestion.pk: act})
    try:
        yield
    finally:
        _acts.reset(token)
    act.write()


def _act_of(suggestion: Suggestion | None) -> _Act | None:
    return _acts.get().get(suggestion.pk) if suggestion is not None else None


def _begun(made: Clock) -> Clock:
    """A clock that starts: stored now, or with the others of its act."""
    act = _act_of(made.suggestion)
    if act is None:
        made.save(force_insert=True)
        return made
    act.begun.append(made)
    if act.running is not None:
        act.running = [*act.running, made]
    return made


def start(
    suggestion: Suggestion,
    kind: str,
    *,
    at: datetime,
    assignment: Assignment | None = None,
    holder: Unit | None = None,
    fixed_on: date | None = None,
) -> Clock:
    """Start a clock of a case or of one unit's part at the legal moment `at`; `fixed_on`: a promised date (K18).

    K9 runs no longer than half of the case's running K7 (process.md section 5).
    """
    half_of = current_rule(kind, on=local_date(at)).half_of
    ceiling = _newest(suggestion, half_of) if half_of else None
    return _begun(
        drawn_up(
            kind, at=at, holder=assignment.unit if assignment else holder, fixed_on=fixed_on, ceiling=ceiling,
            suggestion=suggestion, assignment=assignment,
        )
    )  # fmt: skip


def _newest(suggestion: Suggestion, kinds: str) -> Clock | None:
    """The case's own running clock of a kind that begins so; the one started last."""
    act = _act_of(suggestion)
    for held in reversed(act.begun if act else ()):
        if held.kind.startswith(kinds) and held.assignment_id is None and held.stopped_at is None:
            return held
    running = Clock.objects.filter(
        suggestion=suggestion, kind__startswith=kinds, assignment=None, stopped_at=None
    )
    return running.select_related("rule").order_by("-started_at").first()


def of_new(
    suggestion: Suggestion, steps: Iterable[tuple[Transition, datetime]]
) -> tuple[list[Clock], dict[str, Any]]:
    """The clocks of a case that has none yet, not stored, as `take_effect` leaves them after these rows at these moments,
    and the case's own due date as fields to write.
    """
    made: list[Clock] = []
    for row, at in steps:
        for held in made:
            if held.kind in row.stops and held.stopped_at is None:
                held.stopped_at, held.stop_reason = at, row.name
        for kind in (variant(k, suggestion) for k in row.starts):
            if not any(c.kind == kind and c.stopped_at is None for c in made):
                moment, unit = _begins(kind, suggestion, at, None)
                made.append(drawn_up(kind, at=moment, holder=unit, suggestion=suggestion))
    return made, due_fields(c for c in made if c.stopped_at is None)


def _begins(
    kind: str, suggestion: Suggestion, at: datetime, holder: Unit | None
) -> tuple[datetime, Unit | None]:
    """From which moment a clock runs that a row starts at `at`, and for which unit."""
    # K1 to K3 run from the day the item truly arrived, not from the day somebody typed it in (process.md 3.2).
    moment = suggestion.received_at if kind in _FROM_ARRIVAL else at
    return moment, (holder or suggestion.lead_unit) if kind in UNIT_CLOCKS else None


def take_effect(
    suggestion: Suggestion,
    row: Transition,
    *,
    at: datetime,
    assignment: Assignment | None = None,
    holder: Unit | None = None,
) -> dict[str, Any]:
    """Start, stop, pause and resume what a transition says; returns the case's own due date as fields to write.

    One read of the running clocks (five columns: this is on the way of every act), one write for all that stop, one each
    for those that start or move. What has no clock effects costs nothing, and neither does the start of a unit's part,
    whose clocks are never the case's own date.
    """
    if not (row.starts or row.stops or row.pauses or row.resumes):
        return {}
    if assignment is not None and row.from_ == ("",):
        for kind in row.starts:
            start(suggestion, kind, at=at, assignment=assignment)
        return {}
    act = _act_of(suggestion)
    running = _running(suggestion, act)
    mine = [c for c in running if assignment is None or c.assignment_id == assignment.pk]
    stopping = [c for c in mine if c.kind in row.stops]
    if stopping:
        _stop_all(stopping, at, row.name)
        running = [c for c in running if c not in stopping]
    for n, held in enumerate(running):
        if held.kind in row.resumes and held.paused_on is not None:
            if act is not None:
                act.write()
            running[n] = back = Clock.objects.select_related("rule").get(pk=held.pk)
            _resume(back, at)
        elif held.kind in row.pauses and held.paused_on is None:
            running[n] = _pause(held, local_date(at))
    if act is not None:
        act.running = running
    for kind in (variant(k, suggestion) for k in row.starts):
        owner = assignment.pk if assignment else None
        if not any(c.kind == kind and c.assignment_id == owner for c in running):
            moment, unit = _begins(kind, suggestion, at, holder)
            made = start(suggestion, kind, at=moment, assignment=assignment, holder=unit)
            running = [*running, made]
    return due_fields(running)


def _running(suggestion: Suggestion, act: _Act | None) -> list[_Running | Clock]:
    """The clocks of a case that run now, oldest first. One query, none when its act has asked before."""
    if act is not None and act.running is not None:
        return act.running
    rows = Clock.objects.filter(suggestion=suggestion, stopped_at=None).order_by("pk")
    held: list[_Running | Clock] = [_Running(*c) for c in rows.values_list(*_Running._fields)]
    if act is not None:
        held = act.running = [*held, *(c for c in act.begun if c.stopped_at is None)]
    return held


def _stop_all(stopping: list[_Running | Clock], at: datetime, reason: str) -> None:
    stored = [c.pk for c in stopping if c.pk is not None]
    for held in stopping:
        if isinstance(held, Clock):
            held.stopped_at, held.stop_reason = at, reason
    if stored:
        Clock.objects.filter(pk__in=stored).update(stopped_at=at, stop_reason=reason)


def _pause(held: _Running | Clock, on: date) -> _Running | Clock:
    if held.pk is not None:
        Clock.objects.filter(pk=held.pk).update(paused_on=on)
    if isinstance(held, _Running):
        return held._replace(paused_on=on)
    held.paused_on = on
    return held


def stop_kind(suggestion: Suggestion, kind: str, *, at: datetime, reason: str) -> None:
    """Stop the running clocks of a kind that a case has. `reason`: the name of the act."""
    act = _act_of(suggestion)
    if act is None:
        Clock.objects.filter(suggestion=suggestion, kind=kind, stopped_at=None).update(
            stopped_at=at, stop_reason=reason
        )
        return
    running = _running(suggestion, act)
    _stop_all([c for c in running if c.kind == kind], at, reason)
    act.running = [c for c in running if c.kind != kind]


def hand_over(suggestion: Suggestion, lead: Unit) -> None:
    """The case's running clocks go on; the unit that answers for them changes (process.md 4.2)."""
    act = _act_of(suggestion)
    for held in act.begun if act else ():
        if held.kind in UNIT_CLOCKS and held.assignment_id is None:
            held.holder_unit = lead
    if act is not None and not any(
        c.pk is not None and c.kind in UNIT_CLOCKS and c.assignment_id is None
        for c in _running(suggestion, act)
    ):
        return
    Clock.objects.filter(
        suggestion=suggestion, assignment=None, kind__in=UNIT_CLOCKS, stopped_at=None
    ).update(holder_unit=lead)


def variant(kind: str, suggestion: Suggestion) -> str:
    """The clock this item gets where a row starts `kind`: a box is emptied daily, so its receipt has 24 hours (K1, GT);
    a consultation or complaint that the office answers itself has the hotline's limits (K7c, K7d; GD).
    """
    if kind == "K1" and suggestion.channel == Channel.MAILBOX_POINT:
        return "K1m"
    if kind == "K7a":
        return _BY_CATEGORY.get(suggestion.category, kind)
    return kind


def start_for_record(
    record: Record,
    kind: str,
    *,
    at: datetime,
    holder: Unit | None = None,
    fixed_on: date | None = None,
) -> Clock:
    """Start a clock of a record at the legal moment `at`; `fixed_on`: a promised date."""
    owner = {"record_machine": str(record.machine), "record_id": record.pk}
    return _begun(drawn_up(kind, at=at, holder=holder, fixed_on=fixed_on, **owner))


def stop(held: Clock, *, at: datetime, reason: str) -> bool:
    """Stop a running clock; False when it had stopped before. `reason`: the name of the act."""
    return bool(
        Clock.objects.filter(pk=held.pk, stopped_at=None).update(stopped_at=at, stop_reason=reason)
    )


def fix(held: Clock, day: date) -> Clock:
    """Let a clock run to a date that somebody promised (K18), not to a number of days."""
    held.fixed_on = day
    count(held)
    held.save(update_fields=["fixed_on", *COUNTED])
    return held


def extend(held: Clock, *, until: date, at: datetime) -> Clock:
    """Grant an extension: once, before the old date has passed, by at most the days of K8. `first_due_on` stays.

    The caller records the act and writes `case_due_fields` to the case. Raises DomainError, Invalid({"until": …}).
    Source: process.md K8 (policy, analogy XF 34; BJ 15).
    """
    limit = current_rule("K8", on=local_date(at)).length
    if held.stopped_at is not None or held.kind not in EXTENDABLE:
        raise DomainError("这个时限不能延期。")
    if held.paused_on is not None:
        raise DomainError("时限正在暂停，恢复计时以后再延期。")
    if held.fixed_on is not None:
        raise DomainError("这件已经延过一次，不能再延。")
    if held.due_on < local_date(at):
        raise DomainError("期限已过，不能再延期。请尽快答复，并向建议人说明。")
    if until <= held.due_on:
        raise Invalid({"until": [f"新的日期要晚于现在的期限{said(held.due_on)}。"]})
    if until > held.due_on + timedelta(days=limit):
        latest = held.due_on + timedelta(days=limit)
        raise Invalid({"until": [f"最多延{limit}天，最晚到{said(latest)}。"]})
    return fix(held, until)


def case_due_fields(suggestion: Suggestion) -> dict[str, Any]:
    """The case's own due date as its running clocks have it now, as fields to write with a note."""
    return due_fields(Clock.objects.filter(suggestion=suggestion, stopped_at=None, assignment=None))


def of_record(record: Record) -> QuerySet[Clock]:
    """All clocks of a record, running and stopped."""
    return Clock.objects.filter(
        record_machine=str(record.machine), record_id=record.pk
    ).select_related("rule")


def take_effect_on_record(
    record: Record, row: Transition, *, at: datetime, holder: Unit | None = None
) -> dict[str, Any]:
    """As `take_effect`, for a record: its nearest running date as fields to write."""
    if not (row.starts or row.stops or row.pauses or row.resumes):
        return {}
    running = list(of_record(record).filter(stopped_at=None))
    stopping = [c for c in running if c.kind in row.stops]
    if stopping:
        Clock.objects.filter(pk__in=[c.pk for c in stopping]).update(
            stopped_at=at, stop_reason=row.name
        )
        running = [c for c in running if c not in stopping]
    for held in running:
        if held.kind in row.resumes and held.paused_on is not None:
            _resume(held, at)
        elif held.kind in row.pauses and held.paused_on is None:
            held.paused_on = local_date(at)
            held.save(update_fields=["paused_on"])
    for kind in row.starts:
        if not any(c.kind == kind for c in running):
            running.append(start_for_record(record, kind, at=at, holder=holder))
    nearest = min(running, key=lambda c: c.due_on, default=None)
    return (
        {"due_on": nearest.due_on, "due_kind": nearest.kind}
        if nearest
        else {"due_on": None, "due_kind": ""}
    )


def _resume(held: Clock, at: datetime) -> None:
    """Count again from tomorrow, and move the due date by the days waited."""
    assert held.paused_on is not None
    back = local_date(at)
    held.pauses = [*held.pauses, [held.paused_on.isoformat(), back.isoformat()]]
    if held.fixed_on is not None:
        held.fixed_on += back - held.paused_on
    held.paused_on = None
    count(held)
    held.save(update_fields=["pauses", "paused_on", "fixed_on", *COUNTED])


def due_fields(running: Iterable[Clock | _Running]) -> dict[str, Any]:
    """The case's own due date from its running clocks: what a resident is told and queues are sorted by."""
    by_kind = {c.kind: c for c in running}
    main = next((by_kind[k] for k in MAIN if k in by_kind), None)
    return (
        {"due_on": main.due_on, "due_kind": main.kind} if main else {"due_on": None, "due_kind": ""}
    )
