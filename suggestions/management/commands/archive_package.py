"""`manage.py archive_package CASE_NO [--out FILE --reason WORDS]`: check the archive package of a case (T19).

Writing it out is an opening: it needs a reason, which stands in the case's chain.
"""

import hashlib
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from suggestions import numbers
from suggestions.actor import Actor
from suggestions.errors import DomainError, Invalid
from suggestions.models import ArchivePackage, Suggestion
from suggestions.services import archiving


class Command(BaseCommand):
    help = "核对并导出一件的归档包；还没有归档的，显示现在归档会得到的校验值。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("case_no")
        parser.add_argument("--out", type=Path, help="写到这个文件，要写明理由")
        parser.add_argument("--reason", default="", help="为什么打开，会记进这一件的办理记录")

    def handle(self, *args: Any, **options: Any) -> None:
        number = numbers.parse_case_no(options["case_no"]) or ""
        item = Suggestion.objects.filter(case_no=number).select_related("jurisdiction").first()
        if item is None:
            raise CommandError(
                f"没有编号是“{options['case_no']}”的建议，请连最后一位数字一起核对。"
            )
        package = ArchivePackage.objects.filter(suggestion=item).first()
        try:
            content = archiving.read(package) if package else archiving.build(item)
        except DomainError as error:
            raise CommandError(str(error)) from error
        digest = hashlib.sha256(content).hexdigest()
        if package is not None:
            recorded = item.events.filter(name="archive").values_list("data__sha256", flat=True)
            if digest not in recorded:
                raise CommandError("归档包和事件链里记下的校验值不一致。")
            self.stdout.write(f"{item.case_no} 已归档，校验值与事件链一致：{digest}")
        else:
            self.stdout.write(f"{item.case_no} 还没有归档；现在归档的校验值是：{digest}")
        if options["out"] is not None:
            if package is not None:
                self._opened(package, options["reason"])
            try:
                options["out"].write_bytes(content)
            except OSError as error:
                raise CommandError(f"写不进文件：{error.strerror}") from error
            self.stdout.write(f"写到 {options['out']}")

    def _opened(self, package: ArchivePackage, reason: str) -> None:
        try:
            archiving.open_package(
                package=package, reason=reason, actor=Actor.system(), at=timezone.now()
            )
        except Invalid as error:
            raise CommandError("写出归档包要写明理由（--reason），4到200个字。") from error
        except DomainError as error:
            raise CommandError(str(error)) from error
