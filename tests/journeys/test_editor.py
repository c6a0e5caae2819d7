"""A campaign by the handbook's page: a writer drafts it, the editor approves, a resident votes, asks and suggests."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from suggestions.clock import SHANGHAI
from tests.journeys import people
from tests.journeys.browser import Browser
from tests.journeys.site import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TITLE = "菜市场早市要不要延长一小时"
WISH = "早市延到九点再收摊"


def sign_in(browser: Browser, username: str) -> Any:
    """A window of somebody on the admin's first page: a writer has no room at the desk."""
    page = browser.window()
    page.goto("/admin/login/?next=/admin/")
    page.locator("input[name=username]").fill(username)
    page.locator("input[name=password]").fill(people.PASSWORD)
    page.locator("form button[type=submit]").first.click()
    page.wait_for_url("**/admin/")
    return page


def begin(page: Any) -> None:
    """Fill the one form; the draft's editor is open now."""
    page.get_by_role("link", name="办一次新的征集").click()
    today = datetime.now(SHANGHAI).date()
    page.get_by_label("征集什么").fill(TITLE)
    page.get_by_label("主办单位").select_option(label="市交通运输局")
    page.get_by_label("谁来决定").fill("市政府常务会议")
    page.get_by_label("为什么征集").fill("早市七点收摊，上班的人来不及。\n\n结果用来定明年的时间。")
    page.get_by_label("想听大家说的事").fill("延到几点合适？")
    page.get_by_label("哪天开始").fill(f"{today}")
    page.get_by_label("收到哪天").fill(f"{today + timedelta(days=20)}")
    page.get_by_role("button", name="存成草稿，接着写").click()
    page.wait_for_url("**/edit/")


def add_vote(page: Any) -> None:
    part = page.locator("section[id$='polls-section']")
    part.get_by_role("button", name="插入内容块").first.click()
    page.get_by_role("option", name="投票").click()
    part.locator("[name='polls-0-value-title']").fill("早市延到几点")
    for n, name in enumerate(("八点半", "九点")):
        part.locator(f"[name='polls-0-value-options-{n}-value-name']").fill(name)
    part.locator("[name='polls-0-value-most']").fill("1")


def choose(page: Any, act: str) -> None:
    """One of the acts behind the little arrow beside 保存草稿."""
    page.locator("footer").get_by_role("button", name="更多动作").click()
    with page.expect_navigation():
        page.locator("footer").get_by_role("button", name=act, exact=True).click()


def vote(page: Any) -> None:
    page.get_by_role("link", name="去投票").click()
    page.get_by_label("九点", exact=True).check()
    assert page.get_by_label("八点半", exact=True).count() == 1
    page.get_by_role("textbox", name="手机号").fill("19900001122")
    if page.locator("[name=agree]").count():
        page.locator("[name=agree]").check()
    people.wait_for_the_machine(page)
    people.press(page, "投票")
    assert "收到了，谢谢您" in page.locator("main").inner_text()
    assert "1票，100%" in page.locator("main").inner_text()


def ask(page: Any) -> None:
    page.get_by_role("link", name="问一个问题").click()
    page.get_by_role("textbox").first.fill("周末也延长吗？")
    people.wait_for_the_machine(page)
    people.press(page, "提交问题")
    assert "问题收到了" in page.locator("main").inner_text()


def suggest(page: Any) -> people.Receipt:
    page.get_by_role("link", name="给这次征集提建议").first.click()
    people.write_until_check(page, title=WISH)
    people.wait_for_the_machine(page)
    people.press(page, "提交建议")
    return people.receipt(page)


def test_a_campaign_goes_from_the_first_idea_over_the_editors_review_to_its_first_voices(
    browser: Browser, site: Site
) -> None:
    writer = sign_in(browser, "zhuangao")
    begin(writer)
    assert "没有发现身份证号" in writer.locator("main").inner_text()
    add_vote(writer)
    choose(writer, "送审（发布前审核）")
    writer.wait_for_url("**/admin/pages/*/")
    assert "送去审核了" in writer.locator("body").inner_text()

    editor = sign_in(browser, "bianji")
    editor.get_by_role("link", name=TITLE).first.click()
    choose(editor, "批准并发布")
    editor.wait_for_url("**/admin/pages/*/")

    resident = browser.window()
    resident.goto("/campaigns/")
    resident.get_by_role("link", name=TITLE).first.click()
    place = resident.url
    vote(resident)
    resident.goto(place)
    ask(resident)
    resident.goto(place)
    assert "周末也延长吗" not in resident.locator("main").inner_text()
    held = suggest(resident)
    assert site.item(held.case_no)["original_title"] == WISH
