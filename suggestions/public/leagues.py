"""/units/league/: what comparable units are compared by, announced beforehand, and the tables published since (8.3)."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from suggestions import dates
from suggestions.jurisdictions import current
from suggestions.models import LeagueTable
from suggestions.public.caching import public_page
from suggestions.selectors import bulletins as reading
from suggestions.states.league import LeagueTableState


@require_safe
@public_page
def index(request: HttpRequest) -> HttpResponse:
    """Groups with their criteria, and the published tables. Three queries."""
    place = current(request)
    groups = reading.published_groups(place) if place else []
    context = {
        "crumbs": [*_above()[:1], ("", _("单位排名"))],
        "groups": [(g, reading.criteria(g), [u.short_name for u in g.units.all()]) for g in groups],
        "tables": [
            (t, dates.month(t.first)) for t in (reading.published_tables(place) if place else [])
        ],
    }
    return render(request, "suggestions/reading/leagues.html", context)


@require_safe
@public_page
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One published table as it was published. One query."""
    place = current(request)
    if place is None:
        raise Http404(_("没有这张排名。"))
    rows = LeagueTable.objects.filter(jurisdiction=place, status=LeagueTableState.PUBLISHED)
    held = get_object_or_404(rows.select_related("group"), pk=pk)
    month = dates.month(held.first)
    context = {
        "crumbs": [*_above(), ("", f"{held.group.name}{_('：')}{month}")],
        "table": held, "month": month, "rows": reading.rows(held, public=True), "ends": reading.ends(held), "criteria": reading.criteria(held.group)
    }  # fmt: skip
    return render(request, "suggestions/reading/league.html", context)


def _above() -> list[tuple[str, str]]:
    return [
        (reverse("suggestions:units"), _("单位")),
        (reverse("suggestions:leagues"), _("单位排名")),
    ]
