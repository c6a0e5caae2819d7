"""Ways to the public that no page editor's form guards: approval on the first page, many at once, the clock."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Revision, Workflow

from cms import going_public, tasks
from cms.models import CampaignPage, NewsPage
from cms.setup import Pages
from tests import world as w
from tests.cms.conftest import Make, words
from tests.cms.test_editors import form_of
from tests.world import World

pytestmark = pytest.mark.django_db
RICH = '{"blocks": [{"key": "a", "text": "三处先修。", "type": "unstyled", "depth": 0, "inlineStyleRanges": [], "entityRanges": []}], "entityMap": {}}'
PHONE = "找张大爷，电话13912345678"


def drafted(site: Pages, summary: str, title: str = "送审的动态") -> NewsPage:
    page = NewsPage(title=title, summary=summary, live=False)
    site.news.add_child(instance=page)
    page.save_revision()
    return page


def test_an_approval_from_the_first_page_publishes_no_personal_data(
    editor: Client, city: World, site: Pages
) -> None:
    page = drafted(site, PHONE)
    Workflow.objects.get().start(page, city.users["analyst"])
    state = page.current_workflow_task_state
    address = reverse("wagtailadmin_pages:workflow_action", args=[page.pk, "approve", state.pk])
    refused = editor.post(address, follow=True)
    assert refused.redirect_chain[0][0] == reverse("wagtailadmin_pages:edit", args=[page.pk])
    assert "“送审的动态”没有发布：里面像有个人信息（13912345678）" in words(refused)
    in_window = editor.post(address, headers={"x-requested-with": "XMLHttpRequest"})
    assert in_window.json() == {"step": "success", "redirect": refused.redirect_chain[0][0]}
    page.refresh_from_db()
    assert not page.live

    page.summary = "好消息"
    revision = page.save_revision()
    type(state).objects.filter(pk=state.pk).update(revision=revision)
    editor.post(address)
    page.refresh_from_db()
    assert page.live


def test_many_pages_published_at_once_are_asked_one_by_one(editor: Client, site: Pages) -> None:
    bad, good = drafted(site, PHONE), drafted(site, "好消息", "好的动态")
    address = f"/admin/bulk/wagtailcore/page/publish/?id={good.pk}"
    for more in (f"&id={bad.pk}", ""):
        told = words(editor.post(address + more, follow=True))
        assert ("没有发布：里面像有个人信息" in told) is bool(more)
        good.refresh_from_db()
        assert good.live is not bool(more), "all of them or none"
    below = f"/admin/bulk/wagtailcore/page/publish/?id={site.news.pk}"
    told = words(editor.post(below, {"include_descendants": "on"}, follow=True))
    assert "“送审的动态”没有发布" in told
    bad.refresh_from_db()
    assert not bad.live


def test_a_page_that_may_not_go_out_at_its_hour_keeps_no_other_from_it(
    editor: Client, site: Pages
) -> None:
    hour = timezone.now() + timedelta(hours=1)
    bad, good = drafted(site, PHONE), drafted(site, "好消息", "好的动态")
    for page in (bad, good):
        page.go_live_at = hour
        page.save_revision().publish()
        page.refresh_from_db()
        assert not page.live
        assert Client().get(page.get_url()).status_code == 404, "nothing shows before its hour"
    with time_machine.travel(hour + timedelta(minutes=1)):
        tasks.keep_schedule()
        assert Client().get(good.get_url()).status_code == 200
        assert Client().get(bad.get_url()).status_code == 404
        assert not Revision.objects.filter(approved_go_live_at__isnull=False).exists()
        history = reverse("wagtailadmin_pages:history", args=[bad.pk])
        assert "到时没有上线：里面像有个人信息（13912345678）" in words(editor.get(history))
        first = words(editor.get(reverse("wagtailadmin_home")))
        assert "到时没有上线的页面" in first
        assert "好的动态</a>：" not in first
        bad.summary, bad.go_live_at = "好消息", None
        bad.save_revision().publish()
        assert "到时没有上线的页面" not in words(editor.get(reverse("wagtailadmin_home")))


def test_a_page_ends_at_its_hour_but_a_campaign_waits_for_its_result(
    article: Make, campaign: Make
) -> None:
    hour = timezone.now() + timedelta(hours=1)
    news, call = article(expire_at=hour), campaign(opens=-60, closes=-10, expire_at=hour)
    with time_machine.travel(hour + timedelta(minutes=1)):
        assert going_public.expire_due(now=timezone.now()) == 1
        assert Client().get(news.get_url()).status_code == 404
        assert Client().get(call.get_url()).status_code == 200
        call.report, call.report_published_at = "<p>三处先修。</p>", timezone.now()
        call.expire_at = None
        call.save_revision().publish()
        CampaignPage.objects.filter(pk=call.pk).update(expire_at=hour)
        assert going_public.expire_due(now=timezone.now()) == 1
        assert not CampaignPage.objects.get(pk=call.pk).live


def test_an_open_campaign_that_people_wrote_to_is_not_taken_down(
    editor: Client, city: World, campaign: Make
) -> None:
    page, empty = campaign(), campaign(title="没有人写的")
    w.submit(city, campaign=page, at=timezone.now())
    told = words(editor.post(f"/admin/pages/{page.pk}/unpublish/", follow=True))
    assert "已经收到建议，还没有公布结果，不能撤下或删除" in told
    assert CampaignPage.objects.get(pk=page.pk).live
    editor.post(f"/admin/pages/{empty.pk}/unpublish/")
    assert not CampaignPage.objects.get(pk=empty.pk).live


def test_a_result_is_not_dated_back_by_whoever_publishes_it(editor: Client, campaign: Make) -> None:
    page = campaign(opens=-60, closes=-10)
    page.report, page.report_published_at = "<p>三处先修。</p>", timezone.now() - timedelta(days=3)
    assert going_public.faults(page) == ["结果公布时间不能写以前的日子：公布出来的那一刻才算数。请改成现在。"]  # fmt: skip
    address = reverse("wagtailadmin_pages:edit", args=[page.pk])
    parts = (
        "picture",
        "questions",
        "stages",
        "faq",
        "materials",
        "form_fields",
        "polls",
        "meetings",
    )
    typed = {
        **form_of(editor, page), **{f"{name}-count": "0" for name in parts}, "report": RICH,
        "report_published_at": f"{page.report_published_at:%Y-%m-%d %H:%M}",
    }  # fmt: skip
    assert "结果公布时间不能写以前的日子" in words(editor.post(address, {**typed, "action-publish": "1"}))  # fmt: skip
    assert not CampaignPage.objects.get(pk=page.pk).report_is_out(timezone.now())
    today = {"report_published_at": f"{timezone.localtime():%Y-%m-%d %H:%M}", "action-publish": "1"}
    assert editor.post(address, {**typed, **today}).status_code == 302
    out = CampaignPage.objects.get(pk=page.pk)
    assert out.report_is_out(timezone.now())
    CampaignPage.objects.filter(pk=page.pk).update(report_published_at=page.report_published_at)
    out.refresh_from_db()
    assert going_public.faults(out) == [], "a later edit finds it as it was published"
