"""The site in Traditional characters, in English, and without a network, in a real browser."""

import re
from typing import Any

import pytest

from portal.scripts import traditional
from tests.journeys import people
from tests.journeys.browser import PATIENCE, PHONE, Browser, check, heading
from tests.journeys.site import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PAGES = ("/", "/suggestions/", "/search/?q=公交", "/units/", "/campaigns/", "/results/", "/my/sign-in/")  # fmt: skip


def until(page: Any, said: str) -> None:
    """Waits until the expression is true. Playwright's own way evaluates inside the page, which the policy forbids."""
    for _ in range(PATIENCE // 100):
        if page.evaluate(said):
            return
        page.wait_for_timeout(100)
    raise AssertionError(said)


def text_of(page: Any, css: str) -> str:
    return str(page.locator(css).first.inner_text())


@pytest.mark.parametrize(("prefix", "lang"), [("/zh-hant", "zh-Hant"), ("/en", "en")])
def test_the_main_pages_can_be_read_by_everybody_in_each_writing(
    browser: Browser, site: Site, prefix: str, lang: str
) -> None:
    page = browser.window()
    for path in PAGES:
        page.goto(prefix + path)
        assert page.locator("html").get_attribute("lang") == lang
        chrome = text_of(page, "nav.nav") + text_of(page, "footer .foot__end")
        if lang == "en":
            assert not re.search(r"[\u3400-\u9fff]", text_of(page, "nav.nav")), path
        else:
            assert traditional.convert(chrome) == chrome
        # English words are the longer ones: what fits in them fits in Chinese.
        check(page, phone=lang == "en")


def test_a_suggestion_sent_in_traditional_characters_ends_in_a_receipt_in_them(
    browser: Browser, site: Site
) -> None:
    page = browser.window(size=PHONE)
    title = "河埠路菜場南門加一排路燈"
    page.goto("/zh-hant/submit/")
    page.locator("button[name=action][value=begin]").click()
    page.wait_for_url("**/zh-hant/submit/?step=topic")
    page.locator("[name=title]").fill(title)
    for step in ("text", "place", "contact", "check"):
        page.locator("button[name=action][value=next]").last.click()
        page.wait_for_load_state("load")
        if "step=similar" in page.url:
            page.locator("form button.btn[type=submit]").last.click()
        page.wait_for_url(f"**/zh-hant/submit/?step={step}*")
        if step == "text":
            page.locator("[name=problem]").fill("晚上七點以後看不清臺階。")
            page.locator("[name=proposal]").fill("在南門裝三盞燈。")
        if step == "contact":
            page.locator("[name=phone]").fill("19900007711")
            page.locator("[name=publish][value=no]").check()
    assert title in page.locator("main").inner_text().replace("\u200b", "")
    people.wait_for_the_machine(page)
    page.locator("button[name=action][value=send]").click()
    page.wait_for_url("**/zh-hant/receipt/**")
    assert "收到了，謝謝您" in heading(page).replace("\n", "")
    check(page)


def test_without_a_network_the_note_shows_and_what_was_typed_comes_back(
    browser: Browser, site: Site
) -> None:
    page = browser.window(size=PHONE)
    page.goto("/submit/")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.locator("button[name=action][value=begin]").click()
    page.wait_for_url("**/submit/?step=topic")
    until(page, "navigator.serviceWorker.controller !== null")
    page.locator("[name=title]").fill("地铁站口装一个遮雨棚")
    page.locator("[data-draft-kept]").wait_for()
    page.context.set_offline(True)
    page.goto("/units/")
    assert "现在连不上网" in heading(page).replace("\n", "")
    assert "地铁站口装一个遮雨棚" in text_of(page, "[data-draft-list]")
    page.goto("/en/units/")
    assert heading(page) == "No connection"
    page.context.set_offline(False)
    page.goto("/submit/?step=topic")
    page.locator("[data-draft-back]").click()
    assert page.locator("[name=title]").input_value() == "地铁站口装一个遮雨棚"
    page.locator("[data-draft-clear]").last.click()
    assert page.evaluate("Object.keys(localStorage).filter((k) => k.startsWith('jianyan-draft')).length") == 0  # fmt: skip


@pytest.mark.parametrize(("prefix", "lang", "word"), [("", "zh-CN", "停止朗读"), ("/zh-hant", "zh-HK", "停止朗讀"), ("/en", "en", "Stop reading")])  # fmt: skip
def test_large_print_has_the_telephone_on_top_and_reads_the_page_aloud(
    browser: Browser, site: Site, prefix: str, lang: str, word: str
) -> None:
    page = browser.window(size=PHONE)
    page.context.add_cookies([{"name": "mode", "value": "elder", "url": site.address}])
    # What the browser is told to say: a machine without a voice says nothing itself.
    page.add_init_script(
        "window.said = []; speechSynthesis.speak = (one) => { window.said.push([one.lang, one.text]); setTimeout(() => one.onend(), 5); };"
    )
    page.goto(prefix + "/where/")
    assert page.locator(".elder a[href^='tel:']").is_visible()
    assert page.evaluate("document.querySelector('.elder').getBoundingClientRect().top") < 500
    button = page.locator("[data-aloud]")
    names = set()
    page.evaluate(
        "new MutationObserver((l) => { window.word = document.querySelector('[data-aloud-word]').textContent; }).observe(document.querySelector('[data-aloud]'), {attributes: true})"
    )
    button.click()
    names.add(page.evaluate("window.word"))
    until(page, "document.querySelector('[data-aloud]').getAttribute('aria-pressed') === 'false'")
    assert names == {word}
    said = page.evaluate("window.said")
    assert said[0][0] == lang
    spoken = "".join(text for _lang, text in said)
    assert heading(page).replace("\n", "")[:4] in spoken
    if prefix == "/en":
        check(page)
