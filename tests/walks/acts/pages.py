"""The public page, consent, and the voices of others."""

from suggestions.models import CoSign, PublicationReview, Suggestion
from suggestions.services import co_signing, consent, publishing
from tests.walks.acts.base import Nothing, Walk, act, first


def _review(item: Suggestion) -> PublicationReview:
    open_ = PublicationReview.objects.filter(
        suggestion=item, state__in=("queued", "redacting", "second_check")
    )
    found: PublicationReview = first(open_)
    found.suggestion = item
    return found


@act(9)
def publication_step(walk: Walk, item: Suggestion) -> object:
    """The next thing a publisher would do with an open review; now and then a person who may not."""
    review = _review(item)
    who = walk.who("publisher", "publisher", "publisher_2")
    roll = walk.dice.random()
    if roll < 0.04:
        return publishing.refuse(review=review, reason="privacy", actor=who, at=walk.at)
    if review.state == "queued":
        return publishing.start(review=review, actor=who, at=walk.at)
    if review.state == "redacting":
        publishing.save(review=review, actor=who, at=walk.at)
        return publishing.submit(review=review, actor=who, at=walk.at)
    if roll < 0.15:
        return publishing.send_back(review=review, actor=who, at=walk.at, reason="再看看")
    return publishing.release(review=review, actor=walk.who("publisher_2", "publisher"), at=walk.at)


@act(1)
def suspend(walk: Walk, item: Suggestion) -> object:
    return publishing.suspend(
        suggestion=item, reason="takedown", actor=walk.who("publisher", "supervisor"), at=walk.at
    )


@act(1)
def resume(walk: Walk, item: Suggestion) -> object:
    return publishing.resume(
        suggestion=item, reason="查过了", actor=walk.who("publisher"), at=walk.at
    )


@act(1)
def take_down(walk: Walk, item: Suggestion) -> object:
    if walk.dice.random() < 0.7:
        raise Nothing("pages are seldom taken down")
    return publishing.take_down(
        suggestion=item, reason="third_party", actor=walk.who("publisher"), at=walk.at
    )


@act(1)
def consent_back(walk: Walk, item: Suggestion) -> object:
    if walk.dice.random() < 0.5:
        return consent.give(suggestion=item, kind="publish", actor=walk.who("author"), at=walk.at)
    return consent.withdraw(suggestion=item, kind="publish", actor=walk.who("author"), at=walk.at)


@act(3)
def co_sign(walk: Walk, item: Suggestion) -> object:
    n = walk.dice.randrange(30)
    return co_signing.co_sign(
        suggestion=item, phone=f"1991111{n:04d}", idempotency_key=f"{walk.acts}", at=walk.at
    )


@act(1)
def co_sign_back(walk: Walk, item: Suggestion) -> object:
    return co_signing.withdraw(co_sign=first(CoSign.objects.filter(suggestion=item)), at=walk.at)
