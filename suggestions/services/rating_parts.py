"""The office and each replying unit are rated apart, in the author's one rating of a round (SAT22 3; process.md 7.1)."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from suggestions.codes import Overall
from suggestions.models import Assignment, Evaluation, EvaluationPart, Suggestion, Unit
from suggestions.states import ACTIVE_ASSIGNMENT

Rated = list[tuple[str, Unit, str]]


def subjects(suggestion: Suggestion) -> list[tuple[str, Unit]]:
    """(kind, unit) to rate beside the lead unit: the collection office first, then the co-units. Two queries."""
    item = suggestion
    if suggestion.primary_id is not None and suggestion.primary is not None:
        item = suggestion.primary
    office = Unit.objects.filter(
        jurisdiction_id=item.jurisdiction_id, is_collection_office=True
    ).first()
    co = (
        item.assignments.filter(part=Assignment.Part.CO, status__in=ACTIVE_ASSIGNMENT)
        .select_related("unit")
        .order_by("pk")
    )
    found = [(str(EvaluationPart.Subject.OFFICE), office)] if office else []
    return found + [
        (str(EvaluationPart.Subject.CO), a.unit)
        for a in co
        if office is None or a.unit_id != office.pk
    ]


def read(
    suggestion: Suggestion, given: Mapping[str, str], errors: dict[str, list[str]]
) -> Rated:  # fmt: skip
    """What was said of whom; empty answers are nobody's rating, and silence about a unit is not satisfaction with it."""
    said = {code: overall for code, overall in given.items() if overall}
    if not said:
        return []
    known = {unit.code: (kind, unit) for kind, unit in subjects(suggestion)}
    if any(code not in known for code in said) or any(
        overall not in Overall.values for overall in said.values()
    ):
        errors["parts"] = [_("请从列出的单位和选项里选。")]
        return []
    return [(*known[code], overall) for code, overall in said.items()]


def save(rating: Evaluation, rated: Rated) -> None:
    """Store the parts of one rating."""
    EvaluationPart.objects.bulk_create(
        EvaluationPart(evaluation=rating, subject=kind, unit=unit, overall=overall)
        for kind, unit, overall in rated
    )
