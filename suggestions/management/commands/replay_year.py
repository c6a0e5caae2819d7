"""`manage.py replay_year`: a year of a city through all services, with a moving clock, and what it cost."""

import json
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from tqdm import tqdm

from suggestions.demo import replay, replay_cost
from suggestions.models import CalendarDay, Jurisdiction

MOST_ITEMS, MOST_WORKERS = 1_000_000, 16


class Command(BaseCommand):
    help = "在空的演示数据库里重放一座城市的一年：建议经过全部环节，时钟逐日前进；最后核对状态、时限和事件链。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--items", type=int, required=True, help="一年里收到多少件建议")
        parser.add_argument("--seed", type=int, default=1, help="同样的数字得到同样的一年")
        parser.add_argument("--workers", type=int, default=1, help="同时工作的进程数（PostgreSQL）")
        parser.add_argument(
            "--days", type=int, default=replay.DAYS, help="只重放年初的这么多天（测试用）"
        )
        parser.add_argument("--json", action="store_true", help="结果写成JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        items, workers, days = options["items"], options["workers"], options["days"]
        if not settings.DEMO:
            raise CommandError("这不是演示环境（DEMO 没有打开），不能重放。")
        if not 1 <= items <= MOST_ITEMS or not 1 <= workers <= MOST_WORKERS:
            raise CommandError(f"--items 请写1到{MOST_ITEMS}，--workers 请写1到{MOST_WORKERS}。")
        if not replay.PARTS <= days <= replay.DAYS:
            raise CommandError(f"--days 请写{replay.PARTS}到{replay.DAYS}。")
        if workers > 1 and connection.vendor != "postgresql":
            raise CommandError("多个进程要用 PostgreSQL：请设置 DATABASE_URL，或去掉 --workers。")
        if Jurisdiction.objects.exists():
            raise CommandError(
                "数据库里已经有数据。重放只能在空的数据库里进行：请换一个，或先清空。"
            )
        if not CalendarDay.objects.exists():
            call_command("load_workdays", verbosity=0, stdout=self.stdout)
        bar = tqdm(total=items, unit="件", ascii=True, disable=options["verbosity"] == 0 or None)
        made = replay.run(
            items=items, seed=options["seed"], workers=workers, days=days, progress=lambda n: bar.update(n - bar.n) and None
        )  # fmt: skip
        bar.close()
        if options["json"]:
            self.stdout.write(json.dumps(made.as_dict(), ensure_ascii=False, indent=1))
        else:
            for line in replay_cost.lines(made):
                self.stdout.write(line)
        if made.errors or made.faults:
            raise CommandError(
                f"重放没有通过：{sum(made.errors.values())}个错误，{len(made.faults)}处不符。"
            )
