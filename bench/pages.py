"""What a page weighs and how soon it is there, in real Chromium on a slow phone: `make bench-pages`.

The demo city must be running (`make run`). Each type of page is opened twice in one fresh browser profile, its processor
four times slower, on a line of 1.6 Mbit/s and 150 ms (Chrome DevTools Protocol). Printed are the bytes that went over the
line without pictures, on the first visit and on the next, the largest contentful paint and the layout shift. Any page
over a goal makes the command fail.
"""

import os
import shutil
import sys
from dataclasses import dataclass
from typing import Any

from bench import tour

FIRST_BYTES, NEXT_BYTES = 100 * 1024, 20 * 1024
LCP_SECONDS, SHIFT = 1.5, 0.05
SLOWER = 4
LINE = {"offline": False, "latency": 150, "downloadThroughput": 1.6e6 / 8, "uploadThroughput": 750e3 / 8}  # fmt: skip
PHONE = {"width": 360, "height": 740}
AGAIN = 2
SETTLED_MS = 600
"""After `load`: late shifts and paints are counted as well."""

WATCH = """
window.__seen = {lcp: 0, shift: 0};
new PerformanceObserver(l => { for (const e of l.getEntries()) window.__seen.lcp = e.startTime })
  .observe({type: 'largest-contentful-paint', buffered: true});
new PerformanceObserver(l => { for (const e of l.getEntries()) if (!e.hadRecentInput) window.__seen.shift += e.value })
  .observe({type: 'layout-shift', buffered: true});
"""


@dataclass(frozen=True, slots=True)
class Weight:
    """One page. Bytes as they went over the line, headers included; seconds; the sum of layout shifts."""

    name: str
    first: int
    following: int
    lcp: float
    shift: float

    @property
    def misses(self) -> list[str]:
        """The goals it does not reach, in words."""
        goals = (
            (self.first > FIRST_BYTES, f"first visit over {FIRST_BYTES // 1024} KB"),
            (self.following > NEXT_BYTES, f"next visit over {NEXT_BYTES // 1024} KB"),
            (not 0 < self.lcp <= LCP_SECONDS, f"largest paint after {LCP_SECONDS} s"),
            (self.shift > SHIFT, f"shifts by more than {SHIFT}"),
        )
        return [words for missed, words in goals if missed]


class Meter:
    """Counts what one window receives, pictures left out."""

    def __init__(self, cdp: Any) -> None:
        self.bytes = 0
        self._pictures: set[str] = set()
        cdp.on("Network.responseReceived", self._kind)
        cdp.on("Network.loadingFinished", self._done)

    def _kind(self, event: dict[str, Any]) -> None:
        if event.get("type") == "Image" or event["response"].get("mimeType", "").startswith("image/"):  # fmt: skip
            self._pictures.add(event["requestId"])

    def _done(self, event: dict[str, Any]) -> None:
        if event["requestId"] not in self._pictures:
            self.bytes += int(event.get("encodedDataLength", 0))

    def taken(self) -> int:
        """Bytes since the last call."""
        held, self.bytes = self.bytes, 0
        return held


def measure(browser: Any, address: str, name: str, path: str) -> Weight:
    """Two visits to a page by somebody whose browser knows nothing of the site."""
    context = browser.new_context(base_url=address, locale="zh-CN", viewport=PHONE, device_scale_factor=2)  # fmt: skip
    page = context.new_page()
    page.add_init_script(WATCH)
    cdp = context.new_cdp_session(page)
    cdp.send("Network.enable")
    cdp.send("Network.emulateNetworkConditions", LINE)
    cdp.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    meter = Meter(cdp)
    page.goto(path, wait_until="load", timeout=60_000)
    page.wait_for_timeout(SETTLED_MS)
    first, seen = meter.taken(), page.evaluate("window.__seen")
    page.goto("about:blank")
    meter.taken()
    page.goto(path, wait_until="load", timeout=60_000)
    page.wait_for_timeout(SETTLED_MS)
    following = meter.taken()
    context.close()
    return Weight(name, first, following, seen["lcp"] / 1000, seen["shift"])


def steady(browser: Any, address: str, name: str, path: str) -> Weight:
    """The page measured once, and again up to twice when its paint was late or not seen: on a busy machine the processor
    is slower than four times, and the fastest of three is what the page itself costs.
    """
    best = measure(browser, address, name, path)
    for _ in range(AGAIN):
        if 0 < best.lcp <= LCP_SECONDS:
            break
        other = measure(browser, address, name, path)
        if other.lcp and (other.lcp < best.lcp or not best.lcp):
            best = other
    return best


def report(weights: list[Weight]) -> str:
    lines = [f"{'page':24}{'first KB':>10}{'next KB':>10}{'LCP s':>8}{'CLS':>8}"]
    for w in weights:
        said = "  " + "; ".join(w.misses) if w.misses else ""
        lines.append(f"{w.name:24}{w.first / 1024:10.1f}{w.following / 1024:10.1f}{w.lcp:8.2f}{w.shift:8.3f}{said}")  # fmt: skip
    return "\n".join(lines)


def main(address: str) -> int:
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if not chromium:
        print("Chromium is not installed (apt-get install chromium).", file=sys.stderr)
        return 2
    found = tour.addresses(tour.reader(address))
    if "item-answered" not in found:
        print(f"No demo city answers at {address}: start it with `make run`.", file=sys.stderr)
        return 2
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--headless", "--no-sandbox", "--disable-gpu"]
        )
        measure(browser, address, "warming up", "/")
        weights = [steady(browser, address, name, path) for name, path in found.items()]
        browser.close()
    print(report(weights))
    print(f"load {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores; goals: {FIRST_BYTES // 1024} KB, {NEXT_BYTES // 1024} KB, {LCP_SECONDS} s, {SHIFT}")  # fmt: skip
    return 1 if any(w.misses for w in weights) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000"))
