"""/receptions/: the schedule, booking and giving back on line, changes at once, and figures without anybody's name."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client

from suggestions.models import Booking, ReceptionSlot
from suggestions.services import receiving
from tests.suggestions import test_steering as steering
from tests.suggestions.meetings.conftest import moment, queries, send, words
from tests.suggestions.public import walk
from tests.suggestions.test_steering import at
from tests.world import World

NOW = at(1, 2)
FORM = {"matter": "公交站台没有座位", "name": "林小满", "phone": "19900001234", "people": "2"}


@pytest.fixture
def slot(city: World) -> ReceptionSlot:
    held = steering.slot(city, date(2026, 11, 9))
    receiving.publish(slot=held, actor=city.actor("triage_officer"), at=at(0))
    return held


def address(slot: ReceptionSlot, rest: str = "") -> str:
    return f"/receptions/{slot.pk}/{rest}"


def test_the_schedule_says_who_when_where_about_what_how_and_how_many_places_are_left(
    city: World, slot: ReceptionSlot, client: Client
) -> None:
    hidden = steering.slot(city, date(2026, 11, 20), field="没有公布")
    for page in ("/receptions/", address(slot)):
        said = words(client, page, NOW)
        for part in ("副市长周明", "交通", "2026年11月9日", "9:00—11:00", "市信访接待大厅", "2批", "接访"):  # fmt: skip
            assert part in said
    assert "没有公布" not in words(client, "/receptions/", NOW)
    with moment(NOW):
        assert client.get(address(hidden)).status_code == 404
        assert client.get("/receptions/?kind=nothing").status_code == 404
        first = client.get(address(slot))
        assert not first.cookies
        assert (
            client.get(address(slot), headers={"If-None-Match": first["ETag"]}).status_code == 304
        )


def test_a_resident_books_once_sees_the_receipt_and_gives_the_place_back(
    slot: ReceptionSlot, client: Client, committed: Callable[[], Any]
) -> None:
    with moment(NOW), committed():
        page = walk.read(client.get(address(slot, "book/")))  # type: ignore[arg-type]
        sent = {**FORM, "key": page.fields["key"], **walk.answer_question(page)}
        one, two = (client.post(address(slot, "book/"), sent) for _ in range(2))
    assert one["Location"] == two["Location"]
    held = slot.bookings.get()
    assert (held.people, held.source) == (2, Booking.Source.ONLINE)
    assert "余1批" in words(client, "/receptions/", NOW)
    assert "预约好了" in words(client, one["Location"], NOW)
    assert "no-store" in client.get(one["Location"])["Cache-Control"]
    with moment(NOW):
        token = walk.read(client.get(one["Location"])).fields["csrfmiddlewaretoken"]  # type: ignore[arg-type]
        for _ in range(2):
            client.post(one["Location"], {"action": "leave", "csrfmiddlewaretoken": token})
    assert "预约取消了" in words(client, one["Location"], NOW)
    assert "余2批" in words(client, "/receptions/", NOW)


def test_a_full_reception_a_second_booking_and_six_people_are_turned_away_in_words(
    city: World, slot: ReceptionSlot, client: Client
) -> None:
    assert send(client, address(slot, "book/"), NOW, **{**FORM, "people": "6"}).status_code == 422
    assert send(client, address(slot, "book/"), NOW, **FORM).status_code == 302
    again = send(client, address(slot, "book/"), NOW, **FORM)
    assert again.status_code == 422
    assert "已经预约了这次接访" in walk.read(again).text
    with moment(NOW):
        page = walk.read(client.get(address(slot, "book/")))  # type: ignore[arg-type]
        steering.booked(ReceptionSlot.objects.get(pk=slot.pk), city, "19900005555")
        sent = {**FORM, "phone": "19900006666", "key": page.fields["key"], **walk.answer_question(page)}  # fmt: skip
        full = client.post(address(slot, "book/"), sent)
    assert full.status_code == 409
    assert "约满" in words(client, address(slot, "book/"), NOW)


def test_a_booking_by_telephone_is_found_by_its_code(
    city: World, slot: ReceptionSlot, client: Client
) -> None:
    code = steering.booked(slot, city, "19900001234").code
    with moment(NOW):
        wrong = client.post(address(slot, "booked/"), {"code": "没有"})
        right = client.post(address(slot, "booked/"), {"code": code})
    assert wrong.status_code == 422
    assert "公交站台" in words(client, right["Location"], NOW)
    with moment(NOW):
        assert client.get("/receptions/booked/forged/").status_code == 404


def test_a_substitute_and_a_cancellation_show_on_the_next_request(
    city: World, slot: ReceptionSlot, client: Client, committed: Callable[[], Any]
) -> None:
    actor = city.actor("triage_officer")
    with moment(NOW):
        assert b"\xe5\x90\xb4\xe6\x95\x8f" not in client.get(address(slot)).content
        with committed():
            receiving.substitute(slot=slot, name="吴敏", post="市政府秘书长", reason="参加省里会议", actor=actor, at=NOW)  # fmt: skip
        assert "吴敏" in client.get(address(slot)).content.decode()
        with committed():
            receiving.cancel(slot=slot, reason="场地检修", actor=actor, at=NOW)
        said = client.get(address(slot)).content.decode()
        assert "场地检修" in said
        assert "book/" not in said


def test_afterwards_the_public_reads_figures_and_topics_and_nobodys_name(
    city: World, slot: ReceptionSlot, client: Client
) -> None:
    actor = city.actor("triage_officer")
    steering.booked(slot, city, "19900001234")
    decisions = [
        receiving.Decision("加装长椅", unit=city.bus, due_on=date(2026, 12, 20)),
        receiving.Decision("当场答复", on_the_spot=True),
    ]
    receiving.hold(
        slot=slot, received=3, people=5, minutes="林小满谈站台。", topics=[city.topic], decisions=decisions, cases=[],
        actor=actor, at=at(7, 4),
    )  # fmt: skip
    assert "3批" not in words(client, address(slot), at(8))
    receiving.publish_counts(slot=slot, actor=actor, at=at(8))
    for page in (address(slot), "/receptions/?by=held"):
        said = words(client, page, at(9))
        for part in ("3批5人", "2条", "1条", "公交地铁"):
            assert part in said
        for secret in ("林小满", "加装长椅", "当场答复", "1234"):
            assert secret not in said


def test_the_schedule_costs_the_same_however_long_it_is(
    city: World, slot: ReceptionSlot, client: Client
) -> None:
    paths = ("/receptions/", "/receptions/?by=held", address(slot))
    few = [queries(client, p, NOW) for p in paths]
    for day in range(10, 14):
        more = steering.slot(city, date(2026, 11, day), kind="phone")
        receiving.publish(slot=more, actor=city.actor("triage_officer"), at=at(0))
        steering.booked(more, city, "19900001234")
    assert [queries(client, p, NOW) for p in paths] == few
    every = words(client, "/receptions/", NOW)
    days = [every.index(f"11月{day}日（") for day in range(9, 14)]
    assert days == sorted(days)
    only = words(client, "/receptions/?kind=phone", NOW)
    assert "11月10日" in only
    assert "11月9日" not in only


def test_the_sitemap_lists_published_receptions_and_no_planned_one(
    city: World, slot: ReceptionSlot, client: Client
) -> None:
    planned = steering.slot(city, date(2026, 11, 20))
    answer: Any = client.get("/sitemap-receptions-0.xml")
    body = b"".join(answer).decode()
    assert f"{address(slot)}</loc>" in body
    assert f"{address(planned)}</loc>" not in body
