"""Published months and a year of the demo city: one corrected, one not used, the last month waiting (process.md 7.2, 7.3)."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from suggestions.clock import local_date
from suggestions.models import StatSnapshot, Suggestion
from suggestions.roles import Role
from suggestions.services import snapshots
from suggestions.states.statistics import SnapshotState
from suggestions.statistics.figures import Period, whole_months

if TYPE_CHECKING:
    from suggestions.demo.seed import Seeder

MONTHS = 11
CORRECTED = 3
"""So many months before the last one lies the month whose first version was wrong."""


def seed(city: "Seeder") -> None:
    """Publish the months and the year before the last month, each in the first days after it; the last month waits."""
    for early in StatSnapshot.objects.filter(status=SnapshotState.TAKEN):
        # The sweep of the seeding took them before the city's other records were there.
        snapshots.drop(
            snapshot=early,
            reason="有些回访和督办还没有录入",
            actor=city.actor(Role.ANALYST),
            at=city.now,
        )
    on = local_date(city.now)
    months = [whole_months(on, n + 1) for n in range(MONTHS)]
    for back, span in reversed(list(enumerate(months))):
        _, period = snapshots.period_of(f"{span.first:%Y-%m}")
        if back == 0:
            _take(city, StatSnapshot.Kind.MONTH, period)
        else:
            _month(city, period, wrong=back == CORRECTED)
    _year(city, on.year - 1)


def _take(city: "Seeder", kind: str, period: Period, until: datetime | None = None) -> StatSnapshot:
    at = min(period.ends_at + timedelta(minutes=10), city.now)
    return snapshots.take(
        place=city.jurisdiction,
        kind=kind,
        period=period,
        actor=city.actor(Role.ANALYST),
        at=at,
        until=until,
    )


def _month(city: "Seeder", period: Period, *, wrong: bool) -> None:
    kind, judge = StatSnapshot.Kind.MONTH, city.actor(Role.SUPERVISOR)
    until = period.ends_at - timedelta(days=12) if wrong else None
    first = _take(city, kind, period, until)
    published = period.ends_at + timedelta(days=4, hours=10)
    snapshots.publish(snapshot=first, actor=judge, at=published, cases=_cases(city, period))
    if wrong:
        reason = "第一版把截止的时刻算早了12天，后来的答复没有算进去。"
        later = published + timedelta(days=6)
        second = snapshots.correct(
            snapshot=first, reason=reason, actor=city.actor(Role.ANALYST), at=later
        )
        cases = list(second.cases.all())
        snapshots.publish(
            snapshot=second,
            actor=city.actor(Role.LEADER),
            at=later + timedelta(days=1),
            cases=cases,
        )


def _year(city: "Seeder", year: int) -> None:
    kind, period = snapshots.period_of(str(year))
    taken = _take(city, kind, period)
    snapshots.publish(
        snapshot=taken, actor=city.actor(Role.LEADER), at=period.ends_at + timedelta(days=20),
        note="网站在11月底开通，这一年只有一个多月的数据。", cases=_cases(city, period),
    )  # fmt: skip


def _cases(city: "Seeder", period: Period) -> list[Suggestion]:
    """Three that were answered in the period and that everybody may read."""
    rows = Suggestion.objects.on_page().answered().filter(
        jurisdiction=city.jurisdiction, answered_at__gte=period.begins_at, answered_at__lt=period.ends_at
    )  # fmt: skip
    return list(rows.order_by("-co_sign_count", "pk")[:3])
