"""What the pages of units read: who does what, how much waits, what was answered, and what was promised."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.core.cache import cache
from django.db.models import Count, Q
from django.http import Http404

from suggestions import content
from suggestions.clock import local_date
from suggestions.models import Reply, Suggestion, Unit
from suggestions.selectors.public import replies_for_lists
from suggestions.selectors.workload import AT_RISK_WORKING_DAYS, horizon
from suggestions.services import clocks
from suggestions.states import ON_PAGE, WITH_UNITS
from suggestions.states import Adoption as AdoptionState
from suggestions.states import Commitment as CommitmentState

YEAR = timedelta(days=365)
KEPT_SECONDS = 300
RECENT = 5
PROMISES = 8


@dataclass(frozen=True, slots=True)
class Workload:
    """What lies with a unit as lead, published or not: open, due within two working days, late; answered in 12 months."""

    open: int = 0
    soon: int = 0
    late: int = 0
    answered: int = 0


@dataclass(frozen=True, slots=True)
class Promise:
    """A dated promise of a public reply. `days_late` counts from the promised day until today while nothing says it
    was kept; `done_on` comes from the promise's own record, or from the ledger of measures that grew out of it.
    """

    item: Suggestion
    words: str
    due_on: date
    done_on: date | None
    days_late: int


@dataclass(frozen=True, slots=True)
class Promises:
    """Late ones first, then those to come, then those kept; the counts are of all, the list of PROMISES."""

    listed: list[Promise]
    total: int
    kept: int
    coming: int
    late: int


def active() -> list[Unit]:
    """All units in use, the collection office first, then by the order of the tree. One query."""
    return list(
        Unit.objects.filter(is_active=True)
        .select_related("jurisdiction")
        .order_by("-is_collection_office", "path")
    )


def load(code: str) -> Unit:
    """A unit in use by its code, or Http404."""
    rows = Unit.objects.filter(code=code, is_active=True).select_related("jurisdiction")
    found: Unit | None = rows.first()
    if found is None:
        raise Http404("没有这个单位。")
    return found


def workloads(*, at: datetime) -> dict[int, Workload]:
    """The workload of every unit by key: one grouped query, kept for five minutes or until content changes."""
    today = local_date(at)
    key = f"workloads:{content.version()}:{today}"
    held: dict[int, Workload] | None = cache.get(key)
    if held is None:
        open_, edge = (
            Q(status__in=WITH_UNITS),
            horizon(today, clocks.workdays(), AT_RISK_WORKING_DAYS),
        )
        rows = (
            Suggestion.objects.exclude(lead_unit=None)
            .values("lead_unit_id")
            .annotate(
                open=Count("pk", filter=open_),
                soon=Count("pk", filter=open_ & Q(due_on__gte=today, due_on__lte=edge)),
                late=Count("pk", filter=open_ & Q(due_on__lt=today)),
                answered=Count("pk", filter=Q(answered_at__gte=at - YEAR)),
            )
            .order_by()
        )
        held = {
            row["lead_unit_id"]: Workload(row["open"], row["soon"], row["late"], row["answered"])
            for row in rows
        }
        cache.set(key, held, KEPT_SECONDS)
    return held


def recent_answers(unit: Unit, *, limit: int = RECENT) -> tuple[list[Suggestion], int]:
    """The unit's last published answers and how many there are in all. Three queries."""
    rows = Suggestion.objects.on_page().answered().filter(lead_unit=unit)
    listed = rows.for_list().prefetch_related(replies_for_lists()).order_by("-answered_at", "-pk")
    return list(listed[:limit]), rows.count()


def promises(unit: Unit, *, at: datetime, limit: int = PROMISES) -> Promises:
    """Dated promises in the unit's public replies on published pages. One query.

    A row a promise, not a list that grows with the site: a unit promises tens of things, not thousands.
    """
    today = local_date(at)
    rows = (
        Reply.objects.filter(
            unit=unit, is_public=True, suggestion__publication__in=ON_PAGE
        )
        .exclude(committed_by=None)
        .exclude(suggestion__public_group="")
        .select_related("suggestion__adoption")
        .defer(
            "body", "public_body", "suggestion__original_problem", "suggestion__original_proposal",
            "suggestion__public_problem", "suggestion__public_proposal",
        )
        .order_by("committed_by", "pk")
    )  # fmt: skip
    rows = rows.prefetch_related("commitments")
    held = [p for p in (_promise(reply, today) for reply in rows) if p is not None]
    late = [p for p in held if p.days_late]
    kept = sorted((p for p in held if p.done_on), key=lambda p: p.done_on or today, reverse=True)
    coming = [p for p in held if not p.days_late and not p.done_on]
    return Promises((late + coming + kept)[:limit], len(held), len(kept), len(coming), len(late))


def _promise(reply: Reply, today: date) -> Promise | None:
    """The promise as its own record says; replies from before there were such records go by the ledger of measures.
    None: a later answer took its place and is listed instead.
    """
    item = reply.suggestion
    made = next((c for c in reply.commitments.all() if c.kind == c.Kind.MEASURE), None)
    if made is not None and made.status == CommitmentState.REPLACED:
        return None
    adoption = getattr(item, "adoption", None)
    done_on = None
    if adoption is not None and adoption.is_public and adoption.status == AdoptionState.IMPLEMENTED:
        done_on = adoption.done_on
    assert reply.committed_by is not None
    due_on = made.promised_on if made is not None else reply.committed_by
    done_on = made.kept_on if made is not None and made.kept_on else done_on
    late = (today - due_on).days if done_on is None else 0
    words = made.public_proof if made is not None and done_on else ""
    return Promise(item, words or reply.public_commitment, due_on, done_on, max(late, 0))


def mentions(text: str, units: Iterable[Unit]) -> list[tuple[str, str]]:
    """`text` in pieces (words, code of the unit they name or ""), so that "not ours, theirs" can be a link.

    A unit is known by its full name, its short name, and its full name without the place ("市水务局").
    """
    known: dict[str, str] = {}
    for unit in units:
        place = unit.jurisdiction.name[:-1]
        for name in (unit.name, unit.short_name, unit.name.removeprefix(place)):
            if len(name) > 2:
                known.setdefault(name, unit.code)
    if not known or not text:
        return [(text, "")] if text else []
    pattern = re.compile("|".join(re.escape(n) for n in sorted(known, key=len, reverse=True)))
    pieces: list[tuple[str, str]] = []
    at = 0
    for found in pattern.finditer(text):
        pieces += [(text[at : found.start()], ""), (found[0], known[found[0]])]
        at = found.end()
    return [piece for piece in [*pieces, (text[at:], "")] if piece[0]]
