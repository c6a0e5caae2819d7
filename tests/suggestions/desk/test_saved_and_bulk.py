"""Saved lists, giving items to officers and tagging them together, and finding words of the full text."""

from datetime import timedelta

import pytest
from django.urls import reverse

from suggestions.models import CaseEvent, CaseOfficer, Outbox, SavedQueue
from suggestions.services import locks, officers
from tests import world as w
from tests.suggestions.desk.cast import main_text, parsed, sign_in
from tests.world import MONDAY, World

pytestmark = pytest.mark.django_db
QUEUE = "desk:queue"


def save(city: World, who: str, **fields: str) -> None:
    sign_in(city, who).post(
        reverse("desk:saved"),
        {"queue": "state=open&due=risk&after=x~1", "name": "快到期的", **fields},
    )


def test_a_saved_list_opens_with_the_queue_when_it_is_the_default(city: World) -> None:
    save(city, "triage_officer", is_default="on")
    answer = sign_in(city, "triage_officer").get(reverse(QUEUE))
    assert answer["Location"] == f"{reverse(QUEUE)}?state=open&due=risk"
    page = parsed(sign_in(city, "triage_officer").get(answer["Location"]))
    assert page.find("a", {"aria-current": "page"}, string="快到期的")
    assert (
        sign_in(city, "triage_officer").get(reverse(QUEUE), {"state": "triage"}).status_code == 200
    )
    assert sign_in(city, "triage_officer_2").get(reverse(QUEUE)).status_code == 200


def test_a_shared_list_is_offered_to_colleagues_who_cannot_delete_it(city: World) -> None:
    save(city, "triage_officer", shared="on")
    save(city, "triage_officer", name="只给自己")
    text = main_text(sign_in(city, "supervisor").get(reverse(QUEUE), {"state": "all"}))
    assert "快到期的" in text
    assert "只给自己" not in text
    held = SavedQueue.objects.get(name="快到期的")
    address = reverse("desk:saved_delete", args=[held.pk])
    assert sign_in(city, "supervisor").post(address).status_code == 404
    sign_in(city, "triage_officer").post(address)
    assert not SavedQueue.objects.filter(pk=held.pk).exists()


def test_the_same_name_replaces_and_one_default_stands(city: World) -> None:
    save(city, "triage_officer", is_default="on")
    save(city, "triage_officer", is_default="on")
    save(city, "triage_officer", name="另一个", is_default="on")
    assert SavedQueue.objects.count() == 2
    assert SavedQueue.objects.get(is_default=True).name == "另一个"
    refused = sign_in(city, "triage_officer").post(
        reverse("desk:saved"), {"queue": "state=open", "name": " "}
    )
    assert refused.status_code == 422


def test_items_given_to_an_officer_together_are_told_once_and_twice_is_once(city: World) -> None:
    items = [w.submit(city, title=f"公交站加一张长椅{n}").suggestion for n in range(3)]
    done, _receipt = w.answered(city, published=False)
    client, officer = sign_in(city, "triage_officer"), city.users["triage_officer_2"]
    numbers = [i.case_no for i in (*items, done)]
    body = {"act": "officer", "case_no": numbers, "confirm": "1", "officer": officer.pk}
    text = main_text(client.post(reverse("desk:bulk"), body))
    assert "3件已办。1件没有办" in text
    assert "已经办完" in text
    again = main_text(client.post(reverse("desk:bulk"), body))
    assert f"本来就是{officer}的，没有变" in again
    assert CaseOfficer.objects.filter(user=officer).count() == 3
    assert CaseEvent.objects.filter(name="officer_given").count() == 3
    assert Outbox.objects.filter(payload__code="staff.given").count() == 3


def test_a_tag_is_added_to_each_once_and_stands_in_its_events(city: World) -> None:
    item = w.submit(city).suggestion
    body = {"act": "tag", "case_no": [item.case_no], "confirm": "1", "tag": "适老化"}
    for _ in range(2):
        sign_in(city, "triage_officer").post(reverse("desk:bulk"), body)
    assert [t.name for t in item.tags.all()] == ["适老化"]
    assert CaseEvent.objects.filter(name="tag_added", suggestion=item).count() == 1
    refused = main_text(sign_in(city, "supervisor").post(reverse("desk:bulk"), body))
    assert "角色" in refused


def test_an_item_a_colleague_has_open_is_left_out_of_a_bulk_act(city: World) -> None:
    from django.utils import timezone

    item = w.submit(city).suggestion
    locks.take(suggestion=item, actor=city.actor("triage_officer_2"), at=timezone.now())
    body = {"act": "accept", "case_no": [item.case_no], "confirm": "1", "topic": ""}
    text = main_text(sign_in(city, "triage_officer").post(reverse("desk:bulk"), body))
    assert "0件已办。1件没有办" in text
    assert "正在处理这件建议" in text


def test_words_of_the_full_text_find_an_item(city: World) -> None:
    w.submit(city, at=MONDAY, problem="下雨天站台积水很深，鞋子都湿了，老人容易滑倒。")
    w.submit(city, at=MONDAY + timedelta(days=1), title="另外的一件建议")
    page = parsed(
        sign_in(city, "triage_officer").get(reverse(QUEUE), {"state": "all", "q": "积水"})
    )
    assert len(page.select("a.desk-row__title")) == 1


def test_a_bulk_refusal_says_that_a_second_person_decides_and_tells_no_author(city: World) -> None:
    items = [w.submit(city, title=f"说不清的第{n}件事情").suggestion for n in range(2)]
    w.accept(city, items[1], at=MONDAY)
    body = {
        "act": "refuse", "case_no": [i.case_no for i in items], "confirm": "1", "reason": "pure_theory", "words": ""
    }  # fmt: skip
    response = sign_in(city, "triage_officer").post(reverse("desk:bulk"), body)
    text = main_text(response)
    assert "1件已提请复核，等另一位分办员决定" in text
    assert "件已办" not in text
    assert "待复核" in text
    assert "1件没有办" in text
    items[0].refresh_from_db()
    assert items[0].status == "registered"
    assert not Outbox.objects.filter(payload__code="author.refused").exists()


def test_a_bulk_refusal_where_one_officer_decides_says_that_it_is_done(city: World) -> None:
    city.jurisdiction.refusal_second_look = False
    city.jurisdiction.save()
    item = w.submit(city).suggestion
    body = {"act": "refuse", "case_no": [item.case_no], "confirm": "1", "reason": "pure_theory"}
    text = main_text(sign_in(city, "triage_officer").post(reverse("desk:bulk"), body))
    assert "1件已办" in text
    assert "已不予受理，理由已告知建议人" in text


def test_a_bulk_act_says_of_each_item_what_was_done(city: World) -> None:
    item = w.submit(city).suggestion
    body = {"act": "accept", "case_no": [item.case_no], "confirm": "1", "topic": ""}
    text = main_text(sign_in(city, "triage_officer").post(reverse("desk:bulk"), body))
    assert "已受理，主题“公交地铁”" in text


def test_a_list_shows_to_whom_an_item_was_given_and_finds_mine_and_nobodys(city: World) -> None:
    mine, other, free = (w.submit(city, title=f"第{n}件说到的事情").suggestion for n in "甲乙丙")
    first, second = city.users["triage_officer"], city.users["triage_officer_2"]
    for item, officer in ((mine, first), (other, second)):
        officers.give(
            suggestion=item, officer=officer, actor=city.actor("triage_officer"), at=MONDAY
        )
    client = sign_in(city, "triage_officer")
    queue = reverse("desk:queue")

    def titles(**query: str) -> set[str]:
        page = parsed(client.get(queue, {"state": "open", **query}))
        return {a.get_text(strip=True) for a in page.select("a.desk-row__title")}

    assert f"分办：{second}" in main_text(client.get(queue, {"state": "open"}))
    assert titles(officer="mine") == {mine.original_title}
    assert titles(officer=str(second.pk)) == {other.original_title}
    assert titles(officer="none") == {free.original_title}
    assert titles(officer="x") == set()
    assert f"分办：{first}" in main_text(client.get(reverse("desk:item", args=[mine.case_no])))
