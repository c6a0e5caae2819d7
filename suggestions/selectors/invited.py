"""The register of invited contributors as others read it: panels, juries, the office's lists (process.md 3.1)."""

from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Count, Q, QuerySet
from django.http import Http404

from suggestions import access
from suggestions.matrix import MATRIX
from suggestions.models import Invitation, InvitedContributor, Topic
from suggestions.models.invited import InvitedContributorQuerySet

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractUser, AnonymousUser


def candidates(topic: Topic | None = None, *, on: date) -> InvitedContributorQuerySet:
    """Who may sit on a study panel or a jury on a day: serving contributors, those asked least often first.

    With a topic: those whose topics are it, one above it or one below it. Names are encrypted: read them row by row, for
    the few who are shown. `user` is the account of those who have one. Count an activity with services.inviting.count_activity.
    """
    held = InvitedContributor.objects.serving(on).select_related("appointing_unit", "user")
    if topic is not None:
        above = [topic.path[:n] for n in range(topic.steplen, len(topic.path) + 1, topic.steplen)]
        held = held.filter(Q(topics__path__in=above) | Q(topics__path__startswith=topic.path))
    return held.distinct().order_by("activity_count", "pk")


def register(user: "AbstractUser | AnonymousUser") -> "QuerySet[InvitedContributor]":
    """The register within the user's jurisdictions, with how many invitations were sent and answered."""
    reach, found = Q(), False
    for role in access.scope(user).holds(MATRIX["manage_invited"]):
        reach |= Q(jurisdiction__path__startswith=role.jurisdiction.path)
        found = True
    if not found:
        return InvitedContributor.objects.none()
    counted = InvitedContributor.objects.filter(reach).select_related("appointing_unit")
    return counted.annotate(
        invited_count=Count("invitations", distinct=True),
        answered_count=Count(
            "invitations", filter=Q(invitations__status="submitted"), distinct=True
        ),
    ).prefetch_related("topics")


def load(user: "AbstractUser | AnonymousUser", pk: int) -> InvitedContributor:
    """One of the register, or Http404."""
    found = register(user).filter(pk=pk).first()
    if found is None:
        raise Http404("没有这位，或者不归您管。")
    return found


def invitations(user: "AbstractUser | AnonymousUser") -> "QuerySet[Invitation]":
    """Invitations sent from the user's jurisdictions, newest first."""
    sent = access.records(user, Invitation, "manage_invited")
    return sent.select_related("contributor", "campaign", "suggestion").order_by("-pk")
