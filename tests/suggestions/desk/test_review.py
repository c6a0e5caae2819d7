"""The office's review of a signed reply, and the whole staff journey from submission to the public page."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from suggestions.models import CaseEvent, PublicationReview, Reply, Suggestion
from suggestions.services import chain
from tests import world as w
from tests.suggestions.desk.cast import act_url, main_text, parsed, sign_in
from tests.world import BODY, MONDAY, World


@pytest.fixture
def signed(city: World) -> Suggestion:
    item = w.submit(city).suggestion
    w.accept(city, item, at=MONDAY)
    w.dispatch(city, item, at=MONDAY)
    w.sign_in(city, item, at=MONDAY)
    w.signed_reply(city, item, at=MONDAY)
    return item


def url(item: Suggestion) -> str:
    return reverse("desk:review", args=[item.case_no])


def value(response: Any, name: str) -> str:
    field = parsed(response).select_one(f"[name={name}]")
    assert field is not None, main_text(response)
    return str(field.get("value", "") or field.get_text().removeprefix("\n"))


def test_the_reviewer_sees_the_reply_beside_the_suggestion_with_warnings(
    city: World, signed: Suggestion
) -> None:
    text = main_text(sign_in(city, "triage_officer").get(url(signed)))
    assert BODY in text
    assert signed.original_problem in text
    assert "检查结果" in text


@pytest.mark.parametrize("who", ["triage_officer", "supervisor"])
def test_a_passed_reply_answers_the_author(city: World, signed: Suggestion, who: str) -> None:
    client = sign_in(city, who)
    response = client.post(
        url(signed), {"act": "pass", "seen": value(client.get(url(signed)), "seen")}
    )
    assert response.status_code == 302
    signed.refresh_from_db()
    assert (signed.status, signed.outcome) == ("answered", "adopted")
    event = CaseEvent.objects.get(suggestion=signed, name="pass_reply")
    assert (event.actor, event.role) == (city.users[who], who)


def test_a_reply_goes_back_only_with_a_reason(city: World, signed: Suggestion) -> None:
    client = sign_in(city, "triage_officer")
    seen = value(client.get(url(signed)), "seen")
    empty = client.post(url(signed), {"act": "send_back", "seen": seen, "reason": ""})
    assert empty.status_code == 422
    assert "请写明退回的理由" in main_text(empty)
    signed.refresh_from_db()
    assert signed.status == "reply_review"
    client.post(url(signed), {"act": "send_back", "seen": seen, "reason": "第二条没有回应"})
    signed.refresh_from_db()
    assert signed.status == "handling"
    assert CaseEvent.objects.get(suggestion=signed, name="send_back").reason == "第二条没有回应"


def test_a_version_nobody_looked_at_is_not_passed_and_the_reason_typed_stays(
    city: World, signed: Suggestion
) -> None:
    client = sign_in(city, "triage_officer")
    assert client.post(url(signed), {"act": "pass", "seen": "1-signed-0"}).status_code == 422
    sent = {"act": "send_back", "seen": "1-signed-0", "reason": "第二条没有回应"}
    response = client.post(url(signed), sent)
    assert response.status_code == 422
    assert value(response, "reason") == "第二条没有回应"
    assert client.post(url(signed), {"act": "什么"}).status_code == 422
    assert Reply.objects.get(suggestion=signed).state == "signed"


@pytest.mark.parametrize(
    ("who", "status"),
    [("unit_head:bus", 403), ("handler:bus", 403), ("publisher", 403), ("leader", 403)],
)
def test_units_and_others_do_not_review(
    city: World, signed: Suggestion, who: str, status: int
) -> None:
    client = sign_in(city, who)
    assert client.get(url(signed)).status_code == status
    assert client.post(url(signed), {"act": "pass"}).status_code == status
    signed.refresh_from_db()
    assert signed.status == "reply_review"


def test_with_nothing_to_review_the_reviewer_is_led_back(city: World) -> None:
    item = w.submit(city).suggestion
    response = sign_in(city, "triage_officer").get(url(item))
    assert response["Location"] == reverse("desk:item", args=[item.case_no])


def test_a_suggestion_goes_from_its_author_to_its_public_page_over_http(city: World) -> None:
    """Everybody at their own browser: triage, liaison, co-unit, handler, head, office, two publishers."""
    item = w.submit(
        city, at=timezone.now(), problem="站台没有座位，老人站着等很久。想问情况打19900001234找我。"
    ).suggestion
    office, liaison = sign_in(city, "triage_officer"), sign_in(city, "liaison:bus")
    handler, head = sign_in(city, "handler:bus"), sign_in(city, "unit_head:bus")
    water, first, second = (
        sign_in(city, who) for who in ("handler:water", "publisher", "publisher_2")
    )

    def step(client: Client, address: str, **sent: Any) -> None:
        response = client.post(address, sent)
        assert response.status_code == 302, main_text(response)

    def current() -> Suggestion:
        return Suggestion.objects.get(pk=item.pk)

    def seen(client: Client, address: str) -> str:
        return value(client.get(address), "seen")

    version = value(office.get(act_url(item, "accept")), "version")
    step(office, act_url(item, "accept"), version=version, topic="bus", urgency="normal")
    version = value(office.get(act_url(item, "dispatch")), "version")
    step(office, act_url(item, "dispatch"), version=version, lead="bus", co_units=["water"])
    step(liaison, reverse("desk:sign_in", args=[item.case_no]))
    step(water, reverse("desk:sign_in", args=[item.case_no]))
    step(water, reverse("desk:opinion", args=[item.case_no]), opinion="站台下没有管线，可以施工。")

    desk = reverse("desk:reply", args=[item.case_no])
    words = {"outcome": "adopted", "body": BODY, "contact": "公交科 0380-555 0131"}
    step(handler, desk, act="save", seen=seen(handler, desk), **words)
    step(handler, desk, act="ask", seen=seen(handler, desk), **words)
    step(head, desk, act="sign", seen=seen(head, desk), note="")

    review = reverse("desk:review", args=[item.case_no])
    step(
        office,
        review,
        act="send_back",
        seen=seen(office, review),
        reason="请写明其余站点什么时候排查",
    )
    words["body"] = BODY + "其余站点11月底前排查完，结果在局网站公布。"
    step(handler, desk, act="ask", seen=seen(handler, desk), **words)
    step(head, desk, act="sign", seen=seen(head, desk), note="")
    step(office, review, act="pass", seen=seen(office, review))
    assert current().status == "answered"

    mask = reverse("desk:publication", args=[PublicationReview.objects.get(suggestion=item).pk])
    page = first.get(mask)
    texts = {n: value(page, n) for n in ("title", "problem", "proposal", "place", "reply_body")}
    assert "19900001234" not in texts["problem"]
    step(first, mask, act="submit", seen=seen(first, mask), **texts)
    assert current().publication == "second_check"
    step(second, mask, act="release", seen=seen(second, mask))

    done = current()
    assert done.is_public
    assert "已遮盖：手机号" in done.public_problem
    assert done.replies.get(state="approved").public_body == words["body"]
    assert list(chain.verify()) == []
    names = CaseEvent.objects.filter(suggestion=item).order_by("seq").values_list("name", flat=True)
    for name in (
        "accept", "dispatch", "sign_in", "unit_sign_in", "begin_draft", "ask_signature", "submit_reply",
        "send_back", "pass_reply", "redact", "submit_redaction", "publish",
    ):  # fmt: skip
        assert name in names
