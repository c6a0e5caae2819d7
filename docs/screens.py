"""Takes the gallery of all public pages and desk screens from a running demo city: `make screenshots URL=http://127.0.0.1:8000`.

Each page at 1280 and at 360 px, some dark, in large print and as printed; the flows are walked as a resident walks them.
Pictures are cut to a height and to few colours, so that the whole gallery stays under 6 MB. `docs/screens/README.md` lists them.
"""

import io
import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import django
from camera import ROW, address_of, chromium, sign_in, window
from PIL import Image

from bench import tour

HERE = Path(__file__).parent / "screens"
SIZES = {1280: 900, 360: 740}
TALLEST = {1280: 1100, 360: 1300}
COLOURS = 24
MOST_BYTES = 6 * 1024 * 1024


@dataclass(frozen=True)
class Screen:
    """A screen of the desk: who looks, where, and the links to go through from there."""

    name: str
    user: str
    path: str
    follow: tuple[str, ...] = ()
    words: str = ""


CAMPAIGN = 'main tr:has-text("campaignpage") a[href$="/edit/"]'
"""The link to the campaign that somebody edited last."""
SCREENS = (
    Screen("home", "fenban", "", words="今日待办"),
    Screen("queue", "fenban", "queue/", words="分办队列"),
    Screen("item", "fenban", "queue/", (ROW,), "一件建议"),
    Screen("act-accept", "fenban", "queue/", (ROW, 'main a[href*="/accept/"]'), "受理"),
    Screen("act-redirect", "fenban", "queue/", (ROW, 'main a[href*="/redirect/"]'), "指引其他渠道"),
    Screen("meetings", "fenban", "meetings/", words="会议与接待"),
    Screen("meeting", "fenban", "meetings/", (ROW,), "一场会议"),
    Screen("campaigns", "fenban", "campaigns/", words="征集活动"),
    Screen("award", "fenban", "award/", words="评选奖励"),
    Screen("award-round", "fenban", "award/", (ROW,), "一次评选"),
    Screen("invited", "fenban", "invited/", words="特邀建议人"),
    Screen("exports", "fenban", "exports/", words="导出"),
    Screen("notices", "fenban", "notices/", words="我的通知"),
    Screen("inbox", "jtj-lianluo", "inbox/", words="单位收件"),
    Screen("reply", "jtj-jingban", "inbox/?part=lead", ('main a[href*="/reply/"]',), "写答复"),
    Screen("answers", "jtj-fuze", "answers/", words="答复与承诺"),
    Screen("adoption", "jtj-fuze", "adoption/", words="采纳转化"),
    Screen("publication", "gongkai1", "publication/", words="公开审核"),
    Screen("publication-one", "gongkai1", "publication/", (ROW,), "遮盖"),
    Screen("supervision", "duban", "supervision/", words="督办关注"),
    Screen("orders", "duban", "orders/", words="督办批示"),
    Screen("order", "duban", "orders/", (ROW,), "一件督办单"),
    Screen("bulletin", "duban", "records/bulletin/", (ROW,), "一期通报"),
    Screen("rectify", "duban", "records/bulletin-unit/", (ROW,), "一个单位的整改"),
    Screen("league-group", "duban", "records/league-group/", (ROW,), "排名分组和标准"),
    Screen("league", "duban", "records/league/", (ROW,), "一个月的排名"),
    Screen("special", "duban", "records/special-report/", (ROW,), "一份专报"),
    Screen("figures", "duban", "statistics/", words="数据公布"),
    Screen("figures-one", "duban", "statistics/", (ROW,), "一个月的数据"),
    Screen("warnings", "duban", "warnings/", words="预警"),
    Screen("warning", "duban", "warnings/", (ROW,), "一条预警"),
    Screen("warning-rules", "duban", "warnings/rules/", words="预警规则"),
    Screen("month-topic", "duban", "records/month-topic/", (ROW,), "每月一题"),
    Screen("months", "duban", "months/", words="月结月清"),
    Screen("clock-rules", "duban", "clock-rules/", words="时限规则"),
    Screen("calendar", "duban", "calendar/", words="工作日历"),
    Screen("retention", "duban", "retention/", words="保存期限"),
    Screen("flags", "duban", "visits/flags/", words="评价核实"),
    Screen("emergency", "duban", "emergency/", words="应急征集"),
    Screen("tray", "lingdao", "tray/", words="领导阅读"),
    Screen("entry", "dengji", "entry/", words="代为登记"),
    Screen("sheets", "dengji", "entry/sheets/", words="整批登记"),
    Screen("visits", "dengji", "visits/", words="回访"),
    Screen("privacy", "yinsi", "privacy/", words="个人信息保护"),
    Screen("roles", "anquan", "roles/", words="权限与代办"),
    Screen("agents", "fenban", "agents/", words="代理网络"),
    Screen("agent", "daili1", "/agent/", words="代理员的入口"),
    Screen("editor-home", "bianji", "/admin/", words="编辑的首页"),
    Screen("editor-pages", "bianji", "/admin/pages/", words="页面"),
    Screen("editor-campaign", "bianji", "/admin/campaigns/new/", words="办一次新的征集"),
    Screen(
        "editor-checklist",
        "bianji",
        "/admin/reports/page-types-usage/",
        (CAMPAIGN,),
        "发布前看一遍",
    ),
    Screen("editor-images", "bianji", "/admin/images/", words="图片"),
    Screen(
        "editor-report",
        "bianji",
        "/admin/reports/campaigns-without-report/",
        words="还没有公布结果的征集",
    ),
    Screen("styleguide", "bianji", "/styleguide/", words="组件样张"),
)
ON_PHONE = ("home", "queue", "item", "campaigns", "inbox", "reply", "tray", "agent", "warnings")
"""Rooms that people open on a telephone."""
LOOKS = (("dark", "/mode/?theme=dark"), ("elder", "/mode/?elder=1"))
LOOKED_AT = ("home", "item-answered", "campaign-livelihood", "submit", "track")
LISTED = re.compile(r"^\| (\S+) \| (.*?) \|(?=.*\[看\])", re.MULTILINE)
"""A row of README.md: name and words."""
PRINTED = ("item-answered", "results")


class Gallery:
    """Windows of one browser on one site; what it took, by name."""

    def __init__(self, browser: Any, address: str, wanted: tuple[str, ...]) -> None:
        self.browser, self.address, self.wanted = browser, address, wanted
        self.taken: list[tuple[str, str]] = []
        self.bytes = 0

    def wants(self, name: str) -> bool:
        return not self.wanted or any(name.startswith(w) for w in self.wanted)

    def window(self) -> Any:
        return window(self.browser, self.address)

    def take(self, page: Any, name: str, words: str, *, phone: bool = True) -> None:
        """The page at both widths, or at the desk's alone."""
        for width, height in SIZES.items():
            if width != 1280 and not phone:
                continue
            page.set_viewport_size({"width": width, "height": height})
            page.wait_for_load_state("load")
            self.save(page, f"{name}-{width}", words, width)
        page.set_viewport_size({"width": 1280, "height": SIZES[1280]})

    def save(self, page: Any, name: str, words: str, width: int) -> None:
        tall = page.evaluate("document.documentElement.scrollHeight")
        # The admin scrolls in a box of its own: the window has to be as tall as the picture.
        inner = page.evaluate("document.querySelector('main, #main')?.scrollHeight || 0")
        height = min(max(tall, inner, SIZES[width]), TALLEST[width])
        page.set_viewport_size({"width": width, "height": height})
        image = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
        held = io.BytesIO()
        few = image.quantize(COLOURS, dither=Image.Dither.NONE).convert("RGB")
        few.save(held, "WEBP", lossless=True, quality=80, method=4)
        (HERE / f"{name}.webp").write_bytes(held.getvalue())
        self.taken.append((name, words))
        self.bytes += len(held.getvalue())

    # The public pages

    def public(self) -> None:
        page = self.window()
        for name, path in tour.addresses(tour.reader(self.address)).items():
            if self.wants(name):
                answer = page.goto(path)
                if answer.status not in (200, 404) or (answer.status == 404) != (name == "not-there"):  # fmt: skip
                    print(f"{name}: {path} answered {answer.status}")
                    continue
                self.take(page, name, path)
        page.context.close()

    def looks(self) -> None:
        found = tour.addresses(tour.reader(self.address))
        for look, switch in LOOKS:
            page = self.window()
            page.goto(switch)
            for name in LOOKED_AT:
                if self.wants(f"{name}-{look}"):
                    page.goto(found[name])
                    self.take(page, f"{name}-{look}", found[name])
            page.context.close()
        page = self.window()
        page.emulate_media(media="print")
        for name in PRINTED:
            if self.wants(f"{name}-print"):
                page.goto(found[name])
                page.set_viewport_size({"width": 1280, "height": 900})
                self.save(page, f"{name}-print", found[name], 1280)
        page.context.close()

    def flow(self) -> None:
        """A resident writes, gets a receipt and looks where it stands; every page of the way."""
        if not self.wants("flow"):
            return
        from tests.journeys import people

        page, steps = self.window(), iter(range(1, 99))

        def look(held: Any, name: str = "") -> None:
            self.take(held, f"flow-{next(steps)}{name}", "提建议：一步一步")

        page.goto("/submit/")
        people.write_until_check(page, looked=look)
        people.wait_for_the_machine(page)
        people.press(page, "提交建议")
        held = people.receipt(page)
        look(page, "-receipt")
        people.track(page, held)
        look(page, "-track")
        page.context.close()

    # The desk

    def desk(self) -> None:
        pages: dict[str, Any] = {}
        for screen in SCREENS:
            name = f"desk-{screen.name}"
            if not self.wants(name):
                continue
            if screen.user not in pages:
                pages[screen.user] = sign_in(self.browser, self.address, screen.user)
            page = pages[screen.user]
            page.set_viewport_size({"width": 1280, "height": 900})
            path = address_of(screen.path)
            answer = page.goto(path)
            if answer.status != 200:
                print(f"{name}: {path} answered {answer.status}")
                continue
            if all(self.go(page, selector) for selector in screen.follow):
                self.take(page, name, screen.words, phone=screen.name in ON_PHONE)
            else:
                print(f"{name}: nothing to follow from {page.url}")

    def go(self, page: Any, selector: str) -> bool:
        link = page.locator(selector)
        if not link.count():
            return False
        page.goto(link.first.get_attribute("href"))
        return True

    @staticmethod
    def plain(name: str) -> str:
        """The name of a page without the width of the picture."""
        return name.removesuffix("-1280").removesuffix("-360")

    def index(self) -> None:
        """README.md: every picture with what it shows."""
        taken = {self.plain(name): words for name, words in self.taken}
        # A part of the gallery taken anew leaves the rest of the list as it is.
        held = dict(LISTED.findall((HERE / "README.md").read_text("utf-8"))) if self.wanted else {}
        words = held | taken
        lines = [
            "# 页面图集",
            "",
            "演示城市的全部公开页面和办理台的页面，各有宽屏（1280）和手机（360）两张；`dark` 是深色，`elder` 是大字版，`print` 是打印样。",
            "由 `make screenshots` 对着正在运行的演示站重新拍。里面的人和事都是编的。",
            "",
            "| 页面 | 是什么 | 宽屏 | 手机 |",
            "| --- | --- | --- | --- |",
        ]
        for name in words:
            wide, phone = (f"{name}-{w}.webp" if (HERE / f"{name}-{w}.webp").exists() else "" for w in SIZES)  # fmt: skip
            wide = wide or (f"{name}.webp" if (HERE / f"{name}.webp").exists() else "")
            if not wide and not phone:
                continue
            cells = [f"[看]({file})" if file else "" for file in (wide, phone)]
            lines.append(f"| {name} | {words[name]} | {cells[0]} | {cells[1]} |")
        (HERE / "README.md").write_text("\n".join(lines) + "\n", "utf-8")


def main(address: str, wanted: tuple[str, ...] = ()) -> None:
    HERE.mkdir(parents=True, exist_ok=True)
    # The walk through the flow is that of the journeys, whose modules want settings.
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.test")
    django.setup()
    with chromium("--hide-scrollbars") as browser:
        gallery = Gallery(browser, address, wanted)
        for part in (gallery.public, gallery.looks, gallery.flow, gallery.desk):
            part()
    gallery.index()
    print(f"{len(gallery.taken)} pictures, {gallery.bytes / 1024 / 1024:.1f} MB")
    whole = sum(file.stat().st_size for file in HERE.glob("*.webp"))
    if whole > MOST_BYTES:
        raise SystemExit(f"The gallery weighs {whole / 1024 / 1024:.1f} MB, more than 6 MB.")


if __name__ == "__main__":
    main(
        sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000",
        tuple(sys.argv[2].split(",")) if len(sys.argv) > 2 else (),
    )
