"""What the office tells: figures, special reports and digests, bulletins, league tables (process.md 7.2, 7.3, 8.2, 8.3)."""

from datetime import timedelta

from suggestions.models import (
    Bulletin,
    BulletinUnit,
    LeagueAppeal,
    LeagueGroup,
    LeagueTable,
    SpecialReport,
    StatSnapshot,
    Unit,
)
from suggestions.services import bulletins, instructing, leagues, snapshots, special_reports
from suggestions.states import Case
from suggestions.statistics import league
from tests.walks.acts.base import Nothing, Walk, errand

TEXTS = {
    "title": "办理情况通报",
    "scope": "全市各承办单位",
    "words": "总体平稳，个别单位答复不及时。",
}


@errand(5)
def figures(walk: Walk) -> object:
    """The sweep takes a month's figures; people publish, drop, correct, or take those it has not."""
    taker, judge = walk.who("analyst", "supervisor"), walk.who("supervisor", "leader")
    waiting = StatSnapshot.objects.filter(status="taken").select_related("corrects").first()
    if waiting is not None:
        if walk.chance(0.2):
            return snapshots.drop(
                snapshot=waiting, reason="还有回访没有录入。", actor=taker, at=walk.at
            )
        return snapshots.publish(
            snapshot=waiting, actor=judge, at=walk.at, note="按月公布。", cases=[walk.item(Case.ANSWERED, Case.CLOSED)],
        )  # fmt: skip
    if walk.chance(0.3):
        shown: StatSnapshot = walk.one(StatSnapshot.objects.filter(status="published"))
        return snapshots.correct(snapshot=shown, reason="补录了三封来信。", actor=taker, at=walk.at)
    kind, period = snapshots.period_of(f"{walk.day(-31 * walk.dice.randrange(4)):%Y-%m}")
    return snapshots.take(
        place=walk.city.jurisdiction, kind=kind, period=period, actor=taker, at=walk.at
    )


@errand(6)
def special_report(walk: Walk) -> object:
    office, judge = walk.who("triage_officer", "supervisor"), walk.who("supervisor", "leader")
    rows = SpecialReport.objects.exclude(status__in=("closed", "dropped"))
    texts = {"title": "路口座椅", "facts": "几处路口没有座椅。", "causes": "没有统一标准。", "proposals": "请统一标准。", "addressee": "分管副市长"}  # fmt: skip
    if rows.count() < 3:
        return special_reports.draft(
            jurisdiction=walk.city.jurisdiction, kind=walk.dice.choice(SpecialReport.Kind.values), cases=[walk.item()],
            topic=walk.city.topic, actor=office, at=walk.at, **texts,
        )  # fmt: skip
    held: SpecialReport = walk.one(rows.select_related("jurisdiction"))
    roll = walk.dice.random()
    if held.status == "drafting":
        if roll < 0.2:
            return special_reports.revise(
                report=held,
                cases=[walk.item()],
                topic=None,
                actor=office,
                at=walk.at,
                **{**texts, "title": "站台座椅"},
            )
        return special_reports.hand_in(report=held, actor=office, at=walk.at)
    if held.status == "review" and roll < 0.25:
        return special_reports.send_back(
            report=held, reason="请补上原因。", actor=judge, at=walk.at
        )
    if held.status in ("drafting", "review") and roll < 0.35:
        return special_reports.drop(report=held, reason="不再需要。", actor=judge, at=walk.at)
    if held.status == "review":
        return special_reports.submit(report=held, actor=judge, at=walk.at)
    if roll < 0.3:
        return instructing.give(
            jurisdiction=walk.city.jurisdiction, text="请照办。", report=held, leader_post="副市长", actor=walk.who("leader"), at=walk.at
        )  # fmt: skip
    if roll < 0.7:
        return special_reports.follow(report=held, text="已排出清单。", actor=office, at=walk.at)
    return special_reports.close(report=held, outcome="办法已经印发。", actor=judge, at=walk.at)


@errand(7)
def bulletin(walk: Walk) -> object:
    judge = walk.who("supervisor", "leader")
    live = Bulletin.objects.filter(status__in=("drafting", "issued")).select_related("jurisdiction")
    if live.count() < 2:
        snapshot: StatSnapshot = walk.one(StatSnapshot.objects.all())
        return bulletins.draft(
            jurisdiction=walk.city.jurisdiction, snapshot=snapshot, actor=walk.who("supervisor"), at=walk.at, **TEXTS
        )  # fmt: skip
    held: Bulletin = walk.one(live)
    roll = walk.dice.random()
    if held.status == "issued":
        if roll < 0.05:
            return bulletins.public_edition(bulletin=held, actor=judge, at=walk.at)
        if roll < 0.3:
            return bulletins.close(bulletin=held, actor=judge, at=walk.at)
        return _put_right(walk, held)
    if roll < 0.1:
        return bulletins.revise(
            bulletin=held, actor=judge, at=walk.at, **{**TEXTS, "scope": "市级部门"}
        )
    if roll < 0.25:
        line = walk.one(held.lines.all())
        return bulletins.strike(line=line, reason="数据核对中。", actor=judge, at=walk.at)
    if roll < 0.35:
        return bulletins.drop(bulletin=held, reason="和季度的合并。", actor=judge, at=walk.at)
    return bulletins.issue(bulletin=held, actor=walk.who("leader", "supervisor"), at=walk.at)


def _put_right(walk: Walk, held: Bulletin) -> object:
    line: BulletinUnit = walk.one(held.lines.select_related("unit"))
    judge = walk.who("supervisor", "leader")
    if line.status != "answered":
        return bulletins.answer(
            line=line, text="改为双人核对。", actor=walk.head(line.unit), at=walk.at
        )
    if walk.chance(0.4):
        return bulletins.send_back(line=line, reason="请写清哪天补齐。", actor=judge, at=walk.at)
    return bulletins.accept(line=line, actor=judge, at=walk.at)


@errand(6)
def ranking(walk: Walk) -> object:
    judge, lead = walk.who("supervisor"), walk.who("leader", "supervisor")
    groups = LeagueGroup.objects.exclude(status="ended")
    if groups.count() < 2:
        return leagues.set_group(
            jurisdiction=walk.city.jurisdiction, name=f"第{walk.acts}组", kind="department",
            units=list(Unit.objects.filter(is_collection_office=False)), weights=league.DEFAULT_WEIGHTS,
            counts_from=walk.day(31).replace(day=1), actor=judge, at=walk.at,
        )  # fmt: skip
    group: LeagueGroup = walk.one(groups)
    if group.status != "published":
        return leagues.announce(group=group, actor=judge, at=walk.at)
    table = LeagueTable.objects.filter(status__in=("drawn", "appeal")).order_by("-pk").first()
    if table is None:
        if walk.chance(0.1):
            return leagues.end(group=group, reason="机构调整。", actor=lead, at=walk.at)
        last_month = walk.day().replace(day=1) - timedelta(days=1)
        return leagues.draw(group=group, month=last_month, actor=judge, at=walk.at)
    if walk.chance(0.08):
        return leagues.drop(table=table, reason="有两天的数据没有传到。", actor=lead, at=walk.at)
    if table.status == "drawn":
        return leagues.show(table=table, actor=judge, at=walk.at)
    if walk.chance(0.3):
        return leagues.appeal(
            table=table, text="有一件没有及时送到，请核实。", cases=[walk.item()], actor=walk.head(walk.unit()), at=walk.at
        )  # fmt: skip
    asked = LeagueAppeal.objects.filter(status="open").select_related("table__group").first()
    if asked is not None and walk.chance(0.7):
        decide = leagues.uphold if walk.chance(0.5) else leagues.reject
        return decide(appeal=asked, answer="核对了记录，结论如上。", actor=lead, at=walk.at)
    if table.appeal_until and walk.day() <= table.appeal_until and walk.chance(0.8):
        raise Nothing("the window is open")
    return leagues.publish(table=table, actor=lead, at=walk.at)
