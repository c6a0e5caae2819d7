"""Clock rules and day counting (process.md section 5). Pure: dates in, dates out, never "now".

Two units are never mixed: 日 (`day`, calendar) and 工作日 (`wd`). The start day is excluded (CC 201). A citizen's last day
rolls off a rest day (CC 203); an agency's does not, which is stricter (policy). A day ends at 24:00 Asia/Shanghai.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
_ONE = timedelta(days=1)


class Length(StrEnum):
    """Unit of a rule's length."""

    DAY = "day"
    WORKING_DAY = "wd"
    HOUR = "hour"


@dataclass(frozen=True, slots=True)
class Rule:
    """How long a kind of clock runs. `citizen` clocks roll forward off a rest day; `pausable` ones stop while we wait."""

    kind: str
    name: str
    length: int
    unit: Length
    citizen: bool = False
    pausable: bool = False
    source: str = ""


DEFAULT_RULES: tuple[Rule, ...] = (
    Rule("K1", "回执", 0, Length.DAY, source="GT; policy"),
    Rule("K2", "登记转送", 15, Length.DAY, pausable=True, source="XF 22"),
    Rule("K3", "告知受理情况", 15, Length.DAY, source="XF 23"),
    Rule("K4", "签收", 1, Length.WORKING_DAY, source="policy"),
    Rule("K5", "退办异议", 5, Length.WORKING_DAY, source="XF 23"),
    Rule("K6", "异议决定", 2, Length.WORKING_DAY, source="policy"),
    Rule("K7a", "办理答复", 15, Length.WORKING_DAY, pausable=True, source="policy; SH 11"),
    Rule("K7b", "研究论证", 60, Length.DAY, pausable=True, source="policy, analogy XF 34"),
    Rule("K9", "协办意见", 7, Length.WORKING_DAY, source="policy; BJ 14"),
    Rule("K10", "补充材料", 15, Length.DAY, citizen=True, source="policy, model OGI 30"),
    Rule("K11", "答复审核", 2, Length.WORKING_DAY, source="policy"),
    Rule("K12", "公开", 5, Length.WORKING_DAY, source="policy"),
    Rule("K13", "评价期", 15, Length.DAY, citizen=True, source="policy; SAT22"),
    Rule("K14", "回访", 5, Length.WORKING_DAY, source="BJ 23; policy"),
    Rule("K15", "限期整改", 10, Length.WORKING_DAY, source="policy"),
    Rule("K18", "承诺", 0, Length.DAY, source="policy"),
    Rule("K19", "转化进展", 90, Length.DAY, source="policy"),
    Rule("KA2", "上级代理员答复", 2, Length.WORKING_DAY, source="policy; process.md 3.3"),
    Rule("KP5", "评选公示", 5, Length.WORKING_DAY, source="policy; process.md 4.8"),
    Rule("K20", "归档", 90, Length.DAY, source="policy"),
    Rule("K24", "个人信息请求", 15, Length.WORKING_DAY, pausable=True, source="PIPL 45 to 50; ND 23; policy"),
    Rule("K25", "泄露处置", 24, Length.HOUR, source="PIPL 57; MC 35; ND 11; policy"),
    Rule("K27", "撤下投诉决定", 3, Length.WORKING_DAY, source="process.md 9.2; policy"),
)

# Statutory days off (HOL 2) for years whose notice with swap days is not out. They are a floor, hence provisional.
_FIXED = ((1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3))
_LUNAR: dict[int, tuple[tuple[int, int], ...]] = {
    # Spring Festival eve and three days, Qingming, Dragon Boat, Mid-Autumn.
    2027: ((2, 5), (2, 6), (2, 7), (2, 8), (4, 5), (6, 9), (9, 15)),
    2028: ((1, 25), (1, 26), (1, 27), (1, 28), (4, 4), (5, 28), (10, 3)),
    2029: ((2, 12), (2, 13), (2, 14), (2, 15), (4, 4), (6, 16), (9, 22)),
    2030: ((2, 2), (2, 3), (2, 4), (2, 5), (4, 5), (6, 5), (9, 12)),
}


def statutory_rest(day: date) -> bool:
    """Whether a day is off by law alone, without the yearly notice (HOL 2)."""
    key = (day.month, day.day)
    return key in _FIXED or key in _LUNAR.get(day.year, ())


@dataclass(frozen=True, slots=True)
class Workdays:
    """The working-day calendar: exceptions to "Monday to Friday" and the years a notice was loaded for."""

    exceptions: Mapping[date, bool] = field(default_factory=dict)
    notes: Mapping[date, str] = field(default_factory=dict)
    years: frozenset[int] = frozenset()

    def is_working(self, day: date) -> bool:
        """True on a day offices work, make-up Saturdays included. In a year without a notice: law and weekends only."""
        if day in self.exceptions:
            return self.exceptions[day]
        if day.year not in self.years and statutory_rest(day):
            return False
        return day.weekday() < 5

    def knows(self, day: date) -> bool:
        """Whether the official notice of the day's year is loaded."""
        return day.year in self.years


@dataclass(frozen=True, slots=True)
class Pause:
    """Days we wait for somebody: after the day it began, up to and including the day it ended (None: still open)."""

    start: date
    end: date | None = None

    def covers(self, day: date) -> bool:
        return self.start < day and (self.end is None or day <= self.end)


@dataclass(frozen=True, slots=True)
class Step:
    """One day of a count: `number` when it counted, else why it did not."""

    day: date
    number: int | None
    why: str


@dataclass(frozen=True, slots=True)
class Due:
    """A due date and how it came about. `provisional`: a year without an official notice was crossed."""

    on: date
    provisional: bool
    steps: tuple[Step, ...]


def _why_rest(day: date, workdays: Workdays) -> str:
    note = workdays.notes.get(day, "")
    if note:
        return f"{note}放假"
    if day.weekday() >= 5:
        return "周末"
    return "法定节假日"


def _walk(rule: Rule, start: date, workdays: Workdays, pauses: Sequence[Pause]) -> Iterator[Step]:
    number = 0
    day = start
    while number < rule.length:
        day += _ONE
        if any(p.covers(day) for p in pauses):
            yield Step(day, None, "暂停计时")
        elif rule.unit is Length.WORKING_DAY and not workdays.is_working(day):
            yield Step(day, None, _why_rest(day, workdays))
        else:
            number += 1
            makeup = rule.unit is Length.WORKING_DAY and day.weekday() >= 5
            yield Step(day, number, "调休上班" if makeup else "")
    if rule.citizen:
        # CC 203: a last day on a rest day moves to the next working day. Only for the citizen's own deadlines.
        while not workdays.is_working(day):
            yield Step(day + _ONE, None, "最后一天休息，顺延")
            day += _ONE


def due(rule: Rule, start: date, workdays: Workdays, pauses: Sequence[Pause] = ()) -> Due:
    """The last day of a clock that started on `start` (a Shanghai date).

    Open pauses are counted as if they ended yesterday's count: callers recompute when a pause closes, so only closed
    pauses are used here. Hours are not counted in days; an hour rule is due on its start day.

    Source: process.md 5, 5.1; CC 201, 203; XF 22, 23.
    """
    closed = [p for p in pauses if p.end is not None]
    if rule.unit is Length.HOUR:
        return Due(start, False, ())
    steps = tuple(_walk(rule, start, workdays, closed))
    on = steps[-1].day if steps else start
    provisional = (rule.unit is Length.WORKING_DAY or rule.citizen) and not all(
        workdays.knows(s.day) for s in steps
    )
    return Due(on, provisional, steps)


def working_days_between(start: date, end: date, workdays: Workdays) -> int:
    """Working days after `start` up to and including `end`; negative when `end` lies before `start`."""
    if end < start:
        return -working_days_between(end, start, workdays)
    span = (end - start).days
    return sum(workdays.is_working(start + timedelta(days=n)) for n in range(1, span + 1))


def local_date(moment: datetime) -> date:
    """The Shanghai date of an aware moment: the day that counts."""
    return moment.astimezone(SHANGHAI).date()
