"""The unit's reply at the desk: drafted, checked, sent to signature, returned or signed; and co-units' opinions."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from suggestions.models import Assignment, CaseEvent, CaseLock, Reply, Suggestion
from suggestions.services import assignment, replying
from tests import world as w
from tests.suggestions.desk.cast import main_text, parsed, sign_in
from tests.world import BODY, MONDAY, World

SOON = (timezone.now() + timedelta(days=40)).date()


@pytest.fixture
def item(city: World) -> Suggestion:
    """Signed in by the transport bureau, with the water bureau as co-unit not asked."""
    held = w.submit(city).suggestion
    w.accept(city, held, at=MONDAY)
    w.dispatch(city, held, at=MONDAY)
    return w.sign_in(city, held, at=MONDAY)


def url(item: Suggestion) -> str:
    return reverse("desk:reply", args=[item.case_no])


def typed(response: object, name: str) -> str:
    field = parsed(response).select_one(f"[name={name}]")
    assert field is not None
    if field.name == "select":
        chosen = field.select_one("option[selected]")
        return str(chosen["value"]) if chosen else ""
    # A browser drops the first line break of a text area, and Django writes one.
    return (
        field.get_text().removeprefix("\n")
        if field.name == "textarea"
        else str(field.get("value", ""))
    )


def form(client: object, item: Suggestion, **changes: str) -> dict[str, str]:
    """What a browser would send: the hidden fields of the page, and these words."""
    page = parsed(client.get(url(item)))  # type: ignore[attr-defined]
    seen = page.select_one("[name=seen]")
    return {
        "seen": str(seen["value"]) if seen else "",
        "outcome": "adopted",
        "body": BODY,
        "reason": "",
        "basis": "市公交站台设置导则",
        "commitment": "",
        "committed_by": "",
        "next_report_on": "",
        "contact": "公交科 0380-555 0131",
        **changes,
    }


def asked(city: World, item: Suggestion) -> Reply:
    reply = replying.save_draft(
        suggestion=item, actor=city.actor("handler:bus"), at=MONDAY,
        outcome="adopted", body=BODY, contact="公交科 0380-555 0131",
    )  # fmt: skip
    return replying.ask_for_signature(reply=reply, actor=city.actor("handler:bus"), at=MONDAY)


def test_a_draft_is_saved_unfinished_and_found_again(city: World, item: Suggestion) -> None:
    client = sign_in(city, "handler:bus")
    sent = form(client, item, outcome="", body="先记一句", contact="")
    assert client.post(url(item), {**sent, "act": "save"}).status_code == 302
    reply = Reply.objects.get(suggestion=item)
    assert (reply.state, reply.body, reply.drafted_by) == (
        "draft",
        "先记一句",
        city.users["handler:bus"],
    )
    assert typed(client.get(url(item)), "body") == "先记一句"
    assert CaseEvent.objects.filter(suggestion=item, name="begin_draft").count() == 1


def test_the_author_s_words_stand_beside_the_editor(city: World, item: Suggestion) -> None:
    page = main_text(sign_in(city, "handler:bus").get(url(item)))
    assert item.original_problem in page
    assert item.original_proposal in page


def test_warnings_are_reminders_with_a_preview_and_do_not_stop_the_signature(
    city: World, item: Suggestion
) -> None:
    client = sign_in(city, "handler:bus")
    thin = "您好，您反映的问题已转交有关部门研究处理。站台上没有座位确实不方便，我们理解您和邻居们的心情。"
    client.post(url(item), {**form(client, item, body=thin), "act": "save"})
    page = parsed(client.get(url(item)))
    assert "转办不是答复" in page.select_one(".desk-warnings").get_text()
    assert thin in page.select_one(".desk-letter").get_text()
    assert (
        client.post(url(item), {**form(client, item, body=thin), "act": "ask"}).status_code == 302
    )
    assert Reply.objects.get(suggestion=item).state == "awaiting_signature"


def test_an_answer_that_only_passes_the_matter_on_is_not_sent_for_signature(
    city: World, item: Suggestion
) -> None:
    client = sign_in(city, "handler:bus")
    passed_on = (
        "您好，您反映的问题已转交有关部门研究处理，感谢您对我们工作的关心和支持，请继续监督我们。"
    )
    response = client.post(url(item), {**form(client, item, body=passed_on), "act": "ask"})
    assert response.status_code == 422
    assert "“已转交”不是答复" in main_text(response)
    assert typed(response, "body") == passed_on
    assert Reply.objects.get(suggestion=item).state == "draft"


def test_what_keeps_a_reply_from_signature_is_said_in_place_and_nothing_typed_is_lost(
    city: World, item: Suggestion
) -> None:
    client = sign_in(city, "handler:bus")
    sent = form(client, item, outcome="planned", commitment="加装两张长椅", contact="")
    response = client.post(url(item), {**sent, "act": "ask"})
    assert response.status_code == 422
    text = main_text(response)
    assert "要写明日期" in text
    assert "请写联系科室和座机" in text
    assert typed(response, "body") == BODY
    assert typed(response, "outcome") == "planned"
    assert typed(response, "commitment") == "加装两张长椅"
    # The draft itself was kept, and the form goes on from it.
    assert Reply.objects.get(suggestion=item).state == "draft"
    again = {
        **sent, "seen": typed(response, "seen"), "committed_by": SOON.isoformat(), "contact": "公交科", "act": "ask",
    }  # fmt: skip
    assert client.post(url(item), again).status_code == 302
    assert Reply.objects.get(suggestion=item).committed_by == SOON


def test_a_date_that_is_none_is_refused_with_everything_kept(city: World, item: Suggestion) -> None:
    client = sign_in(city, "handler:bus")
    response = client.post(
        url(item), {**form(client, item, committed_by="明年春天"), "act": "save"}
    )
    assert response.status_code == 422
    assert typed(response, "body") == BODY
    assert typed(response, "committed_by") == "明年春天"
    assert not Reply.objects.exists()


def test_two_people_at_one_draft_do_not_overwrite_each_other_unawares(
    city: World, item: Suggestion
) -> None:
    first, second = sign_in(city, "handler:bus"), sign_in(city, "liaison:bus")
    mine, theirs = form(first, item, body="我写的" * 12), form(second, item, body="他写的" * 12)
    CaseLock.objects.all().delete()  # the first one's form stood open for longer than its lock
    second.post(url(item), {**theirs, "act": "save"})
    CaseLock.objects.all().delete()
    response = first.post(url(item), {**mine, "act": "save"})
    assert response.status_code == 422
    assert "刚才有同事改了" in main_text(response)
    assert typed(response, "body") == "我写的" * 12
    assert "他写的" in parsed(response).select_one(".desk-letter").get_text()
    assert Reply.objects.get(suggestion=item).body == "他写的" * 12
    first.post(url(item), {**mine, "seen": typed(response, "seen"), "act": "save"})
    assert Reply.objects.get(suggestion=item).body == "我写的" * 12


def test_the_head_signs_what_is_on_the_screen_and_the_office_gets_it(
    city: World, item: Suggestion
) -> None:
    asked(city, item)
    head = sign_in(city, "unit_head:bus")
    page = head.get(url(item))
    assert BODY in main_text(page)
    response = head.post(url(item), {"act": "sign", "seen": typed(page, "seen"), "note": ""})
    assert response["Location"] == reverse("desk:item", args=[item.case_no])
    item.refresh_from_db()
    assert item.status == "reply_review"
    assert Reply.objects.get(suggestion=item).signed_by == city.users["unit_head:bus"]
    assert CaseEvent.objects.filter(suggestion=item, name="submit_reply").exists()


def test_the_head_does_not_sign_words_that_changed_under_their_eyes(
    city: World, item: Suggestion
) -> None:
    reply = asked(city, item)
    head = sign_in(city, "unit_head:bus")
    seen = typed(head.get(url(item)), "seen")
    reply.suggestion = Suggestion.objects.get(pk=item.pk)
    fresh = replying.save_draft(
        suggestion=reply.suggestion, actor=city.actor("handler:bus"), at=timezone.now(), body=BODY + "又改了一句。"
    )  # fmt: skip
    replying.ask_for_signature(reply=fresh, actor=city.actor("handler:bus"), at=timezone.now())
    response = head.post(url(item), {"act": "sign", "seen": seen})
    assert response.status_code == 422
    assert "刚才有改动" in main_text(response)
    assert Reply.objects.get(suggestion=item).state == "awaiting_signature"


def test_the_head_returns_a_draft_with_a_remark_the_handler_reads(
    city: World, item: Suggestion
) -> None:
    asked(city, item)
    head = sign_in(city, "unit_head:bus")
    seen = typed(head.get(url(item)), "seen")
    empty = head.post(url(item), {"act": "return", "seen": seen, "note": " "})
    assert empty.status_code == 422
    assert "请写明要改什么" in main_text(empty)
    head.post(url(item), {"act": "return", "seen": seen, "note": "把完成日期写上"})
    assert "把完成日期写上" in main_text(sign_in(city, "handler:bus").get(url(item)))
    event = CaseEvent.objects.get(suggestion=item, name="return_draft")
    assert event.reason == "把完成日期写上"


def test_without_a_co_unit_s_opinion_the_head_says_why_it_goes_on(city: World) -> None:
    # The time limit for opinions runs from now, so it has not passed.
    item = w.submit(city, at=timezone.now()).suggestion
    w.accept(city, item, at=timezone.now())
    w.dispatch(city, item, at=timezone.now(), co=True)
    w.sign_in(city, item, at=timezone.now())
    asked(city, item)
    head = sign_in(city, "unit_head:bus")
    page = head.get(url(item))
    assert "市水务局还没有回复协办意见" in main_text(page)
    response = head.post(url(item), {"act": "sign", "seen": typed(page, "seen"), "note": ""})
    assert response.status_code == 422
    assert "要先报送，请写明原因" in main_text(response)
    sent = {"act": "sign", "seen": typed(page, "seen"), "note": "水务局已口头同意"}
    assert head.post(url(item), sent).status_code == 302
    assert CaseEvent.objects.get(suggestion=item, name="submit_reply").reason == "水务局已口头同意"


def test_a_version_that_was_sent_back_stands_beside_the_new_one(
    city: World, item: Suggestion
) -> None:
    reply = w.signed_reply(city, item, at=MONDAY)
    replying.send_back(
        reply=reply, reason="没有逐条回应", actor=city.actor("triage_officer"), at=MONDAY
    )
    client = sign_in(city, "handler:bus")
    page = parsed(client.get(url(item)))
    assert "没有逐条回应" in page.select_one(".desk-work__side").get_text()
    assert typed(client.get(url(item)), "body") == BODY
    client.post(url(item), {**form(client, item, body=BODY + "另外两处也一起装。"), "act": "save"})
    assert list(Reply.objects.filter(suggestion=item).values_list("number", "state")) == [
        (1, "sent_back"),
        (2, "draft"),
    ]


@pytest.mark.parametrize(
    ("who", "act", "status"),
    [
        ("handler:water", "save", 404),
        ("unit_head:water", "sign", 404),
        ("unit_head:bus", "save", 403),
        ("handler:bus", "sign", 403),
        ("handler:bus", "return", 403),
        ("triage_officer", "save", 403),
        ("publisher", "sign", 403),
        ("handler:bus", "nonsense", 422),
    ],
)
def test_each_step_belongs_to_its_role_and_nothing_changes_otherwise(
    city: World, item: Suggestion, who: str, act: str, status: int
) -> None:
    reply = asked(city, item)
    events = CaseEvent.objects.filter(suggestion=item).count()
    sent = {"act": act, "seen": "x", "body": "不该写进去的话", "note": "不该写进去的话"}
    assert sign_in(city, who).post(url(item), sent).status_code == status
    reply.refresh_from_db()
    assert (reply.state, reply.body) == ("awaiting_signature", BODY)
    assert CaseEvent.objects.filter(suggestion=item).count() == events


def test_after_signature_the_unit_can_no_longer_write(city: World, item: Suggestion) -> None:
    w.signed_reply(city, item, at=MONDAY)
    client = sign_in(city, "handler:bus")
    response = client.post(url(item), {"act": "save", "body": "签后偷改", "seen": "new"})
    assert response.status_code == 422
    assert list(Reply.objects.values_list("body", flat=True)) == [BODY]


def test_a_co_unit_writes_its_opinion_and_the_lead_reads_it(city: World) -> None:
    item = w.submit(city).suggestion
    w.accept(city, item, at=MONDAY)
    w.dispatch(city, item, at=MONDAY, co=True)
    w.sign_in(city, item, at=MONDAY)
    water = sign_in(city, "handler:water")
    address = reverse("desk:opinion", args=[item.case_no])
    assert water.get(address)["Location"] == reverse("desk:sign_in", args=[item.case_no])
    part = Assignment.objects.select_related("suggestion", "unit").get(suggestion=item, part="co")
    assignment.sign_in(assignment=part, actor=city.actor("handler:water"), at=MONDAY)
    empty = water.post(address, {"opinion": "  "})
    assert empty.status_code == 422
    assert "请写协办意见" in main_text(empty)
    over = water.post(address, {"opinion": "长" * 3001})
    assert over.status_code == 422
    assert typed(over, "opinion") == "长" * 3001
    assert (
        water.post(address, {"opinion": "站台下有排水管，开挖前请联系排水科。"}).status_code == 302
    )
    assert "开挖前请联系排水科" in main_text(sign_in(city, "handler:bus").get(url(item)))
    assert CaseEvent.objects.filter(suggestion=item, name="submit_work", unit=city.water).exists()
    assert "不能再改" in main_text(water.get(address))


def test_a_co_unit_does_not_draft_the_reply(city: World) -> None:
    item = w.submit(city).suggestion
    w.accept(city, item, at=MONDAY)
    w.dispatch(city, item, at=MONDAY, co=True)
    response = sign_in(city, "handler:water").get(url(item))
    assert response.status_code == 403
    assert "答复由主办单位起草" in main_text(response)


def test_the_reason_for_not_adopting_reaches_the_author(city: World, item: Suggestion) -> None:
    reply = replying.save_draft(
        suggestion=item, actor=city.actor("handler:bus"), at=MONDAY,
        outcome="not_adopted", body=BODY, reason="站台宽度不足一米五，装不下长椅。",
    )  # fmt: skip
    assert reply.full_text.endswith("不予采纳的理由：站台宽度不足一米五，装不下长椅。")
    preview = parsed(sign_in(city, "handler:bus").get(url(item))).select_one(".desk-letter")
    assert "装不下长椅" in preview.get_text()


def test_a_person_of_two_units_acts_for_the_right_one(city: World) -> None:
    """Liaison of the lead and of the co-unit at once: each screen takes the unit it is about."""
    user = city.users["liaison:bus"]
    user.staff_roles.create(role="liaison", jurisdiction=city.jurisdiction, unit=city.water)
    item = w.submit(city).suggestion
    w.accept(city, item, at=MONDAY)
    w.dispatch(city, item, at=MONDAY, co=True)
    client = sign_in(city, "liaison:bus")
    for _part in ("lead", "co"):
        client.post(reverse("desk:sign_in", args=[item.case_no]))
    assert set(Assignment.objects.values_list("status", flat=True)) == {"working"}
    client.post(reverse("desk:opinion", args=[item.case_no]), {"opinion": "站台下没有管线。"})
    assert Assignment.objects.get(part="co").opinion == "站台下没有管线。"
    client.post(url(item), {**form(client, item), "act": "save"})
    assert Reply.objects.get(suggestion=item).unit == city.bus
