"""A mandate opens exactly what its author agreed to, and exactly as long (process.md 3.3)."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.http import Http404

from suggestions import access
from suggestions.actor import Actor
from suggestions.errors import DomainError, Invalid, NotAllowed
from suggestions.models import (
    AgentMandate,
    AgentVisit,
    CaseEvent,
    Outbox,
    RecordEvent,
    Suggestion,
)
from suggestions.roles import Role
from suggestions.selectors import agents as selector
from suggestions.services import agents, lapses, mandates
from suggestions.states.mandate import Mandate
from tests import world as w
from tests.suggestions.agents.helpers import entered, paper, sent_digits, terms
from tests.world import MONDAY, World

pytestmark = pytest.mark.django_db
AGENT = Role.AGENT_L1


@pytest.fixture
def city() -> World:
    return w.make_world()


@pytest.fixture(autouse=True)
def _private_files(settings: Any, tmp_path: Any) -> None:
    settings.STORAGES = {
        **settings.STORAGES,
        "attachments": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path), "base_url": None},
        },
    }


def fresh(city: World, who: str) -> Any:
    """The user without roles kept from an earlier moment."""
    return type(city.users[who]).objects.get(pk=city.users[who].pk)


def reads(city: World, item: Suggestion, who: str = AGENT) -> bool:
    return access.readable(fresh(city, who)).filter(pk=item.pk).exists()


def test_an_agent_reads_an_item_from_the_signature_to_the_last_day_and_not_the_day_after(
    city: World,
) -> None:
    item = entered(city, days=10).receipt.suggestion
    last = MONDAY + timedelta(days=10)
    for moment, expected in (
        (MONDAY, True), (last.replace(hour=23, minute=59), True), (last.replace(hour=0) + timedelta(days=1), False),
    ):  # fmt: skip
        with time_machine.travel(moment, tick=False):
            assert reads(city, item) == expected, moment
            user = fresh(city, AGENT)
            if expected:
                assert selector.load_my_case(user, item.case_no) == item
            else:
                with pytest.raises(Http404):
                    selector.load_my_case(user, item.case_no)
                with pytest.raises(Http404):
                    access.load(user, item.case_no)


def test_another_agent_even_of_a_higher_level_reads_nothing_of_it(city: World) -> None:
    item = entered(city).receipt.suggestion
    with time_machine.travel(MONDAY, tick=False):
        for who in (Role.AGENT_L2, Role.AGENT_L3, Role.AGENT_L4):
            assert not reads(city, item, who)
            assert access.may(fresh(city, who), "read_original", item) is None


def test_a_mandate_taken_back_ends_access_at_once_and_is_in_both_chains(city: World) -> None:
    made = entered(city)
    item = made.receipt.suggestion
    with time_machine.travel(MONDAY + timedelta(hours=1), tick=False):
        assert reads(city, item)
        mandates.revoke(mandate=made.mandate, actor=Actor.author(), at=MONDAY + timedelta(hours=1))
        assert not reads(city, item)
    assert RecordEvent.objects.filter(
        machine="mandate", name="mandate_revoke", role="author"
    ).exists()
    assert "撤回" in CaseEvent.objects.get(suggestion=item, name="mandate_ended").words
    assert Outbox.objects.filter(kind="agent_notice", payload__code="mandate_revoked").exists()


def test_contact_data_is_open_only_with_the_authors_consent(city: World) -> None:
    shut = entered(city, consent=False).receipt.suggestion
    opened = entered(city, consent=True).receipt.suggestion
    with time_machine.travel(MONDAY, tick=False):
        user = fresh(city, AGENT)
        assert access.may(user, "read_original", shut) is not None
        assert access.may(user, "reveal_contact", shut) is None
        assert access.may(user, "reveal_contact", opened) is not None


def test_without_a_signed_paper_nothing_opens_until_the_author_says_the_code(city: World) -> None:
    made = entered(city, signed=False)
    item, later = made.receipt.suggestion, MONDAY + timedelta(minutes=5)
    assert made.mandate.status == Mandate.AWAITING
    with time_machine.travel(later, tick=False):
        assert not reads(city, item)
        with pytest.raises(Invalid):
            mandates.confirm_by_code(
                mandate=made.mandate, code="000000" if sent_digits("mandate") != "000000" else "1",
                actor=city.actor(AGENT), at=later,
            )  # fmt: skip
        assert not reads(city, item)
        mandates.confirm_by_code(
            mandate=made.mandate, code=sent_digits("mandate"), actor=city.actor(AGENT), at=later
        )
        assert reads(city, item)


def test_five_wrong_codes_use_up_a_code_even_when_the_sixth_is_right(city: World) -> None:
    made = entered(city, signed=False)
    right = sent_digits("mandate")
    wrong = f"{(int(right) + 1) % 1_000_000:06d}"
    for _ in range(5):
        with pytest.raises(Invalid):
            mandates.confirm_by_code(
                mandate=made.mandate, code=wrong, actor=city.actor(AGENT), at=MONDAY
            )
    with pytest.raises(Invalid, match="作废"):
        mandates.confirm_by_code(
            mandate=made.mandate, code=right, actor=city.actor(AGENT), at=MONDAY
        )


def test_a_code_dies_after_half_an_hour(city: World) -> None:
    made = entered(city, signed=False)
    with pytest.raises(Invalid, match="30分钟"):
        mandates.confirm_by_code(
            mandate=made.mandate, code=sent_digits("mandate"), actor=city.actor(AGENT), at=MONDAY + timedelta(minutes=31),
        )  # fmt: skip


def test_a_photo_of_the_signed_paper_may_come_later(city: World) -> None:
    made = entered(city, signed=False)
    mandates.confirm_by_paper(
        mandate=made.mandate, scan=paper(), actor=city.actor(AGENT), at=MONDAY + timedelta(days=1)
    )
    assert made.mandate.proof == AgentMandate.Proof.PAPER
    assert made.mandate.lives(MONDAY.date() + timedelta(days=1))


def test_neither_paper_nor_phone_is_refused_in_words_and_nothing_is_written(city: World) -> None:
    with pytest.raises(Invalid) as caught:
        entered(city, signed=False, phone="")
    assert "委托书" in caught.value.errors["paper"][0]
    assert not Suggestion.objects.exists()


def test_the_same_form_sent_twice_gives_one_item_one_mandate_and_one_visit(city: World) -> None:
    first, second = entered(city, key="line-broke"), entered(city, key="line-broke")
    assert first.receipt.token == second.receipt.token
    assert first.mandate == second.mandate
    assert (
        Suggestion.objects.count(),
        AgentMandate.objects.count(),
        AgentVisit.objects.count(),
    ) == (1, 1, 1)


def test_a_mandate_lasts_a_year_at_most_and_never_ends_before_it_begins(city: World) -> None:
    for days in (-1, 366):
        with pytest.raises(Invalid) as caught:
            entered(city, days=days)
        assert "ends_on" in caught.value.errors


def test_the_sweep_ends_a_mandate_at_midnight_after_its_last_day_once(city: World) -> None:
    made = entered(city, days=3)
    late = MONDAY + timedelta(days=9)
    lapses.run(now=late)
    lapses.run(now=late)
    made.mandate.refresh_from_db()
    assert made.mandate.status == Mandate.ENDED
    ended = RecordEvent.objects.get(machine="mandate", name="mandate_expire")
    assert ended.at == (MONDAY + timedelta(days=4)).replace(hour=0)


def test_a_mandate_for_a_period_takes_further_items_and_one_for_a_case_does_not(
    city: World,
) -> None:
    period = entered(city, scope=AgentMandate.Scope.PERIOD).mandate
    only = entered(city).mandate
    actor, at = city.actor(AGENT), MONDAY + timedelta(days=1)

    def another(under: AgentMandate, key: str) -> Any:
        return agents.enter_on_behalf(
            submission=w.submission(city, channel="agent", phone=""), jurisdiction=city.jurisdiction, terms=terms(at=at),
            actor=actor, idempotency_key=key, at=at, under=under,
        )  # fmt: skip

    assert another(period, "second").mandate == period
    assert period.links.count() == 2
    with pytest.raises(NotAllowed):
        another(only, "third")


def test_an_item_has_one_first_agent_at_a_time(city: World) -> None:
    item = entered(city).receipt.suggestion
    second = city.actor(Role.AGENT_L2)
    with pytest.raises(DomainError, match="已经委托给"):
        mandates.take_case(suggestion=item, terms=terms(), actor=second, at=MONDAY)
    mandates.revoke(
        mandate=item.mandates.get(), actor=Actor.author(), at=MONDAY + timedelta(minutes=1)
    )
    item.refresh_from_db()
    taken = mandates.take_case(
        suggestion=item, terms=terms(), actor=second, at=MONDAY + timedelta(minutes=2)
    )
    assert taken.proof == AgentMandate.Proof.QUERY_CODE


def test_only_agents_enter_under_a_mandate(city: World) -> None:
    with pytest.raises(NotAllowed):
        agents.enter_on_behalf(
            submission=w.submission(city), jurisdiction=city.jurisdiction, terms=terms(paper=paper()),
            actor=city.actor("intake_clerk"), idempotency_key="x", at=MONDAY,
        )  # fmt: skip


def test_the_database_itself_refuses_a_living_mandate_without_a_proof(city: World) -> None:
    made = entered(city)
    with pytest.raises(IntegrityError), transaction.atomic():
        AgentMandate.objects.filter(pk=made.mandate.pk).update(proof="")


def test_an_agent_who_lays_a_mandate_down_says_why(city: World) -> None:
    made = entered(city)
    with pytest.raises(DomainError, match="理由"):
        mandates.lay_down(mandate=made.mandate, actor=city.actor(AGENT), at=MONDAY, reason=" ")
    mandates.lay_down(mandate=made.mandate, actor=city.actor(AGENT), at=MONDAY, reason="调离本社区")
    assert made.mandate.status == Mandate.LAID_DOWN
