"""Marks stand in the original, markup of residents never gets through, and cuts are readable."""

import re
from html import unescape

from hypothesis import given
from hypothesis import strategies as st

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
