"""/sponsorship/: matters that a leader answers for until they are solved: the matter in neutral words, never a person (6.4; S0)."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from suggestions.clock import local_date
from suggestions.jurisdictions import current
from suggestions.public.caching import public_page
from suggestions.public.hearings import chosen_year
from suggestions.selectors import steering_public


@require_safe
@public_page
def index(request: HttpRequest) -> HttpResponse:
    """What is being solved, the nearest day first; then what was solved, a year at a time. One query."""
    place, today = current(request), local_date(timezone.now())
    rows = steering_public.sponsorships(jurisdiction=place, today=today) if place else []
    solved = [r for r in rows if r.resolved_on is not None]
    known = sorted({r.resolved_on.year for r in solved if r.resolved_on}, reverse=True)
    year = chosen_year(request.GET.get("year", ""), known)
    if request.GET.get("year") and year is None:
        raise Http404(_("这一年没有化解的包案事项。"))
    open_ones = [r for r in rows if r.resolved_on is None]
    context = {
        "open": sorted(open_ones, key=lambda r: (r.target_on is None, r.target_on or today, r.pk)),
        "late": sum(r.late for r in open_ones),
        "solved": [r for r in solved if r.resolved_on and r.resolved_on.year == year],
        "solved_in_all": len(solved),
        "year": year,
        "years": known,
        "today": today,
        "office": place,
    }
    return render(request, "suggestions/meetings/sponsorship.html", context)
