"""A resident's own page in a real browser, with the code that the worker really sent."""

import json
import re
import time
from typing import Any

import pytest

from tests.journeys import people
from tests.journeys.browser import PHONE, Browser, check, heading
from tests.journeys.site import Site


def codes_sent(site: Site, number: str) -> list[str]:
    """The sign-in codes in the file that stands for the SMS gateway, oldest first."""
    log = site.folder / "log" / "sms.log"
    lines = log.read_text("utf-8").splitlines() if log.exists() else []
    texts = [s["text"] for s in map(json.loads, lines) if s["to"].endswith(number[-4:])]
    found = [re.search(r"登录验证码(\d{6})", text) for text in texts]
    return [code[1] for code in found if code]


def next_code(site: Site, number: str, before: int) -> str:
    """The code that comes after the first `before` ones: another test may have used this number."""
    for _ in range(300):
        codes = codes_sent(site, number)
        if len(codes) > before:
            return codes[-1]
        time.sleep(0.2)
    raise AssertionError("no code came")


def sign_in(page: Any, site: Site, number: str, *, scripts: bool) -> None:
    page.locator("[name=phone]").fill(number)
    if scripts:
        people.wait_for_the_machine(page)
    else:
        people.answer_question(page)
    before = len(codes_sent(site, number))
    page.get_by_role("button", name="发验证码").click()
    page.wait_for_url("**/my/sign-in/code/")
    page.locator("[name=code]").fill(next_code(site, number, before))
    page.get_by_role("button", name="登录", exact=True).click()


@pytest.mark.parametrize(("scripts", "number"), [(True, "19900008811"), (False, "19900008822")])
def test_a_resident_follows_a_unit_from_its_page_signs_in_on_the_way_and_signs_out(
    browser: Browser, site: Site, scripts: bool, number: str
) -> None:
    page = browser.window(size=PHONE, scripts=scripts)
    page.goto("/units/jtj/")
    page.get_by_role("link", name="关注这个单位").click()
    page.get_by_role("link", name="登录后关注").click()
    sign_in(page, site, number, scripts=scripts)
    page.wait_for_url("**/my/follow/**")
    page.get_by_role("button", name="关注").click()
    page.wait_for_url("**/my/**done=follow**")
    assert "市交通" in page.locator("main").inner_text()
    if scripts:
        check(page)
    page.get_by_role("button", name="退出登录").click()
    page.wait_for_url("**/my/sign-in/**")
    page.goto("/my/")
    assert "登录" in heading(page)


def authenticator(page: Any) -> tuple[Any, str]:
    """A device that keeps passkeys and always finds the right finger: Chromium's virtual authenticator."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    made = session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return session, made["authenticatorId"]


def test_a_resident_keeps_a_passkey_signs_in_with_it_and_removes_it(
    browser: Browser, site: Site
) -> None:
    page = browser.window(size=PHONE, address=site.named_address)
    session, device = authenticator(page)
    page.goto("/my/sign-in/")
    sign_in(page, site, "19900008833", scripts=True)
    page.wait_for_url("**/my/")
    page.locator("[data-passkey=create] [name=name]").fill("我的手机")
    page.get_by_role("button", name="存一个通行密钥").click()
    page.wait_for_url("**done=passkey**")
    assert "我的手机" in page.locator("main").inner_text()
    held = session.send("WebAuthn.getCredentials", {"authenticatorId": device})["credentials"]
    assert [c["rpId"] for c in held] == ["localhost"]
    page.get_by_role("button", name="退出登录").click()
    page.wait_for_url("**/my/sign-in/**")
    page.get_by_role("button", name="用通行密钥登录").click()
    page.wait_for_url("**/my/")
    assert "我的手机" in page.locator("main").inner_text()
    check(page)
    page.set_viewport_size(PHONE)
    page.locator("li", has_text="我的手机").get_by_role("button").click()
    page.wait_for_load_state("load")
    assert "我的手机" not in page.locator("main").inner_text()
    page.get_by_role("button", name="退出登录").click()
    page.wait_for_url("**/my/sign-in/**")
    page.get_by_role("button", name="用通行密钥登录").click()
    # The device still offers its key; the site knows it no more, says so in words, and the code by SMS remains.
    page.locator(".errors, [role=alert]:visible").first.wait_for()
    assert "/my/sign-in/" in page.url
    assert page.get_by_role("button", name="发验证码").is_visible()
