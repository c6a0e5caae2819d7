"""An item's way over the desks of seven people, each in a window of their own, until the public finds it."""

from typing import Any

import pytest

from tests.journeys import people
from tests.journeys.browser import Browser, check, heading
from tests.journeys.site import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TITLE = "柳河新村给轮椅修一条坡道"


def act(page: Any, name: str) -> None:
    """The link of an act on the item screen."""
    page.locator(".desk-acts").get_by_role("link", name=name, exact=True).click()


def done(page: Any) -> str:
    """What the desk says after an act."""
    return str(page.locator(".messages").inner_text())


def test_seven_people_take_an_item_from_the_queue_to_the_public_page(
    browser: Browser, site: Site
) -> None:
    author = browser.window()
    author.goto("/submit/")
    people.write_until_check(author, title=TITLE)
    people.wait_for_the_machine(author)
    people.press(author, "提交建议")
    held = people.receipt(author)

    officer = people.sign_in(browser, "fenban")
    people.open_from(officer, "queue", held, TITLE)
    assert held.case_no in officer.locator("main").inner_text()
    check(officer)
    act(officer, "受理")
    officer.get_by_label("主题").select_option("bus")
    officer.locator(".desk-form button[type=submit]").first.click()
    act(officer, "交办")
    officer.locator("[name=lead]").select_option(label="市交通运输局")
    officer.locator(".desk-form button[type=submit]").first.click()
    assert "已交办" in officer.locator("main").inner_text()

    liaison = people.sign_in(browser, "jtj-lianluo")
    people.open_from(liaison, "inbox", held, TITLE)
    if "/sign-in/" not in liaison.url:
        act(liaison, "签收")
    people.press(liaison, "签收")

    handler = people.sign_in(browser, "jtj-jingban")
    handler.goto(f"/admin/desk/items/{held.case_no}/reply/")
    handler.get_by_label("办理结果").select_option("adopted")
    handler.get_by_label("答复内容").fill(people.ANSWER)
    handler.get_by_label("依据").fill("《无障碍环境建设法》第十二条")
    handler.get_by_label("下一步或承诺").fill("沿栏杆加装42盏低位灯")
    handler.get_by_label("联系科室和电话").fill("市政设施管理科 0380-555 0131")
    check(handler, phone=False)
    people.press(handler, "保存并送负责人审签")
    assert "已送负责人审签" in done(handler)

    head = people.sign_in(browser, "jtj-fuze")
    head.goto(f"/admin/desk/items/{held.case_no}/reply/")
    people.press(head, "签发并报送审核")
    assert "已签发" in done(head)

    officer.goto(f"/admin/desk/items/{held.case_no}/review/")
    people.press(officer, "通过，答复建议人")

    first = people.sign_in(browser, "gongkai1")
    people.open_from(first, "publication", held, TITLE)
    check(first, phone=False)
    masked = first.locator("textarea[name=problem]").input_value()
    assert "19900007788" not in masked
    if first.locator("[name=checked]").count():
        first.locator("[name=checked]").check()
    people.press(first, "提交复核")
    assert not first.get_by_role("button", name="复核通过，公开").count(), (
        "not by the one who masked"
    )

    second = people.sign_in(browser, "gongkai2")
    people.open_from(second, "publication", held, TITLE)
    people.press(second, "复核通过，公开")
    assert site.drained(), "the worker brought the page into the index"

    reader = browser.window()
    reader.goto("/")
    reader.goto("/search/?q=" + "輪椅 坡道")
    reader.locator("main").get_by_role("link", name=TITLE).first.click()
    shown = reader.locator("main").inner_text()
    assert held.case_no in reader.url
    assert "42盏低位灯" in shown
    assert "19900007788" not in reader.content()
    reader.goto("/search/?q=" + "欄杆加裝低位燈")
    assert reader.locator("main").get_by_role("link", name=TITLE).count()

    people.track(author, held)
    assert "42盏低位灯" in author.locator("main").inner_text()
    officer.goto(f"/admin/desk/items/{held.case_no}/")
    check(officer, phone=False)
    assert heading(officer)


def test_another_department_finds_neither_the_item_nor_its_contact(browser: Browser) -> None:
    officer = people.sign_in(browser, "fenban")
    officer.goto("/admin/desk/queue/?state=all")
    address = officer.locator(".desk-row__title").first.get_attribute("href").partition("?")[0]
    stranger = people.sign_in(browser, "swj-lianluo")
    for part in ("", "reply/", "sign-in/", "opinion/"):
        assert stranger.goto(f"{address}{part}").status == 404, part


def test_a_wrong_password_is_told_in_words_and_lets_nobody_in(browser: Browser) -> None:
    page = browser.window()
    page.goto("/admin/login/?next=/admin/desk/")
    page.locator("input[name=username]").fill("fenban")
    page.locator("input[name=password]").fill("falsch-falsch-falsch")
    page.locator("form button[type=submit]").first.click()
    assert "/login/" in page.url
    check(page)
    page.goto("/admin/desk/")
    assert "/login/" in page.url


def tab_to(page: Any, wanted: str) -> None:
    """Press Tab until the thing with these words has the focus; what has it on the way shows that it does."""
    for _ in range(80):
        page.keyboard.press("Tab")
        name, ring = page.evaluate(
            "() => { const e = document.activeElement; const s = getComputedStyle(e);"
            " return [(e.innerText || e.name || '').trim(), s.outlineStyle + s.outlineWidth]; }"
        )
        assert ring not in ("none0px", "none3px") or name.startswith("跳到"), f"no ring on {name}"
        if name == wanted:
            return
    raise AssertionError(f"{wanted} is not reached by Tab")


def enter(page: Any) -> None:
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_an_officer_opens_an_item_its_act_and_the_next_item_by_keyboard_alone(
    browser: Browser, site: Site
) -> None:
    officer = people.sign_in(browser, "fenban")
    officer.goto("/admin/desk/queue/?state=all")
    titles = officer.locator("main .desk-row__title")
    assert titles.count() >= 2, "the demo city has items"
    first, second = titles.nth(0).inner_text(), titles.nth(1).inner_text()
    tab_to(officer, first)
    enter(officer)
    tab_to(officer, officer.locator(".desk-acts a").first.inner_text())
    enter(officer)
    assert officer.locator("main form[method=post]").count()
    officer.go_back()
    with officer.expect_navigation():
        officer.keyboard.press("j")
    assert heading(officer) == second
    with officer.expect_navigation():
        officer.keyboard.press("k")
    assert heading(officer) == first
