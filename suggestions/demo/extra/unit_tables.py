"""Bulletins and league tables of the demo city, in every state (process.md 8.2, 8.3).

Named to come after statistics.py, whose published months bulletins speak of.
"""

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from suggestions.clock import SHANGHAI, local_date
from suggestions.demo.extra._dates import at as _at
from suggestions.errors import DomainError
from suggestions.models import (
    Bulletin,
    BulletinUnit,
    LeagueGroup,
    LeagueTable,
    StatSnapshot,
    Suggestion,
    Unit,
)
from suggestions.roles import Role
from suggestions.services import bulletins, leagues
from suggestions.states.bulletin import BulletinUnitState
from suggestions.states.statistics import SnapshotState
from suggestions.statistics import league
from suggestions.statistics.figures import whole_months

if TYPE_CHECKING:
    from suggestions.demo.seed import Seeder

_STEP = BulletinUnitState
_DONE = (_STEP.ACCEPTED,)
_ISSUED = (
    (3, -60, (_STEP.SENT_BACK, _STEP.RECTIFYING, _STEP.ANSWERED, _STEP.ACCEPTED)),
    (2, -40, _DONE),
    (1, -4, (_STEP.RECTIFYING, _STEP.ANSWERED)),
)
"""Which of the published months, issued how many days ago, and how far the criticised units in turn have come with it."""
_WORDS = "总体平稳。多数单位按期答复，个别单位逾期较多，整改后群众仍不满意的要说明原因。"


def seed(city: "Seeder") -> None:
    """Fill the lists 通报, 通报整改, 排名分组, 排名 and 排名异议 of the room 督办批示."""
    units = list(
        Unit.objects.filter(jurisdiction=city.jurisdiction, is_active=True, is_collection_office=False)
        .filter(staff_roles__role=Role.UNIT_HEAD)
        .distinct()
        .order_by("pk")
    )  # fmt: skip
    if len(units) >= 2 * leagues.FEWEST_UNITS:
        _leagues(city, units)
    _bulletins(city)


def _moment(day: date) -> datetime:
    return datetime.combine(day, time(10), tzinfo=SHANGHAI)


def _leagues(city: "Seeder", units: list[Unit]) -> None:
    judge, lead = city.actor(Role.SUPERVISOR), city.actor(Role.LEADER)
    months = [whole_months(local_date(city.now), n).first for n in range(1, 6)]
    half = len(units) // 2
    group = _group(city, "市级部门第一组", units[:half], months[-1])
    other = _group(city, "市级部门第二组", units[half:], months[-1])
    for first, dropped in ((months[3], True), (months[2], False), (months[1], False)):
        table = _drawn(city, group, first)
        shown = _moment(table.last + timedelta(days=4))
        leagues.show(table=table, actor=judge, at=shown)
        if dropped:
            leagues.drop(table=table, reason="有两天数据没有传到，不能比。", actor=lead, at=shown + timedelta(days=1))  # fmt: skip
        else:
            leagues.publish(table=table, actor=lead, at=shown + timedelta(days=14))
    waiting = _drawn(city, group, months[0])
    leagues.show(table=waiting, actor=judge, at=_at(city, 0))
    answers = ("停机属实，这件不计入。", "签收记录完整，数据无误。", "")
    for unit, answer in zip(units[:3], answers, strict=True):
        cases = Suggestion.objects.filter(lead_unit=unit, status__in=("answered", "closed")).order_by("pk")[:1]  # fmt: skip
        held = leagues.appeal(
            table=waiting, text="上月有一件交办没有及时送到，请核实。", cases=list(cases), actor=city.actor(Role.UNIT_HEAD, unit.code),
            at=city.now,
        )  # fmt: skip
        if answer:
            decide = leagues.uphold if "不计入" in answer else leagues.reject
            decide(appeal=held, answer=answer, actor=judge, at=city.now)
    _drawn(city, other, months[0])
    ended = _group(city, "市级部门（旧分组）", units[: leagues.FEWEST_UNITS], months[-1])
    leagues.end(
        group=ended,
        reason="机构调整，重新分组。",
        actor=lead,
        at=_moment(months[-1] + timedelta(days=3)),
    )
    leagues.set_group(
        jurisdiction=city.jurisdiction, name="市级部门（明年标准）", kind="department", units=units,
        weights={**league.DEFAULT_WEIGHTS, league.ON_TIME: 40, league.SATISFACTION: 30},
        counts_from=date(city.now.year + 1, 1, 1), actor=judge, at=_at(city, -1),
    )  # fmt: skip


def _group(city: "Seeder", name: str, units: list[Unit], first: date) -> LeagueGroup:
    """A group whose criteria were out a week before the first month."""
    judge, before = city.actor(Role.SUPERVISOR), _moment(first - timedelta(days=7))
    group = leagues.set_group(
        jurisdiction=city.jurisdiction, name=name, kind="department", units=units, weights=league.DEFAULT_WEIGHTS,
        counts_from=first, actor=judge, at=before,
    )  # fmt: skip
    leagues.announce(group=group, actor=judge, at=before)
    return group


def _drawn(city: "Seeder", group: LeagueGroup, first: date) -> LeagueTable:
    after = (first + timedelta(days=34)).replace(day=3)
    return leagues.draw(group=group, month=first, actor=city.actor(Role.SUPERVISOR), at=_moment(after))  # fmt: skip


def _bulletins(city: "Seeder") -> None:
    judge, lead = city.actor(Role.SUPERVISOR), city.actor(Role.LEADER)
    published = list(
        StatSnapshot.objects.filter(jurisdiction=city.jurisdiction, status=SnapshotState.PUBLISHED, kind="month")
        .order_by("-first")[:5]
    )  # fmt: skip
    if len(published) < 5:
        return
    waiting = _draft(city, published[0], -1)
    line = waiting.lines.first()
    if line is not None:
        bulletins.strike(
            line=line, reason="数据核对中，这一项下期再定。", actor=judge, at=_at(city, 0)
        )
    bulletins.drop(bulletin=_draft(city, published[4], -100), reason="和季度通报合并。", actor=lead, at=_at(city, -98))  # fmt: skip
    for snapshot, days, steps in _ISSUED:
        bulletin = _draft(city, published[snapshot], days)
        bulletins.issue(bulletin=bulletin, actor=lead, at=_at(city, days + 1))
        criticised = bulletin.lines.filter(tone=BulletinUnit.Tone.CRITICISED).select_related("unit")
        for n, line in enumerate(criticised.order_by("pk")):
            _put_right(city, line, days + 2, steps[n % len(steps)])
        if steps == _DONE:
            bulletins.close(bulletin=bulletin, actor=judge, at=_at(city, days + 10))
            try:
                bulletins.public_edition(bulletin=bulletin, actor=judge, at=_at(city, days + 11))
            except DomainError:
                # A city that is seeded without its pages has no place for one.
                continue
    bulletins.lapse(now=city.now)


def _put_right(city: "Seeder", line: BulletinUnit, days: int, step: BulletinUnitState) -> None:
    """What a criticised unit did about it, and what the office found of that; what is sent back was looked at lately."""
    judge, head = city.actor(Role.SUPERVISOR), city.actor(Role.UNIT_HEAD, line.unit.code)
    if step == BulletinUnitState.RECTIFYING:
        return
    bulletins.answer(
        line=line, text="逐件查了原因，交接漏件的改为双人核对，本周内补齐答复。", actor=head, at=_at(city, days)
    )  # fmt: skip
    if step == BulletinUnitState.ACCEPTED:
        bulletins.accept(line=line, actor=judge, at=_at(city, days + 1))
    elif step == BulletinUnitState.SENT_BACK:
        bulletins.send_back(
            line=line, reason="请写清哪几件、哪天补齐。", actor=judge, at=_at(city, -2)
        )


def _draft(city: "Seeder", snapshot: StatSnapshot, days: int) -> Bulletin:
    month = f"{snapshot.first.year}年{snapshot.first.month}月"
    return bulletins.draft(
        jurisdiction=city.jurisdiction, snapshot=snapshot, title=f"{month}办理情况通报", scope="全市各承办单位", words=_WORDS,
        actor=city.actor(Role.SUPERVISOR), at=_at(city, days),
    )  # fmt: skip
