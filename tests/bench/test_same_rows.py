"""The baselines of a submission write what a submission writes, and a look at a request tells what it cost."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.utils import timezone

from bench import cases, looking, same_rows
from bench.fill import City
from suggestions.models import Author, CaseEvent, Clock, Outbox, Suggestion
from suggestions.services import clocks

KINDS = (Suggestion, Author, CaseEvent, Clock, Outbox)


@pytest.fixture
def city(db: None, settings: Any) -> Iterator[None]:
    # The end of a request closes its connection, and with it what the test has not committed; the test client does the same.
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    settings.ALLOWED_HOSTS, settings.TRUSTED_PROXIES = ["127.0.0.1"], 1
    cache.clear()
    clocks.forget_calendar()
    City(now=timezone.now()).fill(20)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.mark.usefixtures("city")
def test_a_bare_view_writes_the_rows_of_a_submission(tmp_path: Path) -> None:
    same_rows.take(cases.submission(), tmp_path / "pattern")
    rows = same_rows.pattern(str(tmp_path / "pattern"))
    kinds = [type(row) for row in rows]

    assert kinds[0] is Suggestion
    for _ in range(2):
        before = {kind: kind.objects.count() for kind in KINDS}
        case_no = same_rows.write(rows)
        assert {k: k.objects.count() - before[k] for k in KINDS} == {k: kinds.count(k) for k in KINDS}  # fmt: skip
    made = Suggestion.objects.get(case_no=case_no)
    assert made.events.count() == kinds.count(CaseEvent) > 0
    assert made.author.name == "林小满"


@pytest.mark.usefixtures("city")
def test_a_look_counts_the_queries_and_the_bytes_of_every_page() -> None:
    for case in [*cases.pages()[:2], *cases.desk(), cases.tracked()]:
        cost = looking.look(case)
        assert cost.queries < 80
        assert cost.bytes > 500
