"""What every page knows: the office it speaks for, the menu, and how the reader wants it shown.

Large print and colours: the server reads two first-party cookies (`mode`, `theme`) and writes two attributes
on <html>. A script that reads them in the browser would flash and would leave out those without scripts.
The price is that pages differ by these cookies, so nobody gets one unasked, and the page cache and the
ETags are keyed by them (suggestions/public/caching.py).
"""

from contextlib import suppress
from functools import lru_cache
from typing import Any

import structlog
from django.conf import settings
from django.contrib.messages import get_messages
from django.core.cache import cache
from django.db import DatabaseError
from django.http import HttpRequest
from django.urls import NoReverseMatch, get_script_prefix, get_urlconf, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from wagtail.models import Page, Site

from cms import english
from portal import frame
from portal.scripts import variants
from suggestions.jurisdictions import current
from suggestions.models import Jurisdiction

log = structlog.get_logger(__name__)

# Route or fixed address, word, the part of its name that narrow screens leave out. These addresses are
# promises (design section 6), but an entry shows only when its page exists.
NAV = (
    ("suggestions:submit", gettext_noop("提建议"), ""),
    ("suggestions:track", gettext_noop("查进度"), ""),
    ("suggestions:browse", gettext_noop("看建议"), ""),
    ("/campaigns/", gettext_noop("征集"), gettext_noop("活动")),
    ("suggestions:units", gettext_noop("单位"), ""),
    ("suggestions:search", gettext_noop("搜索"), ""),
    ("suggestions:statistics", gettext_noop("数据"), ""),
)
_PHONE_ENTRIES = 6  # what fits into one row of 360 px; the rest waits for a wider screen
MODES = ("elder",)
THEMES = ("dark", "light")
_LINKS_KEPT_SECONDS = 60


def site(request: HttpRequest) -> dict[str, Any]:
    """`site`: name, base (of absolute addresses), office, nav, links, messages (all lazy), mode, theme,
    the path to come back to, and the writing: `lang`, `home` and `variants` (the other forms of this page);
    `frame` is all of that drawn (portal/frame.py).

    Costs at most one query a minute for the office and one for the footer's pages, and none on a
    fragment that shows neither.
    """
    site = _facts(request)
    site["frame"] = SimpleLazyObject(lambda: frame.frame(site))
    return {"site": site}


def _facts(request: HttpRequest) -> dict[str, Any]:
    variant = variants.of(request)
    mode = request.COOKIES.get("mode", "")
    theme = request.COOKIES.get("theme", "")
    return {
        "name": settings.SITE_NAME,
        "base": settings.BASE_URL,
        "office": SimpleLazyObject(lambda: office(request)),
        "nav": SimpleLazyObject(lambda: navigation(request.path)),
        "links": SimpleLazyObject(lambda: footer_links(request)),
        "messages": SimpleLazyObject(lambda: _messages(request)),
        "mode": mode if mode in MODES else "",
        "theme": theme if theme in THEMES else "",
        "path": request.get_full_path() if request.method == "GET" else request.path,
        "lang": variant.lang,
        "installable": settings.INSTALLABLE,
        # Somebody works here: what residents type is not left on this machine.
        "is_desk": settings.SESSION_COOKIE_NAME in request.COOKIES,
        "home": f"{variant.prefix}/",
        "variants": SimpleLazyObject(lambda: variants.choices(request)),
    }


def office(request: HttpRequest) -> Jurisdiction | None:
    """The jurisdiction whose office runs this site; None before set-up, and while the database is away:
    the error page shows the same header, so the header must not be what breaks it."""
    try:
        return current(request)
    except DatabaseError:
        log.warning("the office could not be read")
        return None


@lru_cache(maxsize=64)
def _places(prefix: str, _urlconf: str | None) -> list[tuple[str, str, str]]:
    """(address, word, rest) of the entries under a variant's prefix, which `reverse` puts in front by itself."""
    found = []
    for target, word, rest in NAV:
        with suppress(NoReverseMatch):
            href = prefix + target[1:] if target.startswith("/") else reverse(target)
            found.append((href, word, rest))
    return found


def navigation(path: str) -> list[dict[str, Any]]:
    """The entries: href, label, wide (rest of the label), here (value of aria-current), wide_only."""
    entries: list[dict[str, Any]] = []
    for href, word, rest in _places(get_script_prefix(), get_urlconf()):
        entries.append(
            {
                "href": href,
                "label": _(word),
                "wide": _(rest) if rest else "",
                "here": "page" if path == href else "true" if path.startswith(href) else "",
                "wide_only": len(entries) >= _PHONE_ENTRIES,
            }
        )
    return entries


def footer_links(request: HttpRequest) -> list[tuple[str, str]]:
    """(address, title) of what editors show in menus: live children of home that the header does not name."""
    try:
        key = f"footer-links:{request.get_host()}:{get_script_prefix()}"
        links: list[tuple[str, str]] | None = cache.get(key)
        if links is None:
            links = _load_links(request)
            cache.set(key, links, _LINKS_KEPT_SECONDS)
        return links
    except DatabaseError:
        log.warning("the footer's pages could not be read")
        return []


def _load_links(request: HttpRequest) -> list[tuple[str, str]]:
    found = Site.find_for_request(request)
    if found is None:
        return []
    pages = english.named(Page.objects.live().public().in_menu().child_of(found.root_page))
    addresses = {entry["href"] for entry in navigation("")}
    links = [(page.get_url(request) or "", english.said(page, "title")) for page in pages]
    return [(href, title) for href, title in links if href and href not in addresses]


def _messages(request: HttpRequest) -> list[Any]:
    """What the act before has to say. Looked for only where a cookie can hold it: asking the session of an
    anonymous reader would make every page personal."""
    if settings.SESSION_COOKIE_NAME in request.COOKIES or "messages" in request.COOKIES:
        return list(get_messages(request))
    return []
