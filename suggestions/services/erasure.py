"""The right to erasure: what of a case goes, what stays as a tombstone, and when the law says keep (PIPL 47).

Personal content goes from every table, file, queue and index; the chained events keep who did what and when, their texts
are emptied (models/event.py covers those by a salted digest), so that `verify_chain` stays green. Where the archive term
runs, the case is sealed instead: kept, and used for nothing.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.core.files.storage import storages
from django.db import IntegrityError, models, transaction
from django.db.models import Q, QuerySet

from suggestions import content, outbox
from suggestions.actor import Actor
from suggestions.clock import local_date
from suggestions.codes import ErasureBasis, NameDisplay, RecordClass
from suggestions.errors import DomainError
from suggestions.models import (
    ArchivePackage,
    Attachment,
    Author,
    AwardPayment,
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
from suggestions.services import (
    attachments,
    erasure_plan,
    publishing,
    retention_rules,
    transitions,
)
from suggestions.services.erasure_plan import GONE
from suggestions.states import OPEN, Visibility

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
    paid = AwardPayment.objects.filter(
        nomination__suggestion=suggestion, delete_on__gte=local_date(at)
    ).first()
    if paid is not None and paid.delete_on is not None:
        return (
            f"这件建议发过奖金，付款凭证依法要保存到{paid.delete_on.year}年{paid.delete_on.month}月{paid.delete_on.day}日。"
            "在那之前我们只保存，不再使用；到期后删除。"
        )
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
        held.cleared = _clear(suggestion, at)
        held.cleared["events"] = _blank_events(suggestion, before=event.seq)
        held.save(update_fields=["cleared"])
        _forget_everywhere(suggestion)
    return held


def _payments(suggestion: Suggestion, at: datetime) -> "QuerySet[AwardPayment]":
    """Payment data that no accounting term keeps: never paid, or paid long enough ago (process.md 9.4)."""
    held = AwardPayment.objects.filter(nomination__suggestion=suggestion)
    return held.filter(Q(paid_on=None) | Q(delete_on__lt=local_date(at)))


def _delete_package(suggestion: Suggestion) -> None:
    """The archive package holds the whole case; its hash stays in the chain."""
    names = list(
        ArchivePackage.objects.filter(suggestion=suggestion).values_list("storage_name", flat=True)
    )
    transaction.on_commit(lambda: _delete_files(names))


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


def _clear(suggestion: Suggestion, at: datetime) -> dict[str, int]:
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
        review_note="", contact="", parts=[], basis="",
    )  # fmt: skip
    done["supplements"] = SupplementRequest.objects.filter(suggestion=suggestion).update(
        asked=GONE, answer=""
    )
    done["payments"] = _payments(suggestion, at).delete()[0]
    _delete_package(suggestion)
    done["hints"] = TriageHint.objects.filter(suggestion=suggestion).delete()[0]
    done["drafts"] = SubmissionDraft.objects.filter(suggestion=suggestion).delete()[0]
    done["outbox"] = Outbox.objects.filter(
        payload__suggestion=suggestion.pk, kind=outbox.AUTHOR_NOTICE
    ).delete()[0]
    suggestion.tags.clear()
    done |= clear_related(suggestion)
    for name, eraser in _MORE.items():
        done[name] = eraser(suggestion)
    return done


def clear_related(
    suggestion: Suggestion, *, leave: frozenset[type[models.Model]] = frozenset()
) -> dict[str, int]:
    """Rows of every other table that belong to the case, over however many steps: words are emptied, files deleted.

    Not of the tables to `leave`. A query for each table, some sixty.
    """
    done: dict[str, int] = {}
    for model in erasure_plan.tables():
        if model in leave:
            continue
        # A query for each way, not one with OR: over two tables no index serves that, and every row would be looked at.
        keys = {
            pk
            for lookup in erasure_plan.ways_to(model)
            for pk in model._default_manager.filter(**{lookup: suggestion}).values_list(
                "pk", flat=True
            )
        }
        if not keys:
            continue
        rows = model._default_manager.filter(pk__in=keys)
        _delete_named_files(model, rows)
        changes = {
            k: v for k, v in erasure_plan.changes(model).items() if k not in _BY_HAND.get(model, ())
        }
        if changes:
            done[str(model._meta.model_name)] = _update(rows, changes)
    return done


_BY_HAND: dict[type[models.Model], tuple[str, ...]] = {
    Reply: ("body",),
    SupplementRequest: ("asked",),
}
"""Columns already emptied above, where the mark tells a reader more than nothing."""


def _update(rows: Any, changes: dict[str, Any]) -> int:
    """Empty the columns; where a constraint wants words to stand, the mark stands in place of those that stood there."""
    try:
        with transaction.atomic():
            return int(rows.update(**changes))
    except IntegrityError:
        done = 0
        for row in rows:
            said = {
                k
                for k, v in changes.items()
                if v == "" and getattr(row, k) and not k.endswith("_hash")
            }
            marked = {k: GONE if k in said else v for k, v in changes.items()}
            done += int(rows.filter(pk=row.pk).update(**marked))
        return done


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
