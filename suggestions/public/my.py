"""/my/: what somebody with a proved phone has here: drafts, items, joined ones, follows, and how to be told.

Items and drafts are found by the phone when the page is looked at. Opening one gives the pass that number and query code
give (track_pass), so that there is one page of an item for its author, and one set of acts.
"""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from suggestions import numbers
from suggestions.crypto import keyed_hash
from suggestions.errors import DomainError, Invalid
from suggestions.guards import ratelimit
from suggestions.guards.address import client_ip
from suggestions.models import Resident, SubmissionDraft
from suggestions.public import drafts as forms_in_progress
from suggestions.public import submit_steps, track_pass
from suggestions.public.forms_join import ResumeForm
from suggestions.public.forms_my import NoticeForm
from suggestions.public.my_session import find, signed_in
from suggestions.selectors import own_page
from suggestions.services import drafts as kept
from suggestions.services import following, passkeys
from suggestions.services import residents as residents_service

Errors = list[tuple[str, str]]


def done_words() -> dict[str, str]:
    """What the page says after an act (?done=…)."""
    return {
        "notice": _("通知设置存好了。"),
        "email": _("确认信发出去了。请在3天内点开信里的网址，点过以后才往这个邮箱发。"),
        "unfollow": _("已经取消关注。"),
        "follow": _("已经关注。"),
        "draft": _("草稿存到这一页了，在哪台机器上登录都能接着写。"),
        "dropped": _("草稿已经删去。"),
        "passkey": _("通行密钥存好了，下次在这台设备上不用等短信。"),
        "passkey_gone": _("通行密钥已经删去。设备里的那一份，请在设备的设置里删。"),
        "others": _("其他设备都已退出登录。"),
    }


@require_safe
@signed_in
def home(request: HttpRequest, resident: Resident) -> HttpResponse:
    """The page itself."""
    return page(request, resident)


def page(
    request: HttpRequest, resident: Resident, *, notice: NoticeForm | None = None,
    draft: ResumeForm | None = None, errors: Errors | None = None, status: int = 200,
) -> HttpResponse:  # fmt: skip
    """Everything on it; the number of queries depends on the kinds of things followed, not on how many there are."""
    now = timezone.now()
    shown = list(errors or [])
    for form in (notice, draft):
        shown += form.summary() if form is not None and form.is_bound else []
    options, state = passkeys.begin_adding(resident=resident)
    context: dict[str, Any] = {
        "resident": resident,
        "items": own_page.own_items(resident),
        "voices": own_page.own_voices(resident),
        "drafts": own_page.own_drafts(resident, at=now),
        "follows": own_page.follows(resident),
        "notice_form": notice or NoticeForm(initial={"notice": resident.notice, "email": resident.email}),
        "draft_form": draft or ResumeForm(auto_id="id_draft_%s"),
        "feed": reverse("suggestions:my_feed", args=[following.feed_token(resident)]),
        "passkeys": list(resident.passkeys.all()),
        "passkey_options": options,
        "passkey_state": state,
        "others": resident.sessions.filter(expires_at__gt=now).count() - 1,
        "done": done_words().get(request.GET.get("done", ""), ""),
        "errors": shown,
    }  # fmt: skip
    return render(request, "suggestions/my/home.html", context, status=status)


def _back(done: str) -> HttpResponseRedirect:
    return HttpResponseRedirect(f"{reverse('suggestions:my')}?done={done}")


@require_safe
@signed_in
def item(request: HttpRequest, resident: Resident, case_no: str) -> HttpResponse:
    """Open one's own item: the pass of /track/, given for the proved phone in place of the query code."""
    number = numbers.parse_case_no(case_no) or ""
    if not own_page.may_open(resident, number):
        raise Http404
    part = "track_data" if request.GET.get("to") == "data" else "track_item"
    response = HttpResponseRedirect(reverse(f"suggestions:{part}", args=[number]))
    track_pass.grant(request, response, number)
    return response


# Drafts


def _own_draft(resident: Resident, pk: int) -> SubmissionDraft:
    for row in own_page.drafts(resident):
        if row.pk == pk:
            return row
    raise Http404


@require_POST
@signed_in
def draft(request: HttpRequest, resident: Resident, pk: int) -> HttpResponse:
    """Go on writing in this browser, or delete."""
    row = _own_draft(resident, pk)
    if request.POST.get("action") == "discard":
        forms_in_progress.discard(forms_in_progress.of_row(row))
        return _back("dropped")
    held = forms_in_progress.of_row(row)
    token = forms_in_progress.new_token()
    # A new token for this browser: whoever held the old one (a shared machine) no longer has the draft.
    SubmissionDraft.objects.filter(pk=row.pk).update(token_hash=keyed_hash("draft", token))
    response = HttpResponseRedirect(submit_steps.url(submit_steps.reach(held)))
    forms_in_progress.remember(response, token)
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def keep_draft(request: HttpRequest, resident: Resident) -> HttpResponse:
    """Bring a draft here by its code: whoever has the code has the draft."""
    if request.method != "POST":
        form = ResumeForm(initial={"code": request.GET.get("code", "")[:40]}, auto_id="id_draft_%s")
        return page(request, resident, draft=form)
    form = ResumeForm(request.POST, auto_id="id_draft_%s")
    form.is_valid()
    if not ratelimit.hit("track", client_ip(request)).allowed:
        words = _("试得太多了，请过十分钟再试。您的草稿还在。")
        return page(request, resident, draft=form, errors=[("", words)], status=429)
    row = kept.by_code(form.cleaned_data["code"])
    if row is None:
        form.add_error("code", forms_in_progress.unknown_code())
        return page(request, resident, draft=form, status=422)
    SubmissionDraft.objects.filter(pk=row.pk).update(phone_hash=keyed_hash("phone", resident.phone))
    return _back("draft")


# How to be told, passkeys, sign-ins


@require_POST
@signed_in
def notices(request: HttpRequest, resident: Resident) -> HttpResponse:
    """SMS, e-mail, or nothing but the page and its feed."""
    form = NoticeForm(request.POST)
    if not form.is_valid():
        return page(request, resident, notice=form, status=422)
    try:
        sent = following.choose(resident=resident, at=timezone.now(), **form.cleaned_data)
    except Invalid as invalid:
        form.take(invalid.errors)
        return page(request, resident, notice=form, status=422)
    return _back("email" if sent else "notice")


@require_POST
@signed_in
def passkey(request: HttpRequest, resident: Resident) -> HttpResponse:
    """Keep a new passkey of this device, or forget one."""
    remove = str(request.POST.get("remove", ""))
    if remove:
        if remove.isdecimal() and len(remove) < 18:
            passkeys.remove(resident=resident, pk=int(remove))
        return _back("passkey_gone")
    try:
        passkeys.add(
            resident=resident, state=str(request.POST.get("state", "")), answer=str(request.POST.get("passkey", "")),
            name=str(request.POST.get("name", "")), at=timezone.now(),
        )  # fmt: skip
    except DomainError as error:
        return page(request, resident, errors=[("", str(error))], status=422)
    return _back("passkey")


@require_POST
@signed_in
def others_out(request: HttpRequest, resident: Resident) -> HttpResponse:
    """Sign every other browser out."""
    session = find(request)
    if session is not None:
        residents_service.end_others(session=session)
    return _back("others")
