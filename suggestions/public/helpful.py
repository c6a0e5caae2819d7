"""/suggestions/<no>/helpful/ and /helpful/<token>/: whether the published answer helps, and a few words on it (7.1; SH 7).

The item's page shows counts and released comments and links here, so that it stays without form, token and cookie.
"""

import uuid
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from suggestions import numbers
from suggestions.errors import DomainError, Invalid
from suggestions.guards import ratelimit
from suggestions.guards.address import client_ip
from suggestions.models import ReplyVoice, Suggestion
from suggestions.public.acting import Errors, form_page, limited, private, turned_away
from suggestions.public.forms import Line, Pick, Words
from suggestions.public.forms_base import JianyanForm, OptionRadio
from suggestions.public.forms_csrf import csrf_fails, stale_message
from suggestions.public.forms_join import CodeForm
from suggestions.services import reply_voices, voices

_FORM, _RECEIPT = "suggestions/join/helpful.html", "suggestions/join/helped.html"
_ANSWERS = {"yes": True, "no": False}


class HelpfulForm(JianyanForm):
    """Shape alone; services/reply_voices says what a voice must have."""

    helpful = Pick(
        label=gettext_lazy("这个答复有帮助吗"), widget=OptionRadio(attrs={"data_row": "1"}),
        choices=[("yes", gettext_lazy("有帮助")), ("no", gettext_lazy("没有帮助"))],
        missing=gettext_lazy("请选这个答复有没有帮助。"),
    )  # fmt: skip
    words = Words(
        label=gettext_lazy("想说的话"), count=reply_voices.WORDS_MAX, rows=3,
        help_text=gettext_lazy("审核以后公开，不署名。不要写姓名、电话、住址。"),
    )  # fmt: skip
    phone = Line(
        label=gettext_lazy("手机号"), widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
        help_text=gettext_lazy("一个手机号算一个人。只用来防止重复，核实以后不留号码；谁说了什么，谁也查不到。"),
    )  # fmt: skip


@csrf_exempt  # asked inside, so that a page left open too long is shown again as it was
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def helpful(request: HttpRequest, case_no: str) -> HttpResponse:
    """Say whether the answer that stands helps."""
    item = Suggestion.objects.on_page().filter(case_no=numbers.parse_case_no(case_no) or "").first()
    if item is None:
        return private(render(request, "suggestions/reading/not_public.html", status=404))
    reply = reply_voices.current(item)
    facts: dict[str, Any] = {
        "item": item,
        "reply": reply,
        "by_phone_code": voices.asks_phone_code(),
        "key": str(request.POST.get("key", ""))[:64] or uuid.uuid4().hex,
    }
    if request.method != "POST":
        return form_page(request, _FORM, HelpfulForm(), **facts)
    if csrf_fails(request):
        form = HelpfulForm(initial=request.POST.dict())
        return form_page(request, _FORM, form, errors=[("", stale_message())], status=403, **facts)
    form = HelpfulForm(request.POST)
    form.is_valid()
    if turned := turned_away(request, _FORM, form, facts):
        return turned
    try:
        if reply is None:
            raise reply_voices.gone()
        given = reply_voices.give(
            reply=reply, phone=form.cleaned_data.get("phone", ""), words=form.cleaned_data.get("words", ""),
            helpful=_ANSWERS.get(form.cleaned_data.get("helpful", "")), idempotency_key=facts["key"], at=timezone.now(),
        )  # fmt: skip
    except Invalid as invalid:
        form.take({k: v for k, v in invalid.errors.items() if k not in form.errors})
        return form_page(request, _FORM, form, status=422, **facts)
    except DomainError as error:
        return form_page(request, _FORM, form, errors=[("", str(error))], status=409, **facts)
    return private(HttpResponseRedirect(reverse("suggestions:helped", args=[given.token])))


@csrf_exempt  # asked inside
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def helped(request: HttpRequest, token: str) -> HttpResponse:
    """The receipt: the code of the phone, another mind, and the way to take it all back."""
    voice = reply_voices.find(token)
    if voice is None:
        guessing = not ratelimit.hit("track", client_ip(request)).allowed
        if guessing:
            return limited(request, 60, "/")
        return private(render(request, "suggestions/receipt/unknown.html", status=404))
    form: JianyanForm = CodeForm()
    if request.method != "POST":
        return _receipt(request, voice, form)
    if csrf_fails(request):
        return _receipt(request, voice, form, errors=[("", stale_message())], status=403)
    now, action = timezone.now(), request.POST.get("action", "")
    try:
        if action == "code":
            form = CodeForm(request.POST)
            form.is_valid()
            if not ratelimit.hit("track", token).allowed:
                raise DomainError(_("试得太多了，请过十分钟再输验证码。"))
            reply_voices.confirm(voice=voice, code=form.cleaned_data.get("code", ""), at=now)
        elif action in _ANSWERS:
            reply_voices.change(voice=voice, helpful=_ANSWERS[action], at=now)
        elif action == "leave":
            item = voice.reply.suggestion.case_no
            reply_voices.withdraw(voice=voice, at=now)
            return private(HttpResponseRedirect(reverse("suggestions:helpful", args=[item])))
    except Invalid as invalid:
        form.take({k: v for k, v in invalid.errors.items() if k not in form.errors})
        return _receipt(request, voice, form, status=422)
    except DomainError as error:
        return _receipt(request, voice, form, errors=[("", str(error))], status=409)
    return private(HttpResponseRedirect(request.path))


def _receipt(
    request: HttpRequest, voice: ReplyVoice, form: JianyanForm, *, errors: Errors | None = None, status: int = 200,
) -> HttpResponse:  # fmt: skip
    item = voice.reply.suggestion
    facts: dict[str, Any] = {
        "voice": voice,
        "item": item,
        "shown": item.is_public,
        "open": reply_voices.takes_voices(voice.reply),
        "pending": voice.confirmed_at is None and bool(voice.phone),
        "counts": reply_voices.counts([voice.reply_id]).get(voice.reply_id, reply_voices.Counts()),
        "comment": getattr(voice, "comment", None),
    }
    return form_page(request, _RECEIPT, form, errors=errors, status=status, **facts)
