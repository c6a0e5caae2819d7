"""Signing in to /my/: a phone, then the code that came to it, or a passkey; and signing out (process.md 9.6).

The code way works without scripts. Whether a phone is known is said nowhere: the first right code makes the page.
"""

import uuid
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from suggestions.errors import DomainError, Invalid
from suggestions.guards import captcha, ratelimit
from suggestions.guards.address import client_ip
from suggestions.public import my_session
from suggestions.public.forms_csrf import csrf_fails, stale_message
from suggestions.public.forms_my import CodeForm, SignInForm
from suggestions.public.my_session import private, safe_next
from suggestions.services import passkeys, residents

Errors = list[tuple[str, str]]
_TICKET = "my_code"
_TICKET_SALT = "suggestions.public.my.code"
_TICKET_SECONDS = 1800


@csrf_exempt  # asked inside, so that a page left open too long is shown again as it was
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for a phone and send it a code; or take a passkey's answer."""
    back = safe_next(request.POST.get("next", "") or request.GET.get("next", ""))
    if request.method != "POST":
        if my_session.find(request) is not None:
            return private(HttpResponseRedirect(back))
        return _sign_in_page(request, SignInForm(), back, uuid.uuid4().hex)
    key = str(request.POST.get("key", ""))[:64] or uuid.uuid4().hex
    if csrf_fails(request):
        form = SignInForm(initial=request.POST.dict())
        return _sign_in_page(request, form, back, key, errors=[("", stale_message())], status=403)
    if request.POST.get("passkey"):
        return _by_passkey(request, back, key)
    form = SignInForm(request.POST)
    form.is_valid()
    try:
        phone = residents.own_phone(form.cleaned_data["phone"])
    except Invalid as invalid:
        form.take(invalid.errors)
        return _sign_in_page(request, form, back, key, status=422)
    if not captcha.passed(request.POST, bound_to=key):
        return _sign_in_page(request, form, back, key, captcha_error=captcha.refusal(), status=422)
    verdict = ratelimit.hit("sign_in", client_ip(request))
    if not verdict.allowed:
        return _limited(request, form, back, key, verdict.retry_after_seconds)
    ticket = residents.ask_code(phone=phone, at=timezone.now())
    response = HttpResponseRedirect(reverse("suggestions:my_code"))
    _hold(response, {"ticket": ticket, "shown": f"{phone[:3]}****{phone[-4:]}", "next": back})
    return private(response)


def _limited(
    request: HttpRequest, form: SignInForm, back: str, key: str, seconds: int
) -> HttpResponse:
    words = _("这个网络登录得太频繁了，请过%(n)d分钟再试。查一件建议，也可以用编号和查询码。") % {
        "n": max(1, -(-seconds // 60))
    }
    response = _sign_in_page(request, form, back, key, errors=[("", words)], status=429)
    response["Retry-After"] = str(seconds)
    return response


def _by_passkey(request: HttpRequest, back: str, key: str) -> HttpResponse:
    if not ratelimit.hit("sign_in", "passkey", client_ip(request)).allowed:
        words = _("试得太多了，请过一会儿再试，或者用手机验证码登录。")
        return _sign_in_page(request, SignInForm(), back, key, errors=[("", words)], status=429)
    try:
        signed = passkeys.sign_in(
            state=str(request.POST.get("state", "")), answer=str(request.POST["passkey"]),
            is_own_device=True, at=timezone.now(),
        )  # fmt: skip
    except DomainError as error:
        return _sign_in_page(
            request, SignInForm(), back, key, errors=[("", str(error))], status=422
        )
    return _in(back, signed)


def _sign_in_page(
    request: HttpRequest, form: SignInForm, back: str, key: str, *,
    errors: Errors | None = None, captcha_error: str = "", status: int = 200,
) -> HttpResponse:  # fmt: skip
    options, state = passkeys.begin_sign_in()
    shown = (errors or []) + (form.summary() if form.is_bound else [])
    context: dict[str, Any] = {
        "form": form,
        "key": key,
        "next": back,
        "follows": back.startswith(reverse("suggestions:my_follow")),
        "captcha": captcha.context(captcha_error),
        "errors": shown + ([("captcha_answer", captcha_error)] if captcha_error else []),
        "passkey_options": options,
        "passkey_state": state,
    }
    return private(render(request, "suggestions/my/sign_in.html", context, status=status))


def _hold(response: HttpResponse, held: dict[str, str]) -> None:
    response.set_cookie(
        _TICKET, signing.dumps(held, salt=_TICKET_SALT), max_age=_TICKET_SECONDS, path=my_session.PATH,
        secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Lax",
    )  # fmt: skip


def _held(request: HttpRequest) -> dict[str, str] | None:
    try:
        held = signing.loads(request.COOKIES.get(_TICKET, ""), salt=_TICKET_SALT, max_age=_TICKET_SECONDS)  # fmt: skip
    except signing.BadSignature:
        return None
    return {str(k): str(v) for k, v in held.items()} if isinstance(held, dict) else None


@csrf_exempt  # asked inside
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """The code that came to the phone; or have it sent again."""
    held = _held(request)
    if held is None:
        return private(HttpResponseRedirect(reverse("suggestions:my_sign_in")))
    if request.method != "POST":
        return _code_page(request, held, CodeForm(), sent=bool(request.GET.get("again")))
    if csrf_fails(request):
        form = CodeForm(initial=request.POST.dict())
        return _code_page(request, held, form, errors=[("", stale_message())], status=403)
    # By address, besides the five tries of each code: nobody goes through all digits with many codes.
    if not ratelimit.hit("sign_in", "try", client_ip(request)).allowed:
        words = _("试得太多了，请过一会儿再试。")
        return _code_page(request, held, CodeForm(), errors=[("", words)], status=429)
    if request.POST.get("action") == "again":
        residents.send_again(ticket=held["ticket"], at=timezone.now())
        return private(HttpResponseRedirect(f"{reverse('suggestions:my_code')}?again=1"))
    form = CodeForm(request.POST)
    form.is_valid()
    try:
        signed = residents.use_code(
            ticket=held["ticket"], typed=form.cleaned_data["code"],
            is_own_device=bool(form.cleaned_data["own_device"]), at=timezone.now(),
        )  # fmt: skip
    except Invalid as invalid:
        form.take(invalid.errors)
        return _code_page(request, held, form, status=422)
    response = _in(safe_next(held["next"]), signed)
    response.delete_cookie(_TICKET, path=my_session.PATH, samesite="Lax")
    return response


def _in(back: str, signed: residents.SignedIn) -> HttpResponse:
    response = HttpResponseRedirect(back)
    my_session.remember(response, signed)
    return private(response)


def _code_page(
    request: HttpRequest, held: dict[str, str], form: CodeForm, *,
    errors: Errors | None = None, sent: bool = False, status: int = 200,
) -> HttpResponse:  # fmt: skip
    context = {
        "form": form,
        "shown": held["shown"],
        "next": held["next"],
        "sent": sent,
        "errors": (errors or []) + (form.summary() if form.is_bound else []),
        "minutes": residents.MINUTES,
    }
    return private(render(request, "suggestions/my/code.html", context, status=status))


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """This browser is signed out; with `all` the others too. The way home."""
    session = my_session.find(request)
    if session is not None:
        if request.POST.get("all"):
            residents.end_others(session=session)
        residents.end(session=session)
    response = HttpResponseRedirect(f"{reverse('suggestions:my_sign_in')}?out=1")
    my_session.forget(response)
    return private(response)
