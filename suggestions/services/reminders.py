"""Reminders before and after agency dates, and the ladder of the late ones (process.md section 5).

Swept by query over `Clock.remind_on`, so that a missed run heals; each step is a row, so that none is sent twice. After
a gap only the latest step goes to the holder, and the skipped ones are kept as superseded; every rung of the ladder is
climbed, because each has another addressee.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from suggestions import outbox, reminding
from suggestions.actor import Actor
from suggestions.clock import SHANGHAI, Length, local_date
from suggestions.codes import Category
from suggestions.matrix import MISCONDUCT_READERS, SECRET_READERS
from suggestions.models import Clock, ClockReminder, Jurisdiction, StaffRole, Suggestion
from suggestions.models.record import Record
from suggestions.roles import Role
from suggestions.services import clocks, records, transitions

CLOCK_REMINDER = "clock_reminder"
"""Kind of outbox row; delivered by portal/notices/reminders.py."""
FROM_HOUR = 8
"""Nobody is told at midnight that a date is near. Clocks that count hours do not wait."""
_BATCH = 500
_Step = ClockReminder.Step
_OFFICE: dict[str, tuple[str, ...]] = {
    "K12": (Role.PUBLISHER,),
    "K14": (Role.INTAKE_CLERK,),
    "K22p": (Role.HEARING_CLERK, Role.TRIAGE_OFFICER),
    "K24": (Role.PRIVACY_OFFICER,),
    "K25": (Role.PRIVACY_OFFICER,),
    "K26": (Role.SUPERVISOR,),
    "K28": (Role.SUPERVISOR,),
    "KL": (Role.SUPERVISOR,),
    "KS": (Role.SUPERVISOR,),
    "KM": (Role.PRIVACY_OFFICER,),
    "K27": (Role.PUBLISHER, Role.PRIVACY_OFFICER),
}
"""Who in the office holds a clock that no unit holds; the others are the triage officers'."""
_LADDER: dict[str, Role] = {
    reminding.HEAD: Role.UNIT_HEAD,
    reminding.SUPERVISOR: Role.SUPERVISOR,
    reminding.LEADER: Role.LEADER,
}


def send(*, now: datetime) -> int:
    """Send what is due; returns how many steps were sent. On rest days and before eight only clocks that count hours."""
    today, local = local_date(now), now.astimezone(SHANGHAI)
    waiting = Clock.objects.filter(stopped_at=None, paused_on=None, remind_on__lte=today)
    if local.hour < FROM_HOUR or not clocks.workdays().is_working(today):
        waiting = waiting.filter(due_at__isnull=False)
    related = ("rule", "suggestion__jurisdiction", "holder_unit", "assignment")
    sent = 0
    for held in waiting.select_related(*related).order_by("remind_on", "pk")[:_BATCH]:
        sent += _remind(held, now=now, today=today)
    return sent


def _remind(held: Clock, *, now: datetime, today: date) -> int:
    rule, start, calendar = held.as_rule(), local_date(held.started_at), clocks.workdays()
    planned = reminding.steps(rule, start, held.due_on, calendar, until=today)
    following: date | None = reminding.following(rule, start, held.due_on, calendar, after=today)
    if held.due_at is not None and rule.unit is Length.HOUR:
        middle = held.started_at + (held.due_at - held.started_at) / 2
        if now < held.due_at:
            # The sweep comes every few minutes, so the middle and the end are met on the hour, not on the day.
            planned, following = [], today
        if now >= middle:
            planned.insert(0, reminding.Planned(reminding.HALF, local_date(middle)))
    with transaction.atomic():
        # Claimed by moving the day on: a second worker at the same moment finds nothing to move.
        claim = Clock.objects.filter(
            pk=held.pk, remind_on=held.remind_on, stopped_at=None, paused_on=None
        )
        if not claim.update(remind_on=following):
            return 0
        rows = held.reminders.values_list("step", "on", "due_on")
        known = {(s, on, d) for s, on, d in rows} | {(s, None, None) for s, _, _ in rows}
        new = [p for p in planned if _is_new(p, held, known)]
        if not new:
            return 0
        return _record(held, new, now=now)


def _is_new(step: reminding.Planned, held: Clock, known: set[tuple[Any, Any, Any]]) -> bool:
    if step.step == reminding.HALF:
        # A pause moves the middle, but half of the time is over only once.
        return (step.step, None, None) not in known
    return (step.step, step.on, held.due_on) not in known


def _record(held: Clock, new: list[reminding.Planned], *, now: datetime) -> int:
    own = [p for p in new if p.step not in reminding.LADDER]
    record = record_of(held)
    sent = 0
    for step in new:
        superseded = bool(own) and step in own and step != own[-1]
        if superseded and step.step == reminding.LATE:
            continue
        row, created = ClockReminder.objects.get_or_create(
            clock=held,
            step=step.step,
            on=step.on,
            due_on=held.due_on,
            defaults={"at": now, "superseded": superseded},
        )
        if superseded or not created:
            continue
        row.told.set(addressees(held, step.step, record=record, on=local_date(now)))
        outbox.enqueue(CLOCK_REMINDER, {"reminder": row.pk}, key=f"reminder:{row.pk}")
        sent += 1
        if step.step == reminding.LEADER:
            _into_bulletin(held, record, step.on, now)
    return sent


def _into_bulletin(held: Clock, record: Record | None, on: date, now: datetime) -> None:
    """Five working days late: marked for the bulletin, and the timeline says so."""
    Clock.objects.filter(pk=held.pk).update(bulletin_on=on)
    words = f"“{held.rule.name}”逾期{reminding.LADDER[reminding.LEADER]}个工作日，报领导并列入通报"
    actor, data = Actor.system(), {"kind": held.kind, "clock": held.pk}
    if held.suggestion is not None:
        held.suggestion.refresh_from_db()
        transitions.note(
            held.suggestion, "clock_bulletin", actor=actor, at=now, words=words, data=data
        )
    elif record is not None:
        records.note(record, "clock_bulletin", actor=actor, at=now, words=words, data=data)


def record_of(held: Clock) -> Record | None:
    """The record a clock belongs to; None for a case's clock, or when the record is gone. One query."""
    if not held.record_machine:
        return None
    model = next((m for m in Record.__subclasses__() if m.machine == held.record_machine), None)
    if model is None:
        return None
    found: Record | None = (
        model._default_manager.select_related("jurisdiction").filter(pk=held.record_id).first()
    )
    return found


def addressees(held: Clock, step: str, *, record: Record | None = None, on: date) -> list[Any]:
    """The active people one step is for: the holder's staff, or the rung of the ladder; never empty-handed upwards.

    A rung nobody holds here goes to the next one. A report of misconduct is told to those who may read it, and nobody else.
    """
    suggestion = held.suggestion
    place = suggestion.jurisdiction if suggestion else (record.jurisdiction if record else None)
    if place is None:
        return []
    if suggestion is not None and suggestion.category == Category.REPORT_MISCONDUCT:
        return _people(_in(place, MISCONDUCT_READERS), on)
    if suggestion is not None and suggestion.is_secret:
        return _people(_in(place, SECRET_READERS), on)
    if step not in reminding.LADDER:
        return _holders(held, place, suggestion, record, on)
    rungs = list(reminding.LADDER)
    for rung in rungs[rungs.index(step) :]:
        role = _LADDER[rung]
        where = (
            Q(unit=held.holder_unit, role=role) if role == Role.UNIT_HEAD else _in(place, {role})
        )
        if role == Role.UNIT_HEAD and held.holder_unit is None:
            where = Q(unit__is_collection_office=True, unit__jurisdiction=place, role=role)
        if found := _people(where, on):
            return found
    return []


def _holders(
    held: Clock,
    place: Jurisdiction,
    suggestion: Suggestion | None,
    record: Record | None,
    on: date,
) -> list[Any]:
    if held.holder_unit is not None and not held.holder_unit.is_collection_office:
        where = Q(unit=held.holder_unit, role__in=(Role.LIAISON, Role.HANDLER))
        return _people(where, on)
    if (
        record is not None
        and held.kind not in _OFFICE
        and record.user_path
        and "__" not in record.user_path
    ):
        person = getattr(record, record.user_path, None)
        if person is not None and getattr(person, "is_active", False):
            return [person]
    return _people(_in(place, _OFFICE.get(held.kind, (Role.TRIAGE_OFFICER,))), on)


def _in(place: Jurisdiction, roles: Iterable[str]) -> Q:
    """Holders of a role in this jurisdiction or above it."""
    paths = [place.path[:n] for n in range(place.steplen, len(place.path) + 1, place.steplen)]
    return Q(role__in=list(roles), jurisdiction__path__in=paths)


def _people(where: Q, on: date) -> list[Any]:
    roles = (
        StaffRole.objects.filter(where, user__is_active=True)
        .filter(Q(valid_until=None) | Q(valid_until__gte=on))
        .select_related("user")
        .order_by("user_id")
    )
    return list({r.user_id: r.user for r in roles}.values())
