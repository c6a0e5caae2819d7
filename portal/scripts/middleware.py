"""Serves `/zh-hant/…` and `/en/…` by the views of the plain addresses.

The prefix becomes the request's script name, as if the site were mounted there: `reverse` and redirects then stay in
the variant by themselves, `request.path` is what the browser shows, and `path_info` what the views are found by.
"""

import json
from collections.abc import Callable
from http.cookies import Morsel

from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
)
from django.urls import get_script_prefix, set_script_prefix
from django.utils import translation

from portal.scripts import markup, traditional, variants
from portal.scripts.variants import Variant
from suggestions.public import caching

_WORDS = "/search/complete/"
"""Words to go on with: data that a page shows as they come."""
GetResponse = Callable[[HttpRequest], HttpResponseBase]


def variant(get_response: GetResponse) -> GetResponse:
    """Take the prefix off, answer in the variant, and lead whatever the answer points at into it."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        chosen = variants.of_path(request.path_info)
        if chosen is None:
            response = get_response(request)
        else:
            response = _answer(get_response, request, chosen)
        if response.cookies:
            _everywhere(response)
        return response

    return middleware


def _answer(get_response: GetResponse, request: HttpRequest, chosen: Variant) -> HttpResponseBase:
    inner = request.path_info[len(chosen.prefix) :]
    query = request.META.get("QUERY_STRING", "")
    if variants.is_plain(inner, query):
        return _plain(request, inner, query)
    script = request.META.get("SCRIPT_NAME", "") + chosen.prefix
    before = get_script_prefix()
    request.path_info = request.META["PATH_INFO"] = inner
    request.META["SCRIPT_NAME"] = script
    request.variant = chosen  # type: ignore[attr-defined]
    request.META[caching.FINISH] = lambda response: finish(response, chosen, inner)
    set_script_prefix(f"{script}/")
    try:
        with translation.override(chosen.language):
            response = get_response(request)
    finally:
        set_script_prefix(before)
    caching.finish(request, response)
    target = response.headers.get("Location", "")
    if target.startswith("/") and not target.startswith(("//", f"{chosen.prefix}/")):
        response.headers["Location"] = variants.address(chosen, target)
    return response


def _plain(request: HttpRequest, inner: str, query: str) -> HttpResponseBase:
    """What has one address alone is there, and only there."""
    if request.method not in ("GET", "HEAD") or variants.of_path(inner) is not None:
        raise Http404
    return HttpResponseRedirect(f"{inner}?{query}" if query else inner)


def finish(response: HttpResponseBase, chosen: Variant, path: str = "") -> None:
    """Turn a finished page over. Anything but a whole HTML page stays as it is: feeds, files, people's own data."""
    kind = response.headers.get("Content-Type", "")
    if not isinstance(response, HttpResponse):
        return
    if chosen is variants.TRADITIONAL and path == _WORDS and kind == "application/json":
        words = json.dumps(json.loads(response.content), ensure_ascii=False)
        response.content = traditional.convert(words).encode()
    if not kind.startswith("text/html"):
        return
    page = response.content.decode(response.charset or "utf-8", "replace")
    if chosen is variants.TRADITIONAL:
        page = markup.converted(page, traditional.convert, chosen)
    else:
        page = markup.marked(page, chosen)
    response.content = page.encode()
    response.headers["Content-Language"] = chosen.hreflang
    if response.has_header("Content-Length"):
        response.headers["Content-Length"] = str(len(response.content))


def _everywhere(response: HttpResponseBase) -> None:
    """Set a cookie that only one room receives (a draft, a proof, a sign-in) for that room in every variant, so that
    changing the language keeps it.
    """
    for name, held in list(response.cookies.items()):
        path = held["path"]
        if path in ("", "/"):
            continue
        inside = variants.of_path(path)
        room = path[len(inside.prefix) :] if inside else path
        for other in variants.ALL:
            where = f"{other.prefix}{room}"
            if where != path:
                response.cookies[f"{name}{other.prefix}"] = _copy(held, where)


def _copy(held: "Morsel[str]", path: str) -> "Morsel[str]":
    made: Morsel[str] = held.copy()
    made["path"] = path
    return made
