"""A city, and a telephone whose messages can be read."""

from pathlib import Path
from typing import Any

import pytest

from tests.suggestions.my.phone import Phone
from tests.world import World, make_world


@pytest.fixture
def city(db: None) -> World:
    return make_world()


@pytest.fixture
def phone(tmp_path: Path, settings: Any) -> Phone:
    """The messages that left by SMS, in a file of this test's own."""
    settings.DATA_DIR = tmp_path
    return Phone(tmp_path / "log" / "sms.log")
