"""Who may read an identity when a reason alone is not enough, and who is told (MC 36; process.md 2.2, 9.3)."""

from datetime import timedelta

import pytest

from suggestions.actor import Actor
from suggestions.codes import GrantKind
from suggestions.errors import Invalid, NotAllowed
from suggestions.models import (
    Author,
    IdentityAccessLog,
    IdentityGrant,
    Outbox,
    RelayMessage,
    Suggestion,
)
from suggestions.services import identity, relaying
from tests.world import MONDAY, World

pytestmark = pytest.mark.django_db
AT = MONDAY + timedelta(days=1)
REASON = "核实站台是哪一侧"


def minor(item: Suggestion) -> Suggestion:
    Author.objects.filter(suggestion=item).update(age_band="14_17")
    return Suggestion.objects.select_related("jurisdiction", "author").get(pk=item.pk)


def test_a_minors_contact_is_read_only_after_a_manager_approved(
    city: World, item: Suggestion
) -> None:
    item, clerk = minor(item), city.actor("intake_clerk")
    with pytest.raises(NotAllowed, match="未成年人"):
        identity.read_contact(suggestion=item, reason=REASON, actor=clerk, at=AT)
    grant = identity.ask(kind=GrantKind.MINOR, suggestion=item, reason=REASON, actor=clerk, at=AT)
    with pytest.raises(NotAllowed):
        identity.read_contact(suggestion=item, reason=REASON, actor=clerk, at=AT)
    identity.approve(grant=grant, actor=city.actor("privacy_officer"), at=AT)
    item.refresh_from_db()
    assert identity.read_contact(suggestion=item, reason=REASON, actor=clerk, at=AT)
    assert IdentityAccessLog.objects.get().grant == grant
    item.refresh_from_db()
    with pytest.raises(NotAllowed):
        identity.read_contact(
            suggestion=item, reason=REASON, actor=clerk, at=AT + timedelta(hours=25)
        )


def test_one_persons_grant_is_not_anothers(city: World, item: Suggestion) -> None:
    item, clerk = minor(item), city.actor("intake_clerk")
    grant = identity.ask(kind=GrantKind.MINOR, suggestion=item, reason=REASON, actor=clerk, at=AT)
    identity.approve(grant=grant, actor=city.actor("privacy_officer"), at=AT)
    item.refresh_from_db()
    with pytest.raises(NotAllowed):
        identity.read_contact(
            suggestion=item, reason=REASON, actor=city.actor("triage_officer"), at=AT
        )


def test_nobody_approves_their_own_request_nor_twice(city: World, item: Suggestion) -> None:
    supervisor = city.actor("supervisor")
    grant = identity.ask(
        kind=GrantKind.BREAK_GLASS, suggestion=item, reason=REASON, actor=supervisor, at=AT
    )
    with pytest.raises(NotAllowed):
        identity.approve(grant=grant, actor=supervisor, at=AT)
    identity.approve(grant=grant, actor=city.actor("leader"), at=AT)
    assert grant.status == "first"
    with pytest.raises(NotAllowed):
        identity.approve(grant=grant, actor=city.actor("leader"), at=AT)
    identity.approve(grant=grant, actor=city.actor("privacy_officer"), at=AT)
    assert grant.status == "granted"


def test_break_glass_opens_a_hidden_author_to_a_unit_for_its_hours_and_the_author_is_told(
    city: World, item: Suggestion
) -> None:
    Suggestion.objects.filter(pk=item.pk).update(hide_identity_from_unit=True)
    item.refresh_from_db()
    head = city.actor("unit_head:bus")
    with pytest.raises(NotAllowed):
        identity.read_contact(suggestion=item, reason=REASON, actor=head, at=AT)
    grant = identity.ask(
        kind=GrantKind.BREAK_GLASS, suggestion=item, reason="有人要跳桥", actor=head, at=AT, hours=2
    )
    for who in ("leader", "privacy_officer"):
        identity.approve(grant=grant, actor=city.actor(who), at=AT)
    item.refresh_from_db()
    assert ("手机号", "19900001234") in identity.read_contact(
        suggestion=item, reason=REASON, actor=head, at=AT + timedelta(hours=1)
    )
    Outbox.objects.all().delete()
    assert identity.end_grants(now=AT + timedelta(hours=3)) == 1
    assert Outbox.objects.filter(payload__code="author.identity_read").count() == 1
    assert identity.end_grants(now=AT + timedelta(hours=4)) == 0
    item.refresh_from_db()
    with pytest.raises(NotAllowed):
        identity.read_contact(
            suggestion=item, reason=REASON, actor=head, at=AT + timedelta(hours=3)
        )
    office_or_unit, why, _when = identity.reads_for_author(item)[0]
    assert (office_or_unit, why) == (city.bus.name, REASON)


def test_an_export_with_identities_needs_two_approvals_by_others(city: World) -> None:
    officer = city.actor("privacy_officer")
    facts = {"jurisdiction": city.jurisdiction, "reason": "核对获奖人", "at": AT}
    with pytest.raises(NotAllowed):
        identity.ask(
            kind=GrantKind.EXPORT, export_query="state=all", actor=city.actor("leader"), **facts
        )
    with pytest.raises(Invalid):
        identity.ask(kind=GrantKind.EXPORT, actor=officer, **facts)
    grant = identity.ask(kind=GrantKind.EXPORT, export_query="state=all", actor=officer, **facts)
    for who in ("leader", "supervisor"):
        with pytest.raises(NotAllowed):
            identity.export_grant(grant_id=grant.pk, actor=officer, at=AT)
        with pytest.raises(NotAllowed):
            identity.approve(grant=grant, actor=officer, at=AT)
        identity.approve(grant=grant, actor=city.actor(who), at=AT)
    assert identity.export_grant(grant_id=grant.pk, actor=officer, at=AT) == grant
    with pytest.raises(NotAllowed):
        identity.export_grant(grant_id=grant.pk, actor=city.actor("leader"), at=AT)
    with pytest.raises(NotAllowed):
        identity.export_grant(grant_id=grant.pk, actor=officer, at=AT + timedelta(days=2))


def test_the_database_holds_that_a_grant_has_two_approvals(city: World, item: Suggestion) -> None:
    from django.db import IntegrityError, transaction

    grant = identity.ask(
        kind=GrantKind.BREAK_GLASS,
        suggestion=item,
        reason=REASON,
        actor=city.actor("supervisor"),
        at=AT,
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        IdentityGrant.objects.filter(pk=grant.pk).update(status="granted", valid_until=AT)


def test_a_unit_reads_an_answer_only_as_the_office_passed_it_on(
    city: World, item: Suggestion
) -> None:
    head, office = city.actor("handler:bus"), city.actor("triage_officer")
    asked = relaying.write(suggestion=item, unit=city.bus, words="是哪一侧？", actor=head, at=AT)
    assert relaying.for_author(item) == []
    asked.suggestion = item
    relaying.pass_on(message=asked, words=asked.words, actor=office, at=AT)
    assert [m.passed_words for m in relaying.for_author(item)] == ["是哪一侧？"]
    answer = relaying.write(
        suggestion=item, unit=city.bus, words="东侧，电话19900001234。", actor=Actor.author(), at=AT, answers=asked,
    )  # fmt: skip
    assert relaying.for_unit(item, {city.bus.pk}) == [asked]
    answer.suggestion = item
    relaying.pass_on(message=answer, words=answer.words, actor=office, at=AT)
    (seen,) = [m for m in relaying.for_unit(item, {city.bus.pk}) if not m.to_author]
    assert "19900001234" not in seen.passed_words
    assert "东侧" in seen.passed_words
    assert relaying.for_unit(item, {city.water.pk}) == []
    assert RelayMessage.objects.count() == 2
