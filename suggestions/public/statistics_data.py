"""/statistics/data/: the published figures as CSV and JSON, from which anybody can compute them again (process.md 7.3)."""

import csv
from collections.abc import Iterator
from typing import Any

from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    JsonResponse,
    StreamingHttpResponse,
)
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from suggestions.jurisdictions import current
from suggestions.models import StatSnapshot
from suggestions.public.browse_csv import Echo, safe_cell
from suggestions.public.caching import public_page
from suggestions.public.statistics import period_words
from suggestions.selectors import published
from suggestions.statistics.disclosure import Shown
from suggestions.statistics.formulas import BY_CODE, FORMULAS

COLUMNS = (
    "period", "version", "figure", "figure_name", "kind", "dimension", "key", "name", "numerator", "denominator", "value",
    "withheld",
)  # fmt: skip
"""The columns of every file, in their order. Shipped: programs read them."""


@require_safe
@public_page
def data(request: HttpRequest) -> HttpResponse:
    """What there is to download, what the columns mean, how to compute the figures again, what is withheld."""
    held = [(s, period_words(s)) for s in published.shown(current(request))]
    context = {
        "held": held,
        "formulas": FORMULAS,
        "crumbs": [(reverse("suggestions:statistics"), _("数据")), ("", _("下载数据"))],
    }
    return render(request, "suggestions/statistics/data.html", context)


@require_safe
@public_page
def csv_file(request: HttpRequest, slug: str) -> HttpResponseBase:
    """One period as CSV, UTF-8 with a mark that spreadsheets understand."""
    snapshot = published.load(current(request), slug)
    return _csv([snapshot], f"statistics-{snapshot.slug}.csv")


@require_safe
@public_page
def all_csv(request: HttpRequest) -> HttpResponseBase:
    """All published periods in one file, newest first, streamed."""
    return _csv(list(published.shown(current(request))), "statistics.csv")


def _csv(snapshots: list[StatSnapshot], name: str) -> HttpResponseBase:
    answer = StreamingHttpResponse(_lines(snapshots), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _lines(snapshots: list[StatSnapshot]) -> Iterator[str]:
    writer: Any = csv.writer(Echo())
    yield "\ufeff"
    yield writer.writerow(COLUMNS)
    for snapshot in snapshots:
        for row in published.rows(snapshot):
            facts = facts_of(row)
            cells = [snapshot.slug, snapshot.number, *(facts[c] for c in COLUMNS[2:])]
            yield writer.writerow([safe_cell("" if c is None else c) for c in cells])


def facts_of(row: Shown) -> dict[str, Any]:
    """One row of a file: numbers are None where it is withheld."""
    formula = BY_CODE[row.figure]
    return {
        "figure": row.figure,
        "figure_name": str(formula.name),
        "kind": str(formula.kind),
        "dimension": row.dimension,
        "key": row.key,
        "name": row.name,
        "numerator": None if row.numerator is None else float(row.numerator),
        "denominator": row.denominator,
        "value": published.number(row),
        "withheld": int(row.withheld),
    }


def document(snapshot: StatSnapshot) -> dict[str, Any]:
    """One period as the JSON file and the API give it."""
    rows = [facts_of(row) for row in published.rows(snapshot)]
    assert snapshot.published_at is not None
    return {
        "period": snapshot.slug,
        "kind": snapshot.kind,
        "first": snapshot.first,
        "last": snapshot.last,
        "version": snapshot.number,
        "formula_version": snapshot.formula_version,
        "weights": snapshot.weights,
        "taken_at": snapshot.taken_at,
        "published_at": snapshot.published_at,
        "corrects_version": snapshot.corrects.number if snapshot.corrects else None,
        "correction_reason": snapshot.correction_reason,
        "note": snapshot.note,
        "formulas": [
            {
                "figure": f.code, "name": str(f.name), "kind": str(f.kind), "words": str(f.words),
                "cohort": str(f.cohort), "exclusions": str(f.exclusions),
            }
            for f in FORMULAS
        ],
        "rows": [{**row, "withheld": bool(row["withheld"])} for row in rows],
    }  # fmt: skip


@require_safe
@public_page
def json_file(request: HttpRequest, slug: str) -> HttpResponse:
    """One period as JSON, with its formulas."""
    snapshot = published.load(current(request), slug)
    answer = JsonResponse(document(snapshot), json_dumps_params={"ensure_ascii": False})
    answer["Content-Disposition"] = f'attachment; filename="statistics-{snapshot.slug}.json"'
    return answer
