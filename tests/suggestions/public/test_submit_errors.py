"""Bad input, lost cookies, forged steps: a clear sentence, and nothing typed or uploaded is lost (issue 3, "what must hold")."""

import io
import struct
import zlib
from datetime import timedelta
from urllib.parse import unquote

import pytest
from django.conf import LazySettings
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client, TestCase
from django.utils import timezone
from PIL import Image

from suggestions.guards import captcha
from suggestions.models import Attachment, SubmissionDraft, Suggestion
from suggestions.public import drafts, submit_check
from suggestions.services import retention, retention_rules
from tests.suggestions.public import walk
from tests.world import World


def photo(name: str = "站台.jpg") -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", (60, 40), (30, 90, 80)).save(out, "JPEG")
    return SimpleUploadedFile(name, out.getvalue(), "image/jpeg")


def bomb() -> SimpleUploadedFile:
    """A PNG of a few hundred bytes that says it is 60,000 by 60,000 pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    png = (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0" * 999))
        + chunk(b"IEND", b"")
    )
    return SimpleUploadedFile("大图.png", png, "image/png")


HOSTILE = {
    "title": ["", "短", "长" * 41, "\x00\x01\x02", "　　　", "😀" * 3, "<b></b>\u202e"],
    "problem": ["", "很" * 2001, "\x07\x08"],
}


@pytest.mark.parametrize("title", HOSTILE["title"])
def test_a_sentence_that_will_not_do_is_refused_in_words_and_kept_as_typed(
    browser: Client, title: str
) -> None:
    walk.fill(browser, until="topic")
    response = walk.send(browser, "topic", {"title": title, "topic": ""})
    if (
        title == "<b></b>\u202e"
    ):  # six letters and signs are a sentence, if a poor one: it is stored as typed
        assert response.status_code == 302
        return
    page = walk.read(response)
    assert response.status_code == 422
    assert "data-errors" in page.html
    assert 'href="#id_title"' in page.html
    assert 'aria-invalid="true"' in page.html
    # A browser sends line ends as CRLF and drops NUL; the rest of what was typed stands in the field.
    assert page.fields["title"] == title


def test_texts_far_too_long_say_by_how_much_and_stay(browser: Client) -> None:
    walk.fill(browser, until="text")
    typed = {"problem": "很" * 2010, "proposal": "改" * 3005}
    response = walk.send(browser, "text", typed)
    page = walk.read(response)
    assert response.status_code == 422
    assert "请删去10个字" in page.text
    assert "请删去5个字" in page.text
    assert page.fields["problem"] == typed["problem"]
    assert walk.show(browser, "text").fields["proposal"] == typed["proposal"]


def test_markup_and_emoji_are_text_and_nothing_more(browser: Client) -> None:
    title = "<script>alert(1)</script> 站台🚏加长椅"
    walk.fill(
        browser,
        topic={"title": title, "topic": ""},
        text={"problem": "<img src=x onerror=alert(2)>", "proposal": "一把👍"},
    )
    page = walk.show(browser, "check")
    assert "<img src=x" not in page.html
    assert "<script>alert" not in page.html
    walk.submit(browser)
    assert Suggestion.objects.get().original_title == title


def test_a_forged_topic_or_district_counts_as_none_chosen(browser: Client) -> None:
    walk.fill(browser, topic={"topic": "nosuch"}, place={"district": "' OR 1=1"})
    walk.submit(browser)
    item = Suggestion.objects.get()
    assert (item.topic, item.district) == (None, None)


def test_a_message_for_each_contact_error(browser: Client) -> None:
    walk.fill(browser, until="contact")
    for typed, words in (
        ({"phone": "1990000123"}, "现在是10位"),
        ({"phone": "打我电话"}, "不是数字"),
        ({"phone": "", "email": "林小满"}, "name@example.cn"),
        ({"phone": "", "email": ""}, "至少一个"),
        ({"publish": ""}, "请选一项"),
        ({"name": "", "name_display": "surname"}, "请填写姓名"),
        ({"phone": "", "email": "a@example.cn", "contact_channel": "phone"}, "请填手机号"),
        ({"contact_channel": "email"}, "请填邮箱"),
    ):
        sent = {**walk.GOOD["contact"], **typed}
        response = walk.send(browser, "contact", sent)
        page = walk.read(response)
        assert response.status_code == 422, typed
        assert words in page.text
        assert page.fields["phone"] == sent["phone"]
        assert page.fields["email"] == sent["email"]


def test_good_files_stay_when_another_is_refused(browser: Client) -> None:
    walk.fill(browser, until="place")
    big = SimpleUploadedFile("大文件.jpg", b"\xff\xd8" + b"0" * (20 * 1024 * 1024), "image/jpeg")
    response = walk.send(browser, "place", {**walk.GOOD["place"], "files": [photo(), big, bomb()]})
    page = walk.read(response)
    assert response.status_code == 422
    assert "大文件.jpg" in page.text
    assert "最多10MB" in page.text
    assert "像素太多" in page.text
    assert page.fields["place"] == "人民路站北侧"
    assert [a.original_name for a in Attachment.objects.all()] == ["站台.jpg"]
    assert walk.step_of(walk.send(browser, "place", walk.GOOD["place"])) == "contact"
    walk.send(browser, "contact", walk.GOOD["contact"])
    walk.submit(browser)
    assert Suggestion.objects.get().attachments.count() == 1


def test_a_sixth_file_is_refused_and_a_removed_one_makes_room(browser: Client) -> None:
    walk.fill(browser, until="place")
    walk.send(
        browser, "place", {"action": "upload", "files": [photo(f"{n}.jpg") for n in range(6)]}
    )
    assert Attachment.objects.count() == 5
    first = Attachment.objects.order_by("id").first()
    assert first is not None
    response = walk.send(browser, "place", {"place": "人民路站", "remove": first.token})
    assert walk.step_of(response) == "place"
    assert Attachment.objects.count() == 4
    assert walk.show(browser, "place").fields["place"] == "人民路站"


def test_nobody_removes_or_sends_files_of_another_draft(browser: Client, city: World) -> None:
    walk.fill(browser, until="place")
    walk.send(browser, "place", {"action": "upload", "files": [photo()]})
    other = Client()
    walk.fill(other, until="place")
    walk.send(other, "place", {"remove": Attachment.objects.get().token})
    assert Attachment.objects.count() == 1
    assert "站台.jpg" not in walk.show(other, "place").text


def test_a_skipped_or_forged_step_leads_to_the_first_unfinished_one(browser: Client) -> None:
    walk.fill(browser, until="text")
    for step in ("check", "contact"):
        response = browser.get(f"/submit/?step={step}")
        assert walk.step_of(response) == "text"
        assert "前面还有没写完的" in walk.read(browser.get(response["Location"])).text
    assert walk.step_of(browser.get("/submit/?step=../../etc/passwd")) == "text"
    response = walk.send(browser, "contact", walk.GOOD["contact"])
    assert walk.step_of(response) == "text"
    assert walk.step_of(walk.send(browser, "check", {"captcha_answer": "1"})) == "text"
    assert walk.step_of(walk.send(browser, "nosuch", {"title": "x"})) == "text"
    assert Suggestion.objects.count() == 0
    walk.send(browser, "text", walk.GOOD["text"])
    walk.send(browser, "place", walk.GOOD["place"])
    # What was typed too early is there when its turn comes.
    assert walk.show(browser, "contact").fields["name"] == "林小满"


def test_a_lost_cookie_costs_no_word_of_the_page_that_was_sent(browser: Client) -> None:
    walk.fill(browser, until="text")
    browser.cookies.clear()
    response = walk.send(browser, "text", walk.GOOD["text"])
    assert walk.step_of(response) == "start"
    page = walk.read(browser.get(response["Location"]))
    assert "没有找到您先前的草稿" in page.text
    walk.send(browser, "start", {"action": "resume"})
    walk.send(browser, "topic", walk.GOOD["topic"])
    assert walk.show(browser, "text").fields["problem"] == walk.GOOD["text"]["problem"]


def test_a_page_left_open_too_long_comes_back_with_every_word(city: World) -> None:
    browser = Client(enforce_csrf_checks=True)
    response = walk.send(browser, "text", walk.GOOD["text"])
    page = walk.read(response)
    assert response.status_code == 403
    assert "放得太久" in page.text
    assert page.fields["problem"] == walk.GOOD["text"]["problem"]
    assert SubmissionDraft.objects.count() == 0
    # The page that came back carries a fresh token, so pressing the button again works.
    again = walk.send(browser, "text", page.fields)
    assert again.status_code == 302
    assert SubmissionDraft.objects.count() == 1


def test_a_body_far_too_large_is_answered_in_words(browser: Client) -> None:
    walk.fill(browser, until="text")
    response = walk.send(browser, "text", {"problem": "很" * 2_000_000, "proposal": "改"})
    assert response.status_code == 413
    assert "内容太大" in walk.read(response).text


def test_going_back_keeps_the_answers_and_a_change_leads_back_to_the_check(browser: Client) -> None:
    walk.fill(browser)
    assert walk.show(browser, "topic").fields["title"] == walk.GOOD["topic"]["title"]
    assert walk.show(browser, "contact").fields["publish"] == "yes"
    changed = {**walk.GOOD["text"], "proposal": "只装一张也好。"}
    assert walk.step_of(walk.send(browser, "text", changed)) == "check"
    assert "只装一张也好" in walk.show(browser, "check").text


def test_a_wrong_answer_to_the_question_sends_nothing_and_keeps_all(browser: Client) -> None:
    walk.fill(browser)
    page = walk.show(browser, "check")
    answer = walk.answer_question(page)
    response = walk.send(browser, "check", {**answer, "captcha_answer": "7"})
    assert response.status_code == 422
    assert captcha.refusal() in walk.read(response).text
    assert Suggestion.objects.count() == 0
    assert walk.submit(browser)["Location"].startswith("/receipt/")


def test_pressing_send_twice_gives_the_same_receipt(browser: Client) -> None:
    walk.fill(browser)
    answer = walk.answer_question(walk.show(browser, "check"))
    first = walk.send(browser, "check", answer)
    second = walk.send(browser, "check", answer)
    assert first["Location"] == second["Location"]
    assert Suggestion.objects.count() == 1


def test_two_presses_at_the_same_moment_give_one_item(browser: Client, city: World) -> None:
    """The second request read the draft before the first one had emptied it."""
    walk.fill(browser, until="place")
    walk.send(browser, "place", {**walk.GOOD["place"], "files": [photo()]})
    walk.send(browser, "contact", walk.GOOD["contact"])
    row = SubmissionDraft.objects.get()
    both = [
        drafts.Draft(SubmissionDraft.objects.get(pk=row.pk), drafts._read(row.answers))
        for _ in range(2)
    ]
    receipts = []
    for draft in both:
        submission = submit_check.submission_of(draft, channel="web")
        receipts.append(submit_check.send(draft, submission, at=timezone.now()))
    assert receipts[0].token == receipts[1].token
    assert Suggestion.objects.count() == 1


def test_words_sent_again_from_an_old_page_become_a_new_suggestion(browser: Client) -> None:
    walk.fill(browser)
    walk.submit(browser)
    response = walk.send(browser, "text", {"problem": "另一件事", "proposal": "另一个办法"})
    assert walk.step_of(response) == "start"
    assert "上一件建议已经提交" in walk.read(browser.get(response["Location"])).text
    assert Suggestion.objects.get().original_problem == walk.GOOD["text"]["problem"]
    walk.send(browser, "start", {"action": "resume"})
    walk.send(browser, "topic", walk.GOOD["topic"])
    assert walk.show(browser, "text").fields["problem"] == "另一件事"


def test_the_draft_is_empty_after_sending_and_its_words_were_never_readable(
    browser: Client,
) -> None:
    walk.fill(browser)
    with connection.cursor() as cursor:
        cursor.execute("SELECT answers FROM suggestions_submissiondraft")
        held = cursor.fetchone()[0]
    assert "19900001234" not in held
    assert "林小满" not in held
    walk.submit(browser)
    assert SubmissionDraft.objects.get().answers == ""
    assert "长椅" not in walk.read(browser.get("/submit/")).text


def test_the_draft_cookie_is_for_the_form_alone(browser: Client) -> None:
    walk.send(browser, "start")
    cookie = browser.cookies["draft"]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == ("/submit/", True, "Lax")


def test_an_unfinished_suggestion_is_offered_again_or_thrown_away(browser: Client) -> None:
    walk.fill(browser, until="text")
    page = walk.read(browser.get("/submit/?title=另一件事说一句"))
    assert "您有一件没写完" in page.text
    assert walk.GOOD["topic"]["title"] in page.text
    assert walk.step_of(walk.send(browser, "start", {"action": "resume"})) == "text"
    walk.send(browser, "start", {"action": "fresh", "title": "另一件事说一句"})
    assert walk.show(browser, "topic").fields["title"] == "另一件事说一句"
    assert SubmissionDraft.objects.count() == 1


def test_too_many_from_one_network_keeps_the_draft(browser: Client, settings: LazySettings) -> None:
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "submit": "1/hour"}
    walk.fill(browser)
    walk.submit(browser)
    other = Client()
    walk.fill(other)
    response = walk.submit(other)
    page = walk.read(response)
    assert response.status_code == 429
    assert "Retry-After" in response
    assert "都存着" in page.text
    assert walk.show(other, "check").fields["captcha_token"]
    # The first one's second press is not held against it.
    assert walk.send(browser, "check")["Location"].startswith("/receipt/")


def test_old_drafts_and_their_files_go_when_their_term_is_over(browser: Client) -> None:
    walk.fill(browser, until="place")
    walk.send(browser, "place", {"action": "upload", "files": [photo()]})
    name = Attachment.objects.get().storage_name
    assert retention.old_drafts(now=timezone.now() + timedelta(days=89)) == 0
    retention_rules.change(
        record_class="draft",
        days=120,
        basis="市档案局批复",
        approved_by="市档案局",
        at=timezone.now(),
    )
    assert retention.old_drafts(now=timezone.now() + timedelta(days=91)) == 0
    with TestCase.captureOnCommitCallbacks(execute=True):
        assert retention.old_drafts(now=timezone.now() + timedelta(days=121)) == 1
    assert Attachment.objects.count() == 0
    assert not storages["attachments"].exists(name)


def test_nothing_personal_reaches_the_log(
    browser: Client, capfd: pytest.CaptureFixture[str]
) -> None:
    walk.fill(browser)
    location = walk.submit(browser)["Location"]
    browser.get(location)
    said = unquote("".join(capfd.readouterr()))
    for secret in ("19900001234", "199 0000 1234", "林小满", "人民路", location.split("/")[2]):
        assert secret not in said


def test_the_check_page_shows_the_units_text_and_the_publics(browser: Client) -> None:
    walk.fill(
        browser,
        text={
            "problem": "我婆婆林玉珍在柳河新村5幢302住，站台太黑。",
            "proposal": "装灯，要看现场打19900001234找我林小满。",
        },
    )
    page = walk.show(browser, "check")
    said, _, shown = page.html.partition('id="public-title"')
    card = shown.partition("</div>")[0]
    assert "柳河新村5幢302" in said
    assert "19900001234" in said
    for secret in ("5幢302", "19900001234", "林小满"):
        assert secret not in card
    assert "199****1234" in said


def test_an_item_kept_private_shows_no_public_preview(browser: Client) -> None:
    walk.fill(browser, contact={"publish": "no", "name_display": "full"})
    page = walk.show(browser, "check")
    assert "公开后别人看到的" not in page.text
    walk.submit(browser)
    item = Suggestion.objects.get()
    assert (item.publish_consent, item.name_display) == (False, "anonymous")
