"""The right to erasure: what of a case goes, what stays as a tombstone, and when the law says keep (PIPL 47).

Personal content goes from every table, file, queue and index; the chained events keep who did what and when, their texts
are emptied (models/event.py covers those by a salted digest), so that `verify_chain` stays green. Where the archive term
runs, the case is sealed instead: kept, and used for nothing.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.core.files.storage import storages
from django.db import IntegrityError, models, transaction

from suggestions import content, outbox
from suggestions.actor import Actor
from suggestions.clock import local_date
from suggestions.codes import ErasureBasis, NameDisplay, RecordClass
from suggestions.crypto import EncryptedTextField
from suggestions.errors import DomainError
from suggestions.models import (
    Attachment,
    Author,
    CaseEvent,
    Erasure,
    Outbox,
    RecordEvent,
    Reply,
    RightsRequest,
    SubmissionDraft,
    Suggestion,
    SupplementRequest,
    TriageHint,
)
from suggestions.services import attachments, publishing, retention_rules, transitions
from suggestions.states import OPEN, Visibility

GONE = "（内容已依法删除）"
_FILE_FIELDS = ("storage_name", "file_name", "path")

Eraser = Callable[[Suggestion], int]
_MORE: dict[str, Eraser] = {}


def register(name: str, eraser: Eraser) -> None:
    """Have an area erase what it keeps of a case outside the tables this module finds by itself; returns a count."""
    _MORE[name] = eraser


def archive_duty(suggestion: Suggestion, *, at: datetime) -> str:
    """Why the case must still be kept, in plain words; "" when nothing stands in the way of erasing.

    A case that was accepted is a record of the office for the archive term after its end (process.md 9.4).
    """
    if suggestion.accepted_at is None:
        return ""
    rule = retention_rules.current(RecordClass.CASE)
    end = suggestion.closed_at or _last_change(suggestion)
    until = local_date(end) + timedelta(days=rule.days)
    if until <= local_date(at):
        return ""
    return (
        f"这件建议已经受理，办理记录依法要保存到{until.year}年{until.month}月{until.day}日。"
        "在那之前我们只保存，不再使用：不公开，不检索，工作人员也看不到；到期后删除。"
    )


def _last_change(suggestion: Suggestion) -> datetime:
    newest = suggestion.events.order_by("-seq").values_list("at", flat=True).first()
    return newest or suggestion.received_at


def seal(
    *,
    suggestion: Suggestion,
    basis: str,
    words: str,
    actor: Actor,
    at: datetime,
    request: RightsRequest | None = None,
) -> Erasure:
    """Stop all use but storage (PIPL 47): the page goes, and the case leaves every list, search and export of staff."""
    _refuse_open(suggestion)
    with transaction.atomic():
        held, _new = Erasure.objects.get_or_create(
            suggestion=suggestion,
            defaults={
                "kind": Erasure.Kind.RESTRICTED, "basis": basis, "words": words[:300], "request": request, "at": at,
            },
        )  # fmt: skip
        publishing.take_down(suggestion=suggestion, reason="withdrawn", actor=Actor.system(), at=at)
        transitions.note(
            suggestion, "sealed", actor=actor, at=at, visibility=Visibility.AUTHOR,
            words="停止使用，只依法保存", fields={"publish_consent": False},
        )  # fmt: skip
        _forget_everywhere(suggestion)
    return held


def erase(
    *,
    suggestion: Suggestion,
    basis: str,
    actor: Actor,
    at: datetime,
    request: RightsRequest | None = None,
) -> Erasure:
    """Erase the personal content of a case and leave its tombstone. Idempotent; files go when the transaction is through.

    Raises DomainError while the case is open: the author withdraws it first. About thirty statements.
    """
    _refuse_open(suggestion)
    with transaction.atomic():
        held = Erasure.objects.filter(suggestion=suggestion).first()
        if held is not None and held.kind == Erasure.Kind.ERASED:
            return held
        publishing.take_down(suggestion=suggestion, reason="withdrawn", actor=Actor.system(), at=at)
        held, _new = Erasure.objects.update_or_create(
            suggestion=suggestion,
            defaults={"kind": Erasure.Kind.ERASED, "basis": basis, "request": request, "at": at},
        )
        event = transitions.note(
            suggestion, "erased", actor=actor, at=at, visibility=Visibility.AUTHOR,
            words="个人内容已依法删除，只留办理记录", data={"basis": str(basis)}, fields=_emptied(suggestion),
        )  # fmt: skip
        held.cleared = _clear(suggestion)
        held.cleared["events"] = _blank_events(suggestion, before=event.seq)
        held.save(update_fields=["cleared"])
        _forget_everywhere(suggestion)
    return held


def _refuse_open(suggestion: Suggestion) -> None:
    if suggestion.status in OPEN:
        raise DomainError("这件建议还在办理。要删除，请先撤回这件建议，撤回后马上可以删除。")


def _emptied(suggestion: Suggestion) -> dict[str, Any]:
    """The case's own columns without what a person wrote. The number, the dates and the coded facts stay."""
    texts = ("problem", "proposal", "place")
    return {
        "original_title": GONE, **{f"original_{t}": "" for t in texts},
        "public_title": "", **{f"public_{t}": "" for t in texts}, "public_name": "", "addressed_to": "",
        "publish_consent": False, "name_display": NameDisplay.ANONYMOUS, "idempotency_digest": "",
    }  # fmt: skip


def _clear(suggestion: Suggestion) -> dict[str, int]:
    """Everything beside the case's own row; returns how many rows of each kind."""
    done: dict[str, int] = {}
    done["author"] = Author.objects.filter(suggestion=suggestion).update(
        name="", phone="", phone_hash="", email="", address="", age_band="",
        contact_channel=Author.ContactChannel.NONE,
    )  # fmt: skip
    files = list(Attachment.objects.filter(suggestion=suggestion))
    names = [f.storage_name for f in files]
    Attachment.objects.filter(pk__in=[f.pk for f in files]).delete()
    transaction.on_commit(lambda: _delete_files(names))
    done["files"] = len(files)
    done["replies"] = Reply.objects.filter(suggestion=suggestion).update(
        body=GONE, reason="", commitment="", public_body="", public_commitment="", is_public=False,
        review_note="", contact="",
    )  # fmt: skip
    suggestion.evaluations.update(comment="", public_comment="")
    done["supplements"] = SupplementRequest.objects.filter(suggestion=suggestion).update(
        asked=GONE, answer=""
    )
    suggestion.publication_reviews.update(
        title="", problem="", proposal="", place="", reply_body="", reply_commitment="", public_attachments=[],
    )  # fmt: skip
    suggestion.assignments.update(opinion="", note="")
    suggestion.identity_reads.update(reason=GONE)
    done["hints"] = TriageHint.objects.filter(suggestion=suggestion).delete()[0]
    done["drafts"] = SubmissionDraft.objects.filter(suggestion=suggestion).delete()[0]
    done["outbox"] = Outbox.objects.filter(
        payload__suggestion=suggestion.pk, kind=outbox.AUTHOR_NOTICE
    ).delete()[0]
    suggestion.tags.clear()
    done |= _clear_related(suggestion)
    for name, eraser in _MORE.items():
        done[name] = eraser(suggestion)
    return done


_DONE_ABOVE = {
    "author", "attachment", "reply", "evaluation", "supplementrequest", "publicationreview", "assignment", "identityaccesslog",
    "triagehint", "submissiondraft", "erasure", "caseevent", "recordevent", "clock", "consent", "importedline", "adoption",
    "taggedsuggestion", "suggestion",
}  # fmt: skip
_OWN_WORDS = {"rightsrequest": ("words", "requester", "correction")}
"""Of the request that led here the answer stays: it is what the author reads afterwards."""


def _clear_related(suggestion: Suggestion) -> dict[str, int]:
    """Rows of every other table that names the case (or its author): free and encrypted texts are emptied, files deleted.

    Found by looking at the models, so that an area that comes later is covered without saying so.
    """
    done: dict[str, int] = {}
    for model in apps.get_app_config("suggestions").get_models():
        name = model._meta.model_name or ""
        if name in _DONE_ABOVE:
            continue
        for lookup in _ways_to(model):
            rows = model._default_manager.filter(**{lookup: suggestion})
            if not rows.exists():
                continue
            _delete_named_files(model, rows)
            changes = _blank(model, _OWN_WORDS.get(name))
            if changes:
                done[name] = done.get(name, 0) + _update(rows, changes)
    return done


def _update(rows: Any, changes: dict[str, Any]) -> int:
    """Empty the columns; where a constraint wants words to stand there, the mark stands there instead."""
    try:
        with transaction.atomic():
            return int(rows.update(**changes))
    except IntegrityError:
        marked = {k: GONE if v == "" and not k.endswith("_hash") else v for k, v in changes.items()}
        return int(rows.update(**marked))


def _ways_to(model: type[models.Model]) -> list[str]:
    """Lookups by which a model's rows belong to one case: a key to the case, or to its author."""
    found = []
    for field in model._meta.fields:
        target = field.related_model
        if target is Suggestion and field.name != "primary":
            found.append(field.name)
        elif target is Author:
            found.append(f"{field.name}__suggestion")
    return found


def _blank(model: type[models.Model], only: tuple[str, ...] | None) -> dict[str, Any]:
    """The columns that may hold a person's words, with what they become. Required texts become a mark, not nothing."""
    changes: dict[str, Any] = {}
    for field in model._meta.fields:
        if only is not None and field.name not in only:
            continue
        if isinstance(field, models.JSONField) and only is not None:
            changes[field.name] = {}
        elif field.name.endswith("_hash") and field.name.startswith("phone"):
            if not field.unique:
                changes[field.name] = ""
        elif isinstance(field, EncryptedTextField):
            changes[field.name] = ""
        elif isinstance(field, models.TextField):
            changes[field.name] = "" if field.blank else GONE
        elif isinstance(field, models.CharField) and _is_free(field):
            changes[field.name] = "" if field.blank else GONE[: field.max_length]
    return changes


def _is_free(field: models.CharField) -> bool:  # type: ignore[type-arg]
    """A column for sentences, not for codes, tokens or hashes."""
    coded = field.choices or field.unique or not field.editable
    return not coded and (field.max_length or 0) >= 100 and not field.name.endswith("_hash")


def _delete_named_files(model: type[models.Model], rows: Any) -> None:
    fields = {f.name for f in model._meta.fields}
    held = next((n for n in _FILE_FIELDS if n in fields), None)
    if held is None:
        return
    names = [n for n in rows.values_list(held, flat=True) if n]
    transaction.on_commit(lambda: _delete_files(names))


def _delete_files(names: list[str]) -> None:
    for name in names:
        storages[attachments.STORAGE].delete(name)


def _blank_events(suggestion: Suggestion, *, before: int) -> int:
    """Empty the texts of the case's events before the erasure, and of its records' events. The database allows just this."""
    empty: dict[str, Any] = {"words": "", "reason": "", "data": {}, "text_salt": ""}
    sealed = {"text_digest__gt": "", "text_salt__gt": ""}
    done = CaseEvent.objects.filter(suggestion=suggestion, seq__lt=before, **sealed).update(**empty)
    return done + RecordEvent.objects.filter(suggestion=suggestion, **sealed).update(**empty)


def _forget_everywhere(suggestion: Suggestion) -> None:
    """Index, suggestions while typing, feeds and caches: all are keyed by the content version or read the index."""
    outbox.enqueue(
        outbox.INDEX, {"type": "suggestion", "id": suggestion.pk}, key=f"suggestion:{suggestion.pk}"
    )
    content.bump_after_commit()


def why_gone(basis: str) -> str:
    """The tombstone in words, for the author's page."""
    return {
        ErasureBasis.REQUEST: "按您的要求，个人内容已经删除。编号和办理日期依法留存。",
        ErasureBasis.RELATIVE: "按近亲属的要求，个人内容已经删除。编号和办理日期依法留存。",
        ErasureBasis.EXPIRED: "保存期限已满，个人内容已经删除。编号和办理日期依法留存。",
    }.get(ErasureBasis(basis), "")
