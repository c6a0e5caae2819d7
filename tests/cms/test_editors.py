"""What editors are given: help at every field, a checklist that stops personal data, a wizard, reports, previews."""

import csv
from datetime import timedelta
from io import BytesIO, StringIO
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook
from wagtail.admin.panels import FieldPanel
from wagtail.blocks import BaseBlock, StructBlock
from wagtail.fields import StreamField
from wagtail.models import Workflow

from cms import checklist
from cms.campaign_blocks import VoteBlock
from cms.models import (  # fmt: skip
    CampaignIndexPage,
    CampaignPage,
    HomePage,
    KnowledgeIndexPage,
    KnowledgePage,
    NewsPage,
    StandardPage,
)
from cms.models.news import NewsIndexPage
from cms.setup import EDITORS, Pages, add_page
from tests import world as w
from tests.cms.conftest import Make, words
from tests.world import World

pytestmark = pytest.mark.django_db
TYPES = [
    CampaignIndexPage, CampaignPage, HomePage, KnowledgeIndexPage, KnowledgePage, NewsIndexPage, NewsPage, StandardPage,
]  # fmt: skip


def field_panels(panel: Any) -> list[Any]:
    found = [panel] if isinstance(panel, FieldPanel) else []
    for child in getattr(panel, "children", []):
        found += field_panels(child)
    return found


@pytest.mark.parametrize("model", TYPES)
def test_every_field_of_every_page_type_has_help_in_chinese(model: Any) -> None:
    bare = []
    for panel in field_panels(model.get_edit_handler()):
        field = model._meta.get_field(panel.field_name)
        text = str(panel.help_text or field.help_text or "")
        if not any("\u4e00" <= c <= "\u9fff" for c in text):
            bare.append(panel.field_name)
    # Wagtail's own panel of dates and comments.
    assert [n for n in bare if n not in ("go_live_at", "expire_at", "comments")] == []


def blocks_of(block: BaseBlock) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    children = getattr(block, "child_blocks", None) or {}
    for name, child in children.items():
        if isinstance(block, StructBlock):
            found.append((f"{block.__class__.__name__}.{name}", child))
        found += blocks_of(child)
    if getattr(block, "child_block", None) is not None:
        found += blocks_of(block.child_block)
    return found


@pytest.mark.parametrize("model", TYPES)
def test_every_field_of_every_block_has_help_in_chinese(model: Any) -> None:
    bare = []
    for field in model._meta.get_fields():
        if isinstance(field, StreamField):
            for name, child in blocks_of(field.stream_block):
                help_text = getattr(getattr(child, "field", None), "help_text", "") or getattr(child.meta, "help_text", "")  # fmt: skip
                # A picture's own parts are Wagtail's; the block that holds them has the help.
                if not help_text and not name.startswith("ImageBlock"):
                    bare.append(name)
    assert bare == []


def form_of(client: Client, page: Any) -> dict[str, Any]:
    """The fields of a page's edit form as the browser would send them back."""
    soup = BeautifulSoup(client.get(reverse("wagtailadmin_pages:edit", args=[page.pk])).content, "html.parser")  # fmt: skip
    form = soup.select_one("form#page-edit-form") or soup.select_one("form[data-edit-form]")
    assert form is not None
    held: dict[str, Any] = {}
    for tag in form.select("input[name], textarea[name], select[name]"):
        kind = tag.get("type", "")
        if kind in ("checkbox", "radio") and not tag.has_attr("checked"):
            continue
        if tag.name == "select":
            chosen = tag.select_one("option[selected]")
            held[str(tag["name"])] = chosen["value"] if chosen else ""
        else:
            held[str(tag["name"])] = (
                tag.get_text() if tag.name == "textarea" else tag.get("value", "")
            )
    return held


def news_form(summary: str) -> dict[str, str]:
    return {
        "title": "社区食堂有了软菜窗口", "slug": "soft", "kind": "news", "date": "2026-11-20", "source": "市民政局", "summary": summary,
        "body-count": "0", "comments-TOTAL_FORMS": "0", "comments-INITIAL_FORMS": "0", "comments-MAX_NUM_FORMS": "",
        "seo_title": "", "search_description": "",
    }  # fmt: skip


def test_a_page_with_a_persons_phone_is_stored_as_a_draft_but_not_published(
    editor: Client, article: Make
) -> None:
    page = article(summary="好消息")
    url = reverse("wagtailadmin_pages:edit", args=[page.pk])
    bad = news_form("找张大爷，电话13912345678")
    assert editor.post(url, bad).status_code == 302
    refused = editor.post(url, {**bad, "action-publish": "1"})
    assert refused.status_code == 200
    assert "里面像有个人信息（13912345678）" in words(refused)
    page.refresh_from_db()
    assert page.live
    assert page.summary == "好消息"


def test_a_writer_cannot_submit_it_for_review_either(writer: Client, site: Pages) -> None:
    page = NewsPage(title="待审核的动态", live=False)
    site.news.add_child(instance=page)
    page.save_revision()
    url = reverse("wagtailadmin_pages:edit", args=[page.pk])
    refused = writer.post(url, {**news_form("身份证110101199003074514"), "action-submit": "1"})
    assert "里面像有个人信息" in words(refused)
    page.refresh_from_db()
    assert page.current_workflow_state is None
    writer.post(url, {**news_form("好消息"), "action-submit": "1"})
    page.refresh_from_db()
    assert page.current_workflow_state is not None


def test_an_offices_line_and_address_stop_nothing(article: Make) -> None:
    page = article(summary="请打0380-555 0100，或到人民路1号3楼301室")
    assert checklist.stops({"summary": page.summary}) == {}


def test_the_checklist_says_what_a_campaign_still_lacks(editor: Client, campaign: Make) -> None:
    page = campaign(decides="", background="", contact="", opens=3, closes=9)
    text = words(editor.get(reverse("wagtailadmin_pages:edit", args=[page.pk])))
    for line in ("发布前看一遍", "写了为什么征集", "写了谁来决定", "征集6天"):
        assert line in text
    held = {p.words: p.ok for p in checklist.points(page)}
    assert held["写了谁来决定"] is False
    assert held["开始和截止都填了"] is True
    assert held["文字里没有发现身份证号、手机号、银行卡号"] is True


def test_writers_publish_through_the_editors_review_that_the_set_up_makes(site: Pages) -> None:
    workflow = Workflow.objects.get(active=True)
    task = workflow.tasks.get().specific
    assert list(task.groups.all()) == [Group.objects.get(name=EDITORS)]
    assert site.home.get_workflow() == workflow


# The wizard

WIZARD: dict[str, str] = {
    "title": "老街雨天积水点怎么改", "kind": "topic", "decides": "市水务局", "why": "今年汛期积水七次。\n\n明年要改。",
    "questions": "哪里积水最深？\n施工时担心什么？", "opens_on": "2026-12-01", "closes_on": "2026-12-20", "sorted_by": "2027-01-05",
    "decided_by": "2027-01-20", "report_due_on": "2027-02-01",
}  # fmt: skip


def test_the_wizard_makes_a_draft_with_dates_steps_and_questions(
    editor: Client, city: World, site: Pages
) -> None:
    response = editor.post(reverse("campaign_wizard"), {**WIZARD, "host_unit": str(city.water.pk)})
    page = CampaignPage.objects.get()
    assert response["Location"] == reverse("wagtailadmin_pages:edit", args=[page.pk])
    assert not page.live
    assert page.closing == "12月20日24:00截止"
    assert [str(b.value) for b in page.questions] == ["哪里积水最深？", "施工时担心什么？"]
    assert [s.name for s in page.steps_at(timezone.now())] == [
        "征集建议",
        "汇总论证",
        "研究决定",
        "公布结果",
    ]
    assert page.background == "<p>今年汛期积水七次。</p><p>明年要改。</p>"
    assert editor.get(response["Location"]).status_code == 200
    page.latest_revision.publish()
    assert Client().get(page.get_url()).status_code == 200


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"title": ""}, "请填这一项"),
        ({"closes_on": "2026-11-01"}, "不能早于开始那天"),
        ({"opens_on": "明天"}, "请按“2026-11-20”这样填日期"),
        ({"questions": "\n".join("一二三四五六七八九")}, "最多8个问题"),
        ({"is_major_decision": "on"}, "不少于30天"),
        ({"sorted_by": "2026-12-02"}, "不能早于前面的日期"),
        ({"host_unit": "999999"}, "主办单位"),
    ],
)
def test_the_wizard_says_what_is_wrong_and_keeps_what_was_typed(
    editor: Client, city: World, site: Pages, changes: dict[str, str], said: str
) -> None:
    data = {**WIZARD, "host_unit": str(city.water.pk), **changes}
    response = editor.post(reverse("campaign_wizard"), data)
    assert response.status_code == 422
    assert said in words(response)
    assert "市水务局" in words(response)
    assert CampaignPage.objects.count() == 0


def test_writers_may_begin_a_campaign_and_strangers_may_not(
    writer: Client, client: Client, site: Pages, city: World
) -> None:
    assert writer.get(reverse("campaign_wizard")).status_code == 200
    assert client.get(reverse("campaign_wizard")).status_code == 302
    client.force_login(
        city.users["handler:bus"], backend="django.contrib.auth.backends.ModelBackend"
    )
    assert client.get(reverse("campaign_wizard")).status_code == 302


# Previews and reports


@pytest.mark.parametrize("model", TYPES)
def test_every_page_type_previews(
    model: Any, site: Pages, campaign: Make, article: Make, answer: Make
) -> None:
    campaign()
    article()
    answer()
    if model is StandardPage:
        add_page(site.home, StandardPage(title="使用帮助", slug="help"))
    page = model.objects.first()
    for mode, _label in page.preview_modes:
        response = page.make_preview_request(preview_mode=mode)
        assert response.status_code == 200
        assert page.title in words(response) or model is HomePage


def test_a_campaign_that_is_not_stored_yet_previews(city: World, site: Pages) -> None:
    now = timezone.now()
    page = CampaignPage(
        title="还没存的征集", host_unit=city.water, opens_at=now, closes_at=now + timedelta(days=9), path=site.campaigns.path + "0001", depth=site.campaigns.depth + 1,
        polls=[("vote", {"title": "投票", "intro": "", "opens_on": None, "closes_on": None, "most": 1, "outcome": "", "options": [{"name": n, "about": "", "chosen": False} for n in "甲乙"]})],
    )  # fmt: skip
    response = page.make_preview_request()
    assert response.status_code == 200
    assert "还没存的征集" in words(response)


def test_the_report_menu_lists_campaigns_that_owe_their_result(
    editor: Client, campaign: Make
) -> None:
    late = campaign(title="去年就该公布的", opens=-200, closes=-150)
    campaign(title="还在征集的")
    text = words(editor.get(reverse("campaigns_without_report")))
    assert "去年就该公布的" in text
    assert "还在征集的" not in text
    assert "等得最久的在前面" in text
    soon = campaign(title="刚截止的", opens=-20, closes=-1)
    table = BeautifulSoup(editor.get(reverse("campaigns_without_report")).content, "html.parser")
    due = {row.a.get_text(): row for row in table.select("tbody tr") if row.a}
    assert due["去年就该公布的"].select_one(".cms-late").get_text().startswith("已逾期")  # type: ignore[union-attr]
    assert not due[soon.title].select(".cms-late")
    assert reverse("desk:campaign_report", args=[late.pk]) in text
    assert reverse("campaigns_without_report") in words(editor.get(reverse("wagtailadmin_home")))


def test_the_report_menu_lists_pages_that_nobody_looked_at_for_long(
    editor: Client, site: Pages
) -> None:
    old = add_page(site.home, StandardPage(title="旧的说明", slug="old"))
    add_page(site.home, StandardPage(title="新的说明", slug="new"))
    StandardPage.objects.filter(pk=old.pk).update(
        last_published_at=timezone.now() - timedelta(days=400)
    )
    text = words(editor.get(reverse("pages_to_review")))
    assert "旧的说明" in text
    assert "新的说明" not in text


def sheet(client: Client, name: str) -> tuple[list[list[str]], list[list[Any]]]:
    """A report as its two files have it: rows of the CSV, rows of the XLSX."""
    page = words(client.get(reverse(name)))
    for label in ("下载CSV", "下载XLSX"):
        assert label in page
    csv_file = client.get(reverse(name), {"export": "csv"})
    text = csv_file.getvalue().decode()
    assert text.startswith("\ufeff"), "or Excel reads it in the local encoding"
    assert name.replace("_", "-") in csv_file["Content-Disposition"]
    book = load_workbook(BytesIO(client.get(reverse(name), {"export": "xlsx"}).getvalue()))
    rows = [list(row) for row in book.active.iter_rows(values_only=True)]
    return list(csv.reader(StringIO(text.removeprefix("\ufeff")))), rows


def test_the_reports_files_hold_what_their_tables_show(
    editor: Client, campaign: Make, city: World, site: Pages
) -> None:
    late = campaign(title="去年就该公布的", opens=-200, closes=-150)
    midnight = timezone.localtime(late.closes_at).replace(hour=0, minute=0, second=0, microsecond=0)
    CampaignPage.objects.filter(pk=late.pk).update(closes_at=midnight)
    w.submit(city, campaign=late, at=late.opens_at + timedelta(days=1))
    head = ["征集", "主办", "截止", "答应公布", "应答复", "还没有答复"]
    eve = (midnight - timedelta(days=1)).date()
    typed, book = sheet(editor, "campaigns_without_report")
    late.refresh_from_db()
    assert typed == [head, ["去年就该公布的", city.water.name, f"{eve}", f"{late.report_due}", "1", "1"]]  # fmt: skip
    assert book[0] == head
    assert book[1][-2:] == [1, 1]
    shown = words(editor.get(reverse("campaigns_without_report")))
    assert f"{eve.year}年{eve.month}月{eve.day}日" in shown, "24:00 of a day is that day"
    assert "1件（共1件）" in shown

    old = add_page(site.home, StandardPage(title="旧的说明", slug="old"))
    then = timezone.now() - timedelta(days=400)
    StandardPage.objects.filter(pk=old.pk).update(last_published_at=then)
    typed, book = sheet(editor, "pages_to_review")
    assert typed == [["页面", "网址", "上次发布"], ["旧的说明", old.full_url, f"{timezone.localdate(then)}"]]  # fmt: skip
    assert book[1][:2] == ["旧的说明", old.full_url]


def test_a_report_of_campaigns_asks_no_more_queries_for_five_than_for_one(
    editor: Client, campaign: Make
) -> None:
    editor.get(reverse("campaigns_without_report"))
    asked = []
    for number in (1, 4):
        for n in range(number):
            campaign(title=f"第{number}{n}次", opens=-90, closes=-60)
        with CaptureQueriesContext(connection) as caught:
            editor.get(reverse("campaigns_without_report"))
        asked.append(len(caught))
    assert asked[1] <= asked[0]


def test_whoever_may_begin_a_campaign_finds_the_way_on_the_first_page(
    editor: Client, writer: Client
) -> None:
    for client in (editor, writer):
        page = words(client.get("/admin/"))
        assert "办一次新的征集" in page
        assert "/admin/campaigns/new/" in page
        assert client.get("/admin/campaigns/new/").status_code == 200
        assert "guide.wagtail.org" not in page, "no link to another host's English handbook"


def test_a_campaign_without_suggestions_shows_no_full_bar(editor: Client, campaign: Make) -> None:
    page = campaign()
    shown = words(editor.get(f"/admin/pages/{page.pk}/edit/"))
    assert "还没有收到要答复的建议。" in shown
    assert "件件有答复" not in shown


def test_the_wizard_names_itself_as_the_button_that_leads_to_it(editor: Client) -> None:
    soup = BeautifulSoup(editor.get(reverse("campaign_wizard")).content, "html.parser")
    assert [h.get_text(strip=True) for h in soup.select("h1")] == ["办一次新的征集"]


def test_the_checklist_says_when_nobody_of_the_host_could_answer_again(
    city: World, campaign: Make
) -> None:
    words = "主办单位有经办人和负责人"
    page = campaign(host_unit=city.bus)
    assert [p.ok for p in checklist.points(page) if p.words.startswith(words)] == [True]
    city.users["handler:bus"].staff_roles.all().delete()
    assert [p.ok for p in checklist.points(page) if p.words.startswith(words)] == [None]


def test_a_vote_begins_with_room_for_as_many_options_as_it_needs_all_of_them_empty() -> None:
    options = VoteBlock().get_default()["options"]
    assert [dict(o) for o in options] == [{"name": "", "about": "", "chosen": False}] * 2


def test_an_account_is_written_with_the_name_the_desk_shows(
    admin_client: Client, site: Pages
) -> None:
    form = admin_client.get(reverse("wagtailusers_users:add"))
    labels = [label.get_text(" ", strip=True).strip(" *") for label in BeautifulSoup(form.content, "html.parser").select("#tab-account label")]  # fmt: skip
    assert labels[:4] == ["用户名", "姓名", "职务", "电子邮件"]
    sent = {
        "username": "bailu", "display_name": "白露", "post": "编审科", "email": "b@example.cn", "password1": "建言2026Test口令",
        "password2": "建言2026Test口令", "groups": [str(Group.objects.get(name="撰稿").pk)],
    }  # fmt: skip
    assert admin_client.post(reverse("wagtailusers_users:add"), sent).status_code == 302
    made = get_user_model().objects.get(username="bailu")
    assert (made.get_full_name(), made.first_name, made.post) == ("白露", "白露", "编审科")
    again = {**sent, "display_name": "白小露", "is_active": "on", "password1": "", "password2": ""}
    edit = reverse("wagtailusers_users:edit", args=[made.pk])
    assert admin_client.post(edit, again).status_code == 302
    made.refresh_from_db()
    assert (str(made), made.first_name) == ("白小露", "白小露")
