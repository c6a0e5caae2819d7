"""Replies that people complain about are pointed out to the reviewer; good ones pass without a word."""

from datetime import date

import pytest

from suggestions.insight.replies import only_passes_on, reply_check

ASKED = (
    "19路末班车延到22:00。市一院下夜班的护士等不到公交车，站台上也没有灯，希望公交公司调整时刻表。"
)
GOOD = (
    "陈女士：您好！您提的19路末班车延时和站台照明两件事，我们到市一院站连看了三个晚上。20:30以后平均每晚有46人候车，"
    "您说的情况属实。经研究，采纳您的建议：自12月1日起，19路末班车由20:30延至22:00，每20分钟一班；站台照明由市城管局在"
    "12月10日前装好。依据是《江澜市公共交通服务规范》第八条。运行两个月后我们会公布客流，再决定是否继续加密。"
    "有疑问请打公交管理科0380-555 0131。"
)
OFFICE = "公交管理科 0380-555 0131"


def codes(reply: str, outcome: str = "adopted", **more: object) -> list[str]:
    options: dict[str, object] = {"contact": OFFICE, **more}
    return [w.code for w in reply_check(ASKED, reply, outcome, **options)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "outcome", ["adopted", "planned", "under_study", "not_adopted", "partly_adopted"]
)
def test_a_reply_that_says_what_was_seen_decided_and_when_passes_without_a_word(
    outcome: str,
) -> None:
    assert codes(GOOD, outcome) == []


@pytest.mark.parametrize(
    "reply",
    [
        "您好，您的建议已转交通局处理，感谢您的支持。",
        "网友您好！来信收悉，我们已将您反映的公交问题转交相关部门办理，请耐心等待，感谢您对我市公共交通工作的关心、理解和支持，欢迎您继续提出宝贵意见。",
        "您的建议已反馈至公交公司，请与公交公司联系。",
        "您好，此件已移交城管局和交通局共同研究。",
    ],
)
def test_a_reply_that_only_passes_the_matter_on_is_pointed_out(reply: str) -> None:
    assert "forwarded_only" in codes(reply)


@pytest.mark.parametrize(
    "reply", ["收到。", "您好！您的公交建议很好，我们会认真考虑。感谢您的来信！", ""]
)
def test_a_reply_of_courtesies_is_too_short(reply: str) -> None:
    assert "too_short" in codes(reply)


UNDATED = (
    "您提的19路末班车和站台照明两件事，我们到现场看过，情况属实。站台照明需要重新敷设电缆，末班车延时需要增加司机，"
    "两件事都已和有关方面商量，准备列入工作安排，等条件具备时一并实施，届时会在站台张贴告示，也会在网上告诉大家。"
)


@pytest.mark.parametrize("outcome", ["planned", "under_study"])
def test_a_plan_without_a_date_is_pointed_out_unless_the_form_holds_one(outcome: str) -> None:
    assert "no_date" in codes(UNDATED, outcome)
    assert "no_date" not in codes(UNDATED, outcome, next_date=date(2027, 3, 1))
    assert "no_date" not in codes(UNDATED + "明年3月底前完成。", outcome)
    assert "no_date" not in codes(UNDATED, "adopted")


def test_a_refusal_without_a_reason_is_pointed_out_unless_the_form_holds_its_basis() -> None:
    bare = (
        "您提的19路末班车延时一事收悉。我们研究后不予采纳，请您谅解。"
        + "公交服务一直是我们努力改进的方向，我们会继续倾听大家的声音。" * 3
    )
    assert "no_reason" in codes(bare.replace("研究", "看"), "not_adopted")
    assert "no_reason" not in codes(bare, "not_adopted", basis="《公交线网规划》第六条")
    assert "no_reason" not in codes(bare + "因为夜间客流每班不到两人。", "not_adopted")


def test_a_reply_without_an_office_to_ask_is_pointed_out() -> None:
    silent = GOOD.replace("有疑问请打公交管理科0380-555 0131。", "")
    assert codes(silent, contact="") == ["no_contact"]
    assert codes(GOOD, contact="", allow=["0380-555 0131"]) == []


def test_an_earlier_reply_with_another_date_and_name_is_still_a_copy() -> None:
    earlier = GOOD.replace("12月1日", "3月15日").replace("46人", "12人").replace("陈女士", "李先生")
    assert "copied" in codes(
        GOOD, earlier_replies=["完全不同的一件答复，说的是公园里的长椅和树。" * 4, earlier]
    )
    assert "copied" not in codes(
        GOOD, earlier_replies=["完全不同的一件答复，说的是公园里的长椅和树。" * 4]
    )


@pytest.mark.parametrize(
    "slip",
    ["您的电话19900001234我们打过。", "您住的5幢302我们去过。", "身份证990101194503120020已核对。"],
)
def test_personal_data_in_a_reply_is_pointed_out_with_its_kind(slip: str) -> None:
    [warning] = reply_check(ASKED, GOOD + slip, "adopted", contact=OFFICE)
    assert warning.code == "personal_data"
    assert warning.evidence in slip


def test_the_offices_own_number_and_the_salutation_are_no_slip() -> None:
    assert "personal_data" not in codes(GOOD)


def test_an_answer_to_another_case_is_pointed_out() -> None:
    other = "关于您反映的银杏落果气味，园林队上周清理两次，依据养护标准，明年3月前换种雄株。绿化科会继续巡查，遇到同类情形随时处理，并在春季复查树穴与草坪。"
    assert "off_topic" in codes(other)


def test_every_warning_tells_the_reviewer_what_is_wrong_in_a_sentence() -> None:
    warnings = reply_check(ASKED, "已转交通局处理。", "planned")
    assert {w.code for w in warnings} >= {"forwarded_only", "too_short", "no_date", "no_contact"}
    assert all(w.message.endswith("。") for w in warnings)


@pytest.mark.parametrize(
    ("text", "stopped"),
    [
        ("您好，您反映的问题已转交有关部门研究处理，感谢您对我们工作的关心和支持，请继续监督我们。", True),
        ("来信收悉，我们已将您反映的公交问题转交相关部门办理，请耐心等待。", True),
        ("电梯施工告知可并入联合办理，由住建窗口收件后推送我局，不再让居民另交纸质材料，办理时限3个工作日。", False),
        ("末班车的事已转交公交公司。车队同意周五起加开一班22点的车，站牌下周换好。", False),
        ("已转交市水务局，现场看过，雨水口堵了，11月10日清掏。", False),
        ("", False),
    ],
)  # fmt: skip
def test_only_an_answer_that_passes_the_matter_on_and_says_nothing_else_is_stopped(
    text: str, stopped: bool
) -> None:
    assert only_passes_on(text) == stopped
