"""Roles granted, lent and refused: three administrators apart, delegation under two names, recusal everywhere."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from suggestions import access
from suggestions.clock import local_date
from suggestions.errors import Invalid, NotAllowed
from suggestions.models import (
    AuthorityChange,
    CaseEvent,
    Delegation,
    District,
    NamedUnit,
    StaffRole,
    Suggestion,
    Unit,
)
from suggestions.roles import ADMIN_ROLES, Role
from suggestions.services import authority, triage
from tests import world as w
from tests.suggestions.desk.cast import sign_in
from tests.world import MONDAY, World

pytestmark = pytest.mark.django_db


def again(user: Any) -> Any:
    """The same person in a new request."""
    return get_user_model().objects.get(pk=user.pk)


def today() -> date:
    from django.utils import timezone

    return local_date(timezone.now())


def lend(city: World, who: str, to: str) -> Delegation:
    owner = city.users[who]
    return authority.delegate(
        role=StaffRole.objects.get(user=owner), to_user=city.users[to], from_on=today(), until_on=today(),
        reason="出差", actor=city.actor(who), at=MONDAY,
    )  # fmt: skip


@pytest.mark.parametrize("admin", sorted(ADMIN_ROLES))
def test_an_administrator_reads_no_item(city: World, item: Suggestion, admin: str) -> None:
    assert not access.readable(city.users[admin]).exists()
    response = sign_in(city, admin).get(reverse("desk:item", args=[item.case_no]))
    assert response.status_code in (403, 404)


@pytest.mark.parametrize(
    ("held", "wanted"),
    [
        ("sys_admin", "sec_admin"),
        ("audit_admin", "triage_officer"),
        ("triage_officer", "sys_admin"),
    ],
)
def test_the_three_administrators_are_kept_apart(city: World, held: str, wanted: str) -> None:
    with pytest.raises(Invalid, match="管理员"):
        authority.grant_role(
            user=city.users[held], role=wanted, jurisdiction=city.jurisdiction, actor=city.actor("sec_admin"),
            at=MONDAY, reason="试试",
        )  # fmt: skip


@pytest.mark.parametrize("who", ["sys_admin", "audit_admin", "triage_officer", "leader"])
def test_only_the_security_administrator_grants_roles(city: World, who: str) -> None:
    with pytest.raises(NotAllowed):
        authority.grant_role(
            user=city.users["editor"], role=Role.PUBLISHER, jurisdiction=city.jurisdiction, actor=city.actor(who),
            at=MONDAY, reason="试试",
        )  # fmt: skip


def test_a_granted_role_works_and_its_grant_and_return_are_logged(
    city: World, item: Suggestion
) -> None:
    admin, editor = city.actor("sec_admin"), city.users["editor"]
    role = authority.grant_role(
        user=editor,
        role=Role.LEADER,
        jurisdiction=city.jurisdiction,
        actor=admin,
        at=MONDAY,
        reason="任命",
    )
    assert access.readable(again(editor)).filter(pk=item.pk).exists()
    authority.revoke_role(role=role, actor=admin, at=MONDAY, reason="离任")
    assert not access.readable(again(editor)).exists()
    assert list(AuthorityChange.objects.order_by("id").values_list("kind", "role")) == [
        ("granted", "leader"),
        ("revoked", "leader"),
    ]


def test_a_lent_role_acts_under_both_names_and_ends_with_its_last_day(city: World) -> None:
    item = w.submit(city).suggestion
    lent = lend(city, "triage_officer", "editor")
    editor = again(city.users["editor"])
    item = Suggestion.objects.select_related("jurisdiction", "author").get(pk=item.pk)
    actor = access.may_transition(editor, "accept", item)
    assert actor is not None
    assert (actor.user, actor.on_behalf_of) == (editor, city.users["triage_officer"])
    triage.accept(suggestion=item, topic=city.topic, actor=actor, at=MONDAY)
    event = CaseEvent.objects.get(suggestion=item, name="accept")
    assert event.actor == editor
    assert event.data["on_behalf_of"] == city.users["triage_officer"].pk
    Delegation.objects.filter(pk=lent.pk).update(
        from_on=today() - timedelta(days=3), until_on=today() - timedelta(days=1)
    )
    assert access.may_transition(again(editor), "accept", item) is None


def test_a_delegation_ended_early_ends_at_once(city: World, item: Suggestion) -> None:
    lent = lend(city, "triage_officer", "editor")
    assert access.readable(again(city.users["editor"])).exists()
    authority.end_delegation(delegation=lent, actor=city.actor("triage_officer"), at=MONDAY)
    assert not access.readable(again(city.users["editor"])).exists()


def test_nobody_lends_another_persons_role_or_an_administrators(city: World) -> None:
    with pytest.raises(NotAllowed):
        authority.delegate(
            role=StaffRole.objects.get(user=city.users["leader"]), to_user=city.users["editor"], from_on=today(),
            until_on=today(), reason="试试", actor=city.actor("publisher"), at=MONDAY,
        )  # fmt: skip
    with pytest.raises(Invalid):
        lend(city, "sec_admin", "editor")


def test_who_recused_finds_the_item_nowhere_and_a_stand_in_neither(
    city: World, item: Suggestion
) -> None:
    officer = city.actor("triage_officer")
    authority.declare_conflict(
        suggestion=item, user=officer.user, reason="是我邻居", actor=officer, at=MONDAY
    )
    lend(city, "triage_officer", "editor")
    for who in ("triage_officer", "editor"):
        user = again(city.users[who])
        assert not access.readable(user).filter(pk=item.pk).exists(), who
        assert access.may_transition(user, "dispatch", item) is None, who
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        assert client.get(reverse("desk:item", args=[item.case_no])).status_code == 404
    event = CaseEvent.objects.get(suggestion=item, name="conflict_declared")
    assert "邻居" not in f"{event.words}{event.reason}{event.data}"
    assert access.readable(again(city.users["supervisor"])).filter(pk=item.pk).exists()


def test_a_person_named_as_wrongdoer_never_reads_the_report(city: World, item: Suggestion) -> None:
    accused = city.users["handler:bus"]
    authority.declare_conflict(
        suggestion=item, user=accused, reason="信里点了名", actor=city.actor("triage_officer"), at=MONDAY, accused=True,
    )  # fmt: skip
    assert not access.readable(again(accused)).filter(pk=item.pk).exists()
    assert access.readable(again(city.users["liaison:bus"])).filter(pk=item.pk).exists()
    with pytest.raises(NotAllowed):
        authority.declare_conflict(
            suggestion=item, user=city.users["leader"], reason="想拦住他", actor=city.actor("publisher"), at=MONDAY,
            accused=True,
        )  # fmt: skip


def test_staff_of_a_unit_named_as_wrongdoer_never_read_the_item(
    city: World, item: Suggestion
) -> None:
    NamedUnit.objects.create(suggestion=item, unit=city.bus, reason="举报的就是它", noted_at=MONDAY)
    for who in ("liaison:bus", "handler:bus", "unit_head:bus"):
        assert not access.readable(again(city.users[who])).filter(pk=item.pk).exists(), who
        assert access.roles_on(again(city.users[who]), item) == []


def test_a_role_with_sub_units_reaches_their_items_and_acts_for_them(city: World) -> None:
    below = Unit.objects.get(pk=city.bus.pk).add_child(
        code="bus-1", name="测试市公交管理站", short_name="公交站", jurisdiction=city.jurisdiction
    )
    item = w.submit(city).suggestion
    w.accept(city, item, at=MONDAY)
    from suggestions.services import assignment

    assignment.dispatch(
        suggestion=item, lead=below, co_units=[], actor=city.actor("triage_officer"), at=MONDAY
    )
    head = city.users["unit_head:bus"]
    assert not access.readable(again(head)).filter(pk=item.pk).exists()
    StaffRole.objects.filter(user=head).update(include_sub_units=True)
    assert access.readable(again(head)).filter(pk=item.pk).exists()
    actor = access.unit_actor(again(head), below.pk, [Role.UNIT_HEAD])
    assert actor is not None
    assert actor.unit == below


def test_an_office_role_held_for_a_district_reaches_that_district_alone(city: World) -> None:
    other = District.add_root(code="990102", name="西城区", jurisdiction=city.jurisdiction)
    street = District.objects.get(pk=city.district.pk).add_child(
        code="990101001", name="人民路街道", jurisdiction=city.jurisdiction
    )
    east = w.submit(city, district=street).suggestion
    west = w.submit(city, district=other).suggestion
    nowhere = w.submit(city, district=None).suggestion
    officer = city.users["triage_officer"]
    StaffRole.objects.filter(user=officer).update(district=city.district)
    seen = set(access.readable(again(officer)).values_list("pk", flat=True))
    assert seen == {east.pk}
    for item in (west, nowhere):
        assert access.may_transition(again(officer), "accept", item) is None


def test_what_is_barred_costs_the_same_queries_however_many_conflicts_there_are(
    city: World, django_assert_num_queries: Any
) -> None:
    officer = city.actor("triage_officer")
    for _n in range(3):
        held = w.submit(city).suggestion
        authority.declare_conflict(
            suggestion=held, user=officer.user, reason="认识", actor=officer, at=MONDAY
        )
    user = again(city.users["triage_officer"])
    with django_assert_num_queries(3):
        list(access.readable(user))
        access.scope(user)


def test_who_is_given_a_role_can_enter_and_who_has_none_left_cannot(city: World) -> None:
    user = get_user_model().objects.create(username="xinlai", display_name="新来的编辑")
    officer, place = city.actor("sec_admin"), city.jurisdiction
    editors, _ = Group.objects.get_or_create(name="编辑")
    assert not again(user).has_perm("wagtailadmin.access_admin")
    made = [
        authority.grant_role(
            user=user, role=role, jurisdiction=place, actor=officer, at=MONDAY, reason="到岗"
        )
        for role in (Role.EDITOR, Role.ANALYST)
    ]
    assert again(user).has_perm("wagtailadmin.access_admin")
    assert list(user.groups.all()) == [editors]
    authority.revoke_role(role=made[0], actor=officer, at=MONDAY, reason="调走")
    assert not user.groups.exists()
    assert again(user).has_perm("wagtailadmin.access_admin")
    authority.revoke_role(role=made[1], actor=officer, at=MONDAY, reason="调走")
    assert not again(user).has_perm("wagtailadmin.access_admin")
