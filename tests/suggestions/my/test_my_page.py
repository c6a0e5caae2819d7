"""My page: one's own items, drafts and joined ones by the proved phone alone; everybody else's stay theirs."""

import json
import re
from datetime import timedelta

import pytest
from django.apps import apps
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from suggestions import outbox
from suggestions.models import CoSign, Follow, Resident, RightsRequest, SubmissionDraft, Suggestion
from suggestions.services import co_signing, joint
from tests import world as w
from tests.suggestions.my.phone import OWN, Phone, enter
from tests.suggestions.public import walk
from tests.world import MONDAY, World

OTHER = "19900009999"


@pytest.fixture
def mine(city: World, phone: Phone) -> Client:
    browser = Client()
    enter(browser, phone)
    return browser


@pytest.fixture
def strange(city: World, phone: Phone) -> Client:
    browser = Client()
    enter(browser, phone, OTHER)
    return browser


def test_my_items_are_those_with_my_phone_and_nobody_elses(
    city: World, mine: Client, strange: Client
) -> None:
    item = w.submit(city).suggestion
    other = w.submit(city, title="河边的路灯坏了三盏", phone="19900005555").suggestion
    page = walk.read(mine.get("/my/"))
    assert item.original_title in page.text.replace("\u200b", "")
    assert other.case_no not in page.text
    assert item.case_no not in walk.read(strange.get("/my/")).text


def test_my_item_opens_with_all_acts_of_the_tracking_page(city: World, mine: Client) -> None:
    item, _ = w.answered(city)
    response = mine.get(f"/my/items/{item.case_no}/")
    assert response["Location"] == f"/track/{item.case_no}/"
    page = walk.read(mine.get(response["Location"]))
    assert "评价" in page.text
    assert "有答复了，请您评价" in walk.read(mine.get("/my/")).text


@pytest.mark.parametrize("number", ["JY2026-0000001-0", "nonsense", "%00", "١٢٣"])
def test_somebody_elses_item_is_not_found_and_neither_is_nonsense(
    city: World, strange: Client, number: str
) -> None:
    item = w.submit(city).suggestion
    for no in (item.case_no, number):
        assert strange.get(f"/my/items/{no}/").status_code == 404
    assert strange.get(f"/track/{item.case_no}/").status_code == 302


def test_a_draft_sent_to_my_phone_waits_on_my_page_and_goes_on_from_there(
    city: World, mine: Client, strange: Client
) -> None:
    writer = Client()
    walk.fill(writer, until="place")
    writer.post("/submit/later/", {"action": "send", "phone": OWN})
    title = walk.GOOD["topic"]["title"]
    assert title in walk.read(mine.get("/my/")).text
    assert title not in walk.read(strange.get("/my/")).text
    pk = SubmissionDraft.objects.get().pk
    assert strange.post(f"/my/drafts/{pk}/").status_code == 404
    response = mine.post(f"/my/drafts/{pk}/")
    assert walk.step_of(response) == "place"
    assert walk.show(mine, "text").fields["problem"] == walk.GOOD["text"]["problem"]
    assert writer.get("/submit/?step=text")["Location"].endswith("note=lost")


def test_a_draft_is_brought_by_its_code_and_deleted_by_one_press(city: World, mine: Client) -> None:
    writer = Client()
    walk.fill(writer, until="place")
    found = re.search(r'slip__code">([A-Z0-9-]{14})<', walk.read(writer.get("/submit/later/")).html)
    assert found
    assert mine.post("/my/drafts/", {"code": "ACDE-FGHJ-3467"}).status_code == 422
    assert "done=draft" in mine.post("/my/drafts/", {"code": found[1].lower()})["Location"]
    pk = SubmissionDraft.objects.get().pk
    mine.post(f"/my/drafts/{pk}/", {"action": "discard"})
    assert not SubmissionDraft.objects.exists()


def test_what_i_joined_stands_there_also_when_somebody_else_typed_my_phone(
    city: World, mine: Client
) -> None:
    item, _ = w.answered(city, phone="19900005555")
    later = MONDAY + timedelta(days=11)
    co_signing.co_sign(suggestion=item, phone=OWN, idempotency_key="a", at=later)
    page = walk.read(mine.get("/my/"))
    assert item.public_title in page.text.replace("\u200b", "")
    link = next(href for href in page.links if href.startswith("/joined/"))
    mine.post(link, {"action": "leave"})
    assert CoSign.objects.get().withdrawn_at is not None
    assert not [h for h in walk.read(mine.get("/my/")).links if h.startswith("/joined/")]


def test_the_number_of_queries_does_not_grow_with_what_is_on_the_page(
    city: World, mine: Client
) -> None:
    def queries() -> int:
        # What stands around every page is drawn by the first reader of a moment.
        mine.get("/my/")
        with CaptureQueriesContext(
            connection,
        ) as counted:
            assert mine.get("/my/").status_code == 200
        return len(counted)

    resident = Resident.objects.get()

    def more(n: int) -> None:
        w.submit(city, key=f"k{n}")
        item, _ = w.answered(city, phone="19900005555", key=f"other{n}")
        co_signing.co_sign(
            suggestion=item, phone=OWN, idempotency_key=f"a{n}", at=MONDAY + timedelta(days=11)
        )
        Follow.objects.create(resident=resident, kind="item", key=item.case_no, created_at=MONDAY)

    more(1)
    few = queries()
    more(2)
    more(3)
    assert queries() == few


def test_notices_go_where_i_choose_and_an_address_counts_once_confirmed(
    city: World, mine: Client
) -> None:
    assert mine.post("/my/notices/", {"notice": "email", "email": ""}).status_code == 422
    response = mine.post("/my/notices/", {"notice": "email", "email": "lin@example.cn"})
    assert "done=email" in response["Location"]
    outbox.deliver(now=timezone.now())
    resident = Resident.objects.get()
    assert not resident.mail_works
    found = re.search(r"http\S+(/my/email/\S+)", mail.outbox[-1].body)
    assert found
    assert mail.outbox[-1].to == ["lin@example.cn"]
    anybody = Client()
    anybody.get(found[1])
    resident.refresh_from_db()
    assert not resident.mail_works, "mail programs look at links; only the button confirms"
    anybody.post(found[1])
    resident.refresh_from_db()
    assert resident.mail_works
    mine.post("/my/notices/", {"notice": "email", "email": "other@example.cn"})
    assert anybody.post(found[1]).status_code == 404
    resident.refresh_from_db()
    assert not resident.mail_works


@pytest.mark.parametrize("sent", [{}, {"notice": "fax"}, {"notice": "email", "email": "x" * 5000}])
def test_a_wrong_choice_of_notices_is_said_and_changes_nothing(
    city: World, mine: Client, sent: dict[str, str]
) -> None:
    assert mine.post("/my/notices/", sent).status_code == 422
    assert Resident.objects.get().notice == "none"


def test_my_data_come_as_one_file_and_each_copy_is_registered(city: World, mine: Client) -> None:
    item = w.submit(city).suggestion
    strange = w.submit(city, phone="19900005555", key="other").suggestion
    response = mine.post("/my/data/")
    assert response["Content-Disposition"].startswith("attachment")
    assert OWN not in response["Content-Disposition"]
    held = json.loads(response.content)
    assert held["page"]["phone"] == OWN
    assert [i["case_no"] for i in held["items"]] == [item.case_no]
    assert held["items"][0]["text"]["problem"] == item.original_problem
    assert strange.case_no not in response.content.decode()
    assert RightsRequest.objects.filter(suggestion=item, kind="export").count() == 1
    assert mine.get("/my/data/").status_code == 405


def test_closing_my_page_deletes_it_and_asks_for_the_deletion_i_ticked(
    city: World, mine: Client
) -> None:
    item = w.submit(city).suggestion
    kept = w.submit(city, key="two", title="河边的路灯坏了三盏").suggestion
    strange = w.submit(city, key="three", phone="19900005555").suggestion
    assert mine.post("/my/close/", {"items": [item.case_no]}).status_code == 422
    forged = mine.post("/my/close/", {"items": [strange.case_no], "sure": "on"})
    assert forged.status_code == 422
    response = mine.post("/my/close/", {"items": [item.case_no], "sure": "on"})
    assert "closed=1" in response["Location"]
    assert mine.get("/my/").status_code == 302
    assert not Resident.objects.exists()
    asked = RightsRequest.objects.get()
    assert (asked.suggestion_id, asked.kind, asked.identity_method) == (
        item.pk, "delete", "手机验证码",
    )  # fmt: skip
    assert asked.status == "verified"
    assert Suggestion.objects.filter(pk__in=[item.pk, kept.pk]).count() == 2


def test_a_closed_page_begins_anew_with_the_same_phone_and_empty_follows(
    city: World, phone: Phone, mine: Client
) -> None:
    resident = Resident.objects.get()
    Follow.objects.create(resident=resident, kind="unit", key="bus", created_at=MONDAY)
    mine.post("/my/close/", {"sure": "on"})
    enter(mine, phone)
    assert Resident.objects.get().pk != resident.pk
    assert not Follow.objects.exists()


def test_nothing_on_a_case_leads_to_the_page_of_a_person(city: World) -> None:
    """Section 12: no table of ours joins a resident to cases; only the phone's hash is compared, when they look."""
    for model in apps.get_app_config("suggestions").get_models():
        targets = {f.related_model for f in model._meta.fields if f.related_model}
        assert not ({Resident, Suggestion} <= targets), model


def test_a_joint_author_finds_what_they_were_asked_to_sign(city: World, mine: Client) -> None:
    receipt = w.submit(city, phone="19900005555", joint=[joint.Other(name="王小溪", phone=OWN)])
    joint_rows = receipt.suggestion.joint_authors.count()
    assert joint_rows == 1
    page = walk.read(mine.get("/my/"))
    assert receipt.suggestion.case_no in page.text
    assert "还没确认" in page.text
