"""One site for the journeys of a run, and a browser that complains about what no page may do."""

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.journeys import site as sites
from tests.journeys.browser import Browser
from tests.journeys.site import Site
from tests.services import redis
from tests.services.process import running


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Journeys first: a site is a copy of the test database, taken before any test has emptied it."""
    here = Path(__file__).parent
    items.sort(key=lambda item: not item.path.is_relative_to(here))


@pytest.fixture(scope="session")
def chromium() -> str:
    """The system's Chromium, or the reason why there is none."""
    pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if not found:
        pytest.skip("Chromium is not installed (apt-get install chromium)")
    return found


@pytest.fixture(scope="session")
def make_site(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Any]:
    """`make_site(name, **environment)`: a seeded site, nothing started yet. It ends with the run."""
    with ExitStack() as stack:

        def make(name: str, **more: str) -> Site:
            folder: Path = tmp_path_factory.mktemp(name)
            if "REDIS_URL" not in more and os.environ.get("REDIS_URL"):
                # A server of our own: queues are named alike everywhere, so two sites must not share one.
                server = stack.enter_context(running(redis, folder / "redis"))
                more["REDIS_URL"] = server.address
            if "ELASTICSEARCH_URL" not in more:
                more["ELASTICSEARCH_URL"] = os.environ.get("ELASTICSEARCH_URL", "")
            with django_db_blocker.unblock():
                url = stack.enter_context(sites.database(folder))
            made = Site(folder, sites.environment(folder, url, more))
            stack.callback(made.close)
            made.run("migrate", "--verbosity", "0")
            made.run("seed_demo", "--limit", str(sites.BATCH), "--verbosity", "0")
            return made

        yield make


@pytest.fixture(scope="session")
def site(make_site: Any) -> Site:
    """The site of the journeys: web and worker running."""
    made: Site = make_site("site")
    # A passkey belongs to a name; a bare number has none.
    made.environment["BASE_URL"] = made.named_address
    made.start_web()
    made.start_worker()
    return made


@pytest.fixture(scope="module")
def chrome(chromium: str, site: Site) -> Iterator[Any]:
    """One Chromium for a file; each journey opens windows of its own.

    Closed with the file, because while Playwright's loop runs Django takes every query of this thread for a mistake.
    """
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium,
            args=[
                "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                "--disable-background-networking", "--disable-component-update", "--disable-sync",
            ],
        )  # fmt: skip
        yield browser
        browser.close()


@pytest.fixture
def browser(chrome: Any, site: Site) -> Iterator[Browser]:
    made = Browser(chrome, site.address)
    yield made
    made.close()
