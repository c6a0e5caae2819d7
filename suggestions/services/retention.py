"""The scheduled end of terms: per class a query for what is over, in bounded batches, the same with and without doing it.

Each sweep is idempotent: what it has erased no longer answers its query. Each run that did something leaves a row.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.apps import apps
from django.db import transaction
from django.db.models import Q, QuerySet

from suggestions.actor import Actor
from suggestions.codes import ErasureBasis, RecordClass
from suggestions.errors import DomainError
from suggestions.models import (
    Attachment,
    AuthorityChange,
    Erasure,
    IdentityAccessLog,
    Outbox,
    RetentionRun,
    RightsRequest,
    SubmissionDraft,
    Suggestion,
    Takedown,
)
from suggestions.services import attachments, erasure, retention_rules
from suggestions.states import Case

log = structlog.get_logger(__name__)
BATCH = 500


@dataclass(frozen=True, slots=True)
class Line:
    """One class in a run: how long it is kept, how many rows are over, how many were dealt with."""

    record_class: RecordClass
    days: int
    due: int
    done: int
    failed: int = 0


Rows = Callable[[datetime], "QuerySet[Any]"]
End = Callable[["QuerySet[Any]", datetime], tuple[int, int]]


def run(*, now: datetime, dry_run: bool = False, limit: int = BATCH) -> list[Line]:
    """Deal with at most `limit` rows of each class whose term is over; with `dry_run` only count. One line a class."""
    lines = []
    for record_class, (find, end) in _CLASSES.items():
        rule = retention_rules.current(record_class)
        rows = find(now - timedelta(days=rule.days))
        due = rows.count()
        done, failed = (0, 0) if dry_run or not due else end(rows.order_by("pk")[:limit], now)
        lines.append(Line(record_class, rule.days, due, done, failed))
    worked = {str(line.record_class): line.done for line in lines if line.done}
    if worked:
        RetentionRun.objects.create(at=now, done=worked)
        log.info("retention_run", **worked)
    return lines


def would_go(*, record_class: str, days: int, now: datetime) -> int:
    """How many rows of a class are over today under a term of so many days. Writes nothing."""
    find, _end = _CLASSES[RecordClass(record_class)]
    return find(now - timedelta(days=days)).count()


def sweep(*, now: datetime) -> int:
    """One batch of every class, for the scheduler; returns how many rows were dealt with."""
    return sum(line.done for line in run(now=now))


def old_drafts(*, now: datetime) -> int:
    """Sweep: forms nobody came back to. Many times a day, because a large city leaves more than a night's batch."""
    days = retention_rules.current(RecordClass.DRAFT).days
    find, end = _CLASSES[RecordClass.DRAFT]
    rows = find(now - timedelta(days=days))
    return end(rows.order_by("pk")[:BATCH], now)[0] if rows.exists() else 0


def _gone() -> "QuerySet[Erasure, Any]":
    return Erasure.objects.filter(kind=Erasure.Kind.ERASED).values("suggestion_id")


def _cases(before: datetime) -> "QuerySet[Any]":
    """Closed, archived or withdrawn cases, and refused ones; counted from their end."""
    ended = Q(closed_at__lt=before) | Q(
        closed_at=None,
        status__in=(Case.WITHDRAWN, Case.NOT_ACCEPTED, Case.MERGED),
        received_at__lt=before,
    )
    done = (Case.CLOSED, Case.ARCHIVED, Case.WITHDRAWN, Case.NOT_ACCEPTED, Case.MERGED)
    return Suggestion.objects.filter(ended, status__in=done).exclude(pk__in=_gone())


def _redirected(before: datetime) -> "QuerySet[Any]":
    """Items shown another way, counted from the day they were: the last event of such a case is its redirection."""
    return (
        Suggestion.objects.filter(
            status=Case.REDIRECTED, events__name="redirect", events__at__lt=before
        )
        .exclude(pk__in=_gone())
        .distinct()
    )


def _erase(rows: "QuerySet[Any]", now: datetime) -> tuple[int, int]:
    done = failed = 0
    for held in list(rows):
        try:
            erasure.erase(suggestion=held, basis=ErasureBasis.EXPIRED, actor=Actor.system(), at=now)
            done += 1
        except DomainError as error:
            log.warning("retention_skipped", suggestion=held.pk, why=error.code)
            failed += 1
    return done, failed


def _delete(rows: "QuerySet[Any]", _now: datetime) -> tuple[int, int]:
    keys = list(rows.values_list("pk", flat=True))
    rows.model._default_manager.filter(pk__in=keys).delete()
    return len(keys), 0


def _delete_files(rows: "QuerySet[Any]", _now: datetime) -> tuple[int, int]:
    return sum(attachments.remove(a) for a in list(rows)), 0


def _delete_drafts(rows: "QuerySet[Any]", now: datetime) -> tuple[int, int]:
    """Drafts with their files; a file that was sent belongs to its item and stays."""
    keys = list(rows.values_list("pk", flat=True))
    with transaction.atomic():
        _delete_files(Attachment.objects.filter(draft__in=keys, suggestion=None), now)
        SubmissionDraft.objects.filter(pk__in=keys).delete()
    return len(keys), 0


def _blank(**empty: Any) -> End:
    def end(rows: "QuerySet[Any]", _now: datetime) -> tuple[int, int]:
        keys = list(rows.values_list("pk", flat=True))
        return rows.model._default_manager.filter(pk__in=keys).update(**empty), 0

    return end


def _with_text(rows: "QuerySet[Any]", name: str) -> "QuerySet[Any]":
    """Rows whose encrypted column holds anything: it can be asked for emptiness only as what it is in the table."""
    from django.db.models import TextField
    from django.db.models.functions import Cast, Length

    held: QuerySet[Any] = rows.annotate(held=Length(Cast(name, TextField()))).filter(held__gt=0)
    return held


_CLASSES: dict[RecordClass, tuple[Rows, End]] = {
    RecordClass.CASE: (_cases, _erase),
    RecordClass.REDIRECTED: (_redirected, _erase),
    RecordClass.DRAFT: (lambda t: SubmissionDraft.objects.filter(updated_at__lt=t), _delete_drafts),
    RecordClass.UNUSED_FILE: (
        lambda t: Attachment.objects.filter(suggestion=None, draft=None, created_at__lt=t),
        _delete_files,
    ),
    RecordClass.IDENTITY_FILE: (
        lambda t: _with_text(RightsRequest.objects.filter(answered_at__lt=t), "requester"),
        _blank(requester=""),
    ),
    RecordClass.TAKEDOWN_WORDS: (
        lambda t: _with_text(Takedown.objects.filter(decided_at__lt=t), "contact"),
        _blank(contact=""),
    ),
    RecordClass.OUTBOX: (lambda t: Outbox.objects.filter(done_at__lt=t), _delete),
    RecordClass.NOTICE: (
        lambda t: apps.get_model("notices", "StaffNotice")._default_manager.filter(at__lt=t),
        _delete,
    ),
    RecordClass.IDENTITY_LOG: (lambda t: IdentityAccessLog.objects.filter(at__lt=t), _delete),
    RecordClass.AUTHORITY_LOG: (lambda t: AuthorityChange.objects.filter(at__lt=t), _delete),
}
"""Class → what is over (rows whose term began before a moment), and how it ends."""
CLASSES = frozenset(map(str, _CLASSES))
"""Classes that the job ends."""
