"""The calendar and the rules as every process holds them: read once, at most a minute old (invariant 7: time is data)."""

import hashlib
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from django.apps import apps
from django.apps.registry import Apps
from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone

from suggestions import clock as counting
from suggestions import reminding
from suggestions.clock import DEFAULT_RULES, Rule, Workdays, known_years, local_date
from suggestions.guards.ear import Told
from suggestions.models import CalendarDay, ClockRule

_TOKEN_KEY = "calendar-token"
_MOST_DATES = 5000


class _Held(threading.local):
    """Calendar and rules as this thread last read them, under the token they were read for.

    The cache holds only the token: unpickling a calendar at each use costs more than the query it saves. The token
    lapses after a minute, and at once when the tables are changed here. Each thread holds its own: one that reads inside
    its transaction may see rows that nobody else sees yet.
    """

    def __init__(self) -> None:
        self.begin(None)

    def begin(self, token: str | None) -> None:
        self.token = token
        self.workdays: Workdays | None = None
        self.digest = ""
        self.rules: dict[str, list[ClockRule]] = {}
        self.dates: dict[tuple[Rule, date], tuple[date, bool, date | None]] = {}


_held = _Held()


def _token() -> str:
    token: str | None = cache.get(_TOKEN_KEY)
    if token is None:
        token = uuid.uuid4().hex
        cache.set(_TOKEN_KEY, token, 60)
    return token


told = Told(settings.REDIS_URL, "jianyan:clock-rules", _token)
"""The token is needed a dozen times in one act."""


def _fresh() -> _Held:
    token = told.value()
    if token != _held.token:
        _held.begin(token)
    return _held


def workdays() -> Workdays:
    """The calendar as a value, at most a minute old."""
    held = _fresh()
    if held.workdays is None:
        days = list(CalendarDay.objects.values_list("date", "is_working", "note"))
        held.workdays = Workdays(
            exceptions={d: w for d, w, _ in days},
            notes={d: n for d, w, n in days if n and not w},
            years=known_years({d: w for d, w, _ in days}),
        )
    return held.workdays


def calendar_digest() -> str:
    """What the calendar says, as a short text: two that are equal count alike, in every process."""
    calendar, held = workdays(), _held
    if not held.digest:
        held.digest = hashlib.sha256(repr(sorted(calendar.exceptions.items())).encode()).hexdigest()
    return held.digest


def plain_dates(rule: Rule, start: date) -> tuple[date, bool, date | None]:
    """Due date, whether it is provisional, and first reminder of a clock that counts days without a pause.

    Counted once a day and rule: many items begin the same clock on the same day. For a rule that counts hours the caller
    has the moment itself (`due_moment`), so it is not asked here. No query once the calendar is held.
    """
    calendar, held = workdays(), _held.dates
    key = (rule, start)
    if key not in held:
        if len(held) >= _MOST_DATES:
            held.clear()
        found = counting.due(rule, start, calendar)
        held[key] = (
            found.on,
            found.provisional,
            reminding.following(rule, start, found.on, calendar, after=start),
        )
    return held[key]


def forget_calendar() -> None:
    """Read the calendar and the rules again at their next use."""
    cache.delete(_TOKEN_KEY)
    told.tell()


@contextmanager
def changing() -> Iterator[None]:
    """A transaction that changes the calendar or the rules: they are read again after it, however it ends.

    What is done inside sees the change once it has called `forget_calendar`; the others after the end.
    """
    try:
        with transaction.atomic():
            yield
    finally:
        forget_calendar()


def rule_versions() -> dict[str, list[ClockRule]]:
    """All stored versions by kind, newest first, at most a minute old. One query when not held."""
    held = _fresh()
    if not held.rules:
        for rule in ClockRule.objects.order_by("kind", "-rule_version"):
            held.rules.setdefault(rule.kind, []).append(rule)
    return held.rules


def copy_of(rule: ClockRule) -> ClockRule:
    """An unsaved copy of a version."""
    values = {
        f.attname: getattr(rule, f.attname) for f in ClockRule._meta.fields if f.attname != "id"
    }
    return ClockRule(**values)


def store_defaults(*, apps: Apps = apps, **_: object) -> None:
    """Write the shipped first version of every rule that has none: after each migration (`apps`: what it left behind), so
    that every rule is a row. Does nothing half-way through the migrations, where the table is another one.

    Not at first use: of many people who write at once in a new city all but one would wait for that row.
    """
    if not _is_as_here(apps):
        return
    held = set(ClockRule.objects.values_list("kind", flat=True))
    missing = [
        ClockRule(
            kind=rule.kind, rule_version=1, name=rule.name, length=rule.length, unit=rule.unit, citizen=rule.citizen,
            pausable=rule.pausable, source=rule.source, half_of=rule.half_of, by_law=rule.law, is_minimum=rule.minimum,
        )
        for rule in DEFAULT_RULES
        if rule.kind not in held
    ]  # fmt: skip
    if missing:
        ClockRule.objects.bulk_create(missing, ignore_conflicts=True)
        forget_calendar()


def _is_as_here(apps: Apps) -> bool:
    try:
        there = apps.get_model(ClockRule._meta.label)
    except LookupError:
        return False
    return {f.column for f in there._meta.fields} == {f.column for f in ClockRule._meta.fields}


def current_rule(kind: str, *, on: date | None = None) -> ClockRule:
    """The version of a rule in force on a day (today when None): the newest that has taken effect by then.

    A kind nobody declared is a mistake of ours: LookupError.
    """
    versions = rule_versions().get(kind)
    if not versions:
        raise LookupError(f"no clock rule {kind}")
    day = on or local_date(timezone.now())
    valid = (r for r in versions if r.effective_from is None or r.effective_from <= day)
    return next(valid, versions[-1])
