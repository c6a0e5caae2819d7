"""A colleague's open form stands in the way of every form that changes the item, and no word typed is lost."""

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from suggestions.models import CaseEvent, CaseLock, PublicationReview, Suggestion
from suggestions.services import locks
from suggestions.states import Publication
from tests import world as w
from tests.suggestions.desk.cast import main_text, parsed, sign_in
from tests.world import MONDAY, World

pytestmark = pytest.mark.django_db


def in_work(city: World) -> Suggestion:
    item = w.submit(city).suggestion
    w.accept(city, item, at=MONDAY)
    w.dispatch(city, item, at=MONDAY)
    w.sign_in(city, item, at=MONDAY)
    return item


def signed(city: World) -> Suggestion:
    item = in_work(city)
    w.signed_reply(city, item, at=MONDAY)
    return item


def at(name: str) -> Callable[[Suggestion], str]:
    return lambda item: reverse(f"desk:{name}", args=[item.case_no])


def masking(item: Suggestion) -> str:
    return reverse(
        "desk:publication", args=[PublicationReview.objects.get(suggestion=item, reply=None).pk]
    )


def to_mask(city: World) -> Suggestion:
    item = w.submit(city).suggestion
    w.accept(city, item, at=MONDAY)
    assert PublicationReview.objects.filter(suggestion=item).exists()
    return item


Case = tuple[
    Callable[[World], Suggestion], Callable[[Suggestion], str], str, str, dict[str, str], str
]
CASES: dict[str, Case] = {
    "reply": (
        in_work, at("reply"), "handler:bus", "liaison:bus",
        {"act": "save", "body": "站台两头各装一张长椅，十二月装好。"}, "body",
    ),
    "review": (
        signed, at("review"), "triage_officer", "triage_officer_2",
        {"act": "send_back", "reason": "第二条没有回应"}, "reason",
    ),
    "publication": (
        to_mask, masking, "publisher", "publisher_2",
        {"act": "save", "title": "我改过的公开标题在这里"}, "title",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_form_that_a_colleague_has_open_is_refused_in_words_and_keeps_what_was_typed(
    city: World, name: str
) -> None:
    make, address, first, second, sent, field = CASES[name]
    item = make(city)
    opened = sign_in(city, first).get(address(item))
    assert "正在处理" not in main_text(opened)
    ours = sign_in(city, second)
    assert f"{city.users[first]}正在处理这件建议" in main_text(ours.get(address(item)))
    seen = parsed(opened).find("input", {"name": "seen"})
    events = CaseEvent.objects.count()
    answer = ours.post(address(item), {**sent, "seen": seen["value"] if seen else ""})
    assert answer.status_code == 422
    text = main_text(answer)
    assert f"{city.users[first]}正在处理这件建议" in text
    assert "请写明接手的理由" in text
    typed = parsed(answer).select(f"input[name={field}], textarea[name={field}]")
    assert sent[field] in [(t.get("value") or t.text).strip() for t in typed]
    assert CaseEvent.objects.count() == events


@pytest.mark.parametrize("name", ["reply", "review"])
def test_a_reason_in_the_form_takes_the_item_over_and_the_act_goes_through(
    city: World, name: str
) -> None:
    make, address, first, second, sent, _field = CASES[name]
    item = make(city)
    page = parsed(sign_in(city, first).get(address(item)))
    seen = page.find("input", {"name": "seen"})["value"]
    ours = sign_in(city, second)
    short = ours.post(address(item), {**sent, "seen": seen, "take_over_reason": "急"})
    assert short.status_code == 422
    assert parsed(short).find("input", {"name": "take_over_reason"})["value"] == "急"
    answer = ours.post(
        address(item), {**sent, "seen": seen, "take_over_reason": "他今天请假，这件到期"}
    )
    assert answer.status_code == 302
    taken = CaseEvent.objects.get(suggestion=item, name="lock_taken_over")
    assert taken.reason == "他今天请假，这件到期"


def test_opening_a_published_page_to_suspend_it_holds_it_against_another_publisher(
    city: World,
) -> None:
    item, _receipt = w.answered(city)
    item.refresh_from_db()
    assert item.publication in (Publication.PUBLISHED, Publication.UPDATED)
    address = reverse("desk:page_state", args=[item.case_no])
    sign_in(city, "publisher").get(address)
    answer = sign_in(city, "publisher_2").post(
        address, {"act": "suspend", "reason": "有人投诉，要核实一下"}
    )
    assert answer.status_code == 422
    assert "有人投诉，要核实一下" in str(parsed(answer))
    item.refresh_from_db()
    assert item.publication != Publication.SUSPENDED


def test_sending_to_the_head_lets_the_lock_go_so_that_the_head_signs_at_once(city: World) -> None:
    item = in_work(city)
    writer = sign_in(city, "handler:bus")
    address = reverse("desk:reply", args=[item.case_no])
    page = parsed(writer.get(address))
    form: dict[str, Any] = {
        "act": "ask", "seen": page.find("input", {"name": "seen"})["value"], "outcome": "adopted",
        "body": w.BODY, "basis": "《城市公共交通条例》", "contact": "市交通局 0380-555 0111",
    }  # fmt: skip
    writer.post(address, form)
    writer.get(address)
    assert not CaseLock.objects.filter(suggestion=item, user=city.users["handler:bus"]).exists()
    assert "正在处理" not in main_text(sign_in(city, "unit_head:bus").get(address))


def test_a_reader_of_an_answer_stands_in_nobodys_way(city: World) -> None:
    item = in_work(city)
    sign_in(city, "unit_head:bus").get(reverse("desk:reply", args=[item.case_no]))
    assert not CaseLock.objects.exists()


def test_a_ping_keeps_the_lock_of_a_reply_alive_and_tells_who_lost_it(city: World) -> None:
    item = in_work(city)
    client = sign_in(city, "handler:bus")
    client.get(reverse("desk:reply", args=[item.case_no]))
    ping = reverse("desk:lock_renew", args=[item.case_no])
    assert client.post(ping, {"act": "reply"}).status_code == 204
    sign_in(city, "liaison:bus").post(
        reverse("desk:lock", args=[item.case_no]), {"act": "reply", "reason": "他今天请假了"}
    )
    assert client.post(ping, {"act": "reply"}).status_code == 409


def test_taking_over_by_itself_leads_back_to_the_form(city: World) -> None:
    item = to_mask(city)
    sign_in(city, "publisher").get(masking(item))
    answer = sign_in(city, "publisher_2").post(
        reverse("desk:lock", args=[item.case_no]), {"act": "publication", "reason": "她今天请假了"}
    )
    assert answer["Location"] == masking(item)
    now = timezone.now()
    assert locks.take(suggestion=item, actor=city.actor("publisher_2"), at=now).mine
