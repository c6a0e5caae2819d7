"""Adds what the public pages say without English to the catalogue, and compiles it."""

import subprocess
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.scripts import catalogue


class Command(BaseCommand):
    help = "把公开页面上还没有英文的文字加进英文目录，并编译（需要 gettext）。"

    def handle(self, *args: Any, **options: Any) -> None:
        missing = catalogue.missing()
        have = catalogue.translated()
        fresh = [text for text in missing if text not in have]
        if fresh:
            with catalogue.CATALOGUE.open("a", encoding="utf-8") as file:
                for text in fresh:
                    file.write(f'\nmsgid {catalogue.quoted(text)}\nmsgstr ""\n')
        for text, place in missing.items():
            self.stdout.write(f"{place}：{text}")
        self.stdout.write(f"还没有英文的有{len(missing)}条，写在 {catalogue.CATALOGUE}。")
        compiled = catalogue.CATALOGUE.with_suffix(".mo")
        try:
            subprocess.run(
                ["msgfmt", "--check-format", "-o", str(compiled), str(catalogue.CATALOGUE)], check=True
            )  # fmt: skip
        except FileNotFoundError:
            raise CommandError("没有 msgfmt：请安装 gettext 后再运行一次。") from None
        except subprocess.CalledProcessError:
            raise CommandError("目录里有写错的条目，请照上面的提示改好再运行一次。") from None
