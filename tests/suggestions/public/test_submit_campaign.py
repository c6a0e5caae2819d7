"""Answering a campaign: it opens and closes by itself, and nobody's words are lost when it does."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from cms.setup import Pages, add_page, ensure_groups, ensure_pages
from suggestions.models import Suggestion
from tests.suggestions.public import walk
from tests.world import World


@pytest.fixture
def campaign(city: World) -> Callable[..., Any]:
    from cms.models import CampaignPage

    ensure_groups()
    site: Pages = ensure_pages(title="测试市人民建议征集")

    def make(*, opens: int = -5, closes: int = 5, **fields: Any) -> Any:
        now = timezone.now()
        page = CampaignPage(
            title="老街雨天积水点怎么改", host_unit=city.water, decides="市水务局", background="<p>积水七次。</p>",
            opens_at=now + timedelta(days=opens), closes_at=now + timedelta(days=closes), **fields,
        )  # fmt: skip
        return add_page(site.campaigns, page)

    return make


def begin(browser: Client, pk: object) -> walk.Page:
    page = walk.read(browser.get(f"/submit/?campaign={pk}"))
    walk.send(
        browser, "start", {k: page.fields[k] for k in ("title", "campaign") if k in page.fields}
    )
    return page


def test_an_answer_to_an_open_campaign_belongs_to_it(
    browser: Client, campaign: Callable[..., Any]
) -> None:
    call = campaign()
    assert call.title in begin(browser, call.pk).text
    walk.fill(browser)
    assert call.title in walk.show(browser, "check").text
    walk.submit(browser)
    item = Suggestion.objects.get()
    assert (item.campaign, item.mode) == (call, "campaign")


@pytest.mark.parametrize(("opens", "closes"), [(-9, -1), (1, 9)])
def test_a_closed_campaign_says_so_at_once_and_the_words_may_come_as_a_standing_suggestion(
    browser: Client, campaign: Callable[..., Any], opens: int, closes: int
) -> None:
    call = campaign(opens=opens, closes=closes)
    page = begin(browser, call.pk)
    assert "现在不收建议" in page.text
    walk.fill(browser)
    walk.submit(browser)
    item = Suggestion.objects.get()
    assert (item.campaign, item.mode) == (None, "standing")


def test_a_campaign_that_closes_while_somebody_writes_offers_to_send_it_all_the_same(
    browser: Client, campaign: Callable[..., Any]
) -> None:
    call = campaign()
    begin(browser, call.pk)
    walk.fill(browser)
    with time_machine.travel(timezone.now() + timedelta(days=6), tick=False):
        page = walk.show(browser, "check")
        assert "改为平时建议提交" in page.text
        refused = walk.send(browser, "check", {"action": "send", **walk.answer_question(page)})
        assert refused.status_code == 422
        assert "征集已经截止" in walk.read(refused).text
        assert Suggestion.objects.count() == 0
        sent = walk.send(
            browser, "check", {"action": "standing", **walk.answer_question(walk.read(refused))}
        )
    assert sent["Location"].startswith("/receipt/")
    assert Suggestion.objects.get().original_problem == walk.GOOD["text"]["problem"]


@pytest.mark.parametrize("forged", ["999999", "abc", "-1", "9" * 40, "1 OR 1=1", "１"])
def test_a_campaign_that_is_not_there_is_said_and_stops_nobody(
    browser: Client, city: World, forged: str
) -> None:
    page = walk.read(browser.get("/submit/", {"campaign": forged}))
    assert "没有找到这个征集" in page.text
    walk.send(browser, "start", {"title": "", "campaign": forged})
    walk.fill(browser)
    walk.submit(browser)
    assert Suggestion.objects.get().campaign is None


def test_an_invited_campaign_is_not_open_to_everybody(
    browser: Client, campaign: Callable[..., Any]
) -> None:
    call = campaign(mode="invited", kind="invited")
    begin(browser, call.pk)
    walk.fill(browser)
    walk.submit(browser)
    assert Suggestion.objects.get().campaign is None
