"""League tables: a group with its criteria announced beforehand, a table a month, appeals before publication (8.3)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from suggestions import clock as counting
from suggestions.actor import Actor
from suggestions.clock import local_date
from suggestions.errors import ChangedMeanwhile, DomainError, Invalid, NotAllowed
from suggestions.models import (
    Jurisdiction,
    LeagueAppeal,
    LeagueGroup,
    LeagueTable,
    Suggestion,
    Unit,
)
from suggestions.services import clocks, records
from suggestions.services.special_reports import no_person
from suggestions.services.wording import Words, cleaned
from suggestions.states.league import LeagueAppealState, LeagueGroupState, LeagueTableState
from suggestions.statistics import league
from suggestions.statistics.figures import Period

FEWEST_UNITS = 3
"""A rank among two compares nothing (P)."""
State = LeagueTableState


def set_group(
    *, jurisdiction: Jurisdiction, name: str, kind: str, units: Sequence[Unit], weights: Mapping[str, int], counts_from: date,
    actor: Actor, at: datetime,
) -> LeagueGroup:  # fmt: skip
    """Put units that can be compared into a group, with the points of each measure. Raises Invalid.

    `counts_from` is the first day of a month.
    """
    held = cleaned({"name": Words("分组", 40, multiline=False)}, {"name": name})
    errors: dict[str, list[str]] = {}
    if kind not in LeagueGroup.Kind.values:
        errors["kind"] = ["请选是哪一类单位。"]
    if len({u.pk for u in units}) < FEWEST_UNITS:
        errors["units"] = [f"同一组至少要有{FEWEST_UNITS}个可比的单位。"]
    if set(weights) != set(league.PARTS) or any(w < 0 for w in weights.values()):
        errors["weights"] = ["请给每一项填分值，不能是负数。"]
    elif sum(weights.values()) != 100:
        errors["weights"] = [f"各项分值加起来要是100，现在是{sum(weights.values())}。"]
    if counts_from.day != 1:
        errors["counts_from"] = ["从一个月的1日起算。"]
    if errors:
        raise Invalid(errors)
    group = LeagueGroup(jurisdiction=jurisdiction, kind=kind, weights=dict(weights), counts_from=counts_from, **held)  # fmt: skip
    with transaction.atomic():
        records.begin(group, "league_group", actor=actor, at=at, data={"name": held["name"]})
        group.units.set(units)
    return group


def announce(*, group: LeagueGroup, actor: Actor, at: datetime) -> None:
    """Publish group and criteria, before the first day they count for (8.3: visible beforehand). Raises DomainError."""
    first = group.counts_from
    if first <= local_date(at):
        raise DomainError(
            "标准要在起算以前公布。起算日已经到了，请停用这一组，另设一组从下个月起算。"
        )
    data = {"first": f"{first.year}年{first.month}月{first.day}日"}
    records.move(group, "league_announce", actor=actor, at=at, data=data, fields={"announced_at": at})  # fmt: skip


def end(*, group: LeagueGroup, reason: str, actor: Actor, at: datetime) -> None:
    """The group is compared no longer; its tables stay. Raises DomainError while one of them is open."""
    if group.tables.filter(status__in=(State.DRAWN, State.APPEAL)).exists():
        raise DomainError("这一组还有没公布的排名，先公布或者不公布，再停用。")
    records.move(group, "league_end", actor=actor, at=at, reason=reason.strip())


def draw(*, group: LeagueGroup, month: date, actor: Actor, at: datetime) -> LeagueTable:
    """Count one whole month by the criteria announced before it began. Raises DomainError, Invalid."""
    first = month.replace(day=1)
    last = (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    if group.status != LeagueGroupState.PUBLISHED or group.announced_at is None:
        raise DomainError("标准公布以后才能算排名。")
    if first < group.counts_from or local_date(group.announced_at) >= first:
        raise Invalid({"month": ["这个月开始时标准还没有公布，不能排名。"]})
    if last >= local_date(at):
        raise Invalid({"month": ["这个月还没有结束。"]})
    table = LeagueTable(jurisdiction=group.jurisdiction, group=group, first=first, last=last, drawn_at=at)  # fmt: skip
    _count(table)
    try:
        with transaction.atomic():
            records.begin(table, "league_draw", actor=actor, at=at, data={"period": f"{first.year}年{first.month}月"})  # fmt: skip
    except IntegrityError as error:
        raise DomainError("这一组这个月的排名已经算过。") from error
    return table


def _count(table: LeagueTable, also: Iterable[int] = ()) -> None:
    """Fill in rows, places and the change against the month before, from the items as they are now."""
    units = list(table.group.units.order_by("pk"))
    period, appealed = Period(table.first, table.last), list(also)
    before = _before(table)
    table.rows = [
        {
            "unit": line.unit, "name": line.name, "rank": rank, "points": str(points) if points is not None else None,
            "received": line.received, "parts": [[p.code, p.numerator, p.denominator] for p in line.parts],
            "before": before.get(line.unit),
        }
        for rank, points, line in league.ranked(league.lines(units, period, appealed), table.group.weights)
    ]  # fmt: skip
    table.left_out = league.counts_left_out(units, period, appealed)


def _before(table: LeagueTable) -> dict[int, int]:
    """The rank of each unit in the published table of the month before."""
    last_month = (table.first - timedelta(days=1)).replace(day=1)
    held = LeagueTable.objects.filter(group=table.group, first=last_month, status=State.PUBLISHED).first()  # fmt: skip
    return {r["unit"]: r["rank"] for r in held.rows if r["rank"]} if held else {}


def show(*, table: LeagueTable, actor: Actor, at: datetime) -> None:
    """Put it before the group's units: they have three working days to appeal (KQ; 8.3, P)."""
    rule = clocks.current_rule("KQ").as_rule()
    until = counting.due(rule, local_date(at), clocks.workdays()).on
    records.move(
        table, "league_show", actor=actor, at=at, data={"until": f"{until.month}月{until.day}日"},
        fields={"appeal_until": until},
    )  # fmt: skip


def appeal(
    *, table: LeagueTable, text: str, actor: Actor, at: datetime, cases: Sequence[Suggestion] = ()
) -> LeagueAppeal:
    """A unit of the group objects to its row, within the window, naming the items it is about. Raises DomainError."""
    if actor.unit is None or actor.unit.pk not in table.unit_ids():
        raise NotAllowed("只有这一组单位的负责人能提异议。")
    if table.status != State.APPEAL or table.appeal_until is None or local_date(at) > table.appeal_until:  # fmt: skip
        raise DomainError("现在不在提异议的期间。")
    held = cleaned({"text": Words("异议", 2000)}, {"text": text})
    no_person(held)
    made = LeagueAppeal(jurisdiction=table.jurisdiction, table=table, unit=actor.unit, **held)
    try:
        with transaction.atomic():
            if _locked(table) != State.APPEAL:
                raise ChangedMeanwhile
            records.begin(made, "league_appeal", actor=actor, at=at, data={"unit": actor.unit.short_name})  # fmt: skip
            made.cases.set(cases)
    except IntegrityError as error:
        raise DomainError("您单位的异议已经提过，正在等答复。") from error
    return made


def _locked(table: LeagueTable) -> str:
    """The state the table is in now, held until the end of the transaction: an appeal that comes as it ends has one fate."""
    return str(LeagueTable.objects.select_for_update().values_list("status", flat=True).get(pk=table.pk))  # fmt: skip


def uphold(*, appeal: LeagueAppeal, answer: str, actor: Actor, at: datetime) -> None:
    """The unit is right: its items in dispute leave the table, which is counted anew. The answer gives the reasons."""
    with transaction.atomic():
        _decide(appeal, "league_uphold", answer, actor, at)
        table = appeal.table
        _count(table, _disputed(table))
        records.note(
            table, "league_recount", actor=actor, at=at, words="异议成立，重新计算", data={"appeal": appeal.pk},
            fields={"rows": table.rows, "left_out": table.left_out},
        )  # fmt: skip


def reject(*, appeal: LeagueAppeal, answer: str, actor: Actor, at: datetime) -> None:
    """The row stands, and why."""
    _decide(appeal, "league_reject", answer, actor, at)


def _decide(appeal: LeagueAppeal, name: str, answer: str, actor: Actor, at: datetime) -> None:
    held = cleaned({"answer": Words("答复", 2000)}, {"answer": answer})
    no_person(held)
    records.move(appeal, name, actor=actor, at=at, reason=held["answer"], fields={**held, "decided_at": at})  # fmt: skip


def _disputed(table: LeagueTable) -> list[int]:
    """Items of the appeals that were found right."""
    found = table.appeals.filter(status=LeagueAppealState.UPHELD, cases__isnull=False)
    return list(found.values_list("cases", flat=True).distinct())


def publish(*, table: LeagueTable, actor: Actor, at: datetime) -> None:
    """Make it public, once the window is over and every appeal has its reasoned answer (8.3). Raises DomainError."""
    if table.appeal_until is not None and local_date(at) <= table.appeal_until:
        day = table.appeal_until
        raise DomainError(f"提异议的期间到{day.month}月{day.day}日，过了才能公布。")
    if actor.user is None:
        raise NotAllowed
    with transaction.atomic():
        _locked(table)
        if table.appeals.filter(status=LeagueAppealState.OPEN).exists():
            raise DomainError("还有异议没有答复，先答复再公布。")
        records.move(
            table, "league_publish", actor=actor, at=at, data={"period": f"{table.first.year}年{table.first.month}月"},
            fields={"published_at": at, "published_by": actor.user},
        )  # fmt: skip


def drop(*, table: LeagueTable, reason: str, actor: Actor, at: datetime) -> None:
    """It will not be published, and why; the month can be counted anew."""
    with transaction.atomic():
        _locked(table)
        for open_one in table.appeals.filter(status=LeagueAppealState.OPEN):
            _decide(open_one, "league_uphold", f"这份排名不公布：{reason.strip()}", actor, at)
        records.move(table, "league_drop", actor=actor, at=at, reason=reason.strip())


def change(row: Mapping[str, Any]) -> int | None:
    """Places won (positive) or lost against the month before; None when one of the two has no rank."""
    return row["before"] - row["rank"] if row["rank"] and row["before"] else None
