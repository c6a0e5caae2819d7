"""A tutorial's views of the same tables, no middleware, no cache: 20 rows with one query and one small template; and the
rows of a submission written by plain models.
"""

import os
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import engines
from django.urls import path

from bench import same_rows
from suggestions.models import Suggestion

TEMPLATE = """<!doctype html><html lang="zh-Hans"><title>建议</title><ul>
{% for row in rows %}<li><a href="/suggestions/{{ row.case_no }}/">{{ row.public_title }}</a>
{{ row.lead_unit.short_name }} {{ row.published_at|date:"Y年n月j日" }}</li>{% endfor %}</ul></html>"""


@cache
def _template() -> Any:
    """Parsed once, as the cached loader of a real site does."""
    return engines["django"].from_string(TEMPLATE)


def listing(request: HttpRequest) -> HttpResponse:
    rows = (
        Suggestion.objects.on_page()
        .select_related("lead_unit")
        .only("case_no", "public_title", "published_at", "lead_unit__short_name")
        .order_by("-published_at", "-pk")[:20]
    )
    return HttpResponse(_template().render({"rows": rows}, request))


def healthz(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok")


def submit(request: HttpRequest) -> HttpResponse:
    rows = same_rows.pattern(os.environ[same_rows.VARIABLE])
    return JsonResponse({"case_no": same_rows.write(rows)}, status=201)


urlpatterns = [path("", listing), path("submit", submit), path("healthz", healthz)]
