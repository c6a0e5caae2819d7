"""The knowledge base: answered once for everybody, with who stands for it and when it is looked at again (process.md 10; JN 28)."""

from datetime import timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cms.models import KnowledgePage
from search import indexing
from suggestions.models import SupervisionOrder
from suggestions.services import supervision_rules
from suggestions.states.supervision import Supervision
from tests import world as w
from tests.cms.conftest import Make, words
from tests.cms.test_editors import form_of
from tests.suggestions.public import walk
from tests.world import MONDAY, World

pytestmark = pytest.mark.django_db
ASKED = "人民路的公交站能不能加装长椅"


def test_an_answer_names_its_unit_its_basis_and_the_day_of_the_next_look(
    client: Client, answer: Make
) -> None:
    page = answer()
    text = words(client.get(page.get_url()))
    for said in ("看站台够不够宽", page.unit.name, "第五条", "下次核对"):
        assert said in text
    assert "还没有核对完" not in text


def test_a_reader_is_told_that_an_answer_is_past_its_day(client: Client, answer: Make) -> None:
    assert "还没有核对完" in words(client.get(answer(days=-1).get_url()))


def test_the_list_is_parted_by_kind_and_topic_and_costs_the_same_with_many(
    client: Client, answer: Make, city: World, django_assert_num_queries: Any
) -> None:
    answer()
    answer(title="提建议的人有哪些权利", kind="rights", topic=None)
    assert "公交站加装" in words(client.get("/knowledge/"))
    only = words(client.get("/knowledge/", {"kind": "rights"}))
    assert "有哪些权利" in only
    assert "公交站加装" not in only
    assert "有哪些权利" not in words(client.get("/knowledge/", {"topic": city.topic.code}))
    assert (
        client.get("/knowledge/", {"kind": "'", "topic": "nothing", "page": "x"}).status_code == 200
    )


@pytest.fixture
def found(answer: Make, own_index: None) -> KnowledgePage:
    page: KnowledgePage = answer()
    indexing.index_ids("page", [str(page.pk)])
    return page


def test_whoever_begins_to_write_is_shown_the_answer_and_may_go_on(
    client: Client, found: KnowledgePage
) -> None:
    page = walk.read(client.get("/submit/similar/", {"title": ASKED}))
    assert found.get_url() in page.links
    assert "看站台够不够宽" in page.text
    shown = walk.read(client.get("/where/", {"q": ASKED}))
    assert found.get_url() in shown.links


def test_what_has_nothing_to_do_with_it_is_not_offered(
    client: Client, found: KnowledgePage
) -> None:
    other = client.get("/submit/similar/", {"title": "图书馆晚上多开放一小时"})
    assert other.content.strip() == b""


def test_an_answer_taken_down_is_offered_to_nobody_at_once(
    client: Client, found: KnowledgePage
) -> None:
    found.unpublish()
    # The index may still hold it.
    assert client.get("/submit/similar/", {"title": ASKED}).content.strip() == b""


def test_the_unit_that_drafts_sees_what_the_knowledge_base_says_on_the_topic(
    city: World, answer: Make
) -> None:
    page = answer()
    elsewhere = answer(title="别的主题的一条", topic=None)
    item = w.submit(city).suggestion
    w.accept(city, item, at=MONDAY)
    w.dispatch(city, item, at=MONDAY)
    w.sign_in(city, item, at=MONDAY)
    client = Client()
    client.force_login(city.users["handler:bus"])
    shown = client.get(reverse("desk:reply", args=[item.case_no])).content.decode()
    assert page.title in shown
    assert elsewhere.title not in shown


def orders() -> Any:
    return SupervisionOrder.objects.filter(rule=SupervisionOrder.Rule.KNOWLEDGE)


def test_an_answer_that_its_unit_left_unlooked_at_is_proposed_for_supervision_once(
    answer: Make, city: World
) -> None:
    page = answer(days=-16)
    answer(title="刚过日子的一条", days=-15)
    for _again in range(2):
        supervision_rules.propose_all(now=timezone.now())
    order = orders().get()
    assert order.unit == city.bus
    assert order.status == Supervision.PROPOSED
    assert page.title in str(order.evidence)


def test_an_answer_that_was_looked_at_again_is_proposed_again_only_when_it_is_late_again(
    answer: Make,
) -> None:
    page = answer(days=-16)
    supervision_rules.propose_all(now=timezone.now())
    page.review_on = timezone.localdate() + timedelta(days=10)
    page.save_revision().publish()
    supervision_rules.propose_all(now=timezone.now())
    assert orders().count() == 1
    supervision_rules.propose_all(now=timezone.now() + timedelta(days=30))
    assert orders().count() == 2


@pytest.mark.parametrize(("days", "said"), [(0, "已经过了"), (800, "最多写到两年以后")])
def test_nothing_goes_out_without_a_day_ahead_for_the_next_look(
    editor: Client, answer: Make, days: int, said: str
) -> None:
    page = answer()
    address = reverse("wagtailadmin_pages:edit", args=[page.pk])
    day = timezone.localdate() + timedelta(days=days)
    sent = {
        **form_of(editor, page),
        "review_on": str(day),
        "body-count": "0",
        "action-publish": "1",
    }
    response = editor.post(address, sent)
    assert response.status_code == 200
    assert said in BeautifulSoup(response.content, "html.parser").get_text()
    page.refresh_from_db()
    assert page.review_on != day


def test_the_editors_list_of_pages_to_look_at_names_answers_whose_day_has_come(
    editor: Client, answer: Make
) -> None:
    due, later = answer(title="今天该核对的", days=0), answer(title="以后才核对的")
    shown = editor.get(reverse("pages_to_review")).content.decode()
    assert due.title in shown
    assert later.title not in shown
