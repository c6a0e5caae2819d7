"""What the pages on which a stranger does something share: not kept by anybody, a captcha, a limit, what was typed comes back."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from suggestions.guards import captcha, ratelimit
from suggestions.guards.address import client_ip
from suggestions.public.forms_base import JianyanForm

Errors = list[tuple[str, str]]


def private(response: HttpResponse) -> HttpResponse:
    """For one person's eyes: kept nowhere, indexed nowhere, its address told to no other site.

    Not "no-referrer": a form sent from such a page names no origin, and is refused as if a stranger's page had sent it.
    """
    response["Cache-Control"] = "no-store, private"
    response["Referrer-Policy"] = "same-origin"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def limited(request: HttpRequest, seconds: int, back: str = "") -> HttpResponse:
    """429 in words, with the way back."""
    context = {"minutes": max(1, -(-seconds // 60)), "back": back or request.path}
    response = render(request, "suggestions/join/limited.html", context, status=429)
    response["Retry-After"] = str(seconds)
    return private(response)


def form_page(
    request: HttpRequest, template: str, form: JianyanForm, *, errors: Errors | None = None,
    captcha_error: str = "", status: int = 200, **context: Any,
) -> HttpResponse:  # fmt: skip
    """A form with its captcha and everything that is wrong with it; what was typed stays."""
    shown = (errors or []) + (form.summary() if form.is_bound else [])
    context |= {
        "form": form,
        "captcha": captcha.context(captcha_error),
        "errors": shown + ([("captcha_answer", captcha_error)] if captcha_error else []),
        "kept": _("您填的都在，改好再按一次。"),
    }
    return private(render(request, template, context, status=status))


def turned_away(
    request: HttpRequest, template: str, form: JianyanForm, facts: dict[str, Any]
) -> HttpResponse | None:
    """The answer to a machine, and to who sends too much; None for everybody else. `facts` has the form's `key`."""
    if not captcha.passed(request.POST, bound_to=facts["key"]):
        refusal = captcha.refusal()
        return form_page(request, template, form, captcha_error=refusal, status=422, **facts)
    verdict = ratelimit.hit("submit", client_ip(request))
    return None if verdict.allowed else limited(request, verdict.retry_after_seconds)
