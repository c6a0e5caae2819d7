"""/where/: what goes where, with answers that exist already, from the same rows the desk uses."""

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.utils import timezone

from suggestions import outbox
from suggestions.models import RedirectTarget
from tests import world as w
from tests.world import World

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_index")]


@pytest.fixture
def city() -> World:
    return w.make_world()


def words(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return BeautifulSoup(response.content, "html.parser").find("main").get_text()  # type: ignore[union-attr]


def test_every_unit_with_duties_and_every_channel_in_use_is_listed(
    city: World, client: Client
) -> None:
    page = words(client, "/where/")
    for said in (
        "市交通局",
        "公交、道路",
        "市水务局",
        "测试市信访局",
        "申诉求决",
        "人民路2号",
        "第三十一条",
    ):
        assert said in page, said
    RedirectTarget.objects.update(is_active=False)
    client.cookies["csrftoken"] = "x"  # past the page kept for strangers
    assert "测试市信访局" not in words(client, "/where/")


def test_a_matter_in_ones_own_words_shows_the_fitting_unit_alone(
    city: World, client: Client
) -> None:
    page = words(client, "/where/?q=小区门口排水不畅")
    assert "市水务局" in page
    assert "市交通局" not in page


def test_an_answer_that_exists_already_comes_first(city: World, client: Client) -> None:
    item, _ = w.answered(city)
    outbox.deliver(now=timezone.now())
    page = words(client, "/where/?q=人民路公交站加一张长椅")
    assert item.public_title in page
    assert page.index("已经有人提过") < page.index("建议由这些单位办")


@pytest.mark.parametrize("query", ["%00", "x" * 900, "'\"<script>", "　", "🚌" * 50])
def test_whatever_is_typed_is_answered_and_shown_as_text(
    city: World, client: Client, query: str
) -> None:
    response = client.get("/where/", {"q": query})
    assert response.status_code == 200
    assert "<script>" not in response.content.decode().split("<main", 1)[1]


def test_the_page_is_public_without_a_cookie(city: World, client: Client) -> None:
    response = client.get("/where/")
    assert not response.cookies
    assert "public" in response["Cache-Control"]


def test_each_telephone_of_a_channel_is_a_link_of_its_own(city: World, client: Client) -> None:
    RedirectTarget.objects.update(phone="12345或0380-555 0208")
    page = BeautifulSoup(client.get("/where/").content, "html.parser")
    found = [a["href"] for a in page.select("article a[href^='tel:']")]
    assert found == ["tel:12345", "tel:03805550208"]


def test_what_cannot_be_taken_in_is_said_before_anybody_writes(client: Client, city: World) -> None:
    text = client.get("/where/").content.decode()
    for reason in ("广告推销", "重复提出且没有新情况", "请另一位工作人员再看一遍"):
        assert reason in text
