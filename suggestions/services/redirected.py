"""The text of what was pointed elsewhere is kept only as long as it may be asked about (process.md 4.3; PIPL 19)."""

from datetime import datetime, timedelta

from django.core.files.storage import storages
from django.db import transaction

from suggestions.actor import Actor
from suggestions.codes import RecordClass
from suggestions.errors import DomainError
from suggestions.models import (
    Attachment,
    CaseEvent,
    SubmissionDraft,
    Suggestion,
    SupplementRequest,
    TriageHint,
)
from suggestions.services import attachments, retention_rules, transitions
from suggestions.states import Case

_TITLE = "已指引其他渠道，内容已按规定删除"
_BATCH = 200


def delete_texts(*, now: datetime) -> int:
    """Sweep: empty the text of items redirected before their term of keeping. Time, category and channel stay.

    Events hold none of it: they say where the item was pointed, never what it said.
    """
    days = retention_rules.current(RecordClass.REDIRECTED).days
    old = CaseEvent.objects.filter(name="redirect", at__lt=now - timedelta(days=days))
    due = Suggestion.objects.filter(
        status=Case.REDIRECTED, pk__in=old.values("suggestion_id")
    ).exclude(original_problem="", original_title=_TITLE)
    done = 0
    for suggestion in due[:_BATCH]:
        try:
            _delete(suggestion, days, now)
        except DomainError:
            continue  # Somebody acted at the same moment; the next sweep looks again.
        done += 1
    return done


def _delete(suggestion: Suggestion, days: int, now: datetime) -> None:
    names = list(suggestion.attachments.values_list("storage_name", flat=True))
    with transaction.atomic():
        transitions.note(
            suggestion, "redirect_text_deleted", actor=Actor.system(), at=now,
            words=f"转出满{days}天，删除了内容，只留时间、类别和去向",
            fields={
                "original_title": _TITLE, "original_problem": "", "original_proposal": "",
                "original_place": "",
            },
        )  # fmt: skip
        Attachment.objects.filter(suggestion=suggestion).delete()
        SupplementRequest.objects.filter(suggestion=suggestion).update(answer="")
        SubmissionDraft.objects.filter(suggestion=suggestion).delete()
        # Hints quote the words they were drawn from.
        TriageHint.objects.filter(suggestion=suggestion).delete()
        transaction.on_commit(lambda: _delete_files(names))


def _delete_files(names: list[str]) -> None:
    for name in names:
        storages[attachments.STORAGE].delete(name)
