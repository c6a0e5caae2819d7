"""What one request costs the database and the line: queries, rows read, bytes sent. Asked in this process, through the whole
site as a web worker runs it, before any load: only then are the server's counts of rows ours alone.
"""

import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from statistics import fmean
from typing import Any

from django.db import connection
from django.test import RequestFactory

from bench.load import MARKER, Case, Wrong, fresh, headers
from bench.site import HOST

MOST = 10
"""Addresses of a case that are looked at."""
_ROWS = """
SELECT (SELECT coalesce(sum(seq_tup_read), 0) FROM pg_stat_user_tables)
     + (SELECT coalesce(sum(idx_tup_read), 0) FROM pg_stat_user_indexes)"""
_asked = 0


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one request, on average. `rows`: read from tables and indexes; None where the database does not tell."""

    queries: float
    rows: float | None
    bytes: float


def look(case: Case) -> Cost:
    """The cost of a case of our own site, after one round that is not counted. Raises Wrong."""
    places = range(min(MOST, len(case.paths)))
    for n in places:
        ask(case, n)
    found = [_costs(case, n) for n in places]
    rows = [one.rows for one in found if one.rows is not None]
    return Cost(
        fmean(one.queries for one in found), fmean(rows) if rows else None, fmean(one.bytes for one in found)
    )  # fmt: skip


def _costs(case: Case, n: int) -> Cost:
    forced, connection.force_debug_cursor = connection.force_debug_cursor, True
    before = rows_read()
    try:
        # The site forgets what it noted when a request begins: what is noted afterwards is this request's.
        body = ask(case, n)
        queries = len(connection.queries_log)
    finally:
        connection.force_debug_cursor = forced
    after = rows_read()
    return Cost(queries, None if before is None or after is None else after - before, len(body))


def rows_read() -> int | None:
    """Rows that table and index scans have given out so far, in PostgreSQL; this connection's are counted at once."""
    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute(_ROWS)
        return int(cursor.fetchone()[0])


def ask(case: Case, n: int) -> bytes:
    """The body of the case's nth address as a browser gets it that takes compressed pages. Raises Wrong."""
    global _asked
    _asked += 1
    path = fresh(case.paths[n], f"look{_asked}") if case.anew else case.paths[n]
    said: dict[str, Any] = {
        f"HTTP_{name.upper().replace('-', '_')}": value for name, value in case.headers
    }
    said |= {f"HTTP_{k.upper().replace('-', '_')}": v for k, v in headers(_asked).items()}
    said |= {"HTTP_HOST": HOST, "HTTP_ACCEPT_ENCODING": "gzip"}
    factory = RequestFactory()
    if case.bodies:
        said["HTTP_IDEMPOTENCY_KEY"] = f"look-{id(case)}-{_asked}"
        sent = case.bodies[n].replace(MARKER, str(_asked))
        request = factory.post(path, sent, content_type="application/json", **said)
    else:
        request = factory.get(path, **said)
    told: list[str] = []

    def start(status: str, sent: Any, problem: Any = None) -> Callable[[bytes], object]:
        told.append(status)
        return io.BytesIO().write

    answer = _site()({**request.environ, "wsgi.errors": io.StringIO()}, start)
    try:
        body = b"".join(answer)
    finally:
        if hasattr(answer, "close"):
            answer.close()
    if not told[0].startswith(str(case.expect)):
        raise Wrong(f"{case.name}: {path} answers {told[0]}: {body[:300]!r}")
    return body


@cache
def _site() -> Any:
    from portal.wsgi import application

    return application
