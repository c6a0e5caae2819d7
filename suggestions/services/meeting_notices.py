"""What people enrolled in a hearing or booked for a reception are told by SMS or e-mail (process.md 6.1, 6.3).

Each notice is a row of the outbox, written with the act it tells of; phone and address are read when it is sent.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from suggestions import outbox
from suggestions.clock import SHANGHAI, local_date
from suggestions.models import Booking, Hearing, Participant, ReceptionSlot
from suggestions.states.hearing import Hearing as HearingState
from suggestions.states.reception import Reception as SlotState

MEETING_NOTICE = "meeting_notice"
"""Kind of the outbox; its handler is in portal/notices/meetings.py."""
HOURS = range(8, 20)
"""When a reminder may come: not while people sleep."""


def tell(person: Participant | Booking, code: str) -> None:
    """Queue one notice; nothing for who left neither phone nor e-mail. Call it in the transaction of the act."""
    if not (person.phone or person.email):
        return
    if isinstance(person, Participant):
        kind, moment = "hearing", person.hearing.event_seq
    else:
        kind, moment = "reception", person.slot.event_seq
    payload = {"kind": kind, "code": code, "person": person.pk, "moment": moment}
    outbox.enqueue(MEETING_NOTICE, payload, key=f"{code}:{kind}:{person.pk}:{moment}")


def tell_all(held: Hearing | ReceptionSlot, code: str) -> None:
    """Queue a notice for everybody who still means to come."""
    for person in _coming(held):
        tell(person, code)


def tell_list(hearing: Hearing) -> None:
    """Everybody who asked for a seat hears whether they have one."""
    for person in hearing.participants.filter(withdrawn_at=None):
        person.hearing = hearing
        tell(person, "chosen" if person.is_chosen else "not_chosen")


def _coming(held: Hearing | ReceptionSlot) -> list[Participant] | list[Booking]:
    if isinstance(held, Hearing):
        people = list(held.participants.filter(withdrawn_at=None))
        for person in people:
            person.hearing = held
        return people
    booked = list(held.bookings.filter(cancelled_at=None))
    for booking in booked:
        booking.slot = held
    return booked


def remind(*, now: datetime) -> int:
    """The sweep: who comes tomorrow hears of it once, by day. Returns how many."""
    if now.astimezone(SHANGHAI).hour not in HOURS:
        return 0
    day = local_date(now) + timedelta(days=1)
    fresh = Q(reminded_for=None) | ~Q(reminded_for=day)
    seats = Participant.objects.filter(
        fresh, hearing__status=HearingState.CONFIRMED, hearing__on=day, is_chosen=True, withdrawn_at=None
    ).select_related("hearing")  # fmt: skip
    places = Booking.objects.filter(
        fresh, slot__status=SlotState.PUBLISHED, slot__on=day, cancelled_at=None
    ).select_related("slot")
    found: list[Participant | Booking] = [*seats, *places]
    done = 0
    for person in found:
        with transaction.atomic():
            mine = type(person)._default_manager.filter(fresh, pk=person.pk)
            if mine.update(reminded_for=day):
                tell(person, "tomorrow")
                done += 1
    return done
