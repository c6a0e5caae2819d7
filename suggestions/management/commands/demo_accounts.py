"""`manage.py demo_accounts`: one account a role, for looking around."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from suggestions.demo.seed import PASSWORD, accounts


class Command(BaseCommand):
    help = "列出演示账号（每个角色一个）。"

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("这不是演示环境，没有演示账号。")
        for name, label in accounts():
            self.stdout.write(f"  {name:<14}{label}")
        self.stdout.write(f"  密码都是 {PASSWORD}")
