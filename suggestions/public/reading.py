"""Pages anybody may read: browse, one item, units, search, and public files. No account, no cookie, no script needed."""

import re
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import Any

import structlog
from django.core.cache import cache
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponsePermanentRedirect,
    HttpResponseRedirect,
    JsonResponse,
)
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.views.decorators.http import require_safe

from search import completing
from search.engine import SearchUnavailable
from suggestions import access, rules
from suggestions.clock import local_date
from suggestions.guards import ratelimit
from suggestions.guards.address import client_ip
from suggestions.public import (
    browse_csv,
    browse_page,
    downloads,
    item_kept,
    item_page,
    search_csv,
    search_page,
    structured,
    unit_page,
)
from suggestions.public.caching import public_file, public_page
from suggestions.selectors import one_item, public
from suggestions.selectors import units as unit_reads

log = structlog.get_logger(__name__)
_TOKEN = re.compile(r"[A-Za-z0-9_-]{16,40}")


@require_safe
@public_page
def browse(request: HttpRequest) -> HttpResponseBase:
    """/suggestions/: all published items, by facets; with `format=csv` the whole result as a file."""
    if request.GET.get("format") == "csv":
        return browse_csv.response(request, public.Filters.read(request.GET))
    page = browse_page.build(request.GET, today=local_date(timezone.now()))
    return render(request, "suggestions/reading/browse.html", {"page": page})


@require_safe
@public_page
def detail(request: HttpRequest, case_no: str) -> HttpResponseBase:
    """/suggestions/<case_no>/: one item. Numbers in another spelling lead to the address that letters carry."""
    try:
        item = one_item.find(case_no)
    except Http404:
        # One answer for "never existed" and "not published": a number tells nothing.
        return render(request, "suggestions/reading/not_public.html", status=404)
    if item.case_no != case_no:
        return HttpResponsePermanentRedirect(reverse("suggestions:detail", args=[item.case_no]))
    now = timezone.now()
    near = item_page.related(item)

    def built() -> item_page.ItemPage:
        one_item.complete(item)
        return item_page.build(request, item, at=now, near=near)

    # Built when a part has to be drawn: most were drawn before.
    page: Any = SimpleLazyObject(built)
    kept = item_kept.key_of(item, near, today=local_date(now))
    context = {
        "page": page, "item": item, "crumbs": item_page.crumbs(item), "part_key": kept,
        "part_seconds": item_kept.SECONDS if kept else 0,
        "structured": _structured(kept, lambda: structured.item(item, page)),
    }  # fmt: skip
    return render(request, "suggestions/reading/item.html", context)


def _structured(kept: str, make: Callable[[], list[structured.Thing]]) -> list[structured.Thing]:
    key = f"item-structured:{kept}"
    held: list[structured.Thing] | None = cache.get(key) if kept else None
    if held is None:
        held = make()
        if kept:
            cache.set(key, held, item_kept.SECONDS)
    return held


@require_safe
@public_page
def units(request: HttpRequest) -> HttpResponseBase:
    """/units/: who does what, and how much lies there."""
    return render(request, "suggestions/reading/units.html", unit_page.listed(at=timezone.now()))


@require_safe
@public_page
def unit(request: HttpRequest, code: str) -> HttpResponseBase:
    """/units/<code>/: duties, figures, promises and answers of one unit."""
    found = unit_reads.load(code)
    context = unit_page.shown(found, at=timezone.now()) | {"structured": structured.unit(found)}
    return render(request, "suggestions/reading/unit.html", context)


@require_safe
@public_page
def search(request: HttpRequest) -> HttpResponseBase:
    """/search/?q=: suggestions, replies and pages. A case number goes straight to its page."""
    verdict = ratelimit.hit("search", client_ip(request))
    if not verdict.allowed:
        return _no_search(request, "limited", 429, verdict.retry_after_seconds)
    asked = search_page.read(request.GET)
    case_no, address = search_page.case_address(asked)
    if address:
        return HttpResponseRedirect(address)
    if understood := search_page.understood(asked):
        return HttpResponseRedirect(understood)
    if request.GET.get("format") == "csv":
        return search_csv.response(request, asked)
    try:
        page = search_page.build(asked, case_no=case_no)
    except SearchUnavailable:
        log.warning("search_unavailable")
        return _no_search(request, "away", 503, 30)
    context = {"page": page, "asked": asked}
    return render(request, "suggestions/reading/search.html", context)


@require_safe
@public_page
def complete(request: HttpRequest) -> HttpResponseBase:
    """/search/complete/?q=: words to go on with, as JSON. One query; from public texts alone."""
    text = rules.clean_text(request.GET.get("q", "")[: completing.MAX_TEXT], multiline=False)
    return JsonResponse({"words": completing.complete(text)})


def _no_search(request: HttpRequest, why: str, status: int, seconds: int) -> HttpResponse:
    context: dict[str, Any] = {"why": why, "seconds": seconds}
    response = render(request, "suggestions/reading/no_search.html", context, status=status)
    response["Retry-After"] = str(seconds)
    response["Cache-Control"] = "no-store"
    return response


@require_safe
def attachment(request: HttpRequest, token: str) -> HttpResponseBase:
    """/files/<token>/: a file as a download under its random name; never opened inside the site."""
    if not _TOKEN.fullmatch(token):
        raise Http404
    found = access.load_attachment(request.user, token)

    def made() -> HttpResponseBase:
        name = PurePosixPath(found.storage_name).name
        return downloads.stored(found.storage_name, name, found.content_type)

    shared = found.is_public and found.suggestion is not None and found.suggestion.is_public
    if shared:
        return public_file(request, made, found.storage_name)
    response = made()
    response["Cache-Control"] = "private, no-store"
    return response
