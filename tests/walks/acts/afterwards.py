"""Ratings, urgency, and what starts again."""

from suggestions.codes import Overall
from suggestions.models import Suggestion
from suggestions.services import evaluating, intake, rectifying, reopening, urgent
from suggestions.states import Case
from tests.walks.acts.base import Nothing, Walk, act


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
