"""Ask before you write: published items like one's own are shown, and never stand in the way."""

from datetime import timedelta

import pytest
from django.test import Client

from search import indexing
from suggestions.models import Suggestion
from suggestions.services import publishing
from tests import world as w
from tests.suggestions.public import walk
from tests.world import MONDAY, World


@pytest.fixture
def published(city: World, own_index: None) -> Suggestion:
    item, _ = w.answered(city, title="人民路公交站加一张长椅")
    indexing.index_ids("suggestion", [str(item.pk)])
    return item


def test_the_fragment_names_an_item_that_says_the_same(
    browser: Client, published: Suggestion
) -> None:
    page = walk.read(browser.get("/submit/similar/", {"title": "人民路的公交站加装长椅"}))
    assert "<html" not in page.html
    assert f"/suggestions/{published.case_no}/" in page.links
    assert "采纳" in page.text


def test_an_answered_look_alike_shows_the_first_lines_of_its_answer_whatever_they_say(
    browser: Client, published: Suggestion
) -> None:
    start = " ".join(published.replies.get().public_body.split())[:20]
    page = walk.read(browser.get("/submit/similar/", {"title": "人民路的公交站加装长椅"}))
    assert f"答复：{start}" in page.text
    assert "事由：" not in page.text


def test_an_open_look_alike_shows_what_was_asked(
    browser: Client, city: World, own_index: None
) -> None:
    item = w.accept(city, w.submit(city, title="人民路公交站加一张长椅").suggestion, at=MONDAY)
    item = w.publish(city, item, at=MONDAY)
    indexing.index_ids("suggestion", [str(item.pk)])
    page = walk.read(browser.get("/submit/similar/", {"title": "人民路的公交站加装长椅"}))
    assert f"/suggestions/{item.case_no}/" in page.links
    assert "事由：" in page.text
    assert "答复：" not in page.text


@pytest.mark.parametrize(
    "title", ["", "短", "图书馆晚上多开放一小时", "\x00", '"', "- - -", "很" * 5000]
)
def test_nothing_alike_gives_an_empty_fragment(
    browser: Client, published: Suggestion, title: str
) -> None:
    response = browser.get("/submit/similar/", {"title": title})
    assert response.status_code == 200
    assert response.content.strip() == b""


def test_without_scripts_the_look_alikes_are_a_step_of_their_own(
    browser: Client, published: Suggestion
) -> None:
    walk.send(browser, "start")
    typed = {"title": "人民路公交站加装一张长椅", "topic": ""}
    assert walk.step_of(walk.send(browser, "topic", typed)) == "similar"
    assert f"/suggestions/{published.case_no}/" in walk.show(browser, "similar").links
    assert walk.step_of(walk.send(browser, "similar", {"action": "none"})) == "text"
    # The same sentence is not asked about twice.
    assert walk.step_of(walk.send(browser, "topic", typed)) == "text"


def test_with_scripts_what_was_seen_while_typing_is_not_shown_again(
    browser: Client, published: Suggestion
) -> None:
    walk.send(browser, "start")
    title = "人民路公交站加装一张长椅"
    seen = walk.read(browser.get("/submit/similar/", {"title": title})).fields["similar_seen"]
    assert (
        walk.step_of(walk.send(browser, "topic", {"title": title, "similar_seen": seen})) == "text"
    )


def test_another_sentence_can_be_tried(browser: Client, published: Suggestion) -> None:
    walk.send(browser, "start")
    walk.send(browser, "topic", {"title": "人民路公交站加装一张长椅"})
    assert (
        walk.step_of(walk.send(browser, "similar", {"title": "图书馆晚上多开放一小时"}))
        == "similar"
    )
    assert walk.show(browser, "topic").fields["title"] == "图书馆晚上多开放一小时"
    assert walk.send(browser, "similar", {"title": "短"}).status_code == 422


def test_a_page_taken_down_is_not_shown_though_the_index_still_has_it(
    browser: Client, city: World, published: Suggestion
) -> None:
    publishing.suspend(
        suggestion=published,
        reason="核实投诉",
        actor=city.actor("publisher"),
        at=MONDAY + timedelta(days=20),
    )
    response = browser.get("/submit/similar/", {"title": "人民路的公交站加装长椅"})
    assert response.content.strip() == b""
