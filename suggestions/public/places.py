"""The receipt of a place taken at a hearing or a reception: an address that holds its key and code, signed.

Only hashes of codes are stored, so the address carries the code; whoever has it has the receipt, as with a printed slip.
"""

from collections.abc import Callable
from typing import Any

from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from suggestions.errors import DomainError, Invalid
from suggestions.guards import ratelimit
from suggestions.guards.address import client_ip
from suggestions.public.acting import Errors, form_page, limited, private, turned_away
from suggestions.public.forms_base import JianyanForm
from suggestions.public.forms_csrf import csrf_fails, stale_message
from suggestions.public.forms_meetings import PlaceCodeForm


def token_of(kind: str, pk: int, code: str) -> str:
    """The address part of a receipt. `kind` keeps the two kinds apart; `pk` is of the hearing or slot."""
    return signing.dumps([pk, code], salt=f"place.{kind}", compress=False)


def read(kind: str, token: str) -> tuple[int, str] | None:
    """(key of the hearing or slot, code), or None for an address we never gave."""
    if len(token) > 200:
        return None
    try:
        pk, code = signing.loads(token, salt=f"place.{kind}")
        return int(pk), str(code)
    except (signing.BadSignature, ValueError, TypeError):
        return None


def may_guess(request: HttpRequest) -> ratelimit.Verdict:
    """Count one try at a code: as for query codes (RATE_TRACK)."""
    return ratelimit.hit("track", client_ip(request))


def ask(
    request: HttpRequest, template: str, facts: dict[str, Any], *, make: Callable[..., JianyanForm],
    take: Callable[[JianyanForm], str],
) -> HttpResponse:  # fmt: skip
    """The form that asks for a place. `make` builds it from what was sent or from nothing; `take` takes the place and
    returns the receipt's address, or raises Invalid or DomainError. `facts` has the form's `key`.
    """
    if request.method != "POST":
        return form_page(request, template, make(), **facts)
    if csrf_fails(request):
        form = make(initial=request.POST.dict())
        return form_page(request, template, form, errors=[("", stale_message())], status=403, **facts)  # fmt: skip
    form = make(request.POST)
    if not form.is_valid():
        return form_page(request, template, form, status=422, **facts)
    if turned := turned_away(request, template, form, facts):
        return turned
    try:
        where = take(form)
    except Invalid as invalid:
        form.take(invalid.errors)
        return form_page(request, template, form, status=422, **facts)
    except DomainError as error:
        return form_page(request, template, form, errors=[("", str(error))], status=409, **facts)
    return private(HttpResponseRedirect(where))


def enter(
    request: HttpRequest, *, what: str, back: str, unknown: str, holds: Callable[[str], bool],
    address: Callable[[str], str],
) -> HttpResponse:  # fmt: skip
    """The code somebody was given leads to their receipt: `holds` says whether there is a place under it, `unknown` is
    said where there is none.
    """
    template = "suggestions/meetings/place_enter.html"
    facts: dict[str, Any] = {"what": what, "back": back}
    if request.method != "POST":
        return form_page(request, template, PlaceCodeForm(), **facts)
    form = PlaceCodeForm(request.POST)
    form.is_valid()
    verdict = may_guess(request)
    if not verdict.allowed:
        return limited(request, verdict.retry_after_seconds)
    code = form.cleaned_data["code"][:40]
    if not code or not holds(code):
        form.take({"code": [unknown]})
        return form_page(request, template, form, status=422, **facts)
    return private(HttpResponseRedirect(address(code)))


def no_receipt(request: HttpRequest) -> HttpResponse:
    """An address without a receipt counts as a guess."""
    verdict = may_guess(request)
    if not verdict.allowed:
        return limited(request, verdict.retry_after_seconds)
    return private(render(request, "suggestions/receipt/unknown.html", status=404))


def receipt(
    request: HttpRequest, page: Callable[[Errors, int], HttpResponse], leave: Callable[[], None]
) -> HttpResponse:
    """The receipt, drawn by `page` from (errors, status), with the way to give the place up."""
    if request.method != "POST":
        return page([], 200)
    if csrf_fails(request):
        return page([("", stale_message())], 403)
    if request.POST.get("action") == "leave":
        try:
            leave()
        except DomainError as error:
            return page([("", str(error))], 409)
    return private(HttpResponseRedirect(request.path))
