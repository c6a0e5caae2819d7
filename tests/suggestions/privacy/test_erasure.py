"""The right to erasure: nothing a person wrote is left anywhere, and every chain still verifies (PIPL 47)."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import DatabaseError, transaction

from suggestions import access
from suggestions.actor import Actor
from suggestions.codes import ErasureBasis, RightsKind
from suggestions.errors import DomainError
from suggestions.models import Attachment, CaseEvent, Erasure, RecordEvent, Suggestion
from suggestions.services import (
    attachments,
    authority,
    chain,
    erasure,
    identity,
    intake,
    relaying,
    replying,
    rights,
)
from tests import world as w
from tests.world import MONDAY, World

MARK = "梧桐雨巷七号"
PHONE = "19955501234"
LATER = MONDAY + timedelta(days=40)


def holds_mark() -> list[str]:
    """Every row of every table whose values, decrypted, hold what the author wrote or their telephone."""
    found = []
    for model in apps.get_models():
        for row in model._default_manager.all():
            said = " ".join(str(getattr(row, f.attname, "")) for f in model._meta.concrete_fields)
            if MARK in said or PHONE in said:
                found.append(f"{model.__name__} {row.pk}")
    return found


def withdrawn(city: World) -> Suggestion:
    """An item with the author's words in every place we know, taken back before it was accepted."""
    item = w.submit(
        city, title=f"{MARK}的灯", problem=f"{MARK}门口的路灯坏了，晚上看不见路，我的电话{PHONE}。", place=MARK,
        proposal=f"修好{MARK}的灯", name=MARK, phone=PHONE, address=MARK,
    ).suggestion  # fmt: skip
    stored = storages[attachments.STORAGE].save("ab/mark.txt", ContentFile(MARK.encode()))
    Attachment.objects.create(
        token="t" * 20, suggestion=item, storage_name=stored, original_name=f"{MARK}.txt",
        content_type="text/plain", size=9, sha256="0" * 64,
    )  # fmt: skip
    clerk = city.actor("intake_clerk")
    identity.read_contact(suggestion=item, reason=f"问{MARK}在哪", actor=clerk, at=MONDAY)
    triage = city.actor("triage_officer")
    authority.declare_conflict(
        suggestion=item, user=triage.user, reason=f"住在{MARK}", actor=triage, at=MONDAY
    )
    relaying.write(
        suggestion=item, unit=city.bus, words=f"{MARK}是哪一段？", actor=Actor.author(), at=MONDAY
    )
    intake.withdraw(suggestion=item, reason=f"{MARK}已经修好", at=MONDAY + timedelta(days=1))
    return Suggestion.objects.select_related("jurisdiction", "author").get(pk=item.pk)


@pytest.mark.django_db
def test_after_erasure_no_table_file_or_event_holds_a_word_and_every_chain_verifies(
    city: World, django_capture_on_commit_callbacks: Any
) -> None:
    item = withdrawn(city)
    stored = item.attachments.get().storage_name
    assert len(holds_mark()) > 5
    hashes = list(item.events.order_by("seq").values_list("hash", flat=True))
    with django_capture_on_commit_callbacks(execute=True):
        erasure.erase(
            suggestion=item, basis=ErasureBasis.REQUEST, actor=city.actor("privacy_officer"), at=LATER
        )  # fmt: skip
    assert holds_mark() == []
    assert not storages[attachments.STORAGE].exists(stored)
    kept = list(item.events.order_by("seq").values_list("hash", flat=True))
    assert kept[: len(hashes)] == hashes
    assert list(chain.verify()) == []
    tombstone = Erasure.objects.get(suggestion=item)
    assert tombstone.kind == Erasure.Kind.ERASED
    assert tombstone.cleared["events"] >= len(hashes)


@pytest.mark.django_db
def test_erasing_twice_changes_nothing(city: World) -> None:
    item, officer = withdrawn(city), city.actor("privacy_officer")
    erasure.erase(suggestion=item, basis=ErasureBasis.REQUEST, actor=officer, at=LATER)
    before = (CaseEvent.objects.count(), RecordEvent.objects.count())
    erasure.erase(suggestion=item, basis=ErasureBasis.REQUEST, actor=officer, at=LATER)
    assert (CaseEvent.objects.count(), RecordEvent.objects.count()) == before


@pytest.mark.django_db
def test_the_database_refuses_to_empty_an_event_of_a_case_that_was_not_erased(
    item: Suggestion,
) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        CaseEvent.objects.filter(suggestion=item).update(words="", reason="", data={}, text_salt="")
    assert list(chain.verify()) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change", [{"words": "换了一句话"}, {"role": "leader"}, {"hash": "0" * 64}]
)
def test_the_database_lets_nothing_but_emptying_through_even_for_an_erased_case(
    city: World, change: dict[str, str]
) -> None:
    item = withdrawn(city)
    Erasure.objects.create(suggestion=item, kind="erased", basis=ErasureBasis.REQUEST, at=LATER)
    empty: dict[str, Any] = {"words": "", "reason": "", "data": {}, "text_salt": ""}
    with pytest.raises(DatabaseError), transaction.atomic():
        CaseEvent.objects.filter(suggestion=item).update(**{**empty, **change})
    with pytest.raises(DatabaseError), transaction.atomic():
        CaseEvent.objects.filter(suggestion=item).delete()


@pytest.mark.django_db
def test_events_emptied_behind_a_forged_tombstone_are_named_by_verify_chain(city: World) -> None:
    item = withdrawn(city)
    Erasure.objects.create(suggestion=item, kind="erased", basis=ErasureBasis.REQUEST, at=LATER)
    CaseEvent.objects.filter(suggestion=item, name="register").update(
        words="", reason="", data={}, text_salt=""
    )
    (fault,) = list(chain.verify())
    assert "被改过" in fault.what


@pytest.mark.django_db
def test_a_case_in_hand_is_withdrawn_before_it_can_be_erased(item: Suggestion) -> None:
    with pytest.raises(DomainError, match="先撤回"):
        erasure.erase(suggestion=item, basis=ErasureBasis.REQUEST, actor=Actor.system(), at=LATER)
    assert not Erasure.objects.exists()


@pytest.mark.django_db
def test_while_the_archive_term_runs_a_deletion_becomes_a_seal_and_the_answer_says_until_when(
    city: World, public_item: Suggestion
) -> None:
    request = rights.receive(
        suggestion=public_item, kind=RightsKind.DELETE, actor=Actor.author(), at=LATER
    )
    rights.fulfil(request=request, actor=city.actor("privacy_officer"), at=LATER)
    request.refresh_from_db()
    assert (request.status, request.result) == ("done", "restricted")
    assert "2036年" in request.answer
    public_item.refresh_from_db()
    assert public_item.original_title
    assert not public_item.is_public
    for who in ("triage_officer", "leader", "handler:bus", "publisher"):
        assert not access.readable(city.users[who]).filter(pk=public_item.pk).exists(), who
    assert list(chain.verify()) == []


@pytest.mark.django_db
def test_the_answer_of_a_unit_goes_with_the_case_when_the_term_is_over(
    city: World, public_item: Suggestion
) -> None:
    reply = replying.Reply.objects.get(suggestion=public_item, state="approved")
    assert reply.public_body
    end = MONDAY + timedelta(days=3700)
    Suggestion.objects.filter(pk=public_item.pk).update(status="closed", closed_at=MONDAY)
    public_item.refresh_from_db()
    assert erasure.archive_duty(public_item, at=end) == ""
    erasure.erase(suggestion=public_item, basis=ErasureBasis.EXPIRED, actor=Actor.system(), at=end)
    reply.refresh_from_db()
    assert (reply.body, reply.public_body, reply.is_public) == (erasure.GONE, "", False)
    public_item.refresh_from_db()
    assert (public_item.public_title, public_item.is_public) == ("", False)
    assert list(chain.verify()) == []


def test_no_event_of_ours_is_written_past_the_two_writers() -> None:
    """Only the two services that seal an event's texts may create one."""
    root = Path(__file__).parents[3] / "suggestions"
    writers = [
        str(p.relative_to(root))
        for p in root.rglob("*.py")
        if "Event.objects.create" in p.read_text(encoding="utf-8")
    ]
    assert writers == []
