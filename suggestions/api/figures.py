"""GET: published figures by month and year, as the pages and files of /statistics/ give them (process.md 7.3)."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from suggestions.api import shapes
from suggestions.api.listing import absolute
from suggestions.api.shapes import local
from suggestions.jurisdictions import current
from suggestions.models import StatSnapshot
from suggestions.public.statistics_data import document
from suggestions.selectors import published


def periods(request: HttpRequest) -> shapes.PeriodsOut:
    """What was published, newest period first. One query."""
    return shapes.PeriodsOut(
        items=[shapes.PeriodOut(**_facts(s)) for s in published.shown(current(request))]
    )


def _facts(snapshot: StatSnapshot) -> dict[str, Any]:
    assert snapshot.published_at is not None
    return {
        "period": snapshot.slug,
        "kind": snapshot.kind,
        "first": snapshot.first,
        "last": snapshot.last,
        "version": snapshot.number,
        "published_at": local(snapshot.published_at),
        "url": absolute(reverse("suggestions:statistics_period", args=[snapshot.slug])),
    }


def one(request: HttpRequest, slug: str) -> shapes.StatisticsOut:
    """One period with its formulas and rows, or Http404."""
    snapshot = published.load(current(request), slug)
    held = document(snapshot) | {"taken_at": local(snapshot.taken_at)}
    return shapes.StatisticsOut(**(held | _facts(snapshot)))
