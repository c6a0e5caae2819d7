"""The signals of early warning: what rose, what will come again, where trust or promises break (process.md 8.4).

People are counted, each once whatever they send, and not one of them is written down (section 12); those who left no
telephone number count as one. Each signal first asks for the few cells (jurisdiction, topic, district) that hold enough
at all, then for what was usual in those.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.timezone import make_aware

from suggestions.clock import ANSWER_KINDS, SHANGHAI, local_date
from suggestions.codes import Category, Overall
from suggestions.insight.rises import WEEKS, Threshold, share_of, usual
from suggestions.models import (
    Clock,
    Commitment,
    EarlyWarning,
    Evaluation,
    Jurisdiction,
    Signal,
    Suggestion,
    WarningRule,
)
from suggestions.services import warning_rules
from suggestions.states import OPEN, Case

WEEK, MONTH = 7, 28
"""Days of a span. Whole weeks only, so that no weekday weighs more in one span than in another."""
YEAR = 364
"""The same weekdays a year ago."""
PROMISES, AHEAD = 90, 14
RATED_LEAST = 10
"""With fewer ratings before, a cell has no rate of its own, and that of the whole jurisdiction stands for it."""
_OUT = (Case.WITHDRAWN, Case.NOT_ACCEPTED, Case.REDIRECTED, Case.DRAFT)
Cell = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Found:
    """What a signal saw in one cell."""

    cell: Cell
    seen: int
    expected: Decimal
    from_on: date
    to_on: date
    items: "QuerySet[Suggestion]"
    past: list[int] = field(default_factory=list)


Rules = dict[int, WarningRule]
"""Jurisdiction → its thresholds for one signal; those that switched it off are not in it."""


def seen_now(warning: EarlyWarning, today: date) -> int | None:
    """What the same span, ending today, holds in this cell; None for a forecast of the season, which cannot be seen yet."""
    count = _NOW.get(warning.signal)
    if count is None:
        return None
    return count(today, (warning.jurisdiction_id, warning.topic_id, warning.district_id))


def rules_of(signal: str) -> Rules:
    """The thresholds in force, where the signal is switched on."""
    places = Jurisdiction.objects.filter(is_active=True)
    held = {p.pk: warning_rules.current(p, signal) for p in places}
    return {pk: rule for pk, rule in held.items() if rule.is_on}


def _threshold(rule: WarningRule) -> Threshold:
    return Threshold(rule.least, rule.times, rule.chance)


def _midnight(day: date) -> datetime:
    return make_aware(datetime.combine(day, time(0)), SHANGHAI)


def _items() -> "QuerySet[Suggestion]":
    """What counts: suggestions with a topic and a place, received and not sent elsewhere; merged ones are voices too."""
    return Suggestion.objects.filter(
        category=Category.SUGGESTION, topic__isnull=False, district__isnull=False
    ).exclude(status__in=_OUT)


def _received(after: date, before: date) -> "QuerySet[Suggestion]":
    return _items().filter(received_at__gte=_midnight(after), received_at__lt=_midnight(before))


def _people(after: date, before: date, cells: Iterable[Cell] | None = None) -> dict[Cell, int]:
    """How many different people wrote in a span, by cell. A person is a keyed hash that is only ever counted."""
    rows = _received(after, before)
    if cells is not None:
        held = list(cells)
        rows = rows.filter(topic__in={c[1] for c in held}, district__in={c[2] for c in held})
    counted = rows.order_by().values_list("jurisdiction", "topic", "district")
    return {
        (place, topic, district): n
        for place, topic, district, n in counted.annotate(n=Count("author__phone_hash", distinct=True))
    }  # fmt: skip


def _spans(first: date, days: int, known_from: dict[int, date], cells: Iterable[Cell]) -> dict[Cell, list[int]]:  # fmt: skip
    """For each cell the counts of the eight spans before `first`, as far as its jurisdiction was already taking items."""
    held = list(cells)
    past: dict[Cell, list[int]] = {cell: [] for cell in held}
    for n in range(1, WEEKS + 1):
        after, before = first - timedelta(days=days * n), first - timedelta(days=days * (n - 1))
        counts = _people(after, before, held)
        for cell in held:
            if known_from.get(cell[0], date.max) <= after:
                past[cell].append(counts.get(cell, 0))
    return past


def _known_from(places: Iterable[int]) -> dict[int, date]:
    """The day of the first item of each jurisdiction: by the index of arrivals, not by a look at every item each night."""
    found = {}
    for place in places:
        rows = Suggestion.objects.filter(jurisdiction=place).order_by("received_at")
        first = rows.values_list("received_at", flat=True).first()
        if first is not None:
            found[place] = local_date(first)
    return found


def _risky(rules: Rules) -> dict[int, set[int]]:
    return {pk: set(rule.topics.values_list("pk", flat=True)) for pk, rule in rules.items()}


def _rises(today: date, rules: Rules, watched: Callable[[Cell], bool]) -> Iterator[Found]:
    first = today - timedelta(days=WEEK)
    counts = {
        cell: n
        for cell, n in _people(first, today).items()
        if cell[0] in rules and watched(cell) and n >= rules[cell[0]].least
    }
    if not counts:
        return
    past = _spans(first, WEEK, _known_from(rules), counts)
    for cell, seen in sorted(counts.items()):
        rule, expected = rules[cell[0]], usual(past[cell])
        if expected is not None and _threshold(rule).crossed(seen, expected, past[cell]):
            yield Found(
                cell, seen, expected, first, today - timedelta(days=1), _received(first, today), past[cell]
            )  # fmt: skip


def rise(today: date, rules: Rules) -> Iterator[Found]:
    """Five different people or more within seven days, and three times the median of the eight weeks before (8.4)."""
    risky = _risky(rules_of(Signal.HIGH_RISK))
    yield from _rises(today, rules, lambda cell: cell[1] not in risky.get(cell[0], set()))


def high_risk(today: date, rules: Rules) -> Iterator[Found]:
    """The same with lower thresholds where land, homes, property management or wages are the matter (8.4; S1, S2)."""
    risky = _risky(rules)
    yield from _rises(today, rules, lambda cell: cell[1] in risky.get(cell[0], set()))


def season(today: date, rules: Rules) -> Iterator[Found]:
    """What rose in the coming four weeks a year ago is foretold, so that work comes before complaint (8.4; S4)."""
    first = today - timedelta(days=YEAR)
    counts = {
        cell: n
        for cell, n in _people(first, first + timedelta(days=MONTH)).items()
        if cell[0] in rules and n >= rules[cell[0]].least
    }
    if not counts:
        return
    past = _spans(first, MONTH, _known_from(rules), counts)
    for cell, seen in sorted(counts.items()):
        rule, expected = rules[cell[0]], usual(past[cell])
        if expected is not None and _threshold(rule).crossed(seen, expected, past[cell]):
            last = first + timedelta(days=MONTH)
            yield Found(
                cell, seen, expected, first, last - timedelta(days=1), _received(first, last), past[cell]
            )  # fmt: skip


def _ratings(after: date, before: date) -> "QuerySet[Evaluation]":
    return Evaluation.objects.filter(
        at__gte=_midnight(after), at__lt=_midnight(before), suggestion__in=_items()
    )


_CELL = ("suggestion__jurisdiction", "suggestion__topic", "suggestion__district")
_BAD = Q(overall=Overall.DISSATISFIED)


def _rated(after: date, before: date) -> dict[Cell, tuple[int, int]]:
    """(dissatisfied, all) ratings of a span by cell: one a person, item and round (7.1)."""
    rows = _ratings(after, before).order_by().values_list(*_CELL)
    return {
        (place, topic, district): (bad, n)
        for place, topic, district, bad, n in rows.annotate(bad=Count("pk", filter=_BAD), n=Count("pk"))
    }  # fmt: skip


def dissatisfied(today: date, rules: Rules) -> Iterator[Found]:
    """More dissatisfaction within four weeks than the rate of the eight before would give (8.4)."""
    first = today - timedelta(days=MONTH)
    before = _rated(first - timedelta(days=WEEK * WEEKS), first)
    whole: dict[int, tuple[int, int]] = {}
    for (place, _topic, _district), (bad, n) in before.items():
        held = whole.get(place, (0, 0))
        whole[place] = (held[0] + bad, held[1] + n)
    for cell, (bad, n) in sorted(_rated(first, today).items()):
        rule = rules.get(cell[0])
        own = before.get(cell, (0, 0))
        rate = own if own[1] >= RATED_LEAST else whole.get(cell[0], (0, 0))
        # Without any rating before there is nothing to have risen from.
        if rule is None or rate[1] == 0:
            continue
        expected = share_of(*rate, n)
        if _threshold(rule).crossed(bad, expected):
            badly = _ratings(first, today).filter(_BAD).values("suggestion")
            yield Found(
                cell, bad, expected, first, today - timedelta(days=1), _items().filter(pk__in=badly)
            )  # fmt: skip


def _missed(after: date, before: date) -> "QuerySet[Commitment]":
    return Commitment.objects.filter(
        missed_on__gte=after, missed_on__lt=before, suggestion__in=_items()
    )


def commitments(today: date, rules: Rules) -> Iterator[Found]:
    """Promises of answers missed again and again on one topic in one district (8.4; K18)."""
    first = today - timedelta(days=PROMISES)
    missed = _missed(first, today)
    rows = missed.order_by().values_list(*_CELL).annotate(n=Count("pk"))
    for place, topic, district, n in sorted(rows):
        if place in rules and n >= rules[place].least:
            yield Found(
                (place, topic, district), n, Decimal(0), first, today - timedelta(days=1),
                _items().filter(pk__in=missed.values("suggestion")),
            )  # fmt: skip


def _owed(today: date) -> "QuerySet[Clock]":
    """Answers due within the coming two weeks, or late already. A clock that pauses owes nothing meanwhile."""
    return Clock.objects.filter(
        kind__in=ANSWER_KINDS, stopped_at=None, paused_on=None, due_on__lt=today + timedelta(days=AHEAD),
        suggestion__status__in=OPEN, suggestion__in=_items(),
    )  # fmt: skip


def backlog(today: date, rules: Rules) -> Iterator[Found]:
    """More answers fall due in the coming two weeks than two weeks bring at the pace of the past eight (8.4, forecast)."""
    owed = _owed(today)
    rows = owed.order_by().values_list(*_CELL).annotate(n=Count("suggestion", distinct=True))
    counts = {(p, t, d): n for p, t, d, n in rows if p in rules and n >= rules[p].least}
    if not counts:
        return
    since = _midnight(today - timedelta(days=WEEK * WEEKS))
    done = _items().filter(answered_at__gte=since, answered_at__lt=_midnight(today)).order_by()
    pace = {
        (p, t, d): n
        for p, t, d, n in done.values_list("jurisdiction", "topic", "district").annotate(n=Count("pk"))
    }  # fmt: skip
    for cell, seen in sorted(counts.items()):
        rule = rules[cell[0]]
        expected = share_of(pace.get(cell, 0), WEEK * WEEKS, AHEAD)
        if _threshold(rule).crossed(seen, expected):
            yield Found(
                cell, seen, expected, today, today + timedelta(days=AHEAD - 1),
                _items().filter(pk__in=owed.values("suggestion")),
            )  # fmt: skip


LOOKS: dict[str, Callable[[date, Rules], Iterator[Found]]] = {
    Signal.RISE: rise, Signal.HIGH_RISK: high_risk, Signal.SEASON: season, Signal.DISSATISFIED: dissatisfied,
    Signal.COMMITMENTS: commitments, Signal.BACKLOG: backlog,
}  # fmt: skip


def _cell(rows: "QuerySet[Any]", cell: Cell) -> "QuerySet[Any]":
    return rows.filter(**dict(zip(_CELL, cell, strict=True)))


_NOW: dict[str, Callable[[date, Cell], int]] = {
    Signal.RISE: lambda day, cell: _people(day - timedelta(days=WEEK), day, [cell]).get(cell, 0),
    Signal.HIGH_RISK: lambda day, cell: _people(day - timedelta(days=WEEK), day, [cell]).get(cell, 0),
    Signal.DISSATISFIED: lambda day, cell: _cell(_ratings(day - timedelta(days=MONTH), day), cell).filter(_BAD).count(),
    Signal.COMMITMENTS: lambda day, cell: _cell(_missed(day - timedelta(days=PROMISES), day), cell).count(),
    Signal.BACKLOG: lambda day, cell: _cell(_owed(day), cell).values("suggestion").distinct().count(),
}  # fmt: skip
