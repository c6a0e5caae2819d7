"""Handing a suggestion in over the API: receipts, replays, and refusals in words."""

import json
import threading
import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connection, connections
from django.test import Client
from django.utils import timezone

from suggestions import triggers
from suggestions.models import Author, Clock, Suggestion
from suggestions.services import triage
from tests import world as w
from tests.cms.conftest import campaign, site  # noqa: F401  fixtures
from tests.suggestions.api.conftest import BODY, Post, problem
from tests.world import World

ADDRESS = "/api/v1/suggestions"


def without(*names: str, **changes: Any) -> dict[str, Any]:
    return {k: v for k, v in {**BODY, **changes}.items() if k not in names}


def test_a_suggestion_is_registered_and_its_receipt_opens_the_tracking(
    city: World, post: Post, client: Client
) -> None:
    response = post(BODY)
    assert response.status_code == 201
    assert response["Cache-Control"] == "no-store, private"
    receipt = response.json()
    item = Suggestion.objects.get()
    assert receipt["case_no"] == item.case_no
    assert receipt["status"] == item.status == "registered"
    assert receipt["due"] == Clock.objects.get(kind="K2").due_on.isoformat()
    assert receipt["due_explanation"][0].startswith("从")
    assert item.channel == "api"
    assert item.publish_consent
    assert (item.topic, item.district) == (city.topic, city.district)
    assert Author.objects.get(suggestion=item).phone == "19900001234"
    tracked = client.get(
        f"/api/v1/track/{item.case_no}", headers={"X-Query-Code": receipt["query_code"]}
    )
    assert tracked.status_code == 200
    page = client.get(urlsplit(receipt["receipt_url"]).path)
    assert receipt["query_code"] in page.content.decode()


def test_the_same_key_and_body_give_the_same_receipt_and_no_second_item(
    city: World, post: Post
) -> None:
    first = post(BODY, key="retry-1")
    w.accept(city, Suggestion.objects.get(), at=timezone.now())
    again = post({**BODY, "title": " 人民路公交站加一张长椅 "}, key='"retry-1"')
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert again["Idempotent-Replayed"] == "true"
    assert not first.has_header("Idempotent-Replayed")
    assert Suggestion.objects.count() == 1


def test_the_same_key_with_another_body_is_a_conflict_and_changes_nothing(
    city: World, post: Post
) -> None:
    post(BODY, key="retry-2")
    found = problem(
        post({**BODY, "title": "人民路公交站加两张长椅"}, key="retry-2"),
        409,
        "idempotency_conflict",
    )
    assert "Idempotency-Key" in found["detail"]
    assert Suggestion.objects.count() == 1


def test_a_caller_cannot_name_the_key_of_a_form_on_the_site(city: World, post: Post) -> None:
    w.submit(city, key="k" * 32)
    assert post(BODY, key="k" * 32).status_code == 201
    assert post(BODY, key="api:" + "k" * 32).status_code == 201
    assert Suggestion.objects.count() == 3


@pytest.mark.parametrize(
    ("key", "code"),
    [(None, "idempotency_key_missing"), ("  ", "idempotency_key_missing"),
     ("有汉字".encode().decode("latin-1"), "idempotency_key_unusable"),
     ("a" * 256, "idempotency_key_unusable"), ("a b", "idempotency_key_unusable")],
)  # fmt: skip
def test_without_a_usable_key_nothing_is_taken(
    city: World, post: Post, key: str | None, code: str
) -> None:
    problem(post(BODY, key=key), 400, code)
    assert not Suggestion.objects.exists()


@pytest.mark.parametrize(
    ("body", "field", "words"),
    [
        (without("title"), "title", "请填写这一项"),
        (without(title="短"), "title", "至少写6个字"),
        (without(title="长" * 41), "title", "请删去1个字"),
        (without(title=7), "title", "要填文字"),
        (without(problem=" \u0000\u200b "), "problem", "现在的情况"),
        (without(proposal="字" * 3001), "proposal", "最多3000个字"),
        (without(publish_consent="yes"), "publish_consent", "true或false"),
        (without(publish_consnt=True), "publish_consnt", "没有这一项"),
        (without(topic="nope"), "topic", "/api/v1/topics"),
        (without(topic="'; DROP TABLE"), "topic", "/api/v1/topics"),
        (without(district="000"), "district", "/api/v1/districts"),
        (without(campaign=999), "campaign", "/api/v1/campaigns"),
        (without(campaign="x"), "campaign", "整数"),
        (without(name_display="nickname"), "name_display", "只能填"),
        (without("contact"), "contact.phone", "手机号或邮箱"),
        (without(contact=[]), "contact", "对象"),
        (without(contact={"phone": "1990000123"}), "contact.phone", "现在是10位"),
        (without(contact={"phone": "没有", "email": "a@b.cn"}), "contact.phone", "只填11位数字"),
        (without(contact={"email": "a@b"}), "contact.email", "name@example.cn"),
        (without(contact={"phone": "19900001234"}, name_display="full"), "contact.name", "请填写姓名"),
        ([], "body", "对象"),
        (None, "body", "对象"),
    ],
)  # fmt: skip
def test_each_wrong_field_is_named_with_what_to_do(
    city: World, post: Post, body: Any, field: str, words: str
) -> None:
    found = problem(post(body), 422, "invalid")
    assert list(found["errors"]) == [field]
    assert words in found["errors"][field][0]
    assert field in found["en"]["detail"]
    assert not Suggestion.objects.exists()


@pytest.mark.parametrize(
    "text",
    ["{", "{'title': 1}", b"\xff\xfe\x00", "[" * 100_000, '{"a": 1' + "0" * 5000 + "}", "\ufeff{}"],
)
def test_what_is_not_json_is_called_so(city: World, post: Post, text: str | bytes) -> None:
    response = post(text)
    assert response.status_code in (400, 422)
    problem(
        response,
        response.status_code,
        "malformed_json" if response.status_code == 400 else "invalid",
    )


def test_a_form_or_a_huge_body_is_refused_before_it_is_read(city: World, client: Client) -> None:
    headers = {"Idempotency-Key": "k"}
    form = client.post(ADDRESS, BODY | {"contact": ""}, headers=headers)
    assert problem(form, 415, "unsupported_media_type")
    assert form["Accept-Post"] == "application/json"
    huge = json.dumps({**BODY, "problem": "大" * 100_000})
    large = client.post(ADDRESS, huge, content_type="application/json", headers=headers)
    problem(large, 413, "too_large")
    chunked = {**headers, "Transfer-Encoding": "chunked"}
    endless = client.post(ADDRESS, "", content_type="application/json", headers=chunked)
    problem(endless, 411, "length_required")


def test_hostile_text_is_kept_as_text_and_controls_are_dropped(city: World, post: Post) -> None:
    body = without(
        title="<script>alert(1)</script>长椅😀", problem="一\u0000二\u202e三", proposal="加\ud800装"
    )
    assert post(body).status_code == 201
    item = Suggestion.objects.get()
    assert item.original_title == "<script>alert(1)</script>长椅😀"
    assert (item.original_problem, item.original_proposal) == ("一二三", "加装")


def test_an_open_campaign_takes_suggestions_and_a_closed_one_says_so(
    city: World,
    post: Post,
    campaign: Any,  # noqa: F811
) -> None:
    running, over = campaign(), campaign(title="旧的征集", opens=-9, closes=-1)
    invited = campaign(title="特邀的征集", mode="invited")
    assert post({**BODY, "campaign": running.pk}).status_code == 201
    assert Suggestion.objects.get().campaign == running
    assert (
        "已经截止"
        in problem(post({**BODY, "campaign": over.pk}), 422, "invalid")["errors"]["campaign"][0]
    )
    problem(post({**BODY, "campaign": invited.pk}), 422, "invalid")


def test_a_name_is_not_shown_without_consent_to_publish(city: World, post: Post) -> None:
    post({**BODY, "publish_consent": False, "name_display": "full"})
    item = Suggestion.objects.get()
    assert (item.publish_consent, item.name_display) == (False, "anonymous")


def test_too_many_submissions_wait_and_say_how_long(city: World, post: Post, settings: Any) -> None:
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "submit": "2/hour"}
    assert [post(BODY).status_code for _ in range(2)] == [201, 201]
    refused = post(BODY)
    found = problem(refused, 429, "too_many_requests")
    assert 0 < int(refused["Retry-After"]) <= 3600
    assert refused["Retry-After"] in found["detail"]


def test_before_a_city_is_set_up_nothing_is_taken_and_nothing_breaks(db: None, post: Post) -> None:
    problem(post(without("topic", "district")), 409, "not_possible")


@pytest.fixture
def _events_guarded_again(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Around a test whose tables are emptied afterwards: the triggers come back when they are empty."""
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        triggers.install(cursor.execute, connection.vendor)


@pytest.fixture
def _tables_can_be_emptied(_events_guarded_again: None, transactional_db: None) -> Iterator[None]:
    yield
    with connection.cursor() as cursor:
        triggers.remove(cursor.execute, connection.vendor)


@pytest.mark.usefixtures("_tables_can_be_emptied")
def test_two_callers_with_one_key_at_once_get_one_item() -> None:
    # SQLite in memory has one connection: two transactions at once cannot be had, so one follows the other.
    alone = connection.vendor == "sqlite" and connection.is_in_memory_db()
    workers = 1 if alone else 2
    w.make_world()
    key, answers, start = str(uuid.uuid4()), [], threading.Barrier(workers)

    def send() -> None:
        try:
            start.wait(timeout=30)
            for _ in range(3 - workers):
                response = Client().post(
                    ADDRESS, json.dumps(BODY), content_type="application/json",
                    headers={"Idempotency-Key": key},
                )  # fmt: skip
                answers.append((response.status_code, response.json()))
        finally:
            if workers > 1:
                connections.close_all()

    if workers == 1:
        send()
    else:
        threads = [threading.Thread(target=send) for _ in range(workers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=60)
    assert sorted(status for status, _ in answers) == [200, 201]
    assert answers[0][1] == answers[1][1]
    assert Suggestion.objects.count() == 1


def test_a_later_replay_still_tells_the_first_due_date(city: World, post: Post) -> None:
    first = post(BODY, key="late").json()
    item = Suggestion.objects.get()
    triage.request_supplement(
        suggestion=item,
        asked="请说明是哪个站台",
        actor=city.actor("triage_officer"),
        at=timezone.now(),
    )
    Clock.objects.filter(kind="K2").update(due_on=timezone.now().date() + timedelta(days=40))
    assert post(BODY, key="late").json() == first
