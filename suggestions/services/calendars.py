"""The working-day calendar: read from a file, written as rows, missed when next year's is not there (process.md 5.1)."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.core.cache import cache

from suggestions import outbox
from suggestions.actor import Actor
from suggestions.clock import SHANGHAI, Workdays, known_years, local_date
from suggestions.errors import Invalid
from suggestions.models import CalendarDay
from suggestions.services import clock_rules, clocks, moving

CALENDAR_ALARM = "calendar_alarm"
"""Kind of outbox row; delivered by portal/notices/reminders.py."""
ALARM_FROM = (11, 1)
"""The State Council office publishes next year's swap days each autumn (HOL 7)."""
NOTE_MAX = 60
_WORDS: dict[str, bool | None] = {"0": False, "1": True, "-": None}
_YEARS = range(2000, 2100)


@dataclass(frozen=True, slots=True)
class Day:
    """One line of a notice. `working` None: the day becomes again what its weekday says."""

    date: date
    working: bool | None
    note: str = ""


def read(lines: Iterable[str]) -> list[Day]:
    """Days from CSV lines "2027-02-06,0,春节"; # comments and blank lines are passed over.

    Raises Invalid({"file": …}) that names the line: unreadable, a day given twice, or nothing in it.
    """
    days: dict[date, Day] = {}
    for number, row in enumerate(csv.reader(lines), 1):
        if not row or not row[0].strip() or row[0].startswith("#"):
            continue
        try:
            day = date.fromisoformat(row[0].strip())
            working = _WORDS[row[1].strip()]
        except (ValueError, LookupError) as error:
            shown = ",".join(row)[:60]
            raise _bad(
                f"第{number}行看不懂：{shown}。应是 2027-02-06,0,春节 这样，0是放假，1是上班。"
            ) from error
        if day.year not in _YEARS:
            raise _bad(f"第{number}行的年份不对：{day.year}。")
        if day in days:
            raise _bad(f"第{number}行的{day}写了两次，请留一行。")
        days[day] = Day(day, working, (row[2].strip() if len(row) > 2 else "")[:NOTE_MAX])
    if not days:
        raise _bad("文件里没有日期。")
    return sorted(days.values(), key=lambda d: d.date)


def _bad(words: str) -> Invalid:
    return Invalid({"file": [words]})


def with_days(days: Iterable[Day]) -> Workdays:
    """The calendar as it would be with these days written."""
    now = clocks.workdays()
    exceptions, notes = dict(now.exceptions), dict(now.notes)
    for day in days:
        exceptions.pop(day.date, None)
        notes.pop(day.date, None)
        if day.working is None:
            continue
        exceptions[day.date] = day.working
        if day.note and not day.working:
            notes[day.date] = day.note
    return Workdays(exceptions, notes, known_years(exceptions))


def write(days: Iterable[Day], *, source: str, at: datetime, actor: Actor | None = None) -> int:
    """Write the days and count the provisional clocks again; returns how many dates moved.

    The rows stand even if the counting is interrupted: the sweep goes on with it.
    """
    given = list(days)
    with clock_rules.changing():
        CalendarDay.objects.filter(date__in=[d.date for d in given if d.working is None]).delete()
        CalendarDay.objects.bulk_create(
            [
                CalendarDay(date=d.date, is_working=d.working, note=d.note, source=source[:120])
                for d in given
                if d.working is not None
            ],
            update_conflicts=True,
            unique_fields=["date"],
            update_fields=["is_working", "note", "source"],
        )
    return moving.recount(at=at, actor=actor, basis=source)


def missing_year(today: date) -> int | None:
    """The year whose notice should be here by now and is not: next year's from 1 November, this year's at any time."""
    known = clocks.workdays().years
    if today.year not in known:
        return today.year
    late = (today.month, today.day) >= ALARM_FROM
    return today.year + 1 if late and today.year + 1 not in known else None


def alarm(*, now: datetime) -> int:
    """Tell the administrators once a week that a year is missing; the notice itself is unique by person and week."""
    today = local_date(now)
    year = missing_year(today)
    if year is None or now.astimezone(SHANGHAI).hour < 8:
        return 0
    week = f"{today.isocalendar().year}w{today.isocalendar().week}"
    if not cache.add(f"calendar-alarm:{year}:{week}", True, 8 * 86400):
        return 0
    outbox.enqueue(CALENDAR_ALARM, {"year": year, "week": week}, key=f"calendar:{year}:{week}")
    return 1


def days_of(year: int) -> list[CalendarDay]:
    """The stored exceptions of a year, in order. One query."""
    return list(CalendarDay.objects.filter(date__year=year).order_by("date"))


def years() -> list[int]:
    """Years with a notice or a part of one, newest first."""
    return sorted({d.year for d in clocks.workdays().exceptions}, reverse=True)


def is_partial(year: int) -> bool:
    """Whether something of a year's notice is loaded, but not every holiday: its dates stay provisional (5.1)."""
    held = clocks.workdays()
    return year not in held.years and any(d.year == year for d in held.exceptions)


def weekday_says(day: date) -> bool:
    """Whether a day is worked by its weekday alone."""
    return day.weekday() < 5


def next_days(today: date, length: int) -> list[date]:
    """Today and the days after it."""
    return [today + timedelta(days=n) for n in range(length)]
