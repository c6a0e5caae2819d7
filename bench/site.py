"""The site as it runs in production, on loopback: its environment, its web servers, their memory."""

import base64
import http.client
import os
import secrets
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.services.process import Server, free_port, launch, wait_until, with_retries

ROOT = Path(__file__).resolve().parent.parent
WORKERS, THREADS = 2, 4
HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Application:
    """Something gunicorn can serve; `settings` is "" for what is no Django."""

    name: str
    target: str
    settings: str = ""


OURS = "jianyan"
SITES = (
    Application("hello", "bench.hello:application"),
    Application("bare", "django.core.wsgi:get_wsgi_application()", "bench.bare_settings"),
    Application(OURS, "portal.wsgi:application", "portal.settings.production"),
)


def environment(data: Path, addresses: Mapping[str, str]) -> dict[str, str]:
    """Production's variables, with keys made for this run. `addresses` are those of the services."""
    return {
        "DJANGO_SETTINGS_MODULE": "portal.settings.production",
        "DATA_DIR": str(data),
        "SECRET_KEY": secrets.token_urlsafe(48),
        "FIELD_KEYS": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        "HASH_KEYS": secrets.token_urlsafe(48),
        "ALLOWED_HOSTS": HOST,
        "BASE_URL": "https://jianyan.example",
        "EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend",
        # Requests come as from a proxy, each from an address of its own: the usual limits stay in force.
        "TRUSTED_PROXIES": "1",
        # As checks.py advises: without Redis and PostgreSQL there is one process.
        "WEB_WORKERS": str(WORKERS if addresses else 1),
        "WEB_THREADS": str(THREADS),
        "LOG_LEVEL": "WARNING",
        "NO_PROXY": HOST,
        **addresses,
    }


def serve(application: Application, folder: Path) -> Server:
    """The application under gunicorn with the project's own configuration. Raises Failed with the log's end."""
    log = folder / f"{application.name}.log"
    data = Path(os.environ["DATA_DIR"]) / application.name
    data.mkdir(exist_ok=True)

    def once() -> Server:
        port = free_port()
        env = {
            **os.environ,
            # launch() works in the log's folder; the configuration imports from the project.
            "PYTHONPATH": str(ROOT),
            "HOST": HOST,
            "PORT": str(port),
            # Access lines are written as in production.
            "LOG_LEVEL": "INFO",
            "PROMETHEUS_MULTIPROC_DIR": str(data / "metrics"),
        }
        if application.settings:
            env["DJANGO_SETTINGS_MODULE"] = application.settings
        command = [sys.executable, "-m", "gunicorn", application.target]
        command += ["-c", str(ROOT / "deploy" / "gunicorn.conf.py"), "--chdir", str(ROOT)]
        process = launch(command, log=log, env=env)
        address = f"http://{HOST}:{port}"
        server = Server(application.name, "", address, process, patience=25)
        return wait_until(lambda: _answers(port), server, log=log, seconds=90)

    return with_retries(once)


def _answers(port: int) -> bool:
    client = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        client.request("GET", "/healthz")
        return client.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        client.close()


def worker_memory(server: Server) -> list[tuple[int, int]]:
    """(resident, proportional) megabytes of each worker; empty where /proc does not tell."""
    try:
        return [(_sum(pid, "Rss"), _sum(pid, "Pss")) for pid in _workers(server)]
    except OSError:
        return []


def worker_seconds(server: Server) -> float:
    """Processor time that the workers have used so far; 0 where /proc does not tell.

    Unlike requests per second it hardly depends on what else the machine does.
    """
    try:
        stats = [Path(f"/proc/{pid}/stat").read_text() for pid in _workers(server)]
    except OSError:
        return 0.0
    # Fields 14 and 15 (user and system time); the name in field 2 may hold spaces.
    fields = [stat.rpartition(")")[2].split() for stat in stats]
    ticks = sum(int(f[11]) + int(f[12]) for f in fields)
    return ticks / os.sysconf("SC_CLK_TCK")


def _workers(server: Server) -> list[str]:
    parent = server.process.pid
    return Path(f"/proc/{parent}/task/{parent}/children").read_text().split()


def _sum(pid: str, name: str) -> int:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith(f"{name}:")) // 1024
