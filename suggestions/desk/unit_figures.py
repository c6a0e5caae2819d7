"""本单位数据: a unit reads its own published figures beside those of all, in full (process.md 2.2, statistics P/d).

What authors said is shown from ten on only: one rating or one call in a month would tell the unit who it was, or that
somebody called unannounced (7.1, anti-gaming; 7.2). What the unit did itself it knows anyway.
"""

from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from suggestions import access
from suggestions.clock import local_date
from suggestions.desk import kinds
from suggestions.desk.kinds import Block, Kind, Row
from suggestions.desk.panels import Link
from suggestions.desk.statistics import said
from suggestions.desk.steering_fields import date_words
from suggestions.matrix import MATRIX
from suggestions.models import StatRow, StatSnapshot, Unit
from suggestions.states.statistics import SnapshotState
from suggestions.statistics.counting import TOTAL, UNIT
from suggestions.statistics.formulas import CORE, FORMULAS
from suggestions.statistics.units import FEWEST_RATINGS

SEE = "unit_statistics"
FROM_AUTHORS = frozenset({*CORE, "composite", "ratings", "participation"})
"""Figures made of what authors said."""
HIDDEN = _("不到10个，不列")


def _units(request: HttpRequest) -> list[Unit]:
    roles = access.scope(request.user).holds(MATRIX[SEE])
    found = {role.unit.pk: role.unit for role in roles if role.unit is not None}
    return list(found.values())


def _published(request: HttpRequest) -> "QuerySet[StatSnapshot]":
    places = {unit.jurisdiction_id for unit in _units(request)}
    return StatSnapshot.objects.filter(jurisdiction__in=places, status=SnapshotState.PUBLISHED)


def told(row: StatRow, held: dict[str, StatRow]) -> str:
    """One figure of a unit in words, with its parts; withheld where it would tell of single authors."""
    bases = CORE if row.figure == "composite" else (row.figure,)
    if row.figure in FROM_AUTHORS and any(_base(held.get(code)) < FEWEST_RATINGS for code in bases):
        return str(HIDDEN)
    return said(row)


def _base(row: StatRow | None) -> Decimal:
    """What a rate divides by, or the count itself."""
    if row is None:
        return Decimal(0)
    return row.numerator if row.denominator is None else Decimal(row.denominator)


def _blocks(request: HttpRequest, snapshot: StatSnapshot) -> list[Block]:
    units = _units(request)
    rows = snapshot.rows.filter(dimension__in=(TOTAL, UNIT), key__in=("", *(u.code for u in units)))
    held: dict[str, dict[str, StatRow]] = {}
    for row in rows:
        held.setdefault(row.key if row.dimension == UNIT else "", {})[row.figure] = row
    last = snapshot.last
    facts: list[tuple[Any, str]] = [
        (_("时间"), f"{date_words(snapshot.first)}至{date_words(last)}24时"),
        (_("公布"), date_words(local_date(snapshot.published_at)) if snapshot.published_at else ""),
        (_("更正"), snapshot.correction_reason),
    ]
    links = [Link(_("看公开的页面"), reverse("suggestions:statistics_period", args=[snapshot.slug]))]  # fmt: skip
    return [Block(_("这段时间"), facts, links=links), *(_unit(u, held) for u in units)]


def _unit(unit: Unit, held: dict[str, dict[str, StatRow]]) -> Block:
    own, everybody = held.get(unit.code, {}), held.get("", {})
    shown = [f for f in FORMULAS if f.code in own]
    return Block(
        unit.short_name, headers=[_("指标"), _("本单位"), _("全部"), _("怎么算")],
        rows=[Row([str(f.name), told(own[f.code], own), said(everybody[f.code]) if f.code in everybody else "–", str(f.words)]) for f in shown],
        empty=_("这段时间没有本单位的数据。"),
    )  # fmt: skip


kinds.register(
    Kind(
        slug="unit-figures", room="statistics", label=_("本单位数据"), model=StatSnapshot, see=SEE,
        open_states=[SnapshotState.PUBLISHED], headers=[_("时间"), _("更正")], cells=lambda s: [s.words, s.correction_reason],
        blocks=_blocks, reach=_published, rows=lambda _r, rows: rows.select_related("jurisdiction"), events=lambda _s: (),
        intro=_("公布了的每月、每年数据里您单位的一份，旁边是全部单位合起来的数。建议人说的（评价、回访）不到10个的不列，免得看出是谁。"),
    )
)  # fmt: skip
