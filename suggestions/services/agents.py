"""What agents do under a mandate: enter, visit, help, write down the author's words (process.md 3.3).

Every act asks for a living mandate again, whatever page it came through. An agent never rates or withdraws in the
author's place: ratings are the author's own words, withdrawal needs the author's own code.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from suggestions import rules
from suggestions.actor import Actor
from suggestions.clock import local_date
from suggestions.errors import Invalid, NotAllowed
from suggestions.models import (
    AgentMandate,
    AgentVisit,
    Attachment,
    AuthorCode,
    Evaluation,
    Jurisdiction,
    Suggestion,
)
from suggestions.models.agent import level_label
from suggestions.services import agent_codes, evaluating, intake, records, transitions
from suggestions.services.intake import Receipt, Submission
from suggestions.services.mandates import (
    REASON_MAX,
    Terms,
    add_case,
    agent_id,
    check_terms,
    living,
    short_text,
    sign,
    tell_author,
)
from suggestions.states import AUTHOR, Visibility
from suggestions.states.mandate import Mandate

NOTE_MAX = 200
DUTIES: dict[str, str] = {
    "helped_write": "帮着写好了建议",
    "found_unit": "问清了归哪个单位办",
    "chased": "打电话问了进展",
    "reported_back": "把进展告诉了本人",
}
"""Duties of the first agent, as the author reads them (process.md 3.3)."""


@dataclass(frozen=True, slots=True)
class Entered:
    """A receipt to hand over, and the mandate it was entered under."""

    receipt: Receipt
    mandate: AgentMandate


def enter_on_behalf(
    *,
    submission: Submission,
    jurisdiction: Jurisdiction,
    terms: Terms,
    actor: Actor,
    idempotency_key: str,
    at: datetime,
    visit: str = "",
    under: AgentMandate | None = None,
) -> Entered:
    """Enter an item for somebody, with the mandate for it; the same key gives the same receipt and the same mandate.

    `under` is a living mandate for a period that this item joins; else a new one is made from `terms`. `visit` is the
    kind of meeting at which it was written (AgentVisit.Kind). Raises Invalid by field. Source: process.md 3.2, 3.3; XF 19.
    """
    user_id = agent_id(actor)
    errors: dict[str, list[str]] = {}
    if under is None:
        errors = check_terms(terms, at=at)
        if terms.paper is None and not (submission.phone.strip() or submission.email.strip()):
            errors["paper"] = ["请拍下本人签字的委托书，或者留下本人手机号，发验证码确认。"]
    if errors:
        raise Invalid({**intake.validate(submission.cleaned(), rules.ON_RECORD, at=at), **errors})
    with transaction.atomic():
        receipt = intake.submit(
            submission=submission, jurisdiction=jurisdiction, idempotency_key=idempotency_key, actor=actor, at=at,
            limits=rules.ON_RECORD, entered_by=actor.user,
        )  # fmt: skip
        item = receipt.suggestion
        if not receipt.created:
            link = (
                item.mandate_links.filter(mandate__agent_id=user_id)
                .select_related("mandate")
                .first()
            )
            if link is None:
                raise NotAllowed
            return Entered(receipt, link.mandate)
        if under is not None:
            if under.scope != AgentMandate.Scope.PERIOD or not (
                under.agent_id == user_id and under.lives(local_date(at))
            ):
                raise NotAllowed("这份委托不能用于这一件：只管原来那件，或者已经结束。")
            mandate = under
            add_case(mandate, item, actor=actor, at=at)
        else:
            mandate = sign(
                item,
                terms,
                proof=AgentMandate.Proof.PAPER if terms.paper else "",
                actor=actor,
                at=at,
            )
        if terms.paper is not None:
            Attachment.objects.filter(pk=terms.paper.pk, suggestion=None).update(suggestion=item)
        if visit in AgentVisit.Kind.values:
            _visit(item, kind=visit, on=local_date(at), note="记下建议", actor=actor)
        _duty(mandate, item, "helped_write", note="", actor=actor, at=at)
    if mandate.status == Mandate.AWAITING and agent_codes.reachable(item):
        agent_codes.ask(
            mandate=mandate, suggestion=item, purpose=AuthorCode.Purpose.MANDATE, actor=actor, at=at
        )
    return Entered(receipt, mandate)


def log_visit(
    *, suggestion: Suggestion, kind: str, on: date, note: str, actor: Actor, at: datetime
) -> AgentVisit:
    """Record a meeting. Sent twice it is one: the same kind on the same day is the same visit."""
    living(suggestion, agent_id(actor), local_date(at))
    if kind not in AgentVisit.Kind.values:
        raise Invalid({"kind": ["请选是怎么见的。"]})
    if on > local_date(at):
        raise Invalid({"on": ["日期不能晚于今天。"]})
    if on < local_date(suggestion.received_at) - timedelta(days=31):
        raise Invalid({"on": ["日期太早了，请核对。"]})
    return _visit(
        suggestion, kind=kind, on=on, note=short_text("note", "说明", note, NOTE_MAX), actor=actor
    )


def _visit(item: Suggestion, *, kind: str, on: date, note: str, actor: Actor) -> AgentVisit:
    visit, _created = AgentVisit.objects.get_or_create(
        suggestion=item, kind=kind, on=on, defaults={"agent_id": agent_id(actor), "note": note}
    )
    return visit


def log_duty(*, suggestion: Suggestion, duty: str, note: str, actor: Actor, at: datetime) -> None:
    """Record a duty done (DUTIES); the author reads it in the timeline."""
    mandate = living(suggestion, agent_id(actor), local_date(at))
    if duty not in DUTIES:
        raise Invalid({"duty": ["请选做了什么。"]})
    with transaction.atomic():
        _duty(
            mandate,
            suggestion,
            duty,
            note=short_text("note", "说明", note, NOTE_MAX),
            actor=actor,
            at=at,
        )


def _duty(
    mandate: AgentMandate, item: Suggestion, duty: str, *, note: str, actor: Actor, at: datetime
) -> None:
    words = f"{level_label(actor.role)}{DUTIES[duty]}" + (f"：{note}" if note else "")
    records.note(mandate, f"duty_{duty}", actor=actor, at=at, words=words, suggestion=item)
    tell_author(item, "agent_duty", words, actor=actor, at=at)


def record_evaluation(
    *,
    suggestion: Suggestion,
    overall: str,
    words: str,
    actor: Actor,
    at: datetime,
    solved: str = "",
    contacted: bool | None = None,
) -> Evaluation:
    """Write down the author's own rating in the author's own words, marked as brought by an agent (source=agent).

    The author is told at once, so that words they never said do not stay. The act is the author's; the agent only typed
    it: the table has no row by which an agent rates. Source: process.md 3.3 guards, 7.1.
    """
    mandate = living(suggestion, agent_id(actor), local_date(at))
    if not rules.clean_text(words):
        raise Invalid({"words": ["请照本人原话记下来；本人没有说，就不要记。"]})
    with transaction.atomic():
        rating = evaluating.evaluate(
            suggestion=suggestion, actor=Actor(AUTHOR, actor.user), at=at, overall=overall, solved=solved,
            contacted=contacted, comment=words, source=Evaluation.Source.AGENT,
        )  # fmt: skip
        records.note(
            mandate, "words_recorded", actor=actor, at=at, words="代录了本人的评价", suggestion=suggestion,
            data={"via_agent": True, "round": rating.round},
        )  # fmt: skip
        tell_author(
            suggestion, "via_agent", f"{level_label(actor.role)}代您记下了评价", actor=actor, at=at,
            notice="author.agent_rated",
        )  # fmt: skip
    return rating


def ask_withdrawal(
    *, suggestion: Suggestion, reason: str, actor: Actor, at: datetime
) -> AuthorCode:
    """Ask the author, by a code to their phone, whether the item is to be withdrawn. Nothing is withdrawn by asking."""
    mandate = living(suggestion, agent_id(actor), local_date(at))
    return agent_codes.ask(
        mandate=mandate, suggestion=suggestion, purpose=AuthorCode.Purpose.WITHDRAW, actor=actor, at=at,
        reason=short_text("reason", "理由", reason, REASON_MAX),
    )  # fmt: skip


def withdraw_with_code(
    *, suggestion: Suggestion, code: str, actor: Actor, at: datetime
) -> Suggestion:
    """Withdraw with the code the author read out (T18). Raises Invalid({"code": …}) for any other."""
    mandate = living(suggestion, agent_id(actor), local_date(at))
    held = agent_codes.use(
        mandate=mandate,
        suggestion=suggestion,
        purpose=AuthorCode.Purpose.WITHDRAW,
        typed=code,
        at=at,
    )
    with transaction.atomic():
        words = "本人用手机验证码确认撤回"
        records.note(
            mandate, "withdrawal_confirmed", actor=actor, at=at, words=words, suggestion=suggestion
        )
        transitions.note(suggestion, "withdrawal_confirmed", actor=actor, at=at, words=words)
        return intake.withdraw(suggestion=suggestion, reason=held.reason, at=at)


def attach(
    *, suggestion: Suggestion, files: Sequence[Attachment], actor: Actor, at: datetime
) -> None:
    """Add photos of papers to an item; private like every scan."""
    living(suggestion, agent_id(actor), local_date(at))
    with transaction.atomic():
        for file in files:
            Attachment.objects.filter(pk=file.pk, suggestion=None).update(suggestion=suggestion)
        transitions.note(
            suggestion, "agent_files", actor=actor, at=at, words=f"代理员补交了{len(files)}张照片",
            visibility=Visibility.AUTHOR,
        )  # fmt: skip
