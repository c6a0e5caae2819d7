"""Clock rules and day counting (process.md section 5). Pure: dates in, dates out, never "now".

Two units are never mixed: 日 (`day`, calendar) and 工作日 (`wd`). The start day is excluded (CC 201). A citizen's last day
rolls off a rest day (CC 203); an agency's does not, which is stricter (policy). A day ends at 24:00 Asia/Shanghai.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
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
    """How long a kind of clock runs. `citizen` clocks roll forward off a rest day; `pausable` ones stop while we wait.

    `half_of`: no longer than half of that kind's running clock. `law`: an instrument sets the number, which the site may
    only change in the citizen's favour; the others are policy. `minimum`: the number is the least, not the most.
    """

    kind: str
    name: str
    length: int
    unit: Length
    citizen: bool = False
    pausable: bool = False
    source: str = ""
    half_of: str = ""
    law: bool = False
    minimum: bool = False


DEFAULT_RULES: tuple[Rule, ...] = (
    Rule("K1", "回执", 0, Length.DAY, source="GT; policy"),
    Rule("K1m", "回执（意见箱）", 24, Length.HOUR, source="GT; policy"),
    Rule("K2", "登记转送", 15, Length.DAY, pausable=True, source="XF 22", law=True),
    Rule(
        "K2t",
        "登记转送（目标）",
        3,
        Length.WORKING_DAY,
        pausable=True,
        source="process.md K2; policy",
    ),
    Rule("K3", "告知受理情况", 15, Length.DAY, source="XF 23", law=True),
    Rule("K4", "签收", 1, Length.WORKING_DAY, source="policy"),
    Rule("K5", "退办异议", 5, Length.WORKING_DAY, source="XF 23", law=True),
    Rule("K6", "异议决定", 2, Length.WORKING_DAY, source="policy"),
    Rule("K7a", "办理答复", 15, Length.WORKING_DAY, pausable=True, source="policy; SH 11"),
    Rule("K7b", "研究论证", 60, Length.DAY, pausable=True, source="policy, analogy XF 34"),
    Rule("K7c", "咨询答复", 2, Length.WORKING_DAY, source="GD; policy"),
    Rule("K7d", "投诉举报答复", 15, Length.WORKING_DAY, source="GD; policy"),
    Rule("K8", "延期（最长）", 30, Length.DAY, source="policy, analogy XF 34"),
    Rule("K9", "协办意见", 10, Length.WORKING_DAY, source="policy; BJ 14", half_of="K7"),
    Rule("K10", "补充材料", 15, Length.DAY, citizen=True, source="policy, model OGI 30"),
    Rule("K11", "答复审核", 2, Length.WORKING_DAY, source="policy"),
    Rule("K12", "公开", 5, Length.WORKING_DAY, source="policy"),
    Rule("K13", "评价期", 15, Length.DAY, citizen=True, source="policy; SAT22"),
    Rule("K14", "回访", 5, Length.WORKING_DAY, source="BJ 23; policy"),
    Rule("K15", "限期整改", 10, Length.WORKING_DAY, source="policy"),
    Rule("K16", "督办反馈", 5, Length.WORKING_DAY, source="policy"),
    Rule("K16c", "督办反馈（特急）", 1, Length.WORKING_DAY, source="policy"),
    Rule("K17", "三项建议反馈", 30, Length.DAY, source="XF 40; XF05 36; SD 59; policy"),
    Rule("K18", "承诺", 0, Length.DAY, source="policy"),
    Rule("K19", "转化进展", 90, Length.DAY, source="policy"),
    Rule("K20", "归档", 90, Length.DAY, pausable=True, source="policy"),
    Rule("K21", "公开征求意见（至少）", 30, Length.DAY, source="AD 15", law=True, minimum=True),
    Rule("K22", "听证材料提前送达（至少）", 7, Length.DAY, source="AD 16", law=True, minimum=True),
    Rule("K22p", "听证材料送达（最晚）", 0, Length.DAY, source="AD 16"),
    Rule("K23", "紧急报告", 2, Length.HOUR, source="XF 25; BJ 29; policy"),
    Rule(
        "K24",
        "个人信息请求",
        15,
        Length.WORKING_DAY,
        pausable=True,
        source="PIPL 45 to 50; ND 23; policy",
    ),
    Rule("K25", "泄露处置", 24, Length.HOUR, source="PIPL 57; MC 35; ND 11; policy"),
    Rule("K26", "月结月清", 3, Length.WORKING_DAY, source="S4; policy"),
    Rule("K27", "撤下投诉决定", 3, Length.WORKING_DAY, source="process.md 9.2; policy"),
    Rule("K28", "预警签收", 2, Length.WORKING_DAY, source="process.md 8.4; S2; policy"),
    Rule("KT", "每月一题落实", 0, Length.DAY, source="process.md 8.4; S4; BJ 24 to 26"),
    Rule("KH", "转来机关要求的报结", 0, Length.DAY, source="S4; process.md 3.2, 11"),
    Rule("KL", "批示落实报告", 15, Length.WORKING_DAY, source="process.md 6.4; policy"),
    Rule("KM", "未成年人信息年度审计", 90, Length.DAY, source="MC 37; policy"),
    Rule("KA2", "上级代理员答复", 2, Length.WORKING_DAY, source="policy; process.md 3.3"),
    Rule("KB", "通报整改", 10, Length.WORKING_DAY, source="process.md 8.2; policy"),
    Rule("KQ", "排名异议期", 3, Length.WORKING_DAY, source="process.md 8.3; policy"),
    Rule("KS", "专报跟踪", 30, Length.DAY, source="S1; process.md 8.2; policy"),
    Rule("KR", "征集结果公布", 30, Length.DAY, source="SH 12; process.md 13.17; policy"),
    Rule("KP5", "评选公示", 5, Length.WORKING_DAY, source="policy; process.md 4.8"),
)
"""The first version of each rule (process.md section 5). Later versions are rows, made at the desk by two persons."""

ANSWER_KINDS = ("K7a", "K7b", "K7c", "K7d")
"""The limit for an answer, one of them at a time: simple, with a study, a consultation, a complaint (K7; SH 11; GD)."""
FORWARD = ("K2", "K2t")
"""Registering and forwarding: the hard limit of the law, and the target beside it, which begin and end together (K2)."""
DATED = frozenset({"K1", "K18", "K22p", "KH", "KT"})
"""At once, or on a date that people set: there is no number to change."""

# Statutory days off (HOL 2) for years whose notice with swap days is not out. They are a floor, hence provisional.
_FIXED = ((1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3))
_LAW_OF = 2025
"""First year of these thirteen days; before it every notice is loaded."""
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


# Holidays that move with the moon, for years not in _LUNAR: at least so many days off from one date to another.
_MOVING = (
    ((1, 19), (2, 25), 2),  # Spring Festival
    ((4, 3), (4, 7), 1),  # Qingming
    ((5, 26), (6, 28), 1),  # Dragon Boat
    ((9, 6), (10, 9), 1),  # Mid-Autumn; 1 to 3 October are National Day's own
)


def whole_notice(year: int, off: Iterable[date]) -> bool:
    """Whether the days off that are loaded for a year name every holiday of the law (HOL 2): else only a part of its
    notice is here, and dates of that year stay provisional. A holiday on a weekend needs no line of its own.
    """
    named = {day for day in off if day.year == year}
    by_law = set(_FIXED if year >= _LAW_OF else ((1, 1), (5, 1), (10, 1), (10, 2), (10, 3)))
    by_law |= set(_LUNAR.get(year, ()))
    if any(date(year, *d).weekday() < 5 and date(year, *d) not in named for d in by_law):
        return False
    national = {date(year, 10, d) for d in (1, 2, 3)}
    return year in _LUNAR or all(
        sum(date(year, *a) <= day <= date(year, *b) for day in named - national) >= least
        for a, b, least in _MOVING
    )


def known_years(exceptions: Mapping[date, bool]) -> frozenset[int]:
    """The years whose notice is loaded as a whole."""
    off = [day for day, working in exceptions.items() if not working]
    return frozenset(y for y in {d.year for d in exceptions} if whole_notice(y, off))


@dataclass(frozen=True, slots=True)
class Workdays:
    """The working-day calendar: exceptions to "Monday to Friday" and the years a notice was loaded for."""

    exceptions: Mapping[date, bool] = field(default_factory=dict)
    notes: Mapping[date, str] = field(default_factory=dict)
    years: frozenset[int] = frozenset()

    def is_working(self, day: date) -> bool:
        """True on a day offices work, make-up Saturdays included. In a year without a notice: law and weekends only.

        A notice that was loaded in part does not unmake the days off by law: only a line of its own does.
        """
        if day in self.exceptions:
            return self.exceptions[day]
        if day.year >= _LAW_OF and statutory_rest(day):
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


def day_words(day: date) -> str:
    """A day as people write it: 2026年11月22日. Of a moment its own calendar day: pass it in local time."""
    return f"{day.year}年{day.month}月{day.day}日"


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

    An open pause has no length yet: callers recompute when it closes, so only closed pauses are used here. Hours are
    not counted in days (`due_moment`): an hour rule gives its start day.

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


def due_moment(rule: Rule, start: datetime) -> datetime:
    """The moment an hour rule ends: hours run through nights and rest days (K23, K25)."""
    return start + timedelta(hours=rule.length)


def half(rule: Rule) -> Rule:
    """A rule of half the length, fractions dropped because a shorter clock is the safer one, but never zero (K9)."""
    return replace(rule, length=max(rule.length // 2, 1))


def back_to_work(day: date, workdays: Workdays, *, after: date) -> date:
    """`day`, or the last working day before it; when there is none later than `after`, the next one.

    Reminders that would fall on a rest day are sent on the working day before it (process.md section 5).
    """
    found = day
    while not workdays.is_working(found):
        found -= _ONE
        if found <= after:
            return add_working_days(day, 1, workdays)
    return found


def add_working_days(day: date, count: int, workdays: Workdays) -> date:
    """The `count`-th working day after `day`; before it when negative; `day` itself for 0."""
    step = _ONE if count > 0 else -_ONE
    left = abs(count)
    while left:
        day += step
        left -= workdays.is_working(day)
    return day


def working_days_between(start: date, end: date, workdays: Workdays) -> int:
    """Working days after `start` up to and including `end`; negative when `end` lies before `start`."""
    if end < start:
        return -working_days_between(end, start, workdays)
    span = (end - start).days
    return sum(workdays.is_working(start + timedelta(days=n)) for n in range(1, span + 1))


def local_date(moment: datetime) -> date:
    """The Shanghai date of an aware moment: the day that counts."""
    return moment.astimezone(SHANGHAI).date()
