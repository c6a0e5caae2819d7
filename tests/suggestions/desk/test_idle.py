"""A browser that nobody touches is signed out; nothing that was typed is lost (process.md 9.6)."""

from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from portal import idle
from suggestions.models import Suggestion
from tests import world as w
from tests.suggestions.desk.cast import act_url, sign_in
from tests.world import World

pytestmark = pytest.mark.django_db
PASSWORD = "Correct-Horse-27"
SAID = "请把站台的宽度和每天的人数补上，再看能不能加长椅。"


class Hand:
    """The hand of the clock that the time-out goes by."""

    def __init__(self) -> None:
        self.at = 1_800_000_000

    def __call__(self) -> int:
        return self.at

    def later(self, minutes: float) -> None:
        self.at += int(minutes * 60)


@pytest.fixture
def hand(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Hand:
    settings.STAFF_IDLE_MINUTES = 30
    held = Hand()
    monkeypatch.setattr(idle, "now", held)
    return held


@pytest.fixture
def item(city: World) -> Suggestion:
    return w.submit(city).suggestion


def signs_in(city: World, who: str, client: Client) -> Any:
    user = city.users[who]
    user.set_password(PASSWORD)
    user.save()
    sent = {"username": user.username, "password": PASSWORD, "next": reverse("resume")}
    return client.post(reverse("wagtailadmin_login"), sent)


def fields(response: Any) -> dict[str, str]:
    form = BeautifulSoup(response.content, "html.parser").select_one("main form")
    assert form is not None
    return {str(i["name"]): str(i.get("value", "")) for i in form.select("input[name]")} | {
        "to": str(form["action"])
    }


def test_who_touches_nothing_for_half_an_hour_is_signed_out_and_led_back(
    city: World, item: Suggestion, hand: Hand
) -> None:
    client = sign_in(city, "triage_officer")
    address = act_url(item, "accept")
    hand.later(30)
    assert client.get(address).status_code == 200
    hand.later(31)
    response = client.get(address)
    assert response.status_code == 302
    assert response.url.startswith(reverse("wagtailadmin_login"))
    assert item.case_no in response.url
    assert "离开超过30分钟" in client.get(response.url).content.decode()
    assert client.get(address).status_code == 302


def test_a_sign_of_life_begins_the_half_hour_anew_and_a_quiet_ping_does_not(
    city: World, item: Suggestion, hand: Hand
) -> None:
    client = sign_in(city, "triage_officer")
    address = act_url(item, "accept")
    for _turn in range(4):
        hand.later(20)
        assert client.get(address).status_code == 200
    hand.later(20)
    ping = reverse("desk:lock_renew", args=[item.case_no])
    client.post(ping, {"act": "accept"}, headers={"X-Quiet": "1"})
    hand.later(20)
    late = client.post(ping, {"act": "accept"}, headers={"X-Quiet": "1"})
    assert late.status_code == 401
    assert "重新登录" in late.content.decode()


def test_what_was_typed_waits_for_the_same_person_and_goes_through_after_it(
    city: World, item: Suggestion, hand: Hand
) -> None:
    client = sign_in(city, "triage_officer")
    asked = {"request_text": SAID, "reason": SAID, "text": SAID, "words": SAID, "items": SAID}
    hand.later(45)
    response = client.post(act_url(item, "request_supplement"), asked)
    assert response.status_code == 302
    item.refresh_from_db()
    assert item.status == "registered"
    assert signs_in(city, "triage_officer", client).url == reverse("resume")
    page = client.get(reverse("resume"))
    assert SAID in page.content.decode()
    sent = fields(page)
    assert sent.pop("to") == act_url(item, "request_supplement")
    # Every field with its value, so that the same sending goes through now.
    assert {name: sent[name] for name in asked} == asked


def test_nobody_else_who_signs_in_there_sees_it(city: World, item: Suggestion, hand: Hand) -> None:
    client = sign_in(city, "triage_officer")
    hand.later(45)
    client.post(act_url(item, "request_supplement"), {"text": SAID})
    signs_in(city, "publisher", client)
    response = client.get(reverse("resume"), follow=True)
    assert SAID not in response.content.decode()
    assert "没有等着提交的表单" in response.content.decode()


def test_what_waits_is_stored_enciphered_and_can_be_dropped(
    city: World, item: Suggestion, hand: Hand
) -> None:
    client = sign_in(city, "triage_officer")
    hand.later(45)
    client.post(act_url(item, "request_supplement"), {"text": SAID})
    held = client.session[idle.KEPT]
    assert SAID not in str([s.get_decoded() for s in Session.objects.all()])
    assert held.isascii()
    signs_in(city, "triage_officer", client)
    client.post(reverse("resume"))
    assert SAID not in client.get(reverse("resume"), follow=True).content.decode()


def test_what_another_site_sent_in_somebodys_name_is_not_kept(
    city: World, item: Suggestion, hand: Hand
) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(
        city.users["triage_officer"], backend="django.contrib.auth.backends.ModelBackend"
    )
    hand.later(45)
    assert client.post(act_url(item, "request_supplement"), {"text": SAID}).status_code == 302
    assert idle.KEPT not in client.session


def test_zero_minutes_let_a_session_live_its_working_day(
    city: World, item: Suggestion, hand: Hand, settings: Any
) -> None:
    settings.STAFF_IDLE_MINUTES = 0
    client = sign_in(city, "triage_officer")
    hand.later(300)
    assert client.get(act_url(item, "accept")).status_code == 200


def test_pages_of_the_public_never_open_a_session(client: Client, city: World, hand: Hand) -> None:
    response = client.get("/")
    assert not response.cookies
