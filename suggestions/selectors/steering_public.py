"""What the public may read of receptions, sponsorships and questionings: released words and counts, no persons.

Every function here returns plain values built from public fields alone, so that a page cannot show more by mistake
(process.md 6.1 to 6.4, 9.2). Leaders' names and posts are published by law (XF 18).
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from django.db.models import Avg, Count, F, Prefetch, Q, QuerySet

from suggestions.models import (
    Jurisdiction,
    QaPromise,
    QaQuestion,
    QaSession,
    ReceptionSlot,
    Sponsorship,
    Topic,
)
from suggestions.states.qa_session import QaSession as SessionState
from suggestions.states.reception import Reception as SlotState
from suggestions.states.sponsorship import Sponsorship as SponsorState

SHOWN_SPONSORSHIPS = (
    SponsorState.OPEN, SponsorState.PLAN, SponsorState.WORKING, SponsorState.RESOLVED,
)  # fmt: skip


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
    label: str
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
    carried_out: int | None
    topics: tuple[str, ...]
    level_code: str = ""
    kind_code: str = ""

    def is_open_on(self, day: date) -> bool:
        """Whether a place can be booked on a day: published, within the booking days, not full."""
        within = self.booking_opens_on <= day <= self.booking_closes_on
        return self.status == SlotState.PUBLISHED and within and self.places_left > 0


def receptions(*, jurisdiction: Jurisdiction, since: date, until: date) -> list[PublicSlot]:
    """The published schedule between two days. Two queries."""
    return _slots(ReceptionSlot.objects.filter(jurisdiction=jurisdiction, on__gte=since, on__lte=until))  # fmt: skip


def reception_rows() -> "QuerySet[ReceptionSlot]":
    """All receptions with a page."""
    return ReceptionSlot.objects.exclude(published_at=None)


def reception(*, pk: int) -> PublicSlot | None:
    """One published reception. Two queries."""
    return next(iter(_slots(ReceptionSlot.objects.filter(pk=pk))), None)


def _slots(rows: "QuerySet[ReceptionSlot]") -> list[PublicSlot]:
    slots = (
        # Said here: counting drops the order of the model.
        rows.exclude(published_at=None)
        .order_by("on", "starts", "pk")
        .select_related("record")
        .annotate(
            taken=Count("bookings", filter=Q(bookings__cancelled_at=None), distinct=True),
            decided=Count("record__decisions", distinct=True),
            finished=Count(
                "record__decisions",
                filter=Q(record__decisions__done_on__isnull=False),
                distinct=True,
            ),
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
                status=slot.status, label=str(slot.get_status_display()), how_to_book=slot.how_to_book,
                booking_opens_on=slot.booking_opens_on, booking_closes_on=slot.booking_closes_on,
                places_left=max(slot.capacity - slot.taken, 0), moved_from=slot.moved_from,
                substitute=f"{slot.substitute_post} {slot.substitute_name}".strip(),
                substitute_reason=slot.substitute_reason, cancel_reason=slot.cancel_reason,
                is_short_notice=slot.is_short_notice, received=record.received if record else None,
                people=record.people if record else None, decisions=slot.decided if record else None,
                carried_out=slot.finished if record else None,
                topics=tuple(names.get(c, c) for c in record.topics) if record else (),
                level_code=slot.level, kind_code=slot.kind,
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
    label: str
    target_on: date | None
    resolved_on: date | None
    steps: int
    steps_done: int
    result: str
    late: bool


def sponsorships(*, jurisdiction: Jurisdiction, today: date) -> list[PublicSponsorship]:
    """The published overview (S0): matter in neutral words, leader's post, unit, status, dates, steps. One query."""
    rows = (
        Sponsorship.objects.filter(jurisdiction=jurisdiction, status__in=SHOWN_SPONSORSHIPS)
        .select_related("unit")
        .annotate(steps=Count("milestones"), reached=Count("milestones__done_on"))
        .order_by("-resolved_on", "-pk")
    )
    return [
        PublicSponsorship(
            pk=s.pk, matter=s.public_matter, leader_post=s.leader_post, unit=s.unit.short_name if s.unit else "",
            status=s.status, label=str(s.get_status_display()), target_on=s.target_on, resolved_on=s.resolved_on,
            steps=s.steps, steps_done=s.reached,
            result=s.public_result if s.status == SponsorState.RESOLVED else "",
            late=s.status != SponsorState.RESOLVED and s.target_on is not None and s.target_on < today,
        )
        for s in rows
    ]  # fmt: skip


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
    label: str = ""


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


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A session as the list shows it: how many released questions, and of their promises how many were kept or missed."""

    session: QaSession
    units: tuple[str, ...]
    questions: int
    promises: int
    kept: int
    missed: int


def sessions(*, jurisdiction: Jurisdiction, today: date) -> list[SessionRow]:
    """Sessions that are public, newest first. Three queries."""
    shown = Q(questions__state=QaQuestion.State.SHOWN)
    rows = (
        QaSession.objects.filter(jurisdiction=jurisdiction)
        .exclude(status=SessionState.PLANNED)
        .defer("background", "report")
        .annotate(asked=Count("questions", filter=shown, distinct=True))
        .prefetch_related("units")
        .order_by("-opens_on", "-pk")
    )
    tally: dict[int, Counter[str]] = {}
    promises = QaPromise.objects.filter(question__session__jurisdiction=jurisdiction, question__state=QaQuestion.State.SHOWN)  # fmt: skip
    for promise in promises.annotate(about=F("question__session")).only("kept_on", "promised_on"):
        tally.setdefault(promise.about, Counter())[str(promise.state_on(today))] += 1
    return [
        SessionRow(
            s, tuple(u.short_name for u in s.units.all()), s.asked, sum(tally.get(s.pk, Counter()).values()),
            tally.get(s.pk, Counter())["kept"], tally.get(s.pk, Counter())["missed"],
        )
        for s in rows
    ]  # fmt: skip


def session_keys() -> list[int]:
    """Keys of all sessions with a page. One query."""
    rows = QaSession.objects.exclude(status=SessionState.PLANNED).order_by("pk")
    return list(rows.values_list("pk", flat=True))


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
        label=str(held.state_on(today).label),
    )  # fmt: skip
