"""The test city, an item in a unit's hands, and one that is answered and public."""

from datetime import timedelta

import pytest

from suggestions.models import Suggestion
from tests import world as w
from tests.world import MONDAY, World


@pytest.fixture
def city(db: None) -> World:
    return w.make_world()


@pytest.fixture
def item(city: World) -> Suggestion:
    found = w.submit(city).suggestion
    w.accept(city, found, at=MONDAY + timedelta(hours=1))
    w.dispatch(city, found, at=MONDAY + timedelta(hours=2))
    return Suggestion.objects.select_related("jurisdiction", "author").get(pk=found.pk)


@pytest.fixture
def public_item(city: World) -> Suggestion:
    found, _receipt = w.answered(city)
    return Suggestion.objects.select_related("jurisdiction", "author").get(pk=found.pk)
