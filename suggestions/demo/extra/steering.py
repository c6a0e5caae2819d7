"""Supervision, advice, sponsorship, instructions, receptions, hearings and questionings of the demo city, in every state.

Names of leaders are invented. Each record goes through its service, so its chain reads like a real one.
"""

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from suggestions.clock import SHANGHAI, local_date
from suggestions.models import (
    Hearing,
    LeaderInstruction,
    QaSession,
    ReceptionRule,
    ReceptionSlot,
    Sponsorship,
    StaffRole,
    Suggestion,
    SupervisionOrder,
    Topic,
)
from suggestions.roles import Role
from suggestions.services import (
    advising,
    hearing_people,
    hearings,
    instructing,
    questioning,
    receiving,
    sponsoring,
    supervising,
    supervision_rules,
)
from suggestions.states import Case

if TYPE_CHECKING:
    from suggestions.demo.seed import Seeder

BASIS = "《信访工作条例》第四十条"
Level = SupervisionOrder.Level


def seed(city: "Seeder") -> None:
    """Fill the rooms 督办批示, 会议与接待 and 领导阅读."""
    items = list(
        Suggestion.objects.filter(jurisdiction=city.jurisdiction, status=Case.HANDLING, lead_unit__isnull=False)
        .select_related("jurisdiction", "lead_unit")
        .order_by("pk")[:12]
    )  # fmt: skip
    if len(items) < 10:
        return
    _orders(city, items)
    _advices(city, items)
    _sponsorships(city, items)
    _instructions(city, items)
    _receptions(city, items)
    _hearings(city, items)
    _questionings(city, items)


def _at(city: "Seeder", days: int, hour: int = 10) -> datetime:
    """An office hour some days from now; never after now for days below one."""
    day = local_date(city.now) + timedelta(days=days)
    return min(datetime.combine(day, time(hour), tzinfo=SHANGHAI), city.now - timedelta(minutes=5))


def _head(city: "Seeder", item: Suggestion) -> Any:
    assert item.lead_unit is not None
    return city.actor(Role.UNIT_HEAD, item.lead_unit.code)


def _orders(city: "Seeder", items: list[Suggestion]) -> None:
    judge = city.actor(Role.SUPERVISOR)
    supervision_rules.propose_all(now=city.now)
    supervision_rules.close_month(now=city.now)

    def start(
        item: Suggestion, days: int, level: int = Level.NOTICE, **more: Any
    ) -> SupervisionOrder:
        item.refresh_from_db()
        assert item.lead_unit is not None
        return supervising.start(
            jurisdiction=city.jurisdiction, rule="no_feedback", unit=item.lead_unit, suggestion=item, level=level,
            text="请说明办理到哪一步、哪天答复建议人，并抓紧办理。", basis=BASIS,
            evidence=["进展没有按要求登记。"], actor=judge, at=_at(city, days), **more,
        )  # fmt: skip

    start(items[0], 0)
    answered = start(items[1], -4, Level.URGING)
    supervising.answer(order=answered, text="已到现场看过，本周内答复。", actor=_head(city, items[1]), at=_at(city, -2))  # fmt: skip
    back = start(items[2], -6)
    supervising.answer(order=back, text="正在办理。", actor=_head(city, items[2]), at=_at(city, -4))
    supervising.send_back(
        order=back, reason="请写清哪天前办完、由谁办。", actor=judge, at=_at(city, -3)
    )
    closed = start(items[3], -20, Level.REMINDER)
    supervising.answer(order=closed, text="已安排专人，方案已报。", actor=_head(city, items[3]), at=_at(city, -17))  # fmt: skip
    supervising.accept(
        order=closed, effect="单位次日联系了建议人。", actor=judge, at=_at(city, -16)
    )
    start(items[4], -14, Level.NOTICE)
    supervising.lapse(now=city.now)
    climbed = start(items[5], -24)
    supervising.lapse(now=city.now)
    climbed.refresh_from_db()
    if climbed.status == "overdue":
        supervising.climb(
            order=climbed, level=Level.JOINT, text="请三日内到会说明。", basis="《信访工作条例》第三十九条",
            with_bodies="市委督查室", actor=judge, at=_at(city, 0, 9),
        )  # fmt: skip
    weighed = supervising.propose(
        jurisdiction=city.jurisdiction, rule="procedure", evidence=["答复里没有写依据。"], suggestion=items[0],
        actor=city.actor(Role.TRIAGE_OFFICER), at=_at(city, -1), key="demo-procedure",
    )  # fmt: skip
    if weighed is not None:
        supervising.dismiss(
            order=weighed, reason="单位当天已补写依据。", actor=judge, at=_at(city, 0, 9)
        )
    for rule, days in (("other", -1), ("refused", -1)):
        supervising.propose(
            jurisdiction=city.jurisdiction, rule=rule, evidence=["同类建议半年里提过三次，还没有明确答复。"], suggestion=items[1],
            actor=city.actor(Role.TRIAGE_OFFICER), at=_at(city, days), key=f"demo-{rule}",
        )  # fmt: skip


def _advices(city: "Seeder", items: list[Suggestion]) -> None:
    judge = city.actor(Role.SUPERVISOR)

    def issue(kind: str, item: Suggestion, title: str, days: int) -> Any:
        assert item.lead_unit is not None
        item.refresh_from_db()
        return advising.issue(
            jurisdiction=city.jurisdiction, kind=kind, unit=item.lead_unit, title=title,
            facts="同类建议近三个月多次出现，办理时各处做法不一。", text="请统一做法，写进制度，并告诉基层怎么办。",
            basis=BASIS, cases=[item], actor=judge, at=_at(city, days),
        )  # fmt: skip

    issue("improve_work", items[0], "统一现场回访的做法", -3)
    done = issue("improve_policy", items[1], "修订公共设施养护标准", -40)
    advising.answer(advice=done, answer="adopted", text="已列入明年修订计划，3月底前印发。", actor=_head(city, items[1]), at=_at(city, -20))  # fmt: skip
    advising.close(advice=done, actor=judge, at=_at(city, -18))
    waiting = issue("improve_work", items[2], "公开养护排期", -12)
    advising.answer(advice=waiting, answer="partly", text="先公开主次干道的排期。", actor=_head(city, items[2]), at=_at(city, -2))  # fmt: skip
    back = issue("pursue_responsibility", items[3], "查清两次没有签收的责任", -25)
    advising.answer(advice=back, answer="adopted", text="已批评教育。", actor=_head(city, items[3]), at=_at(city, -10))  # fmt: skip
    advising.send_back(advice=back, reason="请写清以后怎样避免。", actor=judge, at=_at(city, -9))
    gone = issue("improve_policy", items[4], "统一标牌样式", -8)
    advising.withdraw(advice=gone, reason="已有新规定，不再需要。", actor=judge, at=_at(city, -6))
    issue("improve_work", items[5], "夜间施工提前告知", -45)
    advising.lapse(now=city.now)


def _sponsorships(city: "Seeder", items: list[Suggestion]) -> None:
    lead = city.actor(Role.LEADER)
    today = local_date(city.now)
    sponsoring.propose_all(now=city.now)
    proposed = sponsoring.propose(
        case=items[5], rule="deadlock", evidence=["两个单位对由谁养护没有谈拢。"], actor=city.actor(Role.SUPERVISOR),
        at=_at(city, -2), key="demo-deadlock",
    )  # fmt: skip
    dropped = sponsoring.propose(
        case=items[4], rule="merged_authors", evidence=["多人反映。"], actor=city.actor(Role.SUPERVISOR), at=_at(city, -9), key="demo-merged"
    )  # fmt: skip
    if dropped is not None:
        sponsoring.dismiss(
            sponsorship=dropped, reason="单位已排进本月计划。", actor=lead, at=_at(city, -8)
        )
    assert proposed is None or proposed.pk
    words = (
        ("背街小巷照明", "部分背街小巷照明改善", "open"), ("老旧小区排水", "部分老旧小区排水改造", "plan"),
        ("学校周边过街设施", "学校周边过街设施完善", "working"), ("菜市场周边停车", "菜市场周边停车秩序", "resolved"),
        ("公园座椅", "部分公园座椅增设", "handed_over"),
    )  # fmt: skip
    for n, (matter, public, state) in enumerate(words):
        item = items[n % 4]
        item.refresh_from_db()
        held = sponsoring.open_matter(
            sponsorship=Sponsorship(jurisdiction=city.jurisdiction), leader=lead.user, leader_post="副市长", matter=matter,
            public_matter=public, unit=item.lead_unit, cases=[] if state in ("resolved", "handed_over") else [item],
            actor=lead, at=_at(city, -30),
        )  # fmt: skip
        if state == "open":
            continue
        sponsoring.plan(
            sponsorship=held, team="牵头单位和街道", plan="先摸底，再分两批办，办完请居民看。", resources="列入本年预算",
            target_on=today + timedelta(days=40), milestones=[("摸清底数", today + timedelta(days=5)), ("完成第一批", today + timedelta(days=25))],
            actor=lead, at=_at(city, -28),
        )  # fmt: skip
        if state == "plan":
            continue
        sponsoring.begin_work(sponsorship=held, actor=lead, at=_at(city, -26))
        for milestone in (
            list(held.milestones.all()) if state == "resolved" else held.milestones.all()[:1]
        ):
            milestone.sponsorship = held
            sponsoring.reach(milestone=milestone, words="已完成", actor=lead, at=_at(city, -6))
        if state == "resolved":
            sponsoring.resolve(sponsorship=held, result="两批都已办完，居民代表看过。", public_result="已办完，停车有了规矩。", actor=lead, at=_at(city, -3))  # fmt: skip
        elif state == "handed_over":
            other = city.users[(str(Role.SUPERVISOR), "")]
            StaffRole.objects.get_or_create(user=other, role=Role.LEADER, jurisdiction=city.jurisdiction, unit=None)  # fmt: skip
            sponsoring.hand_over(sponsorship=held, successor=other, successor_post="市政府秘书长", reason="分工调整", actor=lead, at=_at(city, -2))  # fmt: skip


def _instructions(city: "Seeder", items: list[Suggestion]) -> None:
    lead, today = city.actor(Role.LEADER), local_date(city.now)
    for n, state in enumerate(("given", "working", "reported", "sent_back", "closed")):
        item = items[n]
        item.refresh_from_db()
        held = instructing.give(
            jurisdiction=city.jurisdiction, text="群众说得在理，请认真研究，能办的先办。", suggestion=item, unit=item.lead_unit,
            audience=LeaderInstruction.Audience.UNIT, tasks="到现场看一次，拿出办法。", report_by=today + timedelta(days=10),
            leader_post="副市长", actor=lead, at=_at(city, -8),
        )  # fmt: skip
        if state == "given":
            continue
        head = _head(city, item)
        instructing.take(instruction=held, actor=head, at=_at(city, -7))
        if state == "working":
            continue
        instructing.report(
            instruction=held, text="已到现场，办法附后。", actor=head, at=_at(city, -4)
        )
        if state == "sent_back":
            instructing.send_back(
                instruction=held, reason="请写清时间表。", actor=lead, at=_at(city, -3)
            )
        elif state == "closed":
            instructing.close(instruction=held, actor=lead, at=_at(city, -3))
    for item in items[6:9]:
        instructing.put(leader=lead.user, suggestion=item, why="涉及面广，办法具体", actor=city.actor(Role.TRIAGE_OFFICER), at=_at(city, -1))  # fmt: skip
    instructing.draw(leader=lead.user, jurisdiction=city.jurisdiction, now=_at(city, 0))


def _receptions(city: "Seeder", items: list[Suggestion]) -> None:
    office, clerk = city.actor(Role.TRIAGE_OFFICER), city.actor(Role.INTAKE_CLERK)
    today = local_date(city.now)
    leader = {"leader_name": "周明远", "leader_post": "副市长", "level": "city", "starts": time(9), "ends": time(11, 30),
              "place": "市人民来访接待中心一楼", "capacity": 5}  # fmt: skip

    def plan(on: int, planned: int, kind: str, field: str) -> ReceptionSlot:
        day = today + timedelta(days=on)
        slot = ReceptionSlot(
            jurisdiction=city.jurisdiction, kind=kind, field=field, on=day, booking_opens_on=today + timedelta(days=planned),
            booking_closes_on=day, how_to_book="网上预约，或打征集办公室电话", **leader,
        )  # fmt: skip
        return receiving.schedule(slot=slot, actor=office, at=_at(city, planned))

    plan(25, -1, "regular", "教育、卫生")
    shown = plan(10, -3, "grassroots", "城市管理")
    receiving.publish(slot=shown, actor=office, at=_at(city, -3))
    for n, matter in enumerate(("小区门口路灯不亮", "菜市场周边停车")):
        receiving.book(slot=shown, name="王女士", phone=f"1990000{n:04d}", matter=matter, people=1 + n, source="phone",
                       actor=clerk, at=_at(city, -1))  # fmt: skip
    swapped = plan(4, -2, "phone", "交通")
    receiving.publish(slot=swapped, actor=office, at=_at(city, -2))
    receiving.substitute(slot=swapped, name="吴敏", post="市政府秘书长", reason="参加省里会议", actor=office, at=_at(city, -1))  # fmt: skip
    off = plan(8, -6, "invited", "住房")
    receiving.publish(slot=off, actor=office, at=_at(city, -6))
    receiving.cancel(slot=off, reason="场地检修，改在下月", actor=office, at=_at(city, -2))
    for on, counted in ((-9, True), (-2, False)):
        held = plan(on, on - 12, "regular", "住房和城乡建设")
        receiving.publish(slot=held, actor=office, at=_at(city, on - 12))
        unit = items[0].lead_unit
        receiving.hold(
            slot=held, received=4, people=7, minutes="四批来访，谈照明、排水和停车。", topics=list(Topic.objects.filter(depth=2)[:2]),
            decisions=[
                receiving.Decision("一个月内修好路灯", unit=unit, due_on=today + timedelta(days=20)),
                receiving.Decision("当场答复低保申请渠道", on_the_spot=True),
            ],
            cases=[], actor=clerk, at=_at(city, on + 3 if on < -3 else 0, 15),
        )  # fmt: skip
        if counted:
            receiving.publish_counts(slot=held, actor=office, at=_at(city, -5))
    rule = ReceptionRule.objects.create(
        jurisdiction=city.jurisdiction, leader_name="林建国", leader_post="市长", level="city", field="全面工作", weekdays=[1],
        weeks_of_month=[2], starts=time(9), ends=time(11), place="市人民来访接待中心二楼", capacity=4,
    )  # fmt: skip
    receiving.generate(rule=rule, until=today + timedelta(days=90), actor=office, at=_at(city, 0))


def _hearings(city: "Seeder", items: list[Suggestion]) -> None:
    office = city.actor(Role.TRIAGE_OFFICER)
    today = local_date(city.now)
    names = ("沿街商户", "小区居民")
    topics = {
        "planned": "公园夜间开放时间", "announced": "早餐摊点布局", "enrolment": "社区养老设施选址", "confirmed": "停车收费分区",
        "held": "公交线路调整", "record_signed": "垃圾投放点位", "published": "菜市场改造方案", "postponed": "河道步道照明",
        "cancelled": "临时集市选址",
    }  # fmt: skip
    order = list(topics)[:7]
    for n, (state, topic) in enumerate(topics.items()):
        on = {"planned": 50, "announced": 45, "enrolment": 40, "confirmed": 4, "postponed": 30, "cancelled": 30}.get(state, -3)  # fmt: skip
        begun = on - 36 if on < 30 else -2
        start = today + timedelta(days=begun + 2 if state != "announced" else 2)
        held = Hearing(
            jurisdiction=city.jurisdiction, topic=topic, background="方案有几种，各有利弊，想听各方意见。", kind="study",
            is_formal=state in ("announced", "published"), organiser=items[n].lead_unit, on=today + timedelta(days=on), starts=time(14, 30),
            place="市民中心三楼会议室", sides=[{"name": name, "seats": 2} for name in names], observers=10,
            enrol_from=start, enrol_until=start + timedelta(days=8),
        )  # fmt: skip
        case = items[6 + n % 4]
        case.refresh_from_db()
        hearings.plan(hearing=held, cases=[case] if state in ("announced", "published") else [], actor=office, at=_at(city, begun))  # fmt: skip
        step = order.index(state) if state in order else 1
        chair = StaffRole.objects.filter(role=Role.HEARING_CHAIR, jurisdiction=city.jurisdiction).select_related("user").first()  # fmt: skip
        if chair is not None:
            hearings.name_chair(hearing=held, chair=chair.user, clerk=None, actor=office, at=_at(city, begun))  # fmt: skip
        if step >= 1:
            hearings.announce(hearing=held, actor=office, at=_at(city, begun, 15))
        if state == "postponed":
            hearings.postpone(hearing=held, reason="方案要补充测算", actor=office, at=_at(city, -1))
        elif state == "cancelled":
            hearings.cancel(
                hearing=held, reason="方案已经调整，不再需要", actor=office, at=_at(city, -1)
            )
        if state in order:
            _hear(city, held, step, begun, chair is not None)


def _hear(city: "Seeder", held: Hearing, step: int, begun: int, chaired: bool) -> None:
    office = city.actor(Role.TRIAGE_OFFICER)
    if step < 2:
        return
    hearings.open_enrolment(hearing=held, actor=office, at=_at(city, begun + 2))
    people = []
    for n in range(6):
        side = str(held.sides[n % 2]["name"])
        person, _code = hearing_people.enrol(
            hearing=held, side=side, name=f"代表{n}", phone=f"1990001{n:04d}", public_label=f"{side}代表{n + 1}", stand="希望兼顾各方。",
            source="phone", actor=city.actor(Role.INTAKE_CLERK), at=_at(city, begun + 2),
        )  # fmt: skip
        people.append(person)
    if step < 3:
        return
    sent = held.on - timedelta(days=10)
    back = (local_date(city.now) - sent).days
    hearings.send_papers(hearing=held, papers="方案说明\n测算表", on=sent, actor=office, at=_at(city, -back, 16))  # fmt: skip
    chosen = hearings.choose(hearing=held, actor=office, at=_at(city, -back + 1))
    if step < 4 or not chaired:
        return
    hearings.hold(hearing=held, actor=office, at=_at(city, -3, 17))
    hearing_people.write_record(hearing=held, record="主办单位介绍方案。沿街商户代表：希望分批施工。小区居民代表：希望早晚降噪。", actor=office, at=_at(city, -3, 18))  # fmt: skip
    opinion = hearing_people.add_opinion(hearing=held, side=str(held.sides[0]["name"]), text="希望分批施工，留出通道。", actor=office, at=_at(city, -3, 18))  # fmt: skip
    if step < 5:
        return
    for person in chosen:
        person.hearing = held
        hearing_people.sign(person=person, signed="signed", note="", actor=office, at=_at(city, -2))
    hearing_people.close_record(hearing=held, actor=office, at=_at(city, -2))
    if step < 6:
        return
    opinion.hearing = held
    hearing_people.treat(opinion=opinion, treatment="adopted", why="分批施工不影响工期。", public_text=opinion.public_text, actor=office, at=_at(city, -1))  # fmt: skip
    hearing_people.publish(
        hearing=held, conclusion="分两批施工，留出三米通道，早七点前、晚九点后不施工。", public_record=held.record, actor=office, at=_at(city, -1)
    )  # fmt: skip


def _questionings(city: "Seeder", items: list[Suggestion]) -> None:
    office, today = city.actor(Role.TRIAGE_OFFICER), local_date(city.now)
    themes = {
        "planned": "供水保障", "collecting": "校园周边", "answering": "城市照明", "following": "老旧小区改造", "closed": "道路养护",
        "cancelled": "集市管理",
    }  # fmt: skip
    for n, (state, theme) in enumerate(themes.items()):
        unit = items[n].lead_unit
        assert unit is not None
        future = state in ("planned", "cancelled")
        yearly = state == "following"
        session = QaSession(
            jurisdiction=city.jurisdiction, theme=theme, background="围绕居民关心的问题，请主要负责人当面答。",
            kind="yearly_report" if yearly else "questioning", year=today.year if yearly else None,
            report="一年来的主要工作和没有做好的事。" if yearly else "", head_present=f"{unit.short_name}主要负责人",
            opens_on=today + timedelta(days=5 if future else -15), closes_on=today + timedelta(days=20 if future or state == "collecting" else -6),
        )  # fmt: skip
        questioning.plan(session=session, units=[unit], actor=office, at=_at(city, -16))
        if state == "cancelled":
            questioning.cancel(session=session, reason="并入下一期", actor=office, at=_at(city, -3))
        if future:
            continue
        questioning.open_window(session=session, actor=office, at=_at(city, -15))
        asked = questioning.ask(session=session, text="什么时候能办好？请给个日子。", source="phone", actor=city.actor(Role.INTAKE_CLERK), at=_at(city, -14))  # fmt: skip
        questioning.release(
            question=asked, public_text=asked.text, unit=unit, actor=office, at=_at(city, -13)
        )
        if state == "collecting":
            hidden = questioning.ask(session=session, text="出售二手车，价格面议。", source="phone", actor=city.actor(Role.INTAKE_CLERK), at=_at(city, -12))  # fmt: skip
            questioning.hide(question=hidden, reason="广告", actor=office, at=_at(city, -12, 15))
            questioning.ask(
                session=session,
                text="能不能早一点开校门？",
                source="deputy",
                actor=office,
                at=_at(city, -1),
            )
            continue
        questioning.begin_answers(session=session, actor=office, at=_at(city, -5))
        head = city.actor(Role.UNIT_HEAD, unit.code)
        questioning.answer(
            question=asked, text="已经列入计划，分两批办。", measure="第一批办完", due_on=today + timedelta(days=-1 if state == "following" else 30),
            actor=head, at=_at(city, -5, 15),
        )  # fmt: skip
        for voice in range(12):
            questioning.rate(
                session=session,
                question=asked,
                score=3 + voice % 3,
                voice=f"demo{voice}",
                at=_at(city, -4),
            )
        if state == "answering":
            continue
        session.refresh_from_db()
        questioning.follow(session=session, actor=office, at=_at(city, -4))
        if state == "closed":
            promise = asked.promises.select_related("question__session", "unit").get()
            questioning.keep(
                promise=promise, proof="第一批已办完，居民代表看过。", actor=head, at=_at(city, -2)
            )
            session.refresh_from_db()
            questioning.close(session=session, actor=office, at=_at(city, -1))
    questioning.turn(now=city.now)
