"""The request's id, its one access line and its measurements; and whose address a request comes from."""

import re
import time
import uuid
from collections.abc import Callable

import structlog
from django.http import Http404, HttpRequest, HttpResponseBase

from portal import metrics
from portal.logs import masked_path
from suggestions.api import handlers

log = structlog.get_logger("portal.access")

_ID = re.compile(r"[A-Za-z0-9_.-]{8,64}")
# Probes come every few seconds and say nothing while they succeed.
_QUIET = ("/healthz", "/readyz", "/metrics")

GetResponse = Callable[[HttpRequest], HttpResponseBase]


def request_id(get_response: GetResponse) -> GetResponse:
    """Give each request an id, answer with it in `X-Request-ID`, and write one access line.

    A well-formed id from the proxy is kept, so that both logs can be joined; anything else is replaced,
    because it would be written into our log as it stands.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        ident = ident_of(request.headers.get("X-Request-ID", ""))
        request.request_id = ident  # type: ignore[attr-defined]
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=ident)
        start = time.perf_counter()
        try:
            response = get_response(request)
            seconds = time.perf_counter() - start
            response.headers["X-Request-ID"] = ident
            match = request.resolver_match
            view = (match.view_name or match._func_path) if match else "-"
            note_request(view, request.method or "-", request.path, response.status_code, seconds)
            return response
        finally:
            structlog.contextvars.clear_contextvars()

    return middleware


def ident_of(given: str) -> str:
    """The id a request goes by: the proxy's where it is well-formed, else one of our own."""
    return given if _ID.fullmatch(given) else uuid.uuid4().hex


def note_request(view: str, method: str, path: str, status: int, seconds: float) -> None:
    """Measure one answered request and write its access line."""
    metrics.observe(view, method, status, seconds)
    if path not in _QUIET or status >= 400:
        log.info(
            "request",
            method=method,
            path=masked_path(path),
            status=status,
            view=view,
            ms=round(seconds * 1000, 1),
        )


def addresses_are_text(get_response: GetResponse) -> GetResponse:
    """Nothing is called by a name with a NUL in it, and PostgreSQL refuses to look for one: such an address is 404."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if "\x00" not in request.path_info:
            return get_response(request)
        if request.path_info.startswith("/api/"):
            return handlers.answer(request, Http404())
        raise Http404

    return middleware
