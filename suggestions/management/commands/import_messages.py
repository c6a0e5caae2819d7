"""`manage.py import_messages FILE`: another system's messages, with or without replies, through the real intake."""

import csv
import itertools
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from search import indexing
from search.engine import SearchUnavailable
from suggestions import content, documents, outbox
from suggestions.imports import reading
from suggestions.imports.reading import BadFile, BadLine, Mapping
from suggestions.imports.running import ALREADY, IN, REFUSED, Importer, as_row
from suggestions.models import Jurisdiction, Topic
from suggestions.services import lapses

_RESULT_WORDS = {ALREADY: "已有", REFUSED: "拒收"}


class Command(BaseCommand):
    help = (
        "把别的系统的留言（可带官方答复）按真实收到日期导入。可反复运行：已导入的外部编号会跳过。"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--format", choices=["jsonl", "csv"], help="默认看文件名后缀")
        parser.add_argument(
            "--map", type=Path, help="列名和代码的对照表（TOML），见 docs/import.md"
        )
        parser.add_argument("--source", help="来源名称，和外部编号一起保证不重复；默认用文件名")
        parser.add_argument("--jurisdiction", help="辖区代码；默认第一个")
        parser.add_argument("--topic", default="", help="看不出主题时用的主题代码")
        parser.add_argument(
            "--publish", choices=["masked"], help="masked：按规则遮盖个人信息后直接公开"
        )
        parser.add_argument("--unanswered", choices=["register", "accept", "dispatch"], default="register",
                            help="没有答复的留言办到哪一步，默认只登记")  # fmt: skip
        parser.add_argument("--report", type=Path, help="报告文件（CSV）；默认在 DATA_DIR/log 下")
        parser.add_argument("--limit", type=int, default=0, help="只读前几行")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        try:
            mapping = Mapping.read(options["map"])
            importer = self._importer(path, options)
            report = (
                options["report"]
                or Path(settings.DATA_DIR)
                / "log"
                / f"import-{importer.source}-{importer.at:%Y%m%d%H%M%S}.csv"
            )
            report.parent.mkdir(parents=True, exist_ok=True)
            with report.open("w", encoding="utf-8-sig", newline="") as out, outbox.bulk():
                self._run(path, mapping, importer, csv.writer(out), options)
        except BadFile as error:
            raise CommandError(str(error), returncode=2) from error
        except KeyboardInterrupt:
            raise CommandError(
                "中断了。已导入的都在；再运行一次会从没导入的接着来。", returncode=130
            ) from None
        self._finish(importer, report)

    def _importer(self, path: Path, options: dict[str, Any]) -> Importer:
        wanted = options["jurisdiction"]
        places = (
            Jurisdiction.objects.filter(code=wanted)
            if wanted
            else Jurisdiction.objects.order_by("path")
        )
        place = places.first()
        if place is None:
            raise BadFile(
                f"没有辖区“{wanted}”。"
                if wanted
                else "还没有辖区，请先建立（或 manage.py seed_demo）。"
            )
        if options["topic"] and not Topic.objects.filter(code=options["topic"]).exists():
            raise BadFile(f"没有主题代码“{options['topic']}”。")
        return Importer(
            jurisdiction=place, source=(options["source"] or path.stem)[:60], at=timezone.now(),
            publish=options["publish"] == "masked", unanswered=options["unanswered"], fallback_topic=options["topic"],
        )  # fmt: skip

    def _run(
        self, path: Path, mapping: Mapping, importer: Importer, report: Any, options: dict[str, Any]
    ) -> None:
        kind = options["format"] or ("csv" if path.suffix.lower() == ".csv" else "jsonl")
        report.writerow(["行号", "外部编号", "结果", "原因"])
        counts = importer.counts
        rows = reading.lines(path, kind)
        rows = itertools.islice(rows, options["limit"]) if options["limit"] else rows
        bar = tqdm(
            rows,
            total=reading.count_lines(path),
            unit="条",
            ascii=True,
            disable=options["verbosity"] == 0,
            file=sys.stderr,
        )
        for number, row in bar:
            counts.read += 1
            result, why, external_no = (
                REFUSED,
                "",
                row.get("id", "") if isinstance(row, dict) else "",
            )
            try:
                if isinstance(row, BadLine):
                    raise row
                message = reading.message(row, mapping)
                external_no = message.external_no
                result = importer.take(message)
                if result == IN and message.received_at is None:
                    report.writerow(as_row(number, external_no, "导入", "没有收到日期，用导入时间"))
            except BadLine as error:
                why = str(error)
            if result == IN:
                counts.came_in += 1
            else:
                counts.already += result == ALREADY
                counts.refused += result == REFUSED
                report.writerow(as_row(number, external_no, _RESULT_WORDS[result], why))

    def _finish(self, importer: Importer, report: Path) -> None:
        counts = importer.counts
        self.stdout.write("更新时限和索引……")
        while any(lapses.run(now=importer.at)[k] for k in ("supplements", "evaluations")):
            pass
        try:
            for batch in documents.batches([str(pk) for pk in importer.new_ids]):
                indexing.index_ids(documents.TYPE, batch)
        except SearchUnavailable:
            self.stderr.write(
                "搜索暂时连不上：索引的更新已记在发件箱里，恢复后会自动补上，也可以运行 manage.py reindex。"
            )
        content.bump()
        line = (
            f"读了{counts.read}行：导入{counts.came_in}件（其中有答复{counts.answered}件，已公开{counts.published}件），"
            f"已有{counts.already}件，拒收{counts.refused}行。报告：{report}"
        )
        if counts.refused:
            raise CommandError(
                line + "\n拒收的行和原因都在报告里；改好后再运行一次，已导入的会跳过。",
                returncode=1,
            )
        self.stdout.write(self.style.SUCCESS(line))
