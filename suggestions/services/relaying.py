"""Words between a unit and an author who hides from it: written by one, looked at by the office, read by the other (9.3)."""

from datetime import datetime

from django.db import transaction

from suggestions import rules
from suggestions.actor import Actor
from suggestions.errors import Invalid, NotAllowed
from suggestions.models import RelayMessage, Suggestion, Unit
from suggestions.roles import UNIT_ROLES
from suggestions.services import publishing, records, tell, transitions
from suggestions.states import Message, Visibility

WORDS_MAX = 500


def write(
    *,
    suggestion: Suggestion,
    unit: Unit,
    words: str,
    actor: Actor,
    at: datetime,
    answers: RelayMessage | None = None,
) -> RelayMessage:
    """A unit asks the author something, or the author (`actor.role` author) answers; the office passes it on.

    Raises Invalid without words, NotAllowed for a unit that does not hold the case.
    """
    words = rules.clean_text(words)
    if not words:
        raise Invalid({"words": ["请写要转达的话。"]})
    if len(words) > WORDS_MAX:
        raise Invalid({"words": [f"最多{WORDS_MAX}个字，现在是{len(words)}个字。"]})
    from_unit = actor.role in UNIT_ROLES
    if from_unit and (actor.unit is None or actor.unit.pk != unit.pk):
        raise NotAllowed
    message = RelayMessage(
        suggestion=suggestion, jurisdiction=suggestion.jurisdiction, unit=unit, to_author=from_unit,
        words=words, answers=answers, sent_at=at,
    )  # fmt: skip
    with transaction.atomic():
        records.begin(message, "message_write", actor=actor, at=at, suggestion=suggestion)
        transitions.note(
            suggestion, "message_written", actor=actor, at=at,
            words="请征集办公室转达给建议人" if from_unit else "您请办公室转达给承办单位",
            visibility=Visibility.STAFF if from_unit else Visibility.AUTHOR,
        )  # fmt: skip
    return message


def offered(message: RelayMessage) -> str:
    """What the officer is offered to pass on: numbers and other certain personal data already covered towards a unit."""
    return message.words if message.to_author else publishing.masked(message.words)


def pass_on(*, message: RelayMessage, words: str, actor: Actor, at: datetime) -> RelayMessage:
    """Pass the words on, as the officer left them; towards a unit certain personal data are covered once more."""
    words = rules.clean_text(words)
    if not words:
        raise Invalid({"words": ["要转达的话不能空着。不转达，请选“不转达”并写理由。"]})
    if not message.to_author:
        words = publishing.masked(words)
    item = message.suggestion
    with transaction.atomic():
        records.move(
            message, "message_pass", actor=actor, at=at, suggestion=item,
            fields={"passed_words": words, "passed_at": at},
        )  # fmt: skip
        event = transitions.note(
            item, "message_passed", actor=actor, at=at, visibility=Visibility.AUTHOR,
            words=f"办公室转来{message.unit.name}的一段话" if message.to_author else f"办公室已把您的话转给{message.unit.name}",
        )  # fmt: skip
        if message.to_author:
            tell.author(item, "author.message", event)
    return message


def hold(*, message: RelayMessage, reason: str, actor: Actor, at: datetime) -> RelayMessage:
    """Not passed on, for a reason the writer reads."""
    reason = rules.clean_text(reason)
    with transaction.atomic():
        records.move(
            message,
            "message_hold",
            actor=actor,
            at=at,
            reason=reason,
            suggestion=message.suggestion,
        )
        transitions.note(
            message.suggestion, "message_held", actor=actor, at=at, words="有一段话没有转达", reason=reason
        )  # fmt: skip
    return message


def for_unit(suggestion: Suggestion, unit_ids: set[int]) -> list[RelayMessage]:
    """What a unit sees: its own questions, and answers the office passed on. Never a word that was not passed."""
    rows = RelayMessage.objects.filter(suggestion=suggestion, unit_id__in=unit_ids)
    return [m for m in rows if m.to_author or m.status == Message.PASSED]


def for_author(suggestion: Suggestion) -> list[RelayMessage]:
    """What the author sees: questions that were passed on, and their own answers."""
    rows = RelayMessage.objects.filter(suggestion=suggestion).select_related("unit")
    return [m for m in rows if not m.to_author or m.status == Message.PASSED]
