"""Public hearings: announced, seats filled by a method said beforehand, papers in time, a signed record (process.md 6.1).

A formal hearing pauses K7a and K7b of its linked cases from the announcement to the signed record, and no longer.
Source: SH 11; AD 16, 17.
"""

import random
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction

from suggestions.actor import Actor
from suggestions.clock import SHANGHAI, local_date
from suggestions.codes import Category
from suggestions.errors import DomainError, Invalid, NotAllowed
from suggestions.models import Assignment, Clock, Hearing, Participant, StaffRole, Suggestion
from suggestions.roles import UNIT_ROLES, Role
from suggestions.services import clocks, meeting_notices, records, transitions
from suggestions.services.wording import Words, cleaned
from suggestions.states import Machine, Transition, Visibility
from suggestions.states.hearing import Hearing as State

_PAUSED = ("K7a", "K7b")
_PAPERS = ("K22", "K22p")
_TEXTS = {
    "topic": Words("议题", 80, multiline=False),
    "background": Words("背景和要听的问题", 3000),
    "place": Words("地点", 120, multiline=False),
    "closed_reason": Words("不公开的理由", 200, required=False, multiline=False),
}


def plan(*, hearing: Hearing, cases: Sequence[Suggestion], actor: Actor, at: datetime) -> Hearing:
    """Begin a hearing (not yet stored). `sides`: [{"name": 界别, "seats": n}, …], all sides that are concerned (AD 16).

    Raises Invalid for missing words, days in the wrong order, fewer than two sides, a chair who handles a linked case.
    """
    held = cleaned(_TEXTS, {name: getattr(hearing, name) for name in _TEXTS})
    for name, value in held.items():
        setattr(hearing, name, value)
    errors = _dates(hearing.on, hearing.enrol_from, hearing.enrol_until, local_date(at))
    if hearing.is_closed and not hearing.closed_reason:
        errors["closed_reason"] = ["不公开举行要写明理由，例如涉及商业秘密或者个人隐私。"]
    if len({s["name"] for s in hearing.sides}) < 2 or any(s["seats"] < 1 for s in hearing.sides):
        errors["sides"] = ["请至少写两个界别，每个界别至少1个名额，让各方都有代表。"]
    if any(c.category == Category.REPORT_MISCONDUCT for c in cases):
        errors["cases"] = ["检举控告不能开听证会。"]
    if hearing.chair_id and handles(hearing.chair, cases):
        errors["chair"] = [_CHAIR]
    if errors:
        raise Invalid(errors)
    with transaction.atomic():
        records.begin(hearing, "hearing_plan", actor=actor, at=at)
        hearing.cases.set(cases)
    return hearing


_CHAIR = "主持人不能是关联建议的经办人或承办单位的人，请换一位。"


def handles(person: Any, cases: Sequence[Suggestion]) -> bool:
    """Whether this person has to do with one of the cases: handler, drafter, signer, reviewer, or staff of a unit on it."""
    for case in cases:
        parts = Assignment.objects.filter(suggestion=case)
        if case.handler_id == person.pk or parts.filter(handler=person).exists():
            return True
        replies = case.replies.values_list("drafted_by", "signed_by", "reviewed_by")
        if any(person.pk in row for row in replies):
            return True
        if StaffRole.objects.filter(
            user=person, role__in=UNIT_ROLES, unit__in=parts.values("unit")
        ).exists():
            return True
    return False


def name_chair(*, hearing: Hearing, chair: Any, clerk: Any, actor: Actor, at: datetime) -> None:
    """Name chair and clerk: two persons, and the chair no handler of a linked case (local rule; AD 16)."""
    errors: dict[str, list[str]] = {}
    if handles(chair, list(hearing.cases.all())):
        errors["chair"] = [_CHAIR]
    elif not StaffRole.objects.filter(user=chair, role=Role.HEARING_CHAIR).exists():
        errors["chair"] = ["请选担任“听证主持人”角色的人。"]
    if clerk is not None and clerk.pk == chair.pk:
        errors["clerk"] = ["记录人和主持人要分开。"]
    if errors:
        raise Invalid(errors)
    _before_held(hearing)
    records.note(hearing, "hearing_chair", actor=actor, at=at, words="确定主持人和记录人", fields={"chair": chair, "clerk": clerk})  # fmt: skip


def announce(*, hearing: Hearing, actor: Actor, at: datetime) -> None:
    """Publish topic, time, place, seats and how participants are found; a formal hearing pauses the linked clocks."""
    if local_date(at) > hearing.enrol_from:
        raise DomainError("报名开始的日子已经过了，请先改日期再公告。")
    with transaction.atomic():
        records.move(hearing, "hearing_announce", actor=actor, at=at, fields={"paused_cases": _pause(hearing, actor, at)})  # fmt: skip
        _papers_by(hearing)


def open_enrolment(*, hearing: Hearing, actor: Actor, at: datetime) -> None:
    """Enrolment opens on its day."""
    if local_date(at) < hearing.enrol_from:
        raise DomainError(f"报名从{_day(hearing.enrol_from)}开始。")
    records.move(hearing, "hearing_enrol", actor=actor, at=at)


def send_papers(*, hearing: Hearing, papers: str, on: date, actor: Actor, at: datetime) -> None:
    """Note which papers reached the participants and when. Raises Invalid under seven days before (K22; AD 16)."""
    held = cleaned({"papers": Words("听证材料", 3000)}, {"papers": papers})
    if on > local_date(at):
        raise Invalid({"papers_sent_on": ["送达日期不能晚于今天。"]})
    if on > hearing.on - timedelta(days=papers_days()):
        raise Invalid({"papers_sent_on": [f"材料要在听证会{papers_days()}天前送到，最晚{_day(hearing.on - timedelta(days=papers_days()))}。来不及就延期。"]})  # fmt: skip
    _before_held(hearing)
    with transaction.atomic():
        records.note(
            hearing, "hearing_papers", actor=actor, at=at, words=f"听证材料{_day(on)}送达", visibility=Visibility.PUBLIC,
            fields={"papers": held["papers"], "papers_sent_on": on},
        )  # fmt: skip
        for running in clocks.of_record(hearing).filter(kind__in=_PAPERS, stopped_at=None):
            clocks.stop(running, at=at, reason="hearing_papers")
        # From the day they reached people, to the hearing: that long at least (K22).
        sent = min(datetime.combine(on, time(23, 59, 59), tzinfo=SHANGHAI), at)
        least = clocks.start_for_record(hearing, "K22", at=sent, holder=hearing.organiser)
        _keep_due(hearing, least)


def papers_days() -> int:
    """Days that papers reach the participants before the hearing, at the least (K22; AD 16)."""
    return clocks.current_rule("K22").length


def _papers_by(hearing: Hearing) -> None:
    """K22p: the last day on which papers can still reach people in time; its reminders come before it (AD 16)."""
    held = clocks.of_record(hearing).filter(kind="K22p", stopped_at=None).first()
    if held is None:
        return
    if clocks.of_record(hearing).filter(kind="K22", stopped_at=None).exists() and _in_time(hearing):
        # Sent already for an earlier day that was put off.
        clocks.stop(held, at=held.started_at, reason="hearing_papers")
        return
    clocks.fix(held, hearing.on - timedelta(days=papers_days()))
    _keep_due(hearing, held)


def _keep_due(hearing: Hearing, held: Clock) -> None:
    fields = {"due_on": held.due_on, "due_kind": held.kind}
    Hearing.objects.filter(pk=hearing.pk).update(**fields)
    hearing.due_on, hearing.due_kind = held.due_on, held.kind


def _in_time(hearing: Hearing) -> bool:
    sent = hearing.papers_sent_on
    return sent is not None and sent <= hearing.on - timedelta(days=papers_days())


def choose(*, hearing: Hearing, actor: Actor, at: datetime, seed: str = "") -> list[Participant]:
    """Fill the seats of each side by the published method and publish the list (AD 16).

    By lot: the seed is written into the event, so that anyone can draw again and find the same. Empty sides are named.
    Raises DomainError before enrolment ends, without papers in time, or when a side has nobody.
    """
    if local_date(at) <= hearing.enrol_until:
        raise DomainError(f"报名到{_day(hearing.enrol_until)}为止，截止以后再确定参加人。")
    _require_papers(hearing)
    seed = seed or f"hearing {hearing.pk} {hearing.event_head[:16]}"
    chosen: list[Participant] = []
    empty: list[str] = []
    dice = random.Random(seed)
    for side in hearing.sides:
        asked = list(
            hearing.participants.filter(side=side["name"], withdrawn_at=None).order_by("enrolled_at", "pk")
        )  # fmt: skip
        if hearing.selection == Hearing.Selection.LOT:
            dice.shuffle(asked)
        for rank, person in enumerate(asked, start=1):
            person.draw_rank, person.is_chosen = rank, rank <= side["seats"]
        chosen += [p for p in asked if p.is_chosen]
        if not asked:
            empty.append(str(side["name"]))
        Participant.objects.bulk_update(asked, ["draw_rank", "is_chosen"])
    if empty:
        Participant.objects.filter(hearing=hearing).update(is_chosen=False, draw_rank=None)
        raise DomainError(f"“{'、'.join(empty)}”还没有人报名。各方都要有代表，请邀请或者延长报名。")
    with transaction.atomic():
        records.move(
            hearing, "hearing_confirm", actor=actor, at=at, fields={"selection_seed": seed},
            data={"seed": seed, "method": hearing.selection, "chosen": [p.pk for p in chosen]},
        )  # fmt: skip
        meeting_notices.tell_list(hearing)
    return chosen


def hold(*, hearing: Hearing, actor: Actor, at: datetime) -> None:
    """It took place. Raises DomainError without chair, before its day, or with papers late (K22)."""
    if hearing.chair_id is None:
        raise DomainError("还没有确定主持人。")
    chairs(hearing, actor)
    if local_date(at) < hearing.on:
        raise DomainError(f"听证会在{_day(hearing.on)}举行，当天以后再登记。")
    if handles(hearing.chair, list(hearing.cases.all())):
        raise DomainError(_CHAIR)
    _require_papers(hearing)
    records.move(hearing, "hearing_hold", actor=actor, at=at, fields={"held_at": at})


def chairs(hearing: Hearing, actor: Actor) -> None:
    """Somebody who acts as a chair acts for their own hearing. Raises NotAllowed."""
    if actor.role == Role.HEARING_CHAIR and (
        actor.user is None or actor.user.pk != hearing.chair_id
    ):
        raise NotAllowed("您不是这次听证会的主持人。")


def postpone(*, hearing: Hearing, reason: str, actor: Actor, at: datetime) -> None:
    """Put it off with the public reason; the clocks of the cases run again until it is announced anew."""
    with transaction.atomic():
        records.move(hearing, "hearing_postpone", actor=actor, at=at, reason=reason.strip())
        resume(hearing, actor, at)
        meeting_notices.tell_all(hearing, "postponed")


def cancel(*, hearing: Hearing, reason: str, actor: Actor, at: datetime) -> None:
    """Call it off with the public reason; the clocks of the cases run again."""
    with transaction.atomic():
        records.move(hearing, "hearing_cancel", actor=actor, at=at, reason=reason.strip())
        resume(hearing, actor, at)
        meeting_notices.tell_all(hearing, "cancelled")


def set_dates(
    *, hearing: Hearing, on: date, enrol_from: date, enrol_until: date, actor: Actor, at: datetime
) -> None:
    """New days for a planned or postponed hearing. Papers sent for the old day count again for the new one."""
    if hearing.status not in (State.PLANNED, State.POSTPONED):
        raise DomainError("公告以后要改日期，请先延期。")
    errors = _dates(on, enrol_from, enrol_until, local_date(at))
    if errors:
        raise Invalid(errors)
    moved = hearing.status == State.POSTPONED
    with transaction.atomic():
        records.note(
            hearing, "hearing_dates", actor=actor, at=at, words=f"定于{_day(on)}举行", visibility=Visibility.PUBLIC,
            fields={"on": on, "enrol_from": enrol_from, "enrol_until": enrol_until},
        )  # fmt: skip
        if moved:
            meeting_notices.tell_all(hearing, "dated")


def _pause(hearing: Hearing, actor: Actor, at: datetime) -> list[int]:
    if not hearing.is_formal:
        return []
    paused = []
    row = Transition(Machine.NOTE, "hearing_pause", (), "", (actor.role,), "", "", pauses=_PAUSED)
    for case in hearing.cases.all():
        held = case.clocks.filter(kind__in=_PAUSED, stopped_at=None, paused_on=None)
        if not held.exists():
            continue
        due = clocks.take_effect(case, row, at=at)
        transitions.note(
            case, "hearing", actor=actor, at=at, words="为这件建议举行听证，听证期间办理时限暂停",
            visibility=Visibility.AUTHOR, data={"hearing": hearing.pk}, fields=due,
        )  # fmt: skip
        paused.append(case.pk)
    return paused


def resume(hearing: Hearing, actor: Actor, at: datetime) -> None:
    """End the pause of the linked cases: only what this hearing paused; another pause (a supplement) is not ours to end."""
    row = Transition(Machine.NOTE, "hearing_resume", (), "", (actor.role,), "", "", resumes=_PAUSED)
    for case in Suggestion.objects.filter(pk__in=hearing.paused_cases):
        if not case.clocks.filter(kind__in=_PAUSED, stopped_at=None, paused_on__isnull=False).exists():  # fmt: skip
            continue
        due = clocks.take_effect(case, row, at=at)
        transitions.note(
            case, "hearing", actor=actor, at=at, words="听证结束，办理时限继续计算", visibility=Visibility.AUTHOR,
            data={"hearing": hearing.pk}, fields=due,
        )  # fmt: skip
    Hearing.objects.filter(pk=hearing.pk).update(paused_cases=[])
    hearing.paused_cases = []


def _dates(on: date, enrol_from: date, enrol_until: date, today: date) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    if on <= today:
        errors["on"] = ["听证会日期要在今天以后。"]
    if enrol_from < today:
        errors["enrol_from"] = ["报名开始不能早于今天。"]
    if enrol_until < enrol_from:
        errors["enrol_until"] = ["报名截止不能早于报名开始。"]
    elif enrol_until > on - timedelta(days=papers_days()):
        errors["enrol_until"] = [f"报名要在听证会{papers_days()}天前截止，留出送材料的时间。"]
    return errors


def _require_papers(hearing: Hearing) -> None:
    if not _in_time(hearing):
        raise DomainError(
            f"听证材料要在会前至少{papers_days()}天送到，请先登记送达；来不及就延期。"
        )


def _before_held(hearing: Hearing) -> None:
    if hearing.status in (State.HELD, State.RECORD_SIGNED, State.PUBLISHED, State.CANCELLED):
        raise DomainError("听证会已经举行或取消，这一项不能再改。")


def _day(day: date) -> str:
    return f"{day.month}月{day.day}日"
