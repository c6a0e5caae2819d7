"""A site with its fixed pages, and makers of campaigns and articles through Wagtail's own save and publish."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from cms import reports
from cms.models import CampaignPage, KnowledgePage, NewsPage
from cms.setup import Pages, add_page, ensure_groups, ensure_pages
from tests import world as w
from tests.world import World

Make = Callable[..., Any]


def words(response: Any) -> str:
    """A page's text as people read it: titles carry <wbr> between words."""
    if hasattr(response, "render") and not response.is_rendered:
        response.render()
    return response.content.decode().replace("<wbr>", "")


@pytest.fixture
def city(db: None) -> World:
    return w.make_world()


@pytest.fixture
def site(db: None) -> Pages:
    ensure_groups()
    return ensure_pages(title="测试市人民建议征集")


@pytest.fixture
def campaign(city: World, site: Pages) -> Make:
    """`campaign(opens=-5, closes=5, **fields)`: a published campaign, days from now."""
    reports.days()  # a rule is stored at its first use, which is no page's cost

    def make(*, opens: float = -5, closes: float | None = 5, **fields: Any) -> CampaignPage:
        now: datetime = fields.pop("now", None) or timezone.now()
        page = CampaignPage(
            **{
                "title": "老街雨天积水点怎么改", "host_unit": city.water, "decides": "市水务局",
                "background": "<p>今年汛期积水七次。</p>", "opens_at": now + timedelta(days=opens),
                "closes_at": None if closes is None else now + timedelta(days=closes), **fields,
            }
        )  # fmt: skip
        return add_page(site.campaigns, page)

    return make


@pytest.fixture
def article(site: Pages) -> Make:
    def make(**fields: Any) -> NewsPage:
        return add_page(site.news, NewsPage(**{"title": "社区食堂有了软菜窗口", **fields}))

    return make


@pytest.fixture
def answer(site: Pages, city: World) -> Make:
    """`answer(days=100, **fields)`: a published answer of the knowledge base, to be looked at again in so many days."""

    def make(*, days: int = 100, **fields: Any) -> KnowledgePage:
        page = KnowledgePage(
            **{
                "title": "公交站加装长椅看哪些条件", "summary": "看站台够不够宽、挡不挡盲道。", "unit": city.bus,
                "topic": city.topic, "basis": "《江澜市公交站台规范》第五条", "review_on": timezone.localdate() + timedelta(days=days),
                **fields,
            }
        )  # fmt: skip
        return add_page(site.knowledge, page)

    return make


@pytest.fixture
def editor(city: World, site: Pages) -> Client:
    """Somebody of the editors' group, signed in."""
    return _signed_in(city, "编辑", "editor")


@pytest.fixture
def writer(city: World, site: Pages) -> Client:
    """Somebody who may write but not publish."""
    return _signed_in(city, "撰稿", "analyst")


def _signed_in(city: World, group: str, who: str) -> Client:
    from django.contrib.auth.models import Group

    user = city.users[who]
    Group.objects.get(name=group).user_set.add(user)
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client
