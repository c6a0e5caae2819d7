"""Contrast of the colours people read, from tokens.css itself: 4.5:1 for text, 3:1 for edges (WCAG 1.4.3, 1.4.11)."""

import re

import pytest
from django.conf import settings

from portal import contrast as measure
from portal.contrast import CSS, EDGES, TEXT, contrast

TOKENS = (CSS / "tokens.css").read_text(encoding="utf-8")
SCHEMES = measure.schemes()


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
    """Scripts are few and short enough to be read: what weighs on a page is measured by `make bench-pages`."""
    scripts = (settings.BASE_DIR / "portal" / "static" / "js").glob("*.js")
    sizes = {s.name: len(s.read_text(encoding="utf-8").splitlines()) for s in scripts}
    assert max(sizes.values()) <= 110, sizes
    assert sum(sizes.values()) <= 450, sizes


def test_the_style_guide_shows_measured_contrast_and_every_pair_holds() -> None:
    proof = measure.proof()
    assert {label for label, _pairs in proof} >= {"浅色", "深色", "大字"}
    assert [p for _label, pairs in proof for p in pairs if not p.holds] == []
    assert len(proof[0][1]) == len(TEXT) + len(EDGES)


def test_a_contrast_just_below_the_line_is_not_rounded_up() -> None:
    assert measure.Pair("a", "b", 4.4999, measure.TEXT_LEAST).words == "4.49"
    assert not measure.Pair("a", "b", 4.4999, measure.TEXT_LEAST).holds


def test_no_colour_of_letters_or_lines_is_left_out_of_the_proof() -> None:
    declared = {name for pair in (*TEXT, *EDGES) for name in pair}
    said_elsewhere = {"line", "band-line", "focus-in", "focus-out", "mark-dot"}
    assert set(SCHEMES["light"]) - declared - said_elsewhere == set()
