"""The second answer: ordered by rule or by the supervisor, different from the first, answering each reason (T15, T16)."""

import re
from datetime import datetime

from suggestions import reply_parts, rules
from suggestions.actor import Actor
from suggestions.codes import Overall, Solved
from suggestions.errors import Invalid
from suggestions.models import Author, Evaluation, Reply, Suggestion
from suggestions.models.handling import Assignment
from suggestions.services import transitions
from suggestions.states import ACTIVE_ASSIGNMENT
from suggestions.states import Assignment as Part

_NOISE = re.compile(r"[\W_\d]+")
"""What may change without the answer changing: blanks, marks, numbers."""


def last_answer(suggestion: Suggestion) -> Reply | None:
    """The newest version the author was given."""
    return suggestion.replies.filter(state=Reply.State.APPROVED).order_by("-number").first()


def reasons(suggestion: Suggestion) -> list[Evaluation]:
    """The unhappy ratings of the newest answer, merged authors' among them: each is to be answered (T16). Two queries."""
    answer = last_answer(suggestion)
    return _unhappy(answer) if answer is not None else []


def _unhappy(answer: Reply) -> list[Evaluation]:
    rated = answer.evaluations.order_by("pk")
    return [e for e in rated if e.overall == Overall.DISSATISFIED or e.solved == Solved.NO]


def check_again(reply: Reply) -> None:
    """Refuse a further answer that repeats the one before, skips a reason, or was written without talking to the author.

    Raises Invalid. A first answer passes. Source: process.md 4.1 T16, 7.1.
    """
    suggestion = reply.suggestion
    before = last_answer(suggestion)
    if before is None:
        return
    if same_words(before.body, reply.body):
        raise Invalid({"body": ["整改后的答复和上一次一样。请逐条回应建议人不满意的地方。"]})
    unhappy = _unhappy(before)
    answered = {p.ref for p in reply_parts.read(reply.parts) if p.kind == reply_parts.REASON}
    missing = [e for e in unhappy if e.pk not in answered]
    if missing:
        raise Invalid({"parts": [f"还没有回应：{words_of(e)}。" for e in missing]})
    if unhappy and reachable(suggestion):
        since = max(e.at for e in unhappy)
        if not suggestion.author_contacts.filter(at__gte=since).exists():
            raise Invalid({"parts": ["重新答复前要先联系建议人，并在“联系记录”里写下谈了什么。"]})


def words_of(rating: Evaluation) -> str:
    """A rating's reason for the unit: what the author wrote, or what they chose."""
    if rating.comment:
        return rating.comment
    solved = f"，{rating.get_solved_display()}" if rating.solved else ""
    return f"{rating.get_overall_display()}{solved}（没有写原因）"


def reachable(suggestion: Suggestion) -> bool:
    """Whether the author left anything to be reached by; an anonymous letter leaves nothing."""
    author: Author | None = getattr(suggestion, "author", None)
    return author is not None and bool(author.phone or author.email or author.address)


def order(*, suggestion: Suggestion, reason: str, actor: Actor, at: datetime) -> Suggestion:
    """A supervisor orders rectification, of any round and also after the close (T15)."""
    reason = rules.clean_text(reason)
    if not reason:
        raise Invalid({"reason": ["请写明哪里没有办好、要改什么，承办单位要照着办。"]})
    begin(suggestion=suggestion, actor=actor, at=at, reason=reason)
    return suggestion


def begin(*, suggestion: Suggestion, actor: Actor, at: datetime, reason: str = "") -> bool:
    """Send the case back to its lead for a new answer within K15; False when nobody leads it any more."""
    lead = (
        suggestion.assignments.filter(part=Assignment.Part.LEAD, status__in=ACTIVE_ASSIGNMENT)
        .select_related("unit")
        .first()
    )
    if lead is None:
        return False
    lead.suggestion = suggestion
    data = {"unit": lead.unit.short_name}
    with transitions.act(suggestion):
        transitions.apply(
            suggestion, "rectify", actor=actor, at=at, reason=reason, data=data,
            fields={"closed_at": None},
        )  # fmt: skip
        if lead.status in (Part.SUBMITTED, Part.ACCEPTED_BY_OFFICE):
            transitions.apply(lead, "rework", actor=Actor.system(), at=at, data=data)
    return True


def same_words(one: str, other: str) -> bool:
    """Whether two answers differ in nothing but blanks, marks and figures."""
    return _NOISE.sub("", one) == _NOISE.sub("", other)
