"""Clocks of a case: started, paused and stopped by the rows of states.py; the arithmetic is in suggestions/clock.py."""

from collections.abc import Iterable
from datetime import date, datetime

from django.core.cache import cache

from suggestions import clock as counting
from suggestions.clock import DEFAULT_RULES, Due, Rule, Workdays, local_date
from suggestions.models import Assignment, CalendarDay, Clock, ClockRule, Suggestion, Unit
from suggestions.states import Transition

MAIN = ("K10", "K2", "K7a", "K15")
"""Clocks whose due date is the case's own, the one a resident is told and a queue is sorted by."""
_CALENDAR_KEY = "workdays"


def workdays() -> Workdays:
    """The calendar as a value; one query a minute and process."""
    held: Workdays | None = cache.get(_CALENDAR_KEY)
    if held is None:
        days = list(CalendarDay.objects.values_list("date", "is_working", "note"))
        held = Workdays(
            exceptions={d: w for d, w, _ in days},
            notes={d: n for d, w, n in days if n and not w},
            years=frozenset(d.year for d, _, _ in days),
        )
        cache.set(_CALENDAR_KEY, held, 60)
    return held


def forget_calendar() -> None:
    """After the table changed."""
    cache.delete(_CALENDAR_KEY)


def current_rule(kind: str) -> ClockRule:
    """The newest version of a rule; the shipped default is stored on first use."""
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
    return rule


def start(
    suggestion: Suggestion,
    kind: str,
    *,
    at: datetime,
    assignment: Assignment | None = None,
    holder: Unit | None = None,
) -> Clock:
    """Start a clock at the legal moment `at`. A clock of the kind that already runs is returned as it is."""
    running = Clock.objects.filter(
        suggestion=suggestion, kind=kind, assignment=assignment, stopped_at=None
    ).first()
    if running:
        return running
    rule = current_rule(kind)
    due = counting.due(rule.as_rule(), local_date(at), workdays())
    return Clock.objects.create(
        suggestion=suggestion, assignment=assignment, kind=kind, rule=rule,
        holder_unit=holder or (assignment.unit if assignment else None),
        started_at=at, due_on=due.on, first_due_on=due.on, provisional=due.provisional,
    )  # fmt: skip


def stop(
    suggestion: Suggestion,
    kinds: Iterable[str],
    *,
    at: datetime,
    assignment: Assignment | None,
    reason: str,
) -> None:
    """Stop running clocks of these kinds (of one assignment, or of the whole case)."""
    running = Clock.objects.filter(suggestion=suggestion, kind__in=tuple(kinds), stopped_at=None)
    if assignment is not None:
        running = running.filter(assignment=assignment)
    running.update(stopped_at=at, stop_reason=reason)


def pause(suggestion: Suggestion, kinds: Iterable[str], *, at: datetime) -> None:
    """Pause running clocks: days after today do not count until `resume`."""
    Clock.objects.filter(
        suggestion=suggestion, kind__in=tuple(kinds), stopped_at=None, paused_on=None
    ).update(paused_on=local_date(at))


def resume(suggestion: Suggestion, kinds: Iterable[str], *, at: datetime) -> None:
    """Count again from tomorrow, and move the due date by the days waited."""
    for held in Clock.objects.filter(
        suggestion=suggestion, kind__in=tuple(kinds), stopped_at=None
    ).exclude(paused_on=None):
        assert held.paused_on is not None
        held.pauses = [*held.pauses, [held.paused_on.isoformat(), local_date(at).isoformat()]]
        held.paused_on = None
        due = explain(held)
        held.due_on, held.provisional = due.on, due.provisional
        held.save(update_fields=["pauses", "paused_on", "due_on", "provisional"])


def take_effect(
    suggestion: Suggestion, row: Transition, *, at: datetime, assignment: Assignment | None
) -> None:
    """What a transition starts, stops, pauses and resumes; then the case's own due date."""
    if row.stops:
        stop(suggestion, row.stops, at=at, assignment=assignment, reason=row.name)
    if row.resumes:
        resume(suggestion, row.resumes, at=at)
    if row.pauses:
        pause(suggestion, row.pauses, at=at)
    for kind in row.starts:
        # K1 to K3 run from the day the item truly arrived, not from the day somebody typed it in (process.md 3.2).
        moment = suggestion.received_at if kind in ("K1", "K2", "K3") else at
        start(suggestion, kind, at=moment, assignment=assignment, holder=suggestion.lead_unit)
    if row.starts or row.stops or row.resumes or row.pauses:
        refresh_due(suggestion)


def refresh_due(suggestion: Suggestion) -> None:
    """Copy the main clock's due date to the case, for queues and lists."""
    running = {
        c.kind: c
        for c in Clock.objects.filter(suggestion=suggestion, kind__in=MAIN, stopped_at=None)
    }
    main = next((running[k] for k in MAIN if k in running), None)
    due_on, kind = (main.due_on, main.kind) if main else (None, "")
    if (suggestion.due_on, suggestion.due_kind) != (due_on, kind):
        suggestion.due_on, suggestion.due_kind = due_on, kind
        Suggestion.objects.filter(pk=suggestion.pk).update(due_on=due_on, due_kind=kind)


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
