"""The whole demo city: every state, role and object is there to be looked at, and every link on the desk opens.

One seed for the file. On PostgreSQL it is committed as in life: within one transaction the server would neither clear
away the thousands of old versions of rows nor learn how many there are, and could take an hour instead of a minute.
SQLite, whose rows nobody may delete, undoes its transaction.
"""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from bs4 import BeautifulSoup
from django.apps import apps
from django.conf import settings as project
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection, transaction
from django.http import Http404
from django.test import Client, override_settings
from django.urls import resolve

from suggestions import access, states
from suggestions.demo.seed import OFFICE_STAFF, SHOWN_UNIT, UNIT_STAFF
from suggestions.models import (
    Adoption,
    Assignment,
    CaseEvent,
    Commitment,
    ExportJob,
    RecordEvent,
    RetentionRule,
    StaffRole,
    Suggestion,
    TimeChange,
)
from suggestions.models.record import Record
from suggestions.roles import AGENT_ROLES, Role
from suggestions.services import chain
from suggestions.states import Machine

pytestmark = [pytest.mark.slow, pytest.mark.fills_tables]
NOW = "2026-11-25T18:00+08:00"
WHO = {
    **{
        name: role
        for name, _, role in OFFICE_STAFF
        if not name.endswith("2") or role in AGENT_ROLES
    },
    **{f"{SHOWN_UNIT}-{name}": role for name, _, role in UNIT_STAFF},
}

NEVER_SHOWN = {
    ("case", "draft"): "a draft is a row of its own until it is handed in",
    ("case", "submitted"): "registering follows in the same transaction (T1, T2)",
    ("assignment", "signed"): "work starts with the signature",
    (
        "bulletinunit",
        "named",
    ): "praise needs ten due or rated items of a unit in a month, more than this city has",
    ("award", "shortlisted"): "the list goes to publicity at once",
    ("month_close", "drawn"): "a list waits three working days at the most, and this is the 25th",
    ("month_close", "overdue"): "the list of a month that is long over cannot be drawn truly",
    (
        "minors_audit",
        "open",
    ): "the year's audit waits in its first months; in November it is reported or late",
}
"""States nobody can find at rest, with the reason."""

NO_ROWS = {
    "Passkey": "only a device can make one",
    "SearchNews": "noted when something new comes into the index, which this seed builds in one go",
}
"""Objects that the seed does not make, with the reason."""


@pytest.fixture(scope="module", autouse=True)
def city(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    folder = tmp_path_factory.mktemp("city")
    # This comes before each test's clean slate: rules that an earlier test held are gone from the database.
    cache.clear()
    with (
        django_db_blocker.unblock(),
        override_settings(SEARCH_SQLITE_PATH=str(folder / "search.sqlite3")),
        _committed() if connection.vendor == "postgresql" else _undone(),
    ):
        call_command("seed_demo", "--now", NOW, verbosity=0)
        yield


@contextmanager
def _committed() -> Iterator[None]:
    try:
        yield
    finally:
        call_command("flush", verbosity=0, interactive=False)


@contextmanager
def _undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def found_states() -> set[tuple[str, str]]:
    """(machine, state) of every row that is there now."""
    kinds: list[tuple[Machine, Any, str]] = [
        (Machine.CASE, Suggestion, "status"), (Machine.PUBLICATION, Suggestion, "publication"),
        (Machine.EVALUATION, Suggestion, "evaluation_state"), (Machine.ASSIGNMENT, Assignment, "status"),
        (Machine.ADOPTION, Adoption, "status"),
    ]  # fmt: skip
    kinds += [(m.machine, m, "status") for m in record_classes()]
    return {
        (str(machine), state)
        for machine, model, name in kinds
        for state in model.objects.values_list(name, flat=True).distinct()
    }


def record_classes() -> list[type[Record]]:
    return [m for m in apps.get_app_config("suggestions").get_models() if issubclass(m, Record)]


def test_every_state_of_every_machine_is_there_to_be_looked_at() -> None:
    wanted = {(str(t.machine), s) for t in states.TRANSITIONS for s in (*t.from_, t.to) if s}
    assert wanted - found_states() - set(NEVER_SHOWN) == set()


def test_every_kind_of_object_is_there_at_least_once() -> None:
    empty = {
        model.__name__
        for model in apps.get_app_config("suggestions").get_models()
        if not model._default_manager.exists()
    }
    assert empty - set(NO_ROWS) == set()


def test_a_change_of_how_long_records_are_kept_is_there_in_force_waiting_and_not_taken() -> None:
    changes = TimeChange.objects.filter(kind=TimeChange.Kind.RETENTION)
    assert set(changes.values_list("status", flat=True)) == {"proposed", "applied", "declined"}
    assert RetentionRule.objects.filter(record_class="identity_log", version=2, days=1825).exists()


def test_an_item_of_many_has_its_representatives_and_a_list_with_names_its_leave() -> None:
    spoken_for = Suggestion.objects.filter(joint_authors__is_representative=True).distinct()
    assert [item.joint_authors.filter(is_representative=True).count() for item in spoken_for] == [2]
    named = ExportJob.objects.get(grant__isnull=False)
    assert (named.status, named.grant and named.grant.status) == ("ready", "granted")


def test_of_two_items_found_secret_one_is_shut_and_the_text_of_the_other_is_gone() -> None:
    shut, gone = Suggestion.objects.filter(is_secret=True).order_by("-received_at")
    assert (shut.status, gone.status) == ("registered", "not_accepted")
    assert shut.original_problem
    assert not gone.original_problem
    supervisor = StaffRole.objects.filter(user__username="duban")[0].user
    for item in (shut, gone):
        with pytest.raises(Http404):
            access.load(supervisor, item.case_no)


def test_every_role_has_somebody_with_an_account() -> None:
    assert set(StaffRole.objects.values_list("role", flat=True)) == set(Role.values)
    assert set(WHO.values()) == set(Role.values)


def test_every_chain_holds_and_nothing_happened_after_today() -> None:
    assert list(chain.verify()) == []
    assert not CaseEvent.objects.filter(at__gt=NOW).exists()
    assert not RecordEvent.objects.filter(at__gt=NOW).exists()
    assert Commitment.objects.filter(status="kept").exists()


PER_KIND = 2
"""Pages opened of each kind of address by one person: enough for its states, few enough to be quick."""
LEFTOVER = re.compile(
    r"\b(None|True|False|NaN|undefined|Traceback)\b|\{\{|\{%|(?<![\w./@-])[a-z]{2,}(?:_[a-z]+)+(?![\w./@-])|<[a-z]+ object at"
)
CODES = {
    s for t in states.TRANSITIONS for s in (*t.from_, t.to, t.name) if len(s) > 3
} | {str(r) for r in Role.values}  # fmt: skip


def kind_of(path: str) -> tuple[str, str]:
    """What an address is a case of: the view, and the noun, act or shelf where it has one."""
    match = resolve(path)
    words = (str(match.kwargs.get(k, "")) for k in ("slug", "act", "kind"))
    return match.view_name, " ".join(words)


def visible(page: BeautifulSoup) -> str:
    """The words a person reads, without scripts, and without what somebody typed into a field or a machine's code."""
    for tag in page.select("script, style, textarea, code, template, [data-verbatim]"):
        tag.decompose()
    main = page.find("main") or page
    return main.get_text(" ")


def walk(username: str) -> tuple[Counter[tuple[str, str]], list[str]]:
    """Open what the desk offers this person; returns the pages seen by kind, and what is wrong with them."""
    user = StaffRole.objects.filter(user__username=username).select_related("user")[0].user
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    start = "/agent/" if WHO[username] in AGENT_ROLES else "/admin/desk/"
    waiting, seen, wrong = [(start, "")], {start}, []
    opened: Counter[tuple[str, str]] = Counter()
    while waiting:
        path, came_from = waiting.pop(0)
        kind = kind_of(urlsplit(path).path)
        if opened[kind] >= PER_KIND:
            continue
        opened[kind] += 1
        response = client.get(path)
        where = f"{username} {path} (from {came_from})"
        if response.status_code >= 400 and came_from:
            wrong.append(f"{response.status_code} {where}")
            continue
        if "html" not in response.get("Content-Type", "") or response.status_code != 200:
            continue
        page = BeautifulSoup(response.content, "html.parser")
        links = [str(a["href"]) for a in page.select("main a[href], .desk-rooms a[href]")]
        wrong += [f"{m!r} {where}" for m in leftovers(visible(page))]
        for link in links:
            to = urlsplit(urljoin(path, link))
            address = to.path + (f"?{to.query}" if to.query else "")
            if to.netloc or not to.path.startswith(("/admin/desk/", "/agent/")):
                continue
            if address not in seen:
                seen.add(address)
                waiting.append((address, path))
    return opened, wrong


def leftovers(text: str) -> list[str]:
    """Words of the program that no reader should meet."""
    found = {m.group() for m in LEFTOVER.finditer(text)}
    found |= {w for w in re.findall(r"(?<![\w./@-])[a-z_]+(?![\w./@-])", text) if w in CODES}
    return sorted(found)


@pytest.mark.parametrize("username", sorted(WHO))
def test_every_link_a_role_is_offered_opens_and_speaks_its_language(username: str) -> None:
    assert project.LANGUAGE_CODE == "zh-hans"
    opened, wrong = walk(username)
    assert wrong == []
    assert sum(opened.values()) >= 1


def test_a_code_of_the_program_on_a_page_is_noticed() -> None:
    assert leftovers("状态 None，去 sent_back 看，由 leader 决定") == [
        "None",
        "leader",
        "sent_back",
    ]
    assert leftovers("写信到 li_lei@example.cn，网址 /admin/desk/re_turn/ 已办结") == []
