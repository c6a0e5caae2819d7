"""Ratings, urgency, and what starts again."""

from suggestions.codes import Overall
from suggestions.models import ReplyComment, Suggestion
from suggestions.services import (
    evaluating,
    intake,
    rectifying,
    reopening,
    reply_voices,
    urgent,
)
from suggestions.states import Case
from tests.walks.acts.base import Nothing, Walk, act, errand


@act(5, Case.ANSWERED, Case.CLOSED, Case.MERGED)
def rate(walk: Walk, item: Suggestion) -> object:
    overall = walk.dice.choice(Overall.values)
    return evaluating.evaluate(
        suggestion=item, actor=walk.who("author", "author", "intake_clerk"), at=walk.at, overall=overall,
        comment="只装了一张", solved=walk.dice.choice(("", "yes", "no")),
    )  # fmt: skip


@act(1, Case.CLOSED, Case.ANSWERED)
def reopen_rating(walk: Walk, item: Suggestion) -> object:
    return evaluating.reopen(suggestion=item, actor=walk.who("author"), at=walk.at)


@act(1, Case.ANSWERED, Case.CLOSED)
def order_rectification(walk: Walk, item: Suggestion) -> object:
    return rectifying.order(
        suggestion=item, reason="还没有修好", actor=walk.who("supervisor"), at=walk.at
    )


@act(1, Case.ANSWERED, Case.CLOSED)
def reopen(walk: Walk, item: Suggestion) -> object:
    ground = walk.dice.choice(("new_facts", "false_reply", "missed_promise"))
    who = walk.who("supervisor", "leader")
    return reopening.reopen(suggestion=item, ground=ground, reason="又坏了", actor=who, at=walk.at)


@act(6, Case.REOPENED)
def take_up(walk: Walk, item: Suggestion) -> object:
    return reopening.take_up(suggestion=item, actor=walk.handler(item), at=walk.at)


@act(1)
def withdraw(walk: Walk, item: Suggestion) -> object:
    if walk.dice.random() < 0.7:
        raise Nothing("people seldom take their word back")
    return intake.withdraw(suggestion=item, reason="不需要了", at=walk.at)


@act(1, Case.REGISTERED, Case.HANDLING)
def flag_urgent(walk: Walk, item: Suggestion) -> object:
    level = walk.dice.choice(("urgent", "critical", "normal"))
    return urgent.flag(
        suggestion=item,
        level=level,
        reason="站台塌了",
        actor=walk.who("triage_officer"),
        at=walk.at,
    )


@act(3, Case.ANSWERED, Case.CLOSED)
def public_word(walk: Walk, item: Suggestion) -> object:
    """A reader says whether the answer helps, mostly in words too; another mind, and sometimes it is all taken back."""
    reply = reply_voices.current(item)
    if reply is None:
        raise Nothing("there is no public answer")
    given = reply_voices.give(
        reply=reply, phone=f"1990008{walk.dice.randrange(40):04d}", helpful=walk.chance(0.7),
        words="装得很快，谢谢。" if walk.chance(0.8) else "", idempotency_key=f"word-{walk.acts}", at=walk.at,
    )  # fmt: skip
    if walk.chance(0.3):
        reply_voices.withdraw(voice=given.voice, at=walk.at)
    return given


@errand(3)
def moderate_comment(walk: Walk) -> object:
    comment: ReplyComment = walk.one(ReplyComment.objects.exclude(status="withdrawn"))
    who = walk.who("publisher", "triage_officer", "supervisor")
    if walk.chance(0.35):
        return reply_voices.decline(comment=comment, reason="与答复无关", actor=who, at=walk.at)
    return reply_voices.show(comment=comment, public_text="装得很快。", actor=who, at=walk.at)
