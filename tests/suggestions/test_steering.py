"""Sponsorship, instructions, the reading tray, receptions, hearings and public questioning (process.md 6)."""

from datetime import date, time, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from suggestions.errors import DomainError, Invalid, NotAllowed
from suggestions.models import (
    Booking,
    Hearing,
    Participant,
    QaSession,
    ReceptionRule,
    ReceptionSlot,
    RecordEvent,
    Sponsorship,
    StaffRole,
    Suggestion,
    TrayItem,
)
from suggestions.selectors import hearings_public, steering_public
from suggestions.services import (
    hearing_people,
    hearings,
    instructing,
    questioning,
    receiving,
    sponsoring,
)
from tests import world as w
from tests.world import MONDAY, World

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 2)


@pytest.fixture
def city() -> World:
    return w.make_world()


def at(days: int, hours: int = 0) -> Any:
    return MONDAY + timedelta(days=days, hours=hours)


def handled(city: World, **changes: Any) -> Suggestion:
    item = w.submit(city, **changes).suggestion
    w.accept(city, item, at=at(0))
    w.dispatch(city, item, at=at(0))
    return w.sign_in(city, item, at=at(1))


# Sponsorship


def sponsored(city: World, item: Suggestion) -> Sponsorship:
    return sponsoring.open_matter(
        sponsorship=Sponsorship(jurisdiction=city.jurisdiction), leader=city.users["leader"], leader_post="副市长",
        matter="东城区公交站台设施", public_matter="部分公交站台设施改善", unit=city.bus, cases=[item],
        actor=city.actor("leader"), at=at(1),
    )  # fmt: skip


def planned(city: World, item: Suggestion) -> Sponsorship:
    held = sponsored(city, item)
    sponsoring.plan(
        sponsorship=held, team="市交通局牵头", plan="分两批加装。", resources="", target_on=TODAY + timedelta(days=60),
        milestones=[("完成勘查", TODAY + timedelta(days=20))], actor=city.actor("leader"), at=at(2),
    )  # fmt: skip
    sponsoring.begin_work(sponsorship=held, actor=city.actor("leader"), at=at(3))
    return held


def test_a_sponsored_matter_is_shown_to_the_public_in_neutral_words_and_nothing_else(city: World) -> None:  # fmt: skip
    sponsored(city, handled(city))
    (shown,) = steering_public.sponsorships(jurisdiction=city.jurisdiction, today=TODAY)
    assert (shown.matter, shown.leader_post, shown.unit) == (
        "部分公交站台设施改善",
        "副市长",
        "市交通局",
    )
    assert "东城区" not in repr(shown)
    assert "JY2026" not in repr(shown)


def test_a_matter_is_resolved_only_when_milestones_are_reached_and_cases_answered(city: World) -> None:  # fmt: skip
    item = handled(city)
    held = planned(city, item)
    lead = city.actor("leader")
    result = {"result": "全部装好。", "public_result": "站台已改善。", "actor": lead}
    with pytest.raises(DomainError, match="节点"):
        sponsoring.resolve(sponsorship=held, at=at(9), **result)
    milestone = held.milestones.get()
    milestone.sponsorship = held
    sponsoring.reach(milestone=milestone, words="勘查完成", actor=lead, at=at(9))
    with pytest.raises(DomainError, match="1件没有答复"):
        sponsoring.resolve(sponsorship=held, at=at(9), **result)


def test_a_change_of_leader_hands_over_plan_dates_and_cases_and_the_duty_goes_on(city: World) -> None:  # fmt: skip
    item = handled(city)
    held = planned(city, item)
    other = city.users["analyst"]
    lead = city.actor("leader")
    with pytest.raises(Invalid, match="本辖区的领导"):
        sponsoring.hand_over(sponsorship=held, successor=other, successor_post="副市长", reason="分工调整", actor=lead, at=at(5))  # fmt: skip
    StaffRole.objects.create(user=other, role="leader", jurisdiction=city.jurisdiction)
    new = sponsoring.hand_over(
        sponsorship=held,
        successor=other,
        successor_post="常务副市长",
        reason="分工调整",
        actor=lead,
        at=at(5),
    )
    held.refresh_from_db()
    assert (held.status, held.successor, new.status) == ("handed_over", new, "working")
    assert (new.plan, new.target_on, list(new.cases.all())) == (
        held.plan,
        held.target_on,
        [item],
    )
    assert new.milestones.count() == 1


def test_ten_people_on_one_matter_put_it_before_the_leaders_once(city: World) -> None:
    item = handled(city)
    Suggestion.objects.filter(pk=item.pk).update(co_sign_count=8)
    assert sponsoring.propose_all(now=at(2)) == 0
    Suggestion.objects.filter(pk=item.pk).update(co_sign_count=9)
    assert sponsoring.propose_all(now=at(2)) == 1
    assert sponsoring.propose_all(now=at(3)) == 0
    held = Sponsorship.objects.get()
    assert (held.status, held.leader, held.evidence) == ("proposed", None, ["连同并案和附议，共有10人反映。"])  # fmt: skip


# Instructions and the tray


def test_a_units_staff_work_only_on_instructions_the_leader_let_them_see(city: World) -> None:
    item = handled(city)
    inside = instructing.give(
        jurisdiction=city.jurisdiction, text="请交通局三日内到现场看。", suggestion=item, unit=city.bus,
        actor=city.actor("leader"), at=at(2),
    )  # fmt: skip
    with pytest.raises(NotAllowed):
        instructing.report(instruction=inside, text="已去。", actor=city.actor("unit_head:bus"), at=at(3))  # fmt: skip
    instructing.report(
        instruction=inside, text="已督促。", actor=city.actor("supervisor"), at=at(3)
    )
    with pytest.raises(NotAllowed):
        instructing.close(instruction=inside, actor=city.actor("supervisor"), at=at(4))
    instructing.close(instruction=inside, actor=city.actor("leader"), at=at(4))
    words = item.events.filter(name="instruction").values_list("words", "visibility")
    assert {seen for _, seen in words} == {"staff"}
    assert [said for said, _ in words.order_by("seq")] == [
        "领导有批示", "报告了批示的落实情况", "领导批示办结",
    ]  # fmt: skip


def test_the_random_letters_of_a_month_are_drawn_once_and_the_same_each_time(city: World) -> None:
    for n in range(8):
        w.submit(city, title=f"人民路公交站加长椅之{n}号")
    who = city.users["leader"]
    assert instructing.draw(leader=who, jurisdiction=city.jurisdiction, now=at(1)) == 3
    first = set(TrayItem.objects.values_list("suggestion_id", flat=True))
    assert instructing.draw(leader=who, jurisdiction=city.jurisdiction, now=at(2)) == 0
    TrayItem.objects.all().delete()
    instructing.draw(leader=who, jurisdiction=city.jurisdiction, now=at(2))
    assert set(TrayItem.objects.values_list("suggestion_id", flat=True)) == first


# Receptions


def slot(city: World, on: date, **changes: Any) -> ReceptionSlot:
    values = {
        "leader_name": "周明", "leader_post": "副市长", "level": "city", "kind": "regular", "field": "交通", "on": on,
        "starts": time(9), "ends": time(11), "place": "市信访接待大厅", "capacity": 2, **changes,
    }  # fmt: skip
    held = ReceptionSlot(jurisdiction=city.jurisdiction, **values)
    return receiving.schedule(slot=held, actor=city.actor("triage_officer"), at=at(0))


def test_a_reception_on_a_day_off_moves_to_the_next_working_day_and_says_so(city: World) -> None:
    held = slot(city, date(2026, 11, 14))
    assert (held.on, held.moved_from) == (date(2026, 11, 16), date(2026, 11, 14))
    assert "顺延" in held.move_reason


def test_a_schedule_published_less_than_five_working_days_before_is_marked(city: World) -> None:
    early, late = slot(city, date(2026, 11, 9)), slot(city, date(2026, 11, 6))
    for held in (early, late):
        receiving.publish(slot=held, actor=city.actor("triage_officer"), at=at(0))
    assert (early.is_short_notice, late.is_short_notice) == (False, True)


def booked(held: ReceptionSlot, city: World, phone: str, **changes: Any) -> receiving.Booked:
    values = {"name": "林小满", "matter": "公交站台", "people": 1, "source": "phone", **changes}
    return receiving.book(slot=held, phone=phone, actor=city.actor("intake_clerk"), at=at(1), **values)  # fmt: skip


def test_places_are_given_once_a_phone_until_full_and_come_back_when_cancelled(city: World) -> None:
    held = slot(city, date(2026, 11, 9))
    with pytest.raises(DomainError, match="不能预约"):
        booked(held, city, "19900001234")
    receiving.publish(slot=held, actor=city.actor("triage_officer"), at=at(0))
    first = booked(held, city, "19900001234")
    with pytest.raises(Invalid, match="已经预约"):
        booked(held, city, "19900001234")
    with pytest.raises(Invalid, match="最多5人"):
        booked(held, city, "19900001235", people=6)
    booked(held, city, "19900001235")
    with pytest.raises(DomainError, match="约满"):
        booked(held, city, "19900001236")
    assert receiving.find_booking(held, "XXXXXXXX") is None
    found = receiving.find_booking(held, first.code.lower())
    assert found == first.booking
    found.slot = held
    receiving.cancel_booking(booking=found, actor=city.actor("intake_clerk"), at=at(2))
    booked(held, city, "19900001236")


def test_the_database_holds_no_phone_of_a_booking_in_the_clear(city: World) -> None:
    from django.db import connection

    held = slot(city, date(2026, 11, 9))
    receiving.publish(slot=held, actor=city.actor("triage_officer"), at=at(0))
    booked(held, city, "19900001234")
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM suggestions_booking")
        raw = str(cursor.fetchall())
    assert "19900001234" not in raw
    assert "林小满" not in raw
    booking = Booking.objects.get()
    booking.slot = held
    with pytest.raises(Invalid, match="理由"):
        receiving.read_contact(booking=booking, reason="", actor=city.actor("intake_clerk"), at=at(2))  # fmt: skip
    assert receiving.read_contact(booking=booking, reason="改期通知", actor=city.actor("intake_clerk"), at=at(2)) == ("林小满", "19900001234", "")  # fmt: skip
    assert RecordEvent.objects.get(name="booking_contact_read").reason == "改期通知"


def test_every_working_day_and_every_second_monday_are_recurrence_rules(city: World) -> None:
    same = {"jurisdiction": city.jurisdiction, "leader_name": "周明", "leader_post": "县长", "level": "county",
            "field": "全面", "starts": time(9), "ends": time(11), "place": "接待大厅"}  # fmt: skip
    daily = ReceptionRule.objects.create(**same)
    monday = ReceptionRule.objects.create(weekdays=[1], weeks_of_month=[2, 4], **same)
    actor = city.actor("triage_officer")
    assert receiving.generate(rule=daily, until=date(2026, 11, 15), actor=actor, at=at(0)) == 9
    assert receiving.generate(rule=daily, until=date(2026, 11, 15), actor=actor, at=at(0)) == 0
    receiving.generate(rule=monday, until=date(2026, 12, 31), actor=actor, at=at(0))
    assert [s.on.isoformat() for s in monday.slots.all()] == [
        "2026-11-09", "2026-11-23", "2026-12-14", "2026-12-28",
    ]  # fmt: skip


def test_the_public_reads_counts_of_a_reception_and_no_person_who_came(city: World) -> None:
    held = slot(city, date(2026, 11, 9))
    actor = city.actor("triage_officer")
    receiving.publish(slot=held, actor=actor, at=at(0))
    booked(held, city, "19900001234")
    receiving.substitute(slot=held, name="吴敏", post="市政府秘书长", reason="参加省里会议", actor=actor, at=at(6))  # fmt: skip
    decisions = [receiving.Decision("加装长椅", unit=city.bus, due_on=date(2026, 12, 20))]
    with pytest.raises(Invalid, match="哪个单位"):
        receiving.hold(slot=held, received=1, people=1, minutes="林小满谈站台。", topics=[city.topic],
                       decisions=[receiving.Decision("再研究")], cases=[], actor=actor, at=at(7, 4))  # fmt: skip
    receiving.hold(slot=held, received=1, people=2, minutes="林小满谈站台。", topics=[city.topic], decisions=decisions,
                   cases=[], actor=actor, at=at(7, 4))  # fmt: skip

    def shown() -> Any:
        return steering_public.receptions(jurisdiction=city.jurisdiction, since=TODAY, until=date(2026, 12, 1))[0]  # fmt: skip

    assert shown().received is None
    receiving.publish_counts(slot=held, actor=actor, at=at(8))
    held_public = shown()
    assert (held_public.received, held_public.people, held_public.decisions) == (1, 2, 1)
    assert held_public.topics == ("公交地铁",)
    assert held_public.substitute == "市政府秘书长 吴敏"
    assert "林小满" not in repr(held_public)


def test_what_was_said_at_a_reception_is_registered_like_any_other_item(city: World) -> None:
    held = slot(city, date(2026, 11, 9))
    receiving.publish(slot=held, actor=city.actor("triage_officer"), at=at(0))
    receipt = receiving.file_case(
        slot=held, submission=w.submission(city), key="reception-1", actor=city.actor("intake_clerk"), at=at(7)
    )  # fmt: skip
    assert (receipt.suggestion.channel, receipt.suggestion.status) == (
        "leader_reception",
        "registered",
    )


# Hearings


def hearing(city: World, item: Suggestion, **changes: Any) -> Hearing:
    values = {
        "topic": "人民路站台改造", "background": "怎么改造。", "place": "市民中心", "organiser": city.office,
        "on": date(2026, 12, 1), "starts": time(9), "enrol_from": date(2026, 11, 4), "enrol_until": date(2026, 11, 16),
        "sides": [{"name": "居民", "seats": 2}, {"name": "商户", "seats": 1}], **changes,
    }  # fmt: skip
    held = Hearing(jurisdiction=city.jurisdiction, **values)
    return hearings.plan(hearing=held, cases=[item], actor=city.actor("triage_officer"), at=at(1))


def enrol(held: Hearing, city: World, n: int, side: str = "居民") -> Participant:
    person, _code = hearing_people.enrol(
        hearing=held, side=side, name=f"王小{n}", phone=f"1990000{n:04d}", public_label=f"{side}代表{n}", stand="",
        source="phone", actor=city.actor("intake_clerk"), at=at(3),
    )  # fmt: skip
    return person


def opened(city: World, item: Suggestion, **changes: Any) -> Hearing:
    held = hearing(city, item, **changes)
    actor = city.actor("triage_officer")
    hearings.announce(hearing=held, actor=actor, at=at(1))
    hearings.open_enrolment(hearing=held, actor=actor, at=at(2))
    return held


def test_a_formal_hearing_stops_the_clock_of_its_case_until_the_record_is_signed(city: World) -> None:  # fmt: skip
    item = handled(city)
    before = item.clocks.get(kind="K7a").due_on
    held = opened(city, item)
    assert item.clocks.get(kind="K7a").paused_on == date(2026, 11, 3)
    hearings.postpone(
        hearing=held, reason="场地检修", actor=city.actor("triage_officer"), at=at(15)
    )
    clock = item.clocks.get(kind="K7a")
    assert clock.paused_on is None
    assert clock.due_on > before
    item.refresh_from_db()
    assert item.due_on == clock.due_on


def test_an_informal_hearing_leaves_the_clock_running(city: World) -> None:
    item = handled(city)
    opened(city, item, is_formal=False)
    assert item.clocks.get(kind="K7a").paused_on is None


def test_the_chair_has_nothing_to_do_with_the_linked_case(city: World) -> None:
    item = handled(city)
    held = hearing(city, item)
    actor = city.actor("triage_officer")
    for who in ("handler:bus", "unit_head:bus", "liaison:bus"):
        with pytest.raises(Invalid, match="经办人"):
            hearings.name_chair(hearing=held, chair=city.users[who], clerk=None, actor=actor, at=at(1))  # fmt: skip
    with pytest.raises(Invalid, match="分开"):
        hearings.name_chair(hearing=held, chair=city.users["hearing_chair"], clerk=city.users["hearing_chair"], actor=actor, at=at(1))  # fmt: skip
    hearings.name_chair(hearing=held, chair=city.users["hearing_chair"], clerk=city.users["hearing_clerk"], actor=actor, at=at(1))  # fmt: skip
    assert held.chair == city.users["hearing_chair"]


def test_papers_under_seven_days_before_are_refused_and_block_the_list(city: World) -> None:
    held = opened(city, handled(city))
    for n, side in ((1, "居民"), (2, "居民"), (3, "居民"), (4, "商户")):
        enrol(held, city, n, side)
    actor = city.actor("triage_officer")
    with pytest.raises(DomainError, match="材料"):
        hearings.choose(hearing=held, actor=actor, at=at(15))
    with pytest.raises(Invalid, match="7天前"):
        hearings.send_papers(hearing=held, papers="方案", on=date(2026, 11, 25), actor=actor, at=at(23))  # fmt: skip
    hearings.send_papers(hearing=held, papers="方案", on=date(2026, 11, 24), actor=actor, at=at(22))
    assert len(hearings.choose(hearing=held, actor=actor, at=at(22))) == 3


def test_the_lot_can_be_drawn_again_with_its_seed_and_every_side_has_a_seat(city: World) -> None:
    held = opened(city, handled(city))
    for n in range(6):
        enrol(held, city, n)
    actor = city.actor("triage_officer")
    hearings.send_papers(hearing=held, papers="方案", on=date(2026, 11, 17), actor=actor, at=at(15))
    with pytest.raises(DomainError, match="商户"):
        hearings.choose(hearing=held, actor=actor, at=at(15), seed="a")
    assert not held.participants.filter(is_chosen=True).exists()
    Participant.objects.filter(public_label="居民代表5").update(side="商户")
    chosen = {p.pk for p in hearings.choose(hearing=held, actor=actor, at=at(15), seed="a")}
    with transaction.atomic():
        Hearing.objects.filter(pk=held.pk).update(status="enrolment")
        again = Hearing.objects.get(pk=held.pk)
        drawn = {p.pk for p in hearings.choose(hearing=again, actor=actor, at=at(15), seed="a")}
    assert drawn == chosen
    assert RecordEvent.objects.filter(name="hearing_confirm").first().data["seed"] == "a"  # type: ignore[union-attr]


def test_who_withdraws_before_the_day_makes_room_for_the_next_of_the_draw(city: World) -> None:
    held = opened(city, handled(city))
    for n, side in ((1, "居民"), (2, "居民"), (3, "居民"), (4, "商户")):
        enrol(held, city, n, side)
    actor = city.actor("triage_officer")
    hearings.send_papers(hearing=held, papers="方案", on=date(2026, 11, 17), actor=actor, at=at(15))
    hearings.choose(hearing=held, actor=actor, at=at(15))
    gone = held.participants.filter(side="居民", is_chosen=True).first()
    spare = held.participants.get(side="居民", is_chosen=False)
    assert gone is not None
    gone.hearing = held
    hearing_people.withdraw(person=gone, actor=actor, at=at(20))
    spare.refresh_from_db()
    assert spare.is_chosen


def test_a_result_is_published_only_with_signatures_treatments_and_a_clean_record(city: World) -> None:  # fmt: skip
    held = opened(city, handled(city))
    people = [enrol(held, city, 1), enrol(held, city, 2, "商户")]
    actor = city.actor("triage_officer")
    hearings.send_papers(hearing=held, papers="方案", on=date(2026, 11, 17), actor=actor, at=at(15))
    hearings.name_chair(hearing=held, chair=city.users["hearing_chair"], clerk=None, actor=actor, at=at(15))  # fmt: skip
    hearings.choose(hearing=held, actor=actor, at=at(15))
    with pytest.raises(DomainError, match="12月1日举行"):
        hearings.hold(hearing=held, actor=actor, at=at(16))
    hearings.hold(hearing=held, actor=actor, at=at(29, 3))
    hearing_people.write_record(hearing=held, record="王小1（19900000001）：要加长椅。", actor=actor, at=at(29, 5))  # fmt: skip
    with pytest.raises(DomainError, match="2位参加人"):
        hearing_people.close_record(hearing=held, actor=actor, at=at(30))
    for person in people:
        person.refresh_from_db()
        person.hearing = held
        hearing_people.sign(person=person, signed="signed", note="", actor=actor, at=at(30))
    opinion = hearing_people.add_opinion(hearing=held, side="居民", text="要加长椅，打19900000001找我。", actor=actor, at=at(30))  # fmt: skip
    assert "19900000001" not in opinion.public_text
    hearing_people.close_record(hearing=held, actor=actor, at=at(30))
    assert held.cases.get().clocks.get(kind="K7a").paused_on is None
    good = {"conclusion": "分两批加装。", "public_record": "居民代表：要加长椅。", "actor": actor}
    with pytest.raises(DomainError, match="1条意见"):
        hearing_people.publish(hearing=held, at=at(31), **good)
    opinion.hearing = held
    hearing_people.treat(opinion=opinion, treatment="adopted", why="有必要。", public_text="要加长椅。", actor=actor, at=at(31))  # fmt: skip
    with pytest.raises(Invalid, match="手机号"):
        hearing_people.publish(hearing=held, at=at(31), **{**good, "public_record": held.record})
    hearing_people.publish(hearing=held, at=at(31), **good)
    shown = hearings_public.hearing(pk=held.pk)
    assert shown is not None
    (treated,) = shown.opinions
    assert (treated.side, treated.text, treated.treatment, treated.why) == ("居民", "要加长椅。", "采纳", "有必要。")  # fmt: skip
    assert "王小1" not in repr(shown)


# Public questioning


def session(city: World, **changes: Any) -> QaSession:
    values = {"theme": "站台设施", "head_present": "市交通局局长", "opens_on": TODAY, "closes_on": date(2026, 11, 8), **changes}  # fmt: skip
    held = QaSession(jurisdiction=city.jurisdiction, **values)
    return questioning.plan(session=held, units=[city.bus], actor=city.actor("triage_officer"), at=at(0))  # fmt: skip


def test_a_question_is_public_only_after_redaction_and_a_person_released_it(city: World) -> None:
    held = session(city)
    questioning.turn(now=at(0))
    held.refresh_from_db()
    asked = questioning.ask(session=held, text="我是19900001234，长椅什么时候装？", actor=city.actor("intake_clerk"), at=at(1))  # fmt: skip
    shown = steering_public.session(pk=held.pk, today=TODAY)
    assert shown is not None
    assert shown.questions == ()
    clerk = city.actor("publisher")
    with pytest.raises(Invalid, match="手机号"):
        questioning.release(question=asked, public_text=asked.text, unit=city.bus, actor=clerk, at=at(2))  # fmt: skip
    questioning.release(question=asked, public_text=questioning.proposed_text(asked), unit=city.bus, actor=clerk, at=at(2))  # fmt: skip
    shown = steering_public.session(pk=held.pk, today=TODAY)
    assert shown is not None
    assert "长椅什么时候装" in shown.questions[0].text
    assert "19900001234" not in repr(shown)


def answered(city: World) -> Any:
    held = session(city)
    questioning.turn(now=at(0))
    held.refresh_from_db()
    asked = questioning.ask(session=held, text="长椅什么时候装？", actor=city.actor("intake_clerk"), at=at(1))  # fmt: skip
    questioning.release(question=asked, public_text="长椅什么时候装？", unit=city.bus, actor=city.actor("publisher"), at=at(2))  # fmt: skip
    with pytest.raises(NotAllowed):
        questioning.answer(question=asked, text="12月装。", actor=city.actor("unit_head:water"), at=at(3))  # fmt: skip
    with pytest.raises(Invalid, match="哪天前"):
        questioning.answer(question=asked, text="12月装。", measure="装长椅", actor=city.actor("unit_head:bus"), at=at(3))  # fmt: skip
    questioning.answer(question=asked, text="12月装。", measure="装长椅", due_on=date(2026, 12, 10), actor=city.actor("unit_head:bus"), at=at(3))  # fmt: skip
    return held, asked


def test_a_session_is_followed_until_each_promise_is_kept(city: World) -> None:
    held, asked = answered(city)
    questioning.turn(now=at(8))
    held.refresh_from_db()
    office = city.actor("triage_officer")
    questioning.follow(session=held, actor=office, at=at(9))
    with pytest.raises(DomainError, match="1条承诺"):
        questioning.close(session=held, actor=office, at=at(10))
    assert questioning.turn(now=at(38)) == 0
    assert questioning.turn(now=at(39)) == 1
    assert questioning.turn(now=at(39)) == 0
    promise = asked.promises.get()
    missed = RecordEvent.objects.get(machine="qa_promise", name="qa_promise_miss")
    assert missed.at.isoformat() == "2026-12-10T16:00:00+00:00"
    assert promise.state_on(date(2026, 12, 11)) == "missed"
    promise.question.session = QaSession.objects.get(pk=held.pk)
    questioning.keep(promise=promise, proof="12月12日装好两张。", actor=city.actor("handler:bus"), at=at(40))  # fmt: skip
    held.refresh_from_db()
    questioning.close(session=held, actor=office, at=at(41))
    assert held.status == "closed"


def test_a_voice_rates_an_answer_once_and_the_database_knows_only_a_hash(city: World) -> None:
    held, asked = answered(city)
    questioning.turn(now=at(8))
    held.refresh_from_db()
    asked.refresh_from_db()
    rating = questioning.rate(session=held, question=asked, score=4, voice="phone:19900001234", at=at(9))  # fmt: skip
    assert "1990" not in rating.voter_hash
    with pytest.raises(DomainError, match="已经评过"):
        questioning.rate(session=held, question=asked, score=1, voice="phone:19900001234", at=at(9))
    with pytest.raises(Invalid, match="1到5"):
        questioning.rate(session=held, question=asked, score=6, voice="x", at=at(9))
    questioning.rate(session=held, question=asked, score=1, voice="other", at=at(9))
    shown = steering_public.session(pk=held.pk, today=TODAY)
    assert shown is not None
    assert (shown.questions[0].ratings, shown.questions[0].average) == (2, 2.5)


def test_a_yearly_report_is_of_one_unit_and_is_rated_as_a_whole(city: World) -> None:
    with pytest.raises(Invalid, match="年度"):
        session(city, kind="yearly_report", report="一年工作。")
    held = session(city, kind="yearly_report", report="一年工作。", year=2026)
    questioning.turn(now=at(0))
    questioning.turn(now=at(8))
    held.refresh_from_db()
    questioning.rate(session=held, score=5, voice="a", at=at(9))
    shown = steering_public.session(pk=held.pk, today=TODAY)
    assert shown is not None
    assert (shown.ratings, shown.average) == (1, 5.0)


def test_the_database_refuses_a_shown_question_without_released_words(city: World) -> None:
    _held, asked = answered(city)
    with pytest.raises(IntegrityError), transaction.atomic():
        type(asked).objects.filter(pk=asked.pk).update(public_text="")
