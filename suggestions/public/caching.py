"""How public pages leave the house (design section 5): no cookie for strangers, an ETag that knows the content version,
and a public answer that any proxy may keep. One decorator for Django views and Wagtail pages.

What is published shows on the next request: a browser keeps a page but asks each time whether it is still good, which
costs it a 304. A proxy may answer for us for one second: on a busy day that takes nearly all requests off the site.
"""

import functools
import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotModified
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.http import parse_etags

from suggestions import content

View = Callable[..., HttpResponseBase]

PROXY_SECONDS = 1
"""How long a shared cache may show a page without asking; a browser's own cache may not at all."""
SLOT = 300
"""Seconds after which a page is made anew although no content changed: it speaks of "today" and of days left."""
SHOWN_BY = ("mode", "theme")
"""Cookies that change how a page looks (portal/context.py)."""
_KEPT_QUERY = 200


KEEP = "jianyan.keep"
"""Where in a request's environment a front cache puts the `Notes` in which we tell it that a page may be kept."""
FINISH = "jianyan.finish"
"""Where the site puts a function that gives a finished answer its last form (another writing), before it is kept."""


class Moment(NamedTuple):
    """What every page is made under; a page of another moment is old."""

    version: int
    slot: int


@dataclass(slots=True)
class Notes:
    """`moment` is set when the answer is the same for every stranger: what it was made under. `asked` is what the front
    cache found to be the present moment, so that the page need not ask again.
    """

    moment: Moment | None = None
    asked: Moment | None = None


def moment() -> Moment:
    return Moment(content.version(), int(time.time()) // SLOT)


def told_moment() -> Moment:
    """The same for the front cache, whose whole answer costs less than asking."""
    return Moment(content.told.value(), int(time.time()) // SLOT)


def is_shared(request: HttpRequest) -> bool:
    """Whether a stranger asks: nobody signed in, nothing begun, so the answer is the same for everybody."""
    personal = (settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, "messages")
    return request.method in ("GET", "HEAD") and not any(n in request.COOKIES for n in personal)


def etag(request: HttpRequest, made: Moment) -> str:
    """A weak tag of everything the page depends on: address, looks, htmx, content version, time slot."""
    parts = [
        request.get_host(),
        request.get_full_path(),
        "1" if request.headers.get("HX-Request") else "",
        *(request.COOKIES.get(name, "")[:10] for name in SHOWN_BY),
        str(made.version),
        str(made.slot),
    ]
    return f'W/"{hashlib.sha256("|".join(parts).encode()).hexdigest()[:32]}"'


def public_page(view: View) -> View:
    """Give a public page its caching headers, answer 304 from the ETag alone, and keep the body for the next stranger.

    Only 200 answers without cookies are shared. A page that needed a CSRF token or the session stays private and is
    never kept. Whoever has a session gets every page made for them.
    """

    @functools.wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not is_shared(request):
            return _private(view(request, *args, **kwargs))
        notes = request.META.get(KEEP)
        made = notes.asked if notes is not None and notes.asked is not None else moment()
        tag = etag(request, made)
        asked = parse_etags(request.headers.get("If-None-Match", ""))
        if tag in asked or "*" in asked:
            return _shared(HttpResponseNotModified(), tag)
        key = f"page:{tag}"
        held: tuple[bytes, str] | None = cache.get(key)
        if held is not None:
            _tell_front(request, made)
            return _shared(_as_kept(held), tag)
        with content.pinned(made.version):
            response = view(request, *args, **kwargs)
            render = getattr(response, "render", None)
            if callable(render):
                response = render()
        if response.status_code != 200 or _is_personal(request, response):
            return _private(response) if _is_personal(request, response) else response
        finish(request, response)
        if isinstance(response, HttpResponse) and len(request.get_full_path()) <= _KEPT_QUERY:
            cache.set(key, (response.content, response.headers["Content-Type"]), SLOT)
            _tell_front(request, made)
        return _shared(response, tag)

    return wrapped


def finish(request: HttpRequest, response: HttpResponseBase) -> None:
    """Give the answer its last form, once: what is kept has it already."""
    last = request.META.get(FINISH)
    if last is not None and not getattr(response, "is_finished", False):
        last(response)
        response.is_finished = True  # type: ignore[attr-defined]


def _as_kept(held: tuple[bytes, str]) -> HttpResponse:
    response = HttpResponse(held[0], content_type=held[1])
    response.is_finished = True  # type: ignore[attr-defined]
    return response


def _tell_front(request: HttpRequest, made: Moment) -> None:
    notes = request.META.get(KEEP)
    if notes is not None:
        notes.moment = made


def _is_personal(request: HttpRequest, response: HttpResponseBase) -> bool:
    """The view used something of this visitor's: a CSRF token, the session, or a cookie of its own."""
    session = getattr(request, "session", None)
    touched = session is not None and (session.accessed or session.modified)
    return bool(touched or response.cookies or request.META.get("CSRF_COOKIE_NEEDS_UPDATE"))


def _shared(response: HttpResponseBase, tag: str) -> HttpResponseBase:
    response.headers["ETag"] = tag
    # No stale-while-revalidate: browsers heed it, and would show once more what has just been taken down.
    patch_cache_control(response, public=True, max_age=0, s_maxage=PROXY_SECONDS)
    # The looks of a page hang on cookies; HTML and htmx fragments share an address.
    patch_vary_headers(response, ("Cookie", "HX-Request"))
    return response


def public_file(
    request: HttpRequest, make: Callable[[], HttpResponseBase], name: str
) -> HttpResponseBase:
    """A file that anybody may have, by the rule of the pages: what is taken down is gone on the next request, and what is
    still good costs a 304. `name` never stands for other bytes; `make` opens the file, only where it has to be sent.
    """
    tag = f'"{hashlib.sha256(name.encode()).hexdigest()[:32]}"'
    if tag in parse_etags(request.headers.get("If-None-Match", "")):
        response: HttpResponseBase = HttpResponseNotModified()
    else:
        response = make()
    response.headers["ETag"] = tag
    patch_cache_control(response, public=True, max_age=0, s_maxage=PROXY_SECONDS)
    return response


def _private(response: HttpResponseBase) -> HttpResponseBase:
    if not response.has_header("Cache-Control"):
        patch_cache_control(response, private=True, no_cache=True)
    patch_vary_headers(response, ("Cookie",))
    return response
