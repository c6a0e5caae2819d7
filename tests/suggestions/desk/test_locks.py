"""Two officers and one item: who is at work is seen, lapses by itself, may be taken over, and nothing typed is lost."""

import threading
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection, connections
from django.urls import reverse

from suggestions.actor import Actor
from suggestions.errors import DomainError, Invalid
from suggestions.models import CaseEvent, CaseLock, Outbox, Suggestion
from suggestions.services import locks
from tests import world as w
from tests.suggestions.desk.cast import act_url, item_url, main_text, parsed, sign_in
from tests.world import MONDAY, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def item(city: World) -> Suggestion:
    return w.submit(city).suggestion


def test_an_open_form_is_seen_by_colleagues_with_its_hour_and_lapses_by_itself(
    city: World, item: Suggestion
) -> None:
    with time_machine.travel(MONDAY + timedelta(hours=1, minutes=32), tick=False):
        sign_in(city, "triage_officer").get(act_url(item, "accept"))
        colleague = sign_in(city, "triage_officer_2")
        said = f"{city.users['triage_officer']}正在处理这件建议，10:32起。"
        assert said in main_text(colleague.get(item_url(item)))
        assert said in main_text(colleague.get(act_url(item, "accept")))
        assert said not in main_text(sign_in(city, "triage_officer").get(item_url(item)))
    with time_machine.travel(MONDAY + timedelta(hours=1, minutes=43), tick=False):
        colleague = sign_in(city, "triage_officer_2")
        assert "正在处理" not in main_text(colleague.get(act_url(item, "accept")))
        assert CaseLock.objects.get().user == city.users["triage_officer_2"]


def test_a_ping_keeps_the_lock_and_tells_who_lost_it_by_whom(city: World, item: Suggestion) -> None:
    first, second = sign_in(city, "triage_officer"), sign_in(city, "triage_officer_2")
    first.get(act_url(item, "accept"))
    ping = reverse("desk:lock_renew", args=[item.case_no])
    assert first.post(ping, {"act": "accept"}).status_code == 204
    second.post(
        reverse("desk:lock", args=[item.case_no]), {"act": "accept", "reason": "他今天请假了"}
    )
    answer = first.post(ping, {"act": "accept"})
    assert answer.status_code == 409
    assert str(city.users["triage_officer_2"]) in answer.content.decode()


def test_a_lock_begins_anew_when_the_clock_was_set_back(city: World, item: Suggestion) -> None:
    officer, at = city.actor("triage_officer"), MONDAY
    locks.take(suggestion=item, actor=officer, at=at)
    earlier = at - timedelta(days=2)
    assert locks.take(suggestion=item, actor=officer, at=earlier).mine
    assert not locks.renew(suggestion=item, actor=officer, at=earlier - timedelta(days=1))


def test_taking_over_needs_a_reason_that_stays_and_is_told(city: World, item: Suggestion) -> None:
    sign_in(city, "triage_officer").get(act_url(item, "accept"))
    second = sign_in(city, "triage_officer_2")
    address = reverse("desk:lock", args=[item.case_no])
    refused = second.post(address, {"act": "accept", "reason": "急"})
    assert refused.status_code == 422
    assert parsed(refused).find("input", {"name": "reason"})["value"] == "急"
    answer = second.post(address, {"act": "accept", "reason": "他今天请假，这件今天到期"})
    assert answer["Location"] == act_url(item, "accept")
    event = CaseEvent.objects.get(suggestion=item, name="lock_taken_over")
    assert event.reason == "他今天请假，这件今天到期"
    assert event.visibility == "staff"
    told = Outbox.objects.get(payload__code="staff.taken_over")
    assert told.payload["users"] == [city.users["triage_officer"].pk]


def test_the_one_taken_over_from_keeps_what_was_typed_and_reads_who_has_it(
    city: World, item: Suggestion
) -> None:
    first, second = sign_in(city, "triage_officer"), sign_in(city, "triage_officer_2")
    opened = parsed(first.get(act_url(item, "request_supplement")))
    version = opened.find("input", {"name": "version"})["value"]
    second.post(reverse("desk:lock", args=[item.case_no]), {"reason": "他今天请假了"})
    answer = first.post(
        act_url(item, "request_supplement"), {"asked": "请告诉我们是哪一站", "version": version}
    )
    assert answer.status_code == 422
    assert "请告诉我们是哪一站" in parsed(answer).find("textarea", {"name": "asked"}).text
    assert f"{city.users['triage_officer_2']}正在处理" in main_text(answer)
    item.refresh_from_db()
    assert item.status == "registered"


def test_who_comes_second_reads_who_did_what_and_keeps_the_text(
    city: World, item: Suggestion
) -> None:
    first = sign_in(city, "triage_officer")
    version = parsed(first.get(act_url(item, "request_supplement"))).find(
        "input", {"name": "version"}
    )["value"]
    CaseLock.objects.all().delete()
    w.triage.accept(
        suggestion=item, topic=city.topic, actor=city.actor("triage_officer_2"), at=MONDAY
    )
    answer = first.post(
        act_url(item, "request_supplement"), {"asked": "请告诉我们是哪一站", "version": version}
    )
    assert answer.status_code == 422
    assert "请告诉我们是哪一站" in parsed(answer).find("textarea", {"name": "asked"}).text
    text = main_text(answer)
    assert f"刚才：{city.users['triage_officer_2']}09:00" in text


def test_an_act_that_is_done_lets_the_lock_go(city: World, item: Suggestion) -> None:
    client = sign_in(city, "triage_officer")
    client.get(act_url(item, "accept"))
    client.post(act_url(item, "accept"), {"topic": "bus", "urgency": "normal"})
    assert not CaseLock.objects.exists()


def test_a_unit_at_work_is_not_in_the_offices_way(city: World, item: Suggestion) -> None:
    unit = locks.take(suggestion=item, actor=city.actor("handler:bus"), at=MONDAY)
    office = locks.take(suggestion=item, actor=city.actor("triage_officer"), at=MONDAY)
    assert unit.mine
    assert office.mine
    other = locks.take(suggestion=item, actor=city.actor("triage_officer_2"), at=MONDAY)
    assert not other.mine


def test_a_free_lock_cannot_be_taken_over_nor_any_without_a_reason(
    city: World, item: Suggestion
) -> None:
    officer = city.actor("triage_officer")
    with pytest.raises(DomainError, match="直接办"):
        locks.take_over(suggestion=item, actor=officer, reason="因为要办这一件", at=MONDAY)
    locks.take(suggestion=item, actor=city.actor("triage_officer_2"), at=MONDAY)
    with pytest.raises(Invalid):
        locks.take_over(suggestion=item, actor=officer, reason="  ", at=MONDAY)


def test_somebody_who_may_not_read_the_item_finds_no_lock(city: World, item: Suggestion) -> None:
    client = sign_in(city, "handler:water")
    for name in ("desk:lock", "desk:lock_renew"):
        address = reverse(name, args=[item.case_no])
        assert client.post(address, {"reason": "我来看看这件"}).status_code == 404


@pytest.mark.skipif(connection.vendor != "postgresql", reason="needs real concurrent writers")
@pytest.mark.django_db(transaction=True)
def test_of_many_who_open_a_form_at_one_instant_exactly_one_holds_the_lock() -> None:
    city = w.make_world()
    item = w.submit(city).suggestion
    names = ["triage_officer", "triage_officer_2", "supervisor", "leader"]
    start, held = threading.Barrier(len(names)), []

    def open_form(actor: Actor) -> None:
        start.wait()
        try:
            held.append(locks.take(suggestion=item, actor=actor, at=MONDAY).mine)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=open_form, args=(city.actor(n),)) for n in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(held) == [False, False, False, True]
    assert CaseLock.objects.count() == 1


@pytest.mark.skipif(connection.vendor != "postgresql", reason="needs real concurrent writers")
@pytest.mark.django_db(transaction=True)
def test_of_two_who_take_over_at_one_instant_one_wins_and_the_other_is_told() -> None:
    city = w.make_world()
    item = w.submit(city).suggestion
    locks.take(suggestion=item, actor=city.actor("triage_officer"), at=MONDAY)
    start, said = threading.Barrier(2), []

    def take_over(actor: Actor) -> None:
        own: Any = Suggestion.objects.select_related("jurisdiction").get(pk=item.pk)
        start.wait()
        try:
            locks.take_over(suggestion=own, actor=actor, reason="这件今天到期", at=MONDAY)
            said.append("won")
        except DomainError as error:
            said.append(str(error))
        finally:
            connections.close_all()

    threads = [
        threading.Thread(target=take_over, args=(city.actor(n),))
        for n in ("triage_officer_2", "supervisor")
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    events = CaseEvent.objects.filter(suggestion=item, name="lock_taken_over").count()
    # One after the other is as good as at once: the second may take it over from the first, each with its event.
    assert said.count("won") == events >= 1
    assert CaseLock.objects.count() == 1
