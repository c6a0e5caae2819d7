"""What the pages of units show."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from suggestions.clock import local_date
from suggestions.models import Unit
from suggestions.selectors import units
from suggestions.selectors.units import Workload
from suggestions.statistics.units import unit_figures


@dataclass(frozen=True, slots=True)
class Entry:
    """One unit of the list."""

    unit: Unit
    load: Workload


def directory(*, at: datetime) -> dict[str, Any]:
    """Context of reading/units.html: the office apart, the others in the order of the tree."""
    loads = units.workloads(at=at)
    entries = [Entry(unit, loads.get(unit.pk, Workload())) for unit in units.active()]
    return {
        "offices": [e for e in entries if e.unit.is_collection_office],
        "entries": [e for e in entries if not e.unit.is_collection_office],
    }


def build(unit: Unit, *, at: datetime) -> dict[str, Any]:
    """Context of reading/unit.html. The same number of queries however much the unit has done."""
    everybody = units.active()
    answers, answered = units.recent_answers(unit)
    return {
        "unit": unit,
        "crumbs": [(reverse("suggestions:units"), _("单位")), ("", unit.short_name)],
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
