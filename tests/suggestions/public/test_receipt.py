"""The receipt: number, code, and dates that are this item's own."""

import re
from datetime import timedelta

import pytest
import segno
import time_machine
from django.test import Client

from suggestions.models import Clock
from suggestions.public.receipt import qr_code
from suggestions.services import triage
from tests import world as w
from tests.suggestions.public import walk
from tests.world import MONDAY, World


@pytest.fixture
def receipt(city: World) -> w.Receipt:
    return w.submit(city)


def test_the_receipt_has_number_code_picture_and_dates(browser: Client, receipt: w.Receipt) -> None:
    with time_machine.travel(MONDAY + timedelta(hours=1), tick=False):
        response = browser.get(f"/receipt/{receipt.token}/")
    page = walk.read(response)
    assert receipt.suggestion.case_no in page.text
    assert receipt.query_code in page.text
    due = Clock.objects.get(suggestion=receipt.suggestion, kind="K2").due_on
    assert f"{due.month}月{due.day}日（周" in page.text
    assert "转交后15个工作日内" in page.text
    assert 'class="slip__qr"' in page.html
    assert " style=" not in page.html


def test_the_receipt_is_nobody_elses(browser: Client, receipt: w.Receipt) -> None:
    response = browser.get(f"/receipt/{receipt.token}/")
    assert "no-store" in response["Cache-Control"]
    assert response["Referrer-Policy"] == "no-referrer"
    assert "noindex" in response["X-Robots-Tag"]
    assert "19900001234" not in response.content.decode()


def test_the_button_on_the_receipt_leads_to_the_item(browser: Client, receipt: w.Receipt) -> None:
    page = walk.read(browser.get(f"/receipt/{receipt.token}/"))
    response = browser.post(
        "/track/", {k: page.fields[k] for k in ("case_no", "query_code")}, follow=True
    )
    assert receipt.suggestion.original_title in walk.read(response).text.replace("\u200b", "")


@pytest.mark.parametrize("token", ["x", "a" * 300, "%00", "..", "<b>"])
def test_an_unknown_receipt_helps_on(browser: Client, city: World, token: str) -> None:
    response = browser.get(f"/receipt/{token}/")
    assert response.status_code == 404


def test_a_receipt_looked_at_later_says_how_far_it_is(
    browser: Client, city: World, receipt: w.Receipt
) -> None:
    item = receipt.suggestion
    w.accept(city, item, at=MONDAY + timedelta(days=1))
    w.dispatch(city, item, at=MONDAY + timedelta(days=2))
    due = Clock.objects.get(suggestion=item, kind="K7a").due_on
    text = walk.read(browser.get(f"/receipt/{receipt.token}/")).text
    assert f"转给{city.bus.name}办理" in text
    assert f"{due.month}月{due.day}日（周" in text


def test_a_redirected_item_promises_no_answer(
    browser: Client, city: World, receipt: w.Receipt
) -> None:
    triage.redirect(
        suggestion=receipt.suggestion, category="appeal_claim", target=city.target, words="",
        actor=city.actor("triage_officer"), at=MONDAY + timedelta(days=1),
    )  # fmt: skip
    text = walk.read(browser.get(f"/receipt/{receipt.token}/")).text
    assert "已经有了结果" in text
    assert "转给承办单位" not in text


def test_the_code_is_still_there_after_the_keys_were_changed(
    browser: Client, receipt: w.Receipt, settings: object
) -> None:
    settings.HASH_KEYS = ["a-newer-key", *settings.HASH_KEYS]  # type: ignore[attr-defined]
    assert receipt.query_code in browser.get(f"/receipt/{receipt.token}/").content.decode()


def test_the_picture_holds_the_receipts_address() -> None:
    """Each dark module of the drawn path is a dark module of the code, and none is missing."""
    address = "https://example.cn/receipt/" + "a" * 32 + "/"
    drawn = {
        (int(x) + i, int(y))
        for x, y, width in re.findall(r"M(\d+) (\d+)\.5h(\d+)", qr_code(address).path)
        for i in range(int(width))
    }
    matrix = segno.make(address, error="m", micro=False).matrix
    assert drawn == {(x, y) for y, row in enumerate(matrix) for x, dark in enumerate(row) if dark}
