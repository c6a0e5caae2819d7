"""Pages in the site's search: what is published is found, what is not is not."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from cms.documents import build, versions
from cms.models import NewsPage, StandardPage
from cms.setup import Pages, add_page
from search import indexing
from search.engine import Query, get_engine
from suggestions import outbox
from suggestions.models import Outbox
from tests.cms.conftest import Make

pytestmark = pytest.mark.django_db
Callbacks = Callable[..., AbstractContextManager[Any]]


def found(text: str) -> list[str]:
    """Titles found after the outbox has drained."""
    outbox.deliver(now=timezone.now() + timedelta(seconds=1))
    return [hit.title for hit in get_engine().search(Query(text=text, types=("page",))).hits]


@pytest.fixture(autouse=True)
def _empty_index() -> None:
    engine = get_engine()
    engine.delete([f"page:{key}" for key in range(1, 400)])


def test_search_finds_a_published_page_and_not_a_draft(site: Pages) -> None:
    body = [("text", "<p>软菜窗口每天两荤一素。</p>")]
    add_page(site.home, StandardPage(title="社区食堂指南", slug="canteen", body=body))
    draft = StandardPage(title="食堂草稿", slug="draft", body=body, live=False)
    site.home.refresh_from_db()
    site.home.add_child(instance=draft)
    draft.save_revision()
    assert found("软菜窗口") == ["社区食堂指南"]


def test_an_unpublished_page_leaves_the_index(site: Pages, article: Make) -> None:
    page = article(title="老码头夜市试行通告", summary="周五周六开放")
    assert found("夜市试行") == ["老码头夜市试行通告"]
    page.unpublish()
    assert found("夜市试行") == []


def test_a_deleted_page_leaves_the_index(article: Make) -> None:
    page = article(title="老码头夜市试行通告")
    assert found("夜市试行")
    page.delete()
    assert found("夜市试行") == []


def test_a_changed_page_is_found_by_its_new_words_only(article: Make) -> None:
    page = article(title="望渚大桥封闭施工")
    assert found("封闭施工")
    page.title = "望渚大桥恢复通车"
    page.save_revision().publish()
    assert found("封闭施工") == []
    assert found("恢复通车") == ["望渚大桥恢复通车"]


def test_traditional_characters_find_a_page_in_simplified_ones(article: Make) -> None:
    article(title="公园夜间照明改造")
    assert found("公園照明") == ["公园夜间照明改造"]


def test_a_page_behind_a_login_is_not_indexed(article: Make) -> None:
    from wagtail.models import PageViewRestriction

    page = article(title="内部学习材料")
    assert found("内部学习")
    PageViewRestriction.objects.create(page=page, restriction_type=PageViewRestriction.LOGIN)
    assert found("内部学习") == []
    assert list(build([str(page.pk)])) == []


def test_a_report_is_searched_only_once_it_is_out(campaign: Make) -> None:
    now = timezone.now()
    page = campaign(
        opens=-30, closes=-10, report="<p>暗渠清淤排在第一位。</p>",
        report_published_at=now + timedelta(hours=1),
    )  # fmt: skip
    assert found("暗渠清淤") == []
    page.report_published_at = now - timedelta(minutes=1)
    page.save_revision().publish()
    assert found("暗渠清淤") == [page.title]


def test_a_report_whose_moment_comes_is_indexed_by_the_clock(campaign: Make) -> None:
    from cms.tasks import announce_phases

    now = timezone.now()
    moment = now + timedelta(hours=1)
    page = campaign(opens=-30, closes=-10, report="<p>结果</p>", report_published_at=moment)
    Outbox.objects.all().delete()
    assert announce_phases(now=now) == 0
    assert announce_phases(now=moment + timedelta(seconds=30)) == 1
    assert Outbox.objects.get().key == f"page:{page.pk}"
    assert announce_phases(now=moment + timedelta(seconds=90)) == 0


def test_a_new_address_reaches_the_index(
    site: Pages, django_capture_on_commit_callbacks: Callbacks
) -> None:
    top = add_page(site.home, StandardPage(title="办事指南总览", slug="guides"))
    add_page(top, StandardPage(title="怎么领取回执", slug="receipt-how"))
    assert found("领取回执")
    top.slug = "how-to"
    with django_capture_on_commit_callbacks(execute=True):
        top.save_revision().publish()
    outbox.deliver(now=timezone.now() + timedelta(seconds=1))
    hits = get_engine().search(Query(text="领取回执", types=("page",))).hits
    assert [hit.url for hit in hits] == ["/how-to/receipt-how/"]


@pytest.mark.usefixtures("own_index")
def test_index_and_source_agree(site: Pages, article: Make) -> None:
    for n in range(3):
        article(title=f"第{n}件动态", kind=NewsPage.Kind.NEWS)
    outbox.deliver(now=timezone.now() + timedelta(seconds=1))
    drifts = [d for d in indexing.status() if d.type == "page"]  # one for each engine that is fed
    assert drifts
    for drift in drifts:
        assert drift.clean, drift
        assert drift.source == len(dict(versions())) == 6
