"""gunicorn's settings, for `make run` and for the container alike."""

import os
import shutil
from typing import Any

from portal.logs import configuration

_host = os.environ.get("HOST") or "127.0.0.1"
_port = os.environ.get("PORT") or "8000"
bind = f"[{_host}]:{_port}" if ":" in _host else f"{_host}:{_port}"
worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS") or 1)
threads = int(os.environ.get("WEB_THREADS") or 4)
timeout = 60
graceful_timeout = 20
# A little longer than the proxy keeps an idle connection, so that we never close one it is about to use.
keepalive = 75
# No administration socket: it would be written to the home folder and nothing here uses it.
control_socket_disable = True
logconfig_dict = configuration(os.environ.get("LOG_LEVEL") or "INFO")

if workers > 1 and not os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
    # Each worker counts in files of this folder and a scrape adds them up. Must be set before the app loads.
    _data = os.environ.get("DATA_DIR") or "var"
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = os.path.join(_data, "metrics")


def on_starting(server: Any) -> None:
    """Counters begin at nought with the process, as Prometheus expects."""
    if folder := os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder, exist_ok=True)


def child_exit(server: Any, worker: Any) -> None:
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        from prometheus_client import multiprocess

        multiprocess.mark_process_dead(worker.pid)
