"""The chain of custody: daily heads over all events, and the check that names the first altered row (invariant 3)."""

import hashlib
from collections.abc import Generator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.apps import apps
from django.db import transaction

from suggestions.clock import SHANGHAI, local_date
from suggestions.models import CaseEvent, DailyHead, Erasure, Record, RecordEvent, Suggestion
from suggestions.states import Machine


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
        others = last.last_record_event_id if last else 0
        newest_other = (
            RecordEvent.objects.order_by("-id").values_list("id", flat=True).first() or others
        )
        digest, count = _digest((since, newest), (others, newest_other), last.head if last else "")
        DailyHead.objects.create(
            day=day,
            last_event_id=newest,
            last_record_event_id=newest_other,
            events=count,
            prev_head=last.head if last else "",
            head=digest,
        )
        written = 1
    return written


def _digest(cases: tuple[int, int], records: tuple[int, int], prev: str) -> tuple[str, int]:
    """Hash over the case events, then the record events, of two open-closed ranges of ids; and how many there were."""
    running = hashlib.sha256(prev.encode())
    count = 0
    for model, (since, upto) in ((CaseEvent, cases), (RecordEvent, records)):
        hashes = (
            model._default_manager.filter(id__gt=since, id__lte=upto)
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
    erased = _erasures()
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
        if event.compute_hash() != event.hash or not (
            _is_erased(event, erased) if event.is_blanked else event.texts_are_as_written()
        ):
            yield Fault(
                f"事项 {suggestion_id} 第{event.seq}条（id {event.pk}）", "内容与哈希不符，被改过"
            )
        seq, head = event.seq, event.hash
    if suggestion_id and heads.pop(suggestion_id, None) != head:
        yield Fault(f"事项 {suggestion_id}", "最后的事件与事项上记的链头不一致，末尾可能被删")
    for missing in heads:
        yield Fault(f"事项 {missing}", "事件全部不见了")
    yield from _verify_records(erased)
    yield from _verify_days()


def _erasures() -> dict[int, int]:
    """Case → seq of the event that says its texts were erased. A tombstone without that event excuses nothing."""
    told = CaseEvent.objects.filter(
        name="erased", suggestion__erasure__kind=Erasure.Kind.ERASED
    ).values_list("suggestion_id", "seq")
    return dict(told)


def _is_erased(event: CaseEvent | RecordEvent, erased: dict[int, int]) -> bool:
    """Whether an event without texts was lawfully emptied: nothing is left in it, and its case was erased after it."""
    case = event.suggestion_id
    if case is None or case not in erased or event.words or event.reason or event.data:
        return False
    return isinstance(event, RecordEvent) or event.seq < erased[case]


def _verify_records(erased: dict[int, int]) -> Generator[Fault, None, None]:
    """The chains of what is no case, one kind after the other."""
    for model in (m for m in apps.get_models() if issubclass(m, Record)):
        label = str(Machine(model.machine).label)
        heads = dict(model._default_manager.exclude(event_seq=0).values_list("pk", "event_head"))
        held, seq, head = 0, 0, ""
        events = RecordEvent.objects.filter(machine=model.machine).order_by("record_id", "seq")
        for event in events.iterator(chunk_size=2000):
            if event.record_id != held:
                if held and heads.pop(held, None) != head:
                    yield Fault(f"{label} {held}", "最后的事件与记录上的链头不一致，末尾可能被删")
                held, seq, head = event.record_id, 0, ""
            where = f"{label} {held} 第{event.seq}条（id {event.pk}）"
            if event.seq != seq + 1:
                yield Fault(where, f"序号不连续，第{seq + 1}条不见了")
            if event.prev_hash != head:
                yield Fault(where, "与上一条的哈希接不上")
            if event.compute_hash() != event.hash or not (
                _is_erased(event, erased) if event.is_blanked else event.texts_are_as_written()
            ):
                yield Fault(where, "内容与哈希不符，被改过")
            seq, head = event.seq, event.hash
        if held and heads.pop(held, None) != head:
            yield Fault(f"{label} {held}", "最后的事件与记录上的链头不一致，末尾可能被删")
        for missing in heads:
            yield Fault(f"{label} {missing}", "事件全部不见了")


def _verify_days() -> Generator[Fault, None, None]:
    since, others, prev = 0, 0, ""
    for row in DailyHead.objects.order_by("day"):
        digest, count = _digest(
            (since, row.last_event_id), (others, row.last_record_event_id), prev
        )
        if row.prev_head != prev or digest != row.head or count != row.events:
            yield Fault(f"{row.day} 的链头", "与当天的事件不符")
        since, others, prev = row.last_event_id, row.last_record_event_id, row.head


def start_of(day: date) -> datetime:
    """0:00 Asia/Shanghai of a day."""
    return datetime.combine(day, time(0), tzinfo=SHANGHAI)
