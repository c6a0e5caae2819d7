"""The analysis keeps its promise: a part of a text has the tokens that find it in the whole."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.analysis import (
    clean,
    index_positions,
    index_tokens,
    normalise,
    normalise_with_offsets,
    source_span,
    words,
)
from search.terms import parse

TEXT = st.text(
    st.one_of(
        st.sampled_from(
            "老旧小区加装电梯舊區裝電臺灣的路一二,，。 “”（）Ｋ３k3ａA.5-\"'éﬁ㎡\u0301\u200d"
        ),
        st.characters(),
    ),
    max_size=60,
)
HAN = st.text(st.sampled_from("老旧小区加装电梯公交车站舊區裝電"), min_size=1, max_size=12)


@given(TEXT)
def test_normalising_twice_changes_nothing_more(text: str):
    assert normalise(normalise(text)) == normalise(text)


@given(TEXT)
def test_the_offsets_belong_to_the_same_normal_form(text: str):
    normal, offsets = normalise_with_offsets(text)
    assert normal == normalise(text)
    assert len(offsets) == len(normal) + 1
    assert offsets == sorted(offsets)


@given(TEXT)
def test_words_put_together_are_the_text(text: str):
    assert "".join(words(text)) == text
    assert all(words(text)) or not text


@given(TEXT)
def test_tokens_are_words_without_spaces_or_operators(text: str):
    for token in index_tokens(text).split(" "):
        assert token == "" or all(c.isalnum() or c in "._" or not c.isascii() for c in token)
        assert not any(c.isspace() for c in token)


@given(HAN, HAN, HAN)
def test_any_part_of_a_run_is_found_by_its_quoted_self(before: str, part: str, after: str):
    held = index_positions(before + part + after)
    (term,) = parse(f'"{part}"').must
    size = len(term.tokens)
    starts = range(len(held) - size + 1)
    if term.prefix:
        assert any(held[i].startswith(term.tokens[0]) for i in starts)
    else:
        assert any(tuple(held[i : i + size]) == term.tokens for i in starts)


@given(TEXT)
def test_parsing_never_fails_and_stays_small(text: str):
    for match in ("all", "any"):
        terms = parse(text * 50, match)  # type: ignore[arg-type]
        assert len(terms.must) + len(terms.should) + len(terms.exclude) <= 80


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("臺灣舊小區", "台湾旧小区"),
        ("Ｋ３路ＷｉＦｉ", "k3路wifi"),
        ("㎡ﬁ", "m2fi"),
        ("STRASSE straße", "strasse strasse"),
        ("e\u0301", "é"),
        ("a\x00b\x1fc\ud800d", "a b c d"),
        ("电\u200b梯\ufeff", "电梯"),
        ("顺著", "顺着"),
    ],
)
def test_different_writings_have_one_normal_form(text: str, normal: str):
    assert normalise(text) == normal


def test_a_run_becomes_pairs_and_a_last_character_and_words_are_marked():
    assert index_tokens("乘坐K3路，3.5元") == "乘坐 坐 k3 路 3.5 元 _乘坐"


def test_a_ligature_maps_back_to_the_whole_character():
    normal, offsets = normalise_with_offsets("xﬁy")
    at = normal.index("i")
    assert source_span(offsets, at, at + 1) == (1, 2)


def test_a_title_may_break_between_words_but_not_around_its_punctuation():
    assert words("关于（老旧小区）加装电梯，望答复。") == [
        "关于",
        "（老旧",
        "小区）",
        "加装",
        "电梯，",
        "望",
        "答复。",
    ]


def test_cleaning_keeps_everything_a_store_accepts():
    assert clean("第一行\n第二行\t👨‍👩‍👧") == "第一行\n第二行\t👨‍👩‍👧"
    assert clean("a\x00b\ud83d") == "a\ufffdb?"
