"""What people write besides words: 单位:交通局, 主题:停车, 年:2025, 编号:…, and dates like 2025年3月 or 2025-03.

Field names are registered by the packages that own them. What no field understands is text like any other, so a
question is never wrong.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from search.analysis import normalise
from search.engine import Query

LOCAL = ZoneInfo("Asia/Shanghai")
MOST_FIELDS = 8
MAX_TEXT = 400

Resolve = Callable[[str], tuple[str, tuple[str, ...]] | None]
"""A field's value as it was typed → (facet, codes); None when it names nothing."""

_FIELD = re.compile(
    r"(?P<minus>[-－])?(?P<name>[^\s:：\"“”]{1,8})[:：](?P<value>\"[^\"]{1,60}\"|“[^”]{1,60}”|[^\s\"“”]{1,60})"
)
_DATE = re.compile(
    r"(?P<y>(?:19|20)\d\d)(?:年|[-/.](?=\d))(?:(?P<m>1[0-2]|0?[1-9])(?:月份?|[-/.](?=\d)|$)(?:(?P<d>[12]\d|3[01]|0?[1-9])[日号]?)?)?"
)
_DATE_NAMES = frozenset(["日期", "时间", "月份", "date"])
_AFTER = frozenset(["以后", "之后", "起", "以来"])
_BEFORE = frozenset(["以前", "之前"])
_fields: dict[str, Resolve] = {}


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `first` up to, not including, `end`; an open side is None. `words` as a person reads it."""

    first: date | None
    end: date | None
    words: str


@dataclass(frozen=True, slots=True)
class Read:
    """The text without what was understood, and what was understood: (typed, facet, codes), and a period."""

    text: str
    filters: tuple[tuple[str, str, tuple[str, ...]], ...] = ()
    period: Period | None = None


def register_field(names: Iterable[str], resolve: Resolve) -> None:
    """Let these names before a colon narrow a search."""
    _fields.update(dict.fromkeys(names, resolve))


def read(text: str) -> Read:
    """Take fields and a period out of what was typed. Never fails; a second period is text."""
    left: list[str] = []
    filters: list[tuple[str, str, tuple[str, ...]]] = []
    period: Period | None = None
    for chunk in _chunks(text[:MAX_TEXT]):
        plain = normalise(chunk).strip()
        found = _FIELD.fullmatch(chunk)
        if found and not found["minus"] and len(filters) < MOST_FIELDS:
            name, value = normalise(found["name"]), found["value"].strip('"“”')
            if name in _DATE_NAMES and period is None:
                period = _period(normalise(value), bare_year=True)
                if period is not None:
                    continue
            resolve = _fields.get(name)
            narrowed = resolve(value) if resolve else None
            if narrowed is not None:
                filters.append((chunk, *narrowed))
                continue
            if resolve is not None:
                # A field whose value names nothing known: its value is still what was looked for.
                left.append(value)
                continue
        if period is None and (period := _period(plain)) is not None:
            continue
        left.append(chunk)
    return Read(" ".join(left), tuple(filters), period)


def applied(query: Query, read: Read) -> Query:
    """The query with what was understood; several values of one facet are alternatives."""
    filters = {name: tuple(values) for name, values in query.filters.items()}
    for _typed, facet, codes in read.filters:
        filters[facet] = tuple(dict.fromkeys([*filters.get(facet, ()), *codes]))
    since, until = query.since, query.until
    if read.period is not None:
        since = since or moment(read.period.first)
        until = until or moment(read.period.end)
    return replace(query, text=read.text, filters=filters, since=since, until=until)


def _chunks(text: str) -> list[str]:
    """What stands between blanks; a quotation stays in one piece."""
    return re.findall(r"(?:[^\s\"“”]*(?:\"[^\"]*\"|“[^”]*”))+|[^\s]+", text)


def moment(day: date | None) -> datetime | None:
    """The first moment of a day here; None stays None."""
    return None if day is None else datetime(day.year, day.month, day.day, tzinfo=LOCAL)


def _period(text: str, *, bare_year: bool = False) -> Period | None:
    """A whole chunk that is a year, a month or a day, with 以后 or 以前 after it; a bare number only where one is asked
    for.
    """
    if re.fullmatch(r"(?:19|20)\d\d", text):
        return _span(int(text), 0, 0) if bare_year else None
    found = _DATE.match(text)
    rest = text[found.end() :] if found else ""
    if found is None or (rest and rest not in _AFTER | _BEFORE):
        return None
    period = _span(int(found["y"]), int(found["m"] or 0), int(found["d"] or 0))
    if period is None or not rest:
        return period
    words = period.words + ("以后" if rest in _AFTER else "以前")
    return (
        Period(period.first, None, words) if rest in _AFTER else Period(None, period.first, words)
    )


def _span(year: int, month: int, day: int) -> Period | None:
    """The days of a year (month 0), a month (day 0) or one day; None for a day that does not exist."""
    try:
        first = date(year, month or 1, day or 1)
        if day:
            end = first + timedelta(days=1)
        elif month and month < 12:
            end = date(year, month + 1, 1)
        else:
            end = date(year + 1, 1, 1)
    except ValueError:
        return None
    words = f"{year}年" + (f"{month}月" if month else "") + (f"{day}日" if day else "")
    return Period(first, end, words)
