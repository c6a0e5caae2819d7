"""The small city, for every test of the desk."""

import pytest

from tests import world
from tests.world import World


@pytest.fixture
def city(db: None) -> World:
    return world.make_world()
