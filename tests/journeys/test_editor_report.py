"""The second half of a campaign by the handbook's page: from residents' voices to the result in every author's hands.

The first half, from the idea to the first voices, is in test_editor.py.
"""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from suggestions.clock import SHANGHAI
from tests.journeys import people
from tests.journeys.browser import Browser
from tests.journeys.site import Site
from tests.journeys.test_editor import choose, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WISH = "食堂的晚饭开到八点"
ANSWER = "明年3月起晚饭开到8点，先在两个食堂试。"
WHY = "明年的用工合同要提前签"
PHONE_END = "7788"


def a_minute_ago() -> str:
    """As the page editor writes it."""
    return f"{datetime.now(SHANGHAI) - timedelta(minutes=1):%Y-%m-%d %H:%M}"


def said(page: Any) -> str:
    return str(page.locator("main").inner_text())


def look(browser: Browser, place: str) -> Any:
    """The page as somebody sees it who was not there a minute ago: a browser keeps what it has read."""
    page = browser.window()
    page.goto(place)
    return page


def give(page: Any, place: str, *, link: str, answer: str, button: str) -> None:
    page.goto(place)
    page.get_by_role("link", name=link).click()
    page.get_by_label(answer, exact=True).check()
    page.get_by_role("textbox", name="手机号").fill("19900001122")
    page.get_by_label("我知道手机号只用来防止重复投").check()
    people.wait_for_the_machine(page)
    people.press(page, button)
    assert "收到了，谢谢您" in said(page)


def ask(page: Any, place: str) -> None:
    page.goto(place)
    page.get_by_role("link", name="问一个问题").click()
    page.get_by_role("textbox").first.fill("春节也开吗？")
    people.wait_for_the_machine(page)
    people.press(page, "提交问题")


def suggest(page: Any, place: str) -> people.Receipt:
    def answer_its_question(shown: Any) -> None:
        if "step=asked" in shown.url:
            shown.get_by_label("您一般几点吃晚饭？").fill("晚上七点半")
            people.press(shown, "下一步")

    page.goto(place)
    page.get_by_role("link", name="给这次征集提建议").first.click()
    people.write_until_check(page, title=WISH, looked=answer_its_question)
    assert "晚上七点半" in said(page)
    people.wait_for_the_machine(page)
    people.press(page, "提交建议")
    return people.receipt(page)


def answer_the_question(editor: Any) -> None:
    editor.goto("/admin/desk/campaigns/")
    editor.get_by_role("link", name="征集页面上的提问").click()
    editor.get_by_role("link", name="春节也开吗").click()
    editor.get_by_role("link", name="回答并公开").click()
    editor.locator("textarea[name$='answer']").fill("春节休息三天。")
    people.press(editor, "回答并公开")


def close_early(editor: Any, address: str) -> None:
    editor.goto(address)
    editor.locator("[name=closes_at]").fill(a_minute_ago())
    editor.keyboard.press("Escape")
    choose(editor, "发布")
    assert "请写明为什么提前，理由会公开。" in said(editor)
    editor.locator("[name=early_reason]").fill(WHY)
    choose(editor, "发布")
    editor.wait_for_url("**/admin/pages/*/")


def send_result(writer: Any, address: str) -> None:
    """The writer's part: the conclusions and the moment, sent to the editor."""
    writer.goto(address)
    writer.locator("[name=report_published_at]").fill(a_minute_ago())
    writer.keyboard.press("Escape")
    part = writer.locator("[data-contentpath=report]")
    part.locator(".public-DraftEditor-content").click()
    writer.keyboard.type("晚饭开到八点。")
    # The editor hands its text to the form a moment after the last key.
    for _ in range(50):
        if "晚饭开到八点" in writer.locator("[name=report]").input_value():
            break
        writer.wait_for_timeout(100)
    choose(writer, "送审（发布前审核）")


def group(editor: Any, title: str) -> None:
    editor.goto("/admin/desk/campaigns/")
    editor.get_by_role("link", name=title).first.click()
    assert "还有1件没有答复，这时不能公布结果" in said(editor)
    editor.get_by_role("link", name="新写一组").click()
    editor.get_by_label("归纳的意见").fill("晚饭延长")
    editor.get_by_label("怎么答复").fill(ANSWER)
    editor.get_by_label("办理结果").select_option("adopted")
    people.press(editor, "存好")
    editor.locator("[name=item]").first.check()
    editor.get_by_label("勾选的归到").select_option(label="晚饭延长")
    people.press(editor, "归到这一组")
    assert "件件有答复，可以公布结果了" in said(editor)


def messages(site: Site) -> list[str]:
    """What left by SMS for the author, as the file that stands for the gateway has it."""
    log = site.folder / "log" / "sms.log"
    lines = log.read_text("utf-8").splitlines() if log.exists() else []
    return [m["text"] for m in map(json.loads, lines) if m["to"].endswith(PHONE_END)]


def test_a_campaign_ends_early_is_answered_group_by_group_and_its_result_reaches_every_author(
    browser: Browser, site: Site
) -> None:
    made = site.ask("from tests.journeys import acts\nanswer = acts.open_campaign()")
    place, address = made["url"], f"/admin/pages/{made['pk']}/edit/"
    resident = browser.window()
    give(resident, place, link="填小问卷", answer="周末吃", button="交问卷")
    give(resident, place, link="去投票", answer="八点", button="投票")
    ask(resident, place)
    held = suggest(resident, place)

    editor = people.sign_in(browser, "bianji")
    answer_the_question(editor)
    close_early(editor, address)
    shown = said(look(browser, place))
    assert "春节休息三天。" in shown
    assert f"截止提前了，理由：{WHY}" in shown
    assert "1票，100%" in shown

    # No result while an item lacks its answer: refused to the writer already, not only to the editor.
    writer = sign_in(browser, "zhuangao")
    send_result(writer, address)
    assert "还有1件建议没有答复（共1件），不能公布结果、结束征集。" in said(writer)
    group(editor, made["title"])
    send_result(writer, address)
    writer.wait_for_url("**/admin/pages/*/")
    assert "晚饭开到八点" not in said(look(browser, place)), "sent is not published"
    editor.goto("/admin/")
    editor.get_by_role("link", name=made["title"]).first.click()
    choose(editor, "批准并发布")
    editor.wait_for_url("**/admin/pages/*/")

    site.call("suggestions.tasks.run_clocks")
    reader = look(browser, place)
    reader.get_by_role("link", name="看完整的结果报告").click()
    assert "/report/" in reader.url
    assert ANSWER in said(reader)
    for _ in range(150):
        if site.item(held.case_no)["status"] == "answered":
            break
        resident.wait_for_timeout(200)
    assert site.drained()
    assert any(held.case_no in text and "答复" in text for text in messages(site))
    people.track(resident, held)
    assert ANSWER in said(resident)
