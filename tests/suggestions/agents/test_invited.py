"""Invited collection: a register, invitations with a token and a deadline, and what comes of them (process.md 3.1)."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from suggestions import outbox
from suggestions.actor import Actor
from suggestions.errors import DomainError, Invalid, NotAllowed
from suggestions.models import Invitation, InvitedContributor, Suggestion, Topic
from suggestions.selectors import invited as selector
from suggestions.services import intake, inviting, lapses
from tests import world as w
from tests.world import MONDAY, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> World:
    return w.make_world()


def contributor(city: World, **changes: Any) -> InvitedContributor:
    facts: dict[str, Any] = {
        "name": "夏知远", "kind": "expert", "field": "排水工程", "appointing_unit": city.office, "term_from": date(2026, 1, 1),
        "term_until": date(2027, 12, 31), "email": "xia@example.cn", "topics": [city.other_topic],
    }  # fmt: skip
    return inviting.register_contributor(
        jurisdiction=city.jurisdiction, actor=city.actor("triage_officer"), **{**facts, **changes}
    )


def invite(city: World, *, at: datetime = MONDAY, days: int = 10, **changes: Any) -> Invitation:
    values: dict[str, Any] = {
        "contributors": [contributor(city)],
        "topic": "老城区积水点怎么治",
        **changes,
    }
    return inviting.invite(
        actor=city.actor("triage_officer"), at=at, deadline_on=at.date() + timedelta(days=days), **values
    )[0]  # fmt: skip


def answer(city: World, invitation: Invitation, *, at: datetime, key: str = "k") -> intake.Receipt:
    return intake.submit(
        submission=w.submission(city, invitation=invitation), jurisdiction=city.jurisdiction, idempotency_key=key,
        actor=Actor.author(), at=at,
    )  # fmt: skip


def test_an_answer_before_the_deadline_is_marked_invited_and_counts_as_an_activity(
    city: World,
) -> None:
    invitation = invite(city)
    receipt = answer(city, invitation, at=MONDAY + timedelta(days=1))
    assert receipt.suggestion.mode == "invited"
    invitation.refresh_from_db()
    assert (invitation.status, invitation.suggestion) == ("submitted", receipt.suggestion)
    invitation.contributor.refresh_from_db()
    assert invitation.contributor.activity_count == 1


def test_the_deadline_lasts_until_midnight_and_a_minute_later_nothing_is_taken(city: World) -> None:
    last = (MONDAY + timedelta(days=10)).replace(hour=23, minute=59)
    late, in_time = (
        invite(city),
        invite(city, contributors=[contributor(city, email="b@example.cn")]),
    )
    assert answer(city, in_time, at=last, key="a").created
    with pytest.raises(Invalid, match="截止"):
        answer(city, late, at=last + timedelta(minutes=2), key="b")
    assert Suggestion.objects.count() == 1


def test_an_invitation_is_answered_once_and_the_form_sent_twice_gives_one_receipt(
    city: World,
) -> None:
    invitation = invite(city)
    first = answer(city, invitation, at=MONDAY, key="same")
    assert answer(city, Invitation.objects.get(), at=MONDAY, key="same").token == first.token
    with pytest.raises(Invalid, match="提交过"):
        answer(city, Invitation.objects.get(), at=MONDAY, key="other")


def test_an_invitation_that_nobody_answered_expires_at_midnight_once(city: World) -> None:
    invite(city)
    for _ in range(2):
        lapses.run(now=MONDAY + timedelta(days=20))
    held = Invitation.objects.get()
    assert held.status == "expired"
    from suggestions.models import RecordEvent

    event = RecordEvent.objects.get(machine="invitation", name="invitation_expire")
    assert event.at == (MONDAY + timedelta(days=11)).replace(hour=0)


def test_the_table_holds_no_token_and_no_name(city: World) -> None:
    invitation = invite(city)
    token = inviting.current_token(invitation)
    assert inviting.find(token) == invitation
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM suggestions_invitation")
        assert token not in str(cursor.fetchall())
        cursor.execute("SELECT * FROM suggestions_invitedcontributor")
        rows = str(cursor.fetchall())
    assert "夏知远" not in rows
    assert "xia@example.cn" not in rows


def test_the_letter_goes_out_once_with_the_personal_address(city: World) -> None:
    invitation = invite(city, at=timezone.now())
    for days in (1, 2):
        outbox.deliver(now=timezone.now() + timedelta(days=days))
    assert len(mail.outbox) == 1
    assert inviting.current_token(invitation) in mail.outbox[0].body


def test_the_first_page_opens_the_invitation_and_declining_ends_it(city: World) -> None:
    invitation = invite(city, at=timezone.now())
    client, address = Client(), reverse("suggestions:submit")
    page = client.get(address, {"invite": inviting.current_token(invitation)})
    assert "老城区积水点怎么治" in page.content.decode()
    invitation.refresh_from_db()
    assert invitation.status == "opened"
    done = client.post(
        f"{address}?step=start", {"action": "decline", "invite": inviting.current_token(invitation)}
    )
    assert "不参加" in done.content.decode()
    invitation.refresh_from_db()
    assert invitation.status == "declined"
    again = client.get(address, {"invite": inviting.current_token(invitation)}).content.decode()
    assert "这次不参加" in again


def test_a_wrong_token_says_so_and_still_lets_everybody_write(city: World) -> None:
    page = Client().get(reverse("suggestions:submit"), {"invite": "nothing"})
    assert page.status_code == 200
    assert "没有找到这份邀请" in page.content.decode()


def test_a_late_visitor_is_told_that_the_invitation_closed(city: World) -> None:
    invitation = invite(city, at=timezone.now())
    with time_machine.travel(timezone.now() + timedelta(days=11)):
        page = Client().get(
            reverse("suggestions:submit"), {"invite": inviting.current_token(invitation)}
        )
    assert "已经截止" in page.content.decode()


def test_candidates_serve_on_the_day_fit_the_topic_and_come_least_used_first(city: World) -> None:
    drain = contributor(city)
    general = contributor(city, name="江一", email="a@example.cn", topics=[])
    parent = Topic.objects.get(code="transport")
    bus = contributor(city, name="江二", email="c@example.cn", topics=[parent])
    contributor(city, name="江三", email="d@example.cn", term_until=date(2026, 6, 30))
    inviting.count_activity(drain)
    on = MONDAY.date()
    assert list(selector.candidates(on=on)) == [general, bus, drain]
    assert list(selector.candidates(city.topic, on=on)) == [bus], "a topic above fits its parts"
    assert list(selector.candidates(city.other_topic, on=on)) == [drain]
    assert list(selector.candidates(on=date(2028, 1, 1))) == []


def test_whoever_left_the_register_is_not_invited_and_open_invitations_end(city: World) -> None:
    invitation = invite(city)
    person = invitation.contributor
    officer = city.actor("triage_officer")
    with pytest.raises(Invalid):
        inviting.end_term(contributor=person, reason="bored", actor=officer, at=MONDAY)
    inviting.end_term(contributor=person, reason="moved", actor=officer, at=MONDAY)
    invitation.refresh_from_db()
    assert invitation.status == "declined"
    with pytest.raises(Invalid, match="退出"):
        invite(city, contributors=[person])
    with pytest.raises(DomainError):
        inviting.end_term(contributor=person, reason="moved", actor=officer, at=MONDAY)


def test_the_register_refuses_what_cannot_be_right(city: World) -> None:
    for changes in (
        {"name": " "}, {"email": ""}, {"email": "nowhere"}, {"phone": "12345"}, {"kind": "friend"}, {"field": ""},
        {"term_until": date(2025, 1, 1)},
    ):  # fmt: skip
        with pytest.raises(Invalid):
            contributor(city, **changes)
    contributor(city, phone="19900005678")
    with pytest.raises(Invalid, match="已经在册"):
        contributor(city, phone="199 0000 5678")
    assert InvitedContributor.objects.count() == 1


@pytest.mark.parametrize("who", ["supervisor", "publisher", "leader", "agent_l1"])
def test_only_the_collection_office_keeps_the_register(city: World, who: str) -> None:
    with pytest.raises(NotAllowed):
        inviting.register_contributor(
            jurisdiction=city.jurisdiction, name="某", kind="expert", field="某", appointing_unit=city.office,
            term_from=date(2026, 1, 1), term_until=date(2026, 12, 31), email="z@example.cn", actor=city.actor(who),
        )  # fmt: skip
    client = Client()
    client.force_login(city.users[who], backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(reverse("desk:invited")).status_code == 403


def test_the_desk_registers_invites_and_ends(city: World) -> None:
    client = Client()
    client.force_login(
        city.users["triage_officer"], backend="django.contrib.auth.backends.ModelBackend"
    )
    assert client.post(reverse("desk:invited_new"), {}).status_code == 422
    values = {
        "name": "夏知远", "kind": "expert", "field": "排水工程", "topics": ["water"], "phone": "", "email": "xia@example.cn",
        "appointing_unit": "office", "term_from": "2026-01-01", "term_until": "2035-12-31",
    }  # fmt: skip
    assert client.post(reverse("desk:invited_new"), values).status_code == 302
    person = InvitedContributor.objects.get()
    deadline = (timezone.localdate() + timedelta(days=9)).isoformat()
    send = {"topic": "积水点怎么治", "deadline_on": deadline, "contributors": [person.pk]}
    assert (
        client.post(reverse("desk:invited_send"), {**send, "deadline_on": "2020-01-01"}).status_code
        == 422
    )
    assert client.post(reverse("desk:invited_send"), send).status_code == 302
    assert "夏知远" in client.get(reverse("desk:invited")).content.decode()
    one = reverse("desk:invited_one", args=[person.pk])
    assert client.get(one).status_code == 200
    assert client.post(one, {"end_reason": "resigned"}).status_code == 302
    assert Invitation.objects.get().status == "declined"


def test_an_invited_campaign_takes_the_invited_and_nobody_else_online(city: World) -> None:
    class Campaign:
        """What intake asks of a campaign page."""

        pk, mode = 1, "invited"

        def is_open_at(self, at: datetime) -> bool:
            return True

    invitation = invite(city)
    stranger = w.submission(city, campaign=Campaign())
    invited = w.submission(city, campaign=Campaign(), invitation=invitation)
    assert "campaign" in intake.validate(stranger, at=MONDAY)
    assert "campaign" not in intake.validate(invited, at=MONDAY)
