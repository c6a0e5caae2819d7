"""Reading over the API: public text alone, lists by key, tracking by code, and how answers may be kept."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from suggestions import content
from suggestions.models import Suggestion
from suggestions.services import publishing, triage
from tests import world as w
from tests.cms.conftest import campaign, site  # noqa: F401  fixtures
from tests.suggestions.api.conftest import problem
from tests.suggestions.reading.conftest import copies
from tests.world import MONDAY, World

SECRETS = {
    "problem": "我的电话13800138000，住人民路8号3栋502室，站台上没有地方坐。",
    "name": "林小满",
    "phone": "13800138000",
}


@pytest.fixture
def answered(city: World) -> Suggestion:
    return w.answered(city)[0]


def get(client: Client, address: str, **headers: str) -> Any:
    response = client.get(f"/api/v1/{address}", headers=headers)
    assert response.status_code == 200, response.content.decode()
    return response.json()


# Lists and items


def test_only_released_text_is_ever_told(city: World, client: Client, index: Any) -> None:
    item, _ = w.answered(city, **SECRETS)
    w.answered(city, published=False, title="没有公开的一件建议")
    index()
    for address in (
        "suggestions",
        "suggestions?q=站台",
        "search?q=站台",
        f"suggestions/{item.case_no}",
        "units/bus",
    ):
        told = json.dumps(get(client, address), ensure_ascii=False)
        assert item.case_no in told
        for secret in ("13800138000", "502室", "林小满", "没有公开"):
            assert secret not in told, address


def test_an_item_has_its_answer_its_story_and_its_rating(
    answered: Suggestion, client: Client
) -> None:
    w.rate(answered, at=MONDAY + timedelta(days=11), comment="装好了")
    found = get(client, f"suggestions/{answered.case_no}")
    assert (found["status"], found["outcome"]) == ("done", "adopted")
    assert found["replies"][0]["body"].startswith("您说的情况")
    assert found["replies"][0]["unit"] == {"code": "bus", "name": "市交通局"}
    assert [e["name"] for e in found["timeline"]][-1] == "register"
    assert all("T" in e["at"] and e["at"].endswith("+08:00") for e in found["timeline"])
    assert found["ratings"][0]["overall"] == "满意"
    assert found["tags"] == []


def test_other_spellings_of_a_number_find_the_item(answered: Suggestion, client: Client) -> None:
    spelled = answered.case_no.replace("-", "").lower()
    assert get(client, f"suggestions/{spelled}")["case_no"] == answered.case_no


def test_an_unpublished_item_is_as_unknown_as_one_that_never_was(
    city: World, client: Client
) -> None:
    hidden = w.submit(city).suggestion
    said = [
        problem(client.get(f"/api/v1/suggestions/{n}"), 404, "not_found")
        for n in (hidden.case_no, "JY2026-0099999-9", "x" * 300, "%00")
    ]
    assert len({json.dumps([p["title"], p["detail"], p["en"]]) for p in said}) == 1


def test_filters_narrow_and_empty_ones_do_nothing(
    city: World, answered: Suggestion, client: Client
) -> None:
    empty = "suggestions?unit=&topic=&district=&status=&outcome=&campaign=&q=&cursor=&size="
    assert get(client, empty)["total"] == 1
    for good in (
        "unit=bus",
        "topic=transport",
        "topic=bus",
        "district=990101",
        "status=done",
        "outcome=adopted",
        "year=2026",
    ):
        assert get(client, f"suggestions?{good}")["total"] == 1, good
    for other in (
        "unit=water",
        "topic=water",
        "district=1",
        "status=awaiting",
        "outcome=planned",
        "campaign=7",
        "unit=%00",
    ):
        assert get(client, f"suggestions?{other}")["total"] == 0, other
    for wrong in (
        "status=published",
        "outcome=x",
        "sort=x",
        "sort=relevance",
        "size=0",
        "size=101",
        "size=x",
        "cursor=xx",
    ):
        found = problem(client.get(f"/api/v1/suggestions?{wrong}"), 422, "invalid")
        assert list(found["errors"]) == [wrong.partition("=")[0]]


@pytest.mark.parametrize("sort", ["recent", "answered"])
def test_following_next_meets_every_item_once(
    answered: Suggestion, client: Client, sort: str
) -> None:
    copies(answered, 6)
    seen, address = [], f"/api/v1/suggestions?size=3&unit=bus&sort={sort}"
    while address:
        page = client.get(address).json()
        seen += [i["case_no"] for i in page["items"]]
        address = page["next"] and page["next"].partition("//")[2].partition("/")[2]
        address = address and f"/{address}"
    assert len(seen) == len(set(seen)) == 7 == page["total"]


def test_words_find_items_in_both_scripts_and_respect_filters(
    city: World,
    answered: Suggestion,
    client: Client,
    campaign: Any,  # noqa: F811
    index: Any,
) -> None:
    page = campaign()
    Suggestion.objects.filter(pk=copies(answered, 1)[0].pk).update(campaign=page)
    index()
    assert get(client, "suggestions?q=長椅")["total"] == 2
    assert get(client, "suggestions?q=长椅&unit=water")["total"] == 0
    assert get(client, "suggestions?q=长椅&size=1")["next_cursor"]
    narrowed = get(client, f"suggestions?q=长椅&campaign={page.pk}")
    assert narrowed["total"] == len(narrowed["items"]) == 1
    assert get(client, f"suggestions?campaign={page.pk}")["total"] == 1


def test_search_marks_words_counts_facets_and_leaves_out_what_was_taken_down(
    city: World, answered: Suggestion, client: Client, index: Any
) -> None:
    index()
    found = get(client, "search?q=长椅")
    assert "<mark>长椅</mark>" in found["items"][0]["title_html"]
    assert found["items"][0]["case_no"] == answered.case_no
    assert {"value": "bus", "label": "市交通局", "count": 1} in found["facets"]["unit"]
    publishing.take_down(
        suggestion=answered, reason="takedown", actor=city.actor("publisher"), at=timezone.now()
    )
    content.bump()
    assert get(client, "search?q=长椅")["items"] == []
    problem(client.get("/api/v1/search?q=a&sort=newest"), 422, "invalid")


def test_lists_cost_the_same_queries_at_three_and_at_thirty_items(
    city: World, answered: Suggestion, queries: Callable[[str], int], index: Any
) -> None:
    copies(answered, 2)
    index()
    addresses = (
        "suggestions?size=100",
        "suggestions?q=长椅&size=100",
        "search?q=长椅&size=100",
        "units",
        "units/bus",
        "campaigns",
        "topics",
    )
    few = {a: queries(f"/api/v1/{a}") for a in addresses}
    copies(answered, 27)
    index()
    assert {a: queries(f"/api/v1/{a}") for a in addresses} == few


def test_units_campaigns_and_codes_are_listed(
    city: World,
    answered: Suggestion,
    client: Client,
    campaign: Any,  # noqa: F811
) -> None:
    units = get(client, "units")["items"]
    assert [u["code"] for u in units] == ["office", "bus", "water"]
    assert units[1]["workload"]["answered"] == 1
    unit = get(client, "units/bus")
    assert unit["recent_answers"][0]["case_no"] == answered.case_no
    assert unit["on_time"].keys() == {"numerator", "denominator", "percent"}
    problem(client.get("/api/v1/units/none"), 404, "not_found")
    running, private = campaign(), campaign(title="没有发布", live=False)
    private.unpublish()
    listed = get(client, "campaigns")["items"]
    assert [(c["id"], c["phase"], c["takes_submissions"]) for c in listed] == [
        (running.pk, "open", True)
    ]
    topics = get(client, "topics")["items"]
    assert {"code": "bus", "name": "公交地铁", "parent": "transport"} in topics
    assert get(client, "districts")["items"] == [
        {"code": "990101", "name": "东城区", "parent": None}
    ]


# Tracking


def test_number_and_code_show_whose_turn_it_is_until_when_and_why(
    city: World, client: Client
) -> None:
    receipt = w.submit(city, at=timezone.now() - timedelta(hours=1))
    item = receipt.suggestion
    response = client.get(
        f"/api/v1/track/{item.case_no}", headers={"X-Query-Code": receipt.query_code.lower()}
    )
    assert response["Cache-Control"] == "no-store, private"
    found = response.json()
    assert (found["status"], found["status_label"]) == ("registered", "已登记")
    assert found["holder"] == {
        "who": "office",
        "name": "测试市人民建议征集办公室",
        "act": "看您的建议，决定由谁办理",
    }
    assert found["due"] == item.due_on.isoformat() == found["due_dates"][0]["due_on"]
    assert found["due_detail"]["explanation"][0].endswith("24:00。")
    assert found["actions"] == ["withdraw"]
    assert "林小满" not in response.content.decode()


def test_an_answered_item_shows_the_author_the_full_reply(city: World, client: Client) -> None:
    item, receipt = w.answered(city, published=False)
    found = get(client, f"track/{item.case_no}", **{"X-Query-Code": receipt.query_code})
    assert found["replies"][0]["body"] == w.BODY
    assert found["public_label"] == "已办理"
    assert found["actions"] == ["evaluate", "withdraw"]
    assert [c["kind"] for c in found["due_dates"]] == ["K2", "K7a", "K13"]
    assert "staff" not in {e["name"] for e in found["timeline"]}


def test_a_redirected_and_a_refused_item_say_where_to_go_and_why(
    city: World, client: Client
) -> None:
    one, two = w.submit(city), w.submit(city)
    officer = city.actor("triage_officer")
    triage.redirect(
        suggestion=one.suggestion, category="appeal_claim", target=city.target, words="",
        actor=officer, at=timezone.now(),
    )  # fmt: skip
    triage.refuse(
        suggestion=two.suggestion, reason="advertising", words="", actor=officer, at=timezone.now()
    )
    w.confirm(city, two.suggestion, at=timezone.now())
    found = get(client, f"track/{one.suggestion.case_no}", **{"X-Query-Code": one.query_code})
    assert found["redirected_to"]["name"] == "测试市信访局"
    found = get(client, f"track/{two.suggestion.case_no}", **{"X-Query-Code": two.query_code})
    assert "广告" in found["refusal"]
    assert found["complaint_route"]
    assert found["holder"] is None


def test_a_wrong_number_and_a_wrong_code_get_the_same_answer_for_the_same_work(
    city: World, client: Client
) -> None:
    receipt = w.submit(city)
    other = w.submit(city, title="另外一件完全不同的建议")
    costs = set()

    def ask(number: str, code: str) -> HttpResponse:
        with CaptureQueriesContext(connection) as captured:
            response = client.get(f"/api/v1/track/{number}", headers={"X-Query-Code": code})
        costs.add(len(captured))
        return response

    numbers = (receipt.suggestion.case_no, "JY2026-0099999-3", "nothing")
    said = [problem(ask(n, other.query_code), 404, "no_match") for n in numbers]
    assert len({json.dumps([p["title"], p["detail"], p["en"]]) for p in said}) == 1
    assert len(costs) == 1
    missing = client.get(f"/api/v1/track/{receipt.suggestion.case_no}")
    problem(missing, 400, "query_code_missing")


def test_guessing_codes_is_stopped(city: World, client: Client, settings: Any) -> None:
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "track": "3/10minutes"}
    receipt = w.submit(city)
    address = f"/api/v1/track/{receipt.suggestion.case_no}"
    for _ in range(3):
        problem(client.get(address, headers={"X-Query-Code": "AAAAAAAA"}), 404, "no_match")
    refused = client.get(address, headers={"X-Query-Code": receipt.query_code})
    problem(refused, 429, "too_many_requests")
    assert int(refused["Retry-After"]) > 0


# How answers leave the house


def test_public_answers_carry_an_etag_of_the_content_and_no_cookie(
    answered: Suggestion, client: Client
) -> None:
    address = f"/api/v1/suggestions/{answered.case_no}"
    first = client.get(address)
    assert "public" in first["Cache-Control"]
    assert not first.cookies
    assert not first.has_header("Vary")
    assert client.get(address, headers={"If-None-Match": first["ETag"]}).status_code == 304
    content.bump()
    changed = client.get(address, headers={"If-None-Match": first["ETag"]})
    assert changed.status_code == 200
    assert changed["ETag"] != first["ETag"]
    head = client.head(address)
    assert (head.status_code, head.content) == (200, b"")


def test_everything_under_api_answers_with_a_problem_document(city: World, client: Client) -> None:
    for address in (
        "/api/v2/suggestions",
        "/api/v1/nothing",
        "/api/v1/units/a/b",
        "/api/%00",
        "/api/v1/suggestions/../x",
    ):
        problem(client.get(address), 404, "not_found")
        problem(client.post(address, "{}", content_type="application/json"), 404, "not_found")
    for method in ("put", "patch", "delete"):
        refused = getattr(client, method)("/api/v1/suggestions")
        problem(refused, 405, "method_not_allowed")
        assert refused["Allow"] == "GET, POST, HEAD"


def test_a_slash_too_many_leads_to_the_address_that_is_meant(city: World, client: Client) -> None:
    response = client.get("/api/v1/units/?a=1")
    assert (response.status_code, response["Location"]) == (308, "/api/v1/units?a=1")
    assert (
        client.post("/api/v1/suggestions/", "{}", content_type="application/json").status_code
        == 308
    )


def test_the_general_limit_holds_for_every_address(
    city: World, client: Client, settings: Any
) -> None:
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "api": "2/minute"}
    assert [client.get("/api/v1/units").status_code for _ in range(2)] == [200, 200]
    problem(client.get("/api/v1/topics"), 429, "too_many_requests")


def test_while_the_cluster_is_away_the_spare_engine_answers_and_says_so(
    answered: Suggestion, client: Client, settings: Any, index: Any
) -> None:
    index()
    settings.ELASTICSEARCH_URL = ("http://127.0.0.1:9",)
    assert get(client, "search?q=长椅")["degraded"] is True
    assert get(client, "suggestions?q=长椅")["total"] == 1


def test_while_no_search_engine_answers_lists_go_on(
    answered: Suggestion, client: Client, settings: Any, tmp_path: Any
) -> None:
    if connection.vendor == "postgresql":
        # The spare engine is the database itself here: it is away when everything is.
        assert get(client, "search?q=长椅")["items"] == []
        return
    broken = tmp_path / "broken.sqlite3"
    broken.mkdir()
    settings.SEARCH_SQLITE_PATH = str(broken)
    refused = client.get("/api/v1/search?q=长椅")
    problem(refused, 503, "search_unavailable")
    assert refused["Retry-After"] == "30"
    problem(client.get("/api/v1/suggestions?q=长椅"), 503, "search_unavailable")
    assert get(client, "suggestions")["total"] == 1


def test_an_error_of_ours_is_told_without_its_insides(
    answered: Suggestion, client: Client, settings: Any
) -> None:
    del settings.RATE_LIMITS  # a deployment whose settings lack a limit
    settings.RATE_LIMITS = {}
    found = problem(client.get("/api/v1/units"), 500, "server_error")
    assert "KeyError" not in json.dumps(found)
