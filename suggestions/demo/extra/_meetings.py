"""Receptions, hearings and questionings of the demo city, in every state. Names of leaders are invented.

Called by steering.py, for they are about the same items (a name with an underscore is no area of its own).
"""

from datetime import time, timedelta
from typing import TYPE_CHECKING

from suggestions.clock import local_date
from suggestions.demo.extra._dates import at as _at
from suggestions.models import (
    Hearing,
    QaSession,
    ReceptionRule,
    ReceptionSlot,
    StaffRole,
    Suggestion,
    Topic,
)
from suggestions.roles import Role
from suggestions.services import (
    hearing_people,
    hearings,
    qa_voices,
    questioning,
    receiving,
)

if TYPE_CHECKING:
    from suggestions.demo.seed import Seeder


def fill(city: "Seeder", items: list[Suggestion]) -> None:
    """Fill the room 会议与接待; `items` are ten or more in work."""
    _receptions(city, items)
    _hearings(city, items)
    _questionings(city, items)


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
        session.refresh_from_db()
        if state == "answering":
            qa_voices.give(
                session=session, phone="19900007900", scores={str(asked.pk): 4}, idempotency_key="demo",
                at=city.now - timedelta(hours=1),
            )  # fmt: skip
            continue
        questioning.follow(session=session, actor=office, at=_at(city, -4))
        if state == "closed":
            promise = asked.promises.select_related("question__session", "unit").get()
            questioning.keep(
                promise=promise, proof="第一批已办完，居民代表看过。", actor=head, at=_at(city, -2)
            )
            session.refresh_from_db()
            questioning.close(session=session, actor=office, at=_at(city, -1))
    questioning.turn(now=city.now)
