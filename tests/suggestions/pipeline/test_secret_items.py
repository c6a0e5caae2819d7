"""Every ground of 3.5 has its code, its words and its channel; what is found secret is shut, then deleted (process.md 3.5)."""

import json
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import IntegrityError, transaction
from django.http import Http404
from django.test import Client
from django.utils import timezone

from portal.notices.models import StaffNotice
from suggestions import access, outbox
from suggestions.codes import (
    NOT_ACCEPTED_CATEGORY,
    NOT_ACCEPTED_WORDS,
    REFUSALS,
    Category,
    NotAcceptedReason,
)
from suggestions.errors import Invalid
from suggestions.models import (
    Attachment,
    CampaignAnswer,
    Note,
    Outbox,
    PendingDecision,
    RedirectTarget,
    StaffRole,
    Suggestion,
    TriageHint,
)
from suggestions.roles import Role
from suggestions.services import (
    attachments,
    campaign_files,
    chain,
    deciding,
    hinting,
    intake,
    reminders,
    said,
    triage,
)
from suggestions.states import Case
from tests import world as w
from tests.suggestions.pipeline.steps import HOUR, City, due, registered
from tests.world import MONDAY

pytestmark = pytest.mark.django_db
AT = MONDAY + HOUR
WORD = "东山仓库"


def secret_item(city: City, **changes: Any) -> Suggestion:
    return registered(
        city, title=f"{WORD}门口的路灯", problem=f"{WORD}的守卫换岗时路灯不亮。", proposal=f"{WORD}装灯。", **changes
    )  # fmt: skip


def propose(city: City, item: Suggestion, reason: str = "state_secret") -> PendingDecision:
    held = deciding.refuse(
        suggestion=item, reason=reason, words="", actor=city.actor("triage_officer"), at=AT
    )
    assert held is not None
    item.refresh_from_db()
    return held


def confirm(city: City, decision: PendingDecision) -> Suggestion:
    item = deciding.confirm(decision=decision, actor=city.actor("triage_officer_2"), at=AT + HOUR)
    item.refresh_from_db()
    return item


# One code, one explanation, one channel for each ground


def test_every_ground_of_3_5_has_a_code_of_its_own_with_words_of_its_own() -> None:
    grounds = {
        "personal_claim", "legal_route", "appeal", "accusation", "state_secret", "defamatory", "outside_territory",
        "advertising", "unreadable", "pure_theory", "repeated",
    }  # fmt: skip
    assert {str(r) for r in REFUSALS} == grounds
    said_of = [NOT_ACCEPTED_WORDS[r] for r in REFUSALS]
    assert len(set(said_of)) == len(grounds)


@pytest.mark.parametrize("reason", sorted(set(REFUSALS) - {NotAcceptedReason.ADVERTISING}))
def test_every_ground_but_advertising_names_where_to_go_or_what_to_do(reason: str) -> None:
    assert any(word in NOT_ACCEPTED_WORDS[reason] for word in ("请", "可以"))


def test_the_code_that_covered_two_grounds_is_offered_no_more(city: City) -> None:
    item = registered(city)
    with pytest.raises(Invalid):
        deciding.refuse(
            suggestion=item, reason="secret_or_defamatory", words="", actor=city.actor("triage_officer"), at=AT
        )  # fmt: skip


@pytest.mark.parametrize("reason", sorted(NOT_ACCEPTED_CATEGORY))
def test_the_author_is_shown_the_offices_own_channels_for_the_ground(
    city: City, client: Client, reason: str
) -> None:
    category = NOT_ACCEPTED_CATEGORY[NotAcceptedReason(reason)]
    RedirectTarget.objects.create(code="x", name="测试市某某窗口", phone="990-1", categories=[category], legal_basis="法")  # fmt: skip
    RedirectTarget.objects.create(
        code="y", name="别的窗口", categories=[Category.INFO_REQUEST], legal_basis="法"
    )
    receipt = w.submit(city.world)
    confirm(city, propose(city, receipt.suggestion, reason))
    page = client.post(
        "/track/", {"case_no": receipt.suggestion.case_no, "query_code": receipt.query_code}, follow=True
    ).content.decode()  # fmt: skip
    assert "测试市某某窗口" in page
    assert "别的窗口" not in page


def test_what_cannot_be_understood_is_asked_about_once_before_it_is_refused(city: City) -> None:
    item = registered(city)
    with pytest.raises(Invalid) as refused:
        propose(city, item, "unreadable")
    assert refused.value.errors["reason"] == [deciding.NOT_ASKED]
    officer = city.actor("triage_officer")
    triage.request_supplement(suggestion=item, asked="哪一条路？", actor=officer, at=AT)
    intake.supplement(suggestion=item, answer="@@@", actor=w.Actor.author(), at=AT)
    item.refresh_from_db()
    assert propose(city, item, "unreadable").reason == "unreadable"


def test_who_left_no_way_to_be_asked_is_not_waited_for(city: City) -> None:
    item = registered(city, phone="", email="", channel="letter", contact_channel="none")
    assert propose(city, item, "unreadable").reason == "unreadable"


def test_an_accusation_is_never_refused_by_one_alone_and_is_shut_like_a_report(city: City) -> None:
    city.jurisdiction.refusal_second_look = False
    city.jurisdiction.save()
    item = registered(city)
    item.jurisdiction.refresh_from_db()
    decision = propose(city, item, "accusation")
    assert item.category == Category.REPORT_MISCONDUCT
    with pytest.raises(Http404):
        access.load(city.users["supervisor"], item.case_no)
    deciding.send_back(
        decision=decision, reason="没有指控谁。", actor=city.actor("triage_officer_2"), at=AT
    )
    assert access.load(city.users["supervisor"], item.case_no).category == Category.SUGGESTION


# Found secret at triage


@pytest.mark.parametrize(
    "who", ["supervisor", "leader", "intake_clerk", "publisher", "privacy_officer", "sec_admin"]
)
def test_from_the_proposal_on_nobody_reads_it_but_those_who_decide(city: City, who: str) -> None:
    item = secret_item(city)
    propose(city, item)
    with pytest.raises(Http404):
        access.load(city.users[who], item.case_no)
    assert access.roles_on(city.users[who], item) == []
    assert access.load(city.users["triage_officer_2"], item.case_no) == item


def test_it_is_in_no_export_no_hint_no_campaign_file_and_no_leaders_tray(city: City) -> None:
    other, item = registered(city, title=f"{WORD}门口路灯不亮"), secret_item(city)
    assert any(h.value == item.case_no for h in hinting.ensure(suggestion=other, at=AT))
    hinting.ensure(suggestion=item, at=AT)
    propose(city, item)
    assert not item.hints.exists()
    assert not TriageHint.objects.filter(value=item.case_no).exists()
    assert hinting.ensure(suggestion=item, at=AT) == []
    assert item not in [found for found, _share, _why in hinting.similar(other)]
    assert item not in Suggestion.objects.not_shut()
    assert item not in access.exported_by_name(city.users["privacy_officer"])
    assert not any(item.case_no in row for row in campaign_files.own_questions(0))


def test_its_reminders_climb_to_no_one_who_may_not_read_it(city: City) -> None:
    item = secret_item(city)
    propose(city, item)
    held = item.clocks.get(kind="K2")
    held.suggestion = item
    today = timezone.localdate(AT)
    people = {p for step in ("supervisor", "leader") for p in reminders.addressees(held, step, on=today)}  # fmt: skip
    roles = set(StaffRole.objects.filter(user__in=people).values_list("role", flat=True))
    assert roles == {Role.TRIAGE_OFFICER}


def test_the_security_administrator_hears_of_the_number_and_not_a_word_of_it(city: City) -> None:
    item = secret_item(city)
    propose(city, item)
    outbox.deliver(now=timezone.now())
    (notice,) = StaffNotice.objects.filter(user=city.users["sec_admin"])
    assert item.case_no in notice.text
    assert WORD not in notice.text
    assert not any(WORD in json.dumps(row.payload, ensure_ascii=False) for row in Outbox.objects.all())  # fmt: skip


def test_sent_back_it_is_an_item_like_any_other_again(city: City) -> None:
    item = secret_item(city)
    before = due(item, "K2")
    decision = propose(city, item)
    deciding.send_back(
        decision=decision, reason="公开的地名。", actor=city.actor("triage_officer_2"), at=AT
    )
    item.refresh_from_db()
    assert access.load(city.users["supervisor"], item.case_no) == item
    assert item.original_title.startswith(WORD)
    assert due(item, "K2") == before


def test_nothing_secret_is_deleted_by_one_officer_alone(city: City) -> None:
    city.jurisdiction.refusal_second_look = False
    city.jurisdiction.save()
    item = secret_item(city)
    item.jurisdiction.refresh_from_db()
    propose(city, item)
    assert item.status == Case.REGISTERED
    assert item.original_title.startswith(WORD)


def test_confirmed_nothing_of_it_is_stored_any_more(
    city: City, django_capture_on_commit_callbacks: Any
) -> None:
    item = secret_item(city)
    store = storages[attachments.STORAGE]
    name = store.save("secret.txt", ContentFile(WORD.encode()))
    Attachment.objects.create(
        suggestion=item, token="t", original_name=f"{WORD}.txt", storage_name=name, size=4,
        content_type="text/plain", sha256="0" * 64,
    )  # fmt: skip
    CampaignAnswer.objects.create(suggestion=item, position=0, label="在哪里", value=WORD)
    Note.objects.create(suggestion=item, user=city.users["triage_officer"], side="office", words=WORD, event_seq=99, at=AT)  # fmt: skip
    hinting.ensure(suggestion=item, at=AT)
    with django_capture_on_commit_callbacks(execute=True):
        item = confirm(city, propose(city, item))
    assert (item.status, item.not_accepted_reason) == ("not_accepted", "state_secret")
    held = []
    for model in apps.get_app_config("suggestions").get_models():
        for row in model._default_manager.values():
            if WORD in str(row):
                held.append((model.__name__, row))
    assert held == []
    assert not store.exists(name)
    names = list(item.events.order_by("seq").values_list("name", flat=True))
    assert names[-2:] == ["refuse", "secret_text_deleted"]
    assert list(chain.verify()) == []


def test_the_author_is_told_why_and_the_lawful_way_though_nothing_is_kept(
    city: City, client: Client
) -> None:
    receipt = w.submit(city.world, title=f"{WORD}门口的路灯", problem=f"{WORD}不亮。")
    confirm(city, propose(city, receipt.suggestion))
    page = client.post(
        "/track/", {"case_no": receipt.suggestion.case_no, "query_code": receipt.query_code}, follow=True
    ).content.decode()  # fmt: skip
    assert "保密行政管理部门" in page
    assert WORD not in page


def test_the_database_refuses_a_secret_item_to_units_and_to_the_public(city: City) -> None:
    item = secret_item(city)
    with pytest.raises(IntegrityError), transaction.atomic():
        Suggestion.objects.filter(pk=item.pk).update(is_secret=True, lead_unit=city.bus)


def test_refusals_under_the_old_code_are_shut_and_keep_their_text(city: City) -> None:
    move = import_module("suggestions.migrations.0030_secret_items")
    old, other = registered(city), registered(city)
    Suggestion.objects.filter(pk=old.pk).update(
        status="not_accepted", not_accepted_reason="secret_or_defamatory"
    )
    move.shut_the_old(apps, None)
    old.refresh_from_db()
    other.refresh_from_db()
    assert (old.is_secret, other.is_secret) == (True, False)
    assert old.original_title
    assert str(NOT_ACCEPTED_WORDS[old.not_accepted_reason])


def test_what_is_pointed_elsewhere_loses_its_answers_to_the_campaign_too(city: City) -> None:
    item = registered(city)
    CampaignAnswer.objects.create(suggestion=item, position=0, label="在哪里", value=WORD)
    said.delete(suggestion=item, event="redirect_text_deleted", words="删", title="删", at=AT)
    assert not CampaignAnswer.objects.filter(value=WORD).exists()
