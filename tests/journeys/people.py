"""What a resident and the staff do at their screens, step by step, by the words they read there."""

from dataclasses import dataclass
from typing import Any

from suggestions.demo.seed import PASSWORD
from tests.journeys.browser import PATIENCE, Browser, heading
from tests.suggestions.public.walk import _NUMBERS as NUMBERS

TITLE = "望渚大桥人行道给夜跑的人装几盏灯"
PROBLEM = "望渚大桥北岸到河埠路口的人行道有三百多米没有灯，夜里跑步的人多，上周有人踩空扭了脚。我的电话19900007788。"
PROPOSAL = "沿栏杆装一排低的草坪灯，不晃司机的眼。先装北岸最黑的一段也行。"
ANSWER = (
    "您反映的路段我们11月夜里到现场量过，从北岸桥头到河埠路口共318米没有照明，情况属实。\n\n"
    "装灯的建议采纳：沿栏杆加装42盏低位灯，不直射行车方向，由市政设施管理科负责，年内装好。"
)


@dataclass(frozen=True)
class Receipt:
    case_no: str
    code: str


def press(page: Any, name: str) -> None:
    """The button with these words in the main part of the page; it leads to the next page."""
    with page.expect_navigation():
        page.locator("main").get_by_role("button", name=name, exact=True).first.click()


def write_until_check(page: Any, *, title: str = TITLE, looked: Any = lambda page: None) -> None:
    """From the start page to the check page. `looked` sees each step's page before it is filled in."""
    looked(page)
    press(page, "知道了，开始写")
    looked(page)
    page.get_by_label("用一句话说您的建议").fill(title)
    press(page, "下一步")
    if "step=similar" in page.url:
        looked(page)
        with page.expect_navigation():
            page.locator("#next button").click()
    looked(page)
    page.get_by_label("现在是什么情况").fill(PROBLEM)
    page.get_by_label("您觉得该怎么办").fill(PROPOSAL)
    press(page, "下一步")
    looked(page)
    page.get_by_label("在哪个区").select_option("990101")
    page.get_by_label("具体地点").fill("望渚大桥北岸")
    press(page, "下一步")
    looked(page)
    page.get_by_role("textbox", name="怎么称呼您").fill("林小满")
    page.get_by_role("textbox", name="手机号").fill("199 0000 7788")
    page.get_by_label("可以公开", exact=True).check()
    press(page, "下一步：核对")
    assert "step=check" in page.url
    looked(page)


def answer_question(page: Any) -> None:
    """The captcha's plain question, answered as a person would."""
    question = page.locator("label[for=captcha_answer]").inner_text()
    total = digit = 0
    for character in question.partition("“")[2].partition("”")[0]:
        if character in NUMBERS:
            digit = NUMBERS[character]
        else:
            total += (digit or 1) * {"千": 1000, "百": 100, "十": 10}[character]
            digit = 0
    page.locator("#captcha_answer").fill(str(total + digit))


def wait_for_the_machine(page: Any) -> None:
    """The captcha's other way: the browser has done its work by itself."""
    solved = "document.querySelector('input[name=captcha]')?.value.length > 100"
    # Not wait_for_function: it evaluates a string inside the page, which the content security policy forbids.
    for _ in range(PATIENCE // 200):
        if page.evaluate(solved):
            return
        page.wait_for_timeout(200)
    raise AssertionError("the captcha's work was not done in time")


def receipt(page: Any) -> Receipt:
    assert "/receipt/" in page.url, page.locator("main").inner_text()[:600]
    slip = page.locator(".slip")
    return Receipt(
        slip.locator(".slip__no").inner_text().strip(),
        slip.locator(".slip__code").inner_text().strip(),
    )


def track(page: Any, held: Receipt) -> None:
    page.goto("/track/")
    page.get_by_label("编号", exact=True).fill(held.case_no)
    page.get_by_label("查询码", exact=True).fill(held.code)
    press(page, "查进度")


def rate(page: Any) -> None:
    question = page.locator("#rate").get_by_role("group", name="您对这次办理满意吗")
    question.get_by_label("满意", exact=True).check()
    page.locator("#rate").get_by_label("解决了", exact=True).check()
    page.get_by_label("想说的话").fill("灯装好了，谢谢。")
    press(page, "提交评价")


def sign_in(browser: Browser, username: str) -> Any:
    """A window of a member of staff, at the desk."""
    page = browser.window()
    page.goto("/admin/login/?next=/admin/desk/")
    page.locator("input[name=username]").fill(username)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("form button[type=submit]").first.click()
    page.wait_for_url("**/admin/desk/")
    assert heading(page)
    return page


def open_from(page: Any, room: str, held: Receipt, title: str) -> None:
    """Find an item in a list of the desk by its number, as people do, and open it."""
    page.goto(f"/admin/desk/{room}/?q={held.case_no}")
    page.get_by_role("link", name=title).click()
