"""Two people decide one record at the same instant: an extension, a dispute, a second look, a rule, an advice, a request.

One wins, the other reads why not; the record has one decision, one event of it and one clock, and its case was told once.
"""

from datetime import date
from typing import Any

from suggestions.actor import Actor
from suggestions.errors import DomainError
from suggestions.models import (
    Advice,
    Clock,
    ClockRule,
    Extension,
    IdentityGrant,
    JurisdictionDispute,
    PendingDecision,
    RightsRequest,
    Suggestion,
    SupervisionOrder,
    TimeChange,
)
from suggestions.services import (
    advising,
    assignment,
    deciding,
    disputes,
    extending,
    identity,
    rights,
    supervising,
    time_changes,
)
from tests import world as w
from tests.concurrency.racing import (
    DAY,
    HOUR,
    RACE,
    ROUNDS,
    acts,
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


def extension(city: World, n: int) -> tuple[Suggestion, Extension]:
    item = given(city, n)
    w.sign_in(city, item, at=MONDAY + DAY)
    lead = assignment.active_lead(fresh(item))
    clock = extending.clock_of(item)
    assert lead is not None
    assert clock is not None
    held = extending.request(
        assignment=lead, reason="设计单位的意见还没有到。", new_due=clock.due_on + 10 * DAY, actor=city.actor("unit_head:bus"),
        at=MONDAY + 2 * DAY,
    )  # fmt: skip
    return item, held


def test_an_extension_is_granted_or_denied_and_never_both(city: World) -> None:
    first, second = city.actor("triage_officer"), city.actor("supervisor")
    for n in range(ROUNDS):
        item, held = extension(city, n)
        one_wins(
            at_once(
                lambda held=held: extending.grant(
                    extension=again(held), actor=first, at=MONDAY + 3 * DAY
                ),
                lambda held=held: extending.deny(
                    extension=again(held), reason="来得及。", actor=second, at=MONDAY + 3 * DAY
                ),
            )
        )
        assert acts(held, "grant_extension", "deny_extension") == 1
        assert events(item, "extended") + events(item, "extension_denied") == 1
        held.refresh_from_db()
        clock = extending.clock_of(fresh(item))
        assert clock is not None
        assert (clock.due_on == held.new_due_on) is (held.status == "granted")
        nothing_doubled(item)


def test_an_extension_granted_twice_at_once_is_granted_once(city: World) -> None:
    item, held = extension(city, 1)

    def grant(who: str) -> Extension:
        return extending.grant(extension=again(held), actor=city.actor(who), at=MONDAY + 3 * DAY)

    one_wins(at_once(lambda: grant("triage_officer"), lambda: grant("triage_officer_2")))
    assert events(item, "extended") == 1
    nothing_doubled(item)


def dispute(city: World, n: int) -> tuple[Suggestion, JurisdictionDispute]:
    item = registered(city, n)
    w.accept(city, item, at=MONDAY + HOUR)
    held = disputes.open_dispute(
        suggestion=fresh(item), units=[city.bus, city.water], matter="都认为归对方。", consult_until=date(2026, 11, 6),
        actor=city.actor("triage_officer"), at=MONDAY + 2 * HOUR,
    )  # fmt: skip
    return item, held


def test_a_dispute_settled_for_two_units_at_once_has_one_result(city: World) -> None:
    for n in range(ROUNDS):
        item, held = dispute(city, n)

        def settle(who: str, unit: Any, held: Any = held) -> JurisdictionDispute:
            return disputes.settle(
                dispute=again(held), unit=unit, result="联席会议定的。", actor=city.actor(who), at=MONDAY + DAY
            )  # fmt: skip

        one_wins(
            at_once(
                lambda settle=settle: settle("triage_officer", city.bus),
                lambda settle=settle: settle("supervisor", city.water),
            )
        )
        assert (acts(held, "settle_dispute"), events(item, "dispute")) == (1, 2)
        nothing_doubled(item)


def test_two_disputes_opened_at_once_about_one_item_are_one(city: World) -> None:
    item = registered(city, 1)
    w.accept(city, item, at=MONDAY + HOUR)

    def open_one(who: str) -> JurisdictionDispute:
        return disputes.open_dispute(
            suggestion=fresh(item), units=[city.bus, city.water], matter="都认为归对方。", consult_until=date(2026, 11, 6),
            actor=city.actor(who), at=MONDAY + 2 * HOUR,
        )  # fmt: skip

    one_wins(at_once(lambda: open_one("triage_officer"), lambda: open_one("supervisor")))
    assert JurisdictionDispute.objects.filter(suggestion=item).count() == 1
    nothing_doubled(item)


def test_a_second_look_is_taken_once(city: World) -> None:
    second = city.actor("triage_officer_2")
    for n in range(ROUNDS):
        item = registered(city, n)
        deciding.refuse(
            suggestion=fresh(item), reason="advertising", words="", actor=city.actor("triage_officer"), at=MONDAY + HOUR
        )  # fmt: skip
        held = PendingDecision.objects.get(suggestion=item)
        one_wins(
            at_once(
                lambda held=held: deciding.confirm(
                    decision=again(held), actor=second, at=MONDAY + DAY
                ),
                lambda held=held: deciding.send_back(
                    decision=again(held), reason="不是广告。", actor=second, at=MONDAY + DAY
                ),
            )
        )
        held.refresh_from_db()
        assert (fresh(item).status == "not_accepted") is (held.status == "confirmed")
        nothing_doubled(item)


def test_a_change_of_a_rule_confirmed_twice_at_once_makes_one_version(city: World) -> None:
    held = time_changes.propose_rule(
        kind="K12", length=4, effective_from=MONDAY.date(), move_running=False, basis="提速试行办法",
        actor=city.actor("sys_admin"), jurisdiction=city.jurisdiction, at=MONDAY,
    )  # fmt: skip

    def confirm(who: str) -> int:
        return time_changes.confirm(change=again(held), actor=city.actor(who), at=MONDAY + HOUR)

    one_wins(at_once(lambda: confirm("supervisor"), lambda: confirm("supervisor")))
    assert (
        ClockRule.objects.filter(kind="K12").count(),
        TimeChange.objects.get().status,
    ) == (2, "applied")
    whole(held)


def advice(city: World) -> Advice:
    return advising.issue(
        jurisdiction=city.jurisdiction, kind="improve_work", unit=city.bus, title="统一回访的做法", facts="多次出现。",
        text="请统一做法。", basis="《信访工作条例》第四十条", actor=city.actor("supervisor"), at=MONDAY,
    )  # fmt: skip


def test_an_advice_is_closed_or_sent_back_and_has_at_most_one_clock(city: World) -> None:
    for _n in range(ROUNDS):
        held = advice(city)
        advising.answer(
            advice=held, answer="adopted", text="已列入计划。", actor=city.actor("unit_head:bus"), at=MONDAY + DAY
        )  # fmt: skip
        one_wins(
            at_once(
                lambda held=held: advising.close(
                    advice=again(held), actor=city.actor("supervisor"), at=MONDAY + 2 * DAY
                ),
                lambda held=held: advising.send_back(
                    advice=again(held), reason="写清日期。", actor=city.actor("leader"), at=MONDAY + 2 * DAY
                ),
            )
        )  # fmt: skip
        held.refresh_from_db()
        running = Clock.objects.filter(record_machine="advice", record_id=held.pk, stopped_at=None)
        assert running.count() == (held.status == "sent_back")
        whole(held)


def test_an_order_is_answered_or_withdrawn(city: World) -> None:
    for n in range(ROUNDS):
        item = given(city, n)
        held: SupervisionOrder = supervising.start(
            jurisdiction=city.jurisdiction, rule="overdue", unit=city.bus, suggestion=fresh(item), level=2, text="请说明。",
            basis="《信访工作条例》第四十条", actor=city.actor("supervisor"), at=MONDAY + DAY,
        )  # fmt: skip
        one_wins(
            at_once(
                lambda held=held: supervising.answer(
                    order=again(held), text="本周内答复。", actor=city.actor("unit_head:bus"), at=MONDAY + 2 * DAY
                ),
                lambda held=held: supervising.withdraw(
                    order=again(held), reason="发错了单位。", actor=city.actor("supervisor"), at=MONDAY + 2 * DAY
                ),
            )
        )  # fmt: skip
        assert events(item, "supervision") == 2
        whole(held)
        nothing_doubled(item)


def test_a_request_about_ones_data_is_answered_once(city: World) -> None:
    officer = city.actor("privacy_officer")
    for n in range(ROUNDS):
        item = registered(city, n)
        held: RightsRequest = rights.receive(
            suggestion=fresh(item), kind="explain", actor=Actor.author(), at=MONDAY + HOUR
        )
        one_wins(
            at_once(
                lambda held=held: rights.fulfil(
                    request=again(held), answer="处理规则附后，请查看。", actor=officer, at=MONDAY + DAY
                ),
                lambda held=held: rights.refuse(
                    request=again(held), reason="已经说明过，请看公告。", actor=officer, at=MONDAY + DAY
                ),
            )
        )  # fmt: skip
        assert acts(held, "rights_fulfil", "rights_refuse") == 1
        whole(held)
        nothing_doubled(item)


def test_two_approvals_at_once_are_two_people_and_one_grant(city: World) -> None:
    item = registered(city, 1)
    held: IdentityGrant = identity.ask(
        kind="break_glass", suggestion=fresh(item), reason="有人报告孩子走失", hours=4, actor=city.actor("supervisor"), at=MONDAY
    )  # fmt: skip

    def approve(who: str) -> IdentityGrant:
        return identity.approve(grant=again(held), actor=city.actor(who), at=MONDAY + HOUR)

    results = at_once(lambda: approve("leader"), lambda: approve("privacy_officer"))
    refused = [r for r in results if isinstance(r, Exception)]
    assert all(isinstance(r, DomainError) for r in refused), results
    now = again(held)
    assert acts(held, "identity_first") == 1
    assert (now.status == "granted") is (not refused)
    assert now.first_by_id != now.second_by_id
    nothing_doubled(item)
