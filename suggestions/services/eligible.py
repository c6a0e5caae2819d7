"""Which unit may be given an item (process.md T9, 4.2; XF 28, 30; BJ 17). One home for dispatch, reassignment and designation."""

from datetime import datetime

from django.db import IntegrityError, transaction

from suggestions import rules
from suggestions.actor import Actor
from suggestions.errors import DomainError, Invalid
from suggestions.models import DispatchRule, NamedUnit, Suggestion, Unit
from suggestions.services import transitions
from suggestions.states import ACTIVE_ASSIGNMENT


def why_not(suggestion: Suggestion, unit: Unit, *, as_lead: bool) -> str:
    """Why this unit cannot have this item, in a sentence for the officer; "" when it can. At most two queries."""
    return _why_not(suggestion, unit, _kept_out(suggestion), as_lead=as_lead)


def _kept_out(suggestion: Suggestion) -> list[Unit]:
    """The units that have to keep out of the item."""
    held = NamedUnit.objects.filter(suggestion=suggestion).select_related("unit")
    return [named.unit for named in held]


def _why_not(suggestion: Suggestion, unit: Unit, kept_out: list[Unit], *, as_lead: bool) -> str:
    if not unit.is_active or unit.jurisdiction_id != suggestion.jurisdiction_id:
        return f"“{unit.short_name}”不能承办这件建议，请另选单位。"
    for named in kept_out:
        # A unit under the one named would investigate its own superior.
        if unit.path.startswith(named.path):
            return f"“{unit.short_name}”与这件事有直接利害关系，应当回避，请另选单位。"
    if as_lead and unit.is_community and not _listed(suggestion, unit):
        return (
            f"“{unit.short_name}”是社区组织，派单目录里没有把这类事项列给它，不能主办（可以协办）。"
        )
    return ""


def check(suggestion: Suggestion, lead: Unit, co_units: "list[Unit]") -> None:
    """Raise Invalid beside the field of the first unit that cannot have the item. At most two queries."""
    kept_out = _kept_out(suggestion)
    for unit, field in ((lead, "lead"), *((u, "co_units") for u in co_units)):
        why = _why_not(suggestion, unit, kept_out, as_lead=field == "lead")
        if why:
            raise Invalid({field: [why]})


def _listed(suggestion: Suggestion, unit: Unit) -> bool:
    """Whether a row of the dispatch directory gives the unit this matter, or a matter above it."""
    topic = suggestion.topic
    if topic is None:
        return False
    paths = [topic.path[:n] for n in range(topic.steplen, len(topic.path) + 1, topic.steplen)]
    return DispatchRule.objects.filter(unit=unit, topic__path__in=paths).exists()


def name_unit(
    *, suggestion: Suggestion, unit: Unit, reason: str, actor: Actor, at: datetime
) -> NamedUnit:
    """Record that a unit has to keep out: the item names it as wrongdoer, or it has a direct interest (XF 28, 30)."""
    reason = rules.clean_text(reason)
    if not reason:
        raise Invalid({"reason": ["请写明为什么要回避。"]})
    if suggestion.assignments.filter(
        status__in=ACTIVE_ASSIGNMENT, unit__path__startswith=unit.path
    ).exists():
        raise DomainError(f"“{unit.short_name}”正在承办，请先收回或改派，再记录回避。")
    try:
        with transaction.atomic():
            named = NamedUnit.objects.create(
                suggestion=suggestion,
                unit=unit,
                reason=reason,
                noted_by=actor.user,
                noted_at=at,  # type: ignore[misc]
            )
            transitions.note(
                suggestion, "unit_named", actor=actor, at=at, reason=reason,
                words=f"{unit.short_name}回避", data={"unit": unit.short_name},
            )  # fmt: skip
    except IntegrityError as error:
        raise Invalid({"unit": ["这个单位已经记录为回避。"]}) from error
    return named
