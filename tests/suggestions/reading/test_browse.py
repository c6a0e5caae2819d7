"""/suggestions/: what is listed, what the counts say, and what no address can break."""

import csv
import io
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.http import QueryDict
from django.test import Client

from suggestions.models import RedirectTarget, Suggestion
from suggestions.public.browse_csv import safe_cell
from suggestions.selectors import one_item, public
from suggestions.selectors.public import FACETS, Filters
from suggestions.services import publishing, triage
from tests import world as life
from tests.suggestions.reading.conftest import copies, text
from tests.world import MONDAY, World

ADDRESS = "/suggestions/"


def mixed(world: World) -> None:
    """Items that differ in every facet: done, in progress and waiting; two districts, topics, years and outcomes."""
    first, _ = life.answered(world)
    second, _ = life.answered(world, title="雨天站台积水没过脚面", topic=world.other_topic)
    Suggestion.objects.filter(pk=second.pk).update(
        topic=world.other_topic, outcome="not_adopted", district=None
    )
    for at, twin in enumerate(copies(first, 7)):
        Suggestion.objects.filter(pk=twin.pk).update(
            received_at=MONDAY - timedelta(days=200 * (at % 3)),
            public_group=("done", "in_progress", "awaiting")[at % 3],
            outcome=("partly_adopted", "", "")[at % 3],
            lead_unit=world.water if at % 2 else world.bus,
            answered_at=first.answered_at if at % 3 == 0 else None,
            published_at=MONDAY + timedelta(hours=at),
        )
    cache.clear()


def test_a_published_item_is_listed_with_its_answer(client: Client, world: World):
    item, _ = life.answered(world)
    page = text(client.get(ADDRESS))
    assert item.case_no in page
    assert "站台将加装两张长椅" in page
    assert "采纳" in page
    assert "市交通局" in page


def test_only_released_words_are_listed(client: Client, world: World):
    secret = "我叫林小满，电话19900001234"
    item, _ = life.answered(
        world, problem=f"早上等车的老人很多。{secret}", title="人民路站加椅子，别打19900001234"
    )
    Suggestion.objects.filter(pk=item.pk).update(
        public_title="人民路站加椅子", public_problem="早上等车的老人很多。"
    )
    for address in (ADDRESS, f"{ADDRESS}{item.case_no}/", f"{ADDRESS}?format=csv"):
        response = client.get(address)
        body = (
            b"".join(response.streaming_content).decode() if response.streaming else text(response)
        )
        assert "19900001234" not in body
        assert "林小满" not in body


def test_what_is_not_published_is_nowhere(client: Client, world: World):
    """Fresh, refused to publish, redirected and misconduct items: no list, no page, no file."""
    fresh = life.submit(world, title="刚刚提交的一件建议").suggestion
    private, _ = life.answered(world, title="不同意公开的一件建议", publish_consent=False)
    redirected = life.submit(world, title="应当去信访局的一件").suggestion
    triage.redirect(
        suggestion=redirected, target=RedirectTarget.objects.get(), category="appeal_claim", words="这是个人诉求。",
        actor=world.actor("triage_officer"), at=MONDAY + timedelta(hours=1),
    )  # fmt: skip
    misconduct = life.submit(world, title="反映某人收钱的一件").suggestion
    Suggestion.objects.filter(pk=misconduct.pk).update(category="report_misconduct")
    taken, _ = life.answered(world, title="公开后又撤下的一件建议")
    publishing.take_down(
        suggestion=taken,
        reason="takedown",
        actor=world.actor("publisher"),
        at=MONDAY + timedelta(days=20),
    )
    page = text(client.get(ADDRESS))
    for item in (fresh, private, redirected, misconduct, taken):
        assert item.case_no not in page
        assert client.get(f"{ADDRESS}{item.case_no}/").status_code == 404
    assert "0件" in page


def test_every_count_equals_what_choosing_it_finds(client: Client, world: World):
    mixed(world)
    starts = [{}, {"status": "done"}, {"unit": "bus", "topic": "transport"}, {"year": "2026"}]
    checked = 0
    for start in starts:
        found = public.browse(Filters(**start))
        for name in FACETS:
            for choice in found.facets[name]:
                chosen = Filters(**{**start, name: choice.value})
                rows = [
                    i
                    for i in Suggestion.objects.on_page()
                    if all(_has(i, n, v) for n, v in chosen.active().items())
                ]
                assert choice.count == len(rows) == public.browse(chosen).total, (
                    start,
                    name,
                    choice,
                )
                checked += 1
    assert checked > 30


def _has(item: Suggestion, name: str, value: str) -> bool:
    """Brute force: whether one item has a value, without the database's help."""
    match name:
        case "status":
            return item.public_group == value
        case "topic":
            line = [t.code for t in one_item.topic_line(item.topic)]
            return value in line
        case "unit":
            return item.lead_unit is not None and item.lead_unit.code == value
        case "district":
            return item.district is not None and item.district.code == value
        case "outcome":
            return item.outcome == value and item.public_group == "done"
    return str(item.received_at.astimezone(life.SHANGHAI).year) == value


@pytest.mark.parametrize("sort", ["recent", "answered"])
def test_paging_shows_every_item_once_in_either_order(world: World, sort: str):
    mixed(world)
    seen: list[int] = []
    cursor = ""
    for _ in range(20):
        page = public.browse(Filters(sort=sort), cursor=cursor, size=2)
        seen += [item.pk for item in page.items]
        cursor = page.next_cursor
        if not cursor:
            break
    assert len(seen) == len(set(seen)) == Suggestion.objects.on_page().count() == page.total


def test_the_answered_come_first_when_asked_for(world: World):
    mixed(world)
    items = public.browse(Filters(sort="answered")).items
    answered = [item.answered_at is not None for item in items]
    assert answered == sorted(answered, reverse=True)
    assert True in answered
    assert False in answered


def test_an_overdue_item_says_so_in_words(client: Client, world: World):
    receipt = life.submit(world, title="拖了很久没有答复的一件")
    life.accept(world, receipt.suggestion, at=MONDAY + timedelta(days=1))
    life.dispatch(world, receipt.suggestion, at=MONDAY + timedelta(days=1, hours=1))
    life.publish(world, receipt.suggestion, at=MONDAY + timedelta(days=2))
    Suggestion.objects.filter(pk=receipt.suggestion.pk).update(
        due_on=MONDAY.date() - timedelta(days=30)
    )
    page = text(client.get(ADDRESS))
    assert "已逾期" in page
    assert "st--late" in page
    assert "早上等车的老人很多" in page  # no answer yet, so the row begins with the problem


def test_an_empty_result_names_the_filter_to_drop(client: Client, world: World):
    life.answered(world)
    page = text(client.get(f"{ADDRESS}?unit=bus&year=2019"))
    assert "没有同时符合这些条件的建议" in page
    assert "去掉“年份：2019年”再看" in page
    assert f'href="{ADDRESS}?unit=bus"' in page


def test_a_chosen_filter_is_a_chip_with_its_name_and_a_way_to_drop_it(client: Client, world: World):
    life.answered(world)
    page = text(client.get(f"{ADDRESS}?topic=bus&district=990101"))
    assert "领域：公交地铁" in page
    assert "地区：东城区" in page
    assert f'href="{ADDRESS}?district=990101"' in page


@pytest.mark.parametrize(
    "query",
    [
        "status=%00", "topic=%00&unit=%00&district=%00&outcome=%00", "year=99999", "year=0001", "year=٢٠٢٦", "year=-1",
        "campaign=99999999999999999999", "campaign=%00", "campaign=1e3", "cursor=%00", "cursor=AAAA", "cursor=n.", "cursor=n.%00",
        "cursor=MDAwMS0wMS0wMVQwMDowMDowMCsxNDowMHwx", "cursor=" + "A" * 3000, "sort=drop+table", "unit=%27%3B--",
        "topic=" + "x" * 3000, "status=done&status=awaiting", "format=pdf", "unit=%F0%9F%98%80", "%00=%00", "cursor=MjAyNi0xMS0wMlQwOTowMDowMCswODowMHw5OTk5OTk5OTk5OTk5OTk5OTk5OTk5",
    ],
)  # fmt: skip
def test_no_address_breaks_the_list(client: Client, world: World, query: str):
    life.answered(world)
    response = client.get(f"{ADDRESS}?{query}")
    assert response.status_code == 200
    assert "Traceback" not in text(response)


def test_markup_in_an_address_stays_text(client: Client, world: World):
    page = text(
        client.get(f"{ADDRESS}?unit=%3Cscript%3Ealert(1)%3C/script%3E&cursor=%22%3E%3Cscript%3E")
    )
    assert "<script>alert" not in page
    assert '"><script>' not in page


def test_three_or_thirty_rows_cost_the_same_queries(world: World, queries):
    item, _ = life.answered(world)
    copies(item, 2)
    few = {sort: queries(f"{ADDRESS}?sort={sort}") for sort in ("recent", "answered")}
    copies(item, 27)
    many = {sort: queries(f"{ADDRESS}?sort={sort}") for sort in few}
    # A page full of answers does not look for waiting items: one query fewer.
    assert many == {"recent": few["recent"], "answered": few["answered"] - 1}


def test_a_stranger_gets_a_page_that_may_be_kept_and_no_cookie(client: Client, world: World):
    life.answered(world)
    response = client.get(ADDRESS)
    assert "public" in response["Cache-Control"]
    assert not response.cookies
    again = client.get(ADDRESS, HTTP_IF_NONE_MATCH=response["ETag"])
    assert again.status_code == 304


def test_the_csv_has_every_row_of_the_result(client: Client, world: World):
    item, _ = life.answered(world, title="=1+1是不是公式这件建议")
    copies(item, 24)
    response = client.get(f"{ADDRESS}?format=csv&unit=bus")
    rows = list(csv.reader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig"))))
    assert len(rows) == 26
    assert rows[0][0] == "编号"
    assert all(row[1].startswith("'=") for row in rows[1:])
    assert "attachment" in response["Content-Disposition"]


def test_a_cell_never_begins_like_a_formula():
    assert [safe_cell(v) for v in ("=1", "+1", "-1", "@x", "ok", 3)] == [
        "'=1",
        "'+1",
        "'-1",
        "'@x",
        "ok",
        "3",
    ]


def test_filters_of_an_address_are_codes_or_nothing():
    read = Filters.read(QueryDict("topic=bus&unit=%00&campaign=x&sort=zzz"))
    assert read == Filters(topic="bus", unit=public.NO_SUCH, campaign=public.NO_SUCH, sort="recent")
