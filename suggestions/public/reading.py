"""Being written."""

from typing import Any

from django.http import HttpRequest, HttpResponse


def browse(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    return HttpResponse(status=503)


def detail(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    return HttpResponse(status=503)


def units(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    return HttpResponse(status=503)


def unit(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    return HttpResponse(status=503)


def search(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    return HttpResponse(status=503)


def attachment(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    return HttpResponse(status=503)
