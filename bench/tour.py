"""The public pages, one of each type: one list for the weights (bench/pages.py), the gallery (docs/screens.py) and the tests.

A page that hangs on data is found as a person finds it: by the first link of its kind on another page.
"""

import re
import urllib.parse
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass

# A proxy named in the environment is for the world outside.
_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
_HREF = re.compile(r'href="([^"#]+)"')


@dataclass(frozen=True, slots=True)
class Stop:
    """A page: a fixed address, or the first link on `path` that matches `link` as a whole; with `then`, the first link
    of that kind on one of the pages that `link` leads to.
    """

    name: str
    path: str
    link: str = ""
    then: str = ""


MOST_TRIED = 8
"""So many pages of a list are opened to find a link on one of them."""
ITEM = r"/suggestions/JY[0-9-]+/"
STOPS = (
    Stop("home", "/"),
    Stop("submit", "/submit/"),
    Stop("track", "/track/"),
    Stop("browse", "/suggestions/"),
    Stop("browse-filtered", "/suggestions/?status=done&sort=answered"),
    Stop("browse-empty", "/suggestions/?topic=nothing"),
    Stop("item-answered", "/suggestions/?status=done", ITEM),
    Stop("item-adopted", "/suggestions/?outcome=adopted", ITEM),
    Stop("item-waiting", "/suggestions/?status=awaiting", ITEM),
    Stop("item-doing", "/suggestions/?status=in_progress", ITEM),
    Stop("helpful", "/suggestions/?status=done", ITEM, ITEM + "helpful/"),
    Stop("search", "/search/"),
    Stop("search-found", "/search/?q=公交"),
    Stop("search-nothing", "/search/?q=石油期货"),
    Stop("units", "/units/"),
    Stop("unit", "/units/jtj/"),
    Stop("leagues", "/units/league/"),
    Stop("league", "/units/league/", r"/units/league/[0-9]+/"),
    Stop("results", "/results/"),
    Stop("results-places", "/results/?by=place"),
    Stop("result", "/results/", r"/results/[0-9]+/"),
    Stop("honours", "/results/honours/"),
    Stop("awards", "/results/awards/"),
    Stop("award", "/results/awards/", r"/results/awards/[0-9]+/"),
    Stop("statistics", "/statistics/"),
    Stop("statistics-month", "/statistics/", r"/statistics/[0-9]{4}-[0-9]{2}/"),
    Stop("statistics-year", "/statistics/", r"/statistics/[0-9]{4}/"),
    Stop("statistics-data", "/statistics/data/"),
    Stop("campaigns", "/campaigns/"),
    Stop("campaign", "/campaigns/", r"/campaigns/(?!ask|poll)[a-z0-9-]+/"),
    Stop("campaign-livelihood", "/campaigns/minsheng-2027/"),
    Stop("campaign-report", "/campaigns/community-canteens/report/"),
    Stop("campaign-poll", "/campaigns/minsheng-2027/", r"/campaigns/poll/[0-9]+/[^/]+/"),
    Stop("campaign-ask", "/campaigns/yunbu-drainage/", r"/campaigns/ask/[0-9]+/"),
    Stop("hearings", "/hearings/"),
    Stop("hearing", "/hearings/", r"/hearings/[^/?]+/"),
    Stop("hearing-enrol", "/hearings/", r"/hearings/[0-9]+/", r"/hearings/[0-9]+/enrol/"),
    Stop("questioning", "/questioning/"),
    Stop("questioning-one", "/questioning/", r"/questioning/[^/?]+/"),
    Stop(
        "questioning-rate", "/questioning/", r"/questioning/[0-9]+/", r"/questioning/[0-9]+/rate/"
    ),
    Stop("receptions", "/receptions/"),
    Stop("reception-book", "/receptions/", r"/receptions/[0-9]+/", r"/receptions/[0-9]+/book/"),
    Stop("sponsorship", "/sponsorship/"),
    Stop("points", "/points/"),
    Stop("news", "/news/"),
    Stop("article", "/news/", r"/news/[a-z0-9-]+/"),
    Stop("knowledge", "/knowledge/"),
    Stop("knowledge-answer", "/knowledge/", r"/knowledge/[a-z0-9-]+/"),
    Stop("standard", "/", r"/(?:help|rules|about|privacy|accessibility)/"),
    Stop("where", "/where/"),
    Stop("where-asked", "/where/?q=路灯坏了"),
    Stop("feeds", "/feeds/"),
    Stop("my-sign-in", "/my/sign-in/"),
    Stop("follow", "/my/follow/?what=unit:jtj"),
    Stop("not-there", "/nothing-here/"),
)

Fetch = Callable[[str], str]


def reader(address: str) -> Fetch:
    """`fetch(path)`: the page's text, an empty one when there is none."""

    def fetch(path: str) -> str:
        quoted = urllib.parse.quote(path, safe="/?&=:%")
        try:
            with _direct.open(f"{address}{quoted}", timeout=60) as answer:
                return str(answer.read().decode("utf-8", "replace"))
        except urllib.error.HTTPError:
            return ""

    return fetch


def addresses(fetch: Fetch) -> dict[str, str]:
    """Name → path of every stop that this site has: links are looked for, fixed addresses are taken as they are."""
    found: dict[str, str] = {}
    pages: dict[str, str] = {}
    for stop in STOPS:
        if not stop.link:
            found[stop.name] = stop.path
            continue
        ways = _links(fetch, pages, stop.path, stop.link)
        if stop.then:
            ways = [
                way
                for page in ways[:MOST_TRIED]
                for way in _links(fetch, pages, page, stop.then)[:1]
            ]
        if ways:
            found[stop.name] = ways[0]
    return found


def _links(fetch: Fetch, pages: dict[str, str], path: str, wanted: str) -> list[str]:
    """The links of a page that match as a whole, each once; a page is fetched once."""
    if path not in pages:
        pages[path] = fetch(path)
    links = dict.fromkeys(m[1] for m in _HREF.finditer(pages[path]))
    return [link for link in links if re.fullmatch(wanted, link)]
