"""The staff handbook names rooms, buttons and fields by the words a person sees: each of them is in the product."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
HANDBOOK = ROOT / "docs" / "staff-handbook.zh.md"
# What is typed, a chapter, an address, columns of a checklist, examples, and words of Wagtail itself: none of ours.
_NO_NAMES = {
    "当场 更换灯泡",
    "办一次主题征集",
    "征集页面网址/report/",
    "有、缺",
    "登记这几件",
    "工作流",
    "设置计划",
    "图片是装饰性的",
    "描述",
    "【请填：电话】",
    "已转交某部门",
    "机密★",
    # The act's name is put into “%(label)s并发布”.
    "批准并发布",
}
_PLACES = ("suggestions", "cms", "portal", "search")
_KINDS = ("*.py", "*.html", "*.po", "*.toml")


@pytest.fixture(scope="module")
def words() -> str:
    """Every text of the product, as its source writes it."""
    files = (f for p in _PLACES for kind in _KINDS for f in (ROOT / p).rglob(kind))
    return "\n".join(f.read_text(encoding="utf-8") for f in files)


def named() -> list[str]:
    """What stands in quotation marks and can be a name; a way “A → B” is two names, “某某” stands for anybody's."""
    quoted = set(re.findall(r"“([^”\n]{2,24})”", HANDBOOK.read_text(encoding="utf-8")))
    parts = {part.strip() for whole in quoted for part in whole.split("→")}
    return sorted(p for p in parts - _NO_NAMES if "某某" not in p and "几" not in p)


def test_every_button_and_room_that_the_handbook_names_is_in_the_product(words: str) -> None:
    assert len(named()) > 150
    assert [name for name in named() if name not in words] == []


def test_every_picture_of_the_handbook_is_there_and_each_that_is_there_is_used() -> None:
    used = set(re.findall(r"!\[.+?\]\((img/.+?)\)", HANDBOOK.read_text(encoding="utf-8")))
    held = {f"img/handbook/{f.name}" for f in (ROOT / "docs/img/handbook").glob("*.png")}
    assert used == held


def test_every_link_inside_the_handbook_leads_to_a_heading() -> None:
    text = HANDBOOK.read_text(encoding="utf-8")
    headings = re.findall(r"^#{1,6} (.+)$", text, re.M)
    # The way GitHub makes an anchor of a heading.
    anchors = {re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in headings}
    links = set(re.findall(r"\]\(#(.+?)\)", text))
    assert links - anchors == set()
