"""Service points, agents at work and the invited, in every state at least once (process.md 3.1 to 3.3)."""

import io
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.core.files.base import ContentFile
from PIL import Image, ImageDraw

from suggestions.actor import Actor
from suggestions.clock import local_date
from suggestions.codes import Channel
from suggestions.models import (
    AgentMandate,
    Attachment,
    AuthorCode,
    DispatchRule,
    InvitedContributor,
    StaffRole,
    Suggestion,
)
from suggestions.roles import Role
from suggestions.services import (
    agent_codes,
    agent_relays,
    agents,
    assignment,
    attachments,
    intake,
    inviting,
    lapses,
    mandates,
    service_points,
    triage,
)
from suggestions.services.intake import Submission

if TYPE_CHECKING:
    from suggestions.demo.seed import Seeder

_POINTS = (
    ("hehuatang", "荷花塘社区群众工作之家", "village", Role.AGENT_L1, "daili1", "荷花塘路16号一楼", "周一至周五9:00—17:00", ["ramp", "seat", "glasses"]),
    ("qinghe-street", "青禾街道征集点", "town", Role.AGENT_L2, "daili2", "青禾大街102号便民服务大厅3号窗", "工作日9:00—12:00，13:30—17:00", ["ramp", "toilet", "seat", "sign"]),
    ("district-hall", "区政务服务中心征集点", "county", Role.AGENT_L3, "daili3", "文昌路8号二楼", "工作日9:00—17:00", ["ramp", "lift", "toilet", "seat", "parking"]),
    ("city-hall", "市民中心征集点", "city", Role.AGENT_L4, "daili4", "市民中心东厅", "工作日9:00—17:00，周六9:00—12:00", ["ramp", "lift", "toilet", "seat", "sign", "parking"]),
)  # fmt: skip
_ITEMS = (
    ("河边步道夜里加几盏灯", "晚上散步的老人多，河边步道从石桥到水闸一段没有路灯，台阶看不清。", "每隔二三十米装一盏，低一点也行。", "韦阿姨"),
    ("菜市场门口画一条人行横道", "买菜要过一条双向的路，车多，老人不敢走。", "在菜市场正门画斑马线，装一块慢行的牌子。", "卜师傅"),
    ("社区活动室周末也开门", "活动室只开工作日，上班的人和孩子都用不上。", "周六上午开半天，志愿者可以值班。", "鲍老师"),
    ("老楼门口的坡道修平", "坡道中间断了一块，轮椅推不上去。", "补平，旁边加一根扶手。", "乔大爷"),
    ("垃圾桶换成带盖子的", "夏天桶口敞着，味道大，猫狗翻得到处都是。", "换带脚踏盖的桶，每天冲洗一次。", "邬女士"),
    ("公交站牌的字放大一些", "站牌上的字小，又贴在高处，老人看不清几路车到哪里。", "把路号和终点放大一倍，贴低一点。", "詹奶奶"),
)  # fmt: skip
_INVITED = (
    ("安若水", "expert", "城市排水与内涝治理", "anruoshui@example.cn"),
    ("龙向前", "deputy", "老旧小区改造", "longxiangqian@example.cn"),
    ("辛明远", "lawyer", "行政法", "xinmingyuan@example.cn"),
    ("路小勤", "front_line", "公交驾驶一线", "luxiaoqin@example.cn"),
    ("柏文海", "member", "社区养老", "baiwenhai@example.cn"),
    ("宁致和", "expert", "无障碍设计", "ningzhihe@example.cn"),
)  # fmt: skip


def seed(city: "Seeder") -> None:
    """A network at work over the past weeks."""
    _places(city)
    Network(city).live()
    _invitations(city)
    lapses.run(now=city.now)


def _places(city: "Seeder") -> None:
    """The points from the city down to the village, an agent in each, and one point that was closed."""
    near, officer = next(iter(city.districts.values())), city.actor(Role.TRIAGE_OFFICER)
    began, above = city.now - timedelta(days=200), None
    for code, name, level, role, who, address, hours, access in reversed(_POINTS):
        above = service_points.open_point(
            code=code, jurisdiction=city.jurisdiction, actor=officer, at=began,
            facts=service_points.Facts(
                name=name, level=level, district=None if level == "city" else near, parent=above, address=address,
                hours=hours, phone=city.jurisdiction.phone, accessibility=tuple(access),
            ),
        )  # fmt: skip
        service_points.appoint(
            point=above, user=city.users[(who, "")], level=role, duty_hours="周一、三、五上午",
            valid_from=date(2026, 1, 1), actor=officer, at=began,
        )  # fmt: skip
    moved = service_points.open_point(
        code="old-market", jurisdiction=city.jurisdiction, actor=officer, at=began,
        facts=service_points.Facts(
            name="旧集市征集点", level="village", district=near, address="集市路3号", hours="周六9:00—11:00"
        ),
    )  # fmt: skip
    service_points.close_point(
        point=moved,
        reason="房子收回，并到荷花塘社区",
        actor=officer,
        at=city.now - timedelta(days=30),
    )


def _paper() -> Attachment:
    """A drawn sheet with no name on it, for the signed paper."""
    picture = Image.new("RGB", (420, 300), "white")
    pen = ImageDraw.Draw(picture)
    for n in range(5):
        pen.line((40, 60 + 40 * n, 380, 60 + 40 * n), fill="black", width=2)
    data = io.BytesIO()
    picture.save(data, "PNG")
    return attachments.store(
        file=ContentFile(data.getvalue(), name="委托书.png"), origin=Attachment.Origin.SCAN
    )


class Network:
    """The items of one agent: six people, six ways a mandate can go."""

    def __init__(self, city: "Seeder") -> None:
        self.city = city
        self.first = city.actor(Role.AGENT_L1)
        self.second = city.actor(Role.AGENT_L2)
        self.rule = (
            DispatchRule.objects.filter(unit__code="jtj").select_related("topic", "unit").first()
        )

    def ago(self, days: int, hour: int = 10) -> datetime:
        return (self.city.now - timedelta(days=days)).replace(
            hour=hour, minute=0, second=0, microsecond=0
        )

    def live(self) -> None:
        self._pressed(self._enter(0, days=24, until=150))
        self._answered_relay(self._enter(1, days=20, until=120))
        self._revoked(self._enter(2, days=18, until=90))
        self._laid_down(self._enter(3, days=30, until=60))
        self._enter(4, days=40, until=-5)  # ends by the sweep
        self._enter(5, days=1, until=90, signed=False)  # awaits the author's yes

    def _enter(self, number: int, *, days: int, until: int, signed: bool = True) -> agents.Entered:
        title, problem, proposal, name = _ITEMS[number]
        at = self.ago(days)
        return agents.enter_on_behalf(
            submission=Submission(
                title=title, problem=problem, proposal=proposal, name=name, phone=f"1990000{7100 + number}",
                publish_consent=True, channel=Channel.AGENT, district=next(iter(self.city.districts.values())),
            ),
            jurisdiction=self.city.jurisdiction,
            terms=mandates.Terms(
                ends_on=local_date(self.city.now) + timedelta(days=until), contact_consent=number != 3,
                scope=AgentMandate.Scope.PERIOD if number == 1 else AgentMandate.Scope.CASE,
                paper=_paper() if signed else None,
            ),
            actor=self.first, idempotency_key=f"demo-agent-{number}", at=at, visit="came" if number % 2 == 0 else "went",
        )  # fmt: skip

    def _dispatched(self, item: Suggestion, days: int) -> None:
        officer = self.city.actor(Role.TRIAGE_OFFICER)
        if self.rule is None:
            return
        triage.accept(suggestion=item, topic=self.rule.topic, actor=officer, at=self.ago(days, 11))
        assignment.dispatch(
            suggestion=item, lead=self.rule.unit, co_units=[], actor=officer, at=self.ago(days, 15),
            basis=f"派单目录“{self.rule.topic.name}”",
        )  # fmt: skip

    def _pressed(self, made: agents.Entered) -> None:
        """A unit that did not sign in, and a higher agent who asked why."""
        item = made.receipt.suggestion
        self._dispatched(item, 22)
        agents.log_duty(
            suggestion=item, duty="found_unit", note="", actor=self.first, at=self.ago(21)
        )
        relay = agent_relays.ask(
            suggestion=item, to_level=Role.AGENT_L2, reason="交出去几天了还没签收，打电话没人接。", actor=self.first, at=self.ago(6)
        )  # fmt: skip
        if self.rule is not None:
            agent_relays.press(
                relay=relay,
                words="请尽快签收，并告诉社区谁来办。",
                actor=self.second,
                at=self.ago(4),
            )

    def _answered_relay(self, made: agents.Entered) -> None:
        item = made.receipt.suggestion
        relay = agent_relays.ask(
            suggestion=item, to_level=Role.AGENT_L2, reason="斑马线归交警还是交通局，本人问了两次。", actor=self.first, at=self.ago(17)
        )  # fmt: skip
        agent_relays.answer(
            relay=relay, answer="问过了：标线由交警支队审定，交通局施工。分办时两家都会收到。", actor=self.second, at=self.ago(16)
        )  # fmt: skip
        again = agent_relays.ask(
            suggestion=item, to_level=Role.AGENT_L3, reason="想请区里一起看看现场。", actor=self.first, at=self.ago(10)
        )  # fmt: skip
        agent_relays.take_back(relay=again, actor=self.first, at=self.ago(9))
        agents.log_duty(
            suggestion=item, duty="reported_back", note="上门讲的", actor=self.first, at=self.ago(8)
        )
        day = local_date(self.ago(8))
        agents.log_visit(
            suggestion=item, kind="went", on=day, note="送答复", actor=self.first, at=self.ago(8)
        )

    def _revoked(self, made: agents.Entered) -> None:
        item = made.receipt.suggestion
        agent_relays.ask(
            suggestion=item,
            to_level=Role.AGENT_L2,
            reason="请街道协调志愿者值班。",
            actor=self.first,
            at=self.ago(12),
        )
        mandates.revoke(mandate=made.mandate, actor=Actor.author(), at=self.ago(11))
        item.refresh_from_db()
        # Then the author turned to another agent, telling them number and code.
        taken = mandates.Terms(ends_on=local_date(self.city.now) + timedelta(days=100))
        mandates.take_case(suggestion=item, terms=taken, actor=self.second, at=self.ago(10))

    def _laid_down(self, made: agents.Entered) -> None:
        item = made.receipt.suggestion
        for days in (25, 19):  # somebody who had to come twice: the figure shows it
            at = self.ago(days)
            agents.log_visit(
                suggestion=item,
                kind="came",
                on=local_date(at),
                note="补照片",
                actor=self.first,
                at=at,
            )
        agent_codes.ask(
            mandate=made.mandate, suggestion=item, purpose=AuthorCode.Purpose.WITHDRAW, actor=self.first, at=self.ago(16)
        )  # fmt: skip
        mandates.lay_down(
            mandate=made.mandate,
            actor=self.first,
            at=self.ago(15),
            reason="本人搬去了外区，由那边的代理员接手。",
        )


def _invitations(city: "Seeder") -> None:
    officer, today = city.actor(Role.TRIAGE_OFFICER), local_date(city.now)
    office = next(u for u in city.units.values() if u.is_collection_office)
    jurors = list(StaffRole.objects.filter(role=Role.JURY).select_related("user"))
    topics = list(city.topics.values())
    people: list[InvitedContributor] = [
        inviting.register_contributor(
            jurisdiction=city.jurisdiction, name=name, kind=kind, field=field, appointing_unit=office, email=email,
            term_from=today - timedelta(days=400), term_until=today + timedelta(days=700), actor=officer,
            topics=topics[n : n + 3], user=jurors[0].user if jurors and n == 0 else None,
        )
        for n, (name, kind, field, email) in enumerate(_INVITED)
    ]  # fmt: skip
    sent = city.now - timedelta(days=20)
    asked: dict[str, Any] = {"topic": "老城区积水点怎么治，先治哪几处", "actor": officer}
    held = inviting.invite(
        contributors=people[:4], deadline_on=today + timedelta(days=9), at=sent,
        background="请看去年的12处积水点，说说先后和办法。三五百字就可以。", **asked,
    )  # fmt: skip
    inviting.invite(
        contributors=people[4:5], deadline_on=local_date(sent) + timedelta(days=7), at=sent, **asked
    )
    inviting.opened(invitation=held[1], at=sent + timedelta(days=1))
    inviting.decline(
        invitation=held[2], actor=Actor.author(), at=sent + timedelta(days=2), reason="近期出差"
    )
    inviting.opened(invitation=held[3], at=sent + timedelta(days=2))
    intake.submit(
        submission=Submission(
            title="积水点先治铁路桥下和学校门口", problem="跑这条线十几年，一下大雨铁路桥下和二小门口最先淹，公交要绕行。",
            proposal="先把这两处的泵和箅子换大，雨天派人值守，再治别处。", email=people[3].email, publish_consent=True,
            invitation=held[3],
        ),
        jurisdiction=city.jurisdiction, idempotency_key="demo-invited-1", actor=Actor.author(), at=sent + timedelta(days=3),
    )  # fmt: skip
    inviting.end_term(
        contributor=people[5], reason="moved", actor=officer, at=city.now - timedelta(days=3)
    )
