"""One item of my people's: where it stands, what to read out, and the acts of an agent on it. One address, one act a form."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from suggestions import access, uploads
from suggestions.actor import Actor
from suggestions.agent import common
from suggestions.agent import forms as f
from suggestions.agent.pages import done_words
from suggestions.clock import local_date
from suggestions.errors import DomainError
from suggestions.models import Suggestion
from suggestions.public import track_page
from suggestions.selectors import agents as selector
from suggestions.selectors import timeline
from suggestions.services import agent_relays, agents, identity, intake, mandates
from suggestions.states import AUTHOR, Case, Evaluation

Handler = Callable[[Suggestion, dict[str, Any], Actor, datetime], object]


def _supplement(item: Suggestion, said: dict[str, Any], actor: Actor, at: datetime) -> object:
    mandates.living(item, mandates.agent_id(actor), local_date(at))
    # The act is the author's, by the agent's hand.
    return intake.supplement(
        suggestion=item, answer=said["answer"], actor=Actor(AUTHOR, actor.user), at=at
    )


def _lay_down(item: Suggestion, said: dict[str, Any], actor: Actor, at: datetime) -> object:
    mandate = mandates.living(item, mandates.agent_id(actor), local_date(at))
    return mandates.lay_down(mandate=mandate, actor=actor, at=at, reason=said["reason"])


ACTS: dict[str, tuple[type[forms.Form], Handler]] = {
    "supplement": (f.SupplementForm, _supplement),
    "words": (
        f.WordsForm,
        lambda i, d, a, at: agents.record_evaluation(
            suggestion=i, overall=d["overall"], solved=d["solved"], words=d["words"], actor=a, at=at
        ),
    ),
    "duty": (
        f.DutyForm,
        lambda i, d, a, at: agents.log_duty(
            suggestion=i, duty=d["duty"], note=d["note"], actor=a, at=at
        ),
    ),
    "visit": (
        f.VisitForm,
        lambda i, d, a, at: agents.log_visit(
            suggestion=i, kind=d["kind"], on=d["on"], note=d["note"], actor=a, at=at
        ),
    ),
    "relay": (
        f.RelayForm,
        lambda i, d, a, at: agent_relays.ask(
            suggestion=i, to_level=d["to_level"], reason=d["reason"], actor=a, at=at
        ),
    ),
    "withdraw_ask": (
        f.WithdrawAskForm,
        lambda i, d, a, at: agents.ask_withdrawal(suggestion=i, reason=d["reason"], actor=a, at=at),
    ),
    "withdraw": (
        f.CodeForm,
        lambda i, d, a, at: agents.withdraw_with_code(suggestion=i, code=d["code"], actor=a, at=at),
    ),
    "lay_down": (f.LayDownForm, _lay_down),
}
"""Name of the act → its form and its service. What changes the case asks for the living mandate inside the service."""
_LEAVES = frozenset({"lay_down"})


def _make(act: str, actor: Actor, data: Any = None) -> forms.Form:
    form = ACTS[act][0]
    if form is f.RelayForm:
        return f.RelayForm(data, levels=agent_relays.higher_levels(actor.role))
    if form is f.VisitForm and data is None:
        return form(initial={"on": local_date(timezone.now())})
    return form(data)


@sensitive_post_parameters()
@common.agent_view
def item(request: HttpRequest, case_no: str) -> HttpResponse:
    """The item, if a living mandate opens it; 404 the day after, whatever link led here."""
    held = selector.load_my_case(request.user, case_no)
    if request.method != "POST":
        return _show(request, held)
    try:
        data, _files = request.POST, request.FILES
    except common.UNREADABLE:
        return common.too_much(request)
    act, actor, now = data.get("act", ""), common.actor(request), timezone.now()
    if act == "contact":
        return _contact(request, held)
    if act == "photo":
        return _photos(request, held, actor, now)
    if act not in ACTS:
        return redirect("agent:item", held.case_no)
    form = _make(act, actor, data)
    if form.is_valid():
        try:
            ACTS[act][1](held, form.cleaned_data, actor, now)
        except DomainError as error:
            common.show_errors(form, error)
        else:
            if act in _LEAVES:
                return redirect(f"{reverse('agent:home')}?done=laid_down")
            return redirect(f"{reverse('agent:item', args=[held.case_no])}?done={act}")
    held = selector.load_my_case(request.user, case_no)
    return _show(request, held, forms_held={act: form}, status=422)


def _contact(request: HttpRequest, held: Suggestion) -> HttpResponse:
    """Shown once, on this answer only; the reading is logged (process.md 2.2)."""
    form = f.RevealForm(request.POST)
    actor = access.may(request.user, "reveal_contact", held)
    contact: list[tuple[str, str]] | None = None
    if actor is None:
        form.is_valid()
        form.add_error(None, _("本人没有同意您看联系方式。需要联系，请打征集办公室电话转告。"))
    elif form.is_valid():
        try:
            contact = identity.read_contact(
                suggestion=held, reason=form.cleaned_data["reason"], actor=actor, at=timezone.now()
            )
        except DomainError as error:
            common.show_errors(form, error)
    status = 200 if contact is not None else 422
    return _show(request, held, forms_held={"contact": form}, contact=contact, status=status)


def _photos(request: HttpRequest, held: Suggestion, actor: Actor, now: datetime) -> HttpResponse:
    room = uploads.MAX_FILES - held.attachments.count()
    taken, refused = common.store(request, "photos", room=max(room, 0))
    try:
        if taken:
            agents.attach(suggestion=held, files=taken, actor=actor, at=now)
    except DomainError as error:
        refused.append(str(error))
    if taken and not refused:
        return redirect(f"{reverse('agent:item', args=[held.case_no])}?done=photo")
    problems = refused or [_("请选要传的照片。")]
    return _show(request, held, problems=problems, status=422)


def _show(
    request: HttpRequest, held: Suggestion, *, forms_held: dict[str, forms.Form] | None = None,
    contact: list[tuple[str, str]] | None = None, problems: list[str] | None = None, status: int = 200,
) -> HttpResponse:  # fmt: skip
    now, actor = timezone.now(), common.actor(request)
    today = local_date(now)
    made = {name: _make(name, actor) for name in ACTS} | {"contact": f.RevealForm()}
    given = forms_held or {}
    words, urgent = selector.what_to_do(held, today)
    open_code = held.author_codes.filter(
        purpose="withdraw", used_at=None, expires_at__gt=now, asked_by_id=request.user.pk
    ).exists()
    context = {
        "item": held,
        "act_words": words,
        "urgent": urgent,
        "turn": timeline.turn(held, at=now),
        "answers": track_page.answers(held, others=False),
        "entries": timeline.timeline(held, "author")[:12],
        "forms": {**made, **given},
        "opened": next(iter(given), ""),
        "problems": problems or [],
        "contact": contact,
        "consented": access.may(request.user, "reveal_contact", held) is not None,
        "mandate": mandates.living(held, mandates.agent_id(actor), today),
        "relays": selector.relays_of(request.user, held),
        "visits": selector.visits_on(held),
        "can_rate": held.evaluation_state == Evaluation.INVITED and held.status == Case.ANSWERED,
        "can_supplement": held.status == Case.SUPPLEMENT_REQUESTED,
        "supplement": getattr(held, "supplement", None),
        "can_withdraw": held.is_open or held.status == Case.ANSWERED,
        "code_sent": open_code,
        "can_relay": bool(agent_relays.higher_levels(actor.role)) and held.is_open,
        "note": done_words().get(request.GET.get("done", ""), ""),
    }
    return render(request, "suggestions/agent/item.html", context, status=status)
