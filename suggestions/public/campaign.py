"""What people do on a campaign besides writing a suggestion: ask a question, answer a survey, vote.

The campaign's page stays without form, token and cookie, so that everybody gets the same one; it links here.
"""

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
from suggestions.campaign_polls import Poll
from suggestions.errors import DomainError, Invalid
from suggestions.guards import ratelimit
from suggestions.guards.address import client_ip
from suggestions.models import Suggestion
from suggestions.public.acting import Errors, form_page, limited, private, turned_away
from suggestions.public.campaign_forms import AskForm, PollForm
from suggestions.public.forms_base import JianyanForm
from suggestions.public.forms_csrf import csrf_fails, stale_message
from suggestions.public.forms_join import CodeForm
from suggestions.services import campaign_questions, polling, voices


def _page(pk: int) -> Any:
    """The published campaign; None when there is none (any more)."""
    model: Any = Suggestion._meta.get_field("campaign").related_model
    rows = model._default_manager.filter(live=True).select_related("host_unit__jurisdiction")
    return rows.filter(pk=pk).first() if pk < 2**31 else None


def _gone(request: HttpRequest, campaign: Any = None) -> HttpResponse:
    context = {"campaign": campaign}
    return private(render(request, "suggestions/campaign/gone.html", context, status=404))


# Asking


@csrf_exempt  # asked inside, so that a page left open too long is shown again as it was
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """/campaigns/ask/<campaign>/: a question, which a person answers before anybody sees it."""
    campaign = _page(pk)
    if campaign is None:
        return _gone(request)
    facts: dict[str, Any] = {
        "campaign": campaign,
        "open": campaign_questions.takes_questions(campaign, timezone.now()),
        "asked": request.GET.get("done") == "1",
        "key": str(request.POST.get("key", ""))[:64] or uuid.uuid4().hex,
    }
    template = "suggestions/campaign/ask.html"
    if request.method != "POST":
        return form_page(request, template, AskForm(), **facts)
    if csrf_fails(request):
        form = AskForm(initial=request.POST.dict())
        return form_page(
            request, template, form, errors=[("", stale_message())], status=403, **facts
        )
    form = AskForm(request.POST)
    form.is_valid()
    if turned := turned_away(request, template, form, facts):
        return turned
    try:
        campaign_questions.ask(
            campaign=campaign, text=form.cleaned_data.get("text", ""), actor=Actor.author(), at=timezone.now()
        )  # fmt: skip
    except Invalid as invalid:
        form.take(invalid.errors)
        return form_page(request, template, form, status=422, **facts)
    except DomainError as error:
        return form_page(request, template, form, errors=[("", str(error))], status=409, **facts)
    return private(HttpResponseRedirect(f"{request.path}?done=1"))


# Surveys and votes


def _poll(campaign: Any, key: str) -> Poll | None:
    return next((p for p in campaign.poll_specs() if p.key and p.key == key), None)


@csrf_exempt  # asked inside
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def poll(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """/campaigns/poll/<campaign>/<poll>/: one voice; after the closing, the result."""
    campaign = _page(pk)
    found = _poll(campaign, key) if campaign is not None else None
    if campaign is None or found is None:
        return _gone(request, campaign)
    now = timezone.now()
    facts: dict[str, Any] = {
        "campaign": campaign,
        "poll": found,
        "open": polling.takes_voices(campaign, found, now),
        "over": found.is_over_at(now),
        "by_phone_code": voices.asks_phone_code(),
        "key": str(request.POST.get("key", ""))[:64] or uuid.uuid4().hex,
    }
    if facts["over"]:
        facts["result"] = polling.results(campaign.pk, [found])[found.key]
    template = "suggestions/campaign/poll.html"
    if request.method != "POST":
        return form_page(request, template, PollForm(poll=found), **facts)
    form = PollForm(request.POST, poll=found)
    if csrf_fails(request):
        form.is_valid()
        return form_page(
            request, template, form, errors=[("", stale_message())], status=403, **facts
        )
    if not form.is_valid():
        return form_page(request, template, form, status=422, **facts)
    if turned := turned_away(request, template, form, facts):
        return turned
    try:
        given = polling.give(
            campaign=campaign, poll=found, phone=form.cleaned_data["phone"], answers=form.answers(),
            idempotency_key=facts["key"], at=now,
        )  # fmt: skip
    except Invalid as invalid:
        form.take(invalid.errors)
        return form_page(request, template, form, status=422, **facts)
    except DomainError as error:
        return form_page(request, template, form, errors=[("", str(error))], status=409, **facts)
    return private(HttpResponseRedirect(reverse("campaign:voted", args=[given.token])))


@csrf_exempt  # asked inside
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def voted(request: HttpRequest, token: str) -> HttpResponse:
    """/campaigns/voted/<token>/: the code of the phone, the result so far, and the way to take the voice back."""
    voice = polling.find(token)
    found = _poll(voice.campaign, voice.poll_key) if voice is not None else None
    if voice is None or found is None:
        guessing = not ratelimit.hit("track", client_ip(request)).allowed
        return limited(request, 60) if guessing else _gone(request)
    form: JianyanForm = CodeForm()
    if request.method != "POST":
        return _voted(request, voice, found, form)
    if csrf_fails(request):
        return _voted(request, voice, found, form, errors=[("", stale_message())], status=403)
    now = timezone.now()
    try:
        if request.POST.get("action") == "code":
            form = CodeForm(request.POST)
            form.is_valid()
            if not ratelimit.hit("track", token).allowed:
                raise DomainError(_("试得太多了，请过十分钟再输验证码。"))
            polling.confirm(voice=voice, poll=found, code=form.cleaned_data["code"], at=now)
        elif request.POST.get("action") == "leave":
            campaign, key = voice.campaign_id, voice.poll_key
            polling.withdraw(voice=voice, poll=found, at=now)
            return private(HttpResponseRedirect(reverse("campaign:poll", args=[campaign, key])))
    except Invalid as invalid:
        form.take(invalid.errors)
        return _voted(request, voice, found, form, status=422)
    except DomainError as error:
        return _voted(request, voice, found, form, errors=[("", str(error))], status=409)
    return private(HttpResponseRedirect(request.path))


def _voted(
    request: HttpRequest, voice: Any, found: Poll, form: JianyanForm, *, errors: Errors | None = None, status: int = 200,
) -> HttpResponse:  # fmt: skip
    pending = voice.confirmed_at is None and bool(voice.phone)
    facts: dict[str, Any] = {
        "campaign": voice.campaign,
        "poll": found,
        "pending": pending,
        "open": polling.takes_voices(voice.campaign, found, timezone.now()),
    }
    if not pending:
        facts["result"] = polling.results(voice.campaign_id, [found])[found.key]
    return form_page(
        request, "suggestions/campaign/voted.html", form, errors=errors, status=status, **facts
    )
