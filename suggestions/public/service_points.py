"""/points/: where people can go in person, when, and what helps them there; a schematic map with the list as its twin (3.2)."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from suggestions.clock import local_date
from suggestions.jurisdictions import current
from suggestions.public.caching import public_page
from suggestions.public.facets import Link
from suggestions.selectors import points


@require_safe
@public_page
def index(request: HttpRequest) -> HttpResponse:
    """All open points, or those for one district (`?district=`). Three queries."""
    place, chosen = current(request), request.GET.get("district", "")[:20]
    today = local_date(timezone.now())
    found = points.network(jurisdiction=place, on=today, district=chosen) if place else None
    if place and found is None:
        raise Http404(_("没有这个地区。"))
    page = reverse("suggestions:points")
    context = {
        "found": found,
        "districts": [
            Link(f"{page}?district={code}", name, n, code == chosen)
            for code, name, n in (found.areas if found else ())
        ],
        "page": page,
        "office": place,
    }
    return render(request, "suggestions/meetings/points.html", context)
