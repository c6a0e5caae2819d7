"""Entry on behalf: what came by letter, telephone or over the counter, with its true date and a receipt to hand over."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from suggestions.clock import local_date
from suggestions.models import Attachment, CaseEvent, Consent, Suggestion
from suggestions.services import chain
from tests.suggestions.desk.cast import main_text, parsed, sign_in
from tests.suggestions.desk.test_publication import picture
from tests.world import World

ENTRY = "/admin/desk/entry/"


def hidden(response: Any) -> dict[str, str]:
    page = parsed(response)
    return {n: str(page.select_one(f"[name={n}]").get("value", "")) for n in ("key", "kept")}


def form(client: Client, **changes: Any) -> dict[str, Any]:
    today = local_date(timezone.now())
    return {
        **hidden(client.get(ENTRY)),
        "channel": "letter", "received_on": (today - timedelta(days=3)).isoformat(), "external_no": "信2026-118",
        "title": "修一修河边的路灯", "problem": "河边三盏路灯坏了两个月，晚上没人敢走。", "proposal": "",
        "topic": "bus", "district": "990101", "place": "东河路", "addressed_to": "市长", "kind": "person",
        "name": "周先生", "phone": "", "email": "", "address": "东河路9号", "contact_channel": "letter",
        "name_display": "anonymous", **changes,
    }  # fmt: skip


def test_a_letter_becomes_an_item_with_its_true_date_and_a_printable_receipt(city: World) -> None:
    client = sign_in(city, "intake_clerk")
    response = client.post(ENTRY, form(client), follow=True)
    assert response.status_code == 200
    item = Suggestion.objects.get()
    assert (item.channel, item.status, item.entered_by) == (
        "letter",
        "registered",
        city.users["intake_clerk"],
    )
    assert local_date(item.received_at) == local_date(timezone.now()) - timedelta(days=3)
    assert item.author.address == "东河路9号"
    text = main_text(response)
    assert item.case_no in text
    receipt = parsed(response).select_one(".desk-receipt")
    code = receipt.select(".desk-receipt__numbers dd")[1].get_text(strip=True)
    assert len(code.replace(" ", "").replace("-", "")) == 8
    assert receipt.select_one("svg[role=img]") is not None
    submitted = CaseEvent.objects.get(suggestion=item, name="submit")
    assert (submitted.actor, submitted.role) == (city.users["intake_clerk"], "intake_clerk")
    assert list(chain.verify()) == []


def test_consent_is_only_what_was_ticked(city: World) -> None:
    client = sign_in(city, "intake_clerk")
    client.post(ENTRY, form(client))
    item = Suggestion.objects.get()
    assert not item.publish_consent
    assert not Consent.objects.filter(suggestion=item).exists()


def test_what_was_said_aloud_must_be_read_back(city: World) -> None:
    client = sign_in(city, "intake_clerk")
    sent = form(client, channel="hotline", contact_channel="phone", phone="19900001234")
    response = client.post(ENTRY, sent)
    assert response.status_code == 422
    assert "请先读给本人听" in main_text(response)
    assert not Suggestion.objects.exists()
    assert client.post(ENTRY, {**sent, "read_back": "on", "told_rules": "on"}).status_code == 302
    assert Consent.objects.filter(kind="notice").count() == 1


def test_every_error_is_named_and_nothing_typed_is_lost(city: World) -> None:
    client = sign_in(city, "intake_clerk")
    tomorrow = (local_date(timezone.now()) + timedelta(days=1)).isoformat()
    sent = form(
        client, channel="", received_on=tomorrow, title="", phone="1990000123", contact_channel="sms", address=""
    )  # fmt: skip
    response = client.post(ENTRY, sent)
    assert response.status_code == 422
    text = main_text(response)
    assert "请选这件是从哪里来的" in text
    assert "不能晚于今天" in text
    page = parsed(response)
    assert page.select_one("[name=problem]").get_text().strip() == sent["problem"]
    assert page.select_one("[name=phone]")["value"] == "1990000123"
    assert page.select_one("[name=topic] option[selected]")["value"] == "bus"
    assert "现在是10位" in text
    assert "请用一句话写清" in text
    # A title without a word in it passes the form; the service names it in the same place.
    today = local_date(timezone.now()).isoformat()
    fixed = {
        **sent,
        "channel": "letter",
        "received_on": today,
        "phone": "19900001234",
        "title": "……",
    }
    again = client.post(ENTRY, fixed)
    assert "请写一句话" in main_text(again)
    assert parsed(again).select_one("[name=title]")["value"] == "……"
    assert not Suggestion.objects.exists()


@pytest.mark.parametrize("day", ["2026-02-31", "昨天", "1899-01-01", ""])
def test_a_date_that_cannot_be_is_refused_in_words(city: World, day: str) -> None:
    client = sign_in(city, "intake_clerk")
    response = client.post(ENTRY, form(client, received_on=day))
    assert response.status_code == 422
    assert "日期" in main_text(response)


def test_a_double_click_gives_one_item_and_the_same_receipt(city: World) -> None:
    client = sign_in(city, "intake_clerk")
    sent = form(client)
    first, again = client.post(ENTRY, sent), client.post(ENTRY, sent)
    assert first["Location"] == again["Location"]
    assert Suggestion.objects.count() == 1


def test_the_same_outside_number_is_not_entered_twice(city: World) -> None:
    client = sign_in(city, "intake_clerk")
    client.post(ENTRY, form(client))
    response = client.post(ENTRY, form(client, title="同一封信又登记了一遍"))
    assert response.status_code == 422
    assert Suggestion.objects.get().case_no in main_text(response)


def test_a_scan_survives_an_error_and_stays_private(city: World) -> None:
    client = sign_in(city, "intake_clerk")
    bad = SimpleUploadedFile("信.exe", b"MZ\x00\x01program", content_type="application/pdf")
    sent = form(client, title="")
    response = client.post(ENTRY, {**sent, "scans": [picture(), bad]})
    assert response.status_code == 422
    assert "信" in main_text(response)
    assert Attachment.objects.count() == 1
    fixed = {**sent, **hidden(response), "title": "修一修河边的路灯"}
    assert client.post(ENTRY, fixed).status_code == 302
    scan = Attachment.objects.get()
    assert (scan.origin, scan.suggestion, scan.is_public) == (
        "scan",
        Suggestion.objects.get(),
        False,
    )


def test_a_scan_can_be_taken_away_again_without_complaints(city: World) -> None:
    client = sign_in(city, "intake_clerk")
    response = client.post(ENTRY, {**form(client, title=""), "scans": [picture()]})
    sent = {**form(client, title="写了一半"), **hidden(response)}
    page = client.post(ENTRY, {**sent, "drop": Attachment.objects.get().token})
    assert page.status_code == 200
    assert not Attachment.objects.exists()
    assert parsed(page).select_one("[name=title]")["value"] == "写了一半"
    assert not parsed(page).select(".desk-errors")


def test_nobody_attaches_what_another_clerk_uploaded(city: World) -> None:
    client = sign_in(city, "intake_clerk")
    kept = hidden(client.post(ENTRY, {**form(client, title=""), "scans": [picture()]}))["kept"]
    other = Client()
    user = city.users["analyst"]
    user.staff_roles.create(role="intake_clerk", jurisdiction=city.jurisdiction)
    other.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    for forged in (kept, "nonsense", ""):
        assert other.post(ENTRY, {**form(other, external_no=""), "kept": forged}).status_code == 302
    assert Attachment.objects.get().suggestion is None


@pytest.mark.parametrize("who", ["triage_officer", "handler:bus", "publisher", "leader"])
def test_only_clerks_enter_on_behalf(city: World, who: str) -> None:
    client = sign_in(city, who)
    assert client.get(ENTRY).status_code == 403
    assert client.post(ENTRY, {"title": "不该登记的一件"}).status_code == 403
    assert not Suggestion.objects.exists()


def test_a_receipt_is_shown_to_who_entered_it_and_to_nobody_else(city: World) -> None:
    client = sign_in(city, "intake_clerk")
    address = client.post(ENTRY, form(client))["Location"]
    user = city.users["analyst"]
    user.staff_roles.create(role="intake_clerk", jurisdiction=city.jurisdiction)
    assert sign_in(city, "analyst").get(address).status_code == 404
    assert client.get(ENTRY + "made-up-token/").status_code == 404
    assert "no-store" in client.get(address)["Cache-Control"]
