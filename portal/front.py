"""Kept public pages, answered before the rest of the stack (design section 5).

A WSGI wrapper around the site. What `public_page` gave out as the same for every stranger is kept in this process, with
its compressed form, and answers the next stranger without Django while the content version and the time slot are those
it was made under: a publication shows on the next request. Whoever has a session, or sends anything else that could
change the page, is led past it.
"""

import gzip
import json
import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.http.cookie import parse_cookie

from portal import metrics
from portal.logs import KEPT, masked_path
from portal.middleware import ident_of
from suggestions.public import caching

Environ = dict[str, Any]
Headers = list[tuple[str, str]]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]
Key = tuple[str, ...]

MOST_BYTES = 24 * 1024 * 1024
"""What one process keeps, of which the pages not asked for longest go first."""
MOST_PAGE = 512 * 1024
WORTH_PRESSING = 1024
PATIENCE = 5.0
"""Seconds a request waits for another one that makes the same page, before it makes the page itself."""
VIEW = "kept"
log = logging.getLogger(KEPT)
_PASS = ("HTTP_HX_REQUEST", "HTTP_AUTHORIZATION", "HTTP_RANGE")


@dataclass(slots=True)
class Kept:
    """One page: its path as it may be logged, what it was made under, its headers (no length), its body plain and,
    once somebody asked for that, compressed (b"": not worth it).
    """

    path: str
    moment: caching.Moment
    tag: str
    headers: Headers
    body: bytes
    pressed: bytes | None = None

    def __len__(self) -> int:
        """Bytes it may come to hold."""
        return len(self.body) * 5 // 4

    def press(self) -> bytes:
        if self.pressed is None:
            encoded = any(name.lower() == "content-encoding" for name, _ in self.headers)
            worth = len(self.body) >= WORTH_PRESSING and not encoded
            self.pressed = gzip.compress(self.body, 6, mtime=0) if worth else b""
        return self.pressed


class Front:
    """`Front(application)` is a WSGI application. `most_bytes` bounds what it keeps."""

    def __init__(self, application: Application, *, most_bytes: int = MOST_BYTES) -> None:
        self.application, self.most_bytes = application, most_bytes
        self.bytes = 0
        self._moment: caching.Moment | None = None
        self._pages: OrderedDict[Key, Kept] = OrderedDict()
        self._known: frozenset[Key] = frozenset()
        self._making: dict[Key, threading.Lock] = {}
        self._lock = threading.Lock()

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        began = time.perf_counter()
        key = key_of(environ)
        moment = _moment() if key is not None else None
        if key is None or moment is None:
            return self.application(environ, start_response)
        held = self._held(key, moment)
        if held is None and key not in self._known:
            return self._make(key, environ, start_response, moment)
        if held is None:
            # A page many ask for has just grown old: one of them makes it, the others wait for that.
            with self._alone(key):
                held = self._held(key, moment)
                if held is None:
                    return self._make(key, environ, start_response)
        ident = ident_of(environ.get("HTTP_X_REQUEST_ID", ""))
        status, answer = _give(held, environ, start_response, ident)
        _note(held.path, environ["REQUEST_METHOD"], status, time.perf_counter() - began, ident)
        return answer

    def _held(self, key: Key, moment: caching.Moment) -> Kept | None:
        with self._lock:
            if moment != self._moment:
                # Nothing kept so far will be shown again, and what was taken down must not stay in memory.
                self._moment, self._known, self.bytes = moment, frozenset(self._pages), 0
                self._pages.clear()
            held = self._pages.get(key)
            if held is not None:
                self._pages.move_to_end(key)
            return held

    def _alone(self, key: Key) -> "_Turn":
        with self._lock:
            lock = self._making.setdefault(key, threading.Lock())
        return _Turn(lock, lambda: self._making.pop(key, None))

    def _make(
        self,
        key: Key,
        environ: Environ,
        start_response: StartResponse,
        asked: caching.Moment | None = None,
    ) -> Iterable[bytes]:
        """Let the site answer; keep the answer when it says that everybody gets the same. `asked`: the moment as it was
        a moment ago; None when somebody waited since.
        """
        environ[caching.KEEP] = notes = caching.Notes(asked=asked)
        told: list[Any] = []

        def capture(status: str, headers: Headers, exc_info: Any = None) -> None:
            told[:] = [status, headers, exc_info]

        body = self.application(environ, capture)
        status, headers, exc_info = told
        if notes.moment is None:
            start_response(status, headers, exc_info)
            return body
        try:
            whole = b"".join(body)
        finally:
            getattr(body, "close", lambda: None)()
        if not status.startswith("200") or environ["REQUEST_METHOD"] != "GET" or len(whole) > MOST_PAGE:  # fmt: skip
            start_response(status, headers, exc_info)
            return [whole]
        page = _kept(environ["PATH_INFO"], notes.moment, headers, whole)
        self._keep(key, page)
        ident = next((value for name, value in headers if name == "X-Request-ID"), "")
        return _give(page, environ, start_response, ident)[1]

    def _keep(self, key: Key, page: Kept) -> None:
        with self._lock:
            if page.moment != self._moment:
                return
            before = self._pages.pop(key, None)
            self.bytes += len(page) - (len(before) if before else 0)
            self._pages[key] = page
            while self.bytes > self.most_bytes and self._pages:
                _, oldest = self._pages.popitem(last=False)
                self.bytes -= len(oldest)


class _Turn:
    """One maker of a page at a time; nobody waits for ever."""

    def __init__(self, lock: threading.Lock, forget: Callable[[], object]) -> None:
        self._turn, self._forget, self._mine = lock, forget, False

    def __enter__(self) -> None:
        self._mine = self._turn.acquire(timeout=PATIENCE)

    def __exit__(self, *error: object) -> None:
        if self._mine:
            self._forget()
            self._turn.release()


def key_of(environ: Environ) -> Key | None:
    """What a kept page hangs on; None for a request that no kept page answers."""
    if environ["REQUEST_METHOD"] not in ("GET", "HEAD") or any(name in environ for name in _PASS):
        return None
    looks = _looks(environ.get("HTTP_COOKIE", ""))
    if looks is None:
        return None
    return (
        environ.get("wsgi.url_scheme", ""), environ.get("HTTP_X_FORWARDED_PROTO", ""), environ.get("HTTP_HOST", ""),
        environ.get("SCRIPT_NAME", ""), environ.get("PATH_INFO", ""), environ.get("QUERY_STRING", ""), *looks,
    )  # fmt: skip


def _looks(header: str) -> tuple[str, ...] | None:
    """How the reader wants pages shown; None when there is any cookie besides: a session, or one we do not know."""
    if not header:
        return ("",) * len(caching.SHOWN_BY)
    cookies = parse_cookie(header)
    if any(name not in caching.SHOWN_BY for name in cookies):
        return None
    return tuple(cookies.get(name, "")[:10] for name in caching.SHOWN_BY)


def _moment() -> caching.Moment | None:
    """What pages are made under now; None while neither cache nor database tells: the site then answers for itself."""
    try:
        return caching.told_moment()
    except Exception:
        return None


def _kept(path: str, moment: caching.Moment, headers: Headers, body: bytes) -> Kept:
    """`X-Request-ID` is each request's own, and so is the length of each form of the body."""
    own = [(n, v) for n, v in headers if n.lower() not in ("content-length", "x-request-id")]
    tag = next((v for n, v in own if n.lower() == "etag"), "")
    shown = masked_path(path.encode("latin-1", "replace").decode("utf-8", "replace"))
    return Kept(shown, moment, tag, own, body)


def _give(
    page: Kept, environ: Environ, start_response: StartResponse, ident: str
) -> tuple[int, Iterable[bytes]]:
    """The page as this reader can take it: compressed, or nothing but the word that theirs is still good."""
    accepted = environ.get("HTTP_ACCEPT_ENCODING", "")
    headers, body = [*page.headers, ("X-Request-ID", ident)], page.body
    if accepted and page.press():
        headers = [(n, f"{v}, Accept-Encoding" if n == "Vary" else v) for n, v in headers]
        if "gzip" in accepted:
            body = page.press()
            headers.append(("Content-Encoding", "gzip"))
    if _is_known(page.tag, environ.get("HTTP_IF_NONE_MATCH", "")):
        left = ("Content-Type", "Content-Encoding")
        start_response("304 Not Modified", [(n, v) for n, v in headers if n not in left])
        return 304, []
    start_response("200 OK", [*headers, ("Content-Length", str(len(body)))])
    return 200, [] if environ["REQUEST_METHOD"] == "HEAD" else [body]


def _note(path: str, method: str, status: int, seconds: float, ident: str) -> None:
    """The same measurements and the same line as portal/middleware.py."""
    metrics.observe(VIEW, method, status, seconds)
    if log.isEnabledFor(logging.INFO):
        line = {
            "method": method, "path": path, "status": status, "view": VIEW, "ms": round(seconds * 1000, 1), "event": "request",
            "request_id": ident, "level": "info", "logger": "portal.access", "timestamp": datetime.now(UTC).isoformat(),
        }  # fmt: skip
        said = json.dumps(line, ensure_ascii=False)
        # Not log.info: it looks through the stack for its caller, whom no line names.
        log.handle(log.makeRecord(KEPT, logging.INFO, "", 0, said, (), None))


def _is_known(tag: str, asked: str) -> bool:
    return bool(asked) and (asked.strip() == "*" or tag.removeprefix("W/") in asked)
