"""/search/ understands how people type: slips, pinyin, fields, dates; completes from public texts and gives everything as CSV."""

import csv
import io

import pytest
from django.test import Client

from search.models import LexiconWord, WordGroup
from suggestions.models import Suggestion
from tests import world as life
from tests.suggestions.reading.conftest import text
from tests.world import World


@pytest.fixture
def city(world: World, index) -> World:
    for n in range(4):
        life.answered(world, title=f"第{n}号公园的长椅坏了", problem="老人没有地方坐。")
    index()
    return world


def test_pinyin_is_searched_as_the_words_it_spells_and_the_page_says_so(
    client: Client, city: World
):
    page = text(client.get("/search/", {"q": "gong yuan"}))
    assert "没有找到“gong yuan”，已改找“公园”" in page
    assert "<mark>公园</mark>" in page
    assert "exact=1" in page


def test_who_wants_what_was_typed_gets_nothing_else(client: Client, city: World):
    page = text(client.get("/search/", {"q": "gongyuan", "exact": "1"}))
    assert "没有找到“gongyuan”" in page
    assert "已改找" not in page


@pytest.mark.parametrize(
    ("typed", "leads_to"),
    [
        ("单位:交通局 长椅", "/search/?q=%E9%95%BF%E6%A4%85&unit="),
        ("地区:东城 长椅", "/search/?q=%E9%95%BF%E6%A4%85&district="),
        ("年:2026", "/search/?year=2026"),
        ("长椅 2026年3月", "when=2026"),
    ],
)
def test_what_a_field_or_a_date_says_becomes_a_filter_one_can_take_back(
    client: Client, city: World, typed: str, leads_to: str
):
    response = client.get("/search/", {"q": typed})
    assert response.status_code == 302
    assert leads_to in response["Location"]
    assert client.get(response["Location"]).status_code == 200


def test_a_period_is_shown_and_can_be_taken_back(client: Client, city: World):
    page = text(client.get("/search/", {"q": "长椅", "when": "1999年3月"}))
    assert "日期：1999年3月" in page
    assert "没有找到" in page


def test_words_to_go_on_with_come_as_json_without_a_cookie(client: Client, city: World):
    assert LexiconWord.objects.filter(text="公园", documents__gte=3).exists()
    for typed in ("公", "gongy", "gongyuan", "gy"):
        response = client.get("/search/complete/", {"q": typed})
        assert "公园" in " ".join(response.json()["words"]), typed
    assert not response.cookies
    assert response["ETag"]
    for hostile in ("", " ", "\x00", "%", "a" * 5000, "'", "😀"):
        assert client.get("/search/complete/", {"q": hostile}).json() == {"words": []}


def test_completing_costs_one_query_however_many_words_there_are(
    client: Client, city: World, django_assert_max_num_queries
):
    client.get("/search/complete/", {"q": "公"})
    with django_assert_max_num_queries(2):
        client.get("/search/complete/", {"q": "长"})


def test_all_results_come_as_csv_whatever_page_one_is_on(client: Client, city: World):
    response = client.get("/search/", {"q": "长椅", "format": "csv"})
    assert response["Content-Type"].startswith("text/csv")
    rows = list(csv.reader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig"))))
    numbers = {row[0] for row in rows[1:]}
    assert numbers == set(Suggestion.objects.on_page().values_list("case_no", flat=True))
    assert rows[0][:2] == ["编号", "标题"]


def test_an_editors_word_changes_kept_pages_at_once(client: Client, city: World):
    assert "没有找到" in text(client.get("/search/", {"q": "歇脚凳", "exact": "1"}))
    WordGroup.objects.create(words="歇脚凳、长椅")
    from suggestions import content

    content.bump()  # what the commit of the edit does; a test's transaction never commits
    assert "<mark>长椅</mark>" in text(client.get("/search/", {"q": "歇脚凳"}))
