"""Triage in the collection office: accept, ask, point elsewhere, refuse, merge (process.md 4.1 T3 to T8).

What a second person has to look at is in `deciding`, merging in `merging`; this module is the door to all of them.
"""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.db import transaction

from suggestions import rules
from suggestions.actor import Actor
from suggestions.codes import Category, Urgency
from suggestions.errors import DomainError, Invalid
from suggestions.models import (
    District,
    RedirectTarget,
    Suggestion,
    SupplementRequest,
    Topic,
    TriageHint,
)
from suggestions.services import deciding, hinted, merging, publishing, transitions, urgent

ASKED_ONCE = "已经请建议人补充过一次。补充只能请一次，请按现有内容处理。"


def accept(
    *,
    suggestion: Suggestion,
    topic: Topic,
    actor: Actor,
    at: datetime,
    urgency: str = Urgency.NORMAL,
    district: District | None = None,
    tags: Iterable[str] = (),
    category: str = Category.SUGGESTION,
) -> Suggestion:
    """Take an item in as a suggestion (T5; XF 29) and queue its page when the author agreed to one.

    `category`: what else this office answers itself (`handled_categories`); such an item gets K7c or K7d when it is
    dispatched and never a page. Raises Invalid({"category": …}) for what has its own channel. Source: process.md 1; GD.
    """
    if category not in handled_categories():
        raise Invalid({"category": ["这一类不由本办公室办理，请指引到它的渠道。"]})
    fields = {
        "category": category, "topic": topic, "urgency": urgency, "accepted_at": at,
        "district": district or suggestion.district,
    }  # fmt: skip
    deciding.ensure_none_pending(suggestion)
    with transitions.act(suggestion):
        transitions.apply(
            suggestion, "accept", actor=actor, at=at, fields=fields,
            data={"office": suggestion.jurisdiction.office_name, "topic": topic.code, "urgency": str(urgency)},
        )  # fmt: skip
        wanted = [t.strip() for t in tags if t.strip()]
        if wanted:
            suggestion.tags.set(wanted)
        kind = TriageHint.Kind
        # Taken in by itself: for now it is none of its look-alikes. A merge later corrects this.
        choices: dict[str, str] = {
            kind.TOPIC: topic.code,
            kind.CATEGORY: category,
            kind.SIMILAR: "",
        }
        hinted.note_choices(suggestion, choices, at=at)
        if category == Category.SUGGESTION:
            publishing.queue(suggestion=suggestion, at=at)
        if urgency != Urgency.NORMAL:
            urgent.alert(suggestion=suggestion, level=urgency, actor=actor, at=at)
    return suggestion


def handled_categories() -> list[str]:
    """What this office takes in: suggestions, and the consultations or complaints it answers itself (HANDLED_CATEGORIES)."""
    more = (Category.CONSULTATION, Category.APPEAL_CLAIM)
    return [str(Category.SUGGESTION), *(str(c) for c in more if c in settings.HANDLED_CATEGORIES)]


def request_supplement(
    *, suggestion: Suggestion, asked: str, actor: Actor, at: datetime
) -> Suggestion:
    """Ask once, for everything that is missing (T3). A second request is refused: decide on what is there."""
    asked = rules.clean_text(asked)
    if not asked:
        raise Invalid({"asked": ["请写清楚要建议人补充什么。"]})
    if SupplementRequest.objects.filter(suggestion=suggestion).exists():
        raise DomainError(ASKED_ONCE)
    deciding.ensure_none_pending(suggestion)
    with transaction.atomic():
        transitions.apply(
            suggestion,
            "request_supplement",
            actor=actor,
            at=at,
            reason=asked,
            data={"asked": asked},
        )
        SupplementRequest.objects.create(suggestion=suggestion, asked=asked, asked_at=at)
    return suggestion


def redirect(
    *,
    suggestion: Suggestion,
    category: str,
    target: RedirectTarget,
    words: str,
    actor: Actor,
    at: datetime,
) -> Suggestion:
    """Point what is not a suggestion to its lawful channel, or propose it to a second person (`deciding.redirect`)."""
    deciding.redirect(
        suggestion=suggestion, category=category, target=target, words=words, actor=actor, at=at
    )
    return suggestion


def refuse(
    *, suggestion: Suggestion, reason: str, words: str, actor: Actor, at: datetime
) -> Suggestion:
    """Decline an item, or propose it to a second person (`deciding.refuse`)."""
    deciding.refuse(suggestion=suggestion, reason=reason, words=words, actor=actor, at=at)
    return suggestion


merge = merging.merge
