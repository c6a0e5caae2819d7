"""Is the process alive, are its parts there, and how far behind is the work that runs after a request.

Only the database is needed to serve people: without the broker or the search engine they still submit, track
and read, and the outbox drains afterwards. So those parts make the answer "degraded" and not a failure.
"""

import ipaddress
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import redis
import structlog
from django.apps import apps
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models import Count, Min, Q
from django.db.models.functions import Least
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound, JsonResponse
from django.utils import timezone
from django.utils.module_loading import import_string
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from portal import metrics
from suggestions.guards.address import client_ip

log = structlog.get_logger(__name__)

# The sweep runs each minute; work still lying there after ten has no worker.
LATE_AFTER = timedelta(minutes=10)


@dataclass(frozen=True)
class Part:
    """One line of the readiness answer. `needed` parts turn it into 503 when they are not ok."""

    ok: bool
    words: str
    needed: bool = False
    figures: dict[str, float] | None = None

    def as_json(self) -> dict[str, Any]:
        return {"ok": self.ok, "status": self.words, **(self.figures or {})}


def database() -> Part:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            cursor.fetchone()
    except DatabaseError as error:
        log.error("database does not answer", error=type(error).__name__)
        return Part(ok=False, words="数据库没有应答", needed=True)
    return Part(ok=True, words="正常", needed=True)


def _queue_lengths(url: str) -> dict[str, float]:
    from portal.celery import QUEUES

    client = redis.Redis.from_url(url, socket_timeout=1, socket_connect_timeout=1)
    try:
        return {name: float(client.llen(name)) for name in QUEUES}
    finally:
        client.close()


def broker() -> Part:
    url = str(settings.CELERY_BROKER_URL)
    if url.startswith(("redis://", "rediss://")):
        try:
            waiting = sum(_queue_lengths(url).values())
        except redis.RedisError:
            return Part(ok=False, words="消息队列没有应答：提交不受影响，通知和索引会在恢复后补做")
        return Part(ok=True, words="正常", figures={"waiting": waiting})
    if url.startswith("filesystem"):
        folder = Path(str(settings.CELERY_BROKER_TRANSPORT_OPTIONS["data_folder_in"]))
        try:
            waiting = float(sum(1 for _ in folder.iterdir()))
        except OSError:
            return Part(ok=False, words="队列目录不可用：请检查 DATA_DIR 的权限")
        return Part(ok=True, words="正常", figures={"waiting": waiting})
    from portal.celery import app

    try:
        with app.connection_for_write() as link:
            link.ensure_connection(max_retries=1, timeout=1)
    except Exception as error:  # each transport raises its own kinds
        log.warning("broker does not answer", error=type(error).__name__)
        return Part(ok=False, words="消息队列没有应答：提交不受影响，通知和索引会在恢复后补做")
    return Part(ok=True, words="正常")


def _oldest(**filters: Any) -> tuple[float, int]:
    """Seconds the oldest due, undone outbox row has waited, and how many there are.

    A row that failed is late since it was written, though its next try lies ahead.
    """
    outbox = apps.get_model("suggestions", "Outbox")
    now = timezone.now()
    due = Q(available_at__lte=now) | Q(attempts__gt=0)
    rows = outbox._default_manager.filter(due, done_at__isnull=True, **filters)
    found = rows.aggregate(first=Min(Least("created_at", "available_at")), rows=Count("pk"))
    first = found["first"]
    return (max((now - first).total_seconds(), 0.0) if first else 0.0, found["rows"])


def _backlog(late_words: str, **filters: Any) -> Part:
    try:
        seconds, rows = _oldest(**filters)
    except (DatabaseError, LookupError):
        return Part(ok=False, words="待办表读不到：请先运行 manage.py migrate")
    late = seconds > LATE_AFTER.total_seconds()
    return Part(
        ok=not late,
        words=late_words if late else "正常",
        figures={"oldest_seconds": round(seconds, 1), "rows": rows},
    )


def outbox() -> Part:
    return _backlog("积压超过十分钟：请检查后台任务进程是否在运行")


def index() -> Part:
    return _backlog("索引落后超过十分钟：新内容暂时搜不到", kind__startswith="index")


def search() -> Part:
    try:
        health = import_string("search.engine.get_engine")().health()
    except Exception as error:  # whatever the engine's client raises, people can still submit
        log.warning("search does not answer", error=type(error).__name__)
        return Part(ok=False, words=_NO_SEARCH, figures={"up": 0})
    if not health.ok:
        log.warning("search is not well", engine=health.engine, detail=health.detail[:300])
    return Part(
        ok=health.ok, words="正常" if health.ok else _NO_SEARCH, figures={"up": int(health.ok)}
    )


_NO_SEARCH = "搜索引擎没有应答：搜索改用备用引擎或暂停"


PARTS: dict[str, Callable[[], Part]] = {
    "database": database,
    "broker": broker,
    "outbox": outbox,
    "index": index,
    "search": search,
}


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers. Touches nothing else, so that a slow database does not get processes killed."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Each part in words and figures: 200 ok, 200 degraded (people are still served), or 503 down."""
    start = time.perf_counter()
    parts = {"database": database()}
    if parts["database"].ok:  # the others would only wait for the same database
        parts |= {name: part() for name, part in PARTS.items() if name != "database"}
    down = [n for n, p in parts.items() if p.needed and not p.ok]
    state = "down" if down else "ok" if all(p.ok for p in parts.values()) else "degraded"
    return JsonResponse(
        {
            "status": state,
            "parts": {name: part.as_json() for name, part in parts.items()},
            "ms": round((time.perf_counter() - start) * 1000, 1),
        },
        status=503 if down else 200,
        json_dumps_params={"ensure_ascii": False},
    )


def _allowed(address: str) -> bool:
    if not address:
        return False
    ip = ipaddress.ip_address(address)
    # A dual-stack socket shows an IPv4 caller as ::ffff:a.b.c.d.
    ip = getattr(ip, "ipv4_mapped", None) or ip
    for entry in settings.METRICS_ALLOWED:
        try:
            network = ipaddress.ip_network(entry, strict=False)
        except ValueError:
            continue  # portal/checks.py names the wrong entry
        if ip in network:
            return True
    return False


@never_cache
@require_safe
def prometheus(request: HttpRequest) -> HttpResponse:
    """Figures for Prometheus; to anyone outside METRICS_ALLOWED the address does not exist."""
    if not _allowed(client_ip(request)):
        return HttpResponseNotFound("没有这个页面。\n", content_type="text/plain; charset=utf-8")

    def figure(part: Part, key: str) -> float | None:
        return (part.figures or {}).get(key)

    due, indexed, queue = outbox(), index(), broker()
    text = metrics.exposition(
        {
            "jianyan_outbox_oldest_seconds": (
                "Age of the oldest due outbox row not yet done",
                figure(due, "oldest_seconds"),
            ),
            "jianyan_outbox_rows": ("Due outbox rows not yet done", figure(due, "rows")),
            "jianyan_index_lag_seconds": (
                "Age of the oldest index change not yet applied",
                figure(indexed, "oldest_seconds"),
            ),
            "jianyan_search_up": (
                "1 while the search engine the settings ask for answers, 0 while the spare one does",
                figure(search(), "up"),
            ),
            "jianyan_queue_waiting": ("Messages waiting in the broker", figure(queue, "waiting")),
        }
    )
    return HttpResponse(text, content_type="text/plain; version=0.0.4; charset=utf-8")
