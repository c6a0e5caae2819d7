"""The leader's reading list of the month, what the office puts into it, and the month's closing list (6.4, K26; S0, S4)."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from suggestions import access
from suggestions.actor import Actor
from suggestions.clock import local_date
from suggestions.desk import common
from suggestions.desk import steering_fields as f
from suggestions.desk.panels import Link, Panel
from suggestions.desk.panels import register as panel
from suggestions.errors import DomainError
from suggestions.insight import redaction
from suggestions.matrix import MATRIX
from suggestions.models import MonthClose, Suggestion, TrayItem
from suggestions.roles import Role
from suggestions.services import instructing, supervision_rules

READERS = frozenset({Role.LEADER})
FILLERS = frozenset({Role.TRIAGE_OFFICER, Role.SUPERVISOR})
SUPERVISORS = frozenset({Role.SUPERVISOR, Role.LEADER})


@common.desk_view(READERS)
def tray(request: HttpRequest) -> HttpResponse:
    """This month's letters with identities masked, how many are read of how many, mark read, instruct."""
    now = timezone.now()
    month = local_date(now).replace(day=1)
    place = access.scope(request.user).holds(READERS)[0].jurisdiction
    actor = Actor.staff(request.user, Role.LEADER)  # type: ignore[arg-type]
    if request.method == "POST":
        number = request.POST.get("read", "")
        if number.isdecimal() and len(number) < 18:
            item = TrayItem.objects.filter(pk=int(number), leader_id=request.user.pk).first()
            if item is None:
                raise Http404
            instructing.mark_read(item=item, actor=actor, at=now)
            messages.success(request, _("已标为读过。"))
        elif "draw" in request.POST:
            drawn = instructing.draw(leader=request.user, jurisdiction=place, now=now)
            messages.success(
                request,
                _("随机抽取了%(n)d件。") % {"n": drawn} if drawn else _("这个月的随机件已经抽过。"),
            )
        return redirect("desk:tray")
    mine = TrayItem.objects.filter(leader_id=request.user.pk, month=month)
    readable = access.readable(request.user).filter(pk__in=mine.values("suggestion"))
    items = {s.pk: s for s in readable.select_related("topic", "district", "lead_unit")}
    rows = [
        {
            "held": t,
            "item": items[t.suggestion_id],
            "problem": _masked(items[t.suggestion_id].original_problem),
            "proposal": _masked(items[t.suggestion_id].original_proposal),
            "title": _masked(items[t.suggestion_id].original_title),
        }
        for t in mine.order_by(F("read_at").asc(nulls_first=True), "pk")
        if t.suggestion_id in items
    ]
    return common.page(
        request,
        "suggestions/desk/tray.html",
        title=_("领导阅读"),
        rows=rows,
        month=month,
        read=mine.exclude(read_at=None).count(),
        quota=instructing.quota(place),
    )


def _masked(text: str) -> str:
    return redaction.mask(text, redaction.find_spans(text))


class PutForm(forms.Form):
    leader = f.person(gettext_lazy("送给哪位领导"))
    why = f.line(
        gettext_lazy("选送理由"), 200, help_text=gettext_lazy("例如“涉及面广，办法可行”。")
    )


@common.desk_view(FILLERS)
def put(request: HttpRequest, case_no: str) -> HttpResponse:
    """Put an item into a leader's list of this month."""
    item = common.load(request, case_no)
    actor = access.may(request.user, "fill_tray", item)
    if actor is None:
        return common.refused(request, needed=MATRIX["fill_tray"])
    form = PutForm(
        request.POST if request.method == "POST" else None, label_suffix="", auto_id="put-%s"
    )
    f.holders(form, "leader", Role.LEADER, item.jurisdiction)
    if request.method == "POST" and form.is_valid():
        try:
            instructing.put(
                leader=f.chosen_person(form.cleaned_data["leader"]),
                suggestion=item,
                why=form.cleaned_data["why"],
                actor=actor,
                at=timezone.now(),
            )
        except DomainError as error:
            common.show_errors(form, error)
        else:
            messages.success(request, _("已选送领导阅读。"))
            return redirect(common.item_address(item.case_no))
    return common.page(
        request,
        "suggestions/desk/steering_form.html",
        title=_("选送领导阅读"),
        form=form,
        button=_("选送"),
        crumbs=[(item.case_no, common.item_address(item.case_no))],
        back=common.item_address(item.case_no),
        about=item.original_title,
        status=422 if form.errors else 200,
    )


class ReportForm(forms.Form):
    note = f.text(
        gettext_lazy("说明"), 2000, help_text=gettext_lazy("逾期的为什么、怎么办、哪天前清。")
    )


@common.desk_view(SUPERVISORS)
def months(request: HttpRequest) -> HttpResponse:
    """The closing list of each month: what was open, what was late, whether it was reported (K26)."""
    rows = _closes(request)[:24]
    return common.page(
        request,
        "suggestions/desk/months.html",
        title=_("月结月清"),
        rows=rows,
        today=local_date(timezone.now()),
    )


@common.desk_view(SUPERVISORS)
def month(request: HttpRequest, pk: int) -> HttpResponse:
    """One month's list, and the report of it."""
    close = _closes(request).filter(pk=pk).first()
    if close is None:
        raise Http404
    form = ReportForm(
        request.POST if request.method == "POST" else None, label_suffix="", auto_id="month-%s"
    )
    if request.method == "POST" and form.is_valid():
        held = access.scope(request.user).holds(SUPERVISORS)[0]
        actor = Actor.staff(request.user, held.role)  # type: ignore[arg-type]
        try:
            supervision_rules.report_month(
                close=close, note=form.cleaned_data["note"], actor=actor, at=timezone.now()
            )
        except DomainError as error:
            common.show_errors(form, error)
        else:
            messages.success(request, _("已报告。"))
            return redirect("desk:month", pk)
    rows = [
        {**row, "due": date.fromisoformat(row["due_on"]) if row["due_on"] else None}
        for row in close.rows[:200]
    ]
    return common.page(
        request,
        "suggestions/desk/month.html",
        title=f"{close.month.year}年{close.month.month}月月结",
        close=close,
        ends=(close.month + timedelta(days=32)).replace(day=1),
        rows=rows,
        form=form,
        crumbs=[(_("月结月清"), reverse("desk:months"))],
        status=422 if form.errors else 200,
    )


def _closes(request: HttpRequest) -> Any:
    paths = {r.jurisdiction_id for r in access.scope(request.user).holds(SUPERVISORS)}
    return MonthClose.objects.filter(jurisdiction__in=paths).select_related(
        "reported_by", "jurisdiction"
    )


@panel
def tray_panel(request: HttpRequest, item: Suggestion) -> Panel | None:
    """On an item's screen: put it before a leader."""
    if access.may(request.user, "fill_tray", item) is None:
        return None
    return Panel(
        acts=(Link(gettext_lazy("选送领导阅读"), reverse("desk:tray_put", args=[item.case_no])),)
    )
