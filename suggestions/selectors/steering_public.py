"""What the public may read of receptions, sponsorships, hearings and questionings: released words and counts, no persons.

Every function here returns plain values built from public fields alone, so that a page cannot show more by mistake
(process.md 6.1 to 6.4, 9.2). Leaders' names and posts are published by law (XF 18).
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from django.db.models import Avg, Count, Prefetch, Q

from suggestions.models import (
    Hearing,
    HearingOpinion,
    Jurisdiction,
    Participant,
    QaPromise,
    QaQuestion,
    QaSession,
    ReceptionSlot,
    Sponsorship,
    Topic,
)
from suggestions.states.hearing import Hearing as HearingState
from suggestions.states.qa_session import QaSession as SessionState
from suggestions.states.reception import Reception as SlotState
from suggestions.states.sponsorship import Sponsorship as SponsorState

SHOWN_SPONSORSHIPS = (
    SponsorState.OPEN, SponsorState.PLAN, SponsorState.WORKING, SponsorState.RESOLVED,
)  # fmt: skip
ANNOUNCED = tuple(s for s in HearingState if s != HearingState.PLANNED)
LISTED = (HearingState.CONFIRMED, HearingState.HELD, HearingState.RECORD_SIGNED, HearingState.PUBLISHED)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PublicSlot:
    """One reception as the schedule shows it; counts only after they were published."""

    pk: int
    on: date
    starts: time
    ends: time
    place: str
    leader_name: str
    leader_post: str
    field: str
    level: str
    kind: str
    status: str
    how_to_book: str
    booking_opens_on: date
    booking_closes_on: date
    places_left: int
    moved_from: date | None
    substitute: str
    substitute_reason: str
    cancel_reason: str
    is_short_notice: bool
    received: int | None
    people: int | None
    decisions: int | None
    topics: tuple[str, ...]


def receptions(*, jurisdiction: Jurisdiction, since: date, until: date) -> list[PublicSlot]:
    """The published schedule between two days. Three queries."""
    slots = (
        ReceptionSlot.objects.filter(jurisdiction=jurisdiction, on__gte=since, on__lte=until)
        .exclude(published_at=None)
        .select_related("record")
        .annotate(
            taken=Count("bookings", filter=Q(bookings__cancelled_at=None), distinct=True),
            decided=Count("record__decisions", distinct=True),
        )
    )
    names = dict(Topic.objects.values_list("code", "name"))
    shown = []
    for slot in slots:
        counted = slot.status == SlotState.COUNTED
        record = slot.record if counted else None
        shown.append(
            PublicSlot(
                pk=slot.pk, on=slot.on, starts=slot.starts, ends=slot.ends, place=slot.place,
                leader_name=slot.leader_name, leader_post=slot.leader_post, field=slot.field,
                level=str(slot.get_level_display()), kind=str(slot.get_kind_display()),
                status=str(slot.get_status_display()), how_to_book=slot.how_to_book,
                booking_opens_on=slot.booking_opens_on, booking_closes_on=slot.booking_closes_on,
                places_left=max(slot.capacity - slot.taken, 0), moved_from=slot.moved_from,
                substitute=f"{slot.substitute_post} {slot.substitute_name}".strip(),
                substitute_reason=slot.substitute_reason, cancel_reason=slot.cancel_reason,
                is_short_notice=slot.is_short_notice, received=record.received if record else None,
                people=record.people if record else None, decisions=slot.decided if record else None,
                topics=tuple(names.get(c, c) for c in record.topics) if record else (),
            )
        )  # fmt: skip
    return shown


@dataclass(frozen=True, slots=True)
class PublicSponsorship:
    """A sponsored matter in neutral words."""

    pk: int
    matter: str
    leader_post: str
    unit: str
    status: str
    target_on: date | None
    result: str
    late: bool


def sponsorships(*, jurisdiction: Jurisdiction, today: date) -> list[PublicSponsorship]:
    """The published overview (S0): matter in neutral words, leader's post, unit, status. One query."""
    rows = Sponsorship.objects.filter(
        jurisdiction=jurisdiction, status__in=SHOWN_SPONSORSHIPS
    ).select_related("unit")
    return [
        PublicSponsorship(
            pk=s.pk, matter=s.public_matter, leader_post=s.leader_post, unit=s.unit.short_name if s.unit else "",
            status=str(s.get_status_display()), target_on=s.target_on,
            result=s.public_result if s.status == SponsorState.RESOLVED else "",
            late=s.status != SponsorState.RESOLVED and s.target_on is not None and s.target_on < today,
        )
        for s in rows
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class PublicHearing:
    """A hearing as its page shows it. Case numbers only of items whose own page is public."""

    hearing: Hearing
    sides: tuple[tuple[str, int], ...]
    selection: str
    participants: tuple[tuple[str, str], ...]
    record: str
    conclusion: str
    opinions: tuple[tuple[str, str, str, str], ...]
    case_numbers: tuple[str, ...]


def hearings(*, jurisdiction: Jurisdiction) -> list[Hearing]:
    """Announced hearings, the nearest first; read only the fields that PublicHearing and this list's template name."""
    shown = (
        "topic",
        "on",
        "starts",
        "place",
        "status",
        "enrol_from",
        "enrol_until",
        "kind",
        "is_closed",
    )
    return list(
        Hearing.objects.filter(jurisdiction=jurisdiction, status__in=ANNOUNCED)
        .only(*shown)
        .order_by("-on", "-pk")
    )


def hearing(*, pk: int) -> PublicHearing | None:
    """One announced hearing; a closed one shows its conclusion, never its record. Four queries."""
    people = Participant.objects.filter(is_chosen=True).order_by("side", "pk")
    heard = HearingOpinion.objects.exclude(treatment="").order_by("pk")
    found = (
        Hearing.objects.filter(pk=pk, status__in=ANNOUNCED)
        .defer("record", "papers")
        .prefetch_related(Prefetch("participants", queryset=people), Prefetch("opinions", queryset=heard), "cases")
        .first()
    )  # fmt: skip
    if found is None:
        return None
    published = found.status == HearingState.PUBLISHED
    listed = found.status in LISTED
    return PublicHearing(
        hearing=found,
        sides=tuple((str(s["name"]), int(s["seats"])) for s in found.sides),
        selection=str(found.get_selection_display()),
        participants=tuple((p.side, p.public_label) for p in found.participants.all()) if listed else (),
        record=found.public_record if published and not found.is_closed else "",
        conclusion=found.conclusion if published else "",
        opinions=tuple(
            (o.side, o.public_text, str(o.get_treatment_display()), o.why) for o in found.opinions.all()
        )
        if published
        else (),
        case_numbers=tuple(c.case_no for c in found.cases.all() if c.is_public),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class PublicPromise:
    """One promise of the follow-up list."""

    unit: str
    measure: str
    due_on: date
    first_due_on: date
    moved_reason: str
    state: str
    kept_on: date | None
    proof: str


@dataclass(frozen=True, slots=True)
class PublicQuestion:
    """A released question with its answer, its promises and how many rated it."""

    pk: int
    unit: str
    source: str
    text: str
    answer: str
    promises: tuple[PublicPromise, ...]
    ratings: int
    average: float | None


@dataclass(frozen=True, slots=True)
class PublicSession:
    """A session as its page shows it. `promise_counts` counts by state; `ratings` and `average` are of the report."""

    session: QaSession
    units: tuple[str, ...]
    questions: tuple[PublicQuestion, ...]
    promise_counts: dict[str, int]
    ratings: int
    average: float | None


def sessions(*, jurisdiction: Jurisdiction) -> list[QaSession]:
    """Sessions that are public, newest first."""
    return list(
        QaSession.objects.filter(jurisdiction=jurisdiction)
        .exclude(status=SessionState.PLANNED)
        .order_by("-opens_on", "-pk")
    )


def session(*, pk: int, today: date) -> PublicSession | None:
    """One session with its released questions and the follow-up list. Five queries."""
    questions = (
        QaQuestion.objects.filter(state=QaQuestion.State.SHOWN)
        .select_related("unit")
        .prefetch_related(Prefetch("promises", queryset=QaPromise.objects.select_related("unit")))
        .annotate(n=Count("ratings"), mean=Avg("ratings__score"))
        .defer("text", "answer", "contact")
        .order_by("pk")
    )
    found = (
        QaSession.objects.filter(pk=pk)
        .exclude(status=SessionState.PLANNED)
        .prefetch_related("units", Prefetch("questions", queryset=questions))
        .annotate(
            n=Count("ratings", filter=Q(ratings__question=None)),
            mean=Avg("ratings__score", filter=Q(ratings__question=None)),
        )
        .first()
    )
    if found is None:
        return None
    shown, counts = [], Counter[str]()
    for q in found.questions.all():
        promises = tuple(_promise(p, today) for p in q.promises.all())
        counts.update(p.state for p in promises)
        shown.append(
            PublicQuestion(
                pk=q.pk, unit=q.unit.short_name if q.unit else "", source=str(q.get_source_display()),
                text=q.public_text, answer=q.public_answer, promises=promises, ratings=_n(q), average=_mean(q),
            )
        )  # fmt: skip
    return PublicSession(
        session=found, units=tuple(u.short_name for u in found.units.all()), questions=tuple(shown),
        promise_counts=dict(counts), ratings=_n(found), average=_mean(found),
    )  # fmt: skip


def _n(held: Any) -> int:
    """The annotated number of ratings."""
    return int(held.n)


def _mean(held: Any) -> float | None:
    """The annotated average; None without ratings."""
    return None if held.mean is None else float(held.mean)


def _promise(held: QaPromise, today: date) -> PublicPromise:
    return PublicPromise(
        unit=held.unit.short_name, measure=held.measure, due_on=held.promised_on, first_due_on=held.first_promised_on,
        moved_reason=held.moved_reason, state=str(held.state_on(today)), kept_on=held.kept_on, proof=held.proof,
    )  # fmt: skip
