"""How long each class of records is kept: shown with what is over, changed by two persons after a dry run (process.md 9.4)."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from suggestions.codes import RecordClass
from suggestions.desk import common
from suggestions.errors import DomainError
from suggestions.models import RetentionRule, TimeChange
from suggestions.services import retention, retention_rules, time_changes


def _changes(request: HttpRequest) -> list[dict[str, Any]]:
    # clock_rules shows these changes too, so it imports this module first.
    from suggestions.desk import clock_rules

    return clock_rules.changes(request, TimeChange.Kind.RETENTION)


def _proposer(request: HttpRequest) -> Any:
    from suggestions.desk import clock_rules

    return clock_rules.proposer(request)


class TermForm(forms.Form):
    """Another term for one class."""

    days = forms.IntegerField(
        label=gettext_lazy("保存多少天"), min_value=1, max_value=retention_rules.MOST_DAYS,
        error_messages={"required": gettext_lazy("请填天数。"), "invalid": gettext_lazy("请填整数，例如365。")},
    )  # fmt: skip
    approved_by = forms.CharField(
        label=gettext_lazy("由哪个部门批准"), max_length=120,
        help_text=gettext_lazy("例如档案主管部门和文号。"),
        error_messages={"required": gettext_lazy("请写明由哪个部门批准，例如档案主管部门和文号。")},
    )  # fmt: skip
    basis = forms.CharField(
        label=gettext_lazy("依据"), max_length=120,
        error_messages={"required": gettext_lazy("请写依据，例如通知的名称和文号。")},
    )  # fmt: skip

    def __init__(self, data: Any = None, *, days: int) -> None:
        super().__init__(data, initial={"days": days}, label_suffix="", auto_id="term-%s")


@common.desk_view(common.TIME_ROLES)
def terms(request: HttpRequest) -> HttpResponse:
    """Every class with its term and how many rows the next run would end."""
    now = timezone.now()
    rows = [
        {"line": line, "rule": retention_rules.current(line.record_class), "label": line.record_class.label}
        for line in retention.run(now=now, dry_run=True)
    ]  # fmt: skip
    return common.page(
        request, "suggestions/desk/retention_terms.html", title=_("保存期限"), rows=rows,
        changes=_changes(request),
    )  # fmt: skip


@common.desk_view(common.TIME_ROLES)
def term(request: HttpRequest, record_class: str) -> HttpResponse:
    """One class: its versions, and for administrators the form with its dry run."""
    if record_class not in retention.CLASSES:
        raise Http404
    now, rule = timezone.now(), retention_rules.current(record_class)
    who = _proposer(request)
    posted = request.POST if request.method == "POST" else None
    if posted is not None and who is None:
        return common.refused(request, needed=common.TIME_ROLES)
    form, found, status = TermForm(posted, days=rule.days), None, 200
    if posted is not None and who is not None:
        status = 422
        if form.is_valid() and "preview" in posted:
            found, status = _numbers(record_class, rule.days, form.cleaned_data["days"], now), 200
        elif form.is_valid():
            try:
                change = time_changes.propose_retention(
                    record_class=record_class, actor=who[0], jurisdiction=who[1], at=now, **form.cleaned_data
                )  # fmt: skip
            except DomainError as error:
                common.show_errors(form, error)
            else:
                messages.success(request, _("已提出，等另一位同事确认后生效。"))
                return redirect("desk:time_change", pk=change.pk)
    return common.page(
        request, "suggestions/desk/retention_term.html", title=str(RecordClass(record_class).label), room="retention",
        crumbs=[(_("保存期限"), reverse("desk:retention"))], status=status, rule=rule, goes=found,
        form=form if who else None,
        versions=RetentionRule.objects.filter(record_class=record_class).order_by("-version")[:20],
    )  # fmt: skip


def _numbers(record_class: str, old: int, days: int, now: datetime) -> dict[str, int]:
    return {
        "old": old, "days": days,
        "before": retention.would_go(record_class=record_class, days=old, now=now),
        "after": retention.would_go(record_class=record_class, days=days, now=now),
    }  # fmt: skip


def goes(change: TimeChange, now: datetime) -> dict[str, int]:
    """The dry run of a proposed term: how many rows are over now, and would be after it."""
    p = change.payload
    return _numbers(p["record_class"], p["old"], p["days"], now)
