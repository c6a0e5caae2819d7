"""/submit/: one step a page, kept on the server, and the same without scripts (issue 3 item 2; process.md 3.4).

Nothing typed or uploaded is lost by an error: every POST first writes what was typed into the draft and only then asks
whether it is right; all but what bears the mark of a state secret, which is not stored. Steps are addresses (?step=…), so the browser's own back button works.
"""

from typing import Any

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.http.multipartparser import MultiPartParserError
from django.http.request import UnreadablePostError
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from suggestions import jurisdictions, secrecy
from suggestions.errors import DomainError, Invalid
from suggestions.guards import captcha, ratelimit
from suggestions.guards.address import client_ip
from suggestions.models import Jurisdiction, SubmissionDraft
from suggestions.public import drafts, submit_check, submit_invite, submit_steps
from suggestions.public import submit_files as files
from suggestions.public import submit_pages as pages
from suggestions.public.drafts import Draft
from suggestions.public.forms import TopicForm
from suggestions.public.forms_csrf import csrf_fails, stale_message
from suggestions.public.submit_similar import look_alikes
from suggestions.selectors import knowledge
from suggestions.services import secrecy_alarm

UNREADABLE = (
    RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent, MultiPartParserError, UnreadablePostError,
)  # fmt: skip


@csrf_exempt  # asked inside, so that a page left open too long is shown again as it was
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def flow(request: HttpRequest) -> HttpResponse:
    """Every step of the flow, shown and taken in."""
    jurisdiction = jurisdictions.current(request)
    if jurisdiction is None:
        response = render(request, "suggestions/submit/closed.html", status=503)
    elif request.method == "POST":
        try:
            response = _take(request, jurisdiction)
        except secrecy.Marked as marked:
            secrecy_alarm.tell(jurisdiction=jurisdiction, at=timezone.now())
            response = pages.stopped_page(request, str(marked))
    else:
        response = _show(request, jurisdiction)
    response["Cache-Control"] = "no-store, private"
    response["Referrer-Policy"] = "same-origin"
    if request.GET:
        response["X-Robots-Tag"] = "noindex"
    return response


@require_GET
def similar(request: HttpRequest) -> HttpResponse:
    """/submit/similar/?title=…: the look-alikes of a sentence as a fragment, asked for while somebody types."""
    title = request.GET.get("title", "")
    context: dict[str, Any] = {"title": title}
    if ratelimit.hit("search", client_ip(request)).allowed:
        context |= {"found": look_alikes(title), "known": knowledge.answering(title)}
    response = render(request, "suggestions/submit/_similar.html", context)
    response["Cache-Control"] = "no-store, private"
    response["X-Robots-Tag"] = "noindex"
    return response


# Showing


def _show(request: HttpRequest, jurisdiction: Jurisdiction) -> HttpResponse:
    draft = drafts.find(request)
    name = request.GET.get("step", "")
    if name in ("", "start"):
        return pages.start_page(request, jurisdiction, draft)
    if draft is None or draft.sent:
        note = "lost" if draft is None else ""
        return pages.redirect("start", note=note)
    if name == submit_steps.SIMILAR and submit_steps.is_complete(draft, "topic"):
        return pages.similar_page(request, draft)
    reached = submit_steps.reach(draft)
    if name not in submit_steps.NAMES:
        return pages.redirect(reached, note="unknown")
    if submit_steps.NAMES.index(name) > submit_steps.NAMES.index(reached):
        return pages.redirect(reached, note="skipped")
    if name == submit_steps.ASKED and not submit_steps.specs_of(draft):
        return pages.redirect(reached, note="unknown")
    if name == "check":
        return pages.check_page(request, draft)
    return pages.step_page(request, draft, name, submit_steps.for_display(draft, name))


# Taking in


def _take(request: HttpRequest, jurisdiction: Jurisdiction) -> HttpResponse:
    draft = drafts.find(request)
    name = request.GET.get("step", "start")
    try:
        data = request.POST
        sent_files = request.FILES.getlist("files")
    except UNREADABLE:
        return _too_much(request, jurisdiction, draft, name)
    if csrf_fails(request):
        return _stale(request, jurisdiction, draft, name, data)
    if name == "start":
        return _take_start(request, jurisdiction, draft, data)
    if draft is None or draft.sent:
        return _take_without_draft(request, jurisdiction, draft, name, data)
    form = submit_steps.BY_NAME[name].form if name in submit_steps.BY_NAME else None
    if form is not None:
        # First of all: whatever comes after, the words are kept.
        drafts.save(draft, form.typed(data), seen=name)
    if data.get("action") == "later" and not sent_files:
        return HttpResponseRedirect(reverse("suggestions:later"))
    reached = submit_steps.reach(draft)
    if name == submit_steps.SIMILAR:
        return _take_similar(request, draft, data)
    if name not in submit_steps.NAMES:
        return pages.redirect(reached, note="unknown")
    if submit_steps.NAMES.index(name) > submit_steps.NAMES.index(reached):
        return pages.redirect(reached, note="skipped")
    if name == "check":
        return _take_check(request, draft, data)
    if name == "place":
        return _take_place(request, draft, data, sent_files)
    return _take_step(request, draft, name, data)


def _too_much(
    request: HttpRequest, jurisdiction: Jurisdiction, draft: Draft | None, name: str
) -> HttpResponse:
    message = _(
        "这次送来的内容太大，没有收到。之前写好的都在；请少写一些，或者减少附件，再试一次。"
    )
    return _again(request, jurisdiction, draft, name, None, message, status=413)


def _stale(
    request: HttpRequest,
    jurisdiction: Jurisdiction,
    draft: Draft | None,
    name: str,
    data: QueryDict,
) -> HttpResponse:
    return _again(request, jurisdiction, draft, name, data, stale_message(), status=403)


def _again(
    request: HttpRequest, jurisdiction: Jurisdiction, draft: Draft | None, name: str,
    data: QueryDict | None, message: str, *, status: int,
) -> HttpResponse:  # fmt: skip
    """The same page once more with what was typed, saving nothing: the request was not proved to be the person's."""
    step = submit_steps.BY_NAME.get(name)
    if step is None or name == "start" or (step.form is None and draft is None):
        title = data.get("title") if data else None
        campaign = data.get("campaign") if data else None
        return pages.start_page(
            request,
            jurisdiction,
            draft,
            error=message,
            status=status,
            title=title,
            campaign_id=campaign,
        )
    errors = [("", message)]
    if draft is None or draft.sent:
        draft = Draft(SubmissionDraft(jurisdiction=jurisdiction))
    if step.form is None:
        if submit_steps.reach(draft) != "check":
            return pages.redirect(submit_steps.reach(draft), note="skipped")
        return pages.check_page(request, draft, errors=errors, status=status)
    if data is None:
        form = submit_steps.unbound(draft, name)
    else:
        asks = {"specs": submit_steps.specs_of(draft)} if name == submit_steps.ASKED else {}
        form = step.form(initial=step.form.typed(data), jurisdiction=jurisdiction, **asks)
    return pages.step_page(request, draft, name, form, errors=errors, status=status)


def _new_draft(
    request: HttpRequest, jurisdiction: Jurisdiction
) -> tuple[Draft, str] | HttpResponse:
    verdict = ratelimit.hit("draft", client_ip(request))
    if not verdict.allowed:
        return pages.limited_page(request, verdict.retry_after_seconds, None)
    return drafts.create(jurisdiction)


def _take_start(
    request: HttpRequest, jurisdiction: Jurisdiction, draft: Draft | None, data: QueryDict
) -> HttpResponse:
    values = {"title": data.get("title", "")} if data.get("title", "").strip() else {}
    campaign = submit_steps.campaign_of(data.get("campaign"))
    invite = data.get("invite", "")[:100]
    if data.get("action") == "decline" and (declined := submit_invite.decline(request, invite)):
        return declined
    live = draft if draft is not None and not draft.sent else None
    if live is not None and data.get("action") == "resume":
        drafts.save(live, {}, seen="start")
        return pages.redirect(submit_steps.reach(live))
    if live is not None and data.get("action") == "fresh":
        drafts.discard(live)
        live = None
    token = ""
    if live is None:
        made = _new_draft(request, jurisdiction)
        if isinstance(made, HttpResponse):
            return made
        live, token = made
    if campaign is not None and campaign.is_open_at(timezone.now()):
        values["campaign"] = str(campaign.pk)
    if invite:
        values["invite"] = invite
    drafts.save(live, values, seen="start")
    response = pages.redirect(submit_steps.reach(live))
    if token:
        drafts.remember(response, token)
    return response


def _take_without_draft(
    request: HttpRequest,
    jurisdiction: Jurisdiction,
    draft: Draft | None,
    name: str,
    data: QueryDict,
) -> HttpResponse:
    """A page came back whose draft is gone or sent. Pressing send twice leads to the receipt; words go into a new draft."""
    if draft is not None and name == "check":
        return _to_receipt(draft, request.COOKIES[drafts.COOKIE])
    step = submit_steps.BY_NAME.get(name)
    if step is None or step.form is None:
        return pages.redirect("start", note="lost")
    made = _new_draft(request, jurisdiction)
    if isinstance(made, HttpResponse):
        return made
    fresh, token = made
    drafts.save(fresh, step.form.typed(data), seen=name)
    response = pages.redirect("start", note="again" if draft is not None else "lost")
    drafts.remember(response, token)
    return response


def _take_step(request: HttpRequest, draft: Draft, name: str, data: QueryDict) -> HttpResponse:
    if name == submit_steps.ASKED and not submit_steps.specs_of(draft):
        return pages.redirect(submit_steps.reach(draft))
    form = submit_steps.bound(draft, name)
    if not form.is_valid():
        return pages.step_page(request, draft, name, form, status=422)
    if name == "topic":
        title = form.cleaned_data["title"]
        seen = {draft.answers.get("_similar"), data.get("similar_seen")}
        if title not in seen and (look_alikes(title) or knowledge.answering(title)):
            return pages.redirect(submit_steps.SIMILAR)
    return pages.redirect(submit_steps.following(draft, name))


def _take_similar(request: HttpRequest, draft: Draft, data: QueryDict) -> HttpResponse:
    """Either another sentence was tried, or none of the items found says the same."""
    if "title" in data:
        drafts.save(draft, {"title": data.get("title", "")}, seen="topic")
        form = submit_steps.bound(draft, "topic")
        if not form.is_valid():
            return pages.step_page(request, draft, "topic", form, status=422)
        return pages.redirect(submit_steps.SIMILAR)
    if not submit_steps.is_complete(draft, "topic"):
        return pages.redirect(submit_steps.reach(draft), note="skipped")
    title = submit_steps.bound(draft, "topic")
    assert isinstance(title, TopicForm)
    title.is_valid()
    drafts.save(draft, {"_similar": title.cleaned_data["title"]})
    return pages.redirect(submit_steps.following(draft, "topic"))


def _take_place(
    request: HttpRequest, draft: Draft, data: QueryDict, sent: list[Any]
) -> HttpResponse:
    errors: list[tuple[str, str]] = []
    if token := data.get("remove", ""):
        files.remove(draft, token)
    if sent:
        errors = files.take(draft, sent, caller=client_ip(request))
    if data.get("action") == "later" and not errors:
        return HttpResponseRedirect(reverse("suggestions:later"))
    form = submit_steps.bound(draft, "place")
    wants_on = not data.get("remove") and data.get("action") != "upload"
    if errors or (wants_on and not form.is_valid()):
        return pages.step_page(request, draft, "place", form, errors=errors, status=422)
    if not wants_on:
        return HttpResponseRedirect(submit_steps.url("place") + "#files")
    return pages.redirect(submit_steps.following(draft, "place"))


def _take_check(request: HttpRequest, draft: Draft, data: QueryDict) -> HttpResponse:
    now = timezone.now()
    if not captcha.passed(data, bound_to=draft.key):
        return pages.check_page(request, draft, captcha_error=captcha.refusal(), status=422)
    verdict = ratelimit.hit("submit", client_ip(request))
    if not verdict.allowed:
        return pages.limited_page(request, verdict.retry_after_seconds, submit_steps.url("check"))
    submission = submit_check.submission_of(
        draft, channel=submit_check.channel_of(request), standing=data.get("action") == "standing"
    )
    try:
        submit_check.send(draft, submission, at=now)
    except Invalid as invalid:
        return pages.check_page(request, draft, errors=_with_steps(invalid), status=422)
    except DomainError as error:
        other = drafts.find(request)
        if other is not None and other.sent:  # the other press of the button was first
            return _to_receipt(other, request.COOKIES[drafts.COOKIE])
        return pages.check_page(request, draft, errors=[("", str(error))], status=409)
    return _to_receipt(draft, request.COOKIES[drafts.COOKIE])


def _with_steps(invalid: Invalid) -> list[tuple[str, str]]:
    """The sentences of intake, each at the row of the check page it is about."""
    return [
        (f"row-{name}", message)
        for name, messages in invalid.errors.items()
        for message in messages
    ]


def _to_receipt(draft: Draft, cookie: str) -> HttpResponse:
    token = drafts.receipt_token(draft)
    if token is None:
        return HttpResponseRedirect(reverse("suggestions:track"))
    response = HttpResponseRedirect(reverse("suggestions:receipt", args=[token]))
    drafts.remember(response, cookie, sent=True)
    return response
