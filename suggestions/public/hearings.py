"""/hearings/: announced, running and held hearings; one with its papers, list, live notes, record and treatment (6.1).

The pages stay without form, token and cookie, so that everybody gets the same one; enrolling is in hearing_seats.py.
"""

import re
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from suggestions.clock import local_date
from suggestions.jurisdictions import current
from suggestions.models import Hearing
from suggestions.public import downloads
from suggestions.public.atom import AtomFeed, absolute, feed_view, paragraphs, tag
from suggestions.public.caching import public_file, public_page
from suggestions.selectors import hearings_public
from suggestions.selectors.hearings_public import Moved, PublicHearing
from suggestions.states.hearing import Hearing as State

_TOKEN = re.compile(r"[\w-]{20,60}")
REFRESH_SECONDS = 60
"""How often the live page asks again. An unchanged page costs a 304."""


def chosen_year(text: str, known: list[int]) -> int | None:
    """The year of an address: the latest without one, None for one that has nothing."""
    if not text:
        return known[0] if known else None
    return int(text) if text.isdecimal() and len(text) == 4 and int(text) in known else None


@require_safe
@public_page
def index(request: HttpRequest) -> HttpResponse:
    """What is coming, then what was held, a year at a time. Three queries."""
    place, today = current(request), local_date(timezone.now())
    known = hearings_public.years(jurisdiction=place) if place else []
    year = chosen_year(request.GET.get("year", ""), known)
    if request.GET.get("year") and year is None:
        raise Http404(_("这一年没有听证会。"))
    context = {
        "coming": hearings_public.coming(jurisdiction=place) if place else [],
        "over": hearings_public.over(jurisdiction=place, year=year) if place and year else [],
        "year": year,
        "years": known,
        "narrowed": bool(request.GET.get("year")),
        "today": today,
    }
    return render(request, "suggestions/meetings/hearings.html", context)


def load(pk: int) -> PublicHearing:
    """An announced hearing. Raises Http404."""
    found = hearings_public.hearing(pk=pk) if pk < 2**31 else None
    if found is None:
        raise Http404(_("没有这次听证会。"))
    return found


@require_safe
@public_page
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything the public may know of one hearing."""
    now = timezone.now()
    held = load(pk)
    crumbs = [(reverse("suggestions:hearings"), _("听证")), ("", held.hearing.topic)]
    course = hearings_public.course(held.hearing)
    context = {
        **_facts(held, now),
        "course": course,
        "reason": next((e.reason for e in course if e.reason), ""),
        "crumbs": crumbs,
    }
    return render(request, "suggestions/meetings/hearing.html", context)


def _facts(held: PublicHearing, now: datetime) -> dict[str, Any]:
    today = local_date(now)
    return {
        "held": held,
        "hearing": held.hearing,
        "today": today,
        "takes": held.takes_enrolments(today),
        "late": held.hearing.status == State.ENROLMENT and today > held.hearing.enrol_until,
        "live": held.is_live(now),
        "seats": sum(s.seats for s in held.sides),
        "asked": sum(s.asked for s in held.sides),
        "counted": [(o, sum(1 for x in held.opinions if x.code == o)) for o in ("adopted", "partly", "not_adopted", "noted")],
    }  # fmt: skip


@require_safe
@public_page
def live(request: HttpRequest, pk: int) -> HttpResponse:
    """The notes of a hearing while it is held, the newest first. It renews itself only for who asked it to (`?auto=1`):
    a page that moves by itself is a barrier (WCAG 2.2.1, 2.2.2).
    """
    now = timezone.now()
    held = load(pk)
    going_on = held.is_live(now)
    context = {
        "held": held,
        "hearing": held.hearing,
        "live": going_on,
        "auto": going_on and request.GET.get("auto") == "1",
        "seconds": REFRESH_SECONDS,
        "at": now,
        "crumbs": [
            (reverse("suggestions:hearings"), _("听证")),
            (reverse("suggestions:hearing", args=[pk]), held.hearing.topic),
            ("", _("现场要点")),
        ],
    }
    part = "_notes.html" if request.headers.get("HX-Request") else "live.html"
    return render(request, f"suggestions/meetings/{part}", context)


@require_safe
def paper(request: HttpRequest, token: str) -> HttpResponseBase:
    """/hearings/papers/<token>/: a paper as a download; never opened inside the site."""
    found = hearings_public.paper(token) if _TOKEN.fullmatch(token) else None
    if found is None:
        raise Http404(_("这份材料已经撤下，或者从来没有。"))
    name = f"{found.name}{PurePosixPath(found.storage_name).suffix}"
    return public_file(
        request, lambda: downloads.stored(found.storage_name, name, found.content_type), found.storage_name
    )  # fmt: skip


class HearingFeed(AtomFeed):
    """Hearings; one comes up again at each of its public steps. No name of a person is in it."""

    name = "hearings"

    def title(self, obj: None) -> str:
        return _("听证公告和结果")

    def link(self, obj: None) -> str:
        return absolute(reverse("suggestions:hearings"))

    def items(self, obj: None) -> list[Moved]:
        place = current()
        return hearings_public.moved(jurisdiction=place) if place else []

    def title_of(self, item: Moved) -> str:
        return f"{item.hearing.topic}：{item.hearing.get_status_display()}"

    def item_guid(self, item: Moved) -> str:
        return tag(f"hearing/{item.hearing.pk}")

    def item_link(self, item: Moved) -> str:
        return absolute(reverse("suggestions:hearing", args=[item.hearing.pk]))

    def item_description(self, item: Moved) -> str:
        return paragraphs(_when(item.hearing), item.hearing.organiser.short_name + _("组织"))

    def item_pubdate(self, item: Moved) -> datetime:
        return item.first

    def item_updateddate(self, item: Moved) -> datetime:
        return item.at


def _when(held: Hearing) -> str:
    if held.status in (State.ANNOUNCED, State.ENROLMENT):
        until = held.enrol_until
        return f"{held.on.year}年{held.on.month}月{held.on.day}日举行，报名到{until.month}月{until.day}日。"
    return f"{held.on.year}年{held.on.month}月{held.on.day}日，{held.place}。"


feed = feed_view(HearingFeed())
