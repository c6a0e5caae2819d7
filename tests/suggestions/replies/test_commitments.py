"""K18: a promise in an answer is a dated duty: reminded of, kept, moved with a reason, or missed at its legal moment."""

from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from suggestions.errors import Invalid, NotAllowed
from suggestions.models import (
    CaseEvent,
    Clock,
    ClockReminder,
    Commitment,
    Outbox,
    RecordEvent,
    Suggestion,
)
from suggestions.selectors import promises, units
from suggestions.services import chain, commitments, reminders, reopening, replying
from tests import world as w
from tests.world import MONDAY, World

PROMISED = date(2026, 12, 20)


def day(n: int) -> datetime:
    return MONDAY + timedelta(days=n)


def promised(city: World, **values: object) -> Commitment:
    facts = {"outcome": "planned", "commitment": "装好两张长椅", "committed_by": PROMISED, **values}
    item = w.submit(city).suggestion
    w.accept(city, item, at=day(1))
    w.dispatch(city, item, at=day(1))
    w.sign_in(city, item, at=day(2))
    reply = w.signed_reply(city, item, at=day(9), **facts)
    replying.approve(reply=reply, actor=city.actor("triage_officer"), at=day(10))
    w.publish(city, item, at=day(10))
    return reread(item)


def reread(item: Suggestion) -> Commitment:
    found = Commitment.objects.select_related("suggestion", "unit", "reply").get(suggestion=item)
    return found


def test_an_answer_with_a_date_makes_a_promise_whose_clock_runs_to_that_very_day(
    city: World,
) -> None:
    promise = promised(city)
    clock = Clock.objects.get(record_machine="commitment", record_id=promise.pk)
    assert (promise.status, promise.due_on, promise.unit) == ("open", PROMISED, city.bus)
    assert (clock.kind, clock.due_on, clock.holder_unit, clock.provisional) == (
        "K18", PROMISED, city.bus, False,
    )  # fmt: skip


def test_an_item_taken_into_study_owes_a_report_on_the_day_named(city: World) -> None:
    promise = promised(
        city, outcome="under_study", committed_by=None, next_report_on=PROMISED, commitment=""
    )
    assert (promise.kind, promise.promised_on) == ("report", PROMISED)


def test_the_unit_is_reminded_fifteen_and_three_working_days_before_once_each(city: World) -> None:
    promised(city)
    told = ClockReminder.objects.filter(clock__kind="K18", step__in=("far", "near"))
    reminders.send(now=datetime(2026, 11, 27, 9, tzinfo=MONDAY.tzinfo))
    assert told.count() == 0
    for moment in (datetime(2026, 11, 30, 9, tzinfo=MONDAY.tzinfo), datetime(2026, 12, 1, 9, tzinfo=MONDAY.tzinfo)):  # fmt: skip
        reminders.send(now=moment)
    assert [r.step for r in told] == ["far"]
    assert {u.username for r in told for u in r.told.all()} == {"liaison-bus", "handler-bus"}
    reminders.send(now=datetime(2026, 12, 16, 9, tzinfo=MONDAY.tzinfo))
    reminders.send(now=datetime(2026, 12, 17, 9, tzinfo=MONDAY.tzinfo))
    assert [r.step for r in told.order_by("pk")] == ["far", "near"]


def test_a_promise_kept_silent_is_missed_at_midnight_of_its_day_and_is_a_ground_to_reopen(
    city: World,
) -> None:
    promise = promised(city)
    item = promise.suggestion
    assert not reopening.missed(item)
    commitments.sweep(now=datetime(2026, 12, 20, 23, 59, tzinfo=MONDAY.tzinfo))
    promise.refresh_from_db()
    assert promise.status == "open"
    for _ in range(2):
        commitments.sweep(now=datetime(2026, 12, 24, 9, tzinfo=MONDAY.tzinfo))
    promise.refresh_from_db()
    assert (promise.status, promise.missed_on) == ("missed", PROMISED)
    lapse = CaseEvent.objects.get(suggestion=item, name="commitment_missed")
    assert lapse.at.astimezone(MONDAY.tzinfo) == datetime(2026, 12, 21, tzinfo=MONDAY.tzinfo)
    assert Outbox.objects.filter(payload__code="staff.commitment_missed").count() == 1
    assert reopening.missed(item)
    listed = units.promises(city.bus, at=datetime(2026, 12, 24, 9, tzinfo=MONDAY.tzinfo))
    assert (listed.late, listed.listed[0].days_late) == (1, 4)


def test_only_the_unit_that_promised_says_kept_and_says_how(city: World) -> None:
    promise = promised(city)
    with pytest.raises(NotAllowed):
        commitments.keep(
            commitment=promise, proof="两张长椅已经装好了，在站台两头。", kept_on=None,
            actor=city.actor("handler:water"), at=day(30),
        )  # fmt: skip
    with pytest.raises(Invalid) as caught:
        commitments.keep(
            commitment=promise, proof="装了", kept_on=date(2027, 1, 1), actor=city.actor("handler:bus"), at=day(30)
        )  # fmt: skip
    assert set(caught.value.errors) == {"proof", "kept_on"}
    commitments.keep(
        commitment=promise, proof="两张长椅已经装好了，在站台两头。", kept_on=date(2026, 11, 30),
        actor=city.actor("handler:bus"), at=day(30),
    )  # fmt: skip
    assert promise.status == "kept"
    assert not Clock.objects.filter(record_id=promise.pk, kind="K18", stopped_at=None).exists()
    assert Outbox.objects.filter(payload__code="author.commitment_kept").count() == 1
    listed = units.promises(city.bus, at=day(31))
    assert (listed.kept, listed.late) == (1, 0)
    assert list(chain.verify()) == []


def test_the_words_of_a_kept_promise_are_public_only_once_a_publisher_released_them(
    city: World, client: object
) -> None:
    promise = promised(city)
    proof = "两张长椅已经装好了，问老王13900001234。"
    commitments.keep(
        commitment=promise, proof=proof, kept_on=None, actor=city.actor("handler:bus"), at=day(30)
    )
    address = f"/suggestions/{promise.suggestion.case_no}/"
    page = client.get(address).content.decode()  # type: ignore[attr-defined]
    assert "做到了" in page
    assert "13900001234" not in page
    assert "老王" not in page
    commitments.release_proof(
        commitment=promise, text="两张长椅已经装好了。", actor=city.actor("publisher"), at=day(31)
    )
    promise.refresh_from_db()
    assert promise.public_proof == "两张长椅已经装好了。"


def test_a_new_date_needs_a_reason_tells_the_author_and_keeps_the_first_date(city: World) -> None:
    promise = promised(city)
    with pytest.raises(NotAllowed):
        commitments.renew(
            commitment=promise, day=date(2027, 1, 20), reason="货没到", actor=city.actor("handler:bus"), at=day(30)
        )  # fmt: skip
    head = city.actor("unit_head:bus")
    with pytest.raises(Invalid) as caught:
        commitments.renew(commitment=promise, day=PROMISED, reason=" ", actor=head, at=day(30))
    assert set(caught.value.errors) == {"day", "reason"}
    commitments.renew(
        commitment=promise, day=date(2027, 1, 20), reason="货没到", actor=head, at=day(30)
    )
    promise = reread(promise.suggestion)
    assert (promise.first_promised_on, promise.promised_on, promise.due_on) == (
        PROMISED, date(2027, 1, 20), date(2027, 1, 20),
    )  # fmt: skip
    assert Clock.objects.get(record_id=promise.pk, stopped_at=None).due_on == date(2027, 1, 20)
    told = CaseEvent.objects.get(name="commitment_renewed")
    assert "货没到" in told.words
    assert told.visibility == "author"


def test_a_new_answer_takes_the_place_of_an_older_promise(city: World) -> None:
    promise = promised(city)
    item = promise.suggestion
    w.rate(item, at=day(11), overall="dissatisfied", comment="太晚")
    reply = w.signed_reply(
        city, item, at=day(14), body=w.BODY + "我们把日期提前到十二月初。", outcome="planned",
        commitment="装好两张长椅", committed_by=date(2026, 12, 5),
    )  # fmt: skip
    replying.approve(reply=reply, actor=city.actor("triage_officer"), at=day(15))
    states = Commitment.objects.order_by("pk").values_list("status", flat=True)
    assert list(states) == ["replaced", "open"]
    assert RecordEvent.objects.filter(name="replace_commitment", suggestion=item).count() == 1


def test_the_database_refuses_a_kept_promise_without_day_and_words(city: World) -> None:
    promise = promised(city)
    with pytest.raises(IntegrityError), transaction.atomic():
        Commitment.objects.filter(pk=promise.pk).update(status="kept")


def test_a_unit_lists_its_own_promises_and_the_office_those_of_its_city(city: World) -> None:
    promise = promised(city)
    for who, expected in (("handler:bus", 1), ("handler:water", 0), ("supervisor", 1), ("analyst", 0)):  # fmt: skip
        listed = promises.commitments(city.users[who], "open")
        assert list(listed) == [promise][:expected], who
