"""What people type, on every engine alike: words that mean the same, slips, pinyin, fields, dates, personal data."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from search import lexicon, likeness, percolation
from search.asking import ask
from search.engine import Document, Engine, Query
from search.models import WordGroup
from search.syntax import register_field
from tests.contracts.city import CITY, document

Found = Callable[..., list[str]]

MORE = [
    document(
        "parking",
        "医院门口停车位太少",
        day=20,
        fields={"problem": "看病的人绕三圈找不到车位。", "reply": "新增八十个车位。"},
        facets={"topic": ("transport",), "unit": ("jtj",), "district": ("east",)},
        answered=True,
    ),
    document(
        "toilet",
        "菜场旁边的公厕晚上锁门",
        day=40,
        fields={"problem": "卖菜的人夜里没有地方方便。"},
        facets={"topic": ("environment",), "unit": ("cgj",), "district": ("west",)},
    ),
    document(
        "canteen",
        "社区食堂的菜太咸",
        day=50,
        fields={"problem": "血压高的老人吃不了，请少放盐。"},
        facets={"topic": ("ageing",), "unit": ("mzj",), "district": ("west",)},
    ),
    document(
        "canteen2", "社区食堂午饭时间太短", day=51, facets={"topic": ("ageing",), "unit": ("mzj",)}
    ),
    document(
        "canteen3", "社区食堂能不能送餐", day=52, facets={"topic": ("ageing",), "unit": ("mzj",)}
    ),
]
ALL = [*CITY, *MORE]


@pytest.fixture(autouse=True)
def _city(engine: Engine) -> None:
    WordGroup.objects.all().delete()
    WordGroup.objects.create(words="公厕、厕所、洗手间、卫生间")
    WordGroup.objects.create(words="加装电梯、装电梯、加梯")
    WordGroup.objects.create(words="停车位、车位、泊位")
    WordGroup.objects.create(words="芙蓉里")
    engine.index(ALL)
    lexicon.rebuild(ALL)


@pytest.fixture
def asked(engine: Engine) -> Callable[..., list[str]]:
    """The keys of what a person is shown, best first."""

    def ask_for(text: str, **options: object) -> list[str]:
        return [hit.key for hit in ask(Query(text, **options), engine=engine).hits]  # type: ignore[arg-type]

    return ask_for


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("厕所", {"toilet", "traditional"}),
        ("洗手間", {"toilet", "traditional"}),
        ("卫生间 锁门", {"toilet"}),
        ("加梯", {"lift"}),
        ("装电梯", {"lift"}),
        ("装电梯补贴", {"lift"}),
        ("泊位", {"parking"}),
        ("车位", {"parking"}),
        ("医院泊位", {"parking"}),
    ],
)
def test_a_word_finds_what_means_the_same(found: Found, text: str, keys: set[str]):
    assert set(found(text)) == keys


def test_a_quoted_word_means_itself_alone(found: Found):
    assert found("“泊位”") == []
    assert found("“洗手间”") == ["traditional"]
    assert found("“卫生间”") == []


def test_an_excluded_word_excludes_itself_alone(found: Found):
    assert "toilet" in found("锁门 -厕所")
    assert "toilet" not in found("锁门 -公厕")


def test_the_word_itself_comes_before_one_that_means_the_same(engine: Engine, found: Found):
    engine.index([document("wc", "菜场旁边的厕所晚上锁门", day=40)])
    assert found("厕所 锁门")[0] == "wc"


def test_a_name_of_the_dictionary_is_wanted_in_one_piece(engine: Engine, found: Found):
    engine.index([document("apart", "芙蓉路修好了，家里很高兴")])
    assert found("芙蓉里") == ["bus31"]


def test_what_means_the_same_is_marked_in_the_result(engine: Engine):
    (hit,) = engine.search(Query("泊位")).hits
    assert "<mark>停车位</mark>" in hit.title_html
    assert "<mark>车位</mark>" in hit.snippets["problem"]


@pytest.mark.parametrize(
    ("text", "meant", "key"),
    [
        ("tingchewei", "停车位", "parking"),
        ("dianti", "电梯", "lift"),
        ("DIANTI", "电梯", "lift"),
        ("shequ shitang", "社区食堂", "canteen"),
        ("shequshitang", "社区食堂", "canteen"),
        ("社区实堂", "社区食堂", "canteen"),
        ("医院停车为", "医院停车位", "parking"),
        ("加装电提", "加装电梯", "lift"),
        ("早音扰民", "噪音扰民", "noise"),
        ("furongli", "芙蓉里", "bus31"),
        ("hulongli", None, None),
        ("xyzzy", None, None),
        ("tushuguan", "图书馆", "wide"),
        ("芙荣里", "芙蓉里", "bus31"),
        ("wuzhangai", "无障碍", "traditional"),
    ],
)
def test_a_slip_is_put_right_from_the_words_of_public_texts(
    engine: Engine, text: str, meant: str | None, key: str | None
):
    answer = ask(Query(text), engine=engine)
    assert answer.corrected == (meant or "")
    if key:
        assert answer.page.hits
        assert key in {hit.key for hit in answer.page.hits}


@pytest.mark.parametrize("text", ["gongjiao", "gong jiao", "公教", "公叫", "GONGJIAO"])
def test_a_common_word_is_meant_when_only_its_sound_was_typed(engine: Engine, text: str):
    buses = [document(f"late{n}", "公交 晚点", day=70 + n) for n in range(4)]
    engine.index(buses)
    lexicon.rebuild([*ALL, *buses])
    answer = ask(Query(text), engine=engine)
    assert answer.corrected == "公交"
    assert {"late0", "bus"} <= {hit.key for hit in answer.page.hits}


@pytest.mark.parametrize("text", ["“dianti”", "-dianti", "“社区实堂”"])
def test_what_is_quoted_or_excluded_is_not_put_right(engine: Engine, text: str):
    assert ask(Query(text), engine=engine).corrected == ""


def test_a_word_that_is_found_is_never_changed(engine: Engine):
    engine.index(
        [
            document("rare", "公教人员住房的事", day=3),
            *(document(f"b{n}", "公交") for n in range(9)),
        ]
    )
    lexicon.rebuild(
        [document("rare", "公教人员住房的事"), *(document(f"b{n}", "公交") for n in range(9))]
    )
    answer = ask(Query("公教"), engine=engine)
    assert answer.corrected == ""
    assert [hit.key for hit in answer.page.hits] == ["rare"]


def test_exactly_means_exactly(engine: Engine):
    answer = ask(Query("dianti"), engine=engine, exactly=True)
    assert (answer.page.total, answer.corrected, answer.near) == (0, "", ())


def test_a_corrected_search_goes_on_to_its_second_page(engine: Engine):
    first = ask(Query("shequshitang", size=2), engine=engine)
    assert first.page.next_cursor
    second = ask(Query("shequshitang", size=2, cursor=first.page.next_cursor), engine=engine)
    keys = [hit.key for hit in (*first.page.hits, *second.page.hits)]
    assert sorted(keys) == ["canteen", "canteen2", "canteen3"]
    assert second.corrected == "社区食堂"


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("我母亲腿脚不便住六楼怎么才能装上电梯", "lift"),
        ("晚上跳广场舞的音响太吵孩子写作业怎么办", "noise"),
        ("食堂做饭能不能少放点盐血压高的人吃不了", "canteen"),
        ("看病的时候医院外面找不到地方停车", "parking"),
        ("坐轮椅的人想进公园可是门口有台阶", "traditional"),
    ],
)
def test_a_long_question_finds_the_nearest_thing(
    asked: Callable[..., list[str]], text: str, first: str
):
    assert asked(text)[0] == first


def test_a_question_about_nothing_that_is_there_finds_nothing(asked: Callable[..., list[str]]):
    assert asked("量子纠缠态") == []


# Fields and dates


def _unit(value: str) -> tuple[str, tuple[str, ...]] | None:
    codes = {"交通局": ("jtj",), "城管局": ("cgj",), "住建局": ("zjj",)}.get(value)
    return ("unit", codes) if codes else None


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("试单位:交通局", {"bus", "bus31", "parking"}),
        ("试单位：交通局 车位", {"parking"}),
        ("试单位:交通局 试单位:城管局", {"bus", "bus31", "parking", "toilet"}),
        ("试单位:“交通局” 末班车", {"bus31"}),
        ("试单位:乌有司", set()),
        ("没有的栏:电梯", set()),
        ("2026年3月以前", set()),
        ("2026年4月", {"toilet", "canteen", "canteen2", "canteen3"}),
        ("2026-04", {"toilet", "canteen", "canteen2", "canteen3"}),
        ("2026年4月10日", {"toilet"}),
        ("2026-04-10", {"toilet"}),
        ("日期:2026-04-10", {"toilet"}),
        ("食堂 2026年4月", {"canteen", "canteen2", "canteen3"}),
        ("食堂 2026年3月", set()),
        ("食堂 2026年4月以后", {"canteen", "canteen2", "canteen3"}),
        ("车位 2026年4月以前", {"parking"}),
        ("日期:2026 车位", {"parking"}),
        ("日期:2025", set()),
        ("2026-13 车位", set()),
        ("２０２６年４月 公厕", {"toilet"}),
    ],
)
def test_fields_and_dates_narrow(engine: Engine, text: str, keys: set[str]):
    register_field(["试单位"], _unit)
    page = ask(Query(text, size=50), engine=engine, exactly=True).page
    assert {hit.key for hit in page.hits} == keys
    assert page.total == len(keys)


def test_a_period_narrows_facets_and_pages_alike(engine: Engine):
    since = datetime(2026, 4, 1, tzinfo=UTC)
    query = Query(facets=("topic",), since=since, until=since + timedelta(days=30), size=2)
    page = engine.search(query)
    assert page.total == 4
    assert {v.value: v.count for v in page.facets["topic"]} == {"ageing": 3, "environment": 1}
    rest = engine.search(Query(since=since, until=query.until, size=2, cursor=page.next_cursor))
    assert len({h.key for h in (*page.hits, *rest.hits)}) == 4


HOSTILE = [":", "：", "::", "单位:", ":交通局", "单位::交通局", "日期:", "日期:9999-99-99", "日期:1900", "2026年", "2026--03",
           "年:0000", "编号:", "编号:😀", "单位:" + "局" * 500, "主题:'; DROP TABLE x; --", "地区:%", "年:２０２６",
           "单位:\x00", "日期:2026-02-30", "a:b:c:d", "- : -", "“单位:交通局”", "单位:“", "-单位:交通局"]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_field_or_date_is_an_error(engine: Engine, text: str):
    answer = ask(Query(text, facets=("topic",)), engine=engine)
    assert answer.page.total >= len(answer.page.hits)


# Personal data and deletions


def test_what_is_replaced_or_removed_leaves_no_trace_in_any_answer(engine: Engine):
    secret = document("leak", "张小明的电话", day=60, version=1, fields={"problem": "请打13800001234找张小明"},
                      facets={"unit": ("leaky",)}, data={"case_no": "JY2026-0009999-1"})  # fmt: skip
    engine.index([secret])
    assert engine.search(Query("张小明")).total == 1
    engine.index(
        [document("leak", "某先生的来信", day=60, version=2, fields={"problem": "请打电话"})]
    )
    for text in ("张小明", "13800001234", "1380000", "JY2026-0009999-1", "zhangxiaoming", "张晓明"):
        answer = ask(Query(text, facets=("unit",)), engine=engine)
        assert all(
            "张小明" not in str(hit) and "13800001234" not in str(hit) for hit in answer.hits
        ), text
        assert answer.page.total == 0, text
    assert "leaky" not in str(engine.search(Query(facets=("unit",))).facets)
    engine.delete(["suggestion:leak"])
    assert engine.search(Query("某先生")).total == 0


def test_a_part_of_a_long_number_finds_nothing(engine: Engine, found: Found):
    engine.index([document("phone", "办公电话0380-5550101", day=61)])
    assert found("5550101") == ["phone"]
    for part in ("555", "5550", "0101", "555010"):
        assert found(part) == []


def test_a_word_of_one_text_alone_is_never_offered_for_completion(engine: Engine):
    from search.completing import complete

    lexicon.rebuild([document("leak", "张小明家门口的路灯"), *ALL])
    assert complete("张") == []
    assert complete("zhang") == []
    assert "社区食堂" in complete("社区")
    assert "社区食堂" in complete("shequ")
    assert "社区食堂" in complete("sqst")
    assert complete("老人 社区")[0].startswith("老人 ")


# Candidates for a closer look


def test_candidates_are_the_best_hits_without_count_marks_or_next_page(engine: Engine):
    query = Query("电梯 停车 食堂", match="any", size=3, candidates=True, facets=("type",))
    page = engine.search(query)
    everything = engine.search(Query("电梯 停车 食堂", match="any", size=50))
    assert len(page.hits) == page.total == 3
    assert {hit.id for hit in page.hits} <= {hit.id for hit in everything.hits}
    assert (page.next_cursor, page.facets) == (None, {})
    for hit in page.hits:
        assert "<mark>" not in hit.title_html
        assert hit.snippets == {}
        assert hit.fields or hit.title


def test_candidates_keep_to_types_filters_and_what_is_excluded(engine: Engine):
    def ids(text: str, **rest: Any) -> set[str]:
        return {h.id for h in engine.search(Query(text, match="any", candidates=True, **rest)).hits}

    everything = ids("电梯 食堂", size=50)
    for rest in ({"types": ("page",)}, {"filters": {"district": ("west",)}}):
        whole = engine.search(Query("电梯 食堂", match="any", size=50, **rest)).hits
        assert ids("电梯 食堂", size=50, **rest) == {hit.id for hit in whole} <= everything
    assert ids("") == ids("！！") == set()


def test_look_alikes_are_the_same_on_every_engine(engine: Engine):
    lexicon.rebuild(ALL)
    found = likeness.alike("社区里办一个食堂给老人送饭", engine=engine, floor=0.2)
    assert found
    assert "食堂" in found[0].hit.title
    assert [one.likeness for one in found] == sorted((o.likeness for o in found), reverse=True)
    best = found[0].hit
    without = likeness.alike(
        "社区里办一个食堂给老人送饭", engine=engine, floor=0.2, without=(best.id,)
    )
    assert best.id not in {one.hit.id for one in without}
    (shown,) = likeness.marked("食堂", [best])
    assert "<mark>食堂</mark>" in shown.title_html
    assert likeness.alike("量子计算机的低温阀门", engine=engine) == []


# Kept searches


KEPT = ["电梯", "加梯", "厕所", "车", "K3路", "“公交车早高峰”", "“早高峰公交车”", "电梯 -补贴", "-电梯", "臺灣", "3.5", "3",
        "社区食堂", "食堂 送餐", "试单位:交通局 车位", "2026年4月", "2026年4月以后 食堂", "", "😀", "wifi", "老", "集中", "中学",
        "里"]  # fmt: skip


@pytest.mark.parametrize("text", KEPT)
def test_a_kept_search_finds_a_new_document_where_the_engine_does(engine: Engine, text: str):
    register_field(["试单位"], _unit)
    hits = ask(Query(text, size=50), engine=engine, exactly=True).page.hits
    by_engine = {hit.id for hit in hits}
    assert {d.id for d in ALL if percolation.finds(Query(text), d)} == by_engine


def test_kept_searches_are_told_apart_by_their_filters(engine: Engine):
    kept = [
        ("all", Query("社区食堂")),
        ("west", Query("食堂", filters={"district": ("west",)})),
        ("page", Query("食堂", types=("page",))),
        ("other", Query("食堂", filters={"topic": ("housing", "ageing")})),
    ]
    new: Document = MORE[2]
    assert percolation.which(kept, new) == ["all", "west", "other"]
    for key, query in kept:
        found = {hit.id for hit in engine.search(query).hits}
        assert (new.id in found) == (key in percolation.which(kept, new))


# Order


def test_tags_count_like_a_title(engine: Engine, found: Found):
    engine.index(
        [
            document("tagged", "门口的事", day=9, fields={"tags": "信号灯 斑马线"}),
            document("said", "别的事", day=9, fields={"problem": "信号灯"}),
        ]
    )
    assert found("信号灯") == ["tagged", "said"]


def test_the_newer_of_two_answers_comes_first(engine: Engine, found: Found):
    engine.index([document(f"r{n}", "雨水篦子堵了", day=n * 100, answered=True) for n in range(3)])
    assert found("篦子") == ["r2", "r1", "r0"]


def test_what_a_small_number_counts_belongs_to_it(engine: Engine, found: Found):
    engine.index(
        [
            document("two", "地铁2号线的扶梯"),
            document("one", "地铁1号线，2个出口"),
        ]
    )
    assert found("地铁2号线") == ["two"]
    assert found("2号线") == ["two"]


@pytest.mark.parametrize("size", [1, 2, 3, 5])
@pytest.mark.parametrize("text", ["", "社区", "车", "电梯 OR 食堂"])
def test_pages_of_any_size_show_everything_once(engine: Engine, text: str, size: int):
    cursor, seen, total = None, [], 0
    for _ in range(40):
        page = engine.search(Query(text, size=size, cursor=cursor))
        seen += [hit.id for hit in page.hits]
        total, cursor = page.total, page.next_cursor
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == total


@pytest.mark.parametrize("text", ["老旧小区加装电梯", "噪音", "无障碍设施", "WiFi", "K3路"])
def test_no_mark_cuts_a_word_or_a_sign(engine: Engine, text: str):
    for hit in ask(Query(text), engine=engine).hits:
        for html in (hit.title_html, *hit.snippets.values()):
            assert html.count("<mark>") == html.count("</mark>")
            assert "<mark></mark>" not in html
            plain = html.replace("<mark>", "").replace("</mark>", "").strip("…")
            assert "<" not in plain
