"""Which tests are slow is measured, not guessed: `make slow-tests` times every test and writes tests/slow.txt.

A test of that list gets the mark `slow`: `make test` leaves it to `make check`, which runs all.
"""

import os
from pathlib import Path

import pytest

LIST = Path(__file__).with_name("slow.txt")
LIMIT_S = 0.4
"""Time of the test's own part, without fixtures, on the machine that wrote the list."""


class Timer:
    """Collects how long each test took, over all processes of a run; writes the list when the run was green."""

    def __init__(self) -> None:
        self.took: dict[str, float] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" and report.passed:
            self.took[report.nodeid] = report.duration

    def pytest_sessionfinish(self, exitstatus: int) -> None:
        if exitstatus == pytest.ExitCode.OK:
            slow = sorted(name for name, seconds in self.took.items() if seconds >= LIMIT_S)
            LIST.write_text("".join(f"{name}\n" for name in slow), encoding="utf-8")


class Marker:
    """Gives the tests of the list their mark."""

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """First, for pytest then chooses by mark."""
        slow = set(LIST.read_text(encoding="utf-8").splitlines())
        for item in items:
            if item.nodeid in slow:
                item.add_marker(pytest.mark.slow)


def plugin_for(config: pytest.Config) -> Timer | Marker | None:
    """The one this process needs: of a run in several processes the first hears all reports."""
    if os.environ.get("NOTE_SLOW") != "1":
        return Marker()
    return None if hasattr(config, "workerinput") else Timer()
