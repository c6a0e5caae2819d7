"""The list before publishing, page type by page type: each line true, and only where it belongs."""

from datetime import date, timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse
from django.utils import timezone

from cms import checklist
from cms.models import CampaignPage, NewsPage, StandardPage
from cms.setup import Pages, add_page
from tests.cms.conftest import Make
from tests.world import World

pytestmark = pytest.mark.django_db


def said(page: Any, part: str) -> bool | str | None:
    """How the line with these words stands; "" when it is not there."""
    found = [point.ok for point in checklist.points(page) if part in point.words]
    assert len(found) < 2, part
    return found[0] if found else ""


def poll(**value: Any) -> tuple[str, dict[str, Any]]:
    options = [{"name": name, "about": "", "chosen": False} for name in "甲乙"]
    return "vote", {"title": "投票", "intro": "", "opens_on": None, "closes_on": None, "most": 1, "outcome": "", "options": options, **value}  # fmt: skip


def field(label: str) -> tuple[str, dict[str, Any]]:
    return "field", {"label": label, "kind": "line", "help": "", "required": False, "options": "", "least": None, "most": None}  # fmt: skip


def stage(name: str, starts: date | None, ends: date | None = None) -> tuple[str, dict[str, Any]]:
    return "stage", {"name": name, "starts_on": starts, "ends_on": ends}


def test_a_campaigns_dates_are_looked_at_one_against_the_other(campaign: Make) -> None:
    page: CampaignPage = campaign(opens=3, closes=33)
    day = timezone.localdate() + timedelta(days=40)
    for stages, ok in (
        ([], ""),
        ([stage("汇总", day), stage("决定", None, day + timedelta(days=9))], True),
        ([stage("汇总", day - timedelta(days=20))], None),
        ([stage("汇总", day, day - timedelta(days=1))], None),
        ([stage("决定", day), stage("汇总", day - timedelta(days=2))], None),
    ):
        page.stages = stages
        assert said(page, "后面的步骤都在截止以后") == ok
    assert said(page, "征集30天") is True
    assert said(page, "上线不晚于开始") == ""
    page.go_live_at = page.opens_at + timedelta(days=1)
    assert said(page, "上线不晚于开始") is False
    page.expire_at = page.go_live_at
    assert said(page, "下线的时间晚于上线") is False
    assert said(page, "答应公布结果的日子") == ""
    page.report_due_on = timezone.localdate() + timedelta(days=365)
    assert said(page, "答应公布结果的日子比规定的") is None
    page.polls = [poll(closes_on=timezone.localdate() + timedelta(days=50))]
    assert said(page, "问卷和投票在征集截止以前结束") is None


def test_a_draft_whose_days_have_come_is_told_so(city: World, site: Pages) -> None:
    now = timezone.now()
    page = CampaignPage(title="来不及的", host_unit=city.water, live=False)
    for opens, closes, words, ok in ((-3, 9, "发布以后马上收建议", None), (-9, -1, "截止的日子还没有过", False)):  # fmt: skip
        page.opens_at, page.closes_at = now + timedelta(days=opens), now + timedelta(days=closes)
        assert said(page, words) is ok


def test_a_mobile_number_is_no_contact_of_an_office(campaign: Make) -> None:
    page = campaign(contact="13912345678")
    assert said(page, "经办电话是办公室的座机") is False
    page.contact = "0380-555 0131"
    assert said(page, "经办电话是办公室的座机") == ""
    assert said(page, "有人接的电话") is True


def test_questions_about_the_person_are_pointed_out(campaign: Make) -> None:
    page = campaign(form_fields=[field("您家住址是哪里？"), field("您几点用水？")])
    assert said(page, "问到了个人信息：您家住址是哪里？。") is None
    page.form_fields = [field("您几点用水？")]
    assert said(page, "问到了个人信息") == ""


def test_what_is_over_is_told_of(campaign: Make) -> None:
    held = {"title": "座谈会", "starts_at": timezone.now() - timedelta(days=9), "place": "", "how": ""}  # fmt: skip
    page = campaign(opens=-20, closes=-2, polls=[poll()], meetings=[("meeting", {**held, "record": ""})])  # fmt: skip
    assert said(page, "开过的会写了会后记录") is None
    assert said(page, "投票结束了，写了决定了什么") is None
    page.polls, page.meetings = [poll(outcome="先办甲。")], [("meeting", {**held, "record": "<p>来了9人。</p>"})]  # fmt: skip
    assert said(page, "开过的会写了会后记录") is True
    assert said(page, "投票结束了，写了决定了什么") is True


def test_personal_data_is_found_in_every_part_that_the_public_reads(campaign: Make) -> None:
    parts: dict[str, Any] = {
        "form_fields": [field("打13912345678问")],
        "stages": [stage("找13912345678", None)],
        "polls": [poll(intro="打13912345678问")],
        "faq": [("question", {"question": "问谁？", "answer": "<p>13912345678</p>"})],
        "summary": "打13912345678问",
    }
    for name, value in parts.items():
        page = campaign(**{name: value})
        assert said(page, "文字里像有个人信息，请去掉：13912345678") is False, name


def test_news_of_a_day_to_come_are_dated_by_that_day(article: Make) -> None:
    tomorrow = timezone.now() + timedelta(days=1)
    page: NewsPage = article(source="市民政局", date=timezone.localdate(tomorrow))
    assert said(page, "日期不晚于今天") is False
    page.go_live_at = tomorrow
    assert said(page, "日期不晚于上线那天") is True
    page.kind, page.period_from, page.period_to = "bulletin", timezone.localdate(), timezone.localdate(tomorrow)  # fmt: skip
    assert said(page, "说的那段时间已经过完") is None
    page.period_to = page.period_from
    assert said(page, "说的那段时间已经过完") is True


def test_a_standing_text_says_whom_to_ask_and_has_its_english_title(site: Pages) -> None:
    page = add_page(site.home, StandardPage(title="使用帮助", slug="help"))
    assert said(page, "正文不是空的") is False
    assert said(page, "有问题找谁") is None
    assert said(page, "写了英文标题") is None
    page.body, page.title_en = [("text", "<p>请打0380-555 0100。</p>")], "Help"
    assert said(page, "正文不是空的") is True
    assert said(page, "有问题找谁") is True
    assert said(page, "写了英文标题") is True


def test_the_home_page_is_asked_about_the_terms_it_promises(site: Pages) -> None:
    page = site.home
    assert said(page, "这里说的期限（3个工作日、15个工作日）和现行规定一致") is None
    assert said(page, "英文首页的话都写了") is True
    page.ticks, page.ticks_en = "不用注册", ""
    assert said(page, "这里说的期限") == ""
    assert said(page, "英文首页的话都写了") is None
    assert said(page, "通知没有过时") == ""
    page.sections = [("notice", {"heading": "停电", "text": "<p>周六检修。</p>"})]
    assert said(page, "通知没有过时") is None


@pytest.mark.parametrize("rich", [True, False])
def test_links_to_pages_that_nobody_can_open_are_named(
    campaign: Make, article: Make, site: Pages, rich: bool
) -> None:
    there, gone = article(title="在的"), article(title="撤下的")
    gone.unpublish()
    text = "".join(f'<p><a linktype="page" id="{pk}">看</a></p>' for pk in (there.pk, gone.pk, 999999))  # fmt: skip
    page = campaign(background=text) if rich else add_page(site.home, StandardPage(title="帮助", slug="help", body=[("text", text)]))  # fmt: skip
    assert said(page, "现在打不开的：撤下的、一个删了的页面") is False
    gone.save_revision().publish()
    assert said(page, "现在打不开的：一个删了的页面") is False


def test_the_list_costs_few_queries_and_stands_in_every_page_types_editor(
    editor: Any,
    campaign: Make,
    article: Make,
    answer: Make,
    site: Pages,
    django_assert_max_num_queries: Any,
) -> None:
    standard = add_page(site.home, StandardPage(title="使用帮助", slug="help"))
    for page in (campaign(), article(), answer(), standard, site.home, site.campaigns, site.news):
        fresh = type(page).objects.get(pk=page.pk)
        with django_assert_max_num_queries(6):
            assert checklist.points(fresh)
        shown = editor.get(reverse("wagtailadmin_pages:edit", args=[page.pk])).content.decode()
        assert "发布前看一遍" in shown


def test_what_must_be_changed_stands_first_and_what_is_done_last(editor: Any, site: Pages) -> None:
    page = add_page(site.home, StandardPage(title="使用帮助", slug="help"))
    shown = editor.get(reverse("wagtailadmin_pages:edit", args=[page.pk])).content
    marks = [
        mark.get_text() for mark in BeautifulSoup(shown, "html.parser").select(".cms-checks__mark")
    ]
    assert set(marks) == {"✗", "●", "✓"}
    assert marks == sorted(marks, key="✗●✓".index)
