"""/results/: the adoption ledger by time and by place, one measure with its whole chain, and the yearly honours page."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_safe

from suggestions import dates
from suggestions.clock import local_date
from suggestions.public.caching import public_page
from suggestions.public.facets import Facet, Link
from suggestions.selectors import adoption, awards, results
from suggestions.selectors.results import Asked


def stand_words() -> dict[str, str]:
    return {"done": _("已落实"), "doing": _("正在落实"), "late": _("过了期限"), "dropped": _("不再推进")}  # fmt: skip


def _href(asked: Asked, **changes: str) -> str:
    held = replace(asked, cursor="", **changes).chosen()
    page = reverse("suggestions:results")
    return f"{page}?{urlencode(held)}" if held else page


def _file(asked: Asked) -> str:
    """The address of the whole list as CSV, with the page's filters."""
    held = asked.chosen()
    address = reverse("suggestions:results_csv")
    return f"{address}?{urlencode(held)}" if held else address


@require_safe
@public_page
def index(request: HttpRequest) -> HttpResponse:
    """The ledger. `?by=place` shows it by district."""
    now = timezone.now()
    asked = Asked.read(request.GET)
    counted = _counted(now)
    labels = {(name, value): label for name, rows in counted.items() for value, label, _n in rows}
    places = results.places(at=now)
    labels |= {("district", p.code): p.name for p in places}
    context: dict[str, Any] = {
        "ledger": results.ledger(asked, at=now),
        "asked": asked,
        "facets": [_facet(asked, name, rows) for name, rows in counted.items() if rows],
        "chips": [
            (labels.get((n, v)) or _("没有这一项"), _href(asked, **{n: ""})) for n, v in asked.chosen().items()
        ],
        "by_place": request.GET.get("by") == "place",
        "places": [(p, _href(Asked(), district=p.code)) for p in places],
        "funnel": results.funnel(),
        "clear": reverse("suggestions:results"),
        "csv_url": _file(asked),
        "today": local_date(now),
    }  # fmt: skip
    return render(request, "suggestions/reading/results.html", context)


Counted = list[tuple[str, str, int]]


def _counted(now: datetime) -> dict[str, Counted]:
    """(value, words, how many) of each facet, over the whole ledger."""
    words, stands = stand_words(), results.standings(at=now)
    return {
        "stands": [(n, words[n], stands[n]) for n in results.STANDS if stands[n]],
        "year": [(str(y), dates.year(y), n) for y, n in results.years()],
        "unit": results.units(),
    }


_FACET_WORDS = {"stands": _lazy("做到没有"), "year": _lazy("年份"), "unit": _lazy("谁来做")}


def _facet(asked: Asked, name: str, rows: Counted) -> Facet:
    held = asked.chosen().get(name, "")
    choices = [
        Link(_href(asked, **{name: "" if held == v else v}), label, n, held == v) for v, label, n in rows
    ]  # fmt: skip
    return Facet(str(_FACET_WORDS[name]), choices, open=name == "stands" or bool(held))


@require_safe
@public_page
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One measure: who answers for it, what was promised for when, what proves it, and where it came from."""
    row = results.load(pk)
    origins, more = results.origins(row)
    context = {
        "row": row,
        "chain": adoption.chain(row.suggestion, at=timezone.now()),
        "origins": origins,
        "more": more,
        "crumbs": [(reverse("suggestions:results"), _("采纳成果")), ("", row.measure)],
    }
    return render(request, "suggestions/reading/result.html", context)


@require_safe
@public_page
def honours(request: HttpRequest, year: int | None = None) -> HttpResponse:
    """A year's honours: what was carried out, and which suggestions got a prize."""
    now = timezone.now()
    known = [y for y, _n in results.years()]
    rounds = [r for r in awards.rounds(at=now) if r.state == "announced" and r.decided_on]
    known = sorted({*known, *(r.decided_on.year for r in rounds if r.decided_on)}, reverse=True)
    chosen = year or (known[0] if known else local_date(now).year)
    if year is not None and year not in known:
        raise Http404(_("这一年还没有成果。"))
    context = {
        "year": chosen,
        "years": [(y, reverse("suggestions:honours_year", args=[y])) for y in known],
        "measures": results.honours(chosen),
        "rounds": [r for r in rounds if r.decided_on and r.decided_on.year == chosen],
        "crumbs": [(reverse("suggestions:results"), _("采纳成果")), ("", _("年度榜"))],
    }
    return render(request, "suggestions/reading/honours.html", context)
