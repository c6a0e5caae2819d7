"""The closed file, packed once and kept with its hash (T19; K20; 档案法实施条例 through process.md 9.4).

A package holds what the case is, was told and has decided, and the list of its files with their hashes; never contact
data. The same case gives the same bytes: names sorted, no times of packing, nothing compressed. What a person wrote may
still say who they are, so the file lies encrypted under the field keys; the hash in the chain is that of the ZIP inside.
"""

import hashlib
import io
import json
import secrets
import zipfile
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction

from suggestions import crypto
from suggestions.actor import Actor
from suggestions.clock import local_date
from suggestions.errors import DomainError
from suggestions.models import (
    ArchivePackage,
    Clock,
    Commitment,
    Hearing,
    IdentityAccessLog,
    LeaderInstruction,
    Nomination,
    PublicationReview,
    Sponsorship,
    Suggestion,
    SupervisionOrder,
)
from suggestions.services import given_out, identity, transitions
from suggestions.services.attachments import STORAGE
from suggestions.services.lapses import legal_moment
from suggestions.states import Adoption as Measure
from suggestions.states import Case
from suggestions.states import Commitment as Promise
from suggestions.states.award import AwardState
from suggestions.states.hearing import Hearing as HearingState
from suggestions.states.instruction import Instruction
from suggestions.states.sponsorship import Sponsorship as SponsorState
from suggestions.states.supervision import Supervision

_BATCH = 200
_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The oldest time a ZIP can name: a package's bytes must not tell when it was packed."""

Holder = Callable[[], "models.QuerySet[Any]"]
_HOLDERS: list[Holder] = []


def held_open_by(holder: Holder) -> Holder:
    """Decorator: `holder` gives the ids of items that something still open keeps from the archive (T19 guard)."""
    _HOLDERS.append(holder)
    return holder


@held_open_by
def _promises() -> "models.QuerySet[Any]":
    open_ = Commitment.objects.filter(status__in=(Promise.OPEN, Promise.MISSED))
    return open_.values("suggestion_id")


@held_open_by
def _publications() -> "models.QuerySet[Any]":
    S = PublicationReview.State
    waiting = (S.QUEUED, S.REDACTING, S.SECOND_CHECK)
    return PublicationReview.objects.filter(state__in=waiting).values("suggestion_id")


@held_open_by
def _measures() -> "models.QuerySet[Any]":
    over = (Measure.IMPLEMENTED, Measure.ABANDONED, Measure.DECIDED_REJECT)
    going_on = Suggestion.objects.filter(adoption__isnull=False).exclude(adoption__status__in=over)
    return going_on.values("pk")


def _still(model: type[models.Model], field: str, over: tuple[str, ...]) -> Holder:
    """A holder for records that name their items in `field` and are done in the states `over`."""

    def holder() -> "models.QuerySet[Any]":
        going_on = model._default_manager.exclude(status__in=over)
        return going_on.exclude(**{field: None}).values(field)

    return holder


for _model, _field, _over in (
    (SupervisionOrder, "suggestion_id", (Supervision.DISMISSED, Supervision.CLOSED)),
    (Hearing, "cases", (HearingState.PUBLISHED, HearingState.CANCELLED)),
    (Nomination, "suggestion_id", (AwardState.NOT_SELECTED, AwardState.NOTIFIED, AwardState.PAID)),
    (
        Sponsorship,
        "cases",
        (SponsorState.DISMISSED, SponsorState.RESOLVED, SponsorState.HANDED_OVER),
    ),
    (LeaderInstruction, "suggestion_id", (Instruction.CLOSED,)),
):
    held_open_by(_still(_model, _field, _over))


def held_open(suggestion: Suggestion) -> bool:
    """Whether a promise, a study, a publication, an order or a hearing about this item is still open."""
    this = Suggestion.objects.filter(pk=suggestion.pk)
    return any(this.filter(pk__in=holder()).exists() for holder in _HOLDERS)


def sweep(*, now: datetime) -> int:
    """Archive what has been closed for the time of K20 and is held open by nothing. What is, waits for the next sweep."""
    due = Clock.objects.filter(
        kind="K20", stopped_at=None, due_on__lt=local_date(now), suggestion__status=Case.CLOSED
    ).select_related("suggestion__jurisdiction")
    for holder in _HOLDERS:
        due = due.exclude(suggestion_id__in=holder())
    done = 0
    for clock in due.order_by("due_on", "pk")[:_BATCH]:
        assert clock.suggestion is not None
        try:
            archive(suggestion=clock.suggestion, at=legal_moment(clock))
        except DomainError:
            # Somebody reopened it at the same moment.
            continue
        done += 1
    return done


def archive(*, suggestion: Suggestion, at: datetime) -> ArchivePackage:
    """Pack a closed case, store the package privately and write its hash into the case's chain (T19)."""
    if held_open(suggestion):
        raise DomainError("还有没办完的事项（承诺、论证、公开、督办或听证），不能归档。")
    content = build(suggestion)
    digest = hashlib.sha256(content).hexdigest()
    name = f"archive/{secrets.token_hex(16)}.zip.enc"
    kept_as = storages[STORAGE].save(name, ContentFile(crypto.encrypt_bytes(content)))
    try:
        with transaction.atomic():
            package = ArchivePackage.objects.create(
                suggestion=suggestion, storage_name=kept_as, sha256=digest, size=len(content), made_at=at
            )  # fmt: skip
            transitions.apply(
                suggestion, "archive", actor=Actor.system(), at=at,
                data={"sha256": digest, "size": len(content)},
            )  # fmt: skip
    except Exception:
        storages[STORAGE].delete(kept_as)
        raise
    return package


def read(package: ArchivePackage) -> bytes:
    """The ZIP, decrypted. Raises DomainError when it is gone or is not the one whose hash was recorded."""
    try:
        with storages[STORAGE].open(package.storage_name) as file:
            content = crypto.decrypt_bytes(file.read())
    except OSError as error:
        raise DomainError("归档包的文件找不到了，请联系系统管理员从备份恢复。") from error
    except crypto.UndecryptableValue as error:
        raise DomainError("归档包解不开，密钥已经换掉或者文件损坏，请联系系统管理员。") from error
    if hashlib.sha256(content).hexdigest() != package.sha256:
        raise DomainError("归档包的内容和归档时记下的校验值不一致，请联系系统管理员。")
    return content


def open_package(*, package: ArchivePackage, reason: str, actor: Actor, at: datetime) -> bytes:
    """The ZIP for somebody who says why; the opening stands in the case's chain, in the log of identity reads and in
    the register of data given out.

    `actor` comes from `access.may(user, "download_archive", item)`, or is the system for the command. Raises Invalid
    without a reason, DomainError as `read` does. Source: PIPL 51; process.md 2.2 (reason and log).
    """
    reason = identity.checked_reason(reason)
    content = read(package)
    suggestion = package.suggestion
    with transaction.atomic():
        if actor.user is not None:
            IdentityAccessLog.objects.create(
                suggestion=suggestion, user=actor.user, role=actor.role, reason=reason,  # type: ignore[misc]
                fields=["archive"], at=at,
            )  # fmt: skip
        event = transitions.note(
            suggestion, "archive_opened", actor=actor, at=at, words="打开了归档包", reason=reason
        )
        given_out.from_archive(
            suggestion=suggestion, opening=event.seq, reason=reason, actor=actor, at=at
        )
    return content


def renew_keys() -> tuple[int, int]:
    """Encrypt every package anew under the first of FIELD_KEYS: (files rewritten, files no key could read).

    A file is written under a new name before its row is changed, so one that was stopped halfway is still whole.
    """
    done = unreadable = 0
    store = storages[STORAGE]
    for package in ArchivePackage.objects.exclude(suggestion__erasure__kind="erased").iterator():
        old = package.storage_name
        try:
            with store.open(old) as file:
                content = crypto.decrypt_bytes(file.read())
        except (OSError, crypto.UndecryptableValue):
            unreadable += 1
            continue
        name = store.save(
            f"archive/{secrets.token_hex(16)}.zip.enc", ContentFile(crypto.encrypt_bytes(content))
        )
        if ArchivePackage.objects.filter(pk=package.pk, storage_name=old).update(storage_name=name):
            store.delete(old)
            done += 1
        else:
            store.delete(name)
    return done, unreadable


def build(suggestion: Suggestion) -> bytes:
    """The package of a case as it stands, up to its archiving, as the bytes of a ZIP."""
    files = {f"{name}.json": _json(rows) for name, rows in _contents(suggestion).items()}
    hashes = {name: hashlib.sha256(data).hexdigest() for name, data in sorted(files.items())}
    files["manifest.json"] = _json({"case_no": suggestion.case_no, "format": 1, "sha256": hashes})
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive_file:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.external_attr = 0o600 << 16
            archive_file.writestr(entry, files[name])
    return out.getvalue()


_CASE = (
    "case_no", "mode", "channel", "category", "urgency", "addressed_to", "external_no", "publish_consent",
    "name_display", "publication", "evaluation_state", "outcome", "overall", "co_sign_count",
    "received_at", "registered_at", "accepted_at", "dispatched_at", "answered_at", "closed_at", "published_at",
)  # fmt: skip
_TEXTS = tuple(
    f"{side}_{name}"
    for side in ("original", "public")
    for name in ("title", "problem", "proposal", "place")
)


def _contents(item: Suggestion) -> dict[str, Any]:
    names = {"topic": item.topic, "district": item.district, "lead_unit": item.lead_unit}
    case = {n: getattr(item, n) for n in _CASE}
    case |= {n: getattr(v, "code", "") if v else "" for n, v in names.items()}
    case["jurisdiction"] = item.jurisdiction.code
    case["merged"] = sorted(item.merged_items.values_list("case_no", flat=True))
    return {
        "case": case,
        "texts": {n: getattr(item, n) for n in _TEXTS},
        "events": _rows(
            item.events.exclude(name="archive").order_by("seq"),
            "seq", "machine", "name", "from_state", "to_state", "role", "unit__code", "at", "words", "reason", "data",
            "visibility", "prev_hash", "hash",
        ),
        "assignments": _rows(
            item.assignments.order_by("pk"), "unit__code", "part", "status", "basis", "note", "opinion", "assigned_at",
            "signed_at", "submitted_at",
        ),
        "replies": _rows(
            item.replies.order_by("number"), "number", "state", "unit__code", "outcome", "body", "parts", "reason",
            "basis", "commitment", "committed_by", "next_report_on", "contact", "public_body", "review_note",
            "signed_at", "delivered_at",
        ),
        "evaluations": _rows(
            item.evaluations.order_by("round"), "round", "reply__number", "unit__code", "overall", "contacted", "solved",
            "score_result", "score_attitude", "score_speed", "comment", "source", "at",
        ),
        "commitments": _rows(
            item.commitments.order_by("pk"), "reply__number", "unit__code", "kind", "words", "first_promised_on",
            "promised_on", "status", "kept_on", "proof",
        ),
        "contacts": _rows(
            item.author_contacts.order_by("pk"), "way", "reached", "words", "unit__code", "at"
        ),
        "deliveries": _rows(
            item.delivery_proofs.order_by("pk"), "reply__number", "channel", "words", "at"
        ),
        "clocks": _rows(
            item.clocks.exclude(kind="K20").order_by("pk"), "kind", "started_at", "first_due_on", "due_on", "pauses",
            "stopped_at", "stop_reason", "rule__rule_version",
        ),
        "files": _rows(
            item.attachments.order_by("pk"), "origin", "content_type", "size", "sha256", "is_public"
        ),
    }  # fmt: skip


def _rows(rows: "models.QuerySet[Any]", *fields: str) -> list[dict[str, Any]]:
    return list(rows.values(*fields))


def _json(value: Any) -> bytes:
    text = json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False, sort_keys=True, indent=1)
    return text.encode()
