"""A server that cannot keep up gets less at a time, later, and loses nothing. It is a small one at the edge of HTTP."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from search import elastic_bulk
from search.elastic import ElasticEngine
from search.engine import SearchUnavailable
from tests.contracts.city import document
from tests.services.process import free_port

pytestmark = pytest.mark.django_db


@dataclass
class Busy:
    """A node that takes at most `room` documents of a request, and none of its first `refusals` requests."""

    room: int
    refusals: int = 0
    sizes: list[int] = field(default_factory=list)
    held: dict[str, int] = field(default_factory=dict)
    address: str = ""

    def bulk(self, lines: list[dict[str, Any]]) -> tuple[int, dict[str, Any]]:
        actions = [line["index"] for line in lines if "index" in line]
        self.sizes.append(len(actions))
        if len(self.sizes) <= self.refusals:
            return 429, {"error": {"type": "es_rejected_execution_exception"}, "status": 429}
        items = []
        for at, action in enumerate(actions):
            if at < self.room:
                self.held[action["_id"]] = self.held.get(action["_id"], 0) + 1
            items.append(
                {"index": {"_id": action["_id"], "status": 201 if at < self.room else 429}}
            )
        return 200, {"errors": len(actions) > self.room, "items": items}


@pytest.fixture
def busy(monkeypatch: pytest.MonkeyPatch) -> Iterator[Busy]:
    """The pauses are a hundredth of the real ones."""
    monkeypatch.setattr(elastic_bulk, "FIRST_PAUSE", 0.002)
    monkeypatch.setattr(elastic_bulk, "LONGEST_PAUSE", 0.1)
    node = Busy(room=20)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status, answer = node.bulk([json.loads(line) for line in body.splitlines() if line])
            raw = json.dumps(answer).encode()
            self.send_response(status)
            # The client talks to nothing else.
            self.send_header("X-Elastic-Product", "Elasticsearch")
            self.send_header("Content-Type", "application/vnd.elasticsearch+json;compatible-with=8")
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        do_PUT = do_POST

        def log_message(self, *_: Any) -> None:
            """Nothing: the test reads the requests."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    node.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield node
    server.shutdown()
    thread.join(10)
    server.server_close()


def test_a_busy_server_gets_smaller_batches_and_every_document_once(busy: Busy):
    engine = ElasticEngine([busy.address])
    engine.index(document(f"n{n}", "路灯") for n in range(200))
    assert set(busy.held) == {f"suggestion:n{n}" for n in range(200)}
    assert set(busy.held.values()) == {1}
    assert busy.sizes[0] == 200
    assert min(busy.sizes) <= 20
    assert engine.feeder.pauses > 0
    engine.client.close()


def test_a_server_that_refuses_whole_requests_is_asked_again_later(busy: Busy):
    busy.room, busy.refusals = 1000, 3
    engine = ElasticEngine([busy.address])
    engine.index([document("a", "路灯"), document("b", "电梯")])
    assert len(busy.sizes) == 4
    assert set(busy.held) == {"suggestion:a", "suggestion:b"}
    engine.client.close()


def test_batches_grow_back_when_the_server_has_caught_up(busy: Busy):
    engine = ElasticEngine([busy.address])
    engine.feeder.size = elastic_bulk.SMALLEST
    busy.room = 1000
    engine.index(document(f"n{n}", "路灯") for n in range(300))
    assert busy.sizes == sorted(busy.sizes[:-1]) + busy.sizes[-1:]
    assert max(busy.sizes) > 4 * elastic_bulk.SMALLEST
    engine.client.close()


def test_a_server_that_stays_busy_is_reported_for_a_later_try(busy: Busy):
    busy.refusals = 10_000
    engine = ElasticEngine([busy.address])
    engine.feeder.patience = 0.05
    with pytest.raises(SearchUnavailable, match="too busy"):
        engine.index([document("a", "路灯")])
    engine.client.close()


def test_a_large_text_goes_with_few_others(busy: Busy, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(elastic_bulk, "MOST_BYTES", 50_000)
    busy.room = 1000
    engine = ElasticEngine([busy.address])
    long = "道路坑洼不平，雨天积水。" * 300
    engine.index(document(f"n{n}", "修路", fields={"problem": long}) for n in range(4))
    assert busy.sizes == [1, 1, 1, 1]
    engine.client.close()


def test_writing_goes_on_when_the_first_of_two_nodes_is_gone(busy: Busy):
    busy.room = 1000
    gone = f"http://127.0.0.1:{free_port()}"
    engine = ElasticEngine([gone, busy.address])
    for n in range(4):
        engine.index([document(f"n{n}", "路灯")])
    assert len(busy.held) == 4
    engine.client.close()
