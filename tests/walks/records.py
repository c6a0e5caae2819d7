"""What holds for records after every step: their state, their chain, the clocks their rows promise, the case that was told."""

from collections.abc import Iterable, Iterator

from django.apps import apps

from suggestions import states
from suggestions.models import CaseEvent, Clock, JurisdictionDispute, RecordEvent
from suggestions.models.record import Record
from suggestions.states import OPEN
from tests.walks import rooms

KINDS: dict[str, type[Record]] = {
    str(m.machine): m
    for m in apps.get_app_config("suggestions").get_models()
    if issubclass(m, Record)
}
STATES = {
    machine: {s for t in states.TRANSITIONS if t.machine == machine for s in (*t.from_, t.to)}
    for machine in KINDS
}
ENDED = {
    machine: STATES[machine] - {s for t in states.TRANSITIONS if t.machine == machine for s in t.from_}
    for machine in KINDS
}  # fmt: skip
QUIET = {
    **dict.fromkeys(
        ("plan_visit", "record_visit", "give_up_visit", "decline_visit", "cancel_visit"),
        "units learn nothing of a visit: it stands in its own record (process.md 7.1)",
    ),
    **dict.fromkeys(
        ("supervision_propose", "supervision_dismiss", "sponsorship_propose"),
        "a proposal binds nobody; what a person decides to order is told (8.1)",
    ),
    **dict.fromkeys(
        ("screen_in", "freeze_score", "shortlist", "not_shortlist"),
        "marks and places are the round's until its list is shown: units read the case and nominate (4.8)",
    ),
    **dict.fromkeys(
        ("comment_write", "comment_withdraw"),
        "a reader's own doing about a published answer; what the office does with it is told (7.1)",
    ),
    "close_award": "a nomination nobody decided ends with its round; the case learns of prizes (4.8)",
}
"""Acts on records that do not tell the case they concern, with the reason."""


def touched(since: int) -> set[tuple[str, int]]:
    """(machine, key) of the records with events after this one."""
    return set(RecordEvent.objects.filter(pk__gt=since).values_list("machine", "record_id"))


def of_record(machine: str, key: int, *, since: int = 0) -> Iterator[str]:
    """Faults of one record, read anew from the database; `since`: the last event known before this step."""
    held = KINDS[machine]._default_manager.get(pk=key)
    events = list(RecordEvent.objects.filter(machine=machine, record_id=key).order_by("seq"))
    yield from _chain(held, events)
    yield from _clocks(held, events)
    yield from rooms.of_room(held)
    for event in events:
        if event.pk > since and event.suggestion_id and not event.is_blanked:
            yield from _told(event)


def _chain(held: Record, events: list[RecordEvent]) -> Iterator[str]:
    if held.status not in STATES[str(held.machine)]:
        yield f"the state is {held.status!r}"
    seq, head, state = 0, "", ""
    for event in events:
        if event.seq != seq + 1 or event.prev_hash != head or event.compute_hash() != event.hash:
            yield f"the chain breaks at {event.seq}"
        row = states.BY_NAME.get(event.name)
        if row is not None and str(row.machine) == event.machine:
            if event.from_state != state or state not in row.from_ or event.to_state != row.to:
                yield f"event {event.seq} took no declared row: {event.name} from {state!r}"
            state = event.to_state
        elif event.to_state:
            yield f"event {event.seq} moved without a row: {event.name}"
        seq, head = event.seq, event.hash
    if (seq, head) != (held.event_seq, held.event_head):
        yield "the record's head is not its last event"
    if state != held.status:
        yield f"the events lead to {state!r} and the record says {held.status!r}"


def _clocks(held: Record, events: list[RecordEvent]) -> Iterator[str]:
    """The table is the oracle: what its rows started and nothing stopped runs, and nothing else does."""
    promised: dict[str, bool] = {}
    for event in events:
        row = states.BY_NAME.get(event.name)
        if event.name == "hearing_papers":
            # A note and no row: the wait for the papers becomes the days they lie with people.
            promised = {k: p for k, p in promised.items() if k != "K22p"} | {"K22": False}
        if row is None or str(row.machine) != event.machine:
            continue
        promised = {k: p for k, p in promised.items() if k not in row.stops}
        for kind in promised:
            promised[kind] = (promised[kind] or kind in row.pauses) and kind not in row.resumes
        promised |= {k: False for k in row.starts if k not in promised}
    rows = Clock.objects.filter(
        record_machine=str(held.machine), record_id=held.pk, stopped_at=None
    )
    running = [(c.kind, c.paused_on is not None) for c in rows]
    if _papers_as_one(running) != _papers_as_one(promised.items()):
        yield f"{sorted(running)} run while the rows promise {sorted(promised.items())}"
    if running and held.status in ENDED[str(held.machine)]:
        yield f"{sorted(running)} run on a record that is {held.status}"
    due = min((c.due_on for c in rows), default=None)
    if due != held.due_on and events and running:
        yield f"the record is due on {held.due_on} and its clock on {due}"


def _papers_as_one(held: Iterable[tuple[str, bool]]) -> list[tuple[str, bool]]:
    """Papers that came in time for a day that was put off need not be sent again: one of the two clocks runs, or both."""
    return sorted({("K22" if kind == "K22p" else kind, paused) for kind, paused in held})


def _told(event: RecordEvent) -> Iterator[str]:
    if event.name in QUIET or event.name not in states.BY_NAME:
        return
    if not CaseEvent.objects.filter(suggestion=event.suggestion_id, at=event.at).exists():
        yield f"{event.name} concerned a case that was not told"


def left_over() -> Iterator[str]:
    """Matters about a case that is nobody's any more."""
    for dispute in JurisdictionDispute.objects.exclude(status__in=("settled", "dropped")):
        if dispute.suggestion.status not in OPEN:
            yield f"{dispute} waits for a decision about a case that is {dispute.suggestion.status}"
