"""The rules of all clocks: read by supervisors, changed by an administrator and a second person, with a dry run."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from suggestions import access
from suggestions.actor import Actor
from suggestions.clock import DATED, DEFAULT_RULES, local_date
from suggestions.desk import common, retention_terms
from suggestions.desk.time_forms import DeclineForm, RuleForm
from suggestions.errors import DomainError
from suggestions.models import ClockRule, Jurisdiction, TimeChange
from suggestions.services import clock_rules as rules
from suggestions.services import clocks, moving, time_changes
from suggestions.services.moving import Move
from suggestions.states import BY_NAME
from suggestions.states.time_change import TimeChange as State

READERS = common.TIME_ROLES
SHOWN = 100
"""Lines of a dry run on one page; the numbers above it count all."""


@common.desk_view(READERS)
def clock_rules(request: HttpRequest) -> HttpResponse:
    """Every rule as it holds today, and the changes that wait for a second person."""
    stored, today = rules.rule_versions(), local_date(timezone.now())
    rows = [_row(default.kind, stored, today) for default in DEFAULT_RULES]
    return common.page(
        request,
        "suggestions/desk/clock_rules.html",
        title=_("时限规则"),
        rows=rows,
        changes=changes(request, TimeChange.Kind.RULE),
        may_propose=proposer(request) is not None,
    )


def _row(kind: str, stored: dict[str, list[ClockRule]], today: Any) -> dict[str, Any]:
    versions = stored[kind]
    valid = [v for v in versions if v.effective_from is None or v.effective_from <= today]
    rule = valid[0] if valid else versions[-1]
    coming = next((v for v in versions if v.effective_from and v.effective_from > today), None)
    return {
        "rule": rule,
        "length": _length(rule),
        "coming": coming,
        "coming_length": _length(coming) if coming else "",
        "changeable": kind not in DATED,
    }


def _length(rule: ClockRule) -> str:
    if rule.kind in DATED:
        return {"K1": _("当时"), "K18": _("承诺的日期")}.get(rule.kind, _("定下的日期"))
    return f"{rule.length}{clocks.unit_words(rule.unit)}"


def changes(request: HttpRequest, kind: str) -> list[dict[str, Any]]:
    """The latest changes of a kind, waiting ones first."""
    found = access.records(request.user, TimeChange, "read_time_rules").filter(kind=kind)
    held = list(found.select_related("proposed_by", "decided_by").distinct()[:20])
    held.sort(key=lambda c: (c.status != State.PROPOSED, -c.pk))
    return [
        {"change": c, "what": time_changes.describe(c), "state": State(c.status).label}
        for c in held
    ]


def proposer(request: HttpRequest) -> tuple[Actor, Jurisdiction] | None:
    """The user as an administrator, with the jurisdiction; None when they may not propose."""
    held = access.scope(request.user).holds(BY_NAME["time_propose"].roles)
    role = next((r for r in held if r.jurisdiction.is_root()), None)
    if role is None or not request.user.is_authenticated:
        return None
    return Actor.staff(request.user, role.role), role.jurisdiction


@common.desk_view(READERS)
def clock_rule(request: HttpRequest, kind: str) -> HttpResponse:
    """One rule: its versions, and for administrators the form with its dry run."""
    versions = rules.rule_versions().get(kind)
    if versions is None:
        raise Http404
    rule = clocks.current_rule(kind)
    who = proposer(request) if kind not in DATED else None
    today = local_date(timezone.now())
    posted = request.POST if request.method == "POST" and who else None
    start = {"length": rule.length, "effective_from": today}
    form = RuleForm(posted, rule=rule, initial=start)
    found: Sequence[Move] | None = None
    status = 200
    if posted is not None and who is not None:
        status = 422
        if form.is_valid():
            given = form.cleaned_data
            if "preview" in posted:
                candidate = rules.copy_of(rule)
                candidate.length = given["length"]
                found, status = (
                    moving.moves_of_rule(
                        candidate.as_rule(), today=today, willing=given["move_running"]
                    ),
                    200,
                )
            else:
                try:
                    change = time_changes.propose_rule(
                        kind=kind, actor=who[0], jurisdiction=who[1], at=timezone.now(), **given
                    )
                except DomainError as error:
                    common.show_errors(form, error)
                else:
                    messages.success(request, _("已提出，等另一位同事确认后生效。"))
                    return redirect("desk:time_change", pk=change.pk)
    return common.page(
        request,
        "suggestions/desk/clock_rule.html",
        title=f"{kind} {rule.name}",
        crumbs=[(_("时限规则"), reverse("desk:clock_rules"))],
        status=status,
        rule=rule,
        length=_length(rule),
        versions=[(v, _length(v)) for v in versions],
        form=form if who else None,
        found=dry_run(found) if found is not None else None,
    )


def dry_run(found: Sequence[Move]) -> dict[str, Any]:
    """A dry run for the page: how many move, how many stay, and the first lines of both."""
    moves = moving.those_that_move(found)
    lines = sorted(found, key=lambda m: bool(m.why))[:SHOWN]
    return {
        "moving": len(moves),
        "staying": len(found) - len(moves),
        "rows": [
            {
                "owner": m.clock.suggestion.case_no if m.clock.suggestion else str(m.clock),
                "name": m.clock.rule.name,
                "move": m,
            }
            for m in lines
        ],
        "more": max(len(found) - SHOWN, 0),
    }


@common.desk_view(READERS)
def time_change(request: HttpRequest, pk: int) -> HttpResponse:
    """One change with its dry run; the second person confirms or declines it here."""
    change = access.load_record(request.user, TimeChange, "read_time_rules", pk)
    now = timezone.now()
    waiting = change.status == State.PROPOSED
    actor = access.record_actor(request.user, change, BY_NAME["time_confirm"].roles)
    own = change.proposed_by_id == request.user.pk
    form = DeclineForm(request.POST if request.POST.get("act") == "decline" else None)
    status = 200
    if request.method == "POST":
        if actor is None:
            return common.refused(request, needed=BY_NAME["time_confirm"].roles)
        try:
            if request.POST.get("act") == "confirm":
                moved = time_changes.confirm(change=change, actor=actor, at=now)
                messages.success(
                    request, _("已生效，%(n)s个期限变动，都记入了经过。") % {"n": moved}
                )
                return redirect("desk:time_change", pk=change.pk)
            if form.is_valid():
                reason = form.cleaned_data["reason"]
                time_changes.decline(change=change, reason=reason, actor=actor, at=now)
                messages.success(request, _("没有采用，理由已记下。"))
                return redirect("desk:time_change", pk=change.pk)
        except DomainError as error:
            messages.error(request, str(error))
            return redirect("desk:time_change", pk=change.pk)
        status = 422
    room, label = {
        str(TimeChange.Kind.RULE): ("clock_rules", _("时限规则")),
        str(TimeChange.Kind.RETENTION): ("retention", _("保存期限")),
    }.get(change.kind, ("calendar", _("工作日历")))
    keeps = change.kind == TimeChange.Kind.RETENTION
    return common.page(
        request,
        "suggestions/desk/time_change.html",
        title=time_changes.describe(change),
        crumbs=[(label, reverse(f"desk:{room}"))],
        status=status,
        change=change,
        what=time_changes.describe(change),
        state=State(change.status).label,
        waiting=waiting,
        own=own,
        may_decide=waiting and actor is not None,
        days=time_changes.days_of(change),
        found=dry_run(time_changes.preview(change, at=now)) if waiting and not keeps else None,
        goes=retention_terms.goes(change, now) if waiting and keeps else None,
        form=form,
    )
