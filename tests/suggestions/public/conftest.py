"""A city, and a resident's browser."""

import pytest
from django.test import Client

from tests.world import World, make_world


@pytest.fixture
def city(db: None) -> World:
    return make_world()


@pytest.fixture
def browser(city: World) -> Client:
    return Client()
