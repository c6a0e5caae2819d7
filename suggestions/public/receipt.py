"""Being written."""

from typing import Any

from django.http import HttpRequest, HttpResponse


def receipt(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    return HttpResponse(status=503)
