"""What the worker does at night: the head of the day's chain, and pages that were kept are read anew."""

from typing import TYPE_CHECKING

from suggestions import content
from suggestions.services import chain

if TYPE_CHECKING:
    from suggestions.demo.seed import Seeder


def seed(city: "Seeder") -> None:
    """What others add after it stands under the next night's head."""
    chain.close_days(now=city.now)
    content.bump()
