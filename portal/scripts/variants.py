"""The ways to read this site, and the addresses of each.

The plain address is the Simplified page and stays the one that search engines keep (canonical); the others stand under a
prefix. So no cookie is needed, every cache keys them apart, and a link that was sent says in which writing it opens.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.utils.encoding import escape_uri_path, iri_to_uri


@dataclass(frozen=True, slots=True)
class Variant:
    """`prefix` of its addresses ("" or "/en"), `lang` of <html>, `language` for gettext, `name` in its own words,
    `short` where there is little room, `hreflang` for search engines, `locale` for Open Graph.
    """

    prefix: str
    lang: str
    language: str
    name: str
    short: str
    hreflang: str
    locale: str


SIMPLIFIED = Variant("", "zh-Hans-CN", "zh-hans", "简体中文", "简", "zh-Hans", "zh_CN")
TRADITIONAL = Variant("/zh-hant", "zh-Hant", "zh-hans", "繁體中文", "繁", "zh-Hant", "zh_HK")
ENGLISH = Variant("/en", "en", "en", "English", "EN", "en", "en_US")
ALL = (SIMPLIFIED, TRADITIONAL, ENGLISH)
PREFIXED = (TRADITIONAL, ENGLISH)

# What has one address alone: staff's rooms, programs' addresses, files.
_PLAIN = (
    "/admin/", "/agent/", "/api/", "/open311/", "/static/", "/media/", "/healthz", "/readyz", "/metrics", "/my/feed/",
    "/styleguide/", "/robots.txt", "/sitemap", "/sw.js", "/zh-hant/", "/en/",
)  # fmt: skip
_PLAIN_ENDS = (".atom", ".csv", ".json", ".zip", ".xml", ".txt")


def of(request: HttpRequest) -> Variant:
    """The variant that this request is answered in."""
    found: Variant = getattr(request, "variant", SIMPLIFIED)
    return found


def of_path(path: str) -> Variant | None:
    """The variant whose prefix the path begins with; None for a plain path."""
    for variant in PREFIXED:
        if path.startswith(f"{variant.prefix}/"):
            return variant
    return None


def is_plain(path: str, query: str = "") -> bool:
    """Whether this address (without a prefix) is the same in every variant and so has no other form."""
    return path.startswith(_PLAIN) or path.endswith(_PLAIN_ENDS) or "format=csv" in query.split("&")


def address(variant: Variant, path: str) -> str:
    """The form of a site's path (without a prefix, with its query) in this variant."""
    where, _, query = path.partition("?")
    return path if is_plain(where, query) else f"{variant.prefix}{path}"


def alternates(path: str) -> Iterator[tuple[str, str]]:
    """(hreflang, absolute address) of all forms of a canonical path, the plain one also as the default."""
    for variant in ALL:
        yield variant.hreflang, f"{settings.BASE_URL}{address(variant, path)}"
    yield "x-default", f"{settings.BASE_URL}{path}"


def choices(request: HttpRequest) -> list[tuple[Variant, str]]:
    """(variant, address of this page in it) of the other variants, for the switch."""
    path = escape_uri_path(request.path_info)
    if request.method == "GET" and request.META.get("QUERY_STRING"):
        path += f"?{iri_to_uri(request.META['QUERY_STRING'])}"
    here = of(request)
    order = (ENGLISH, TRADITIONAL) if here is SIMPLIFIED else (SIMPLIFIED, TRADITIONAL, ENGLISH)
    return [(v, address(v, path)) for v in order if v is not here]
