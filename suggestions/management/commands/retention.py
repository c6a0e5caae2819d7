"""`manage.py retention [--dry-run]`: end what is kept beyond its term, one line a class (process.md 9.4)."""

from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from suggestions.services import retention


class Command(BaseCommand):
    help = "清理保存期满的记录。--dry-run 只数不删。分批进行，可以反复运行。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="只列出每一类有多少到期")
        parser.add_argument(
            "--limit", type=int, default=retention.BATCH, help="每一类最多处理多少条"
        )
        parser.add_argument("--at", default="", help="按这个时刻算，例如 2036-11-02T00:00+08:00")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["limit"] < 1:
            raise CommandError("--limit 要是正整数。")
        now = timezone.now()
        if options["at"]:
            try:
                now = datetime.fromisoformat(options["at"])
            except ValueError:
                raise CommandError("--at 看不懂，请写成 2036-11-02T00:00+08:00。") from None
            if timezone.is_naive(now):
                now = timezone.make_aware(now)
            if now > timezone.now() and not options["dry_run"]:
                raise CommandError("将来的时刻只能和 --dry-run 一起用。")
        for line in retention.run(now=now, dry_run=options["dry_run"], limit=options["limit"]):
            what = (
                f"到期 {line.due}"
                if options["dry_run"]
                else f"到期 {line.due}，处理 {line.done}，未成 {line.failed}"
            )
            self.stdout.write(f"{line.record_class.label}：保存{line.days}天，{what}")
