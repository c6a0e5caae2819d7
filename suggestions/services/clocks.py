"""Clocks of a case: started, paused and stopped by the rows of states/; the arithmetic is in suggestions/clock.py."""

import uuid
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.core.cache import cache
from django.db.models import QuerySet

from suggestions import clock as counting
from suggestions.clock import DEFAULT_RULES, Due, Rule, Workdays, local_date
from suggestions.models import Assignment, CalendarDay, Clock, ClockRule, Suggestion, Unit
from suggestions.models.record import Record
from suggestions.states import Transition

MAIN = ("K10", "K2", "K7a", "K15")
"""Clocks whose due date is the case's own, the one a resident is told and a queue is sorted by."""
UNIT_CLOCKS = frozenset({"K7a", "K7b", "K15", "K18", "K19"})
"""Duties of the lead unit; the other clocks of a case are the office's or the author's, and no unit is blamed for them."""
_TOKEN_KEY = "calendar-token"


class _Held:
    """Calendar and rules as this process last read them, under the token they were read for.

    The cache holds only the token: unpickling a calendar at each use costs more than the query it saves. The token
    lapses after a minute, and at once when the tables are changed here.
    """

    token: str | None = None
    workdays: Workdays | None = None
    rules: dict[str, ClockRule] = {}


def _fresh() -> type[_Held]:
    token: str | None = cache.get(_TOKEN_KEY)
    if token is None:
        token = uuid.uuid4().hex
        cache.set(_TOKEN_KEY, token, 60)
    if token != _Held.token:
        _Held.token, _Held.workdays, _Held.rules = token, None, {}
    return _Held


def workdays() -> Workdays:
    """The calendar as a value, at most a minute old."""
    held = _fresh()
    if held.workdays is None:
        days = list(CalendarDay.objects.values_list("date", "is_working", "note"))
        held.workdays = Workdays(
            exceptions={d: w for d, w, _ in days},
            notes={d: n for d, w, n in days if n and not w},
            years=frozenset(d.year for d, _, _ in days),
        )
    return held.workdays


def forget_calendar() -> None:
    """After the calendar or the rules changed."""
    cache.delete(_TOKEN_KEY)


def current_rule(kind: str) -> ClockRule:
    """The newest version of a rule, at most a minute old; the shipped default is stored on first use."""
    rules = _fresh().rules
    if kind in rules:
        return rules[kind]
    rule = ClockRule.objects.filter(kind=kind).order_by("-rule_version").first()
    if rule is None:
        default = next(r for r in DEFAULT_RULES if r.kind == kind)
        rule, _ = ClockRule.objects.get_or_create(
            kind=kind,
            rule_version=1,
            defaults={
                "name": default.name, "length": default.length, "unit": default.unit, "citizen": default.citizen,
                "pausable": default.pausable, "source": default.source,
            },
        )  # fmt: skip
    rules[kind] = rule
    return rule


def start(
    suggestion: Suggestion,
    kind: str,
    *,
    at: datetime,
    assignment: Assignment | None = None,
    holder: Unit | None = None,
) -> Clock:
    """Start a clock at the legal moment `at`."""
    rule = current_rule(kind)
    due = counting.due(rule.as_rule(), local_date(at), workdays())
    return Clock.objects.create(
        suggestion=suggestion, assignment=assignment, kind=kind, rule=rule,
        holder_unit=assignment.unit if assignment else holder,
        started_at=at, due_on=due.on, first_due_on=due.on, provisional=due.provisional,
    )  # fmt: skip


def take_effect(
    suggestion: Suggestion,
    row: Transition,
    *,
    at: datetime,
    assignment: Assignment | None = None,
    holder: Unit | None = None,
) -> dict[str, Any]:
    """Start, stop, pause and resume what a transition says; returns the case's own due date as fields to write.

    One read of the running clocks, one write for all that stop, one each for those that start or move. A transition
    without clock effects costs nothing.
    """
    if not (row.starts or row.stops or row.pauses or row.resumes):
        return {}
    running = list(
        Clock.objects.filter(suggestion=suggestion, stopped_at=None).select_related("rule")
    )
    mine = [c for c in running if assignment is None or c.assignment_id == assignment.pk]
    stopping = [c for c in mine if c.kind in row.stops]
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
        owner = assignment.pk if assignment else None
        if not any(c.kind == kind and c.assignment_id == owner for c in running):
            # K1 to K3 run from the day the item truly arrived, not from the day somebody typed it in (process.md 3.2).
            moment = suggestion.received_at if kind in ("K1", "K2", "K3") else at
            unit = (holder or suggestion.lead_unit) if kind in UNIT_CLOCKS else None
            running.append(start(suggestion, kind, at=moment, assignment=assignment, holder=unit))
    return due_fields(running)


def start_for_record(
    record: Record, kind: str, *, at: datetime, holder: Unit | None = None
) -> Clock:
    """Start a clock of a record at the legal moment `at`."""
    rule = current_rule(kind)
    due = counting.due(rule.as_rule(), local_date(at), workdays())
    return Clock.objects.create(
        record_machine=str(record.machine), record_id=record.pk, kind=kind, rule=rule, holder_unit=holder,
        started_at=at, due_on=due.on, first_due_on=due.on, provisional=due.provisional,
    )  # fmt: skip


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
    held.pauses = [*held.pauses, [held.paused_on.isoformat(), local_date(at).isoformat()]]
    held.paused_on = None
    due = explain(held)
    held.due_on, held.provisional = due.on, due.provisional
    held.save(update_fields=["pauses", "paused_on", "due_on", "provisional"])


def due_fields(running: Iterable[Clock]) -> dict[str, Any]:
    """The case's own due date from its running clocks: what a resident is told and queues are sorted by."""
    by_kind = {c.kind: c for c in running}
    main = next((by_kind[k] for k in MAIN if k in by_kind), None)
    return (
        {"due_on": main.due_on, "due_kind": main.kind} if main else {"due_on": None, "due_kind": ""}
    )


def explain(held: Clock) -> Due:
    """How a clock's due date comes about, day by day, with the rule version it runs under."""
    return counting.due(
        held.rule.as_rule(), local_date(held.started_at), workdays(), held.pause_list()
    )


def explain_in_words(held: Clock) -> list[str]:
    """The same in a few Chinese sentences for the author (peers.md complaint 22)."""
    due = explain(held)
    rule: Rule = held.rule.as_rule()
    day = local_date(held.started_at)
    unit = "个工作日" if rule.unit is counting.Length.WORKING_DAY else "天"
    lines = [f"从{_day(day)}的第二天起，数{rule.length}{unit}，到{_day(due.on)}24:00。"]
    skipped: dict[str, list[date]] = {}
    for step in due.steps:
        if step.number is None and step.why != "周末":
            skipped.setdefault(step.why, []).append(step.day)
    for why, days in skipped.items():
        lines.append(f"不算：{_span(days)}，{why}。")
    extra = [s.day for s in due.steps if s.number is not None and s.why]
    if extra:
        lines.append(f"要算：{_span(extra)}，调休上班。")
    if due.provisional:
        lines.append("其中有些日子的放假安排还没有公布，公布后如有变化，我们重新算并告诉您。")
    return lines


def _day(day: date) -> str:
    return f"{day.month}月{day.day}日"


def _span(days: list[date]) -> str:
    return _day(days[0]) if len(days) == 1 else f"{_day(days[0])}至{_day(days[-1])}"
