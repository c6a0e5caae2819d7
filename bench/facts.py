"""What a run ran on: sizes and versions, never names or paths."""

import json
import os
import platform
import shlex
import sqlite3
import subprocess
import urllib.request
from collections.abc import Sequence
from datetime import date
from importlib.metadata import version
from pathlib import Path

from django.conf import settings
from django.db import connection

from bench import load, site


def collect(arguments: Sequence[str], *, on: date, public: int, size: int) -> dict[str, str]:
    return {
        "date": on.isoformat(),
        "command": shlex.join(["python", "-m", "bench", *arguments]),
        "commit": _commit(),
        "suggestions": f"{size:,}, {public:,} of them public",
        "machine": f"{os.cpu_count()} cores ({_processor()}), {_memory()} memory, load before {_load()}",
        "web": f"gunicorn {version('gunicorn')}, {os.environ['WEB_WORKERS']} workers × {site.THREADS} threads",
        "application": f"Python {platform.python_version()}, Django {version('django')}, Wagtail {version('wagtail')}",
        "services": _services(),
        "load": load.tool(),
    }


def machine() -> dict[str, str]:
    """Where a replay ran; no services but the database take part."""
    return {
        "commit": _commit(),
        "machine": f"{os.cpu_count()} cores ({_processor()}), {_memory()} memory, load before {_load()}",
        "application": f"Python {platform.python_version()}, Django {version('django')}, PostgreSQL {_postgres()}",
    }


def _commit() -> str:
    done = subprocess.run(
        ["git", "rev-parse", "--short=10", "HEAD"],
        capture_output=True, text=True, cwd=site.ROOT, check=False,
    )  # fmt: skip
    return done.stdout.strip() or "unknown"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _memory() -> str:
    try:
        pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (ValueError, OSError):
        return "unknown"
    return f"{pages / 2**30:.0f} GB"


def _load() -> str:
    try:
        return f"{os.getloadavg()[0]:.1f}"
    except OSError:
        return "unknown"


def _services() -> str:
    if not settings.ELASTICSEARCH_URL:
        return f"none: SQLite {sqlite3.sqlite_version} for data and search, memory for the cache"
    return f"PostgreSQL {_postgres()}, Redis {_redis()}, Elasticsearch {_elasticsearch()}, on the same cores"


def _postgres() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        return str(cursor.fetchone()[0]).split()[0]


def _redis() -> str:
    from redis import Redis

    with Redis.from_url(settings.REDIS_URL) as client:
        return str(client.info("server")["redis_version"])


def _elasticsearch() -> str:
    # A node put together from the jars has no `GET /`; this one it has.
    address = f"{settings.ELASTICSEARCH_URL[0]}/_nodes?filter_path=nodes.*.version"
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with direct.open(address, timeout=10) as answer:
        nodes = json.load(answer)["nodes"]
    return str(next(iter(nodes.values()))["version"])
