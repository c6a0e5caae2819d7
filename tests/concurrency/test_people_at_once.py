"""Two people at once: agents over one request, officers over one lock, jurors over one sheet, residents over one place."""

from datetime import date, time
from typing import Any

from django.contrib.auth import get_user_model

from suggestions.actor import Actor
from suggestions.errors import DomainError
from suggestions.models import (
    AgentRelay,
    AwardRound,
    CaseLock,
    JuryScore,
    Nomination,
    ReceptionSlot,
    StaffRole,
    Suggestion,
)
from suggestions.roles import Role
from suggestions.services import (
    agent_relays,
    awarding,
    judging,
    locks,
    mandates,
    merging,
    receiving,
)
from tests import world as w
from tests.concurrency.racing import (
    DAY,
    HOUR,
    RACE,
    ROUNDS,
    again,
    at_once,
    events,
    fresh,
    given,
    nothing_doubled,
    one_wins,
    registered,
    whole,
)
from tests.world import MONDAY, World

pytestmark = RACE


def test_of_two_agents_of_the_level_that_was_asked_one_answers(city: World) -> None:
    other = get_user_model().objects.create_user(username="agent-l2-b", password="correct horse")
    StaffRole.objects.create(user=other, role=Role.AGENT_L2, jurisdiction=city.jurisdiction)
    agent = city.actor("agent_l1")
    for n in range(ROUNDS):
        item = given(city, n)
        terms = mandates.Terms(ends_on=date(2026, 12, 1))
        mandates.take_case(suggestion=fresh(item), terms=terms, actor=agent, at=MONDAY + DAY)
        relay = agent_relays.ask(
            suggestion=fresh(item), to_level="agent_l2", reason="还没签收。", actor=agent, at=MONDAY + DAY
        )  # fmt: skip

        def answer(actor: Actor, relay: Any = relay) -> AgentRelay:
            return agent_relays.answer(
                relay=again(relay), answer="问过了，周五前签收。", actor=actor, at=MONDAY + 2 * DAY
            )

        one_wins(
            at_once(
                lambda answer=answer: answer(city.actor("agent_l2")),
                lambda answer=answer: answer(Actor.staff(other, Role.AGENT_L2)),
            )
        )
        assert events(item, "agent_relay_answered") == 1
        whole(relay)
        nothing_doubled(item)


def test_an_item_taken_over_by_two_agents_at_once_has_one_mandate(city: World) -> None:
    for n in range(ROUNDS):
        item = given(city, n)

        def take(who: str, item: Suggestion = item) -> Any:
            terms = mandates.Terms(ends_on=date(2026, 12, 1))
            return mandates.take_case(
                suggestion=fresh(item), terms=terms, actor=city.actor(who), at=MONDAY + DAY
            )

        one_wins(at_once(lambda take=take: take("agent_l1"), lambda take=take: take("agent_l2")))
        assert item.mandate_links.count() == 1
        nothing_doubled(item)


def test_a_free_lock_taken_by_two_officers_at_once_is_held_by_one_whom_both_see(
    city: World,
) -> None:
    for n in range(ROUNDS):
        item = registered(city, n)

        def take(who: str, item: Suggestion = item) -> Any:
            return locks.take(suggestion=fresh(item), actor=city.actor(who), at=MONDAY + HOUR)

        results = at_once(
            lambda take=take: take("triage_officer"), lambda take=take: take("triage_officer_2")
        )
        lock = CaseLock.objects.get(suggestion=item)
        assert sorted(held.mine for held in results) == [False, True], results
        assert {held.lock.user_id for held in results} == {lock.user_id}


def test_a_lock_taken_over_by_two_at_once_goes_to_one_and_is_told_once(city: World) -> None:
    for n in range(ROUNDS):
        item = registered(city, n)
        locks.take(suggestion=item, actor=city.actor("triage_officer"), at=MONDAY + HOUR)

        def over(who: str, item: Suggestion = item) -> CaseLock:
            return locks.take_over(
                suggestion=fresh(item), actor=city.actor(who), reason="他去开会了", at=MONDAY + HOUR,
                holder=city.actor("triage_officer").user.pk,
            )  # fmt: skip

        one_wins(
            at_once(lambda over=over: over("triage_officer_2"), lambda over=over: over("supervisor"))
        )  # fmt: skip
        assert events(item, "lock_taken_over") == 1
        nothing_doubled(item)


def scoring(city: World) -> tuple[AwardRound, Nomination]:
    for n in range(3):
        user = get_user_model().objects.create_user(username=f"expert-{n}", password="correct")
        StaffRole.objects.create(user=user, role=Role.EXPERT, jurisdiction=city.jurisdiction)
    office, at = city.actor("triage_officer"), MONDAY + 30 * DAY
    item, _ = w.answered(city, published=False)
    held = awarding.open_round(
        jurisdiction=city.jurisdiction, title="优秀人民建议", rules_text="看新意、可行和受益面三项，由抽签产生的评委打分。",
        cycle_from=date(2025, 11, 1), cycle_to=date(2026, 12, 31), jury_size=3, levels=[("金点子奖", 1, 2000)], actor=office, at=at,
    )  # fmt: skip
    one = awarding.nominate(
        round=held, suggestion=fresh(item), merits="花钱少，老人当天就有地方坐。", actor=office, at=at
    )  # fmt: skip
    awarding.close_nominations(round=held, actor=office, at=at)
    one.round.refresh_from_db()
    awarding.screen_in(
        nomination=one, title=one.masked_title, text=one.masked_text, actor=office, at=at
    )
    held.refresh_from_db()
    awarding.start_scoring(round=held, actor=office, at=at, seed="race")
    return held, again(one)


def test_a_sheet_sent_twice_at_once_counts_once_and_two_jurors_do_not_disturb_each_other(
    city: World,
) -> None:
    held, one = scoring(city)
    jurors = [Actor.staff(j.user, Role.EXPERT) for j in held.jurors.select_related("user")]

    def score(actor: Actor, mark: int) -> JuryScore:
        return judging.score(
            nomination=again(one), novelty=mark, feasibility=mark, benefit=mark, actor=actor, at=MONDAY + 31 * DAY
        )  # fmt: skip

    one_wins(at_once(lambda: score(jurors[0], 80), lambda: score(jurors[0], 90)))
    results = at_once(lambda: score(jurors[1], 70), lambda: score(jurors[2], 60))
    assert all(isinstance(r, JuryScore) for r in results), results
    assert one.scores.count() == 3


def test_a_round_is_approved_or_cancelled_with_all_its_nominations(city: World) -> None:
    held, one = scoring(city)
    for juror in held.jurors.select_related("user"):
        judging.score(
            nomination=one, novelty=80, feasibility=80, benefit=80, actor=Actor.staff(juror.user, Role.EXPERT), at=MONDAY + 31 * DAY
        )  # fmt: skip
    office, at = city.actor("triage_officer"), MONDAY + 31 * DAY
    judging.close_scoring(round=again(held), actor=office, at=at)
    judging.shortlist(round=again(held), actor=office, at=at)
    judging.start_publicity(round=again(held), actor=office, at=at)
    one_wins(
        at_once(
            lambda: judging.approve(
                round=again(held), actor=city.actor("leader"), at=MONDAY + 60 * DAY
            ),
            lambda: judging.cancel(
                round=again(held), reason="规则没有写清。", actor=city.actor("leader"), at=MONDAY + 60 * DAY
            ),
        )
    )  # fmt: skip
    states = (again(held).status, again(one).status)
    assert states in (("approved", "approved"), ("cancelled", "not_selected"))
    whole(held)


def test_the_last_place_of_a_reception_is_given_once(city: World) -> None:
    slot = ReceptionSlot(
        jurisdiction=city.jurisdiction, kind="regular", field="住房", on=date(2026, 11, 9), leader_name="周明远", leader_post="副市长",
        level="city", starts=time(9), ends=time(11), place="接待中心", capacity=1, how_to_book="网上预约", booking_opens_on=MONDAY.date(),
    )  # fmt: skip
    receiving.schedule(slot=slot, actor=city.actor("triage_officer"), at=MONDAY)
    receiving.publish(slot=slot, actor=city.actor("triage_officer"), at=MONDAY)

    def book(n: int) -> Any:
        held = ReceptionSlot.objects.get(pk=slot.pk)
        return receiving.book(
            slot=held, name="王女士", phone=f"1990002000{n}", matter="路灯不亮", people=1, source="phone",
            actor=city.actor("intake_clerk"), at=MONDAY + HOUR,
        )  # fmt: skip

    one_wins(at_once(*[lambda n=n: book(n) for n in range(4)]))
    assert slot.bookings.count() == 1
    whole(slot)


def test_an_item_that_others_are_merged_into_is_given_out_at_the_same_moment(city: World) -> None:
    for n in range(ROUNDS):
        primary, other = registered(city, 2 * n), registered(city, 2 * n + 1)
        w.accept(city, primary, at=MONDAY + HOUR)
        results = at_once(
            lambda primary=primary: w.dispatch(city, fresh(primary), at=MONDAY + 2 * HOUR),
            lambda primary=primary, other=other: merging.merge(
                suggestion=fresh(other), primary=fresh(primary), why="同一件事", actor=city.actor("triage_officer_2"), at=MONDAY + 2 * HOUR
            ),
        )  # fmt: skip
        assert all(isinstance(r, DomainError) for r in results if isinstance(r, Exception)), results
        assert any(not isinstance(r, Exception) for r in results)
        for item in (primary, other):
            nothing_doubled(item)
        now = fresh(other)
        assert (now.status == "merged") is (now.primary_id == primary.pk)
        if now.status == "merged":
            assert events(primary, "merged_in") <= 1


def test_one_request_for_help_a_level_stays_open_however_fast_it_is_sent(city: World) -> None:
    item, agent = given(city, 1), city.actor("agent_l1")
    terms = mandates.Terms(ends_on=date(2026, 12, 1))
    mandates.take_case(suggestion=fresh(item), terms=terms, actor=agent, at=MONDAY + DAY)

    def ask() -> AgentRelay:
        return agent_relays.ask(
            suggestion=fresh(item),
            to_level="agent_l2",
            reason="还没签收。",
            actor=agent,
            at=MONDAY + DAY,
        )

    one_wins(at_once(ask, ask))
    assert AgentRelay.objects.filter(suggestion=item, status="open").count() == 1
    nothing_doubled(item)
