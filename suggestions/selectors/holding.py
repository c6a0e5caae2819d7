"""Who held an item how long (process.md 4.2: "a separate blame clock per holder"). Read from the events, never kept."""

from dataclasses import dataclass
from datetime import datetime

from suggestions.clock import local_date, working_days_between
from suggestions.models import CaseEvent, Suggestion
from suggestions.services import clocks
from suggestions.states import Machine

OFFICE, UNIT, AUTHOR = "office", "unit", "author"


@dataclass(frozen=True, slots=True)
class Span:
    """One holder's time. `until` is None while it lasts; working days count up to the given moment. `disputed`: a
    return was being decided.
    """

    kind: str
    holder: str
    since: datetime
    until: datetime | None
    working_days: int
    disputed: bool = False


_TO_OFFICE = frozenset(
    {"register", "supplement", "supplement_expired", "accept", "take_back", "submit_reply", "unmerge", "unmerge_accepted"}
)  # fmt: skip
_TO_UNIT = frozenset(
    {"dispatch", "designate", "reassign", "send_back", "rectify", "reopen", "resume_handling"}
)
_ENDS = frozenset(
    {
        "pass_reply",
        "answer_in_report",
        "redirect",
        "refuse",
        "merge",
        "join_earlier",
        "withdraw",
        "close",
        "archive",
    }
)


def spans(suggestion: Suggestion, *, at: datetime) -> list[Span]:
    """The item's way from hand to hand up to `at`, oldest first. One query, whatever happened.

    While a unit's objection is decided the office holds the item; if it is rejected the unit holds it again.
    """
    office = suggestion.jurisdiction.office_name
    turns: list[tuple[datetime, str, str, bool]] = []
    unit = ""
    events = CaseEvent.objects.filter(
        suggestion=suggestion, machine__in=(Machine.CASE, Machine.ASSIGNMENT)
    ).order_by("seq")
    for name, moment, data in events.values_list("name", "at", "data"):
        if name in ("dispatch", "designate", "reassign"):
            unit = str(data.get("lead", ""))
        if name in _TO_OFFICE:
            turns.append((moment, OFFICE, office, False))
        elif name in _TO_UNIT:
            turns.append((moment, UNIT, unit, False))
        elif name == "request_supplement":
            turns.append((moment, AUTHOR, "建议人", False))
        elif name == "object" and data.get("unit") == unit:
            turns.append((moment, OFFICE, office, True))
        elif name == "reject_objection" and data.get("unit") == unit:
            turns.append((moment, UNIT, unit, False))
        elif name in _ENDS:
            turns.append((moment, "", "", False))
    return _join(turns, at)


def days_by_holder(suggestion: Suggestion, *, at: datetime) -> dict[str, int]:
    """Working days in sum for each holder, in the order they first held the item."""
    total: dict[str, int] = {}
    for span in spans(suggestion, at=at):
        total[span.holder] = total.get(span.holder, 0) + span.working_days
    return total


def _join(turns: list[tuple[datetime, str, str, bool]], at: datetime) -> list[Span]:
    calendar, found = clocks.workdays(), []
    merged: list[tuple[datetime, str, str, bool]] = []
    for turn in turns:
        if not merged or turn[1:] != merged[-1][1:]:
            merged.append(turn)
    for n, (since, kind, holder, disputed) in enumerate(merged):
        if not kind:
            continue
        until = merged[n + 1][0] if n + 1 < len(merged) else None
        days = working_days_between(local_date(since), local_date(until or at), calendar)
        found.append(Span(kind, holder, since, until, max(days, 0), disputed))
    return found
