"""The measuring itself: a fallback without wrk that counts and times, and a report that says what it compares."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from bench import load
from bench.load import Case, Measure, Wrong, percentile
from bench.report import BARE, Report, markdown, ratio, text


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.server.seen.append((self.path, self.headers["X-Forwarded-For"]))  # type: ignore[attr-defined]
        self.send_response(404 if self.path.startswith("/nothing") else 200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    made = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    made.seen = []  # type: ignore[attr-defined]
    thread = threading.Thread(target=made.serve_forever, daemon=True)
    thread.start()
    yield made
    made.shutdown()
    thread.join(5)
    made.server_close()


def _address(server: ThreadingHTTPServer) -> str:
    return f"http://127.0.0.1:{server.server_address[1]}"


def test_a_load_without_wrk_counts_requests_and_asks_for_new_addresses(
    server: ThreadingHTTPServer,
) -> None:
    made = load._threads(_address(server), Case("list", ["/a/"], anew=True), 2, 0.3)

    seen = server.seen  # type: ignore[attr-defined]
    assert made.requests == len(seen) > 2
    assert made.errors == 0
    assert 0 < made.p50 <= made.p95 <= made.p99
    assert len({path for path, _ in seen}) == len(seen)
    assert len({address for _, address in seen}) == len(seen)


def test_answers_as_expected_can_be_kept(server: ThreadingHTTPServer, tmp_path: Path) -> None:
    file = tmp_path / "answers"
    made = load.measure(_address(server), Case("list", ["/a/"]), 1, 1, keep=file)
    if load.tool() == "wrk":
        assert load._threads(
            _address(server), Case("list", ["/a/"]), 1, 0.2, tmp_path / "b"
        ).requests
        assert set((tmp_path / "b").read_text().split()) == {"ok"}

    lines = file.read_text().splitlines()
    assert set(lines) == {"ok"}
    assert abs(len(lines) - made.requests) <= 1


def test_answers_that_are_errors_are_counted_as_errors(server: ThreadingHTTPServer) -> None:
    made = load._threads(_address(server), Case("gone", ["/nothing/"]), 1, 0.2)

    assert made.errors == made.requests > 0


def test_a_case_that_answers_wrongly_is_not_measured(server: ThreadingHTTPServer) -> None:
    with pytest.raises(Wrong, match="/nothing/ answers 404"):
        load.check(_address(server), Case("gone", ["/nothing/"]))


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [([], 0.5, 0), ([7], 0.99, 7), ([3, 1, 2], 0.5, 2), (list(range(1, 101)), 0.95, 95)],
)
def test_a_percentile_is_the_nearest_rank(
    values: list[float], share: float, expected: float
) -> None:
    assert percentile(values, share) == expected


def test_a_report_compares_with_the_bare_view_of_as_many_clients() -> None:
    measures = [
        Measure(BARE, 8, 500, 100, 1, 2, 3),
        Measure(BARE, 64, 500, 200, 1, 2, 3),
        Measure("home", 64, 100, 50, 1, 2, 3, cpu_ms=12.5),
    ]
    report = Report({"command": "python -m bench"}, measures=measures)

    assert ratio(measures[2], measures) == "0.25"
    assert "| home | 64 | 50 | 0.25 | 1.0 | 2.0 | 3.0 | 12.5 |  |  |  | 0 |" in markdown(report)
    assert "### Importing" not in markdown(report)
    assert "python -m bench" in text(report)
