"""A resident's own page in a real browser, with the code that the worker really sent."""

import json
import re
import time
from typing import Any

import pytest

from tests.journeys import people
from tests.journeys.browser import PHONE, Browser, check, heading
from tests.journeys.site import Site


def code_sent(site: Site, number: str) -> str:
    """The newest sign-in code in the file that stands for the SMS gateway."""
    log = site.folder / "log" / "sms.log"
    for _ in range(300):
        lines = log.read_text("utf-8").splitlines() if log.exists() else []
        sent = [json.loads(line) for line in lines]
        mine = [s["text"] for s in sent if s["to"].endswith(number[-4:])]
        for text in reversed(mine):
            found = re.search(r"登录验证码(\d{6})", text)
            if found:
                return found[1]
        time.sleep(0.2)
    raise AssertionError("no code came")


def sign_in(page: Any, site: Site, number: str, *, scripts: bool) -> None:
    page.locator("[name=phone]").fill(number)
    if scripts:
        people.wait_for_the_machine(page)
    else:
        people.answer_question(page)
    page.get_by_role("button", name="发验证码").click()
    page.wait_for_url("**/my/sign-in/code/")
    page.locator("[name=code]").fill(code_sent(site, number))
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
