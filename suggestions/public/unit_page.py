"""What the pages of units show."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from suggestions.clock import local_date
from suggestions.models import Unit
from suggestions.public import fragments
from suggestions.selectors import units
from suggestions.selectors.units import Workload
from suggestions.statistics.units import unit_figures


@dataclass(frozen=True, slots=True)
class Entry:
    """One unit of the list."""

    unit: Unit
    load: Workload


def listed(*, at: datetime) -> dict[str, Any]:
    """Context of reading/units.html: its body, drawn once a moment."""
    return {"body": fragments.part("units", "", lambda: _drawn("units_body", directory(at=at)))}


def shown(unit: Unit, *, at: datetime) -> dict[str, Any]:
    """Context of reading/unit.html: what it says of the unit, drawn once a moment."""
    whole = cache(lambda: build(unit, at=at))
    return {
        "unit": unit,
        "crumbs": _crumbs(unit),
        "feed": fragments.part("unit-feed", unit.code, lambda: _drawn("unit_feed", whole())),
        "body": fragments.part("unit", unit.code, lambda: _drawn("unit_body", whole())),
    }


def _drawn(name: str, context: dict[str, Any]) -> str:
    return render_to_string(f"suggestions/reading/_{name}.html", context)


def _crumbs(unit: Unit) -> list[tuple[str, str]]:
    return [(reverse("suggestions:units"), _("单位")), ("", unit.short_name)]


def directory(*, at: datetime) -> dict[str, Any]:
    """Context of reading/_units_body.html: the office apart, the others in the order of the tree."""
    loads = units.workloads(at=at)
    entries = [Entry(unit, loads.get(unit.pk, Workload())) for unit in units.active()]
    return {
        "offices": [e for e in entries if e.unit.is_collection_office],
        "entries": [e for e in entries if not e.unit.is_collection_office],
    }


def build(unit: Unit, *, at: datetime) -> dict[str, Any]:
    """Context of reading/_unit_body.html. The same number of queries however much the unit has done."""
    everybody = units.active()
    answers, answered = units.recent_answers(unit)
    return {
        "unit": unit,
        "crumbs": _crumbs(unit),
        "duties": units.mentions(unit.duties, [u for u in everybody if u.pk != unit.pk]),
        "not_ours": units.mentions(unit.not_ours, [u for u in everybody if u.pk != unit.pk]),
        "load": units.workloads(at=at).get(unit.pk, Workload()),
        "figures": unit_figures(unit, at=at),
        "promises": units.promises(unit, at=at),
        "answers": answers,
        "answered": answered,
        "browse_url": f"{reverse('suggestions:browse')}?unit={unit.code}",
        "today": local_date(at),
    }
