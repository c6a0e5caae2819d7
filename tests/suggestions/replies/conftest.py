"""A small city for the life of a case after its answer."""

import pytest

from tests import world as w
from tests.world import World


@pytest.fixture
def city(db: None) -> World:
    return w.make_world()
