"""Special reports and digests of the demo city, in every state (process.md 8.2). Each goes through its service."""

from typing import TYPE_CHECKING

from suggestions.demo.extra._dates import at as _at
from suggestions.models import SpecialReport, Suggestion
from suggestions.roles import Role
from suggestions.services import instructing, special_reports
from suggestions.states import Case

if TYPE_CHECKING:
    from suggestions.demo.seed import Seeder

_REPORTS = (
    ("special", "老旧小区雨后积水反映集中", "近两个月同类建议多，低洼小区排水口被遮挡，清掏周期长。", "雨水口清掏没有分片到人，雨前检查没有留痕。",
     "请市水务局雨季前完成低洼小区排查，排出改造清单。", "closed"),
    ("special", "学校周边上下学时段停车", "多个学区的建议都说到上下学时段即停即走难，人车混行。", "即停即走区没有统一标准，各路段各自划线。",
     "请市交通部门会同教育部门定出统一标准，先在三所学校试行。", "following"),
    ("special", "背街小巷照明分段管理", "同一条巷子由不同单位养护，灯坏了不知道找谁。", "移交时没有划清养护界线。",
     "请市城管部门列出无人养护路段清单，逐段确定单位。", "submitted"),
    ("digest", "摘报：社区食堂错峰开放", "建议人提出社区食堂下午时段借给周边居民办活动。", "", "请市民政部门研究试点。", "closed"),
    ("digest", "摘报：旧公交站牌再利用", "建议把换下的站牌改作社区公告栏。", "", "请市交通部门答复能否试用。", "submitted"),
    ("special", "快递车辆进小区的管理", "建议涉及小区门口等候和充电两个方面。", "物业和快递企业没有约定。", "拟请有关部门召集协商。", "review"),
    ("digest", "摘报：公园里的识树牌", "建议给公园主要树种挂牌，方便孩子认识。", "", "请园林部门研究。", "drafting"),
    ("special", "一次活动的交通组织", "只涉及一天的临时交通。", "活动已经结束。", "不再需要报送。", "dropped"),
)  # fmt: skip


def seed(city: "Seeder") -> None:
    """Fill the list 专报摘报 of the room 督办批示."""
    items = list(
        Suggestion.objects.filter(jurisdiction=city.jurisdiction, status__in=(Case.HANDLING, Case.ANSWERED, Case.CLOSED))
        .select_related("jurisdiction", "lead_unit")
        .order_by("pk")[:24]
    )  # fmt: skip
    if len(items) < len(_REPORTS) * 2:
        return
    for n, row in enumerate(_REPORTS):
        _report(city, row, items[2 * n : 2 * n + 2], -110 + 8 * n)


def _report(
    city: "Seeder", row: tuple[str, str, str, str, str, str], items: list[Suggestion], days: int
) -> SpecialReport:
    kind, title, facts, causes, proposals, state = row
    office, judge, lead = (
        city.actor(Role.TRIAGE_OFFICER),
        city.actor(Role.SUPERVISOR),
        city.actor(Role.LEADER),
    )
    for item in items:
        item.refresh_from_db()
    report = special_reports.draft(
        jurisdiction=city.jurisdiction, kind=kind, title=title, facts=facts, causes=causes, proposals=proposals,
        addressee="分管副市长", cases=items, topic=items[0].topic, actor=office, at=_at(city, days),
    )  # fmt: skip
    if state == "drafting":
        return report
    if state == "dropped":
        special_reports.drop(report=report, reason="活动已经结束，没有再报的必要。", actor=office, at=_at(city, days + 1))  # fmt: skip
        return report
    special_reports.hand_in(report=report, actor=office, at=_at(city, days + 1))
    if state == "review":
        return report
    special_reports.submit(report=report, actor=judge, at=_at(city, days + 2))
    if state == "submitted":
        return report
    order = instructing.give(
        jurisdiction=city.jurisdiction, text="情况清楚，请牵头单位照办，办完报结果。", report=report, leader_post="副市长",
        actor=lead, at=_at(city, days + 4),
    )  # fmt: skip
    special_reports.follow(report=report, text="已分片排查，清单列到每个小区。", actor=office, at=_at(city, days + 20))  # fmt: skip
    if state == "closed":
        instructing.report(instruction=order, text="已排查完，改造清单报市政府。", actor=judge, at=_at(city, days + 30))  # fmt: skip
        instructing.close(instruction=order, actor=lead, at=_at(city, days + 31))
        special_reports.close(report=report, outcome="清单列入年度计划，办法已经印发。", actor=judge, at=_at(city, days + 32))  # fmt: skip
    return report
