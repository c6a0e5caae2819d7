"""The feeds: valid Atom, only what is public, at once when something is published, and the same cost whatever there is."""

import xml.etree.ElementTree as ET
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from suggestions.actor import Actor
from suggestions.models import Adoption, Suggestion
from suggestions.services import consent, publishing
from tests import world as w
from tests.suggestions.desk.cast import parsed
from tests.suggestions.reading.conftest import copies
from tests.world import MONDAY, World

ATOM = "{http://www.w3.org/2005/Atom}"
FEEDS = ("/feeds/suggestions.atom", "/feeds/answers.atom", "/feeds/results.atom", "/feeds/awards.atom",
         "/feeds/hearings.atom", "/feeds/news.atom", "/feeds/campaigns.atom", "/feeds/statistics.atom")  # fmt: skip


def feed(client: Client, address: str) -> ET.Element:
    response = client.get(address)
    assert response.status_code == 200, address
    assert response["Content-Type"].startswith("application/atom+xml")
    return ET.fromstring(response.content)


def entries(root: ET.Element) -> list[ET.Element]:
    return root.findall(f"{ATOM}entry")


def said(element: ET.Element, name: str) -> str:
    return element.findtext(f"{ATOM}{name}") or ""


def link(element: ET.Element, rel: str) -> str:
    return next(x.attrib["href"] for x in element.findall(f"{ATOM}link") if x.get("rel") == rel)


def assert_valid(root: ET.Element, address: str) -> None:
    """The required elements of RFC 4287: feed and entries have id, title, updated; ids are IRIs and differ; an author."""
    assert root.tag == f"{ATOM}feed"
    assert said(root, "title")
    assert root.find(f"{ATOM}author/{ATOM}name") is not None
    assert link(root, "self") == settings.BASE_URL + address
    assert link(root, "alternate").startswith(settings.BASE_URL)
    ids = [said(root, "id"), *(said(e, "id") for e in entries(root))]
    assert all(i.startswith("tag:") and ",2026:" in i for i in ids)
    assert len(set(ids)) == len(ids)
    for element in (root, *entries(root)):
        assert datetime.fromisoformat(said(element, "updated")).tzinfo is not None
    for entry in entries(root):
        assert said(entry, "title")
        assert link(entry, "alternate").startswith(settings.BASE_URL + "/")
        assert datetime.fromisoformat(said(entry, "updated")) >= datetime.fromisoformat(
            said(entry, "published")
        )


def with_measure(item: Suggestion, world: World) -> Adoption:
    return Adoption.objects.create(
        suggestion=item, unit=world.bus, measure="站台两头加了长椅", status="implemented", is_public=True,
        decided_at=MONDAY + timedelta(days=11), done_on=(MONDAY + timedelta(days=20)).date(),
    )  # fmt: skip


@pytest.mark.parametrize("address", FEEDS)
def test_every_feed_is_valid_atom_with_and_without_entries(
    client: Client, world: World, address: str
) -> None:
    assert_valid(feed(client, address), address)
    item, _ = w.answered(world, title="人民路站 <b>&</b> 长椅")
    with_measure(item, world)
    cache.clear()
    root = feed(client, address)
    assert_valid(root, address)
    if address.split("/")[-1] in ("suggestions.atom", "answers.atom", "results.atom"):
        assert len(entries(root)) == 1


def test_a_publication_shows_in_the_feeds_at_the_next_request(
    client: Client, world: World, django_capture_on_commit_callbacks: Any
) -> None:
    before = client.get("/feeds/suggestions.atom")
    again = client.get("/feeds/suggestions.atom", headers={"if-none-match": before["ETag"]})
    assert again.status_code == 304
    with django_capture_on_commit_callbacks(execute=True):
        item, _ = w.answered(world)
    after = client.get("/feeds/suggestions.atom", headers={"if-none-match": before["ETag"]})
    assert after.status_code == 200
    assert item.case_no in after.content.decode()
    answer = said(entries(feed(client, "/feeds/answers.atom"))[0], "summary")
    assert "市交通局答复（采纳）" in answer
    assert "加装两张长椅" in answer


def test_what_is_taken_down_leaves_every_feed_at_the_next_request(
    client: Client, world: World, django_capture_on_commit_callbacks: Any
) -> None:
    item, _ = w.answered(world)
    assert item.case_no in client.get("/feeds/answers.atom").content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        publishing.take_down(
            suggestion=item, reason="privacy", actor=world.actor("publisher"), at=timezone.now()
        )
    for address in FEEDS:
        assert item.case_no not in client.get(address).content.decode(), address


def test_withdrawn_consent_takes_the_item_out_of_the_feeds_at_once(
    client: Client, world: World, django_capture_on_commit_callbacks: Any
) -> None:
    item, _ = w.answered(world)
    client.get("/feeds/suggestions.atom")
    with django_capture_on_commit_callbacks(execute=True):
        consent.withdraw(
            suggestion=item, kind="publish", actor=Actor.author(), at=MONDAY + timedelta(days=30)
        )
    assert entries(feed(client, "/feeds/suggestions.atom")) == []


def test_feeds_carry_released_words_only_and_name_nobody_even_with_consent(
    client: Client, world: World
) -> None:
    item, _ = w.answered(
        world, problem="我家住梧桐雨巷七号，电话19900001234，站台没有地方坐。", name="林小满", name_display="full"
    )  # fmt: skip
    w.submit(world, title="还没有公开的另一件建议")
    Suggestion.objects.filter(pk=item.pk).update(
        public_problem="站台没有地方坐。", public_name="林小满"
    )
    cache.clear()
    for address in FEEDS:
        text = client.get(address).content.decode()
        for word in ("梧桐雨巷", "19900001234", "林小满", "还没有公开的另一件"):
            assert word not in text, (address, word)


@pytest.mark.parametrize("name", ["suggestions", "answers"])
def test_a_feed_takes_the_filters_of_the_list(client: Client, world: World, name: str) -> None:
    mine, _ = w.answered(world)
    other, _ = w.answered(world, title="雨天站台积水没过脚面")
    Suggestion.objects.filter(pk=other.pk).update(
        topic=world.other_topic, lead_unit=world.water, district=None, outcome="not_adopted"
    )
    cache.clear()
    for query in ("topic=transport", "unit=bus", "district=990101", "outcome=adopted"):
        root = feed(client, f"/feeds/{name}.atom?{query}")
        assert_valid(root, f"/feeds/{name}.atom?{query}")
        assert [said(e, "title") for e in entries(root)] == [mine.public_title], query
    both = feed(client, f"/feeds/{name}.atom?unit=bus&outcome=not_adopted")
    assert entries(both) == []


@pytest.mark.parametrize(
    "query", ["topic=nothing", "unit=%00", "campaign=999999", "campaign=x", "district=" + "9" * 60]
)
def test_a_filter_that_names_nothing_is_not_found(client: Client, world: World, query: str) -> None:
    assert client.get(f"/feeds/suggestions.atom?{query}").status_code == 404


def test_unknown_keys_and_control_characters_break_no_feed(client: Client, world: World) -> None:
    item, _ = w.answered(world)
    Suggestion.objects.filter(pk=item.pk).update(
        public_title="长椅\x0b\x1b[0m", public_problem="坏\x01了\ufffe"
    )
    cache.clear()
    root = feed(client, "/feeds/suggestions.atom?page=%27%22%3C&utm=x")
    assert said(entries(root)[0], "title") == "长椅[0m"


def test_a_feed_costs_the_same_queries_for_two_and_twenty_items(world: World, queries: Any) -> None:
    item, _ = w.answered(world)
    with_measure(item, world)
    addresses = (
        "/feeds/suggestions.atom?topic=transport",
        "/feeds/answers.atom",
        "/feeds/results.atom",
    )
    before = [queries(a) for a in addresses]
    for twin in copies(item, 18):
        with_measure(twin, world)
    assert [queries(a) for a in addresses] == before
    assert max(before) <= 8


def test_the_list_names_its_feeds_to_readers_and_to_programs(client: Client, world: World) -> None:
    w.answered(world)
    page = parsed(client.get("/suggestions/?unit=bus&topic=transport"))
    offered = [x["href"] for x in page.find_all("link", rel="alternate")]
    assert offered == [
        f"/feeds/{n}.atom?topic=transport&unit=bus" for n in ("suggestions", "answers")
    ]
    for address in offered:
        assert page.find("a", href=address) is not None
        assert client.get(str(address)).status_code == 200
    unit = parsed(client.get("/units/bus/"))
    assert unit.find("link", rel="alternate")["href"] == "/feeds/answers.atom?unit=bus"  # type: ignore[index]


def test_the_page_of_feeds_lists_every_feed_and_each_opens(client: Client, world: World) -> None:
    page = parsed(client.get("/feeds/"))
    listed = [str(a["href"]) for a in page.select("main .row a")]
    assert set(listed) == set(FEEDS)
    for address in listed:
        assert client.get(address).status_code == 200


def test_the_guessed_address_leads_to_the_feed_with_its_filters(
    client: Client, world: World
) -> None:
    response = client.get("/suggestions/feed.atom?unit=bus&evil=1")
    assert (response.status_code, response["Location"]) == (301, "/feeds/suggestions.atom?unit=bus")


def test_a_feed_sets_no_cookie_and_may_be_kept_by_anybody(client: Client, world: World) -> None:
    response = client.get("/feeds/answers.atom")
    assert not response.cookies
    assert "public" in response["Cache-Control"]
    assert client.post("/feeds/answers.atom").status_code == 405
