"""Service points as the public reads them, and a schematic map of them drawn from the tree of districts (process.md 3.2).

Nobody who serves there is named: people look for a place, hours and help. The map shows districts as tiles side by side;
it knows no distances and says so.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from suggestions.models import District, Jurisdiction, ServicePoint
from suggestions.selectors import agents
from suggestions.selectors.agents import PointView

TILE_W, TILE_H, GAP, BAND = 104, 80, 8, 44
"""Of the map, in units of its own grid: one tile, the space between two, the band of points for the whole city."""
DOTS = 10
"""Points drawn in a tile; more are told by the number alone."""


@dataclass(frozen=True, slots=True)
class Dot:
    """A point on the map. `level` gives its shape."""

    x: int
    y: int
    level: str


@dataclass(frozen=True, slots=True)
class Tile:
    """A district on the map: its corner, how many points it has, the first of them as dots."""

    code: str
    name: str
    x: int
    y: int
    width: int
    count: int
    dots: tuple[Dot, ...]
    chosen: bool


@dataclass(frozen=True, slots=True)
class Map:
    """The drawing: its size, the tiles, the levels that occur (code, words)."""

    width: int
    height: int
    tiles: tuple[Tile, ...]
    levels: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Place:
    """A service point with what helps people to decide whether to go."""

    point: ServicePoint
    area: str
    helpers: int
    duty: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Points:
    """The whole network, or one district's part of it with what serves the whole city."""

    places: tuple[Place, ...]
    areas: tuple[tuple[str, str, int], ...]
    everywhere: int
    chosen: str
    map: Map


def areas(jurisdiction: Jurisdiction) -> list[District]:
    """The districts side by side on the map: below the one root, or the roots where there are several. One query."""
    rows = list(District.objects.filter(jurisdiction=jurisdiction, is_active=True, depth__lte=2).order_by("path"))  # fmt: skip
    roots = [d for d in rows if d.depth == 1]
    below = [d for d in rows if d.depth == 2]
    return below if len(roots) == 1 and below else roots


def network(*, jurisdiction: Jurisdiction, on: date, district: str = "") -> Points | None:
    """Open points with their map; None when `district` names nothing here. Three queries."""
    known = areas(jurisdiction)
    chosen = next((d for d in known if d.code == district), None)
    if district and chosen is None:
        return None
    views = agents.service_points(on=on, jurisdiction=jurisdiction)
    located = [(v, _area(v.point, known)) for v in views]
    counted = Counter(a.code if a else "" for _v, a in located)
    shown = [(v, a) for v, a in located if chosen is None or a is None or a.code == chosen.code]
    # What is in the district before what serves the whole city.
    shown.sort(key=lambda pair: pair[1] is None)
    return Points(
        places=tuple(_place(v, a) for v, a in shown),
        areas=tuple((d.code, d.name, counted[d.code]) for d in known),
        everywhere=counted[""],
        chosen=chosen.name if chosen else "",
        map=draw(located, known, chosen.code if chosen else ""),
    )


def _area(point: ServicePoint, known: list[District]) -> District | None:
    """The tile a point stands in; None for one that serves everybody."""
    path = point.district.path if point.district else ""
    return next((d for d in known if path.startswith(d.path)), None)


def _place(view: PointView, area: District | None) -> Place:
    hours = dict.fromkeys(a.hours for a in view.agents if a.hours)
    return Place(view.point, area.name if area else "", len(view.agents), tuple(hours))


def draw(
    located: list[tuple[PointView, District | None]], known: list[District], chosen: str
) -> Map:
    """Tiles in rows of three (of two for few), in the order of the tree; above them the city's own points."""
    columns = 2 if len(known) <= 4 else 3
    width = columns * TILE_W + (columns - 1) * GAP
    by_area: dict[str, list[ServicePoint]] = {}
    for view, area in located:
        by_area.setdefault(area.code if area else "", []).append(view.point)
    tiles, top = [], 0
    if "" in by_area:
        held = by_area[""]
        dots = tuple(
            Dot(width - 16 - 18 * n, BAND // 2, p.level) for n, p in enumerate(held[:DOTS])
        )
        tiles.append(Tile("", "", 0, 0, width, len(held), dots, False))
        top = BAND + GAP
    for at, area in enumerate(known):
        x, y = at % columns * (TILE_W + GAP), top + at // columns * (TILE_H + GAP)
        held = by_area.get(area.code, [])
        dots = tuple(
            Dot(x + 16 + 18 * (n % 5), y + 46 + 18 * (n // 5), p.level)
            for n, p in enumerate(held[:DOTS])
        )
        tiles.append(Tile(area.code, area.name, x, y, TILE_W, len(held), dots, area.code == chosen))
    rows = -(-len(known) // columns)
    height = top + rows * (TILE_H + GAP) - (GAP if rows else 0)
    seen = {v.point.level for v, _a in located}
    levels = tuple((str(c.value), str(c.label)) for c in ServicePoint.Level if c.value in seen)
    return Map(width, max(height, top), tuple(tiles), levels)
