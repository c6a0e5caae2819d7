"""Every type of public page, in every look: three widths, light and dark, normal and large print.

One browser walks the list of bench/tour.py once for each mode; the tests say what it must not have met. Colours follow
the device, so dark needs no load of its own.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from bench import tour
from tests.journeys import people
from tests.journeys.browser import Browser
from tests.journeys.site import Site
from tests.journeys.test_my_page import sign_in

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(900)]

WIDTHS = (360, 768, 1280)
MODES = ("normal", "elder")
AXE_IN = {("normal", 1280): "light", ("elder", 360): "dark"}
"""The looks in which axe runs, and in which colours: it finds faults of the markup, which all looks share, of sizes and of
colours. Where things stand does not hang on colours, so widths are measured in one of the two.
"""
GRAVE = ("moderate", "serious", "critical")
MOST_TABS = 45
PHONE = "19900008844"

OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
FOCUSED = """() => {
  const e = document.activeElement;
  if (!e || e === document.body) return null;
  const box = e.getBoundingClientRect();
  const before = window.__last;
  window.__last = e;
  const name = e.tagName.toLowerCase() + ' ' + (e.getAttribute('href') || e.name || e.textContent.trim().slice(0, 20));
  // The mark may stand on the label of a box, or on the shape inside a link of a map.
  const marked = [e, e.nextElementSibling, e.closest('label')].filter(Boolean).map(x => getComputedStyle(x));
  const shape = e instanceof SVGElement ? [...e.querySelectorAll('*')].map(x => parseFloat(getComputedStyle(x).strokeWidth)) : [];
  const shown = marked.some(l => (l.outlineStyle !== 'none' && parseFloat(l.outlineWidth) > 0) || l.boxShadow !== 'none')
    || Math.max(0, ...shape) >= 3;
  return {
    name, shown, seen: box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight,
    ahead: !before || before === e || Boolean(before.compareDocumentPosition(e) & Node.DOCUMENT_POSITION_FOLLOWING),
  };
}"""


@dataclass
class Walk:
    """What went wrong, by kind; an empty list is what the tests want."""

    pages: dict[str, str]
    wide: list[str] = field(default_factory=list)
    barriers: list[str] = field(default_factory=list)
    keyboard: list[str] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def walk(chrome: Any, site: Site) -> Walk:
    found = tour.addresses(tour.reader(site.address))
    walked = Walk(found)
    browser = Browser(chrome, site.address)
    for mode in MODES:
        page = browser.window()
        page.goto(f"/mode/?elder={int(mode == 'elder')}")
        for name, path in found.items():
            visit(walked, page, name, path, mode)
    for name, url in receipts(page, found):
        visit(walked, page, name, url, "elder")
    page.goto("/my/sign-in/?next=/my/")
    sign_in(page, site, PHONE, scripts=True)
    page.wait_for_url("**/my/**")
    for name, path in (("my", "/my/"), ("my-close", "/my/close/")):
        visit(walked, page, name, path, "elder")
    walked.complaints = browser.complaints.found
    for context in browser.contexts:
        context.close()
    return walked


def receipts(page: Any, found: dict[str, str]) -> Iterator[tuple[str, str]]:
    """(name, address) of the page that a reader gets after a rating: filled in here as a reader does."""
    for name in ("helpful", "questioning-rate"):
        if name in found:
            page.goto(found[name])
            page.locator("main form input[type=radio]").first.check()
            page.locator("main form [name=phone]").fill(PHONE)
            people.wait_for_the_machine(page)
            people.press(page, "提交")
            yield f"{name}-receipt", page.url


def visit(walked: Walk, page: Any, name: str, path: str, mode: str) -> None:
    answer = page.goto(path, wait_until="load")
    if answer.status != (404 if name == "not-there" else 200):
        walked.answers.append(f"{name}: {path} answered {answer.status}")
        return
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        over = page.evaluate(OVERFLOW)
        if over > 0:
            walked.wide.append(f"{name} ({mode}, {width} px): {over} px too wide")
        scheme = AXE_IN.get((mode, width))
        if scheme:
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            walked.barriers += barriers(page, f"{name} ({mode}, {width} px, {scheme})")
    if mode == "normal":
        walked.keyboard += tabbed(page, name)


def barriers(page: Any, where: str) -> list[str]:
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [
        f"{where}: {v['id']} ({v['impact']}): {[n['target'] for n in v['nodes'][:3]]}"
        for v in found
        if v["impact"] in GRAVE
    ]


def tabbed(page: Any, name: str) -> list[str]:
    """Tab through the page from its top: each stop is seen, marked, and further on in the page than the one before."""
    faults = []
    page.evaluate("window.scrollTo(0, 0); document.activeElement?.blur(); window.__last = null")
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        stop = page.evaluate(FOCUSED)
        if stop is None:
            break
        if not stop["ahead"]:
            # From the end of the page round to its top is no fault; anything else is.
            if not stop["name"].endswith("#main"):
                faults.append(f"{name}: back up the page to {stop['name']}")
            break
        if not stop["shown"]:
            faults.append(f"{name}: no mark on {stop['name']}")
        if not stop["seen"]:
            faults.append(f"{name}: out of sight: {stop['name']}")
    positive = page.locator("[tabindex]:not([tabindex='0']):not([tabindex='-1'])").count()
    return faults + ([f"{name}: {positive} stops out of the page's order"] if positive else [])


def test_every_type_of_page_is_there_to_be_looked_at(walk: Walk) -> None:
    assert walk.answers == []
    assert {s.name for s in tour.STOPS} - set(walk.pages) <= OPTIONAL


OPTIONAL = frozenset(
    {
        "award",
        "hearing",
        "hearing-enrol",
        "questioning-one",
        "questioning-rate",
        "reception-book",
        "item-adopted",
        "item-doing",
        "item-waiting",
        "league",
        "statistics-month",
        "statistics-year",
    }
)
"""What the small city of the journeys need not have."""


def test_no_page_runs_off_sideways_in_any_look(walk: Walk) -> None:
    assert walk.wide == []


def test_axe_finds_nothing_moderate_or_worse_on_any_page(walk: Walk) -> None:
    assert walk.barriers == []


def test_the_focus_is_always_seen_and_follows_the_page(walk: Walk) -> None:
    assert walk.keyboard == []


def test_no_page_complains_or_asks_another_host(walk: Walk) -> None:
    assert walk.complaints == []
