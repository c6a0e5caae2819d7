"""The chain of custody: daily heads over all events, and the check that names the first altered row (invariant 3)."""

import hashlib
from collections.abc import Generator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import transaction

from suggestions.clock import SHANGHAI, local_date
from suggestions.models import CaseEvent, DailyHead, Suggestion


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is not as it was written: where, and what is wrong."""

    where: str
    what: str


def close_days(*, now: datetime) -> int:
    """Write the heads of all days that are over and have none yet; returns how many were written.

    A day's head covers the events *recorded* since the last head up to the run, in id order, so that an entry made late
    with an earlier date is still covered once and for ever.
    """
    written = 0
    with transaction.atomic():
        last = DailyHead.objects.select_for_update().order_by("-day").first()
        day = local_date(now) - timedelta(days=1)
        if last and last.day >= day:
            return 0
        since = last.last_event_id if last else 0
        newest = CaseEvent.objects.order_by("-id").values_list("id", flat=True).first() or since
        digest, count = _digest(since, newest, last.head if last else "")
        DailyHead.objects.create(
            day=day,
            last_event_id=newest,
            events=count,
            prev_head=last.head if last else "",
            head=digest,
        )
        written = 1
    return written


def _digest(since: int, upto: int, prev: str) -> tuple[str, int]:
    running = hashlib.sha256(prev.encode())
    count = 0
    hashes = (
        CaseEvent.objects.filter(id__gt=since, id__lte=upto)
        .order_by("id")
        .values_list("hash", flat=True)
    )
    for value in hashes.iterator(chunk_size=5000):
        running.update(value.encode())
        count += 1
    return running.hexdigest(), count


def verify() -> Generator[Fault, None, None]:
    """Walk every chain and every daily head; yields faults in order, nothing when all is as written.

    One pass over the events, constant memory; cost grows with their number.
    """
    suggestion_id, seq, head = 0, 0, ""
    events = CaseEvent.objects.order_by("suggestion_id", "seq")
    heads = dict(Suggestion.objects.exclude(event_seq=0).values_list("id", "event_head"))
    for event in events.iterator(chunk_size=2000):
        if event.suggestion_id != suggestion_id:
            if suggestion_id and heads.pop(suggestion_id, None) != head:
                yield Fault(
                    f"事项 {suggestion_id}", "最后的事件与事项上记的链头不一致，末尾可能被删"
                )
            suggestion_id, seq, head = event.suggestion_id, 0, ""
        if event.seq != seq + 1:
            yield Fault(f"事项 {suggestion_id} 第{event.seq}条", f"序号不连续，第{seq + 1}条不见了")
        if event.prev_hash != head:
            yield Fault(
                f"事项 {suggestion_id} 第{event.seq}条（id {event.pk}）", "与上一条的哈希接不上"
            )
        if event.compute_hash() != event.hash:
            yield Fault(
                f"事项 {suggestion_id} 第{event.seq}条（id {event.pk}）", "内容与哈希不符，被改过"
            )
        seq, head = event.seq, event.hash
    if suggestion_id and heads.pop(suggestion_id, None) != head:
        yield Fault(f"事项 {suggestion_id}", "最后的事件与事项上记的链头不一致，末尾可能被删")
    for missing in heads:
        yield Fault(f"事项 {missing}", "事件全部不见了")
    yield from _verify_days()


def _verify_days() -> Generator[Fault, None, None]:
    since, prev = 0, ""
    for row in DailyHead.objects.order_by("day"):
        digest, count = _digest(since, row.last_event_id, prev)
        if row.prev_head != prev or digest != row.head or count != row.events:
            yield Fault(f"{row.day} 的链头", "与当天的事件不符")
        since, prev = row.last_event_id, row.head


def start_of(day: date) -> datetime:
    """0:00 Asia/Shanghai of a day."""
    return datetime.combine(day, time(0), tzinfo=SHANGHAI)
