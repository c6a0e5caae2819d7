"""What stands around every page and is the same on most: the end of the title, style sheets, header and footer.

Drawn once for a content version, time slot, writing and look, and kept in the cache like whole pages
(suggestions/public/caching.py), so that the office and the footer's links are as fresh as on a kept page. What differs by
address (where to come back to, the page in another writing) is a hole that each page fills.
"""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import quote

from django.core.cache import cache
from django.db import DatabaseError
from django.template.loader import render_to_string
from django.urls import get_script_prefix
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from suggestions.public import caching

_PARTS = ("title", "links", "top", "footer")
_PATH = "~hole-path~"
_HOLE = re.compile(r"~hole-([a-z0-9]+)~")


class Frame(NamedTuple):
    """The finished parts, by the names of their templates (templates/includes)."""

    title: SafeString
    links: SafeString
    top: SafeString
    footer: SafeString


def frame(site: Mapping[str, Any]) -> Frame:
    """The frame of one page; `site` as portal/context.py gives it. One read of the cache, no query when it was drawn before."""
    try:
        key = _key(site, caching.moment())
        held: list[str] | None = cache.get(key)
    except DatabaseError:
        # Neither cache nor database tells the version: the error page is drawn by itself.
        key, held = "", None
    if held is None:
        held = _drawn(site)
        # While the database is away there is no office, and a frame without one must not outlast that.
        if key and site["office"]:
            cache.set(key, held, caching.SLOT)
    fill = {"path": escape(quote(site["path"], safe=""))}
    fill |= {f"variant{n}": escape(href) for n, (_variant, href) in enumerate(site["variants"])}
    return Frame(*(mark_safe(_HOLE.sub(lambda m: fill[m[1]], part)) for part in held))


def _key(site: Mapping[str, Any], made: caching.Moment) -> str:
    """Everything a frame shows but what its holes take in; `nav` gives where in the menu the page stands."""
    shown = (
        made.version, made.slot, site["name"], get_language(), get_script_prefix(), site["lang"], site["mode"], site["theme"],
        int(site["installable"]), *(entry["here"] for entry in site["nav"]),
    )  # fmt: skip
    return "frame:" + quote("|".join(map(str, shown)), safe="|/")


def _drawn(site: Mapping[str, Any]) -> list[str]:
    variants = [(v, f"~hole-variant{n}~") for n, (v, _href) in enumerate(site["variants"])]
    context = {"site": {**site, "path": _PATH, "variants": variants}}
    return [render_to_string(f"includes/{name}.html", context) for name in _PARTS]
