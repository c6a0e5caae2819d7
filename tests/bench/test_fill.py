"""The benchmark's rows are what the services would have left, or its figures would be about another site."""

from datetime import datetime
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from bench.fill import City
from search import indexing
from search.engine import Query, get_engine
from suggestions import documents
from suggestions.models import CaseEvent, Reply, Suggestion
from suggestions.services import clocks

SIZE = 60


@pytest.fixture
def now(db: None) -> datetime:
    clocks.forget_calendar()
    return timezone.now()


def test_filled_suggestions_verify_are_shown_and_are_found(now: datetime) -> None:
    public = City(now=now).fill(SIZE)

    assert Suggestion.objects.count() == SIZE
    assert 0 < public < SIZE
    assert Suggestion.objects.on_page().count() == public
    said = StringIO()
    call_command("verify_chain", stdout=said)
    assert str(CaseEvent.objects.count()) in said.getvalue()

    client = Client()
    answered = Reply.objects.filter(is_public=True).select_related("suggestion").first()
    assert answered is not None
    item = answered.suggestion
    page = client.get(f"/suggestions/{item.case_no}/").content.decode()
    assert item.public_title in page
    assert answered.public_body in page
    assert client.get("/suggestions/").context["page"].found.total == public

    indexing.rebuild()
    found = get_engine().search(Query(f'"{item.public_place}"'))
    assert f"suggestion:{item.pk}" in {hit.id for hit in found.hits}


def test_documents_cost_the_same_number_of_queries_however_many_there_are(
    now: datetime, django_assert_num_queries: Any
) -> None:
    City(now=now).fill(SIZE)
    keys = [str(pk) for pk in Suggestion.objects.on_page().values_list("pk", flat=True)]

    for count in (3, 30):
        with django_assert_num_queries(4):
            assert len(list(documents.build(keys[:count]))) == count


def test_a_suggestion_handed_in_after_the_fill_gets_the_next_number(now: datetime) -> None:
    City(now=now).fill(SIZE)
    last = Suggestion.objects.order_by("-pk").values_list("pk", flat=True)[0]

    answer = Client().post(
        "/api/v1/suggestions",
        {
            "title": "人民路公交站加一张长椅",
            "problem": "早上等车的老人很多，站台上没有地方坐，常有人坐在路沿上。",
            "proposal": "在站台两头各装一张长椅，带靠背。",
            "contact": {"phone": "19900001234"},
        },
        content_type="application/json",
        headers={"Idempotency-Key": "after-the-fill"},
    )

    assert answer.status_code == 201, answer.content.decode()
    assert Suggestion.objects.get(case_no=answer.json()["case_no"]).pk > last
