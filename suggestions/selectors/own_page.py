"""What the page of a proved phone shows: items, voices and drafts with that phone, found when it is looked at.

Nothing is stored under the person: the phone's keyed hash is the only thread, and it is asked, not kept (section 12).
"""

import json
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from suggestions.codes import RecordClass
from suggestions.crypto import possible_hashes
from suggestions.models import (
    CoSign,
    JointAuthor,
    ReplyVoice,
    Resident,
    SubmissionDraft,
    Suggestion,
)
from suggestions.selectors import following
from suggestions.selectors.following import Target
from suggestions.services import retention_rules, voices
from suggestions.states import Case, Evaluation

ITEMS_SHOWN = 200
"""More than anybody writes; a page must end somewhere. The copy of one's data has them all."""


@dataclass(frozen=True, slots=True)
class OwnItem:
    """One item whose author left this phone. `waits_for` is what the author is asked to do now, "" if nothing."""

    case_no: str
    title: str
    stands: str
    group: str
    received_at: datetime
    waits_for: str
    holder: str


@dataclass(frozen=True, slots=True)
class OwnVoice:
    """One item this phone joined. `token` opens its own page."""

    case_no: str
    title: str
    token: str
    is_joint: bool
    pending: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class OwnDraft:
    """One form in progress that was kept for this phone."""

    pk: int
    title: str
    at: datetime
    days_left: int


@dataclass(frozen=True, slots=True)
class Followed:
    """One followed thing; `target` is None while it is not public."""

    pk: int
    kind_label: str
    target: Target | None


def hashes(resident: Resident) -> list[str]:
    """What the phone may be stored as elsewhere."""
    return possible_hashes("phone", resident.phone)


def items(resident: Resident, *, limit: int = ITEMS_SHOWN) -> list[Suggestion]:
    """The items whose author left this phone, newest first. One query."""
    found = (
        Suggestion.objects.filter(author__phone_hash__in=hashes(resident))
        .exclude(status=Case.DRAFT)
        .select_related("lead_unit", "jurisdiction", "author")
    )
    return list(found.order_by("-received_at", "-pk")[:limit])


def own_items(resident: Resident) -> list[OwnItem]:
    """The same as rows of the page."""
    return [
        OwnItem(
            case_no=s.case_no, title=s.original_title, stands=str(s.get_status_display()), group=s.public_group,
            received_at=s.received_at, waits_for=_asked(s),
            holder=s.lead_unit.short_name if s.lead_unit else s.jurisdiction.office_name,
        )
        for s in items(resident)
    ]  # fmt: skip


def _asked(item: Suggestion) -> str:
    if item.status == Case.SUPPLEMENT_REQUESTED:
        return _("请您补充情况")
    if item.status == Case.ANSWERED and item.evaluation_state == Evaluation.INVITED:
        return _("有答复了，请您评价")
    return ""


def may_open(resident: Resident, case_no: str) -> bool:
    """Whether this phone is the author's of that item. One query."""
    rows = Suggestion.objects.filter(case_no=case_no, author__phone_hash__in=hashes(resident))
    return rows.exclude(status=Case.DRAFT).exists()


def own_voices(resident: Resident) -> list[OwnVoice]:
    """What this phone joined and did not leave, newest first. Two queries.

    Also what was never confirmed: somebody may have typed this phone, and its owner must be able to step out.
    """
    found: list[OwnVoice] = []
    for model in (CoSign, JointAuthor):
        rows = model._default_manager.filter(phone_hash__in=hashes(resident), withdrawn_at=None)
        for voice in rows.select_related("suggestion").order_by("-created_at")[:ITEMS_SHOWN]:
            item, is_joint = voice.suggestion, isinstance(voice, JointAuthor)
            shown = item.original_title if is_joint else item.public_title if item.is_public else ""
            found.append(
                OwnVoice(
                    case_no=item.case_no, title=shown, token=voices.given(voice).token, is_joint=is_joint,
                    pending=voice.confirmed_at is None, at=voice.created_at,
                )
            )  # fmt: skip
    return sorted(found, key=lambda v: v.at, reverse=True)


def own_reply_voices(resident: Resident) -> "list[ReplyVoice]":
    """What this phone said of answers, newest first; its comment, if any, is at hand. One query."""
    rows = ReplyVoice.objects.filter(phone_hash__in=hashes(resident))
    return list(rows.select_related("reply__suggestion", "comment").order_by("-created_at"))


def drafts(resident: Resident) -> "list[SubmissionDraft]":
    """Unfinished forms kept for this phone, newest first. One query."""
    rows = SubmissionDraft.objects.filter(phone_hash__in=hashes(resident), suggestion=None)
    return list(rows.order_by("-updated_at")[:20])


def own_drafts(resident: Resident, *, at: datetime) -> list[OwnDraft]:
    """The same as rows of the page."""
    term = retention_rules.current(RecordClass.DRAFT).days
    return [
        OwnDraft(row.pk, _title(row.answers), row.updated_at, max(0, term - (at - row.updated_at).days))
        for row in drafts(resident)
    ]  # fmt: skip


def _title(answers: str) -> str:
    try:
        held = json.loads(answers or "{}")
    except ValueError:
        return ""
    return str(held.get("title", ""))[:60] if isinstance(held, dict) else ""


def follows(resident: Resident) -> list[Followed]:
    """What is followed, newest first; at most one query a kind besides."""
    held = list(resident.follows.all())
    seen = following.targets([(f.kind, f.key) for f in held])
    return [Followed(f.pk, str(f.get_kind_display()), seen.get((f.kind, f.key))) for f in held]
