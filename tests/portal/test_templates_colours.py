"""Contrast of the colours people read, from tokens.css itself: 4.5:1 for text, 3:1 for edges (WCAG 1.4.3, 1.4.11)."""

import re

import pytest
from django.conf import settings

CSS = settings.BASE_DIR / "portal" / "static" / "css"
TOKENS = (CSS / "tokens.css").read_text(encoding="utf-8")


def values(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+):\s*(#[0-9a-fA-F]{3,6})\b", block))


def block_after(opening: str) -> str:
    start = TOKENS.index(opening) + len(opening)
    return TOKENS[start : TOKENS.index("}", start)]


LIGHT = values(block_after(":root {"))
SCHEMES = {
    "light": LIGHT,
    "elder": {**LIGHT, **values(block_after(':root[data-mode="elder"] {'))},
    "dark": {**LIGHT, **values(block_after(':root[data-theme="dark"] {'))},
    "dark by system": {**LIGHT, **values(block_after(':root:not([data-theme="light"]) {'))},
}
# Elder and dark together: elder's greys come first in the file, dark's later and as strong.
SCHEMES["elder dark"] = {**SCHEMES["elder"], **values(block_after(':root[data-theme="dark"] {'))}

TEXT = [
    *((ink, ground) for ink in ("ink", "ink-2", "ink-3", "brand") for ground in ("paper", "wash")),
    ("ink", "sunk"),
    ("ink", "accent-tint"),
    ("ink", "brand-tint"),
    ("ink", "bad-tint"),
    ("brand-deep", "paper"),
    ("brand", "brand-tint"),
    ("on-brand", "brand"),
    ("on-brand", "brand-deep"),
    ("on-band", "band"),
    ("on-band-2", "band"),
    ("accent", "paper"),
    ("accent", "wash"),
    ("accent", "accent-tint"),
    ("on-accent", "accent-fill"),
    ("bad", "paper"),
    ("bad", "wash"),
    ("bad", "bad-tint"),
    ("paper", "ink-2"),  # the mask chip
]
EDGES = [
    ("edge", "paper"),
    ("edge", "wash"),
    ("brand", "paper"),
    ("brand", "sunk"),
    ("chart-2", "paper"),
    ("bad", "sunk"),
    ("bad", "paper"),
]


def luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    if len(digits) == 3:
        digits = "".join(d * 2 for d in digits)
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_measure_itself_knows_black_on_white() -> None:
    assert contrast("#000", "#ffffff") == pytest.approx(21)
    assert contrast("#777", "#fff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(("ink", "ground"), TEXT)
def test_every_text_colour_can_be_read_on_its_ground(scheme: str, ink: str, ground: str) -> None:
    colours = SCHEMES[scheme]
    assert contrast(colours[ink], colours[ground]) >= 4.5


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(("edge", "ground"), EDGES)
def test_every_edge_and_bar_can_be_seen_on_its_ground(scheme: str, edge: str, ground: str) -> None:
    colours = SCHEMES[scheme]
    assert contrast(colours[edge], colours[ground]) >= 3


def test_dark_by_choice_and_dark_by_system_are_the_same_dark() -> None:
    assert SCHEMES["dark"] == SCHEMES["dark by system"]


def test_components_take_their_colours_from_the_tokens() -> None:
    for name in ("base.css", "components.css"):
        text = re.sub(
            r"@media print \{.*?\n\}", "", (CSS / name).read_text(encoding="utf-8"), flags=re.S
        )
        literal = set(re.findall(r"#[0-9a-fA-F]{3,6}\b", text))
        # The hover of the one amber button, and the white a QR code needs in every scheme.
        assert literal <= {"#ffc35c", "#fff"}, name


def test_every_token_that_is_used_is_defined() -> None:
    defined = set(re.findall(r"--([\w-]+):", TOKENS))
    for name in ("base.css", "components.css"):
        used = set(re.findall(r"var\(--([\w-]+)", (CSS / name).read_text(encoding="utf-8")))
        assert used <= defined, name


def test_the_site_stays_small_without_a_bundler() -> None:
    scripts = (settings.BASE_DIR / "portal" / "static" / "js").glob("*.js")
    assert sum(len(s.read_text(encoding="utf-8").splitlines()) for s in scripts) <= 180
