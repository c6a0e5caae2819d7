"""Leaders' receptions: schedule, bookings, what was decided (process.md 6.3; XF 18, 20; S1, S4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from suggestions import numbers
from suggestions.actor import Actor
from suggestions.clock import local_date, working_days_between
from suggestions.crypto import keyed_hash, possible_hashes
from suggestions.errors import DomainError, Invalid, NotAllowed
from suggestions.models import (
    Booking,
    ReceptionDecision,
    ReceptionRecord,
    ReceptionRule,
    ReceptionSlot,
    Suggestion,
    Topic,
    Unit,
)
from suggestions.models.reception import REPRESENTATIVES_MAX
from suggestions.services import clocks, intake, meeting_notices, reach, records, transitions
from suggestions.services.again import again
from suggestions.services.intake import Receipt, Submission
from suggestions.services.wording import Words, cleaned
from suggestions.states.reception import Reception as State

PUBLISH_WORKING_DAYS = 5
"""A schedule is public this many working days before (P; one local rule asks for 2 days)."""
BOOKING_OPENS_DAYS, BOOKING_CLOSES_DAYS = 14, 1
_CODE = "booking code"


@dataclass(frozen=True, slots=True)
class Booked:
    """A booking and the code its owner needs to look it up or cancel; only the hash is stored."""

    booking: Booking
    code: str


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision as it is entered."""

    text: str
    unit: Unit | None = None
    due_on: date | None = None
    on_the_spot: bool = False
    suggestion: Suggestion | None = None


def schedule(*, slot: ReceptionSlot, actor: Actor, at: datetime) -> ReceptionSlot:
    """Put a slot on the schedule; a day off moves it to the next working day, and says so.

    Raises Invalid for a past day, times the wrong way round, or booking days that do not fit.
    """
    errors: dict[str, list[str]] = {}
    if slot.on < local_date(at):
        errors["on"] = ["日期不能早于今天。"]
    if slot.ends <= slot.starts:
        errors["ends"] = ["结束时间要晚于开始时间。"]
    if not 1 <= slot.capacity <= 100:
        errors["capacity"] = ["接待批数请填1到100。"]
    if errors:
        raise Invalid(errors)
    calendar = clocks.workdays()
    wanted = slot.on
    while not calendar.is_working(slot.on):
        slot.on += timedelta(days=1)
    if slot.on != wanted:
        slot.moved_from, slot.move_reason = wanted, "原定日期休息，顺延到下一个工作日"
    slot.booking_opens_on = slot.booking_opens_on or slot.on - timedelta(days=BOOKING_OPENS_DAYS)
    slot.booking_closes_on = slot.booking_closes_on or slot.on - timedelta(days=BOOKING_CLOSES_DAYS)
    if not slot.booking_opens_on <= slot.booking_closes_on <= slot.on:
        raise Invalid({"booking_closes_on": ["预约截止要在预约开始之后、接访当天或之前。"]})
    records.begin(slot, "reception_plan", actor=actor, at=at)
    return slot


def generate(*, rule: ReceptionRule, until: date, actor: Actor, at: datetime) -> int:
    """Slots of a recurrence rule from tomorrow to `until` that do not exist yet; at most a year ahead.

    "Every working day" (S1) makes none on a day off; a fixed weekday that is off moves to the next working day.
    """
    today, calendar, made = local_date(at), clocks.workdays(), 0
    known = set(rule.slots.values_list("rule_day", flat=True))
    day = today
    last = min(until, today + timedelta(days=366))
    while day < last:
        day += timedelta(days=1)
        if day in known or not _falls_on(rule, day) or (not rule.weekdays and not calendar.is_working(day)):  # fmt: skip
            continue
        same = ("leader_name", "leader_post", "level", "kind", "field", "starts", "ends", "place", "capacity")  # fmt: skip
        slot = ReceptionSlot(
            jurisdiction=rule.jurisdiction, rule=rule, rule_day=day, on=day, **{n: getattr(rule, n) for n in same}
        )  # fmt: skip
        schedule(slot=slot, actor=actor, at=at)
        made += 1
    return made


def _falls_on(rule: ReceptionRule, day: date) -> bool:
    if rule.weekdays and day.isoweekday() not in rule.weekdays:
        return False
    return not rule.weeks_of_month or (day.day - 1) // 7 + 1 in rule.weeks_of_month


def publish(*, slot: ReceptionSlot, actor: Actor, at: datetime) -> None:
    """Make a slot public. Later than five working days before is allowed and stays marked as short notice."""
    today = local_date(at)
    if slot.on < today:
        raise DomainError("接访日期已经过去，不能再公布。")
    short = working_days_between(today, slot.on, clocks.workdays()) < PUBLISH_WORKING_DAYS
    records.move(
        slot, "reception_publish", actor=actor, at=at, fields={"published_at": at, "is_short_notice": short},
        data={"short_notice": short},
    )  # fmt: skip


def substitute(
    *, slot: ReceptionSlot, name: str, post: str, reason: str, actor: Actor, at: datetime
) -> None:
    """The leader cannot come: another one is named at once, and the public page shows the change (process.md 6.3)."""
    held = cleaned(
        {
            "substitute_name": Words("代为接待的领导姓名", 40, multiline=False),
            "substitute_post": Words("代为接待的领导职务", 60, multiline=False),
            "substitute_reason": Words("不能到场的理由", 120, multiline=False),
        },
        {"substitute_name": name, "substitute_post": post, "substitute_reason": reason},
    )
    if slot.status not in (State.PLANNED, State.PUBLISHED):
        raise DomainError("这次接访已经结束或取消，不用再换人。")
    with transaction.atomic():
        records.note(
            slot, "reception_substitute", actor=actor, at=at, reason=held["substitute_reason"], fields=held,
            words=f"由{held['substitute_post']}代为接待",
        )  # fmt: skip
        meeting_notices.tell_all(slot, "substitute")


def cancel(*, slot: ReceptionSlot, reason: str, actor: Actor, at: datetime) -> None:
    """Cancel a slot with the public reason; those who booked are told, and stay on the list to be called."""
    with transaction.atomic():
        records.move(slot, "reception_cancel", actor=actor, at=at, reason=reason.strip(), fields={"cancel_reason": reason.strip()[:200]})  # fmt: skip
        meeting_notices.tell_all(slot, "cancelled")


def book(
    *,
    slot: ReceptionSlot,
    name: str,
    phone: str,
    matter: str,
    people: int,
    source: str,
    actor: Actor,
    at: datetime,
    email: str = "",
    key: str = "",
) -> Booked:
    """Book a place: by the person on the web, or by a clerk for somebody at the telephone or the desk.

    The same form sent twice (`key`) gives the same place. Either `phone` or `email` must be there.
    Raises Invalid (missing words, more than five people, full, outside the booking days, booked already).
    Source: XF 18, 20.
    """
    code = numbers.place_code_for(f"reception:{slot.pk}:{key}" if key else "")
    if key and (before := find_booking(slot, code)) is not None:
        return Booked(before, code)
    held = cleaned(
        {"name": Words(_("姓名"), 40, multiline=False), "matter": Words(_("要谈的事"), 500)},
        {"name": name, "matter": matter},
    )
    contact, errors = reach.read(phone, email)
    if not 1 <= people <= REPRESENTATIVES_MAX:
        errors["people"] = [
            _("多人反映同一件事，请推选代表，最多%(most)s人。") % {"most": REPRESENTATIVES_MAX}
        ]
    if errors:
        raise Invalid(errors)
    today = local_date(at)
    if slot.status != State.PUBLISHED or not slot.booking_opens_on <= today <= slot.booking_closes_on:  # fmt: skip
        raise DomainError(_("这次接访现在不能预约，请看预约的起止日期，或者选别的日期。"))

    def write() -> Booking:
        active = slot.bookings.filter(cancelled_at=None)
        match contact.taken(active):
            case "phone":
                raise Invalid({"phone": [_("这个手机号已经预约了这次接访。")]})
            case "email":
                raise Invalid({"email": [_("这个邮箱已经预约了这次接访。")]})
        if active.count() >= slot.capacity:
            raise DomainError(_("这次接访已经约满，请选别的日期。"))
        with transaction.atomic():
            # The slot's version is the lock: two who want the last place cannot both have it.
            records.note(slot, "reception_booked", actor=actor, at=at, words="有人预约", data={"source": source})  # fmt: skip
            booking = Booking.objects.create(
                slot=slot, code_hash=keyed_hash(_CODE, f"{slot.pk}:{code}"), people=people, source=source,
                entered_by=actor.user, booked_at=at, **contact.fields(), **held,  # type: ignore[misc]
            )  # fmt: skip
            meeting_notices.tell(booking, "booked")
            return booking

    return Booked(again(slot, write), code)


def find_booking(slot: ReceptionSlot, code: str) -> Booking | None:
    """The booking this code belongs to, or None."""
    plain = numbers.normalise_query_code(code)
    return slot.bookings.filter(code_hash__in=possible_hashes(_CODE, f"{slot.pk}:{plain}")).first()


def cancel_booking(*, booking: Booking, actor: Actor, at: datetime) -> None:
    """Give the place back; somebody else can have it."""
    with transaction.atomic():
        changed = Booking.objects.filter(pk=booking.pk, cancelled_at=None).update(cancelled_at=at)
        if not changed:
            raise DomainError(_("这个预约已经取消了。"))
        records.note(booking.slot, "reception_unbooked", actor=actor, at=at, words="一个预约取消")


def read_contact(
    *, booking: Booking, reason: str, actor: Actor, at: datetime
) -> tuple[str, str, str]:
    """(name, phone, e-mail) for a reason that is written into the chain of the slot (PIPL; process.md 9.3)."""
    held = cleaned({"reason": Words("查看理由", 200, multiline=False)}, {"reason": reason})
    if actor.user is None:
        raise NotAllowed
    records.note(
        booking.slot, "booking_contact_read", actor=actor, at=at, words="查看了预约人的联系方式", reason=held["reason"],
        data={"booking": booking.pk},
    )  # fmt: skip
    return booking.name, booking.phone, booking.email


def file_case(*, slot: ReceptionSlot, submission: Submission, key: str, actor: Actor, at: datetime) -> Receipt:  # fmt: skip
    """What was said becomes an item like any other, through intake, from the channel "leader reception" (XF 19, 21)."""
    from dataclasses import replace

    from suggestions.codes import Channel
    from suggestions.rules import ON_RECORD

    receipt = intake.submit(
        submission=replace(submission, channel=Channel.LEADER_RECEPTION), jurisdiction=slot.jurisdiction,
        idempotency_key=key, actor=actor, at=at, limits=ON_RECORD, entered_by=actor.user,
    )  # fmt: skip
    return receipt


def hold(
    *,
    slot: ReceptionSlot,
    received: int,
    people: int,
    minutes: str,
    topics: Sequence[Topic],
    decisions: Sequence[Decision],
    cases: Sequence[Suggestion],
    actor: Actor,
    at: datetime,
) -> ReceptionRecord:
    """Write the record: minutes (internal), decisions with unit and date, the items that came of it.

    Raises Invalid (a decision without unit or date, fewer people than groups). Source: XF 18; S1, S3.
    """
    held = cleaned({"minutes": Words("接谈记录", 6000)}, {"minutes": minutes})
    errors: dict[str, list[str]] = {}
    if received < 0 or people < received:
        errors["people"] = ["接待人数不能少于接待批数。"]
    if slot.on > local_date(at):
        errors["minutes"] = ["接访还没有到日子，当天以后再记。"]
    for decision in decisions:
        if not decision.on_the_spot and (decision.unit is None or decision.due_on is None):
            errors["decisions"] = [
                f"“{decision.text[:20]}”请写由哪个单位、哪天前办，或者注明当场解决。"
            ]
        elif decision.due_on is not None and decision.due_on < slot.on:
            errors["decisions"] = [f"“{decision.text[:20]}”的完成日期不能早于接访日期。"]
    if errors:
        raise Invalid(errors)
    if actor.user is None:
        raise NotAllowed
    with transaction.atomic():
        records.move(
            slot, "reception_hold", actor=actor, at=at,
            data={"received": received, "people": people, "decisions": len(decisions)},
        )  # fmt: skip
        record = ReceptionRecord.objects.create(
            slot=slot, received=received, people=people, topics=[t.code for t in topics],
            recorded_by=actor.user, recorded_at=at, **held,  # type: ignore[misc]
        )  # fmt: skip
        record.cases.set(cases)
        ReceptionDecision.objects.bulk_create(
            ReceptionDecision(
                record=record, text=d.text[:300], unit=d.unit, due_on=d.due_on, on_the_spot=d.on_the_spot,
                suggestion=d.suggestion, done_on=slot.on if d.on_the_spot else None,
                done_words="当场解决" if d.on_the_spot else "",
            )
            for d in decisions
        )  # fmt: skip
        for case in cases:
            transitions.note(case, "reception", actor=actor, at=at, words="领导接访中提出", data={"slot": slot.pk})  # fmt: skip
    return record


def carry_out(*, decision: ReceptionDecision, words: str, actor: Actor, at: datetime) -> None:
    """A decision of a reception was carried out."""
    held = cleaned({"words": Words("完成情况", 300)}, {"words": words})
    with transaction.atomic():
        changed = ReceptionDecision.objects.filter(pk=decision.pk, done_on=None).update(
            done_on=local_date(at), done_words=held["words"]
        )
        if not changed:
            raise DomainError("这条决定已经登记完成了。")
        records.note(decision.record.slot, "reception_done", actor=actor, at=at, words=f"落实决定：{decision.text[:60]}")  # fmt: skip


def publish_counts(*, slot: ReceptionSlot, actor: Actor, at: datetime) -> None:
    """Publish how many were received, the topics and the number of decisions: no persons (process.md 6.3)."""
    records.move(slot, "reception_count", actor=actor, at=at)
