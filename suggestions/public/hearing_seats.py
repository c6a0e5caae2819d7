"""Asking for a seat at a hearing: the form, the receipt, withdrawing. By telephone and at a point the desk does the same (6.1)."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from suggestions.actor import Actor
from suggestions.clock import local_date
from suggestions.errors import DomainError, Invalid
from suggestions.models import Hearing, Participant
from suggestions.public import hearings, places
from suggestions.public.acting import Errors, form_page, limited, private, turned_away
from suggestions.public.forms_csrf import csrf_fails, stale_message
from suggestions.public.forms_meetings import PlaceCodeForm, SeatForm
from suggestions.public.receipt import qr_code
from suggestions.services import hearing_people
from suggestions.states.hearing import Hearing as State

KIND = "seat"
_ENROL, _SEAT = "suggestions/meetings/enrol.html", "suggestions/meetings/seat.html"


@csrf_exempt  # asked inside, so that a page left open too long is shown again as it was
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def enrol(request: HttpRequest, pk: int) -> HttpResponse:
    """/hearings/<pk>/enrol/: a short form; the same form sent twice gives the same receipt."""
    held = hearings.load(pk)
    now = timezone.now()
    sides = [(s.name, s.seats) for s in held.sides]
    facts: dict[str, Any] = {
        "held": held,
        "hearing": held.hearing,
        "open": held.takes_enrolments(local_date(now)),
        "key": str(request.POST.get("key", ""))[:64] or uuid.uuid4().hex,
    }
    if request.method != "POST":
        return form_page(request, _ENROL, SeatForm(sides=sides), **facts)
    if csrf_fails(request):
        form = SeatForm(sides=sides, initial=request.POST.dict())
        return form_page(request, _ENROL, form, errors=[("", stale_message())], status=403, **facts)
    form = SeatForm(request.POST, sides=sides)
    if not form.is_valid():
        return form_page(request, _ENROL, form, status=422, **facts)
    if turned := turned_away(request, _ENROL, form, facts):
        return turned
    try:
        _person, code = hearing_people.enrol(
            hearing=_row(pk), source=Participant.Source.ONLINE, key=facts["key"], actor=Actor.author(), at=now,
            **form.values(),
        )  # fmt: skip
    except Invalid as invalid:
        form.take(invalid.errors)
        return form_page(request, _ENROL, form, status=422, **facts)
    except DomainError as error:
        return form_page(request, _ENROL, form, errors=[("", str(error))], status=409, **facts)
    return private(HttpResponseRedirect(_address(pk, code)))


def _row(pk: int) -> Hearing:
    """The hearing without what its page read of it: rows fetched ahead narrow every later look at them."""
    return Hearing.objects.get(pk=pk)


def _address(pk: int, code: str) -> str:
    return reverse("suggestions:hearing_seat", args=[places.token_of(KIND, pk, code)])


@csrf_exempt  # changes nothing by itself: it leads to the page that holds the code
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest, pk: int) -> HttpResponse:
    """/hearings/<pk>/seat/: the code somebody was given leads to their receipt."""
    held = hearings.load(pk)
    template = "suggestions/meetings/place_enter.html"
    facts: dict[str, Any] = {
        "what": held.hearing.topic,
        "back": reverse("suggestions:hearing", args=[pk]),
    }
    if request.method != "POST":
        return form_page(request, template, PlaceCodeForm(), **facts)
    form = PlaceCodeForm(request.POST)
    form.is_valid()
    verdict = places.may_guess(request)
    if not verdict.allowed:
        return limited(request, verdict.retry_after_seconds)
    code = form.cleaned_data["code"][:40]
    if not code or hearing_people.find(_row(pk), code) is None:
        form.take(
            {
                "code": [
                    _("没有找到这个查询码，请照着短信或回执再看一遍，也看看是不是这一次听证会。")
                ]
            }
        )
        return form_page(request, template, form, status=422, **facts)
    return private(HttpResponseRedirect(_address(pk, code)))


@csrf_exempt  # asked inside
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def seat(request: HttpRequest, token: str) -> HttpResponse:
    """/hearings/seat/<token>/: how it stands with this seat, and the way to give it up."""
    said = places.read(KIND, token)
    hearing = Hearing.objects.filter(pk=said[0]).first() if said else None
    person = hearing_people.find(hearing, said[1]) if hearing and said else None
    if said is None or hearing is None or person is None:
        verdict = places.may_guess(request)
        if not verdict.allowed:
            return limited(request, verdict.retry_after_seconds)
        return private(render(request, "suggestions/receipt/unknown.html", status=404))
    if request.method != "POST":
        return _page(request, hearing, person, said[1])
    if csrf_fails(request):
        return _page(request, hearing, person, said[1], [("", stale_message())], 403)
    if request.POST.get("action") == "leave":
        try:
            hearing_people.withdraw(person=person, actor=Actor.author(), at=timezone.now())
        except DomainError as error:
            return _page(request, hearing, person, said[1], [("", str(error))], 409)
    return private(HttpResponseRedirect(request.path))


def _page(
    request: HttpRequest, hearing: Hearing, person: Participant, code: str, errors: Errors | None = None, status: int = 200,
) -> HttpResponse:  # fmt: skip
    drawn = person.draw_rank is not None
    stands = "left" if person.withdrawn_at else "called_off" if hearing.status == State.CANCELLED else (
        "chosen" if person.is_chosen else "waiting" if drawn else "asked"
    )  # fmt: skip
    before = local_date(timezone.now()) < hearing.on
    context = {
        "hearing": hearing,
        "person": person,
        "stands": stands,
        "code": code,
        "qr": qr_code(request.build_absolute_uri(request.path)),
        "may_leave": stands in ("asked", "chosen", "waiting") and before,
        "errors": errors or [],
    }
    return private(render(request, _SEAT, context, status=status))
