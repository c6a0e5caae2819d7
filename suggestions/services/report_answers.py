"""The answer an item gets by the group it stands in, once its campaign's result is out (SH 12(1); process.md 3.1, 4.7).

A collective answer is an answer: it becomes a version of the item's reply, the author is told and asked to rate it, and the
clocks end. Its words were published with the report, so no second masking waits for it.
"""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from suggestions.actor import Actor
from suggestions.clock import local_date
from suggestions.codes import DATED_OUTCOMES, Category, Outcome
from suggestions.models import Assignment, Reply, ReportEntry, Suggestion
from suggestions.services import commitments, publishing, replying, transitions
from suggestions.states import ACTIVE_ASSIGNMENT, BY_NAME, ON_PAGE, Case
from suggestions.states import Assignment as Part

ROW = "answer_in_report"
ANSWERED_FROM = BY_NAME[ROW].from_
"""Where an item still waits for a first answer. One whose own answer is under way (with the reviewers, or ordered anew) gets
that one as well: a collective answer does not stand in for it."""


def answer(entry: ReportEntry, page: Any, *, at: datetime) -> Reply | None:
    """Answer the item of `entry` with its group's words; None when it is not one that waits.

    Who leads the item goes on leading it, so that a later rectification has its unit; where nobody does, the host of the
    campaign does from now on. The other units' parts end. The caller holds the item's row.
    """
    item, group = entry.suggestion, entry.group
    if item.status not in ANSWERED_FROM or item.category == Category.REPORT_MISCONDUCT:
        return None
    # The result may have come out a moment before what happened to the item last: time does not run backwards in a chain.
    at = max(at, item.events.aggregate(last=Max("at"))["last"] or at)
    parts = list(item.assignments.filter(status__in=ACTIVE_ASSIGNMENT).select_related("unit"))
    lead = next((p for p in parts if p.part == Assignment.Part.LEAD), None)
    unit = lead.unit if lead is not None else page.host_unit
    with transaction.atomic():
        reply = Reply.objects.create(
            **_texts(item, group, page, at), suggestion=item, unit=unit, number=_next(item),
            state=Reply.State.APPROVED, signed_by_id=group.by_id, signed_at=at, delivered_at=at,
        )  # fmt: skip
        transitions.apply(
            item, ROW, actor=Actor.system(), at=at,
            fields={
                "outcome": reply.outcome, "answered_at": at, "lead_unit": unit,
                "accepted_at": item.accepted_at or at,
            },
            data={"unit": unit.short_name, "reply": reply.number, "outcome": reply.outcome, "campaign": page.title},
        )  # fmt: skip
        _end_parts(item, parts, lead, unit, at)
        commitments.make(reply=reply, actor=Actor.system(), at=at)
        for each in (item, *item.merged_items.filter(status=Case.MERGED)):
            replying.invite(suggestion=each, at=at)
        _show(item, at)
    return reply


def _next(item: Suggestion) -> int:
    newest = replying.current_reply(item)
    return newest.number + 1 if newest is not None else 1


def _texts(item: Suggestion, group: Any, page: Any, at: datetime) -> dict[str, Any]:
    """The words of the reply; public as they are, for they stand in the report."""
    day = local_date(at)
    body = f"您参加“{page.title}”提的这件，和大家说的“{group.heading}”是同一件事，一并答复如下。\n\n{group.answer}"
    dated = DATED_OUTCOMES.get(Outcome(group.outcome))
    return {
        "outcome": group.outcome,
        "body": body,
        "public_body": body,
        "is_public": True,
        "basis": f"“{page.title}”的结果报告，{day.year}年{day.month}月{day.day}日公布",
        "contact": (page.contact or item.jurisdiction.phone)[:120],
        **({dated: group.promised_on} if dated else {}),
    }


def _end_parts(
    item: Suggestion, parts: list[Assignment], lead: Assignment | None, unit: Any, at: datetime
) -> None:
    """Everybody's work on the item is done; the lead's part stays as the one that answered."""
    system = Actor.system()
    for part in parts:
        if part is not lead:
            part.suggestion = item
            transitions.apply(
                part, "recall", actor=system, at=at, data={"unit": part.unit.short_name}
            )
    data = {"unit": unit.short_name}
    if lead is None:
        made = Assignment(suggestion=item, unit=unit, part=Assignment.Part.LEAD, assigned_at=at)
        transitions.begin(made, "lead_by_report", actor=system, at=at, data=data)
    elif lead.status != Part.ACCEPTED_BY_OFFICE:
        lead.suggestion = item
        transitions.apply(lead, "done_by_report", actor=system, at=at, data=data)


def _show(item: Suggestion, at: datetime) -> None:
    """Nothing of the answer waits to be masked; an item that was never looked at for its own page is queued now."""
    if item.accepted_at == item.answered_at and item.category == Category.SUGGESTION:
        publishing.queue(suggestion=item, at=at)
    if item.publication in ON_PAGE:
        transitions.apply(item, "publish_update", actor=Actor.system(), at=at)
    publishing.rest(item, at=at)
