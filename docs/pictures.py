"""Takes the pictures of the staff handbook from a running demo city: `make handbook-pictures URL=http://127.0.0.1:8000`.

Needs Chromium (with its Chinese texts, `chromium-l10n` on Debian, for date boxes) and the development requirements. Each picture is one window, cut to its own height and to 64 colours, so that the
handbook stays light.
"""

import io
import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import sync_playwright

HERE = Path(__file__).parent / "img" / "handbook"
PASSWORD = "jianyan-demo-2026"
LARGEST = 120 * 1024
DESK = "/admin/desk/"


@dataclass(frozen=True)
class Picture:
    """`follow` are links to go through from `path`, each the first that the selector finds."""

    name: str
    user: str
    path: str
    follow: tuple[str, ...] = ()
    width: int = 1100
    height: int = 760


ROW = "main a.desk-row__title"
PICTURES = (
    Picture("home", "fenban", ""),
    Picture("home-phone", "fenban", "", width=360, height=700),
    Picture("queue", "fenban", "queue/"),
    Picture("item", "fenban", "queue/", (ROW,)),
    Picture("inbox", "jtj-lianluo", "inbox/"),
    Picture("reply", "jtj-jingban", "inbox/?part=lead", ('main a[href*="/reply/"]',)),
    Picture("publication", "gongkai1", "publication/"),
    Picture("entry", "dengji", "entry/?channel=letter"),
    Picture("visits", "dengji", "visits/"),
    Picture("orders", "duban", "orders/", height=620),
    Picture("order", "duban", "orders/", (ROW,)),
    Picture("clock-rules", "duban", "clock-rules/"),
    Picture("calendar", "duban", "calendar/", height=620),
    Picture("tray", "lingdao", "tray/"),
    Picture("meetings", "fenban", "meetings/", height=620),
    Picture("adoption", "jtj-fuze", "adoption/", height=620),
    Picture("award", "fenban", "award/", (ROW,)),
    Picture("privacy", "yinsi", "privacy/", height=520),
    Picture("roles", "anquan", "roles/", height=620),
    Picture("agent", "daili1", "/agent/", width=360, height=700),
)


def sign_in(browser: Any, address: str, user: str) -> Any:
    page = browser.new_context(
        base_url=address, locale="zh-CN", timezone_id="Asia/Shanghai"
    ).new_page()
    page.goto("/admin/login/")
    page.fill("[name=username]", user)
    page.fill("[name=password]", PASSWORD)
    page.locator("button[type=submit]").first.click()
    page.wait_for_load_state()
    return page


def take(page: Any, picture: Picture) -> bytes:
    """The window as a PNG of few colours; SystemExit when the page is none, or the picture stays too heavy."""
    page.set_viewport_size({"width": picture.width, "height": picture.height})
    path = picture.path if picture.path.startswith("/") else DESK + picture.path
    answer = page.goto(path)
    if answer is None or answer.status != 200:
        raise SystemExit(f"{picture.name}: {path} answered {answer and answer.status}")
    for selector in picture.follow:
        with page.expect_navigation():
            page.locator(selector).first.click()
    image = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    held = io.BytesIO()
    image.quantize(64, dither=Image.Dither.NONE).save(held, "PNG", optimize=True)
    if len(held.getvalue()) > LARGEST:
        raise SystemExit(f"{picture.name}: {len(held.getvalue())} bytes is too heavy")
    return held.getvalue()


def main(address: str) -> None:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if not chromium:
        raise SystemExit("Chromium is not installed (apt-get install chromium).")
    HERE.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium,
            args=["--headless", "--no-sandbox", "--disable-gpu", "--lang=zh-CN"],
            # What the browser itself writes (the parts of a date) follows the machine, not the page.
            env={**os.environ, "LANGUAGE": "zh_CN", "LANG": "zh_CN.UTF-8"},
        )
        pages: dict[str, Any] = {}
        for picture in PICTURES:
            if picture.user not in pages:
                pages[picture.user] = sign_in(browser, address, picture.user)
            (HERE / f"{picture.name}.png").write_bytes(take(pages[picture.user], picture))
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000")
