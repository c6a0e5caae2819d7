"""Moving dates that run: a loaded calendar, a rule changed in the citizen's favour. Each move is an event (section 5)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from suggestions import clock as counting
from suggestions.actor import Actor
from suggestions.clock import Due, Workdays, local_date
from suggestions.errors import ChangedMeanwhile
from suggestions.models import Clock, ClockRule, Suggestion
from suggestions.services import clocks, records, transitions
from suggestions.services.reminders import record_of
from suggestions.states import Visibility

AUTHORS = frozenset({"K2", *counting.ANSWER_KINDS, "K10", "K13", "K15"})
"""Clocks whose dates the author was told; a move shows on their timeline."""
_TRIES = 3


@dataclass(frozen=True, slots=True)
class Move:
    """What a change would do to one running clock. `why` says why it stays, "" when it moves."""

    clock: Clock
    old: date
    new: date
    why: str = ""


def running(**conditions: object) -> list[Clock]:
    """Running clocks whose date is counted, not promised, oldest first. One query."""
    rows = Clock.objects.filter(stopped_at=None, fixed_on=None, due_at=None, **conditions)
    return list(rows.select_related("rule", "suggestion").order_by("due_on", "pk"))


def count_with(held: Clock, calendar: Workdays, rule: counting.Rule | None = None) -> Due:
    """A clock's due date under another calendar, or another rule."""
    start = local_date(held.started_at)
    return counting.due(rule or held.as_rule(), start, calendar, held.pause_list())


def recount(
    *, at: datetime, actor: Actor | None = None, basis: str = "", only_known: bool = False
) -> int:
    """Count provisional clocks again, and say so where a date moved; returns how many dates moved.

    `only_known`: those that end in a year whose notice is loaded by now (the sweep's question; it heals a load that
    was interrupted). Nothing that is not provisional moves. The author hears of it only if it is their own deadline.
    Source: process.md 5.1.
    """
    calendar = clocks.workdays()
    found = running(provisional=True)
    if only_known:
        found = [c for c in found if c.due_on.year in calendar.years]
    moved = 0
    for held in found:
        due = count_with(held, calendar)
        if due.on != held.due_on:
            moved += move(
                held, due, actor=actor or Actor.system(), at=at,
                words=_("放假安排公布，重新计算“{name}”，期限由{old}改为{new}"), basis=basis,
            )  # fmt: skip
        elif due.provisional != held.provisional:
            Clock.objects.filter(pk=held.pk, due_on=held.due_on).update(provisional=due.provisional)
    return moved


def sweep(*, now: datetime) -> int:
    """The sweep: provisional dates whose year is known by now."""
    return recount(at=now, only_known=True)


def move(
    held: Clock,
    due: Due,
    *,
    actor: Actor,
    at: datetime,
    words: str,
    basis: str,
    rule: ClockRule | None = None,
) -> int:
    """Write a new due date with its event on the case or the record; 0 when the clock moved or stopped meanwhile.

    `words` may name {name}, {old} and {new}. A citizen's own deadline is told to the author.
    """
    said = words.format(name=held.rule.name, old=_day(held.due_on), new=_day(due.on))
    data = {
        "kind": held.kind,
        "old": held.due_on.isoformat(),
        "new": due.on.isoformat(),
        "basis": basis,
    }
    changed = {"due_on": due.on, "provisional": due.provisional, "remind_on": _remind_on(held, due)}
    if rule is not None:
        changed["rule"] = rule

    def once() -> int:
        with transaction.atomic():
            rows = Clock.objects.filter(pk=held.pk, due_on=held.due_on, stopped_at=None)
            if not rows.update(**changed):
                return 0
            if held.suggestion_id is not None:
                _tell_case(held, actor, at, said, data)
            else:
                _tell_record(held, actor, at, said, data)
        return 1

    return _again(once)


def _again(once: Callable[[], int]) -> int:
    """Somebody may act on the case at this very moment: look again, a few times."""
    for left in reversed(range(_TRIES)):
        try:
            return once()
        except ChangedMeanwhile:
            if not left:
                raise
    return 0


def _tell_case(held: Clock, actor: Actor, at: datetime, words: str, data: dict[str, str]) -> None:
    suggestion = Suggestion.objects.select_related("jurisdiction").get(clocks=held)
    shown = Visibility.AUTHOR if held.kind in AUTHORS else Visibility.STAFF
    transitions.note(
        suggestion, "clock_moved", actor=actor, at=at, words=words, data=dict(data), visibility=shown,
        fields=clocks.case_due_fields(suggestion),
        notify=("author.date_moved",) if held.rule.citizen else (),
    )  # fmt: skip


def _tell_record(held: Clock, actor: Actor, at: datetime, words: str, data: dict[str, str]) -> None:
    record = record_of(held)
    if record is None:
        return
    nearest = clocks.of_record(record).filter(stopped_at=None).order_by("due_on").first()
    fields = {"due_on": nearest.due_on, "due_kind": nearest.kind} if nearest else {}
    records.note(
        record, "clock_moved", actor=actor, at=at, words=words, data=dict(data), fields=fields
    )


def _remind_on(held: Clock, due: Due) -> date | None:
    copy = Clock(rule=held.rule, started_at=held.started_at, length=held.length, unit=held.unit)
    copy.pauses, copy.due_on = held.pauses, due.on
    return clocks.next_reminder(copy)


def moves_of_calendar(calendar: Workdays) -> list[Move]:
    """What loading this calendar would do to the provisional clocks that run."""
    return [
        Move(held, held.due_on, due.on)
        for held in running(provisional=True)
        if (due := count_with(held, calendar)).on != held.due_on
    ]


def moves_of_rule(new: counting.Rule, *, today: date, willing: bool) -> list[Move]:
    """What a new version of a rule would do to the clocks that run: only what favours the citizen moves.

    An agency's date may come nearer, but not into the past; a citizen's own may go later. `willing`: whether running
    dates may move at all. Source: process.md section 5.
    """
    calendar = clocks.workdays()
    found: list[Move] = []
    for held in running(kind=new.kind):
        if held.length is not None:
            continue
        due = count_with(held, calendar, new)
        if due.on != held.due_on:
            found.append(
                Move(held, held.due_on, due.on, _why_not(new, held.due_on, due.on, today, willing))
            )
    return found


def _why_not(rule: counting.Rule, old: date, new: date, today: date, willing: bool) -> str:
    if rule.citizen and new < old:
        return _("新日期更早，对建议人不利")
    if not rule.citizen and new > old:
        return _("新日期更晚，对建议人不利")
    if new < today:
        return _("新日期已经过去")
    return "" if willing else _("这次只用于新的件")


def those_that_move(found: Iterable[Move]) -> list[Move]:
    """The moves that will be made."""
    return [m for m in found if not m.why]


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
