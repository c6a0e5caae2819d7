"""Mandates: a resident's authority for an agent, from the signature to its end (process.md 3.3).

Access lives exactly as long as the mandate (access.agent_cases); every act under one asks `living()` again.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import transaction

from suggestions import outbox, rules
from suggestions.actor import Actor
from suggestions.clock import SHANGHAI, local_date
from suggestions.errors import DomainError, Invalid, NotAllowed
from suggestions.models import (
    AgentMandate,
    AgentPost,
    AgentRelay,
    Attachment,
    AuthorCode,
    MandateCase,
    Suggestion,
)
from suggestions.roles import AGENT_ROLES
from suggestions.services import agent_codes, records, transitions
from suggestions.states import Visibility
from suggestions.states.mandate import Mandate
from suggestions.states.relay import Relay

LONGEST_DAYS = 365
"""The longest a mandate may run (policy)."""
AGENT_NOTICE = "agent_notice"
"""Outbox kind: a line for agents, delivered by portal/notices."""
REASON_MAX = 200


@dataclass(frozen=True, slots=True)
class Terms:
    """What the author agreed to. `ends_on` is the last day. With `paper` the mandate lives at once, else after a code."""

    ends_on: date
    scope: str = AgentMandate.Scope.CASE
    contact_consent: bool = False
    paper: Attachment | None = None


def check_terms(terms: Terms, *, at: datetime) -> dict[str, list[str]]:
    """Sentences by field; empty when the terms can be signed today."""
    today = local_date(at)
    if terms.ends_on < today:
        return {"ends_on": ["委托的最后一天不能早于今天。"]}
    if terms.ends_on > today + timedelta(days=LONGEST_DAYS):
        return {"ends_on": [f"委托最长{LONGEST_DAYS}天，到期可以再签。"]}
    return {}


def living(suggestion: Suggestion, user_id: int, on: date) -> AgentMandate:
    """The mandate under which this agent serves this item on a day; NotAllowed when there is none."""
    link = (
        MandateCase.objects.living(on)
        .filter(suggestion=suggestion, mandate__agent_id=user_id)
        .select_related(
            "mandate__agent", "mandate__jurisdiction", "mandate__service_point__district"
        )
        .first()
    )
    if link is None:
        raise NotAllowed("这件建议没有有效的委托：可能到期了，或者本人撤回了。")
    return link.mandate


def agent_id(actor: Actor) -> int:
    if actor.user is None or actor.role not in AGENT_ROLES:
        raise NotAllowed
    return int(actor.user.pk)


def take_case(*, suggestion: Suggestion, terms: Terms, actor: Actor, at: datetime) -> AgentMandate:
    """Take over an item that its author had filed: the author told number and query code (checked by the caller).

    One first agent an item: raises DomainError while another's mandate lives (首办代理员负责).
    """
    user_id = agent_id(actor)
    errors = check_terms(terms, at=at)
    if errors:
        raise Invalid(errors)
    held = (
        MandateCase.objects.living(local_date(at))
        .filter(suggestion=suggestion)
        .select_related("mandate__agent")
        .first()
    )
    if held is not None:
        if held.mandate.agent_id == user_id:
            return held.mandate
        raise DomainError(
            f"这件已经委托给{held.mandate.agent}。要换人，请本人先在查进度页面或打电话撤回原来的委托。"
        )
    with transaction.atomic():
        return sign(suggestion, terms, proof=AgentMandate.Proof.QUERY_CODE, actor=actor, at=at)


def sign(item: Suggestion, terms: Terms, *, proof: str, actor: Actor, at: datetime) -> AgentMandate:
    user_id = agent_id(actor)
    today = local_date(at)
    post = current_post(user_id, actor.role, today)
    mandate = AgentMandate(
        jurisdiction=item.jurisdiction, agent_id=user_id, agent_level=actor.role,
        service_point=post.service_point if post else None, scope=terms.scope, signed_on=today, ends_on=terms.ends_on,
        proof=proof, scan=terms.paper, contact_consent=terms.contact_consent,
    )  # fmt: skip
    words = {"agent": str(actor.user), "until": day_words(terms.ends_on), "scope": str(terms.scope)}
    name = "mandate_sign" if proof else "mandate_offer"
    event = records.begin(mandate, name, actor=actor, at=at, data=words, suggestion=item)
    MandateCase.objects.create(mandate=mandate, suggestion=item, added_at=at)
    if proof:
        tell_author(
            item, "mandate_signed", event.words, actor=actor, at=at, notice="author.mandate"
        )
    return mandate


def add_case(mandate: AgentMandate, item: Suggestion, *, actor: Actor, at: datetime) -> None:
    words = f"按{day_words(mandate.signed_on)}的委托，由{mandate.agent}代办"
    MandateCase.objects.create(mandate=mandate, suggestion=item, added_at=at)
    records.note(mandate, "mandate_case", actor=actor, at=at, words=words, suggestion=item)
    tell_author(item, "mandate_signed", words, actor=actor, at=at, notice="author.mandate")


def tell_author(
    item: Suggestion,
    name: str,
    words: str,
    *,
    actor: Actor,
    at: datetime,
    notice: str = "",
    reason: str = "",
) -> None:
    """Write it into the item's own timeline, where its author reads it."""
    event = transitions.note(
        item, name, actor=actor, at=at, words=words, reason=reason, visibility=Visibility.AUTHOR
    )
    if notice:
        outbox.enqueue(
            outbox.AUTHOR_NOTICE,
            {"code": notice, "suggestion": item.pk, "event": event.pk},
            key=f"{notice}:{item.pk}:{event.seq}",
        )


def current_post(user_id: int, level: str, on: date) -> AgentPost | None:
    """Where this agent sits on a day; the first of several."""
    posts = AgentPost.objects.filter(user_id=user_id, level=level, valid_from__lte=on)
    posts = posts.exclude(valid_until__lt=on).select_related("service_point__district")
    return posts.order_by("pk").first()


def confirm_by_code(
    *, mandate: AgentMandate, code: str, actor: Actor, at: datetime
) -> AgentMandate:
    """The author read the digits out to the agent: the mandate lives from now on."""
    item = _only_item(mandate, actor)
    agent_codes.use(
        mandate=mandate, suggestion=item, purpose=AuthorCode.Purpose.MANDATE, typed=code, at=at
    )
    return _confirm(
        mandate, item, proof=AgentMandate.Proof.PHONE_CODE, scan=None, actor=actor, at=at
    )


def confirm_by_paper(
    *, mandate: AgentMandate, scan: Attachment, actor: Actor, at: datetime
) -> AgentMandate:
    """A photo of the signed paper came later: the mandate lives from now on."""
    item = _only_item(mandate, actor)
    return _confirm(mandate, item, proof=AgentMandate.Proof.PAPER, scan=scan, actor=actor, at=at)


def _only_item(mandate: AgentMandate, actor: Actor) -> Suggestion:
    if mandate.agent_id != agent_id(actor):
        raise NotAllowed
    return (
        mandate.links.select_related("suggestion__author", "suggestion__jurisdiction")
        .get()
        .suggestion
    )


def _confirm(
    mandate: AgentMandate,
    item: Suggestion,
    *,
    proof: str,
    scan: Attachment | None,
    actor: Actor,
    at: datetime,
) -> AgentMandate:
    with transaction.atomic():
        if scan is not None:
            Attachment.objects.filter(pk=scan.pk).update(suggestion=item)
        event = records.move(
            mandate, "mandate_confirm", actor=actor, at=at, suggestion=item,
            fields={"proof": proof, "scan": scan} if scan else {"proof": proof},
            data={"agent": str(actor.user), "until": day_words(mandate.ends_on), "proof": str(proof)},
        )  # fmt: skip
        tell_author(
            item, "mandate_signed", event.words, actor=actor, at=at, notice="author.mandate"
        )
    return mandate


def revoke(*, mandate: AgentMandate, actor: Actor, at: datetime, reason: str = "") -> AgentMandate:
    """The author takes the mandate back, at /track/ or by telephone to the office; access ends with this statement."""
    return _end(mandate, "mandate_revoke", actor=actor, at=at, reason=reason, notice=True)


def lay_down(*, mandate: AgentMandate, actor: Actor, at: datetime, reason: str) -> AgentMandate:
    """The agent gives the mandate back, saying why; the author is told."""
    if mandate.agent_id != agent_id(actor):
        raise NotAllowed
    return _end(mandate, "mandate_lay_down", actor=actor, at=at, reason=reason)


def expire_mandates(*, now: datetime) -> int:
    """End mandates whose last day is over, at 24:00 of that day. Access had ended by date already."""
    live = AgentMandate.objects.filter(
        status__in=(Mandate.AWAITING, Mandate.ACTIVE), ends_on__lt=local_date(now)
    )
    done = 0
    for mandate in live.select_related("agent", "jurisdiction")[:500]:
        moment = datetime.combine(mandate.ends_on + timedelta(days=1), time(0), tzinfo=SHANGHAI)
        try:
            _end(mandate, "mandate_expire", actor=Actor.system(), at=moment)
        except DomainError:
            continue  # somebody ended it at this moment; the next sweep looks again
        done += 1
    return done


def _end(
    mandate: AgentMandate,
    name: str,
    *,
    actor: Actor,
    at: datetime,
    reason: str = "",
    notice: bool = False,
) -> AgentMandate:
    reason = short_text("reason", "理由", reason, REASON_MAX)
    with transaction.atomic():
        event = records.move(
            mandate, name, actor=actor, at=at, reason=reason, fields={"ended_at": at},
            data={"agent": str(mandate.agent)},
        )  # fmt: skip
        for link in mandate.links.select_related("suggestion"):
            tell_author(
                link.suggestion, "mandate_ended", event.words, actor=actor, at=at, reason=reason
            )
        for relay in AgentRelay.objects.filter(mandate=mandate, status=Relay.OPEN):
            records.move(
                relay, "relay_lapse", actor=Actor.system(), at=at, suggestion=relay.suggestion
            )
        if notice:
            outbox.enqueue(
                AGENT_NOTICE,
                {"code": "mandate_revoked", "mandate": mandate.pk},
                key=f"mandate:{mandate.pk}",
            )
    return mandate


def short_text(name: str, label: str, text: str, limit: int) -> str:
    text = rules.clean_text(text, multiline=False)
    if len(text) > limit:
        raise Invalid({name: [f"{label}最多{limit}个字，现在是{len(text)}个字。"]})
    return text


def day_words(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
