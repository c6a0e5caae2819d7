"""Counts beside filters are those of the database, whatever was chosen (issue 6, point 3)."""

from collections.abc import Mapping

import pytest
from django.db.models import Count, Q
from django.utils import timezone

from bench.fill import City
from search import indexing
from search.engine import Query, get_engine
from suggestions.models import Suggestion
from suggestions.services import clocks

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_index")]
FIELDS = {
    "status": "public_group",
    "unit": "lead_unit__code",
    "district": "district__code",
    "outcome": "outcome",
}


def counted(name: str, chosen: Mapping[str, tuple[str, ...]]) -> dict[str, int]:
    """What the database counts for one facet: every other choice narrows, its own does not."""
    narrowed = Q()
    for other, values in chosen.items():
        if other != name:
            narrowed &= Q(**{f"{FIELDS[other]}__in": values})
    rows = (
        Suggestion.objects.on_page().filter(narrowed).values(FIELDS[name]).annotate(n=Count("pk"))
    )
    return {row[FIELDS[name]]: row["n"] for row in rows.order_by() if row[FIELDS[name]]}


def test_each_facet_counts_what_the_database_counts_with_nothing_one_or_several_chosen() -> None:
    clocks.forget_calendar()
    City(now=timezone.now()).fill(150)
    indexing.rebuild()
    units = tuple(counted("unit", {}))[:3]
    places = tuple(counted("district", {}))[:2]
    choices: tuple[dict[str, tuple[str, ...]], ...] = (
        {}, {"status": ("done",)}, {"unit": units}, {"unit": units, "district": places},
        {"status": ("done", "in_progress"), "unit": units[:1]},
    )  # fmt: skip
    for chosen in choices:
        query = Query(filters=chosen, types=("suggestion",), facets=tuple(FIELDS))
        for engine in get_engine().leaves():
            page = engine.search(query)
            for name in FIELDS:
                found = {v.value: v.count for v in page.facets[name]}
                assert found == counted(name, chosen), (engine.name, name, chosen)
            there = Suggestion.objects.on_page()
            for name, values in chosen.items():
                there = there.filter(**{f"{FIELDS[name]}__in": values})
            assert page.total == there.count(), (engine.name, chosen)
