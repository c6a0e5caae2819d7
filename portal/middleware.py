"""The request's id, its one access line and its measurements; and whose address a request comes from."""

import ipaddress
import re
import time
import uuid
from collections.abc import Callable

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from portal import metrics
from portal.logs import masked_path

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
        given = request.headers.get("X-Request-ID", "")
        ident = given if _ID.fullmatch(given) else uuid.uuid4().hex
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
            metrics.observe(view, request.method or "-", response.status_code, seconds)
            if request.path not in _QUIET or response.status_code >= 400:
                log.info(
                    "request",
                    method=request.method,
                    path=masked_path(request.path),
                    status=response.status_code,
                    view=view,
                    ms=round(seconds * 1000, 1),
                )
            return response
        finally:
            structlog.contextvars.clear_contextvars()

    return middleware


def client_ip(request: HttpRequest) -> str:
    """The caller's address, for rate limits and the network check of /metrics; never for a log.

    Each proxy appends the address it saw to `X-Forwarded-For`, so with N trusted proxies the N-th
    entry from the right is the one that none of the callers could write. With TRUSTED_PROXIES=0 the
    header is ignored. Returns "" when no valid address is known (a Unix socket).
    """
    trusted = settings.TRUSTED_PROXIES
    candidate = request.META.get("REMOTE_ADDR", "")
    if trusted > 0:
        hops = [h.strip() for h in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
        hops = [h for h in hops if h]
        if len(hops) >= trusted:
            candidate = hops[-trusted]
    try:
        return str(ipaddress.ip_address(candidate))
    except ValueError:
        return ""
