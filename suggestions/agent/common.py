"""What the agents' pages share: who may enter, the frame, domain errors in words. Small and without scripts."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from django import forms
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.http.request import UnreadablePostError
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from suggestions import access, uploads
from suggestions.actor import Actor
from suggestions.errors import DomainError, Invalid
from suggestions.models import Attachment, StaffRole
from suggestions.roles import AGENT_ROLES
from suggestions.services import attachments

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]
UNREADABLE = (
    RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent, MultiPartParserError, UnreadablePostError,
)  # fmt: skip


def agent_role(request: HttpRequest) -> StaffRole | None:
    """The lowest agent role held: who serves people directly acts as the first agent."""
    held = access.scope(request.user).holds(AGENT_ROLES)
    return min(held, key=lambda r: r.role, default=None)


def actor(request: HttpRequest, role: str = "") -> Actor:
    """The signed-in agent, in the role of `role` or the one they serve people in."""
    held = access.scope(request.user).holds([role] if role else AGENT_ROLES)
    return Actor.staff(request.user, min(held, key=lambda r: r.role).role)  # type: ignore[arg-type]


def agent_view(view: "View[P]") -> "View[P]":
    """Let agents in; ask everybody else to sign in, or tell them that this page is for agents (403). Never cached."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not request.user.is_authenticated:
            back = request.get_full_path() if request.method in ("GET", "HEAD") else request.path
            lost = {"again": "1"} if request.method == "POST" else {}
            return redirect(f"{reverse('agent:sign_in')}?{urlencode({'next': back, **lost})}")
        if agent_role(request) is None:
            return private(render(request, "suggestions/agent/refused.html", status=403))
        return private(view(request, *args, **kwargs))

    return cast("View[P]", guarded)


def private(response: HttpResponse) -> HttpResponse:
    """Kept by nobody: people share telephones."""
    response["Cache-Control"] = "no-store, private"
    response["Referrer-Policy"] = "same-origin"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def show_errors(form: forms.Form, error: DomainError) -> None:
    """Put what the domain refused beside its field, or above the form."""
    if not isinstance(error, Invalid):
        form.add_error(None, str(error))
        return
    for name, messages in error.errors.items():
        for message in messages:
            form.add_error(name if name in form.fields else None, message)


def store(
    request: HttpRequest, field: str, *, room: int, **owner: Any
) -> tuple[list[Attachment], list[str]]:
    """The photos sent in a field, kept; and a sentence for each that could not be taken."""
    taken: list[Attachment] = []
    refused: list[str] = []
    for file in request.FILES.getlist(field):
        if len(taken) >= room:
            refused.append(_("最多传%(n)d张，后面的没有收。") % {"n": uploads.MAX_FILES})
            break
        try:
            taken.append(attachments.store(file=file, origin=Attachment.Origin.SCAN, **owner))
        except uploads.UploadRefused as error:
            shown = uploads.safe_original_name(str(file.name or ""))
            refused.append(f"{shown}：{error.message_zh}")
    return taken, refused


def too_much(request: HttpRequest) -> HttpResponse:
    """What was sent was larger than anybody may send; the browser's back button still has the words."""
    return private(render(request, "suggestions/agent/too_much.html", status=413))
