"""Effects are carried out at least once (invariant 4), however long what they need was away."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from search.engine import Query, SearchUnavailable, get_engine
from suggestions import content, outbox
from suggestions.models import Follow, Outbox, Resident, SearchNews, Suggestion
from tests import world as w
from tests.services.process import free_port
from tests.suggestions.my.phone import OWN

pytestmark = pytest.mark.django_db


@pytest.fixture
def relay(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """A handler that works while the list says so."""
    works = [False]

    def handle(_payload: dict[str, Any]) -> None:
        if not works[0]:
            raise ConnectionError

    monkeypatch.setitem(outbox._HANDLERS, "trial", handle)
    return works


def tries(row: Outbox, start: datetime, hours: int) -> datetime:
    """The minute's sweep for so many hours; when it ended."""
    now = start
    while now < start + timedelta(hours=hours):
        outbox.deliver(now=now)
        now += timedelta(minutes=1)
    return now


def test_an_effect_is_not_given_up_however_long_the_relay_was_away(relay: list[bool]) -> None:
    outbox.enqueue("trial", {})
    row = Outbox.objects.get(kind="trial")
    later = tries(row, timezone.now(), hours=30)
    row.refresh_from_db()
    assert (row.done_at, row.attempts > 12) == (None, True)
    relay[0] = True
    tries(row, later, hours=2)
    row.refresh_from_db()
    assert row.done_at is not None


def test_a_row_that_fails_for_years_still_counts(relay: list[bool]) -> None:
    outbox.enqueue("trial", {})
    Outbox.objects.update(attempts=30_000)
    assert outbox.deliver(now=timezone.now() + timedelta(seconds=1)) == 0
    assert Outbox.objects.get().attempts == 30_000


@pytest.mark.parametrize(
    ("attempts", "kind", "seconds"),
    [(1, "notice", 2), (5, "notice", 32), (12, "notice", 3600), (5, "index", 32), (12, "index", 300), (9999, "index", 300)],
)  # fmt: skip
def test_pauses_double_up_to_an_hour_and_to_five_minutes_for_the_index(
    attempts: int, kind: str, seconds: int
) -> None:
    assert outbox.wait_after(attempts, kind) == seconds


@pytest.mark.usefixtures("own_index")
def test_followers_and_pages_hear_of_an_answer_while_the_cluster_is_away(settings: Any) -> None:
    """The spare engine has it: who follows the search is told, pages are made anew once a minute, the row stays due."""
    city = w.make_world()
    settings.ELASTICSEARCH_URL = [f"http://127.0.0.1:{free_port()}"]
    resident = Resident.objects.create(
        phone_hash="x", phone=OWN, notice="sms", told_until=w.MONDAY, created_at=w.MONDAY, seen_on=w.MONDAY.date()
    )  # fmt: skip
    Follow.objects.create(
        resident=resident, kind="search", key="/search/?q=%E9%95%BF%E6%A4%85", created_at=w.MONDAY
    )
    w.answered(city)
    item = Suggestion.objects.get()
    before = content.version()
    payload = {"type": "suggestion", "id": item.pk}
    for _ in range(3):
        with pytest.raises(SearchUnavailable):
            outbox._HANDLERS[outbox.INDEX](payload)
    assert SearchNews.objects.filter(document=f"suggestion:{item.pk}").count() == 1
    assert content.version() == before + 1
    page = get_engine().search(Query("长椅"))
    assert (page.degraded, page.total) == (True, 1)
