"""Lead and co-units between themselves: the interim word of a co-unit that is late, the lead's reminder (BJ 14; process.md 4.2)."""

from datetime import date, datetime

from django.db import transaction

from suggestions import rules
from suggestions.actor import Actor
from suggestions.clock import local_date
from suggestions.errors import DomainError, Invalid, NotAllowed, WrongState
from suggestions.models import Assignment
from suggestions.services import transitions
from suggestions.states import Assignment as State

OWING = (State.PENDING, State.SIGNED, State.WORKING)


def give_interim(
    *, assignment: Assignment, words: str, until: date, actor: Actor, at: datetime
) -> Assignment:
    """A co-unit that cannot give its opinion in time says how far it is and when it will (BJ 14). K9 runs on."""
    if actor.unit is None or actor.unit.pk != assignment.unit_id:
        raise NotAllowed("这件建议不是交给您单位的。")
    if assignment.part != Assignment.Part.CO or assignment.status not in (
        State.SIGNED,
        State.WORKING,
    ):
        raise WrongState
    words = rules.clean_text(words)
    errors: dict[str, list[str]] = {}
    if not words:
        errors["words"] = ["请写办到哪一步了、为什么来不及。"]
    if until < local_date(at):
        errors["until"] = ["预计给意见的日期，请填今天或以后。"]
    if errors:
        raise Invalid(errors)
    with transaction.atomic():
        Assignment.objects.filter(pk=assignment.pk).update(
            interim_status=words, interim_until=until, interim_at=at
        )
        transitions.note(
            assignment.suggestion, "interim_status", actor=actor, at=at, reason=words,
            words=f"{assignment.unit.short_name}说明进展，预计{until.month}月{until.day}日给意见",
            notify=("staff.interim",),
        )  # fmt: skip
    assignment.interim_status, assignment.interim_until = words, until
    return assignment


def remind(*, assignment: Assignment, actor: Actor, at: datetime) -> Assignment:
    """The lead (or the office) asks a co-unit for its opinion, at most once a day."""
    if assignment.part != Assignment.Part.CO or assignment.status not in OWING:
        raise WrongState
    if assignment.reminded_at is not None and local_date(assignment.reminded_at) == local_date(at):
        raise DomainError(f"今天已经催过{assignment.unit.short_name}，请明天再催。")
    with transaction.atomic():
        Assignment.objects.filter(pk=assignment.pk).update(reminded_at=at)
        transitions.note(
            assignment.suggestion, "co_reminded", actor=actor, at=at,
            words=f"请{assignment.unit.short_name}尽快给协办意见", data={"assignment": assignment.pk},
            notify=("staff.co_reminded",),
        )  # fmt: skip
    assignment.reminded_at = at
    return assignment


def owing(parts: list[Assignment]) -> list[Assignment]:
    """The co-units that still owe an opinion."""
    return [p for p in parts if p.part == Assignment.Part.CO and p.status in OWING]
