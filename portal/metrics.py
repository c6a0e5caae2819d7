"""What /metrics publishes. Labels are view names and methods, never paths: a path may hold a token.

With several gunicorn workers each counts in files under PROMETHEUS_MULTIPROC_DIR
(deploy/gunicorn.conf.py), and a scrape adds them up.
"""

import os
from http import HTTPMethod

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector

_METHODS = frozenset(m.value for m in HTTPMethod)

disable_created_metrics()  # type: ignore[no-untyped-call]  # a second series for each, which nobody reads

REQUESTS = Counter("jianyan_requests_total", "Requests answered", ["view", "method", "status"])
LATENCY = Histogram(
    "jianyan_request_seconds",
    "Seconds from request to response",
    ["view"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)


def observe(view: str, method: str, status: int, seconds: float) -> None:
    """Count one answered request."""
    # The method is free text from the network: an open label set would fill the memory.
    verb = method if method in _METHODS else "OTHER"
    REQUESTS.labels(view, verb, f"{status // 100}xx").inc()
    LATENCY.labels(view).observe(seconds)


def exposition(gauges: dict[str, tuple[str, float | None]]) -> bytes:
    """Prometheus text of the counters above and of `gauges` (name → help, value; None is left out)."""
    # Written by hand: in a multi-process deployment a Gauge object would leave a file per scrape.
    text = "".join(
        f"# HELP {name} {words}\n# TYPE {name} gauge\n{name} {float(value)!r}\n"
        for name, (words, value) in gauges.items()
        if value is not None
    ).encode()
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        counted = CollectorRegistry()
        MultiProcessCollector(counted)  # type: ignore[no-untyped-call]
        return generate_latest(counted) + text
    own = CollectorRegistry()
    own.register(REQUESTS)
    own.register(LATENCY)
    return generate_latest(own) + text
