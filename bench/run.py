"""The steps of a run, once the services are up and Django is loaded."""

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, replace
from datetime import datetime
from io import StringIO
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from tqdm import tqdm

from bench import (
    cases,
    engines,
    facts,
    importing,
    looking,
    promise,
    rebuild,
    same_rows,
    site,
)
from bench.fill import City
from bench.load import Case, Measure, check, measure, one_by_one, percentile
from bench.report import Report
from search.elastic import ElasticEngine
from search.engine import Engine, get_engine
from suggestions import content
from tests.services.process import Server

MOST_SQLITE = 100_000
"""Beyond this nobody runs the embedded engine."""
MOST_BULK = 20_000
"""Documents that are sent bare and through our rebuild by turns."""


@contextmanager
def step(name: str) -> Iterator[None]:
    began = time.perf_counter()
    yield
    print(f"{name}: {time.perf_counter() - began:.1f} s", file=sys.stderr, flush=True)


def measure_all(options: argparse.Namespace, folder: Path, stack: ExitStack) -> Report:
    """Fill, index, load, and collect the figures of the parts asked for. `stack` stops the web servers."""
    now = timezone.now()
    with step("migrate"):
        call_command("migrate", verbosity=0, interactive=False)
    with step(f"fill {options.size:,} suggestions"):
        public = City(now=now).fill(options.size, _progress(options.size))
    report = Report(
        facts.collect(sys.argv[1:], on=timezone.localdate(), public=public, size=options.size),
        options.size,
    )
    every = engines.leaves(str(folder / "search.sqlite3"))
    if options.parts & {"pages", "submit", "engines"}:
        _index(every, options.parts, public, report)
    if options.parts & {"pages", "submit"}:
        _web(options, folder, stack, report)
    if "engines" in options.parts:
        built = {one.engine for one in report.built}
        for engine in every:
            if engine.name in built:
                with step(f"search in {engine.name}"):
                    report.latencies += engines.latencies(engine, options.seconds / 3)
                    if isinstance(engine, ElasticEngine):
                        report.latencies += engines.raw_latencies(engine, options.seconds / 3)
    if "import" in options.parts:
        report.imported = _import(folder, now)
    return report


def _index(every: list[Engine], parts: set[str], public: int, report: Report) -> None:
    for engine in every:
        # The pages need the deployment's two engines; SQLite is there to be compared.
        compared = len(every) > 1 and engine.name == "sqlite"
        if compared and ("engines" not in parts or public > MOST_SQLITE):
            continue
        with step(f"index in {engine.name}"):
            report.built.append(engines.build(engine, _progress(public)))
        if isinstance(engine, ElasticEngine) and "engines" in parts:
            with step("bare bulk requests beside our rebuild"):
                report.rebuilt = rebuild.share(settings.ELASTICSEARCH_URL, min(public, MOST_BULK))


def _web(options: argparse.Namespace, folder: Path, stack: ExitStack, report: Report) -> None:
    with step("collect static files"):
        call_command("collectstatic", verbosity=0, interactive=False, stdout=StringIO())
    chosen, costs = _chosen(options.parts, folder)
    with step("start gunicorn"):
        servers = {s.name: _serve(stack, s, folder) for s in site.SITES}
    for case in chosen:
        report.measures += _load(servers, case, options.seconds, costs.get(case.name))
    if "submit" in options.parts:
        if connection.vendor == "postgresql":
            with step(same_rows.NAME):
                rows = same_rows.pattern(os.environ[same_rows.VARIABLE])
                address = os.environ["DATABASE_URL"]
                report.measures += [
                    same_rows.raw(address, rows, n, options.seconds)
                    for n in cases.submission().clients
                ]
        with step("submit, then ask for every receipt"):
            report.kept = promise.keep(servers["jianyan"].address, options.submit_seconds)
    if "pages" in options.parts:
        ours = servers["jianyan"].address
        for name, paths in cases.after_publication().items():
            with step(f"first reader of {name}"):
                report.first_readers.append(_first_reader(ours, name, paths, options.seconds))
    report.memory = {name: site.worker_memory(server) for name, server in servers.items()}


def _chosen(parts: set[str], folder: Path) -> tuple[list[Case], dict[str, looking.Cost]]:
    """What is loaded, and what a request of each of our own pages costs, looked at before anything is loaded."""
    chosen = cases.baselines()
    chosen += cases.pages() if "pages" in parts else []
    if "pages" in parts:
        for engine in get_engine().leaves():
            chosen += engines.raw_cases(engine) if isinstance(engine, ElasticEngine) else []
    if "submit" in parts:
        pattern = folder / "pattern.json"
        same_rows.take(cases.submission(), pattern)
        os.environ[same_rows.VARIABLE] = str(pattern)
        chosen += [cases.submission(), cases.bare_submission()]
    with step("look at one request of each kind"):
        costs = {case.name: looking.look(case) for case in chosen if case.site == site.OURS}
    return chosen, costs


def _serve(stack: ExitStack, application: site.Application, folder: Path) -> Server:
    server = site.serve(application, folder)
    stack.callback(server.stop)
    return server


def _load(
    servers: dict[str, Server], case: Case, seconds: float, cost: looking.Cost | None
) -> list[Measure]:
    server = servers.get(case.site)
    # What is no web server of ours is one of the services.
    address = server.address if server else settings.ELASTICSEARCH_URL[0]
    made = []
    with step(case.name):
        check(address, case)
        for clients in case.clients:
            before = site.worker_seconds(server) if server else 0.0
            one = measure(address, case, clients, seconds)
            spent = site.worker_seconds(server) - before if server else 0.0
            one = replace(one, cpu_ms=1000 * spent / one.requests if one.requests else 0.0)
            made.append(replace(one, **asdict(cost)) if cost else one)
    return made


def _first_reader(address: str, name: str, paths: list[str], seconds: float) -> Measure:
    """Publish (as far as caches are concerned), then ask, again and again."""
    took: list[float] = []
    until = time.perf_counter() + seconds
    while not took or time.perf_counter() < until:
        content.bump()
        took.append(one_by_one(address, paths[len(took) % len(paths)]))
    p50, p95, p99 = (percentile(took, share) for share in (0.5, 0.95, 0.99))
    return Measure(name, 1, len(took), 1000 * len(took) / sum(took), p50, p95, p99)


def _import(folder: Path, now: datetime) -> importing.Imported:
    with step(f"import {importing.ROWS} messages"):
        return importing.run(folder, now=now)


def _progress(total: int) -> Callable[[int], None]:
    """A bar where somebody watches."""
    bar = tqdm(total=total, leave=False, disable=not sys.stderr.isatty())

    def more(count: int) -> None:
        bar.update(count)
        if bar.n >= total:
            bar.close()

    return more
