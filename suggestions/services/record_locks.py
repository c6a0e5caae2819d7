"""The soft locks of services/locks for the forms of records: orders, hearings, requests, chains to adoption.

Who may take an act may take its form over, for a reason that stays in the record's events and is told to the colleague.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from suggestions import outbox
from suggestions.actor import Actor
from suggestions.models import Adoption, RecordLock
from suggestions.models.record import Record
from suggestions.services import locks, records, transitions
from suggestions.services.locks import Held
from suggestions.states import Machine

Locked = Record | Adoption


def _keys(record: Locked) -> dict[str, Any]:
    machine = record.machine if isinstance(record, Record) else Machine.ADOPTION
    return {"machine": str(machine), "record_id": record.pk}


def take(*, record: Locked, actor: Actor, at: datetime) -> Held:
    """Take the lock or renew one's own; when somebody else holds a live one, say who. At most four queries."""
    return locks.hold(RecordLock, _keys(record), actor, at)


def renew(*, record: Locked, actor: Actor, at: datetime) -> bool:
    """Keep one's own live lock; False when it has lapsed or somebody took it over. One query."""
    mine = RecordLock.objects.filter(
        **_keys(record),
        side=locks.side_of(actor),
        user_id=locks.person(actor).pk,
        since__lte=at,
        until__gt=at,
    )
    return bool(mine.update(until=at + timedelta(minutes=locks.MINUTES)))


def release(*, record: Locked, actor: Actor) -> None:
    """Let go of one's own lock. Nothing happens when it is not one's own."""
    RecordLock.objects.filter(
        **_keys(record), side=locks.side_of(actor), user_id=locks.person(actor).pk
    ).delete()


def take_over(
    *, record: Locked, actor: Actor, reason: str, at: datetime, page: str = "", holder: int | None = None
) -> None:  # fmt: skip
    """Take a colleague's live lock. `page`: the record's address at the desk, for the colleague's notice. `holder`: as in
    `locks.take_over`.

    Raises Invalid (reason), DomainError (nobody else holds it), ChangedMeanwhile.
    """
    item = getattr(record, "suggestion", None)
    with transaction.atomic():
        _held, before, said = locks.seize(
            RecordLock, _keys(record), actor=actor, reason=reason, at=at, holder=holder
        )
        words, data = f"从{before}手里接手处理", {"from": before.pk}
        if isinstance(record, Record):
            event: Any = records.note(
                record, "lock_taken_over", actor=actor, at=at, words=words, reason=said, data=data, suggestion=item
            )  # fmt: skip
        else:
            event = transitions.note(
                record.suggestion, "lock_taken_over", actor=actor, at=at, words=words, reason=said, data=data
            )  # fmt: skip
        payload: dict[str, Any] = {
            "code": "staff.taken_over",
            "users": [before.pk],
            "event": event.pk,
        }
        if item is not None:
            payload["suggestion"] = item.pk
        else:
            # Such a record is read by few: the line names its kind and leads there, nothing more.
            noun = str(type(record)._meta.verbose_name)
            payload |= {"code": "staff.record_taken_over", "noun": noun, "page": page}
        outbox.enqueue(
            outbox.STAFF_NOTICE,
            payload,
            key=f"{payload['code']}:{_keys(record)['machine']}{record.pk}:{event.seq}",
        )
