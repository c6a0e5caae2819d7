"""Small views of the site itself: how it is shown, and what to say when a form was too old."""

from django.contrib.admin.views.decorators import staff_member_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET

from portal.context import MODES, THEMES

_YEAR = 365 * 24 * 3600


@require_GET
def mode(request: HttpRequest) -> HttpResponse:
    """`/mode/?elder=1&next=/…`: remember large type (or `theme=dark|light`) and go back. Works without scripts."""
    target = request.GET.get("next", "/")
    if not url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}):
        target = "/"
    response = HttpResponseRedirect(target)
    for name, value, allowed in (
        ("mode", "elder" if request.GET.get("elder") == "1" else "", MODES),
        ("theme", request.GET.get("theme", ""), THEMES),
    ):
        asked = "elder" if name == "mode" else "theme"
        if asked not in request.GET:
            continue
        if value in allowed:
            response.set_cookie(name, value, max_age=_YEAR, samesite="Lax", secure=request.is_secure())
        else:
            response.delete_cookie(name, samesite="Lax")
    response["Cache-Control"] = "no-store"
    return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that was open too long, or cookies that are off: say so, and how to go on without losing anything."""
    return render(request, "portal/csrf.html", status=403)


@staff_member_required
def styleguide(request: HttpRequest) -> HttpResponse:
    """Every component once, for those who build pages."""
    return render(request, "portal/styleguide.html")
