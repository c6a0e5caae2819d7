"""When a clock is due and when it first reminds: what its rule, start, pauses and promise make of it. Stores nothing."""

from datetime import date, datetime
from typing import Any

from suggestions import clock as counting
from suggestions import reminding
from suggestions.clock import Length, local_date
from suggestions.models import Clock, Unit
from suggestions.services import emergency
from suggestions.services.clock_rules import current_rule, plain_dates, workdays
from suggestions.services.clock_words import explain


def drawn_up(
    kind: str,
    *,
    at: datetime,
    holder: Unit | None,
    fixed_on: date | None = None,
    ceiling: Clock | None = None,
    **owner: Any,
) -> Clock:
    """A clock not yet stored: shorter than its rule where half of `ceiling` is sooner, or on a promised date."""
    started = local_date(at)
    rule = current_rule(kind, on=started)
    made = Clock(
        kind=kind, rule=rule, holder_unit=holder, started_at=at, fixed_on=fixed_on, **owner
    )
    if made.suggestion is not None and fixed_on is None:
        cut = emergency.shortened(kind, rule.length, made.suggestion, at)
        if cut < rule.length:
            made.length, made.unit = cut, rule.unit
    if ceiling is not None:
        shorter = counting.half(ceiling.as_rule())
        own = counting.due(made.as_rule(), started, workdays())
        if counting.due(shorter, started, workdays()).on < own.on:
            made.length, made.unit = shorter.length, shorter.unit
    count(made)
    made.first_due_on = made.due_on
    return made


def count(held: Clock) -> None:
    """Set due date, moment and next reminder of a clock from its rule, start, pauses and promise. Does not save."""
    rule = held.as_rule()
    plain = held.fixed_on is None and not held.pauses and held.paused_on is None
    if plain and rule.unit is not Length.HOUR:
        held.due_on, held.provisional, held.remind_on = plain_dates(
            rule, local_date(held.started_at)
        )
    else:
        due = explain(held)
        held.due_on, held.provisional = due.on, due.provisional
        held.remind_on = next_reminder(held)
    if rule.unit is Length.HOUR:
        held.due_at = counting.due_moment(rule, held.started_at)


def next_reminder(held: Clock) -> date | None:
    """The first day on which a clock may remind somebody; the sweep moves it on. Hours are looked at from the start."""
    rule, start = held.as_rule(), local_date(held.started_at)
    if rule.unit is Length.HOUR:
        return start
    return reminding.following(rule, start, held.due_on, workdays(), after=start)


COUNTED = ("due_on", "due_at", "provisional", "remind_on")
"""The fields `count` sets."""
