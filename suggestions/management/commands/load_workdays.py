"""`manage.py load_workdays`: fill the working-day calendar from the packaged notices, or from a CSV file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from chinese_calendar import constants
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from suggestions.errors import Invalid
from suggestions.models import CalendarDay
from suggestions.services import calendars, moving, time_changes
from suggestions.services.calendars import Day
from suggestions.services.moving import Move

_NAMES = {
    "New Year's Day": "元旦", "Spring Festival": "春节", "Tomb-sweeping Day": "清明节", "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节", "Mid-autumn Festival": "中秋节", "National Day": "国庆节",
    "Anti-Fascist 70th Day": "纪念日",
}  # fmt: skip
SOURCE = "国务院办公厅放假通知（chinesecalendar）"


def packaged_days(year: int) -> list[CalendarDay]:
    """Days of a year that are not what their weekday says, from the package's copy of the yearly notices."""
    days = []
    for day in sorted(d for d in {*constants.holidays, *constants.workdays} if d.year == year):
        working = day in constants.workdays
        if working and day.weekday() < 5:
            continue
        name = constants.workdays[day] if working else constants.holidays[day]
        label = _NAMES.get(name, "") or ("调休" if working else "")
        days.append(CalendarDay(date=day, is_working=working, note=label, source=SOURCE))
    return days


class Command(BaseCommand):
    help = (
        "载入工作日历。不带参数：载入内置的历年放假通知；--file：从CSV（日期,上班0/1,说明）载入。"
        "这是运行维护人员在本机上的操作，不用第二人；会记下一条修改记录。载入后，暂定的期限重新计算，"
        "变了的逐个列出并记入经过。--dry-run 只看会怎样。"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--file", type=Path, help="CSV文件：2027-02-06,0,春节")
        parser.add_argument("--source", default="", help="依据，如通知文号")
        parser.add_argument("--dry-run", action="store_true", help="只列出会变动的期限，不写")

    def handle(self, *args: Any, **options: Any) -> None:
        days = self._from_file(options["file"]) if options["file"] else self._packaged()
        years = sorted({d.date.year for d in days})
        if options["dry_run"]:
            self._preview(days)
            return
        source = options["source"] or ("" if options["file"] else SOURCE)
        moves = time_changes.load(days=days, source=source, at=timezone.now())
        if options["verbosity"] == 0:
            return
        self._list(moves)
        self.stdout.write(
            self.style.SUCCESS(
                f"载入{len(days)}天，{years[0]}年至{years[-1]}年。{len(moves)}个暂定的期限有变动。"
            )
        )
        for year in years:
            if calendars.is_partial(year):
                self.stdout.write(f"{year}年只载入了一部分放假安排，这一年的期限仍是暂定的。")

    def _preview(self, days: list[Day]) -> None:
        moves = moving.moves_of_calendar(calendars.with_days(days))
        self._list(moves)
        self.stdout.write(f"会变动{len(moves)}个期限，什么都没有写。")

    def _list(self, moves: list[Move]) -> None:
        """Which dates move, one a line."""
        for move in moves:
            held = move.clock
            owner = (
                held.suggestion.case_no
                if held.suggestion
                else f"{held.record_machine} {held.record_id}"
            )
            self.stdout.write(f"  {owner} {held.rule.name}：{move.old} → {move.new}")

    def _packaged(self) -> list[Day]:
        last = max(d.year for d in constants.holidays)
        rows = [d for year in range(2010, last + 1) for d in packaged_days(year)]
        return [Day(d.date, d.is_working, d.note) for d in rows]

    def _from_file(self, path: Path) -> list[Day]:
        try:
            return calendars.read(path.read_text(encoding="utf-8-sig").splitlines())
        except OSError as error:
            raise CommandError(f"打不开 {path}：{error.strerror}。") from error
        except UnicodeDecodeError as error:
            raise CommandError(f"{path} 不是UTF-8编码的文本，请另存为UTF-8再载入。") from error
        except Invalid as error:
            raise CommandError(str(error)) from error
