"""/track/<number>/data/: the author's own data: consents, who looked, messages, a copy, requests (process.md 9.3, 9.4).

And /suggestions/<number>/report/: anybody says that a public page shows personal data; the page goes out of sight first.
"""

import json
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from suggestions import numbers
from suggestions.actor import Actor
from suggestions.errors import DomainError, Invalid
from suggestions.guards import ratelimit
from suggestions.guards.address import client_ip
from suggestions.models import Erasure, RelayMessage, Suggestion
from suggestions.public import track_page, track_pass
from suggestions.public.forms_base import JianyanForm
from suggestions.public.forms_csrf import csrf_fails, stale_message
from suggestions.public.forms_privacy import MessageForm, RightsForm, TakedownForm
from suggestions.public.submit import UNREADABLE
from suggestions.public.track import _locked as locked
from suggestions.public.track import _private as private
from suggestions.services import consent, identity, relaying, rights, takedowns

_FORMS: dict[str, type[JianyanForm]] = {"rights": RightsForm, "message": MessageForm}
_DONE = {
    "rights": gettext_noop("收到您的请求，15个工作日内答复，结果写在这一页。"),
    "message": gettext_noop("收到了，办公室看过就转给承办单位。"),
    "withdraw": gettext_noop("已经收回，马上生效。"),
    "give": gettext_noop("已经记下您的同意。"),
    "take_back": gettext_noop("请求已经撤回。"),
}


@csrf_exempt  # asked inside, so that a page left open too long keeps what was typed
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def data(request: HttpRequest, case_no: str) -> HttpResponse:
    """What we hold of the author, and what they can do about it."""
    number = numbers.parse_case_no(case_no) or ""
    if not track_pass.holds(request, number):
        return locked(request, case_no)
    item = track_page.load(number)
    if item is None:
        raise Http404
    response = _act(request, item) if request.method == "POST" else _page(request, item)
    track_pass.grant(request, response, number)
    return private(response)


@require_http_methods(["GET", "HEAD"])
def copy(request: HttpRequest, case_no: str, kind: str) -> HttpResponse:
    """The author's own data as a file (PIPL 45): "json", or "zip" with the files. Each copy stands in the register."""
    number = numbers.parse_case_no(case_no) or ""
    if not track_pass.holds(request, number):
        return locked(request, case_no)
    item = track_page.load(number)
    if item is None:
        raise Http404
    if kind == "zip":
        body: bytes = rights.copy_as_zip(item)
        response = HttpResponse(body, content_type="application/zip")
    else:
        text = json.dumps(rights.copy_of(item), ensure_ascii=False, indent=2)
        response = HttpResponse(text, content_type="application/json; charset=utf-8")
    # The number only: a file name is seen over shoulders (9.2).
    response["Content-Disposition"] = f'attachment; filename="{number}.{kind}"'
    response["X-Content-Type-Options"] = "nosniff"
    rights.record_copy(suggestion=item, at=timezone.now())
    return private(response)


def _act(request: HttpRequest, item: Suggestion) -> HttpResponse:
    try:
        sent = request.POST
    except UNREADABLE:
        return _page(request, item, errors=[("", _("这次送来的内容太大，没有收到。"))], status=413)
    action = sent.get("action", "")
    form = _FORMS[action](sent) if action in _FORMS else None
    if csrf_fails(request):
        kept = _FORMS[action](initial=sent.dict()) if action in _FORMS else None
        return _page(
            request, item, action=action, form=kept, errors=[("", stale_message())], status=403
        )
    if form is not None and not form.is_valid():
        return _page(request, item, action=action, form=form, status=422)
    try:
        _carry_out(action, item, form, sent)
    except Invalid as invalid:
        if form is None:
            return _page(request, item, errors=[("", str(invalid))], status=422)
        form.take(invalid.errors)
        return _page(request, item, action=action, form=form, status=422)
    except DomainError as error:
        return _page(request, item, action=action, form=form, errors=[("", str(error))], status=409)
    return HttpResponseRedirect(
        f"{reverse('suggestions:track_data', args=[item.case_no])}?done={action}"
    )


def _carry_out(action: str, item: Suggestion, form: JianyanForm | None, sent: QueryDict) -> None:
    now, author = timezone.now(), Actor.author()
    if isinstance(form, RightsForm):
        rights.receive(suggestion=item, actor=author, at=now, **form.values())
    elif isinstance(form, MessageForm):
        asked = _message(item, sent.get("answers", ""))
        relaying.write(
            suggestion=item, unit=asked.unit, words=form.cleaned_data["words"], actor=author, at=now, answers=asked
        )  # fmt: skip
    elif action == "withdraw":
        consent.withdraw(suggestion=item, kind=sent.get("kind", ""), actor=author, at=now)
    elif action == "give":
        consent.give(suggestion=item, kind=sent.get("kind", ""), actor=author, at=now)
    elif action == "take_back":
        pk = sent.get("request", "")
        found = item.rights_requests.filter(pk=int(pk) if pk.isdecimal() and len(pk) < 18 else 0)
        held = found.first()
        if held is None:
            raise DomainError(_("没有这条请求，请刷新页面再看。"))
        rights.take_back(request=held, at=now)


def _message(item: Suggestion, pk: str) -> RelayMessage:
    wanted = int(pk) if pk.isdecimal() and len(pk) < 18 else 0
    for message in relaying.for_author(item):
        if message.pk == wanted and message.to_author:
            return message
    raise DomainError(_("没有这段转达，请刷新页面再看。"))


def _page(
    request: HttpRequest, item: Suggestion, *, action: str = "", form: JianyanForm | None = None,
    errors: list[tuple[str, str]] | None = None, status: int = 200,
) -> HttpResponse:  # fmt: skip
    forms = {name: made() for name, made in _FORMS.items()} | ({action: form} if form else {})
    gone = Erasure.objects.filter(suggestion=item).first()
    requests = list(item.rights_requests.exclude(kind="export"))
    context: dict[str, Any] = {
        "suggestion": item,
        "gone": gone,
        "consents": consent.states_of(item),
        "reads": identity.reads_for_author(item),
        "messages_held": relaying.for_author(item),
        "requests": requests,
        "rights_form": forms["rights"],
        "message_form": forms["message"],
        "rights_open": bool(action == "rights" and form),
        "errors": (errors or []) + (form.summary() if form is not None and form.is_bound else []),
        "kept": _("您写的都在，改好再提交就行。"),
        "done": _(done) if (done := _DONE.get(request.GET.get("done", ""))) else "",
    }
    return render(request, "suggestions/track/data.html", context, status=status)


@csrf_exempt  # asked inside, as above
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, case_no: str) -> HttpResponse:
    """Anybody tells us what a public page shows; suspension first (9.2)."""
    number = numbers.parse_case_no(case_no) or ""
    item = (
        Suggestion.objects.on_page().filter(case_no=number).select_related("jurisdiction").first()
    )
    if item is None:
        raise Http404
    if request.method != "POST":
        return _report_page(request, item, TakedownForm())
    form = TakedownForm(request.POST)
    if csrf_fails(request):
        kept = TakedownForm(initial=request.POST.dict())
        return _report_page(request, item, kept, errors=[("", stale_message())], status=403)
    if not ratelimit.hit("track", client_ip(request)).allowed:
        text = _("提交得太频繁了，请过几分钟再试，也可以打征集办公室电话。")
        return _report_page(request, item, form, errors=[("", text)], status=429)
    if not form.is_valid():
        return _report_page(request, item, form, status=422)
    try:
        takedowns.complain(suggestion=item, at=timezone.now(), **form.cleaned_data)
    except Invalid as invalid:
        form.take(invalid.errors)
        return _report_page(request, item, form, status=422)
    except DomainError as error:
        return _report_page(request, item, form, errors=[("", str(error))], status=409)
    return private(render(request, "suggestions/reading/reported.html", {"item": item}))


def _report_page(
    request: HttpRequest, item: Suggestion, form: TakedownForm, *, status: int = 200,
    errors: list[tuple[str, str]] | None = None,
) -> HttpResponse:  # fmt: skip
    context = {
        "item": item,
        "form": form,
        "errors": (errors or []) + (form.summary() if form.is_bound else []),
        "kept": _("您写的都在，改好再提交就行。"),
    }
    return private(render(request, "suggestions/reading/report.html", context, status=status))
