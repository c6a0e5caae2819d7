"""How a clock's due date comes about, in steps and in sentences. The arithmetic is in suggestions/clock.py."""

from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from suggestions import clock as counting
from suggestions import dates
from suggestions.clock import Due, Length, local_date
from suggestions.models import Clock
from suggestions.services.clock_rules import workdays

EXTENDABLE = frozenset({*counting.ANSWER_KINDS, "K9"})
"""Clocks a unit may ask to extend, once (K8). Rectification has no extension (K15)."""


def explain(held: Clock) -> Due:
    """How a clock's due date comes about, day by day, with the rule version it runs under. No query once rules are held.

    A promised or extended date, and a clock that counts hours, have no days to show.
    """
    rule, start = held.as_rule(), local_date(held.started_at)
    if held.fixed_on is not None:
        return Due(held.fixed_on, False, ())
    if rule.unit is Length.HOUR:
        return Due(local_date(counting.due_moment(rule, held.started_at)), False, ())
    return counting.due(rule, start, workdays(), held.pause_list())


def explain_in_words(held: Clock) -> list[str]:
    """The same in a few Chinese sentences for the author (peers.md complaint 22)."""
    rule = held.as_rule()
    day = local_date(held.started_at)
    if rule.unit is Length.HOUR:
        end = counting.due_moment(rule, held.started_at).astimezone(counting.SHANGHAI)
        begun = held.started_at.astimezone(counting.SHANGHAI)
        return [
            _("从%(begun)s起%(n)d小时，到%(end)s，夜里和休息日照样算。")
            % {"begun": _moment(begun), "n": rule.length, "end": _moment(end)}
        ]
    if held.fixed_on is not None:
        if held.kind not in EXTENDABLE:
            line = (
                _("这是承诺的日期：%s24:00。")
                if held.kind == "K18"
                else _("这是定下的日期：%s24:00。")
            )
            return [line % said(held.fixed_on)]
        number = {"first": said(held.first_due_on), "day": said(held.fixed_on)}
        return [_("原来的期限是%(first)s，经批准延到%(day)s24:00。") % number]
    due = explain(held)
    unit = unit_words(rule.unit)
    counted = {"begun": said(day), "n": rule.length, "unit": unit, "day": said(due.on)}
    lines = [_("从%(begun)s的第二天起，数%(n)d%(unit)s，到%(day)s24:00。") % counted]
    if held.length is not None:
        lines.append(
            _("协办时限取%(n)d%(unit)s和主办时限的一半中较短的。")
            % {"n": held.rule.length, "unit": unit_words(held.rule.unit)}
        )
    skipped: dict[str, list[date]] = {}
    for step in due.steps:
        if step.number is None and step.why != "周末":
            skipped.setdefault(step.why, []).append(step.day)
    for why, days in skipped.items():
        lines.append(_("不算：%(days)s，%(why)s。") % {"days": _spans(days), "why": why})
    extra = [s.day for s in due.steps if s.number is not None and s.why]
    if extra:
        lines.append(_("要算：%s，调休上班。") % _spans(extra))
    if due.provisional:
        lines.append(_("其中有些日子的放假安排还没有公布，公布后如有变化，我们重新算并告诉您。"))
    return lines


def unit_words(unit: str) -> str:
    """How a length is said: 15个工作日, 15天, 2小时."""
    return {Length.WORKING_DAY: _("个工作日"), Length.DAY: _("天"), Length.HOUR: _("小时")}[
        Length(unit)
    ]


def said(day: date) -> str:
    """A day as a deadline names it."""
    return dates.short(day)


def _moment(at: datetime) -> str:
    return f"{said(at.date())}{', ' if dates.is_english() else ''}{at:%H:%M}"


def _spans(days: list[date]) -> str:
    """Days in order as runs: 10月1日至10月7日、10月10日."""
    runs: list[list[date]] = []
    for day in days:
        if runs and day - runs[-1][-1] == timedelta(days=1):
            runs[-1].append(day)
        else:
            runs.append([day])
    return "、".join(
        said(run[0])
        if len(run) == 1
        else _("%(a)s至%(b)s") % {"a": said(run[0]), "b": said(run[-1])}
        for run in runs
    )
