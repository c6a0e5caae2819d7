"""Emergency profile (SH 14; process.md 3.1): for a time, shorter policy limits, urgent items, a daily digest to leaders.

A switch on a jurisdiction or on one campaign. It ends by itself at its date. Limits of the law and of the citizen are
never shortened. This module knows no clocks: services/clock_dates asks it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.core.cache import cache
from django.db import transaction
from django.db.models import Q

from suggestions import outbox, rules, states
from suggestions.clock import ANSWER_KINDS, local_date
from suggestions.codes import Urgency
from suggestions.errors import DomainError, Invalid
from suggestions.models import EmergencyPeriod, Jurisdiction, Suggestion

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractUser

SHORTENED = frozenset({"K2t", "K4", "K6", *ANSWER_KINDS, "K9", "K11", "K12"})
"""Limits that are our own policy (P in process.md section 5); law (K2, K3, K5) and citizens' time (K10, K13) stay."""
LONGEST_DAYS = 90
DIGEST = "emergency_digest"
"""Kind of the outbox; its handler is in portal/notices/emergency.py."""
_KEY = "emergency-periods"


@dataclass(frozen=True, slots=True)
class Period:
    """One period as a value: where, how much shorter, and when it really ends."""

    pk: int
    name: str
    path: str
    campaign_id: int | None
    percent: int
    starts_at: datetime
    ends_at: datetime

    def covers(self, path: str, campaign_id: int | None, at: datetime) -> bool:
        here = path.startswith(self.path) and self.campaign_id in (None, campaign_id)
        return here and self.starts_at <= at < self.ends_at


def periods() -> list[Period]:
    """All periods there ever were (few), at most a minute old."""
    held: list[Period] | None = cache.get(_KEY)
    if held is None:
        held = [
            Period(
                p.pk, p.name, p.jurisdiction.path, p.campaign_id, p.percent, p.starts_at,
                min(p.ends_at, p.ended_at or p.ends_at),
            )
            for p in EmergencyPeriod.objects.select_related("jurisdiction")
        ]  # fmt: skip
        cache.set(_KEY, held, 60)
    return held


def period_for(path: str, campaign_id: int | None, at: datetime) -> Period | None:
    """The strictest period that covers a place (and campaign) at a moment."""
    found = [p for p in periods() if p.covers(path, campaign_id, at)]
    return min(found, key=lambda p: p.percent, default=None)


def shortened(kind: str, length: int, suggestion: Suggestion, at: datetime) -> int:
    """The length a clock of this item has when it starts at `at`: rounded up, never below 1; unchanged without a period."""
    if kind not in SHORTENED:
        return length
    found = period_for(suggestion.jurisdiction.path, suggestion.campaign_id, at)
    return max(1, -(-length * found.percent // 100)) if found else length


def urgency_for(jurisdiction: Jurisdiction, campaign: Any, at: datetime) -> str:
    """The urgency of an item that comes in now (4.6)."""
    found = period_for(jurisdiction.path, campaign.pk if campaign else None, at)
    return Urgency.URGENT if found else Urgency.NORMAL


def running(paths: list[str], at: datetime) -> list[Period]:
    """What runs in or above these jurisdictions, for the line at the top of the desk."""
    return [
        p
        for p in periods()
        if p.starts_at <= at < p.ends_at
        and any(path.startswith(p.path) or p.path.startswith(path) for path in paths)
    ]


def start(
    *, jurisdiction: Jurisdiction, campaign: Any = None, name: str, basis: str, percent: int = 50,
    ends_at: datetime, by: "AbstractUser", at: datetime,
) -> EmergencyPeriod:  # fmt: skip
    """Switch the profile on until `ends_at` (at most 90 days). Raises Invalid (name, basis, percent, ends_at)."""
    name, basis = (
        rules.clean_text(name, multiline=False),
        rules.clean_text(basis, multiline=False),
    )
    wrong: dict[str, list[str]] = {}
    if not name:
        wrong["name"] = ["请写是什么应急事项，例如“防汛应急征集”。"]
    if not basis:
        wrong["basis"] = ["请写依据，例如应急响应通知的文号。"]
    if not 10 <= percent <= 100:
        wrong["percent"] = ["请填10到100之间的数。"]
    if ends_at <= at:
        wrong["ends_at"] = ["结束时间要在现在以后。"]
    elif ends_at > at + timedelta(days=LONGEST_DAYS):
        wrong["ends_at"] = [f"一次最多{LONGEST_DAYS}天，到期还需要的再开一次。"]
    if wrong:
        raise Invalid(wrong)
    made = EmergencyPeriod.objects.create(
        jurisdiction=jurisdiction, campaign=campaign, name=name[:60], basis=basis[:200], percent=percent,
        starts_at=at, ends_at=ends_at, opened_by_id=by.pk,
    )  # fmt: skip
    cache.delete(_KEY)
    return made


def end(*, period: EmergencyPeriod, by: "AbstractUser", at: datetime) -> EmergencyPeriod:
    """Switch it off before its date; clocks that run keep the dates people were told. Raises DomainError (it is over)."""
    changed = EmergencyPeriod.objects.filter(pk=period.pk, ended_at=None, ends_at__gt=at).update(
        ended_at=at, ended_by_id=by.pk
    )
    if not changed:
        raise DomainError("这次应急征集已经结束。")
    cache.delete(_KEY)
    period.refresh_from_db()
    return period


@dataclass(frozen=True, slots=True)
class Digest:
    """A day of a period in four figures."""

    came_in: int
    waiting: int
    overdue: int
    answered: int


def digest(period: EmergencyPeriod, *, at: datetime) -> Digest:
    """The figures of the last 24 hours, and what stands open; one query each."""
    items = Suggestion.objects.filter(
        jurisdiction__path__startswith=period.jurisdiction.path, received_at__gte=period.starts_at
    )
    if period.campaign_id is not None:
        items = items.filter(campaign_id=period.campaign_id)
    day = at - timedelta(days=1)
    return Digest(
        came_in=items.filter(registered_at__gte=day).count(),
        waiting=items.filter(status__in=states.OPEN).count(),
        overdue=items.overdue(local_date(at)).count(),
        answered=items.filter(answered_at__gte=day).count(),
    )


def digests(*, now: datetime) -> int:
    """Once a day for each running period, queue the digest for its leaders; returns how many."""
    today, sent = local_date(now), 0
    running_now = EmergencyPeriod.objects.filter(
        Q(digest_on=None) | Q(digest_on__lt=today), starts_at__lte=now, ends_at__gt=now, ended_at=None
    )  # fmt: skip
    for period in running_now:
        with transaction.atomic():
            changed = EmergencyPeriod.objects.filter(
                Q(digest_on=None) | Q(digest_on__lt=today), pk=period.pk
            ).update(digest_on=today)
            if changed:
                payload = {"period": period.pk, "day": today.isoformat()}
                outbox.enqueue(DIGEST, payload, key=f"emergency:{period.pk}:{today}")
                sent += 1
    return sent
