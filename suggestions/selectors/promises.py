"""Promises and undelivered answers as the desk lists them; every list begins with what the user may reach."""

from typing import TYPE_CHECKING

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from suggestions import access
from suggestions.models import Commitment, DeliveryProof, Reply, Suggestion
from suggestions.states import Case
from suggestions.states import Commitment as State

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractUser, AnonymousUser

    Person = AbstractUser | AnonymousUser

SHOWN = {
    "open": (State.OPEN,),
    "missed": (State.MISSED,),
    "kept": (State.KEPT,),
}
"""Which states a tab lists; replaced promises are read on their item."""


def commitments(user: "Person", show: str) -> "QuerySet[Commitment]":
    """Promises the user may see, nearest first; of those kept, the newest first."""
    rows = access.records(user, Commitment, "see_commitments").filter(
        status__in=SHOWN[show], suggestion__in=access.readable(user)
    )
    order = ("-kept_on", "-pk") if show == "kept" else ("promised_on", "pk")
    return rows.select_related("suggestion", "unit").order_by(*order).distinct()


def unreached(user: "Person") -> "QuerySet[Suggestion]":
    """Answered items of the user whose newest answer nobody has proof of having delivered, oldest answer first.

    A merged item counts by itself: its author is owed the primary's answer (process.md 4.5).
    """
    own = Q(status__in=(Case.ANSWERED, Case.CLOSED), answered_at__isnull=False)
    merged = Q(status=Case.MERGED, primary__status__in=(Case.ANSWERED, Case.CLOSED))
    newest = (
        Reply.objects.filter(state=Reply.State.APPROVED)
        .filter(
            Q(suggestion=OuterRef("pk"))
            | Q(suggestion=OuterRef("primary"), suggestion__isnull=False)
        )
        .order_by("-number")
        .values("pk")[:1]
    )
    rows = access.readable(user).filter(own | merged).annotate(newest=newest)
    proved = DeliveryProof.objects.filter(suggestion=OuterRef("pk"), reply=OuterRef("newest"))
    return (
        rows.filter(newest__isnull=False)
        .exclude(Exists(proved))
        .select_related("lead_unit", "primary", "primary__lead_unit")
        .order_by(F("answered_at").asc(nulls_last=True), "pk")
    )
