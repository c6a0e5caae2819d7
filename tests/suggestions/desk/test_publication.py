"""Masking and release at the desk: what is marked, who may release, what never leaves, and pages taken out of sight."""

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from suggestions.models import Attachment, CaseEvent, CaseLock, PublicationReview, Suggestion
from suggestions.services import attachments, publishing, replying
from tests import world as w
from tests.cold import cold
from tests.suggestions.desk.cast import main_text, parsed, sign_in
from tests.world import MONDAY, World

QUEUE = "/admin/desk/publication/"
PHONE = "13800138000"
PROBLEM = f"站台没有座位。打我电话{PHONE}，或者找王建国师傅。"


def picture() -> SimpleUploadedFile:
    held = BytesIO()
    Image.new("RGB", (40, 30), "teal").save(held, "PNG")
    return SimpleUploadedFile("站台.png", held.getvalue(), content_type="image/png")


def accepted(city: World, *, days: int = 0, **changes: Any) -> PublicationReview:
    at = MONDAY + timedelta(days=days)
    item = w.submit(city, at=at, **{"problem": PROBLEM, **changes}).suggestion
    w.accept(city, item, at=at)
    return PublicationReview.objects.select_related("suggestion").get(suggestion=item)


def url(review: PublicationReview) -> str:
    return reverse("desk:publication", args=[review.pk])


def form(client: Client, review: PublicationReview, **changes: Any) -> dict[str, Any]:
    """What a browser would send back unchanged, with these changes."""
    page = parsed(client.get(url(review))).select_one("#mask")
    assert page is not None
    sent: dict[str, Any] = {"seen": page.select_one("[name=seen]")["value"]}
    for area in page.select("textarea"):
        sent[str(area["name"])] = area.get_text().removeprefix("\n")
    return {**sent, **changes}


def to_second_check(city: World, review: PublicationReview) -> None:
    first = city.actor("publisher")
    publishing.start(review=review, actor=first, at=MONDAY)
    publishing.save(review=review, actor=first, at=MONDAY)
    publishing.submit(review=review, actor=first, at=MONDAY)


def release(client: Client, review: PublicationReview, **changes: str) -> Any:
    seen = parsed(client.get(url(review))).select_one("[name=seen]")["value"]
    return client.post(url(review), {"act": "release", "seen": seen, **changes})


def test_certain_and_likely_personal_data_are_marked_apart_and_named(city: World) -> None:
    review = accepted(city)
    page = parsed(sign_in(city, "publisher").get(url(review)))
    marks = page.select(".desk-mask__row mark")
    sure = [m.get_text() for m in marks if "desk-span--maybe" not in m["class"]]
    maybe = [m.get_text() for m in marks if "desk-span--maybe" in m["class"]]
    assert f"{PHONE}手机号" in sure
    assert any("王建国" in m and "姓名？" in m for m in maybe)


def test_the_author_s_own_name_is_certain_wherever_it_stands(city: World) -> None:
    review = accepted(city, problem="站台没有座位。林小满已经说过一次了。")
    client = sign_in(city, "publisher")
    client.post(
        url(review), {**form(client, review, problem="林小满说站台没有座位。"), "act": "mask"}
    )
    review.refresh_from_db()
    assert review.problem == "【已遮盖：姓名】说站台没有座位。"


def test_the_rules_can_be_applied_again_to_what_was_typed(city: World) -> None:
    review = accepted(city)
    client = sign_in(city, "publisher")
    typed = f"站台没有座位，还差一段。{PHONE}。找王建国师傅。"
    client.post(url(review), {**form(client, review, problem=typed), "act": "mask"})
    review.refresh_from_db()
    assert review.problem == "站台没有座位，还差一段。【已遮盖：手机号】。找王建国师傅。"
    client.post(url(review), {**form(client, review), "act": "mask_likely"})
    review.refresh_from_db()
    assert "王建国" not in review.problem
    assert "还差一段" in review.problem


def test_a_number_left_in_the_draft_is_asked_about_before_the_second_check(city: World) -> None:
    review = accepted(city)
    client = sign_in(city, "publisher")
    sent = form(client, review, problem=f"站台没有座位，打{PHONE}。")
    response = client.post(url(review), {**sent, "act": "submit"})
    assert response.status_code == 422
    assert "像是个人信息" in main_text(response)
    assert f"打{PHONE}" in main_text(response)
    review.refresh_from_db()
    assert review.state == "queued"
    assert client.post(url(review), {**sent, "act": "submit", "checked": "on"}).status_code == 302
    review.refresh_from_db()
    assert review.state == "second_check"


def test_an_office_number_in_a_reply_is_no_personal_data(city: World) -> None:
    item, _receipt = w.answered(city, published=False, problem="站台没有座位，老人站着等很久。")
    review = PublicationReview.objects.get(suggestion=item)
    client = sign_in(city, "publisher")
    sent = form(client, review, reply_body="将加装长椅，咨询打0380-555 0111或0380-555 0131。")
    assert client.post(url(review), {**sent, "act": "submit"}).status_code == 302


def test_the_same_person_cannot_release_what_they_masked(city: World) -> None:
    review = accepted(city)
    to_second_check(city, review)
    client = sign_in(city, "publisher")
    page = client.get(url(review))
    assert "复核要由另一位公开审核员来做" in main_text(page)
    assert not parsed(page).select("button[value=release]")
    response = release(client, review)
    assert response.status_code == 422
    assert "复核要由另一位公开审核员来做" in main_text(response)
    review.refresh_from_db()
    assert review.state == "second_check"
    assert not Suggestion.objects.get(pk=review.suggestion_id).public_title


def test_another_person_releases_and_the_page_is_there(city: World) -> None:
    review = accepted(city)
    to_second_check(city, review)
    assert release(sign_in(city, "publisher_2"), review).status_code == 302
    item = Suggestion.objects.get(pk=review.suggestion_id)
    assert item.is_public
    assert PHONE not in item.public_problem
    event = CaseEvent.objects.get(suggestion=item, name="publish")
    assert event.actor == city.users["publisher_2"]


def test_the_second_check_sends_back_with_words_the_first_reads(city: World) -> None:
    review = accepted(city)
    to_second_check(city, review)
    second = sign_in(city, "publisher_2")
    seen = parsed(second.get(url(review))).select_one("[name=seen]")["value"]
    empty = second.post(url(review), {"act": "send_back", "seen": seen, "reason": ""})
    assert empty.status_code == 422
    assert "请写明要改什么" in main_text(empty)
    second.post(url(review), {"act": "send_back", "seen": seen, "reason": "王建国也要遮"})
    assert "王建国也要遮" in main_text(sign_in(city, "publisher").get(url(review)))
    review.refresh_from_db()
    assert review.state == "redacting"


def test_who_masked_may_take_it_back_and_a_colleague_may_not(city: World) -> None:
    review = accepted(city)
    to_second_check(city, review)
    assert sign_in(city, "publisher_2").post(url(review), {"act": "take_back"}).status_code == 422
    CaseLock.objects.all().delete()  # her form closed, or its ten minutes passed
    assert sign_in(city, "publisher").post(url(review), {"act": "take_back"}).status_code == 302
    review.refresh_from_db()
    assert review.state == "redacting"


def test_a_release_falls_on_the_words_that_were_read(city: World) -> None:
    review = accepted(city)
    to_second_check(city, review)
    response = release(sign_in(city, "publisher_2"), review, seen="second_check-0-0")
    assert response.status_code == 422
    assert "刚才有改动" in main_text(response)
    assert not Suggestion.objects.get(pk=review.suggestion_id).is_public


def test_two_publishers_do_not_save_over_each_other_unawares(city: World) -> None:
    review = accepted(city)
    first, second = sign_in(city, "publisher"), sign_in(city, "publisher_2")
    mine = form(first, review, problem="第一位改的文字")
    CaseLock.objects.all().delete()  # the first one's form stood open for longer than its lock
    second.post(url(review), {**form(second, review, problem="第二位改的文字"), "act": "save"})
    CaseLock.objects.all().delete()
    response = first.post(url(review), {**mine, "act": "save"})
    assert response.status_code == 422
    assert parsed(response).select_one("[name=problem]").get_text().strip() == "第一位改的文字"
    review.refresh_from_db()
    assert review.problem == "第二位改的文字"


def test_no_file_is_public_unless_ticked_and_a_scan_never(city: World) -> None:
    shown, hidden, scan = (attachments.store(file=picture()) for _ in range(3))
    Attachment.objects.filter(pk=scan.pk).update(origin=Attachment.Origin.SCAN)
    review = accepted(city, attachments=(shown, hidden, scan))
    client = sign_in(city, "publisher")
    page = parsed(client.get(url(review)))
    boxes = page.select("[name=public_attachments]")
    assert [b["value"] for b in boxes] == [str(shown.pk), str(hidden.pk)]
    assert not any(b.has_attr("checked") for b in boxes)
    assert page.select_one(".desk-file img")["alt"]
    forged = client.post(
        url(review), {**form(client, review), "public_attachments": [scan.pk], "act": "save"}
    )
    assert forged.status_code == 422
    client.post(
        url(review), {**form(client, review), "public_attachments": [shown.pk], "act": "submit"}
    )
    release(sign_in(city, "publisher_2"), review)
    assert list(Attachment.objects.filter(is_public=True)) == [shown]


def test_refusing_a_page_needs_a_coded_reason_the_author_is_told(city: World) -> None:
    review = accepted(city)
    client = sign_in(city, "publisher")
    for reason in ("", "because"):
        response = client.post(url(review), {"act": "refuse", "reason": reason})
        assert response.status_code == 422
        assert "理由" in main_text(response)
    assert client.post(url(review), {"act": "refuse", "reason": "privacy"}).status_code == 302
    item = Suggestion.objects.get(pk=review.suggestion_id)
    assert item.publication == "removed"
    assert CaseEvent.objects.get(suggestion=item, name="remove").visibility == "author"
    again = client.post(url(review), {"act": "save", "problem": "再改"})
    assert again.status_code == 422
    assert "已经结束" in main_text(again)


def test_a_later_reply_is_masked_alone_and_each_step_leaves_a_trace(city: World) -> None:
    item = w.submit(city).suggestion
    w.accept(city, item, at=MONDAY)
    w.publish(city, item, at=MONDAY)
    w.dispatch(city, item, at=MONDAY)
    w.sign_in(city, item, at=MONDAY)
    reply = w.signed_reply(city, item, at=MONDAY, body=w.BODY + "已打13800138000告知。")
    replying.approve(reply=reply, actor=city.actor("triage_officer"), at=MONDAY)
    review = PublicationReview.objects.get(suggestion=item, reply=reply)
    client = sign_in(city, "publisher")
    sent = form(client, review)
    assert "problem" not in sent
    assert "已遮盖：手机号" in sent["reply_body"]
    assert client.post(url(review), {**sent, "act": "submit"}).status_code == 302
    assert release(sign_in(city, "publisher_2"), review).status_code == 302
    reply.refresh_from_db()
    assert reply.is_public
    assert PHONE not in reply.public_body
    names = set(CaseEvent.objects.filter(suggestion=item).values_list("name", flat=True))
    assert {"redact_reply", "submit_reply_redaction", "publish_update"} <= names


@pytest.mark.parametrize(
    "who", ["triage_officer", "handler:bus", "unit_head:bus", "supervisor", "leader", "editor"]
)
def test_masking_is_the_publishers_alone(city: World, who: str) -> None:
    review = accepted(city)
    client = sign_in(city, who)
    assert client.get(QUEUE).status_code == 403
    assert client.get(url(review)).status_code == 403
    assert client.post(url(review), {"act": "refuse", "reason": "privacy"}).status_code == 403
    review.refresh_from_db()
    assert review.state == "queued"


def test_a_review_of_another_city_or_of_a_misconduct_report_does_not_exist(city: World) -> None:
    review = accepted(city)
    client = sign_in(city, "publisher")
    Suggestion.objects.filter(pk=review.suggestion_id).update(
        category="report_misconduct", publication="private"
    )
    assert client.get(url(review)).status_code == 404
    assert client.get("/admin/desk/publication/999999/").status_code == 404


def test_the_queue_shows_who_waits_longest_first_and_filters(city: World) -> None:
    late = accepted(city, title="先来的一件建议事项", days=-40)
    new = accepted(city, title="后来的一件建议事项")
    client = sign_in(city, "publisher")

    def titles(query: str = "") -> list[str]:
        return [a.get_text() for a in parsed(client.get(QUEUE + query)).select(".desk-row__title")]

    assert titles() == ["先来的一件建议事项", "后来的一件建议事项"]
    assert titles("?q=后来") == ["后来的一件建议事项"]
    assert titles(f"?q={late.suggestion.case_no}") == ["先来的一件建议事项"]
    to_second_check(city, new)
    assert titles("?state=to_mask") == ["先来的一件建议事项"]
    assert titles("?state=to_check") == []
    assert titles("?state=mine") == ["后来的一件建议事项"]
    for query in ("?page=x", "?state=nonsense", "?q=%00"):
        assert client.get(QUEUE + query).status_code == 200


def test_the_queue_asks_the_database_as_often_for_thirty_reviews_as_for_three(city: World) -> None:
    client = sign_in(city, "publisher")

    def queries() -> int:
        cold()
        with CaptureQueriesContext(connection) as held:
            assert client.get(QUEUE).status_code == 200
        return len(held)

    for n in range(3):
        accepted(city, days=n)
    queries()
    few = queries()
    for n in range(27):
        accepted(city, days=n)
    assert queries() == few


def page_url(item: Suggestion) -> str:
    return reverse("desk:page_state", args=[item.case_no])


def test_a_page_is_suspended_with_a_reason_and_shown_again(city: World) -> None:
    item, _receipt = w.answered(city)
    publisher = sign_in(city, "publisher")
    empty = publisher.post(page_url(item), {"act": "suspend", "reason": ""})
    assert empty.status_code == 422
    assert "请写明理由" in main_text(empty)
    publisher.post(page_url(item), {"act": "suspend", "reason": "有人投诉照片拍到孩子"})
    item.refresh_from_db()
    assert item.publication == "suspended"
    assert not item.is_public
    publisher.post(page_url(item), {"act": "resume", "reason": "照片已换掉"})
    item.refresh_from_db()
    assert item.is_public
    reasons = CaseEvent.objects.filter(
        suggestion=item, name__in=("suspend", "resume_publication")
    ).order_by("seq")
    assert [e.reason for e in reasons] == ["有人投诉照片拍到孩子", "照片已换掉"]


def test_a_supervisor_may_suspend_but_not_bring_back(city: World) -> None:
    item, _receipt = w.answered(city)
    client = sign_in(city, "supervisor")
    assert client.post(page_url(item), {"act": "suspend", "reason": "核实投诉"}).status_code == 302
    assert client.post(page_url(item), {"act": "resume", "reason": "没事了"}).status_code == 403
    item.refresh_from_db()
    assert item.publication == "suspended"


def test_a_suspended_page_is_removed_for_good_with_a_code(city: World) -> None:
    item, _receipt = w.answered(city)
    client = sign_in(city, "publisher")
    assert client.post(page_url(item), {"act": "remove", "reason": "takedown"}).status_code == 403
    client.post(page_url(item), {"act": "suspend", "reason": "核实投诉"})
    client.post(page_url(item), {"act": "remove", "reason": "takedown"})
    item.refresh_from_db()
    assert item.publication == "removed"


@pytest.mark.parametrize("who", ["triage_officer", "unit_head:bus", "leader"])
def test_nobody_else_touches_a_published_page(city: World, who: str) -> None:
    item, _receipt = w.answered(city)
    response = sign_in(city, who).post(page_url(item), {"act": "suspend", "reason": "核实投诉"})
    assert response.status_code == 403
    item.refresh_from_db()
    assert item.is_public
