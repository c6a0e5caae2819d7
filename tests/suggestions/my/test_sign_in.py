"""Signing in with a phone: the same answer for everybody, a code that is short-lived and one's own, and a way out."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.utils import timezone

from suggestions.models import Resident, ResidentSession, SignInCode
from suggestions.services import lapses, residents
from tests.suggestions.my.phone import CODE, OWN, SIGN_IN, Phone, ask, enter
from tests.suggestions.public import walk
from tests.world import World

pytestmark = pytest.mark.usefixtures("city")


def test_somebody_with_a_phone_signs_in_with_the_code_that_came_and_without_scripts(
    phone: Phone,
) -> None:
    browser = Client()
    response = enter(browser, phone)
    assert response["Location"] == "/my/"
    page = walk.read(browser.get("/my/"))
    assert page.heading.replace("\u200b", "").replace("<wbr>", "") == "我的页面"
    assert "199****1234" in page.text
    assert OWN not in page.html


def test_a_known_and_an_unknown_phone_get_the_same_answer(phone: Phone) -> None:
    enter(Client(), phone)
    known, unknown = Client(), Client()
    answers = [ask(known, OWN), ask(unknown, "19900009999")]
    assert {(a.status_code, a["Location"]) for a in answers} == {(302, CODE)}
    texts = [walk.read(c.get(CODE)).text for c in (known, unknown)]
    assert texts[0].replace("199****1234", "") == texts[1].replace("199****9999", "")


def test_a_phone_gets_five_messages_an_hour_and_the_answer_stays_the_same(phone: Phone) -> None:
    for _ in range(7):
        assert ask(Client(), OWN)["Location"] == CODE
    assert len(phone.messages) == 5


def test_one_network_cannot_ask_for_codes_without_end(phone: Phone, settings: Any) -> None:
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "sign_in": "2/hour"}
    for number in ("19900000001", "19900000002"):
        assert ask(Client(), number).status_code == 302
    refused = ask(Client(), "19900000003")
    assert refused.status_code == 429
    assert int(refused["Retry-After"]) > 0
    assert "编号和查询码" in walk.read(refused).text


def test_without_the_captcha_no_message_leaves(phone: Phone) -> None:
    browser = Client()
    page = walk.read(browser.get(SIGN_IN))
    response = browser.post(SIGN_IN, {**page.fields, "phone": OWN})
    assert response.status_code == 422
    assert walk.read(response).fields["phone"] == OWN
    assert phone.messages == []


@pytest.mark.parametrize("typed", ["", "12345", "一二三", "1" * 400, "199\x000001234x"])
def test_what_is_no_phone_is_said_so_and_kept(phone: Phone, typed: str) -> None:
    response = ask(Client(), typed)
    assert response.status_code in (302, 422)
    if response.status_code == 422:
        assert "手机号" in walk.read(response).text
    assert not Resident.objects.exists()


def test_a_wrong_code_says_what_to_do_and_five_end_the_code(phone: Phone) -> None:
    browser = Client()
    ask(browser)
    right = phone.code
    wrong = f"{(int(right) + 1) % 1_000_000:06d}"
    for _ in range(5):
        response = browser.post(CODE, {"code": wrong})
        assert response.status_code == 422
        assert "重新发一次" in walk.read(response).text
    assert browser.post(CODE, {"code": right}).status_code == 422
    assert not ResidentSession.objects.exists()


def test_a_code_is_of_no_use_in_another_browser(phone: Phone) -> None:
    asked, other = Client(), Client()
    ask(asked)
    code = phone.code
    ask(other, "19900009999")
    assert other.post(CODE, {"code": code}).status_code == 422
    assert asked.post(CODE, {"code": code}).status_code == 302


def test_a_code_opens_once_and_dies_after_ten_minutes(phone: Phone) -> None:
    browser = Client()
    ask(browser)
    code = phone.code
    with time_machine.travel(timezone.now() + timedelta(minutes=11), tick=False):
        assert browser.post(CODE, {"code": code}).status_code == 422
    ticket = residents.ask_code(phone=OWN, at=timezone.now())
    number = residents.digits_of(SignInCode.objects.latest("pk"))
    first = residents.use_code(ticket=ticket, typed=number, is_own_device=False, at=timezone.now())
    assert first.session.resident.phone == OWN
    with pytest.raises(residents.Invalid):
        residents.use_code(ticket=ticket, typed=number, is_own_device=False, at=timezone.now())


def test_a_code_sent_again_voids_the_one_before(phone: Phone) -> None:
    browser = Client()
    ask(browser)
    first = phone.code
    with time_machine.travel(timezone.now() + timedelta(seconds=61), tick=True):
        assert browser.post(CODE, {"action": "again"})["Location"].endswith("again=1")
        second = phone.code
        assert first != second
        assert browser.post(CODE, {"code": first}).status_code == 422
        assert browser.post(CODE, {"code": second}).status_code == 302


def test_no_digits_and_no_phone_lie_open_in_the_database(phone: Phone) -> None:
    browser = Client()
    ask(browser)
    code = phone.code
    browser.post(CODE, {"code": code})
    with connection.cursor() as cursor:
        for model in (SignInCode, Resident):
            cursor.execute(f"SELECT * FROM {model._meta.db_table}")
            said = str(cursor.fetchall())
            assert OWN not in said
            assert code not in said


def test_signing_out_ends_the_session_on_the_server_too(phone: Phone) -> None:
    browser, thief = Client(), Client()
    enter(browser, phone)
    thief.cookies["my"] = browser.cookies["my"].value
    assert thief.get("/my/").status_code == 200
    browser.post("/my/sign-out/")
    assert browser.get("/my/")["Location"].startswith(SIGN_IN)
    assert thief.get("/my/").status_code == 302


def test_a_borrowed_machine_is_signed_out_after_two_hours_and_an_own_one_after_thirty_days(
    phone: Phone,
) -> None:
    borrowed, own = Client(), Client()
    enter(borrowed, phone)
    enter(own, phone, own=True)
    assert borrowed.cookies["my"]["max-age"] == ""
    assert int(own.cookies["my"]["max-age"]) == 30 * 86400
    now = timezone.now()
    with time_machine.travel(now + timedelta(hours=2, minutes=1), tick=False):
        assert borrowed.get("/my/").status_code == 302
        assert own.get("/my/").status_code == 200
    with time_machine.travel(now + timedelta(days=30, minutes=1), tick=False):
        assert own.get("/my/").status_code == 302


def test_other_devices_are_signed_out_by_one_press(phone: Phone) -> None:
    one, two = Client(), Client()
    enter(one, phone)
    enter(two, phone)
    one.post("/my/sign-out/others/")
    assert two.get("/my/").status_code == 302
    assert one.get("/my/").status_code == 200


@pytest.mark.parametrize(
    "back", ["https://evil.example/", "//evil.example/my/", "/admin/", "/my/\\evil", "javascript:1"]
)
def test_signing_in_leads_nowhere_but_to_ones_own_pages(phone: Phone, back: str) -> None:
    assert enter(Client(), phone, back=back)["Location"] == "/my/"


def test_the_cookie_goes_to_my_page_alone_so_that_public_pages_stay_everybodys(
    phone: Phone,
) -> None:
    browser = Client()
    enter(browser, phone)
    held = browser.cookies["my"]
    assert (held["path"], held["httponly"], held["samesite"]) == ("/my/", True, "Lax")


@pytest.mark.parametrize("path", ["/my/", SIGN_IN, CODE, "/my/follow/?what=unit:bus", "/my/close/"])
def test_every_page_of_it_is_kept_by_nobody(phone: Phone, path: str) -> None:
    stranger, known = Client(), Client()
    enter(known, phone)
    for browser in (stranger, known):
        response = browser.get(path)
        assert "no-store" in response["Cache-Control"]
        assert "noindex" in response["X-Robots-Tag"]


def test_a_page_left_open_too_long_keeps_the_phone_that_was_typed(phone: Phone) -> None:
    browser = Client(enforce_csrf_checks=True)
    response = browser.post(SIGN_IN, {"phone": OWN, "key": "k"})
    assert response.status_code == 403
    assert walk.read(response).fields["phone"] == OWN


def test_codes_sign_ins_and_pages_that_are_over_are_swept(phone: Phone, city: World) -> None:
    enter(Client(), phone)
    later = timezone.now() + timedelta(days=731)
    assert "suggestions.services.residents.forget" in lapses.SWEEPS.values()
    residents.forget(now=later)
    assert not SignInCode.objects.exists()
    assert not ResidentSession.objects.exists()
    assert not Resident.objects.exists()


def test_two_first_sign_ins_at_once_make_one_page(phone: Phone) -> None:
    at = timezone.now()
    tickets = [residents.ask_code(phone=OWN, at=at) for _ in range(2)]
    codes = [residents.digits_of(c) for c in SignInCode.objects.order_by("pk")]
    for ticket, typed in zip(tickets, codes, strict=True):
        residents.use_code(ticket=ticket, typed=typed, is_own_device=False, at=at)
    assert Resident.objects.count() == 1


def test_a_resident_is_no_user_and_opens_nothing_of_the_desk(phone: Phone) -> None:
    browser = Client()
    enter(browser, phone)
    response = browser.get("/admin/")
    assert response.status_code == 302
    assert "/admin/login/" in response["Location"]
