"""The limit for publishing an answer (K12) runs while a publisher has something to do, and no longer."""

from datetime import timedelta

import pytest

from suggestions.models import PublicationReview
from suggestions.services import publishing, replying
from tests.world import (
    MONDAY,
    accept,
    answered,
    dispatch,
    make_world,
    publish,
    sign_in,
    signed_reply,
    submit,
)

pytestmark = pytest.mark.django_db


def test_an_answer_nobody_may_publish_leaves_no_limit_for_publishing() -> None:
    item, _ = answered(make_world(), published=False, publish_consent=False)
    clock = item.clocks.get(kind="K12")
    assert clock.stop_reason == "nothing_to_publish"
    assert clock.stopped_at == item.answered_at


def test_an_answer_that_waits_for_a_publisher_has_a_limit() -> None:
    item, _ = answered(make_world(), published=False)
    assert PublicationReview.objects.filter(suggestion=item, state="queued").exists()
    assert item.clocks.filter(kind="K12", stopped_at=None).exists()


def test_an_answer_the_publisher_refuses_ends_the_limit_and_leaves_the_page() -> None:
    world = make_world()
    item = accept(world, submit(world).suggestion, at=MONDAY + timedelta(days=1))
    publish(world, item, at=MONDAY + timedelta(days=1, hours=1))
    dispatch(world, item, at=MONDAY + timedelta(days=1, hours=2))
    sign_in(world, item, at=MONDAY + timedelta(days=2))
    reply = signed_reply(world, item, at=MONDAY + timedelta(days=9))
    replying.approve(reply=reply, actor=world.actor("triage_officer"), at=MONDAY + timedelta(days=10))  # fmt: skip
    review = item.publication_reviews.get(state="queued")
    review.suggestion = item
    at = MONDAY + timedelta(days=12)
    publishing.refuse(review=review, reason="privacy", actor=world.actor("publisher"), at=at)
    assert item.is_public
    assert item.clocks.get(kind="K12").stopped_at == at
