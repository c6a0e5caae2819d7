"""Small views of the site itself: how it is shown, what to say when a form was too old, the style guide."""

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from portal import styleguide as samples
from portal.context import MODES, THEMES

_YEAR = 365 * 24 * 3600
_LONGEST_ADDRESS = 2000


@require_safe
@never_cache
def mode(request: HttpRequest) -> HttpResponse:
    """`/mode/?elder=1&next=/…`: remember large type (or `theme=dark|light|auto`) and go back.

    A plain link, so that it works without scripts; it changes nothing but this browser's own cookies.
    """
    target = request.GET.get("next", "")
    safe = target.startswith("/") and url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    response = HttpResponseRedirect(target if safe and len(target) <= _LONGEST_ADDRESS else "/")
    if "elder" in request.GET:
        _remember(request, response, "mode", "elder" if request.GET["elder"] == "1" else "", MODES)
    if "theme" in request.GET:
        _remember(request, response, "theme", request.GET["theme"], THEMES)
    return response


def _remember(
    request: HttpRequest, response: HttpResponse, name: str, value: str, allowed: tuple[str, ...]
) -> None:
    if value in allowed:
        response.set_cookie(
            name, value, max_age=_YEAR, samesite="Lax", secure=request.is_secure(), httponly=True
        )
    else:
        response.delete_cookie(name, samesite="Lax")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that was open too long, or cookies that are off: say so, and how to go on without losing anything."""
    return render(request, "portal/csrf.html", status=403)


@never_cache
def styleguide(request: HttpRequest) -> HttpResponse:
    """Every component once, for those who build pages. Staff only: its samples look like real items."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    if not request.user.has_perm("wagtailadmin.access_admin"):
        raise PermissionDenied
    return render(request, "portal/styleguide.html", samples.context())
