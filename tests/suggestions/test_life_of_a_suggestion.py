"""The straight path and its first side ways, through the services, against a real database."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction
from django.db.models import F

from suggestions import outbox
from suggestions.actor import Actor
from suggestions.errors import DomainError, IdempotencyConflict, Invalid, NotAllowed, WrongState
from suggestions.models import CaseEvent, Clock, Outbox, Suggestion
from suggestions.services import chain, intake, lapses, replying, triage
from tests import world as w
from tests.world import MONDAY, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> World:
    return w.make_world()


def day(n: int):
    return MONDAY + timedelta(days=n)


def test_a_suggestion_goes_from_submission_to_a_closed_case_with_an_event_at_each_step(
    city: World,
) -> None:
    item, _ = w.answered(city)
    w.rate(item, at=day(12))
    item.refresh_from_db()
    assert item.status == "closed"
    assert item.publication == "published"
    assert item.evaluation_state == "evaluated"
    names = list(
        CaseEvent.objects.filter(suggestion=item, machine="case")
        .order_by("seq")
        .values_list("name", flat=True)
    )
    assert names == [
        "submit",
        "register",
        "accept",
        "dispatch",
        "sign_in",
        "submit_reply",
        "pass_reply",
        "close",
    ]
    assert list(chain.verify()) == []
    assert list(
        Clock.objects.filter(suggestion=item, stopped_at=None).values_list("kind", flat=True)
    ) == ["K20"]


def test_the_public_text_comes_from_the_masked_one_and_holds_no_phone(city: World) -> None:
    item, _ = w.answered(city, problem="站台没有座位，老人站着等很久。想问情况打19900001234找我。")
    assert "19900001234" in item.original_problem
    assert "19900001234" not in item.public_problem
    assert "手机号" in item.public_problem


def test_the_same_form_sent_twice_gives_the_same_receipt(city: World) -> None:
    first = w.submit(city, key="k" * 32)
    again = w.submit(city, key="k" * 32)
    assert (again.suggestion.pk, again.query_code, again.token) == (
        first.suggestion.pk,
        first.query_code,
        first.token,
    )
    assert not again.created
    assert Suggestion.objects.count() == 1
    with pytest.raises(IdempotencyConflict):
        w.submit(city, key="k" * 32, title="人民路公交站加两张长椅")


def test_an_invalid_submission_names_each_field_and_stores_nothing(city: World) -> None:
    with pytest.raises(Invalid) as caught:
        w.submit(city, title="短", problem=" \u0000 ", phone="1990000123")
    assert set(caught.value.errors) == {"title", "problem", "phone"}
    assert "现在是10位" in caught.value.errors["phone"][0]
    assert Suggestion.objects.count() == 0


def test_a_supplement_pauses_the_registration_clock_and_moves_its_due_date(city: World) -> None:
    item = w.submit(city).suggestion
    before = Clock.objects.get(suggestion=item, kind="K2").due_on
    triage.request_supplement(
        suggestion=item, asked="请说明是哪个站台", actor=city.actor("triage_officer"), at=day(1)
    )
    assert item.due_kind == "K10"
    intake.supplement(suggestion=item, answer="人民路北站台", actor=Actor.author(), at=day(4))
    assert Clock.objects.get(suggestion=item, kind="K2").due_on == before + timedelta(days=3)
    with pytest.raises(DomainError, match="只能请一次"):
        triage.request_supplement(
            suggestion=item, asked="再补", actor=city.actor("triage_officer"), at=day(5)
        )


def test_a_supplement_that_never_comes_lapses_at_midnight_of_its_due_day(city: World) -> None:
    item = w.submit(city).suggestion
    triage.request_supplement(
        suggestion=item, asked="请说明是哪个站台", actor=city.actor("triage_officer"), at=day(1)
    )
    due = Clock.objects.get(suggestion=item, kind="K10").due_on
    lapses.run(now=day(40))
    item.refresh_from_db()
    assert item.status == "registered"
    lapse = CaseEvent.objects.get(suggestion=item, name="supplement_expired")
    assert lapse.at.astimezone(MONDAY.tzinfo).date() == due + timedelta(days=1)


def test_silence_after_the_window_closes_the_case_as_not_evaluated(city: World) -> None:
    item, _ = w.answered(city)
    lapses.run(now=day(60))
    item.refresh_from_db()
    assert (item.status, item.evaluation_state, item.overall) == ("closed", "expired", "")


def test_a_dissatisfied_author_starts_a_rectification_and_the_second_reply_stands_beside_the_first(
    city: World,
) -> None:
    item, _ = w.answered(city)
    w.rate(item, at=day(11), overall="dissatisfied", solved="no", comment="没装")
    assert item.status == "rectifying"
    assert item.due_kind == "K15"
    with pytest.raises(Invalid, match="和上一次一样"):
        w.signed_reply(city, item, at=day(14))
    reply = replying.current_reply(item)
    assert reply is not None
    reply = w.signed_reply(city, item, at=day(15), body=w.BODY + "现已于11月16日装好，您可以去看。")
    replying.approve(reply=reply, actor=city.actor("triage_officer"), at=day(16))
    assert item.status == "answered"
    assert item.evaluation_state == "invited"
    assert item.replies.filter(state="approved").count() == 2


def test_a_reply_sent_back_begins_a_new_version_and_keeps_the_old_one(city: World) -> None:
    item = w.submit(city).suggestion
    w.accept(city, item, at=day(1))
    w.dispatch(city, item, at=day(1))
    w.sign_in(city, item, at=day(2))
    reply = w.signed_reply(city, item, at=day(5))
    replying.send_back(
        reply=reply, reason="没有写日期", actor=city.actor("triage_officer"), at=day(6)
    )
    assert item.status == "handling"
    second = replying.save_draft(
        suggestion=item, actor=city.actor("handler:bus"), at=day(7), body="改" * 40
    )
    assert second.number == 2
    assert second.contact == reply.contact
    assert item.replies.get(number=1).state == "sent_back"


def test_a_planned_outcome_needs_a_date_and_a_refusal_a_reason(city: World) -> None:
    item = w.submit(city).suggestion
    w.accept(city, item, at=day(1))
    w.dispatch(city, item, at=day(1))
    w.sign_in(city, item, at=day(2))
    with pytest.raises(Invalid) as caught:
        w.signed_reply(city, item, at=day(5), outcome="planned")
    assert "committed_by" in caught.value.errors
    with pytest.raises(Invalid) as caught:
        w.signed_reply(city, item, at=day(5), outcome="not_adopted")
    assert "reason" in caught.value.errors
    w.signed_reply(city, item, at=day(5), outcome="planned", committed_by=date(2027, 3, 1))


def test_the_lead_waits_for_its_co_unit_or_says_why_not(city: World) -> None:
    item = w.submit(city).suggestion
    w.accept(city, item, at=day(1))
    w.dispatch(city, item, at=day(1), co=True)
    w.sign_in(city, item, at=day(2))
    with pytest.raises(Invalid, match="市水务局"):
        w.signed_reply(city, item, at=day(5))
    reply = replying.current_reply(item)
    assert reply is not None
    reply.suggestion = item
    replying.sign(reply=reply, actor=city.actor("unit_head:bus"), at=day(5), note="水务局口头同意")
    assert item.status == "reply_review"


def test_only_declared_roles_and_states_may_move_a_case(city: World) -> None:
    item = w.submit(city).suggestion
    with pytest.raises(NotAllowed):
        triage.accept(suggestion=item, topic=city.topic, actor=city.actor("handler:bus"), at=day(1))
    with pytest.raises(WrongState):
        w.dispatch(city, item, at=day(1))


def test_what_is_not_a_suggestion_is_pointed_to_a_channel_that_handles_it(city: World) -> None:
    item = w.submit(city).suggestion
    officer = city.actor("triage_officer")
    with pytest.raises(Invalid):
        triage.redirect(
            suggestion=item,
            category="litigation_related",
            target=city.target,
            words="",
            actor=officer,
            at=day(1),
        )
    triage.redirect(
        suggestion=item,
        category="appeal_claim",
        target=city.target,
        words="",
        actor=officer,
        at=day(1),
    )
    assert item.status == "redirected"
    assert item.public_group == ""


def test_the_database_itself_refuses_to_change_or_delete_an_event(city: World) -> None:
    item = w.submit(city).suggestion
    with pytest.raises(DatabaseError), transaction.atomic():
        CaseEvent.objects.filter(suggestion=item).update(words="改过")
    with pytest.raises(DatabaseError), transaction.atomic():
        CaseEvent.objects.filter(suggestion=item).delete()


def test_effects_wait_in_the_outbox_and_are_carried_out_once(city: World) -> None:
    item, _ = w.answered(city)
    waiting = Outbox.objects.filter(done_at=None)
    assert waiting.filter(kind="index").exists()
    assert waiting.filter(kind="author_notice").exists()
    outbox.deliver(now=day(400))
    assert not Outbox.objects.filter(done_at=None, kind="index").exists()
    assert (
        outbox.deliver(now=day(400)) == 0
        or not Outbox.objects.filter(kind="index", attempts__gt=1).exists()
    )
    assert Suggestion.objects.filter(pk=item.pk, version__gt=F("event_seq") - 1).exists()
