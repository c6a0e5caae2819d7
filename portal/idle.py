"""Staff who leave a signed-in browser alone are signed out (process.md 9.6, session time-out); what they had typed waits.

A form that is sent after that is kept, enciphered, in the browser's new session. Whoever signs in again as the same person
finds it and sends it on; somebody else never sees it. Files cannot wait: they are chosen anew.
"""

import json
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import SESSION_KEY, logout
from django.contrib.auth.signals import user_logged_in
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _

from suggestions.crypto import UndecryptableValue, decrypt, encrypt
from suggestions.public.forms_csrf import csrf_fails

PLACES = ("/admin/", "/agent/")
"""Where staff and agents work; the rest of the site knows no signed-in person."""
SEEN, KEPT = "seen", "kept_form"
STEP = 60
"""Seconds between two signs of life that are noted: noting each would write the session with every request."""
MOST_KEPT = 300_000
"""Characters of a form that wait: the longest text of the desk several times over."""
WAITS = 24 * 60 * 60
"""Seconds a form waits for its writer."""
QUIET = "X-Quiet"
"""Header of a request that a script sends while nobody touches the page: no sign of life."""

GetResponse = Callable[[HttpRequest], HttpResponseBase]


def now() -> int:
    return int(time.time())


def note_sign_in(request: HttpRequest, **_: Any) -> None:
    """A new session begins with a sign of life."""
    request.session[SEEN] = now()


def register() -> None:
    user_logged_in.connect(note_sign_in, dispatch_uid="portal.idle")


def idle(get_response: GetResponse) -> GetResponse:
    """The middleware. Behind sessions and messages."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        limit = settings.STAFF_IDLE_MINUTES * 60
        if limit and request.path_info.startswith(PLACES) and SESSION_KEY in request.session:
            away = now() - request.session.get(SEEN, 0)
            if away > limit:
                return _sign_out(request)
            if away >= STEP and QUIET not in request.headers:
                request.session[SEEN] = now()
        return get_response(request)

    return middleware


def _sign_out(request: HttpRequest) -> HttpResponse:
    words = _("离开超过%(n)d分钟，为了安全已经退出。请重新登录。") % {
        "n": settings.STAFF_IDLE_MINUTES
    }
    who, kept = str(request.session[SESSION_KEY]), _typed(request)
    logout(request)
    if QUIET in request.headers or request.headers.get("Sec-Fetch-Dest") == "empty":
        # A script asks: it has no use for a sign-in page.
        return HttpResponse(words, status=401, content_type="text/plain; charset=utf-8")
    if kept is None:
        messages.info(request, words)
        back = request.get_full_path() if request.method in ("GET", "HEAD") else request.path
        return redirect_to_login(back)
    held = json.dumps({"who": who, "at": now(), **kept}, ensure_ascii=False)
    request.session[KEPT] = encrypt(held)
    messages.info(request, f"{words}{_('您填的还在，登录以后接着提交。')}")
    return redirect_to_login(reverse("resume"))


def _typed(request: HttpRequest) -> dict[str, Any] | None:
    """What a form brought, but for the token and files; None for what is no form or too long to keep."""
    if request.method != "POST" or csrf_fails(request):
        # What another site sent in somebody's name is not kept for them to send.
        return None
    fields = [[name, request.POST.getlist(name)] for name in request.POST if name != "csrfmiddlewaretoken"]  # fmt: skip
    if not fields or sum(len(v) for _name, held in fields for v in held) > MOST_KEPT:
        return None
    return {"to": request.get_full_path(), "fields": fields, "files": len(request.FILES)}


def resume(request: HttpRequest) -> HttpResponse:
    """/admin/resume/: the form that waited, to be sent on by its writer. Leaving by its link forgets it."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    if request.method == "POST":
        request.session.pop(KEPT, None)
        return redirect("wagtailadmin_home")
    held = _held(request)
    if held is None:
        messages.info(request, _("没有等着提交的表单。"))
        return redirect("wagtailadmin_home")
    fields = [(name, value) for name, values in held["fields"] for value in values]
    # What a person wrote, to be recognised; choices and marks of the form are codes.
    shown = [value for _name, value in fields if any("\u4e00" <= c <= "\u9fff" for c in value)]
    response = render(
        request, "portal/resume.html", {"to": held["to"], "fields": fields, "shown": shown, "files": held["files"]}
    )  # fmt: skip
    add_never_cache_headers(response)
    return response


def _held(request: HttpRequest) -> dict[str, Any] | None:
    token = request.session.get(KEPT, "")
    try:
        held: dict[str, Any] | None = json.loads(decrypt(token)) if token else None
    except UndecryptableValue:
        held = None
    if held is None or held["who"] != str(request.user.pk) or now() - held["at"] > WAITS:
        request.session.pop(KEPT, None)
        return None
    return held
