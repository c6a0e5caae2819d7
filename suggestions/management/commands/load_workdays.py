"""`manage.py load_workdays`: fill the working-day calendar from the packaged notices, or from a CSV file."""

import csv
from argparse import ArgumentParser
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import chinese_calendar
from chinese_calendar import constants
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from suggestions.models import CalendarDay
from suggestions.services import clocks

_NAMES = {
    "New Year's Day": "元旦", "Spring Festival": "春节", "Tomb-sweeping Day": "清明节", "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节", "Mid-autumn Festival": "中秋节", "National Day": "国庆节",
    "Anti-Fascist 70th Day": "纪念日",
}  # fmt: skip
SOURCE = "国务院办公厅放假通知（chinesecalendar）"


def packaged_days(year: int) -> list[CalendarDay]:
    """Days of a year that are not what their weekday says, from the package's copy of the yearly notices."""
    days = []
    day = date(year, 1, 1)
    while day.year == year:
        working = bool(chinese_calendar.is_workday(day))
        holiday, name = chinese_calendar.get_holiday_detail(day)
        if working != (day.weekday() < 5) or (holiday and name):
            label = _NAMES.get(name or "", "") or ("调休" if working else "")
            days.append(CalendarDay(date=day, is_working=working, note=label, source=SOURCE))
        day += timedelta(days=1)
    return days


class Command(BaseCommand):
    help = (
        "载入工作日历。不带参数：载入内置的历年放假通知；--file：从CSV（日期,上班0/1,说明）载入。"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--file", type=Path, help="CSV文件：2027-02-06,0,春节")
        parser.add_argument("--source", default="", help="依据，如通知文号")

    def handle(self, *args: Any, **options: Any) -> None:
        days = (
            self._from_file(options["file"], options["source"])
            if options["file"]
            else self._packaged()
        )
        with transaction.atomic():
            CalendarDay.objects.bulk_create(
                days,
                update_conflicts=True,
                unique_fields=["date"],
                update_fields=["is_working", "note", "source"],
            )
        clocks.forget_calendar()
        years = sorted({d.date.year for d in days})
        self.stdout.write(self.style.SUCCESS(f"载入{len(days)}天，{years[0]}年至{years[-1]}年。"))

    def _packaged(self) -> list[CalendarDay]:
        last = max(d.year for d in constants.holidays)
        return [d for year in range(2010, last + 1) for d in packaged_days(year)]

    def _from_file(self, path: Path, source: str) -> list[CalendarDay]:
        days = []
        try:
            with path.open(encoding="utf-8-sig", newline="") as lines:
                for number, row in enumerate(csv.reader(lines), 1):
                    if not row or row[0].startswith("#"):
                        continue
                    try:
                        note = row[2] if len(row) > 2 else ""
                        days.append(
                            CalendarDay(
                                date=date.fromisoformat(row[0].strip()),
                                is_working=bool(int(row[1])),
                                note=note,
                                source=source,
                            )
                        )
                    except (ValueError, IndexError) as error:
                        raise CommandError(
                            f"第{number}行看不懂：{row}。应是 2027-02-06,0,春节 这样。"
                        ) from error
        except OSError as error:
            raise CommandError(f"打不开 {path}：{error.strerror}。") from error
        if not days:
            raise CommandError("文件里没有日期。")
        return days
