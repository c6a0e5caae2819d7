"""The small city of tests, anew for each race."""

import pytest

from tests import world as w
from tests.world import World


@pytest.fixture
def city() -> World:
    return w.make_world()
