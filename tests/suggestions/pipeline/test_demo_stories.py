"""The demo city shows every state and object of this area at least once."""

from datetime import datetime

import pytest

from suggestions.clock import SHANGHAI
from suggestions.demo.extra import pipeline
from suggestions.demo.seed import Seeder
from suggestions.models import (
    Assignment,
    CaseEvent,
    Extension,
    JurisdictionDispute,
    NamedUnit,
    Objection,
    PendingDecision,
    Suggestion,
)
from suggestions.states.machines import Assignment as Part
from suggestions.states.machines import Decision, Jurisdiction
from suggestions.states.machines import Extension as ExtensionState

pytestmark = pytest.mark.django_db


def test_the_demo_city_shows_every_state_of_returns_second_looks_and_disputes() -> None:
    city = Seeder(now=datetime(2026, 11, 20, 17, 0, tzinfo=SHANGHAI))
    city.city_facts()
    pipeline.seed(city)

    def states(model: type) -> set[str]:
        return set(model.objects.values_list("status", flat=True))  # type: ignore[attr-defined]

    # What a confirmation leaves is seen on the demo's refused items; dropped proposals come by a sweep.
    assert states(PendingDecision) >= {Decision.PROPOSED, Decision.SENT_BACK}
    assert states(Extension) == set(ExtensionState.values)
    assert states(JurisdictionDispute) == set(Jurisdiction.values)
    assert states(Assignment) >= {
        Part.PENDING, Part.WORKING, Part.OBJECTED, Part.REASSIGNED, Part.RECALLED,
    }  # fmt: skip
    assert set(Objection.objects.values_list("is_upheld", flat=True)) == {None, True, False}
    assert NamedUnit.objects.exists()
    assert Suggestion.objects.filter(escalated_at__isnull=False, status="accepted").exists()
    names = set(CaseEvent.objects.values_list("name", flat=True))
    assert names >= {
        "designate", "reassign", "unmerge", "join_earlier", "facts_added", "extended", "interim_status", "co_reminded",
        "urgency_reported",
    }  # fmt: skip
