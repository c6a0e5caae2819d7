"""The three advices: improve work, improve policy, pursue responsibility, each with a written answer (XF 40; S0; K17)."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from suggestions.actor import Actor
from suggestions.errors import Invalid, NotAllowed
from suggestions.models import Advice, Jurisdiction, Suggestion, SupervisionOrder, Unit
from suggestions.services import records, transitions
from suggestions.services.lapses import lapse_records
from suggestions.services.wording import Words, cleaned
from suggestions.states.advice import Advice as State


def issue(
    *,
    jurisdiction: Jurisdiction,
    kind: str,
    unit: Unit,
    title: str,
    facts: str,
    text: str,
    basis: str,
    actor: Actor,
    at: datetime,
    cases: Sequence[Suggestion] = (),
    order: SupervisionOrder | None = None,
) -> Advice:
    """Give a unit an advice; it answers in writing within K17 (30 days). Raises Invalid, NotAllowed. Source: XF 40."""
    held = cleaned(
        {
            "title": Words("题目", 80, multiline=False),
            "facts": Words("发现的问题", 2000),
            "text": Words("建议", 3000),
            "basis": Words("依据", 200, multiline=False),
        },
        {"title": title, "facts": facts, "text": text, "basis": basis},
    )
    if kind not in Advice.Kind.values:
        raise Invalid({"kind": ["请选是哪一种建议。"]})
    if actor.user is None:
        raise NotAllowed
    advice = Advice(
        jurisdiction=jurisdiction, kind=kind, unit=unit, order=order, issuer=actor.user, issued_at=at, **held,  # type: ignore[misc]
    )  # fmt: skip
    with transaction.atomic():
        data = {"unit": unit.short_name, "kind": str(advice.get_kind_display())}
        records.begin(advice, "advice_issue", actor=actor, at=at, data=data, holder=unit)
        advice.cases.set(cases)
        for case in cases:
            transitions.note(
                case, "advice", actor=actor, at=at, data={"advice": advice.pk},
                words=f"据此向{unit.short_name}提出“{advice.get_kind_display()}”建议",
            )  # fmt: skip
    return advice


def answer(*, advice: Advice, answer: str, text: str, actor: Actor, at: datetime) -> None:
    """The unit's head says in writing whether it is adopted, what is done and by when, or why not."""
    if actor.unit is None or actor.unit.pk != advice.unit_id:
        raise NotAllowed("只有收到建议的单位负责人能答复。")
    if answer not in Advice.Answer.values:
        raise Invalid({"answer": ["请选采纳、部分采纳还是不采纳。"]})
    held = cleaned({"text": Words("书面答复", 3000)}, {"text": text})
    records.move(
        advice, "advice_answer", actor=actor, at=at,
        data={"unit": advice.unit.short_name, "answer": str(Advice.Answer(answer).label)},
        fields={"answer": answer, "answer_text": held["text"], "answered_by": actor.user, "answered_at": at},
    )  # fmt: skip


def send_back(*, advice: Advice, reason: str, actor: Actor, at: datetime) -> None:
    """The answer does not do; a new K17 runs. The earlier answer stays in the chain."""
    records.move(
        advice, "advice_send_back", actor=actor, at=at, reason=reason.strip(), holder=advice.unit,
        data={"unit": advice.unit.short_name, "answer": advice.answer, "earlier": advice.answer_text},
    )  # fmt: skip


def close(*, advice: Advice, actor: Actor, at: datetime) -> None:
    """The answer is in order; the advice ends."""
    records.move(advice, "advice_close", actor=actor, at=at)


def withdraw(*, advice: Advice, reason: str, actor: Actor, at: datetime) -> None:
    """Take the advice back, with the reason."""
    records.move(advice, "advice_withdraw", actor=actor, at=at, reason=reason.strip())


def lapse(*, now: datetime) -> int:
    """Mark advices whose written answer did not come (K17), at 24:00 of the due day."""
    waiting = Advice.objects.filter(status__in=(State.ISSUED, State.SENT_BACK))
    return lapse_records(waiting.select_related("unit"), "K17", now=now, lapse=_lapse)


def _lapse(advice: Advice, at: datetime) -> None:
    data = {"unit": advice.unit.short_name}
    records.move(advice, "advice_lapse", actor=Actor.system(), at=at, data=data)
