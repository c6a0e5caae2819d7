"""What the worker does at night: terms of keeping end, the head of the day's chain, kept pages are read anew."""

from typing import TYPE_CHECKING

from suggestions import content
from suggestions.demo.extra._dates import at
from suggestions.services import chain, retention

if TYPE_CHECKING:
    from suggestions.demo.seed import Seeder


def seed(city: "Seeder") -> None:
    """What others add after it stands under the next night's head."""
    # What was pointed elsewhere more than ninety days ago is over (9.4); a run leaves its row.
    retention.run(now=at(city, 0, 3))
    chain.close_days(now=city.now)
    content.bump()
