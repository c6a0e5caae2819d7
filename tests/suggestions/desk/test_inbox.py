"""A unit's inbox: what was given to it and to nobody else, by state and date, and its sign-in."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from suggestions.models import Assignment, CaseEvent, CaseLock, Suggestion
from suggestions.services import replying
from tests import world as w
from tests.cold import cold
from tests.suggestions.desk.cast import main_text, parsed, sign_in
from tests.world import MONDAY, World

INBOX = "/admin/desk/inbox/"


def dispatched(city: World, *, co: bool = False, days: int = 0, **changes: object) -> Suggestion:
    at = MONDAY + timedelta(days=days)
    item = w.submit(city, at=at, **changes).suggestion
    w.accept(city, item, at=at)
    return w.dispatch(city, item, at=at, co=co)


def titles(client: Client, query: str = "") -> list[str]:
    return [a.get_text() for a in parsed(client.get(INBOX + query)).select(".desk-row__title")]


def test_a_unit_sees_its_own_items_and_no_other_units(city: World) -> None:
    mine = dispatched(city, title="人民路公交站加一张长椅")
    w.submit(city, title="还没有交办的一件建议")
    assert titles(sign_in(city, "liaison:bus")) == [mine.original_title]
    assert titles(sign_in(city, "liaison:water")) == []


def test_a_co_unit_finds_the_item_in_its_own_inbox(city: World) -> None:
    item = dispatched(city, co=True)
    page = parsed(sign_in(city, "handler:water").get(INBOX + "?part=co"))
    assert item.case_no in page.get_text()
    assert "协办" in page.select_one("main tbody tr").get_text()


@pytest.mark.parametrize(
    "who", ["triage_officer", "publisher", "supervisor", "leader", "intake_clerk", "analyst"]
)
def test_the_inbox_is_for_units_only(city: World, who: str) -> None:
    assert sign_in(city, who).get(INBOX).status_code == 403


def test_each_tab_counts_and_lists_the_items_of_its_state(city: World) -> None:
    dispatched(city, title="第一件等着签收的建议")
    working = dispatched(city, title="第二件已经签收的建议", days=1)
    w.sign_in(city, working, at=MONDAY + timedelta(days=1))
    drafted = dispatched(city, title="第三件写了草稿的建议", days=2)
    w.sign_in(city, drafted, at=MONDAY + timedelta(days=2))
    draft = replying.save_draft(
        suggestion=drafted, actor=city.actor("handler:bus"), at=MONDAY, body="草稿"
    )
    client = sign_in(city, "handler:bus")
    assert titles(client, "?show=to_sign_in") == ["第一件等着签收的建议"]
    assert titles(client, "?show=to_draft") == ["第二件已经签收的建议"]
    assert titles(client, "?show=drafts") == ["第三件写了草稿的建议"]
    assert titles(client, "?show=to_sign") == []
    draft.state = "awaiting_signature"
    draft.save()
    assert titles(client, "?show=to_sign") == ["第三件写了草稿的建议"]
    tabs = parsed(client.get(INBOX)).select_one(".desk-chips").get_text()
    assert "全部在办 3" in " ".join(tabs.split())


def test_a_reply_sent_back_is_listed_with_the_reason(city: World) -> None:
    item = dispatched(city)
    w.sign_in(city, item, at=MONDAY)
    reply = w.signed_reply(city, item, at=MONDAY + timedelta(days=1))
    client = sign_in(city, "handler:bus")
    assert titles(client, "?show=submitted") == [item.original_title]
    replying.send_back(
        reply=reply, reason="没有写日期", actor=city.actor("triage_officer"), at=MONDAY
    )
    page = parsed(client.get(INBOX + "?show=returned"))
    assert "没有写日期" in page.select_one("main tbody").get_text()


def test_filters_that_make_no_sense_find_what_they_can_and_never_fail(city: World) -> None:
    item = dispatched(city)
    client = sign_in(city, "liaison:bus")
    assert titles(client, f"?q={item.case_no}") == [item.original_title]
    assert titles(client, "?q=长椅") == [item.original_title]
    assert titles(client, "?q=没有这几个字") == []
    assert titles(client, "?due=nonsense") == []
    for query in ("?page=abc", "?page=99999", "?on=2026-02-31", "?show=%00", "?q=%00"):
        assert client.get(INBOX + query).status_code == 200


def test_a_late_item_says_so_in_words(city: World) -> None:
    dispatched(city, days=-120)
    row = parsed(sign_in(city, "liaison:bus").get(INBOX + "?due=overdue")).select_one(
        "main tbody tr"
    )
    assert "已逾期" in row.get_text()
    assert "签收不晚于" in row.get_text()


def test_signing_in_starts_the_handling_and_leaves_an_event(city: World) -> None:
    item = dispatched(city)
    client = sign_in(city, "liaison:bus")
    address = reverse("desk:sign_in", args=[item.case_no])
    assert "签收" in main_text(client.get(address))
    response = client.post(address)
    assert response["Location"] == reverse("desk:item", args=[item.case_no])
    assert not CaseLock.objects.exists(), "signing for it keeps nobody from answering it"
    item.refresh_from_db()
    assert item.status == "handling"
    event = CaseEvent.objects.get(suggestion=item, name="sign_in")
    assert event.actor == city.users["liaison:bus"]
    # Pressed twice: told, not failed.
    assert client.post(address).status_code == 302


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("handler:water", 404),
        ("unit_head:bus", 403),
        ("triage_officer", 403),
        ("publisher", 403),
    ],
)
def test_nobody_else_signs_in_for_a_unit(city: World, who: str, status: int) -> None:
    item = dispatched(city)
    response = sign_in(city, who).post(reverse("desk:sign_in", args=[item.case_no]))
    assert response.status_code == status
    item.refresh_from_db()
    assert item.status == "dispatched"


def test_several_items_are_signed_in_at_once(city: World) -> None:
    items = [dispatched(city, days=n) for n in range(3)]
    parts = list(Assignment.objects.values_list("pk", flat=True))
    client = sign_in(city, "handler:bus")
    response = client.post(INBOX, {"assignment": parts[:2]}, follow=True)
    assert "签收了2件" in response.content.decode()
    assert [Suggestion.objects.get(pk=i.pk).status for i in items] == [
        "handling",
        "handling",
        "dispatched",
    ]


def test_a_button_in_a_row_signs_in_that_row_whatever_is_ticked(city: World) -> None:
    first, second = dispatched(city), dispatched(city, days=1)
    one, other = (Assignment.objects.get(suggestion=i).pk for i in (first, second))
    sign_in(city, "liaison:bus").post(INBOX, {"assignment": [one], "one": other})
    assert Suggestion.objects.get(pk=first.pk).status == "dispatched"
    assert Suggestion.objects.get(pk=second.pk).status == "handling"


def test_bulk_sign_in_cannot_reach_another_units_items(city: World) -> None:
    item = dispatched(city)
    part = Assignment.objects.get(suggestion=item).pk
    sign_in(city, "liaison:water").post(INBOX, {"assignment": [part, "x", "9" * 40]})
    assert Suggestion.objects.get(pk=item.pk).status == "dispatched"
    assert sign_in(city, "unit_head:bus").post(INBOX, {"assignment": [part]}).status_code == 403


def test_one_item_that_was_signed_in_meanwhile_does_not_stop_the_others(city: World) -> None:
    first, second = dispatched(city), dispatched(city, days=1)
    w.sign_in(city, first, at=MONDAY)
    parts = list(Assignment.objects.values_list("pk", flat=True))
    response = sign_in(city, "handler:bus").post(INBOX, {"assignment": parts}, follow=True)
    text = response.content.decode()
    assert "签收了1件" in text
    assert f"{first.case_no}：" in text
    assert Suggestion.objects.get(pk=second.pk).status == "handling"


def test_the_inbox_asks_the_database_as_often_for_thirty_items_as_for_three(city: World) -> None:
    client = sign_in(city, "handler:bus")

    def queries() -> int:
        cold()
        with CaptureQueriesContext(connection) as held:
            assert client.get(INBOX).status_code == 200
        return len(held)

    for n in range(3):
        dispatched(city, days=n)
    queries()
    few = queries()
    for n in range(27):
        dispatched(city, days=n)
    assert queries() == few
