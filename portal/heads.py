"""What search engines and messengers read of a page: its one address, whether to keep it, and what it is about.

A page that says `noindex` of itself gets none of this: receipts, progress and residents' own pages are nobody else's.
Descriptions are of released text alone, and no structured datum names a person (process.md 9.2, 9.4).
"""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from portal.scripts import variants
from suggestions.public.atom import absolute
from suggestions.public.sharing import CARD_PICTURE, SIZE, Picture

Thing = dict[str, Any]

LANDINGS: Mapping[str, frozenset[str]] = {
    "suggestions:browse": frozenset({"topic", "district", "unit"}),
    "suggestions:results": frozenset({"unit", "district", "by"}),
}
"""Filters that, alone, make a page somebody may look for: the suggestions of one district, the results of one unit."""
NARROWING = frozenset(
    {"topic", "district", "unit", "status", "outcome", "year", "campaign", "sort", "stands", "by", "kind", "q", "type"}
    | {"cursor", "page", "format"}
)  # fmt: skip
"""Parameters that choose from a list or lead through it. Any other (where a link was clicked) changes nothing."""
SHARE = "img/share.png"
_NOINDEX = re.compile(r'<meta name="robots" content="[^"]*noindex')
_TITLE = re.compile(r"<title>(.*?)</title>", re.S)
_DESCRIPTION = re.compile(r'<meta name="description" content="([^"]*)">')


def narrowed(request: HttpRequest) -> dict[str, str]:
    """The parameters of this address that choose from a list, in one order."""
    return {name: request.GET[name] for name in sorted(request.GET) if name in NARROWING and request.GET[name]}  # fmt: skip


def path(request: HttpRequest) -> str | None:
    """The address that all spellings of this page share; None for a choice too deep to be kept.

    A list's further pages and doubly narrowed lists are not kept: every item is in the sitemap, and the choices are
    endless. One filter alone, of those people look for, is a page of its own.
    """
    held = narrowed(request)
    if not held:
        return request.path_info
    match = request.resolver_match
    allowed = LANDINGS.get(match.view_name if match else "", frozenset())
    if len(held) == 1 and set(held) <= allowed:
        return f"{request.path_info}?{urlencode(held)}"
    return None


def finish(head: str, context: Mapping[str, Any]) -> SafeString:
    """The head of a page with what others read of it behind: canonical address, card for sharing, structured data."""
    request: HttpRequest | None = context.get("request")
    if request is None or _NOINDEX.search(head):
        return mark_safe(head)
    if request.resolver_match is None:
        # No view of ours answered: an error page, whose address is none.
        return mark_safe(head + '<meta name="robots" content="noindex">\n')
    own = path(request)
    if own is None:
        return mark_safe(head + '<meta name="robots" content="noindex, follow">\n')
    address = absolute(own)
    things = [*_list(context.get("structured")), *_crumbs(context)]
    picture = context.get(CARD_PICTURE) or Picture(static(SHARE), *SIZE, _("建言：您想建议什么？"))
    card = _card(head, address, things, variants.of(request).locale, picture)
    parts = [head, card, _alternates(own), _data(things)]
    return mark_safe("".join(parts))


def _list(found: Any) -> list[Thing]:
    return list(found) if isinstance(found, (list, tuple)) else []


def _card(
    head: str, address: str, things: list[Thing], locale: str, picture: Picture
) -> SafeString:
    """The canonical address and the card that messengers draw (Open Graph). Its texts stand in the head already."""
    title, about = _TITLE.search(head), _DESCRIPTION.search(head)
    article = any(t["@type"] in ("QAPage", "DiscussionForumPosting", "NewsArticle") for t in things)
    rows: list[tuple[str, Any]] = [
        ("og:type", "article" if article else "website"),
        ("og:site_name", settings.SITE_NAME),
        ("og:locale", locale),
        ("og:url", address),
        # Out of the head, so escaped already.
        ("og:title", mark_safe(title[1].strip()) if title else settings.SITE_NAME),
        ("og:description", mark_safe(about[1]) if about else ""),
        ("og:image", absolute(picture.url)),
        ("og:image:width", picture.width),
        ("og:image:height", picture.height),
        ("og:image:alt", picture.words),
    ]
    metas = format_html_join("\n", '<meta property="{}" content="{}">', rows)
    link = format_html('<link rel="canonical" href="{}">\n', address)
    return link + metas + mark_safe('\n<meta name="twitter:card" content="summary_large_image">\n')


def _alternates(own: str) -> SafeString:
    """The forms of this page in other writings (portal/scripts)."""
    line = '<link rel="alternate" hreflang="{}" href="{}">\n'
    return format_html_join("", line, variants.alternates(own))


def _crumbs(context: Mapping[str, Any]) -> Iterable[Thing]:
    """The breadcrumb of a page that shows one, with the home page in front."""
    page = context.get("page")
    crumbs = context.get("crumbs") or getattr(page, "crumbs", None)
    if not crumbs:
        return []
    steps = [(href, str(name)) for href, name in crumbs if href and href != "/"]
    steps = [("/", settings.SITE_NAME), *steps]
    rows = [
        {"@type": "ListItem", "position": n, "name": name, "item": absolute(href)}
        for n, (href, name) in enumerate(steps, start=1)
    ]
    last = [{"@type": "ListItem", "position": len(rows) + 1, "name": str(n)} for h, n in crumbs if not h]  # fmt: skip
    return [{"@type": "BreadcrumbList", "itemListElement": rows + last}]


def _data(things: list[Thing]) -> SafeString:
    """The structured data as one block. It is data, not a script: no policy has to allow it, and nothing in it runs."""
    if not things:
        return SafeString("")
    graph = {"@context": "https://schema.org", "@graph": things}
    text = json.dumps(graph, ensure_ascii=False, separators=(",", ":"), default=str)
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return mark_safe(f'<script type="application/ld+json">{text}</script>\n')
