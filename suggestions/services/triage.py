"""Triage in the collection office: accept, ask, point elsewhere, refuse, merge (process.md 4.1 T3 to T8)."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from suggestions import rules
from suggestions.actor import Actor
from suggestions.codes import (
    COMPLAINT_ROUTE,
    NOT_ACCEPTED_WORDS,
    Category,
    NotAcceptedReason,
    Urgency,
)
from suggestions.errors import DomainError, Invalid
from suggestions.models import (
    District,
    RedirectTarget,
    Suggestion,
    SupplementRequest,
    Topic,
    TriageHint,
)
from suggestions.services import publishing, transitions
from suggestions.states import DONE, WITH_UNITS, Case


def accept(
    *,
    suggestion: Suggestion,
    topic: Topic,
    actor: Actor,
    at: datetime,
    urgency: str = Urgency.NORMAL,
    district: District | None = None,
    tags: Iterable[str] = (),
) -> Suggestion:
    """Take an item in as a suggestion (T5; XF 29) and queue its page when the author agreed to one."""
    fields = {
        "category": Category.SUGGESTION, "topic": topic, "urgency": urgency, "accepted_at": at,
        "district": district or suggestion.district,
    }  # fmt: skip
    with transaction.atomic():
        transitions.apply(
            suggestion, "accept", actor=actor, at=at, fields=fields,
            data={"office": suggestion.jurisdiction.office_name, "topic": topic.code, "urgency": str(urgency)},
        )  # fmt: skip
        wanted = [t.strip() for t in tags if t.strip()]
        if wanted:
            suggestion.tags.set(wanted)
        _note_choice(suggestion, TriageHint.Kind.TOPIC, topic.code)
        _note_choice(suggestion, TriageHint.Kind.CATEGORY, Category.SUGGESTION)
        publishing.queue(suggestion=suggestion, at=at)
    return suggestion


def request_supplement(
    *, suggestion: Suggestion, asked: str, actor: Actor, at: datetime
) -> Suggestion:
    """Ask once, for everything that is missing (T3). A second request is refused: decide on what is there."""
    asked = rules.clean_text(asked)
    if not asked:
        raise Invalid({"asked": ["请写清楚要建议人补充什么。"]})
    if SupplementRequest.objects.filter(suggestion=suggestion).exists():
        raise DomainError("已经请建议人补充过一次。补充只能请一次，请按现有内容处理。")
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
    """Point what is not a suggestion to its lawful channel (T6; XF 22, 28; SH 10). Never swallowed, never public."""
    if category == Category.SUGGESTION:
        raise Invalid({"category": ["建议意见类不能指引到其他渠道，请受理或说明不予受理的理由。"]})
    if category not in target.categories:
        raise Invalid(
            {"target": [f"“{target.name}”不办理{Category(category).label}，请选别的渠道。"]}
        )
    with transaction.atomic():
        transitions.apply(
            suggestion, "redirect", actor=actor, at=at,
            reason=words.strip() or str(target.legal_basis) or str(target.name),
            fields={"category": category, "redirect_target": target},
            data={"category": str(Category(category).label), "target": target.name, "basis": target.legal_basis},
        )  # fmt: skip
        _note_choice(suggestion, TriageHint.Kind.CATEGORY, category)
    return suggestion


def refuse(
    *, suggestion: Suggestion, reason: str, words: str, actor: Actor, at: datetime
) -> Suggestion:
    """Decline an item with a coded reason, said in plain words, and the way to have it looked at again (T7)."""
    if reason not in NotAcceptedReason.values:
        raise Invalid({"reason": ["请选一个不予受理的理由。"]})
    text = NOT_ACCEPTED_WORDS[reason] + (f"{words.strip()}" if words.strip() else "")
    transitions.apply(
        suggestion, "refuse", actor=actor, at=at, reason=text,
        fields={"not_accepted_reason": reason},
        data={"reason": reason, "reason_text": text, "complaint_route": COMPLAINT_ROUTE},
    )  # fmt: skip
    return suggestion


def merge(
    *, suggestion: Suggestion, primary: Suggestion, why: str, actor: Actor, at: datetime
) -> Suggestion:
    """Handle an item under another one of the same substance (T8). Its author keeps number, notices and rating."""
    if primary.pk == suggestion.pk:
        raise Invalid({"primary": ["不能并到自己。"]})
    if primary.jurisdiction_id != suggestion.jurisdiction_id:
        raise Invalid({"primary": ["主件不在本辖区。"]})
    if primary.status not in {Case.ACCEPTED, *WITH_UNITS, *DONE}:
        raise Invalid(
            {
                "primary": [
                    f"主件{primary.case_no}现在是“{primary.get_status_display()}”，不能并入。"
                ]
            }
        )
    transitions.apply(
        suggestion, "merge", actor=actor, at=at, reason=why, fields={"primary": primary},
        data={"primary": primary.case_no},
    )  # fmt: skip
    _note_choice(suggestion, TriageHint.Kind.SIMILAR, primary.case_no)
    return suggestion


def _note_choice(suggestion: Suggestion, kind: str, chosen: str) -> None:
    """Remember whether the human followed the machine's hint, so that its accuracy can be counted (4.4)."""
    hints = TriageHint.objects.filter(suggestion=suggestion, kind=kind)
    hints.filter(value=chosen).update(followed=True)
    hints.exclude(value=chosen).update(followed=False)
