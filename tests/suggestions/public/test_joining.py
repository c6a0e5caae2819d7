"""附议: one phone is one voice, the count is exact, and nobody learns whose phone is whose."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from portal.notices import sms
from portal.notices import voices as notices
from suggestions import outbox
from suggestions.errors import DomainError, Invalid
from suggestions.models import CaseEvent, CoSign, Suggestion
from suggestions.services import co_signing, voices
from tests import world as w
from tests.suggestions.public import walk
from tests.world import MONDAY, World

LATER = MONDAY + timedelta(days=11)


@pytest.fixture
def item(city: World) -> Suggestion:
    found, _ = w.answered(city)
    return found


def join(item: Suggestion, phone: str, key: str = "", **changes: Any) -> voices.Given:
    return co_signing.co_sign(
        suggestion=item, phone=phone, idempotency_key=key or phone, at=LATER, **changes
    )


def shown_count(item: Suggestion) -> int:
    """The public figure, and that it is the number of rows behind it."""
    item.refresh_from_db()
    assert item.co_sign_count == CoSign.objects.counted().filter(suggestion=item).count()
    return item.co_sign_count


def test_each_phone_counts_once_however_often_it_comes(item: Suggestion) -> None:
    join(item, "19900002001")
    again = join(item, "199 0000 2001", key="another form")
    join(item, "19900002002")
    assert shown_count(item) == 2
    assert again.created
    assert not again.voice.counts


def test_the_same_form_sent_twice_gives_the_same_receipt(item: Suggestion) -> None:
    one, two = join(item, "19900002001", key="k"), join(item, "19900002001", key="k")
    assert (one.token, one.query_code) == (two.token, two.query_code)
    assert shown_count(item) == 1


def test_the_authors_own_phone_is_no_second_voice_and_nobody_is_told_so(
    browser: Client, item: Suggestion
) -> None:
    own = _send(browser, item, "19900001234")
    other = _send(browser, item, "19900002001")
    assert shown_count(item) == 1
    pages = [walk.read(browser.get(r["Location"])).heading for r in (own, other)]
    assert pages[0] == pages[1]


def test_stepping_out_takes_the_voice_from_the_count_and_forgets_the_phone(
    item: Suggestion,
) -> None:
    voice = join(item, "19900002001").voice
    assert isinstance(voice, CoSign)
    co_signing.withdraw(co_sign=voice, at=LATER)
    co_signing.withdraw(co_sign=voice, at=LATER)
    assert shown_count(item) == 0
    voice.refresh_from_db()
    assert (voice.name, voice.phone, voice.wants_notice) == ("", "", False)
    join(item, "19900002001", key="back again")
    assert shown_count(item) == 1


def test_only_a_published_item_that_is_open_or_answered_takes_voices(city: World) -> None:
    hidden = w.submit(city, publish_consent=True).suggestion
    with pytest.raises(DomainError):
        join(hidden, "19900002001")
    closed, _ = w.answered(city)
    Suggestion.objects.filter(pk=closed.pk).update(status="closed")
    closed.refresh_from_db()
    with pytest.raises(DomainError):
        join(closed, "19900002001")
    assert not CoSign.objects.exists()


@pytest.mark.parametrize("phone", ["", "123", "没有", "1990000200x", "9" * 500])
def test_a_phone_that_is_none_is_refused_in_words(item: Suggestion, phone: str) -> None:
    with pytest.raises(Invalid) as refused:
        join(item, phone)
    assert refused.value.errors["phone"]


def test_where_sms_leave_the_house_a_voice_counts_only_after_its_code(
    item: Suggestion, settings: Any
) -> None:
    settings.SMS_BACKEND = "http"
    voice = join(item, "19900002001").voice
    assert isinstance(voice, CoSign)
    assert shown_count(item) == 0
    with pytest.raises(Invalid):
        co_signing.confirm(co_sign=voice, code="000000x", at=LATER)
    co_signing.confirm(co_sign=voice, code=voices.phone_code(voice), at=LATER)
    assert shown_count(item) == 1


def test_guessing_the_code_makes_a_new_one_after_five_tries(
    item: Suggestion, settings: Any
) -> None:
    settings.SMS_BACKEND = "http"
    voice = join(item, "19900002001").voice
    assert isinstance(voice, CoSign)
    first = voices.phone_code(voice)
    for _ in range(voices.MAX_TRIES):
        with pytest.raises(Invalid):
            co_signing.confirm(co_sign=voice, code="", at=LATER)
    assert voices.phone_code(voice) != first
    with pytest.raises(Invalid):
        co_signing.confirm(co_sign=voice, code=first, at=LATER)


def test_every_co_signer_who_wants_it_is_told_the_answer(
    city: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    receipt = w.submit(city)
    item = receipt.suggestion
    w.accept(city, item, at=MONDAY + timedelta(days=1))
    w.publish(city, item, at=MONDAY + timedelta(days=1, hours=1))
    join(item, "19900002001")
    join(item, "19900002002", wants_notice=False)
    left = join(item, "19900002003").voice
    assert isinstance(left, CoSign)
    co_signing.withdraw(co_sign=left, at=LATER)
    item.refresh_from_db()
    w.dispatch(city, item, at=MONDAY + timedelta(days=2))
    w.sign_in(city, item, at=MONDAY + timedelta(days=3))
    reply = w.signed_reply(city, item, at=MONDAY + timedelta(days=4))
    from suggestions.services import replying

    replying.approve(reply=reply, actor=city.actor("triage_officer"), at=MONDAY + timedelta(days=5))
    sent: list[tuple[str, str]] = []
    monkeypatch.setattr(sms, "send", lambda phone, text, reference: sent.append((phone, text)))
    for _ in range(3):
        outbox.deliver(now=timezone.now() + timedelta(days=400))
    to = [(p, t) for p, t in sent if p.startswith("1990000200")]
    assert [p for p, _ in to] == ["19900002001"]
    assert item.case_no in to[0][1]
    assert "/joined/" in to[0][1]


def test_a_notice_asked_for_twice_is_sent_once(
    item: Suggestion, monkeypatch: pytest.MonkeyPatch
) -> None:
    voice = join(item, "19900002001").voice
    sent: list[str] = []
    monkeypatch.setattr(sms, "send", lambda phone, text, reference: sent.append(text))
    for _ in range(2):
        notices.voice_notice({"code": "answered", "kind": "co_sign", "voice": voice.pk, "event": 1})
    assert len(sent) == 1


def test_new_voices_enter_the_chain_once_a_day_as_a_count(item: Suggestion) -> None:
    join(item, "19900002001")
    join(item, "19900002002")
    assert co_signing.tell_cases(now=LATER) == 0
    assert co_signing.tell_cases(now=LATER + timedelta(days=1)) == 1
    assert co_signing.tell_cases(now=LATER + timedelta(days=2)) == 0
    event = CaseEvent.objects.get(suggestion=item, name="co_signed")
    assert event.words == "新增2人附议，共2人"


# In the browser


def _send(client: Client, item: Suggestion, number: str, **changes: str) -> Any:
    address = f"/suggestions/{item.case_no}/join/"
    page = walk.read(client.get(address))
    sent = {"phone": number, "wants_notice": "on", "agree": "on", "key": page.fields["key"]}
    return client.post(address, {**sent, **walk.answer_question(page), **changes})


def test_the_cached_page_offers_to_join_without_form_or_cookie(
    browser: Client, item: Suggestion
) -> None:
    response = browser.get(f"/suggestions/{item.case_no}/")
    page = walk.read(response)
    assert f"/suggestions/{item.case_no}/join/" in page.links
    assert not response.cookies
    assert "public" in response["Cache-Control"]
    assert "csrfmiddlewaretoken" not in page.html


def test_a_resident_joins_without_scripts_follows_and_steps_out(
    browser: Client, item: Suggestion
) -> None:
    response = _send(browser, item, "19900002001")
    assert response.status_code == 302, walk.read(response).text
    page = walk.read(browser.get(response["Location"]))
    assert item.case_no in page.text
    code = re.search(r'slip__code">(\w{8})<', page.html)
    assert code
    assert "1人附议" in walk.read(browser.get(f"/suggestions/{item.case_no}/")).text
    entered = browser.post("/joined/", {"case_no": item.case_no, "query_code": code[1].lower()})
    assert entered["Location"] == response["Location"]
    browser.post(response["Location"], {"action": "leave"})
    assert shown_count(item) == 0
    assert "附议</span>" not in walk.read(browser.get(f"/suggestions/{item.case_no}/")).html


@pytest.mark.parametrize("changes", [{"phone": "12"}, {"agree": ""}, {"captcha_answer": "1"}])
def test_an_error_keeps_what_was_typed_and_adds_nobody(
    browser: Client, item: Suggestion, changes: dict[str, str]
) -> None:
    response = _send(browser, item, "19900002001", **{"name": "程先生", **changes})
    assert response.status_code == 422
    assert walk.read(response).fields["name"] == "程先生"
    assert shown_count(item) == 0


@pytest.mark.parametrize("path", ["/suggestions/JY2026-0000009-9/join/", "/joined/nobody/"])
def test_what_is_not_there_is_a_plain_404(browser: Client, path: str) -> None:
    assert browser.get(path).status_code == 404


def test_a_closed_item_says_why_it_takes_no_voices(browser: Client, item: Suggestion) -> None:
    Suggestion.objects.filter(pk=item.pk).update(status="closed")
    page = walk.read(browser.get(f"/suggestions/{item.case_no}/join/"))
    assert "已经办结" in page.text
    assert "phone" not in page.fields


def test_the_tracking_page_takes_a_co_signers_own_code(browser: Client, item: Suggestion) -> None:
    given = join(item, "19900002001")
    response = browser.post(
        "/track/", {"case_no": item.case_no, "query_code": given.query_code.lower()}
    )
    assert response["Location"] == f"/joined/{given.token}/"


def test_joining_costs_the_same_queries_however_many_voices_there_are(
    browser: Client, item: Suggestion
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    first = join(item, "19900002001")
    browser.get(f"/joined/{first.token}/")  # what is read once a process
    counted = []
    for more in (1, 20):
        for number in range(more):
            join(item, f"199{more:02d}00{number:04d}")
        with CaptureQueriesContext(connection) as queries:
            browser.get(f"/joined/{first.token}/")
        counted.append(len(queries))
    assert counted[0] == counted[1]
