"""What the public pages of meetings show besides the desk's rooms: points everywhere, a hearing held today, papers, places
taken on line (process.md 3.2, 6.1, 6.3).

The hearing of the day has live notes; its minutes count from the city's now, so that none lies ahead.
"""

from datetime import time, timedelta
from typing import TYPE_CHECKING, Any

from django.core.files.base import ContentFile

from suggestions.actor import Actor
from suggestions.clock import local_date
from suggestions.demo.extra._dates import at as _at
from suggestions.models import (
    Booking,
    Hearing,
    Participant,
    QaSession,
    ReceptionSlot,
    StaffRole,
    Unit,
)
from suggestions.roles import Role
from suggestions.services import (
    hearing_live,
    hearing_people,
    hearings,
    questioning,
    receiving,
    service_points,
)

if TYPE_CHECKING:
    from suggestions.demo.seed import Seeder

_POINTS = (
    ("yunbu-hall", "云埠街道征集点", "town", "990102", "云埠老街40号便民大厅", "工作日9:00—17:00", ("ramp", "seat", "glasses", "dialect")),
    ("liuhe", "柳河新村群众工作之家", "village", "990102", "柳河新村9栋底层", "周二、周四、周六9:00—11:30", ("ramp", "seat")),
    ("keji", "科创大道征集点", "town", "990103", "科创大道1号服务站", "工作日10:00—19:00", ("ramp", "lift", "toilet")),
    ("wangzhu-hall", "望渚县政务大厅征集点", "county", "990121", "望渚县湖滨路12号一楼", "工作日8:30—17:00", ("ramp", "toilet", "seat", "parking", "dialect")),
    ("hubin", "湖滨渔村群众工作之家", "village", "990121", "湖滨渔村村委会", "周一至周五8:00—11:30", ("seat", "dialect")),
)  # fmt: skip
_SAID = (
    ("", "主持人宣布听证会开始，介绍议程和参加人。"),
    ("", "组织单位介绍方案：上下学时段划出限时停车位，二十分钟以内不收费。"),
    ("小区居民", "早上车停到小区门口，老人出不来，希望限时停车位离小区门口远一些。"),
    ("沿街商户", "担心限时以后送货车没处停，希望留两个装卸位。"),
)  # fmt: skip
_PAPER = "改造方案（公开稿）\n\n一、分两批施工，留出三米通道。\n二、早七点前、晚九点后不施工。\n"


def seed(city: "Seeder") -> None:
    """Add to what agents.py and steering.py made."""
    _points(city)
    _today(city, city.units.get("jjzd") or _some_unit(city))
    _behind_doors(city, _some_unit(city))
    _papers(city)
    _places(city)


def _some_unit(city: "Seeder") -> Unit:
    return next(u for u in city.units.values() if not u.is_collection_office)


def _points(city: "Seeder") -> None:
    officer, began = city.actor(Role.TRIAGE_OFFICER), city.now - timedelta(days=150)
    for code, name, level, district, address, hours, access in _POINTS:
        if district not in city.districts:
            continue
        facts = service_points.Facts(
            name=name, level=level, district=city.districts[district], address=address, hours=hours,
            phone=city.jurisdiction.phone, accessibility=access,
        )  # fmt: skip
        service_points.open_point(
            code=code, jurisdiction=city.jurisdiction, facts=facts, actor=officer, at=began
        )


def _planned(city: "Seeder", unit: Any, on: int, **facts: Any) -> Hearing:
    """A hearing announced 36 days before its day, with its chair."""
    office, day = city.actor(Role.TRIAGE_OFFICER), local_date(city.now) + timedelta(days=on)
    begun = on - 36
    held = Hearing(
        jurisdiction=city.jurisdiction, kind="study", is_formal=False, organiser=unit, on=day, place="市民中心三楼会议室",
        background="方案有几种，各有利弊，想听各方意见。", starts=time(9), enrol_from=day - timedelta(days=34),
        enrol_until=day - timedelta(days=26), **facts,
    )  # fmt: skip
    hearings.plan(hearing=held, cases=[], actor=office, at=_at(city, begun))
    chair = StaffRole.objects.filter(role=Role.HEARING_CHAIR, jurisdiction=city.jurisdiction)
    hearings.name_chair(hearing=held, chair=chair.select_related("user")[0].user, clerk=None, actor=office, at=_at(city, begun))  # fmt: skip
    hearings.announce(hearing=held, actor=office, at=_at(city, begun, 15))
    hearings.open_enrolment(hearing=held, actor=office, at=_at(city, begun + 2))
    for n in range(6):
        side = str(held.sides[n % 2]["name"])
        by_mail = n == 5
        hearing_people.enrol(
            hearing=held, side=side, name=f"赵参加{n}", phone="" if by_mail else f"19900{held.pk:03d}{n:03d}",
            email=f"zhao{n}@example.cn" if by_mail else "", public_label=f"{side} 代表{n + 1}",
            stand="", source=Participant.Source.ONLINE, actor=Actor.author(), at=_at(city, begun + 3), key=f"demo-{n}",
        )  # fmt: skip
    sent = day - timedelta(days=10)
    hearings.send_papers(hearing=held, papers="方案说明", on=sent, actor=office, at=_at(city, on - 10, 16))  # fmt: skip
    hearings.choose(hearing=held, actor=office, at=_at(city, on - 9))
    return held


def _today(city: "Seeder", unit: Any) -> None:
    """A hearing that goes on just now."""
    sides = [{"name": "小区居民", "seats": 2}, {"name": "沿街商户", "seats": 2}]
    held = _planned(city, unit, 0, topic="校门口限时停车", sides=sides, observers=20)
    office, last = city.actor(Role.TRIAGE_OFFICER), len(_SAID) - 1
    for n, (side, text) in enumerate(_SAID):
        at = city.now - timedelta(minutes=6 * (last - n) + 2)
        hearing_live.say(hearing=held, side=side, text=text, actor=office, at=max(at, _start_of_day(city)))  # fmt: skip
    first = held.notes.order_by("pk")[1]
    first.hearing = held
    hearing_live.strike(note=first, reason="说的是旧方案，更正如下", actor=office, at=city.now)
    hearing_live.say(hearing=held, side="", text="组织单位更正：三十分钟以内不收费。", actor=office, at=city.now)  # fmt: skip


def _start_of_day(city: "Seeder") -> Any:
    return city.now.replace(hour=0, minute=0, second=0, microsecond=0)


def _behind_doors(city: "Seeder", unit: Any) -> None:
    """A closed hearing: its conclusion and the treatment are public, its record is not."""
    sides = [{"name": "经营企业", "seats": 1}, {"name": "用户代表", "seats": 1}]
    held = _planned(
        city, unit, -6, topic="公共停车场经营成本核定", sides=sides, is_closed=True,
        closed_reason="涉及企业的商业秘密",
    )  # fmt: skip
    office = city.actor(Role.TRIAGE_OFFICER)
    hearings.hold(hearing=held, actor=office, at=_at(city, -6, 17))
    hearing_people.write_record(hearing=held, record="各方逐项核对成本。", actor=office, at=_at(city, -6, 18))  # fmt: skip
    for side, treatment, why in (("经营企业", "partly", "设备折旧按八年摊，不按五年。"), ("用户代表", "not_adopted", "夜间包月不在这次核定的范围里，转给价格部门研究。")):  # fmt: skip
        said = "设备折旧按五年摊。" if treatment == "partly" else "夜间包月也一起降价。"
        opinion = hearing_people.add_opinion(hearing=held, side=side, text=said, actor=office, at=_at(city, -5))  # fmt: skip
        opinion.hearing = held
        hearing_people.treat(opinion=opinion, treatment=treatment, why=why, public_text=opinion.public_text, actor=office, at=_at(city, -5))  # fmt: skip
    for person in held.participants.filter(is_chosen=True):
        person.hearing = held
        hearing_people.sign(person=person, signed="signed", note="", actor=office, at=_at(city, -5))
    hearing_people.close_record(hearing=held, actor=office, at=_at(city, -5))
    hearing_people.publish(hearing=held, conclusion="成本核减一成二，新价格一个月内公布。", public_record="", actor=office, at=_at(city, -4))  # fmt: skip


def _file() -> ContentFile:  # type: ignore[type-arg]
    """A small text as an uploaded file."""
    return ContentFile(_PAPER.encode(), name="改造方案.txt")


def _papers(city: "Seeder") -> None:
    office = city.actor(Role.TRIAGE_OFFICER)
    waiting = Hearing.objects.filter(jurisdiction=city.jurisdiction, status__in=("enrolment", "confirmed"))  # fmt: skip
    for held in waiting.order_by("pk"):
        hearing_live.add_paper(hearing=held, name="改造方案（公开稿）", file=_file(), actor=office, at=_at(city, 0))  # fmt: skip


def _places(city: "Seeder") -> None:
    """Somebody took a place on line, gave it back, and asked in public."""
    slot = ReceptionSlot.objects.filter(jurisdiction=city.jurisdiction, status="published").order_by("-on").first()  # fmt: skip
    if slot is not None:
        booked = receiving.book(
            slot=slot, name="安女士", phone="19900006001", matter="小区加装电梯的资金", people=1, key="demo-online",
            source=Booking.Source.ONLINE, actor=Actor.author(), at=_at(city, 0),
        )  # fmt: skip
        booked.booking.slot = slot
        receiving.cancel_booking(booking=booked.booking, actor=Actor.author(), at=_at(city, 0))
    session = QaSession.objects.filter(jurisdiction=city.jurisdiction, status="collecting").first()
    if session is not None:
        questioning.ask(session=session, text="放学时能不能多派一位协管员？", actor=Actor.author(), at=_at(city, 0))  # fmt: skip
