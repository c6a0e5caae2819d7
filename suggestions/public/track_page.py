"""What the author reads about an item: whose turn it is first, then the answer, then everything that happened."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from suggestions import states
from suggestions.clock import local_date
from suggestions.codes import COMPLAINT_ROUTE, NOT_ACCEPTED_CATEGORY, NOT_ACCEPTED_WORDS
from suggestions.insight import redaction
from suggestions.models import (
    Assignment,
    Commitment,
    RedirectTarget,
    Reply,
    Suggestion,
    SupplementRequest,
)
from suggestions.public import track_agent
from suggestions.selectors import timeline
from suggestions.selectors.queues import redirect_targets
from suggestions.services import evaluating, withdrawing
from suggestions.states import ACTIVE_ASSIGNMENT, Case, Evaluation


@dataclass(frozen=True, slots=True)
class Answer:
    """One reply as this author may read it."""

    reply: Reply
    text: str
    promise: str
    kept: list["Promised"]


@dataclass(frozen=True, slots=True)
class Promised:
    """What became of one dated promise of a reply."""

    promise: Commitment
    proof: str


def load(case_no: str) -> Suggestion | None:
    """The item with all the page shows of it, in one query."""
    return (
        Suggestion.objects.filter(case_no=case_no)
        .select_related(
            "jurisdiction", "topic", "district", "lead_unit", "redirect_target", "primary__lead_unit",
            "primary__jurisdiction", "campaign",
        )
        .first()
    )  # fmt: skip


def context(suggestion: Suggestion, *, at: datetime) -> dict[str, Any]:
    """Everything the page needs; the number of queries does not depend on what happened to the item."""
    merged_into = suggestion.primary if suggestion.status == Case.MERGED else None
    handled = merged_into or suggestion
    turn = timeline.turn(handled, at=at)
    entries = timeline.timeline(suggestion, "author")
    supplement = SupplementRequest.objects.filter(suggestion=suggestion).first()
    refusal = next((e.words for e in entries if e.name == "refuse"), "")
    return {
        "suggestion": suggestion,
        "merged_into": merged_into,
        "turn": turn,
        "handling": _other_than(turn, timeline.handling_clock(handled, at=at)),
        "entries": entries,
        "upcoming": _upcoming(turn),
        "answers": answers(handled, others=merged_into is not None),
        "units": _units(handled),
        "supplement": supplement,
        "ratings": list(suggestion.evaluations.order_by("-round")),
        "can_rate": suggestion.evaluation_state == Evaluation.INVITED
        and suggestion.status in evaluating.RATED_IN,
        "can_reopen_rating": evaluating.may_reopen(suggestion, at=at),
        "can_supplement": suggestion.status == Case.SUPPLEMENT_REQUESTED,
        "can_withdraw": states.find("withdraw", suggestion.status) is not None
        and not any(e.name == "author_left" for e in entries),
        "others_joined": withdrawing.others_joined(suggestion),
        "files": list(suggestion.attachments.exclude(origin="reply")),
        "refusal": refusal or NOT_ACCEPTED_WORDS.get(suggestion.not_accepted_reason, ""),
        "complaint_route": COMPLAINT_ROUTE,
        "channels": _channels(suggestion),
        "late": bool(turn and turn.overdue and turn.who != "author"),
        "mandates": track_agent.shown(suggestion),
        "today": local_date(at),
    }


def _channels(suggestion: Suggestion) -> list[RedirectTarget]:
    """Where a refused matter may lawfully go (process.md 3.5: with the right channel where one exists). One query if any."""
    category = NOT_ACCEPTED_CATEGORY.get(suggestion.not_accepted_reason)
    return redirect_targets(suggestion, category) if category else []


def _other_than(turn: timeline.Turn | None, handling: timeline.Turn | None) -> timeline.Turn | None:
    """The handling clock, unless it is the very clock the page begins with."""
    return (
        None
        if turn is not None and handling is not None and turn.clock == handling.clock
        else handling
    )


def answers(handled: Suggestion, *, others: bool) -> list[Answer]:
    """All answers given, newest first. Of somebody else's item (`others`) only what is released or covered by rules:
    the reply may address its own author by name.
    """
    given = (
        Reply.objects.filter(suggestion=handled, state=Reply.State.APPROVED)
        .select_related("unit")
        .prefetch_related("commitments")
        .order_by("-number")
    )
    return [_answer(reply, others=others) for reply in given]


def _answer(reply: Reply, *, others: bool) -> Answer:
    kept = [
        Promised(c, _covered(c.proof, reply.contact) if others else c.proof)
        for c in reply.commitments.all()
    ]
    if not others:
        return Answer(reply, reply.full_text, reply.commitment, kept)
    if reply.is_public:
        return Answer(reply, reply.public_body, reply.public_commitment, kept)
    return Answer(
        reply, _covered(reply.full_text, reply.contact), _covered(reply.commitment, reply.contact), kept
    )  # fmt: skip


def _covered(text: str, contact: str) -> str:
    return redaction.mask(text, redaction.find_spans(text, allow=(contact,)))


def _units(handled: Suggestion) -> dict[str, Any]:
    """Lead and co-units at work on the item."""
    parts = list(
        Assignment.objects.filter(suggestion=handled, status__in=ACTIVE_ASSIGNMENT)
        .select_related("unit")
        .order_by("id")
    )
    co = [a.unit.name for a in parts if a.part == Assignment.Part.CO]
    return {"lead": handled.lead_unit, "co": "、".join(co)}


def _upcoming(turn: timeline.Turn | None) -> list[dict[str, Any]]:
    """The line above the timeline: what is awaited now, and until when."""
    if turn is None or turn.due_on is None:
        return []
    when = _("%(month)d月%(day)d日24:00前") % {"month": turn.due_on.month, "day": turn.due_on.day}
    words = _("轮到%(who)s：%(act)s") % {"who": turn.holder, "act": turn.act}
    return [{"when": when, "words": words, "now": True}]
