"""Lists are found by index: a page reads about as many rows whether there are few items or many.

Issue 6, point 8: staff lists at 1,000,000 items as quick as at 10,000. What PostgreSQL says it read for every question of a
page (EXPLAIN ANALYZE), not how long it took, which says more about the machine.
"""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.utils import timezone

from bench import cases
from bench.fill import ANSWERED, City
from suggestions.selectors import queues
from suggestions.services import clocks

pytestmark = [pytest.mark.slow, pytest.mark.services, pytest.mark.django_db]

FEW, MANY = 600, 1800
LONG_AGO = 400
"""Days: what is added is closed by now. A list of what is open is as long as the work there is."""
SHARE = 1.5
"""Rows that a page may read at MANY for each it reads at FEW; one that walks the list reads three."""
SOME = 120
"""Rows that do not count: a page more of a list, a plan that changes its mind about a small table."""


def rows_of(plan: dict[str, Any]) -> float:
    """Rows of items (and what hangs on them) that a plan's scans looked at: given on, or thrown away by a filter."""
    below = sum(rows_of(part) for part in plan.get("Plans", []))
    if plan.get("Relation Name") not in GROWING:
        return below
    seen = plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0)
    return below + seen * plan["Actual Loops"]


GROWING = frozenset(
    f"suggestions_{name}"
    for name in ("suggestion", "assignment", "reply", "evaluation", "clock", "caseevent", "author", "triagehint")
)  # fmt: skip
"""Tables that grow with the items; units, places and rights do not."""


BOUNDED = f"LIMIT {queues.COUNT_LIMIT}) subquery"
"""The desk's counts stop there by themselves; below it they grow with the items."""


class Watch:
    """Explains each question asked while it watches."""

    def __init__(self) -> None:
        self.read: list[tuple[float, str]] = []

    def __call__(
        self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any
    ) -> Any:
        if isinstance(sql, str) and sql.startswith("SELECT") and not many:
            with context["connection"].cursor() as cursor:
                cursor.cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", params)
                (found,) = cursor.cursor.fetchone()
            plan = (json.loads(found) if isinstance(found, str) else found)[0]["Plan"]
            if not sql.endswith(BOUNDED):
                self.read.append((rows_of(plan), sql))
        return execute(sql, params, many, context)

    @property
    def rows(self) -> float:
        return sum(rows for rows, _ in self.read)

    def worst(self) -> str:
        rows, sql = max(self.read, default=(0, ""))
        return f"{rows:.0f} rows: {sql[:200]} … {sql[-600:]}"


def asked(client: Client, path: str) -> Watch:
    """The second request of a page, at an address nobody asked for: what is kept beside it (counts, words) is kept."""
    mark = "&" if "?" in path else "?"
    assert client.get(f"{path}{mark}made=1").status_code == 200, path
    watch = Watch()
    with connection.execute_wrapper(watch):
        assert client.get(f"{path}{mark}made=2").status_code == 200, path
    return watch


def signed_in(name: str) -> Client:
    client = Client()
    user = get_user_model().objects.get(username=name)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


DESK = "/admin/desk/"
PAGES: dict[str, tuple[str, ...]] = {
    "": ("/", "/suggestions/", "/suggestions/?status=done", "/units/jtj/", "/results/"),
    "fenban": (f"{DESK}queue/", f"{DESK}queue/?state=open", f"{DESK}queue/?state=all",
               f"{DESK}queue/?state=done&sort=new", f"{DESK}queue/?state=all&sort=old"),
    "jtj-lianluo": (f"{DESK}inbox/",),
    "duban": (f"{DESK}supervision/", f"{DESK}supervision/?show=rated"),
}  # fmt: skip
"""Who → lists that are opened daily."""


def read_of_all() -> dict[str, Watch]:
    found = {}
    for who, paths in PAGES.items():
        client = signed_in(who) if who else Client()
        more = () if who else ("deep", "item", "filtered")
        found |= {path: asked(client, path) for path in paths}
        for name in more:
            made = {
                "deep": cases.browse_cursors,
                "item": cases.items,
                "filtered": cases.browse_filters,
            }
            found[name] = max((asked(client, p) for p in made[name](5)), key=lambda w: w.rows)  # fmt: skip
    return found


def test_three_times_as_many_items_make_no_list_read_more_rows() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("the main database is not PostgreSQL (set DATABASE_URL)")
    clocks.forget_calendar()
    city = City(now=timezone.now())
    read = []
    for size, quiet in ((FEW, 0), (MANY - FEW, LONG_AGO)):
        city.quiet, city.answered = timedelta(days=quiet), 1 if quiet else ANSWERED
        city.fill(size)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        read.append(read_of_all())
    few, many = read
    too_much = {
        path: (few[path].rows, held.rows, held.worst())
        for path, held in many.items()
        if held.rows > few[path].rows * SHARE + SOME
    }
    assert not too_much
