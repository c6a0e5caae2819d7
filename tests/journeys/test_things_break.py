"""The worker, Redis or Elasticsearch is away: people still submit, track and read; afterwards nothing is missing."""

import contextlib
import os
import shutil
import socket
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from http.client import HTTPMessage
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.people import Receipt
from tests.journeys.site import Site
from tests.services import redis
from tests.services.process import Server, free_port, launch, wait_until
from tests.suggestions.public import walk

pytestmark = pytest.mark.slow

PATIENCE = 5
"""Seconds a person may wait for one page while something is away, on a machine that tests on all cores."""


class Answer:
    """A response, as tests/suggestions/public/walk.py reads it."""

    def __init__(self, status: int, headers: HTTPMessage, content: bytes) -> None:
        self.status_code, self.headers, self.content = status, headers, content

    def __getitem__(self, name: str) -> str:
        return str(self.headers[name])


class _Stay(urllib.request.HTTPRedirectHandler):
    """Redirects are answers of their own here."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


class Visitor:
    """A browser without scripts, over real HTTP, with the interface of Django's test client."""

    def __init__(self, address: str) -> None:
        self.address, self.cookies = address, CookieJar()
        self.opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}),
            urllib.request.HTTPCookieProcessor(self.cookies),
            _Stay(),
        )

    def get(self, path: str) -> Any:
        return self._send(path, None)

    def post(self, path: str, data: dict[str, str]) -> Any:
        return self._send(path, urllib.parse.urlencode(data).encode())

    def _send(self, path: str, body: bytes | None) -> Answer:
        path = path.removeprefix(self.address)
        url = self.address + urllib.parse.quote(path, safe="/?&=%")
        headers = {c.name: c.value or "" for c in self.cookies if c.name == "csrftoken"}
        request = urllib.request.Request(
            url, body, {"X-CSRFToken": headers.get("csrftoken", "")} if body is not None else {}
        )
        began = time.monotonic()
        try:
            with self.opener.open(request, timeout=60) as answer:
                found = Answer(answer.status, answer.headers, answer.read())
        except urllib.error.HTTPError as error:
            found = Answer(error.code, error.headers, error.read())
        assert time.monotonic() - began < PATIENCE, f"{path} kept a person waiting"
        assert found.status_code < 500, f"{path}: {found.status_code}"
        return found

    def submit(self) -> Receipt:
        """Through the whole form to the receipt."""
        self.get("/submit/")
        walk.fill(self)  # type: ignore[arg-type]
        sent = walk.submit(self)  # type: ignore[arg-type]
        assert sent.status_code == 302, walk.read(sent).text
        page = self.get(sent["Location"])
        html = page.content.decode()
        number = html.partition('class="slip__no">')[2].partition("<")[0]
        code = html.partition('class="slip__code">')[2].partition("<")[0]
        return Receipt(number, code)

    def track(self, held: Receipt) -> str:
        """The words of the tracking page."""
        self.get("/track/")
        sent = self.post("/track/", {"case_no": held.case_no, "query_code": held.code})
        assert sent.status_code == 302, walk.read(sent).text
        return walk.read(self.get(sent["Location"])).text

    def read_around(self, *more: str) -> None:
        for path in ("/", "/suggestions/", "/search/?q=公交", "/units/", "/campaigns/", *more):
            assert self.get(path).status_code == 200, path


@pytest.fixture(scope="module")
def stormy(make_site: Any) -> Site:
    """A site without Elasticsearch and without Redis to begin with; each test breaks something of it."""
    made: Site = make_site("stormy", REDIS_URL="", ELASTICSEARCH_URL="")
    return made


@pytest.fixture
def site(stormy: Site) -> Iterator[Site]:
    before = dict(stormy.environment)
    yield stormy
    stormy.close()
    stormy.environment = before


def publish(site: Site, held: Receipt) -> None:
    """Staff answer and release the item while things are broken."""
    said = site.ask(
        f"from tests.journeys.acts import bring_to_page\nanswer = bring_to_page('{held.case_no}')"
    )
    assert said == {"status": "answered", "publication": "published"}


def sweep(site: Site, *, rounds: int = 12) -> None:
    """What beat does each minute, until the backlog is gone. What failed waits a little longer each time."""
    for _ in range(rounds):
        site.call("suggestions.tasks.sweep_outbox")
        if site.drained(seconds=8):
            return
    raise AssertionError(f"still waiting: {site.waiting()}")


def live_through(site: Site) -> Receipt:
    """Submit, track, answer, publish, read: everything people do, while something is away."""
    visitor = Visitor(site.address)
    held = visitor.submit()
    assert "已登记" in visitor.track(held)
    publish(site, held)
    assert "42盏低位灯" in visitor.track(held)
    Visitor(site.address).read_around(f"/suggestions/{held.case_no}/")
    return held


def found(site: Site, held: Receipt) -> bool:
    html = Visitor(site.address).get("/search/?q=低位燈").content.decode()
    return held.case_no in html


def test_with_the_worker_stopped_people_go_on_and_later_everything_is_delivered(
    site: Site,
) -> None:
    site.start_web()
    held = live_through(site)
    waiting = site.waiting()
    assert waiting["index"] >= 1
    assert waiting["author_notice"] >= 3, "registered, accepted, dispatched or answered"
    assert not found(site, held)
    site.start_worker()
    sweep(site)
    assert site.drift() == []
    assert found(site, held)
    left = site.rows("SELECT count(*) FROM suggestions_outbox WHERE done_at IS NULL")
    assert left == [(0,)], "nothing is left behind"


def redis_at(port: int, folder: Path) -> Server:
    """A Redis on a port that was chosen before, so that it can come back where it was."""
    program = shutil.which("redis-server") or pytest.skip("redis-server is not installed")
    folder.mkdir(exist_ok=True)
    log = folder / "redis.log"
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--dir", folder]
    process = launch([*command, "--save", "", "--appendonly", "no"], log=log)
    server = Server("redis", "REDIS_URL", f"redis://127.0.0.1:{port}/0", process)
    return wait_until(lambda: redis._pong(port), server, log=log, seconds=20)


@pytest.mark.services
def test_redis_goes_away_and_comes_back_and_nobody_loses_anything(site: Site) -> None:
    port = free_port()
    site.environment["REDIS_URL"] = f"redis://127.0.0.1:{port}/0"
    server = redis_at(port, site.folder / "redis")
    try:
        site.start_web()
        site.start_worker()
        Visitor(site.address).submit()
        assert site.drained(seconds=60), "with everything there, it needs no sweep"
        server.stop()
        held = live_through(site)
        assert site.waiting()["index"] >= 1
        server = redis_at(port, site.folder / "redis")
        sweep(site)
        assert site.drift() == []
        assert found(site, held)
    finally:
        server.stop()


def test_a_broker_that_never_answers_keeps_nobody_waiting(site: Site) -> None:
    site.environment["REDIS_URL"] = f"redis://127.0.0.1:{free_port()}/0"
    site.start_web()
    held = live_through(site)
    # The operator gives up on Redis: the embedded broker takes over the backlog.
    site.restart_web(REDIS_URL="")
    site.start_worker()
    sweep(site)
    assert site.drift() == []
    assert found(site, held)


class Gate:
    """A door in front of a server: while it is shut nobody listens at its port, and open connections are cut."""

    def __init__(self, host: str, port: int) -> None:
        self.target, self.port = (host, port), free_port()
        self.door: socket.socket | None = None
        self.links: list[socket.socket] = []

    def open(self) -> None:
        self.door = socket.create_server(("127.0.0.1", self.port), reuse_port=False)
        threading.Thread(target=self._serve, args=(self.door,), daemon=True).start()

    def shut(self) -> None:
        door, self.door = self.door, None
        for link in [*([door] if door else []), *self.links]:
            with contextlib.suppress(OSError):
                link.shutdown(socket.SHUT_RDWR)
            link.close()
        self.links = []

    def _serve(self, door: socket.socket) -> None:
        while self.door is door:
            try:
                near, _ = door.accept()
                far = socket.create_connection(self.target)
            except OSError:
                return
            self.links += [near, far]
            for a, b in ((near, far), (far, near)):
                threading.Thread(target=self._carry, args=(a, b), daemon=True).start()

    def _carry(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
        for link in (source, sink):
            link.close()


def test_with_elasticsearch_unreachable_search_is_plainer_and_the_index_is_complete_later(
    site: Site,
) -> None:
    real = os.environ.get("ELASTICSEARCH_URL", "").partition(",")[0]
    place = urllib.parse.urlsplit(real or "http://127.0.0.1:1")
    gate = Gate(place.hostname or "127.0.0.1", place.port or 9200)
    site.environment["ELASTICSEARCH_URL"] = f"http://127.0.0.1:{gate.port}"
    try:
        if real:
            gate.open()
            site.run("reindex", "--verbosity", "0")
            gate.shut()
        site.start_web()
        site.start_worker()
        held = live_through(site)
        # The reserve engine answers, so even the new item is found; the main one still lacks it.
        deadline = time.monotonic() + 60
        while not found(site, held) and time.monotonic() < deadline:
            time.sleep(1)
        assert found(site, held)
        assert site.waiting() == {"index": site.waiting()["index"]}, "only the index waits"
        if real:
            gate.open()
        else:
            site.stop("worker")
            site.restart_web(ELASTICSEARCH_URL="")
            site.start_worker()
        sweep(site, rounds=30)
        assert site.drift() == []
        assert found(site, held)
    finally:
        gate.shut()
