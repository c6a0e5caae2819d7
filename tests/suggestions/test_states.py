"""The five machines: every row is well formed, no walk leaves the tables, and only the tables move anything."""

from collections.abc import Iterable
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from hypothesis import given
from hypothesis import settings as checking
from hypothesis import strategies as st

from suggestions import states
from suggestions.actor import Actor
from suggestions.clock import DEFAULT_RULES
from suggestions.errors import DomainError, NotAllowed, WrongState
from suggestions.management.commands import states_doc
from suggestions.management.commands.states_doc import render
from suggestions.models import Adoption, Assignment, CaseEvent, Suggestion
from suggestions.models.record import Record
from suggestions.roles import AGENT_ROLES, Role
from suggestions.services import records, transitions, withdrawing
from suggestions.states import AUTHOR, SYSTEM, TRANSITIONS, Case, Machine, Transition, Visibility
from tests import world as w
from tests.world import MONDAY

CHOICES: dict[Machine, Any] = states_doc._STATES
RECORDS: dict[Machine, type[Record]] = {
    m.machine: m for m in apps.get_models() if issubclass(m, Record)
}
"""What has states but is no case, by its machine."""
ACTORS = {AUTHOR, SYSTEM, *Role.values}
ENDS = {Case.ARCHIVED, Case.REDIRECTED, Case.NOT_ACCEPTED, Case.WITHDRAWN}
FIRST: dict[Machine, str] = dict.fromkeys(CHOICES, "") | {
    Machine.CASE: Case.DRAFT,
    Machine.PUBLICATION: states.Publication.PRIVATE,
    Machine.EVALUATION: states.Evaluation.NOT_INVITED,
}
"""Where a walk begins; a record begins nowhere, and a row from "" makes it."""


def rows(machine: Machine) -> list[Transition]:
    return [row for row in TRANSITIONS if row.machine == machine]


def by_name(row: Transition) -> str:
    return row.name


@pytest.mark.parametrize("row", TRANSITIONS, ids=by_name)
def test_a_row_names_only_states_roles_and_clocks_that_exist(row: Transition) -> None:
    known = set(CHOICES[row.machine].values)
    assert row.to in known
    assert row.from_
    assert set(row.from_) <= known | {""}
    assert row.roles
    assert set(map(str, row.roles)) <= ACTORS
    kinds = {rule.kind for rule in DEFAULT_RULES}
    assert {*row.starts, *row.stops, *row.pauses, *row.resumes} <= kinds
    assert row.basis, "each row says what it rests on"
    assert str(row.label)
    assert str(row.words)
    assert row.visibility in Visibility.values


def test_row_names_are_unique_because_services_call_rows_by_name() -> None:
    assert len(states.BY_NAME) == len(TRANSITIONS)


def test_a_clock_that_some_row_starts_is_stopped_by_some_row() -> None:
    started = {kind for row in TRANSITIONS for kind in row.starts}
    stopped = {kind for row in TRANSITIONS for kind in row.stops}
    assert started <= stopped


def test_whatever_a_row_pauses_another_row_out_of_its_state_resumes() -> None:
    for row in TRANSITIONS:
        for kind in row.pauses:
            out = [r for r in rows(row.machine) if row.to in r.from_]
            going_on = [r for r in out if kind not in r.stops]
            assert going_on
            assert all(kind in r.resumes for r in going_on), row.name


def test_an_end_of_a_case_has_no_way_out() -> None:
    for row in rows(Machine.CASE):
        assert not ENDS & set(row.from_), row.name


def test_every_state_with_work_left_has_a_way_out() -> None:
    reached = {row.to for row in rows(Machine.CASE)} - ENDS
    for state in reached:
        assert any(state in row.from_ for row in rows(Machine.CASE)), state


def test_only_the_author_or_an_agent_with_their_code_withdraws() -> None:
    assert set(states.BY_NAME["withdraw"].roles) == {AUTHOR, *AGENT_ROLES}


def test_only_the_author_rates_and_others_write_down_the_authors_words() -> None:
    assert set(states.BY_NAME["evaluate"].roles) - AGENT_ROLES == {AUTHOR, Role.INTAKE_CLERK}


def test_the_public_groups_are_those_of_the_process_and_hide_what_is_never_shown() -> None:
    shown = {
        "awaiting": {"accepted", "dispatched"},
        "in_progress": {"handling", "reply_review", "rectifying", "reopened"},
        "done": {"answered", "closed", "archived"},
    }
    for state in Case.values:
        expected = next((g for g, members in shown.items() if state in members), "")
        assert states.public_group(state) == expected, state


MACHINES = st.sampled_from(list(CHOICES))


@checking(deadline=None, max_examples=300)
@given(MACHINES, st.lists(st.integers(0, 999), max_size=40))
def test_a_random_walk_never_leaves_the_declared_states(
    machine: Machine, choice: list[int]
) -> None:
    state, ended = str(FIRST[machine]), False
    known = set(CHOICES[machine].values)
    for number in choice:
        open_rows = [row for row in rows(machine) if state in row.from_]
        if not open_rows:
            break
        assert not ended, "something moved a case that had ended"
        row = open_rows[number % len(open_rows)]
        assert states.find(row.name, state) is row
        state = str(row.to)
        assert state in known
        ended = machine == Machine.CASE and state in ENDS


@checking(deadline=None, max_examples=100)
@given(MACHINES, st.sampled_from(sorted(ACTORS)), st.data())
def test_a_role_is_offered_exactly_the_rows_that_name_it(
    machine: Machine, role: str, data: st.DataObject
) -> None:
    state = data.draw(st.sampled_from(CHOICES[machine].values))
    offered = {row.name for row in states.leaving(machine, state, [role])}
    expected = {r.name for r in rows(machine) if state in r.from_ and role in map(str, r.roles)}
    assert offered == expected


def target(machine: Machine, state: str) -> Suggestion | Assignment | Adoption:
    """Something in this state that was never stored: a refusal must come before the database is asked."""
    if machine == Machine.ASSIGNMENT:
        return Assignment(status=state)
    if machine == Machine.ADOPTION:
        return Adoption(status=state)
    field = {
        Machine.CASE: "status",
        Machine.PUBLICATION: "publication",
        Machine.EVALUATION: "evaluation_state",
    }
    return Suggestion(**{field[machine]: state})


def attempt(row: Transition, state: str, role: str, reason: str = "理由") -> None:
    """Try a row on something in this state."""
    actor = Actor(role)
    if row.machine in RECORDS:
        records.move(
            RECORDS[row.machine](status=state), row.name, actor=actor, at=MONDAY, reason=reason
        )
    else:
        transitions.apply(
            target(row.machine, state), row.name, actor=actor, at=MONDAY, reason=reason
        )


def others(wanted: Iterable[Any], everything: Iterable[Any]) -> list[str]:
    used = set(map(str, wanted))
    return [str(value) for value in everything if str(value) not in used]


@pytest.mark.parametrize("row", TRANSITIONS, ids=by_name)
def test_a_row_is_refused_from_every_state_it_does_not_name(row: Transition) -> None:
    for state in others(row.from_, CHOICES[row.machine].values):
        with pytest.raises(WrongState):
            attempt(row, state, str(row.roles[0]))


@pytest.mark.parametrize("row", TRANSITIONS, ids=by_name)
def test_a_row_is_refused_to_every_role_it_does_not_name(row: Transition) -> None:
    for role in others(row.roles, ACTORS):
        with pytest.raises(NotAllowed):
            attempt(row, row.from_[0], role)


@pytest.mark.parametrize("row", [r for r in TRANSITIONS if r.reason_required], ids=by_name)
def test_a_row_that_needs_a_reason_is_refused_without_one(row: Transition) -> None:
    with pytest.raises(DomainError, match="理由"):
        attempt(row, row.from_[0], str(row.roles[0]), reason=" \n")


@pytest.mark.django_db
def test_a_withdrawn_case_stays_withdrawn_whoever_tries_whatever() -> None:
    city = w.make_world()
    item = w.submit(city).suggestion
    withdrawing.withdraw(suggestion=item, reason="", actor=Actor.author(), at=MONDAY)
    events = CaseEvent.objects.count()
    for row in rows(Machine.CASE):
        for role in ACTORS:
            with pytest.raises(DomainError):
                transitions.apply(item, row.name, actor=Actor(role), at=MONDAY, reason="理由")
    item.refresh_from_db()
    assert item.status == Case.WITHDRAWN
    assert CaseEvent.objects.count() == events


def test_the_table_in_the_documents_is_up_to_date() -> None:
    page = settings.BASE_DIR / "docs" / "states.md"
    assert page.read_text(encoding="utf-8") == render(), "run: manage.py states_doc"


def test_the_document_names_every_row_and_every_state() -> None:
    text = render()
    for row in TRANSITIONS:
        assert f"| `{row.name}` {row.label} |" in text
    for choices in CHOICES.values():
        assert all(f"`{state}`" in text for state in choices.values)
