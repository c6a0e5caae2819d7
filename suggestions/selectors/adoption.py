"""Reading the chain from suggestion to measure: for the item's public page, for those who study it (process.md 4.8)."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from suggestions import dates
from suggestions.clock import local_date
from suggestions.insight import redaction
from suggestions.models import Adoption, AdoptionResult, Clock, Milestone, Suggestion
from suggestions.states import Adoption as State


@dataclass(frozen=True, slots=True)
class Link:
    """One step of the public chain. `state` is done, late, now or ahead; `on` the day it happened or is promised for."""

    words: str
    detail: str
    on: date | None
    state: str


@dataclass(frozen=True, slots=True)
class Chain:
    """Suggestion → study → decision → milestones and progress → result, with what was promised and not kept."""

    measure: str
    unit: str
    status: str
    label: str
    due_on: date | None
    days_late: int
    silent: bool
    links: list[Link]
    results: list[AdoptionResult]


def today() -> date:
    """The Shanghai date of now."""
    return local_date(timezone.now())


def masked_text(suggestion: Suggestion) -> str:
    """What experts and jurors read: the released text, or the original without spans that identify anybody."""
    if suggestion.is_public:
        parts = (
            suggestion.public_title,
            suggestion.public_problem,
            suggestion.public_proposal,
        )
        return "\n\n".join(p for p in parts if p)
    parts = (
        suggestion.original_title,
        suggestion.original_problem,
        suggestion.original_proposal,
    )
    text = "\n\n".join(p for p in parts if p)
    return redaction.mask(text, redaction.find_spans(text))


def milestone_words(milestone: Milestone, on: date) -> str:
    """已做到, 晚了3天做到, 还没到, 已过期5天."""
    if milestone.done_on:
        late = (milestone.done_on - milestone.due_on).days
        day = _("%s做到") % dates.short(milestone.done_on)
        return _("%(day)s，晚了%(n)d天") % {"day": day, "n": late} if late > 0 else day
    late = (on - milestone.due_on).days
    return _("过期%d天，还没有做到") % late if late > 0 else _("还没到")


def chain(suggestion: Suggestion, *, at: datetime) -> Chain | None:
    """The public chain of an item, None when there is none to show. At most six queries; opinions are never read."""
    adoption: Adoption | None = (
        Adoption.objects.filter(suggestion=suggestion, is_public=True)
        .exclude(status=State.CANDIDATE)
        .select_related("unit")
        .first()
    )
    if adoption is None:
        return None
    on = local_date(at)
    held = list(adoption.milestones.all())
    overdue = adoption.done_on is None and adoption.due_on is not None and adoption.due_on < on
    running = Clock.objects.filter(suggestion=suggestion, kind="K19", stopped_at=None, due_on__lt=on)  # fmt: skip
    return Chain(
        measure=adoption.measure,
        unit=adoption.unit.short_name,
        status=adoption.status,
        label=str(adoption.get_status_display()),
        due_on=adoption.due_on,
        days_late=(on - adoption.due_on).days if overdue and adoption.due_on else 0,
        silent=adoption.status == State.IMPLEMENTING and running.exists(),
        links=[*_studies(adoption), *_decision(adoption), *_steps(adoption, held, on)],
        results=list(adoption.results.all()),
    )


def _studies(adoption: Adoption) -> list[Link]:
    studies = adoption.studies.prefetch_related("invited_units")
    return [
        Link(
            f"{study.get_method_display()}",
            "、".join(u.short_name for u in study.invited_units.all())
            + (_("，请了建议人") if study.author_invited else ""),
            study.held_on,
            "done",
        )
        for study in studies
    ]


_DECIDED = {
    State.DECIDED_REJECT: gettext_noop("决定不采纳"),
    State.NOT_RECOMMENDED: gettext_noop("论证认为不宜采纳"),
    State.RECOMMENDED: gettext_noop("论证认为可以采纳"),
}


def _decision(adoption: Adoption) -> list[Link]:
    if adoption.decided_at is None:
        words = _DECIDED.get(State(adoption.status))
        return [Link(_(words), "", None, "done")] if words else []
    words = _DECIDED.get(State(adoption.status)) or (
        gettext_noop("决定部分采纳") if adoption.reason else gettext_noop("决定采纳")
    )
    parts = (adoption.basis, _("没有采纳的部分：%s") % adoption.reason if adoption.reason else "")
    return [
        Link(_(words), "；".join(p for p in parts if p), local_date(adoption.decided_at), "done")
    ]


def _steps(adoption: Adoption, held: list[Milestone], on: date) -> list[Link]:
    links = [
        Link(
            m.name, milestone_words(m, on), m.done_on or m.due_on,
            "done" if m.done_on else "late" if m.is_late(on) else "ahead",
        )
        for m in held
    ]  # fmt: skip
    links += [
        Link(_("进展"), note.text, local_date(note.at), "done")
        for note in list(adoption.notes.all())[:5]
    ]
    links.sort(key=lambda link: link.on or on)
    if adoption.status == State.ABANDONED:
        links.append(Link(_("不再推进"), adoption.reason, None, "late"))
    if adoption.done_on:
        links.append(Link(_("已落实"), "", adoption.done_on, "done"))
    return links
