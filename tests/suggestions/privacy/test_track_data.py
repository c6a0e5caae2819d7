"""/track/<number>/data/ and the complaint about a page, as a resident meets them."""

import io
import json
import re
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from suggestions.models import CaseEvent, RecordEvent, RightsRequest, Suggestion, Takedown
from suggestions.services import identity, relaying, takedowns
from suggestions.services.intake import Receipt
from tests import world as w
from tests.world import MONDAY, World

pytestmark = pytest.mark.django_db


def opened(receipt: Receipt) -> Client:
    """A browser whose person gave number and code."""
    client = Client()
    client.post(
        reverse("suggestions:track"),
        {"case_no": receipt.suggestion.case_no, "query_code": receipt.query_code},
    )
    return client


def data_url(receipt: Receipt, name: str = "track_data") -> str:
    return reverse(f"suggestions:{name}", args=[receipt.suggestion.case_no])


@pytest.fixture
def answered(city: World) -> tuple[Suggestion, Receipt]:
    return w.answered(city)


@pytest.mark.parametrize("name", ["track_data", "track_json", "track_zip"])
def test_without_the_code_nobody_gets_anything(
    answered: tuple[Suggestion, Receipt], name: str
) -> None:
    item, receipt = answered
    known = Client().get(data_url(receipt, name))
    unknown = Client().get(reverse(f"suggestions:{name}", args=["JY2026-9999999-9"]))
    assert (known.status_code, unknown.status_code) == (302, 302)
    assert item.original_problem not in known.content.decode()
    other = w.submit(_city_of(item), title="另一个人的建议标题").suggestion
    stranger = opened(receipt).get(reverse(f"suggestions:{name}", args=[other.case_no]))
    assert stranger.status_code == 302


def _city_of(item: Suggestion) -> World:
    from suggestions.models import District, RedirectTarget, Topic, Unit

    units = {u.code: u for u in Unit.objects.all()}
    return World(
        item.jurisdiction, units["office"], units["bus"], units["water"], District.objects.all()[0],
        Topic.objects.get(code="bus"), Topic.objects.get(code="water"), RedirectTarget.objects.all()[0],
    )  # fmt: skip


def test_taking_back_consent_is_one_button_and_the_page_is_gone(
    answered: tuple[Suggestion, Receipt], django_capture_on_commit_callbacks: Any
) -> None:
    item, receipt = answered
    client = opened(receipt)
    assert Client().get(reverse("suggestions:detail", args=[item.case_no])).status_code == 200
    assert "收回" in client.get(data_url(receipt)).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        done = client.post(data_url(receipt), {"action": "withdraw", "kind": "publish"})
    assert done.status_code == 302
    assert "已经收回" in client.get(done["Location"]).content.decode()
    gone = Client().get(reverse("suggestions:detail", args=[item.case_no]))
    assert gone.status_code in (404, 410)
    assert item.public_title not in gone.content.decode()


def test_a_copy_holds_everything_of_the_author_and_nobody_elses_name(
    city: World, answered: tuple[Suggestion, Receipt]
) -> None:
    _item, receipt = answered
    client = opened(receipt)
    response = client.get(data_url(receipt, "track_json"))
    held = json.loads(response.content)
    assert held["author"]["phone"] == "19900001234"
    assert held["text"]["problem"].startswith("早上等车")
    assert held["replies"][0]["unit"] == city.bus.name
    assert {"publish", "notice"} & {c["purpose"] for c in held["consents"]}
    assert "handler-bus" not in response.content.decode()
    assert response["Cache-Control"] == "no-store, private"
    packed = zipfile.ZipFile(io.BytesIO(client.get(data_url(receipt, "track_zip")).content))
    assert json.loads(packed.read("data.json"))["case_no"] == receipt.suggestion.case_no
    assert RightsRequest.objects.filter(kind="export", status="done").count() == 2


def test_a_request_is_received_checked_by_the_code_and_answered_by_a_date(
    answered: tuple[Suggestion, Receipt],
) -> None:
    _item, receipt = answered
    client = opened(receipt)
    sent = {
        "action": "rights", "kind": "correct", "relation": "self", "phone": "19900009999", "words": "号码错了一位",
    }  # fmt: skip
    assert client.post(data_url(receipt), sent).status_code == 302
    request = RightsRequest.objects.get()
    assert (request.status, request.identity_method) == ("verified", "编号和查询码")
    assert request.due_on is not None
    text = "".join(f"{e.words}{e.reason}{e.data}" for e in RecordEvent.objects.all())
    assert "19900009999" not in text
    again = client.post(data_url(receipt), sent)
    assert again.status_code == 409
    assert "号码错了一位" in again.content.decode()


def test_a_relative_is_asked_who_they_are_and_waits_for_the_check(
    answered: tuple[Suggestion, Receipt],
) -> None:
    _item, receipt = answered
    client = opened(receipt)
    sent = {"action": "rights", "kind": "delete", "relation": "relative"}
    refused = client.post(data_url(receipt), sent)
    assert refused.status_code == 422
    assert "请写您的姓名和电话" in refused.content.decode()
    assert (
        client.post(data_url(receipt), {**sent, "requester": "林大满 19900008888"}).status_code
        == 302
    )
    assert RightsRequest.objects.get().status == "received"


@pytest.mark.parametrize(
    "sent",
    [
        {"action": "withdraw", "kind": "notice"},
        {"action": "withdraw", "kind": "无此项"},
        {"action": "give", "kind": ""},
        {"action": "take_back", "request": "9" * 40},
        {"action": "take_back", "request": "abc"},
        {"action": "message", "words": "答", "answers": "1'--"},
        {"action": "rights", "kind": "drop table", "relation": "x" * 5000},
        {"action": "nothing"},
        {},
    ],
)
def test_bad_input_is_answered_in_words_never_with_an_error_page(
    answered: tuple[Suggestion, Receipt], sent: dict[str, str]
) -> None:
    _item, receipt = answered
    assert opened(receipt).post(data_url(receipt), sent).status_code in (302, 409, 422)


def test_the_author_reads_how_often_and_why_their_contact_was_read_but_no_clerks_name(
    city: World, answered: tuple[Suggestion, Receipt]
) -> None:
    item, receipt = answered
    item = Suggestion.objects.select_related("jurisdiction", "author").get(pk=item.pk)
    clerk = city.actor("intake_clerk")
    identity.read_contact(suggestion=item, reason="约时间看现场", actor=clerk, at=timezone.now())
    text = opened(receipt).get(data_url(receipt)).content.decode()
    assert "一共看过1次" in text
    assert "约时间看现场" in text
    assert str(clerk.user) not in text


def test_a_relayed_question_is_read_and_answered_on_the_page(city: World) -> None:
    receipt = w.submit(city, hide_identity_from_unit=True)
    item = receipt.suggestion
    w.accept(city, item, at=MONDAY)
    w.dispatch(city, item, at=MONDAY)
    asked = relaying.write(
        suggestion=item,
        unit=city.bus,
        words="是东侧站台吗？",
        actor=city.actor("handler:bus"),
        at=MONDAY,
    )
    client = opened(receipt)
    assert "是东侧站台吗" not in client.get(data_url(receipt)).content.decode()
    relaying.pass_on(
        message=asked, words=asked.words, actor=city.actor("triage_officer"), at=MONDAY
    )
    assert "是东侧站台吗" in client.get(data_url(receipt)).content.decode()
    sent = {"action": "message", "answers": str(asked.pk), "words": "是东侧。"}
    assert client.post(data_url(receipt), sent).status_code == 302
    assert relaying.for_author(item)[-1].words == "是东侧。"


def test_a_complaint_takes_the_page_out_of_sight_at_once_and_a_dismissal_brings_it_back(
    city: World, answered: tuple[Suggestion, Receipt], django_capture_on_commit_callbacks: Any
) -> None:
    item, _receipt = answered
    page = reverse("suggestions:detail", args=[item.case_no])
    form = reverse("suggestions:report", args=[item.case_no])
    visitor = Client()
    assert form in visitor.get(page).content.decode()
    short = visitor.post(form, {"words": "有"})
    assert short.status_code == 422
    with django_capture_on_commit_callbacks(execute=True):
        done = visitor.post(form, {"words": "第二段写出了门牌号", "contact": "19900007777"})
    assert done.status_code == 200
    assert Client().get(page).status_code in (404, 410)
    complaint = Takedown.objects.select_related("suggestion__jurisdiction").get()
    assert complaint.due_on is not None
    with django_capture_on_commit_callbacks(execute=True):
        takedowns.dismiss(
            complaint=complaint,
            reason="那是公共地址",
            actor=city.actor("publisher"),
            at=timezone.now(),
        )
    assert Client().get(page).status_code == 200
    again = Suggestion.objects.get(pk=item.pk)
    second = takedowns.complain(
        suggestion=again,
        words="我还是不满意这一页",
        contact="",
        at=timezone.now() + timedelta(minutes=1),
    )
    assert not second.suspended
    assert Client().get(page).status_code == 200
    takedowns.dismiss(
        complaint=second, reason="同一处", actor=city.actor("publisher"), at=timezone.now()
    )
    told = CaseEvent.objects.filter(suggestion=item, name__startswith="takedown_")
    assert set(told.values_list("name", flat=True)) == {"takedown_received", "takedown_dismissed"}


def test_an_upheld_complaint_removes_the_page_for_good(
    city: World, answered: tuple[Suggestion, Receipt]
) -> None:
    item, _receipt = answered
    item.refresh_from_db()
    complaint = takedowns.complain(
        suggestion=item, words="写出了电话", contact="", at=timezone.now()
    )
    takedowns.uphold(
        complaint=complaint, reason="属实", actor=city.actor("privacy_officer"), at=timezone.now()
    )
    item.refresh_from_db()
    assert item.publication == "removed"


def test_the_complaint_form_of_a_page_that_is_not_public_does_not_exist(item: Suggestion) -> None:
    for number in (item.case_no, "JY2026-9999999-9", "x"):
        address = reverse("suggestions:report", args=[number])
        assert Client().get(address).status_code == 404
        assert Client().post(address, {"words": "露出了门牌号"}).status_code == 404


def test_no_address_of_these_pages_says_anything_but_the_number(
    answered: tuple[Suggestion, Receipt],
) -> None:
    item, receipt = answered
    text = opened(receipt).get(data_url(receipt)).content.decode()
    for address in re.findall(r'(?:href|action)="([^"]*)"', text):
        assert "19900001234" not in address
        assert item.original_title not in address
