"""A campaign's own questions through the API: listed, answered, refused in words, and read back by the author alone."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from cms.models import CampaignPage
from cms.setup import add_page, ensure_groups, ensure_pages
from suggestions.models import Suggestion
from tests.suggestions.api.conftest import BODY, Post, problem
from tests.world import World

FIELDS: list[tuple[str, dict[str, Any]]] = [
    ("field", {"label": "您住哪条街", "kind": "choice", "required": True, "options": "云埠老街\n柳河路", "help": "", "least": None, "most": None}),
    ("field", {"label": "要修的地方", "kind": "choices", "required": False, "options": "路面\n井盖\n路灯", "help": "", "least": None, "most": None}),
    ("field", {"label": "住了几年", "kind": "number", "required": False, "options": "", "help": "", "least": 0, "most": 99}),
]  # fmt: skip


@pytest.fixture
def page(city: World) -> CampaignPage:
    ensure_groups()
    site = ensure_pages(title="测试市人民建议征集")
    now = timezone.now()
    made = CampaignPage(
        title="老街怎么修", host_unit=city.water, opens_at=now - timedelta(days=1), closes_at=now + timedelta(days=9),
        form_fields=FIELDS,
    )  # fmt: skip
    return add_page(site.campaigns, made)  # type: ignore[no-any-return]


def answered(page: CampaignPage, *answers: tuple[str, Any]) -> dict[str, Any]:
    held = [{"question": q, "answer": a} for q, a in answers]
    return {**BODY, "campaign": page.pk, "campaign_answers": held}


def test_what_a_campaign_asks_is_listed_answered_and_read_back_by_the_author_alone(
    client: Client, post: Post, page: CampaignPage
) -> None:
    asked = client.get("/api/v1/campaigns").json()["items"][0]["questions"]
    assert [(q["question"], q["kind"], q["required"]) for q in asked] == [
        ("您住哪条街", "choice", True), ("要修的地方", "choices", False), ("住了几年", "number", False),
    ]  # fmt: skip
    assert asked[0]["options"] == ["云埠老街", "柳河路"]
    assert (asked[2]["least"], asked[2]["most"]) == (0, 99)
    body = answered(page, ("您住哪条街", "柳河路"), ("要修的地方", ["路灯", "路面"]), ("住了几年", "12"))  # fmt: skip
    taken = post(body)
    assert taken.status_code == 201, taken.content.decode()
    receipt = taken.json()
    item = Suggestion.objects.get(case_no=receipt["case_no"])
    assert [a.value for a in item.campaign_answers.all()] == ["柳河路", "路面、路灯", "12"]
    told = client.get(
        f"/api/v1/track/{item.case_no}", headers={"X-Query-Code": receipt["query_code"]}
    ).json()
    assert told["campaign_answers"][1] == {"question": "要修的地方", "answer": "路面、路灯"}


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ((), "请选择：您住哪条街"),
        ((("您住哪条街", "别处"),), "请从列出的里面选一项"),
        ((("您住哪条街", ["柳河路", "云埠老街"]),), "只能有一个回答"),
        ((("您住哪条街", "柳河路"), ("贵姓", "林")), "征集没有问“贵姓”"),
        ((("您住哪条街", "柳河路"), ("住了几年", "很多")), "请填数字"),
        ((("您住哪条街", "柳河路"), ("住了几年", "100")), "不能大于99"),
    ],
)
def test_wrong_answers_are_refused_with_a_sentence_each(
    post: Post, page: CampaignPage, answers: Any, said: str
) -> None:
    found = problem(post(answered(page, *answers)), 422, "invalid")
    assert said in "".join(found["errors"]["campaign_answers"])
    assert not Suggestion.objects.exists()


@pytest.mark.parametrize(
    "answers", ["x", [1], [{"question": "a"}], [{"question": 1, "answer": "b"}], [{"question": "a", "answer": [1]}], {"a": "b"}],
)  # fmt: skip
def test_answers_of_the_wrong_shape_are_refused_and_break_nothing(
    post: Post, page: CampaignPage, answers: Any
) -> None:
    problem(post({**BODY, "campaign": page.pk, "campaign_answers": answers}), 422, "invalid")


def test_answers_without_a_campaign_are_refused(post: Post, city: World) -> None:
    body = {**BODY, "campaign_answers": [{"question": "您住哪条街", "answer": "柳河路"}]}
    found = problem(post(body), 422, "invalid")
    assert "征集没有问" in "".join(found["errors"]["campaign_answers"])
