"""The pictures of the demo city: drawn here, so that no picture lies in the repository and nobody is shown who exists.

Flat drawings in the site's own two colours. Each has the words that stand for it (WCAG 2.2, 1.1.1): what is to be seen.
"""

import io
from collections.abc import Callable
from dataclasses import dataclass

from django.core.files.base import ContentFile
from PIL import Image as Canvas
from PIL import ImageDraw
from wagtail.images import get_image_model
from wagtail.images.models import AbstractImage

WIDE, HIGH = 1200, 600
FINE = 2
"""Drawn so many times larger and made small again: edges without steps."""
SKY, PALE, RIVER, DEEP = "#e2eff0", "#f2f6f5", "#84b9c2", "#0b5563"
LAMP, LEAF, SHADE, STREET, STONE = "#f2ae3d", "#5d9c86", "#3f7d68", "#cdd8d6", "#aebdba"
WALLS = ("#dfe9e4", "#efe2c6", "#d3e2e6", "#e8dccf")


class Pen:
    """Draws in the units of the finished picture."""

    def __init__(self, ground: str) -> None:
        self.canvas = Canvas.new("RGB", (WIDE * FINE, HIGH * FINE), ground)
        self._draw = ImageDraw.Draw(self.canvas)

    def box(self, x: int, y: int, wide: int, high: int, fill: str, *, round: int = 0) -> None:
        corners = [v * FINE for v in (x, y, x + wide, y + high)]
        self._draw.rounded_rectangle(corners, round * FINE, fill=fill)

    def disc(self, x: int, y: int, wide: int, high: int, fill: str) -> None:
        """An ellipse around the point (x, y)."""
        self._draw.ellipse([v * FINE for v in (x - wide, y - high, x + wide, y + high)], fill=fill)

    def shape(self, *points: tuple[int, int], fill: str) -> None:
        self._draw.polygon([(x * FINE, y * FINE) for x, y in points], fill=fill)

    def line(self, *points: tuple[int, int], fill: str, wide: int) -> None:
        self._draw.line([(x * FINE, y * FINE) for x, y in points], fill=fill, width=wide * FINE)

    def file(self, name: str) -> ContentFile:
        held = io.BytesIO()
        self.canvas.resize((WIDE, HIGH), Canvas.Resampling.LANCZOS).save(held, "PNG")
        return ContentFile(held.getvalue(), name=f"{name}.png")


def _house(pen: Pen, x: int, ground: int, wide: int, high: int, wall: str, *, lit: int = 3) -> None:
    """A block of flats; every `lit`-th window has light."""
    pen.box(x, ground - high, wide, high, wall)
    pen.box(x - 6, ground - high - 12, wide + 12, 14, STONE)
    rows, columns = high // 62, wide // 56
    left = x + (wide - columns * 56 + 26) // 2
    for n in range(rows * columns):
        at = left + n % columns * 56, ground - high + 24 + n // columns * 62
        pen.box(*at, 30, 36, LAMP if n % lit == 1 else RIVER, round=3)


def _tree(pen: Pen, x: int, ground: int, size: int) -> None:
    pen.box(x - 5, ground - size, 10, size, "#8a6a43")
    pen.disc(x, ground - size - size // 3, size // 2, size * 2 // 3, SHADE)
    pen.disc(x - size // 8, ground - size - size // 2, size // 3, size // 2, LEAF)


def _lamp(pen: Pen, x: int, ground: int, high: int) -> None:
    pen.line((x, ground), (x, ground - high), (x + 46, ground - high), fill=DEEP, wide=8)
    pen.shape((x + 20, ground - high + 4), (x + 72, ground - high + 4), (x + 46, ground - high - 14), fill=DEEP)  # fmt: skip
    pen.disc(x + 46, ground - high + 8, 16, 8, LAMP)


def bus_stop(pen: Pen) -> None:
    """A street with a bus shelter and a bench in front of houses."""
    pen.disc(1010, 120, 54, 54, LAMP)
    for x, wide, high, wall in ((40, 200, 330, 0), (260, 180, 250, 1), (860, 190, 300, 2), (1066, 130, 220, 3)):  # fmt: skip
        _house(pen, x, 470, wide, high, WALLS[wall])
    for x, size in ((480, 120), (820, 104), (18, 90)):
        _tree(pen, x, 470, size)
    pen.box(0, 470, WIDE, 40, STREET)
    pen.box(0, 510, WIDE, 90, STONE)
    for x in range(30, WIDE, 160):
        pen.box(x, 550, 90, 8, PALE)
    pen.box(560, 270, 230, 200, "#cfe3e7")
    for x in (556, 782):
        pen.box(x, 264, 10, 212, DEEP)
    pen.shape((536, 264), (812, 264), (796, 236), (552, 236), fill=DEEP)
    pen.box(590, 300, 90, 70, PALE, round=4)
    for n, wide in enumerate((66, 50, 60)):
        pen.box(600, 312 + n * 18, wide, 8, DEEP, round=4)
    pen.box(590, 420, 170, 14, LAMP, round=5)
    for x in (606, 736):
        pen.box(x, 432, 8, 38, DEEP)
    _lamp(pen, 930, 480, 260)


def rain(pen: Pen) -> None:
    """An old street in the rain: a pool in the carriageway and the drain beside it."""
    for x, wide, high, wall in ((0, 210, 260, 1), (226, 190, 210, 0), (432, 200, 280, 3), (860, 200, 250, 0), (1076, 124, 300, 1)):  # fmt: skip
        _house(pen, x, 420, wide, high, WALLS[wall], lit=2)
    _tree(pen, 740, 420, 120)
    pen.box(0, 420, WIDE, 34, STREET)
    pen.box(0, 454, WIDE, 146, "#93a4a1")
    pen.disc(470, 534, 330, 44, RIVER)
    pen.disc(440, 528, 240, 26, "#a9d0d7")
    for x, wide in ((330, 60), (520, 44), (620, 30)):
        pen.disc(x, 532, wide, wide // 5, SKY)
        pen.disc(x, 532, wide - 8, wide // 5 - 3, "#a9d0d7")
    pen.box(930, 500, 150, 60, "#5e6f6c", round=6)
    for x in range(944, 1070, 22):
        pen.box(x, 508, 10, 44, "#33413f", round=4)
    for n in range(110):
        # Steps of the golden section fall evenly and in no pattern.
        x, y = int(n * 0.618034 % 1 * WIDE), n * 4
        pen.line((x, y), (x - 9, y + 34), fill="#bcd5da", wide=3)


def large_type(pen: Pen) -> None:
    """A tablet with large lines of text on a table, glasses and a telephone beside it."""
    pen.box(0, 430, WIDE, 170, "#d9b98a")
    pen.box(0, 430, WIDE, 10, "#c3a273")
    pen.box(330, 90, 560, 400, DEEP, round=26)
    pen.box(356, 116, 508, 348, PALE, round=8)
    pen.box(390, 150, 300, 44, DEEP, round=8)
    for n, wide in enumerate((430, 400, 440)):
        pen.box(390, 224 + n * 50, wide, 26, STONE, round=8)
    pen.box(390, 386, 200, 52, LAMP, round=10)
    pen.box(620, 386, 200, 52, RIVER, round=10)
    for x in (150, 252):
        pen.disc(x, 520, 44, 34, DEEP)
        pen.disc(x, 520, 36, 26, SKY)
    pen.line((190, 512), (212, 512), fill=DEEP, wide=8)
    pen.line((108, 512), (60, 486), fill=DEEP, wide=8)
    pen.line((294, 512), (322, 500), fill=DEEP, wide=8)
    pen.box(960, 474, 190, 84, "#3f7d68", round=18)
    pen.box(930, 430, 250, 46, "#2c5d4d", round=22)
    pen.disc(1055, 516, 34, 34, PALE)
    pen.disc(1055, 516, 14, 14, "#3f7d68")
    pen.disc(1110, 150, 70, 70, LAMP)
    for x, size in ((60, 150), (200, 190)):
        _tree(pen, x, 430, size)


@dataclass(frozen=True, slots=True)
class Picture:
    """`words`: what is to be seen, for those who do not see it."""

    title: str
    words: str
    draw: Callable[[Pen], None]


PICTURES = {
    "bus-stop": Picture(
        "公交站台", "画：街边的公交站台有雨棚和长椅，旁边一盏路灯，后面是居民楼和树", bus_stop
    ),
    "rain": Picture("雨天的老街", "画：雨天的老街，路面积了一大片水，旁边是雨水井的铁篦子", rain),
    "large-type": Picture(
        "大字版", "画：桌上一台平板电脑显示着大字，旁边放着老花镜和一部电话机", large_type
    ),
}


def picture(key: str) -> AbstractImage:
    """The picture in the library of images, drawn when it is not there yet."""
    wanted, images = PICTURES[key], get_image_model().objects
    found: AbstractImage | None = images.filter(title=wanted.title).first()
    if found is None:
        pen = Pen(SKY)
        wanted.draw(pen)
        found = images.create(
            title=wanted.title, description=wanted.words, file=pen.file(key), width=WIDE, height=HIGH
        )  # fmt: skip
    return found
