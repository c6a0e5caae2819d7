"""/receptions/: who receives when, where and about what; booking a place; what came of it in figures (6.3; XF 18).

The schedule stays without form, token and cookie. A leader's name is published by law, nobody else's ever is.
"""

import uuid
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from itertools import groupby
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from suggestions import dates
from suggestions.actor import Actor
from suggestions.clock import local_date
from suggestions.errors import DomainError
from suggestions.jurisdictions import current
from suggestions.models import Booking, ReceptionSlot
from suggestions.models.reception import ReceptionKind
from suggestions.public import places
from suggestions.public.acting import Errors, private
from suggestions.public.caching import public_page
from suggestions.public.facets import Link
from suggestions.public.forms_base import JianyanForm
from suggestions.public.forms_meetings import BookForm
from suggestions.public.receipt import qr_code
from suggestions.selectors import steering_public
from suggestions.selectors.steering_public import PublicSlot
from suggestions.services import receiving
from suggestions.states.reception import Reception as State

KIND = "booked"
AHEAD, BACK = timedelta(days=90), timedelta(days=180)
"""How far the schedule looks on, and how far the list of what was held looks back."""
_BOOK = "suggestions/meetings/book.html"


@dataclass(frozen=True, slots=True)
class Figures:
    """What came of the receptions listed: counts alone."""

    held: int
    groups: int
    people: int
    decisions: int
    carried_out: int


@require_safe
@public_page
def index(request: HttpRequest) -> HttpResponse:
    """The coming three months by day, or with `?by=held` the last half-year and its figures. Two queries."""
    place, today = current(request), local_date(timezone.now())
    held = request.GET.get("by") == "held"
    since, until = (today - BACK, today) if held else (today, today + AHEAD)
    slots = steering_public.receptions(jurisdiction=place, since=since, until=until) if place else []  # fmt: skip
    if held:
        # A reception of today stands under "coming" until it was held.
        slots = [s for s in reversed(slots) if s.status != State.PUBLISHED or s.on < today]
    else:
        slots = [s for s in slots if s.status in (State.PUBLISHED, State.CANCELLED)]
    kind = request.GET.get("kind", "")
    if kind and kind not in ReceptionKind.values:
        raise Http404(_("没有这种接访方式。"))
    shown = [s for s in slots if not kind or s.kind_code == kind]
    context: dict[str, Any] = {
        "by_held": held,
        "days": [(day, list(rows)) for day, rows in groupby(shown, key=lambda s: s.on)],
        "kinds": _kinds(slots, kind, held),
        "kind": kind,
        "figures": _figures(shown) if held else None,
        "open": {s.pk for s in shown if s.is_open_on(today)},
        "today": today,
        "office": place,
    }
    return render(request, "suggestions/meetings/receptions.html", context)


def _kinds(slots: list[PublicSlot], chosen: str, held: bool) -> list[Link]:
    """The ways of meeting that are on the list, as links; none when there is no choice."""
    page = reverse("suggestions:receptions")
    base = f"{page}?by=held&" if held else f"{page}?"
    counted = Counter(s.kind_code for s in slots)
    links = [
        Link(f"{base}kind={k.value}" if k.value != chosen else base.rstrip("?&"), str(k.label), counted[k.value], k.value == chosen)
        for k in ReceptionKind
        if counted[k.value]
    ]  # fmt: skip
    return links if len(links) > 1 or chosen else []


def _figures(slots: list[PublicSlot]) -> Figures | None:
    counted = [s for s in slots if s.received is not None]
    if not counted:
        return None
    return Figures(
        len(counted), sum(s.received or 0 for s in counted), sum(s.people or 0 for s in counted),
        sum(s.decisions or 0 for s in counted), sum(s.carried_out or 0 for s in counted),
    )  # fmt: skip


def load(pk: int) -> PublicSlot:
    """A published reception. Raises Http404."""
    found = steering_public.reception(pk=pk) if pk < 2**31 else None
    if found is None:
        raise Http404(_("没有这次接访，或者还没有公布。"))
    return found


def _crumbs(slot: PublicSlot) -> list[tuple[str, str]]:
    return [
        (reverse("suggestions:receptions"), _("领导接访")),
        ("", f"{dates.short(slot.on)} {slot.field}"),
    ]


@require_safe
@public_page
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One reception: its facts, changes, places left, and afterwards what came of it."""
    slot, today = load(pk), local_date(timezone.now())
    context = {
        "slot": slot,
        "open": slot.is_open_on(today),
        "full": slot.places_left == 0,
        "today": today,
        "before": today < slot.booking_opens_on,
        "office": current(request),
        "crumbs": _crumbs(slot),
    }
    return render(request, "suggestions/meetings/reception.html", context)


# Booking


@csrf_exempt  # asked inside, so that a page left open too long is shown again as it was
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def book(request: HttpRequest, pk: int) -> HttpResponse:
    """/receptions/<pk>/book/: a short form; the same form sent twice gives the same receipt."""
    slot, now = load(pk), timezone.now()
    facts: dict[str, Any] = {
        "slot": slot,
        "open": slot.is_open_on(local_date(now)),
        "key": str(request.POST.get("key", ""))[:64] or uuid.uuid4().hex,
        "office": current(request),
    }

    def take(form: JianyanForm) -> str:
        data = form.cleaned_data
        booked = receiving.book(
            slot=ReceptionSlot.objects.get(pk=pk), name=data["name"], phone=data["phone"], email=data["email"],
            matter=data["matter"], people=int(data["people"]), source=Booking.Source.ONLINE, key=facts["key"], actor=Actor.author(), at=now,
        )  # fmt: skip
        return _address(pk, booked.code)

    return places.ask(request, _BOOK, facts, make=BookForm, take=take)


def _address(pk: int, code: str) -> str:
    return reverse("suggestions:reception_booked", args=[places.token_of(KIND, pk, code)])


@csrf_exempt  # changes nothing by itself: it leads to the page that holds the code
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest, pk: int) -> HttpResponse:
    """/receptions/<pk>/booked/: the code of a booking, made on line or by telephone, leads to its receipt."""
    slot = load(pk)
    return places.enter(
        request,
        what=f"{dates.short(slot.on)} {slot.leader_post}：{slot.field}",
        back=reverse("suggestions:reception", args=[pk]),
        unknown=_("没有找到这个查询码，请照着短信或回执再看一遍，也看看是不是这一次接访。"),
        holds=lambda code: (
            receiving.find_booking(ReceptionSlot.objects.get(pk=pk), code) is not None
        ),
        address=partial(_address, pk),
    )


@csrf_exempt  # asked inside
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def booked(request: HttpRequest, token: str) -> HttpResponse:
    """/receptions/booked/<token>/: the receipt, and the way to give the place back."""
    said = places.read(KIND, token)
    slot = steering_public.reception(pk=said[0]) if said else None
    row = ReceptionSlot.objects.get(pk=slot.pk) if slot else None
    held = receiving.find_booking(row, said[1]) if row and said else None
    if said is None or slot is None or held is None:
        return places.no_receipt(request)

    def leave() -> None:
        if local_date(timezone.now()) > slot.on:
            raise DomainError(_("这次接访已经过去，不用取消。"))
        receiving.cancel_booking(booking=held, actor=Actor.author(), at=timezone.now())

    return places.receipt(request, partial(_page, request, slot, held, said[1]), leave)


def _page(
    request: HttpRequest, slot: PublicSlot, held: Booking, code: str, errors: Errors, status: int
) -> HttpResponse:  # fmt: skip
    today: date = local_date(timezone.now())
    context = {
        "slot": slot,
        "booking": held,
        "code": code,
        "off": slot.status == State.CANCELLED,
        "qr": qr_code(request.build_absolute_uri(request.path)),
        "may_leave": held.cancelled_at is None
        and slot.status == State.PUBLISHED
        and today <= slot.on,
        "office": current(request),
        "errors": errors,
    }
    return private(render(request, "suggestions/meetings/booked.html", context, status=status))
