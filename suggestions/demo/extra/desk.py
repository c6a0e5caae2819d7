"""What lies on the desks in between: a page masked and awaiting its second check, one under way, a refusal taken back."""

from datetime import timedelta
from typing import TYPE_CHECKING

from suggestions.actor import Actor
from suggestions.models import PublicationReview, Suggestion
from suggestions.roles import Role
from suggestions.services import deciding, publishing
from suggestions.states import Case

if TYPE_CHECKING:
    from suggestions.demo.seed import Seeder


def seed(city: "Seeder") -> None:
    """Three items as somebody left them half an hour ago."""
    at = city.now - timedelta(minutes=30)
    publisher = Actor.staff(city.users[("gongkai1", "")], Role.PUBLISHER)
    queued = PublicationReview.objects.filter(
        state="queued", suggestion__publication="queued"
    ).select_related("suggestion__jurisdiction")
    for number, review in enumerate(queued.order_by("pk")[:2]):
        publishing.start(review=review, actor=publisher, at=at)
        if number:
            publishing.submit(review=review, actor=publisher, at=at + timedelta(minutes=9))
    _taken_back(city)


def _taken_back(city: "Seeder") -> None:
    """Proposed in the morning, taken back when the author's words were read again."""
    officer, at = city.actor(Role.TRIAGE_OFFICER), city.now - timedelta(minutes=50)
    fresh = Suggestion.objects.filter(
        status=Case.REGISTERED, jurisdiction=city.jurisdiction, pending_decisions__isnull=True
    ).select_related("jurisdiction", "topic")
    for item in fresh.order_by("-pk")[:1]:
        held = deciding.refuse(
            suggestion=item, reason="personal_claim", words="", actor=officer, at=at
        )
        if held is not None:
            deciding.take_back(decision=held, actor=officer, at=at + timedelta(minutes=20))
