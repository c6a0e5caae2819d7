"""When a clock reminds whom (process.md section 5). Pure: dates in, steps out.

Half-way, two working days before, on the day, then every working day; late ones climb: +1 working day to the unit's
head, +3 to the supervisor, +5 to the leader and into the bulletin. What would fall on a rest day is sent on the working
day before it.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from suggestions.clock import (
    Length,
    Rule,
    Workdays,
    add_working_days,
    back_to_work,
    working_days_between,
)

HALF, BEFORE, DUE, LATE = "half", "before", "due", "late"
FAR, NEAR = "far", "near"
HEAD, SUPERVISOR, LEADER = "head", "supervisor", "leader"
LADDER: dict[str, int] = {HEAD: 1, SUPERVISOR: 3, LEADER: 5}
"""Working days after the due date."""
BEFORE_WORKING_DAYS = 2
SILENT = frozenset({"K1", "K1m", "K5", "K8", "K20", "K21", "K22", "KP5", "KQ"})
"""Done at once, a right rather than a duty, a limit, or a period that simply runs: nobody is late with these."""
TARGETS = frozenset({"K2t"})
"""What we aim at inside a limit of the law: who holds it is reminded, once more the working day after, and nobody above;
the limit itself climbs (K2).
"""
PROMISES = frozenset({"K18"})
"""A promise is reminded of at -15 and -3 working days before its day, and on the day (K18)."""
PROMISE_STEPS: dict[str, int] = {FAR: 15, NEAR: 3}


@dataclass(frozen=True, slots=True)
class Planned:
    """One step and the working day it is sent on."""

    step: str
    on: date


def reminds(rule: Rule) -> bool:
    """Whether a clock of this rule reminds anybody: an agency's duty does, a citizen's own deadline does not."""
    return not rule.citizen and rule.kind not in SILENT


def steps(rule: Rule, start: date, due: date, workdays: Workdays, *, until: date) -> list[Planned]:
    """All steps that are to be sent on or before `until`, in order of their days."""
    if not reminds(rule):
        return []
    planned = _before(rule, start, due, workdays)
    if rule.kind in TARGETS:
        planned.append(Planned(LATE, add_working_days(due, 1, workdays)))
        return sorted((p for p in planned if p.on <= until), key=lambda p: p.on)
    planned += [Planned(step, add_working_days(due, n, workdays)) for step, n in LADDER.items()]
    day = add_working_days(due, 1, workdays) if until > due else until + timedelta(days=1)
    while day <= until:
        planned.append(Planned(LATE, day))
        day = add_working_days(day, 1, workdays)
    return sorted((p for p in planned if p.on <= until), key=lambda p: p.on)


def following(
    rule: Rule, start: date, due: date, workdays: Workdays, *, after: date
) -> date | None:
    """The first day later than `after` on which a step is due; None for rules that remind nobody."""
    if not reminds(rule):
        return None
    coming = [p.on for p in _before(rule, start, due, workdays) if p.on > after]
    if rule.kind in TARGETS:
        missed = add_working_days(due, 1, workdays)
        return min([*coming, *([missed] if missed > after else [])], default=None)
    return min(coming) if coming else add_working_days(max(due, after), 1, workdays)


def _before(rule: Rule, start: date, due: date, workdays: Workdays) -> list[Planned]:
    if rule.unit is Length.HOUR:
        return [Planned(DUE, due)]
    on_the_day = Planned(DUE, back_to_work(due, workdays, after=start))
    if rule.kind in PROMISES:
        soon = [Planned(s, add_working_days(due, -n, workdays)) for s, n in PROMISE_STEPS.items()]
        return [on_the_day, *(p for p in soon if start < p.on < on_the_day.on)]
    planned = [on_the_day]
    before = add_working_days(due, -BEFORE_WORKING_DAYS, workdays)
    if start < before < on_the_day.on:
        planned.append(Planned(BEFORE, before))
        half = back_to_work(_middle(rule, start, due, workdays), workdays, after=start)
        if half < before:
            planned.append(Planned(HALF, half))
    return planned


def _middle(rule: Rule, start: date, due: date, workdays: Workdays) -> date:
    if rule.unit is Length.WORKING_DAY:
        total = working_days_between(start, due, workdays)
        return add_working_days(start, (total + 1) // 2, workdays)
    return start + timedelta(days=((due - start).days + 1) // 2)
