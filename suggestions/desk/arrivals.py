"""How an item came in, on its screen: the arrival panel, a corrected arrival date, one paper split into several items."""

import uuid
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from suggestions import access, states
from suggestions.clock import local_date
from suggestions.codes import ONLINE_CHANNELS
from suggestions.desk import common, panels
from suggestions.desk.entry_forms import day_field, line
from suggestions.desk.form_locks import FormLock
from suggestions.desk.forms import words
from suggestions.errors import DomainError
from suggestions.matrix import MATRIX
from suggestions.models import Arrival, Suggestion
from suggestions.rules import ON_RECORD
from suggestions.services import arrivals, joint

_FIELDS = (
    "point", "collected_on", "recording_ref", "sender", "referred_by", "referral_due_on", "occasion", "people",
)  # fmt: skip


class ArrivalForm(forms.Form):
    received_on = day_field(gettext_lazy("收到日期"), required=True)
    reason = line(gettext_lazy("为什么改"), 200, gettext_lazy("已经分办的件必须写，会记进经过。"))


class SplitForm(forms.Form):
    key = forms.CharField(max_length=64, widget=forms.HiddenInput)
    title = line(
        gettext_lazy("另一件事，一句话"), ON_RECORD.title_max, required=gettext_lazy("请用一句话写清是什么事。")
    )  # fmt: skip
    problem = words(
        gettext_lazy("这件事的情况"), limit=ON_RECORD.problem_max, rows=6,
        help_text=gettext_lazy("从原文里摘，照原话，不改意思。"),
        error_messages={"required": gettext_lazy("请摘出这件事的情况。")},
    )  # fmt: skip
    proposal = words(
        gettext_lazy("建议的做法"), limit=ON_RECORD.proposal_max, required=False, rows=4
    )
    reason = line(gettext_lazy("为什么分拆"), 200, required=gettext_lazy("请写明为什么要分拆。"))


@panels.register
def arrival_panel(request: HttpRequest, item: Suggestion) -> panels.Panel | None:
    """What is known of the way in, what it was split from or into, how many stand behind it. Three queries."""
    held = Arrival.objects.filter(suggestion=item).first()
    facts = [
        (getattr(Arrival._meta.get_field(n), "verbose_name", ""), getattr(held, n))
        for n in _FIELDS
        if held is not None and getattr(held, n)
    ]
    links = [(link.part if link.origin_id == item.pk else link.origin, link.origin_id == item.pk)
             for link in arrivals.linked(item)]  # fmt: skip
    counts = joint.counts(item)
    acts = []
    offline = item.channel not in ONLINE_CHANNELS
    if offline and item.status in states.OPEN and access.may(request.user, "change_arrival", item):
        acts.append(panels.Link(_("改收到日期"), reverse("desk:arrival", args=[item.case_no])))
    if item.status in states.TRIAGE_QUEUE and access.may(request.user, "split_case", item):
        acts.append(panels.Link(_("分拆成两件"), reverse("desk:split", args=[item.case_no])))
    author = getattr(item, "author", None)
    minor = bool(author and author.is_minor)
    if not (facts or links or counts.named or item.co_sign_count or acts or minor):
        return None
    context = {
        "facts": facts, "read_back": held is not None and held.read_back, "links": links, "joint": counts,
        "minor": author.get_age_band_display() if author and minor else "",
    }  # fmt: skip
    shown = facts or links or counts.named or item.co_sign_count or minor
    template = "suggestions/desk/arrival_panel.html" if shown else ""
    return panels.Panel(template, context, tuple(acts), place="side")


@common.desk_view()
def arrival(request: HttpRequest, case_no: str) -> HttpResponse:
    """Correct the day the item arrived."""
    item = common.load(request, case_no)
    actor = access.may(request.user, "change_arrival", item)
    if actor is None:
        return common.refused(request, needed=MATRIX["change_arrival"])
    posted = request.method == "POST"
    form = ArrivalForm(
        request.POST if posted else None,
        initial={"received_on": local_date(item.received_at)},
        label_suffix="",
    )
    lock = FormLock(request, item, actor, "arrival")
    if posted and form.is_valid():
        try:
            lock.check()
            arrivals.change_received(
                suggestion=item, day=form.cleaned_data["received_on"], reason=form.cleaned_data["reason"],
                actor=actor, at=timezone.now(),
            )  # fmt: skip
        except DomainError as error:
            common.show_errors(form, error)
        else:
            lock.release()
            return redirect("desk:item", item.case_no)
    return _page(request, item, form, lock, _("改收到日期"), _("存下新的日期"),
                 _("从收到那天起算的期限会重新算，改动记进经过，建议人也看得到。"))  # fmt: skip


@common.desk_view()
def split(request: HttpRequest, case_no: str) -> HttpResponse:
    """Make a second item of another matter in the same paper."""
    item = common.load(request, case_no)
    actor = access.may(request.user, "split_case", item)
    if actor is None:
        return common.refused(request, needed=MATRIX["split_case"])
    if not hasattr(item, "author"):
        raise Http404
    posted = request.method == "POST"
    form = SplitForm(
        request.POST if posted else None, initial={"key": uuid.uuid4().hex}, label_suffix=""
    )
    lock = FormLock(request, item, actor, "split")
    if posted and form.is_valid():
        try:
            lock.check()
            arrivals.split(suggestion=item, actor=actor, at=timezone.now(), **form.cleaned_data)
        except DomainError as error:
            common.show_errors(form, error)
        else:
            lock.release()
            return redirect("desk:item", item.case_no)
    return _page(request, item, form, lock, _("分拆成两件"), _("另立一件"),
                 _("新的一件用同一位建议人、同一个收到日期，有自己的编号和查询码；原来这件照旧。"))  # fmt: skip


def _page(
    request: HttpRequest,
    item: Suggestion,
    form: Any,
    lock: FormLock,
    title: str,
    button: str,
    explain: str,
) -> HttpResponse:
    return common.page(
        request, "suggestions/desk/arrival_act.html", title=title, crumb=item.case_no,
        crumbs=[(item.case_no, reverse("desk:item", args=[item.case_no]))],
        status=422 if form.is_bound else 200, item=item, form=form, button=button, explain=explain, **lock.context(),
    )  # fmt: skip
