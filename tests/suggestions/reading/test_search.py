"""/search/: one box, both scripts, and always a way on."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client

from search import engine as engines
from search.engine import Query
from suggestions.guards import ratelimit
from suggestions.models import Reply, Suggestion
from suggestions.public.search_page import other_script
from tests import world as life
from tests.services.process import free_port
from tests.suggestions.reading.conftest import copies, text
from tests.world import MONDAY, World


@pytest.fixture
def city(world: World, index) -> World:
    life.answered(world)
    life.answered(
        world,
        title="雨天水务局门口积水",
        problem="排水口堵了。",
        proposal="清一清。",
        topic=world.other_topic,
    )
    Suggestion.objects.filter(public_title__contains="积水").update(
        topic=world.other_topic, lead_unit=world.water
    )
    Reply.objects.filter(suggestion__public_title__contains="积水").update(
        public_body="排水口已经清过。"
    )
    index()
    return world


def test_words_find_suggestions_with_highlights_and_answers(client: Client, city: World):
    page = text(client.get("/search/?q=长椅"))
    assert "<mark>长椅</mark>" in page
    assert "答复：" in page
    assert "找到1条" in page


def test_traditional_words_find_simplified_text_and_the_page_says_so(client: Client, city: World):
    page = text(client.get("/search/", {"q": "長椅 老人"}))
    assert "<mark>长椅</mark>" in page
    assert "繁体简体一起找：也包含“长椅 老人”" in page


def test_a_simplified_query_needs_no_hint():
    assert other_script("公园 夜间 BRT") == ""
    assert other_script("公園") == "公园"


def test_the_answer_is_searched_as_well(client: Client, city: World):
    assert "人民路" in text(client.get("/search/?q=一并排查"))


def test_facets_carry_names_and_counts_from_the_database(client: Client, city: World):
    page = text(client.get("/search/"))
    for words in ("交通出行<span>1</span>", "市交通局<span>1</span>", "市水务局<span>1</span>", "已办理<span>2</span>", "采纳<span>2</span>",
                  "东城区<span>2</span>", "2026年<span>2</span>"):  # fmt: skip
        assert words in page, words


def test_a_facet_narrows_and_can_be_dropped(client: Client, city: World):
    page = text(client.get("/search/?topic=water"))
    assert "找到1条" in page
    assert "领域：供水排涝" in page
    assert 'class="chip" href="/search/"' in page


def test_a_case_number_goes_straight_to_its_page(client: Client, city: World):
    item = Suggestion.objects.on_page().first()
    assert item is not None
    for typed in (item.case_no, item.case_no.lower(), item.case_no.replace("-", " ")):
        response = client.get("/search/", {"q": typed})
        assert response.status_code == 302
        assert response["Location"] == f"/suggestions/{item.case_no}/"


def test_the_number_of_a_private_item_leads_to_tracking_in_words(client: Client, city: World):
    private = life.submit(city).suggestion
    page = text(client.get("/search/", {"q": private.case_no}))
    assert f"编号{private.case_no}没有公开的页面" in page
    assert "用查询码查进度" in page


def test_an_item_taken_down_since_it_was_indexed_is_not_shown(client: Client, city: World):
    Suggestion.objects.filter(public_title__contains="长椅").update(publication="suspended")
    cache.clear()
    page = text(client.get("/search/?q=长椅"))
    assert "加一张" not in page.partition("</form>")[2]


def test_nothing_found_says_which_filter_to_drop_and_what_that_finds(client: Client, city: World):
    page = text(client.get("/search/?q=长椅&unit=water"))
    assert "没有找到“长椅”" in page
    assert "去掉“市水务局”</a>，有1条" in page
    assert "第一个来提这件事" in page


def test_when_no_single_filter_helps_dropping_all_of_them_is_offered(client: Client, city: World):
    assert "去掉全部条件</a>，有1条" in text(client.get("/search/?q=长椅&unit=water&year=2019"))


def test_nothing_found_without_filters_offers_what_is_near(client: Client, city: World):
    page = text(client.get("/search/", {"q": "长椅 直升机场"}))
    assert "没有完全符合的，这些有点像" in page
    assert "<mark>长椅</mark>" in page


@pytest.mark.parametrize(
    "q",
    [
        "长椅" * 5000, '"', '"""', "- - -", "AND OR NOT", "长椅 AND (", "title:长椅", "*", "\x00\x01\x02", "\u202e长椅", "%", "' OR 1=1 --",
        "<script>alert(1)</script>", "😀", "{{7*7}}", "-长椅", "NEAR(长 椅)", "\ud83d", " ", "。。。",
    ],
)  # fmt: skip
def test_a_hostile_query_gives_a_page_in_words(client: Client, city: World, q: str):
    response = client.get("/search/", {"q": q.encode("utf-8", "replace")})
    assert response.status_code == 200
    page = text(response)
    assert "<script>alert" not in page
    assert "找到" in page or "共" in page


def test_a_query_that_is_too_long_says_how_much_of_it_was_used(client: Client, city: World):
    assert "只按前400个字找" in text(client.get("/search/", {"q": "长椅在哪里" * 200}))


@pytest.mark.parametrize(
    "query",
    ["type=%00", "topic=" + "x" * 5000, "year=abc", "cursor=%00", "cursor=" + "z" * 4000, "sort=x", "unit=a&unit=b" * 40, "status=%27"],
)  # fmt: skip
def test_hostile_filters_give_a_page_in_words(client: Client, city: World, query: str):
    assert client.get(f"/search/?q=长椅&{query}").status_code == 200


def test_pages_lead_through_all_results(client: Client, world: World, index):
    item, _ = life.answered(world)
    copies(item, 24)
    index()
    first = text(client.get("/search/?q=长椅"))
    assert "找到25条" in first
    following = first.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
    second = text(client.get("/search/" + following))
    shown = [page.count('<li class="row">') for page in (first, second)]
    assert shown == [20, 5]


def test_newest_first_when_asked_for(client: Client, world: World, index):
    older, _ = life.answered(world, title="长椅长椅长椅长椅长椅")
    newer, _ = life.answered(world, at=MONDAY + timedelta(days=3), title="站台没有长椅的那一件建议")
    index()
    page = text(client.get("/search/?q=长椅&sort=date"))
    assert page.index(newer.case_no) < page.index(older.case_no)


def test_results_cost_the_same_queries_at_three_and_thirty(world: World, index, queries):
    item, _ = life.answered(world)
    copies(item, 2)
    index()
    few = queries("/search/?q=长椅")
    copies(item, 27)
    index()
    assert queries("/search/?q=长椅") == few


def test_too_many_searches_are_asked_to_wait(client: Client, city: World, settings):
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "search": "2/minute"}
    ratelimit.forget()
    answers = [client.get("/search/", {"q": f"长椅{n}"}) for n in range(3)]
    assert [r.status_code for r in answers] == [200, 200, 429]
    assert "再找" in text(answers[2])
    assert int(answers[2]["Retry-After"]) > 0


def test_while_the_cluster_is_away_the_page_finds_and_says_that_it_is_the_spare_way(
    client: Client, city: World, settings
):
    assert "备用的办法" not in text(client.get("/search/?q=长椅"))
    settings.ELASTICSEARCH_URL = [f"http://127.0.0.1:{free_port()}"]
    page = text(client.get("/search/?q=长椅&topic="))
    assert "找到1条" in page
    assert "备用的办法" in page


def test_without_a_search_engine_the_page_still_helps(
    client: Client, world: World, settings, tmp_path, monkeypatch
):
    """An index file that cannot be opened, whatever engine these tests run on."""
    monkeypatch.setitem(settings.DATABASES["default"], "ENGINE", "django.db.backends.sqlite3")
    settings.ELASTICSEARCH_URL = []
    (tmp_path / "not-a-folder").write_text("x")
    settings.SEARCH_SQLITE_PATH = str(tmp_path / "not-a-folder" / "search.sqlite3")
    response = client.get("/search/?q=长椅")
    assert response.status_code == 503
    assert "搜索现在用不了" in text(response)
    assert "看建议" in text(response)


def test_the_index_holds_no_words_that_were_not_released(world: World, index):
    life.answered(world)
    Suggestion.objects.update(public_problem="公开的文字", original_problem="只给办理人看的文字")
    index()
    engine = engines.get_engine()
    assert engine.search(Query("公开的文字")).total == 1
    assert engine.search(Query("只给办理人看")).total == 0
