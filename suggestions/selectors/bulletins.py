"""What bulletins and league tables show, at the desk and in public (process.md 8.2, 8.3)."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from suggestions.models import (
    Bulletin,
    BulletinUnit,
    Jurisdiction,
    LeagueGroup,
    LeagueTable,
    StatSnapshot,
)
from suggestions.services.leagues import change
from suggestions.states.bulletin import BulletinUnitState
from suggestions.states.league import LeagueGroupState, LeagueTableState
from suggestions.statistics import formulas, league
from suggestions.statistics.counting import TOTAL
from suggestions.statistics.figures import Period
from suggestions.statistics.units import FEWEST_RATINGS

SMALL = 5
"""Smaller bases are not published of one unit (7.3, P)."""
FIGURES = ("received", "on_time_completion", "reply_rate", "satisfaction", "adoption_rate")
"""What a bulletin prints of a snapshot, as totals: no cell of a single unit, topic or place stands in it."""


def period_words(snapshot: StatSnapshot) -> str:
    """2026年10月, or the months of a year."""
    return Period(snapshot.first, snapshot.last).words


def figures(snapshot: StatSnapshot) -> list[tuple[str, str, str]]:
    """(name, value, numerator and denominator) of the totals. One query."""
    rows = {r.figure: r for r in snapshot.rows.filter(dimension=TOTAL, figure__in=FIGURES)}
    found = []
    for code in FIGURES:
        row, formula = rows.get(code), formulas.BY_CODE[code]
        if row is None:
            continue
        if formula.kind == formulas.Kind.COUNT:
            found.append((str(formula.name), f"{row.numerator:,.0f}", ""))
            continue
        percent = formulas.percent(row.numerator, row.denominator)
        value = f"{percent}%" if row.denominator else percent
        found.append((str(formula.name), value, f"{row.numerator:,.0f} ÷ {row.denominator or 0:,}"))
    return found


def lines(bulletin: Bulletin, *, office: bool) -> list[BulletinUnit]:
    """Its units; what was left out is the office's to read. One query."""
    rows = bulletin.lines.select_related("unit")
    if not office:
        rows = rows.exclude(status__in=(BulletinUnitState.LISTED, BulletinUnitState.STRUCK))
    return list(rows)


@dataclass(frozen=True, slots=True)
class Shown:
    """One row of a table as people read it. `rank` "" and `change` "" where there is none."""

    name: str
    rank: str
    points: str
    change: str
    received: int
    parts: list[tuple[str, str, str]]
    """(measure, percent, numerator / denominator)"""
    ratings: int


def rows(table: LeagueTable, *, public: bool = False) -> list[Shown]:
    """A table's rows as they were kept. No query.

    In public a measure of fewer than five items is not told, and below ten ratings neither satisfaction nor points are
    (7.2, 7.3).
    """
    return [_row(r, public) for r in table.rows]


def _row(row: Mapping[str, Any], public: bool) -> Shown:
    parts, ratings = [], 0
    for code, numerator, denominator in row["parts"]:
        if code == league.SATISFACTION:
            ratings = denominator
        fewest = FEWEST_RATINGS if code == league.SATISFACTION else SMALL
        if public and denominator < fewest:
            parts.append((str(league.PARTS[code]), "–", _("少于%(n)d") % {"n": fewest}))
            continue
        rate = f"{Decimal(100 * numerator) / denominator:.1f}%" if denominator else "–"
        parts.append((str(league.PARTS[code]), rate, f"{numerator}/{denominator}"))
    moved = change(row)
    return Shown(
        row["name"], str(row["rank"] or ""), (row["points"] if row["rank"] or not public else None) or "–", _moved(moved), row["received"], parts, ratings
    )  # fmt: skip


def _moved(places: int | None) -> str:
    if places is None:
        return ""
    if places == 0:
        return _("没有变化")
    words = _("升%(n)d位") if places > 0 else _("降%(n)d位")
    return words % {"n": abs(places)}


def ends(table: LeagueTable) -> list[str]:
    """First five and last five in a sentence each; in a small group no unit stands in both (PRAC 榆林)."""
    named = [r["name"] for r in table.rows if r["rank"]]
    n = min(league.ENDS, len(named) // 2)
    if not n:
        return []
    return [
        _("前%(n)d位：%(units)s。") % {"n": n, "units": "、".join(named[:n])},
        _("后%(n)d位：%(units)s。") % {"n": n, "units": "、".join(named[-n:])},
    ]


def criteria(group: LeagueGroup) -> list[tuple[str, int]]:
    """(measure, points) as announced, in the order of the measures."""
    return [(str(name), group.weights.get(code, 0)) for code, name in league.PARTS.items()]


def published_groups(place: Jurisdiction) -> list[LeagueGroup]:
    """Groups whose criteria are announced. Two queries."""
    return list(
        LeagueGroup.objects.filter(jurisdiction=place, status=LeagueGroupState.PUBLISHED)
        .prefetch_related("units")
        .order_by("kind", "pk")
    )


def published_tables(place: Jurisdiction) -> list[LeagueTable]:
    """Published tables, the latest first. One query."""
    return list(
        LeagueTable.objects.filter(jurisdiction=place, status=LeagueTableState.PUBLISHED)
        .select_related("group")
        .order_by("-first", "group__kind", "pk")
    )
