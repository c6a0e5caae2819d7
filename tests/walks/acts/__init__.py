"""What a walker may try, an area a module: one function an act, calling the service that the desk or /track/ calls."""

from tests.walks.acts import (
    adoption,
    afterwards,
    awards,
    calendar,
    campaigns,
    desk,
    meetings,
    pages,
    people,
    privacy,
    replies,
    steering,
    telling,
    triage,
    units,
    watching,
)
from tests.walks.acts.base import ACTS, ERRANDS, Nothing, Walk
from tests.walks.acts.triage import submit

AREAS = (
    adoption, afterwards, awards, calendar, campaigns, desk, meetings, pages, people, privacy, replies, steering, telling, triage,
    units, watching,
)  # fmt: skip

__all__ = ["ACTS", "AREAS", "ERRANDS", "Nothing", "Walk", "submit"]
