"""Addresses under /api/. Everything goes through the gate, also what is not there."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import Resolver404, URLPattern, path, re_path, resolve, reverse
from django.utils.encoding import escape_uri_path, iri_to_uri

from suggestions.api.gate import gate, nothing_here
from suggestions.api.v1 import api

PRIVATE = frozenset({"track", "openapi-view"})
"""Views whose answer is not the same for everybody, or is a page of its own."""


def home(request: HttpRequest) -> HttpResponse:
    """/api/ and /api/v1/ lead to the manual."""
    return HttpResponseRedirect(reverse("api-v1:openapi-view"))


def lost(request: HttpRequest) -> HttpResponse:
    """An address that is none; with a slash too many, the way to the one that is meant (308 keeps the body)."""
    meant = request.path_info.rstrip("/")
    if meant != request.path_info and _known(meant):
        response = HttpResponse(status=308)
        query = request.META.get("QUERY_STRING", "")
        address = escape_uri_path(meant)
        response["Location"] = iri_to_uri(f"{address}?{query}" if query else address)
        return response
    return nothing_here(request)


def _known(address: str) -> bool:
    try:
        return resolve(address).url_name != "lost"
    except Resolver404:
        return False


def _gated(pattern: URLPattern) -> URLPattern:
    shared = pattern.name not in PRIVATE
    return URLPattern(
        pattern.pattern, gate(pattern.callback, shared=shared), pattern.default_args, pattern.name
    )


_v1, _app_name, _namespace = api.urls
_operations = [_gated(p) for p in _v1 if isinstance(p, URLPattern) and p.name != "api-root"]

urlpatterns = [
    path("v1/", ([*_operations, path("", home, name="api-root")], _app_name, _namespace)),
    path("", home, name="api_home"),
    # An empty pattern, because a dot would not match a line break that somebody put into an address.
    re_path("", gate(lost, shared=False), name="lost"),
]
