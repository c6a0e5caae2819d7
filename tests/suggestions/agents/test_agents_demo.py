"""The demo city shows every state of the agent network and of invited collection."""

from datetime import datetime
from typing import Any

import pytest

from suggestions import outbox
from suggestions.clock import SHANGHAI
from suggestions.demo.extra import agents as demo
from suggestions.demo.seed import Seeder
from suggestions.models import AgentMandate, AgentRelay, AgentVisit, Invitation
from suggestions.roles import AGENT_ROLES
from suggestions.selectors.agents import service_points
from suggestions.states.invitation import Invitation as InvitationState
from suggestions.states.mandate import Mandate
from suggestions.states.relay import Relay

pytestmark = pytest.mark.django_db


def test_every_state_stands_in_the_demo_city_at_least_once(settings: Any, tmp_path: Any) -> None:
    settings.STORAGES = {
        **settings.STORAGES,
        "attachments": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path), "base_url": None},
        },
    }
    city = Seeder(now=datetime(2026, 11, 20, 16, 0, tzinfo=SHANGHAI))
    city.city_facts()
    with outbox.bulk():
        demo.seed(city)
    assert set(AgentMandate.objects.values_list("status", flat=True)) == set(Mandate.values)
    assert set(AgentRelay.objects.values_list("status", flat=True)) == set(Relay.values)
    assert set(Invitation.objects.values_list("status", flat=True)) == set(InvitationState.values)
    assert {"came", "went"} <= set(AgentVisit.objects.values_list("kind", flat=True))
    points = service_points(on=city.now.date(), jurisdiction=city.jurisdiction)
    assert len(points) == 4
    assert {a.level for p in points for a in p.agents} == {str(r.label) for r in AGENT_ROLES}
