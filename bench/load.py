"""Requests per second and latencies of one case: with wrk, or without it by threads of our own."""

import http.client
import math
import secrets
import shutil
import subprocess
import tempfile
import threading
import time
import urllib.parse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

SCRIPT = Path(__file__).with_name("load.lua")
MARKER = "@N@"
TIMEOUT_SECONDS = 30


class Wrong(Exception):
    """A case does not answer as it should, so that measuring it would mean nothing."""


@dataclass(frozen=True, slots=True)
class Case:
    """What is asked for. `anew`: each request has an address nobody asked for before, so no cache answers.

    With `bodies` (JSON in which MARKER stands for a running number), one for each path, it is a POST with a key of its
    own, answered by `expect`. `headers` are sent with every request.
    """

    name: str
    paths: Sequence[str]
    anew: bool = False
    bodies: Sequence[str] = ()
    headers: tuple[tuple[str, str], ...] = ()
    expect: int = 200
    site: str = "jianyan"
    clients: tuple[int, ...] = (8, 64)


@dataclass(frozen=True, slots=True)
class Measure:
    """What one load gave; latencies in milliseconds."""

    name: str
    clients: int
    requests: int
    per_second: float
    p50: float
    p95: float
    p99: float
    errors: int = 0
    cpu_ms: float = 0.0
    """Processor time of the web workers per request; 0 where the system does not tell."""
    queries: float | None = None
    rows: float | None = None
    bytes: float | None = None
    """What one request costs the database and the line (bench/looking.py); None where nobody looked."""


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` of the values do not exceed (nearest rank); 0 of none."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else 0.0


def tool() -> str:
    return "wrk" if shutil.which("wrk") else "python threads (wrk is not installed)"


def headers(number: int) -> dict[str, str]:
    """What a proxy would add; each request comes from an address of its own (see load.lua)."""
    address = f"10.{number // 65536 % 256}.{number // 256 % 256}.{number % 256}"
    return {"X-Forwarded-For": address, "X-Forwarded-Proto": "https"}


def fresh(path: str, mark: str) -> str:
    """The address with something more in it that changes nothing."""
    return f"{path}{'&' if '?' in path else '?'}n={mark}"


def check(base: str, case: Case, most: int = 40) -> None:
    """Ask for each address once, which also warms what may be warm. Raises Wrong."""
    client = connect(base)
    run = secrets.token_hex(4)
    for number, path in enumerate(case.paths[:most]):
        try:
            status, text = _ask(client, case, path, run, number)
        except (OSError, http.client.HTTPException) as problem:
            raise Wrong(f"{case.name}: {path} does not answer: {problem}") from problem
        if status != case.expect or not text:
            raise Wrong(f"{case.name}: {path} answers {status}: {text[:300]!r}")
    client.close()


def measure(
    base: str, case: Case, clients: int, seconds: float, *, keep: Path | None = None
) -> Measure:
    """Load one case for that long. `keep`: where the answers that were as expected are written, one a line."""
    if shutil.which("wrk"):
        return _wrk(base, case, clients, seconds, keep)
    return _threads(base, case, clients, seconds, keep)


def _wrk(base: str, case: Case, clients: int, seconds: float, keep: Path | None) -> Measure:
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as plan:
        mode = "anew" if case.anew else "again"
        bodies = case.bodies or [""] * len(case.paths)
        lines = [mode, secrets.token_hex(4), MARKER, str(case.expect), str(keep or "")]
        lines += [str(len(case.headers)), *(f"{name}\t{value}" for name, value in case.headers)]
        lines += [f"{path}\t{body}" for path, body in zip(case.paths, bodies, strict=True)]
        plan.write("\n".join(lines))
        plan.flush()
        command = ["wrk", "-t", "1", "-c", str(clients), "-d", f"{max(1, round(seconds))}s"]
        command += ["--timeout", f"{TIMEOUT_SECONDS}s", "-s", str(SCRIPT), base, "--", plan.name]
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=seconds + 60, check=False
        )
    result = [line for line in done.stdout.splitlines() if line.startswith("RESULT ")]
    if not result:
        raise Wrong(f"{case.name}: wrk failed: {(done.stdout + done.stderr)[-500:]}")
    requests, spent, errors, *latencies = (int(n) for n in result[0].split()[1:])
    p50, p95, p99 = (n / 1000 for n in latencies)
    return Measure(case.name, clients, requests, requests / (spent / 1e6), p50, p95, p99, errors)


def _threads(
    base: str, case: Case, clients: int, seconds: float, keep: Path | None = None
) -> Measure:
    """The same by http.client. Slower than wrk, so a fast page is measured too low."""
    until, run = time.perf_counter() + seconds, secrets.token_hex(4)
    took: list[list[float]] = [[] for _ in range(clients)]
    errors, kept = [0] * clients, list[str]()

    def work(me: int) -> None:
        client, number = connect(base), me
        while time.perf_counter() < until:
            path = case.paths[number % len(case.paths)]
            start = time.perf_counter()
            try:
                status, text = _ask(client, case, path, run, number)
            except (OSError, http.client.HTTPException):
                status, text = 0, ""
                client.close()
            if keep is not None and status == case.expect:
                kept.append(text)
            took[me].append((time.perf_counter() - start) * 1000)
            errors[me] += not 200 <= status < 400
            number += clients
        client.close()

    threads = [threading.Thread(target=work, args=(n,), daemon=True) for n in range(clients)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(seconds + 2 * TIMEOUT_SECONDS)
    spent = time.perf_counter() - began
    if keep is not None:
        keep.write_text("".join(f"{text}\n" for text in kept), encoding="utf-8")
    every = [ms for each in took for ms in each]
    p50, p95, p99 = (percentile(every, share) for share in (0.5, 0.95, 0.99))
    return Measure(case.name, clients, len(every), len(every) / spent, p50, p95, p99, sum(errors))


def one_by_one(base: str, path: str) -> float:
    """Milliseconds of one request by one client. Raises Wrong unless it answers 200."""
    client = connect(base)
    start = time.perf_counter()
    status, text = _ask(client, Case(path, [path]), path, "", 0)
    spent = (time.perf_counter() - start) * 1000
    client.close()
    if status != 200:
        raise Wrong(f"{path} answers {status}: {text[:300]!r}")
    return spent


def connect(base: str) -> http.client.HTTPConnection:
    parts = urllib.parse.urlsplit(base)
    return http.client.HTTPConnection(
        parts.hostname or "127.0.0.1", parts.port, timeout=TIMEOUT_SECONDS
    )


def _ask(
    client: http.client.HTTPConnection, case: Case, path: str, run: str, number: int
) -> tuple[int, str]:
    extra = {**headers(number), **dict(case.headers)}
    if case.bodies:
        extra |= {"Content-Type": "application/json", "Idempotency-Key": f"{run}-{number}"}
        body = case.bodies[case.paths.index(path)].replace(MARKER, str(number)).encode()
        client.request("POST", path, body=body, headers=extra)
    else:
        client.request("GET", fresh(path, f"{run}{number}") if case.anew else path, headers=extra)
    answer = client.getresponse()
    return answer.status, answer.read().decode(errors="replace")
