"""Supervision orders: a rule or a person proposes, a person issues, the unit's head answers (process.md 8.1; XF 39, 40).

Nothing is issued by itself: the sweeps in services/supervision_rules only propose. Each rung of the ladder is a
SupervisionStep with issuer, basis, text, due day, answer and effect; the order's own chain records who did what.
"""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from suggestions.actor import Actor
from suggestions.clock import local_date
from suggestions.errors import DomainError, Invalid, NotAllowed
from suggestions.models import (
    District,
    Jurisdiction,
    Suggestion,
    SupervisionOrder,
    SupervisionStep,
    Topic,
    Unit,
    Visit,
)
from suggestions.models.supervision import CRITICAL_KIND
from suggestions.services import clocks, records, transitions, visiting
from suggestions.services.lapses import lapse_records
from suggestions.services.wording import Words, cleaned
from suggestions.states.supervision import Supervision as State

Level = SupervisionOrder.Level
_BATCH = 500
_ISSUE = {
    "text": Words("要求", 2000),
    "basis": Words("依据", 200, multiline=False),
    "with_bodies": Words("会同单位", 200, required=False, multiline=False),
}


def propose(
    *,
    jurisdiction: Jurisdiction,
    rule: str,
    evidence: list[str],
    actor: Actor,
    at: datetime,
    suggestion: Suggestion | None = None,
    topic: Topic | None = None,
    district: District | None = None,
    unit: Unit | None = None,
    key: str = "",
) -> SupervisionOrder | None:
    """Put an order before a supervisor, with its facts. None when the same matter was proposed before (`key`).

    `evidence` are sentences about the work, never about the author. Raises NotAllowed.
    """
    if key and SupervisionOrder.objects.filter(jurisdiction=jurisdiction, dedupe_key=key).exists():
        return None
    order = SupervisionOrder(
        jurisdiction=jurisdiction, rule=rule, suggestion=suggestion, topic=topic, district=district,
        unit=unit or (suggestion.lead_unit if suggestion else None), evidence=evidence, dedupe_key=key,
        is_critical=suggestion is not None and suggestion.urgency == "critical",
    )  # fmt: skip
    try:
        with transaction.atomic():
            records.begin(
                order, "supervision_propose", actor=actor, at=at, suggestion=suggestion,
                data={"rule": str(order.get_rule_display()), "evidence": evidence},
            )  # fmt: skip
    except IntegrityError:
        # Another worker was first with the same key.
        return None
    return order


def dismiss(*, order: SupervisionOrder, reason: str, actor: Actor, at: datetime) -> None:
    """Decide that no order is issued, with the reason (a person decides, process.md 8.1)."""
    records.move(order, "supervision_dismiss", actor=actor, at=at, reason=reason.strip(), suggestion=order.suggestion)  # fmt: skip


def start(
    *,
    jurisdiction: Jurisdiction,
    rule: str,
    unit: Unit,
    level: int,
    text: str,
    basis: str,
    actor: Actor,
    at: datetime,
    suggestion: Suggestion | None = None,
    evidence: list[str] | None = None,
    is_critical: bool = False,
    with_bodies: str = "",
) -> SupervisionOrder:
    """A supervisor's own order, without a proposal before it. Raises Invalid, NotAllowed."""
    order = SupervisionOrder(
        jurisdiction=jurisdiction, rule=rule, suggestion=suggestion, evidence=evidence or []
    )
    return issue(
        order=order, unit=unit, level=level, text=text, basis=basis, is_critical=is_critical,
        with_bodies=with_bodies, actor=actor, at=at,
    )  # fmt: skip


def issue(
    *,
    order: SupervisionOrder,
    level: int,
    text: str,
    basis: str,
    actor: Actor,
    at: datetime,
    unit: Unit | None = None,
    is_critical: bool | None = None,
    with_bodies: str = "",
) -> SupervisionOrder:
    """Issue an order at a rung; the unit's head answers within K16 (5 working days, critical 1).

    Raises Invalid (no unit, no text, a joint order without partners), WrongState, NotAllowed. Source: XF 39, 40; K16.
    """
    held = _words(level, text, basis, with_bodies)
    target = unit or order.unit
    if target is None:
        raise Invalid({"unit": ["请选督办哪个单位。"]})
    critical = order.is_critical if is_critical is None else is_critical
    order.unit, order.level, order.is_critical = target, level, critical
    name = _row(order, "supervision_issue")
    data = {"unit": target.short_name, "level": str(Level(level).label)}
    with transaction.atomic():
        if order.pk:
            records.move(
                order, name, actor=actor, at=at, data=data, suggestion=order.suggestion, holder=target,
                fields={"unit": target, "level": level, "is_critical": critical},
            )  # fmt: skip
        else:
            records.begin(order, name, actor=actor, at=at, data=data, suggestion=order.suggestion, holder=target)  # fmt: skip
        _step(order, held, actor, at)
        _tell(order, f"向{target.short_name}发出{Level(level).label}", actor, at)
    return order


def answer(*, order: SupervisionOrder, text: str, actor: Actor, at: datetime) -> SupervisionOrder:
    """The unit's head answers the step that waits; a late answer is marked by its own date (K16)."""
    _own_unit(order, actor)
    held = cleaned({"answer": Words("反馈", 3000)}, {"answer": text})
    step = current_step(order)
    with transaction.atomic():
        records.move(order, "supervision_answer", actor=actor, at=at, data={"unit": _name(order)}, suggestion=order.suggestion)  # fmt: skip
        SupervisionStep.objects.filter(pk=step.pk).update(
            answer=held["answer"], answered_by=actor.user, answered_at=at
        )
        _tell(order, f"{_name(order)}反馈督办", actor, at)
    return order


def send_back(*, order: SupervisionOrder, reason: str, actor: Actor, at: datetime) -> None:
    """The answer does not do: the same rung again with a new K16 (critical: K16c), the earlier answer kept beside it."""
    last = current_step(order)
    with transaction.atomic():
        records.move(
            order, _row(order, "supervision_send_back"), actor=actor, at=at, reason=reason.strip(), data={"unit": _name(order)},
            suggestion=order.suggestion, holder=order.unit,
        )  # fmt: skip
        _judge(last, f"退回：{reason.strip()}", at)
        again = {
            "text": reason.strip()[:2000],
            "basis": last.basis,
            "with_bodies": last.with_bodies,
        }
        _step(order, again, actor, at)
        _tell(order, "督办反馈被退回", actor, at)


def accept(*, order: SupervisionOrder, effect: str, actor: Actor, at: datetime) -> None:
    """Accept the answer and say what it brought about; the order ends."""
    held = cleaned({"effect": Words("效果", 1000)}, {"effect": effect})
    step = current_step(order)
    with transaction.atomic():
        records.move(order, "supervision_accept", actor=actor, at=at, suggestion=order.suggestion)
        _judge(step, held["effect"], at)
        _tell(order, "督办办结", actor, at)


def climb(
    *,
    order: SupervisionOrder,
    level: int,
    text: str,
    basis: str,
    actor: Actor,
    at: datetime,
    with_bodies: str = "",
) -> SupervisionOrder:
    """A higher rung, after silence or an answer that does not do. Raises Invalid when it is not higher.

    A critical order climbs by K16c, one working day. Source: XF 39, 40; SH 20 (joint supervision with inspection bodies).
    """
    if level <= order.level:
        raise Invalid({"level": [f"要升到比“{Level(order.level).label}”更高的一级。"]})
    held = _words(level, text, basis, with_bodies)
    last = current_step(order)
    with transaction.atomic():
        records.move(
            order, _row(order, "supervision_climb"), actor=actor, at=at, fields={"level": level},
            data={"unit": _name(order), "level": str(Level(level).label)}, suggestion=order.suggestion, holder=order.unit,
        )  # fmt: skip
        _judge(last, "升级督办", at)
        _step(order, held, actor, at)
        _tell(order, f"督办升级为{Level(level).label}", actor, at)
    return order


def spot_check(*, order: SupervisionOrder, actor: Actor, at: datetime) -> Visit:
    """Have the author called about the matter of an order, unannounced: the unit is not told (8.1; S1, S4 抽查回访).

    The call is a return visit with its own K14; what the author says stands beside the unit's answer. Raises WrongState.
    """
    if order.suggestion is None:
        raise DomainError("这件督办不是针对一件建议的，请在要抽查的建议上安排回访。")
    if order.status == State.PROPOSED:
        raise DomainError("督办发出以后才能抽查；现在可以直接在建议上安排回访。")
    # Only the visit's own chain tells of it: the unit reads the order's.
    return visiting.plan(
        suggestion=order.suggestion, why=Visit.Why.SPOT, actor=actor, at=at, order=order
    )


def withdraw(*, order: SupervisionOrder, reason: str, actor: Actor, at: datetime) -> None:
    """Take an order back, with the reason (issued by mistake, the matter is gone)."""
    step = current_step(order)
    with transaction.atomic():
        records.move(order, "supervision_withdraw", actor=actor, at=at, reason=reason.strip(), suggestion=order.suggestion)  # fmt: skip
        _judge(step, f"撤销：{reason.strip()}", at)
        _tell(order, "督办撤销", actor, at)


def current_step(order: SupervisionOrder) -> SupervisionStep:
    """The newest step. Raises DomainError for an order that was never issued."""
    step = order.steps.order_by("-number").first()
    if step is None:
        raise DomainError("这件督办还没有发出。")
    return step


def lapse(*, now: datetime) -> int:
    """Mark orders whose answer did not come (K16), at 24:00 of the due day. A person then climbs, or not."""
    orders = SupervisionOrder.objects.filter(status__in=(State.ISSUED, State.SENT_BACK))
    return lapse_records(
        orders.select_related("unit", "suggestion"), "K16", CRITICAL_KIND, now=now, lapse=_lapse
    )


def _lapse(order: SupervisionOrder, at: datetime) -> None:
    records.move(
        order, "supervision_lapse", actor=Actor.system(), at=at, data={"unit": _name(order)},
        suggestion=order.suggestion,
    )  # fmt: skip
    _tell(order, f"{_name(order)}没有按期反馈督办", Actor.system(), at)


def _row(order: SupervisionOrder, name: str) -> str:
    """A critical order runs on K16c, one working day, on every rung and after every answer sent back (K16)."""
    return f"{name}_critical" if order.is_critical else name


def _words(level: int, text: str, basis: str, with_bodies: str) -> dict[str, str]:
    if level not in Level.values:
        raise Invalid({"level": ["请选督办的方式。"]})
    held = cleaned(_ISSUE, {"text": text, "basis": basis, "with_bodies": with_bodies})
    if level == Level.JOINT and not held["with_bodies"]:
        raise Invalid({"with_bodies": ["联合督办请写会同哪些单位，例如“市委督查室”。"]})
    return held


def _step(order: SupervisionOrder, held: dict[str, str], actor: Actor, at: datetime) -> None:
    if actor.user is None:
        raise NotAllowed
    running = clocks.of_record(order).filter(stopped_at=None).order_by("due_on").first()
    values: dict[str, Any] = {
        **held, "level": order.level, "issuer": actor.user, "issued_at": at,
        "due_on": running.due_on if running else local_date(at),
    }  # fmt: skip
    SupervisionStep.objects.create(order=order, number=order.steps.count() + 1, **values)


def _judge(step: SupervisionStep, effect: str, at: datetime) -> None:
    SupervisionStep.objects.filter(pk=step.pk).update(effect=effect[:1000], judged_at=at)


def _tell(order: SupervisionOrder, words: str, actor: Actor, at: datetime) -> None:
    """The item's own timeline shows it to the staff."""
    if order.suggestion is not None:
        transitions.note(order.suggestion, "supervision", actor=actor, at=at, words=words, data={"order": order.pk})  # fmt: skip


def _name(order: SupervisionOrder) -> str:
    return order.unit.short_name if order.unit else ""


def _own_unit(order: SupervisionOrder, actor: Actor) -> None:
    if actor.unit is None or actor.unit.pk != order.unit_id:
        raise NotAllowed("只有被督办单位的负责人能反馈。")
