"""Being written."""

from typing import Any

from django.http import HttpRequest, HttpResponse


def lookup(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    return HttpResponse(status=503)


def progress(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    return HttpResponse(status=503)
