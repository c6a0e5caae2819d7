"""Rebuild the search index from its sources and swap it in; searches go on meanwhile."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from tqdm import tqdm

from search import indexing
from search.engine import SearchUnavailable, get_engine


class Command(BaseCommand):
    help = "Rebuild the search index and swap it in; searches go on meanwhile."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--no-progress", action="store_true", help="no progress bar")

    def handle(self, *args: Any, **options: Any) -> None:
        engine = get_engine()
        quiet = options["no_progress"] or options["verbosity"] == 0 or not sys.stderr.isatty()
        try:
            with tqdm(total=indexing.source_count(), unit="", disable=quiet) as bar:
                count = indexing.rebuild(
                    engine=engine, progress=lambda _type, n: bar.update(n) and None
                )
        except SearchUnavailable as problem:
            raise CommandError(
                _("检索服务没有应答，原有索引保持不变。请稍后重试，或检查其运行状态：%(problem)s")
                % {"problem": problem}
            ) from None
        names = "、".join(leaf.name for leaf in engine.leaves())
        if options["verbosity"]:
            self.stdout.write(
                _("已重建索引（%(engine)s）：%(count)d 条。") % {"engine": names, "count": count}
            )
