"""Moments of the demo city, counted from its now."""

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from suggestions.clock import SHANGHAI, local_date

if TYPE_CHECKING:
    from suggestions.demo.seed import Seeder


def at(city: "Seeder", days: int, hour: int = 10) -> datetime:
    """An office hour some days from now; never after now for days below one."""
    day = local_date(city.now) + timedelta(days=days)
    return min(datetime.combine(day, time(hour), tzinfo=SHANGHAI), city.now - timedelta(minutes=5))
