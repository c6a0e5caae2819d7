"""The author takes the item back (T18; process.md 9.4); where others joined in, it goes on without its author."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from suggestions import rules
from suggestions.actor import Actor
from suggestions.codes import NameDisplay
from suggestions.errors import NotAllowed, WrongState
from suggestions.models import Author, Suggestion
from suggestions.roles import AGENT_ROLES
from suggestions.services import publishing, transitions
from suggestions.states import Assignment as Part
from suggestions.states import Case, Visibility, find

REASON_MAX = 300
CONFIRMED_FOR = timedelta(hours=1)
"""How long an author's code, once given to an agent, stands for a withdrawal."""


def others_joined(suggestion: Suggestion) -> bool:
    """Whether somebody besides the author is for this item: co-signers, joint authors, authors of merged items."""
    return (
        suggestion.co_sign_count > 0
        or suggestion.merged_items.filter(status=Case.MERGED).exists()
        or suggestion.joint_authors.filter(
            confirmed_at__isnull=False, withdrawn_at__isnull=True
        ).exists()
    )


def withdraw(*, suggestion: Suggestion, reason: str, actor: Actor, at: datetime) -> Suggestion:
    """Take the item back, or, where others joined in, only its author out of it.

    An agent acts only on a code the author gave this very agent within the hour (process.md 3.3).
    Raises NotAllowed, WrongState.
    """
    if actor.role in AGENT_ROLES and not _author_confirmed(suggestion, actor, at):
        raise NotAllowed("撤回要建议人本人同意：请先请本人报验证码。")
    if find("withdraw", suggestion.status) is None:
        raise WrongState
    reason = rules.clean_text(reason)[:REASON_MAX]
    with transaction.atomic():
        if others_joined(suggestion):
            _leave(suggestion, reason, actor, at)
        else:
            _end(suggestion, reason, actor, at)
    return suggestion


def _author_confirmed(suggestion: Suggestion, actor: Actor, at: datetime) -> bool:
    return suggestion.author_codes.filter(
        purpose="withdraw",
        asked_by_id=actor.user.pk if actor.user else None,
        used_at__gte=at - CONFIRMED_FOR,
        used_at__lte=at,
    ).exists()


def _end(suggestion: Suggestion, reason: str, actor: Actor, at: datetime) -> None:
    """Units stop, the page goes."""
    transitions.apply(suggestion, "withdraw", actor=actor, at=at, reason=reason)
    done = (Part.RECALLED, Part.REASSIGNED, Part.ACCEPTED_BY_OFFICE)
    for assignment in suggestion.assignments.exclude(status__in=done).select_related("unit"):
        assignment.suggestion = suggestion
        transitions.apply(
            assignment, "recall", actor=Actor.system(), at=at, data={"unit": assignment.unit.short_name}
        )  # fmt: skip
    publishing.take_down(suggestion=suggestion, reason="withdrawn", actor=Actor.system(), at=at)


def _leave(suggestion: Suggestion, reason: str, actor: Actor, at: datetime) -> None:
    """The case goes on for the others: its author is no longer named, told, or asked to rate."""
    if suggestion.events.filter(name="author_left").exists():
        raise WrongState(_("您已经退出这件建议，不用再撤回。"))
    transitions.note(
        suggestion, "author_left", actor=actor, at=at, reason=reason, visibility=Visibility.AUTHOR,
        words="提出人退出，其余附议或并案的人的建议继续办理",
        fields={"name_display": NameDisplay.ANONYMOUS, "public_name": ""},
    )  # fmt: skip
    Author.objects.filter(suggestion=suggestion).update(
        name="", phone="", phone_hash="", email="", address="",
        contact_channel=Author.ContactChannel.NONE,
    )  # fmt: skip
    suggestion.consents.filter(withdrawn_at=None, kind="name").update(withdrawn_at=at)
