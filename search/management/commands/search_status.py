"""Compare the search index with its sources: counts on both sides and what differs. Exit code 1 on drift."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from search import indexing
from search.engine import SearchUnavailable, get_engine

MOST_SHOWN = 5


class Command(BaseCommand):
    help = (
        "Print how many documents the source and the index hold and what differs; exit 1 on drift."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--repair", action="store_true", help="mend the differences, then look again"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        engine = get_engine()
        try:
            drifts = indexing.status(engine=engine)
            if options["repair"] and not all(drift.clean for drift in drifts):
                mended = indexing.repair(engine=engine, drifts=drifts)
                self.stdout.write(_("已修复 %(count)d 条。") % {"count": mended})
                drifts = indexing.status(engine=engine)
            behind = indexing.behind(engine=engine)
            outdated = indexing.outdated(engine=engine)
        except SearchUnavailable as problem:
            raise CommandError(
                _("检索服务没有应答，无法核对索引：%(problem)s") % {"problem": problem}
            ) from None
        for drift in drifts:
            self._show(drift)
        if outdated:
            self.stdout.write(
                _("索引的结构是旧版本的（%(engine)s）。检索照常，请尽快运行 reindex。")
                % {"engine": "、".join(outdated)}
            )
        if behind:
            self.stdout.write(
                _("检索词典在建索引之后改过（%(engine)s）。结果不受影响，运行 reindex 后排序更准。")
                % {"engine": "、".join(behind)}
            )
        if all(drift.clean for drift in drifts):
            self.stdout.write(_("索引与数据一致。"))
            return
        self.stdout.write(_("索引与数据不一致。运行 search_status --repair 可以修复。"))
        sys.exit(1)

    def _show(self, drift: indexing.Drift) -> None:
        self.stdout.write(
            _(
                "%(engine)s · %(label)s：数据 %(source)d，索引 %(indexed)d，缺少 %(missing)d，过期 %(stale)d，多余 %(extra)d"
            )
            % {
                "engine": drift.engine,
                "label": drift.label,
                "source": drift.source,
                "indexed": drift.indexed,
                "missing": len(drift.missing),
                "stale": len(drift.stale),
                "extra": len(drift.extra),
            }
        )
        for name, keys in (
            (_("缺少"), drift.missing),
            (_("过期"), drift.stale),
            (_("多余"), drift.extra),
        ):
            if keys:
                shown = "、".join(keys[:MOST_SHOWN]) + ("……" if len(keys) > MOST_SHOWN else "")
                self.stdout.write(f"  {name}：{shown}")
