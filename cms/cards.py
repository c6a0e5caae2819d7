"""A campaign as lists show it: its phase, its counts, its days. One grouped count for all that are shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from cms import phases
from cms.phases import Phase
from suggestions.codes import Mode
from suggestions.selectors import campaigns as selector
from suggestions.selectors.campaigns import CampaignCounts

if TYPE_CHECKING:
    from cms.models.campaign import CampaignPage


@dataclass(frozen=True, slots=True)
class Card:
    """A campaign as lists show it."""

    page: "CampaignPage"
    phase: Phase
    counts: CampaignCounts
    days_left: str
    closing: str
    report_late: bool

    @property
    def takes_public(self) -> bool:
        """Whether anybody may write now: invited campaigns are open to the invited only."""
        return self.phase == Phase.OPEN and self.page.mode != Mode.INVITED


def cards(pages: Sequence["CampaignPage"], *, at: datetime) -> list[Card]:
    """Cards of these campaigns: one grouped count for all of them."""
    counts = selector.counts([page.pk for page in pages if page.pk])
    return [
        Card(
            page=page,
            phase=page.phase_at(at),
            counts=counts.get(page.pk, CampaignCounts()),
            days_left=phases.days_left_words(page.closes_at, at) if page.closes_at else "",
            closing=phases.closing_words(page.closes_at) if page.closes_at else "",
            report_late=page.report_is_late(at),
        )
        for page in pages
    ]
