"""What an author said goes and the rest of the case stays: of what was pointed elsewhere, and of what was found secret.

The author is still told and may complain, so who they are stays; erasure (erasure.py) takes that too (process.md 3.5, 4.3).
"""

from datetime import datetime

from django.core.files.storage import storages
from django.db import models, transaction

from suggestions.actor import Actor
from suggestions.models import (
    Attachment,
    Author,
    AuthorCode,
    Conflict,
    CoSign,
    Guardian,
    IdentityAccessLog,
    IdentityGrant,
    JointAuthor,
    NamedUnit,
    PendingDecision,
    RightsRequest,
    SubmissionDraft,
    Suggestion,
    Takedown,
    TriageHint,
)
from suggestions.services import attachments, erasure, transitions

_WHO: frozenset[type[models.Model]] = frozenset(
    {
        Author, AuthorCode, Conflict, CoSign, Guardian, IdentityAccessLog, IdentityGrant, JointAuthor, NamedUnit,
        PendingDecision, RightsRequest, Takedown,
    }
)  # fmt: skip
"""Who the people are and what they asked of us, who looked at it and why, and what was decided."""


def delete(*, suggestion: Suggestion, event: str, words: str, title: str, at: datetime) -> None:
    """Empty the case's own texts, those of every table that belongs to it, its hints, and its files once that is through.

    Events hold none of it: they say what was done, never what the item said. Some seventy statements.
    """
    names = list(suggestion.attachments.values_list("storage_name", flat=True))
    with transaction.atomic():
        transitions.note(
            suggestion, event, actor=Actor.system(), at=at, words=words,
            fields={
                "original_title": title, "original_problem": "", "original_proposal": "", "original_place": "",
            },
        )  # fmt: skip
        Attachment.objects.filter(suggestion=suggestion).delete()
        SubmissionDraft.objects.filter(suggestion=suggestion).delete()
        forget_hints(suggestion)
        erasure.clear_related(suggestion, leave=_WHO)
        transaction.on_commit(lambda: _delete_files(names))


def forget_hints(suggestion: Suggestion) -> None:
    """Hints quote the words they were drawn from, and those of look-alikes the title."""
    TriageHint.objects.filter(suggestion=suggestion).delete()
    TriageHint.objects.filter(kind=TriageHint.Kind.SIMILAR, value=suggestion.case_no).delete()


def _delete_files(names: list[str]) -> None:
    for name in names:
        storages[attachments.STORAGE].delete(name)
