"""Personal data in suggestions and replies is found, and ordinary text is left alone."""

import re
import time
from dataclasses import dataclass
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suggestions.insight.redaction import (
    ADDRESS,
    KINDS,
    MOBILE,
    NAME,
    Span,
    find_spans,
    identity_is_valid,
    luhn_is_valid,
    mask,
    mask_known,
)
from tests.suggestions.redaction_samples import PUBLIC, SAMPLES

_MARK = re.compile(r"\{([^|{}]+)\|([^{}]+)\}")


@dataclass(frozen=True)
class Sample:
    text: str
    wanted: tuple[Span, ...]


def _read(line: str) -> Sample:
    text, wanted, at = "", [], 0
    for found in _MARK.finditer(line):
        text += line[at : found.start()]
        wanted.append(Span(len(text), len(text) + len(found[2]), found[1]))
        text += found[2]
        at = found.end()
    return Sample(text + line[at:], tuple(wanted))


LABELLED = [_read(line) for line in SAMPLES.strip().splitlines()]


def test_the_labelled_sentences_are_found_and_nothing_else() -> None:
    planted = found = hits = right = 0
    report = []
    for sample in LABELLED:
        spans = find_spans(sample.text, PUBLIC)
        for want in sample.wanted:
            planted += 1
            covered = [
                s
                for s in spans
                if s.kind == want.kind and s.start <= want.start and s.end >= want.end
            ]
            hits += bool(covered)
            if not covered:
                report.append(f"missed {want.kind}: {sample.text}")
        for span in spans:
            found += 1
            near = [
                w
                for w in sample.wanted
                if w.kind == span.kind and w.start < span.end and span.start < w.end
            ]
            right += bool(near)
            if not near:
                report.append(
                    f"false {span.kind} «{sample.text[span.start : span.end]}»: {sample.text}"
                )
    recall, precision = hits / planted, right / found
    print(
        f"{len(LABELLED)} sentences, {planted} planted: recall {recall:.3f}, precision {precision:.3f}"
    )
    assert len(LABELLED) >= 150
    assert recall >= 0.98, "\n".join(report)
    assert precision >= 0.95, "\n".join(report)
    assert set(KINDS) == {want.kind for sample in LABELLED for want in sample.wanted}


def test_what_is_masked_no_longer_shows_what_was_planted() -> None:
    for sample in LABELLED:
        masked = mask(sample.text, find_spans(sample.text, PUBLIC))
        for want in sample.wanted:
            said = sample.text[want.start : want.end]
            assert len(said) < 4 or said not in masked


def test_masking_twice_changes_nothing() -> None:
    for sample in LABELLED:
        once = mask(sample.text, find_spans(sample.text))
        assert mask(once, find_spans(once)) == once


def test_a_masked_text_says_what_stood_there() -> None:
    text = "我叫陈丽华，住5幢302，电话19900001234。"
    assert (
        mask(text, find_spans(text))
        == "我叫【已遮盖：姓名】，住【已遮盖：住址】，电话【已遮盖：手机号】。"
    )


def test_names_are_only_proposed_and_numbers_with_a_check_digit_are_certain() -> None:
    spans = {s.kind: s.certain for s in find_spans("我叫陈丽华，身份证990101194503120020。")}
    assert spans == {"姓名": False, "证件号": True}


def test_an_offices_number_stays_in_every_spelling_and_a_private_one_beside_it_goes() -> None:
    text = "请打0380-555 0126或5550126，或我的0380-5550999。"
    spans = find_spans(text, ["0380-5550126"])
    assert [text[s.start : s.end] for s in spans] == ["0380-5550999"]


@pytest.mark.parametrize("allow", [[""], ["  "], ["5"], ["办公室"], ["0"]])
def test_an_empty_or_short_public_entry_does_not_let_private_numbers_through(
    allow: list[str],
) -> None:
    assert find_spans("电话0380-5550999，手机19900001235", allow)


def test_the_longest_of_overlapping_finds_wins_and_order_does_not_matter() -> None:
    text = "身份证990101194503120020"
    spans = [Span(3, 21, "证件号"), Span(3, 14, "手机号"), Span(5, 9, "电话")]
    assert mask(text, spans) == mask(text, reversed(spans)) == "身份证【已遮盖：证件号】"


def test_finding_is_stable_and_never_overlaps() -> None:
    for sample in LABELLED:
        spans = find_spans(sample.text)
        assert spans == find_spans(sample.text) == tuple(sorted(spans))
        assert all(a.end <= b.start for a, b in pairwise(spans))


@given(
    st.text(
        alphabet=st.sampled_from(
            "张王建国19860０幺一号栋室单元路住@.-江A【】已遮盖：微信电话 \n👍\0"
        ),
        max_size=60,
    )
)
def test_no_text_whatever_breaks_finding_or_is_changed_by_a_second_masking(text: str) -> None:
    spans = find_spans(text)
    assert all(0 <= s.start < s.end <= len(text) for s in spans)
    once = mask(text, spans)
    assert mask(once, find_spans(once)).count("【已遮盖：") >= once.count(
        "【已遮盖："
    ) - text.count("【已遮盖：")


def test_a_text_of_three_thousand_characters_is_searched_quickly() -> None:
    for hostile in (
        "1" * 3000,
        "1 " * 1500,
        "住" * 3000,
        "一" * 3000,
        "1号" * 1500,
        "张" * 3000,
        "a." * 1500,
        "我是" * 1500,
    ):
        began = time.perf_counter()
        find_spans(hostile)
        assert time.perf_counter() - began < 2, hostile[:4]


def test_what_a_person_marked_is_masked_wherever_it_stands() -> None:
    text = "林玉珍住柳河新村。林玉珍说，林玉珍家没有电梯。"
    masked = mask_known(text, [("林玉", NAME), ("林玉珍", NAME), ("柳河新村", ADDRESS), ("", NAME)])
    assert (
        masked
        == "【已遮盖：姓名】住【已遮盖：住址】。【已遮盖：姓名】说，【已遮盖：姓名】家没有电梯。"
    )
    assert mask_known(masked, [("姓名", NAME), ("林玉珍", NAME)]) == masked


def test_an_emoji_before_a_number_does_not_shift_the_mask() -> None:
    text = "👍🏽👨‍👩‍👧请打19900001234！"
    assert mask(text, find_spans(text)) == "👍🏽👨‍👩‍👧请打【已遮盖：手机号】！"


def test_check_digits_follow_the_published_rules() -> None:
    # The worked example of GB 11643-1999 and the example of ISO/IEC 7812-1.
    assert identity_is_valid("11010519491231002X")
    assert not identity_is_valid("110105194912310021")
    assert luhn_is_valid("79927398713")
    assert not luhn_is_valid("79927398710")


def test_a_number_split_by_a_line_break_is_still_a_number() -> None:
    assert [s.kind for s in find_spans("电话199\n0000\n1234")] == [MOBILE]
