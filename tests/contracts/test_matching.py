"""What is found, and in which order, on every engine alike."""

from collections.abc import Callable

import pytest

from search.engine import Engine, Query
from tests.contracts.city import CITY, document

Found = Callable[..., list[str]]


@pytest.fixture(autouse=True)
def _city(engine: Engine) -> None:
    engine.index(CITY)


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("电梯", {"lift", "about"}),
        ("小区", {"lift"}),
        ("扰民", {"noise"}),
        ("装电", {"lift"}),  # across two dictionary words: still inside the text
        ("公交", {"bus", "about"}),
        ("芙蓉", {"bus31"}),
    ],
)
def test_a_two_character_word_is_found_inside_longer_text(found: Found, text: str, keys: set[str]):
    assert set(found(text)) == keys


@pytest.mark.parametrize(
    "text", ["加装电梯", "老旧小区", "老旧小区加装电梯", "公交车早高峰", "图书馆自习室"]
)
def test_a_longer_word_or_run_of_words_is_found(found: Found, text: str):
    assert len(found(text)) == 1


def test_every_word_that_was_typed_must_match(found: Found):
    assert found("电梯 补贴") == ["lift"]
    assert found("电梯 噪音") == []


def test_words_of_different_fields_match_together(found: Found):
    assert found("母亲 三十个单元") == ["lift"]


def test_words_that_say_nothing_do_not_narrow(found: Found):
    assert found("我要 电梯 的建议")[0] == "lift"


def test_one_character_is_found_wherever_it_stands(found: Found):
    assert set(found("梯")) == {"lift", "about"}
    assert set(found("舞")) == {"noise"}
    assert set(found("车")) == {"bus", "bus31"}


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("臺灣", "traditional"),
        ("台湾", "traditional"),
        ("轮椅", "traditional"),
        ("台阶", "traditional"),
    ],
)
def test_simplified_finds_traditional(found: Found, text: str, key: str):
    assert found(text) == [key]


@pytest.mark.parametrize(
    ("text", "key"), [("加裝電梯", "lift"), ("圖書館", "wide"), ("擾民", "noise")]
)
def test_traditional_finds_simplified(found: Found, text: str, key: str):
    assert key in found(text)


@pytest.mark.parametrize("text", ["wifi", "WiFi", "ｗｉｆｉ", "ＷＩＦＩ"])
def test_full_width_and_case_make_no_difference(found: Found, text: str):
    assert found(text) == ["wide"]


def test_a_number_with_a_point_is_one_word(found: Found):
    assert found("3.5") == ["wide"]
    assert found("3.6") == []


def test_latin_words_and_numbers_are_whole_words(found: Found):
    assert found("K3路") == ["bus"]
    assert found("K3 路") == ["bus"]
    assert found("k３路") == ["bus"]
    assert found("k3") == ["bus"]
    assert found("k31") == ["bus31"]
    assert found("5g") == ["bus"]
    assert found("5") == []


def test_a_quoted_phrase_asks_for_the_exact_order(found: Found):
    assert found("“噪音扰民”") == ["noise"]
    assert found('"扰民噪音"') == []
    assert found("扰民噪音") == ["noise"]
    assert found("「加裝電梯」") == ["lift"]


def test_a_minus_excludes(found: Found):
    assert found("电梯 -补贴") == ["about"]
    assert found("电梯 －补贴") == ["about"]
    assert "lift" not in found("-电梯")
    assert "bus" in found("-电梯")
    assert found('电梯 -"加装电梯"') == ["about"]


def test_a_match_in_the_title_comes_before_one_in_the_body(engine: Engine, found: Found):
    engine.index(
        [document("path", "增设公交站"), document("other", "杂项", fields={"problem": "公交站"})]
    )
    assert found("公交站") == ["path", "other"]


def test_an_answer_does_not_lift_a_mention_over_a_title(engine: Engine, found: Found):
    mention = {"problem": "顺便提一句，信号灯也要修。" + "此外还有许多别的事情要说。" * 5}
    engine.index(
        [document("asked", "信号灯太短"), document("told", "杂项", fields=mention, answered=True)]
    )
    assert found("信号灯") == ["asked", "told"]


def test_a_real_word_comes_before_the_same_characters_by_accident(engine: Engine, found: Found):
    # 集中学习 holds the characters of 中学 without meaning a school.
    engine.index([document("school", "关于新建中学校舍安排的建议", day=7)])
    assert found("中学") == ["school", "middle"]


def test_words_typed_together_rank_first_where_they_stand_together(engine: Engine, found: Found):
    engine.index(
        [
            document("apart", "停车场里的绿化管理", day=9, fields={"problem": "请统一安排。"}),
            document("near", "停车管理办法", day=9, fields={"problem": "请统一安排。"}),
        ]
    )
    assert found("停车管理") == ["near", "apart"]


def test_an_answered_one_comes_before_its_unanswered_twin(engine: Engine, found: Found):
    text = {"problem": "路灯不亮，夜里看不清路。"}
    engine.index(
        [
            document("open", "路灯损坏", fields=text, day=9),
            document("done", "路灯损坏", fields=text, day=9, answered=True),
        ]
    )
    assert found("路灯") == ["done", "open"]


def test_equal_ones_come_newest_first(engine: Engine, found: Found):
    engine.index([document(f"w{n}", "井盖松动", day=n) for n in range(3)])
    assert found("井盖") == ["w2", "w1", "w0"]


def test_a_look_alike_needs_only_some_of_the_words(engine: Engine, found: Found):
    text = "希望我们六楼的老旧小区早点装电梯，老人上下楼困难，没有补贴怎么办，地铁也不通"
    assert found(text) == []
    assert found(text, match="any")[0] == "lift"
    assert "noise" not in found(text, match="any")


def test_look_alikes_of_a_very_long_text_are_found(found: Found):
    assert found("加装电梯补贴办法。" + "今天天气晴朗适合散步。" * 2000, match="any")[0] == "lift"


def test_empty_text_browses_everything_newest_first(engine: Engine, found: Found):
    assert found() == [d.id.partition(":")[2] for d in reversed(CITY)]
    assert found("  　 ") == found()


HOSTILE = [
    '"',
    "'",
    '""',
    "-",
    "*",
    "a*",
    "NEAR(",
    "AND OR NOT",
    "title:电梯",
    "a:b -c:d",
    "(((",
    "))",
    "{a b} : c",
    "^电梯",
    "!&|<->:*",
    "'; DROP TABLE docs_1; --",
    "\\",
    "%s %(x)s",
    "<script>alert(1)</script>",
    "\x00电梯\x00",
    "\x01\x02\x1f",
    "\ud800",
    "👨‍👩‍👧‍👦",
    "😀😀",
    "。，、！",
    "１２３" * 50,
    "电" * 10_000,
    "电梯 " * 3_000,
    "-电梯 " * 3_000,
    '"' * 5_000,
    "a" * 10_000,
    "".join(chr(c) for c in range(0x4E00, 0x4E00 + 5_000)),
    "𠮷𫝀𬱖",
    "e\u0301" * 500,
    "\u202e梯电",
    "0.0.0.0.0",
    "_电梯",
    "x0nothing",
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("match", ["all", "any"])
def test_hostile_text_is_only_text(engine: Engine, text: str, match: str):
    page = engine.search(Query(text, match=match, facets=("topic",)))  # type: ignore[arg-type]
    assert page.total >= len(page.hits)
    assert page.engine == engine.name


def test_text_without_a_single_letter_finds_nothing(found: Found):
    assert found("😀。！") == []


def test_control_characters_do_not_hide_the_words_around_them(found: Found):
    assert set(found("\x00电梯\x1f")) == {"lift", "about"}


def test_characters_newer_than_the_engine_are_found(engine: Engine, found: Found):
    engine.index([document("rare", "关于\U0002cbfd江\U00030edd路名牌的建议")])
    assert found("\U0002cbfd江") == ["rare"]
    assert found("\U00030edd") == ["rare"]
    assert found("\U0002cbfe江") == []
