"""The demo city shows steering in every state: what a visitor to the desk can look at is all there."""

from datetime import datetime
from typing import Any

import pytest

from suggestions.clock import SHANGHAI
from suggestions.demo.extra import steering
from suggestions.demo.seed import Seeder
from suggestions.models import (
    Advice,
    Hearing,
    LeaderInstruction,
    QaSession,
    ReceptionSlot,
    Sponsorship,
    SupervisionOrder,
    TrayItem,
)
from suggestions.services import chain

pytestmark = pytest.mark.django_db


def test_the_demo_city_shows_every_state_of_steering_and_its_chains_hold() -> None:
    city = Seeder(now=datetime(2026, 11, 20, 16, 0, tzinfo=SHANGHAI))
    city.city_facts()
    city.use_campaigns({})
    items = [i for i in city.city.items() if i.state == "handling" and not i.campaign]
    city.items(items[:14])
    steering.seed(city)
    for model in (
        SupervisionOrder,
        Advice,
        Sponsorship,
        LeaderInstruction,
        ReceptionSlot,
        Hearing,
        QaSession,
    ):
        kind: Any = model
        field = kind._meta.get_field("status")
        assert set(kind.objects.values_list("status", flat=True)) == {
            c for c, _label in field.choices
        }, model
    assert TrayItem.objects.exists()
    broken = list(chain.verify())
    assert not broken
