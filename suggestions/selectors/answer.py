"""What stands beside a reply while it is written, signed and reviewed: co-units' words, earlier versions, warnings."""

from typing import Any

from suggestions import reply_parts
from suggestions.insight import differences
from suggestions.insight import replies as checking
from suggestions.insight.completeness import Check, checklist
from suggestions.models import Assignment, Reply, Suggestion
from suggestions.states import ACTIVE_ASSIGNMENT

COMPARED = 100
"""How many recent answers of the same unit a draft is compared with."""


def seen(reply: Reply | None) -> str:
    """Names the very words somebody looked at: a signature or a save must not land on others."""
    return (
        f"{reply.pk}-{reply.state}-{reply.updated_at.timestamp()}" if reply is not None else "new"
    )


def warnings(suggestion: Suggestion, reply: Reply) -> list[checking.ReplyWarning]:
    """What a reader should look at before this version goes on. One query, for the unit's recent answers."""
    earlier = (
        Reply.objects.filter(unit_id=reply.unit_id, state=Reply.State.APPROVED)
        .exclude(suggestion_id=suggestion.pk)
        .order_by("-delivered_at")
        .values_list("body", flat=True)[:COMPARED]
    )
    said = "\n".join(
        (suggestion.original_title, suggestion.original_problem, suggestion.original_proposal)
    )
    return checking.reply_check(
        said,
        reply.full_text,
        reply.outcome,
        next_date=reply.committed_by or reply.next_report_on,
        contact=reply.contact,
        basis=reply.basis or reply.reason,
        earlier_replies=earlier,
        allow=(reply.unit.phone, suggestion.jurisdiction.phone, suggestion.jurisdiction.hotline),
    )


def completeness(suggestion: Suggestion, reply: Reply) -> list[Check]:
    """The required parts of 4.7, each found in this version or not. One query, for the co-units' opinions."""
    parts = reply_parts.read(reply.parts)
    spoken = {p.unit for p in parts}
    asked = suggestion.assignments.filter(
        part=Assignment.Part.CO, status__in=ACTIVE_ASSIGNMENT
    ).exclude(opinion="")
    silent = [
        a.unit.short_name
        for a in asked.select_related("unit")
        if a.unit.code not in spoken and a.unit.short_name not in reply.body
    ]
    return checklist(
        said=f"{suggestion.original_problem}\n{suggestion.original_proposal}",
        text=reply.full_text,
        parts=parts,
        basis=reply.basis,
        contact=reply.contact,
        dated=bool(reply.committed_by or reply.next_report_on),
        silent_units=silent,
    )


def rework_count(suggestion: Suggestion) -> int:
    """How often an answer of this case was sent back or ordered anew (rework_rate, process.md 7.2)."""
    return suggestion.events.filter(name__in=("send_back", "rectify", "reopen")).count()


def changes(versions: list[Reply], reply: Reply | None) -> dict[str, Any] | None:
    """This version and the one before it, sentence by sentence; None for a first one."""
    earlier = [v for v in versions if reply is not None and v.number < reply.number]
    if reply is None or not earlier or not reply.body:
        return None
    before = max(earlier, key=lambda v: v.number)
    left, right = differences.side_by_side(before.full_text, reply.full_text)
    return {"before": before, "after": reply, "left": left, "right": right}


def beside(suggestion: Suggestion, reply: Reply | None) -> dict[str, Any]:
    """Template context: warnings of `reply`, versions before it, co-units, ratings, files. A fixed number of queries."""
    versions = list(
        suggestion.replies.select_related(
            "unit", "drafted_by", "signed_by", "reviewed_by"
        ).order_by("-number")
    )
    parts = suggestion.assignments.filter(status__in=ACTIVE_ASSIGNMENT).select_related("unit")
    held = list(parts)
    return {
        "warnings": warnings(suggestion, reply) if reply is not None and reply.body else [],
        "checks": completeness(suggestion, reply) if reply is not None and reply.body else [],
        "changes": changes(versions, reply),
        "earlier": [v for v in versions if reply is None or v.number < reply.number],
        "co_parts": [a for a in held if a.part == Assignment.Part.CO],
        "lead": next((a for a in held if a.part == Assignment.Part.LEAD), None),
        "ratings": list(suggestion.evaluations.order_by("-round")),
        "attachments": list(suggestion.attachments.all()),
        "supplement": getattr(suggestion, "supplement", None),
    }
