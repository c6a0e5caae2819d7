"""The office's acts on one item, each a form on its own page: it works without scripts and keeps what was typed.

An act is offered and taken only when it is a row of states/ that leaves the item's present state for a role the user
holds on it. Somebody without the role gets 403, an item they may not read 404; neither changes anything.
"""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from suggestions import access
from suggestions.actor import Actor
from suggestions.clock import local_date
from suggestions.codes import COMPLAINT_ROUTE, NOT_ACCEPTED_WORDS, REFUSALS
from suggestions.desk import acts_office, acts_second, acts_units, common, forms
from suggestions.desk.acts_base import Act, Prepared, posted
from suggestions.desk.form_locks import FormLock
from suggestions.desk.item import around
from suggestions.errors import ChangedMeanwhile, DomainError, Invalid, WrongState
from suggestions.models import PendingDecision, Suggestion, TriageHint
from suggestions.selectors import casefile, queues, workload
from suggestions.services import assignment, deciding, hinting, intake, locks, triage
from suggestions.states import BY_NAME

if TYPE_CHECKING:
    from suggestions.desk.forms import ActForm


def _hints(item: Suggestion, kind: str) -> list[TriageHint]:
    return [h for h in hinting.ensure(suggestion=item, at=timezone.now()) if h.kind == kind]


def _prepare_accept(request: HttpRequest, item: Suggestion) -> Prepared:
    hints = _hints(item, TriageHint.Kind.TOPIC)
    topic = hints[0].value if hints else ""
    form = forms.AcceptForm(posted(request), item=item, topic_code=topic)
    return Prepared(form, {"hints": hints, "doubts": _hints(item, TriageHint.Kind.CATEGORY)})


def _accept(form: Any, item: Suggestion, actor: Actor, at: datetime) -> object:
    return triage.accept(suggestion=item, actor=actor, at=at, **form.cleaned_data)


def _prepare_supplement(request: HttpRequest, item: Suggestion) -> Prepared:
    return Prepared(forms.SupplementForm(posted(request), item=item), {})


def _request_supplement(form: Any, item: Suggestion, actor: Actor, at: datetime) -> object:
    return triage.request_supplement(suggestion=item, actor=actor, at=at, **form.cleaned_data)


def _prepare_answer(request: HttpRequest, item: Suggestion) -> Prepared:
    return Prepared(
        forms.AuthorsAnswerForm(posted(request), item=item),
        {"asked": getattr(item, "supplement", None)},
    )


def _supplement(form: Any, item: Suggestion, actor: Actor, at: datetime) -> object:
    return intake.supplement(suggestion=item, actor=actor, at=at, **form.cleaned_data)


def _prepare_redirect(request: HttpRequest, item: Suggestion) -> Prepared:
    hints = _hints(item, TriageHint.Kind.CATEGORY)
    hinted = hints[0].value if hints else ""
    form = forms.RedirectForm(posted(request), item=item, category=hinted)
    return Prepared(form, {"hints": hints, "targets": queues.redirect_targets(item, "")})


def _redirect(form: Any, item: Suggestion, actor: Actor, at: datetime) -> object:
    return _said(deciding.redirect(suggestion=item, actor=actor, at=at, **form.cleaned_data))


def _prepare_refuse(request: HttpRequest, item: Suggestion) -> Prepared:
    # "preview" shows the words without taking the step, so the form is bound in both cases.
    posted = request.POST if request.method == "POST" else None
    form = forms.RefuseForm(posted, item=item)
    reason = request.POST.get("reason", "")
    text = NOT_ACCEPTED_WORDS.get(reason, "")
    return Prepared(
        form,
        {
            "preview": f"{text}{request.POST.get('words', '').strip()[:500]}" if text else "",
            "wordings": [(str(r.label), NOT_ACCEPTED_WORDS[r]) for r in REFUSALS],
            "complaint_route": COMPLAINT_ROUTE,
            "office": item.jurisdiction,
        },
    )


def _refuse(form: Any, item: Suggestion, actor: Actor, at: datetime) -> object:
    return _said(deciding.refuse(suggestion=item, actor=actor, at=at, **form.cleaned_data))


def _said(proposal: PendingDecision | None) -> str | None:
    """What is only proposed was not told to the author yet."""
    return gettext("已提请另一位分办员复核，确认后才告知建议人。") if proposal else None


def _prepare_merge(request: HttpRequest, item: Suggestion) -> Prepared:
    near = _hints(item, TriageHint.Kind.SIMILAR)
    similar = [(h.value, f"{h.label}（{h.value}）") for h in near]
    return Prepared(forms.MergeForm(posted(request), item=item, similar=similar), {})


def _merge(form: Any, item: Suggestion, actor: Actor, at: datetime) -> object:
    assert actor.user is not None
    try:
        primary = access.load(actor.user, form.primary_number)
    except Http404 as error:
        raise Invalid({"number": ["没有这个编号的事项，或者不归您看。"]}) from error
    return triage.merge(
        suggestion=item, primary=primary, why=form.cleaned_data["why"], actor=actor, at=at
    )


def _prepare_dispatch(request: HttpRequest, item: Suggestion) -> Prepared:
    named = hinting.directory_unit(item)
    code = item.topic.code if item.topic else ""
    likely = hinting.unit_hints(item, code)
    lead = named[0].code if named else (likely[0][1].code if likely else "")
    basis = (named[1] or "派单目录") if named else ""
    form = forms.DispatchForm(posted(request), item=item, lead=lead, basis=basis)
    return Prepared(
        form,
        {
            "directory": named,
            "likely": [(h, u) for h, u in likely if not named or u.pk != named[0].pk],
        },
    )


def _dispatch(form: Any, item: Suggestion, actor: Actor, at: datetime) -> object:
    return assignment.dispatch(suggestion=item, actor=actor, at=at, **form.cleaned_data)


ACTS: dict[str, Act] = {
    "accept": Act(
        _("受理"), _("受理后建议人会收到通知，网站上显示受理单位。"), _("受理"), _("已受理，下一步是交办。"),
        _prepare_accept, _accept,
    ),
    "request_supplement": Act(
        _("请建议人补充"), _("补充只能请一次。等待期间时限暂停；到期没有补充，按现有内容继续。"), _("发给建议人"),
        _("已请建议人补充，时限暂停。"), _prepare_supplement, _request_supplement,
    ),
    "supplement": Act(
        _("代录建议人的补充"), _("建议人打电话或到窗口补充时，在这里记录。保存后时限继续。"), _("保存补充"),
        _("补充已记录，时限继续。"), _prepare_answer, _supplement,
    ),
    "redirect": Act(
        _("指引其他渠道"), _("不属于建议的事项，告诉建议人该去哪里、依据是什么、怎么联系。内容不公开。"), _("告知建议人"),
        _("已告知建议人该去的渠道。"), _prepare_redirect, _redirect,
    ),
    "refuse": Act(
        _("不予受理"), _("理由会原样告诉建议人，并附上请人复看的办法。"), _("不予受理并告知"), _("已不予受理，理由已告知建议人。"),
        _prepare_refuse, _refuse,
    ),
    "merge": Act(
        _("并案"), _("并入已受理或已答复的同一件事。建议人保留自己的编号，答复时同样答复他。"), _("并案"), _("已并案。"),
        _prepare_merge, _merge,
    ),
    "dispatch": Act(
        _("交办"), _("一个主办单位，可以有几个协办单位。单位要在1个工作日内签收。"), _("交办"), _("已交办，等单位签收。"),
        _prepare_dispatch, _dispatch,
    ),
    **acts_second.ACTS,
    **acts_office.ACTS,
    **acts_units.ACTS,
}  # fmt: skip
OFFERED = (*acts_second.ACTS, *acts_office.ACTS, *acts_units.ACTS)
"""Acts the panel of this area offers (desk/pipeline_panel.py); the first ones are offered by selectors/casefile."""


def actor_of(user: Any, name: str, item: Suggestion) -> Actor | None:
    """The user as the one who does this act on the item, or None."""
    chosen = ACTS[name]
    return chosen.allow(user, item) if chosen.allow else access.may_transition(user, name, item)


def why_not(name: str, item: Suggestion, actor: Actor) -> str:
    """Why the act cannot be done now; "" when it can."""
    chosen = ACTS[name]
    if chosen.allow is None and item.status not in BY_NAME[name].from_:
        return gettext("这件建议现在是“%(state)s”，不能%(act)s。") % {
            "state": item.get_status_display(),
            "act": chosen.heading,
        }
    if why := casefile.hindrance(name, item):
        return why
    return chosen.why_not(item, actor) if chosen.why_not else ""


@common.desk_view()
def act(request: HttpRequest, case_no: str, act: str) -> HttpResponse:
    chosen = ACTS.get(act)
    if chosen is None:
        raise Http404
    item = common.load(request, case_no)
    actor = actor_of(request.user, act, item)
    if actor is None:
        return common.refused(request, needed=chosen.roles or BY_NAME[act].roles)
    queue = common.queue_of(request)
    why = why_not(act, item, actor)
    sent = request.method == "POST" and "preview" not in request.POST
    if why and not sent:
        messages.error(request, why)
        return redirect(common.item_address(item.case_no, queue))
    prepared = chosen.prepare(request, item)
    form, status = prepared.form, 200
    lock = None if why else FormLock(request, item, actor, act)
    if sent:
        said = None
        if why:
            # Somebody was first: what was typed stays, and the page says who did what.
            form.is_valid()
            meanwhile = _meanwhile(request, item)
            first = gettext("刚才有人处理了这件建议，您填的内容还在。") if meanwhile else ""
            form.add_error(None, f"{first}{why}{meanwhile}")
        elif lock is not None and lock.problem:
            form.is_valid()
            form.add_error(None, lock.problem)
        elif form.is_valid():
            said = _take(request, chosen, form, item, actor)
        if said is not None:
            locks.release(suggestion=item, actor=actor)
            workload.forget_menu_counts(request.user)
            messages.success(request, f"{item.case_no}：{said}")
            return redirect(common.item_address(item.case_no, queue))
        status = 422
    today = local_date(timezone.now())
    return common.page(
        request,
        chosen.template or f"suggestions/desk/act_{act}.html",
        title=str(chosen.heading),
        crumbs=[(item.case_no, common.item_address(item.case_no, queue))],
        status=status,
        item=item,
        act=chosen,
        act_url=reverse("desk:act", args=[item.case_no, act]),
        item_url=common.item_address(item.case_no, queue),
        form=form,
        **(lock.context() if lock else {}),
        due=queues.due_words(item, today=today),
        age=queues.age_words(item, today=today),
        original=casefile.original(request.user, item),
        **prepared.context,
        **around(request, item, queue),
    )


def _take(
    request: HttpRequest, chosen: Act, form: "ActForm", item: Suggestion, actor: Actor
) -> str | None:
    """Call the service and say what became of it; what it refuses goes into the form, where everything typed stands."""
    try:
        if request.POST.get("version", "") not in ("", str(item.version)):
            raise ChangedMeanwhile(
                gettext("刚才有人处理了这件建议，您填的内容还在。看清楚后要照办，请再交一次。")
            )
        result = chosen.perform(form, item, actor, timezone.now())
    except DomainError as error:
        common.show_errors(form, error)
        if isinstance(error, ChangedMeanwhile | WrongState):
            said = _meanwhile(request, item)
            if said:
                form.add_error(None, said)
        return None
    return result if isinstance(result, str) else str(chosen.done)


def _meanwhile(request: HttpRequest, item: Suggestion) -> str:
    """Who did what since the form was opened, by the version it carries; "" when that is not to be known."""
    opened = request.POST.get("version", "")
    known = int(opened) if opened.isdecimal() and len(opened) < 9 else item.version
    said = locks.who_acted(item, since_version=known)
    return gettext("刚才：%(said)s。") % {"said": said} if said else ""
