"""/track/: with number and code, the author sees the item, supplements, rates and withdraws (process.md 2.2, 9.4)."""

from collections.abc import Mapping
from typing import Any

from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from suggestions import numbers, uploads
from suggestions.actor import Actor
from suggestions.errors import DomainError, Invalid
from suggestions.guards import ratelimit
from suggestions.guards.address import client_ip
from suggestions.models import Attachment, Suggestion
from suggestions.public import submit_files as files
from suggestions.public import track_page, track_pass
from suggestions.public.forms_base import JianyanForm
from suggestions.public.forms_csrf import csrf_fails, stale_message
from suggestions.public.forms_track import (
    LookupForm,
    RatingForm,
    ReopenRatingForm,
    SupplementForm,
    WithdrawForm,
)
from suggestions.public.submit import UNREADABLE
from suggestions.services import delivering, evaluating, intake, voices, withdrawing
from suggestions.states import Case

FORMS: dict[str, type[JianyanForm]] = {
    "supplement": SupplementForm,
    "evaluate": RatingForm,
    "withdraw": WithdrawForm,
    "reopen_rating": ReopenRatingForm,
}
_KEPT = "kept"
_KEPT_SALT = "suggestions.public.track.files"


def done_words() -> dict[str, str]:
    """What the page says after an act (?done=…)."""
    return {
        "supplement": _("补充收到了，期限接着算。"),
        "evaluate": _("谢谢您的评价，已经记下。"),
        "reopen_rating": _("评价已经重新开放，您现在可以评价。"),
        "agent": _("委托撤回了。从现在起，代理员看不到这件建议。"),
        "left": _("您已经退出这件建议，姓名和联系方式已删除。别人也提了或附议了，所以继续办理。"),
        "withdraw": _("这件建议已经撤回，不再办理，也不公开。想法变了可以重新提。"),
    }


def no_match() -> str:
    """One answer for a wrong number and for a wrong code, so that neither tells whether an item exists."""
    return _(
        "编号和查询码对不上。请照着回执或短信再看一遍：编号要连最后一位数字，查询码是8个字母和数字。"
    )


@csrf_exempt  # changes nothing; the cached home page has a form that leads here
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def lookup(request: HttpRequest) -> HttpResponse:
    """Ask for number and code; show the item's page when they belong together."""
    if request.method != "POST":
        form = LookupForm(initial={"case_no": request.GET.get("no", "")[:64]})
        notice = (
            _("请输入查询码。为了安全，30分钟没有操作就要再输一次。")
            if request.GET.get("again")
            else ""
        )
        return _lookup_page(request, form, notice=notice)
    form = LookupForm(request.POST)
    form.is_valid()
    kept = {
        k.removeprefix("keep-"): str(v) for k, v in request.POST.items() if k.startswith("keep-")
    }
    verdict = ratelimit.hit("track", client_ip(request))
    if not verdict.allowed:
        minutes = max(1, -(-verdict.retry_after_seconds // 60))
        text = _("查得太频繁了，请过%(n)d分钟再试；也可以打征集办公室电话，请工作人员帮您查。") % {
            "n": minutes
        }
        response = _lookup_page(request, form, errors=[("", text)], keep=kept, status=429)
        response["Retry-After"] = str(verdict.retry_after_seconds)
        return response
    found = track_pass.prove(request.POST.get("case_no", ""), request.POST.get("query_code", ""))
    if found is None:
        voice = voices.by_code(request.POST.get("case_no", ""), request.POST.get("query_code", ""))
        if voice is not None:  # a co-signer's or joint author's own code
            token = voices.given(voice).token
            return _private(HttpResponseRedirect(reverse("suggestions:joined", args=[token])))
        return _lookup_page(
            request, form, errors=[("id_case_no", no_match())], keep=kept, status=422
        )
    action = kept.pop("action", "")
    if action in FORMS:
        # Somebody was writing when the half hour ended: back to the page with every word in its place.
        response = _page(request, found.case_no, action=action, form=FORMS[action](initial=kept))
    else:
        response = HttpResponseRedirect(reverse("suggestions:track_item", args=[found.case_no]))
    track_pass.grant(request, response, found.case_no)
    return _private(response)


@csrf_exempt  # asked inside, so that a page left open too long is shown again as it was
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def progress(request: HttpRequest, case_no: str) -> HttpResponse:
    """The item's page for whoever proved to know its code, and the author's acts on it."""
    number = numbers.parse_case_no(case_no) or ""
    if not track_pass.holds(request, number):
        return _locked(request, case_no)
    response = _act(request, number) if request.method == "POST" else _page(request, number)
    track_pass.grant(request, response, number)
    return _private(response)


def _private(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store, private"
    response["Referrer-Policy"] = "same-origin"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _lookup_page(
    request: HttpRequest, form: LookupForm, *, notice: str = "", errors: list[tuple[str, str]] | None = None,
    keep: Mapping[str, str] | None = None, status: int = 200,
) -> HttpResponse:  # fmt: skip
    context = {"form": form, "notice": notice, "errors": errors or [], "keep": dict(keep or {})}
    return _private(render(request, "suggestions/track/lookup.html", context, status=status))


def _locked(request: HttpRequest, case_no: str) -> HttpResponse:
    """No proof, or one that ran out. What was being written travels along; whether the item exists is not said."""
    if request.method != "POST":
        address = reverse("suggestions:track")
        query = request.GET.copy()
        query.clear()
        query["no"], query["again"] = case_no[:64], "1"
        return _private(HttpResponseRedirect(f"{address}?{query.urlencode()}"))
    try:
        sent = {k: str(v) for k, v in request.POST.items()}
    except UNREADABLE:
        sent = {}
    keep = {k: v for k, v in sent.items() if k != "csrfmiddlewaretoken" and len(v) <= 20_000}
    form = LookupForm(initial={"case_no": case_no[:64]})
    notice = _("30分钟没有操作，请再输一次查询码。您写的都在，输完就能接着提交；文件请再选一次。")
    return _lookup_page(request, form, notice=notice, keep=keep, status=403)


def _page(
    request: HttpRequest, case_no: str, *, action: str = "", form: JianyanForm | None = None,
    errors: list[tuple[str, str]] | None = None, kept: list[Attachment] | None = None, status: int = 200,
) -> HttpResponse:  # fmt: skip
    suggestion = track_page.load(case_no)
    if suggestion is None:
        raise Http404
    now = timezone.now()
    context = track_page.context(suggestion, at=now)
    if context["answers"]:
        delivering.seen(suggestion=suggestion, at=now)
    forms = {name: _form(name, suggestion) for name in FORMS} | ({action: form} if form else {})
    kept = kept or []
    context |= {
        "rating_form": forms["evaluate"],
        "supplement_form": forms["supplement"],
        "withdraw_form": forms["withdraw"],
        "errors": (errors or []) + (form.summary() if form is not None and form.is_bound else []),
        "kept": _("您写的都在，改好再提交就行。"),
        "done": done_words().get(request.GET.get("done", ""), ""),
        "kept_files": kept,
        "kept_token": signing.dumps([a.pk for a in kept], salt=_KEPT_SALT) if kept else "",
        "room": uploads.MAX_FILES - len(kept),
        "limits": files.limits(),
    }
    asks = action == "withdraw" or request.GET.get("act") == "withdraw"
    name = "withdraw" if asks and context["can_withdraw"] else "item"
    return render(request, f"suggestions/track/{name}.html", context, status=status)


# Acts


def _act(request: HttpRequest, case_no: str) -> HttpResponse:
    try:
        data = request.POST
        sent = request.FILES.getlist(files.FIELD)
    except UNREADABLE:
        text = _("这次送来的内容太大，没有收到。请少写一些，或者减少附件，再试一次。")
        return _page(request, case_no, errors=[("", text)], status=413)
    action = data.get("action", "")
    if action not in FORMS:
        return HttpResponseRedirect(reverse("suggestions:track_item", args=[case_no]))
    suggestion = track_page.load(case_no)
    if suggestion is None:
        raise Http404
    form = _form(action, suggestion, data)
    if csrf_fails(request):
        return _page(
            request,
            case_no,
            action=action,
            form=_form(action, suggestion, initial=_typed(data)),
            errors=[("", stale_message())],
            status=403,
        )
    kept, errors = _files(request, case_no, sent) if action == "supplement" else ([], [])
    if errors or not form.is_valid():
        return _page(
            request, case_no, action=action, form=form, errors=errors, kept=kept, status=422
        )
    try:
        _carry_out(request, action, suggestion, form, kept)
    except Invalid as invalid:
        form.take(invalid.errors)
        return _page(request, case_no, action=action, form=form, kept=kept, status=422)
    except DomainError as error:
        return _page(
            request,
            case_no,
            action=action,
            form=form,
            errors=[("", str(error))],
            kept=kept,
            status=409,
        )
    left = action == "withdraw" and suggestion.status != Case.WITHDRAWN
    done = "left" if left else action
    return HttpResponseRedirect(f"{reverse('suggestions:track_item', args=[case_no])}?done={done}")


def _form(
    action: str, suggestion: Suggestion, data: Any = None, *, initial: dict[str, Any] | None = None
) -> JianyanForm:
    if action == "evaluate":
        return RatingForm(data, initial=initial, suggestion=suggestion)
    return FORMS[action](data, initial=initial)


def _typed(data: QueryDict) -> dict[str, Any]:
    """What was sent, as a form shows it again: several choices of one name stay several."""
    return {name: data.getlist(name) if name == "reasons" else data[name] for name in data}


def _carry_out(
    request: HttpRequest,
    action: str,
    suggestion: Suggestion,
    form: JianyanForm,
    kept: list[Attachment],
) -> None:
    now, author = timezone.now(), Actor.author()
    if isinstance(form, RatingForm):
        evaluating.evaluate(
            suggestion=suggestion, actor=author, at=now, origin=client_ip(request), **form.values()
        )
    elif action == "supplement":
        intake.supplement(
            suggestion=suggestion,
            answer=form.cleaned_data["answer"],
            actor=author,
            at=now,
            attachments=kept,
        )
    elif action == "reopen_rating":
        evaluating.reopen(suggestion=suggestion, actor=author, at=now)
    else:
        reason = form.cleaned_data["reason"]
        withdrawing.withdraw(suggestion=suggestion, reason=reason, actor=author, at=now)


def _files(
    request: HttpRequest, case_no: str, sent: list[Any]
) -> tuple[list[Attachment], list[tuple[str, str]]]:
    """Files of an answer: those kept from an attempt that had an error, and the new ones."""
    try:
        held = signing.loads(request.POST.get(_KEPT, ""), salt=_KEPT_SALT, max_age=24 * 3600)
    except signing.BadSignature:
        held = []
    kept = list(Attachment.objects.filter(pk__in=held, suggestion=None, draft=None))
    errors: list[tuple[str, str]] = []
    for file in sent:
        taken, error = files.take_one(
            file,
            room=uploads.MAX_FILES - len(kept),
            caller=client_ip(request),
            origin=Attachment.Origin.SUPPLEMENT,
        )
        if taken is not None:
            kept.append(taken)
        if error:
            errors.append((files.FIELD, error))
    return kept, errors
