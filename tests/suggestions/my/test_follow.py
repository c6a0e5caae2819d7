"""Following public things: by a link on cacheable pages, one message a day at most, an end by one press."""

import re
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from suggestions import outbox
from suggestions.clock import SHANGHAI
from suggestions.models import Follow, Resident, ResidentDigest, SearchNews, Suggestion
from suggestions.services import following, lapses, saved_searches
from tests import world as w
from tests.suggestions.my.phone import OWN, Phone, enter
from tests.suggestions.public import walk
from tests.world import MONDAY, World

pytestmark = pytest.mark.usefixtures("own_index")
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=SHANGHAI)


def follow(browser: Client, what: str) -> Any:
    page = walk.read(browser.get("/my/follow/", {"what": what}))
    return browser.post("/my/follow/", page.fields)


@pytest.fixture
def resident(city: World) -> Resident:
    return Resident.objects.create(
        phone_hash="x", phone=OWN, notice="sms", told_until=MONDAY, created_at=MONDAY, seen_on=MONDAY.date()
    )  # fmt: skip


def test_a_stranger_is_led_from_a_public_page_through_sign_in_to_the_button_and_back(
    city: World, phone: Phone
) -> None:
    item, _ = w.answered(city)
    browser = Client()
    public = browser.get(f"/suggestions/{item.case_no}/")
    assert not public.cookies
    assert "public" in public["Cache-Control"]
    link = next(h for h in walk.read(public).links if h.startswith("/my/follow/"))
    page = walk.read(browser.get(link))
    to_sign_in = next(h for h in page.links if h.startswith("/my/sign-in/") and "next=" in h)
    assert browser.get(to_sign_in).status_code == 200
    back = enter(browser, phone, back=link)["Location"]
    assert back == link
    response = browser.post("/my/follow/", walk.read(browser.get(back)).fields)
    assert response["Location"].startswith("/my/?done=follow")
    assert Follow.objects.get().key == item.case_no
    again = browser.get(f"/suggestions/{item.case_no}/")
    assert "public" in again["Cache-Control"] or "csrftoken" in browser.cookies


def test_an_item_a_unit_a_topic_and_a_saved_search_can_be_followed_each_once(
    city: World, phone: Phone
) -> None:
    item, _ = w.answered(city)
    browser = Client()
    enter(browser, phone)
    for what in (
        f"item:{item.case_no}", "unit:bus", "topic:transport", "search:/suggestions/?topic=bus&status=done",
        "search:/search/?q=长椅", "unit:bus", "search:/suggestions/?status=done&topic=bus&cursor=x&evil=1",
    ):  # fmt: skip
        follow(browser, what)
    assert sorted(Follow.objects.values_list("kind", flat=True)) == [
        "item", "search", "search", "topic", "unit",
    ]  # fmt: skip
    page = walk.read(browser.get("/my/"))
    assert "测试市交通运输局" in page.text
    assert "“长椅”" in page.text


@pytest.mark.parametrize(
    "what",
    ["", "item:", "item:JY2026-0000001-0", "unit:none", "person:1", "search:https://evil.example/", "search:/admin/",
     "search:/search/", "campaign:999999999999999999999", "campaign:-1", "topic:%00", "x" * 5000, "search:/search/?q=" + "x" * 900],
)  # fmt: skip
def test_what_is_not_public_or_nonsense_cannot_be_followed(
    city: World, phone: Phone, what: str
) -> None:
    browser = Client()
    enter(browser, phone)
    assert browser.get("/my/follow/", {"what": what}).status_code == 404
    assert browser.post("/my/follow/", {"what": what}).status_code == 404
    assert not Follow.objects.exists()


def test_an_item_that_is_not_public_says_nothing_of_itself_to_followers(
    city: World, phone: Phone
) -> None:
    hidden = w.submit(city).suggestion
    browser = Client()
    enter(browser, phone)
    response = browser.get("/my/follow/", {"what": f"item:{hidden.case_no}"})
    assert response.status_code == 404
    assert hidden.original_title not in response.content.decode()


def test_unfollowing_is_one_press_and_only_ones_own(city: World, phone: Phone) -> None:
    one, two = Client(), Client()
    enter(one, phone)
    enter(two, phone, "19900009999")
    follow(one, "unit:bus")
    pk = Follow.objects.get().pk
    two.post("/my/unfollow/", {"follow": pk})
    assert Follow.objects.exists()
    one.post("/my/unfollow/", {"follow": pk})
    assert not Follow.objects.exists()


@pytest.mark.parametrize(
    ("kind", "key"),
    [("unit", "bus"), ("topic", "transport"), ("search", "/suggestions/?topic=bus"), ("item", "")],
)
def test_whoever_follows_hears_of_an_answer_once_a_day_by_sms_without_a_word_of_it(
    city: World, resident: Resident, phone: Phone, kind: str, key: str
) -> None:
    item, _ = w.answered(city)
    Follow.objects.create(resident=resident, kind=kind, key=key or item.case_no, created_at=MONDAY)
    assert following.digests(now=NOON) == 1
    assert following.digests(now=NOON + timedelta(hours=1)) == 0
    said = [m for m in phone.messages if "关注" in m]
    assert len(said) == 1
    assert item.public_title not in said[0]
    assert item.case_no not in said[0]
    assert "/my/stop/" in said[0]
    assert len([m for m in phone.messages if "关注" in m]) == 1, "delivered again"


def test_a_saved_search_tells_of_what_it_finds_anew(city: World, resident: Resident) -> None:
    Follow.objects.create(
        resident=resident, kind="search", key="/search/?q=%E9%95%BF%E6%A4%85", created_at=MONDAY
    )
    item, _ = w.answered(city)
    with time_machine.travel(NOON - timedelta(hours=1), tick=False):
        outbox.deliver(now=NOON + timedelta(days=3650))
    with CaptureQueriesContext(connection) as queries:
        assert following.digests(now=NOON) == 1
    assert item.public_title in ResidentDigest.objects.get().lines[0][0]
    assert len(queries) < 25
    assert following.digests(now=NOON + timedelta(days=1)) == 0


def test_an_answer_released_long_after_it_was_given_reaches_who_follows_a_search(
    city: World, resident: Resident
) -> None:
    item, _ = w.answered(city)
    kept = [("/search/?q=%E9%95%BF%E6%A4%85", MONDAY), ("/search/?q=%E9%9B%AA%E5%9C%B0", MONDAY)]
    # Whoever begins to follow later has the page itself.
    kept.append(("/search/?q=%E9%95%BF%E6%A4%85+-%E9%9B%AA%E5%9C%B0", NOON))
    for key, at in kept:
        Follow.objects.create(resident=resident, kind="search", key=key, created_at=at)
    assert saved_searches.match(type="suggestion", key=str(item.pk), at=NOON) == 1
    assert saved_searches.match(type="suggestion", key=str(item.pk), at=NOON) == 0
    assert list(SearchNews.objects.values_list("search", flat=True)) == [kept[0][0]]
    assert saved_searches.match(type="suggestion", key="999999", at=NOON) == 0


def test_with_nothing_new_there_is_no_message(city: World, resident: Resident) -> None:
    Follow.objects.create(resident=resident, kind="unit", key="water", created_at=MONDAY)
    w.answered(city)
    assert following.digests(now=NOON) == 0
    assert following.digests(now=NOON + timedelta(days=1)) == 0
    assert not ResidentDigest.objects.exists()


def test_the_next_day_tells_only_what_is_new_since(city: World, resident: Resident) -> None:
    Follow.objects.create(resident=resident, kind="unit", key="bus", created_at=MONDAY)
    w.answered(city)
    following.digests(now=NOON)
    second, _ = w.answered(city, at=MONDAY + timedelta(days=9), title="河边的路灯坏了三盏", key="2")
    assert following.digests(now=NOON + timedelta(days=2)) == 1
    lines = ResidentDigest.objects.latest("on").lines
    assert [second.public_title in line[0] for line in lines] == [True]


@pytest.mark.parametrize("hour", [0, 7, 21, 23])
def test_no_telephone_rings_at_night(city: World, resident: Resident, hour: int) -> None:
    Follow.objects.create(resident=resident, kind="unit", key="bus", created_at=MONDAY)
    w.answered(city)
    assert following.digests(now=NOON.replace(hour=hour)) == 0


def test_who_chose_nothing_is_told_nothing(city: World, resident: Resident) -> None:
    Resident.objects.update(notice="none")
    Follow.objects.create(resident=resident, kind="unit", key="bus", created_at=MONDAY)
    w.answered(city)
    assert following.digests(now=NOON) == 0


def test_an_unconfirmed_address_gets_nothing_and_a_confirmed_one_a_letter_with_links(
    city: World, resident: Resident
) -> None:
    Resident.objects.update(notice="email", email="lin@example.cn")
    Follow.objects.create(resident=resident, kind="unit", key="bus", created_at=MONDAY)
    item, _ = w.answered(city)
    assert following.digests(now=NOON) == 0
    Resident.objects.update(email_confirmed_at=NOON, told_until=MONDAY)
    assert following.digests(now=NOON) == 1
    outbox.deliver(now=timezone.now() + timedelta(days=365))
    letter = mail.outbox[-1]
    assert letter.to == ["lin@example.cn"]
    assert f"/suggestions/{item.case_no}/" in letter.body
    assert "List-Unsubscribe-Post" in letter.extra_headers


def test_one_press_stops_all_messages_without_signing_in_and_looking_does_not(
    city: World, resident: Resident
) -> None:
    Follow.objects.create(resident=resident, kind="unit", key="bus", created_at=MONDAY)
    found = re.search(r"(/my/stop/.+/)$", following.stop_address(resident))
    assert found
    anybody = Client(enforce_csrf_checks=True)
    assert anybody.get(found[1]).status_code == 200
    resident.refresh_from_db()
    assert resident.notice == "sms"
    assert anybody.post(found[1], {"List-Unsubscribe": "One-Click"}).status_code == 200
    resident.refresh_from_db()
    assert resident.notice == "none"
    assert Follow.objects.exists()


def test_a_message_on_its_way_is_not_sent_to_who_stopped_meanwhile(
    city: World, resident: Resident, phone: Phone
) -> None:
    Follow.objects.create(resident=resident, kind="unit", key="bus", created_at=MONDAY)
    w.answered(city)
    assert following.digests(now=NOON) == 1
    following.stop(resident=resident)
    assert not [m for m in phone.messages if "关注" in m]


@pytest.mark.parametrize("path", ["/my/stop/x/", "/my/feed/x/", "/my/email/x/"])
def test_a_forged_link_is_not_found(city: World, path: str) -> None:
    response = Client().post(path) if "feed" not in path else Client().get(path)
    assert response.status_code == 404


def test_the_private_feed_holds_what_is_followed_and_needs_no_sign_in(
    city: World, resident: Resident
) -> None:
    Follow.objects.create(resident=resident, kind="unit", key="bus", created_at=MONDAY)
    item, _ = w.answered(city, at=timezone.now() - timedelta(days=15))
    response = Client().get(f"/my/feed/{quote(following.feed_token(resident))}/")
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    titles = [e.text for e in ElementTree.fromstring(response.content).iter("{http://www.w3.org/2005/Atom}title")]  # fmt: skip
    assert any(item.public_title in (t or "") for t in titles)
    assert OWN not in response.content.decode()


def test_what_is_taken_down_tells_its_followers_nothing_more(
    city: World, resident: Resident
) -> None:
    item, _ = w.answered(city)
    for kind, key in (("item", item.case_no), ("search", "/search/?q=%E9%95%BF%E6%A4%85")):
        Follow.objects.create(resident=resident, kind=kind, key=key, created_at=MONDAY)
    with time_machine.travel(NOON - timedelta(hours=1), tick=False):
        outbox.deliver(now=NOON + timedelta(days=3650))
    assert SearchNews.objects.count() == 1
    Suggestion.objects.filter(pk=item.pk).update(publication="suspended")
    assert following.digests(now=NOON) == 0
    assert "suggestions.services.following.digests" in lapses.SWEEPS.values()
