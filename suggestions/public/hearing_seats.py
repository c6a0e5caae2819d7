"""Asking for a seat at a hearing: the form, the receipt, withdrawing. By telephone and at a point the desk does the same (6.1)."""

import uuid
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from suggestions.actor import Actor
from suggestions.clock import local_date
from suggestions.models import Hearing, Participant
from suggestions.public import hearings, places
from suggestions.public.acting import Errors, private
from suggestions.public.forms_base import JianyanForm
from suggestions.public.forms_meetings import SeatForm
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

    def take(form: JianyanForm) -> str:
        assert isinstance(form, SeatForm)
        _person, code = hearing_people.enrol(
            hearing=_row(pk), source=Participant.Source.ONLINE, key=facts["key"], actor=Actor.author(), at=now,
            **form.values(),
        )  # fmt: skip
        return _address(pk, code)

    return places.ask(request, _ENROL, facts, make=partial(SeatForm, sides=sides), take=take)


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
    return places.enter(
        request,
        what=held.hearing.topic,
        back=reverse("suggestions:hearing", args=[pk]),
        unknown=_("没有找到这个查询码，请照着短信或回执再看一遍，也看看是不是这一次听证会。"),
        holds=lambda code: hearing_people.find(_row(pk), code) is not None,
        address=partial(_address, pk),
    )


@csrf_exempt  # asked inside
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def seat(request: HttpRequest, token: str) -> HttpResponse:
    """/hearings/seat/<token>/: how it stands with this seat, and the way to give it up."""
    said = places.read(KIND, token)
    hearing = Hearing.objects.filter(pk=said[0]).first() if said else None
    person = hearing_people.find(hearing, said[1]) if hearing and said else None
    if said is None or hearing is None or person is None:
        return places.no_receipt(request)
    return places.receipt(
        request,
        partial(_page, request, hearing, person, said[1]),
        lambda: hearing_people.withdraw(person=person, actor=Actor.author(), at=timezone.now()),
    )


def _page(
    request: HttpRequest, hearing: Hearing, person: Participant, code: str, errors: Errors, status: int,
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
        "errors": errors,
    }
    return private(render(request, _SEAT, context, status=status))
