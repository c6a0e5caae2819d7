"""Kept public pages are answered before Django: the same page, at once old, and never somebody's own."""

import gzip
import json
import logging
import threading
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import RequestFactory

from portal import front as front_module
from portal import metrics
from portal.front import Front
from suggestions import content
from tests.world import World, make_world


class Site:
    """The site behind a front, and how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0
        self.site = WSGIHandler()
        self.front = Front(self._count)

    def _count(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        self.asked += 1
        return self.site(environ, start_response)

    def get(self, address: str, method: str = "GET", **environ: str) -> "Answer":
        path, _, query = address.partition("?")
        made = RequestFactory()._base_environ(
            PATH_INFO=path, QUERY_STRING=query, REQUEST_METHOD=method, HTTP_HOST="testserver", **environ
        )  # fmt: skip
        # The factory always sends a cookie header, a stranger's browser does not.
        if not environ.get("HTTP_COOKIE"):
            made.pop("HTTP_COOKIE", None)
        answer = Answer()
        body = self.front(made, answer.start)
        answer.body = b"".join(body)
        getattr(body, "close", lambda: None)()
        return answer


class Answer:
    status = ""
    body = b""

    def start(self, status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> None:
        self.status, self.headers = status, {n.lower(): v for n, v in headers}

    @property
    def code(self) -> int:
        return int(self.status[:3])


@pytest.fixture
def city(db: None) -> World:
    return make_world()


@pytest.fixture
def site(city: World) -> Iterator[Site]:
    cache.clear()
    # As the test client does: the connection of a test's transaction must outlive its requests.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield Site()
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)
    cache.clear()


def test_a_page_is_made_once_and_then_kept(site: Site, django_assert_num_queries: Any) -> None:
    first = site.get("/suggestions/")
    # Held for a second, which the first page may have taken.
    content.version()
    with django_assert_num_queries(0):
        second = site.get("/suggestions/")
    assert (first.code, second.code, site.asked) == (200, 200, 1)
    assert first.body == second.body
    own = ("x-request-id", "content-length")
    assert {n: v for n, v in first.headers.items() if n not in own} == {
        n: v for n, v in second.headers.items() if n not in own
    }
    assert first.headers["x-request-id"] != second.headers["x-request-id"]
    assert int(second.headers["content-length"]) == len(second.body)


def test_a_publication_shows_on_the_next_request(site: Site) -> None:
    site.get("/suggestions/")
    content.bump()
    site.get("/suggestions/")
    assert site.asked == 2


def test_a_browser_asks_each_time_so_that_a_publication_shows_there_too(site: Site) -> None:
    first = site.get("/suggestions/")
    said = set(first.headers["cache-control"].split(", "))
    assert said == {"public", "max-age=0", "s-maxage=1"}
    tag = first.headers["etag"]
    assert site.get("/suggestions/", HTTP_IF_NONE_MATCH=tag).code == 304
    content.bump()
    assert site.get("/suggestions/", HTTP_IF_NONE_MATCH=tag).code == 200


def test_a_page_that_speaks_of_today_grows_old_by_itself(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.get("/suggestions/")
    moment = front_module.caching.moment()
    later = moment._replace(slot=moment.slot + 1)
    monkeypatch.setattr(front_module.caching, "moment", lambda: later)
    monkeypatch.setattr(front_module.caching, "told_moment", lambda: later)
    site.get("/suggestions/")
    assert site.asked == 2


@pytest.mark.parametrize(
    "sent",
    [
        {"HTTP_COOKIE": "sessionid=abc"},
        {"HTTP_COOKIE": "csrftoken=abc"},
        {"HTTP_COOKIE": "mode=elder; something=else"},
        {"HTTP_HX_REQUEST": "true"},
        {"HTTP_AUTHORIZATION": "Bearer x"},
    ],
    ids=lambda sent: next(iter(sent)),
)
def test_whoever_may_get_a_page_of_their_own_is_led_past_what_is_kept(
    site: Site, sent: dict[str, str]
) -> None:
    site.get("/suggestions/")
    site.get("/suggestions/", **sent)
    assert site.asked == 2


def test_each_writing_is_kept_apart_and_costs_no_more_once_kept(
    site: Site, django_assert_max_num_queries: Any
) -> None:
    plain, hant, english = (site.get(f"{prefix}/suggestions/") for prefix in ("", "/zh-hant", "/en"))  # fmt: skip
    assert len({plain.body, hant.body, english.body}) == 3
    with django_assert_max_num_queries(1):
        again = site.get("/zh-hant/suggestions/")
    assert again.body == hant.body
    assert again.headers["content-language"] == "zh-Hant"
    assert site.asked == 3


def test_each_look_is_kept_apart(site: Site) -> None:
    plain = site.get("/suggestions/")
    elder = site.get("/suggestions/", HTTP_COOKIE="mode=elder")
    again = site.get("/suggestions/", HTTP_COOKIE="mode=elder")
    assert plain.body != elder.body == again.body
    assert site.asked == 2


@pytest.mark.parametrize("address", ["/submit/", "/track/", "/admin/login/", "/nothing-here/"])
def test_what_is_personal_or_missing_is_never_kept(site: Site, address: str) -> None:
    first, second = site.get(address), site.get(address)
    assert first.code == second.code
    assert site.asked == 2


def test_a_sent_form_always_reaches_the_site(site: Site) -> None:
    site.get("/suggestions/")
    site.get("/suggestions/", method="POST", CONTENT_LENGTH="0")
    assert site.asked == 2


def test_a_known_page_is_answered_with_304_and_no_body(site: Site) -> None:
    tag = site.get("/suggestions/").headers["etag"]
    answer = site.get("/suggestions/", HTTP_IF_NONE_MATCH=f'"other", {tag}')
    assert (answer.code, answer.body, answer.headers["etag"]) == (304, b"", tag)
    assert "content-type" not in answer.headers
    assert "max-age" in answer.headers["cache-control"]
    assert site.get("/suggestions/", HTTP_IF_NONE_MATCH='"other"').code == 200
    assert site.asked == 1


def test_a_head_request_gets_the_headers_alone(site: Site) -> None:
    whole = site.get("/suggestions/")
    answer = site.get("/suggestions/", method="HEAD")
    assert (answer.code, answer.body) == (200, b"")
    assert answer.headers["content-length"] == str(len(whole.body))
    assert site.asked == 1


def test_a_kept_page_is_compressed_once_for_whoever_can_read_that(site: Site) -> None:
    plain = site.get("/suggestions/")
    pressed = site.get("/suggestions/", HTTP_ACCEPT_ENCODING="gzip, br")
    assert pressed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(pressed.body) == plain.body
    assert len(pressed.body) < len(plain.body) / 2
    assert "Accept-Encoding" in pressed.headers["vary"]
    other = site.get("/suggestions/", HTTP_ACCEPT_ENCODING="br")
    assert "content-encoding" not in other.headers
    assert other.body == plain.body
    assert site.asked == 1


def test_what_is_kept_is_bounded_and_the_least_asked_for_goes_first(site: Site) -> None:
    size = len(site.get("/suggestions/").body)
    small = Site()
    small.front = Front(small._count, most_bytes=int(size * 2.8))
    addresses = ["/suggestions/", "/units/", "/statistics/", "/suggestions/?sort=oldest"]
    for address in addresses:
        small.get(address)
    assert small.front.bytes <= small.front.most_bytes
    held = small.front._pages.values()
    assert small.front.bytes == sum(len(page) for page in held)
    assert len(held) < len(addresses)
    small.get(addresses[0])
    assert small.asked == len(addresses) + 1


def test_while_nobody_tells_the_content_version_the_site_answers_for_itself(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.get("/healthz")

    def away() -> None:
        raise ConnectionError

    # What needs no version is still answered by the site; what does is the site's to apologise for.
    monkeypatch.setattr(front_module.caching, "moment", away)
    monkeypatch.setattr(front_module.caching, "told_moment", away)
    assert site.get("/healthz").code == 200
    assert site.asked == 2


def test_an_answer_from_the_front_is_measured_and_logged_like_any_other(
    site: Site, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    seen: list[tuple[Any, ...]] = []
    monkeypatch.setattr(metrics, "observe", lambda *a: seen.append(a[:3]))
    monkeypatch.setattr(front_module.log, "propagate", True)
    site.get("/suggestions/?q=1")
    with caplog.at_level(logging.INFO, logger=front_module.KEPT):
        answer = site.get("/suggestions/?q=1", HTTP_X_REQUEST_ID="from-the-proxy-1")
    assert answer.headers["x-request-id"] == "from-the-proxy-1"
    assert seen == [("suggestions:browse", "GET", 200), ("kept", "GET", 200)]
    line = json.loads(caplog.messages[-1])
    assert line.pop("ms") >= 0
    assert line.pop("timestamp").endswith("+00:00")
    assert line == {
        "method": "GET", "path": "/suggestions/", "status": 200, "view": "kept", "event": "request",
        "request_id": "from-the-proxy-1", "level": "info", "logger": "portal.access",
    }  # fmt: skip


def test_a_page_grown_old_is_made_by_one_and_the_others_wait_for_it() -> None:
    """Eight readers at once, of a page that takes a while: the site is asked once."""
    made = 0
    moment = front_module.caching.Moment(1, 1)
    started = threading.Barrier(8)

    def slow(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        nonlocal made
        made += 1
        threading.Event().wait(0.2)
        environ[front_module.caching.KEEP].moment = front_module.caching.moment()
        start_response("200 OK", [("Content-Type", "text/html"), ("ETag", 'W/"t"')])
        return [b"page"]

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(front_module.caching, "moment", lambda: moment)
        patched.setattr(front_module.caching, "told_moment", lambda: moment)
        front = Front(slow)
        environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/"}
        assert b"".join(front(dict(environ), lambda *a: None)) == b"page"
        moment = front_module.caching.Moment(2, 1)
        got: list[bytes] = []

        def read() -> None:
            started.wait(5)
            got.append(b"".join(front(dict(environ), lambda *a: None)))

        readers = [threading.Thread(target=read) for _ in range(8)]
        for reader in readers:
            reader.start()
        for reader in readers:
            reader.join(10)
    assert (got, made) == ([b"page"] * 8, 2)
