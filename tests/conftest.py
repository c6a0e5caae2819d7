"""Shared by all tests: the promise that a check never passes by skipping, and a clean slate between tests."""

import os

import pytest
from django.core.cache import cache

# `make check` and CI start the real services and set this: then a skipped test is a hole in the proof.
STRICT = os.environ.get("STRICT_SERVICES") == "1"


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
    """Rate limits and cached pages of one test must not reach the next."""
    from suggestions.guards import ratelimit

    cache.clear()
    ratelimit.forget()
