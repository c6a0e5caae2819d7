"""/statistics/: published figures by month and year, with their formulas; one page a period; the feed (process.md 7.2, 7.3)."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from suggestions import dates
from suggestions.codes import Channel
from suggestions.jurisdictions import current
from suggestions.models import StatSnapshot
from suggestions.public.atom import AtomFeed, absolute, feed_view, paragraphs, tag
from suggestions.public.caching import public_page
from suggestions.selectors import published
from suggestions.selectors.published import Totals
from suggestions.statistics.counting import CHANNEL, DISTRICT, NONE, TOPIC, TOTAL, UNIT
from suggestions.statistics.disclosure import Shown
from suggestions.statistics.formulas import BY_CODE, FORMULAS, Formula, Kind, change

TILES = ("received", "on_time_completion", "satisfaction")
TREND = (
    "received",
    "accepted",
    "on_time_completion",
    "reply_rate",
    "satisfaction",
    "adoption_rate",
)
TREND_MONTHS = 12
HOT = 5


def period_words(snapshot: StatSnapshot) -> str:
    """2026年10月, 2026年; in English October 2026, 2026."""
    if snapshot.kind == StatSnapshot.Kind.MONTH:
        return dates.month(snapshot.first)
    return dates.year(snapshot.first.year)


def _unit_of(formula: Formula) -> str:
    return {Kind.RATE: "%", Kind.DAYS: _("天"), Kind.SCORE: _("分"), Kind.COUNT: ""}[formula.kind]


@dataclass(frozen=True, slots=True)
class Line:
    """One figure of the whole period, with what it was made from and how it moved."""

    formula: Formula
    value: str
    unit: str
    made_of: str
    month_change: str
    year_change: str


def _made_of(formula: Formula, numerator: Decimal, denominator: int | None) -> str:
    """Numerator and denominator in words, "" for a count."""
    if formula.kind == Kind.COUNT or denominator is None:
        return ""
    base = f"{denominator:,}"
    if formula.kind == Kind.DAYS:
        return _("%(n)s件答复") % {"n": base}
    if formula.kind == Kind.SCORE:
        return ""
    said = f"{numerator:,.2f}".rstrip("0").rstrip(".")
    return f"{said} ÷ {base}"


def _lines(snapshot: StatSnapshot) -> list[Line]:
    now = published.totals([snapshot])[0]
    last, year = published.before(snapshot)
    return [
        Line(f, now.value(f.code), _unit_of(f), _made_of(f, *now.by[f.code]), _moved(f, now, last), _moved(f, now, year))
        for f in FORMULAS
        if f.code in now.by
    ]  # fmt: skip


def _moved(formula: Formula, now: Totals, then: Totals | None) -> str:
    """环比 and 同比 of a count or a mean in percent; of a rate in percentage points. "–" without something to compare."""
    if then is None or formula.code not in then.by:
        return "–"
    a, b = now.by[formula.code], then.by[formula.code]
    if formula.kind == Kind.COUNT:
        moved = change(a[0], b[0])
        return moved if moved == "–" else _signed(Decimal(moved), "%(n)s%%")
    was, is_now = published.value(formula, *b), published.value(formula, *a)
    if "–" in (was, is_now):
        return "–"
    by = Decimal(is_now) - Decimal(was)
    return _signed(by, _("%(n)s个百分点") if formula.kind == Kind.RATE else "%(n)s")


def _signed(number: Decimal, words: str) -> str:
    """A change with its sign, as it is printed: a hyphen is no minus."""
    return words % {"n": f"{number:+}".replace("-", "\N{MINUS SIGN}")} if number else _("没有变化")


@dataclass(frozen=True, slots=True)
class Part:
    """One row of a breakdown: its name and the cells of the table's columns; `share` is the bar, in percent of the largest."""

    key: str
    name: str
    cells: list[tuple[str, str, bool]]
    share: float
    href: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A breakdown: by channel, topic, place or unit."""

    code: str
    heading: str
    of: str
    columns: list[str]
    parts: list[Part]
    has_withheld: bool


_COLUMNS = {
    CHANNEL: ("received",),
    TOPIC: ("received", "on_time_completion", "adoption_rate"),
    DISTRICT: ("received", "on_time_completion", "adoption_rate"),
    UNIT: ("assigned", "on_time_completion", "satisfaction", "return_rate", "supervised", "advice"),
}


def _tables(rows: list[Shown]) -> list[Table]:
    headings = {
        CHANNEL: (_("从哪里来"), _("渠道")), TOPIC: (_("说的什么"), _("领域")), DISTRICT: (_("说的哪里"), _("地区")),
        UNIT: (_("谁来办"), _("单位")),
    }  # fmt: skip
    return [_table(d, *headings[d], rows, columns) for d, columns in _COLUMNS.items()]


def _table(
    dimension: str, heading: str, of: str, rows: list[Shown], columns: tuple[str, ...]
) -> Table:
    held: dict[str, dict[str, Shown]] = {}
    for row in rows:
        if row.dimension == dimension and row.figure in columns:
            held.setdefault(row.key, {})[row.figure] = row
    lead = columns[0]
    sizes = {k: float(c[lead].numerator or 0) if lead in c else 0.0 for k, c in held.items()}
    most = max(sizes.values(), default=0.0)
    # By size for what people wrote about; units in the order of their codes: nobody is ranked here (7.2).
    order = sorted(held, key=lambda k: (k == NONE, k if dimension == UNIT else -sizes[k], k))
    parts = [
        Part(
            key, _name(dimension, key, held[key]), [_cell(c, held[key].get(c)) for c in columns],
            round(100 * sizes[key] / most, 1) if most else 0.0,
            reverse("suggestions:unit", args=[key]) if dimension == UNIT and key != NONE else "",
        )
        for key in order
        if not (dimension == UNIT and key == NONE)
    ]  # fmt: skip
    gone = any(r.withheld for r in rows if r.dimension == dimension and r.figure in columns)
    return Table(dimension, heading, of, [str(BY_CODE[c].name) for c in columns], parts, gone)


def _name(dimension: str, key: str, cells: dict[str, Shown]) -> str:
    if key == NONE:
        return {TOPIC: _("没有分主题"), DISTRICT: _("没有写明地点")}.get(dimension, _("没有交单位"))
    if dimension == CHANNEL and key in Channel.values:
        return str(Channel(key).label)
    return next(iter(cells.values())).name


def _cell(code: str, row: Shown | None) -> tuple[str, str, bool]:
    """(number, numerator ÷ denominator, withheld). A cell that is not there is a 0, or a rate without a base."""
    formula = BY_CODE[code]
    if row is None:
        return ("0" if formula.kind == Kind.COUNT else "–"), "", False
    if row.withheld or row.numerator is None:
        return "", "", True
    shown = published.value(formula, row.numerator, row.denominator)
    made_of = _made_of(formula, row.numerator, row.denominator) if row.denominator else ""
    return (f"{shown}%" if formula.kind == Kind.RATE and shown != "–" else shown), made_of, False


def _splits(rows: list[Shown]) -> dict[str, list[tuple[str, str]]]:
    """What a count is made of: (name, number) of each part, by figure."""
    names = {
        "primary": _("主件"), "merged": _("并案"), "redirected": _("指引其他渠道"), "refused": _("不予受理"),
        "withdrawn": _("撤回"), "lead": _("主办"), "co": _("协办"), "improve_work": _("改进工作"),
        "improve_policy": _("完善政策"), "pursue_responsibility": _("追究责任"), "satisfied": _("满意"),
        "basically": _("基本满意"), "dissatisfied": _("不满意"),
    }  # fmt: skip
    found: dict[str, list[tuple[str, str]]] = {}
    for row in rows:
        if row.dimension in ("split", "overall") and BY_CODE[row.figure].kind == Kind.COUNT:
            said = _("不单列") if row.numerator is None else f"{row.numerator:,.0f}"
            found.setdefault(row.figure, []).append((names.get(row.key, row.name), said))
    return found


@require_safe
@public_page
def index(request: HttpRequest) -> HttpResponse:
    """The latest month, all months and years, the totals over the years, and how each figure is counted."""
    held = list(published.shown(current(request)))
    months = [s for s in held if s.kind == StatSnapshot.Kind.MONTH]
    years = [s for s in held if s.kind == StatSnapshot.Kind.YEAR]
    latest = months[0] if months else years[0] if years else None
    context: dict[str, Any] = {
        "latest": latest,
        "latest_words": period_words(latest) if latest else "",
        "tiles": [line for line in _lines(latest) if line.formula.code in TILES] if latest else [],
        "years": _trend(years),
        "months": _trend(months[:TREND_MONTHS]),
        "by_year": _by_year(held),
        "columns": [BY_CODE[c].name for c in TREND],
        "formulas": FORMULAS,
        "weights": latest.weights if latest else {},
    }
    return render(request, "suggestions/statistics/index.html", context)


def _trend(snapshots: list[StatSnapshot]) -> list[dict[str, Any]]:
    """The totals of each period, newest first, with the bar of what was received."""
    held = published.totals(snapshots, *TREND)
    most = max((t.by["received"][0] for t in held if "received" in t.by), default=Decimal(0))
    return [
        {
            "snapshot": t.snapshot,
            "words": period_words(t.snapshot),
            "cells": [_total_cell(code, t) for code in TREND],
            "share": float(round(100 * t.by["received"][0] / most, 1)) if most else 0.0,
        }
        for t in held
    ]


def _total_cell(code: str, held: Totals) -> tuple[str, str]:
    numerator, denominator = held.by.get(code, (Decimal(0), None))
    shown, made_of, _withheld = _cell(code, Shown(code, TOTAL, "", "", numerator, denominator))
    return shown, made_of


def _by_year(held: list[StatSnapshot]) -> list[tuple[str, StatSnapshot | None, list[StatSnapshot]]]:
    """(year, its report, its months), newest first."""
    found = []
    for year in dict.fromkeys(s.first.year for s in held):
        of_year = [s for s in held if s.first.year == year]
        report = next((s for s in of_year if s.kind == StatSnapshot.Kind.YEAR), None)
        months = [s for s in of_year if s.kind == StatSnapshot.Kind.MONTH]
        found.append((dates.year(year), report, sorted(months, key=lambda s: s.first)))
    return found


@require_safe
@public_page
def period(request: HttpRequest, slug: str) -> HttpResponse:
    """One month or year: every figure with what it was made from, the breakdowns, hot topics, typical cases, corrections."""
    snapshot = published.load(current(request), slug)
    rows = published.rows(snapshot)
    tables = _tables(rows)
    words = period_words(snapshot)
    topics = next(t for t in tables if t.code == TOPIC)
    earlier = published.versions(snapshot)
    context = {
        "snapshot": snapshot,
        "words": words,
        "lines": _lines(snapshot),
        "tables": tables,
        "splits": _splits(rows),
        "hot": [p for p in topics.parts if p.key != NONE and p.share][:HOT],
        "cases": published.cases(snapshot),
        "corrections": [
            (new, old, [(BY_CODE[c].name, a, b) for c, a, b in published.changed_totals(new, old)])
            for new, old in zip([snapshot, *earlier], earlier, strict=False)
        ],
        "is_year": snapshot.kind == StatSnapshot.Kind.YEAR,
        "crumbs": [(reverse("suggestions:statistics"), _("数据")), ("", words)],
    }
    return render(request, "suggestions/statistics/period.html", context)


class StatisticsFeed(AtomFeed):
    """A new entry for each published period, and again for each correction."""

    name = "statistics"

    def title(self, obj: None) -> str:
        return _("公布的数据")

    def link(self, obj: None) -> str:
        return absolute(reverse("suggestions:statistics"))

    def items(self, obj: None) -> list[StatSnapshot]:
        return list(published.shown(current()).order_by("-published_at", "-pk")[:30])

    def title_of(self, item: StatSnapshot) -> str:
        words = _("%(period)s的数据") % {"period": period_words(item)}
        return _("%(title)s（更正）") % {"title": words} if item.corrects_id else words

    def item_guid(self, item: StatSnapshot) -> str:
        return tag(f"statistics/{item.slug}/{item.number}")

    def item_link(self, item: StatSnapshot) -> str:
        return absolute(reverse("suggestions:statistics_period", args=[item.slug]))

    def item_description(self, item: StatSnapshot) -> str:
        held = published.totals([item], *TILES)[0]
        said = "；".join(f"{BY_CODE[c].name}{_total_cell(c, held)[0]}" for c in TILES)
        return paragraphs(said, item.correction_reason, item.note)

    def item_pubdate(self, item: StatSnapshot) -> datetime:
        assert item.published_at is not None
        return item.published_at


feed = feed_view(StatisticsFeed())
