"""/questioning/<pk>/rate/ and /questioning/rated/<token>/: the audience rates answers and yearly reports (6.2; S4)."""

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

from suggestions.errors import DomainError, Invalid
from suggestions.guards import ratelimit
from suggestions.guards.address import client_ip
from suggestions.models import QaSession, QaVoice
from suggestions.public import questioning
from suggestions.public.acting import Errors, form_page, limited, private, turned_away
from suggestions.public.forms_base import JianyanForm
from suggestions.public.forms_csrf import csrf_fails, stale_message
from suggestions.public.forms_join import CodeForm
from suggestions.public.forms_meetings import RateForm
from suggestions.selectors.steering_public import PublicSession
from suggestions.services import qa_voices, voices

_FORM, _RECEIPT = "suggestions/meetings/rate.html", "suggestions/meetings/rated.html"


def _rated(held: PublicSession) -> list[tuple[str, str]]:
    """(key, label) of the report and of each answered question."""
    report = [(qa_voices.REPORT, _("述职报告"))] if held.session.report else []
    return report + [(str(q.pk), q.text) for q in held.questions if q.answer]


@csrf_exempt  # asked inside, so that a page left open too long is shown again as it was
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def rate(request: HttpRequest, pk: int) -> HttpResponse:
    """Rate what was answered; what is left out is not rated."""
    held = questioning.load(pk)
    rated_ = _rated(held)
    facts: dict[str, Any] = {
        "session": held.session,
        "open": questioning.takes_ratings(held),
        "by_phone_code": voices.asks_phone_code(),
        "key": str(request.POST.get("key", ""))[:64] or uuid.uuid4().hex,
    }
    if request.method != "POST":
        return form_page(request, _FORM, RateForm(rated=rated_), **facts)
    form = RateForm(request.POST, rated=rated_)
    form.is_valid()
    if csrf_fails(request):
        return form_page(request, _FORM, form, errors=[("", stale_message())], status=403, **facts)
    if turned := turned_away(request, _FORM, form, facts):
        return turned
    try:
        given = qa_voices.give(
            # Not the one its page read: rows fetched ahead narrow every later look at them.
            session=QaSession.objects.get(pk=pk), phone=form.cleaned_data.get("phone", ""), scores=form.scores(),
            idempotency_key=facts["key"], at=timezone.now(),
        )  # fmt: skip
    except Invalid as invalid:
        form.take(invalid.errors)
        return form_page(request, _FORM, form, status=422, **facts)
    except DomainError as error:
        return form_page(request, _FORM, form, errors=[("", str(error))], status=409, **facts)
    return private(
        HttpResponseRedirect(reverse("suggestions:questioning_rated", args=[given.token]))
    )


@csrf_exempt  # asked inside
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def rated(request: HttpRequest, token: str) -> HttpResponse:
    """The receipt, and where need be the code of the phone."""
    voice = qa_voices.find(token)
    if voice is None:
        if not ratelimit.hit("track", client_ip(request)).allowed:
            return limited(request, 60, reverse("suggestions:questioning"))
        return private(render(request, "suggestions/receipt/unknown.html", status=404))
    form: JianyanForm = CodeForm()
    if request.method != "POST":
        return _receipt(request, voice, form)
    if csrf_fails(request):
        return _receipt(request, voice, form, errors=[("", stale_message())], status=403)
    form = CodeForm(request.POST)
    form.is_valid()
    try:
        if not ratelimit.hit("track", token).allowed:
            raise DomainError(_("试得太多了，请过十分钟再输验证码。"))
        qa_voices.confirm(voice=voice, code=form.cleaned_data.get("code", ""), at=timezone.now())
    except Invalid as invalid:
        form.take(invalid.errors)
        return _receipt(request, voice, form, status=422)
    except DomainError as error:
        return _receipt(request, voice, form, errors=[("", str(error))], status=409)
    return private(HttpResponseRedirect(request.path))


def _receipt(
    request: HttpRequest, voice: QaVoice, form: JianyanForm, *, errors: Errors | None = None, status: int = 200,
) -> HttpResponse:  # fmt: skip
    facts: dict[str, Any] = {"session": voice.session, "pending": voice.confirmed_at is None}
    return form_page(request, _RECEIPT, form, errors=errors, status=status, **facts)
