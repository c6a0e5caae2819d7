"""Lists of items for the collection office: the triage queue and what supervisors look at."""

from dataclasses import replace
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from suggestions import access
from suggestions.clock import local_date
from suggestions.codes import Channel
from suggestions.desk import common
from suggestions.desk.forms import QueueForm
from suggestions.models import Suggestion, TriageHint
from suggestions.roles import Role
from suggestions.selectors import queues
from suggestions.selectors.queues import QueueFilter, filter_from
from suggestions.services import saved_queues
from suggestions.states import Case

BULK_STATES = frozenset({Case.REGISTERED, Case.ACCEPTED})
"""Items that a bulk act can touch; others get no box to tick."""


def filter_of_queue(queue: str) -> QueueFilter | None:
    """The filter of the list an item was opened from (`common.queue_of`); None when it was opened by itself."""
    return filter_from(QueryDict(queue)) if queue else None


@common.desk_view(common.QUEUE_ROLES)
def queue(request: HttpRequest) -> HttpResponse:
    if not request.GET and (usual := saved_queues.default_query(request.user)):
        return redirect(f"{reverse('desk:queue')}?{usual}")
    wanted = filter_from(request.GET)
    return _list(
        request, wanted, title=_("分办队列"), address=reverse("desk:queue"),
        lists=list(saved_queues.offered(request.user)[:30]),
    )  # fmt: skip


@common.desk_view(common.SUPERVISION_ROLES)
def supervision(request: HttpRequest) -> HttpResponse:
    show = "rated" if request.GET.get("show") == "rated" else "overdue"
    state = request.GET.get("state") or ("all" if show == "rated" else "open")
    wanted = replace(filter_from(request.GET), show=show, state=state)
    return _list(
        request,
        wanted,
        title=_("督办关注"),
        address=reverse("desk:supervision"),
        shown=[
            ("overdue", _("逾期未办"), show == "overdue"),
            ("rated", _("建议人不满意"), show == "rated"),
        ],
    )


def _list(
    request: HttpRequest, wanted: QueueFilter, *, title: str, address: str, **extra: Any
) -> HttpResponse:
    today = local_date(timezone.now())
    held = queues.page(request.user, wanted, today=today, cursor=request.GET.get("after", "")[:80])
    query = _query(wanted)
    may_act = bool(access.scope(request.user).holds([Role.TRIAGE_OFFICER]))
    reach = {r.jurisdiction_id for r in access.scope(request.user).roles}
    rows = [row(item, today, query, may_act) for item in held.items]
    following = QueryDict(query, mutable=True)
    following["after"] = held.next_cursor
    return common.page(
        request,
        "suggestions/desk/queue.html",
        title=title,
        form=QueueForm(wanted, jurisdiction_ids=reach),
        rows=rows,
        held=held,
        address=address,
        queue=query,
        next_url=f"{address}?{following.urlencode()}" if held.next_cursor else "",
        first_url=f"{address}?{query}" if request.GET.get("after") else "",
        may_act=may_act,
        may_tick=any(r["tickable"] for r in rows),
        on=wanted.on,
        **extra,
    )


def _query(wanted: QueueFilter) -> str:
    """The shortest query that leads back to this list."""
    plain, query = QueueFilter(), QueryDict(mutable=True)
    for name in QueueFilter.__slots__:
        value = getattr(wanted, name)
        if value and value != getattr(plain, name):
            query[name] = value.isoformat() if isinstance(value, date) else str(value)
    # Never empty: an item opened from the plain queue still knows its neighbours.
    return query.urlencode() or "state=triage"


def row(item: Suggestion, today: date, query: str, may_act: bool) -> dict[str, Any]:
    """One line of a list as its template shows it. `item` as `queues.page` loads it: no further query."""
    hints = {h.kind: h for h in reversed(getattr(item, "ranked_hints", []))}
    category = hints.get(TriageHint.Kind.CATEGORY)
    return {
        "item": item,
        # Not get_…_display: Django hashes every translated label of the field anew for each cell.
        "status": Case(item.status).label,
        "channel": Channel(item.channel).label,
        "url": common.item_address(item.case_no, query),
        "due": queues.due_words(item, today=today),
        "target": queues.target_words(item, today=today),
        "age": queues.age_words(item, today=today),
        "topic_hint": hints.get(TriageHint.Kind.TOPIC) if item.topic is None else None,
        "category_hint": category if item.status == Case.REGISTERED else None,
        "urgent": item.urgency in queues.URGENT,
        "tickable": may_act and item.status in BULK_STATES,
    }
