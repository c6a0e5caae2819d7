"""`manage.py statistics take|compare|list`: take a period's figures, or count them again and say what differs (7.2)."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from suggestions.actor import Actor
from suggestions.errors import DomainError, Invalid
from suggestions.models import Jurisdiction, StatSnapshot
from suggestions.services import snapshots
from suggestions.states.statistics import SnapshotState
from suggestions.statistics.figures import Period

SHOWN = 40


class Command(BaseCommand):
    help = "算出一个月或一年的数据（take），按现在的记录重算并指出哪里不同（compare），或列出已有的版本（list）。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("act", choices=("take", "compare", "list"), help="做什么")
        parser.add_argument("period", nargs="?", default="", help="2026-10 或 2026")
        parser.add_argument("--jurisdiction", default="", help="辖区代码；只有一个辖区时不用写")
        parser.add_argument(
            "--replace", default="", metavar="理由", help="take：不用等着公布的那一版，重新算，写明理由"
        )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        place = self._place(options["jurisdiction"])
        if options["act"] == "list":
            self._list(place)
            return
        try:
            kind, period = snapshots.period_of(options["period"])
            if options["act"] == "take":
                self._take(place, kind, period, options["replace"].strip())
            else:
                self._compare(place, kind, period)
        except Invalid as error:
            raise CommandError("".join(s for said in error.errors.values() for s in said)) from None
        except DomainError as error:
            raise CommandError(str(error)) from None

    def _place(self, code: str) -> Jurisdiction:
        held: list[Jurisdiction] = list(
            Jurisdiction.objects.filter(is_active=True).order_by("path")
        )
        codes = "、".join(p.code for p in held) or "（还没有辖区，先建立辖区）"
        found = [p for p in held if p.code == code] if code else held
        if len(found) != 1:
            raise CommandError(f"请用 --jurisdiction 写明是哪个辖区：{codes}。")
        return found[0]

    def _list(self, place: Jurisdiction) -> None:
        for held in StatSnapshot.objects.filter(jurisdiction=place):
            self.stdout.write(f"{held.slug}\t第{held.number}版\t{SnapshotState(held.status).label}")

    def _take(self, place: Jurisdiction, kind: str, period: Period, why: str) -> None:
        now = timezone.now()
        waiting = StatSnapshot.objects.filter(
            jurisdiction=place, kind=kind, first=period.first, status=SnapshotState.TAKEN
        ).first()
        if waiting is not None and why:
            snapshots.drop(snapshot=waiting, reason=why, actor=Actor.system(), at=now)
        taken = snapshots.take(place=place, kind=kind, period=period, actor=Actor.system(), at=now)
        rows = taken.rows.count()
        self.stdout.write(self.style.SUCCESS(f"{taken}，{rows}行，等着核对和公布。"))

    def _compare(self, place: Jurisdiction, kind: str, period: Period) -> None:
        """Non-zero exit when the rows were altered, or when counting them again gives other numbers."""
        held = StatSnapshot.objects.filter(jurisdiction=place, kind=kind, first=period.first)
        wanted = (SnapshotState.PUBLISHED, SnapshotState.TAKEN)
        found = held.filter(status__in=wanted).order_by("-number").first()
        if found is None:
            raise CommandError("这段时间还没有算过，请先运行 manage.py statistics take。")
        if not snapshots.is_whole(found):
            raise CommandError(
                f"{found}的行被改过：摘要和算出时不一样。请从备份恢复这些行，或者出一版更正。"
            )
        changed = snapshots.differences(snapshots.cells_of(found), snapshots.recount(found))
        if not changed:
            self.stdout.write(self.style.SUCCESS(f"{found}，重算完全相同。"))
            return
        lines = [
            f"{d.cell.figure} {d.cell.dimension} {d.cell.name}：{_said(d.before)} → {_said(d.after)}"
            for d in changed[:SHOWN]
        ]
        more = f"\n还有{len(changed) - SHOWN}处。" if len(changed) > SHOWN else ""
        raise CommandError(
            "\n".join([f"{found}，重算有{len(changed)}处不同：", *lines]) + more
            + "\n算出以后有人补录、撤回或者改了记录。要公布新的数，请在工作台“数据公布”里出一版更正。"
        )  # fmt: skip


def _said(found: tuple[str, int | None] | None) -> str:
    if found is None:
        return "没有"
    return found[0] if found[1] is None else f"{found[0]}÷{found[1]}"
