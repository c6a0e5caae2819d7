"""`manage.py seed_demo`: the invented city, through the real services, the same on every machine and day of the week."""

from argparse import ArgumentParser
from datetime import datetime
from importlib import import_module
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from suggestions import outbox
from suggestions.demo.seed import Seeder
from suggestions.models import CalendarDay, Jurisdiction, Outbox


class Command(BaseCommand):
    help = "建立演示城市“江澜市”：区县、单位、人员、征集活动和约400件建议。只能用于空的数据库。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--now", help="当作“现在”的时间，如 2026-11-22T18:00+08:00（用于得到完全相同的数据）"
        )
        parser.add_argument("--limit", type=int, default=0, help="只放入前几件（测试用）")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("这不是演示环境（DEMO 没有打开），不能放入演示数据和演示账号。")
        if Jurisdiction.objects.exists():
            raise CommandError(
                "数据库里已经有数据。演示城市只能放进空的数据库：请换一个 DATA_DIR，或先清空。"
            )
        try:
            now = datetime.fromisoformat(options["now"]) if options["now"] else timezone.now()
        except ValueError as error:
            raise CommandError("--now 请写成 2026-11-22T18:00+08:00 这样。") from error
        if now.tzinfo is None:
            raise CommandError("--now 要带时区，如 +08:00。")
        if not CalendarDay.objects.exists():
            call_command("load_workdays", verbosity=0, stdout=self.stdout)
        bar = tqdm(unit="件", disable=options["verbosity"] == 0 or None, ascii=True)
        seeder = Seeder(now=now, progress=lambda: bar.update() and None)
        # The pages are the editors' (cms), above us: named in the settings, so that imports flow one way.
        pages = import_module(settings.DEMO_PAGES)
        seeder.city_facts()
        seeder.use_campaigns(
            pages.build_pages(
                jurisdiction=seeder.jurisdiction,
                campaigns=seeder.city.read("campaigns.toml")["campaign"],
                now=now,
            )
        )
        chosen = seeder.city.items()
        chosen = chosen[: options["limit"]] if options["limit"] else chosen
        bar.reset(total=len(chosen))
        count = seeder.items(chosen)
        if not options["limit"]:
            seeder.extras()
        bar.close()
        # One rebuild does what the items' own index rows would do one by one.
        call_command("reindex", verbosity=0)
        Outbox.objects.filter(kind=outbox.INDEX, done_at=None).delete()
        self.stdout.write(self.style.SUCCESS(f"演示城市已建好：{count}件建议。"))
