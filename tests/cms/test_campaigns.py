"""A campaign's page and the suggestions that answer it."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from cms import tasks
from cms.models import CampaignPage
from cms.setup import Pages
from suggestions.errors import Invalid
from suggestions.models import ClockRule, Suggestion
from suggestions.selectors import campaigns as selector
from suggestions.services import clock_rules
from tests import world as w
from tests.cms.conftest import Make, words
from tests.cold import cold
from tests.world import MONDAY, World

pytestmark = pytest.mark.django_db


def test_the_submit_button_stands_only_while_the_campaign_is_open(
    client: Client, campaign: Make
) -> None:
    for opens, closes, shown in ((-5, 5, True), (1, 9, False), (-9, -1, False)):
        page = campaign(opens=opens, closes=closes)
        assert (f"campaign={page.pk}" in words(client.get(page.get_url()))) is shown, (
            opens,
            closes,
        )


def test_an_invited_campaign_has_no_public_submit_button(client: Client, campaign: Make) -> None:
    page = campaign(mode="invited")
    text = words(client.get(page.get_url()))
    assert f"campaign={page.pk}" not in text
    assert "只请受邀的人提" in text


def test_the_submission_flow_does_not_take_an_invited_campaign(
    client: Client, campaign: Make
) -> None:
    invited, ordinary = campaign(mode="invited"), campaign()
    assert "应征：" not in words(client.get(f"/submit/?campaign={invited.pk}"))
    assert "应征：" in words(client.get(f"/submit/?campaign={ordinary.pk}"))


def test_submissions_open_and_close_by_the_dates_alone(city: World, campaign: Make) -> None:
    page = campaign(opens=0, closes=2, now=MONDAY)
    with pytest.raises(Invalid) as caught:
        w.submit(city, campaign=page, at=MONDAY - timedelta(seconds=1))
    assert "campaign" in caught.value.errors
    assert w.submit(city, campaign=page, at=MONDAY).suggestion.campaign_id == page.pk
    with pytest.raises(Invalid):
        w.submit(city, campaign=page, at=MONDAY + timedelta(days=2))


def test_an_unpublished_campaign_takes_nothing(city: World, campaign: Make) -> None:
    page = campaign(opens=0, closes=2, now=MONDAY)
    page.unpublish()
    with pytest.raises(Invalid):
        w.submit(city, campaign=CampaignPage.objects.get(pk=page.pk), at=MONDAY)


def test_the_rule_in_sql_is_the_rule_in_python(campaign: Make) -> None:
    now = timezone.now()
    for opens, closes, reported in (
        (-5, 5, None),
        (1, 9, None),
        (-9, -1, None),
        (-9, 5, -1),
        (-9, -2, 1),
    ):
        extra = {} if reported is None else {
            "report": "<p>结果</p>", "report_published_at": now + timedelta(days=reported),
        }  # fmt: skip
        campaign(opens=opens, closes=closes, **extra)
    campaign(mode="standing", closes=None)
    for moment in (now, now + timedelta(days=2), now + timedelta(days=30)):
        by_sql = set(CampaignPage.objects.open_at(moment).values_list("pk", flat=True))
        by_python = {p.pk for p in CampaignPage.objects.all() if p.is_open_at(moment)}
        assert by_sql == by_python


def test_a_page_lists_its_published_suggestions_and_no_others(
    client: Client, city: World, campaign: Make
) -> None:
    page = campaign(opens=-1, closes=30, now=MONDAY)
    mine, _ = w.answered(city, campaign=page, title="雨天路口积水先修这里")
    other, _ = w.answered(city, title="与征集无关的另一条建议")
    hidden = w.submit(city, campaign=page, title="还没有公开的这一条建议").suggestion
    text = words(client.get(page.get_url()))
    assert mine.case_no in text
    assert "雨天路口积水先修这里" in text
    assert other.case_no not in text
    assert hidden.case_no not in text
    assert "收到2件，已公开1件" in text


def test_paging_by_key_shows_each_item_once(city: World, campaign: Make) -> None:
    page = campaign(opens=-1, closes=30, now=MONDAY)
    for n in range(5):
        w.answered(
            city,
            campaign=page,
            title=f"雨天积水点第{n}号路口怎么改",
            at=MONDAY + timedelta(hours=n),
        )
    seen: list[int] = []
    cursor = ""
    for _ in range(4):
        listed = selector.items(page.pk, cursor=cursor, size=2)
        seen += [item.pk for item in listed.items]
        cursor = listed.next_cursor
        if not cursor:
            break
    assert len(seen) == len(set(seen)) == 5
    assert selector.items(page.pk, cursor="forged!", size=2).first_page


def test_a_report_shows_from_its_moment_on_and_ends_the_collecting(
    client: Client, campaign: Make
) -> None:
    now = timezone.now()
    facts = {"report": "<p>三处先修，其余列入明年计划。</p>", "opens": -30}
    later = campaign(report_published_at=now + timedelta(hours=1), closes=-1, **facts)
    out = campaign(report_published_at=now - timedelta(hours=1), closes=5, **facts)
    assert "三处先修" not in words(client.get(later.get_url()))
    text = words(client.get(out.get_url()))
    assert "三处先修" in text
    assert f"campaign={out.pk}" not in text


def test_a_missing_report_is_shown_as_late(client: Client, campaign: Make) -> None:
    due = timezone.localdate() - timedelta(days=3)
    page = campaign(opens=-30, closes=-10, report_due_on=due)
    text = words(client.get(page.get_url()))
    assert "已逾期3天" in text
    assert page.report_is_late(timezone.now())


def test_the_index_shows_running_coming_and_past_campaigns(
    client: Client, campaign: Make, site: Pages
) -> None:
    campaign(title="正在进行的征集")
    campaign(title="下周开始的征集", opens=7, closes=20)
    campaign(title="去年结束的征集", opens=-90, closes=-60)
    text = words(client.get("/campaigns/"))
    assert (
        text.index("正在进行的征集") < text.index("下周开始的征集") < text.index("去年结束的征集")
    )


def test_an_index_without_campaigns_says_what_to_do(client: Client, site: Pages) -> None:
    assert "随时可以提" in words(client.get("/campaigns/"))


def test_counts_are_of_registered_items_whatever_became_of_them(
    city: World, campaign: Make
) -> None:
    page = campaign(opens=-1, closes=30, now=MONDAY)
    w.answered(city, campaign=page)
    w.submit(city, campaign=page, title="第二件：排水沟盖板松动")
    counts = selector.counts([page.pk, 999_999])
    assert (counts[page.pk].received, counts[page.pk].answered, counts[page.pk].adopted) == (
        2,
        1,
        1,
    )
    assert counts[999_999] == selector.CampaignCounts()


def test_a_campaigns_page_costs_the_same_with_three_and_thirty_items(
    client: Client, city: World, campaign: Make, django_assert_max_num_queries
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    page = campaign(opens=-1, closes=30, now=MONDAY)
    numbers = []
    for wanted in (3, 18):
        while Suggestion.objects.count() < wanted:
            w.answered(city, campaign=page, title=f"第{Suggestion.objects.count()}处积水点怎么改")
        cold()
        with CaptureQueriesContext(
            connection,
        ) as held:
            assert client.get(page.get_url()).status_code == 200
        numbers.append(len(held))
    assert numbers[0] == numbers[1]


def test_the_index_costs_the_same_with_three_and_thirty_campaigns(
    client: Client, campaign: Make
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    numbers = []
    for wanted in (3, 30):
        while CampaignPage.objects.count() < wanted:
            campaign(title=f"第{CampaignPage.objects.count()}次征集")
        cold()
        with CaptureQueriesContext(connection) as held:
            assert client.get("/campaigns/").status_code == 200
        numbers.append(len(held))
    assert numbers[0] == numbers[1]


def test_a_campaign_that_closed_owes_its_result_though_its_editor_named_no_day(
    client: Client, campaign: Make
) -> None:
    now = timezone.now()
    closed = campaign(opens=-60, closes=-10)
    assert closed.report_due == timezone.localdate(closed.closes_at) + timedelta(days=30)
    assert not closed.report_is_late(now)
    assert "前公布结果" in words(client.get(closed.get_url()))
    late = campaign(opens=-90, closes=-40)
    assert late.report_is_late(now)
    assert "已逾期10天" in words(client.get(late.get_url()))
    assert "还没有公布" in words(client.get("/campaigns/"))
    assert not campaign(opens=-90, closes=None, mode="standing").report_is_late(now)


def test_the_day_is_written_down_at_closing_and_no_later_rule_or_draft_moves_it(
    campaign: Make,
) -> None:
    page = campaign(opens=-60, closes=1)
    tasks.promise_reports(now=timezone.now())
    page.refresh_from_db()
    assert page.report_due_on is None
    CampaignPage.objects.filter(pk=page.pk).update(closes_at=timezone.now() - timedelta(days=1))
    assert tasks.promise_reports(now=timezone.now()) == 1
    assert tasks.promise_reports(now=timezone.now()) == 0
    page.refresh_from_db()
    promised = page.report_due_on
    assert promised is not None
    ClockRule.objects.filter(kind="KR").update(length=90)
    clock_rules.forget_calendar()
    page.title, page.report_due_on = "改了标题", None
    page.save_revision().publish()
    page.refresh_from_db()
    assert (page.title, page.report_due) == ("改了标题", promised)


def test_a_campaign_cannot_be_closed_silently(editor: Client, campaign: Make, site: Pages) -> None:
    page = campaign(opens=-60, closes=-10)
    for act in ("unpublish", "delete"):
        response = editor.post(f"/admin/pages/{page.pk}/{act}/", follow=True)
        assert "还没有公布结果，不能撤下或删除" in response.content.decode(), act
        response = editor.post(f"/admin/bulk/wagtailcore/page/{act}/?id={page.pk}", follow=True)
        assert "还没有公布结果，不能撤下或删除" in response.content.decode(), act
    assert CampaignPage.objects.get(pk=page.pk).live
    page.report, page.report_published_at = "<p>三处先修。</p>", timezone.now() - timedelta(hours=1)
    page.save_revision().publish()
    assert editor.post(f"/admin/pages/{page.pk}/unpublish/").status_code == 302
    assert not CampaignPage.objects.get(pk=page.pk).live


def test_the_editor_sees_by_when_the_result_is_owed(editor: Client, campaign: Make) -> None:
    page = campaign(opens=-60, closes=-10)
    due = page.report_due
    said = editor.get(f"/admin/pages/{page.pk}/edit/").content.decode()
    assert "截止后30天内公布" in said
    assert f"{due.year}年{due.month}月{due.day}日" in said


def test_a_result_cannot_be_promised_for_a_day_before_the_closing(campaign: Make) -> None:
    page = campaign(opens=-5, closes=20)
    page.report_due_on = timezone.localdate()
    with pytest.raises(ValidationError) as caught:
        page.full_clean()
    assert "report_due_on" in caught.value.message_dict


def test_a_day_of_publication_is_set_only_when_nothing_more_can_come_in(campaign: Make) -> None:
    page = campaign(opens=-9, closes=5, report="<p>三处先修。</p>")
    page.report_published_at = timezone.now() + timedelta(days=9)
    with pytest.raises(ValidationError, match="征集还没有截止"):
        page.full_clean()


def refusals(page: CampaignPage, **changes: Any) -> dict[str, list[str]]:
    """What the page editor would say at which field, were these changes stored."""
    page.refresh_from_db()
    for name, value in changes.items():
        setattr(page, name, value)
    try:
        page.full_clean()
    except ValidationError as error:
        return error.message_dict
    return {}


def test_an_end_before_the_announced_day_needs_a_reason_that_the_page_shows(
    campaign: Make,
) -> None:
    now = timezone.now()
    page = campaign(opens=-5, closes=10)
    wrong = refusals(page, closes_at=now)
    assert "现在要提前结束。请写明为什么提前，理由会公开。" in wrong["early_reason"][0]
    assert page.report == ""
    wrong = refusals(page, report="<p>都做。</p>", report_published_at=now)
    assert list(wrong) == ["early_reason"], "a result ends the collecting too"
    page.refresh_from_db()
    page.closes_at, page.early_reason = now, "方案要赶在汛期前定"
    page.save_revision().publish()
    assert "截止提前了，理由：方案要赶在汛期前定" in words(Client().get(page.url))
    assert "early_reason" in refusals(page, early_reason="")
    assert refusals(page, early_reason="", closes_at=now + timedelta(days=2)) == {}


def test_an_end_may_move_freely_before_the_campaign_began_and_later_at_any_time(
    campaign: Make,
) -> None:
    now = timezone.now()
    planned = campaign(title="还没开始的", opens=3, closes=20)
    assert refusals(planned, closes_at=now + timedelta(days=10)) == {}
    running = campaign(title="正在收的", opens=-3, closes=20)
    assert refusals(running, closes_at=now + timedelta(days=30)) == {}
    over = campaign(title="收完了的", opens=-30, closes=-3)
    assert refusals(over, report="<p>都做。</p>", report_published_at=now) == {}
