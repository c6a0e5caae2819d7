"""The scale-out set: the compose file is valid, the proxy keeps its promises, each variable is explained."""

import http.server
import os
import re
import shutil
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from suggestions.public.caching import PROXY_SECONDS

ROOT = Path(settings.BASE_DIR)

READ = re.compile(
    r"""(?:env\.(?:text|flag|number|words|folder|database)\(\s*|os\.environ(?:\.get\(|\[)\s*)["']([A-Z][A-Z0-9_]+)["']"""
)


def _read_variables() -> set[str]:
    files = [
        p
        for room in ("portal", "cms", "suggestions", "search")
        for p in (ROOT / room).rglob("*.py")
    ]
    files += list((ROOT / "deploy").glob("*.py"))
    # What the test runner tells its own processes is no setting of a place.
    files.remove(ROOT / "portal" / "settings" / "test.py")
    return {name for file in files for name in READ.findall(file.read_text(encoding="utf-8"))}


def test_each_variable_that_is_read_is_explained_in_the_example() -> None:
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    listed = {line.partition("=")[0] for line in lines if re.match(r"[A-Z]", line)}
    read = _read_variables()
    assert len(read) > 30
    assert read - listed == set()


def test_the_example_lists_nothing_that_is_read_nowhere() -> None:
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    listed = {line.partition("=")[0] for line in lines if re.match(r"[A-Z]", line)}
    compose = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    known = _read_variables() | set(re.findall(r"\$\{([A-Z_]+)", compose))
    assert listed - known - {"DJANGO_SETTINGS_MODULE"} == set()


def test_no_key_stands_in_the_example() -> None:
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    for name in ("SECRET_KEY", "FIELD_KEYS", "HASH_KEYS", "DATABASE_URL"):
        assert re.search(rf"^{name}=$", text, re.MULTILINE)


@pytest.mark.services
def test_docker_compose_accepts_the_file(tmp_path: Path) -> None:
    tool = shutil.which("docker-compose")
    if tool is None:
        pytest.skip("docker-compose is not installed")
    shutil.copy(ROOT / "docker-compose.yml", tmp_path)
    shutil.copy(ROOT / ".env.example", tmp_path / ".env")
    shutil.copy(ROOT / "Dockerfile", tmp_path)
    done = subprocess.run(
        [tool, "config"], cwd=tmp_path, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    for service in ("proxy", "web", "worker", "beat", "postgres", "redis", "es1", "es2", "es3"):
        assert re.search(rf"^  {service}:$", done.stdout, re.MULTILINE)
    assert "intake,index,notices,reports" in done.stdout


class _Site(http.server.BaseHTTPRequestHandler):
    """Answers like our site: `/public` may be kept, `/private` may not; counts what reaches it."""

    seen: list[tuple[str, dict[str, str]]] = []

    def do_GET(self) -> None:
        self.seen.append((self.path, {k.lower(): v for k, v in self.headers.items()}))
        body = f"{self.path} {len(self.seen)}".encode()
        self.send_response(200)
        shared = f"public, max-age=0, s-maxage={PROXY_SECONDS}"
        keep = shared if self.path.startswith("/public") else "private, no-store"
        self.send_header("Cache-Control", keep)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet: the test reads `seen`."""


@pytest.fixture
def proxy(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """The shipped nginx.conf, with only its addresses and folders moved to this machine's."""
    tool = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin")
    if tool is None:
        pytest.skip("nginx is not installed")
    _Site.seen = []
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = tmp_path / "access.log"
    conf = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    for old, new in {
        "http://web:8000": f"http://127.0.0.1:{server.server_port}",
        "listen 8080": f"listen 127.0.0.1:{port}",
        "/var/cache/nginx": str(tmp_path / "cache"),
        "/dev/stdout": str(log),
        "/dev/stderr": str(tmp_path / "error.log"),
        "/tmp/nginx": str(tmp_path / "nginx"),
        # As root, nginx would hand its worker to a user who cannot write to the test's folder.
        "worker_processes auto;": "daemon off;" + ("user root;" if os.geteuid() == 0 else ""),
    }.items():
        assert old in conf
        conf = conf.replace(old, new)
    (tmp_path / "cache").mkdir()
    (tmp_path / "nginx.conf").write_text(conf, encoding="utf-8")
    process = subprocess.Popen(
        [
            tool,
            "-p",
            str(tmp_path),
            "-e",
            str(tmp_path / "error.log"),
            "-c",
            str(tmp_path / "nginx.conf"),
        ]
    )
    base = f"http://127.0.0.1:{port}"
    try:
        for _ in range(100):
            assert process.poll() is None, (tmp_path / "error.log").read_text()
            try:
                urllib.request.urlopen(f"{base}/-/proxy", timeout=1).read()
                break
            except OSError:
                time.sleep(0.1)
        yield base, log
    finally:
        process.terminate()
        process.wait(10)
        server.shutdown()
        server.server_close()


def _get(address: str, **headers: str) -> tuple[str, str]:
    request = urllib.request.Request(address, headers=headers)
    with urllib.request.urlopen(request, timeout=5) as answer:
        return answer.read().decode(), answer.headers["X-Cache"]


@pytest.mark.services
def test_the_proxy_keeps_public_pages_and_never_private_ones(proxy: tuple[str, Path]) -> None:
    base, _ = proxy
    first, state = _get(f"{base}/public")
    assert state == "MISS"
    assert _get(f"{base}/public") == (first, "HIT")
    assert _get(f"{base}/private")[0] != _get(f"{base}/private")[0]


@pytest.mark.services
def test_what_was_published_since_shows_to_the_first_who_asks_the_proxy(
    proxy: tuple[str, Path],
) -> None:
    base, _ = proxy
    before, _state = _get(f"{base}/public")
    time.sleep(PROXY_SECONDS + 1.1)
    after, state = _get(f"{base}/public")
    assert after != before
    assert state == "EXPIRED"


@pytest.mark.services
def test_a_signed_in_person_never_gets_a_kept_page(proxy: tuple[str, Path]) -> None:
    base, _ = proxy
    first, _state = _get(f"{base}/public")
    assert _get(f"{base}/public", Cookie="sessionid=abc")[0] != first


@pytest.mark.services
def test_the_proxy_passes_who_asked_and_logs_neither_that_nor_a_token(
    proxy: tuple[str, Path],
) -> None:
    base, log = proxy
    _get(f"{base}/receipt/Zk3hT9vQ2/?code=ABCD2345", **{"X-Forwarded-For": "6.6.6.6"})
    _path, headers = _Site.seen[-1]
    assert headers["x-forwarded-for"] == "6.6.6.6, 127.0.0.1"
    assert re.fullmatch(r"[0-9a-f]{32}", headers["x-request-id"])
    assert headers["x-forwarded-proto"] == "http"
    for _ in range(50):
        if log.read_text():
            break
        time.sleep(0.1)
    line = log.read_text()
    assert '"path":"/receipt/***/"' in line
    for private in ("Zk3hT9vQ2", "ABCD2345", "6.6.6.6", "127.0.0.1"):
        assert private not in line


@pytest.mark.services
def test_figures_are_not_shown_to_the_world(proxy: tuple[str, Path]) -> None:
    base, _ = proxy
    with pytest.raises(urllib.error.HTTPError, match="404"):
        _get(f"{base}/metrics")
