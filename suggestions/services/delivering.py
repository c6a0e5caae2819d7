"""Proof that an answer reached its author, a row a channel, each once (process.md 4.7; SH 12; BX 44(3)).

An SMS or e-mail counts when its gateway took it; a page when the author opened it with number and code; a letter and
spoken words when somebody says who handed them over, to whom and when.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from suggestions import rules
from suggestions.actor import Actor
from suggestions.clock import local_date
from suggestions.errors import DomainError, Invalid
from suggestions.models import Author, AuthorContact, CaseEvent, DeliveryProof, Reply, Suggestion
from suggestions.services import transitions
from suggestions.states import Case, Visibility

WORDS_MAX = 200
TALK_MAX = 1000
_BY_MEDIUM = {"sms": DeliveryProof.Channel.SMS, "email": DeliveryProof.Channel.EMAIL}


@dataclass(frozen=True, slots=True)
class Addressee:
    """One author who is owed the answer: the item's own, or one whose item was merged under it."""

    item: Suggestion
    channel: str
    proofs: list[DeliveryProof]

    @property
    def is_reached(self) -> bool:
        return bool(self.proofs)


def given(suggestion: Suggestion) -> Reply | None:
    """The newest answer the author of this item was given; of a merged item, the primary's."""
    merged = suggestion.status == Case.MERGED and suggestion.primary_id is not None
    handled = suggestion.primary_id if merged else suggestion.pk
    assert handled is not None
    return (
        Reply.objects.filter(suggestion_id=handled, state=Reply.State.APPROVED)
        .select_related("unit")
        .order_by("-number")
        .first()
    )


def sent(*, suggestion: Suggestion, event: CaseEvent, medium: str, at: datetime) -> None:
    """A gateway took the notice of an answer (called by portal/notices in the same transaction)."""
    number = event.data.get("reply")
    reply = Reply.objects.filter(suggestion_id=event.suggestion_id, number=number).first()
    if reply is not None and medium in _BY_MEDIUM:
        _keep(suggestion, reply, _BY_MEDIUM[medium], at)


def seen(*, suggestion: Suggestion, at: datetime) -> None:
    """The author opened the page that shows the answer. One query when it is known already."""
    reply = given(suggestion)
    if reply is not None:
        _keep(suggestion, reply, DeliveryProof.Channel.TRACK, at)


def _keep(suggestion: Suggestion, reply: Reply, channel: str, at: datetime) -> None:
    DeliveryProof.objects.get_or_create(
        key=f"{channel}:{reply.pk}:{suggestion.pk}",
        defaults={"suggestion": suggestion, "reply": reply, "channel": channel, "at": at},
    )


def by_hand(
    *, suggestion: Suggestion, channel: str, words: str, on: datetime, actor: Actor, at: datetime
) -> DeliveryProof:
    """Note a letter sent (its tracking number) or words said (to whom, how); `on` is when it happened."""
    words = rules.clean_text(words, multiline=False)
    errors: dict[str, list[str]] = {}
    if channel not in (DeliveryProof.Channel.LETTER, DeliveryProof.Channel.ORAL):
        errors["channel"] = ["请选信件，或者当面、电话告知。"]
    if not words:
        errors["words"] = ["信件写挂号或快递单号；口头告知写告诉了谁、怎么说的。"]
    elif len(words) > WORDS_MAX:
        errors["words"] = [f"最多{WORDS_MAX}个字，现在是{len(words)}个字。"]
    reply = given(suggestion)
    if reply is None:
        raise DomainError("这件还没有答复，谈不上送达。")
    if on > at:
        errors["on"] = ["送达的时间不能在现在以后。"]
    elif reply.delivered_at and local_date(on) < local_date(reply.delivered_at):
        errors["on"] = ["送达的日子不能早于答复的日子。"]
    if actor.user is None:
        raise DomainError("要记明是谁送的。")
    if errors:
        raise Invalid(errors)
    with transaction.atomic():
        proof = DeliveryProof.objects.create(
            suggestion=suggestion, reply=reply, channel=channel, words=words, by_id=actor.user.pk, at=on,
            key=f"{channel}:{reply.pk}:{suggestion.pk}:{suggestion.event_seq + 1}",
        )  # fmt: skip
        transitions.note(
            suggestion, "delivered_by_hand", actor=actor, at=at, visibility=Visibility.AUTHOR,
            words=f"答复送达：{DeliveryProof.Channel(channel).label}", data={"reply": reply.number},
        )  # fmt: skip
    return proof


def addressees(suggestion: Suggestion) -> list[Addressee]:
    """Everybody owed the newest answer, with what proves they have it. Three queries; empty before an answer."""
    reply = given(suggestion)
    if reply is None:
        return []
    items = [
        suggestion,
        *suggestion.merged_items.filter(status=Case.MERGED).select_related("author"),
    ]
    proofs = list(reply.delivery_proofs.select_related("by"))
    return [
        Addressee(item, _channel_of(item), [p for p in proofs if p.suggestion_id == item.pk])
        for item in items
    ]


def _channel_of(item: Suggestion) -> str:
    author = getattr(item, "author", None)
    return str(Author.ContactChannel(author.contact_channel).label) if author else "没有留联系方式"


def log_contact(
    *, suggestion: Suggestion, way: str, reached: bool, words: str, actor: Actor, at: datetime
) -> AuthorContact:
    """The unit (or the office for it) talked with the author, or tried to (process.md 7.1).

    Who hides from the unit is reached through the office: then only the relay can be noted by a unit (9.3).
    """
    words = rules.clean_text(words)
    errors: dict[str, list[str]] = {}
    if way not in AuthorContact.Way.values:
        errors["way"] = ["请选用什么方式联系的。"]
    elif (
        suggestion.hide_identity_from_unit
        and actor.unit is not None
        and way != AuthorContact.Way.RELAY
    ):
        errors["way"] = ["建议人要求对承办单位保密，请选“请征集办公室转达”。"]
    if not words:
        errors["words"] = ["请写谈了什么；没联系上，写什么时候、联系了几次。"]
    elif len(words) > TALK_MAX:
        errors["words"] = [f"最多{TALK_MAX}个字，现在是{len(words)}个字。"]
    if errors:
        raise Invalid(errors)
    if actor.user is None:
        raise DomainError("要记明是谁联系的。")
    with transaction.atomic():
        entry = AuthorContact.objects.create(
            suggestion=suggestion, way=way, reached=reached, words=words, unit=actor.unit, by_id=actor.user.pk, at=at
        )  # fmt: skip
        who = actor.unit.short_name if actor.unit else "征集办公室"
        outcome = "联系上了" if reached else "没有联系上"
        transitions.note(
            suggestion, "author_contacted", actor=actor, at=at, visibility=Visibility.AUTHOR,
            words=f"{who}联系您（{AuthorContact.Way(way).label}），{outcome}",
        )  # fmt: skip
    return entry
