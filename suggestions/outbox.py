"""The outbox: effects written with the change, carried out at least once, harmless twice (invariant 4).

`enqueue()` inside a transaction; after commit a Celery task is asked to deliver. When the broker is away nothing is lost
and nobody waits: the rows stay, and the minute's sweep delivers them. Handlers are registered by kind.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Least
from django.utils import timezone

from suggestions.models.outbox import Outbox

Handler = Callable[[dict[str, Any]], None]
_HANDLERS: dict[str, Handler] = {}
_notices_off: ContextVar[bool] = ContextVar("notices_off", default=False)
_no_signal: ContextVar[bool] = ContextVar("no_signal", default=False)
_gathered: ContextVar[list[Outbox] | None] = ContextVar("gathered", default=None)
log = structlog.get_logger(__name__)

LONGEST_WAIT = 3600
LONGEST_WAIT_INDEX = 300
"""Seconds. When the search engine is back, what was published meanwhile is to be found within minutes."""
_MOST_COUNTED = 30_000
INDEX, AUTHOR_NOTICE, STAFF_NOTICE = "index", "author_notice", "staff_notice"
NOTICES = frozenset(
    {
        AUTHOR_NOTICE,
        STAFF_NOTICE,
        "clock_reminder",
        "calendar_alarm",
        "resident_digest",
        "meeting_notice",
        "secret_stopped",
    }
)
"""What tells somebody something, and is left out of bulk()."""


def register(kind: str, handler: Handler) -> None:
    """Name the function that carries out effects of this kind. It must be harmless when called twice."""
    _HANDLERS[kind] = handler


@contextmanager
def bulk(*, notices: bool = False) -> Iterator[None]:
    """For seeding and imports: no task per row (the caller reindexes or lets the sweep run), notices only if asked for.

    Nobody wants an SMS about a letter of ten years ago.
    """
    a, b = _notices_off.set(not notices), _no_signal.set(True)
    try:
        yield
    finally:
        _notices_off.reset(a)
        _no_signal.reset(b)


def is_bulk() -> bool:
    """Whether we are inside `bulk()`: what can as well be made later is then left."""
    return _no_signal.get()


@contextmanager
def together() -> Iterator[None]:
    """Write what is enqueued inside in one statement, at the end and still in the caller's transaction, and ask for its
    delivery once. An inner use leaves its rows to the outer one; after an error nothing is written.
    """
    if _gathered.get() is not None:
        yield
        return
    rows: list[Outbox] = []
    token = _gathered.set(rows)
    try:
        yield
    finally:
        _gathered.reset(token)
    if rows:
        Outbox.objects.bulk_create(rows)
        _ask()


def enqueue(
    kind: str, payload: dict[str, Any], *, key: str = "", at: datetime | None = None
) -> None:
    """Write one effect in the current transaction and ask for its delivery after commit."""
    if kind in NOTICES and _notices_off.get():
        return
    row = Outbox(kind=kind, key=key, payload=payload, available_at=at or timezone.now())
    gathered = _gathered.get()
    if gathered is not None:
        gathered.append(row)
        return
    row.save(force_insert=True)
    _ask()


def _ask() -> None:
    if not _no_signal.get():
        transaction.on_commit(_signal)


def _signal() -> None:
    """Ask a worker to deliver now. A broker that is away is no reason to fail: the sweep comes every minute."""
    from suggestions.tasks import deliver_outbox

    try:
        deliver_outbox.apply_async(retry=False, ignore_result=True)
    except Exception as error:
        log.warning("broker_away", error=type(error).__name__)


def deliver(*, now: datetime, limit: int = 500) -> int:
    """Carry out what waits, oldest first; returns how many were done. Safe to run in several workers at once.

    A failed row is tried again after 2^attempts seconds (at most an hour, five minutes for the index) for as long as it
    takes, and stays visible in /readyz: however long a relay or an engine was away, nothing is given up.
    """
    done = 0
    waiting = list(
        Outbox.objects.filter(done_at=None, available_at__lte=now).order_by("id")[:limit]
    )
    seen: set[tuple[str, str]] = set()
    for row in waiting:
        # Claim by moving the row's time: another worker, or a sweep after our death, takes it again later.
        claimed = Outbox.objects.filter(
            pk=row.pk, done_at=None, available_at=row.available_at
        ).update(
            available_at=now + timedelta(seconds=60),
            attempts=Least(F("attempts") + 1, _MOST_COUNTED),
        )
        if not claimed:
            continue
        done += _carry_out(row, seen, now)
    return done


def wait_after(attempts: int, kind: str) -> int:
    """Seconds until a row of this kind that failed so many times is tried again."""
    longest = LONGEST_WAIT_INDEX if kind == INDEX else LONGEST_WAIT
    return int(min(2 ** min(attempts, 20), longest))


def _carry_out(row: Outbox, seen: set[tuple[str, str]], now: datetime) -> int:
    handler = _HANDLERS.get(row.kind)
    repeat = bool(row.key) and row.kind == INDEX and (row.kind, row.key) in seen
    try:
        if handler is None:
            raise LookupError(f"no handler for {row.kind}")
        if (
            not repeat
        ):  # several index rows of one item in one batch: the first already wrote the newest text
            handler(row.payload)
    except Exception as error:
        wait = wait_after(row.attempts + 1, row.kind)
        Outbox.objects.filter(pk=row.pk).update(
            last_error=f"{type(error).__name__}"[:200], available_at=now + timedelta(seconds=wait)
        )
        log.warning(
            "outbox_failed",
            kind=row.kind,
            key=row.key,
            attempts=row.attempts + 1,
            error=type(error).__name__,
        )
        return 0
    Outbox.objects.filter(pk=row.pk).update(done_at=now, last_error="")
    seen.add((row.kind, row.key))
    return 1
