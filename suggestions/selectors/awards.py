"""What the public reads of award rounds: the shown list, how to object, the announced results (process.md 4.8; SH 16).

A list of suggestions, never of people: no points, no ranking beside the prize itself, and a name only while its owner's
consent to just that is in force (PIPL 25; process.md section 12). Between the end of the shown period and the decision
only the notice stands, without the list.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, F, OuterRef, Prefetch, QuerySet
from django.http import Http404

from suggestions.clock import local_date
from suggestions.insight import redaction
from suggestions.models import AwardLevel, AwardRound, Consent, Erasure, Nomination, RecordEvent
from suggestions.states.award import AwardState, RoundState

LISTED = 30
"""Rounds a page and a feed go back: a round a year makes that a generation."""
UNRELEASED = "一件没有公开的建议"
_DECIDED = (RoundState.APPROVED, RoundState.FINISHED)
_WON = (AwardState.APPROVED, AwardState.NOTIFIED, AwardState.PAID)
_TURNS = ("start_publicity", "approve_round", "cancel_round")


@dataclass(frozen=True, slots=True)
class Entry:
    """One suggestion on a list. `name` is "" without consent.

    Where its own page is not public, or is no more, nothing of its words stands here: `case_no` and `merits` are "", and
    the title says so. What officers masked for the jury was released to nobody else (invariant 5; PIPL 25).
    """

    title: str
    merits: str
    unit: str
    name: str
    case_no: str


@dataclass(frozen=True, slots=True)
class Prize:
    """One level with what was put in it, earliest suggestion first."""

    name: str
    amount: int
    entries: list[Entry]


@dataclass(frozen=True, slots=True)
class PublicRound:
    """A round as the public sees it at one moment. `state` is shown, waiting, announced or cancelled."""

    pk: int
    title: str
    state: str
    rules_text: str
    cycle_from: date
    cycle_to: date
    shown_from: date
    shown_until: date
    decided_on: date | None
    changed_at: datetime
    phone: str
    address: str
    office: str
    count: int = 0
    prizes: list[Prize] = field(default_factory=list)

    @property
    def label(self) -> str:
        return {
            "shown": "公示中", "waiting": "公示结束，等待批准", "announced": "已公布结果", "cancelled": "已取消",
        }[self.state]  # fmt: skip


def _rounds() -> "QuerySet[AwardRound]":
    """Rounds whose list was shown at some time; one that was called off before is nobody's business outside."""
    return AwardRound.objects.exclude(shown_from=None).select_related("jurisdiction")


def rounds(*, at: datetime) -> list[PublicRound]:
    """All public rounds with the list of each that shows one, newest first. Four queries."""
    return _build(_rounds().order_by("-shown_from", "-pk")[:LISTED], at)


def load(pk: int, *, at: datetime) -> PublicRound:
    """One public round, or Http404."""
    found = _build(_rounds().filter(pk=pk), at)
    if not found:
        raise Http404("没有这次公开的评选。")
    return found[0]


def _build(rows: "QuerySet[AwardRound]", at: datetime) -> list[PublicRound]:
    listed = Nomination.objects.filter(
        status__in=(AwardState.PUBLICITY_PERIOD, *_WON)
    ).exclude(Exists(Erasure.objects.filter(suggestion=OuterRef("suggestion"))))  # fmt: skip
    agreed = Consent.objects.filter(
        suggestion=OuterRef("suggestion"), kind=Consent.Kind.AWARD_NAME, withdrawn_at=None
    )
    listed = (
        listed.select_related("suggestion", "suggestion__lead_unit")
        .only(
            "round", "level", "status", "merits", "public_name", "suggestion__case_no",
            "suggestion__public_title", "suggestion__publication", "suggestion__public_group",
            "suggestion__lead_unit__short_name",
        )
        .annotate(agreed=Exists(agreed), age_band=F("suggestion__author__age_band"))
        .order_by("suggestion__received_at", "pk")
    )  # fmt: skip
    held = list(
        rows.prefetch_related(
            Prefetch("levels", AwardLevel.objects.order_by("rank")),
            Prefetch("nominations", listed, to_attr="listed"),
        )
    )
    turns: dict[int, dict[str, datetime]] = {}
    events = RecordEvent.objects.filter(
        machine=AwardRound.machine, record_id__in=[r.pk for r in held], name__in=_TURNS
    )
    for record_id, name, moment in events.values_list("record_id", "name", "at"):
        turns.setdefault(record_id, {})[name] = moment
    return [_round(row, turns.get(row.pk, {}), at) for row in held]


def _state(row: AwardRound, at: datetime) -> str:
    if row.status == RoundState.CANCELLED:
        return "cancelled"
    if row.status in _DECIDED:
        return "announced"
    assert row.shown_until is not None
    return "shown" if local_date(at) <= row.shown_until else "waiting"


def _round(row: Any, turns: dict[str, datetime], at: datetime) -> PublicRound:
    state = _state(row, at)
    decided = turns.get("approve_round")
    prizes = []
    if state in ("shown", "announced"):
        wanted = (AwardState.PUBLICITY_PERIOD,) if state == "shown" else _WON
        for level in row.levels.all():
            entries = [
                _entry(n) for n in row.listed if n.level_id == level.pk and n.status in wanted
            ]
            if entries:
                prizes.append(Prize(level.name, level.amount, entries))
    office = row.jurisdiction
    return PublicRound(
        pk=row.pk, title=row.title, state=state, rules_text=row.rules_text, cycle_from=row.cycle_from,
        cycle_to=row.cycle_to, shown_from=row.shown_from, shown_until=row.shown_until,
        decided_on=local_date(decided) if decided else None, changed_at=max(turns.values(), default=row.created_at),
        phone=office.phone, address=office.address, office=office.office_name,
        count=sum(len(p.entries) for p in prizes), prizes=prizes,
    )  # fmt: skip


def _entry(n: Any) -> Entry:
    item = n.suggestion
    named = n.agreed and not n.age_band and n.status != AwardState.PUBLICITY_PERIOD
    return Entry(
        title=item.public_title if item.is_public else UNRELEASED,
        merits=redaction.mask(n.merits, redaction.find_spans(n.merits)) if item.is_public else "",
        unit=item.lead_unit.short_name if item.lead_unit else "",
        name=n.public_name if named else "",
        case_no=item.case_no if item.is_public else "",
    )
