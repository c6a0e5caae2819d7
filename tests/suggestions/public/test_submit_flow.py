"""A suggestion goes in over HTTP, without scripts, and a receipt comes out."""

import pytest
from django.test import Client

from suggestions.models import Author, Consent, SubmissionDraft, Suggestion
from tests.suggestions.public import walk
from tests.world import World


def test_a_resident_writes_a_suggestion_step_by_step_and_gets_a_receipt(
    browser: Client, city: World
) -> None:
    page = walk.read(browser.get("/submit/"))
    for words in ("这里收", "110", "个人信息保护法"):
        assert words in page.text
    assert walk.step_of(walk.send(browser, "start")) == "topic"
    assert walk.step_of(walk.send(browser, "topic", walk.GOOD["topic"])) == "text"
    assert walk.step_of(walk.send(browser, "text", walk.GOOD["text"])) == "place"
    assert walk.step_of(walk.send(browser, "place", walk.GOOD["place"])) == "contact"
    assert walk.step_of(walk.send(browser, "contact", walk.GOOD["contact"])) == "check"
    response = walk.submit(browser)
    assert response["Location"].startswith("/receipt/")
    receipt = browser.get(response["Location"])
    item = Suggestion.objects.get()
    assert item.case_no in receipt.content.decode()
    assert (item.status, item.channel, item.district, item.topic) == (
        "registered",
        "web",
        city.district,
        city.topic,
    )
    author = Author.objects.get(suggestion=item)
    assert (author.name, author.phone) == ("林小满", "19900001234")
    assert set(Consent.objects.values_list("kind", flat=True)) == {"notice", "publish"}


def test_looking_at_the_first_page_makes_no_draft(browser: Client) -> None:
    browser.get("/submit/?title=人民路公交站加两张长椅")
    assert SubmissionDraft.objects.count() == 0
    assert "draft" not in browser.cookies


@pytest.mark.parametrize("header", ["Mozilla/5.0 (Linux; Android 14) Mobile Safari/537.36"])
def test_a_telephone_is_counted_as_one(browser: Client, header: str) -> None:
    walk.fill(browser)
    page = walk.show(browser, "check")
    walk.send(browser, "check", walk.answer_question(page), HTTP_USER_AGENT=header)
    assert Suggestion.objects.get().channel == "mobile"
