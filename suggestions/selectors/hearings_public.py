"""What the public may read of hearings: announcement, papers, list of participants, live notes, record, treatment (6.1).

Only public fields are read, so that a page cannot show more by mistake. Of participants there is the line they agreed to
be listed with, and nothing else (AD 16; process.md 9.2).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Max, Min, Prefetch

from suggestions.models import (
    Hearing,
    HearingNote,
    HearingOpinion,
    HearingPaper,
    Jurisdiction,
    Participant,
    RecordEvent,
)
from suggestions.selectors.timeline import Entry, said
from suggestions.services import hearing_live
from suggestions.states import Machine, Visibility
from suggestions.states.hearing import Hearing as State

ANNOUNCED = tuple(s for s in State if s != State.PLANNED)
LISTED = (State.CONFIRMED, State.HELD, State.RECORD_SIGNED, State.PUBLISHED)
COMING = (State.ANNOUNCED, State.ENROLMENT, State.CONFIRMED, State.POSTPONED)
_SHOWN = ("topic", "on", "starts", "place", "status", "enrol_from", "enrol_until", "kind", "is_closed")  # fmt: skip
_NEWEST = 50


@dataclass(frozen=True, slots=True)
class Side:
    """One group with its seats; how many asked for one, once anybody could."""

    name: str
    seats: int
    asked: int


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the live notes. Of what was struck only the moment and the reason are left."""

    at: datetime
    side: str
    text: str
    struck: str


@dataclass(frozen=True, slots=True)
class Opinion:
    """One opinion heard and what became of it; `code` is the treatment's code."""

    side: str
    text: str
    code: str
    treatment: str
    why: str


@dataclass(frozen=True, slots=True)
class PublicHearing:
    """A hearing as its page shows it. Case numbers only of items whose own page is public."""

    hearing: Hearing
    sides: tuple[Side, ...]
    selection: str
    participants: tuple[tuple[str, tuple[str, ...]], ...]
    papers: tuple[HearingPaper, ...]
    notes: tuple[Line, ...]
    record: str
    conclusion: str
    opinions: tuple[Opinion, ...]
    cases: tuple[tuple[str, str], ...]

    def takes_enrolments(self, day: date) -> bool:
        held = self.hearing
        return held.status == State.ENROLMENT and held.enrol_from <= day <= held.enrol_until

    def is_live(self, at: datetime) -> bool:
        """Whether notes may still come in."""
        return hearing_live.can_note(self.hearing, at)


def years(*, jurisdiction: Jurisdiction) -> list[int]:
    """Years with a hearing that is over, newest first. One query."""
    rows = Hearing.objects.filter(jurisdiction=jurisdiction, status__in=ANNOUNCED)
    over = rows.exclude(status__in=COMING).order_by().values_list("on__year", flat=True).distinct()
    return sorted(over, reverse=True)


def coming(*, jurisdiction: Jurisdiction) -> list[Hearing]:
    """Announced hearings that are still to be held, the nearest first. One query."""
    rows = Hearing.objects.filter(jurisdiction=jurisdiction, status__in=COMING)
    return list(rows.select_related("organiser").only(*_SHOWN, "organiser__short_name").order_by("on", "pk"))  # fmt: skip


def over(*, jurisdiction: Jurisdiction, year: int) -> list[Hearing]:
    """Hearings of a year that were held or called off, the latest first. One query."""
    rows = Hearing.objects.filter(jurisdiction=jurisdiction, status__in=ANNOUNCED, on__year=year)
    rows = rows.exclude(status__in=COMING).select_related("organiser")
    return list(rows.only(*_SHOWN, "organiser__short_name").order_by("-on", "-pk"))


def hearing(*, pk: int) -> PublicHearing | None:
    """One announced hearing; a closed one shows its conclusion, never its record. Seven queries."""
    people = Participant.objects.filter(is_chosen=True).order_by("side", "pk")
    heard = HearingOpinion.objects.exclude(treatment="").order_by("pk")
    papers = HearingPaper.objects.filter(removed_at=None)
    notes = HearingNote.objects.order_by("-said_at", "-pk")
    found = (
        Hearing.objects.filter(pk=pk, status__in=ANNOUNCED)
        .select_related("organiser", "chair")
        .defer("record", "papers")
        .prefetch_related(
            Prefetch("participants", people.only("hearing", "side", "public_label")),
            Prefetch("opinions", heard.defer("text")), Prefetch("public_papers", papers), Prefetch("notes", notes),
            "cases",
        )
        .first()
    )  # fmt: skip
    if found is None:
        return None
    published, listed = found.status == State.PUBLISHED, found.status in LISTED
    return PublicHearing(
        hearing=found,
        sides=_sides(found),
        selection=str(found.get_selection_display()),
        participants=_participants(found.participants.all()) if listed else (),
        papers=() if found.is_closed else tuple(found.public_papers.all()),
        notes=() if found.is_closed else tuple(
            Line(n.said_at, n.side, "" if n.struck_at else n.text, n.struck_reason) for n in found.notes.all()
        ),
        record=found.public_record if published and not found.is_closed else "",
        conclusion=found.conclusion if published else "",
        opinions=tuple(
            Opinion(o.side, o.public_text, o.treatment, str(o.get_treatment_display()), o.why) for o in found.opinions.all()
        )
        if published
        else (),
        cases=tuple((c.case_no, c.public_title) for c in found.cases.all() if c.is_public),
    )  # fmt: skip


def _sides(held: Hearing) -> tuple[Side, ...]:
    rows = (
        Participant.objects.filter(hearing=held, withdrawn_at=None).order_by().values_list("side")
    )
    asked = dict(rows.annotate(n=Count("pk")))
    return tuple(Side(str(s["name"]), int(s["seats"]), asked.get(s["name"], 0)) for s in held.sides)


def _participants(people: Iterable[Participant]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    grouped: dict[str, list[str]] = {}
    for person in people:
        # The line names its group as the desk writes it; in a list by group that would be said twice.
        label = person.public_label.removeprefix(person.side).strip() or person.public_label
        grouped.setdefault(person.side, []).append(label)
    return tuple((side, tuple(labels)) for side, labels in grouped.items())


def course(held: Hearing) -> list[Entry]:
    """What happened to a hearing, newest first, with the public reasons of postponing and calling off. One query."""
    rows = RecordEvent.objects.filter(
        machine=Machine.HEARING, record_id=held.pk, visibility=Visibility.PUBLIC
    )
    return [
        Entry(e.at, said(e), e.reason if e.name in _REASONS else "", e.name, "pause" if e.name in _REASONS else "done")
        for e in rows.exclude(words="").order_by("-seq")
    ]  # fmt: skip


_REASONS = ("hearing_postpone", "hearing_cancel")


@dataclass(frozen=True, slots=True)
class Moved:
    """A hearing with the last thing the public learnt of it."""

    hearing: Hearing
    at: datetime
    first: datetime


def moved(*, jurisdiction: Jurisdiction) -> list[Moved]:
    """Hearings by their last public step, newest first, for the feed. Two queries."""
    known = (
        RecordEvent.objects.filter(machine=Machine.HEARING, visibility=Visibility.PUBLIC)
        .filter(record_id__in=Hearing.objects.filter(jurisdiction=jurisdiction, status__in=ANNOUNCED).values("pk"))
        .order_by()
        .values("record_id")
        .annotate(last=Max("at"), first=Min("at"))
        .order_by("-last")[:_NEWEST]
    )  # fmt: skip
    rows = list(known)
    held = Hearing.objects.select_related("organiser").in_bulk([r["record_id"] for r in rows])
    return [Moved(held[r["record_id"]], r["last"], r["first"]) for r in rows]


def addresses() -> list[tuple[int, datetime | None]]:
    """Keys of all hearings with a page, and when the public last learnt something of each. Two queries."""
    events = RecordEvent.objects.filter(machine=Machine.HEARING, visibility=Visibility.PUBLIC)
    last = dict(events.order_by().values_list("record_id").annotate(last=Max("at")))
    shown = Hearing.objects.filter(status__in=ANNOUNCED).order_by("pk").values_list("pk", flat=True)
    return [(pk, last.get(pk)) for pk in shown]


def paper(token: str) -> HearingPaper | None:
    """A paper that is on a hearing's page now."""
    rows = HearingPaper.objects.filter(token=token, removed_at=None, hearing__is_closed=False)
    return rows.filter(hearing__status__in=ANNOUNCED).first()
