"""Shared by all tests: the promise that a check never passes by skipping, and a clean slate between tests."""

import fcntl
import hashlib
import os
import secrets
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import django
import pytest
import wagtail
from django.conf import settings
from django.db import connection

from search.elastic import ElasticEngine
from search.engine import get_engine
from search.fallback import FallbackEngine
from tests import slow_tests
from tests.cold import cold

# `make check` and CI start the real services and set this: then a skipped test is a hole in the proof.
STRICT = os.environ.get("STRICT_SERVICES") == "1"


def pytest_configure(config: pytest.Config) -> None:
    plugin = slow_tests.plugin_for(config)
    if plugin is not None:
        config.pluginmanager.register(plugin)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):
    report = yield
    if STRICT and report.skipped and not hasattr(report, "wasxfail"):
        reason = _reason(report)
        # Real data never leaves its machine, so elsewhere those tests have nothing to read.
        if not reason.startswith("data:"):
            report.outcome = "failed"
            report.longrepr = f"{item.nodeid} was skipped where nothing may be: {reason}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector):
    report = yield
    if STRICT and report.skipped and not _reason(report).startswith("data:"):
        report.outcome = "failed"
        report.longrepr = f"{collector.nodeid} was skipped where nothing may be: {_reason(report)}"
    return report


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    words = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return words.removeprefix("Skipped: ")


@pytest.fixture(autouse=True)
def _clean_slate() -> None:
    """Rate limits, cached pages and a search server's slow moment in one test must not reach the next."""
    cold()
    engine = get_engine()
    if isinstance(engine, FallbackEngine):
        engine.try_again()


@pytest.fixture
def own_index(tmp_path: Path, settings: Any) -> Iterator[None]:
    """An empty search index of the test's own: the test database forgets by itself, an index does not."""
    settings.SEARCH_SQLITE_PATH = str(tmp_path / "search.sqlite3")
    settings.SEARCH_INDEX_PREFIX = f"test{secrets.token_hex(6)}"
    engine = get_engine()
    yield
    for leaf in engine.leaves():
        if isinstance(leaf, ElasticEngine):
            for name in leaf.client.indices.get(index=f"{leaf.alias}-*"):
                leaf.client.indices.delete(index=name)
    if hasattr(engine, "close"):
        engine.close()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that empty the tables come last: what migrations wrote is gone after them."""
    items.sort(key=_empties_the_tables)


def _empties_the_tables(item: pytest.Item) -> int:
    """0: leaves the tables as they were; 1: `fills_tables`, once for its file; 2: after every test."""
    if item.get_closest_marker("fills_tables"):
        return 1
    mark = item.get_closest_marker("django_db")
    asked = mark is not None and mark.kwargs.get("transaction", False)
    return 2 if asked or "transactional_db" in getattr(item, "fixturenames", ()) else 0


@pytest.fixture(scope="session")
def django_db_setup(request: pytest.FixtureRequest) -> Iterator[None]:
    """The migrated SQLite database is kept between runs and copied in: migrating takes 20 s, copying none.

    `migrate` still runs on the copy, so a migration that is newer than the copy is applied; one that was edited
    makes another copy.
    """
    if connection.vendor != "sqlite":
        request.getfixturevalue("_migrated_anew")
        yield
        return
    kept = request.config.cache.mkdir("database") / f"{_migrations_digest()}.sqlite3"
    # Of several test processes one migrates, the others wait and copy.
    with kept.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX if not kept.exists() else fcntl.LOCK_SH)
        _copied_or_migrated(kept, request)
    yield


def _copied_or_migrated(kept: Path, request: pytest.FixtureRequest) -> None:
    make = connection.creation._create_test_db

    def _from_copy(*args: Any, **kwargs: Any) -> Any:
        made = make(*args, **kwargs)
        if kept.exists():
            with sqlite3.connect(f"file:{kept}?mode=ro", uri=True) as source:
                # Django points the connection at the test database only afterwards.
                connection.close()
                connection.settings_dict["NAME"] = made
                connection.ensure_connection()
                source.backup(connection.connection)
        return made

    connection.creation._create_test_db = _from_copy
    try:
        request.getfixturevalue("_migrated_anew")
    finally:
        del connection.creation._create_test_db
    if not kept.exists():
        _keep(kept, request)


@pytest.fixture(scope="session")
def _migrated_anew(
    request: pytest.FixtureRequest,
    django_test_environment: None,
    django_db_modify_db_settings: None,
    django_db_blocker: Any,
) -> Iterator[None]:
    """What pytest-django does by default: create, migrate, and drop at the end."""
    from django.test.utils import setup_databases, teardown_databases

    with django_db_blocker.unblock():
        config = setup_databases(
            verbosity=request.config.option.verbose, interactive=False, serialized_aliases=[]
        )
    yield
    with django_db_blocker.unblock():
        teardown_databases(config, verbosity=request.config.option.verbose)


def _keep(kept: Path, request: pytest.FixtureRequest) -> None:
    blocker = request.getfixturevalue("django_db_blocker")
    draft = kept.with_suffix(f".{os.getpid()}")
    with blocker.unblock(), sqlite3.connect(draft) as target:
        connection.ensure_connection()
        connection.connection.backup(target)
    draft.replace(kept)


def _migrations_digest() -> str:
    """Of the migrations written here and the versions of what brings its own."""
    digest = hashlib.sha256(f"{django.__version__} {wagtail.__version__}".encode())
    for path in sorted(Path(settings.BASE_DIR).glob("*/**/migrations/*.py")):
        if ".venv" not in path.parts:
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
