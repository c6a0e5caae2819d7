"""gunicorn's settings, for `make run` and for the container alike."""

import gc
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
# Loaded once and forked: the workers share what they only read.
preload_app = True
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


def when_ready(server: Any) -> None:
    """Before the first worker is forked: load what the first request would load, and put it all beyond the garbage collector.

    A full collection walks some 330,000 objects of code, a quarter of a second for whoever waits, and would copy the shared
    pages into each worker.
    """
    from django.apps import apps

    if apps.ready:
        from django.db import connections
        from django.urls import get_resolver

        list(get_resolver().url_patterns)
        # A connection must never be shared with a forked process.
        connections.close_all()
    gc.collect()
    gc.freeze()


def child_exit(server: Any, worker: Any) -> None:
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        from prometheus_client import multiprocess

        multiprocess.mark_process_dead(worker.pid)
