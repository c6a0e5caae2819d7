"""What both makers of pictures need of the demo city: a browser that speaks Chinese, and who signs in how."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import sync_playwright

PASSWORD = "jianyan-demo-2026"
DESK = "/admin/desk/"
ROW = "main a.desk-row__title"
"""The first link to what a list of the desk shows."""
PLACE = {"locale": "zh-CN", "timezone_id": "Asia/Shanghai"}


@contextmanager
def chromium(*more: str) -> Iterator[Any]:
    """A headless Chromium with further arguments; SystemExit where there is none."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if not program:
        raise SystemExit("Chromium is not installed (apt-get install chromium).")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program,
            args=["--headless", "--no-sandbox", "--disable-gpu", "--lang=zh-CN", *more],
            # What the browser itself writes (the parts of a date) follows the machine, not the page.
            env={**os.environ, "LANGUAGE": "zh_CN", "LANG": "zh_CN.UTF-8"},
        )
        try:
            yield browser
        finally:
            browser.close()


def window(browser: Any, address: str) -> Any:
    """A page of a profile of its own on the site at `address`."""
    return browser.new_context(base_url=address, **PLACE).new_page()


def sign_in(browser: Any, address: str, user: str) -> Any:
    """A window in which this person of the demo city works."""
    page = window(browser, address)
    page.goto("/admin/login/")
    page.fill("[name=username]", user)
    page.fill("[name=password]", PASSWORD)
    page.locator("button[type=submit]").first.click()
    page.wait_for_load_state()
    return page


def address_of(path: str) -> str:
    """A path of the desk, or one of the site as it stands."""
    return path if path.startswith("/") else DESK + path
