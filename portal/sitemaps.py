"""/sitemap.xml and /robots.txt: what search engines may keep, file by file.

Each file is read by key from one place on, so the last file of a million items costs what the first does, and a file's
address keeps its items. Only what a stranger may read is listed: the same querysets as the pages themselves.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from typing import Any, NamedTuple
from xml.sax.saxutils import escape

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.views.decorators.http import require_safe
from wagtail.models import Page, Site

from portal.scripts.variants import ALL, address
from suggestions.clock import SHANGHAI
from suggestions.jurisdictions import current
from suggestions.models import Suggestion
from suggestions.public.atom import absolute
from suggestions.public.caching import public_page
from suggestions.selectors import (
    awards,
    hearings_public,
    published,
    results,
    steering_public,
    units,
)

FILE_ROWS = 50_000
"""The most addresses the protocol allows in one file (sitemaps.org)."""
_CHUNK = 2_000
_LAST_FILE = 10**9
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_SPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'

FIXED = (
    "suggestions:browse", "suggestions:submit", "suggestions:track", "suggestions:search", "suggestions:where",
    "suggestions:units", "suggestions:leagues", "suggestions:results", "suggestions:honours", "suggestions:awards", "suggestions:statistics", "suggestions:statistics_data",
    "suggestions:hearings", "suggestions:questioning", "suggestions:receptions", "suggestions:sponsorship",
    "suggestions:points", "feeds:index",
)  # fmt: skip
"""Pages that are always there. A name whose room is not built is left out."""


class Row(NamedTuple):
    """One address of a file. `at` is when its content last changed, None when nobody keeps that."""

    path: str
    at: date | datetime | None = None


def fixed() -> Iterator[Row]:
    for name in FIXED:
        try:
            yield Row(reverse(name))
        except NoReverseMatch:
            continue


def _wagtail(request: HttpRequest) -> Iterator[Row]:
    """Live pages that anybody may read, with the moment of their last publication."""
    site = Site.find_for_request(request)
    if site is None:
        return
    rows = Page.objects.live().public().descendant_of(site.root_page, inclusive=True).order_by("path")  # fmt: skip
    for page in rows.specific(defer=True).iterator(chunk_size=_CHUNK):
        parts = page.get_url_parts(request)
        if parts:
            yield Row(parts[2], page.last_published_at)


def _office() -> Iterator[Row]:
    """Units, prizes, years, hearings and questionings: few, so that they share a file with the editors' pages."""
    for unit in units.active():
        yield Row(reverse("suggestions:unit", args=[unit.code]))
    for year, _n in results.years():
        yield Row(reverse("suggestions:honours_year", args=[year]))
    for one in awards.rounds(at=timezone.now()):
        yield Row(reverse("suggestions:award", args=[one.pk]))
    for held in published.shown(current()):
        yield Row(reverse("suggestions:statistics_period", args=[held.slug]), held.published_at)
    for pk, at in hearings_public.addresses():
        yield Row(reverse("suggestions:hearing", args=[pk]), at)
    for pk in steering_public.session_keys():
        yield Row(reverse("suggestions:questioning_session", args=[pk]))


def _pages(request: HttpRequest) -> Iterator[Row]:
    yield from _wagtail(request)
    yield from fixed()
    yield from _office()


def _items() -> "QuerySet[Any]":
    return Suggestion.objects.on_page()


def _item_rows(rows: "QuerySet[Any]") -> Iterator[Row]:
    names = ("case_no", "published_at", "answered_at", "closed_at")
    for case_no, *moments in rows.values_list(*names).iterator(chunk_size=_CHUNK):
        yield Row(reverse("suggestions:detail", args=[case_no]), max(filter(None, moments), default=None))  # fmt: skip


def _measure_rows(rows: "QuerySet[Any]") -> Iterator[Row]:
    for pk, day in rows.values_list("pk", "moved_on").iterator(chunk_size=_CHUNK):
        yield Row(reverse("suggestions:result", args=[pk]), day)


def _reception_rows(rows: "QuerySet[Any]") -> Iterator[Row]:
    for pk in rows.values_list("pk", flat=True).iterator(chunk_size=_CHUNK):
        yield Row(reverse("suggestions:reception", args=[pk]))


class Source(NamedTuple):
    """A list that grows: its public rows, and how they become addresses."""

    rows: Callable[[], "QuerySet[Any]"]
    addresses: Callable[["QuerySet[Any]"], Iterator[Row]]


SOURCES = {
    "suggestions": Source(_items, _item_rows),
    "results": Source(results.public_rows, _measure_rows),
    "receptions": Source(steering_public.reception_rows, _reception_rows),
}


def files(source: Source) -> Iterator[int]:
    """The numbers of the files that have a row. One small query each: ranges without a public row are leapt over."""
    number = -1
    while True:
        rows = source.rows().filter(pk__gt=(number + 1) * FILE_ROWS).order_by("pk")
        first = rows.values_list("pk", flat=True).first()
        if first is None:
            return
        number = (first - 1) // FILE_ROWS
        yield number


@require_safe
@public_page
def index(request: HttpRequest) -> HttpResponse:
    """/sitemap.xml: the list of the files."""
    paths = [reverse("sitemap_pages")]
    for name, source in SOURCES.items():
        paths += [reverse("sitemap_file", args=[name, number]) for number in files(source)]
    rows = "".join(f"<sitemap><loc>{escape(absolute(p))}</loc></sitemap>\n" for p in paths)
    text = f"{_HEAD}<sitemapindex {_SPACE}>\n{rows}</sitemapindex>\n"
    return HttpResponse(text, content_type="application/xml")


@require_safe
@public_page
def pages(request: HttpRequest) -> HttpResponse:
    """/sitemap-pages.xml: editors' pages, fixed pages, units, prizes."""
    return HttpResponse("".join(_urlset(_pages(request))), content_type="application/xml")


@require_safe
@public_page
def file(request: HttpRequest, name: str, number: int) -> HttpResponseBase:
    """/sitemap-<list>-<number>.xml: the public rows whose keys lie in one range; streamed, for it may be megabytes."""
    source = SOURCES.get(name)
    if source is None or number > _LAST_FILE:
        raise Http404
    first = number * FILE_ROWS
    rows = source.rows().filter(pk__gt=first, pk__lte=first + FILE_ROWS).order_by("pk")
    if not rows.exists():
        raise Http404
    return StreamingHttpResponse(_urlset(source.addresses(rows)), content_type="application/xml")


def _urlset(rows: Iterable[Row]) -> Iterator[str]:
    yield f"{_HEAD}<urlset {_SPACE}>\n"
    for row in rows:
        changed = f"<lastmod>{_stamp(row.at)}</lastmod>" if row.at else ""
        yield f"<url><loc>{escape(absolute(row.path))}</loc>{changed}</url>\n"
    yield "</urlset>\n"


def _stamp(at: date | datetime) -> str:
    if isinstance(at, datetime):
        return at.astimezone(SHANGHAI).isoformat(timespec="seconds")
    return at.isoformat()


CLOSED = (
    "/admin/", "/agent/", "/api/", "/open311/", "/captcha/", "/files/", "/healthz", "/readyz", "/metrics",
    "/joined/", "/mode/", "/my/", "/receipt/", "/search/complete/", "/styleguide/", "/submit/later/", "/submit/resume/",
    "/submit/similar/", "/track/*/", "/suggestions/*/join/", "/suggestions/*/helpful/", "/helpful/", "/suggestions/*/report/", "/campaigns/ask/", "/campaigns/poll/",
    "/campaigns/voted/", "/questioning/rated/", "/questioning/*/rate/",
    # Deep choices: two filters, a further page, an order, a file of rows. One filter alone is a page of its own.
    "/suggestions/?*&", "/results/?*&", "/search/?q=", "/*?*cursor=", "/*?*sort=", "/*?*format=",
)  # fmt: skip
"""What no robot needs: people's own pages, forms, machine interfaces, endless choices."""


@require_safe
@public_page
def robots(request: HttpRequest) -> HttpResponse:
    """/robots.txt. It keeps honest robots from wandering; it protects nothing, for what is private answers nobody else."""
    lines = [
        "User-agent: *",
        *(
            f"Disallow: {address(v, path)}"
            for path in CLOSED
            for v in ALL
            if v is ALL[0] or address(v, path) != path
        ),
        "Allow: /",
        "",
        f"Sitemap: {absolute(reverse('sitemap'))}",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
