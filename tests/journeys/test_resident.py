"""A resident's whole way in a real browser: with scripts, without them, and with the keyboard alone."""

import re
from typing import Any

import pytest

from tests.journeys import people
from tests.journeys.browser import PATIENCE, PHONE, Browser, assert_fits, check, heading
from tests.journeys.people import Receipt
from tests.journeys.site import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def answer(site: Site, held: Receipt) -> None:
    said = site.ask(
        f"from tests.journeys.acts import bring_to_answer\nanswer = bring_to_answer('{held.case_no}')"
    )
    assert said == {"status": "answered", "evaluation": "invited"}


def test_a_resident_submits_tracks_and_rates_and_no_page_puts_up_a_barrier(
    browser: Browser, site: Site
) -> None:
    page = browser.window()
    page.goto("/")
    check(page)
    page.get_by_label("您想建议什么？").fill(people.TITLE)
    page.get_by_role("button", name="开始提建议").click()
    people.write_until_check(page, looked=check)
    main = page.locator("main").inner_text()
    assert people.TITLE.replace(" ", "") in main.replace("\n", "")
    shown = page.get_by_role("region", name="公开后别人看到的").locator(".card").inner_text()
    assert "19900007788" not in shown
    assert "手机号" in shown, (
        "the author sees what will be covered before anybody else sees anything"
    )
    people.wait_for_the_machine(page)
    people.press(page, "提交建议")
    held = people.receipt(page)
    check(page)
    page.get_by_role("button", name="查进度").click()
    assert held.case_no in page.locator("main").inner_text()
    check(page)

    answer(site, held)
    people.track(page, held)
    assert "42盏低位灯" in page.locator("main").inner_text()
    check(page)
    people.rate(page)
    assert "您评价了这次办理：满意" in page.locator("main").inner_text()
    check(page)
    after = site.item(held.case_no)
    assert (after["status"], after["overall"]) == ("closed", "satisfied")
    assert (after["original_title"], after["original_place"]) == (people.TITLE, "望渚大桥北岸")
    assert site.drained(), "the worker carried out every notice and index change"


@pytest.mark.parametrize(
    "address",
    [
        "/suggestions/",
        "/search/?q=公交",
        "/units/",
        "/units/jtj/",
        "/units/league/",
        "/statistics/",
        "/statistics/data/",
        "/campaigns/",
        "/track/",
        "/results/",
        "/results/?by=place",
        "/results/honours/",
        "/where/",
        "/hearings/",
        "/questioning/",
        "/receptions/",
        "/receptions/?by=held",
        "/sponsorship/",
        "/points/",
        "/my/sign-in/",
        "/my/follow/?what=unit:jtj",
    ],
)
def test_a_reading_page_puts_up_no_barrier(browser: Browser, address: str) -> None:
    page = browser.window()
    answered = page.goto(address)
    assert answered.status == 200
    check(page)


def test_a_published_item_puts_up_no_barrier(browser: Browser) -> None:
    page = browser.window()
    page.goto("/suggestions/")
    page.locator("main h3 a, main h2 a").first.click()
    page.wait_for_url("**/suggestions/JY*/")
    check(page)


def test_the_same_trip_works_with_scripts_switched_off(browser: Browser, site: Site) -> None:
    page = browser.window(scripts=False, size=PHONE)
    page.goto("/")
    page.get_by_role("link", name="提建议").first.click()
    people.write_until_check(page, looked=lambda p: assert_fits(p, PHONE["width"]))
    people.answer_question(page)
    people.press(page, "提交建议")
    held = people.receipt(page)
    assert not page.get_by_role("button", name="打印回执").is_visible(), "it would do nothing here"
    page.get_by_role("button", name="查进度").click()
    assert "已登记" in page.locator("main").inner_text()
    answer(site, held)
    people.track(page, held)
    people.rate(page)
    assert "您评价了这次办理：满意" in page.locator("main").inner_text()
    assert site.item(held.case_no)["status"] == "closed"


def test_a_wrong_answer_to_the_question_loses_nothing(browser: Browser) -> None:
    page = browser.window(scripts=False)
    page.goto("/submit/")
    people.write_until_check(page)
    page.locator("#captcha_answer").fill("7")
    people.press(page, "提交建议")
    assert page.locator("#captcha_error").is_visible()
    assert people.PROPOSAL[:12] in page.locator("main").inner_text()
    people.answer_question(page)
    people.press(page, "提交建议")
    assert people.receipt(page).case_no.startswith("JY")


@pytest.mark.parametrize("scripts", [True, False])
def test_a_double_click_on_the_button_gives_one_receipt(
    browser: Browser, site: Site, scripts: bool
) -> None:
    from playwright.sync_api import expect

    title = f"河埠路口的斑马线重新画一画（{'一' if scripts else '二'}）"
    page = browser.window(scripts=scripts)
    page.goto("/submit/")
    people.write_until_check(page, title=title)
    if scripts:
        people.wait_for_the_machine(page)
    else:
        people.answer_question(page)
    # Without scripts the browser really sends the form twice; the server has to know it again.
    page.get_by_role("button", name="提交建议").dblclick(no_wait_after=True)
    # Not wait_for_url: the second sending cuts the first one's answer short, which that call reports as a failure.
    expect(page).to_have_url(re.compile("/receipt/"), timeout=PATIENCE)
    page.wait_for_load_state("load")
    held = people.receipt(page)
    query = "SELECT case_no FROM suggestions_suggestion WHERE original_title = %s"
    assert site.rows(query, title) == [(held.case_no,)]


class Keyboard:
    """Hands on the keys only. Every stop has to be seen: the focused element must not be invisible."""

    def __init__(self, page: Any) -> None:
        self.page = page

    def to(self, selector: str, *, most: int = 90) -> None:
        for _ in range(most):
            self.page.keyboard.press("Tab")
            if self.page.evaluate("s => !!document.activeElement?.matches(s)", selector):
                self._is_seen(selector)
                return
        raise AssertionError(f"{selector} is not reached by the Tab key on {self.page.url}")

    def _is_seen(self, selector: str) -> None:
        seen = self.page.evaluate(
            """() => {
              const box = document.activeElement, place = box.getBoundingClientRect();
              // A radio button shows its focus on the row that is its label.
              const shown = [box, ...(box.labels ?? [])].some((part) => {
                const look = getComputedStyle(part);
                return (parseFloat(look.outlineWidth) > 0 && look.outlineStyle !== "none") || look.boxShadow !== "none";
              });
              return shown && place.bottom > 0 && place.top < innerHeight;
            }"""
        )
        assert seen, f"nothing shows that {selector} has the focus on {self.page.url}"

    def write(self, selector: str, text: str) -> None:
        self.to(selector)
        self.page.keyboard.insert_text(text)

    def press(self, selector: str) -> None:
        self.to(selector)
        before = self.page.url
        self.page.keyboard.press("Enter")
        self.page.wait_for_url(lambda url: url != before)
        self.page.wait_for_load_state()


def test_the_keyboard_alone_is_enough_to_submit(browser: Browser) -> None:
    page = browser.window()
    keys = Keyboard(page)
    page.goto("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#main"
    page.keyboard.press("Enter")
    keys.write("#title", "云埠菜场门口加几个自行车架")
    keys.press("main form button")
    keys.press("main button[value=begin]")
    keys.press("main button[value=next]")
    if "step=similar" in page.url:
        keys.press("#next button")
    keys.write("[name=problem]", people.PROBLEM)
    keys.write("[name=proposal]", people.PROPOSAL)
    keys.press("main button[value=next]")
    keys.write("[name=place]", "云埠菜场东门")
    keys.press("main .acts button[value=next]")
    keys.write("[name=phone]", "19900007788")
    keys.to("[name=publish]")
    page.keyboard.press("Space")
    assert page.evaluate("document.querySelector('[name=publish]:checked').value") == "yes"
    keys.press("main button[value=next]")
    assert "step=check" in page.url
    people.wait_for_the_machine(page)
    keys.press("main button[value=send]")
    assert people.receipt(page).code


def test_an_error_takes_the_focus_and_its_link_leads_to_the_field(browser: Browser) -> None:
    page = browser.window()
    page.goto("/submit/")
    people.press(page, "知道了，开始写")
    page.get_by_label("用一句话说您的建议").fill("短")
    people.press(page, "下一步")
    assert page.evaluate("document.activeElement.matches('[data-errors]')")
    check(page)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.name") == "title"
    assert page.get_by_label("用一句话说您的建议").input_value() == "短"


def test_a_wrong_number_and_a_wrong_code_are_answered_alike(browser: Browser) -> None:
    page = browser.window()
    said = []
    for number in ("JY2025-0000009-1", "JY2026-9999999-9"):
        people.track(page, Receipt(number, "ABCD2345"))
        said.append(page.locator("[data-errors]").inner_text())
    assert said[0] == said[1]
    assert heading(page) == "查进度"
