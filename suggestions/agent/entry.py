"""Entry on behalf in one page, the receipt to hand over, and the author's yes (process.md 3.2, 3.3; XF 19)."""

from datetime import timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from suggestions import numbers, rules, uploads
from suggestions.agent import common, drafts
from suggestions.agent.forms import CodeForm, EntryForm, TakeForm, default_end
from suggestions.agent.pages import done_words
from suggestions.clock import local_date
from suggestions.codes import Channel
from suggestions.errors import DomainError, IdempotencyConflict
from suggestions.guards import ratelimit
from suggestions.guards.address import client_ip
from suggestions.models import AgentMandate, AuthorCode, Jurisdiction, Suggestion
from suggestions.public import track_pass
from suggestions.public.receipt import qr_code
from suggestions.selectors import agents as selector
from suggestions.services import agent_codes, agents, mandates
from suggestions.services.intake import Submission
from suggestions.states.mandate import Mandate

SHOWN_MINUTES = 30
"""How long a receipt that was never opened still waits for whoever entered the item, for instance after a broken line."""
_UNSEEN = "agent_receipts"
"""Session key: items entered here whose receipt was not opened yet. The codes themselves are kept nowhere."""
_MORE = ("age_band", "guardian_name", "guardian_phone", "guardian_consent", "joint")


def _place(request: HttpRequest) -> Jurisdiction:
    role = common.agent_role(request)
    assert role is not None  # agent_view lets nobody else in
    return role.jurisdiction


def _periods(request: HttpRequest) -> list[AgentMandate]:
    return list(selector.period_mandates(request.user, on=local_date(timezone.now())))


def _labels(held: list[AgentMandate]) -> list[tuple[str, str]]:
    return [
        (
            str(m.pk),
            _("%(no)s那位的委托，到%(day)s")
            % {"no": m.links.all()[0].suggestion.case_no, "day": m.ends_on},
        )
        for m in held
        if m.links.all()
    ]


@sensitive_post_parameters()
@common.agent_view
def new(request: HttpRequest) -> HttpResponse:
    """One page. Whatever comes after, the words are kept first; sent again after a broken line, it gives the same receipt."""
    place, periods = _place(request), _periods(request)
    draft = drafts.find(request)
    if request.method != "POST":
        return _show(request, _fresh(request, place, periods), draft, key=_key_of(draft))
    try:
        data, _sent = request.POST, request.FILES
    except common.UNREADABLE:
        return common.too_much(request)
    if data.get("action") == "fresh":
        if draft is not None:
            drafts.discard(draft)
        return redirect("agent:new")
    key = drafts.clean_key(data.get("key", ""))
    if done := _already(request, key, data):
        return done
    typed = {n: str(data.get(n, "")) for n in EntryForm.base_fields}
    draft = drafts.save(request, place, key, typed)
    refused = _keep_files(request, draft)
    if data.get("action") == "keep" and not refused:
        return redirect(f"{reverse('agent:home')}?done=kept")
    form = EntryForm(data, place=place, under=_labels(periods))
    for message in refused:
        form.add_error(None, message)
    if form.is_valid():
        try:
            made = _enter(request, form, place, periods, draft, key)
        except IdempotencyConflict as error:
            if done := _already(request, key, data):
                return done
            common.show_errors(form, error)
        except DomainError as error:
            common.show_errors(form, error)
        else:
            draft.delete()
            item = made.receipt.suggestion
            if made.receipt.created:
                # Before the redirect: when the line breaks now, the receipt still waits.
                request.session[_UNSEEN] = [*request.session.get(_UNSEEN, [])[-9:], item.pk]
            return redirect("agent:receipt", item.case_no)
    return _show(request, form, draft, key=key, status=422)


def _key_of(draft: Any) -> str:
    return draft.idempotency_key.rpartition(":")[2] if draft is not None else drafts.new_key()


def _fresh(request: HttpRequest, place: Jurisdiction, periods: list[AgentMandate]) -> EntryForm:
    today = local_date(timezone.now())
    initial = {"ends_on": default_end(today), **drafts.answers(drafts.find(request))}
    return EntryForm(place=place, under=_labels(periods), initial=initial)


def _already(request: HttpRequest, key: str, data: Any) -> HttpResponse | None:
    """The receipt of this very form, when it had arrived before the line broke."""
    held = Suggestion.objects.filter(idempotency_key=drafts.full_key(request, key)).first()
    if held is None:
        return None
    said = (
        rules.clean_text(data.get("title", ""), multiline=False),
        rules.clean_text(data.get("problem", "")),
    )
    if said != (held.original_title, held.original_problem):
        return render(request, "suggestions/agent/already.html", {"item": held}, status=409)
    draft = drafts.find(request)
    if draft is not None and draft.idempotency_key == held.idempotency_key:
        draft.delete()
    return redirect("agent:receipt", held.case_no)


def _keep_files(request: HttpRequest, draft: Any) -> list[str]:
    paper, others = drafts.files(draft)
    taken, refused = common.store(request, "paper", room=1, draft=draft)
    if taken:
        drafts.mark_paper(draft, taken[0])
    room = uploads.MAX_FILES - len(others) - (1 if paper or taken else 0)
    _more, more_refused = common.store(request, "photos", room=room, draft=draft)
    return [*refused, *more_refused]


def _enter(
    request: HttpRequest,
    form: EntryForm,
    place: Jurisdiction,
    periods: list[AgentMandate],
    draft: Any,
    key: str,
) -> agents.Entered:
    held = form.cleaned_data
    paper, others = drafts.files(draft)
    under = next((m for m in periods if str(m.pk) == held.get("under")), None)
    same = ("title", "problem", "proposal", "district", "place", "name", "phone", "publish_consent")
    now = timezone.now()
    return agents.enter_on_behalf(
        submission=Submission(
            **{n: held[n] for n in same}, **form.people(), channel=Channel.AGENT,
            attachments=tuple([paper, *others] if paper else others),
        ),
        jurisdiction=place,
        terms=mandates.Terms(
            ends_on=held["ends_on"] or local_date(now), scope=held["scope"] or AgentMandate.Scope.CASE,
            contact_consent=held["contact_consent"], paper=paper,
        ),
        actor=common.actor(request), idempotency_key=drafts.full_key(request, key), at=now, visit=held["visit"], under=under,
    )  # fmt: skip


def _show(
    request: HttpRequest, form: EntryForm, draft: Any, *, key: str, status: int = 200
) -> HttpResponse:
    paper, others = drafts.files(draft)
    context = {
        "form": form, "key": key, "paper": paper, "photos": others, "draft": draft,
        "said": [form[n] for n in ("title", "problem", "proposal", "district", "place")],
        "who": [form[n] for n in ("name", "phone", "publish_consent", "visit")],
        "more": [form[n] for n in _MORE],
        "more_open": any(form[n].errors or form[n].value() for n in _MORE),
        "agreed": [form[n] for n in ("under", "scope", "ends_on", "contact_consent") if n in form.fields],
        "sure": [form[n] for n in ("told_rules", "read_back")],
    }  # fmt: skip
    return render(request, "suggestions/agent/new.html", context, status=status)


@common.agent_view
def receipt(request: HttpRequest, case_no: str) -> HttpResponse:
    """What to hand over. The query code and the receipt's address are shown once, at the first look; they are the
    author's, and the agent keeps neither. With the end of the mandate the page ends too.
    """
    item = (
        Suggestion.objects.filter(case_no=case_no, entered_by_id=request.user.pk)
        .select_related("jurisdiction", "author")
        .first()
    )
    mandate = (
        item.mandates.filter(agent_id=request.user.pk).order_by("-pk").first() if item else None
    )
    waits = mandate is not None and mandate.status == Mandate.AWAITING
    lives = mandate is not None and mandate.lives(local_date(timezone.now()))
    if item is None or not (waits or lives):
        raise Http404
    token = _first_look(request, item)
    address = request.build_absolute_uri(reverse("suggestions:receipt", args=[token or "x"]))
    context = {
        "item": item,
        "code": numbers.query_code_on_receipt(token, item.query_code_hash) if token else "",
        "qr": qr_code(address) if token else None,
        "mandate": mandate,
        "waits": waits,
        "track_url": request.build_absolute_uri(reverse("suggestions:track")),
        "reachable": agent_codes.reachable(item),
    }
    return render(request, "suggestions/agent/receipt.html", context)


def _first_look(request: HttpRequest, item: Suggestion) -> str:
    """The receipt's token, once and soon after the entry; "" ever after."""
    unseen = request.session.get(_UNSEEN, [])
    if item.pk not in unseen:
        return ""
    request.session[_UNSEEN] = [pk for pk in unseen if pk != item.pk]
    if timezone.now() - item.created_at > timedelta(minutes=SHOWN_MINUTES):
        return ""
    tokens = numbers.possible_receipt_tokens(item.idempotency_key)
    return next((t for t in tokens if numbers.query_code_on_receipt(t, item.query_code_hash)), "")


@sensitive_post_parameters()
@common.agent_view
def take(request: HttpRequest) -> HttpResponse:
    """Take over what somebody filed alone: they tell number and query code, and that is their yes."""
    form = TakeForm(initial={"ends_on": default_end(local_date(timezone.now()))})
    status = 200
    if request.method == "POST":
        form, status = TakeForm(request.POST), 422
        if form.is_valid():
            if not ratelimit.hit("track", client_ip(request)).allowed:
                form.add_error(None, _("试得太频繁了，请过几分钟再试。"))
                status = 429
            else:
                taken = _take(request, form)
                if taken is not None:
                    return redirect(f"{reverse('agent:item', args=[taken.case_no])}?done=taken")
    return render(request, "suggestions/agent/take.html", {"form": form}, status=status)


def _take(request: HttpRequest, form: TakeForm) -> Suggestion | None:
    held = form.cleaned_data
    proved = track_pass.prove(held["case_no"], held["query_code"])
    item = (
        Suggestion.objects.select_related("jurisdiction", "author")
        .filter(pk=proved.pk, jurisdiction__path__startswith=_place(request).path)
        .first()
        if proved is not None
        else None
    )
    if item is None:
        form.add_error("query_code", _("编号和查询码对不上，请照着回执再看一遍。"))
        return None
    terms = mandates.Terms(ends_on=held["ends_on"], contact_consent=held["contact_consent"])
    try:
        mandates.take_case(
            suggestion=item, terms=terms, actor=common.actor(request), at=timezone.now()
        )
    except DomainError as error:
        common.show_errors(form, error)
        return None
    return item


@sensitive_post_parameters()
@common.agent_view
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """The author's yes for a mandate that awaits it: six digits, or a photo of the signed paper."""
    mandate = (
        selector.mandates_of(request.user)
        .select_related("agent", "jurisdiction")
        .filter(pk=pk)
        .first()
    )
    link = mandate.links.select_related("suggestion__author").first() if mandate else None
    if mandate is None or link is None:
        raise Http404
    item, now, actor = link.suggestion, timezone.now(), common.actor(request)
    form, status = CodeForm(), 200
    if request.method == "POST":
        form, status = CodeForm(request.POST), 422
        act = request.POST.get("act", "")
        try:
            if act == "send":
                form = CodeForm()
                agent_codes.ask(
                    mandate=mandate,
                    suggestion=item,
                    purpose=AuthorCode.Purpose.MANDATE,
                    actor=actor,
                    at=now,
                )
                return redirect(f"{reverse('agent:confirm', args=[pk])}?done=sent")
            if act == "paper":
                form = CodeForm()
                taken, refused = common.store(request, "paper", room=1)
                if taken:
                    mandates.confirm_by_paper(mandate=mandate, scan=taken[0], actor=actor, at=now)
                    return redirect(f"{reverse('agent:item', args=[item.case_no])}?done=confirmed")
                form.error_shown = refused or [_("请拍下签了字的委托书。")]  # type: ignore[attr-defined]
            elif form.is_valid():
                mandates.confirm_by_code(
                    mandate=mandate, code=form.cleaned_data["code"], actor=actor, at=now
                )
                return redirect(f"{reverse('agent:item', args=[item.case_no])}?done=confirmed")
        except common.UNREADABLE:
            return common.too_much(request)
        except DomainError as error:
            if form.is_bound:
                common.show_errors(form, error)
            else:
                form.error_shown = [str(error)]  # type: ignore[attr-defined]
    context = {
        "form": form, "mandate": mandate, "item": item, "reachable": agent_codes.reachable(item),
        "note": done_words().get(request.GET.get("done", ""), ""),
        "problems": getattr(form, "error_shown", []),
    }  # fmt: skip
    return render(request, "suggestions/agent/confirm.html", context, status=status)
