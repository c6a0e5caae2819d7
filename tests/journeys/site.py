"""A whole site of its own: web server and Celery worker as processes, a database, a broker, a demo city.

Nothing is replaced: gunicorn serves, the worker takes its tasks from the broker, and the tests see only what a browser
or an operator sees. With DATABASE_URL, REDIS_URL or ELASTICSEARCH_URL set (`make check`) the real services are used.
"""

import contextlib
import json
import os
import secrets
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from django.db import connection, connections
from psycopg import sql

from tests.services.process import Server, free_port, launch, wait_until

ROOT = Path(__file__).resolve().parents[2]
BATCH = 12
"""Items of the demo city: enough for lists, few enough to be quick."""

# A proxy named in the environment is for the world outside.
_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass
class Site:
    """`environment` is what every process of the site runs with; change it before starting one."""

    folder: Path
    environment: dict[str, str]
    port: int = field(default_factory=free_port)
    web: Server | None = None
    worker: Server | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def named_address(self) -> str:
        """The same by name: what the site calls itself, and where passkeys work."""
        return f"http://localhost:{self.port}"

    def start_web(self) -> None:
        command = [sys.executable, "-m", "gunicorn", "portal.wsgi:application"]
        command += ["-c", ROOT / "deploy" / "gunicorn.conf.py", "--chdir", ROOT]
        self.web = self._start("web", command, self._answers, PORT=str(self.port))

    def start_worker(self) -> None:
        """Without beat: what the clock would start, a test starts by name (`call`)."""
        command = [sys.executable, "-m", "celery", "-A", "portal", "--workdir", ROOT, "worker"]
        command += ["-P", "threads", "-c", "2", "--loglevel", "INFO"]
        command += ["--without-gossip", "--without-mingle", "--without-heartbeat"]
        log = self.folder / "worker.log"
        log.unlink(missing_ok=True)
        self.worker = self._start("worker", command, lambda: "ready." in log.read_text("utf-8"))

    def _start(
        self, name: str, command: list[Any], answers: Callable[[], bool], **more: str
    ) -> Server:
        log = self.folder / f"{name}.log"
        process = launch(command, log=log, env={**self.environment, **more})
        return wait_until(answers, Server(name, "", self.address, process), log=log, seconds=90)

    def _answers(self) -> bool:
        try:
            with _direct.open(f"{self.address}/healthz", timeout=2) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def stop(self, name: str) -> None:
        server: Server | None = getattr(self, name)
        if server is not None:
            server.stop()
        setattr(self, name, None)

    def restart_web(self, **environment: str) -> None:
        """The web server anew on the same port, with these variables changed ("" takes one away)."""
        self.stop("web")
        self.environment.update(environment)
        self.start_web()

    def run(self, *command: str, **environment: str) -> str:
        """A manage.py command of an operator; what it printed."""
        done = subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), *command],
            env={**self.environment, **environment}, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{command[:2]}: {done.stdout[-1500:]}{done.stderr[-3000:]}"
        return done.stdout

    def ask(self, code: str, **environment: str) -> Any:
        """Run a few lines inside the site and return what they assign to `answer` (as JSON)."""
        tail = "\nimport json as _json\nprint('ANSWER ' + _json.dumps(answer, default=str))"
        printed = self.run("shell", "--no-imports", "--command", code + tail, **environment)
        return json.loads(printed.rpartition("ANSWER ")[2])

    def call(self, task: str) -> None:
        """Put a task of ours into the queue, as beat does when its time has come."""
        module, _, name = task.rpartition(".")
        self.ask(f"from {module} import {name}\n{name}.delay()\nanswer = True")

    def rows(self, query: str, *values: str) -> list[tuple[Any, ...]]:
        """What the database holds, read past the site: asking a whole Django for a number takes seconds."""
        address = self.environment["DATABASE_URL"]
        if address.startswith("sqlite"):
            path = address.removeprefix("sqlite:///")
            with contextlib.closing(sqlite3.connect(path, timeout=20)) as link:
                return list(link.execute(query.replace("%s", "?"), values))
        with psycopg.connect(address.replace("postgres://", "postgresql://")) as link:
            return list(link.execute(query, values))

    def waiting(self) -> dict[str, int]:
        """Effects in the outbox that are not carried out yet, by kind."""
        query = "SELECT kind, count(*) FROM suggestions_outbox WHERE done_at IS NULL GROUP BY kind"
        return dict(self.rows(query))

    def item(self, case_no: str) -> dict[str, Any]:
        """Some facts of an item, as they are stored."""
        names = (
            "status",
            "overall",
            "evaluation_state",
            "original_title",
            "original_place",
            "channel",
        )
        query = f"SELECT {', '.join(names)} FROM suggestions_suggestion WHERE case_no = %s"
        (found,) = self.rows(query, case_no)
        return dict(zip(names, found, strict=True))

    def drained(self, *, seconds: float = 60) -> bool:
        """Wait until the outbox is empty."""
        deadline = time.monotonic() + seconds
        while self.waiting():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.3)
        return True

    def drift(self) -> list[dict[str, Any]]:
        """Differences between database and index, per engine and type; empty when both sides are equal."""
        found = self.ask(
            "from search import indexing\n"
            "answer = [dict(engine=d.engine, type=d.type, missing=d.missing, stale=d.stale, extra=d.extra)"
            " for d in indexing.status() if not d.clean]"
        )
        return list(found)

    def close(self) -> None:
        self.stop("web")
        self.stop("worker")

    def logged(self, name: str) -> str:
        log = self.folder / f"{name}.log"
        return log.read_text("utf-8", errors="replace") if log.exists() else ""


def _ready() -> bool:
    """Whether this connection is to a migrated test database: only runs with other database tests have one."""
    name = str(connection.settings_dict["NAME"])
    if "mode=memory" not in name and not name.startswith("test_"):
        return False
    return "django_migrations" in connection.introspection.table_names()


@contextlib.contextmanager
def database(folder: Path) -> Iterator[str]:
    """DATABASE_URL of a database of the site's own: a copy of the test run's, migrated already, or an empty one."""
    ready = _ready()
    if connection.vendor == "sqlite":
        path = folder / "db.sqlite3"
        if ready:
            with connection.cursor() as cursor:
                cursor.execute("VACUUM INTO %s", [str(path)])
        yield f"sqlite:///{path}"
        return
    name = f"journey_{secrets.token_hex(4)}"
    facts = connection.settings_dict
    template = str(facts["NAME"]) if ready else "template1"
    place = {key: facts[key.upper()] for key in ("host", "port", "user", "password")}
    login = f"{place['user']}:{place['password']}" if place["password"] else place["user"]
    # A database is copied only while nobody is connected to it.
    connections.close_all()
    with psycopg.connect(dbname="postgres", autocommit=True, **place) as server:
        made, copied = sql.Identifier(name), sql.Identifier(template)
        server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(made, copied))
        try:
            yield f"postgres://{login}@{place['host']}:{place['port']}/{name}"
        finally:
            server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(made))


def environment(folder: Path, database_url: str, more: Mapping[str, str]) -> dict[str, str]:
    """What the site's processes run with: our own folder and keys, generous limits for one address."""
    kept = {k: v for k, v in os.environ.items() if not k.endswith(("_URL", "_PROXY", "_proxy"))}
    return {
        **kept,
        "DJANGO_SETTINGS_MODULE": "tests.journeys.settings",
        "DATA_DIR": str(folder),
        "DATABASE_URL": database_url,
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
        "SEARCH_INDEX_PREFIX": f"journey{secrets.token_hex(4)}",
        "RATE_TRACK": "1000/hour",
        "RATE_SUBMIT": "1000/hour",
        "RATE_SIGN_IN": "1000/hour",
        **more,
    }
