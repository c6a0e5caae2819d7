"""Giving an item to one officer of the office, and adding tags: small acts that change no state but are events."""

from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction

from suggestions import access, outbox, rules
from suggestions.actor import Actor
from suggestions.errors import DomainError, Invalid
from suggestions.models import CaseOfficer, StaffRole, Suggestion
from suggestions.roles import Role
from suggestions.services import transitions
from suggestions.states import OPEN

TAG_MAX = 20


def candidates(jurisdiction_ids: set[int]) -> Any:
    """Triage officers of these jurisdictions, as a queryset of users."""
    roles = StaffRole.objects.filter(role=Role.TRIAGE_OFFICER, jurisdiction_id__in=jurisdiction_ids)
    return get_user_model().objects.filter(pk__in=roles.values("user_id"), is_active=True).order_by("username")  # fmt: skip


def give(*, suggestion: Suggestion, officer: Any, actor: Actor, at: datetime) -> bool:
    """Give an open item to an officer who may read it and tell them; False when it is theirs already.

    Raises DomainError (closed, or no officer of the item's).
    """
    if suggestion.status not in OPEN:
        raise DomainError("这件已经办完，不用再分。")
    if access.actor_for(officer, suggestion, [Role.TRIAGE_OFFICER]) is None:
        raise DomainError("这位同事不是这件建议的分办员，或者要回避。")
    with transaction.atomic():
        held = CaseOfficer.objects.filter(suggestion=suggestion).first()
        if held is not None and held.user_id == officer.pk:
            return False
        event = transitions.note(
            suggestion, "officer_given", actor=actor, at=at, words=f"分给{officer}办理", data={"officer": officer.pk},
        )  # fmt: skip
        CaseOfficer.objects.update_or_create(
            suggestion=suggestion, defaults={"user": officer, "since": at}
        )
        if actor.user is None or actor.user.pk != officer.pk:
            outbox.enqueue(
                outbox.STAFF_NOTICE,
                {"code": "staff.given", "suggestion": suggestion.pk, "event": event.pk, "users": [officer.pk]},
                key=f"staff.given:{suggestion.pk}:{event.seq}",
            )  # fmt: skip
    return True


def add_tag(*, suggestion: Suggestion, tag: str, actor: Actor, at: datetime) -> bool:
    """Add one tag; False when it is there already. Raises Invalid (tag)."""
    tag = rules.clean_text(tag, multiline=False).strip()
    if not tag or len(tag) > TAG_MAX:
        raise Invalid({"tag": [f"标签要有字，最多{TAG_MAX}个字。"]})
    with transaction.atomic():
        if suggestion.tags.filter(name=tag).exists():
            return False
        transitions.note(suggestion, "tag_added", actor=actor, at=at, words=f"加了标签“{tag}”", data={"tag": tag})  # fmt: skip
        suggestion.tags.add(tag)
    return True
