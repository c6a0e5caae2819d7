"""The privacy room and the roles room at the desk: each shelf to exactly its people, each act by its row."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from suggestions.actor import Actor
from suggestions.clock import local_date
from suggestions.models import (
    Breach,
    Delegation,
    IdentityGrant,
    RelayMessage,
    RightsRequest,
    StaffRole,
    Suggestion,
)
from suggestions.services import breaches, identity, rights
from tests import world as w
from tests.suggestions.desk.cast import sign_in
from tests.world import MONDAY, World

pytestmark = pytest.mark.django_db
AT = MONDAY + timedelta(days=1)
SHELVES = {
    "requests": {"privacy_officer"},
    "grants": {"privacy_officer", "supervisor", "leader"},
    "messages": {"triage_officer", "intake_clerk"},
    "takedowns": {"privacy_officer", "publisher"},
    "breaches": {"privacy_officer", "leader"},
}
CAST = (
    "privacy_officer", "supervisor", "leader", "publisher", "triage_officer", "intake_clerk", "audit_admin", "sys_admin",
    "sec_admin", "analyst", "handler:bus", "agent_l1", "editor", "jury",
)  # fmt: skip


def shelf(slug: str, *pk: int) -> str:
    return reverse("desk:privacy_record" if pk else "desk:privacy_shelf", args=[slug, *pk])


@pytest.mark.parametrize("who", CAST)
def test_a_shelf_opens_for_exactly_its_people(city: World, who: str) -> None:
    client = sign_in(city, who)
    for slug, people in SHELVES.items():
        status = client.get(shelf(slug)).status_code
        assert (status == 200) == (who in people), (slug, status)
        assert status in (200, 403, 404)
        assert client.get(shelf(slug, 999)).status_code in (403, 404)
    log = client.get(reverse("desk:access_log")).status_code
    assert (log == 200) == (who in {"privacy_officer", "audit_admin"})


def test_the_officer_fulfils_a_request_from_the_page(city: World, item: Suggestion) -> None:
    made = rights.receive(
        suggestion=item,
        kind="correct",
        actor=Actor.author(),
        at=AT,
        correction={"email": "lin@example.cn"},
    )
    client = sign_in(city, "privacy_officer")
    assert "lin@example.cn" in client.get(shelf("requests", made.pk)).content.decode()
    done = client.post(shelf("requests", made.pk), {"act": "rights_fulfil", "words": ""})
    assert done.status_code == 302
    item.author.refresh_from_db()
    assert item.author.email == "lin@example.cn"
    assert RightsRequest.objects.get().result == "corrected"


def test_a_refusal_without_reasons_is_not_taken_and_keeps_what_was_typed(
    city: World, item: Suggestion
) -> None:
    made = rights.receive(suggestion=item, kind="restrict", actor=Actor.author(), at=AT)
    client = sign_in(city, "privacy_officer")
    bad = client.post(shelf("requests", made.pk), {"act": "rights_refuse", "words": "不行"})
    assert bad.status_code == 422
    assert "不行" in bad.content.decode()
    assert client.post(
        shelf("requests", made.pk), {"act": "rights_refuse", "words": "办理没有结束，撤回后可以停止。"}
    ).status_code == 302  # fmt: skip
    made.refresh_from_db()
    assert (made.status, made.answer) == ("refused", "办理没有结束，撤回后可以停止。")


@pytest.mark.parametrize("act", ["identity_grant", "rights_refuse", "accept", "", "no_such_row"])
def test_an_act_that_is_not_on_the_shelf_is_refused(
    city: World, item: Suggestion, act: str
) -> None:
    made = rights.receive(suggestion=item, kind="restrict", actor=Actor.author(), at=AT)
    client = sign_in(city, "privacy_officer" if act != "rights_refuse" else "leader")
    response = client.post(shelf("requests", made.pk), {"act": act, "words": "随便写的理由"})
    assert response.status_code in (403, 404)
    made.refresh_from_db()
    assert made.status == "verified"


def test_two_managers_approve_a_break_glass_at_the_desk_and_the_asker_cannot(
    city: World, item: Suggestion
) -> None:
    asked = sign_in(city, "supervisor").post(
        reverse("desk:item_privacy", args=[item.case_no]),
        {"act": "break_glass", "words": "有人要轻生"},
    )
    assert asked.status_code == 302
    grant = IdentityGrant.objects.get()
    own = sign_in(city, "supervisor").post(shelf("grants", grant.pk), {"act": "identity_grant"})
    assert own.status_code == 422
    for who in ("leader", "privacy_officer"):
        done = sign_in(city, who).post(shelf("grants", grant.pk), {"act": "identity_grant"})
        assert done.status_code == 302, who
    grant.refresh_from_db()
    assert grant.status == "granted"


def test_a_unit_writes_to_a_hidden_author_through_the_office(city: World, item: Suggestion) -> None:
    Suggestion.objects.filter(pk=item.pk).update(hide_identity_from_unit=True)
    client = sign_in(city, "handler:bus")
    address = reverse("desk:item_privacy", args=[item.case_no])
    assert address in client.get(reverse("desk:item", args=[item.case_no])).content.decode()
    client.post(address, {"act": "message", "words": "是东侧站台吗？"})
    message = RelayMessage.objects.get()
    office = sign_in(city, "triage_officer")
    assert office.post(
        shelf("messages", message.pk), {"act": "message_pass", "words": "是东侧站台吗？"}
    ).status_code == 302  # fmt: skip
    other = sign_in(city, "handler:water").get(reverse("desk:item", args=[item.case_no]))
    assert other.status_code == 404


def test_a_breach_goes_from_detection_to_the_persons_and_its_clock_stops(
    city: World, item: Suggestion
) -> None:
    client = sign_in(city, "privacy_officer")
    made = client.post(
        reverse("desk:breach_new"),
        {"kind": "leak", "summary": "一份名单被发错了邮箱", "persons": "3", "data_kinds": "手机号"},
    )
    assert made.status_code == 302
    breach = Breach.objects.get()
    breach.suggestions.add(item)
    for act, words in (
        ("breach_contain", "收回了邮件"), ("breach_tell_authority", "市网信办"), ("breach_tell_persons", "手机号被发错，已收回，请留意陌生来电"),
    ):  # fmt: skip
        done = client.post(shelf("breaches", breach.pk), {"act": act, "words": words})
        assert done.status_code == 302, act
    breach.refresh_from_db()
    assert (breach.status, breach.due_on) == ("persons_told", None)
    assert item.events.filter(name="breach_told").exists()


def test_a_breach_whose_measures_kept_harm_away_is_closed_with_the_reason(city: World) -> None:
    officer = city.actor("privacy_officer")
    breach = breaches.detect(
        jurisdiction=city.jurisdiction,
        kind="loss",
        summary="一块硬盘找不到了",
        actor=officer,
        at=AT,
    )
    breaches.contain(breach=breach, measures="硬盘已加密", actor=officer, at=AT)
    breaches.tell_authority(breach=breach, authority="市网信办", actor=officer, at=AT)
    breaches.close(breach=breach, reason="加密且已找回", actor=officer, at=AT)
    assert breach.status == "closed"


def test_staff_lend_their_role_on_the_roles_page_and_take_it_back(city: World) -> None:
    client, day = sign_in(city, "triage_officer"), local_date(timezone.now())
    role = StaffRole.objects.get(user=city.users["triage_officer"])
    sent = {
        "role": role.pk, "to_user": city.users["intake_clerk"].pk, "from_on": day.isoformat(), "until_on": day.isoformat(),
        "reason": "出差",
    }  # fmt: skip
    assert client.post(reverse("desk:lend"), sent).status_code == 302
    lent = Delegation.objects.get()
    assert (
        sign_in(city, "publisher").post(reverse("desk:lend_end", args=[lent.pk])).status_code == 404
    )
    assert client.post(reverse("desk:lend_end", args=[lent.pk])).status_code == 302
    lent.refresh_from_db()
    assert lent.ended_at is not None
    bad = client.post(reverse("desk:lend"), {**sent, "until_on": "2020-01-01"})
    assert bad.status_code == 422
    assert "出差" in bad.content.decode()


@pytest.mark.parametrize("who", ["sys_admin", "audit_admin", "triage_officer", "handler:bus"])
def test_nobody_but_the_security_administrator_grants_or_revokes_at_the_desk(
    city: World, who: str
) -> None:
    client, role = sign_in(city, who), StaffRole.objects.get(user=city.users["leader"])
    sent = {"user": city.users["editor"].pk, "role": "leader", "reason": "试试"}
    assert client.post(reverse("desk:grant"), sent).status_code == 403
    assert (
        client.post(reverse("desk:revoke", args=[role.pk]), {"reason": "试试"}).status_code == 403
    )
    assert StaffRole.objects.filter(user=city.users["leader"]).exists()


def test_the_security_administrator_grants_and_revokes_at_the_desk(city: World) -> None:
    client = sign_in(city, "sec_admin")
    sent = {"user": city.users["editor"].pk, "role": "supervisor", "reason": "任命文件"}
    assert client.post(reverse("desk:grant"), sent).status_code == 302
    made = StaffRole.objects.get(user=city.users["editor"], role="supervisor")
    assert "任命文件" in sign_in(city, "audit_admin").get(reverse("desk:roles")).content.decode()
    assert (
        client.post(reverse("desk:revoke", args=[made.pk]), {"reason": "调离"}).status_code == 302
    )
    assert not StaffRole.objects.filter(pk=made.pk).exists()


def test_the_lists_cost_the_same_queries_with_many_rows(city: World) -> None:
    client = sign_in(city, "privacy_officer")

    def cost(address: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(address).status_code == 200
        return len(queries)

    def add(count: int) -> None:
        for _n in range(count):
            held = w.submit(city).suggestion
            rights.receive(suggestion=held, kind="restrict", actor=Actor.author(), at=AT)
            held.refresh_from_db()
            identity.read_contact(
                suggestion=held, reason="核实地点", actor=city.actor("intake_clerk"), at=AT
            )

    add(1)
    addresses = (shelf("requests"), reverse("desk:access_log"))
    for address in addresses:
        cost(address)
    few = [cost(a) for a in addresses]
    add(4)
    many: list[Any] = [cost(a) for a in addresses]
    assert many == few
