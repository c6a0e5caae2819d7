"""Where a request comes from, as far as our own proxies vouch for it."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest


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
