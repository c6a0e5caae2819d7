"""Requests from the level below: answer within two working days, press the unit (process.md 3.3)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from suggestions.agent import common
from suggestions.agent.forms import AnswerForm, PressForm
from suggestions.agent.pages import done_words
from suggestions.clock import local_date
from suggestions.errors import DomainError
from suggestions.selectors import agents as selector
from suggestions.services import agent_relays
from suggestions.states import WITH_UNITS
from suggestions.states.relay import Relay


@common.agent_view
def relays(request: HttpRequest) -> HttpResponse:
    """Open requests within reach by due date, then the last answered ones. A fixed number of queries."""
    today = local_date(timezone.now())
    reach = selector.relays_to(request.user, on=today)
    context = {
        "waiting": list(reach.filter(status=Relay.OPEN).order_by("due_on", "pk")[:60]),
        "done": list(reach.filter(status=Relay.ANSWERED).order_by("-answered_at")[:10]),
        "today": today,
    }
    return render(request, "suggestions/agent/relays.html", context)


@common.agent_view
def relay(request: HttpRequest, pk: int) -> HttpResponse:
    """One request. The higher agent sees what the first agent wrote, the number and the unit; never the author."""
    now = timezone.now()
    held = selector.load_relay(request.user, pk, on=local_date(now))
    actor = common.actor(request, held.to_level)
    answer, press, status = AnswerForm(), PressForm(), 200
    if request.method == "POST":
        status, act = 422, request.POST.get("act", "")
        form = answer = AnswerForm(request.POST) if act == "answer" else answer
        if act == "press":
            form = press = PressForm(request.POST)  # type: ignore[assignment]
        if form.is_bound and form.is_valid():
            try:
                if act == "answer":
                    agent_relays.answer(
                        relay=held, answer=form.cleaned_data["answer"], actor=actor, at=now
                    )
                else:
                    agent_relays.press(
                        relay=held, words=form.cleaned_data["words"], actor=actor, at=now
                    )
                return redirect(f"{reverse('agent:relay', args=[pk])}?done={act}")
            except DomainError as error:
                common.show_errors(form, error)
    context = {
        "relay": held,
        "item": held.suggestion,
        "answer": answer,
        "press": press,
        "open": held.status == Relay.OPEN,
        "can_press": held.suggestion.status in WITH_UNITS
        and held.status in (Relay.OPEN, Relay.ANSWERED),
        "today": local_date(now),
        "note": done_words().get(request.GET.get("done", ""), ""),
    }
    return render(request, "suggestions/agent/relay.html", context, status=status)
