"""The home page: with everything, with nothing, and from a cache."""

from datetime import datetime, timedelta

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.core.cache import cache
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from cms.models import HomePage, StandardPage
from cms.setup import Pages, add_page
from cms.starters import body
from suggestions import content
from suggestions.models import Adoption
from tests import world as w
from tests.cms.conftest import Make, words
from tests.cold import cold
from tests.world import MONDAY, World

pytestmark = pytest.mark.django_db


def test_home_with_no_data_at_all_still_asks_its_question(client: Client, site: Pages) -> None:
    response = client.get("/")
    assert response.status_code == 200
    text = words(response)
    assert "您想建议什么？" in text
    assert "写之前看一眼" in text
    for absent in ("正在征集", "最近的答复", "采纳以后", "三个数字"):
        assert absent not in text


def test_both_forms_work_from_a_cached_page(client: Client, site: Pages) -> None:
    response = client.get("/")
    text = words(response)
    assert "csrfmiddlewaretoken" not in text
    assert not response.cookies
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post("/track/", {"case_no": "JY2026-0000001-0", "query_code": "ABCDEFGH"})
    assert answer.status_code != 403


def test_home_shows_the_newest_answers_adopted_and_refused_alike(
    client: Client, city: World, site: Pages
) -> None:
    w.answered(city, title="公交站加一张带靠背的长椅")
    with time_machine.travel(MONDAY + timedelta(days=12), tick=False):
        text = words(client.get("/"))
    assert "公交站加一张带靠背的长椅" in text
    assert "本周答复了1件" in text


def test_running_campaigns_are_shown_and_others_are_not(client: Client, campaign: Make) -> None:
    campaign(title="正在进行的征集")
    campaign(title="下周开始的征集", opens=7, closes=20)
    campaign(title="已经结束的征集", opens=-20, closes=-2)
    campaign(title="只请受邀者的征集", mode="invited")
    text = words(client.get("/"))
    assert "正在进行的征集" in text
    for absent in ("下周开始的征集", "已经结束的征集", "只请受邀者的征集"):
        assert absent not in text


def test_a_late_promise_stands_among_the_kept_ones(
    client: Client, city: World, site: Pages
) -> None:
    kept, _ = w.answered(city)
    missed, _ = w.answered(city, title="路口加装人行横道灯")
    day = (MONDAY + timedelta(days=20)).date()
    Adoption.objects.create(
        suggestion=kept, unit=city.bus, measure="站台有了长椅", status="implemented", done_on=day
    )
    Adoption.objects.create(
        suggestion=missed, unit=city.bus, measure="路口人行灯", status="implementing", due_on=day
    )
    with time_machine.travel(MONDAY + timedelta(days=25), tick=False):
        text = words(client.get("/"))
    assert "站台有了长椅" in text
    assert "路口人行灯" in text
    assert "已逾期5天" in text


def test_home_costs_the_same_with_three_and_thirty_items(
    client: Client, city: World, campaign: Make
) -> None:
    numbers = []
    done = 0
    for wanted in (4, 12):
        while done < wanted:
            w.answered(city, title=f"第{done}个公交站加一张长椅")
            campaign(title=f"第{done}次征集")
            done += 1
        cold()
        with CaptureQueriesContext(connection) as held:
            assert client.get("/").status_code == 200
        numbers.append(len(held))
    assert numbers[0] == numbers[1]


def test_a_kept_page_costs_no_query_and_a_publication_makes_it_anew(
    client: Client, city: World, site: Pages, django_capture_on_commit_callbacks
) -> None:
    with time_machine.travel(MONDAY + timedelta(days=12), tick=False):
        first = client.get("/")
        with CaptureQueriesContext(connection) as held:
            again = client.get("/")
        assert again.content == first.content
        assert len(held) == 0
        assert client.get("/", headers={"If-None-Match": first["ETag"]}).status_code == 304
        site.home.question = "哪里可以更好？"
        with django_capture_on_commit_callbacks(execute=True):
            site.home.save_revision().publish()
        changed = client.get("/", headers={"If-None-Match": first["ETag"]})
        assert changed.status_code == 200
        assert "哪里可以更好？" in words(changed)


def test_a_page_for_strangers_is_public_and_one_for_staff_is_not(
    client: Client, editor: Client
) -> None:
    stranger = client.get("/")
    assert "public" in stranger["Cache-Control"]
    assert "Cookie" in stranger["Vary"]
    staff = editor.get("/")
    assert "private" in staff["Cache-Control"]
    assert not staff.has_header("ETag")


def test_the_large_type_page_has_its_own_tag(client: Client, site: Pages) -> None:
    plain = client.get("/")
    client.cookies["mode"] = "elder"
    large = client.get("/")
    assert large["ETag"] != plain["ETag"]
    assert b'data-mode="elder"' in large.content
    assert "public" in large["Cache-Control"]


def test_a_page_is_made_anew_when_the_day_ends(client: Client, campaign: Make) -> None:
    campaign(opens=-1, closes=5, now=MONDAY)
    with time_machine.travel(datetime(2026, 11, 3, 23, 59, tzinfo=MONDAY.tzinfo), tick=False):
        content.version()
        before = client.get("/")
    with time_machine.travel(datetime(2026, 11, 4, 0, 1, tzinfo=MONDAY.tzinfo), tick=False):
        after = client.get("/", headers={"If-None-Match": before["ETag"]})
    assert "还有4天" in words(before)
    assert "还有3天" in words(after)


# Sections


def test_editors_order_the_sections_leave_some_out_and_name_them(
    client: Client, site: Pages, campaign: Make
) -> None:
    campaign()
    home = HomePage.objects.get()
    home.sections = [
        ("before", {"heading": "先看这里"}),
        ("notice", {"heading": "系统维护", "text": "<p>周六晚停两小时。</p>"}),
        ("campaigns", {"heading": ""}),
    ]
    home.save_revision().publish()
    text = words(client.get("/"))
    assert text.index("先看这里") < text.index("周六晚停两小时") < text.index("正在征集")
    assert "本周答复" not in text
    assert "三个数字" not in text


def test_a_home_page_whose_editors_chose_nothing_shows_the_usual_sections(
    client: Client, site: Pages, campaign: Make
) -> None:
    campaign()
    text = words(client.get("/"))
    assert text.index("正在征集") < text.index("写之前看一眼")


def test_what_no_section_shows_is_not_asked_for(site: Pages, campaign: Make) -> None:
    home = HomePage.objects.get()
    home.sections = [("before", {"heading": ""})]
    context = home.get_context(RequestFactory().get("/"))
    assert {"campaigns", "answers", "measures", "figures"}.isdisjoint(context)


def test_the_english_home_page_says_the_editors_english_and_elsewhere_their_chinese(
    client: Client, site: Pages, campaign: Make
) -> None:
    campaign(title="正在进行的征集")
    home = HomePage.objects.get()
    home.sections = [
        ("campaigns", {"heading": "请您来说"}),
        ("notice", {"heading": "窗口今天不开", "text": "<p>停电。</p>"}),
        ("before", {"heading": ""}),
    ]
    home.promise_en, home.elsewhere_en = "", "<p></p>"
    home.save_revision().publish()
    text = words(client.get("/en/"))
    assert "What would you suggest?" in text
    assert "Answered within 15 working days" in text
    assert "Ideas about public matters" in text
    # What has no English of its own stays, as Chinese.
    assert '<span lang="zh-Hans" class="ib">每一件都有编号，有单位办，有公开答复。</span>' in text
    assert "自己的案件" in text
    assert "窗口今天不开" in text
    # A section's own heading is Chinese; the usual one has its English.
    assert "请您来说" not in text
    plain = words(client.get("/"))
    assert "请您来说" in plain
    assert "What would you suggest?" not in plain


def test_the_footer_and_the_page_it_leads_to_have_an_english_title(
    client: Client, site: Pages
) -> None:
    help_page = StandardPage(
        title="使用帮助", title_en="Help", summary="一页说完。", slug="help", show_in_menus=True
    )
    add_page(site.home, help_page)
    add_page(help_page, StandardPage(title="附件怎么传", title_en="Attachments", slug="files"))
    cache.clear()
    shown = BeautifulSoup(words(client.get("/en/help/")), "html.parser")
    assert shown.title is not None
    assert shown.title.get_text().startswith("Help")
    assert [h.get_text() for h in shown.select("h1")] == ["Help"]
    assert shown.select_one("footer a[href='/en/help/']").get_text() == "Help"  # type: ignore[union-attr]
    assert shown.select_one("footer a[href='/en/news/']").get_text() == "News and bulletins"  # type: ignore[union-attr]
    assert shown.select_one("main ul a").get_text() == "Attachments"  # type: ignore[union-attr]
    assert "一页说完。" in shown.get_text()
    below = BeautifulSoup(words(client.get("/en/help/files/")), "html.parser")
    assert [li.get_text() for li in below.select(".crumb li")] == ["Home", "Help", "Attachments"]
    assert "Help" not in words(client.get("/help/"))


def test_a_page_with_an_english_text_shows_that_on_english_pages(
    client: Client, site: Pages
) -> None:
    only_chinese = "The text below is in Chinese"
    page = add_page(
        site.home, StandardPage(title="隐私说明", slug="privacy", body=body("一段中文。"))
    )
    shown = words(client.get("/en/privacy/"))
    assert "一段中文。" in shown
    assert only_chinese in shown
    page.body_en = body(
        "## What we collect\n\nYour name, if you want.\n\n? For how long?\nTen years."
    )
    page.save_revision().publish()
    cache.clear()
    shown = words(client.get("/en/privacy/"))
    for said in ("What we collect", "Your name, if you want.", "For how long?", "Ten years."):
        assert said in shown
    assert "一段中文。" not in shown
    assert only_chinese not in shown
    assert "What we collect" not in words(client.get("/privacy/"))
