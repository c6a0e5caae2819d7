"""First agents ask the level above; higher agents answer within two working days and may press the unit (process.md 3.3)."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from suggestions import outbox, rules
from suggestions.actor import Actor
from suggestions.clock import local_date
from suggestions.errors import DomainError, Invalid, NotAllowed, WrongState
from suggestions.models import AgentRelay, CaseEvent, Suggestion
from suggestions.models.agent import level_label
from suggestions.roles import AGENT_ROLES
from suggestions.services import mandates, records, transitions
from suggestions.services.mandates import AGENT_NOTICE
from suggestions.states import WITH_UNITS, Visibility
from suggestions.states.relay import Relay

REASON_MAX, ANSWER_MAX, WORDS_MAX = 500, 1000, 200
PRESS = "agent_press"
"""Name of the event by which a higher agent pressed the unit."""


def higher_levels(level: str) -> list[str]:
    """Levels above one, nearest first; their codes sort as the levels do."""
    return [str(r) for r in sorted(AGENT_ROLES) if str(r) > level]


def ask(
    *, suggestion: Suggestion, to_level: str, reason: str, actor: Actor, at: datetime
) -> AgentRelay:
    """Ask a higher level for help with an item; its KA2 clock starts. Raises Invalid, DomainError (one is open already)."""
    if actor.user is None:
        raise NotAllowed
    mandate = mandates.living(suggestion, actor.user.pk, local_date(at))
    reason = _text("reason", "要帮什么", reason, REASON_MAX)
    if to_level not in higher_levels(actor.role):
        raise Invalid({"to_level": ["请选比您高的一级。"]})
    point = mandate.service_point
    relay = AgentRelay(
        jurisdiction=suggestion.jurisdiction, suggestion=suggestion, mandate=mandate, asked_by_id=actor.user.pk,
        from_level=actor.role, to_level=to_level, district=point.district if point else None, reason=reason, asked_at=at,
    )  # fmt: skip
    try:
        with transaction.atomic():
            records.begin(
                relay, "relay_ask", actor=actor, at=at, reason=reason, suggestion=suggestion,
                data={"to": level_label(to_level)},
            )  # fmt: skip
            transitions.note(
                suggestion, "agent_relay", actor=actor, at=at, words=f"请{level_label(to_level)}帮忙", reason=reason
            )  # fmt: skip
            _notice("relay_asked", relay)
    except IntegrityError as error:
        raise DomainError("已经请这一级帮忙了，还没有答复，不用再请。") from error
    return relay


def answer(*, relay: AgentRelay, answer: str, actor: Actor, at: datetime) -> AgentRelay:
    """The higher agent answers; the asking agent is told. The caller has checked that the relay is within reach."""
    if actor.user is None or actor.role != relay.to_level:
        raise NotAllowed
    answer = _text("answer", "答复", answer, ANSWER_MAX)
    with transaction.atomic():
        records.move(
            relay, "relay_answer", actor=actor, at=at, suggestion=relay.suggestion,
            fields={"answer": answer, "answered_by": actor.user, "answered_at": at},
            data={"by": level_label(actor.role)},
        )  # fmt: skip
        transitions.note(
            relay.suggestion, "agent_relay_answered", actor=actor, at=at, words=f"{level_label(actor.role)}答复了代理员"
        )  # fmt: skip
        _notice("relay_answered", relay)
    return relay


def take_back(*, relay: AgentRelay, actor: Actor, at: datetime) -> AgentRelay:
    """Whoever asked needs it no more."""
    if actor.user is None or relay.asked_by_id != actor.user.pk:
        raise NotAllowed
    with transaction.atomic():
        records.move(relay, "relay_take_back", actor=actor, at=at, suggestion=relay.suggestion)
        transitions.note(
            relay.suggestion, "agent_relay_back", actor=actor, at=at, words="代理员收回了帮忙的请求"
        )
    return relay


def press(*, relay: AgentRelay, words: str, actor: Actor, at: datetime) -> CaseEvent:
    """Press the unit that has the item: an event both sides read, and a line for its liaison and handler.

    Once a day an item, while a unit has it and the relay was not taken back. Raises WrongState, DomainError.
    """
    if actor.role != relay.to_level:
        raise NotAllowed
    item = relay.suggestion
    live = relay.status in (Relay.OPEN, Relay.ANSWERED)
    if not live or item.status not in WITH_UNITS or item.lead_unit is None:
        raise WrongState("这件现在不在承办单位手里，不用催。")
    earlier = CaseEvent.objects.filter(suggestion=item, name=PRESS, at__gt=at - timedelta(days=1))
    if earlier.exists():
        raise DomainError("24小时内已经催过一次，承办单位看得到，请明天再催。")
    words = _text("words", "要说的话", words, WORDS_MAX)
    with transaction.atomic():
        records.note(relay, "pressed", actor=actor, at=at, words=words, suggestion=item)
        event = transitions.note(
            item, PRESS, actor=actor, at=at, words=f"{level_label(actor.role)}催问{item.lead_unit.short_name}",
            reason=words, visibility=Visibility.AUTHOR, data={"relay": relay.pk},
        )  # fmt: skip
        _notice("unit_pressed", relay)
    return event


def _notice(code: str, relay: AgentRelay) -> None:
    outbox.enqueue(
        AGENT_NOTICE, {"code": code, "relay": relay.pk}, key=f"{code}:{relay.pk}:{relay.version}"
    )


def _text(name: str, label: str, text: str, limit: int) -> str:
    text = rules.clean_text(text)
    if not text:
        raise Invalid({name: [f"请写{label}。"]})
    if len(text) > limit:
        raise Invalid({name: [f"{label}最多{limit}个字，现在是{len(text)}个字。"]})
    return text
