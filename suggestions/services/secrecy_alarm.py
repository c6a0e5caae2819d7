"""The security administrator hears that something marked secret was stopped, and nothing of what it said (process.md 3.5)."""

from datetime import datetime

from suggestions import outbox
from suggestions.clock import local_date
from suggestions.models import Jurisdiction, Outbox, PendingDecision

KIND = "secret_stopped"
FOUND = "secret_found"
"""Kinds of outbox rows; delivered by portal/notices/secrecy.py."""


def tell(*, jurisdiction: Jurisdiction, at: datetime) -> None:
    """Once a day and place, however often somebody presses the button. One query, and one to write."""
    day = local_date(at).isoformat()
    key = f"secret:{jurisdiction.pk}:{day}"
    if not Outbox.objects.filter(kind=KIND, key=key).exists():
        outbox.enqueue(KIND, {"jurisdiction": jurisdiction.pk, "day": day}, key=key)


def found(*, decision: PendingDecision, at: datetime) -> None:
    """An officer found a stored item secret and asks a second one; told once for each such proposal. One query to write."""
    outbox.enqueue(
        FOUND,
        {"jurisdiction": decision.jurisdiction_id, "number": decision.suggestion.case_no, "decision": decision.pk},
        key=f"{FOUND}:{decision.pk}",
    )  # fmt: skip
