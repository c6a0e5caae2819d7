"""What an agent was writing when the line broke: one draft an agent, kept on the server, encrypted (process.md 3.4)."""

import json
import re
import secrets
from typing import Any

from django.db import transaction
from django.http import HttpRequest

from suggestions import secrecy
from suggestions.crypto import keyed_hash, possible_hashes
from suggestions.models import Attachment, Jurisdiction, SubmissionDraft
from suggestions.services import attachments

_KEY = re.compile(r"[A-Za-z0-9_-]{16,64}")


def new_key() -> str:
    """A fresh form's key: sent twice, it gives the same receipt."""
    return secrets.token_urlsafe(18)


def clean_key(text: str) -> str:
    """The key of a form as it was sent; a fresh one for what is none."""
    return text if _KEY.fullmatch(text) else new_key()


def full_key(request: HttpRequest, key: str) -> str:
    """Bound to the agent, so that nobody gets another one's receipt by its key."""
    return f"agent:{request.user.pk}:{key}"


def find(request: HttpRequest) -> SubmissionDraft | None:
    """This agent's draft, or None."""
    return SubmissionDraft.objects.filter(
        token_hash__in=possible_hashes("agent-draft", str(request.user.pk))
    ).first()


def answers(draft: SubmissionDraft | None) -> dict[str, Any]:
    if draft is None or not draft.answers:
        return {}
    try:
        held = json.loads(draft.answers)
    except ValueError:
        return {}
    return held if isinstance(held, dict) else {}


def save(
    request: HttpRequest, place: Jurisdiction, key: str, values: dict[str, str]
) -> SubmissionDraft:
    """Write what was typed over what was held; the marks of kept files stay."""
    with transaction.atomic():
        draft, _created = SubmissionDraft.objects.select_for_update().get_or_create(
            token_hash=_stored_hash(request),
            defaults={"jurisdiction": place, "idempotency_key": full_key(request, key)},
        )
        held = {n: v for n, v in answers(draft).items() if n == "_paper"}
        draft.idempotency_key = full_key(request, key)
        # What bears the mark of a state secret is not kept (process.md 3.5); the form says so.
        kept = {n: "" if secrecy.is_marked(v) else v[:20_000] for n, v in values.items()}
        draft.answers = json.dumps({**held, **kept})
        draft.save(update_fields=["idempotency_key", "answers", "updated_at"])
    return draft


def _stored_hash(request: HttpRequest) -> str:
    """As it stands in the table, also after the hash key was changed."""
    held = find(request)
    return held.token_hash if held else keyed_hash("agent-draft", str(request.user.pk))


def mark_paper(draft: SubmissionDraft, paper: Attachment) -> None:
    """Which of the kept files is the signed paper."""
    held = {**answers(draft), "_paper": paper.pk}
    draft.answers = json.dumps(held)
    draft.save(update_fields=["answers", "updated_at"])


def files(draft: SubmissionDraft | None) -> tuple[Attachment | None, list[Attachment]]:
    """The signed paper and the other photos kept so far."""
    if draft is None:
        return None, []
    kept = list(Attachment.objects.filter(draft=draft, suggestion=None))
    mark = answers(draft).get("_paper")
    paper = next((a for a in kept if a.pk == mark), None)
    return paper, [a for a in kept if a is not paper]


def discard(draft: SubmissionDraft) -> None:
    """The agent begins anew: words and files of the unfinished form go."""
    paper, others = files(draft)
    for file in [*others, *([paper] if paper else [])]:
        attachments.remove(file)
    draft.delete()
