"""What holds in the rooms that watch and tell after every step: figures, bulletins, reports, tables, warnings (design 3).

Each check says what is wrong with one record, or nothing. Chains, states and clocks are checked for all records alike
(records.py); here is what one kind alone promises.
"""

from collections.abc import Callable, Iterator
from typing import Any

from suggestions.models import (
    Bulletin,
    BulletinUnit,
    EarlyWarning,
    LeagueAppeal,
    LeagueTable,
    MonthTopic,
    SpecialReport,
    StatSnapshot,
)
from suggestions.services import snapshots
from suggestions.states.bulletin import BulletinUnitState as Line
from suggestions.states.warning import OPEN_WARNINGS

_SETTLED = {Line.STRUCK, Line.NAMED, Line.ACCEPTED}
_OF_BULLETIN = {
    "drafting": {Line.LISTED, Line.STRUCK}, "dropped": {Line.STRUCK}, "closed": _SETTLED, "issued": set(Line) - {Line.LISTED},
}  # fmt: skip


def of_room(held: Any) -> Iterator[str]:
    """Faults of one record that its own kind knows of."""
    check = _CHECKS.get(type(held))
    if check is not None:
        yield from check(held)


def _snapshot(held: StatSnapshot) -> Iterator[str]:
    """A published number never changes silently (invariant 8; process.md 7.2)."""
    if not snapshots.is_whole(held):
        yield "its rows are not those that were counted"
    same = StatSnapshot.objects.filter(
        jurisdiction=held.jurisdiction_id, kind=held.kind, first=held.first
    )
    for state in ("taken", "published"):
        if (n := same.filter(status=state).count()) > 1:
            yield f"{n} versions of one period are {state}"
    if held.status == "corrected" and not same.filter(corrects=held).exists():
        yield "corrected, and nothing corrects it"


def _bulletin(held: Bulletin) -> Iterator[str]:
    found = set(held.lines.values_list("status", flat=True))
    if strange := found - _OF_BULLETIN[held.status]:
        yield f"{held.status} with units that are {sorted(strange)}"
    if (held.number is not None) is not (held.status in ("issued", "closed")):
        yield f"{held.status} with the number {held.number}"
    if held.status == "issued" and held.issued_by_id == held.drafted_by_id:
        yield "signed by who drafted it"
    if held.snapshot.status not in ("published", "corrected"):
        yield f"speaks of figures that are {held.snapshot.status}"


def _report(held: SpecialReport) -> Iterator[str]:
    if held.number is not None and held.signed_by_id == held.drafted_by_id:
        yield "signed by who drafted it"
    if secret := held.evidence.filter(suggestion__is_secret=True).count():
        yield f"quotes {secret} items that were found secret"


def _table(held: LeagueTable) -> Iterator[str]:
    if held.status in ("published", "dropped") and held.appeals.filter(status="open").exists():
        yield f"{held.status} with an open appeal"


def _warning(held: EarlyWarning) -> Iterator[str]:
    """One open warning a rule, topic and place, and none about a person (process.md 8.4, section 12)."""
    same = EarlyWarning.objects.filter(
        jurisdiction=held.jurisdiction_id, signal=held.signal, topic=held.topic_id, district=held.district_id,
        status__in=sorted(OPEN_WARNINGS),
    )  # fmt: skip
    if same.count() > 1:
        yield "a second one stands open"
    if held.status in ("acting", "closed") and not held.steps.exists():
        yield f"{held.status} without a measure"


def _month(held: MonthTopic) -> Iterator[str]:
    same = MonthTopic.objects.filter(jurisdiction=held.jurisdiction_id, month=held.month)
    if same.exclude(status="dropped").count() > 1:
        yield "a second topic of one month"


_CHECKS: dict[type[Any], Callable[[Any], Iterator[str]]] = {
    StatSnapshot: _snapshot, Bulletin: _bulletin, BulletinUnit: lambda line: _bulletin(line.bulletin), SpecialReport: _report,
    LeagueTable: _table, LeagueAppeal: lambda appeal: _table(appeal.table), EarlyWarning: _warning, MonthTopic: _month,
}  # fmt: skip
