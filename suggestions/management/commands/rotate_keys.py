"""Write all encrypted contact data again under the first of FIELD_KEYS.

Put the new key in front, restart, run this until it reports nothing unreadable and nothing left to
rewrite, then drop the old key. Stopping it halfway harms nothing: a second run takes up what is left.
"""

import sys
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from suggestions.crypto import encrypted_fields, rotate
from suggestions.services import archiving


class Command(BaseCommand):
    help = "把所有加密保存的联系信息改用第一把密钥（FIELD_KEYS）重新加密；中断后可再次运行。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--batch", type=int, default=500, help="每批处理的行数")

    def handle(self, *args: Any, **options: Any) -> None:
        batch: int = options["batch"]
        if batch < 1:
            raise CommandError("每批的行数至少是1。")
        read = rewritten = unreadable = 0
        for model in apps.get_models():
            fields = encrypted_fields(model)
            if not fields or model._meta.proxy:
                continue
            with tqdm(
                total=model._base_manager.count(),
                desc=model._meta.label,
                unit="行",
                disable=not sys.stderr.isatty(),
            ) as bar:
                for done in rotate(model, fields, batch):
                    read += done.read
                    rewritten += done.rewritten
                    unreadable += done.unreadable
                    bar.update(done.read)
        packages, closed = archiving.renew_keys()
        self.stdout.write(f"读取{read}行，重新加密{rewritten}个字段，无法解密{unreadable}个字段。")
        self.stdout.write(f"重新加密{packages}个归档包，打不开{closed}个。")
        unreadable += closed
        if unreadable:
            raise CommandError(
                "有内容不能用现有密钥解密：请把它们的旧密钥加到FIELD_KEYS末尾，再运行一次。"
            )
