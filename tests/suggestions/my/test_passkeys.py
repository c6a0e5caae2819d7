"""Passkeys: kept while signed in, used without a code, and of no use to anybody who only watched."""

import json
import re
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from suggestions.models import Passkey, Resident, ResidentSession
from tests.suggestions.my.device import Device
from tests.suggestions.my.phone import SIGN_IN, Phone, enter
from tests.suggestions.public import walk
from tests.world import World

pytestmark = pytest.mark.usefixtures("city")


def asked(page: walk.Page) -> dict[str, Any]:
    """The options the page holds for the browser."""
    found = re.search(r'id="passkey-options"[^>]*>(.*?)</script>', page.html, re.S)
    assert found
    held: dict[str, Any] = json.loads(found[1])
    return held


def keep(browser: Client, device: Device, name: str = "我的手机") -> Any:
    page = walk.read(browser.get("/my/"))
    answer = device.create(asked(page))
    return browser.post("/my/passkeys/", {"state": page.fields["state"], "passkey": answer, "name": name})  # fmt: skip


def use(browser: Client, device: Device, **changes: str) -> Any:
    page = walk.read(browser.get(SIGN_IN))
    sent = {"state": page.fields["state"], "passkey": device.get(asked(page)), "next": "/my/"}
    return browser.post(SIGN_IN, {**sent, **changes})


@pytest.fixture
def device() -> Device:
    return Device(settings.BASE_URL)


@pytest.fixture
def browser(phone: Phone, device: Device) -> Client:
    client = Client()
    enter(client, phone)
    assert "done=passkey" in keep(client, device)["Location"]
    client.post("/my/sign-out/")
    return client


def test_a_device_signs_in_without_a_message(browser: Client, device: Device, phone: Phone) -> None:
    before = len(phone.messages)
    assert use(browser, device)["Location"] == "/my/"
    page = walk.read(browser.get("/my/"))
    assert "我的手机" in page.text
    assert len(phone.messages) == before


def test_an_answer_is_good_once(browser: Client, device: Device) -> None:
    page = walk.read(browser.get(SIGN_IN))
    sent = {"state": page.fields["state"], "passkey": device.get(asked(page)), "next": "/my/"}
    assert browser.post(SIGN_IN, sent).status_code == 302
    assert Client().post(SIGN_IN, sent).status_code == 422


def test_an_answer_for_another_site_is_refused(browser: Client, device: Device) -> None:
    device.origin = "https://evil.example"
    assert use(browser, device).status_code == 422
    assert not ResidentSession.objects.exists()


def test_a_device_that_did_not_ask_for_the_finger_is_refused(
    browser: Client, device: Device
) -> None:
    device.verified = False
    assert use(browser, device).status_code == 422


def test_a_copied_key_with_an_old_counter_is_refused(browser: Client, device: Device) -> None:
    assert use(browser, device).status_code == 302
    browser.post("/my/sign-out/")
    device.counter -= 1
    assert use(browser, device).status_code == 422


def test_a_key_that_was_deleted_opens_nothing(browser: Client, device: Device) -> None:
    use(browser, device)
    browser.post("/my/passkeys/", {"remove": str(Passkey.objects.get().pk)})
    browser.post("/my/sign-out/")
    assert use(browser, device).status_code == 422


def test_a_stranger_cannot_delete_my_key(browser: Client, phone: Phone) -> None:
    stranger = Client()
    enter(stranger, phone, "19900009999")
    stranger.post("/my/passkeys/", {"remove": str(Passkey.objects.get().pk)})
    assert Passkey.objects.exists()


def test_what_one_person_began_another_cannot_finish(phone: Phone, device: Device) -> None:
    one, two = Client(), Client()
    enter(one, phone)
    enter(two, phone, "19900009999")
    page = walk.read(one.get("/my/"))
    sent = {"state": page.fields["state"], "passkey": device.create(asked(page))}
    assert two.post("/my/passkeys/", sent).status_code == 422
    assert not Passkey.objects.exists()


@pytest.mark.parametrize("answer", ["", "{", "[]", "null", '{"id": 1}', "{}", "x" * 30_000, '{"rawId":"AA","id":"AA","response":{}}'])  # fmt: skip
@pytest.mark.parametrize("state", ["", "x", "fresh"])
def test_broken_answers_are_refused_in_words(phone: Phone, answer: str, state: str) -> None:
    client = Client()
    enter(client, phone)
    fresh = walk.read(client.get("/my/")).fields["state"] if state == "fresh" else state
    response = client.post("/my/passkeys/", {"state": fresh, "passkey": answer})
    assert response.status_code == 422
    client.post("/my/sign-out/")
    fresh = walk.read(client.get(SIGN_IN)).fields["state"] if state == "fresh" else state
    response = client.post(SIGN_IN, {"state": fresh, "passkey": answer or "{}"})
    assert response.status_code == 422
    assert "再试一次" in walk.read(response).text


def test_the_same_device_is_not_kept_twice_and_ten_are_enough(
    browser: Client, device: Device, phone: Phone
) -> None:
    use(browser, device)
    for n in range(9):
        assert keep(browser, Device(settings.BASE_URL), f"设备{n}").status_code == 302
    assert keep(browser, Device(settings.BASE_URL)).status_code == 422
    assert Passkey.objects.count() == 10


def test_closing_the_page_takes_the_keys_with_it(browser: Client, device: Device) -> None:
    use(browser, device)
    browser.post("/my/close/", {"sure": "on"})
    assert not Passkey.objects.exists()
    assert not Resident.objects.exists()
    assert use(browser, device).status_code == 422


def test_without_scripts_no_passkey_button_is_offered(phone: Phone, city: World) -> None:
    page = walk.read(Client().get(SIGN_IN))
    form = re.search(r"<form[^>]*data-passkey[^>]*>", page.html)
    assert form
    assert " hidden" in form[0]
