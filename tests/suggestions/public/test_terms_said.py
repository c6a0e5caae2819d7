"""What people read about how long something is kept is what the rules of retention say today (process.md 9.4; PIPL 17)."""

import pytest
from django.test import Client
from django.utils import timezone

from cms import starters
from portal.notices import sms
from suggestions import outbox
from suggestions.codes import RecordClass
from suggestions.public.forms_privacy import TakedownForm
from suggestions.services import retention_rules
from tests.suggestions.public import walk

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def shorter_terms() -> None:
    """The office has its terms cut: a sentence that still says the shipped number is wrong."""
    for record_class, days in (
        (RecordClass.DRAFT, 41), (RecordClass.REDIRECTED, 42), (RecordClass.TAKEDOWN_WORDS, 43),
    ):  # fmt: skip
        retention_rules.change(
            record_class=record_class,
            days=days,
            basis="试",
            approved_by="档案局",
            at=timezone.now(),
        )


@pytest.mark.parametrize(
    "path",
    [
        "/submit/", "/submit/?step=start", "/submit/?step=topic", "/submit/?step=topic&note=lost", "/submit/later/",
        "/submit/resume/AAAA-AAAA-AAAA/",
    ],
)  # fmt: skip
@pytest.mark.parametrize("english", [False, True])
def test_every_page_that_says_how_long_a_draft_is_kept_says_the_rule(
    browser: Client, path: str, english: bool
) -> None:
    walk.fill(browser, until="text")
    text = walk.read(browser.get(("/en" if english else "") + path)).text
    assert ("41 days" if english else "41天") in text
    assert "90" not in text


def test_the_message_with_a_drafts_code_says_the_rule(
    browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    walk.fill(browser, until="place")
    browser.post("/submit/later/", {"action": "send", "phone": "19900007777"})
    sent: list[str] = []
    monkeypatch.setattr(sms, "send", lambda phone, text, reference: sent.append(text))
    outbox.deliver(now=timezone.now())
    assert ["41天内" in text for text in sent] == [True]


def test_the_complaint_about_a_page_says_how_long_the_contact_is_kept() -> None:
    assert "决定后43天删除" in str(TakedownForm()["contact"].help_text)


def test_the_first_draft_of_the_privacy_page_says_the_rules_of_the_day() -> None:
    page = next(p for p in starters.standing_pages({}) if p.slug == "privacy")
    assert "草稿留41天" in str(page.body)
    assert "送达后42天删除" in str(page.body)
    assert "for 41 days" in str(page.body_en)
    assert "deleted 42 days" in str(page.body_en)
