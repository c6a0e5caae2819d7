"""Who gets in, who sees which item, and who may do what at the desk (process.md 2.2)."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from suggestions import states
from suggestions.models import CaseEvent, Suggestion
from suggestions.services import triage
from suggestions.states import Case
from tests import world as w
from tests.suggestions.desk.cast import act_url, item_url, main_text, offered, parsed, sign_in
from tests.world import MONDAY, World

pytestmark = pytest.mark.django_db

EVERYONE = [
    "intake_clerk",
    "triage_officer",
    "liaison:bus",
    "handler:bus",
    "unit_head:bus",
    "publisher",
    "supervisor",
    "leader",
    "analyst",
    "privacy_officer",
    "editor",
    "sys_admin",
]
DESK = {
    "intake_clerk",
    "triage_officer",
    "liaison:bus",
    "handler:bus",
    "unit_head:bus",
    "publisher",
    "supervisor",
    "leader",
}
LISTS = {
    "queue": {"intake_clerk", "triage_officer", "supervisor", "leader"},
    "supervision": {"triage_officer", "supervisor", "leader"},
    "inbox": {"liaison:bus", "handler:bus", "unit_head:bus"},
    "publication_queue": {"publisher"},
    "home": set(EVERYONE),
    "notices": set(EVERYONE),
}


@pytest.fixture
def dispatched(city: World) -> Suggestion:
    """An item that the transport bureau handles and the water bureau does not."""
    item = w.submit(city, at=MONDAY).suggestion
    w.accept(city, item, at=MONDAY + timedelta(hours=1))
    return w.dispatch(city, item, at=MONDAY + timedelta(hours=2))


def test_a_visitor_is_sent_to_the_sign_in_page(city: World) -> None:
    response = Client().get(reverse("desk:home"))
    assert response.status_code == 302
    assert reverse("wagtailadmin_login") in response["Location"]


@pytest.mark.parametrize("who", EVERYONE)
def test_each_list_opens_for_its_roles_and_tells_the_others_whose_it_is(
    city: World, who: str
) -> None:
    client = sign_in(city, who)
    for name, roles in LISTS.items():
        response = client.get(reverse(f"desk:{name}"))
        assert response.status_code == (200 if who in roles else 403), (who, name)
        if who not in roles:
            assert "这一步不归您的角色" in main_text(response)


@pytest.mark.parametrize("who", EVERYONE)
def test_the_menu_shows_a_person_only_the_rooms_of_their_roles(city: World, who: str) -> None:
    response = sign_in(city, who).get(reverse("wagtailadmin_home"))
    assert response.status_code == 200
    sidebar = parsed(response).find(id="wagtail-sidebar-props")
    assert sidebar is not None
    for name, roles in LISTS.items():
        assert (f'"desk-{name}"' in sidebar.get_text()) == (who in roles), (who, name)


def test_another_department_gets_404_for_every_address_of_an_item(
    city: World, dispatched: Suggestion
) -> None:
    events = CaseEvent.objects.count()
    for who in ("liaison:water", "handler:water", "unit_head:water"):
        client = sign_in(city, who)
        for name in ("item", "sign_in", "reply", "opinion"):
            address = reverse(f"desk:{name}", args=[dispatched.case_no])
            assert client.get(address).status_code == 404, (who, name)
        for act in ("accept", "dispatch", "refuse", "merge"):
            assert client.post(act_url(dispatched, act), {}).status_code == 404
        reveal = reverse("desk:reveal", args=[dispatched.case_no])
        assert client.post(reveal, {"reason": "打电话核实地点"}).status_code == 404
    assert sign_in(city, "liaison:bus").get(item_url(dispatched)).status_code == 200
    assert CaseEvent.objects.count() == events


def test_a_department_sees_an_item_only_once_it_is_dispatched_to_it(city: World) -> None:
    item = w.submit(city).suggestion
    client = sign_in(city, "liaison:bus")
    assert client.get(item_url(item)).status_code == 404
    w.accept(city, item, at=MONDAY)
    w.dispatch(city, item, at=MONDAY)
    assert client.get(item_url(item)).status_code == 200


def test_an_unknown_number_and_a_hidden_item_look_the_same(
    city: World, dispatched: Suggestion
) -> None:
    client = sign_in(city, "liaison:water")
    hidden = client.get(item_url(dispatched))
    unknown = client.get(reverse("desk:item", args=["JY2026-9999999-9"]))
    assert (hidden.status_code, unknown.status_code) == (404, 404)


def test_a_report_of_misconduct_is_seen_by_triage_and_by_nobody_else(city: World) -> None:
    city.target.categories = ["report_misconduct"]
    city.target.save()
    item = w.submit(city, title="举报某单位工作人员收好处费").suggestion
    triage.redirect(
        suggestion=item, category="report_misconduct", target=city.target, words="",
        actor=city.actor("triage_officer"), at=MONDAY,
    )  # fmt: skip
    for who in EVERYONE:
        status = sign_in(city, who).get(item_url(item)).status_code
        assert status == (200 if who == "triage_officer" else 404 if who in DESK else 403), who
    for who in ("supervisor", "leader", "intake_clerk"):
        listed = sign_in(city, who).get(reverse("desk:queue"), {"state": "all"})
        assert "举报某单位" not in main_text(listed)
    listed = sign_in(city, "triage_officer").get(reverse("desk:queue"), {"state": "all"})
    assert "举报某单位" in main_text(listed)


def _at(city: World, state: str) -> Suggestion:
    item = w.submit(city).suggestion
    if state == Case.SUPPLEMENT_REQUESTED:
        triage.request_supplement(
            suggestion=item, asked="哪个站台", actor=city.actor("triage_officer"), at=MONDAY
        )
    if state in (Case.ACCEPTED, Case.DISPATCHED, Case.HANDLING, Case.REPLY_REVIEW):
        w.accept(city, item, at=MONDAY)
    if state in (Case.DISPATCHED, Case.HANDLING, Case.REPLY_REVIEW):
        w.dispatch(city, item, at=MONDAY)
    if state in (Case.HANDLING, Case.REPLY_REVIEW):
        w.sign_in(city, item, at=MONDAY)
    if state == Case.REPLY_REVIEW:
        w.signed_reply(city, item, at=MONDAY)
    assert item.status == state
    return item


OFFERS: dict[str, dict[str, set[str]]] = {
    Case.REGISTERED: {
        "triage_officer": {"accept", "request_supplement", "redirect", "refuse", "merge"}
    },
    Case.SUPPLEMENT_REQUESTED: {"intake_clerk": {"supplement"}},
    Case.ACCEPTED: {"triage_officer": {"merge", "dispatch"}},
    Case.DISPATCHED: {"liaison:bus": {"sign-in"}, "handler:bus": {"sign-in"}},
    Case.HANDLING: {
        "liaison:bus": {"reply"},
        "handler:bus": {"reply"},
        "unit_head:bus": {"reply"},
    },
    Case.REPLY_REVIEW: {"triage_officer": {"review"}, "supervisor": {"review"}},
}


_OFFICE_TOO = {"triage_officer", "supervisor"}
PIPELINE: dict[str, dict[str, set[str]]] = {
    "urgency": dict.fromkeys(OFFERS, _OFFICE_TOO | {"intake_clerk"}),
    "name_unit": dict.fromkeys(OFFERS, _OFFICE_TOO),
    "join_earlier": {Case.REGISTERED: {"triage_officer"}},
    "open_dispute": dict.fromkeys((Case.ACCEPTED, Case.DISPATCHED, Case.HANDLING), _OFFICE_TOO),
    "reassign": dict.fromkeys((Case.DISPATCHED, Case.HANDLING), _OFFICE_TOO),
    "take_back": dict.fromkeys((Case.DISPATCHED, Case.HANDLING), _OFFICE_TOO),
    "add_co_unit": dict.fromkeys((Case.DISPATCHED, Case.HANDLING), _OFFICE_TOO),
}
"""Acts of handing out and taking back (process.md 4.2, 4.5, 4.6): act → state → who besides the unit that holds it."""
HANDLING_ACTS = set(PIPELINE).union(*(acts for held in OFFERS.values() for acts in held.values()))
"""What other rooms offer on the screen (orders, visits, studies) is held by the tests of those rooms."""


def _pipeline(state: str, who: str) -> set[str]:
    acts = {act for act, where in PIPELINE.items() if who in where.get(state, set())}
    flags = {"urgency"} if who.endswith(":bus") else set()
    return acts | flags


@pytest.mark.parametrize("state", OFFERS)
def test_the_item_screen_offers_each_role_its_acts_in_this_state_and_no_others(
    city: World, state: str
) -> None:
    item = _at(city, state)
    for who in DESK:
        response = sign_in(city, who).get(item_url(item))
        if response.status_code == 404:
            assert ":" in who, who
            continue
        acts = offered(response) & HANDLING_ACTS
        assert acts == OFFERS[state].get(who, set()) | _pipeline(state, who), (who, state)


OFFICE_ACTS = ["accept", "request_supplement", "supplement", "redirect", "refuse", "merge", "dispatch"]  # fmt: skip
COMPLETE: dict[str, Any] = {
    "topic": "bus", "urgency": "normal", "asked": "请写明站台", "answer": "北站台", "category": "appeal_claim",
    "reason": "advertising", "number": "JY2026-0000001-0", "why": "同一件事", "lead": "bus",
}  # fmt: skip


@pytest.mark.parametrize("state", [Case.REGISTERED, Case.SUPPLEMENT_REQUESTED, Case.ACCEPTED])
@pytest.mark.parametrize("act", OFFICE_ACTS)
def test_a_role_without_an_act_gets_403_and_changes_nothing(
    city: World, act: str, state: str
) -> None:
    item = _at(city, state)
    before = CaseEvent.objects.count()
    for who in DESK:
        role = who.partition(":")[0]
        if role in states.BY_NAME[act].roles:
            continue
        response = sign_in(city, who).post(act_url(item, act), COMPLETE)
        assert response.status_code == (404 if ":" in who else 403), (who, act)
    assert Suggestion.objects.get(pk=item.pk).status == state
    assert CaseEvent.objects.count() == before


def test_an_act_that_does_not_fit_the_state_is_answered_in_words_and_changes_nothing(
    city: World,
) -> None:
    item = w.submit(city).suggestion
    response = sign_in(city, "triage_officer").post(
        act_url(item, "dispatch"), {"lead": "bus"}, follow=True
    )
    assert "现在是“已登记”，不能交办" in main_text(response)
    item.refresh_from_db()
    assert item.status == "registered"
    assert not item.assignments.exists()


def test_an_act_that_does_not_exist_is_not_found(city: World) -> None:
    item = w.submit(city).suggestion
    client = sign_in(city, "triage_officer")
    for act in ("pass_reply", "submit", "publish", "x"):
        assert client.post(act_url(item, act), {}).status_code == 404


def test_a_role_that_has_expired_opens_nothing(city: World) -> None:
    city.users["triage_officer"].staff_roles.update(valid_until=MONDAY.date())
    response = sign_in(city, "triage_officer").get(reverse("desk:queue"))
    assert response.status_code == 403
    assert "过了有效期" in main_text(response)


def test_pages_of_the_desk_are_never_cached(city: World) -> None:
    response = sign_in(city, "triage_officer").get(reverse("desk:home"))
    assert "no-store" in response["Cache-Control"]
