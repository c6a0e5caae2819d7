"""Being written."""

from typing import Any

from django.http import HttpRequest, HttpResponse


def flow(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    return HttpResponse(status=503)


def similar(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    return HttpResponse(status=503)
