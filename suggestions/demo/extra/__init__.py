"""What the demo city shows beyond the life of single items, an area a module: `def seed(city: Seeder) -> None`.

Called in the order of ORDER, then by name, when all items are in their states. Each goes through the services, at dates
not after `city.now`, and gives the same city every time: the only chance is `city.chance(name)`.
"""

from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from suggestions.demo.seed import Seeder

ORDER: tuple[str, ...] = ("clocks", "privacy", "agents", "channels", "pipeline", "replies")
"""Areas that others build upon come first."""
LAST: tuple[str, ...] = ("statistics", "bulletins", "unit_tables")
"""Figures count what all others made, and bulletins are drawn from them."""


def seed_all(city: "Seeder") -> None:
    """Run every module of this folder."""
    found = {m.name for m in iter_modules(__path__) if not m.name.startswith("_")}
    for name in [
        *(n for n in ORDER if n in found),
        *sorted(found - {*ORDER, *LAST}),
        *(n for n in LAST if n in found),
    ]:
        import_module(f"{__name__}.{name}").seed(city)
