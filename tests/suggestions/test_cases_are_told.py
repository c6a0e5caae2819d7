"""What is done with a record that concerns a case stands in the case's own timeline too; and nothing waits for a case
that is gone. Found by the walks (tests/walks)."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from suggestions.actor import Actor
from suggestions.codes import GrantKind
from suggestions.models import (
    Clock,
    IdentityGrant,
    JurisdictionDispute,
    LeaderInstruction,
    Suggestion,
    SupervisionOrder,
)
from suggestions.services import (
    agent_relays,
    clocks,
    disputes,
    identity,
    instructing,
    intake,
    lapses,
    mandates,
    relaying,
    rights,
    supervising,
)
from tests import world as w
from tests.world import MONDAY, World

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def city() -> World:
    return w.make_world()


def given(city: World) -> Suggestion:
    item = w.submit(city).suggestion
    w.accept(city, item, at=MONDAY + HOUR)
    return w.dispatch(city, item, at=MONDAY + 2 * HOUR)


def words(item: Suggestion) -> list[str]:
    return list(item.events.order_by("seq").values_list("words", flat=True))


def test_a_dispute_about_an_item_its_author_withdrew_is_dropped(city: World) -> None:
    item = given(city)
    held = disputes.open_dispute(
        suggestion=item, units=[city.bus, city.water], matter="都认为归对方。", consult_until=(MONDAY + 3 * DAY).date(),
        actor=city.actor("triage_officer"), at=MONDAY + 3 * HOUR,
    )  # fmt: skip
    lapses.run(now=MONDAY + 4 * HOUR)
    held.refresh_from_db()
    assert held.status == "consulting"
    intake.withdraw(suggestion=Suggestion.objects.get(pk=item.pk), reason="不用了", at=MONDAY + DAY)
    lapses.run(now=MONDAY + 2 * DAY)
    held.refresh_from_db()
    assert held.status == "dropped"
    assert words(item)[-1] == "管辖争议不再需要解决"
    assert not JurisdictionDispute.objects.exclude(status__in=("settled", "dropped")).exists()


def test_an_agent_who_takes_a_request_back_leaves_a_line_in_the_case(city: World) -> None:
    item, agent = given(city), city.actor("agent_l1")
    terms = mandates.Terms(ends_on=(MONDAY + 30 * DAY).date())
    mandates.take_case(suggestion=item, terms=terms, actor=agent, at=MONDAY + 3 * HOUR)
    relay = agent_relays.ask(
        suggestion=item, to_level="agent_l2", reason="还没签收。", actor=agent, at=MONDAY + 4 * HOUR
    )  # fmt: skip
    agent_relays.take_back(relay=relay, actor=agent, at=MONDAY + 5 * HOUR)
    assert words(item)[-1] == "代理员收回了帮忙的请求"


def test_words_that_were_not_passed_on_stand_in_the_case_without_being_shown_to_its_author(
    city: World,
) -> None:
    item = given(city)
    message = relaying.write(
        suggestion=item, unit=city.bus, words="请问您贵姓？", actor=city.actor("handler:bus"), at=MONDAY + 3 * HOUR
    )  # fmt: skip
    relaying.hold(
        message=message, reason="办理不需要。", actor=city.actor("triage_officer"), at=MONDAY + DAY
    )
    last = item.events.order_by("seq").last()
    assert last is not None
    assert (last.words, last.reason, last.visibility) == ("有一段话没有转达", "办理不需要。", "staff")  # fmt: skip


def glass(city: World, item: Suggestion) -> IdentityGrant:
    return identity.ask(
        kind=GrantKind.BREAK_GLASS, suggestion=item, reason="有人报告孩子走失", hours=4, actor=city.actor("supervisor"), at=MONDAY + DAY
    )  # fmt: skip


def test_each_step_of_leave_to_read_an_identity_stands_in_the_case(city: World) -> None:
    item = given(city)
    grant = glass(city, item)
    for who in ("leader", "privacy_officer"):
        identity.approve(grant=grant, actor=city.actor(who), at=MONDAY + DAY + HOUR)
    identity.end_grants(now=MONDAY + 2 * DAY)
    assert words(item)[-4:] == ["申请紧急查看", "第一人批准紧急查看", "批准紧急查看", "到期：紧急查看"]  # fmt: skip


def test_a_refused_leave_to_read_an_identity_stands_in_the_case_with_its_reason(
    city: World,
) -> None:
    item = given(city)
    identity.refuse(
        grant=glass(city, item), reason="办理不需要。", actor=city.actor("privacy_officer"), at=MONDAY + DAY + HOUR
    )  # fmt: skip
    last = item.events.order_by("seq").last()
    assert last is not None
    assert (last.words, last.reason) == ("没有批准紧急查看", "办理不需要。")


def order(city: World, item: Suggestion) -> SupervisionOrder:
    return supervising.start(
        jurisdiction=city.jurisdiction, rule="overdue", unit=city.bus, suggestion=item, level=2, text="请说明为什么没有答复。",
        basis="《信访工作条例》第四十条", actor=city.actor("supervisor"), at=MONDAY + DAY,
    )  # fmt: skip


def test_an_order_nobody_answered_is_said_in_the_case_at_its_legal_moment(city: World) -> None:
    item = given(city)
    held = order(city, item)
    supervising.lapse(now=MONDAY + 20 * DAY)
    held.refresh_from_db()
    last = item.events.order_by("seq").last()
    assert last is not None
    assert (last.words, last.at) == (
        "市交通局没有按期反馈督办",
        lapses.legal_moment(clock_of(held)),
    )


def clock_of(held: SupervisionOrder) -> Clock:
    return clocks.of_record(held).get()


STEPS: list[tuple[str, Callable[[LeaderInstruction, Actor], object]]] = [
    ("开始落实领导批示", lambda i, a: instructing.take(instruction=i, actor=a, at=MONDAY + DAY)),
    (
        "报告了批示的落实情况",
        lambda i, a: instructing.report(
            instruction=i, text="已到现场，办法附后。", actor=a, at=MONDAY + DAY
        ),
    ),
]


def test_what_became_of_a_leaders_instruction_stands_in_the_case_and_its_text_does_not(
    city: World,
) -> None:
    item = given(city)
    held = instructing.give(
        jurisdiction=city.jurisdiction, text="能办的先办。", suggestion=item, unit=city.bus, audience="unit", leader_post="副市长",
        actor=city.actor("leader"), at=MONDAY + 3 * HOUR,
    )  # fmt: skip
    for said, step in STEPS:
        step(held, city.actor("unit_head:bus"))
        assert words(item)[-1] == said
    instructing.send_back(
        instruction=held, reason="写清日期。", actor=city.actor("leader"), at=MONDAY + DAY
    )
    assert words(item)[-1] == "批示的落实情况退回重报"
    STEPS[1][1](held, city.actor("unit_head:bus"))
    instructing.close(instruction=held, actor=city.actor("leader"), at=MONDAY + DAY)
    assert words(item)[-1] == "领导批示办结"
    assert not any("能办的先办" in said for said in words(item))


def test_a_request_about_ones_data_taken_back_stands_in_the_case(city: World) -> None:
    item = given(city)
    held = rights.receive(
        suggestion=item, kind="restrict", actor=Actor.author(), at=MONDAY + 3 * HOUR
    )
    rights.take_back(request=held, at=MONDAY + DAY)
    assert words(item)[-1] == "您撤回了个人信息请求"
