"""The chain of events: whoever alters, cuts or reorders it is found out, and the row is named (invariant 3)."""

from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from suggestions import triggers
from suggestions.models import CaseEvent, DailyHead, Suggestion
from suggestions.models.event import seal
from suggestions.services import chain
from tests import world as w
from tests.world import MONDAY, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> World:
    return w.make_world()


@pytest.fixture
def item(city: World) -> Suggestion:
    """An answered item between two others, so that the fault is in the middle of the log."""
    w.submit(city)
    found, _ = w.answered(city)
    w.submit(city)
    return found


@pytest.fixture
def unlocked() -> None:
    """As somebody with the database's own password could: without the triggers."""
    with connection.cursor() as cursor:
        triggers.remove(cursor.execute, connection.vendor)


def faults() -> list[chain.Fault]:
    return list(chain.verify())


def named(event: CaseEvent) -> str:
    return f"事项 {event.suggestion_id} 第{event.seq}条（id {event.pk}）"


ALTERED: dict[str, Callable[[CaseEvent], dict[str, Any]]] = {
    "its words": lambda e: {"words": e.words + "。"},
    "its reason": lambda e: {"reason": "另有原因"},
    "its time by a second": lambda e: {"at": e.at - timedelta(seconds=1)},
    "its role": lambda e: {"role": "leader"},
    "who did it": lambda e: {"actor_id": None},
    "its data": lambda e: {"data": {**e.data, "late": False}},
    "who may see it": lambda e: {"visibility": "staff"},
    "the state it led to": lambda e: {"to_state": "answered"},
    "the name of the act": lambda e: {"name": "redirect"},
}


def rewritten(event: CaseEvent, *, words: str) -> str:
    """Alter a row as somebody would who knows how hashes are made: salt, digest and hash fit again."""
    event.words = words
    sealed = seal({"words": words, "reason": event.reason, "data": event.data})
    event.text_salt, event.text_digest = sealed["text_salt"], sealed["text_digest"]
    event.hash = event.compute_hash()
    CaseEvent.objects.filter(pk=event.pk).update(
        words=words, prev_hash=event.prev_hash, hash=event.hash, **sealed
    )
    return event.hash


@pytest.mark.parametrize("what", ALTERED)
@pytest.mark.usefixtures("unlocked")
def test_a_row_whose_content_was_altered_is_the_one_that_is_named(
    item: Suggestion, what: str
) -> None:
    event = CaseEvent.objects.get(suggestion=item, name="accept")
    changes = ALTERED[what](event)
    assert any(getattr(event, name) != value for name, value in changes.items())
    CaseEvent.objects.filter(pk=event.pk).update(**changes)
    first, *rest = faults()
    assert first.where == named(event)
    assert "被改过" in first.what
    assert not rest
    with pytest.raises(CommandError, match="被改过"):
        call_command("verify_chain", stdout=StringIO())


@pytest.mark.usefixtures("unlocked")
def test_a_row_whose_hash_was_made_to_fit_breaks_the_next_link(item: Suggestion) -> None:
    event = CaseEvent.objects.get(suggestion=item, name="accept")
    rewritten(event, words="改过的话")
    after = CaseEvent.objects.get(suggestion=item, seq=event.seq + 1)
    (fault,) = faults()
    assert fault.where == named(after)
    assert "接不上" in fault.what


@pytest.mark.usefixtures("unlocked")
def test_a_row_taken_out_of_the_middle_leaves_a_gap_that_is_named(item: Suggestion) -> None:
    event = CaseEvent.objects.get(suggestion=item, name="accept")
    CaseEvent.objects.filter(pk=event.pk).delete()
    found = faults()
    assert f"第{event.seq}条不见了" in found[0].what
    assert found[0].where.startswith(f"事项 {item.pk} ")


@pytest.mark.usefixtures("unlocked")
def test_a_cut_off_end_is_seen_at_the_head_the_item_carries(item: Suggestion) -> None:
    CaseEvent.objects.filter(suggestion=item).order_by("-seq")[:1].get().delete()
    (fault,) = faults()
    assert fault.where == f"事项 {item.pk}"
    assert "末尾可能被删" in fault.what


@pytest.mark.usefixtures("unlocked")
def test_a_cut_off_end_with_the_items_head_moved_back_is_seen_at_the_daily_head(
    item: Suggestion,
) -> None:
    chain.close_days(now=MONDAY + timedelta(days=30))
    assert faults() == []
    last, before = CaseEvent.objects.filter(suggestion=item).order_by("-seq")[:2]
    last.delete()
    Suggestion.objects.filter(pk=item.pk).update(event_seq=before.seq, event_head=before.hash)
    (fault,) = faults()
    assert fault.where == f"{DailyHead.objects.get().day} 的链头"


@pytest.mark.usefixtures("unlocked")
def test_a_case_emptied_of_its_events_is_missed(item: Suggestion) -> None:
    CaseEvent.objects.filter(suggestion=item).delete()
    (fault,) = faults()
    assert fault == chain.Fault(f"事项 {item.pk}", "事件全部不见了")


@pytest.mark.usefixtures("unlocked")
def test_a_chain_rewritten_from_end_to_end_still_differs_from_the_published_head(
    item: Suggestion,
) -> None:
    chain.close_days(now=MONDAY + timedelta(days=30))
    head = ""
    for event in CaseEvent.objects.filter(suggestion=item).order_by("seq"):
        event.prev_hash = head
        head = rewritten(event, words=event.words.replace("受理", "已经受理"))
    Suggestion.objects.filter(pk=item.pk).update(event_head=head)
    (fault,) = faults()
    assert fault.where.endswith("的链头")


def test_daily_heads_link_to_one_another_and_cover_every_event_once(city: World) -> None:
    day = [MONDAY + timedelta(days=n) for n in range(5)]
    w.submit(city, at=day[0])
    assert chain.close_days(now=day[1]) == 1
    w.submit(city, at=day[1])
    assert chain.close_days(now=day[2]) == 1
    # Entered late, with an earlier date: the next head covers it.
    w.submit(city, at=day[0])
    assert chain.close_days(now=day[3]) == 1
    assert chain.close_days(now=day[3]) == 0
    heads = list(DailyHead.objects.order_by("day"))
    assert [h.day for h in heads] == [d.date() for d in day[:3]]
    assert [h.prev_head for h in heads] == ["", heads[0].head, heads[1].head]
    assert sum(h.events for h in heads) == CaseEvent.objects.count()
    assert len({h.head for h in heads}) == 3
    assert faults() == []


def test_a_quiet_day_has_a_head_that_still_hangs_on_the_one_before(city: World) -> None:
    w.submit(city)
    chain.close_days(now=MONDAY + timedelta(days=1))
    chain.close_days(now=MONDAY + timedelta(days=2))
    first, second = DailyHead.objects.order_by("day")
    assert (second.events, second.prev_head) == (0, first.head)
    assert second.head != first.head
    assert faults() == []


@pytest.mark.usefixtures("unlocked")
def test_a_daily_head_that_was_exchanged_is_named(city: World) -> None:
    for n in range(3):
        w.submit(city, at=MONDAY + timedelta(days=n))
        chain.close_days(now=MONDAY + timedelta(days=n + 1))
    second = DailyHead.objects.order_by("day")[1]
    DailyHead.objects.filter(pk=second.pk).update(head="0" * 64)
    assert faults()[0].where == f"{second.day} 的链头"


@pytest.mark.parametrize("act", ["update", "delete"])
@pytest.mark.parametrize("model", [CaseEvent, DailyHead])
def test_the_database_itself_refuses_to_change_or_delete_a_row(
    item: Suggestion, model: type[CaseEvent] | type[DailyHead], act: str
) -> None:
    chain.close_days(now=MONDAY + timedelta(days=30))
    rows = model.objects.filter(pk=model.objects.latest("pk").pk)
    field = "words" if model is CaseEvent else "head"
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        rows.delete() if act == "delete" else rows.update(**{field: "x"})
    assert faults() == []


def test_verify_chain_counts_the_events_and_names_the_newest_head(item: Suggestion) -> None:
    chain.close_days(now=MONDAY + timedelta(days=30))
    out = StringIO()
    call_command("verify_chain", stdout=out, no_color=True)
    assert f"{CaseEvent.objects.count()}条事件，全部相符" in out.getvalue()
    assert DailyHead.objects.get().head[:16] in out.getvalue()


@pytest.mark.usefixtures("unlocked")
def test_verify_chain_stops_at_the_first_fault_and_lists_all_of_them_when_asked(
    item: Suggestion,
) -> None:
    altered = CaseEvent.objects.filter(suggestion=item, machine="case").order_by("seq")[:3]
    for event in altered:
        CaseEvent.objects.filter(pk=event.pk).update(words="改过的话")
    with pytest.raises(CommandError) as first:
        call_command("verify_chain", stdout=StringIO())
    with pytest.raises(CommandError) as every:
        call_command("verify_chain", "--all", stdout=StringIO())
    assert str(first.value).splitlines() == str(every.value).splitlines()[:1]
    assert len(str(every.value).splitlines()) == 3
