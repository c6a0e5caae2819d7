"""Two people act on one item at the same instant: real threads on PostgreSQL. One wins, the other reads why not, and
nothing is doubled (issue 4, "what must hold").

    python -m tests.services --only postgres -- python -m pytest -p no:xdist tests/concurrency
"""

from typing import Any

from suggestions.errors import DomainError
from suggestions.models import Assignment, Evaluation, PublicationReview, Reply, Suggestion
from suggestions.services import (
    assignment,
    chain,
    co_signing,
    deciding,
    disputes,
    merging,
    publishing,
    replying,
    triage,
)
from tests import world as w
from tests.concurrency.racing import (
    DAY,
    HOUR,
    RACE,
    ROUNDS,
    at_once,
    events,
    fresh,
    given,
    nothing_doubled,
    one_wins,
    registered,
)
from tests.suggestions.desk.cast import act_url, parsed, sign_in
from tests.world import MONDAY, World

pytestmark = RACE


def test_of_two_officers_who_accept_at_once_one_accepts(city: World) -> None:
    for n in range(ROUNDS):
        item = registered(city, n)
        one, two = fresh(item), fresh(item)
        results = at_once(
            lambda one=one: w.accept(city, one, at=MONDAY + HOUR),
            lambda two=two: triage.accept(
                suggestion=two, topic=city.other_topic, actor=city.actor("triage_officer_2"), at=MONDAY + HOUR
            ),
        )  # fmt: skip
        one_wins(results)
        nothing_doubled(item)
        assert events(item, "accept") == 1


def test_an_item_is_accepted_or_refused_and_never_both(city: World) -> None:
    city.jurisdiction.refusal_second_look = False
    city.jurisdiction.save()
    for n in range(ROUNDS):
        item = registered(city, n)
        one, two = fresh(item), fresh(item)
        results = at_once(
            lambda one=one: w.accept(city, one, at=MONDAY + HOUR),
            lambda two=two: deciding.refuse(
                suggestion=two, reason="advertising", words="", actor=city.actor("triage_officer_2"), at=MONDAY + HOUR
            ),
        )  # fmt: skip
        one_wins(results)
        nothing_doubled(item)
        assert events(item, "accept") + events(item, "refuse") == 1


def test_a_proposal_to_refuse_and_an_acceptance_do_not_both_stand(city: World) -> None:
    for n in range(ROUNDS):
        item = registered(city, n)
        one, two = fresh(item), fresh(item)
        at_once(
            lambda one=one: w.accept(city, one, at=MONDAY + HOUR),
            lambda two=two: deciding.refuse(
                suggestion=two, reason="advertising", words="", actor=city.actor("triage_officer_2"), at=MONDAY + HOUR
            ),
        )  # fmt: skip
        nothing_doubled(item)
        now = fresh(item)
        assert not (now.status == "accepted" and deciding.pending(now) is not None)


def test_an_item_is_given_out_or_merged_and_never_both(city: World) -> None:
    primary = given(city, 900)
    for n in range(ROUNDS):
        item = registered(city, n)
        w.accept(city, item, at=MONDAY + HOUR)
        one, two = fresh(item), fresh(item)
        results = at_once(
            lambda one=one: w.dispatch(city, one, at=MONDAY + 2 * HOUR),
            lambda two=two: merging.merge(
                suggestion=two, primary=fresh(primary), why="同一件事", actor=city.actor("triage_officer_2"), at=MONDAY + 2 * HOUR
            ),
        )  # fmt: skip
        one_wins(results)
        nothing_doubled(item)
        now = fresh(item)
        assert (now.status == "merged") is (now.assignments.count() == 0)


def test_an_item_given_out_twice_at_once_has_one_lead(city: World) -> None:
    for n in range(ROUNDS):
        item = registered(city, n)
        w.accept(city, item, at=MONDAY + HOUR)
        one, two = fresh(item), fresh(item)
        results = at_once(
            lambda one=one: w.dispatch(city, one, at=MONDAY + 2 * HOUR),
            lambda two=two: assignment.dispatch(
                suggestion=two, lead=city.water, actor=city.actor("triage_officer_2"), at=MONDAY + 2 * HOUR
            ),
        )  # fmt: skip
        one_wins(results)
        nothing_doubled(item)
        lead = Assignment.objects.get(suggestion=item)
        assert lead.unit == fresh(item).lead_unit


def test_of_two_persons_of_a_unit_one_signs_in(city: World) -> None:
    for n in range(ROUNDS):
        item = given(city, n)

        def sign(who: str, item: Suggestion = item) -> Assignment:
            part = replying.lead_assignment(fresh(item))
            return assignment.sign_in(assignment=part, actor=city.actor(who), at=MONDAY + DAY)

        one_wins(at_once(lambda sign=sign: sign("liaison:bus"), lambda sign=sign: sign("handler:bus")))  # fmt: skip
        nothing_doubled(item)
        assert (events(item, "sign_in"), events(item, "unit_sign_in")) == (1, 1)


def test_a_unit_signs_in_or_the_office_takes_the_item_back(city: World) -> None:
    for n in range(ROUNDS):
        item = given(city, n)
        held = fresh(item)
        part = replying.lead_assignment(held)
        results = at_once(
            lambda part=part: assignment.sign_in(
                assignment=part, actor=city.actor("liaison:bus"), at=MONDAY + DAY
            ),
            lambda item=item: assignment.take_back(
                suggestion=fresh(item), reason="重新安排", actor=city.actor("triage_officer"), at=MONDAY + DAY
            ),
        )  # fmt: skip
        assert any(not isinstance(r, Exception) for r in results)
        assert all(isinstance(r, DomainError) for r in results if isinstance(r, Exception)), results
        nothing_doubled(item)
        now = fresh(item)
        assert (now.status, now.lead_unit) in (("accepted", None), ("handling", city.bus))
        if now.status == "accepted":
            assert not Assignment.objects.filter(suggestion=item, status="working").exists()


def test_a_unit_objects_or_the_office_moves_the_item_on(city: World) -> None:
    for n in range(ROUNDS):
        item = given(city, n)
        part = replying.lead_assignment(fresh(item))
        results = at_once(
            lambda part=part: disputes.object_to(
                assignment=part, reasons="站台座椅由道路管养单位统一设置，不在我单位职责之内，应由别的部门办理。",
                legal_basis="“三定”规定第六条", actor=city.actor("liaison:bus"), at=MONDAY + DAY,
            ),
            lambda item=item: assignment.reassign(
                suggestion=fresh(item), to=city.water, reason="职责在这里", actor=city.actor("triage_officer"), at=MONDAY + DAY
            ),
        )  # fmt: skip
        one_wins(results)
        nothing_doubled(item)
        now = fresh(item)
        lead = assignment.active_lead(now)
        assert lead is not None
        assert lead.unit_id == now.lead_unit_id


def signed(city: World, n: int) -> tuple[Suggestion, Reply]:
    item = given(city, n)
    w.sign_in(city, item, at=MONDAY + DAY)
    return item, w.signed_reply(city, item, at=MONDAY + 3 * DAY)


def test_a_reply_is_passed_once_and_everybody_is_told_once(city: World) -> None:
    for n in range(ROUNDS):
        item, reply = signed(city, n)

        def approve(who: str, pk: int = reply.pk) -> Reply:
            held = Reply.objects.select_related("suggestion", "unit").get(pk=pk)
            return replying.approve(reply=held, actor=city.actor(who), at=MONDAY + 4 * DAY)

        one_wins(at_once(lambda approve=approve: approve("triage_officer"), lambda approve=approve: approve("triage_officer_2")))  # fmt: skip
        nothing_doubled(item)
        assert (events(item, "pass_reply"), events(item, "invite")) == (1, 1)


def test_a_page_is_released_once(city: World) -> None:
    for n in range(ROUNDS):
        item = registered(city, n)
        w.accept(city, item, at=MONDAY + HOUR)
        review = PublicationReview.objects.filter(suggestion=item).first()
        if review is None:
            publishing.queue(suggestion=fresh(item), at=MONDAY + HOUR)
            review = PublicationReview.objects.get(suggestion=item)
        review.suggestion = fresh(item)
        first = city.actor("publisher")
        publishing.start(review=review, actor=first, at=MONDAY + HOUR)
        publishing.save(review=review, actor=first, at=MONDAY + HOUR)
        publishing.submit(review=review, actor=first, at=MONDAY + HOUR)

        def release(who: str, pk: int = review.pk) -> Suggestion:
            held = PublicationReview.objects.select_related("suggestion").get(pk=pk)
            return publishing.release(review=held, actor=city.actor(who), at=MONDAY + 2 * HOUR)

        one_wins(at_once(lambda release=release: release("publisher_2"), lambda release=release: release("publisher_2")))  # fmt: skip
        nothing_doubled(item)
        assert events(item, "publish") == 1


def test_a_rating_sent_twice_at_once_counts_once(city: World) -> None:
    for n in range(ROUNDS):
        item, reply = signed(city, n)
        replying.approve(reply=reply, actor=city.actor("triage_officer"), at=MONDAY + 4 * DAY)
        one, two = fresh(item), fresh(item)
        results = at_once(
            lambda one=one: w.rate(one, at=MONDAY + 5 * DAY),
            lambda two=two: w.rate(
                two, at=MONDAY + 5 * DAY, overall="dissatisfied", comment="没有装"
            ),
        )
        one_wins(results)
        nothing_doubled(item)
        assert Evaluation.objects.filter(suggestion=item).count() == 1
        assert events(item, "close") + events(item, "rectify") == 1


def test_one_form_sent_by_five_clicks_makes_one_item_with_one_receipt(city: World) -> None:
    results = at_once(*[lambda: w.submit(city, key="one-form") for _ in range(5)])
    assert len({r.suggestion.pk for r in results}) == 1, results
    assert len({(r.token, r.query_code) for r in results}) == 1
    assert [r.created for r in results].count(True) == 1
    nothing_doubled(Suggestion.objects.get())


def test_twenty_people_who_write_at_once_get_twenty_numbers(city: World) -> None:
    results = at_once(*[lambda n=n: registered(city, n) for n in range(20)])
    assert len({r.case_no for r in results}) == 20
    assert list(chain.verify()) == []


def test_two_voices_of_one_phone_count_once_and_those_of_ten_phones_ten_times(city: World) -> None:
    item, _ = w.answered(city)
    Suggestion.objects.filter(pk=item.pk).update(status="handling", public_group="in_progress")

    def join(n: int, key: str) -> Any:
        return co_signing.co_sign(
            suggestion=fresh(item), phone=f"1991111{n:04d}", idempotency_key=key, at=MONDAY + 15 * DAY
        )  # fmt: skip

    at_once(*[lambda n=n: join(n, f"a{n}") for n in range(10)], lambda: join(0, "b"), lambda: join(0, "c"))  # fmt: skip
    assert item.co_signs.filter(confirmed_at__isnull=False, withdrawn_at=None).count() in (0, 10)
    counted = item.co_signs.filter(confirmed_at__isnull=False, withdrawn_at=None).count()
    assert fresh(item).co_sign_count == counted


def test_one_joining_form_sent_by_five_clicks_makes_one_voice_with_one_receipt(city: World) -> None:
    item, _ = w.answered(city)

    def join() -> Any:
        return co_signing.co_sign(
            suggestion=fresh(item), phone="19911110001", idempotency_key="one-form", at=MONDAY + 15 * DAY
        )  # fmt: skip

    results = at_once(*[join for _ in range(5)])
    assert len({(r.token, r.query_code) for r in results}) == 1, results
    assert [r.created for r in results].count(True) == 1
    assert item.co_signs.count() == 1


def errors(response: Any) -> str:
    box = parsed(response).select_one(".desk-errors")
    return box.get_text(" ", strip=True) if box else ""


def test_two_officers_who_press_accept_at_the_desk_leave_one_event_and_one_reads_why(
    city: World,
) -> None:
    item = registered(city, 1)
    clients = [sign_in(city, who) for who in ("triage_officer", "triage_officer_2")]
    topics = ("water", "bus")
    results = at_once(
        *[
            lambda c=c, t=t: c.post(act_url(item, "accept"), {"topic": t, "urgency": "normal"})
            for c, t in zip(clients, topics, strict=True)
        ]
    )
    assert all(not isinstance(r, Exception) and r.status_code < 500 for r in results), results
    assert events(item, "accept") == 1
    done = [r for r in results if r.status_code == 302]
    assert len(done) == 1, [(r.status_code, errors(r)) for r in results]
    lost = next(r for r in results if r.status_code != 302)
    assert errors(lost)
    nothing_doubled(item)


def test_two_persons_of_a_unit_who_press_sign_in_at_the_desk_leave_one_event(city: World) -> None:
    from django.urls import reverse

    item = given(city, 1)
    clients = [sign_in(city, who) for who in ("liaison:bus", "handler:bus")]
    address = reverse("desk:sign_in", args=[item.case_no])
    results = at_once(*[lambda c=c: c.post(address) for c in clients])
    assert all(not isinstance(r, Exception) and r.status_code < 500 for r in results), results
    assert (events(item, "sign_in"), fresh(item).status) == (1, "handling")
    nothing_doubled(item)
