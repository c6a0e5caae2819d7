"""The one door of the API: rate limit, size and type of the body, HEAD, caching, and no answer that is not JSON."""

import functools
import hashlib
import time
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotModified
from django.utils.cache import patch_cache_control
from django.utils.http import parse_etags
from django.views.decorators.csrf import csrf_exempt

from suggestions import content
from suggestions.api import handlers, problems
from suggestions.api.problems import Problem
from suggestions.guards import ratelimit
from suggestions.guards.address import client_ip
from suggestions.public.caching import SLOT

View = Callable[..., HttpResponseBase]

MAX_AGE = 60
"""Seconds a program may go on with an answer without asking; pages, which people read, are asked for each time."""
MAX_BODY = 256 * 1024
"""Bytes of a body: the longest suggestion in four-byte characters, escaped, fits several times."""


def gate(view: View, *, shared: bool) -> View:
    """Lead a view through the door. `shared`: its GET is the same for everybody and may be kept by caches."""

    @csrf_exempt  # no cookie is read, so there is nothing a foreign page could borrow
    @functools.wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return _through(view, shared, request, *args, **kwargs)
        except Exception as error:
            return handlers.answer(request, error)

    return wrapped


def _through(
    view: View, shared: bool, request: HttpRequest, *args: Any, **kwargs: Any
) -> HttpResponseBase:
    verdict = ratelimit.hit("api", client_ip(request))
    if not verdict.allowed:
        raise problems.limited(verdict.retry_after_seconds)
    if request.method in ("GET", "HEAD"):
        asked, request.method = request.method, "GET"
        try:
            return _get(view, shared, request, *args, **kwargs)
        finally:
            request.method = (
                asked  # the server drops the body of HEAD; the headers are those of GET
            )
    if request.method == "POST":
        _check_body(request)
    return _no_store(_judged(request, view(request, *args, **kwargs)))


def _check_body(request: HttpRequest) -> None:
    length = str(request.META.get("CONTENT_LENGTH") or "0")
    if request.headers.get("Transfer-Encoding") and length == "0":
        raise Problem("length_required")  # Django reads as much as Content-Length says: nothing
    if length.isdecimal() and int(length[:12]) > MAX_BODY:
        raise Problem("too_large")
    if request.content_type != "application/json":
        raise Problem("unsupported_media_type", headers={"Accept-Post": "application/json"})


def _judged(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """The framework's own answer to a wrong method, as a problem."""
    if response.status_code != 405:
        return response
    allowed = sorted(set(response.headers.get("Allow", "").split(", ")) - {""})
    if "GET" in allowed:
        allowed.append("HEAD")
    return problems.response(
        request, Problem("method_not_allowed", headers={"Allow": ", ".join(allowed)})
    )


def _get(
    view: View, shared: bool, request: HttpRequest, *args: Any, **kwargs: Any
) -> HttpResponseBase:
    if not shared:
        return _no_store(_judged(request, view(request, *args, **kwargs)))
    tag = etag(request)
    if tag in parse_etags(request.headers.get("If-None-Match", "")):
        return _shared(HttpResponseNotModified(), tag)
    response = _judged(request, view(request, *args, **kwargs))
    return _shared(response, tag) if response.status_code == 200 else response


def etag(request: HttpRequest) -> str:
    """A weak tag of the address, the content version, and the time slot: answers speak of days left."""
    said = f"{request.get_full_path()}|{content.version()}|{int(time.time()) // SLOT}"
    return f'W/"{hashlib.sha256(said.encode()).hexdigest()[:32]}"'


def _shared(response: HttpResponseBase, tag: str) -> HttpResponseBase:
    response.headers["ETag"] = tag
    # Open data: any web page may read it. No cookie is ever looked at, so nothing personal can leak this way.
    response.headers["Access-Control-Allow-Origin"] = "*"
    patch_cache_control(response, public=True, max_age=MAX_AGE, stale_while_revalidate=SLOT)
    return response


def _no_store(response: HttpResponseBase) -> HttpResponseBase:
    response.headers["Cache-Control"] = "no-store, private"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def nothing_here(request: HttpRequest) -> HttpResponse:
    """For every address under /api/ that is none."""
    return problems.response(request, Problem("not_found"))
