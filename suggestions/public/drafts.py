"""A form in progress, kept on the server: no error, time-out or lost connection loses a word (process.md 3.4).

The browser holds a random token in a cookie that only /submit/ receives; the table holds its keyed hash and the
answers, encrypted. A draft is made by the first POST, never by looking at a page.
"""

import json
import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from suggestions import numbers, secrecy
from suggestions.codes import RecordClass
from suggestions.crypto import keyed_hash, matches_hash, possible_hashes
from suggestions.models import Attachment, Jurisdiction, SubmissionDraft, Suggestion
from suggestions.services import retention_rules

COOKIE = "draft"
PATH = "/submit/"
LONGEST = 100_000
"""Characters kept of one answer: far more than any rule allows, and an end to abuse."""

# After sending, the cookie is only there for a second press of the button; at a shared computer it should not stay.
_SENT_AGE = timedelta(minutes=15)


@dataclass
class Draft:
    """One draft with its answers. `answers` maps field names to what was typed, right or wrong."""

    row: SubmissionDraft
    answers: dict[str, Any] = field(default_factory=dict)

    @property
    def sent(self) -> bool:
        return self.row.suggestion_id is not None

    @property
    def seen(self) -> list[str]:
        """Steps that were sent at least once."""
        return list(self.answers.get("_seen", []))

    @property
    def key(self) -> str:
        return str(self.row.idempotency_key)

    def has_words(self) -> bool:
        """Whether there is anything in it somebody would miss."""
        words = ("title", "problem", "proposal", "place", "name", "phone", "email")
        return any(str(self.answers.get(name, "")).strip() for name in words) or bool(self.files())

    def files(self) -> list[Attachment]:
        if not hasattr(self, "_files"):
            # Not only those without an item: a second press of the button must name the same files as the first.
            mine = (
                Attachment.objects.filter(draft=self.row)
                if self.row.pk
                else Attachment.objects.none()
            )
            self._files = list(mine)
        return self._files

    def forget_files(self) -> None:
        """After one was added or removed."""
        if hasattr(self, "_files"):
            del self._files


def find(request: HttpRequest) -> Draft | None:
    """The draft of this browser, sent or not; None without one (never had, lost the cookie, too old)."""
    token = request.COOKIES.get(COOKIE, "")
    if not token or len(token) > 100:
        return None
    row = (
        SubmissionDraft.objects.filter(token_hash__in=possible_hashes("draft", token))
        .select_related("jurisdiction", "suggestion")
        .first()
    )
    return Draft(row, _read(row.answers)) if row else None


def of_row(row: SubmissionDraft) -> Draft:
    """A draft found in another way than by this browser's cookie."""
    return Draft(row, _read(row.answers))


def new_token() -> str:
    """32 url-safe characters for the cookie."""
    return secrets.token_urlsafe(24)


def create(jurisdiction: Jurisdiction) -> tuple[Draft, str]:
    """A new empty draft and its token for the cookie."""
    token = new_token()
    row = SubmissionDraft.objects.create(
        token_hash=keyed_hash("draft", token),
        jurisdiction=jurisdiction,
        idempotency_key=secrets.token_urlsafe(32),
    )
    return Draft(row), token


def save(draft: Draft, values: dict[str, Any], *, seen: str = "") -> Draft:
    """Write answers over the ones held, other tabs' answers included; `seen` names the step they belong to.

    Raises secrecy.Marked for what bears the mark of a state secret: nothing of it is stored.
    """
    if secrecy.is_marked(json.dumps(values, ensure_ascii=False)):
        raise secrecy.Marked
    with transaction.atomic():
        row = SubmissionDraft.objects.select_for_update().get(pk=draft.row.pk)
        answers = _read(row.answers)
        answers.update({k: v[:LONGEST] if isinstance(v, str) else v for k, v in values.items()})
        if seen and seen not in answers.get("_seen", []):
            answers["_seen"] = [*answers.get("_seen", []), seen]
        row.answers = json.dumps(answers)
        row.save(update_fields=["answers", "updated_at"])
    draft.row.answers, draft.answers = row.answers, answers
    return draft


def close(draft: Draft, suggestion: Suggestion) -> None:
    """The item is in: empty the draft and remember which item it became, for whoever presses the button again."""
    SubmissionDraft.objects.filter(pk=draft.row.pk).update(answers="", suggestion=suggestion)
    draft.row.suggestion = suggestion
    draft.answers = {}


def discard(draft: Draft) -> None:
    """The person begins anew: words and files of the unfinished form go."""
    from suggestions.services import attachments

    if draft.sent:
        return
    for attachment in draft.files():
        attachments.remove(attachment)
    SubmissionDraft.objects.filter(pk=draft.row.pk, suggestion=None).delete()


def receipt_token(draft: Draft) -> str | None:
    """The receipt's address of a draft that was sent; None when the key it was made under is gone."""
    held = draft.row.suggestion
    if held is None:
        return None
    tokens = numbers.possible_receipt_tokens(draft.key)
    return next((t for t in tokens if matches_hash("receipt", t, held.receipt_hash)), None)


def kept() -> timedelta:
    """How long a draft waits for its writer: the term of its record class (process.md 9.4). One query."""
    return timedelta(days=kept_days())


def kept_days() -> int:
    """The same in days, for the sentences that promise it. One query."""
    return retention_rules.days(RecordClass.DRAFT)


def unknown_code() -> str:
    """What somebody reads whose draft code opens nothing."""
    return _("没有找到这份草稿：可能码输错了，已经提交，或者过了%(days)d天。") % {
        "days": kept_days()
    }


def remember(response: HttpResponse, token: str, *, sent: bool = False) -> None:
    """Put the draft's token into the browser, for /submit/ alone."""
    response.set_cookie(
        COOKIE, token, max_age=_SENT_AGE if sent else kept(), path=PATH,
        secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Lax",
    )  # fmt: skip


def _read(text: str) -> dict[str, Any]:
    try:
        held = json.loads(text) if text else {}
    except ValueError:
        return {}
    return held if isinstance(held, dict) else {}
