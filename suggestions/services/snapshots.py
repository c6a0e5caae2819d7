"""Snapshots of a closed period's figures: taken, reviewed, published, corrected (process.md 7.2, 7.3).

A published number never changes silently: nothing here writes a published version's rows, and what was wrong is put right by
a further version that names the one it corrects and says why.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Max

from suggestions.actor import Actor
from suggestions.clock import local_date
from suggestions.errors import DomainError, Invalid, NotAllowed
from suggestions.models import Jurisdiction, StatRow, StatSnapshot, Suggestion
from suggestions.services import records
from suggestions.services.wording import Words, cleaned
from suggestions.states.statistics import SnapshotState as State
from suggestions.statistics.cohorts import Scope
from suggestions.statistics.counting import Cell, count, digest_of
from suggestions.statistics.figures import Period
from suggestions.statistics.formulas import VERSION

Kind = StatSnapshot.Kind
MOST_CASES = 6
"""So many typical cases a report shows at the most (JN 33; BJ 34)."""


def period_of(slug: str) -> tuple[str, Period]:
    """(kind, period) of "2026-10" or "2026". Raises Invalid, in words, for anything else."""
    year, _dash, month = slug.partition("-")
    good = len(year) == 4 and year.isdecimal() and year.isascii() and int(year) >= 2000
    if good and not _dash:
        return Kind.YEAR, Period(date(int(year), 1, 1), date(int(year), 12, 31))
    if good and len(month) == 2 and month.isdecimal() and month.isascii() and 1 <= int(month) <= 12:
        first = date(int(year), int(month), 1)
        after = (first + timedelta(days=31)).replace(day=1)
        return Kind.MONTH, Period(first, after - timedelta(days=1))
    raise Invalid({"period": ["月份写成2026-10，年份写成2026。"]})


def span(snapshot: StatSnapshot) -> Period:
    return Period(snapshot.first, snapshot.last)


def take(
    *, place: Jurisdiction, kind: str, period: Period, actor: Actor, at: datetime, until: datetime | None = None,
    corrects: StatSnapshot | None = None, reason: str = "",
) -> StatSnapshot:  # fmt: skip
    """Count a closed period and keep it as its next version, waiting for publication. It closes at 24:00 of its last day.

    `until` None counts acts up to that moment; the correction of a published version says with `corrects` which and why.
    Raises Invalid (the period is not over), DomainError (a version waits already, or one is published: correct that).
    Source: process.md 7.2.
    """
    if at < period.ends_at:
        raise Invalid({"period": ["这段时间还没有结束，到最后一天24时以后才能算。"]})
    held = StatSnapshot.objects.filter(jurisdiction=place, kind=kind, first=period.first)
    if held.filter(status=State.TAKEN).exists():
        raise DomainError("这段时间已经有一版等着公布，请先公布它，或者写明理由不用它。")
    published = held.filter(status=State.PUBLISHED).first()
    if published != corrects:
        raise DomainError("这段时间的数据已经公布。要改请写明更正的理由，出一版更正。")
    scope = Scope(period, place, until)
    cells = count(scope)
    number = (held.aggregate(n=Max("number"))["n"] or 0) + 1
    snapshot = StatSnapshot(
        jurisdiction=place, kind=kind, first=period.first, last=period.last, number=number, formula_version=VERSION,
        weights=scope.weights, taken_at=at, digest=digest_of(cells), corrects=corrects,
    )  # fmt: skip
    row = "stat_take"
    if corrects is not None:
        row, reason = "stat_correct", _said(reason)
        snapshot.correction_reason = reason
    data = {"period": snapshot.words, "number": number, "digest": snapshot.digest}
    try:
        with transaction.atomic():
            records.begin(snapshot, row, actor=actor, at=at, reason=reason, data=data)
            StatRow.objects.bulk_create(rows_of(snapshot, cells), batch_size=500)
            if corrects is not None:
                snapshot.cases.set(corrects.cases.all())
    except IntegrityError:
        raise DomainError("另一个人刚刚也算了这段时间的数据，请刷新后看那一版。") from None
    return snapshot


def rows_of(snapshot: StatSnapshot, cells: Iterable[Cell]) -> list[StatRow]:
    return [
        StatRow(
            snapshot=snapshot, figure=c.figure, dimension=c.dimension, key=c.key, name=c.name,
            numerator=c.numerator, denominator=c.denominator,
        )
        for c in cells
    ]  # fmt: skip


def correct(*, snapshot: StatSnapshot, reason: str, actor: Actor, at: datetime) -> StatSnapshot:
    """Count a published period again as the version that will correct it. The published one stands until then.

    What was entered late is in it now; answers and closings still count up to the end of the period. Raises Invalid (no reason), DomainError.
    """
    if snapshot.status != State.PUBLISHED:
        raise DomainError("只有已经公布的数据才需要更正。")
    return take(
        place=snapshot.jurisdiction, kind=snapshot.kind, period=span(snapshot), actor=actor,
        at=at, corrects=snapshot, reason=reason,
    )  # fmt: skip


def _said(reason: str) -> str:
    held = cleaned({"reason": Words("更正的理由", 500)}, {"reason": reason})
    return held["reason"]


def publish(
    *, snapshot: StatSnapshot, actor: Actor, at: datetime, note: str = "", cases: Sequence[Suggestion] = (),
) -> StatSnapshot:  # fmt: skip
    """Publish a version with its note and typical cases; the one it corrects stays to be read beside it.

    Cases come from public, answered items alone. Raises Invalid, DomainError. Source: process.md 7.3; JN 33; BJ 34.
    """
    if actor.user is None:
        raise NotAllowed
    held = cleaned({"note": Words("说明", 2000, required=False)}, {"note": note})
    if len(cases) > MOST_CASES:
        raise Invalid({"cases": [f"典型建议最多选{MOST_CASES}件。"]})
    shown = set(
        Suggestion.objects.on_page().answered().filter(pk__in=[c.pk for c in cases]).values_list("pk", flat=True)
    )  # fmt: skip
    hidden = [c.case_no for c in cases if c.pk not in shown]
    if hidden:
        raise Invalid({"cases": [f"{'、'.join(hidden)}没有公开的答复，不能作典型建议。"]})
    with transaction.atomic():
        old = snapshot.corrects
        if old is not None:
            records.move(
                old, "stat_replace", actor=Actor.system(), at=at, data={"number": snapshot.number}
            )
        data = {"period": snapshot.words, "number": snapshot.number}
        records.move(
            snapshot, "stat_publish", actor=actor, at=at, data={**data, "digest": snapshot.digest},
            fields={"note": held["note"], "published_at": at, "published_by": actor.user},
        )  # fmt: skip
        snapshot.cases.set(cases)
    return snapshot


def drop(*, snapshot: StatSnapshot, reason: str, actor: Actor, at: datetime) -> None:
    """A version that waits is not used, with a reason; the next one may be taken."""
    records.move(
        snapshot, "stat_drop", actor=actor, at=at, reason=reason.strip(),
        data={"period": snapshot.words, "number": snapshot.number},
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Difference:
    """One row that two countings see differently; None where one of them has no such row."""

    cell: Cell
    before: tuple[str, int | None] | None
    after: tuple[str, int | None] | None


def cells_of(snapshot: StatSnapshot) -> list[Cell]:
    """A snapshot's rows as they were counted. One query."""
    return [
        Cell(r.figure, r.dimension, r.key, r.name, r.numerator, r.denominator)
        for r in snapshot.rows.all()
    ]


def differences(before: Iterable[Cell], after: Iterable[Cell]) -> list[Difference]:
    """What changed between two countings, cell by cell; names alone are no change."""
    old = {(c.figure, c.dimension, c.key): c for c in before}
    new = {(c.figure, c.dimension, c.key): c for c in after}
    found = []
    for key in dict.fromkeys((*old, *new)):
        a, b = (
            (f"{c.numerator:.2f}", c.denominator) if c is not None else None
            for c in (old.get(key), new.get(key))
        )
        if a != b:
            found.append(Difference(new.get(key) or old[key], a, b))
    return found


def recount(snapshot: StatSnapshot, *, until: datetime | None = None) -> list[Cell]:
    """The same period counted again from what stands in the database now, with the weights it was taken with."""
    return count(Scope(span(snapshot), snapshot.jurisdiction, until, snapshot.weights))


def is_whole(snapshot: StatSnapshot) -> bool:
    """Whether the rows are those that were counted: their digest is the one the snapshot and its event carry."""
    return digest_of(cells_of(snapshot)) == snapshot.digest


def due(place: Jurisdiction, today: date) -> list[tuple[str, Period]]:
    """The month and the year that closed last, where nothing was taken of them yet."""
    month = (today.replace(day=1) - timedelta(days=1)).replace(day=1)
    wanted = [period_of(f"{month:%Y-%m}"), period_of(f"{today.year - 1}")]
    held = set(StatSnapshot.objects.filter(jurisdiction=place).values_list("kind", "first"))
    return [(kind, p) for kind, p in wanted if (kind, p.first) not in held]


def sweep(*, now: datetime) -> int:
    """Take last month's and last year's figures once in each jurisdiction that had items, for people to review.

    Counted at their legal moment, 24:00 of the last day, whenever the worker comes round. Source: process.md 7.2.
    """
    done = 0
    for place in Jurisdiction.objects.filter(is_active=True).order_by("path"):
        for kind, period in due(place, local_date(now)):
            items = Suggestion.objects.filter(jurisdiction__path__startswith=place.path)
            if not items.filter(received_at__lt=period.ends_at).exists():
                continue
            try:
                take(place=place, kind=kind, period=period, actor=Actor.system(), at=now)
            except DomainError:
                # Another worker took it at the same moment.
                continue
            done += 1
    return done
