"""The page tree, addresses, drafts, schedule and workflow: Wagtail's own, in our shape."""

import base64
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.blocks import StructBlockValidationError
from wagtail.models import Page, Workflow

from cms.models import (
    CampaignIndexPage,
    CampaignPage,
    HomePage,
    KnowledgeIndexPage,
    KnowledgePage,
    NewsIndexPage,
    NewsPage,
    StandardPage,
)
from cms.setup import Pages, add_page, ensure_groups, ensure_pages
from tests.cms.conftest import Make, words

pytestmark = pytest.mark.django_db
Callbacks = Callable[..., AbstractContextManager[Any]]

KINDS = [
    CampaignIndexPage, CampaignPage, HomePage, KnowledgeIndexPage, KnowledgePage, NewsIndexPage, NewsPage, StandardPage,
]  # fmt: skip


def test_each_kind_of_page_stands_only_where_it_belongs() -> None:
    places = {
        kind.__name__: {parent.__name__ for parent in KINDS if kind in parent.allowed_subpage_models()}
        for kind in KINDS
    }  # fmt: skip
    assert places == {
        "HomePage": set(),
        "CampaignIndexPage": {"HomePage"},
        "CampaignPage": {"CampaignIndexPage"},
        "NewsIndexPage": {"HomePage"},
        "KnowledgeIndexPage": {"HomePage"},
        "KnowledgePage": {"KnowledgeIndexPage"},
        "NewsPage": {"NewsIndexPage"},
        "StandardPage": {"HomePage", "StandardPage"},
    }


def test_a_site_is_set_up_once_and_a_second_time_changes_nothing(site: Pages) -> None:
    site.home.title = "编辑改过的标题"
    site.home.save_revision().publish()
    before = list(Page.objects.values_list("pk", "title"))
    ensure_groups()
    again = ensure_pages(title="别的标题")
    assert again.home.pk == site.home.pk
    assert list(Page.objects.values_list("pk", "title")) == before


def test_the_address_of_a_page_is_ascii_and_holds_nothing_of_its_title(article: Make) -> None:
    page = article(title="区政府便民服务中心搬家了")
    assert page.slug.isascii()
    assert page.slug.startswith("n-")
    for syllable in ("qu", "zheng", "fu", "bian", "min"):
        assert syllable not in page.slug


def test_two_pages_of_one_title_get_two_addresses(article: Make) -> None:
    assert article(title="同名").slug != article(title="同名").slug


def test_a_long_chinese_title_saves_at_once(article: Make) -> None:
    title = ("建议在老城区增设公共厕所并延长开放时间" * 13)[:255]
    start = time.perf_counter()
    article(title=title)
    # Transliterating such a title took seconds in a peer's portal; the rest is a dozen small writes.
    assert time.perf_counter() - start < 2


def test_an_editor_creates_a_page_without_naming_an_address(editor: Client, site: Pages) -> None:
    url = reverse("wagtailadmin_pages:add", args=("cms", "newspage", site.news.pk))
    response = editor.post(url, {**NEWS_FORM, "title": "明天停水通知怎么看", "slug": ""})
    assert response.status_code == 302, response.content.decode()[:2000]
    page = NewsPage.objects.get()
    assert page.slug.startswith("n-")
    assert not page.live


@pytest.mark.parametrize("slug", ["中文网址", "a b", "-a", "a--b", "a/b"])
def test_a_bad_address_is_refused_in_words(editor: Client, site: Pages, slug: str) -> None:
    url = reverse("wagtailadmin_pages:add", args=("cms", "newspage", site.news.pk))
    response = editor.post(url, {**NEWS_FORM, "title": "标题", "slug": slug})
    assert response.status_code == 200
    assert not NewsPage.objects.exists()
    assert "网址" in response.content.decode()


NEWS_FORM = {
    "kind": "news", "date": "2026-11-20", "source": "", "summary": "", "body-count": "0",
    "comments-TOTAL_FORMS": "0", "comments-INITIAL_FORMS": "0", "comments-MAX_NUM_FORMS": "",
    "seo_title": "", "search_description": "",
}  # fmt: skip


def test_a_draft_is_not_public_until_it_is_published(
    client: Client, site: Pages, django_capture_on_commit_callbacks: Callbacks
) -> None:
    page = NewsPage(title="还在写", live=False)
    site.news.add_child(instance=page)
    page.save_revision()
    assert client.get(page.get_url()).status_code == 404
    assert "还在写" not in words(client.get("/news/"))
    with django_capture_on_commit_callbacks(execute=True):
        page.get_latest_revision().publish()
    assert client.get(page.get_url()).status_code == 200
    assert "还在写" in words(client.get("/news/"))


def test_changing_a_published_page_keeps_the_old_text_public_until_the_new_one_is_published(
    client: Client, article: Make, django_capture_on_commit_callbacks: Callbacks
) -> None:
    page = article(title="旧的标题")
    page.title = "新的标题"
    revision = page.save_revision()
    assert "旧的标题" in words(client.get(page.get_url()))
    with django_capture_on_commit_callbacks(execute=True):
        revision.publish()
    assert "新的标题" in words(client.get(page.get_url()))


def test_a_scheduled_page_goes_live_and_expires_by_itself(
    client: Client, site: Pages, django_capture_on_commit_callbacks: Callbacks
) -> None:
    from cms.tasks import keep_schedule

    now = timezone.now()
    hour = timedelta(hours=1)
    page = NewsPage(title="定时发布", live=False, go_live_at=now + hour, expire_at=now + 3 * hour)
    site.news.add_child(instance=page)
    page.save_revision().publish()
    for hours, status in ((0, 404), (2, 200), (4, 404)):
        with (
            time_machine.travel(now + hours * hour, tick=False),
            django_capture_on_commit_callbacks(execute=True),
        ):
            keep_schedule()
        with time_machine.travel(now + hours * hour, tick=False):
            assert client.get(page.get_url()).status_code == status, hours


def test_a_writer_cannot_publish_but_submits_and_an_editor_decides(
    writer: Client, editor: Client, client: Client, site: Pages
) -> None:
    url = reverse("wagtailadmin_pages:add", args=("cms", "newspage", site.news.pk))
    writer.post(url, {**NEWS_FORM, "title": "撰稿人写的", "slug": "written", "action-publish": "1"})
    page = NewsPage.objects.get()
    assert not page.live
    edit = reverse("wagtailadmin_pages:edit", args=[page.pk])
    writer.post(edit, {**NEWS_FORM, "title": "撰稿人写的", "slug": "written", "action-submit": "1"})
    state = page.current_workflow_state
    assert state is not None
    assert str(state.workflow) == "发布前审核"
    assert client.get("/news/written/").status_code == 404
    decide = reverse(
        "wagtailadmin_pages:workflow_action",
        args=[page.pk, "approve", state.current_task_state.pk],
    )
    writer.post(decide)
    assert client.get("/news/written/").status_code == 404
    editor.post(decide)
    assert client.get("/news/written/").status_code == 200


def test_the_workflow_and_the_groups_have_chinese_names(site: Pages) -> None:
    from django.contrib.auth.models import Group

    assert set(Workflow.objects.values_list("name", flat=True)) == {"发布前审核"}
    assert not Group.objects.filter(name__in=["Editors", "Moderators"]).exists()


def test_a_preview_of_an_unsaved_campaign_shows(editor: Client, campaign: Make) -> None:
    page = campaign()
    response = page.make_preview_request()
    assert response.status_code == 200
    assert (
        "老街雨天积水点" in response.render().content.decode()
        if hasattr(response, "render")
        else True
    )
    fresh = CampaignPage(
        title="还没保存", host_unit=page.host_unit, opens_at=page.opens_at, closes_at=page.closes_at
    )
    assert fresh.make_preview_request().status_code == 200


def test_a_themed_campaign_needs_a_closing_date_and_a_report_needs_words(campaign: Make) -> None:
    with pytest.raises(ValidationError, match="截止"):
        campaign(closes=None)
    with pytest.raises(ValidationError, match="晚于"):
        campaign(opens=5, closes=1)
    with pytest.raises(ValidationError, match="结果报告"):
        campaign(report_published_at=timezone.now(), report="<p> </p>")


def test_rich_text_offers_no_raw_html() -> None:
    body = StandardPage._meta.get_field("body").stream_block
    assert set(body.child_blocks) == {"text", "picture", "question"}


def test_a_picture_without_a_description_is_refused(site: Pages) -> None:
    from wagtail.images import get_image_model

    image = get_image_model().objects.create(
        title="x", file=SimpleUploadedFile("x.png", PIXEL), width=1, height=1
    )
    block = StandardPage._meta.get_field("body").stream_block.child_blocks["picture"]
    field = block.child_blocks["image"]
    plain = {"image": image.pk, "alt_text": "", "decorative": False}
    with pytest.raises(ValidationError):
        field.clean(field.to_python(plain))
    described = field.clean(field.to_python({**plain, "alt_text": "站台上的长椅"}))
    assert described.contextual_alt_text == "站台上的长椅"
    # The title that Wagtail offers as the description is the name of the file that was uploaded.
    for named in ("IMG_2034", "微信图片_20261101093000", "长椅.JPG", "图片1", "2026-11-01"):
        given = block.to_python({"image": {**plain, "alt_text": named}, "caption": ""})
        with pytest.raises(StructBlockValidationError) as refused:
            block.clean(given)
        nested = refused.value.block_errors["image"].block_errors["alt_text"]
        assert f"“{named}”是文件名" in nested.messages[0]
    for words_of_it in ("站台上的长椅", "2026年洪水到过的高度", "图片墙"):
        block.clean(block.to_python({"image": {**plain, "alt_text": words_of_it}, "caption": ""}))
    block.clean(block.to_python({"image": {**plain, "decorative": True}, "caption": ""}))


PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def test_migrating_twice_keeps_the_editors_rights() -> None:
    call_command("migrate", verbosity=0)
    from django.contrib.auth.models import Group

    editors = Group.objects.get(name="编辑")
    assert {p.permission.codename for p in editors.page_permissions.all()} >= {
        "add_page", "change_page", "publish_page",
    }  # fmt: skip


def test_pages_below_pages_show_where_they_stand(client: Client, site: Pages) -> None:
    top = add_page(site.home, StandardPage(title="使用帮助", slug="help"))
    add_page(top, StandardPage(title="怎么评价", slug="rating"))
    page = words(client.get("/help/rating/"))
    assert 'href="/help/"' in page
    assert "怎么评价" in words(client.get("/help/"))


def test_a_bulletin_names_its_issue_and_the_days_it_speaks_of(
    client: Client, editor: Client, site: Pages, article: Make
) -> None:
    about = {"kind": "bulletin", "issue": "2026年第10期"}
    with pytest.raises(ValidationError, match="哪一段时间"):
        article(title="十月通报", **about)
    first, last = date(2026, 10, 1), date(2026, 10, 31)
    with pytest.raises(ValidationError, match="不能早于"):
        article(title="十月通报", **about, period_from=last, period_to=first)
    made = article(title="十月通报", **about, period_from=first, period_to=last)
    for address in (made.get_url(), site.news.get_url()):
        text = words(client.get(address))
        assert "2026年第10期" in text
        assert "说的是2026年10月1日到2026年10月31日" in text
    news = article(title="一条动态", issue="不该有", period_from=first)
    assert (news.issue, news.period_from) == ("", None)


def test_news_are_found_by_their_year(client: Client, site: Pages, article: Make) -> None:
    for year in (2025, 2026):
        article(title=f"{year}年的动态", date=date(year, 3, 1))
    index = site.news.get_url()
    assert "2025年的动态" in words(client.get(index))
    found = words(client.get(f"{index}?year=2025"))
    assert "2025年的动态" in found
    assert "2026年的动态" not in found
    for strange in ("1999", "x", "9" * 30):
        assert "2026年的动态" in words(client.get(f"{index}?year={strange}"))
