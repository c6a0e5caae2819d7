"""Who may do what, role by role, against the table of process.md 2.2 as it was written, not as the code has it."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser, Permission
from django.db import IntegrityError, transaction
from django.http import Http404
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from suggestions import access, states
from suggestions.actor import Actor
from suggestions.errors import DomainError, NotAllowed
from suggestions.matrix import MATRIX
from suggestions.models import (
    CaseEvent,
    IdentityAccessLog,
    Jurisdiction,
    PublicationReview,
    StaffRole,
    Suggestion,
    Unit,
)
from suggestions.roles import Role
from suggestions.services import assignment, identity, mandates, publishing, replying, triage
from suggestions.states import Machine
from tests import world as w
from tests.suggestions.desk.cast import sign_in
from tests.world import MONDAY, World

pytestmark = pytest.mark.django_db

CAST = [
    "intake_clerk", "triage_officer", "liaison:bus", "handler:bus", "unit_head:bus", "liaison:water", "handler:water",
    "unit_head:water", "publisher", "supervisor", "leader", "analyst", "privacy_officer", "editor", "sys_admin",
    "sec_admin", "audit_admin", "agent_l1", "agent_l2", "agent_l3", "agent_l4", "expert", "jury", "hearing_chair", "hearing_clerk",
    "triage_officer@next", "supervisor@next", "leader@next", "triage_officer@province", "leader@province",
]  # fmt: skip
"""`:water` is a department the item does not lie with, `@next` a neighbouring city, `@province` the level above."""

OFFICE = {"intake_clerk", "triage_officer", "publisher", "supervisor", "leader"}
UNIT = {"liaison:bus", "handler:bus", "unit_head:bus"}
ABOVE = {"triage_officer@province", "leader@province"}

MAY: dict[str, set[str]] = {
    "read_time_rules": {"supervisor", "sys_admin"},
    "read_original": OFFICE | UNIT | ABOVE,
    "reveal_contact": (OFFICE - {"publisher"}) | UNIT | {"privacy_officer"} | ABOVE,
    "draft_reply": {"liaison:bus", "handler:bus"},
    "ask_signature": {"liaison:bus", "handler:bus"},
    "return_draft": {"unit_head:bus"},
    "give_opinion": {"liaison:bus", "handler:bus"},
    "flag_urgent": {"triage_officer", "supervisor", "intake_clerk", "triage_officer@province"}
    | UNIT,
    "confirm_urgent": {"supervisor", "leader", "leader@province"},
    "name_unit": {"triage_officer", "supervisor", "triage_officer@province"},
    "give_interim": {"liaison:bus", "handler:bus"},
    "remind_co_unit": {"triage_officer", "supervisor", "triage_officer@province"} | UNIT,
    "choose_representatives": {"intake_clerk", "triage_officer", "triage_officer@province"},
    "enter_offline": {"intake_clerk"},
    "change_arrival": {"intake_clerk", "triage_officer", "triage_officer@province"},
    "open_emergency": {"supervisor", "leader", "leader@province"},
    "split_case": {"intake_clerk", "triage_officer", "triage_officer@province"},
    "internal_statistics": {"triage_officer", "supervisor", "leader", "analyst", "intake_clerk"}
    | ABOVE,
    "unit_statistics": UNIT,
    "see_orders": {"supervisor", "leader", "triage_officer"} | UNIT | ABOVE,
    "see_warnings": {"supervisor", "leader", "triage_officer", "analyst"} | UNIT | ABOVE,
    "set_warning_rules": {"supervisor"},
    "see_instructions": {"supervisor", "leader", "leader@province"} | UNIT,
    "see_special_reports": {"supervisor", "leader", "triage_officer"} | ABOVE,
    "see_bulletins": {"supervisor", "leader", "triage_officer"} | UNIT | ABOVE,
    "see_leagues": {"supervisor", "leader", "triage_officer"} | UNIT | ABOVE,
    "read_tray": {"leader", "leader@province"},
    "fill_tray": {"triage_officer", "supervisor", "triage_officer@province"},
    # The chair reads the hearings that name them; that is nobody's key to a case.
    "see_meetings": {"supervisor", "leader", "triage_officer", "intake_clerk", "hearing_clerk"}
    | UNIT
    | ABOVE,
    "keep_meetings": {
        "triage_officer",
        "supervisor",
        "intake_clerk",
        "hearing_clerk",
        "triage_officer@province",
    },
    "answer_questions": UNIT,
    "moderate_questions": {"publisher", "triage_officer", "supervisor", "triage_officer@province"},
    "moderate_comments": {"publisher", "triage_officer", "supervisor", "triage_officer@province"},
    "log_contact": UNIT | {"triage_officer", "triage_officer@province"},
    "note_delivery": {
        "liaison:bus",
        "handler:bus",
        "intake_clerk",
        "triage_officer",
        "triage_officer@province",
    },
    "keep_templates": UNIT | {"triage_officer", "triage_officer@province"},
    "see_commitments": UNIT | {"triage_officer", "supervisor", "leader", "publisher"} | ABOVE,
    "release_proof": {"publisher"},
    "download_archive": {"supervisor", "privacy_officer"},
    "see_audit": {"triage_officer", "supervisor", "privacy_officer", "triage_officer@province"},
    # Agents reach items through mandates alone; nobody in this cast was given one.
    "enter_on_behalf": set(),
    "serve_as_agent": set(),
    "answer_relay": set(),
    "see_agents": {"intake_clerk", "triage_officer", "supervisor", "triage_officer@province"},
    "keep_service_points": {"triage_officer", "sys_admin", "triage_officer@province"},
    # Of units the host of the campaign (access.campaigns); on an item, the unit that has it.
    "export_campaign_answers": {"triage_officer", "supervisor", "editor", "triage_officer@province"}
    | UNIT,
    "keep_redirect_targets": {"triage_officer", "sys_admin", "triage_officer@province"},
    "appoint_agents": {"triage_officer", "triage_officer@province"},
    "manage_invited": {"triage_officer", "triage_officer@province"},
    "see_hints": {"triage_officer", "supervisor", "triage_officer@province"},
    # The desk's comfort; an export is reached by its owner alone, never through a case.
    "take_over_lock": OFFICE | UNIT | ABOVE,
    "write_note": OFFICE | UNIT | ABOVE,
    "give_officer": {"triage_officer", "supervisor", "triage_officer@province"},
    "add_tag": {"triage_officer", "triage_officer@province"},
    "see_exports": set(),
}
MAY |= {
    # Privacy (process.md section 9); the three administrators never reach an item.
    "see_rights": {"privacy_officer"},
    "see_grants": {"privacy_officer", "supervisor", "leader", "leader@province"},
    "ask_grant": {"intake_clerk", "triage_officer", "supervisor", "leader", "privacy_officer"}
    | UNIT
    | ABOVE,
    "see_takedowns": {"publisher", "privacy_officer"},
    "see_breaches": {"privacy_officer", "leader", "leader@province"},
    "see_minors_audits": {"privacy_officer", "leader", "leader@province"},
    "see_assessments": {"privacy_officer", "leader", "leader@province"},
    "see_data_given": {"privacy_officer", "leader", "leader@province"},
    "see_access_log": {"privacy_officer", "audit_admin"},
    "write_message": UNIT,
    "see_messages": UNIT | {"intake_clerk", "triage_officer", "triage_officer@province"},
    "declare_conflict": OFFICE | UNIT | ABOVE,
    "export_identities": {"privacy_officer"},
    "lift_conflict": {"supervisor"},
    "name_accused": {"triage_officer", "triage_officer@province"},
    "grant_roles": {"sec_admin"},
    "see_authority_log": {"audit_admin", "sec_admin"},
    # Experts and jurors reach what they were asked to judge, never a case as such.
    "see_adoptions": {"triage_officer", "supervisor", "leader"} | UNIT | ABOVE,
    "give_study_opinion": UNIT,
    "see_awards": {"triage_officer", "supervisor", "leader", "intake_clerk"} | ABOVE,
    "score_award": set(),
    "handle_award_payment": {"triage_officer", "triage_officer@province"},
    "see_visits": {"intake_clerk", "supervisor", "leader", "leader@province"},
    "settle_rating_flag": {"supervisor"},
    "see_campaigns": {"editor", "triage_officer", "supervisor", "leader"} | ABOVE,
    "write_campaign_report": {"editor", "triage_officer", "supervisor", "triage_officer@province"},
}
MAY_TRANSITION: dict[str, set[str]] = {
    "accept": {"triage_officer", "triage_officer@province"},
    "request_supplement": {"triage_officer", "triage_officer@province"},
    "redirect": {"triage_officer", "triage_officer@province"},
    "refuse": {"triage_officer", "triage_officer@province"},
    "merge": {"triage_officer", "triage_officer@province"},
    "dispatch": {"triage_officer", "triage_officer@province"},
    "join_earlier": {"triage_officer", "triage_officer@province"},
    "unmerge": {"triage_officer", "supervisor", "triage_officer@province"},
    "unmerge_accepted": {"triage_officer", "supervisor", "triage_officer@province"},
    "designate": {"supervisor"},
    "reassign": {"triage_officer", "supervisor", "triage_officer@province"},
    "take_back": {"triage_officer", "supervisor", "triage_officer@province"},
    "resume_handling": {"triage_officer", "supervisor", "triage_officer@province"},
    "sign_in": {"liaison:bus", "handler:bus"},
    "submit_reply": {"unit_head:bus"},
    "send_back": {"triage_officer", "supervisor", "triage_officer@province"},
    "pass_reply": {"triage_officer", "supervisor", "triage_officer@province"},
    "rectify": {"supervisor"},
    "reopen": {"supervisor", "leader", "leader@province"},
    "take_up": {"liaison:bus", "handler:bus"},
    "withdraw": set(),
    "redact": {"publisher"},
    "publish": {"publisher"},
    "suspend": {"publisher", "supervisor"},
    "remove": {"publisher"},
    "evaluate": {"intake_clerk"},
}


def add_user(city: World, key: str, jurisdiction: Jurisdiction) -> None:
    role, _, place = key.partition("@")
    user = get_user_model().objects.create_user(
        username=f"{role}-{place}", password="correct horse battery"
    )
    user.user_permissions.add(
        Permission.objects.get(content_type__app_label="wagtailadmin", codename="access_admin")
    )
    StaffRole.objects.create(user=user, role=role, jurisdiction=jurisdiction)
    city.users[key] = user


@pytest.fixture
def city() -> World:
    """The test city under a province, with a city of the same rank beside it."""
    city = w.make_world()
    about = {"owner_body": "", "phone": "", "hotline": "12345"}
    province = Jurisdiction.add_root(
        code="province", name="测试省", city_name="测试省", office_name="省征集办", **about
    )
    near = province.add_child(
        code="next", name="邻市", city_name="邻市", office_name="邻市征集办", **about
    )
    city.jurisdiction.refresh_from_db()
    city.jurisdiction.move(Jurisdiction.objects.get(pk=province.pk), "last-child")
    city.jurisdiction.refresh_from_db()
    Unit.add_root(
        code="next-office",
        name="邻市征集办",
        short_name="邻市征集办",
        jurisdiction=near,
        is_collection_office=True,
    )
    for key in (k for k in CAST if "@" in k):
        place = Jurisdiction.objects.get(code=key.partition("@")[2])
        add_user(city, key, place)
    return city


@pytest.fixture
def item(city: World) -> Suggestion:
    """An item in the hands of the transport bureau."""
    found = w.submit(city).suggestion
    w.accept(city, found, at=MONDAY + timedelta(hours=1))
    w.dispatch(city, found, at=MONDAY + timedelta(hours=2))
    return Suggestion.objects.select_related("jurisdiction").get(pk=found.pk)


def those(city: World, test: Any) -> set[str]:
    return {who for who in CAST if test(city.users[who])}


def test_every_role_of_staff_is_walked() -> None:
    assert {who.partition(":")[0].partition("@")[0] for who in CAST} == set(Role.values)


@pytest.mark.parametrize("action", MAY)
def test_a_visitor_and_an_author_without_an_account_may_do_no_act_of_staff(
    city: World, item: Suggestion, action: str
) -> None:
    assert access.may(AnonymousUser(), action, item) is None


AGENTS = ("agent_l1", "agent_l2", "agent_l3", "agent_l4")
BY_MANDATE = {"read_original", "reveal_contact", "enter_on_behalf", "serve_as_agent"}
"""What a living mandate opens to an agent of any level on its item (process.md 2.2, 3.3)."""
NEEDING_THE_ITEM_ASKED_ABOUT = {"answer_relay"}
"""Open to the levels above the first on what reaches them; the relay names it."""


@pytest.mark.parametrize("consented", [True, False])
@pytest.mark.parametrize("who", AGENTS)
def test_a_mandate_opens_the_same_to_each_level_and_the_contact_only_with_the_authors_consent(
    city: World, item: Suggestion, who: str, consented: bool
) -> None:
    terms = mandates.Terms(
        ends_on=timezone.localdate() + timedelta(days=9), contact_consent=consented
    )
    mandates.take_case(suggestion=item, terms=terms, actor=city.actor(who), at=timezone.now())
    may = {action for action in MAY if access.may(city.users[who], action, item) is not None}
    wanted = BY_MANDATE if consented else BY_MANDATE - {"reveal_contact"}
    assert may - NEEDING_THE_ITEM_ASKED_ABOUT == wanted
    assert {
        name for name in MAY_TRANSITION if access.may_transition(city.users[who], name, item)
    } <= {"withdraw"}
    others = [city.users[a] for a in AGENTS if a != who]
    assert not any(access.may(user, "read_original", item) for user in others)


def test_the_table_here_covers_every_action_and_every_act_of_staff() -> None:
    unwritten = set(MATRIX) - set(MAY)
    assert not unwritten, f"Write down in MAY, from process.md 2.2, who may: {sorted(unwritten)}"
    assert not set(MAY) - set(MATRIX), "MAY has lines for actions that no longer exist"
    staffed = {
        row.name
        for row in states.TRANSITIONS
        if row.machine in (Machine.CASE, Machine.PUBLICATION)
        and set(map(str, row.roles)) & set(Role.values)
    }
    # What follows from another act of the same hand, or is entered at the counter.
    by_other_means = {
        "submit", "register", "supplement", "submit_redaction", "publish_update", "resume_publication",
    }  # fmt: skip
    assert staffed - by_other_means <= set(MAY_TRANSITION)


@pytest.mark.parametrize("action", MAY)
def test_an_action_is_open_to_exactly_these_roles_on_an_item_within_their_reach(
    city: World, item: Suggestion, action: str
) -> None:
    assert those(city, lambda user: access.may(user, action, item) is not None) == MAY[action]


@pytest.mark.parametrize("name", MAY_TRANSITION)
def test_an_act_is_open_to_exactly_these_roles_on_an_item_within_their_reach(
    city: World, item: Suggestion, name: str
) -> None:
    may = those(city, lambda user: access.may_transition(user, name, item) is not None)
    assert may == MAY_TRANSITION[name]


def test_a_role_that_may_acts_under_its_own_name_and_unit(city: World, item: Suggestion) -> None:
    for who in MAY["draft_reply"]:
        actor = access.may(city.users[who], "draft_reply", item)
        assert actor is not None
        assert (actor.role, actor.unit, actor.user) == (
            who.partition(":")[0],
            city.bus,
            city.users[who],
        )


def test_the_full_text_is_loaded_for_exactly_those_who_may_read_it(
    city: World, item: Suggestion
) -> None:
    def loads(user: Any) -> bool:
        try:
            return access.load(user, item.case_no) == item
        except Http404:
            return False

    assert those(city, loads) == MAY["read_original"]
    assert (
        those(city, lambda u: access.readable(u).filter(pk=item.pk).exists())
        == MAY["read_original"]
    )
    assert not loads(AnonymousUser())


def test_nobody_of_a_unit_sees_who_asked_to_be_hidden_from_it(
    city: World, item: Suggestion
) -> None:
    Suggestion.objects.filter(pk=item.pk).update(hide_identity_from_unit=True)
    item.refresh_from_db()
    may = those(city, lambda user: access.may(user, "reveal_contact", item) is not None)
    assert may == MAY["reveal_contact"] - UNIT


def test_a_report_of_misconduct_is_within_reach_of_two_roles_and_of_no_unit(city: World) -> None:
    city.target.categories = ["report_misconduct"]
    city.target.save()
    item = w.submit(city, title="举报某单位工作人员收好处费").suggestion
    triage.redirect(
        suggestion=item, category="report_misconduct", target=city.target, words="",
        actor=city.actor("triage_officer"), at=MONDAY,
    )  # fmt: skip
    readers = those(city, lambda u: access.readable(u).filter(pk=item.pk).exists())
    assert readers == {"triage_officer", "triage_officer@province"}
    for action in MAY:
        may = those(city, lambda user, a=action: access.may(user, a, item) is not None)
        assert may <= {"triage_officer", "triage_officer@province", "privacy_officer"}, action


def test_the_database_itself_keeps_a_report_of_misconduct_from_a_unit(item: Suggestion) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Suggestion.objects.filter(pk=item.pk).update(category="report_misconduct")


def test_a_recalled_unit_loses_the_item_at_once(city: World, item: Suggestion) -> None:
    held = replying.lead_assignment(item)
    type(held).objects.filter(pk=held.pk).update(status="recalled")
    for who in UNIT:
        assert not access.readable(city.users[who]).filter(pk=item.pk).exists(), who
        assert access.may(city.users[who], "draft_reply", item) is None, who


def test_an_account_that_was_closed_reaches_nothing(city: World, item: Suggestion) -> None:
    user = city.users["triage_officer"]
    user.is_active = False
    user.save()
    assert access.may(user, "read_original", item) is None
    assert not access.readable(user).exists()


ITEM_PAGES = ("item", "sign_in", "reply", "opinion", "review", "page_state")


@pytest.mark.parametrize("who", CAST)
def test_a_page_of_an_item_out_of_reach_does_not_exist_and_guessing_tells_nothing(
    city: World, item: Suggestion, who: str
) -> None:
    client = sign_in(city, who)
    events = CaseEvent.objects.count()
    for page in ITEM_PAGES:
        status = client.get(reverse(f"desk:{page}", args=[item.case_no])).status_code
        unknown = client.get(reverse(f"desk:{page}", args=["JY2026-9999999-9"])).status_code
        if who in MAY["read_original"]:
            assert status in (200, 302, 403), (page, status)
        else:
            assert status in (403, 404), (page, status)
            assert status == unknown, f"{page} tells {who} that the number exists"
    assert CaseEvent.objects.count() == events


@pytest.mark.parametrize("who", CAST)
def test_an_item_screen_opens_for_exactly_its_readers(
    city: World, item: Suggestion, who: str
) -> None:
    response = sign_in(city, who).get(reverse("desk:item", args=[item.case_no]))
    assert (response.status_code == 200) == (who in MAY["read_original"])
    if response.status_code != 200:
        assert item.original_title not in response.content.decode()


@pytest.mark.parametrize("who", CAST)
def test_contact_data_is_shown_for_a_reason_to_exactly_those_who_may_and_each_time_is_logged(
    city: World, item: Suggestion, who: str
) -> None:
    client = sign_in(city, who)
    address = reverse("desk:reveal", args=[item.case_no])
    response = client.post(address, {"reason": "核实站台是哪一侧"})
    if who in MAY["reveal_contact"] & MAY["read_original"]:
        assert "19900001234" in client.get(reverse("desk:item", args=[item.case_no])).content.decode() + response.content.decode()  # fmt: skip
        log = IdentityAccessLog.objects.get()
        assert (log.user, log.suggestion, log.reason) == (city.users[who], item, "核实站台是哪一侧")
    else:
        assert response.status_code in (403, 404)
        assert "19900001234" not in response.content.decode()
        assert not IdentityAccessLog.objects.exists()


@pytest.mark.parametrize("who", CAST)
def test_a_list_shows_an_item_to_its_readers_and_to_nobody_else(
    city: World, item: Suggestion, who: str
) -> None:
    client = sign_in(city, who)
    for room in ("queue", "supervision", "inbox", "publication_queue", "home"):
        response = client.get(reverse(f"desk:{room}"), {"state": "all", "q": item.case_no})
        if who not in MAY["read_original"]:
            text = response.content.decode()
            assert item.original_title not in text, room
    if who in ("triage_officer", "supervisor", "leader", "intake_clerk"):
        listed = client.get(reverse("desk:queue"), {"state": "all"})
        assert item.original_title in listed.content.decode()


def test_a_masking_page_out_of_reach_does_not_exist(city: World, item: Suggestion) -> None:
    review = PublicationReview.objects.get(suggestion=item)
    address = reverse("desk:publication", args=[review.pk])
    for who in CAST:
        status = sign_in(city, who).get(address).status_code
        assert (status == 200) == (who == "publisher"), (who, status)
    add_user(city, "publisher@next", Jurisdiction.objects.get(code="next"))
    assert sign_in(city, "publisher@next").get(address).status_code == 404


def test_a_visitor_is_asked_to_sign_in_at_every_page_of_the_desk(item: Suggestion) -> None:
    client = Client()
    for page in ITEM_PAGES:
        response = client.get(reverse(f"desk:{page}", args=[item.case_no]))
        assert response.status_code == 302, page
        assert reverse("wagtailadmin_login") in response["Location"]


# The services themselves, called by somebody who got past every page.
def act(name: str, city: World, item: Suggestion, actor: Actor) -> Any:
    at = MONDAY + timedelta(days=3)
    if name == "accept":
        return triage.accept(suggestion=item, topic=city.topic, actor=actor, at=at)
    if name == "request_supplement":
        return triage.request_supplement(suggestion=item, asked="哪个站台", actor=actor, at=at)
    if name == "refuse":
        return triage.refuse(suggestion=item, reason="advertising", words="", actor=actor, at=at)
    if name == "redirect":
        return triage.redirect(
            suggestion=item,
            category="appeal_claim",
            target=city.target,
            words="",
            actor=actor,
            at=at,
        )
    if name == "dispatch":
        return assignment.dispatch(suggestion=item, lead=city.bus, co_units=[], actor=actor, at=at)
    if name == "sign_in":
        return assignment.sign_in(assignment=replying.lead_assignment(item), actor=actor, at=at)
    raise AssertionError(name)


BEFORE = {
    "accept": 0,
    "request_supplement": 0,
    "refuse": 0,
    "redirect": 0,
    "dispatch": 1,
    "sign_in": 2,
}


@pytest.mark.parametrize("role", Role.values)
@pytest.mark.parametrize("name", BEFORE)
def test_a_service_refuses_a_role_that_its_row_does_not_name_and_writes_nothing(
    city: World, name: str, role: str
) -> None:
    item = w.submit(city).suggestion
    if BEFORE[name] > 0:
        w.accept(city, item, at=MONDAY)
    if BEFORE[name] > 1:
        w.dispatch(city, item, at=MONDAY)
    who = f"{role}:bus" if role in ("liaison", "handler", "unit_head") else role
    actor = city.actor(who)
    before = (item.status, CaseEvent.objects.count())
    if role in map(str, states.BY_NAME[name].roles):
        act(name, city, item, actor)
        assert CaseEvent.objects.count() > before[1]
        return
    with pytest.raises(NotAllowed):
        act(name, city, item, actor)
    item.refresh_from_db()
    assert (item.status, CaseEvent.objects.count()) == before


@pytest.mark.parametrize("who", ["liaison:water", "handler:water"])
def test_another_unit_cannot_sign_in_or_write_the_reply_even_past_the_pages(
    city: World, item: Suggestion, who: str
) -> None:
    actor, at = city.actor(who), MONDAY + timedelta(days=1)
    with pytest.raises(DomainError):
        assignment.sign_in(assignment=replying.lead_assignment(item), actor=actor, at=at)
    w.sign_in(city, item, at=at)
    with pytest.raises(DomainError):
        replying.save_draft(suggestion=item, actor=actor, at=at, outcome="adopted", body=w.BODY)


def test_another_units_head_cannot_sign_the_reply(city: World, item: Suggestion) -> None:
    at = MONDAY + timedelta(days=1)
    w.sign_in(city, item, at=at)
    reply = replying.save_draft(
        suggestion=item, actor=city.actor("handler:bus"), at=at, outcome="adopted", body=w.BODY, contact="公交科 0380-555 0131"
    )  # fmt: skip
    reply.suggestion = item
    replying.ask_for_signature(reply=reply, actor=city.actor("handler:bus"), at=at)
    with pytest.raises(DomainError):
        replying.sign(reply=reply, actor=city.actor("unit_head:water"), at=at)


def test_the_person_who_masked_cannot_release(city: World, item: Suggestion) -> None:
    review = PublicationReview.objects.get(suggestion=item)
    review.suggestion = item
    at, first = MONDAY + timedelta(days=1), city.actor("publisher")
    publishing.start(review=review, actor=first, at=at)
    publishing.save(review=review, actor=first, at=at)
    publishing.submit(review=review, actor=first, at=at)
    with pytest.raises(DomainError):
        publishing.release(review=review, actor=first, at=at)
    item.refresh_from_db()
    assert not item.is_public


def test_the_system_itself_may_not_read_contact_data(city: World, item: Suggestion) -> None:
    with pytest.raises(NotAllowed):
        identity.read_contact(suggestion=item, reason="统计需要", actor=Actor.system(), at=MONDAY)
