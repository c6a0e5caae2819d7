"""T15, T16: what follows a bad rating, and what a second answer must be. Merged authors rate like any other."""

from datetime import datetime, timedelta

import pytest

from suggestions.actor import Actor
from suggestions.errors import Invalid, NotAllowed, WrongState
from suggestions.models import Assignment, Clock, Evaluation, Outbox, Suggestion
from suggestions.services import delivering, evaluating, rectifying, replying, triage
from tests import world as w
from tests.world import BODY, MONDAY, World

NEW_BODY = BODY + "另外，您说没有装好，我们11月16日又去看了，长椅已经固定好。"


def day(n: int) -> datetime:
    return MONDAY + timedelta(days=n)


@pytest.fixture
def unhappy(city: World) -> Suggestion:
    item, _ = w.answered(city)
    w.rate(item, at=day(11), overall="dissatisfied", solved="no", comment="长椅没装")
    return item


def draft(city: World, item: Suggestion, **values: object) -> object:
    """A second answer handed to the head for signature."""
    reply = replying.save_draft(
        suggestion=item, actor=city.actor("handler:bus"), at=day(14),
        **{"body": NEW_BODY, "outcome": "adopted", "contact": "公交科 0380-555 0131", **values},
    )  # fmt: skip
    replying.ask_for_signature(reply=reply, actor=city.actor("handler:bus"), at=day(14))
    reply.suggestion = item
    return reply


def talk(city: World, item: Suggestion, *, at: datetime) -> None:
    delivering.log_contact(
        suggestion=item, way="phone", reached=True, words="说明了长椅的位置", actor=city.actor("handler:bus"), at=at
    )  # fmt: skip


def sign(city: World, reply: object) -> object:
    return replying.sign(reply=reply, actor=city.actor("unit_head:bus"), at=day(14))  # type: ignore[arg-type]


def parts(item: Suggestion) -> list[dict[str, object]]:
    return [{"kind": "reason", "ref": e.pk, "answer": "已固定好"} for e in rectifying.reasons(item)]


def test_a_second_answer_is_refused_until_each_reason_of_the_author_is_answered(
    city: World, unhappy: Suggestion
) -> None:
    talk(city, unhappy, at=day(12))
    with pytest.raises(Invalid, match="长椅没装"):
        sign(city, draft(city, unhappy))
    sign(city, draft(city, unhappy, parts=parts(unhappy)))
    assert unhappy.status == "reply_review"


def test_a_second_answer_is_refused_before_the_unit_has_talked_with_the_author(
    city: World, unhappy: Suggestion
) -> None:
    talk(city, unhappy, at=day(10))  # before the bad rating: does not count
    with pytest.raises(Invalid, match="先联系建议人"):
        sign(city, draft(city, unhappy, parts=parts(unhappy)))


def test_a_second_answer_that_only_changes_a_date_is_the_first_one_again(
    city: World, unhappy: Suggestion
) -> None:
    talk(city, unhappy, at=day(12))
    body = BODY.replace("12月20日", "12月28日")
    with pytest.raises(Invalid, match="和上一次一样"):
        sign(city, draft(city, unhappy, body=body, parts=parts(unhappy)))


def test_the_guard_holds_also_after_a_send_back_from_the_review(
    city: World, unhappy: Suggestion
) -> None:
    talk(city, unhappy, at=day(12))
    reply = sign(city, draft(city, unhappy, parts=parts(unhappy)))
    replying.send_back(
        reply=reply, reason="没写位置", actor=city.actor("triage_officer"), at=day(15)  # type: ignore[arg-type]
    )  # fmt: skip
    assert unhappy.status == "handling"
    with pytest.raises(Invalid, match="和上一次一样"):
        sign(city, draft(city, unhappy, body=BODY))


def test_both_answers_stand_and_the_first_is_not_changed(city: World, unhappy: Suggestion) -> None:
    first = unhappy.replies.get(number=1)
    reply = w.signed_reply(city, unhappy, at=day(14), body=NEW_BODY)
    replying.approve(reply=reply, actor=city.actor("triage_officer"), at=day(15))
    kept = unhappy.replies.get(number=1)
    assert (kept.body, kept.state, kept.delivered_at) == (
        first.body,
        "approved",
        first.delivered_at,
    )
    assert unhappy.replies.filter(state="approved").count() == 2
    assert "对上次评价意见的回应" in unhappy.replies.get(number=2).full_text


def test_a_second_dissatisfaction_closes_and_asks_the_supervisor_who_may_order_another_round(
    city: World, unhappy: Suggestion
) -> None:
    reply = w.signed_reply(city, unhappy, at=day(14), body=NEW_BODY)
    replying.approve(reply=reply, actor=city.actor("triage_officer"), at=day(15))
    w.rate(unhappy, at=day(16), overall="dissatisfied", solved="no", comment="还是晃")
    assert unhappy.status == "closed"
    assert Outbox.objects.filter(payload__code="staff.still_dissatisfied").count() == 1
    with pytest.raises(NotAllowed):
        rectifying.order(
            suggestion=unhappy, reason="再修", actor=city.actor("triage_officer"), at=day(17)
        )
    rectifying.order(
        suggestion=unhappy, reason="把椅脚固定", actor=city.actor("supervisor"), at=day(17)
    )
    assert (unhappy.status, unhappy.due_kind, unhappy.closed_at) == ("rectifying", "K15", None)
    running = set(unhappy.clocks.filter(stopped_at=None).values_list("kind", flat=True))
    assert running == {"K15"} | (running & {"K12"})
    assert [e.comment for e in rectifying.reasons(unhappy)] == ["还是晃"]


# Merged authors


@pytest.fixture
def joined(city: World) -> tuple[Suggestion, Suggestion]:
    """A primary and an item merged under it before the answer."""
    primary = w.submit(city).suggestion
    w.accept(city, primary, at=day(1))
    w.dispatch(city, primary, at=day(1))
    w.sign_in(city, primary, at=day(2))
    other = w.submit(city, at=day(2), phone="19900005678", title="人民路站台没有座位").suggestion
    triage.merge(
        suggestion=other, primary=primary, why="同一站台", actor=city.actor("triage_officer"), at=day(3)
    )  # fmt: skip
    reply = w.signed_reply(city, primary, at=day(9))
    replying.approve(reply=reply, actor=city.actor("triage_officer"), at=day(10))
    other.refresh_from_db()
    return primary, other


def test_a_merged_author_is_invited_and_rates_the_primarys_answer_once(
    joined: tuple[Suggestion, Suggestion],
) -> None:
    primary, other = joined
    assert other.evaluation_state == "invited"
    assert Clock.objects.filter(suggestion=other, kind="K13", stopped_at=None).count() == 1
    rating = w.rate(other, at=day(11))
    assert (rating.suggestion, rating.reply.suggestion_id) == (other, primary.pk)
    assert (other.status, other.evaluation_state) == ("merged", "evaluated")
    w.rate(primary, at=day(12))
    assert primary.status == "closed"
    assert Evaluation.objects.filter(reply__suggestion=primary).count() == 2


def test_a_merged_authors_first_dissatisfaction_sends_the_primary_back_and_is_answered(
    city: World, joined: tuple[Suggestion, Suggestion]
) -> None:
    primary, other = joined
    w.rate(other, at=day(11), overall="dissatisfied", comment="对面站台也没有")
    primary.refresh_from_db()
    assert primary.status == "rectifying"
    with pytest.raises(WrongState):
        w.rate(primary, at=day(11))
    reply = w.signed_reply(city, primary, at=day(14), body=NEW_BODY)
    assert "对面站台也没有" not in reply.full_text, (
        "one author's words are not put into another's letter"
    )
    replying.approve(reply=reply, actor=city.actor("triage_officer"), at=day(15))
    other.refresh_from_db()
    assert other.evaluation_state == "invited"


def test_a_window_that_passed_in_silence_opens_again_on_request_within_ninety_days(
    city: World,
) -> None:
    item, _ = w.answered(city, published=False)
    from suggestions.services import lapses

    lapses.evaluations(now=day(40))
    item.refresh_from_db()
    assert (item.status, item.evaluation_state, item.overall) == ("closed", "expired", "")
    evaluating.reopen(suggestion=item, actor=Actor.author(), at=day(60))
    w.rate(item, at=day(61), overall="dissatisfied", comment="后来坏了")
    assert item.status == "rectifying", "the first round is automatic, also after the close"


def test_after_ninety_days_the_window_stays_shut(city: World) -> None:
    item, _ = w.answered(city, published=False)
    from suggestions.errors import DomainError
    from suggestions.services import lapses

    lapses.evaluations(now=day(40))
    item.refresh_from_db()
    with pytest.raises(DomainError, match="90天"):
        evaluating.reopen(suggestion=item, actor=Actor.author(), at=day(10 + 91))


def test_one_reminder_goes_out_on_the_seventh_day_and_never_a_second(city: World) -> None:
    w.answered(city, published=False)
    sent = Outbox.objects.filter(payload__code="author.rate_reminder")
    evaluating.remind(now=day(16))
    assert sent.count() == 0
    evaluating.remind(now=day(17))
    evaluating.remind(now=day(18))
    assert sent.count() == 1


def test_the_lead_takes_a_co_units_opinion_into_the_answer_under_its_name(city: World) -> None:
    from suggestions.services import assignment

    item = w.submit(city).suggestion
    w.accept(city, item, at=day(1))
    w.dispatch(city, item, at=day(1), co=True)
    w.sign_in(city, item, at=day(2))
    part = item.assignments.get(part=Assignment.Part.CO)
    part.suggestion = item
    assignment.sign_in(assignment=part, actor=city.actor("liaison:water"), at=day(2))
    assignment.give_opinion(
        assignment=part, opinion="雨水口已清掏，站台不再积水。", actor=city.actor("liaison:water"), at=day(3)
    )  # fmt: skip
    writer = city.actor("handler:bus")
    replying.save_draft(suggestion=item, actor=writer, at=day(4), body=BODY)
    reply = replying.adopt_opinion(suggestion=item, part=part, actor=writer, at=day(4))
    assert "（市水务局）\n雨水口已清掏，站台不再积水。" in reply.full_text
    with pytest.raises(Invalid, match="已经在"):
        replying.adopt_opinion(suggestion=item, part=part, actor=writer, at=day(5))
    with pytest.raises(NotAllowed):
        replying.adopt_opinion(
            suggestion=item, part=part, actor=city.actor("handler:water"), at=day(5)
        )
