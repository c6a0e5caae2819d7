"""`manage.py explain_due KIND START [--at DATE]`: every day from start to due date, counted or not, and why."""

from argparse import ArgumentParser
from datetime import date, datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from suggestions import clock as counting
from suggestions import reminding
from suggestions.clock import DEFAULT_RULES, SHANGHAI, Due, Length, Pause, Rule, Workdays
from suggestions.models import ClockRule
from suggestions.services import clocks

_STEPS = {
    reminding.HALF: "时间过半", reminding.FAR: "还有十五个工作日", reminding.NEAR: "还有三个工作日", reminding.BEFORE: "还有两个工作日", reminding.DUE: "当天", reminding.HEAD: "报单位负责人",
    reminding.SUPERVISOR: "报督办员", reminding.LEADER: "报领导并列入通报",
}  # fmt: skip
_YEARS = range(2000, 2100)


def _date(words: str) -> date:
    try:
        day = date.fromisoformat(words)
    except ValueError as error:
        raise CommandError("日期请写成 2026-09-16 这样。") from error
    return _in_range(day)


def _in_range(day: date) -> date:
    if day.year not in _YEARS:
        raise CommandError("日期请写在2000年至2099年之间。")
    return day


def _moment(words: str) -> datetime:
    try:
        moment = datetime.fromisoformat(words)
    except ValueError as error:
        raise CommandError("按小时计的时限，开始请写成 2026-09-16T09:30 这样。") from error
    _in_range(moment.date())
    return moment.replace(tzinfo=SHANGHAI) if moment.tzinfo is None else moment


def _pause(words: str) -> Pause:
    first, colon, last = words.partition(":")
    if not colon:
        raise CommandError("暂停请写成 2026-09-18:2026-09-28 这样，前一天开始，后一天结束。")
    found = Pause(_date(first), _date(last))
    if found.end is not None and found.end < found.start:
        raise CommandError("暂停的结束日期不能早于开始日期。")
    return found


class Command(BaseCommand):
    help = "逐日说明一个期限是怎么算出来的，例如：explain_due K7a 2026-09-16 --at 2026-10-09"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kind", help="时限代码，如 K2、K7a、K13")
        parser.add_argument("start", help="开始日期，如 2026-09-16；按小时计的写 2026-09-16T09:30")
        parser.add_argument("--at", default="", help="站在哪一天看，如 2026-10-09")
        parser.add_argument(
            "--pause",
            action="append",
            default=[],
            help="暂停的起止，如 2026-09-18:2026-09-28，可写几次",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        known = {r.kind.lower(): r.kind for r in DEFAULT_RULES}
        kind = known.get(options["kind"].strip().lower())
        if kind is None:
            listed = "、".join(known.values())
            raise CommandError(f"没有“{options['kind'][:20]}”这个时限。可用的有：{listed}。")
        default = next(r for r in DEFAULT_RULES if r.kind == kind)
        if default.unit is Length.HOUR:
            self._hours(clocks.current_rule(kind), _moment(options["start"]), options["at"])
            return
        start = _date(options["start"])
        stored = clocks.current_rule(kind, on=start)
        rule = stored.as_rule()
        calendar, pauses = clocks.workdays(), [_pause(p) for p in options["pause"]]
        due = counting.due(rule, start, calendar, pauses)
        self._days(stored, start, due)
        self._reminders(rule, start, due, calendar)
        if options["at"]:
            self._at(rule, start, due, calendar, _date(options["at"]))

    def _days(self, stored: ClockRule, start: date, due: Due) -> None:
        rule = stored.as_rule()
        unit = clocks.unit_words(rule.unit)
        law, basis = "法定" if rule.law else "本站规定", stored.basis
        least = "至少" if rule.minimum else ""
        self.stdout.write(
            f"{rule.kind} {rule.name}：{least}{rule.length}{unit}（{law}{'，' + basis if basis else ''}）。{start} 起算，当天不计。"
        )
        for step in due.steps:
            mark = f"第{step.number}{unit}" if step.number is not None else "不计"
            weekday = "一二三四五六日"[step.day.weekday()]
            self.stdout.write(f"  {step.day} 周{weekday}  {mark}  {step.why}".rstrip())
        if rule.half_of:
            self.stdout.write(f"有正在走的{rule.half_of}时，取它的一半和上面的日期中较早的。")
        note = "（暂定：这一年的放假通知还没有载入）" if due.provisional else ""
        self.stdout.write(self.style.SUCCESS(f"期限：{due.on} 24:00{note}"))

    def _reminders(self, rule: Rule, start: date, due: Due, calendar: Workdays) -> None:
        until = due.on + timedelta(days=30)
        planned = reminding.steps(rule, start, due.on, calendar, until=until)
        said = [f"{p.on} {_STEPS[p.step]}" for p in planned if p.step in _STEPS]
        if said:
            self.stdout.write(f"提醒：{'；'.join(said)}；逾期后每个工作日提醒一次。")

    def _at(self, rule: Rule, start: date, due: Due, calendar: Workdays, day: date) -> None:
        unit = clocks.unit_words(rule.unit)
        done = max((s.number or 0 for s in due.steps if s.day <= day), default=0)
        if day < start:
            said = "还没有开始。"
        elif day <= due.on:
            said = f"已数{done}{unit}，还剩{rule.length - done}{unit}，没有逾期。"
        elif rule.unit is Length.WORKING_DAY:
            said = f"已逾期{counting.working_days_between(due.on, day, calendar)}{unit}。"
        else:
            said = f"已逾期{(day - due.on).days}{unit}。"
        self.stdout.write(f"到{day}：{said}")

    def _hours(self, stored: ClockRule, start: datetime, at: str) -> None:
        rule, basis = stored.as_rule(), stored.basis
        end = counting.due_moment(rule, start).astimezone(SHANGHAI)
        begun = start.astimezone(SHANGHAI)
        self.stdout.write(
            f"{rule.kind} {rule.name}：{rule.length}小时{'（' + basis + '）' if basis else ''}。"
            f"{begun:%Y-%m-%d %H:%M} 起，夜里和休息日照样算。"
        )
        self.stdout.write(self.style.SUCCESS(f"期限：{end:%Y-%m-%d %H:%M}"))
        if at:
            left = end - _moment(at)
            said = f"还剩{left}" if left >= timedelta(0) else f"已逾期{-left}"
            self.stdout.write(f"到{_moment(at):%Y-%m-%d %H:%M}：{said}。")
