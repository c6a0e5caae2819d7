"""What must hold at the end of a replayed year, as sentences about what does not (issue: nothing is left unaccounted)."""

from collections import defaultdict
from collections.abc import Iterator

from django.apps import apps
from django.db.models import F, Q

from suggestions.models import Adoption, Assignment, Clock, Record, Suggestion
from suggestions.services import chain
from suggestions.states import OPEN, TRANSITIONS, Case, Machine
from suggestions.states import Evaluation as Rating

_OVER = (Case.REDIRECTED, Case.NOT_ACCEPTED, Case.MERGED, Case.WITHDRAWN, Case.ARCHIVED)
_MOST = 5
_CASE_FIELDS = {
    Machine.CASE: "status",
    Machine.PUBLICATION: "publication",
    Machine.EVALUATION: "evaluation_state",
}


def running_in() -> dict[str, dict[Machine, frozenset[str]]]:
    """Clock kind → machine that starts it → states in which it may run, read off the tables by following their rows."""
    found: dict[str, dict[Machine, frozenset[str]]] = defaultdict(dict)
    kinds = {k for row in TRANSITIONS for k in row.starts}
    for kind in kinds:
        for machine in {row.machine for row in TRANSITIONS if kind in row.starts}:
            rows = [row for row in TRANSITIONS if row.machine == machine]
            held = {str(row.to) for row in rows if kind in row.starts}
            while True:
                more = {
                    str(row.to)
                    for row in rows
                    if kind not in row.stops and held & {str(s) for s in row.from_}
                }
                if more <= held:
                    break
                held |= more
            found[kind][machine] = frozenset(held)
    return found


def all_checks() -> list[str]:
    """Every check; empty when all holds."""
    return [*states(), *clocks(), *chains()]


def states() -> Iterator[str]:
    """Whatever has a state is in a declared one: one that some row of its machine enters or leaves."""
    declared: dict[Machine, set[str]] = defaultdict(set)
    for row in TRANSITIONS:
        declared[row.machine] |= {str(row.to), *(str(s) for s in row.from_)}
    held: list[tuple[Machine, type, str]] = [
        *((m, Suggestion, f) for m, f in _CASE_FIELDS.items()),
        (Machine.ASSIGNMENT, Assignment, "status"),
        (Machine.ADOPTION, Adoption, "status"),
        *((m.machine, m, "status") for m in apps.get_models() if issubclass(m, Record)),
    ]
    for machine, model, field in held:
        rows = model._default_manager.exclude(**{f"{field}__in": declared[machine]})  # type: ignore[attr-defined]
        for pk, state in rows.values_list("pk", field)[:_MOST]:
            yield f"{machine} {pk} is in state {state!r}, which its table does not declare"


def clocks() -> Iterator[str]:
    """Clocks run where the tables let them, stop for a reason, and no open case is without one."""
    stopped = Clock.objects.filter(stopped_at__isnull=False)
    for clock in stopped.filter(Q(stop_reason="") | Q(stopped_at__lt=F("started_at")))[:_MOST]:
        yield f"clock {clock.pk} ({clock.kind}) stopped without a reason, or before it began: {clock.stop_reason!r}"
    allowed = running_in()
    running = Clock.objects.filter(stopped_at=None)
    for kind in running.order_by("kind").values_list("kind", flat=True).distinct():
        for machine, where in allowed.get(kind, {}).items():
            yield from _elsewhere(kind, machine, where, len(allowed[kind]) == 1)
    over = running.filter(suggestion__status__in=_OVER, record_id=None, assignment=None)
    for clock in over.select_related("suggestion").exclude(kind="K19")[: 4 * _MOST]:
        item = clock.suggestion
        assert item is not None
        # Who was merged has an own window to rate the primary's answer (K13).
        rating = clock.kind == "K13" and item.evaluation_state == Rating.INVITED
        if not rating:
            yield f"clock {clock.pk} ({clock.kind}) of case {item.pk} runs though the case is {item.status}"
    due = Suggestion.objects.filter(status__in=OPEN, due_on=None)
    for pk, status in due.values_list("pk", "status")[:_MOST]:
        yield f"case {pk} is {status} and has no date on which somebody owes something"


def _elsewhere(kind: str, machine: Machine, where: frozenset[str], only: bool) -> Iterator[str]:
    running = Clock.objects.filter(stopped_at=None, kind=kind)
    field = _CASE_FIELDS.get(machine)
    if field and only:
        rows = running.exclude(**{f"suggestion__{field}__in": where}).filter(suggestion__isnull=False)  # fmt: skip
        for pk, state in rows.values_list("pk", f"suggestion__{field}")[:_MOST]:
            yield f"clock {pk} ({kind}) runs in state {state}; its rows let it run in {sorted(where)}"  # fmt: skip
    elif machine == Machine.ASSIGNMENT:
        for pk, state in running.filter(assignment__isnull=False).exclude(assignment__status__in=where).values_list("pk", "assignment__status")[:_MOST]:  # fmt: skip
            yield f"clock {pk} ({kind}) of a part runs in state {state}; its rows let it run in {sorted(where)}"
    for model in (m for m in apps.get_models() if issubclass(m, Record) and m.machine == machine):
        ids = model._default_manager.exclude(status__in=where).values("pk")
        for pk in running.filter(record_machine=str(machine), record_id__in=ids).values_list("pk", flat=True)[:_MOST]:  # fmt: skip
            yield f"clock {pk} ({kind}) of a {machine} runs outside {sorted(where)}"


def chains() -> Iterator[str]:
    """The chain of custody, as `verify_chain` reads it."""
    for fault in chain.verify():
        yield f"{fault.where}: {fault.what}"
