"""The first page of the desk: numbers by role, each a link to the list that holds exactly these items."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from suggestions.desk.common import ROOMS
from suggestions.models import CalendarDay
from suggestions.selectors import workload
from suggestions.services import clocks, reply_voices, replying, triage
from tests import world as w
from tests.suggestions.desk.cast import main_text, parsed, sign_in
from tests.world import MONDAY, World

pytestmark = pytest.mark.django_db


def tallies(client: Client) -> dict[str, tuple[int, str]]:
    """Label → (number, address) as the page shows them."""
    page = parsed(client.get(reverse("desk:home")))
    found: dict[str, tuple[int, str]] = {}
    for link in page.select("a.desk-tally"):
        count = link.select_one(".desk-tally__count")
        label = link.select_one(".desk-tally__label")
        assert count is not None
        assert label is not None
        found[label.get_text(strip=True)] = (int(count.get_text()), str(link["href"]))
    return found


@pytest.fixture
def busy(city: World) -> World:
    """One item in each of the situations that the home counts, seen on Monday 2 November 2026."""
    for days in (20, 15, 14, 1):
        w.submit(city, at=MONDAY - timedelta(days=days), title=f"{days}天前来的一件建议")
    accepted = w.submit(city, title="等着交办的一件事").suggestion
    w.accept(city, accepted, at=MONDAY)
    asked = w.submit(city, title="等建议人补充的那件").suggestion
    triage.request_supplement(
        suggestion=asked, asked="哪里", actor=city.actor("triage_officer"), at=MONDAY
    )
    for title, steps in (("等签收的一件事", 0), ("在办的一件事情", 1), ("等审核的一件事", 2)):
        item = w.submit(city, at=MONDAY - timedelta(days=7), title=title).suggestion
        w.accept(city, item, at=MONDAY - timedelta(days=7))
        w.dispatch(city, item, at=MONDAY - timedelta(days=7))
        if steps:
            w.sign_in(city, item, at=MONDAY - timedelta(days=6))
        if steps == 2:
            w.signed_reply(city, item, at=MONDAY - timedelta(days=1))
        elif steps:
            replying.save_draft(
                suggestion=item, actor=city.actor("handler:bus"), at=MONDAY, body="先写个开头"
            )
    return city


def test_each_number_of_the_office_is_the_length_of_the_list_it_leads_to(busy: World) -> None:
    with time_machine.travel(MONDAY, tick=False):
        client = sign_in(busy, "triage_officer")
        found = tallies(client)
        assert {k: v[0] for k, v in found.items()} == {
            "已逾期": 1, "今天到期": 1, "两个工作日内到期": 1, "新来件": 4, "待交办": 1, "等建议人补充": 1, "待审核答复": 1,
            "逾期未办": 1, "建议人不满意": 0, "在办总数": 9,
        }  # fmt: skip
        for label, (count, address) in found.items():
            rows = parsed(client.get(address)).select("a.desk-row__title")
            assert len(rows) == count, label


def test_a_unit_counts_what_it_has_to_sign_write_and_answer(busy: World) -> None:
    with time_machine.travel(MONDAY, tick=False):
        handler = tallies(sign_in(busy, "handler:bus"))
        assert handler["待签收"][0] == 1
        assert handler["我的草稿"][0] == 1
        assert "待我审签" not in handler
        head = tallies(sign_in(busy, "unit_head:bus"))
        assert head["待我审签"][0] == 0
        assert head["我的草稿"][0] == 0
        other = tallies(sign_in(busy, "handler:water"))
        assert {n for n, _ in other.values()} == {0}


def test_a_reply_sent_back_is_counted_as_returned_until_it_is_rewritten(busy: World) -> None:
    from suggestions.models import Reply

    reply = Reply.objects.get(state=Reply.State.SIGNED)
    replying.send_back(
        reply=reply, reason="没有写日期", actor=busy.actor("triage_officer"), at=MONDAY
    )
    assert tallies(sign_in(busy, "handler:bus"))["退回重写"][0] == 1
    reply.suggestion.refresh_from_db()
    w.signed_reply(busy, reply.suggestion, at=MONDAY, body=w.BODY + "12月20日前装好。")
    assert tallies(sign_in(busy, "handler:bus"))["退回重写"][0] == 0


def test_publishers_count_what_to_mask_and_what_another_person_masked(busy: World) -> None:
    from suggestions.models import PublicationReview
    from suggestions.services import publishing

    review = PublicationReview.objects.order_by("pk").first()
    assert review is not None
    waiting = PublicationReview.objects.count()
    first = busy.actor("publisher")
    publishing.start(review=review, actor=first, at=MONDAY)
    publishing.save(review=review, actor=first, at=MONDAY)
    publishing.submit(review=review, actor=first, at=MONDAY)
    mine, theirs = (tallies(sign_in(busy, who)) for who in ("publisher", "publisher_2"))
    assert (mine["待脱敏"][0], mine["待我复核"][0]) == (waiting - 1, 0)
    assert (theirs["待脱敏"][0], theirs["待我复核"][0]) == (waiting - 1, 1)


def test_publishers_count_comments_that_wait_and_only_those_until_somebody_reads_them(
    city: World,
) -> None:
    item, _ = w.answered(city)
    reply = reply_voices.current(item)
    assert reply is not None
    at = MONDAY + timedelta(days=11)
    for n in range(3):
        reply_voices.give(
            reply=reply, phone=f"1990000555{n}", helpful=True, words=f"第{n}条", idempotency_key=str(n), at=at
        )  # fmt: skip
    first, *_others = item.reply_comments.all()
    reply_voices.decline(comment=first, reason="不相干", actor=city.actor("publisher"), at=at)
    client = sign_in(city, "publisher")
    count, address = tallies(client)["待审核的公众评论"]
    assert count == len(parsed(client.get(address)).select("a.desk-row__title")) == 2
    room = next(r for r in ROOMS if r.name == "answers")
    assert workload.menu_counts(city.users["publisher"])[room.count] == 2
    assert "待审核的公众评论" not in tallies(sign_in(city, "triage_officer"))


def test_the_strip_shows_fourteen_days_with_holidays_and_what_falls_due(busy: World) -> None:
    CalendarDay.objects.create(
        date=MONDAY.date() + timedelta(days=2), is_working=False, note="城市日"
    )
    clocks.forget_calendar()
    with time_machine.travel(MONDAY, tick=False):
        page = parsed(sign_in(busy, "triage_officer").get(reverse("desk:home")))
    days = [" ".join(d.get_text(" ").split()) for d in page.select(".desk-day")]
    assert len(days) == 14
    assert days[0].startswith("今天 周一")
    assert days[0].endswith("1件")
    assert "城市日" in days[2]
    assert "休" in days[5]
    link = page.select_one(".desk-day a")
    assert link is not None
    with time_machine.travel(MONDAY, tick=False):
        listed = parsed(sign_in(busy, "triage_officer").get(str(link["href"])))
    assert len(listed.select("a.desk-row__title")) == 1


def test_recent_notices_are_listed_with_the_unread_ones_named(city: World) -> None:
    user: Any = city.users["triage_officer"]
    user.notices.create(code="staff.due", dedupe_key="a", text="有一件建议今天到期", at=MONDAY)
    user.notices.create(
        code="staff.x", dedupe_key="b", text="已经读过的通知", at=MONDAY, read_at=MONDAY
    )
    page = parsed(sign_in(city, "triage_officer").get(reverse("desk:home")))
    first, second = page.select(".desk-notices li")
    texts = [first.get_text(), second.get_text()]
    assert any("有一件建议今天到期" in t and "未读" in t for t in texts)
    assert any("已经读过的通知" in t and "未读" not in t for t in texts)


def test_the_first_page_of_the_admin_shows_staff_what_is_due(busy: World) -> None:
    text = main_text(sign_in(busy, "triage_officer").get(reverse("wagtailadmin_home")))
    assert "征集办公室要办的" in text
    editor = main_text(sign_in(busy, "editor").get(reverse("wagtailadmin_home")))
    assert "征集办公室要办的" not in editor


@pytest.mark.parametrize("who", ["triage_officer", "handler:bus", "publisher", "leader"])
def test_the_home_costs_the_same_with_three_items_and_with_thirty(city: World, who: str) -> None:
    def fill(count: int) -> None:
        for n in range(count):
            item = w.submit(city, title=f"第{n}个公交站加长椅").suggestion
            w.accept(city, item, at=MONDAY)
            w.dispatch(city, item, at=MONDAY)

    client = sign_in(city, who)

    def cost() -> int:
        client.get(reverse("desk:home"))
        with CaptureQueriesContext(connection) as seen:
            client.get(reverse("desk:home"))
        return len(seen)

    fill(3)
    few = cost()
    fill(27)
    assert cost() == few
