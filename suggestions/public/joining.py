"""附议 and 联名 for residents: /suggestions/<no>/join/, and /joined/<token>/ to follow, confirm or step out.

The published page links here, so that it stays without form, token and cookie. Nothing here tells whose phone is whose.
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

from suggestions import numbers
from suggestions.errors import DomainError, Invalid
from suggestions.guards import captcha, ratelimit
from suggestions.guards.address import client_ip
from suggestions.models import CoSign, JointAuthor, Suggestion
from suggestions.public import track_page
from suggestions.public.forms_base import JianyanForm
from suggestions.public.forms_csrf import csrf_fails, stale_message
from suggestions.public.forms_join import CodeForm, EnterForm, JoinForm
from suggestions.public.receipt import qr_code
from suggestions.selectors import timeline
from suggestions.services import co_signing, joint, voices
from suggestions.states import Case

Errors = list[tuple[str, str]]
_SHOWN_TO_JOINT = frozenset(Case.values) - {Case.REDIRECTED, Case.WITHDRAWN}


def done_words() -> dict[str, str]:
    return {
        "confirm": _("已经确认，谢谢您。"),
        "leave": _("已经退出。您的姓名和手机号已经删去，不再通知您。"),
        "quiet": _("以后不发短信了，您仍然可以在这里查。"),
        "notify": _("有答复时会发短信告诉您。"),
    }


def _private(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store, private"
    response["Referrer-Policy"] = "same-origin"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _limited(request: HttpRequest, seconds: int, back: str) -> HttpResponse:
    context = {"minutes": max(1, -(-seconds // 60)), "back": back}
    response = render(request, "suggestions/join/limited.html", context, status=429)
    response["Retry-After"] = str(seconds)
    return _private(response)


# Joining


@csrf_exempt  # asked inside, so that a page left open too long is shown again as it was
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, case_no: str) -> HttpResponse:
    """Ask for a phone and add one voice."""
    item = (
        Suggestion.objects.on_page()
        .filter(case_no=numbers.parse_case_no(case_no) or "")
        .select_related("jurisdiction", "lead_unit")
        .first()
    )
    if item is None:
        return _private(render(request, "suggestions/reading/not_public.html", status=404))
    if request.method != "POST":
        form = JoinForm(initial={"wants_notice": True})
        return _join_page(request, item, form, uuid.uuid4().hex)
    key = str(request.POST.get("key", ""))[:64] or uuid.uuid4().hex
    if csrf_fails(request):
        form = JoinForm(initial=request.POST.dict())
        return _join_page(request, item, form, key, errors=[("", stale_message())], status=403)
    form = JoinForm(request.POST)
    if not form.is_valid():
        return _join_page(request, item, form, key, status=422)
    if not captcha.passed(request.POST, bound_to=key):
        return _join_page(request, item, form, key, captcha_error=captcha.refusal(), status=422)
    verdict = ratelimit.hit("submit", client_ip(request))
    if not verdict.allowed:
        return _limited(request, verdict.retry_after_seconds, request.path)
    held = form.cleaned_data
    try:
        given = co_signing.co_sign(
            suggestion=item, phone=held["phone"], name=held["name"], wants_notice=held["wants_notice"],
            idempotency_key=key, at=timezone.now(),
        )  # fmt: skip
    except Invalid as invalid:
        form.take(invalid.errors)
        return _join_page(request, item, form, key, status=422)
    except DomainError as error:
        return _join_page(request, item, form, key, errors=[("", str(error))], status=409)
    return HttpResponseRedirect(reverse("suggestions:joined", args=[given.token]))


def _join_page(
    request: HttpRequest, item: Suggestion, form: JoinForm, key: str, *,
    errors: Errors | None = None, captcha_error: str = "", status: int = 200,
) -> HttpResponse:  # fmt: skip
    shown = (errors or []) + (form.summary() if form.is_bound else [])
    context = {
        "item": item,
        "form": form,
        "key": key,
        "open": co_signing.can_join(item),
        "by_phone_code": voices.asks_phone_code(),
        "captcha": captcha.context(captcha_error),
        "errors": shown + ([("captcha_answer", captcha_error)] if captcha_error else []),
        "kept": _("您填的都在，改好再按一次。"),
    }
    return _private(render(request, "suggestions/join/join.html", context, status=status))


# Following, confirming, stepping out


@csrf_exempt  # changes nothing by itself: it leads to the page that holds the code
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest) -> HttpResponse:
    """/joined/: number and code of a co-signer or joint author lead to their own page."""
    if request.method != "POST":
        return _private(
            render(request, "suggestions/join/enter.html", {"form": EnterForm(), "errors": []})
        )
    form = EnterForm(request.POST)
    form.is_valid()
    case_no, code = form.cleaned_data["case_no"], form.cleaned_data["query_code"]
    verdict = ratelimit.hit("track", client_ip(request))
    if not verdict.allowed:
        return _limited(request, verdict.retry_after_seconds, request.path)
    voice = voices.by_code(case_no, code)
    if voice is None:
        words = _("编号和查询码对不上，请照着短信或回执再看一遍。")
        context = {"form": form, "errors": [("id_case_no", words)]}
        return _private(render(request, "suggestions/join/enter.html", context, status=422))
    return _private(
        HttpResponseRedirect(reverse("suggestions:joined", args=[voices.given(voice).token]))
    )


@csrf_exempt  # asked inside
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def joined(request: HttpRequest, token: str) -> HttpResponse:
    """The receipt of a co-signer or joint author: what became of the item, and their own acts."""
    voice = voices.find(token)
    if voice is None:
        limited = not ratelimit.hit("track", client_ip(request)).allowed
        status = 429 if limited else 404
        return _private(render(request, "suggestions/receipt/unknown.html", status=status))
    if request.method != "POST":
        return _joined_page(request, voice, token)
    if csrf_fails(request):
        return _joined_page(request, voice, token, errors=[("", stale_message())], status=403)
    action = request.POST.get("action", "")
    form: JianyanForm | None = None
    try:
        if action == "code" and isinstance(voice, CoSign):
            form = CodeForm(request.POST)
            form.is_valid()
            if not ratelimit.hit("track", token).allowed:
                raise DomainError(_("试得太多了，请过十分钟再输验证码。"))
            co_signing.confirm(co_sign=voice, code=form.cleaned_data["code"], at=timezone.now())
            action = "confirm"
        elif action == "confirm" and isinstance(voice, JointAuthor):
            joint.confirm(joint=voice, at=timezone.now())
        elif action == "leave":
            _leave(voice)
        elif action in ("quiet", "notify"):
            voices.change_notice(voice, wanted=action == "notify")
        else:
            action = ""
    except Invalid as invalid:
        assert form is not None
        form.take(invalid.errors)
        return _joined_page(request, voice, token, form=form, status=422)
    except DomainError as error:
        return _joined_page(request, voice, token, errors=[("", str(error))], status=409)
    address = reverse("suggestions:joined", args=[token])
    return _private(HttpResponseRedirect(f"{address}?done={action}" if action else address))


def _leave(voice: voices.AnyVoice) -> None:
    if isinstance(voice, CoSign):
        co_signing.withdraw(co_sign=voice, at=timezone.now())
    else:
        joint.leave(joint=voice, at=timezone.now())


def _joined_page(
    request: HttpRequest, voice: voices.AnyVoice, token: str, *,
    form: JianyanForm | None = None, errors: Errors | None = None, status: int = 200,
) -> HttpResponse:  # fmt: skip
    item = voice.suggestion
    is_joint = isinstance(voice, JointAuthor)
    reads = is_joint and voice.withdrawn_at is None and item.status in _SHOWN_TO_JOINT
    given = voices.given(voice)
    context: dict[str, Any] = {
        "voice": voice,
        "item": item,
        "is_joint": is_joint,
        "reads": reads,
        "left": voice.withdrawn_at is not None,
        "pending_code": not is_joint and voices.asks_phone_code() and voice.confirmed_at is None,
        "pending_yes": is_joint and voice.confirmed_at is None and voice.withdrawn_at is None,
        "query_code": given.query_code,
        "qr": qr_code(request.build_absolute_uri(request.path)),
        "counts": joint.counts(item) if is_joint else None,
        "form": form or CodeForm(),
        "errors": (errors or []) + (form.summary() if form is not None else []),
        "done": done_words().get(request.GET.get("done", ""), ""),
        # A joint author reads what the author reads of its course; a co-signer what everybody reads.
        "entries": timeline.timeline(item, "author" if reads else "public")
        if reads or item.is_public
        else [],
        "answers": track_page.answers(item, others=not reads) if reads or item.is_public else [],
    }
    return _private(render(request, "suggestions/join/joined.html", context, status=status))
