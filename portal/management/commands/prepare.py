"""`manage.py prepare`: migrate, collect static files, seed an empty demo, index. Safe to repeat."""

from typing import Any

from django.core.management.base import BaseCommand

from portal.prepare import prepare


class Command(BaseCommand):
    help = "准备好本机运行所需的一切：数据库结构、静态文件、演示数据（仅空库）、搜索索引。可以重复运行。"

    def handle(self, *args: Any, **options: Any) -> None:
        prepare(self.stdout.write)
        self.stdout.write("已准备好。")
