"""The security administrator hears that something marked secret was stopped, and nothing of what it said (process.md 3.5)."""

from datetime import datetime

from suggestions import outbox
from suggestions.clock import local_date
from suggestions.models import Jurisdiction, Outbox

KIND = "secret_stopped"
"""Kind of outbox row; delivered by portal/notices/secrecy.py."""


def tell(*, jurisdiction: Jurisdiction, at: datetime) -> None:
    """Once a day and place, however often somebody presses the button. One query, and one to write."""
    day = local_date(at).isoformat()
    key = f"secret:{jurisdiction.pk}:{day}"
    if not Outbox.objects.filter(kind=KIND, key=key).exists():
        outbox.enqueue(KIND, {"jurisdiction": jurisdiction.pk, "day": day}, key=key)
