"""/hearings/: what is announced, who may enrol and how, live notes, papers, record, and how each opinion was treated."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client

from suggestions.errors import DomainError, Invalid, NotAllowed
from suggestions.models import Hearing, Participant, RecordEvent
from suggestions.services import hearing_live, hearing_people, hearings
from tests.suggestions import test_steering as steering
from tests.suggestions.desk.cast import main_text, sign_in
from tests.suggestions.meetings.conftest import moment, queries, send, words
from tests.suggestions.public import walk
from tests.suggestions.test_steering import at, enrol
from tests.world import World

OPEN = at(3, 2)
DAY = at(29, 1)
FORM = {
    "side": "居民",
    "name": "欧阳若水",
    "shown": "女士",
    "phone": "199 0000 7001",
    "stand": "多留座位。",
    "agree": "on",
}


@pytest.fixture
def held(city: World) -> Hearing:
    return steering.opened(city, steering.handled(city))


def address(hearing: Hearing, rest: str = "") -> str:
    return f"/hearings/{hearing.pk}/{rest}"


def confirmed(city: World, held: Hearing) -> Hearing:
    for n, side in ((1, "居民"), (2, "居民"), (3, "居民"), (4, "商户")):
        enrol(held, city, n, side)
    actor = city.actor("triage_officer")
    hearings.send_papers(hearing=held, papers="方案", on=date(2026, 11, 17), actor=actor, at=at(15))
    hearings.name_chair(hearing=held, chair=city.users["hearing_chair"], clerk=None, actor=actor, at=at(15))  # fmt: skip
    hearings.choose(hearing=held, actor=actor, at=at(15), seed="a")
    return held


def published(city: World, held: Hearing) -> Hearing:
    confirmed(city, held)
    actor = city.actor("triage_officer")
    hearings.hold(hearing=held, actor=actor, at=at(29, 3))
    hearing_people.write_record(hearing=held, record="王小1：要加长椅。", actor=actor, at=at(29, 5))
    for person in held.participants.filter(is_chosen=True):
        person.hearing = held
        hearing_people.sign(person=person, signed="signed", note="", actor=actor, at=at(30))
    opinion = hearing_people.add_opinion(hearing=held, side="居民", text="要加长椅。", actor=actor, at=at(30))  # fmt: skip
    opinion.hearing = held
    hearing_people.treat(opinion=opinion, treatment="partly", why="先装两张。", public_text="要加长椅。", actor=actor, at=at(30))  # fmt: skip
    hearing_people.close_record(hearing=held, actor=actor, at=at(30))
    record = "" if held.is_closed else "居民代表：要加长椅。"
    hearing_people.publish(hearing=held, conclusion="分两批加装。", public_record=record, actor=actor, at=at(31))  # fmt: skip
    return held


def test_an_announcement_says_what_why_when_where_by_whom_and_how_seats_are_filled(
    city: World, held: Hearing, client: Client
) -> None:
    said = words(client, address(held), OPEN)
    for part in ("人民路站台改造", "怎么改造", "2026年12月1日", "市民中心", "市征集办", "抽签", "居民", "11月4日至11月16日", "网上报名", "0380-5550100"):  # fmt: skip
        assert part in said
    assert "报名中" in words(client, "/hearings/", OPEN)
    assert Client().get(address(steering.hearing(city, steering.handled(city)))).status_code == 404


def test_the_page_is_the_same_for_everybody_and_known_by_its_tag(
    held: Hearing, client: Client
) -> None:
    for path in ("/hearings/", address(held), address(held, "live/"), "/feeds/hearings.atom"):
        with moment(OPEN):
            first = client.get(path)
            assert client.get(path, headers={"If-None-Match": first["ETag"]}).status_code == 304
        assert not first.cookies
        assert "public" in first["Cache-Control"]


def test_a_resident_enrols_without_scripts_and_gets_one_receipt_however_often_the_form_is_sent(
    held: Hearing, client: Client
) -> None:
    with moment(OPEN):
        page = walk.read(client.get(address(held, "enrol/")))  # type: ignore[arg-type]
        sent = {**FORM, "key": page.fields["key"], **walk.answer_question(page)}
        one, two = (client.post(address(held, "enrol/"), sent) for _ in range(2))
    assert one.status_code == 302
    assert one["Location"] == two["Location"]
    person = held.participants.get()
    assert (person.public_label, person.source) == ("居民 欧阳女士", "online")
    said = words(client, one["Location"], OPEN)
    assert "报名收到了" in said
    assert "199" not in said
    receipt = client.get(one["Location"])
    assert "no-store" in receipt["Cache-Control"]


def test_the_same_phone_enrols_once_and_what_was_typed_stays(held: Hearing, client: Client) -> None:
    assert send(client, address(held, "enrol/"), OPEN, **FORM).status_code == 302
    again = send(client, address(held, "enrol/"), OPEN, **FORM)
    assert again.status_code == 422
    page = walk.read(again)
    assert "已经报过名" in page.text
    assert page.fields["stand"] == "多留座位。"
    assert held.participants.count() == 1


GAPS = (
    ("side", "外星人", "请选您代表哪一方"),
    ("name", "", "请写姓名"),
    ("phone", "1990000", "手机号应是11位"),
    ("agree", "", "请先确认能到场"),
    ("shown", "x", "请选名单上怎么写"),
)


def test_a_form_with_a_gap_comes_back_with_words_and_takes_no_seat(
    held: Hearing, client: Client
) -> None:
    for field, value, said in GAPS:
        answer = send(client, address(held, "enrol/"), OPEN, **{**FORM, field: value})
        assert answer.status_code == 422
        assert said in walk.read(answer).text
    assert not held.participants.exists()


def test_nobody_enrols_without_the_question_answered_or_outside_the_days(
    held: Hearing, client: Client
) -> None:
    with moment(OPEN):
        sent = client.post(address(held, "enrol/"), {**FORM, "key": "k"})
    assert sent.status_code == 422
    late = send(client, address(held, "enrol/"), OPEN, **FORM)
    assert late.status_code == 302
    with moment(at(20)):
        page = walk.read(client.get(address(held, "enrol/")))  # type: ignore[arg-type]
        assert "现在不在报名时间里" in page.text
    assert "报名已截止" in words(client, address(held), at(20))


def test_a_code_given_at_the_telephone_leads_to_the_receipt_and_a_wrong_one_to_words(
    city: World, held: Hearing, client: Client
) -> None:
    _person, code = hearing_people.enrol(
        hearing=held, side="商户", name="王小一", phone="19900007002", public_label="商户代表", stand="", source="phone",
        actor=city.actor("intake_clerk"), at=at(3),
    )  # fmt: skip
    with moment(OPEN):
        wrong = client.post(address(held, "seat/"), {"code": "AAAAAAAA"})
        right = client.post(address(held, "seat/"), {"code": f" {code.lower()} "})
    assert wrong.status_code == 422
    assert "没有找到" in walk.read(wrong).text  # type: ignore[arg-type]
    assert "报名收到了" in words(client, right["Location"], OPEN)
    with moment(OPEN):
        assert client.get("/hearings/seat/forged/").status_code == 404
        for _ in range(12):
            last = client.post(address(held, "seat/"), {"code": "AAAAAAAA"})
    assert last.status_code == 429


def test_a_receipt_tells_who_was_drawn_and_who_waits_and_lets_them_step_back(
    city: World, held: Hearing, client: Client
) -> None:
    mine = send(client, address(held, "enrol/"), OPEN, **FORM)["Location"]
    confirmed(city, held)
    person = held.participants.get(source=Participant.Source.ONLINE)
    wanted = "您参加这次听证会" if person.is_chosen else "您排在候补"
    assert wanted in words(client, mine, at(16))
    with moment(at(16)):
        page = walk.read(client.get(mine))  # type: ignore[arg-type]
        token = {"csrfmiddlewaretoken": page.fields["csrfmiddlewaretoken"]}
        assert client.post(mine, {"action": "leave", **token}).status_code == 302
    assert "您已经退出报名" in words(client, mine, at(16))
    person.refresh_from_db()
    assert person.withdrawn_at is not None


def test_the_list_of_participants_shows_the_agreed_line_and_never_name_phone_or_stand(
    city: World, held: Hearing, client: Client
) -> None:
    send(client, address(held, "enrol/"), OPEN, **FORM)
    before = words(client, address(held), at(4))
    assert "欧阳" not in before
    confirmed(city, held)
    said = words(client, address(held), at(16))
    assert "居民代表" in said
    for secret in ("若水", "王小", "199000", "多留座位"):
        assert secret not in said


def test_live_notes_show_on_the_next_request_and_a_struck_one_leaves_its_reason_alone(
    city: World, held: Hearing, client: Client, committed: Callable[[], Any]
) -> None:
    confirmed(city, held)
    chair = city.actor("hearing_chair")
    live = address(held, "live/")
    with moment(DAY):
        assert "还没有记下什么" in walk.read(client.get(live)).text  # type: ignore[arg-type]
        with committed():
            note = hearing_live.say(hearing=held, side="居民", text="要加长椅。", actor=chair, at=DAY)  # fmt: skip
        assert "要加长椅。" in walk.read(client.get(live)).text  # type: ignore[arg-type]
        with committed():
            hearing_live.strike(note=note, reason="听错了", actor=chair, at=DAY)
        gone = walk.read(client.get(live)).text  # type: ignore[arg-type]
    assert "要加长椅。" not in gone
    assert "听错了" in gone


def test_the_live_page_renews_itself_for_those_alone_who_asked_it_to(
    city: World, held: Hearing, client: Client
) -> None:
    confirmed(city, held)
    with moment(DAY):
        still, moving = (client.get(address(held, f"live/{q}")).content.decode() for q in ("", "?auto=1"))  # fmt: skip
        part = client.get(address(held, "live/?auto=1"), headers={"HX-Request": "true"})
    assert "http-equiv" not in still
    assert '<noscript><meta http-equiv="refresh" content="60"></noscript>' in moving
    assert "停止自动更新" in moving
    assert b"<html" not in part.content


def test_notes_are_taken_on_the_day_by_its_own_chair_and_never_with_a_phone_or_behind_closed_doors(
    city: World, held: Hearing
) -> None:
    confirmed(city, held)
    chair = city.actor("hearing_chair")
    with pytest.raises(DomainError, match="当天"):
        hearing_live.say(hearing=held, side="", text="开始。", actor=chair, at=at(20))
    with pytest.raises(Invalid, match="手机号"):
        hearing_live.say(hearing=held, side="", text="请打19900000001。", actor=chair, at=DAY)
    with pytest.raises(Invalid, match="界别"):
        hearing_live.say(hearing=held, side="别人", text="开始。", actor=chair, at=DAY)
    held.is_closed = True
    with pytest.raises(DomainError, match="不公开"):
        hearing_live.say(hearing=held, side="", text="开始。", actor=chair, at=DAY)
    held.is_closed, held.chair_id = False, city.users["leader"].pk
    with pytest.raises(NotAllowed):
        hearing_live.say(hearing=held, side="", text="开始。", actor=chair, at=DAY)


def test_papers_are_downloads_until_they_are_taken_down_and_programs_are_refused(
    city: World, held: Hearing, client: Client
) -> None:
    actor = city.actor("triage_officer")
    file = ContentFile("方案一".encode(), name="a.txt")
    paper = hearing_live.add_paper(hearing=held, name="改造方案", file=file, actor=actor, at=OPEN)
    assert "改造方案" in words(client, address(held), OPEN)
    answer = client.get(f"/hearings/papers/{paper.token}/")
    assert b"".join(answer) == "方案一".encode()  # type: ignore[call-overload]
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    with pytest.raises(Invalid) as refused:
        hearing_live.add_paper(hearing=held, name="坏", file=ContentFile(b"MZ\x00\x01", name="a.exe"), actor=actor, at=OPEN)  # fmt: skip
    assert "file" in refused.value.errors
    paper.hearing = held
    hearing_live.remove_paper(paper=paper, reason="换新稿", actor=actor, at=OPEN)
    assert client.get(f"/hearings/papers/{paper.token}/").status_code == 404
    assert client.get("/hearings/papers/..%2Fx/").status_code == 404


def test_a_published_hearing_shows_conclusion_record_and_what_became_of_each_opinion(
    city: World, held: Hearing, client: Client
) -> None:
    said = words(client, address(published(city, held)), at(32))
    for part in ("分两批加装", "居民代表：要加长椅", "先装两张", "部分采纳", "公布听证结果"):
        assert part in said
    assert "2026年开过的" in words(client, "/hearings/?year=2026", at(32))
    assert client.get("/hearings/?year=2020").status_code == 404
    assert client.get("/hearings/?year=二").status_code == 404


def test_a_closed_hearing_shows_its_conclusion_and_reason_but_neither_record_nor_notes_nor_papers(
    city: World, client: Client
) -> None:
    held = steering.opened(city, steering.handled(city), is_closed=True, closed_reason="涉及商业秘密")  # fmt: skip
    with pytest.raises(DomainError, match="不公开"):
        hearing_live.add_paper(hearing=held, name="方案", file=ContentFile(b"x", name="a.txt"), actor=city.actor("triage_officer"), at=OPEN)  # fmt: skip
    said = words(client, address(published(city, held)), at(32))
    assert "涉及商业秘密" in said
    assert "分两批加装" in said
    assert "王小" not in said


def test_what_was_put_off_or_called_off_says_why(
    city: World, held: Hearing, client: Client
) -> None:
    actor = city.actor("triage_officer")
    mine = send(client, address(held, "enrol/"), OPEN, **FORM)["Location"]
    held.refresh_from_db()
    hearings.postpone(hearing=held, reason="场地检修", actor=actor, at=at(5))
    assert "原因：场地检修" in words(client, address(held), at(6))
    assert "另行公告" in words(client, mine, at(6))
    hearings.cancel(hearing=held, reason="方案调整", actor=actor, at=at(7))
    assert "原因：方案调整" in words(client, address(held), at(8))
    assert "这次听证会取消了" in words(client, mine, at(8))


def test_the_feed_brings_a_hearing_up_again_at_each_public_step_and_names_nobody(
    city: World, held: Hearing, client: Client
) -> None:
    send(client, address(held, "enrol/"), OPEN, **FORM)
    with moment(OPEN):
        first = client.get("/feeds/hearings.atom").content.decode()
    published(city, held)
    with moment(at(32)):
        last = client.get("/feeds/hearings.atom").content.decode()
    assert "报名中" in first
    assert "结果已公布" in last
    assert first.count("<entry>") == last.count("<entry>") == 1
    assert "欧阳" not in first + last


def test_lists_and_pages_cost_the_same_however_many_hearings_people_and_notes_there_are(
    city: World, held: Hearing, client: Client
) -> None:
    enrol(held, city, 1)
    paths = ("/hearings/", address(held), "/feeds/hearings.atom")
    few = [queries(client, p, OPEN) for p in paths]
    item = steering.handled(city)
    for n in range(4):
        steering.opened(city, item, topic=f"议题{n}", is_formal=False)
    for n in range(2, 8):
        enrol(held, city, n)
    assert [queries(client, p, OPEN) for p in paths] == few


def test_the_desk_notes_down_what_is_said_and_puts_up_a_paper(
    city: World, held: Hearing, client: Client
) -> None:
    with moment(OPEN):
        clerk = sign_in(city, "triage_officer")
        base = f"/admin/desk/records/hearing/{held.pk}"
        page = clerk.get(f"{base}/paper/")
        assert b"multipart/form-data" in page.content
        file = ContentFile("方案".encode(), name="a.txt")
        assert clerk.post(f"{base}/paper/", {"name": "方案", "file": file}).status_code == 302
        bad = clerk.post(f"{base}/paper/", {"name": "方案"})
        assert bad.status_code == 422
    assert held.public_papers.get().name == "方案"
    held.refresh_from_db()
    confirmed(city, held)
    with moment(DAY):
        clerk = sign_in(city, "triage_officer")
        said = clerk.post(f"{base}/say/", {"side": "", "text": "主持人宣布开始。"})
        assert said["Location"].endswith("/say/")
    assert held.notes.get().text == "主持人宣布开始。"
    assert abs(held.notes.get().said_at - DAY) < timedelta(minutes=1)


def test_who_calls_a_participant_reads_the_phone_for_a_reason_that_stays(
    city: World, held: Hearing
) -> None:
    person = enrol(held, city, 1)
    base = f"/admin/desk/records/hearing/{held.pk}/contact/?part={person.pk}"
    with moment(OPEN):
        clerk = sign_in(city, "intake_clerk")
        assert clerk.post(base, {"reason": ""}).status_code == 422
        said = main_text(clerk.post(base, {"reason": "通知抽签结果"}))
        assert sign_in(city, "liaison:water").post(base, {"reason": "看看"}).status_code in (
            403,
            404,
        )
    assert "19900000001" in said
    event = RecordEvent.objects.get(name="seat_contact_read")
    assert (event.reason, event.actor) == ("通知抽签结果", city.users["intake_clerk"])
