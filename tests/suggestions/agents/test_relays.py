"""Agents serve the agent below: an answer in two working days, and a word with the unit that both sides read."""

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from portal.notices.models import StaffNotice
from suggestions import outbox
from suggestions.actor import Actor
from suggestions.errors import DomainError, Invalid, NotAllowed, WrongState
from suggestions.models import AgentRelay, CaseEvent, District, Suggestion
from suggestions.roles import Role
from suggestions.selectors import agents as selector
from suggestions.services import agent_relays, clocks, mandates, service_points
from tests import world as w
from tests.suggestions.agents.helpers import entered
from tests.world import MONDAY, World

pytestmark = pytest.mark.django_db
L1, L2, L3 = Role.AGENT_L1, Role.AGENT_L2, Role.AGENT_L3


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


def asked(city: World, *, to: str = L2) -> AgentRelay:
    item = entered(city).receipt.suggestion
    w.accept(city, item, at=MONDAY + timedelta(hours=1))
    w.dispatch(city, item, at=MONDAY + timedelta(hours=2))
    relay = agent_relays.ask(
        suggestion=item, to_level=to, reason="交通局没人接电话", actor=city.actor(L1), at=MONDAY + timedelta(hours=3)
    )  # fmt: skip
    return AgentRelay.objects.select_related("suggestion__lead_unit", "jurisdiction").get(
        pk=relay.pk
    )


def test_a_request_is_due_in_two_working_days_and_an_answer_stops_the_clock(city: World) -> None:
    relay = asked(city)
    assert relay.due_on == date(2026, 11, 4)
    agent_relays.answer(
        relay=relay,
        answer="已联系到交通局李科",
        actor=city.actor(L2),
        at=MONDAY + timedelta(days=1),
    )
    assert relay.due_on is None
    assert clocks.of_record(relay).get().stop_reason == "relay_answer"


def test_a_request_goes_upwards_only_and_one_is_open_a_level(city: World) -> None:
    relay = asked(city)
    item = relay.suggestion
    for level in (L1, "agent_l9", "liaison"):
        with pytest.raises(Invalid):
            agent_relays.ask(
                suggestion=item, to_level=level, reason="帮忙", actor=city.actor(L1), at=MONDAY
            )
    with pytest.raises(DomainError, match="不用再请"):
        agent_relays.ask(
            suggestion=item, to_level=L2, reason="再问", actor=city.actor(L1), at=MONDAY
        )


def test_an_agent_without_the_mandate_cannot_ask_about_an_item(city: World) -> None:
    item = entered(city).receipt.suggestion
    with pytest.raises(NotAllowed):
        agent_relays.ask(
            suggestion=item, to_level=L3, reason="帮忙", actor=city.actor(L2), at=MONDAY
        )


def test_only_the_level_asked_answers(city: World) -> None:
    relay = asked(city)
    for who in (L1, L3, "supervisor"):
        with pytest.raises(NotAllowed):
            agent_relays.answer(relay=relay, answer="好", actor=city.actor(who), at=MONDAY)


def test_a_higher_agent_sees_requests_of_their_own_place_and_level(city: World) -> None:
    relay = asked(city)
    far = District.add_root(code="990102", name="西城区", jurisdiction=city.jurisdiction)
    officer = city.actor("triage_officer")
    place = service_points.open_point(
        code="west", jurisdiction=city.jurisdiction, actor=officer, at=MONDAY,
        facts=service_points.Facts(
            name="西城街道", level="town", district=far, address="西路1号", hours="全天"
        ),
    )  # fmt: skip
    today = MONDAY.date()
    with time_machine.travel(MONDAY + timedelta(hours=4), tick=False):
        assert list(selector.relays_to(city.users[L2], on=today)) == [relay], "without a post: all"
        assert not selector.relays_to(city.users[L3], on=today).exists()
        assert not selector.relays_to(city.users[L1], on=today).exists()
        service_points.appoint(
            point=place, user=city.users[L2], level=L2, valid_from=today, actor=officer, at=MONDAY
        )
        assert not selector.relays_to(city.users[L2], on=today).exists()


def test_pressing_the_unit_is_read_by_the_unit_and_the_author_and_once_a_day(city: World) -> None:
    relay = asked(city)
    item, at = relay.suggestion, MONDAY + timedelta(days=1)
    agent_relays.press(relay=relay, words="请尽快签收", actor=city.actor(L2), at=at)
    event = CaseEvent.objects.get(suggestion=item, name="agent_press")
    assert event.visibility == "author"
    with pytest.raises(DomainError, match="明天再催"):
        agent_relays.press(
            relay=relay, words="再催", actor=city.actor(L2), at=at + timedelta(hours=1)
        )
    outbox.deliver(now=at + timedelta(days=400))
    told = set(
        StaffNotice.objects.filter(code="agent.unit_pressed").values_list(
            "user__username", flat=True
        )
    )
    assert told == {"liaison-bus", "handler-bus"}
    outbox.deliver(now=at + timedelta(days=401))
    assert StaffNotice.objects.filter(code="agent.unit_pressed").count() == 2
    unit = Client()
    unit.force_login(city.users["liaison:bus"], backend="django.contrib.auth.backends.ModelBackend")
    page = unit.get(reverse("desk:item", args=[item.case_no])).content.decode()
    assert "请尽快签收" in page


def test_nobody_presses_while_no_unit_has_the_item(city: World) -> None:
    item = entered(city).receipt.suggestion
    relay = agent_relays.ask(
        suggestion=item, to_level=L2, reason="帮忙", actor=city.actor(L1), at=MONDAY
    )
    with pytest.raises(WrongState):
        agent_relays.press(relay=relay, words="快", actor=city.actor(L2), at=MONDAY)


def test_a_request_ends_with_the_mandate_it_was_made_under(city: World) -> None:
    relay = asked(city)
    mandate = relay.mandate
    mandates.revoke(mandate=mandate, actor=Actor.author(), at=MONDAY + timedelta(days=1))
    relay.refresh_from_db()
    assert (relay.status, relay.due_on) == ("lapsed", None)


def test_the_higher_agents_page_shows_the_request_and_never_the_author(city: World) -> None:
    with time_machine.travel(MONDAY + timedelta(hours=5), tick=False):
        relay = asked(city)
        client = Client()
        client.force_login(city.users[L2], backend="django.contrib.auth.backends.ModelBackend")
        assert "交通局没人接电话" in client.get(reverse("agent:relays")).content.decode()
        page = reverse("agent:relay", args=[relay.pk])
        text = client.get(page).content.decode()
        author = Suggestion.objects.get(pk=relay.suggestion_id).author
        assert author.name not in text
        assert author.phone not in text
        assert client.post(page, {"act": "answer", "answer": ""}).status_code == 422
        assert client.post(page, {"act": "answer", "answer": "已联系"}).status_code == 302
        assert client.post(page, {"act": "press", "words": "请签收"}).status_code == 302
        other = Client()
        other.force_login(city.users[L3], backend="django.contrib.auth.backends.ModelBackend")
        assert other.get(page).status_code == 404
