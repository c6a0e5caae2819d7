"""What became of adopted suggestions: the public ledger's rows, kept and missed promises alike (process.md 4.8)."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import F

from suggestions.clock import local_date
from suggestions.models import Adoption, Suggestion
from suggestions.states import Adoption as State

_SHOWN = (
    "measure", "detail", "done_on", "due_on", "unit__short_name", "suggestion__case_no", "suggestion__co_sign_count",
    "suggestion__publication", "suggestion__public_group",
)  # fmt: skip
DECIDED = (State.DECIDED_ADOPT, State.DECIDED_PARTIAL, State.IMPLEMENTING)


@dataclass(frozen=True, slots=True)
class Measure:
    """One row: done with its date, or promised for a date. `days_late` is 0 unless the promised day is over."""

    measure: str
    detail: str
    unit: str
    done_on: date | None
    due_on: date | None
    days_late: int
    people: int
    case_no: str

    @property
    def is_done(self) -> bool:
        return self.done_on is not None


def newest_measures(*, at: datetime, limit: int = 4) -> list[Measure]:
    """The latest things done, and among them the promise that is most overdue: bad news has the same size as good.

    Two queries. `case_no` is "" when the suggestion's page is not public; nothing of its text is shown here.
    """
    today = local_date(at)
    rows = (
        Adoption.objects.filter(is_public=True).select_related("suggestion", "unit").only(*_SHOWN)
    )
    late = list(
        rows.filter(status__in=DECIDED, due_on__lt=today, done_on=None).order_by("due_on", "pk")[:1]
    )
    done = list(
        rows.filter(status=State.IMPLEMENTED)
        .exclude(done_on=None)
        .order_by("-done_on", "-pk")[: limit - len(late)]
    )
    if len(done) + len(late) < limit:
        coming = rows.filter(status__in=DECIDED, done_on=None).exclude(pk__in=[r.pk for r in late])
        done += list(
            coming.order_by(F("due_on").asc(nulls_last=True), "pk")[: limit - len(late) - len(done)]
        )
    return [_measure(row, today) for row in done + late]


def _measure(row: Adoption, today: date) -> Measure:
    item: Suggestion = row.suggestion
    overdue = row.done_on is None and row.due_on is not None and row.due_on < today
    return Measure(
        measure=row.measure,
        detail=row.detail,
        unit=row.unit.short_name,
        done_on=row.done_on,
        due_on=row.due_on,
        days_late=(today - row.due_on).days if overdue and row.due_on else 0,
        people=1 + item.co_sign_count,
        case_no=item.case_no if item.is_public else "",
    )
