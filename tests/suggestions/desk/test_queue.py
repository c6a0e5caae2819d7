"""The lists of the office: what is in them, how they are narrowed and paged, and what a page costs."""

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from suggestions.models import District, Suggestion
from suggestions.selectors import queues
from suggestions.selectors.queues import QueueFilter
from suggestions.services import triage
from tests import world as w
from tests.suggestions.desk.cast import main_text, parsed, sign_in
from tests.world import MONDAY, World

pytestmark = pytest.mark.django_db
QUEUE = "desk:queue"


def titles(client: Client, room: str = QUEUE, **query: Any) -> list[str]:
    page = parsed(client.get(reverse(room), query))
    return [a.get_text(strip=True) for a in page.select("a.desk-row__title")]


@pytest.fixture
def officer(city: World) -> Client:
    return sign_in(city, "triage_officer")


def test_the_queue_begins_with_what_waits_for_triage_and_ends_with_what_waits_for_authors(
    city: World, officer: Client
) -> None:
    asked = w.submit(city, at=MONDAY - timedelta(days=3), title="等建议人补充的那件").suggestion
    triage.request_supplement(
        suggestion=asked, asked="哪里", actor=city.actor("triage_officer"), at=MONDAY
    )
    w.submit(city, at=MONDAY, title="后来的一件建议")
    w.submit(city, at=MONDAY - timedelta(days=2), title="先来的一件建议")
    w.answered(city, title="已经答复的那一件")
    assert titles(officer) == ["先来的一件建议", "后来的一件建议", "等建议人补充的那件"]


def test_due_and_age_are_said_in_words_with_a_shape_and_not_by_colour_alone(
    city: World, officer: Client
) -> None:
    for days in (20, 15, 14, 1):
        w.submit(city, at=MONDAY - timedelta(days=days), title=f"{days}天前来的一件建议")
    with time_machine.travel(MONDAY, tick=False):
        officer = sign_in(city, "triage_officer")
        text = main_text(officer.get(reverse(QUEUE)))
        assert "▲ 已逾期5天" in text
        assert "◆ 今天到期" in text
        assert "◆ 还有1个工作日" in text
        assert "● 还有10个工作日" in text
        assert "20天前收到" in text
        for due, expected in (
            ("overdue", ["20天前来的一件建议"]),
            ("today", ["15天前来的一件建议"]),
            ("risk", ["14天前来的一件建议"]),
            ("later", ["1天前来的一件建议"]),
        ):
            assert titles(officer, due=due) == expected
        assert titles(officer, age="15") == ["20天前来的一件建议", "15天前来的一件建议"]
        assert titles(officer, on="2026-11-02") == ["15天前来的一件建议"]


def test_the_queue_is_narrowed_by_district_channel_topic_words_and_number(
    city: World, officer: Client
) -> None:
    far = District.add_root(code="990102", name="西城区", jurisdiction=city.jurisdiction)
    bus = w.submit(city, title="公交站加长椅的事").suggestion
    water = w.submit(
        city, title="路口下雨就积水的事", topic=city.other_topic, district=far, channel="hotline"
    ).suggestion
    assert titles(officer, topic="transport") == [bus.original_title]
    assert titles(officer, topic="water") == [water.original_title]
    assert titles(officer, district="990102") == [water.original_title]
    assert titles(officer, channel="hotline") == [water.original_title]
    assert titles(officer, q="积水 路口") == [water.original_title]
    assert titles(officer, q="积水 电梯") == []
    assert titles(officer, q=bus.case_no.lower().replace("-", " ")) == [bus.original_title]
    w.accept(city, bus, at=MONDAY)
    w.dispatch(city, bus, at=MONDAY)
    assert titles(officer, q=bus.case_no) == [bus.original_title], "a number finds any state"


def test_an_item_without_a_topic_is_found_by_the_topic_it_is_hinted_to_have(
    city: World, officer: Client
) -> None:
    from suggestions.services import hinting

    city.topic.keywords = "公交 站台"
    city.topic.save()
    item = w.submit(city, topic=None).suggestion
    assert titles(officer, topic="bus") == []
    hinting.ensure(suggestion=item, at=MONDAY)
    assert titles(officer, topic="bus") == [item.original_title]
    assert "提示：公交地铁" in main_text(officer.get(reverse(QUEUE)))


@pytest.mark.parametrize(
    "query",
    [
        {"state": "nope"},
        {"topic": "x", "district": "x", "channel": "x", "campaign": "x", "age": "x", "due": "x"},
        {"on": "2026-13-45"},
        {"on": "x", "after": "x~y", "sort": "x"},
        {"after": "2026-11-02~99999999999999999999"},
        {"after": "9999-99-99~1"},
        {"q": "\x00" * 5},
        {"q": "长" * 3000},
        {"q": "%_'\"\\;--"},
        {"campaign": "9" * 40},
    ],
)
def test_an_odd_address_of_a_list_is_answered_with_a_list(
    city: World, officer: Client, query: dict[str, str]
) -> None:
    w.submit(city)
    assert officer.get(reverse(QUEUE), query).status_code == 200


def _many(city: World, count: int) -> None:
    for n in range(count):
        w.submit(city, at=MONDAY + timedelta(minutes=n), title=f"第{n:03}个公交站加长椅")


def test_pages_follow_one_another_without_a_gap_or_a_repeat(
    city: World, officer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    _many(city, 23)
    for sort in queues.SORTS:
        wanted, seen, cursor = QueueFilter(sort=sort), [], ""
        while True:
            held = queues.page(
                city.users["triage_officer"], wanted, today=MONDAY.date(), cursor=cursor, size=5
            )
            seen += [i.original_title for i in held.items]
            cursor = held.next_cursor
            if not cursor:
                break
        expected = sorted((f"第{n:03}个公交站加长椅" for n in range(23)), reverse=sort == "new")
        assert seen == expected, sort
        assert held.total == 23


def test_the_next_page_is_a_link_that_keeps_the_filters(city: World, officer: Client) -> None:
    _many(city, queues.PAGE_SIZE + 2)
    first = parsed(officer.get(reverse(QUEUE), {"sort": "old", "channel": "web"}))
    link = first.select_one("a[rel=next]")
    assert link is not None
    second = parsed(officer.get(str(link["href"])))
    rest = [a.get_text(strip=True) for a in second.select("a.desk-row__title")]
    assert rest == ["第030个公交站加长椅", "第031个公交站加长椅"]
    assert second.select_one("#filter-channel option[selected]")["value"] == "web"  # type: ignore[index]


@pytest.mark.parametrize("room", [QUEUE, "desk:supervision"])
def test_a_list_of_thirty_costs_as_many_queries_as_a_list_of_three(
    city: World, officer: Client, room: str
) -> None:
    def cost() -> int:
        officer.get(reverse(room))
        with CaptureQueriesContext(connection) as seen:
            officer.get(reverse(room))
        return len(seen)

    _many(city, 3)
    few = cost()
    _many(city, 27)
    with_hints = Suggestion.objects.all()
    from suggestions.services import hinting

    for item in with_hints[:10]:
        hinting.ensure(suggestion=item, at=MONDAY)
    assert cost() == few


def test_the_supervisor_sees_what_is_late_anywhere_and_what_authors_were_unhappy_with(
    city: World,
) -> None:
    late = w.submit(city, at=MONDAY, title="早就该答复的那一件").suggestion
    w.accept(city, late, at=MONDAY)
    w.dispatch(city, late, at=MONDAY)
    unhappy, _ = w.answered(city, at=MONDAY, title="建议人不满意的那一件")
    w.rate(unhappy, at=MONDAY + timedelta(days=12), overall="dissatisfied", solved="no")
    w.answered(city, at=MONDAY, title="一切正常的那一件")
    client = sign_in(city, "supervisor")
    with time_machine.travel(MONDAY + timedelta(days=24), tick=False):
        client = sign_in(city, "supervisor")
        assert titles(client, "desk:supervision") == ["早就该答复的那一件"]
        assert titles(client, "desk:supervision", show="rated") == ["建议人不满意的那一件"]


def test_only_triage_gets_boxes_to_tick_and_only_where_a_bulk_act_can_touch(city: World) -> None:
    item = w.submit(city).suggestion
    asked = w.submit(city, title="等建议人补充的那件").suggestion
    triage.request_supplement(
        suggestion=asked, asked="哪里", actor=city.actor("triage_officer"), at=MONDAY
    )
    page = parsed(sign_in(city, "triage_officer").get(reverse(QUEUE)))
    assert [i["value"] for i in page.select("input[name=case_no]")] == [item.case_no]
    for who in ("supervisor", "leader", "intake_clerk"):
        page = parsed(sign_in(city, who).get(reverse(QUEUE)))
        assert not page.select("input[name=case_no], select[name=act]")


def test_the_at_risk_horizon_skips_holidays_and_counts_make_up_days() -> None:
    from suggestions.clock import Workdays
    from suggestions.selectors.workload import horizon

    friday = date(2026, 11, 6)
    assert horizon(friday, Workdays()) == date(2026, 11, 10)
    makeup = Workdays(exceptions={date(2026, 11, 7): True, date(2026, 11, 9): False})
    assert horizon(friday, makeup) == date(2026, 11, 10)
    assert horizon(friday, makeup, 1) == date(2026, 11, 7)


@pytest.mark.parametrize(
    ("days", "words"), [(1, "目标 11月5日"), (3, "目标今天 11月5日"), (4, "过了目标 11月5日")]
)
def test_the_queue_shows_the_target_of_three_working_days_beside_the_limit_of_the_law(
    city: World, days: int, words: str
) -> None:
    # process.md K2: 15 days hard, target 3 working days.
    w.submit(city)
    with time_machine.travel(MONDAY + timedelta(days=days), tick=False):
        page = main_text(sign_in(city, "triage_officer").get(reverse(QUEUE)))
    text = " ".join(page.split())
    assert words in text
    assert "2026年11月17日" in text


def test_a_target_is_not_shown_once_the_item_is_forwarded_nor_while_its_author_is_asked(
    city: World,
) -> None:
    asked = w.submit(city).suggestion
    sent = w.submit(city, title="人民路路口的红灯太短").suggestion
    triage.request_supplement(
        suggestion=asked, asked="哪一站", actor=city.actor("triage_officer"), at=MONDAY
    )
    w.dispatch(city, w.accept(city, sent, at=MONDAY), at=MONDAY)
    with time_machine.travel(MONDAY + timedelta(days=4), tick=False):
        rows = parsed(sign_in(city, "triage_officer").get(reverse(QUEUE), {"state": "all"}))
    shown = [row.get_text() for row in rows.select("main tbody tr")]
    assert len(shown) == 2
    assert not any("目标" in row for row in shown)
