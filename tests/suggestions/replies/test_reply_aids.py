"""What helps to write an answer: the checklist of its parts, versions side by side, templates that are never rewritten."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suggestions import reply_parts
from suggestions.errors import ChangedMeanwhile, Invalid, NotAllowed
from suggestions.insight.completeness import checklist
from suggestions.insight.differences import side_by_side
from suggestions.models import ReplyTemplate
from suggestions.reply_parts import Part
from suggestions.services import reply_templates
from tests import world as w
from tests.world import BODY, MONDAY, World

GOOD = (
    "一、关于长椅，我们11月5日到现场看过，同意加装。二、关于雨棚，已列入明年计划。依据《城市公交站台设置导则》第八条。"
    "12月20日前由公交科装好。"
)


def missing(**changes: object) -> list[str]:
    facts = {
        "said": "一、加长椅。二、加雨棚。",
        "text": GOOD,
        "basis": "",
        "contact": "公交科 0380-555 0131",
    }
    return [c.label for c in checklist(**{**facts, **changes}) if not c.ok]  # type: ignore[arg-type]


def test_an_answer_that_holds_all_parts_misses_none() -> None:
    assert missing() == []


@pytest.mark.parametrize(
    ("changes", "label"),
    [
        ({"text": "我们11月5日到现场看过，同意加装长椅，12月20日前装好。", "basis": "导则"}, "逐条回应建议人提的每一点"),
        ({"text": GOOD.replace("到现场看过，", "")}, "写了查了什么、怎么查的"),
        ({"text": "一、现场有长椅。二、现场有雨棚。《导则》第八条。12月20日。"}, "写了决定"),
        ({"text": GOOD.replace("《城市公交站台设置导则》", "有关要求")}, "写了依据"),
        ({"text": "一、现场看过，同意。二、同意。《导则》。我们会尽快安排。"}, "写了下一步和日期"),
        ({"contact": " "}, "写了联系科室和电话"),
        ({"silent_units": ["市水务局"]}, "协办意见都写进了答复"),
    ],
)  # fmt: skip
def test_each_part_that_is_missing_is_named_and_only_that(changes: dict[str, object], label: str) -> None:  # fmt: skip
    assert missing(**changes) == [label]


def test_points_written_as_parts_count_as_restated() -> None:
    parts = [Part("加长椅", "同意"), Part("加雨棚", "列入计划")]
    text = "11月5日到现场看过，同意。依据《导则》。12月20日前装好。"
    assert missing(text=text, parts=parts) == []


TEXTS = st.lists(st.sampled_from(["站台要加长椅。", "我们看过了！", "装好了；", "\n", "没有标点", "a.b"]), max_size=12)  # fmt: skip


@given(TEXTS, TEXTS)
def test_each_side_of_a_comparison_is_its_version_letter_for_letter(
    before: list[str], after: list[str]
) -> None:
    old, new = "".join(before), "".join(after)
    left, right = side_by_side(old, new)
    assert "".join(r.text for r in left) == old
    assert "".join(r.text for r in right) == new
    kept = [r.text.strip() for r in left if not r.changed]
    assert kept == [r.text.strip() for r in right if not r.changed] or old.strip() != new.strip()


def test_only_the_changed_sentence_is_marked() -> None:
    left, right = side_by_side("看过现场。十月装好。谢谢。", "看过现场。十二月装好。谢谢。")
    assert [r.text for r in left if r.changed] == ["十月装好。"]
    assert [r.text for r in right if r.changed] == ["十二月装好。"]


def test_parts_name_the_unit_that_answers_and_drop_empty_rows_and_strange_units() -> None:
    rows = reply_parts.clean(
        [
            {"point": " 加长椅 ", "answer": "同意。", "unit": "bus"},
            {"point": "", "answer": ""},
            {"point": "雨水口", "answer": "已清掏。", "unit": "elsewhere"},
        ],
        {"bus": "市交通局"},
    )
    assert [(r["point"], r["unit"]) for r in rows] == [("加长椅", "bus"), ("雨水口", "")]
    said = reply_parts.compose(rows)
    assert said == "一、关于“加长椅”（市交通局）\n同意。\n\n二、关于“雨水口”\n已清掏。"


def test_a_point_without_an_answer_cannot_be_signed() -> None:
    assert reply_parts.problems([Part("加长椅", "")]) == [
        "第1条没有写答复，请补上，或者把这一条清空。"
    ]
    assert reply_parts.problems([Part("", "同意")]) == ["第1条没有写回应的是哪一点。"]


# Templates


@pytest.fixture
def city(db: None) -> World:
    return w.make_world()


def make(city: World, **changes: object) -> ReplyTemplate:
    facts = {
        "jurisdiction": city.jurisdiction, "unit": city.bus, "name": "站台类", "outcome": "planned",
        "body": "您提的“{标题}”我们看过了，请写怎么改。电话{办公电话}。", "actor": city.actor("unit_head:bus"), "at": MONDAY,
    }  # fmt: skip
    return reply_templates.save(**{**facts, **changes})  # type: ignore[arg-type]


def test_a_changed_template_is_a_new_version_and_the_old_one_stays(city: World) -> None:
    first = make(city)
    second = make(city, before=first, body="您提的“{标题}”我们到现场看过了，请写怎么改。")
    first.refresh_from_db()
    assert (first.number, first.is_current, second.number, second.is_current) == (1, False, 2, True)
    assert first.series == second.series
    assert first.body != second.body
    with pytest.raises(ChangedMeanwhile):
        make(city, before=first)


def test_a_unit_uses_its_own_templates_and_the_offices_and_nobody_elses(city: World) -> None:
    own = make(city)
    office = make(city, unit=None, name="通用", actor=city.actor("triage_officer"))
    make(city, unit=city.water, name="排水类", actor=city.actor("handler:water"))
    held = reply_templates.available(jurisdiction=city.jurisdiction, unit=city.bus)
    assert set(held) == {own, office}
    with pytest.raises(NotAllowed):
        make(city, unit=city.water)
    with pytest.raises(NotAllowed):
        make(city, unit=None)


def test_an_unknown_placeholder_is_refused_with_those_that_may_be_used(city: World) -> None:
    with pytest.raises(Invalid, match=r"\{办公电话\}"):
        make(city, body="您好，{姓名}，您提的事我们看过了，谢谢您的建议。")


def test_a_template_is_filled_with_the_facts_of_the_case(city: World) -> None:
    item = w.submit(city).suggestion
    text = reply_templates.render(
        make(city), suggestion=item, unit=city.bus, at=MONDAY + timedelta(days=1)
    )
    assert text == "您提的“人民路公交站加一张长椅”我们看过了，请写怎么改。电话0380-555 0111。"
    assert BODY not in text
