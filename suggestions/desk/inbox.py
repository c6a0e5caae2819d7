"""A unit's inbox: what was given to it, by state and due date, and its sign-in, singly or many at once."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from suggestions import access
from suggestions.clock import local_date
from suggestions.desk import common
from suggestions.errors import DomainError
from suggestions.models import Assignment
from suggestions.roles import UNIT_ROLES
from suggestions.selectors import casefile, queues, workload
from suggestions.selectors import inbox as reading
from suggestions.services import assignment as assigning
from suggestions.states import BY_NAME
from suggestions.states import Assignment as Part

SIGNERS = BY_NAME["unit_sign_in"].roles
BULK_MAX = 100


@common.desk_view(UNIT_ROLES)
def inbox(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return _sign_in_many(request)
    wanted, today = _filter(request.GET), local_date(timezone.now())
    held = reading.page(request.user, wanted, today=today, number=request.GET.get("page", "1"))
    rows = [reading.row(a, request.user, today=today) for a in held]
    return common.page(
        request,
        "suggestions/desk/inbox.html",
        title=_("单位收件"),
        wanted=wanted,
        tabs=reading.tabs(request.user),
        counted_up_to=queues.COUNT_LIMIT,
        due_choices=queues.DUE.items(),
        part_choices=Assignment.Part.choices,
        held=held,
        rows=rows,
        any_to_sign_in=any(r.may_sign_in for r in rows),
        query=_query(request, "page"),
        tab_query=_query(request, "page", "show"),
        units="、".join(u.short_name for u in access.scope(request.user).units),
    )


def _filter(query: QueryDict) -> reading.InboxFilter:
    text = {
        n: query.get(n, "").replace("\x00", "").strip()[:80] for n in ("show", "due", "part", "q")
    }
    try:
        on = parse_date(query.get("on", ""))
    except ValueError:
        on = None
    return reading.InboxFilter(on=on, **text)


def _query(request: HttpRequest, *without: str) -> str:
    kept = request.GET.copy()
    for name in without:
        kept.pop(name, None)
    return kept.urlencode()


def _sign_in_many(request: HttpRequest) -> HttpResponse:
    """Sign in the one whose button was pressed, or all that are ticked; each stands or falls by itself."""
    if not common.holds(request, SIGNERS):
        return common.refused(request, needed=SIGNERS)
    chosen = [request.POST["one"]] if "one" in request.POST else request.POST.getlist("assignment")
    pks = {int(pk) for pk in chosen if pk.isdecimal() and len(pk) < 18}
    found = list(
        reading.own(request.user)
        .filter(pk__in=list(pks)[:BULK_MAX])
        .select_related("unit", "suggestion")
    )
    if not found:
        messages.warning(request, _("请先勾选要签收的件。"))
    done = 0
    for held in found:
        try:
            _sign_in(request, held)
            done += 1
        except DomainError as error:
            messages.error(request, f"{held.suggestion.case_no}：{error}")
    if done:
        messages.success(request, _("签收了%(n)d件，可以开始办理。") % {"n": done})
    query = _query(request)
    return redirect(f"{reverse('desk:inbox')}?{query}" if query else reverse("desk:inbox"))


def _sign_in(request: HttpRequest, held: Assignment) -> None:
    actor = access.unit_actor(request.user, held.unit_id, SIGNERS)
    if actor is None:
        raise DomainError(_("这件不是交给您单位的，或者您的角色不能签收。"))
    assigning.sign_in(assignment=held, actor=actor, at=timezone.now())
    workload.forget_menu_counts(request.user)


@common.desk_view(UNIT_ROLES)
def sign_in(request: HttpRequest, case_no: str) -> HttpResponse:
    """Confirm that the unit has it, from the item's own screen."""
    item = common.load(request, case_no)
    parts = access.own_assignments(request.user, item)
    # Somebody with roles in two units comes here for the part that still waits.
    held = next((a for a in parts if a.status == Part.PENDING), parts[0] if parts else None)
    if held is None or access.unit_actor(request.user, held.unit_id, SIGNERS) is None:
        return common.refused(request, needed=SIGNERS)
    # Not to the form of the answer: opening that would keep the item from whoever is going to write it.
    after = reverse("desk:item", args=[item.case_no])
    if held.status != Part.PENDING:
        messages.info(request, _("这件已经签收过了。"))
        return redirect(after)
    error: Any = None
    if request.method == "POST":
        try:
            _sign_in(request, held)
        except DomainError as refused:
            error = str(refused)
        else:
            messages.success(request, _("%(no)s已签收。") % {"no": item.case_no})
            return redirect(after)
    today = local_date(timezone.now())
    return common.page(
        request,
        "suggestions/desk/inbox_sign_in.html",
        title=_("签收"),
        crumbs=[(_("单位收件"), reverse("desk:inbox"))],
        status=422 if error else 200,
        item=item,
        assignment=held,
        original=casefile.original(request.user, item),
        due=queues.due_words(item, today=today),
        age=queues.age_words(item, today=today),
        error=error,
    )
