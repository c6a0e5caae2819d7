"""`manage.py explain_due KIND START`: every day from start to due date, counted or not, and why."""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from suggestions import clock as counting
from suggestions.clock import DEFAULT_RULES
from suggestions.services import clocks


class Command(BaseCommand):
    help = "逐日说明一个期限是怎么算出来的，例如：explain_due K7a 2026-09-16"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kind", help="时限代码，如 K2、K7a、K13")
        parser.add_argument("start", help="开始日期，如 2026-09-16")

    def handle(self, *args: Any, **options: Any) -> None:
        known = [r.kind for r in DEFAULT_RULES]
        if options["kind"] not in known:
            raise CommandError(f"没有“{options['kind']}”这个时限。可用的有：{'、'.join(known)}。")
        try:
            start = date.fromisoformat(options["start"])
        except ValueError as error:
            raise CommandError("日期请写成 2026-09-16 这样。") from error
        rule = clocks.current_rule(options["kind"]).as_rule()
        due = counting.due(rule, start, clocks.workdays())
        unit = "个工作日" if rule.unit is counting.Length.WORKING_DAY else "天"
        self.stdout.write(
            f"{rule.kind} {rule.name}：{rule.length}{unit}（{rule.source}）。{start} 起算，当天不计。"
        )
        for step in due.steps:
            mark = f"第{step.number}{unit}" if step.number is not None else "不计"
            self.stdout.write(
                f"  {step.day} 周{'一二三四五六日'[step.day.weekday()]}  {mark}  {step.why}".rstrip()
            )
        note = "（暂定：这一年的放假通知还没有载入）" if due.provisional else ""
        self.stdout.write(self.style.SUCCESS(f"期限：{due.on} 24:00{note}"))
