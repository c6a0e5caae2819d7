"""How the rules of early warning did: what each raised, and how much of it people called a false alarm (process.md 8.4)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q

from suggestions.clock import local_date
from suggestions.models import EarlyWarning, Jurisdiction
from suggestions.states.warning import OPEN_WARNINGS, WarningState

DAYS = 365


@dataclass(frozen=True, slots=True)
class Tally:
    """One signal's year: all it raised, what still runs, what led to something, what was none."""

    raised: int
    running: int
    closed: int
    false: int


def tally(place: Jurisdiction, now: datetime) -> dict[str, Tally]:
    """Signal → its tally over the past year. One query."""
    since = local_date(now) - timedelta(days=DAYS)
    rows = (
        EarlyWarning.objects.filter(jurisdiction=place, raised_on__gte=since)
        .order_by()
        .values_list("signal")
        .annotate(
            raised=Count("pk"),
            running=Count("pk", filter=Q(status__in=sorted(OPEN_WARNINGS))),
            closed=Count("pk", filter=Q(status=WarningState.CLOSED)),
            false=Count("pk", filter=Q(status=WarningState.DISMISSED)),
        )
    )
    return {signal: Tally(*counts) for signal, *counts in rows}
