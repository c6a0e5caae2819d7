"""What feeds carry: the newest rows of the public lists, cut to a number. The same querysets as the pages, hence the same
rules of who may read what (process.md 9.2); each function costs the same number of queries whatever there is.
"""

from dataclasses import dataclass
from datetime import date, datetime, time

from django.db.models import Exists, F, OuterRef
from django.db.models.functions import Left

from suggestions.clock import SHANGHAI
from suggestions.models import Adoption, Reply, Suggestion
from suggestions.models.suggestion import SuggestionQuerySet
from suggestions.selectors.ledger import DECIDED
from suggestions.selectors.public import OPENING, Filters, narrow, replies_for_lists
from suggestions.states import Adoption as State

NEWEST = 30
"""Entries a feed carries; readers ask again long before a city writes more."""
_SHOWN = (*DECIDED, State.IMPLEMENTED, State.ABANDONED)


def suggestions(filters: Filters, *, limit: int = NEWEST) -> list[Suggestion]:
    """The newest published items that the filters find. Two queries, and one more for a topic."""
    rows = narrow(Suggestion.objects.on_page(), filters).exclude(published_at=None)
    return list(_for_entries(rows).order_by("-published_at", "-pk")[:limit])


def answers(filters: Filters, *, limit: int = NEWEST) -> list[Suggestion]:
    """The newest answered items whose answer is public, adopted and refused alike."""
    # Exists, not a join: DISTINCT over a join sorts every answered item before the first is taken.
    shown = Exists(Reply.objects.filter(suggestion=OuterRef("pk"), is_public=True))
    rows = narrow(Suggestion.objects.on_page().answered(), filters)
    return list(
        _for_entries(rows.exclude(answered_at=None).filter(shown))
        .order_by("-answered_at", "-pk")[:limit]
    )  # fmt: skip


def _for_entries(rows: SuggestionQuerySet) -> SuggestionQuerySet:
    listed = rows.for_list().annotate(opening=Left("public_problem", OPENING))
    return listed.prefetch_related(replies_for_lists())


@dataclass(frozen=True, slots=True)
class Result:
    """One public row of the ledger. `case_no` is "" when the suggestion's own page is not public; `changed_at` is the
    moment of the last thing that happened to it: done, given up or decided.
    """

    pk: int
    measure: str
    detail: str
    unit: str
    unit_code: str
    status: str
    label: str
    due_on: date | None
    done_on: date | None
    decided_at: datetime
    changed_at: datetime
    case_no: str


def results(*, limit: int = NEWEST) -> list[Result]:
    """What was decided or done last, newest first. Two queries: by the decision and by the day it was done."""
    rows = Adoption.objects.filter(is_public=True, status__in=_SHOWN).select_related(
        "unit", "suggestion"
    )
    decided = rows.order_by(F("decided_at").desc(nulls_last=True), "-pk")[:limit]
    done = rows.exclude(done_on=None).order_by("-done_on", "-pk")[:limit]
    found = {row.pk: _result(row) for row in (*decided, *done)}
    return sorted(found.values(), key=lambda r: (r.changed_at, r.pk), reverse=True)[:limit]


def _result(row: Adoption) -> Result:
    decided = row.decided_at or row.created_at
    done = datetime.combine(row.done_on, time(), SHANGHAI) if row.done_on else decided
    item = row.suggestion
    return Result(
        pk=row.pk, measure=row.measure, detail=row.detail, unit=row.unit.short_name, unit_code=row.unit.code,
        status=row.status, label=str(row.get_status_display()), due_on=row.due_on, done_on=row.done_on,
        decided_at=decided, changed_at=max(decided, done), case_no=item.case_no if item.is_public else "",
    )  # fmt: skip
