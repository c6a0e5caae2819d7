"""Drafts to come back to by a code, joint filing and minors, as a resident does them without scripts."""

import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from portal.notices import sms
from suggestions import outbox
from suggestions.models import Guardian, JointAuthor, SubmissionDraft, Suggestion
from suggestions.services import joint
from tests.suggestions.public import walk


def code_of(client: Client) -> str:
    found = re.search(r'slip__code">([A-Z0-9-]{14})<', walk.read(client.get("/submit/later/")).html)
    assert found
    return found[1]


def test_a_draft_goes_on_in_another_browser_by_its_code_alone(browser: Client) -> None:
    walk.fill(browser, until="place")
    response = walk.send(browser, "place", {"place": "东河路", "action": "later"})
    assert response["Location"] == "/submit/later/"
    code = code_of(browser)
    other = Client()
    page = walk.read(other.get(f"/submit/resume/{code.lower().replace('-', '')}/"))
    assert walk.GOOD["topic"]["title"] in page.text
    assert "draft" not in other.cookies
    response = other.post("/submit/resume/", {"code": code, "action": "resume"})
    assert walk.step_of(response) == "contact"
    assert walk.show(other, "place").fields["place"] == "东河路"


def test_whoever_takes_a_draft_over_takes_it_from_the_shared_computer(browser: Client) -> None:
    walk.fill(browser, until="place")
    code = code_of(browser)
    other = Client()
    other.post("/submit/resume/", {"code": code, "action": "resume"})
    assert browser.get("/submit/?step=text")["Location"].endswith("note=lost")
    assert code_of(other) == code


def test_a_draft_can_be_deleted_from_the_code_alone(browser: Client) -> None:
    walk.fill(browser, until="place")
    code = code_of(browser)
    Client().post("/submit/resume/", {"code": code, "action": "discard"})
    assert not SubmissionDraft.objects.exists()
    assert Client().get(f"/submit/resume/{code}/").status_code == 404


def test_a_sent_draft_opens_no_more_by_its_code(browser: Client) -> None:
    walk.fill(browser)
    code = code_of(browser)
    walk.submit(browser)
    assert Suggestion.objects.count() == 1
    assert Client().post("/submit/resume/", {"code": code, "action": "resume"}).status_code == 422


def test_the_code_is_sent_to_the_phone_and_the_number_never_waits_in_the_queue(
    browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    walk.fill(browser, until="place")
    code = code_of(browser)
    response = browser.post("/submit/later/", {"action": "send", "phone": "19900007777"})
    assert response.status_code == 200
    assert not any("19900007777" in str(row.payload) for row in outbox.Outbox.objects.all())
    sent: list[tuple[str, str]] = []
    monkeypatch.setattr(sms, "send", lambda phone, text, reference: sent.append((phone, text)))
    outbox.deliver(now=timezone.now())
    assert [(p, code in t) for p, t in sent] == [("19900007777", True)]


@pytest.mark.parametrize("code", ["", "AAAA-AAAA-AAAA", "x" * 500, "\x00", "<b>"])
def test_a_wrong_code_is_answered_in_words(browser: Client, code: str) -> None:
    response = browser.post("/submit/resume/", {"code": code, "action": "resume"})
    assert response.status_code == 422
    assert "草稿" in walk.read(response).text


def contact(**changes: Any) -> dict[str, Any]:
    return {**walk.GOOD["contact"], **changes}


def test_a_joint_filing_names_others_who_decide_for_themselves(browser: Client) -> None:
    walk.fill(browser, contact=contact(joint="王一 19900003001\n李二 199 0000 3002"))
    assert "王一、李二" in walk.show(browser, "check").text
    walk.submit(browser)
    item = Suggestion.objects.get()
    assert joint.counts(item) == joint.Counts(named=2, confirmed=0)
    assert {j.name for j in JointAuthor.objects.all()} == {"王一", "李二"}


def test_a_child_files_with_a_guardian_and_stays_unnamed(browser: Client) -> None:
    walk.fill(browser, until="contact")
    child = contact(age_band="under_14", name_display="full")
    response = walk.send(browser, "contact", child)
    assert response.status_code == 422
    assert "监护人" in walk.read(response).text
    guardian = {
        "guardian_name": "周建国",
        "guardian_phone": "19900005678",
        "guardian_consent": "yes",
    }
    assert walk.step_of(walk.send(browser, "contact", {**child, **guardian})) == "check"
    walk.submit(browser)
    item = Suggestion.objects.get()
    assert (item.name_display, item.author.age_band) == ("anonymous", "under_14")
    assert Guardian.objects.get().name == "周建国"


def test_a_teenager_needs_no_guardian(browser: Client) -> None:
    walk.fill(browser, contact=contact(age_band="14_17"))
    walk.submit(browser)
    assert Suggestion.objects.get().author.is_minor
    assert not Guardian.objects.exists()
