"""What the demo city shows of the desk's comfort comes from the services and stands in the tables."""

from types import SimpleNamespace
from typing import Any

import pytest

from suggestions.demo.extra import triage as demo
from suggestions.models import CaseLock, CaseOfficer, ExportJob, Note, SavedQueue, TriageHint
from tests import world as w
from tests.world import MONDAY, World

pytestmark = pytest.mark.django_db


def test_the_demo_shows_hints_a_lock_a_note_lists_an_officer_and_exports(city: World) -> None:
    for key, name, shown in (
        ("triage_officer", "fenban", "分办员 方文"),
        ("triage_officer_2", "fenban2", "分办员 程理"),
    ):
        user = city.users[key]
        user.username, user.display_name = name, shown
        user.save()
    for n in range(3):
        w.submit(city, at=MONDAY, title=f"公交站加一张长椅{n}")
    seeder: Any = SimpleNamespace(jurisdiction=city.jurisdiction, now=MONDAY)
    demo.seed(seeder)
    assert TriageHint.objects.exists()
    assert CaseLock.objects.get().user == city.users["triage_officer_2"]
    assert Note.objects.get().mentions.get() == city.users["triage_officer_2"]
    assert CaseOfficer.objects.count() == 3
    assert SavedQueue.objects.filter(shared=True).count() == 1
    assert set(ExportJob.objects.values_list("status", flat=True)) >= {"ready", "expired"}
