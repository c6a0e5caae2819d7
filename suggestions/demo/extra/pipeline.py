"""Second looks, returns, final designation, changes of hands, later dates, disputes, co-units and urgent matters."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from suggestions.actor import Actor
from suggestions.clock import SHANGHAI, local_date
from suggestions.models import Objection, RedirectTarget, Suggestion
from suggestions.roles import Role
from suggestions.services import (
    assignment,
    cowork,
    deciding,
    disputes,
    eligible,
    extending,
    intake,
    merging,
    triage,
    urgent,
    withdrawing,
)

if TYPE_CHECKING:
    from suggestions.demo.seed import Seeder

_REASONS = "这处设施由道路养护单位统一管理，不在我单位职责范围内，建议由城管部门主办。"
_BASIS = "本单位“三定”规定第五条"


class _Office:
    """The hands the stories below need, and the days they happen on."""

    def __init__(self, city: "Seeder") -> None:
        self.city = city
        self.first = city.actor(Role.TRIAGE_OFFICER)
        self.second = Actor.staff(city.users[("fenban2", "")], Role.TRIAGE_OFFICER)
        self.supervisor = city.actor(Role.SUPERVISOR)
        self.leader = city.actor(Role.LEADER)
        self.filed = 0

    def day(self, ago: int, hour: int = 10) -> datetime:
        """An hour of the day so many days before the city's now, never after it."""
        moment = datetime.combine(
            local_date(self.city.now) - timedelta(days=ago), time(hour), tzinfo=SHANGHAI
        )
        return min(moment, self.city.now - timedelta(minutes=2))

    def file(self, title: str, problem: str, proposal: str, *, ago: int, author: int = 0) -> Suggestion:  # fmt: skip
        """A new item, `ago` days old. The same `author` number is the same invented person."""
        self.filed += 1
        receipt = intake.submit(
            submission=intake.Submission(
                title=title, problem=problem, proposal=proposal, topic=self.city.topics["road"],
                name="江澜居民", phone=f"1990007{author or self.filed:04d}",
            ),
            jurisdiction=self.city.jurisdiction, idempotency_key=f"demo-pipeline-{self.filed}-{self.city.city.base}",
            actor=Actor.author(), at=self.day(ago, 8),
        )  # fmt: skip
        return receipt.suggestion

    def accept(self, item: Suggestion, *, ago: int) -> Suggestion:
        assert item.topic is not None
        return triage.accept(
            suggestion=item, topic=item.topic, actor=self.first, at=self.day(ago, 9)
        )

    def give(self, item: Suggestion, unit: str, *co: str, ago: int, hour: int = 10) -> Suggestion:
        return assignment.dispatch(
            suggestion=item, lead=self.city.units[unit], co_units=[self.city.units[c] for c in co],
            actor=self.first, at=self.day(ago, hour), basis="派单目录",
        )  # fmt: skip

    def sign(self, item: Suggestion, unit: str, *, ago: int) -> None:
        part = next(p for p in assignment.active_parts(item) if p.unit.code == unit)
        assignment.sign_in(
            assignment=part, actor=self.city.actor(Role.LIAISON, unit), at=self.day(ago, 14)
        )

    def object(self, item: Suggestion, unit: str, *, ago: int) -> Objection:
        lead = assignment.active_lead(item)
        assert lead is not None
        return disputes.object_to(
            assignment=lead, reasons=_REASONS, legal_basis=_BASIS, actor=self.city.actor(Role.LIAISON, unit),
            at=self.day(ago, 11),
        )  # fmt: skip

    def bounce(self, item: Suggestion, unit: str, *, ago: int) -> None:
        disputes.uphold(
            objection=self.object(item, unit, ago=ago), decision="核对“三定”规定，确实不归该单位。", actor=self.first,
            at=self.day(ago, 15),
        )  # fmt: skip


def seed(city: "Seeder") -> None:
    """Run once, after all items stand in their states."""
    office = _Office(city)
    stories: tuple[Callable[[_Office], None], ...] = (
        _second_looks, _returns, _other_hands, _later_dates, _together, _merged, _disputes, _urgent,
    )  # fmt: skip
    for story in stories:
        story(office)


def _second_looks(office: _Office) -> None:
    waits = office.file(
        "便宜出售二手家具请大家看看", "本店搬迁，家具低价出售。", "有意的请来店里。", ago=2
    )
    deciding.refuse(
        suggestion=waits, reason="advertising", words="", actor=office.first, at=office.day(1)
    )
    doubted = office.file(
        "小广场晚上音响声音太大", "每晚八点以后还有大音响，孩子没法写作业。", "定个关音响的钟点。", ago=3
    )  # fmt: skip
    held = deciding.refuse(
        suggestion=doubted, reason="personal_claim", words="", actor=office.first, at=office.day(2)
    )
    if held is not None:
        deciding.send_back(
            decision=held, reason="说的是公共场所的管理，属于建议，请受理。", actor=office.second,
            at=office.day(1, 11),
        )  # fmt: skip
    target = RedirectTarget.objects.filter(categories__icontains="report_misconduct").first()
    report = office.file(
        "反映某工地验收不严的情况", "验收人员没有到现场就签了字。", "请有关部门核查。", ago=2
    )
    if target is not None:
        deciding.redirect(
            suggestion=report, category="report_misconduct", target=target, words="", actor=office.first,
            at=office.day(1, 14),
        )  # fmt: skip


def _returns(office: _Office) -> None:
    waits = office.file("路边果皮箱清掏次数太少", "周末果皮箱常满出来。", "周末加清一次。", ago=4)
    office.give(office.accept(waits, ago=3), "jtj", ago=3)
    office.object(waits, "jtj", ago=1)
    final = office.file("过街天桥台阶边缘加防滑条", "雨天台阶滑，有人摔过。", "加黄色防滑条。", ago=6)  # fmt: skip
    office.give(office.accept(final, ago=5), "jtj", ago=5)
    disputes.reject(
        objection=office.object(final, "jtj", ago=4), decision="派单目录写明天桥由你单位养护，请继续办理。",
        actor=office.supervisor, at=office.day(3),
    )  # fmt: skip
    for title, designated in (
        ("沿河步道护栏松动要加固", False),
        ("桥下空地停满车辆要管起来", True),
    ):
        item = office.file(
            title, "走的人多，大家都觉得不安全。", "请有人定期查看，坏了就修。", ago=9
        )
        office.give(office.accept(item, ago=8), "jtj", ago=8)
        office.bounce(item, "jtj", ago=7)
        office.give(item, "zjj", ago=6)
        office.bounce(item, "zjj", ago=5)
        if designated:
            assignment.designate(
                suggestion=item, lead=office.city.units["cgj"], reason="按市容管理职责，由城管局主办。",
                actor=office.supervisor, at=office.day(4), basis="市政府专题会议纪要",
            )  # fmt: skip


def _other_hands(office: _Office) -> None:
    moved = office.file("公园南门夜间照明不够", "晚上散步看不清台阶。", "加几盏矮灯。", ago=6)
    office.give(office.accept(moved, ago=5), "zjj", ago=5)
    assignment.reassign(
        suggestion=moved, to=office.city.units["cgj"], reason="公园照明已移交城管局管养。", actor=office.first,
        at=office.day(3),
    )  # fmt: skip
    named = office.file(
        "希望公布停车场收费的依据", "同一处停车场两次收费不一样。", "把标准和依据贴在入口。", ago=3
    )
    eligible.name_unit(
        suggestion=named, unit=office.city.units["jtj"], reason="建议反映的就是该单位管理的停车场。",
        actor=office.first, at=office.day(2),
    )  # fmt: skip


def _later_dates(office: _Office) -> None:
    for title, decided in (
        ("老旧站牌换成有夜光的", ""),
        ("几条支路路名牌补齐", "granted"),
        ("公交末班车晚半小时", "denied"),
        ("站台雨棚加长半米", "withdrawn"),
    ):
        item = office.file(title, "晚上看不清，外地人常走错。", "先从人多的地方做起。", ago=10)
        office.give(office.accept(item, ago=9), "jtj", ago=9)
        office.sign(item, "jtj", ago=8)
        lead, clock = assignment.active_lead(item), extending.clock_of(item)
        assert lead is not None
        assert clock is not None
        held = extending.request(
            assignment=lead, reason="要等本季度采购完成，才能定下安装日期。", new_due=clock.due_on + timedelta(days=15),
            actor=office.city.actor(Role.UNIT_HEAD, "jtj"), at=office.day(2),
        )  # fmt: skip
        if decided == "granted":
            extending.grant(extension=held, actor=office.first, at=office.day(1, 11))
        elif decided == "denied":
            extending.deny(
                extension=held, reason="可以先答复怎么定的，不用等采购。", actor=office.supervisor,
                at=office.day(1, 11),
            )  # fmt: skip
        elif decided == "withdrawn":
            withdrawing.withdraw(
                suggestion=item,
                reason="雨棚上周已经加长了。",
                actor=Actor.author(),
                at=office.day(1, 11),
            )
            extending.drop_overtaken(now=office.day(1, 12))


def _together(office: _Office) -> None:
    item = office.file(
        "学校门口接送时段分流", "上下学时路口堵半小时。", "错峰放学，加临时停车带。", ago=12
    )
    office.give(office.accept(item, ago=11), "jtj", "jyj", ago=11)
    office.sign(item, "jtj", ago=10)
    office.sign(item, "jyj", ago=10)
    part = next(p for p in assignment.active_parts(item) if p.unit.code == "jyj")
    cowork.remind(assignment=part, actor=office.city.actor(Role.LIAISON, "jtj"), at=office.day(3))
    cowork.give_interim(
        assignment=part, words="正在征求三所学校的意见，家长问卷周五收齐。",
        until=local_date(office.city.now) + timedelta(days=4), actor=office.city.actor(Role.LIAISON, "jyj"),
        at=office.day(2),
    )  # fmt: skip
    assignment.add_co_unit(
        suggestion=item, unit=office.city.units["cgj"], note="请看看门口摊点能不能挪开。", actor=office.first,
        at=office.day(1),
    )  # fmt: skip


def _merged(office: _Office) -> None:
    primary = office.file(
        "滨江路口加行人二次过街岛",
        "路太宽，老人一次走不完。",
        "中间加个安全岛。",
        ago=8,
        author=9001,
    )
    office.give(office.accept(primary, ago=7), "jtj", ago=7)
    apart = office.file("滨江路绿灯时间太短", "绿灯只有二十秒。", "加到三十五秒。", ago=6)
    merging.merge(
        suggestion=apart, primary=primary, why="同一个路口", actor=office.first, at=office.day(5)
    )
    merging.unmerge(
        suggestion=apart, why="说的是另一个路口的配时，要单独答复。", actor=office.first, at=office.day(4)
    )  # fmt: skip
    again = office.file(
        "滨江路口昨天又有老人被困中间", "昨天傍晚又看到两位老人站在路中间。", "请先放几个临时护栏。", ago=3, author=9001
    )  # fmt: skip
    merging.join_earlier(
        suggestion=again, earlier=primary, has_new_facts=True, why="同一位建议人、同一个路口，有新的情况。",
        actor=office.first, at=office.day(2),
    )  # fmt: skip


def _disputes(office: _Office) -> None:
    units = [office.city.units["jtj"], office.city.units["cgj"]]
    for title, ends in (
        ("人行道上共享单车停放划线", ""),
        ("地铁口外公交站台归谁管", "refer"),
        ("背街小巷路灯由谁来装", "meeting"),
        ("沿街隔离栏清洗要有人管", "settle"),
        ("商场门前广场地砖破损", "drop"),
    ):
        item = office.file(title, "找过几家，都说不归自己管。", "定下一家，长期管起来。", ago=9)
        office.accept(item, ago=8)
        held = disputes.open_dispute(
            suggestion=item, units=units, matter="这处设施在两家管养交界处，都认为归对方。",
            consult_until=local_date(office.day(5)), actor=office.first, at=office.day(7),
        )  # fmt: skip
        at = office.day(4)
        if ends in ("refer", "settle"):
            disputes.refer(dispute=held, superior="市政府办公室", actor=office.supervisor, at=at)
        if ends in ("meeting", "settle"):
            disputes.call_meeting(
                dispute=held, on=local_date(office.day(2)), about="城市管理职责联席会议",
                actor=office.supervisor, at=office.day(3),
            )  # fmt: skip
        if ends == "settle":
            disputes.settle(
                dispute=held, unit=units[1], result="联席会议定由城管局主办，交通局配合。",
                actor=office.supervisor, at=office.day(2, 16),
            )  # fmt: skip
            office.give(item, "cgj", ago=1)
        if ends == "drop":
            disputes.drop(dispute=held, reason="城管局愿意主办。", actor=office.first, at=at)


def _urgent(office: _Office) -> None:
    for title, told in (("旧楼外墙瓷砖往下掉", False), ("窨井盖松动翘起", True)):
        item = office.file(title, "楼下是孩子上学的路。", "先围起来，再修。", ago=1)
        urgent.flag(
            suggestion=item, level="critical", reason="可能伤人，请马上安排。", actor=office.first, at=office.day(1, 9)
        )  # fmt: skip
        if told:
            urgent.report(
                suggestion=item, note="已请属地先围挡。", actor=office.leader, at=office.day(1, 10)
            )
