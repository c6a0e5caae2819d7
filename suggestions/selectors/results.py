"""The public ledger of /results/: what became of adopted suggestions, by time and by place (process.md 4.8, 7.2).

Only what an office decided to do in its own released words; a suggestion's text appears where its page is public.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.core.cache import cache
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, ExtractYear, TruncDate
from django.http import Http404

from suggestions import content
from suggestions.clock import SHANGHAI, local_date
from suggestions.codes import Outcome
from suggestions.models import Adoption, Suggestion
from suggestions.selectors.adoption import milestone_words
from suggestions.selectors.cursors import beyond
from suggestions.selectors.ledger import DECIDED
from suggestions.states import ON_PAGE, Case, PublicGroup
from suggestions.states import Adoption as State

PAGE_SIZE = 20
FUNNEL_SECONDS = 600
SHOWN = (*DECIDED, State.IMPLEMENTED, State.ABANDONED)
STANDS = ("done", "doing", "late", "dropped")
_CODE = re.compile(r"[A-Za-z0-9_-]{1,40}")
_PLACE = re.compile(r"(\d{4})-(\d{2})-(\d{2})\.(\d{1,18})")


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address of the ledger asks for; unknown values find nothing."""

    stands: str = ""
    unit: str = ""
    district: str = ""
    year: str = ""
    cursor: str = ""

    @classmethod
    def read(cls, query: Mapping[str, str]) -> "Asked":
        def code(name: str) -> str:
            value = query.get(name, "")
            return value if not value or _CODE.fullmatch(value) else "?"

        return cls(
            stands=code("stands"), unit=code("unit"), district=code("district"), year=code("year"),
            cursor=query.get("cursor", "")[:60],
        )  # fmt: skip

    def chosen(self) -> dict[str, str]:
        """The filters in force, without the place in the list."""
        held = {n: getattr(self, n) for n in ("stands", "unit", "district", "year")}
        return {n: v for n, v in held.items() if v}


@dataclass(frozen=True, slots=True)
class Step:
    """A milestone in words. `state` is done, late or ahead."""

    name: str
    words: str
    state: str


@dataclass(frozen=True, slots=True)
class Measure:
    """One row. `stands` is one of STANDS; `title` and `case_no` are "" where the suggestion's page is not public;
    `voices` counts its author, those whose items were merged into it and those who co-signed.
    """

    pk: int
    measure: str
    detail: str
    stands: str
    label: str
    unit: str
    unit_code: str
    district: str
    decided_on: date | None
    due_on: date | None
    done_on: date | None
    days_late: int
    moved_on: date
    title: str
    case_no: str
    voices: int
    steps: list[Step] = field(default_factory=list)
    proofs: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Ledger:
    """One page of it. `next_cursor` is "" at the end."""

    rows: list[Measure]
    total: int
    next_cursor: str
    first_page: bool


@dataclass(frozen=True, slots=True)
class Place:
    """One district's line: how many were decided, and how they stand."""

    code: str
    name: str
    total: int
    done: int
    doing: int
    late: int
    dropped: int


@dataclass(frozen=True, slots=True)
class Funnel:
    """Counts step by step, each with its own base in words: a rate without its base misleads (process.md 7.2)."""

    received: int
    answered: int
    adopted: int
    decided: int
    done: int


def _rows() -> "QuerySet[Adoption]":
    return Adoption.objects.filter(is_public=True, status__in=SHOWN)


def public_rows() -> "QuerySet[Any]":
    """Every row of the ledger with the day it last moved (`moved_on`)."""
    rows: QuerySet[Any] = _narrowed(Asked(), date.max)
    return rows


def _standing(stands: str, today: date) -> Q:
    late = Q(status__in=DECIDED, due_on__lt=today, done_on=None)
    match stands:
        case "done":
            return Q(status=State.IMPLEMENTED)
        case "late":
            return late
        case "doing":
            return Q(status__in=DECIDED) & ~late
        case "dropped":
            return Q(status=State.ABANDONED)
    return Q(pk__in=())


def _narrowed(asked: Asked, today: date) -> Any:
    rows: Any = _rows()
    if asked.stands:
        rows = rows.filter(_standing(asked.stands, today))
    if asked.unit:
        rows = rows.filter(unit__code=asked.unit)
    if asked.district:
        rows = rows.filter(suggestion__district__code=asked.district)
    rows = rows.annotate(
        moved_on=Coalesce("done_on", TruncDate("decided_at", tzinfo=SHANGHAI), TruncDate("created_at", tzinfo=SHANGHAI))
    )  # fmt: skip
    if asked.year:
        known = re.fullmatch(r"(?:19|20|21)[0-9]{2}", asked.year)
        rows = rows.filter(moved_on__year=int(asked.year)) if known else rows.none()
    return rows


def ledger(asked: Asked, *, at: datetime, size: int = PAGE_SIZE) -> Ledger:
    """A page by key, what moved last on top. Five queries on any page."""
    today = local_date(at)
    rows = _narrowed(asked, today)
    total = rows.count()
    place = _PLACE.fullmatch(asked.cursor)
    first = True
    if place:
        try:
            day, pk = date(int(place[1]), int(place[2]), int(place[3])), int(place[4])
        except ValueError:
            pass
        else:
            rows, first = rows.filter(beyond("moved_on", day, pk)), False
    merged = (
        Suggestion.objects.filter(primary=OuterRef("suggestion"), status=Case.MERGED)
        .order_by().values("primary").annotate(n=Count("pk")).values("n")
    )  # fmt: skip
    found = list(
        rows.annotate(merged=Coalesce(Subquery(merged), 0))
        .select_related("unit", "suggestion__district")
        .prefetch_related("milestones", "results")
        .order_by("-moved_on", "-pk")[: size + 1]
    )
    shown = [_measure(row, today) for row in found[:size]]
    last = shown[-1] if len(found) > size else None
    return Ledger(shown, total, f"{last.moved_on:%Y-%m-%d}.{last.pk}" if last else "", first)


def _measure(row: Any, today: date) -> Measure:
    item = row.suggestion
    late = (
        row.status in DECIDED
        and row.done_on is None
        and row.due_on is not None
        and row.due_on < today
    )
    stands = "done" if row.status == State.IMPLEMENTED else "dropped" if row.status == State.ABANDONED else "late" if late else "doing"  # fmt: skip
    return Measure(
        pk=row.pk, measure=row.measure, detail=row.detail, stands=stands, label=str(row.get_status_display()),
        unit=row.unit.short_name, unit_code=row.unit.code, district=item.district.name if item.district else "",
        decided_on=local_date(row.decided_at) if row.decided_at else None, due_on=row.due_on, done_on=row.done_on,
        days_late=(today - row.due_on).days if late and row.due_on else 0, moved_on=row.moved_on,
        title=item.public_title if item.is_public else "", case_no=item.case_no if item.is_public else "",
        voices=1 + item.co_sign_count + row.merged,
        steps=[
            Step(m.name, milestone_words(m, today), "done" if m.done_on else "late" if m.is_late(today) else "ahead")
            for m in row.milestones.all()
        ],
        proofs=[(r.title, r.link) for r in row.results.all()],
    )  # fmt: skip


def places(*, at: datetime) -> list[Place]:
    """The ledger by district, the fullest first; "" stands for the whole city. One query."""
    today = local_date(at)
    counted = {name: Count("pk", filter=_standing(name, today)) for name in STANDS}
    rows: Any = (
        _rows()
        .values("suggestion__district__code", "suggestion__district__name")
        .annotate(total=Count("pk"), **counted)
        .order_by("-total", "suggestion__district__code")
    )
    return [
        Place(
            r["suggestion__district__code"] or "", r["suggestion__district__name"] or "", r["total"], r["done"],
            r["doing"], r["late"], r["dropped"],
        )
        for r in rows
    ]  # fmt: skip


def standings(*, at: datetime) -> dict[str, int]:
    """How many rows stand how, all of them. One query."""
    today = local_date(at)
    return _rows().aggregate(**{n: Count("pk", filter=_standing(n, today)) for n in STANDS})


def years() -> list[tuple[int, int]]:
    """(year, how many moved last in it), newest first. One query."""
    dated = public_rows().annotate(moved_year=ExtractYear("moved_on"))
    rows = dated.values("moved_year").annotate(n=Count("pk")).order_by()
    return sorted(((r["moved_year"], r["n"]) for r in rows), reverse=True)


def units() -> list[tuple[str, str, int]]:
    """(code, name, how many) of units with a row, the fullest first. One query."""
    rows = _rows().values("unit__code", "unit__short_name").annotate(n=Count("pk"))
    found = rows.order_by("-n", "unit__code")
    return [(r["unit__code"], r["unit__short_name"], r["n"]) for r in found]


def funnel() -> Funnel:
    """From everything received to what was done; merged items count as received and not as answered. Two queries, of
    which the first counts all there ever was; kept until content changes, ten minutes at most.
    """
    key = f"results-funnel:{content.version()}"
    held: Funnel | None = cache.get(key)
    if held is None:
        held = _funnel()
        cache.set(key, held, FUNNEL_SECONDS)
    return held


def _funnel() -> Funnel:
    adopted = Q(outcome__in=(Outcome.ADOPTED, Outcome.PARTLY_ADOPTED))
    done = Q(public_group=PublicGroup.DONE) & ~Q(status=Case.MERGED)
    held = Suggestion.objects.exclude(status=Case.DRAFT).aggregate(
        received=Count("pk"), answered=Count("pk", filter=done), adopted=Count("pk", filter=done & adopted)
    )  # fmt: skip
    ledger = _rows().aggregate(decided=Count("pk"), done=Count("pk", filter=Q(status=State.IMPLEMENTED)))  # fmt: skip
    return Funnel(**held, **ledger)


def load(pk: int) -> Adoption:
    """One public row with its suggestion and unit, or Http404."""
    found = _rows().filter(pk=pk).select_related("suggestion__district", "unit").first()
    if found is None:
        raise Http404("没有这一项公开的成果。")
    return found


def origins(adoption: Adoption) -> tuple[list[Suggestion], int]:
    """The public suggestions it came from, its own first, and how many more were merged into it without a public page."""
    rows = Suggestion.objects.filter(
        Q(pk=adoption.suggestion_id) | Q(primary=adoption.suggestion_id, status=Case.MERGED)
    )
    public = Q(publication__in=ON_PAGE) & ~Q(public_group="")
    shown = list(rows.filter(public).order_by(F("primary").asc(nulls_first=True), "received_at")[:20])  # fmt: skip
    return shown, rows.count() - len(shown)


def honours(year: int) -> list[Measure]:
    """What was done in a year because somebody suggested it, by day. Three queries."""
    at = datetime(year, 12, 31, tzinfo=SHANGHAI)
    return [
        m
        for m in ledger(Asked(stands="done", year=str(year)), at=at, size=500).rows
        if m.done_on and m.done_on.year == year
    ]
