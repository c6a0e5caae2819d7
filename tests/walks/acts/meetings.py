"""Hearings, public questioning and receptions, from their plan to what is shown of them (process.md 6.1 to 6.3)."""

from datetime import time

from suggestions.models import Hearing, QaPromise, QaQuestion, QaSession, ReceptionSlot
from suggestions.services import hearing_people, hearings, questioning, receiving
from suggestions.states import Case
from tests.walks.acts.base import Nothing, Walk, errand

RUNNERS = ("triage_officer", "supervisor", "hearing_clerk")
SIDES = ("沿街商户", "小区居民")


@errand(10)
def hearing(walk: Walk) -> object:
    rows = Hearing.objects.exclude(status__in=("published", "cancelled"))
    if rows.count() < 2:
        cases = []
        if walk.chance(0.7):
            cases = [walk.item(Case.HANDLING, Case.ACCEPTED, Case.DISPATCHED, Case.REGISTERED)]
        held = Hearing(
            jurisdiction=walk.city.jurisdiction, topic="菜市场改造方案", background="方案有几种，想听各方意见。", kind="study",
            is_formal=walk.chance(0.6), organiser=walk.city.bus, starts=time(14, 30), place="市民中心三楼", observers=10,
            sides=[{"name": name, "seats": 1} for name in SIDES], on=walk.day(14), enrol_from=walk.day(1), enrol_until=walk.day(6),
        )  # fmt: skip
        return hearings.plan(
            hearing=held, cases=cases, actor=walk.who("triage_officer"), at=walk.at
        )
    one: Hearing = walk.one(rows)
    office = walk.who("triage_officer", "supervisor")
    if one.status in ("announced", "enrolment", "confirmed") and walk.chance(0.08):
        return hearings.postpone(hearing=one, reason="方案要补充测算", actor=office, at=walk.at)
    if one.status not in ("held", "record_signed") and walk.chance(0.04):
        return hearings.cancel(hearing=one, reason="方案已经调整", actor=office, at=walk.at)
    return _HEARING[one.status](walk, one)


def _prepare(walk: Walk, held: Hearing) -> object:
    office = walk.who("triage_officer")
    if held.chair is None:
        return hearings.name_chair(
            hearing=held, chair=walk.city.users["hearing_chair"], clerk=walk.city.users["hearing_clerk"], actor=office, at=walk.at
        )  # fmt: skip
    if held.enrol_from < walk.day():
        return hearings.set_dates(
            hearing=held, on=walk.day(16), enrol_from=walk.day(2), enrol_until=walk.day(8), actor=office, at=walk.at
        )  # fmt: skip
    return hearings.announce(hearing=held, actor=office, at=walk.at)


def _open(walk: Walk, held: Hearing) -> object:
    return hearings.open_enrolment(hearing=held, actor=walk.who(*RUNNERS), at=walk.at)


def _enrol(walk: Walk, held: Hearing) -> object:
    office = walk.who(*RUNNERS)
    people = held.participants.filter(withdrawn_at=None)
    if people.exists() and walk.chance(0.05):
        return hearing_people.withdraw(
            person=walk.one(people.select_related("hearing")), actor=office, at=walk.at
        )
    empty = [s for s in SIDES if not people.filter(side=s).exists()]
    if empty or walk.chance(0.1):
        side = walk.dice.choice(empty or SIDES)
        return hearing_people.enrol(
            hearing=held, side=side, name="代表", phone=f"1990001{walk.dice.randrange(9999):04d}", public_label=f"{side}代表",
            stand="希望兼顾各方。", source="invited" if walk.day() > held.enrol_until else "phone", actor=walk.who("intake_clerk", "triage_officer"), at=walk.at,
        )  # fmt: skip
    if held.papers_sent_on is None:
        return hearings.send_papers(
            hearing=held, papers="方案说明", on=walk.day(), actor=office, at=walk.at
        )
    return hearings.choose(hearing=held, actor=office, at=walk.at)


def _hold(walk: Walk, held: Hearing) -> object:
    return hearings.hold(hearing=held, actor=walk.who("hearing_chair", *RUNNERS), at=walk.at)


def _record(walk: Walk, held: Hearing) -> object:
    clerk = walk.who(*RUNNERS)
    if not held.record:
        return hearing_people.write_record(
            hearing=held,
            record="主办单位介绍方案。商户代表：希望分批施工。",
            actor=clerk,
            at=walk.at,
        )
    if not held.opinions.exists():
        return hearing_people.add_opinion(
            hearing=held, side=SIDES[0], text="希望分批施工，留出通道。", actor=clerk, at=walk.at
        )
    unsigned = held.participants.filter(is_chosen=True, signed="").select_related("hearing").first()
    if unsigned is not None:
        way = walk.dice.choice(("signed", "signed", "signed", "refused", "absent"))
        return hearing_people.sign(
            person=unsigned, signed=way, note="没有看清" if way == "refused" else "", actor=clerk, at=walk.at
        )  # fmt: skip
    if not held.participants.filter(is_chosen=True, signed__in=("signed", "refused")).exists():
        raise Nothing("nobody came, and nobody may say so twice")
    return hearing_people.close_record(hearing=held, actor=clerk, at=walk.at)


def _publish(walk: Walk, held: Hearing) -> object:
    office = walk.who("triage_officer", "supervisor")
    open_one = held.opinions.filter(treatment="").select_related("hearing").first()
    if open_one is not None:
        return hearing_people.treat(
            opinion=open_one, treatment="adopted", why="通道已经留出。", public_text=open_one.public_text, actor=office, at=walk.at
        )  # fmt: skip
    return hearing_people.publish(
        hearing=held,
        conclusion="分批施工。",
        public_record="各方发言摘要。",
        actor=office,
        at=walk.at,
    )


_HEARING = {
    "planned": _prepare, "postponed": _prepare, "announced": _open, "enrolment": _enrol, "confirmed": _hold, "held": _record,
    "record_signed": _publish,
}  # fmt: skip


@errand(7)
def questions(walk: Walk) -> object:
    office = walk.who("triage_officer", "supervisor")
    rows = QaSession.objects.exclude(status__in=("closed", "cancelled"))
    if rows.count() < 2:
        session = QaSession(
            jurisdiction=walk.city.jurisdiction, theme="路口设施", kind="questioning", head_present="局主要负责人",
            opens_on=walk.day(walk.dice.randrange(3)), closes_on=walk.day(8),
        )  # fmt: skip
        return questioning.plan(session=session, units=[walk.city.bus], actor=office, at=walk.at)
    held: QaSession = walk.one(rows)
    if held.status in ("planned", "collecting") and walk.chance(0.05):
        return questioning.cancel(session=held, reason="并入下一期", actor=office, at=walk.at)
    return _QA[held.status](walk, held)


def _planned(walk: Walk, held: QaSession) -> object:
    if held.opens_on > walk.day():
        raise Nothing("not yet")
    return questioning.open_window(session=held, actor=walk.who("triage_officer"), at=walk.at)


def _collect(walk: Walk, held: QaSession) -> object:
    office = walk.who("triage_officer", "supervisor")
    if walk.chance(0.4):
        return questioning.ask(
            session=held, text="什么时候能办好？请给个日子。", source="phone", actor=walk.who("intake_clerk"), at=walk.at
        )  # fmt: skip
    if moderated := _moderate(walk, held):
        return moderated
    return questioning.begin_answers(session=held, actor=office, at=walk.at)


def _moderate(walk: Walk, held: QaSession) -> object:
    waiting = held.questions.filter(state="pending").select_related("session").first()
    if waiting is None:
        return None
    office = walk.who("triage_officer", "supervisor")
    if walk.chance(0.2):
        questioning.hide(question=waiting, reason="广告", actor=office, at=walk.at)
    else:
        questioning.release(
            question=waiting, public_text=waiting.text, unit=walk.city.bus, actor=office, at=walk.at
        )
    return waiting


def _answer(walk: Walk, held: QaSession) -> object:
    if moderated := _moderate(walk, held):
        return moderated
    open_one: QaQuestion | None = held.questions.filter(state="shown", answered_at=None).select_related("session").first()  # fmt: skip
    if open_one is not None:
        promise = walk.chance(0.6)
        return questioning.answer(
            question=open_one, text="已经列入计划，分两批办。", measure="第一批办完" if promise else "", due_on=walk.day(12) if promise else None,
            actor=walk.who("unit_head:bus", "handler:bus"), at=walk.at,
        )  # fmt: skip
    if walk.chance(0.3):
        return questioning.rate(
            session=held, score=4, voice=f"{walk.acts}", question=held.questions.filter(state="shown").first(), at=walk.at
        )  # fmt: skip
    return questioning.follow(session=held, actor=walk.who("triage_officer"), at=walk.at)


def _follow(walk: Walk, held: QaSession) -> object:
    rows = QaPromise.objects.filter(question__session=held, kept_on=None)
    promise = rows.select_related("question__session", "unit").first()
    if promise is None:
        return questioning.close(session=held, actor=walk.who("supervisor"), at=walk.at)
    head = walk.who("unit_head:bus")
    if walk.chance(0.2):
        return questioning.move_promise(
            promise=promise, due_on=max(promise.due_on, walk.day(20)), reason="材料晚到", actor=head, at=walk.at
        )  # fmt: skip
    return questioning.keep(promise=promise, proof="第一批已办完。", actor=head, at=walk.at)


_QA = {"planned": _planned, "collecting": _collect, "answering": _answer, "following": _follow}


@errand(6)
def reception(walk: Walk) -> object:
    office = walk.who("triage_officer", "supervisor")
    rows = ReceptionSlot.objects.exclude(status__in=("counted", "cancelled"))
    if rows.count() < 3:
        slot = ReceptionSlot(
            jurisdiction=walk.city.jurisdiction, kind="regular", field="住房", on=walk.day(5), leader_name="周明远", leader_post="副市长",
            level="city", starts=time(9), ends=time(11), place="接待中心", capacity=2, how_to_book="网上预约",
            booking_opens_on=walk.day(),
        )  # fmt: skip
        return receiving.schedule(
            slot=slot, actor=walk.who("intake_clerk", "triage_officer"), at=walk.at
        )
    held: ReceptionSlot = walk.one(rows)
    roll = walk.dice.random()
    if held.status in ("planned", "published"):
        if roll < 0.06:
            return receiving.cancel(slot=held, reason="场地检修", actor=office, at=walk.at)
        if roll < 0.12:
            return receiving.substitute(
                slot=held, name="吴敏", post="秘书长", reason="参加会议", actor=office, at=walk.at
            )
    if held.status == "planned":
        if held.on < walk.day():
            return receiving.cancel(slot=held, reason="日子过了", actor=office, at=walk.at)
        return receiving.publish(slot=held, actor=office, at=walk.at)
    if held.status == "held":
        return receiving.publish_counts(slot=held, actor=office, at=walk.at)
    if held.on > walk.day():
        return _book(walk, held)
    return receiving.hold(
        slot=held, received=2, people=3, minutes="两批来访，谈照明。", topics=[walk.city.topic],
        decisions=[receiving.Decision("一个月内修好路灯", unit=walk.city.bus, due_on=walk.day(30))],
        cases=[walk.item()], actor=walk.who("intake_clerk"), at=walk.at,
    )  # fmt: skip


def _book(walk: Walk, held: ReceptionSlot) -> object:
    taken = held.bookings.filter(cancelled_at=None)
    if taken.exists() and walk.chance(0.3):
        return receiving.cancel_booking(
            booking=walk.one(taken.select_related("slot")), actor=walk.who("intake_clerk"), at=walk.at
        )  # fmt: skip
    return receiving.book(
        slot=held, name="王女士", phone=f"1990002{walk.dice.randrange(30):04d}", matter="路灯不亮", people=1, source="phone",
        actor=walk.who("intake_clerk"), at=walk.at,
    )  # fmt: skip
