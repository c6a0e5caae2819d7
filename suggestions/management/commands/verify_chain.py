"""`manage.py verify_chain`: walk all events and daily heads; name the first altered row."""

from argparse import ArgumentParser
from contextlib import closing
from itertools import islice
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from suggestions.models import CaseEvent, DailyHead
from suggestions.services import chain


class Command(BaseCommand):
    help = "核对事件链：逐条重算哈希，指出第一条被改动的记录。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--all", action="store_true", help="列出全部问题，而不只是第一处")

    def handle(self, *args: Any, **options: Any) -> None:
        # Closed before anything is raised: a half-read cursor that outlives its transaction breaks the next one.
        with closing(chain.verify()) as faults:
            found = list(faults) if options["all"] else list(islice(faults, 1))
        if found:
            raise CommandError("\n".join(f"{f.where}：{f.what}" for f in found))
        head = DailyHead.objects.order_by("-day").first()
        last = f"，最近链头 {head.day} {head.head[:16]}" if head else ""
        self.stdout.write(
            self.style.SUCCESS(f"{CaseEvent.objects.count()}条事件，全部相符{last}。")
        )
