"""In-site notices: each person reads their own, and what was read counts no more."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.cold import cold
from tests.suggestions.desk.cast import main_text, sign_in
from tests.world import MONDAY, World

NOTICES = "/admin/desk/notices/"


def tell(city: World, who: str, n: int = 1, **changes: Any) -> Any:
    return city.users[who].notices.create(
        **{
            "code": "staff.dispatched", "dedupe_key": f"{who}-{n}", "text": f"第{n}件新交办的建议",
            "url": "/admin/desk/inbox/", "at": MONDAY + timedelta(hours=n), **changes,
        }
    )  # fmt: skip


def test_a_person_reads_their_own_notices_newest_first(city: World) -> None:
    tell(city, "liaison:bus", 1)
    tell(city, "liaison:bus", 2)
    tell(city, "liaison:water", 3)
    text = main_text(sign_in(city, "liaison:bus").get(NOTICES))
    assert text.index("第2件") < text.index("第1件")
    assert "第3件" not in text


def test_opening_a_notice_leads_to_its_item_and_marks_it_read(city: World) -> None:
    held = tell(city, "liaison:bus")
    client = sign_in(city, "liaison:bus")
    response = client.post(reverse("desk:notice", args=[held.pk]))
    assert response["Location"] == "/admin/desk/inbox/"
    held.refresh_from_db()
    assert held.read_at is not None
    assert "第1件" not in main_text(client.get(NOTICES + "?show=unread"))


def test_a_notice_never_leads_to_another_site(city: World) -> None:
    held = tell(city, "liaison:bus", url="//example.com/x")
    response = sign_in(city, "liaison:bus").post(reverse("desk:notice", args=[held.pk]))
    assert response["Location"] == NOTICES


def test_one_or_all_are_marked_as_read(city: World) -> None:
    first, second = tell(city, "liaison:bus", 1), tell(city, "liaison:bus", 2)
    other = tell(city, "liaison:water", 3)
    client = sign_in(city, "liaison:bus")
    client.post(NOTICES, {"pk": first.pk})
    first.refresh_from_db()
    second.refresh_from_db()
    assert first.read_at is not None
    assert second.read_at is None
    assert "1条通知已标为已读" in client.post(NOTICES, follow=True).content.decode()
    other.refresh_from_db()
    assert other.read_at is None


def test_another_person_s_notice_is_not_there(city: World) -> None:
    held = tell(city, "liaison:water")
    client = sign_in(city, "liaison:bus")
    assert client.post(reverse("desk:notice", args=[held.pk])).status_code == 404
    for pk in (str(held.pk), "x", "9" * 40):
        assert client.post(NOTICES, {"pk": pk}).status_code == 302
    held.refresh_from_db()
    assert held.read_at is None


@pytest.mark.parametrize("who", ["analyst", "editor"])
def test_people_who_work_elsewhere_read_their_notices_too(city: World, who: str) -> None:
    assert sign_in(city, who).get(NOTICES).status_code == 200


def test_the_list_asks_the_database_as_often_for_thirty_notices_as_for_three(city: World) -> None:
    client = sign_in(city, "liaison:bus")

    def queries() -> int:
        cold()
        with CaptureQueriesContext(connection) as held:
            assert client.get(NOTICES).status_code == 200
        return len(held)

    for n in range(3):
        tell(city, "liaison:bus", n)
    queries()
    few = queries()
    for n in range(3, 30):
        tell(city, "liaison:bus", n)
    assert queries() == few
