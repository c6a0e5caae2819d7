"""Marks stand in the original, markup of residents never gets through, and cuts are readable."""

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search import analysis, highlighting
from search.analysis import clean
from search.highlighting import highlight, snippet

ANY = st.text(
    st.one_of(st.sampled_from("电梯電小区加装<>&\"'K3路Ｋ３ é\u0301\u200d👨👩"), st.characters()),
    max_size=200,
)


def text_of(html: str) -> str:
    return unescape(re.sub(r"</?mark>", "", html))


@given(ANY, ANY)
def test_a_marked_text_reads_as_the_text(text: str, query: str):
    html = highlight(text, query)
    assert text_of(html) == clean(text)
    assert not re.search(r"<(?!/?mark>)", html)
    assert html.count("<mark>") == html.count("</mark>")


@given(ANY, ANY)
def test_a_snippet_is_part_of_the_text(text: str, query: str):
    html = snippet(text * 3, query)
    assert not re.search(r"<(?!/?mark>)", html)
    plain = text_of(html).removeprefix("…").removesuffix("…")
    assert plain in " ".join(clean(text * 3).split())
    assert len(plain) < 260
    html.encode()


def test_each_writing_is_marked_as_it_stands():
    assert highlight("加裝電梯、电梯", "电梯") == "加裝<mark>電梯</mark>、<mark>电梯</mark>"
    assert highlight("乘Ｋ３路、K31路", "k3路") == "乘<mark>Ｋ３路</mark>、K31路"


def test_words_typed_together_are_marked_as_one():
    assert highlight("老旧小区加装电梯", "小区加装") == "老旧<mark>小区加装</mark>电梯"


def test_an_excluded_word_is_not_marked():
    assert highlight("电梯补贴", "电梯 -补贴") == "<mark>电梯</mark>补贴"


def test_a_snippet_begins_at_the_sentence_with_most_of_the_words():
    text = (
        "我家住在芙蓉里，每天早上都要送孩子上学，路口车多。" * 4
        + "电梯坏了。"
        + "其他情况都还可以，不再多说。" * 8
        + "希望尽快加装电梯并公布补贴办法。"
        + "谢谢各位的辛苦付出。" * 10
    )
    html = snippet(text, "加装电梯 补贴")
    assert html.startswith("…希望尽快<mark>加装电梯</mark>并公布<mark>补贴</mark>办法。")
    assert html.endswith("…")
    assert 70 < len(text_of(html)) < 110


def test_without_a_match_the_snippet_is_the_beginning():
    assert snippet("开头的话。" * 50, "电梯").startswith("开头的话。")
    assert snippet("短文", "电梯") == "短文"


def test_a_family_of_joined_emoji_is_not_cut_apart():
    family = "👨‍👩‍👧"
    html = snippet("说明" * 38 + family * 30 + "结尾", "说明")
    plain = text_of(html).rstrip("…")
    assert plain.replace("说明", "").replace(family, "") == ""


AROUND = (
    "城北片区的公交末班车太早，九点以后只能走回家。建议延到十点半！",
    "请在Ｋ３路站台加①张长椅（带靠背）；老人等车ﬁve分钟也站不住…",
    "e\u0301tat 和 臺灣的\u200d字，\n換行也算。",
)


@pytest.mark.parametrize("text", AROUND)
def test_a_cut_falls_on_the_nearest_place_between_words_on_either_side(text: str) -> None:
    normal, offsets = highlighting.normalise_with_offsets(text)
    stops, at = [0], 0
    for word in highlighting.cut(normal):
        at += len(word)
        place = offsets[at]
        if 0 < place < len(text) and offsets[at - 1] != place and highlighting.may_break(text, place):  # fmt: skip
            stops.append(place)
    stops.append(len(text))
    for start in range(len(text)):
        for end in range(start + 1, len(text) + 1, 5):
            wanted = max(s for s in stops if s <= start), min(s for s in stops if s >= end)
            assert highlighting._around(text, start, end) == wanted


@given(ANY)
def test_the_quick_way_to_a_normal_form_gives_what_character_by_character_gives(text: str):
    parts = [(c.translate(analysis._TABLE), start) for c, start in analysis._clusters(text)]
    normal, offsets = analysis.normalise_with_offsets(text)
    assert normal == "".join(folded for folded, _ in parts)
    assert offsets == [*(start for folded, start in parts for _ in folded), len(text)]
