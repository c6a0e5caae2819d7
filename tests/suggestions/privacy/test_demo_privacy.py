"""The demo city shows every state and object of section 9 at least once."""

from datetime import datetime

import pytest
from django.apps import apps

from suggestions import outbox, states
from suggestions.clock import SHANGHAI
from suggestions.demo.extra import privacy, registers
from suggestions.demo.seed import Seeder
from suggestions.models import (
    Breach,
    Conflict,
    Consent,
    DataGiven,
    Delegation,
    Erasure,
    IdentityGrant,
    ImpactAssessment,
    RecordEvent,
    RelayMessage,
    RightsRequest,
    Takedown,
)
from suggestions.services import chain
from suggestions.states.registers import AssessmentState, GivenState

SHOWN = (
    (RightsRequest, states.Rights), (IdentityGrant, states.Identity), (RelayMessage, states.Message), (Takedown, states.Takedown),
    (Breach, states.Breach), (ImpactAssessment, AssessmentState), (DataGiven, GivenState),
)  # fmt: skip


@pytest.mark.django_db
def test_the_demo_city_shows_every_state_of_privacy_and_its_chains_verify() -> None:
    now = datetime(2026, 11, 22, 18, 0, tzinfo=SHANGHAI)
    with outbox.bulk():
        city = Seeder(now=now)
        city.city_facts()
        privacy.show(city)
        registers.seed(city)
    for model, choices in SHOWN:
        held = set(model.objects.values_list("status", flat=True))
        missing = set(choices.values) - held
        if model is RightsRequest:
            missing -= {"verified"} if "verified" in held else set()
        assert not missing, (model.__name__, missing)
    for model in (Conflict, Delegation, Erasure):
        assert model.objects.exists(), model.__name__
    assert Consent.objects.exclude(withdrawn_at=None).exists()
    assert RecordEvent.objects.filter(at__gt=now).count() == 0
    assert list(chain.verify()) == []
    assert apps.get_model("suggestions", "PolicyVersion").objects.count() >= 5
