"""The captcha stops programs and lets every person through, with scripts or without."""

import base64
import json
import re
import threading
from collections.abc import Iterator
from typing import Any

import altcha
import pytest
import time_machine
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.cache import cache
from django.core.handlers.wsgi import WSGIHandler
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.test import Client
from django.urls import path
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from suggestions.guards import captcha


@pytest.fixture(autouse=True)
def _own_addresses(settings: Any) -> Iterator[None]:
    """Only the two addresses below and the middleware that matters: no database takes part."""
    settings.ROOT_URLCONF = __name__
    settings.MIDDLEWARE = [
        "csp.middleware.CSPMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
    ]
    settings.ALTCHA_COST = 50
    cache.clear()
    yield
    cache.clear()


PAGE = """<!doctype html><html lang="zh-Hans"><head><meta charset="utf-8"><title>提交</title></head>
<body><main><form method="post">{% csrf_token %}{% include "components/captcha.html" %}
<button>提交</button></form><p id="result">{{ result }}</p></main></body></html>"""


def form_page(request: HttpRequest) -> HttpResponse:
    result = error = ""
    if request.method == "POST":
        ok = captcha.passed(request.POST)
        result, error = ("通过", "") if ok else ("不通过", captcha.refusal())
    template = engines["django"].from_string(PAGE)
    return HttpResponse(
        template.render({"captcha": captcha.context(error), "result": result}, request)
    )


urlpatterns = [
    path("captcha/challenge/", captcha.challenge_view, name="captcha_challenge"),
    path("form/", form_page),
    path("favicon.ico", lambda request: HttpResponse(b"", content_type="image/x-icon")),
]


def solved(given_challenge: dict[str, Any] | None = None) -> str:
    work = altcha.Challenge.from_dict(given_challenge or captcha.challenge())
    solution = altcha.solve_challenge(work)
    assert solution is not None
    return altcha.Payload(work, solution).to_base64()


def changed(payload: str, **parts: Any) -> str:
    said = json.loads(base64.b64decode(payload))
    for where, value in parts.items():
        said["challenge"]["parameters"][where] = value
    return base64.b64encode(json.dumps(said).encode()).decode()


def test_work_done_on_our_challenge_passes() -> None:
    assert captcha.verify(solved())


def test_a_challenge_comes_over_http_and_is_never_cached() -> None:
    answer = Client().get("/captcha/challenge/")
    assert "no-store" in answer["Cache-Control"]
    assert not answer.cookies
    assert captcha.verify(solved(answer.json()))
    assert Client().post("/captcha/challenge/").status_code == 405


def test_work_is_spent_once() -> None:
    payload = solved()
    assert captcha.verify(payload)
    assert not captcha.verify(payload)


def test_the_same_form_sent_twice_passes_twice_and_another_form_does_not() -> None:
    payload = solved()
    assert captcha.verify(payload, "form-1")
    assert captcha.verify(payload, "form-1")
    assert not captcha.verify(payload, "form-2")


def test_work_older_than_twenty_minutes_does_not_pass() -> None:
    with time_machine.travel("2026-11-22T09:00:00+08:00", tick=False) as clock:
        early, late = solved(), solved()
        clock.shift(captcha.LIFETIME_SECONDS - 1)
        assert captcha.verify(early)
        clock.shift(2)
        assert not captcha.verify(late)


def test_an_easier_or_prolonged_challenge_is_seen_as_forged() -> None:
    payload = solved()
    assert not captcha.verify(changed(payload, cost=1))
    assert not captcha.verify(changed(payload, expiresAt=4_000_000_000))
    assert not captcha.verify(changed(payload, keySignature=None))


def test_work_on_a_challenge_of_ones_own_making_does_not_pass() -> None:
    own = altcha.create_challenge(
        "PBKDF2/SHA-256", 1, counter=1, hmac_secret="guess", hmac_key_secret="guess"
    )
    assert not captcha.verify(solved(own.to_dict()))


def test_an_answer_without_the_work_does_not_pass() -> None:
    bare = base64.b64encode(
        json.dumps(
            {"challenge": captcha.challenge(), "solution": {"counter": 1, "derivedKey": "00"}}
        ).encode()
    ).decode()
    assert not captcha.verify(bare)


@given(
    st.one_of(
        st.text(max_size=300), st.binary(max_size=300).map(lambda b: base64.b64encode(b).decode())
    )
)
def test_no_payload_whatever_raises_or_passes(payload: str) -> None:
    assert not captcha.verify(payload)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(
    json_values,
    json_values,
    st.sampled_from(["challenge", "solution", "parameters", "derivedKey", "counter", "signature"]),
)
def test_no_well_formed_nonsense_raises_or_passes(whole: Any, part: Any, place: str) -> None:
    real: dict[str, Any] = {
        "challenge": captcha.challenge(),
        "solution": {"counter": 1, "derivedKey": "00"},
    }
    if place in ("challenge", "solution"):
        real[place] = part
    elif place in ("derivedKey", "counter"):
        real["solution"][place] = part
    else:
        real["challenge"][place] = part
    for said in (whole, real):
        assert not captcha.verify(base64.b64encode(json.dumps(said).encode()).decode())


@pytest.mark.parametrize(
    ("number", "words"),
    [(3042, "三千零四十二"), (1001, "一千零一"), (9999, "九千九百九十九"), (5300, "五千三百"), (7010, "七千零一十"),
     (110, "一百一十"), (16, "十六"), (20, "二十"), (6, "六"), (2005, "二千零五"), (8080, "八千零八十")],
)  # fmt: skip
def test_numbers_are_asked_for_as_people_write_them(number: int, words: str) -> None:
    assert captcha.in_chinese(number) == words


def read(words: str) -> int:
    """The number in words; an independent reading, digit by digit."""
    total, digit = 0, 0
    for sign in words:
        if sign in "零一二三四五六七八九":
            digit = "零一二三四五六七八九".index(sign)
        else:
            total, digit = total + (digit or 1) * {"千": 1000, "百": 100, "十": 10}[sign], 0
    return total + digit


@given(st.integers(1, 9999))
def test_every_number_asked_for_can_be_read_back(number: int) -> None:
    assert read(captcha.in_chinese(number)) == number


@pytest.mark.parametrize(
    ("number", "words"),
    [(3042, "three thousand and forty-two"), (1001, "one thousand and one"), (9999, "nine thousand nine hundred and ninety-nine"),
     (5300, "five thousand three hundred"), (7012, "seven thousand and twelve"), (20, "twenty"), (2000, "two thousand")],
)  # fmt: skip
def test_on_an_english_page_the_number_is_asked_for_in_english(number: int, words: str) -> None:
    assert captcha.in_english(number) == words
    with translation.override("en"):
        assert re.search("“[a-z -]+”", captcha.plain_question()[1])


def asked() -> tuple[str, str]:
    token, question = captcha.plain_question()
    return token, str(read(question.split("“")[1].split("”")[0]))


@pytest.mark.parametrize("write", [str, lambda a: f" {a} ", lambda a: f"{a[0]},{a[1:]}",
                                   lambda a: a.translate(str.maketrans("0123456789", "０１２３４５６７８９"))])  # fmt: skip
def test_the_plain_question_takes_the_answer_in_any_usual_writing(write: Any) -> None:
    token, answer = asked()
    assert captcha.check_plain(token, write(answer))


def test_the_plain_question_can_be_tried_once() -> None:
    token, answer = asked()
    assert not captcha.check_plain(token, str(int(answer) + 1), "form-1")
    assert not captcha.check_plain(token, answer, "form-1")


def test_a_right_plain_answer_holds_for_its_own_form_only() -> None:
    token, answer = asked()
    assert captcha.check_plain(token, answer, "form-1")
    assert captcha.check_plain(token, answer, "form-1")
    assert not captcha.check_plain(token, answer, "form-2")


def test_the_plain_question_runs_out_after_twenty_minutes() -> None:
    with time_machine.travel("2026-11-22T09:00:00+08:00", tick=False) as clock:
        token, answer = asked()
        clock.shift(captcha.LIFETIME_SECONDS + 2)
        assert not captcha.check_plain(token, answer)


def test_the_token_of_the_plain_question_does_not_hold_the_answer() -> None:
    token, answer = asked()
    body = token.split(":")[0]
    assert answer not in base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)).decode("latin-1")


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_token_or_answer_whatever_raises_or_passes(token: str, answer: str) -> None:
    assert not captcha.check_plain(token, answer)
    assert not captcha.passed({captcha.TOKEN_FIELD: token, captcha.ANSWER_FIELD: answer})


def test_a_form_without_any_answer_does_not_pass() -> None:
    assert not captcha.passed({})


# In a real browser, under the content policy of the public pages.


class Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        return


@pytest.fixture
def site() -> Iterator[str]:
    server = ThreadedWSGIServer(("127.0.0.1", 0), Quiet)
    server.daemon_threads = True
    server.set_app(StaticFilesHandler(WSGIHandler()))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/form/"
    server.shutdown()
    server.server_close()
    thread.join(5)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"]
        )
        yield browser
        browser.close()


@pytest.mark.browser
def test_a_browser_does_the_work_by_itself_under_our_content_policy(
    site: str, chromium: Any, settings: Any
) -> None:
    settings.ALTCHA_COST = 5_000
    page = chromium.new_page(locale="zh-CN")
    complaints: list[str] = []
    page.on(
        "console",
        lambda message: complaints.append(message.text) if message.type == "error" else None,
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(site)
    page.get_by_text("已验证").wait_for(timeout=20_000)
    assert not page.locator("#captcha_answer").is_visible()
    page.get_by_role("button", name="提交", exact=True).click()
    page.get_by_text("通过", exact=True).wait_for()
    assert complaints == []
    page.close()


@pytest.mark.browser
def test_without_scripts_the_question_is_there_and_a_wrong_answer_brings_a_new_one(
    site: str, chromium: Any
) -> None:
    context = chromium.new_context(java_script_enabled=False, locale="zh-CN")
    page = context.new_page()
    page.goto(site)
    first = page.locator("label[for=captcha_answer]").inner_text()
    page.fill("#captcha_answer", "1")
    page.get_by_role("button", name="提交", exact=True).click()
    second = page.locator("label[for=captcha_answer]").inner_text()
    assert "小问题" in page.locator("#captcha_error").inner_text()
    assert first != second
    page.fill("#captcha_answer", str(read(second.split("“")[1].split("”")[0])))
    page.get_by_role("button", name="提交", exact=True).click()
    assert page.locator("#result").inner_text() == "通过"
    context.close()


@pytest.mark.browser
def test_somebody_who_does_not_want_to_wait_can_take_the_question(
    site: str, chromium: Any, settings: Any
) -> None:
    settings.ALTCHA_COST = 500_000
    page = chromium.new_page(locale="zh-CN")
    page.goto(site)
    page.get_by_role("button", name="改为回答一个小问题").click()
    assert page.evaluate("document.activeElement.id") == "captcha_answer"
    question = page.locator("label[for=captcha_answer]").inner_text()
    page.fill("#captcha_answer", str(read(question.split("“")[1].split("”")[0])))
    page.get_by_role("button", name="提交", exact=True).click()
    page.get_by_text("通过", exact=True).wait_for()
    page.close()


@pytest.mark.browser
def test_when_the_worker_cannot_start_the_question_comes_back(site: str, chromium: Any) -> None:
    page = chromium.new_page(locale="zh-CN")
    page.route("**/captcha/challenge/", lambda route: route.abort())
    page.goto(site)
    page.locator("#captcha_answer").wait_for(timeout=10_000)
    assert page.locator("#captcha_answer").is_enabled()
    page.close()
