"""Filters, counts, order and paging, on every engine alike."""

from collections.abc import Callable

import pytest

from search.engine import Engine, FacetValue, Query
from tests.contracts.city import CITY, document

Found = Callable[..., list[str]]


@pytest.fixture(autouse=True)
def _city(engine: Engine) -> None:
    engine.index(CITY)


def counts(engine: Engine, name: str, text: str = "", **options: object) -> dict[str, int]:
    page = engine.search(Query(text, facets=(name,), **options))  # type: ignore[arg-type]
    return {value.value: value.count for value in page.facets[name]}


def test_values_of_one_facet_are_alternatives_and_facets_narrow(found: Found):
    assert set(found(filters={"topic": ("transport", "environment")})) == {"bus", "bus31", "noise"}
    assert found(filters={"topic": ("transport",), "district": ("west",)}) == ["bus31"]


def test_a_filter_narrows_a_text_search(found: Found):
    assert set(found("无法", filters={"district": ("west",)})) == {"traditional", "noise"}


def test_types_filter(engine: Engine, found: Found):
    assert found("电梯", types=("page",)) == ["about"]
    assert found("电梯", types=("suggestion",)) == ["lift"]
    assert set(found("电梯", types=("suggestion", "page"))) == {"lift", "about"}


def test_a_document_may_have_several_values_of_a_facet(found: Found):
    assert found(filters={"topic": ("access",)}) == ["traditional"]


def test_unknown_and_hostile_filters_match_nothing(engine: Engine):
    for filters in (
        {"topic": ("nothing",)},
        {"nothing": ("housing",)},
        {"topic": ("'; --",)},
        {"topic": ("\x00",)},
        {"topic": ("\ud800",)},
        {"to\x00pic": ("housing",)},
        {"*": ("housing",)},
        {"topic=housing": ("",)},
        {"": ("",)},
        {"topic": ("x" * 100_000,)},
    ):
        page = engine.search(Query("", filters=filters, facets=("topic",)))
        assert (page.total, page.hits) == (0, ())


def test_an_empty_filter_does_not_narrow(found: Found):
    assert len(found(filters={"topic": ()})) == len(CITY)


def test_facets_count_what_the_text_matches(engine: Engine):
    assert counts(engine, "topic") == {
        "housing": 2, "access": 1, "environment": 1, "transport": 2, "culture": 2
    }  # fmt: skip
    assert counts(engine, "type") == {"suggestion": 7, "page": 1}
    assert counts(engine, "topic", "电梯") == {"housing": 1}
    assert counts(engine, "type", "电梯") == {"suggestion": 1, "page": 1}


def test_a_facet_ignores_its_own_filter_but_not_the_others(engine: Engine):
    filters = {"topic": ("transport",), "district": ("east",)}
    page = engine.search(Query("", filters=filters, facets=("topic", "district", "year", "type")))
    assert [hit.key for hit in page.hits] == ["bus"]
    assert page.total == 1
    assert page.facets["topic"] == [
        FacetValue("culture", 2),
        FacetValue("housing", 1),
        FacetValue("transport", 1),
    ]
    assert page.facets["district"] == [FacetValue("east", 1), FacetValue("west", 1)]
    assert page.facets["year"] == [FacetValue("2026", 1)]
    assert page.facets["type"] == [FacetValue("suggestion", 1)]


def test_a_filter_on_a_facet_that_is_not_counted_narrows_the_counts(engine: Engine):
    assert counts(engine, "topic", filters={"unit": ("zjj",)}) == {"housing": 2, "access": 1}


def test_counts_and_total_cover_all_pages(engine: Engine):
    engine.index([document(f"n{n}", "垃圾分类", facets={"topic": ("waste",)}) for n in range(45)])
    page = engine.search(Query("垃圾", size=10, facets=("topic",)))
    assert (len(page.hits), page.total) == (10, 45)
    assert page.facets["topic"] == [FacetValue("waste", 45)]


def test_sort_by_date_puts_the_newest_first(found: Found):
    assert found("无法", sort="date") == ["middle", "traditional", "noise"]


@pytest.mark.parametrize("sort", ["relevance", "date"])
@pytest.mark.parametrize("text", ["", "垃圾"])
def test_pages_follow_each_other_without_gaps_or_doubles(engine: Engine, sort: str, text: str):
    # Many of one day and one text: only the id can tell their order.
    made = [
        document(f"n{n:03}", "垃圾分类投放点" + "太少" * (n % 3), day=n // 20, answered=n % 7 == 0)
        for n in range(57)
    ]
    engine.index(made)
    expected = 57 if text else 57 + len(CITY)
    seen: list[str] = []
    cursor: str | None = None
    for _ in range(20):
        page = engine.search(Query(text, sort=sort, size=10, cursor=cursor))  # type: ignore[arg-type]
        assert page.total == expected
        seen += [hit.id for hit in page.hits]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert len(seen) == expected
    assert len(set(seen)) == expected
    one_page = engine.search(Query(text, sort=sort, size=100))  # type: ignore[arg-type]
    assert seen == [hit.id for hit in one_page.hits]


def test_a_page_that_ends_exactly_has_no_next(engine: Engine):
    assert engine.search(Query("", size=len(CITY))).next_cursor is None
    assert engine.search(Query("", size=len(CITY) - 1)).next_cursor is not None


def test_a_new_document_does_not_shift_the_next_page(engine: Engine):
    first = engine.search(Query("", size=3))
    engine.index([document("fresh", "刚刚公布", day=30)])
    second = engine.search(Query("", size=3, cursor=first.next_cursor))
    assert [hit.key for hit in second.hits] == ["traditional", "bus31", "bus"]


@pytest.mark.parametrize(
    "cursor",
    ["", "x", "!!!", "AAAA", "W10", "bnVsbA", "W251bGwsMSwyLDMsNF0", "é", "\x00", "9" * 5000, "WyJkYXRlIiwxZTk5OSwxLCJhIiwxXQ"],
)  # fmt: skip
def test_a_broken_cursor_starts_from_the_beginning(engine: Engine, cursor: str):
    page = engine.search(Query("", sort="date", cursor=cursor, size=2))
    assert [hit.key for hit in page.hits] == ["about", "middle"]


def test_a_cursor_of_another_sort_starts_from_the_beginning(engine: Engine):
    cursor = engine.search(Query("无法", sort="date", size=1)).next_cursor
    fresh = engine.search(Query("无法", size=1))
    assert engine.search(Query("无法", size=1, cursor=cursor)).hits == fresh.hits


def test_a_page_size_is_kept_within_reason(engine: Engine):
    assert len(engine.search(Query("", size=-5)).hits) == 1
    assert len(engine.search(Query("", size=10**9)).hits) == len(CITY)


def test_a_hit_carries_what_was_stored(engine: Engine):
    hit = engine.search(Query("加装电梯", types=("suggestion",))).hits[0]
    stored = CITY[0]
    assert (hit.id, hit.key, hit.type) == ("suggestion:lift", "lift", "suggestion")
    assert (hit.title, hit.url, hit.date, hit.answered) == (
        stored.title,
        stored.url,
        stored.date,
        True,
    )
    assert hit.data == {"case_no": "JY2026-0000001-1"}
    assert hit.facets == stored.facets
    assert hit.score > 0


def test_matches_are_marked_in_title_and_snippets(engine: Engine):
    hit = engine.search(Query("补贴 电梯", types=("suggestion",))).hits[0]
    assert hit.title_html == "关于老旧小区加装<mark>电梯</mark>的建议"
    assert hit.snippets["proposal"] == "请尽快出台加装<mark>电梯</mark>的<mark>补贴</mark>办法。"


def test_marks_keep_the_characters_of_the_original(engine: Engine):
    hit = engine.search(Query("台湾 无障碍")).hits[0]
    assert hit.title_html == "<mark>臺灣</mark>同胞反映舊城區<mark>無障礙</mark>設施不足"
    assert engine.search(Query("wifi")).hits[0].title_html.startswith("<mark>ＷｉＦｉ</mark>")


def test_markup_of_residents_is_shown_as_text(engine: Engine):
    engine.index(
        [document("xss", "<b>路灯</b>&amp;", fields={"problem": "<script>路灯</script>'\""})]
    )
    hit = engine.search(Query("路灯")).hits[0]
    assert hit.title_html == "&lt;b&gt;<mark>路灯</mark>&lt;/b&gt;&amp;amp;"
    assert hit.snippets["problem"] == "&lt;script&gt;<mark>路灯</mark>&lt;/script&gt;&#x27;&quot;"
