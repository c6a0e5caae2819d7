"""The small city with a second triage officer and a third department."""

import pytest

from suggestions.models import Unit
from tests import world
from tests.suggestions.pipeline.steps import City


@pytest.fixture
def city(db: None) -> City:
    made = world.make_world()
    park = Unit.add_root(
        code="park", name="测试市园林局", short_name="市园林局", jurisdiction=made.jurisdiction
    )
    city = City(made, park)
    for role in ("liaison", "unit_head"):
        city.hire(f"{role}:park", park)
    return city
