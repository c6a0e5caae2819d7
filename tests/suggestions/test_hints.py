"""Hints help the person at triage and decide nothing; every hint says what it rests on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suggestions.insight.hints import (
    VERSION,
    DirectoryRow,
    TopicFacts,
    UnitFacts,
    category_hints,
    topic_hints,
    unit_hints,
)
from suggestions.insight.starter_keywords import STARTER_KEYWORDS

TOPICS = [TopicFacts(code, code) for code in STARTER_KEYWORDS]
UNITS = [
    UnitFacts(
        "jtj",
        "市交通运输局",
        "公交、出租、网约车、公共自行车。",
        "路口红绿灯和违停归市公安局交警支队。",
    ),
    UnitFacts("cgj", "市城管局", "市容、垃圾分类、路灯、公厕、占道经营。", "河道归市水务局。"),
]
DIRECTORY = [
    DirectoryRow("bus", "jtj", basis="市派单目录第3条"),
    DirectoryRow("bus", "wzjt", district="990121"),
    DirectoryRow("transport", "jtj"),
    DirectoryRow("lighting", "cgj"),
]


@pytest.mark.parametrize(
    ("title", "text", "topic"),
    [
        ("19路末班车延到十点", "下夜班没有公交，站台上等不到车。", "bus"),
        ("三单元加装电梯卡了两年", "老人爬楼腿脚不便。", "elevator"),
        ("路灯坏了半年没人修", "巷子里太暗，摸黑走路。", "lighting"),
        ("学校食堂的午餐能不能热一点", "配餐到学校已经凉了。", "meals"),
        ("小区门口乱停车", "停车位不够，占道停车堵住消防车。", "parking"),
    ],
)
def test_the_matter_named_in_the_title_leads_the_topics(title: str, text: str, topic: str) -> None:
    first, *_rest = topic_hints(text, TOPICS, title=title)
    assert first.value == topic
    assert 0 < first.confidence < 1
    assert first.version == VERSION
    assert first.reasons[0].startswith("提到“")


def test_a_topics_own_keywords_replace_the_starter_ones() -> None:
    topics = [TopicFacts("bus", "公交", ("缆车",)), TopicFacts("x", "其他", ("公交",))]
    assert [h.value for h in topic_hints("公交站", topics)] == ["x"]


def test_a_text_without_any_keyword_gets_no_topic() -> None:
    assert topic_hints("！！！", TOPICS) == []


def test_the_directory_names_the_unit_and_the_place_decides_between_two() -> None:
    city = unit_hints("", ["bus", "transport"], "990101", DIRECTORY)
    county = unit_hints("", ["bus", "transport"], ["990121", "990100"], DIRECTORY)
    assert [h.value for h in city] == ["jtj"]
    assert "派单目录：市派单目录第3条" in city[0].reasons
    assert county[0].value == "wzjt"


def test_duties_speak_where_the_directory_is_silent_and_what_is_not_ours_lowers() -> None:
    duties = unit_hints("公厕和垃圾分类都要改进", "unknown", "", [], UNITS)
    assert [h.value for h in duties] == ["cgj"]
    assert "垃圾分类" in duties[0].reasons[0]
    alone = unit_hints("", "bus", "", DIRECTORY, UNITS)[0]
    doubted = unit_hints("路口红绿灯太短", "bus", "", DIRECTORY, UNITS)[0]
    assert doubted.confidence < alone.confidence
    assert "不管" in doubted.reasons[-1]


def test_no_directory_and_no_duties_give_no_unit() -> None:
    assert unit_hints("随便什么", "bus", "", []) == []


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("厂里拖欠我三个月工资，请帮我要回。", "appeal_claim"),
        ("我家的拆迁补偿款一直没给，要求赔偿我家。", "appeal_claim"),
        ("法院一审判决不公，我要上诉。", "litigation_related"),
        ("判决生效一年，执行局还没有强制执行。", "litigation_related"),
        ("实名举报某村书记虚报冒领补贴。", "report_misconduct"),
        ("窗口人员收红包才给办，这是受贿。", "report_misconduct"),
        ("请问老年卡怎么办理，需要哪些材料？", "consultation"),
        ("想了解一下落户需要什么条件。", "consultation"),
        ("楼下闻到很浓的煤气味，快来人！", "emergency"),
        ("有人被困在电梯里，有生命危险。", "emergency"),
        ("我申请政府信息公开，要某路改造的批文。", "info_request"),
    ],
)
def test_what_is_no_suggestion_is_pointed_out_with_the_words_that_say_so(
    text: str, category: str
) -> None:
    first, *_rest = category_hints(text)
    assert first.value == category
    assert any(
        word in text for word in first.reasons[0].removeprefix("提到").strip("“”").split("”、“")
    )


@pytest.mark.parametrize(
    "text",
    [
        "建议19路末班车延到晚上十点，方便下夜班的人。",
        "建议法院门口增设公交站，旁听的人不用走两站路。",
        "希望在社区设一个律师咨询点，每周半天。",
        "给独居老人家里装烟雾报警器，建议街道补一半。",
        "建议把外卖骑手的工伤保险说明贴到换电柜上。",
        "电动车充电棚建够，别等着火了再补。",
        "能否在公园增设长椅？老人走累了没处坐。",
        "建议工资专户信息贴在工地门口，大家都看得到。",
    ],
)
def test_a_suggestion_that_mentions_courts_wages_or_fire_stays_a_suggestion(text: str) -> None:
    assert category_hints(text) == []


def test_a_clear_proposal_does_not_hide_an_emergency_or_an_accusation() -> None:
    asks = "建议增设路灯，希望在路口设岗，建议把树修了。"
    assert category_hints(asks + "另外楼里正在漏气！")[0].value == "emergency"
    assert category_hints(asks + "另外我举报某局长受贿。")[0].value == "report_misconduct"


@given(st.text(max_size=300))
def test_no_text_whatever_breaks_a_hint(text: str) -> None:
    for hint in [
        *category_hints(text),
        *topic_hints(text, TOPICS, title=text),
        *unit_hints(text, "bus", "", DIRECTORY, UNITS),
    ]:
        assert 0 < hint.confidence <= 1
        assert hint.reasons
