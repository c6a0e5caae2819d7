"""Every address of the desk answers a person who comes by a link, and every role has a first page."""

from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, reverse

from suggestions.desk.urls import urlpatterns
from suggestions.models import CaseEvent, RecordEvent, Suggestion
from suggestions.roles import Role
from tests import world as w
from tests.suggestions.desk.cast import main_text, parsed, sign_in
from tests.world import World

pytestmark = pytest.mark.django_db


def address(pattern: URLPattern, item: Suggestion) -> str:
    """The pattern's address with the item's number and any plain value for the rest."""
    values: dict[str, Any] = {
        "case_no": item.case_no, "pk": 1, "group_pk": 1, "act": "accept", "slug": "supervision", "kind": "K2", "token": "x",
        "record_class": "outbox", "name": "survey", "signal": "rise",
    }  # fmt: skip
    wanted = {n: values[n] for n in pattern.pattern.converters}
    return reverse(f"desk:{pattern.name}", kwargs=wanted)


@pytest.mark.parametrize("who", ["triage_officer", "handler:bus", "sys_admin", "sec_admin"])
def test_every_address_of_the_desk_asked_by_a_link_answers_a_page_or_leads_to_one(
    city: World, who: str
) -> None:
    item = w.submit(city).suggestion
    client = sign_in(city, who)
    before = (CaseEvent.objects.count(), RecordEvent.objects.count())
    for pattern in urlpatterns:
        where = address(pattern, item)
        response = client.get(where)
        assert response.status_code in (200, 302, 403, 404), f"{where}: {response.status_code}"
        if response.status_code in (200, 403):
            assert parsed(response).find("h1"), f"{where} has no heading"
    assert (CaseEvent.objects.count(), RecordEvent.objects.count()) == before, "a link does nothing"


@pytest.mark.parametrize(
    "name", ["lend", "grant", "lock", "lock_renew", "reveal", "note", "item_privacy"]
)
def test_the_address_of_a_form_leads_back_and_says_that_nothing_was_done(
    city: World, name: str
) -> None:
    item = w.submit(city).suggestion
    client = sign_in(city, "triage_officer")
    pattern = next(p for p in urlpatterns if p.name == name)
    response = client.get(address(pattern, item), follow=True)
    assert response.status_code == 200
    assert "刚才什么都没有改" in parsed(response).get_text()
    assert client.put(address(pattern, item)).status_code == 405


def test_who_is_not_signed_in_is_led_to_the_sign_in_page() -> None:
    response = Client().get(reverse("desk:lend"), follow=True)
    assert "login" in response.redirect_chain[-1][0]


@pytest.mark.parametrize("role", [r.value for r in Role])
def test_every_role_has_a_first_page_that_leads_to_its_rooms(city: World, role: str) -> None:
    who = next(k for k in city.users if k.partition(":")[0] == role)
    client = sign_in(city, who)
    response = client.get(reverse("desk:home"))
    assert response.status_code == 200
    rooms = {str(a["href"]) for a in parsed(response).select("main a.desk-tally, .desk-tabs a")}
    assert len(rooms) >= 3, f"{who} finds nothing to do"
    for room in rooms:
        assert client.get(room).status_code in (200, 302), f"{who}: {room}"


def test_an_agent_is_led_from_the_desk_to_the_agents_page(city: World) -> None:
    page = main_text(sign_in(city, "agent_l1").get(reverse("desk:home")))
    assert "我代办的件" in page
