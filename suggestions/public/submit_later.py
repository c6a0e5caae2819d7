"""以后再写: /submit/later/ gives a draft's code and link, /submit/resume/ takes them in on any machine (process.md 3.4).

Looking at a link changes nothing (mail programs look too): only the button puts the draft into a browser.
"""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from suggestions.crypto import keyed_hash
from suggestions.errors import DomainError, Invalid
from suggestions.guards import ratelimit
from suggestions.guards.address import client_ip
from suggestions.models import SubmissionDraft
from suggestions.public import drafts, submit_pages, submit_steps
from suggestions.public.drafts import Draft
from suggestions.public.forms_csrf import csrf_fails, stale_message
from suggestions.public.forms_join import PhoneForm, ResumeForm
from suggestions.public.receipt import qr_code
from suggestions.services import drafts as kept


def _private(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store, private"
    response["Referrer-Policy"] = "same-origin"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


@csrf_exempt  # asked inside
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def later(request: HttpRequest) -> HttpResponse:
    """The code and link of this browser's draft; on POST, send them to a phone or delete the draft."""
    draft = drafts.find(request)
    if draft is None or draft.sent:
        return _private(submit_pages.redirect("start"))
    form, errors, sent = PhoneForm(), [], False
    if request.method == "POST":
        if csrf_fails(request):
            return _later_page(request, draft, form, [("", stale_message())], status=403)
        action = request.POST.get("action", "")
        if action == "discard":
            drafts.discard(draft)
            return _private(submit_pages.redirect("start", note="discarded"))
        if action == "send":
            form = PhoneForm(request.POST)
            form.is_valid()
            try:
                _send(request, draft, form.cleaned_data["phone"])
                sent = True
            except Invalid as invalid:
                form.take(invalid.errors)
            except DomainError as error:
                errors = [("", str(error))]
    found = errors + (form.summary() if form.is_bound else [])
    return _later_page(request, draft, form, found, sent=sent, status=422 if found else 200)


def _send(request: HttpRequest, draft: Draft, phone: str) -> None:
    digits = kept.own_phone(phone)
    # By address and by draft: nobody sends a stranger's phone message after message.
    for key in (client_ip(request), f"draft:{draft.row.pk}"):
        if not ratelimit.hit("track", key).allowed:
            raise DomainError(_("短信发得太多了，请过十分钟再发，或者记下草稿码。"))
    drafts.save(draft, {"_send_to": digits})
    kept.send_to_phone(draft.row, phone=digits)


def _later_page(
    request: HttpRequest, draft: Draft, form: PhoneForm, errors: list[tuple[str, str]], *,
    sent: bool = False, status: int = 200,
) -> HttpResponse:  # fmt: skip
    code = kept.resume_code(draft.row)
    link = request.build_absolute_uri(reverse("suggestions:resume_code", args=[code]))
    context: dict[str, Any] = {
        "draft": draft, "code": code, "link": link, "qr": qr_code(link), "form": form, "errors": errors, "sent": sent,
        "days": drafts.kept_days(), "step": submit_steps.reach(draft),
    }  # fmt: skip
    return _private(render(request, "suggestions/submit/later.html", context, status=status))


@csrf_exempt  # asked inside
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def resume(request: HttpRequest, code: str = "") -> HttpResponse:
    """Ask for the code, show what it opens, and on the button's press go on writing in this browser."""
    posted = request.method == "POST"
    typed = str(request.POST.get("code", "") if posted else code)[:64]
    if posted and csrf_fails(request):
        return _resume_page(request, typed, error=stale_message(), status=403)
    if not typed:
        error = _("请填草稿码。") if posted else ""
        return _resume_page(request, "", error=error, status=422 if error else 200)
    if not ratelimit.hit("track", client_ip(request)).allowed:
        return _resume_page(
            request, "", error=_("试得太多了，请过十分钟再试。您的草稿还在。"), status=429
        )
    row = kept.by_code(typed)
    if row is None:
        words = drafts.unknown_code()
        return _resume_page(request, typed, error=words, status=404 if not posted else 422)
    action = request.POST.get("action", "") if posted else ""
    draft = drafts.of_row(row)
    if action == "discard":
        drafts.discard(draft)
        return _private(submit_pages.redirect("start", note="discarded"))
    if action != "resume":
        return _resume_page(request, typed, draft=draft)
    return _take_over(draft)


def _take_over(draft: Draft) -> HttpResponse:
    """A new token for this browser: whoever held the old one (a shared machine) no longer has the draft."""
    token = drafts.new_token()
    SubmissionDraft.objects.filter(pk=draft.row.pk).update(token_hash=keyed_hash("draft", token))
    response = HttpResponseRedirect(submit_steps.url(submit_steps.reach(draft)))
    drafts.remember(response, token)
    return _private(response)


def _resume_page(
    request: HttpRequest, code: str, *, draft: Draft | None = None, error: str = "", status: int = 200
) -> HttpResponse:  # fmt: skip
    form = ResumeForm(initial={"code": code})
    context = {
        "form": form, "code": code, "draft": draft, "errors": [("id_code", error)] if error else [],
    }  # fmt: skip
    return _private(render(request, "suggestions/submit/resume.html", context, status=status))
