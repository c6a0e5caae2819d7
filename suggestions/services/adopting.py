"""From suggestion to measure: the adoption machine (process.md 4.8; SH 11, 13)."""

from datetime import date, datetime
from typing import Any

from django.db import transaction

from suggestions.actor import Actor
from suggestions.models import Adoption, Suggestion, Unit
from suggestions.services import transitions


def nominate(
    *, suggestion: Suggestion, unit: Unit, measure: str, actor: Actor, at: datetime, detail: str = "",
    conversion_type: str = "", due_on: date | None = None,
) -> Adoption:  # fmt: skip
    """Open the chain to adoption for a suggestion."""
    adoption = Adoption(
        suggestion=suggestion,
        unit=unit,
        measure=measure,
        detail=detail,
        conversion_type=conversion_type,
        due_on=due_on,
    )
    transitions.begin(
        adoption, "nominate", actor=actor, at=at, data={"measure": measure, "unit": unit.short_name}
    )
    return adoption


def advance(
    *, adoption: Adoption, name: str, actor: Actor, at: datetime, reason: str = "", **fields: Any
) -> Adoption:
    """Take one row of the adoption machine, e.g. `study`, `decide_adopt`, `implement`, `complete`."""
    with transaction.atomic():
        transitions.apply(
            adoption,
            name,
            actor=actor,
            at=at,
            reason=reason,
            fields=fields,
            data={"measure": adoption.measure},
        )
    return adoption
