"""What search engines and messengers read: heads of every type of page, sitemap, robots. Read as they read it: parsed."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from urllib.robotparser import RobotFileParser
from xml.etree import ElementTree

import pytest
from bs4 import BeautifulSoup
from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.test import Client, override_settings
from django.utils import timezone

from cms.models import CampaignPage, KnowledgePage, NewsPage, StandardPage
from cms.setup import add_page, ensure_groups, ensure_pages
from portal import sitemaps
from suggestions.codes import NotPublishedReason
from suggestions.models import Suggestion
from suggestions.services import publishing
from tests import world as w
from tests.world import MONDAY, World

pytestmark = pytest.mark.django_db
SECRET = "梧桐雨巷七号的灯"
PEOPLE = ("林小满", "19900001234")


class Town:
    """A small city with one page of every type that a stranger may read, and one item that nobody outside may."""

    def __init__(self) -> None:
        self.world: World = w.make_world()
        ensure_groups()
        site = ensure_pages(title="测试市人民建议征集")
        now = timezone.now()
        self.item, _reply = w.answered(self.world)
        self.waiting = w.submit(self.world, title="滨河步道装几盏灯", key="waiting").suggestion
        w.accept(self.world, self.waiting, at=MONDAY)
        w.publish(self.world, self.waiting, at=MONDAY + timedelta(days=1))
        self.hidden = w.submit(
            self.world, title=SECRET, publish_consent=False, key="hidden"
        ).suggestion
        self.campaign = add_page(
            site.campaigns,
            CampaignPage(
                title="老街雨天积水点怎么改", host_unit=self.world.water, decides="市水务局", summary="请您说说哪里积水。",
                background="<p>今年汛期积水七次。</p>", opens_at=now - timedelta(days=3), closes_at=now + timedelta(days=9),
            ),
        )  # fmt: skip
        self.news = add_page(
            site.news,
            NewsPage(
                title="社区食堂有了软菜窗口",
                summary="三家社区食堂先开了软菜窗口。",
                source="市民政局",
                date=MONDAY.date(),
            ),
        )
        self.known = add_page(
            site.knowledge,
            KnowledgePage(
                title="公交站加装长椅看哪些条件", summary="看站台够不够宽、挡不挡盲道。", unit=self.world.bus,
                review_on=MONDAY.date() + timedelta(days=90),
            ),
        )  # fmt: skip
        self.rules = add_page(
            site.home,
            StandardPage(title="审核规则", slug="rules", summary="什么公开，什么不公开，谁来审。"),
        )
        self.item.refresh_from_db()
        self.types = {
            "home": "/", "browse": "/suggestions/", "item": f"/suggestions/{self.item.case_no}/",
            "waiting": f"/suggestions/{self.waiting.case_no}/", "units": "/units/", "unit": "/units/bus/",
            "results": "/results/", "honours": "/results/honours/", "awards": "/results/awards/", "where": "/where/",
            "search": "/search/", "submit": "/submit/", "track": "/track/", "campaigns": "/campaigns/",
            "campaign": self.campaign.get_url(), "news_index": "/news/", "news": self.news.get_url(),
            "knowledge_index": "/knowledge/", "knowledge": self.known.get_url(), "standard": self.rules.get_url(), "feeds": "/feeds/",
        }  # fmt: skip


@pytest.fixture(scope="module")
def built(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Town]:
    """One town for all tests here; what a test changes in it is rolled back after the test."""
    index = str(tmp_path_factory.mktemp("heads") / "search.sqlite3")
    # This comes before each test's clean slate: rules that an earlier test held are gone from the database.
    cache.clear()
    with (
        django_db_blocker.unblock(),
        override_settings(SEARCH_SQLITE_PATH=index, SEARCH_INDEX_PREFIX="heads"),
        transaction.atomic(),
    ):
        yield Town()
        transaction.set_rollback(True)


@pytest.fixture
def town(built: Town, db: None) -> Town:
    built.item.refresh_from_db()
    return built


def head(client: Client, address: str, *, status: int = 200) -> Any:
    response = client.get(address)
    assert response.status_code == status, address
    return BeautifulSoup(response.content, "html.parser").head


def one(page: Any, selector: str, name: str = "content") -> str:
    found = page.select(selector)
    assert len(found) == 1, f"{selector}: {found}"
    return str(found[0][name])


def things(page: Any) -> dict[str, Any]:
    """The structured data by type."""
    blocks = page.select("script[type='application/ld+json']")
    return {t["@type"]: t for b in blocks for t in json.loads(b.string)["@graph"]}


def test_every_type_of_page_has_a_title_a_description_one_address_and_a_card_and_names_nobody(
    client: Client, town: Town
) -> None:
    titles, abouts = {}, {}
    for kind, address in town.types.items():
        page = head(client, address)
        titles[kind] = page.title.get_text().strip()
        abouts[kind] = one(page, "meta[name=description]")
        assert one(page, "link[rel=canonical]", "href") == f"{settings.BASE_URL}{address}"
        assert one(page, "meta[property='og:url']") == f"{settings.BASE_URL}{address}"
        assert one(page, "meta[property='og:title']") == titles[kind]
        assert one(page, "meta[property='og:description']") == abouts[kind]
        picture = urlsplit(one(page, "meta[property='og:image']"))
        assert (picture.scheme, picture.path[-4:]) == ("http", ".png")
        assert not page.select("meta[name=robots]")
        for secret in (*PEOPLE, SECRET):
            assert secret not in str(page), f"{kind}: {secret}"
    assert len(set(titles.values())) == len(titles), "no two types of page are called alike"
    assert {kind: words for kind, words in abouts.items() if not 8 <= len(words) <= 160} == {}


def test_an_answer_of_the_knowledge_base_is_the_offices_own_question_and_answer(
    client: Client, town: Town
) -> None:
    found = things(head(client, town.types["knowledge"]))
    [question] = found["FAQPage"]["mainEntity"]
    assert question["name"] == "公交站加装长椅看哪些条件"
    assert "盲道" in question["acceptedAnswer"]["text"]
    assert question["acceptedAnswer"]["author"]["name"] == town.world.bus.name


def test_an_answered_item_is_a_question_with_its_answer_and_a_waiting_one_a_posting(
    client: Client, town: Town
) -> None:
    found = things(head(client, town.types["item"]))
    question = found["QAPage"]["mainEntity"]
    assert question["name"] == town.item.public_title
    assert question["answerCount"] == 1
    assert question["author"] == {"@type": "Person", "name": "市民"}
    assert question["acceptedAnswer"]["author"]["name"] == "测试市交通运输局"
    assert "长椅" in question["acceptedAnswer"]["text"]
    steps = found["BreadcrumbList"]["itemListElement"]
    assert [s["position"] for s in steps] == list(range(1, len(steps) + 1))
    assert steps[0]["item"] == f"{settings.BASE_URL}/"
    assert "item" not in steps[-1]
    posting = things(head(client, town.types["waiting"]))["DiscussionForumPosting"]
    assert posting["headline"] == "滨河步道装几盏灯"
    assert posting["interactionStatistic"]["userInteractionCount"] == 0


def test_home_unit_and_news_say_who_they_are(client: Client, town: Town) -> None:
    home = things(head(client, "/"))
    assert home["WebSite"]["potentialAction"]["target"]["urlTemplate"].endswith(
        "/search/?q={search_term_string}"
    )
    assert home["GovernmentOrganization"]["name"] == town.world.jurisdiction.office_name
    assert (
        things(head(client, "/units/bus/"))["GovernmentOrganization"]["name"] == "测试市交通运输局"
    )
    news = things(head(client, town.types["news"]))["NewsArticle"]
    assert (news["headline"], news["author"]["name"]) == ("社区食堂有了软菜窗口", "市民政局")


def test_spellings_of_an_address_share_one_canonical_address(client: Client, town: Town) -> None:
    for asked, kept in (
        ("/suggestions/?topic=transport", "/suggestions/?topic=transport"),
        ("/suggestions/?topic=transport&from=wechat", "/suggestions/?topic=transport"),
        ("/suggestions/?utm_source=sms", "/suggestions/"),
        ("/suggestions/?unit=", "/suggestions/"),
        ("/results/?by=place", "/results/?by=place"),
    ):
        found = one(head(client, asked), "link[rel=canonical]", "href")
        assert found == f"{settings.BASE_URL}{kept}"


def test_a_deep_choice_and_a_persons_own_page_are_kept_by_no_search_engine(
    client: Client, town: Town
) -> None:
    for asked in (
        "/suggestions/?topic=transport&unit=bus", "/suggestions/?sort=answered", "/suggestions/?cursor=x",
        "/results/?stands=late", "/search/?q=公交", f"/submit/?campaign={town.campaign.pk}", "/my/sign-in/",
        f"/suggestions/{town.item.case_no}/join/", "/my/follow/?what=unit:bus",
    ):  # fmt: skip
        page = head(client, asked)
        assert "noindex" in one(page, "meta[name=robots]"), asked
        assert not page.select("link[rel=canonical], script[type='application/ld+json']"), asked
        assert not page.select("meta[property^='og:']"), asked


def test_what_is_not_there_has_no_address(client: Client, town: Town) -> None:
    for address in (f"/suggestions/{town.hidden.case_no}/", "/nothing/here/", "/results/999/"):
        page = head(client, address, status=404)
        assert "noindex" in one(page, "meta[name=robots]"), address
        assert not page.select("link[rel=canonical]")
        assert SECRET not in str(page)


def test_hostile_words_stay_inside_the_structured_data(client: Client, town: Town) -> None:
    hostile = "</script><script>alert(1)</script>\"'&<!--"
    Suggestion.objects.filter(pk=town.item.pk).update(public_title=hostile, public_problem=hostile)
    page = head(client, town.types["item"])
    assert [s.get("src") for s in page.find_all("script") if not s.get("type")] != [None]
    question = things(page)["QAPage"]["mainEntity"]
    assert question["name"] == hostile
    assert one(page, "meta[property='og:title']").startswith(hostile)


# The sitemap


def locations(client: Client, address: str) -> dict[str, str]:
    """Path → lastmod of one file."""
    response = client.get(address)
    assert response.status_code == 200
    assert response["Content-Type"] == "application/xml"
    body = b"".join(response) if response.streaming else response.content
    space = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
    rows = ElementTree.fromstring(body)
    return {
        (row.findtext(f"{space}loc") or "").removeprefix(settings.BASE_URL): row.findtext(
            f"{space}lastmod"
        )
        or ""
        for row in rows
    }


def everything(client: Client) -> dict[str, str]:
    found: dict[str, str] = {}
    for file in locations(client, "/sitemap.xml"):
        found |= locations(client, file)
    return found


def test_the_sitemap_lists_every_public_page_once_and_nothing_hidden(
    client: Client, town: Town
) -> None:
    found = everything(client)
    assert set(town.types.values()) - set(found) == set()
    assert town.hidden.case_no not in str(found)
    assert found[town.types["item"]].startswith("2026-11-")
    for address in found:
        response = client.get(address)
        assert response.status_code == 200, address
        page = BeautifulSoup(response.content, "html.parser").head
        assert one(page, "link[rel=canonical]", "href") == f"{settings.BASE_URL}{address}"


def test_an_item_that_is_taken_down_leaves_the_sitemap_at_once(client: Client, town: Town) -> None:
    assert town.types["item"] in everything(client)
    publishing.take_down(
        suggestion=town.item, reason=NotPublishedReason.PRIVACY,
        actor=town.world.actor("publisher"), at=timezone.now(),
    )  # fmt: skip
    assert town.types["item"] not in everything(client)


def test_files_are_ranges_of_keys_and_cost_the_same_wherever_they_begin(
    client: Client, town: Town, monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: Any
) -> None:
    monkeypatch.setattr(sitemaps, "FILE_ROWS", 1)
    files = [f for f in locations(client, "/sitemap.xml") if "suggestions" in f]
    assert len(files) == 2
    with django_assert_max_num_queries(3):
        held = [locations(client, f) for f in files[:1]]
    held += [locations(client, f) for f in files[1:]]
    assert all(len(rows) == 1 for rows in held)
    assert {p for rows in held for p in rows} == {town.types["item"], town.types["waiting"]}
    assert client.get("/sitemap-suggestions-99999.xml").status_code == 404
    assert client.get("/sitemap-secrets-0.xml").status_code == 404
    assert client.get(f"/sitemap-suggestions-{'9' * 40}.xml").status_code == 404


def test_robots_may_read_every_page_of_the_sitemap_and_no_private_one(
    client: Client, town: Town
) -> None:
    response = client.get("/robots.txt")
    assert response["Content-Type"].startswith("text/plain")
    assert not response.cookies
    assert response.has_header("ETag")
    rules = RobotFileParser()
    rules.parse(response.content.decode().splitlines())
    assert rules.site_maps() == [f"{settings.BASE_URL}/sitemap.xml"]
    assert [a for a in everything(client) if not rules.can_fetch("*", a)] == []
    for closed in ("/admin/", "/my/", "/receipt/abc/", "/api/v1/suggestions", "/mode/?elder=1", "/agent/"):  # fmt: skip
        assert not rules.can_fetch("*", closed), closed
