"""What an item's screen shows of second looks, returns, changes of hands, extensions and disputes, and the acts on them."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from suggestions import access
from suggestions.desk import acts, acts_second, common, panels
from suggestions.models import JurisdictionDispute, Objection, Suggestion
from suggestions.roles import UNIT_ROLES
from suggestions.selectors import casefile, holding
from suggestions.services import assignment, deciding, merging, urgent
from suggestions.states import OPEN
from suggestions.states.table import OFFICE


def _links(request: HttpRequest, item: Suggestion) -> tuple[panels.Link, ...]:
    """Acts that are the user's to take now: who may not is offered nothing, nor is what cannot be done."""
    queue, held = common.queue_of(request), []
    for name in acts.OFFERED:
        actor = acts.actor_of(request.user, name, item)
        if actor is not None and not acts.why_not(name, item, actor):
            act = acts.ACTS[name]
            address = common.with_queue(reverse("desk:act", args=[item.case_no, name]), queue)
            held.append(panels.Link(act.heading, address, act.primary))
    return tuple(held)


def _later_facts(request: HttpRequest, item: Suggestion) -> list[tuple[Suggestion, Any]]:
    """Their texts as this reader may see them: who asked to be hidden in one item is hidden in all (process.md 9.3)."""
    held = merging.later_facts(item)
    for other in held:
        other.hide_identity_from_unit |= item.hide_identity_from_unit
    return [(other, casefile.original(request.user, other)) for other in held]


@panels.register
def panel(request: HttpRequest, item: Suggestion) -> panels.Panel | None:
    user, office = request.user, access.actor_for(request.user, item, OFFICE) is not None
    decision = (
        deciding.pending(item) if access.actor_for(user, item, acts_second.DECIDERS) else None
    )
    parts = assignment.active_parts(item)
    own = {r.unit_id for r in access.roles_on(user, item) if r.role in UNIT_ROLES}
    objections = Objection.objects.filter(assignment__suggestion=item).select_related(
        "assignment__unit", "proposed_unit"
    )
    context: dict[str, Any] = {
        "decision": acts_second.facts(decision) if decision else [],
        "objections": [o for o in objections if office or o.assignment.unit_id in own],
        "extensions": list(item.extensions.select_related("unit")),
        "disputes": list(
            JurisdictionDispute.objects.filter(suggestion=item)
            .select_related("result_unit")
            .prefetch_related("units")
        ),
        "named": list(item.named_units.select_related("unit")) if office else [],
        "interim": [p for p in parts if p.interim_status],
        "later_facts": _later_facts(request, item) if parts or office else [],
        "holders": holding.spans(item, at=timezone.now()) if office else [],
        "urgent": item.status in OPEN and urgent.is_waiting(item),
        "escalated": item.escalated_at,
        "returns": item.return_count,
    }
    links = _links(request, item)
    if not links and not any(context.values()):
        return None
    return panels.Panel(
        "suggestions/desk/pipeline_panel.html",
        context,
        links,
        top="suggestions/desk/pipeline_top.html",
    )
