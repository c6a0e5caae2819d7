"""Two people act on one item at the same instant: real threads on PostgreSQL. One wins, the other reads why not, and
nothing is doubled (issue 4, "what must hold").

    python -m tests.services --only postgres -- python -m pytest -p no:xdist tests/concurrency
"""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from suggestions.errors import DomainError
from suggestions.models import (
    Assignment,
    Clock,
    Evaluation,
    Outbox,
    PublicationReview,
    Reply,
    Suggestion,
)
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
from tests.suggestions.desk.cast import act_url, parsed, sign_in
from tests.world import MONDAY, World

pytestmark = [
    pytest.mark.services,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        "postgresql" not in settings.DATABASES["default"]["ENGINE"],
        reason="the main database is not PostgreSQL (set DATABASE_URL)",
    ),
]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ROUNDS = 4
Act = Callable[[], Any]


@pytest.fixture
def city() -> World:
    return w.make_world()


def at_once(*acts: Act) -> list[Any]:
    """What each act gave or raised; all start together, each in a thread with a connection of its own."""
    gate = threading.Barrier(len(acts))
    results: list[Any] = [None] * len(acts)

    def run(number: int, act: Act) -> None:
        try:
            connection.ensure_connection()
            gate.wait(timeout=30)
            results[number] = act()
        except Exception as error:
            results[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return results


def fresh(item: Suggestion) -> Suggestion:
    """The item as another person's page holds it."""
    return Suggestion.objects.select_related("jurisdiction", "lead_unit").get(pk=item.pk)


def one_wins(results: list[Any]) -> None:
    """Exactly one act was done; every other was refused in words that a person can use."""
    refused = [r for r in results if isinstance(r, Exception)]
    assert len(refused) == len(results) - 1, results
    for error in refused:
        assert isinstance(error, DomainError), repr(error)
        assert str(error).strip() or getattr(error, "errors", None)


def nothing_doubled(item: Suggestion) -> None:
    """Events in one unbroken row, no clock twice, no notice twice, one lead at the most."""
    assert list(chain.verify()) == []
    clocks = Counter(
        Clock.objects.filter(suggestion=item, stopped_at=None).values_list("kind", "assignment")
    )
    assert not [c for c, n in clocks.items() if n > 1], clocks
    notices = Counter(
        Outbox.objects.filter(kind__in=("author_notice", "staff_notice"), payload__suggestion=item.pk)
        .exclude(key="")
        .values_list("key", flat=True)
    )  # fmt: skip
    assert not [k for k, n in notices.items() if n > 1], notices
    leads = Assignment.objects.filter(suggestion=item, part="lead", status__in=("pending", "signed", "working", "objected"))  # fmt: skip
    assert leads.count() <= 1


def events(item: Suggestion, name: str) -> int:
    return item.events.filter(name=name).count()


def registered(city: World, n: int) -> Suggestion:
    return w.submit(city, title=f"第{n}个路口加一张长椅", phone=f"1990000{n:04d}").suggestion


def given(city: World, n: int) -> Suggestion:
    item = registered(city, n)
    w.accept(city, item, at=MONDAY + HOUR)
    return w.dispatch(city, item, at=MONDAY + 2 * HOUR)


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
