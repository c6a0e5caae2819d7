"""Takes the pictures of the staff handbook from a running demo city: `make handbook-pictures URL=http://127.0.0.1:8000`.

Needs Chromium (with its Chinese texts, `chromium-l10n` on Debian, for date boxes) and the development requirements. Each picture is one window, cut to its own height and to 64 colours, so that the
handbook stays light.
"""

import io
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from camera import ROW, address_of, chromium, sign_in
from PIL import Image

HERE = Path(__file__).parent / "img" / "handbook"
LARGEST = 120 * 1024


@dataclass(frozen=True)
class Picture:
    """`follow` are links to go through from `path`, each the first that the selector finds."""

    name: str
    user: str
    path: str
    follow: tuple[str, ...] = ()
    width: int = 1100
    height: int = 760


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


def take(page: Any, picture: Picture) -> bytes:
    """The window as a PNG of few colours; SystemExit when the page is none, or the picture stays too heavy."""
    page.set_viewport_size({"width": picture.width, "height": picture.height})
    path = address_of(picture.path)
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
    HERE.mkdir(parents=True, exist_ok=True)
    with chromium() as browser:
        pages: dict[str, Any] = {}
        for picture in PICTURES:
            if picture.user not in pages:
                pages[picture.user] = sign_in(browser, address, picture.user)
            (HERE / f"{picture.name}.png").write_bytes(take(pages[picture.user], picture))


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000")
