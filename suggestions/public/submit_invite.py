"""/submit/?invite=TOKEN: the way in for the invited, open until the end of the deadline's day (process.md 3.1)."""

from contextlib import suppress
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from suggestions.actor import Actor
from suggestions.errors import DomainError
from suggestions.models import Invitation
from suggestions.public import submit_steps
from suggestions.services import inviting


def of_draft(answers: dict[str, Any]) -> Invitation | None:
    """The invitation a draft was begun with, open or not; None without one."""
    return inviting.find(str(answers.get("invite", "")))


def context(token: str) -> dict[str, Any]:
    """What the first page shows of an invitation: whose words, until when, or why it is closed. Marks it opened."""
    if not token:
        return {}
    held, now = inviting.find(token), timezone.now()
    if held is None:
        return {"invite_unknown": True}
    closed = inviting.closed_because(held, at=now)
    if not closed:
        # Opened in two windows at once, it is open all the same.
        with suppress(DomainError):
            inviting.opened(invitation=held, at=now)
    return {"invite": held, "invite_closed": closed, "invite_token": "" if closed else token}


def decline(request: HttpRequest, token: str) -> HttpResponse | None:
    """ "不参加": recorded, and thanked for. None when the token is no open invitation."""
    held, now = inviting.find(token), timezone.now()
    if held is None or inviting.closed_because(held, at=now):
        return None
    try:
        inviting.decline(invitation=held, actor=Actor.author(), at=now)
    except DomainError:
        return None
    return render(request, "suggestions/submit/declined.html", {"invite": held})


def campaign(answers: dict[str, Any]) -> Any:
    """The campaign a draft answers: its invitation's, or the one it was begun from."""
    held = of_draft(answers)
    return held.campaign if held is not None else submit_steps.campaign_of(answers.get("campaign"))
