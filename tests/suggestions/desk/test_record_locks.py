"""A colleague's open form of a record stands in the way of the same side's, no word is lost, and a reason takes it over."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.notices.models import StaffNotice
from suggestions import outbox
from suggestions.models import (
    CaseEvent,
    IdentityGrant,
    RecordEvent,
    RecordLock,
    Suggestion,
    SupervisionOrder,
)
from suggestions.services import identity, locks, supervising
from tests import world as w
from tests.suggestions.desk.cast import main_text, parsed, sign_in
from tests.world import World

pytestmark = pytest.mark.django_db
WHY = "她今天请假，这件到期"


def proposed(city: World) -> str:
    order = supervising.propose(
        jurisdiction=city.jurisdiction, rule="other", evidence=["同类建议半年里提过三次。"], suggestion=w.submit(city).suggestion,
        actor=city.actor("triage_officer"), at=timezone.now(),
    )  # fmt: skip
    return reverse("desk:record_act", args=["supervision", order.pk, "dismiss"])


def asked(city: World) -> str:
    grant = identity.ask(
        kind="break_glass", reason="有人报告孩子走失", suggestion=w.submit(city).suggestion,
        actor=city.actor("triage_officer"), at=timezone.now(),
    )  # fmt: skip
    return reverse("desk:privacy_record", args=["grants", grant.pk])


def answered(city: World) -> str:
    item, _receipt = w.answered(city, at=timezone.now() - timedelta(days=12), published=False)
    return reverse("desk:after", args=[item.case_no, "reopen"])


CASES: dict[str, tuple[Callable[[World], str], dict[str, str], str]] = {
    "an order": (proposed, {"reason": "单位当天已经补上，不用督办。"}, "reason"),
    "a request for an identity": (
        asked, {"act": "identity_refuse", "words": "办理用不到，不批准。"}, "words",
    ),
    "what follows an answer": (
        answered, {"ground": "new_facts", "reason": "路口又塌了一块，和答复说的不一样。"}, "reason",
    ),
}  # fmt: skip


def version(page: object) -> dict[str, str]:
    found = parsed(page).find("input", {"name": "version"})
    return {"version": str(found["value"])} if found else {}


@pytest.mark.parametrize("name", CASES)
def test_of_two_officers_at_one_form_the_second_is_told_and_takes_over_with_a_reason(
    city: World, name: str
) -> None:
    make, sent, field = CASES[name]
    address = make(city)
    assert "正在处理" not in main_text(sign_in(city, "leader").get(address))
    ours = sign_in(city, "supervisor")
    page = ours.get(address)
    who = f"{city.users['leader']}正在处理"
    assert who in main_text(page)
    sent = {**sent, **version(page)}
    before = RecordEvent.objects.count(), CaseEvent.objects.count()
    refused = ours.post(address, sent)
    assert refused.status_code == 422
    assert who in main_text(refused)
    typed = parsed(refused).select(f"input[name={field}], textarea[name={field}]")
    assert sent[field] in [(t.get("value") or t.text).strip() for t in typed]
    short = ours.post(address, {**sent, "take_over_reason": "急"})
    assert short.status_code == 422
    assert parsed(short).find("input", {"name": "take_over_reason"})["value"] == "急"
    assert (RecordEvent.objects.count(), CaseEvent.objects.count()) == before
    done = ours.post(address, {**sent, "take_over_reason": WHY})
    assert done.status_code == 302
    events = [*RecordEvent.objects.all(), *CaseEvent.objects.all()]
    assert [e.reason for e in events if e.name == "lock_taken_over"] == [WHY]
    assert not RecordLock.objects.exists()


def test_the_colleague_who_lost_a_record_of_a_case_is_told(
    city: World, django_capture_on_commit_callbacks: Callable[..., object]
) -> None:
    address = proposed(city)
    sign_in(city, "leader").get(address)
    ours = sign_in(city, "supervisor")
    page = ours.get(address)
    ours.post(address, {"reason": "不用督办了。", "take_over_reason": WHY, **version(page)})
    while outbox.deliver(now=timezone.now() + timedelta(days=1)):
        pass
    told = StaffNotice.objects.filter(code="staff.taken_over")
    assert [n.user for n in told] == [city.users["leader"]]


def test_the_colleague_who_lost_a_record_of_no_case_is_told_too_and_led_to_it(city: World) -> None:
    order = supervising.propose(
        jurisdiction=city.jurisdiction, rule="other", evidence=["同类事项半年里提过三次。"], unit=city.bus,
        actor=city.actor("triage_officer"), at=timezone.now(),
    )  # fmt: skip
    assert order is not None
    address = reverse("desk:record_act", args=["supervision", order.pk, "dismiss"])
    sign_in(city, "leader").get(address)
    ours = sign_in(city, "supervisor")
    page = ours.get(address)
    ours.post(address, {"reason": "不用督办了。", "take_over_reason": WHY, **version(page)})
    for _twice in range(2):
        while outbox.deliver(now=timezone.now() + timedelta(days=1)):
            pass
    told = StaffNotice.objects.get(code="staff.record_taken_over")
    assert told.user == city.users["leader"]
    assert told.text == "您正在处理的一条“督办”，由同事接手了"
    assert told.url == reverse("desk:record", args=["supervision", order.pk])
    assert sign_in(city, "leader").get(told.url).status_code == 200


def test_one_side_does_not_wait_for_another_and_who_is_through_stands_in_nobodys_way(
    city: World,
) -> None:
    address = asked(city)
    sign_in(city, "privacy_officer").get(address)
    boss = sign_in(city, "leader")
    boss.get(address)
    assert RecordLock.objects.count() == 2
    assert boss.post(address, {"act": "identity_grant"}).status_code == 302
    second = sign_in(city, "supervisor").post(address, {"act": "identity_grant"})
    assert second.status_code == 302
    assert IdentityGrant.objects.get().status == "granted"


def test_who_only_reads_a_record_locks_nothing(city: World) -> None:
    address = asked(city)
    grant = IdentityGrant.objects.get()
    sign_in(city, "leader").post(address, {"act": "identity_refuse", "words": "用不到，不批。"})
    grant.refresh_from_db()
    assert grant.status == "refused"
    sign_in(city, "supervisor").get(address)
    assert not RecordLock.objects.exists()


def test_a_ping_keeps_a_records_lock_alive_tells_who_lost_it_and_a_night_later_it_is_gone(
    city: World,
) -> None:
    address = proposed(city)
    client = sign_in(city, "leader")
    client.get(address)
    order = SupervisionOrder.objects.get()
    ping = reverse("desk:record_lock_renew", args=["supervision", order.pk])
    assert client.post(ping, {"act": "dismiss"}).status_code == 204
    assert client.post(ping, {"act": "no-such-act"}).status_code == 404
    assert sign_in(city, "handler:bus").post(ping, {"act": "dismiss"}).status_code in (403, 404)
    assert Client().post(ping, {"act": "dismiss"}).status_code == 302
    other = sign_in(city, "supervisor")
    lost = other.post(ping, {"act": "dismiss"})
    assert lost.status_code == 409
    assert "正在处理这条记录" in lost.content.decode()
    later = timezone.now() + timedelta(days=2)
    assert locks.forget(now=later) == 1


def test_a_case_is_not_locked_by_who_works_on_a_record_of_it(city: World) -> None:
    sign_in(city, "leader").get(proposed(city))
    item = Suggestion.objects.get()
    assert locks.take(suggestion=item, actor=city.actor("supervisor"), at=timezone.now()).mine
