"""Who is signed in on /my/: a cookie with a random token that only /my/ receives.

So public pages never see who reads them: they stay the same for everybody, cacheable and without a cookie. The session
is no Django session and the resident no Django user: nothing of the desk opens with it.
"""

import functools
from collections.abc import Callable
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from suggestions.models import ResidentSession
from suggestions.services import residents
from suggestions.services.residents import SignedIn

COOKIE = "my"
PATH = "/my/"
View = Callable[..., HttpResponse]


def find(request: HttpRequest) -> ResidentSession | None:
    """The sign-in of this browser; looked for once a request."""
    if not hasattr(request, "_resident_session"):
        token = request.COOKIES.get(COOKIE, "")
        request._resident_session = residents.find(token, at=timezone.now())  # type: ignore[attr-defined]
    held: ResidentSession | None = request._resident_session  # type: ignore[attr-defined]
    return held


def signed_in(view: View) -> View:
    """Lets a view be reached by a signed-in resident alone, as `view(request, resident, …)`; others sign in first."""

    @functools.wraps(view)
    def wrapped(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        session = find(request)
        if session is None:
            back = request.get_full_path() if request.method in ("GET", "HEAD") else request.path
            return private(HttpResponseRedirect(sign_in_address(back)))
        return private(view(request, session.resident, *args, **kwargs))

    return wrapped


def sign_in_address(back: str) -> str:
    """The sign-in page that leads to `back` afterwards."""
    return f"{reverse('suggestions:my_sign_in')}?{urlencode({'next': back})}"


def safe_next(typed: str) -> str:
    """Where to go after signing in: an address under /my/ and no other, else the page itself."""
    plain = typed[:600]
    inside = plain.startswith(reverse("suggestions:my")) and not any(
        c in plain for c in "\\\r\n\t\x00"
    )
    return plain if inside else reverse("suggestions:my")


def remember(response: HttpResponse, signed: SignedIn) -> None:
    """Put the token into the browser: until it closes, or for 30 days on the person's own device."""
    age = residents.OWN_DEVICE if signed.session.is_own_device else None
    response.set_cookie(
        COOKIE, signed.token, max_age=age, path=PATH, secure=settings.SESSION_COOKIE_SECURE, httponly=True,
        samesite="Lax",
    )  # fmt: skip


def forget(response: HttpResponse) -> None:
    """Take the token out of the browser."""
    response.delete_cookie(COOKIE, path=PATH, samesite="Lax")


def private(response: HttpResponse) -> HttpResponse:
    """No copy in any cache, no index, no referrer."""
    response["Cache-Control"] = "no-store, private"
    response["Referrer-Policy"] = "same-origin"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
