"""/questioning/, /sponsorship/ and /points/: questions and promises, matters without persons, places with their map."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from suggestions.models import District, QaQuestion, QaSession, ServicePoint
from suggestions.services import questioning, service_points, sponsoring
from tests.suggestions import test_steering as steering
from tests.suggestions.meetings.conftest import moment, queries, send, words
from tests.suggestions.public import walk
from tests.suggestions.test_steering import TODAY, at
from tests.world import World

NOW = at(1, 2)


# Public questioning


@pytest.fixture
def session(city: World) -> QaSession:
    held = steering.session(city)
    questioning.turn(now=at(0))
    held.refresh_from_db()
    return held


def released(city: World, held: QaSession, text: str, due_on: date | None = None) -> Any:
    asked = questioning.ask(session=held, text=text, source="phone", actor=city.actor("intake_clerk"), at=at(1))  # fmt: skip
    questioning.release(question=asked, public_text=text, unit=city.bus, actor=city.actor("publisher"), at=at(1))  # fmt: skip
    measure = "装两张长椅" if due_on else ""
    questioning.answer(question=asked, text="分两批装。", measure=measure, due_on=due_on, actor=city.actor("unit_head:bus"), at=at(1, 1))  # fmt: skip
    return asked


def test_a_question_asked_on_line_is_public_only_after_a_person_released_it(
    city: World, session: QaSession, client: Client, committed: Callable[[], Any]
) -> None:
    page = f"/questioning/{session.pk}/"
    for _ in range(2):
        sent = send(client, f"{page}ask/", NOW, text="长椅什么时候装？")
        assert sent["Location"].endswith("?done=1")
    asked = QaQuestion.objects.get()
    assert (asked.contact, asked.source, asked.unit) == ("", "resident", city.bus)
    assert "问题收到了" in words(client, sent["Location"], NOW)
    with moment(NOW):
        assert "长椅什么时候装" not in client.get(page).content.decode()
        with committed():
            questioning.release(question=asked, public_text=asked.text, unit=city.bus, actor=city.actor("publisher"), at=NOW)  # fmt: skip
        assert "长椅什么时候装" in client.get(page).content.decode()


def test_an_empty_question_or_one_too_late_is_refused_in_words(
    session: QaSession, client: Client
) -> None:
    page = f"/questioning/{session.pk}/ask/"
    empty = send(client, page, NOW, text="")
    assert empty.status_code == 422
    assert "请写问题" in walk.read(empty).text
    assert "现在不在提问时间里" in words(client, page, at(20))
    assert not session.questions.exists()


def test_answers_stand_with_their_promises_and_whether_they_were_kept(
    city: World, session: QaSession, client: Client
) -> None:
    kept = released(city, session, "东门站呢？", date(2026, 11, 20)).promises.get()
    released(city, session, "西门站呢？", date(2026, 11, 10))
    questioning.turn(now=at(10))
    kept.refresh_from_db()
    kept.question.session.refresh_from_db()
    questioning.keep(
        promise=kept, proof="两张都装好了。", actor=city.actor("unit_head:bus"), at=at(10)
    )
    said = words(client, f"/questioning/{session.pk}/", at(11))
    for part in ("市交通局", "市交通局局长", "东门站呢", "分两批装", "装两张长椅", "11月12日兑现", "两张都装好了", "逾期未兑现", "2条：兑现1条，未到期0条，逾期1条"):  # fmt: skip
        assert part in said
    assert "承诺2条，兑现1条" in words(client, "/questioning/", at(11))


def test_a_session_that_is_only_planned_has_no_page(city: World, client: Client) -> None:
    held = steering.session(city)
    assert client.get(f"/questioning/{held.pk}/").status_code == 404
    assert client.get(f"/questioning/{held.pk}/ask/").status_code == 404
    assert client.get("/questioning/99999999999/").status_code == 404


# Sponsorship


def test_a_sponsored_matter_stands_in_neutral_words_with_its_steps_dates_and_result(
    city: World, client: Client, committed: Callable[[], Any]
) -> None:
    item = steering.handled(city)
    with moment(NOW):
        assert "现在没有正在办的包案事项" in client.get("/sponsorship/").content.decode()
        with committed():
            held = steering.planned(city, item)
        assert "部分公交站台设施改善" in client.get("/sponsorship/").content.decode()
    said = words(client, "/sponsorship/", at(4))
    for part in ("副市长", "市交通局", "推进中", "1个节点完成0个", "2027年1月1日"):
        assert part in said
    for secret in ("东城区公交", item.case_no, "林小满", "市交通局牵头", "分两批加装"):
        assert secret not in said
    milestone = held.milestones.get()
    milestone.sponsorship = held
    sponsoring.reach(milestone=milestone, words="勘查完成", actor=city.actor("leader"), at=at(5))
    held.cases.clear()
    sponsoring.resolve(sponsorship=held, result="都装好了。", public_result="站台已改善。", actor=city.actor("leader"), at=at(6))  # fmt: skip
    after = words(client, "/sponsorship/", at(7))
    assert "站台已改善" in after
    assert "11月8日化解" in after
    assert "都装好了" not in after
    assert client.get("/sponsorship/?year=1999").status_code == 404


# Service points


def point(city: World, code: str, name: str, district: District | None, **changes: Any) -> Any:
    facts = service_points.Facts(
        name=name, level=changes.pop("level", "village"), address="人民路9号", hours="工作日9:00—17:00", phone="0380-555 0123",
        note="5路车到底", accessibility=("ramp", "lift"), district=district,
    )  # fmt: skip
    return service_points.open_point(
        code=code, jurisdiction=city.jurisdiction, facts=facts, actor=city.actor("triage_officer"), at=at(0)
    )  # fmt: skip


def test_points_say_where_when_what_help_and_who_can_get_in_but_never_who_sits_there(
    city: World, client: Client
) -> None:
    held = point(city, "east", "东门征集点", city.district)
    agent = city.users["agent_l1"]
    service_points.appoint(point=held, user=agent, level="agent_l1", duty_hours="周一上午", valid_from=date(2026, 1, 1), actor=city.actor("triage_officer"), at=at(0))  # fmt: skip
    said = words(client, "/points/", NOW)
    for part in ("东门征集点", "东城区", "人民路9号", "工作日9:00—17:00", "0380-5550123", "5路车到底", "无障碍坡道、电梯", "代理员帮您写", "周一上午"):  # fmt: skip
        assert part in said
    assert str(agent) not in said


def test_each_district_on_the_map_is_a_link_with_words_and_has_its_rows_in_the_table(
    city: World, client: Client
) -> None:
    west = District.add_root(code="990102", name="西城区", jurisdiction=city.jurisdiction)
    point(city, "east", "东门征集点", city.district)
    point(city, "west", "西门征集点", west.add_child(code="990103", name="西街", jurisdiction=city.jurisdiction), level="town")  # fmt: skip
    point(city, "all", "市民中心征集点", None, level="city")
    with moment(NOW):
        page = BeautifulSoup(client.get("/points/").content, "html.parser")
    svg = page.find("svg", attrs={"aria-labelledby": "map-title map-about"})
    assert svg is not None
    assert {a["aria-label"] for a in svg.find_all("a")} == {
        "东城区，1个征集点",
        "西城区，1个征集点",
    }
    assert len(page.select("table tbody tr")) == 3
    assert not svg.find_all("image")
    one = words(client, "/points/?district=990102", NOW)
    assert "西门征集点" in one
    assert "市民中心征集点" in one
    assert "东门征集点" not in one
    assert client.get("/points/?district=000").status_code == 404


def test_a_closed_point_leaves_the_page_with_the_next_request(
    city: World, client: Client, committed: Callable[[], Any]
) -> None:
    held = point(city, "east", "东门征集点", city.district)
    with moment(NOW):
        assert "东门征集点" in client.get("/points/").content.decode()
        with committed():
            service_points.close_point(point=held, reason="房子收回", actor=city.actor("triage_officer"), at=NOW)  # fmt: skip
        assert "东门征集点" not in client.get("/points/").content.decode()
    assert ServicePoint.objects.get().status == "closed"


def test_these_pages_cost_the_same_however_much_there_is(
    city: World, session: QaSession, client: Client
) -> None:
    released(city, session, "东门站呢？", date(2026, 11, 20))
    steering.planned(city, steering.handled(city))
    point(city, "p0", "征集点0", city.district)
    paths = ("/questioning/", f"/questioning/{session.pk}/", "/sponsorship/", "/points/")
    few = [queries(client, p, NOW) for p in paths]
    for n in range(1, 4):
        released(city, session, f"第{n}站呢？", TODAY + timedelta(days=10 + n))
        steering.planned(city, steering.handled(city, title=f"第{n}个站台加长椅"))
        point(city, f"p{n}", f"征集点{n}", city.district)
        steering.session(city, theme=f"主题{n}")
    questioning.turn(now=at(0))
    assert [queries(client, p, NOW) for p in paths] == few
    for path in paths:
        with moment(NOW):
            answer = client.get(path)
        assert "public" in answer["Cache-Control"]
        assert not answer.cookies
