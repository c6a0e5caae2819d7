"""A person at a real browser, and what no page may do: break, phone elsewhere, run off sideways, shut people out."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 360, "height": 740}
PATIENCE = 30_000
"""Milliseconds: a laptop that tests on all cores is slow, and a slow page is not what these tests are about."""


@dataclass
class Complaints:
    """What went wrong on the pages of one window, in the browser's words."""

    host: str
    found: list[str] = field(default_factory=list)

    def listen(self, page: Any) -> None:
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.found.append(f"{page.url}: {error}"))
        page.on("request", self._request)
        page.on("response", self._response)

    def _console(self, message: Any) -> None:
        # A 404 we ask for on purpose is reported by the browser as an error of the network, not of the page.
        if message.type == "error" and "status of 4" not in message.text:
            self.found.append(f"console: {message.text}")

    def _request(self, request: Any) -> None:
        place = urlsplit(request.url)
        if place.scheme in ("http", "https", "ws", "wss") and place.netloc != self.host:
            self.found.append(f"request off the host: {request.url}")

    def _response(self, response: Any) -> None:
        if response.status >= 500:
            self.found.append(f"{response.status} {response.url}")


class Browser:
    """Windows of one person. `window()` opens a page; everything it complained about fails the test at the end."""

    def __init__(self, chrome: Any, address: str) -> None:
        self.chrome, self.address = chrome, address
        self.complaints = Complaints(urlsplit(address).netloc)
        self.contexts: list[Any] = []

    def window(
        self, *, size: dict[str, int] = WIDE, scripts: bool = True, address: str = ""
    ) -> Any:
        """A new window; `address`: another name of the same site."""
        if address:
            self.complaints.host = urlsplit(address).netloc
        context = self.chrome.new_context(
            base_url=address or self.address, locale="zh-CN", timezone_id="Asia/Shanghai", viewport=size, java_script_enabled=scripts
        )  # fmt: skip
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        self.complaints.listen(page)
        self.contexts.append(context)
        return page

    def close(self) -> None:
        for context in self.contexts:
            context.close()
        assert self.complaints.found == []


def check(page: Any, *, phone: bool = True) -> None:
    """No barrier that axe calls serious or critical, and nothing off the side, on a desk and on a telephone."""
    from axe_playwright_python.sync_playwright import Axe

    for size in (WIDE, PHONE) if phone else (WIDE,):
        page.set_viewport_size(size)
        page.wait_for_load_state("load")
        found = Axe().run(page).response["violations"]
        grave = [
            f"{v['id']}: {v['help']}: {[n['target'] for n in v['nodes'][:3]]}"
            for v in found
            if v["impact"] in ("serious", "critical")
        ]
        assert grave == [], f"{page.url} at {size['width']} px"
        assert_fits(page, size["width"])
    page.set_viewport_size(WIDE)


def assert_fits(page: Any, width: int) -> None:
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= width, f"{page.url} is {wide} px wide in a window of {width} px"


def heading(page: Any) -> str:
    return str(page.locator("main h1").first.inner_text())
