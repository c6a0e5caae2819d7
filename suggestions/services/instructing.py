"""Leaders read a number of letters each month and instruct; the office and the units report back (process.md 6.4; S0)."""

import random
from datetime import date, datetime
from typing import Any

from django.db import transaction

from suggestions.actor import Actor
from suggestions.clock import local_date
from suggestions.codes import Category
from suggestions.errors import Invalid, NotAllowed
from suggestions.models import (
    Clock,
    Jurisdiction,
    LeaderInstruction,
    SpecialReport,
    Sponsorship,
    Suggestion,
    TrayItem,
    TrayQuota,
    Unit,
)
from suggestions.roles import UNIT_ROLES
from suggestions.services import clocks, records, special_reports, transitions
from suggestions.services.wording import Words, cleaned
from suggestions.states import OPEN

PER_MONTH = 10
"""Letters a leader reads a month where the office set no other number (P)."""
RANDOM_SHARE = 3
"""Every third letter of the list is drawn at random, so that not all are chosen for the leader."""


def give(
    *,
    jurisdiction: Jurisdiction,
    text: str,
    actor: Actor,
    at: datetime,
    leader_post: str = "领导",
    suggestion: Suggestion | None = None,
    sponsorship: Sponsorship | None = None,
    report: SpecialReport | None = None,
    audience: str = LeaderInstruction.Audience.OFFICE,
    tasks: str = "",
    unit: Unit | None = None,
    report_by: date | None = None,
) -> LeaderInstruction:
    """A leader's instruction. The text is internal; a unit reads it only when the leader says so. Raises Invalid.

    The clock KL runs to `report_by`, or where the leader named no day as long as its rule says; its holder is the unit
    that may read it, else the office. Source: process.md 6.4.
    """
    held = cleaned(
        {"text": Words("批示", 1000), "tasks": Words("要做的事", 1000, required=False)},
        {"text": text, "tasks": tasks},
    )
    if actor.user is None:
        raise NotAllowed
    if audience == LeaderInstruction.Audience.UNIT and unit is None:
        raise Invalid({"unit": ["要给承办单位看，请选是哪个单位。"]})
    if report_by is not None and report_by <= local_date(at):
        raise Invalid({"report_by": ["报告期限要在今天以后。"]})
    given = LeaderInstruction(
        jurisdiction=jurisdiction, leader=actor.user, suggestion=suggestion, sponsorship=sponsorship, special_report=report, audience=audience,  # type: ignore[misc]
        unit=unit, report_by=report_by, given_at=at, **held,
    )  # fmt: skip
    with transaction.atomic():
        records.begin(given, "instruction_give", actor=actor, at=at, data={"leader": leader_post}, suggestion=suggestion, holder=_holder(given))  # fmt: skip
        _run_to(given, report_by)
        if report is not None:
            special_reports.instructed(
                report=report, actor=actor, at=at, data={"instruction": given.pk}
            )
        if suggestion is not None:
            # The item's staff learn that there is one, not what it says.
            transitions.note(suggestion, "instruction", actor=actor, at=at, words="领导有批示", data={"instruction": given.pk})  # fmt: skip
            TrayItem.objects.filter(leader_id=actor.user.pk, suggestion=suggestion, read_at=None).update(read_at=at)  # fmt: skip
    return given


def take(*, instruction: LeaderInstruction, actor: Actor, at: datetime) -> None:
    """Somebody sets to work on it."""
    _mine(instruction, actor)
    with transaction.atomic():
        records.move(instruction, "instruction_take", actor=actor, at=at, suggestion=instruction.suggestion)  # fmt: skip
        _tell(instruction, "开始落实领导批示", actor, at)


def report(*, instruction: LeaderInstruction, text: str, actor: Actor, at: datetime) -> None:
    """Report what was done. A report after its day stays marked by its own date."""
    _mine(instruction, actor)
    held = cleaned({"report": Words("落实情况", 3000)}, {"report": text})
    with transaction.atomic():
        records.move(
            instruction, "instruction_report", actor=actor, at=at, suggestion=instruction.suggestion,
            fields={"report": held["report"], "reported_by": actor.user, "reported_at": at},
        )  # fmt: skip
        _tell(instruction, "报告了批示的落实情况", actor, at)


def send_back(*, instruction: LeaderInstruction, reason: str, actor: Actor, at: datetime) -> None:
    """The leader wants a better report; the earlier one stays in the chain."""
    _leader(instruction, actor)
    with transaction.atomic():
        records.move(
            instruction, "instruction_send_back", actor=actor, at=at, reason=reason.strip(),
            suggestion=instruction.suggestion, data={"earlier": instruction.report}, holder=_holder(instruction),
        )  # fmt: skip
        _run_to(instruction, None)
        _tell(instruction, "批示的落实情况退回重报", actor, at)


def close(*, instruction: LeaderInstruction, actor: Actor, at: datetime) -> None:
    """The leader has read the report; the instruction ends."""
    _leader(instruction, actor)
    with transaction.atomic():
        records.move(instruction, "instruction_close", actor=actor, at=at, suggestion=instruction.suggestion)  # fmt: skip
        _tell(instruction, "领导批示办结", actor, at)


def _tell(instruction: LeaderInstruction, words: str, actor: Actor, at: datetime) -> None:
    """The item's staff learn what became of it, not what it says."""
    if instruction.suggestion is not None:
        transitions.note(
            instruction.suggestion, "instruction", actor=actor, at=at, words=words, data={"instruction": instruction.pk}
        )  # fmt: skip


def quota(jurisdiction: Jurisdiction) -> int:
    """How many letters a leader reads here a month."""
    held = TrayQuota.objects.filter(jurisdiction=jurisdiction).first()
    return held.per_month if held else PER_MONTH


def set_quota(*, jurisdiction: Jurisdiction, per_month: int) -> None:
    """Change it. Raises Invalid outside 1 to 100."""
    if not 1 <= per_month <= 100:
        raise Invalid({"per_month": ["每月阅读件数请填1到100。"]})
    TrayQuota.objects.update_or_create(jurisdiction=jurisdiction, defaults={"per_month": per_month})


def put(*, leader: Any, suggestion: Suggestion, why: str, actor: Actor, at: datetime) -> TrayItem:
    """The office puts an item before a leader for this month, with a reason. A misconduct report never goes this way."""
    held = cleaned({"why": Words("选送理由", 200, multiline=False)}, {"why": why})
    if suggestion.category == Category.REPORT_MISCONDUCT:
        raise Invalid({"suggestion": ["检举控告不走这个渠道。"]})
    if suggestion.is_secret:
        raise Invalid({"suggestion": ["涉密的件不走这个渠道。"]})
    found, _new = TrayItem.objects.get_or_create(
        leader=leader, suggestion=suggestion, month=_month(local_date(at)),
        defaults={"origin": TrayItem.Origin.SELECTED, "why": held["why"], "put_by_id": actor.user.pk if actor.user else None},
    )  # fmt: skip
    return found


def draw(*, leader: Any, jurisdiction: Jurisdiction, now: datetime, seed: str = "") -> int:
    """Fill the random part of a leader's list for this month: once, from open items of the jurisdiction.

    The seed is leader and month, so that the same call twice draws the same letters and adds none.
    """
    month = _month(local_date(now))
    wanted = max(1, quota(jurisdiction) // RANDOM_SHARE)
    held = TrayItem.objects.filter(
        leader=leader, month=month, origin=TrayItem.Origin.RANDOM
    ).count()
    if held >= wanted:
        return 0
    known = set(TrayItem.objects.filter(leader=leader, month=month).values_list("suggestion_id", flat=True))  # fmt: skip
    pool = list(
        Suggestion.objects.filter(jurisdiction=jurisdiction, status__in=OPEN)
        .not_shut()
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    dice = random.Random(seed or f"tray {leader.pk} {month:%Y-%m}")
    dice.shuffle(pool)
    chosen = [pk for pk in pool if pk not in known][: wanted - held]
    TrayItem.objects.bulk_create(
        TrayItem(leader=leader, suggestion_id=pk, month=month, origin=TrayItem.Origin.RANDOM)
        for pk in chosen
    )
    return len(chosen)


def mark_read(*, item: TrayItem, actor: Actor, at: datetime) -> None:
    """The leader has read it. Only their own list. Raises NotAllowed."""
    if actor.user is None or actor.user.pk != item.leader_id:
        raise NotAllowed("只能标记自己的阅读清单。")
    TrayItem.objects.filter(pk=item.pk, read_at=None).update(read_at=at)


def _holder(instruction: LeaderInstruction) -> Unit | None:
    """Whose the clock is: the unit that may read the words; nobody but the office for the others."""
    return instruction.unit if instruction.audience == LeaderInstruction.Audience.UNIT else None


def _run_to(instruction: LeaderInstruction, day: date | None) -> None:
    """Let KL end on the leader's day, and keep the day it ends on beside the words, for lists."""
    held = clocks.of_record(instruction).filter(kind="KL", stopped_at=None).first()
    if held is None:
        return
    if day is not None:
        clocks.fix(held, day)
        Clock.objects.filter(pk=held.pk).update(first_due_on=day)
    LeaderInstruction.objects.filter(pk=instruction.pk).update(
        report_by=held.due_on, due_on=held.due_on
    )
    instruction.report_by = instruction.due_on = held.due_on


def _month(day: date) -> date:
    return day.replace(day=1)


def _mine(instruction: LeaderInstruction, actor: Actor) -> None:
    """A unit works on what was given to it; the office on the rest."""
    if actor.role in UNIT_ROLES and (
        actor.unit is None
        or actor.unit.pk != instruction.unit_id
        or instruction.audience != LeaderInstruction.Audience.UNIT
    ):
        raise NotAllowed("这件批示不是给您单位的。")


def _leader(instruction: LeaderInstruction, actor: Actor) -> None:
    if actor.user is None or actor.user.pk != instruction.leader_id:
        raise NotAllowed("只有作出批示的领导能做这一步。")
