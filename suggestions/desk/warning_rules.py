"""The thresholds of early warning with how they did, and their change by a supervisor with a reason (process.md 8.4)."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from suggestions import access
from suggestions.actor import Actor
from suggestions.desk import common, steering
from suggestions.desk import steering_fields as f
from suggestions.errors import DomainError
from suggestions.matrix import MATRIX
from suggestions.models import Jurisdiction, Signal, Topic, WarningRule, WarningScan
from suggestions.roles import Role
from suggestions.selectors.warnings import tally
from suggestions.services import warning_rules

ROLES = frozenset(Role(r) for r in MATRIX["see_warnings"])


class RuleForm(forms.Form):
    """Another version of one signal's thresholds."""

    is_on = forms.BooleanField(label=gettext_lazy("启用"), required=False)
    least = f.number(gettext_lazy("至少多少"), 1, warning_rules.LEAST_MAX)
    times = forms.DecimalField(
        label=gettext_lazy("是平常的几倍"), min_value=0, max_value=warning_rules.TIMES_MAX, max_digits=4, decimal_places=1,
        help_text=gettext_lazy("0表示不和平常比。"),
        error_messages={
            "required": gettext_lazy("请填数字。"), "invalid": gettext_lazy("请填数字，例如3或2.5。"),
            "max_decimal_places": gettext_lazy("最多一位小数，例如2.5。"), "min_value": gettext_lazy("不能小于%(limit_value)s。"),
            "max_value": gettext_lazy("不能大于%(limit_value)s。"), "max_digits": gettext_lazy("数字太长，最多一位小数。"),
            "max_whole_digits": gettext_lazy("数字太大，最多填50。"),
        },
    )  # fmt: skip
    chance = f.number(
        gettext_lazy("碰巧出现的机会低于几分之一"), 0, warning_rules.CHANCE_MAX,
        help_text=gettext_lazy("填1000，平常一千周里碰巧也会有一次的不发预警。0表示不看。"),
    )  # fmt: skip
    topics = forms.ModelMultipleChoiceField(
        Topic.objects.filter(is_active=True), label=gettext_lazy("哪些主题是高风险领域"), required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": gettext_lazy("请在列表里选主题。"), "invalid_pk_value": gettext_lazy("请在列表里选主题。")},
    )  # fmt: skip
    reason = f.line(gettext_lazy("为什么改"), 200)

    def __init__(self, data: Any = None, *, rule: WarningRule) -> None:
        first = {
            "is_on": rule.is_on,
            "least": rule.least,
            "times": rule.times,
            "chance": rule.chance,
        }
        if rule.signal == Signal.HIGH_RISK:
            first["topics"] = list(rule.topics.all())
        super().__init__(data, initial=first, label_suffix="", auto_id="rule-%s")
        if rule.signal != Signal.HIGH_RISK:
            del self.fields["topics"]


def _place(request: HttpRequest) -> Jurisdiction:
    """The jurisdiction whose thresholds are shown: that of the first role that may see them."""
    return access.scope(request.user).holds(MATRIX["see_warnings"])[0].jurisdiction


def _setter(request: HttpRequest) -> tuple[Actor, Jurisdiction] | None:
    held = access.scope(request.user).holds(MATRIX["set_warning_rules"])
    if not held:
        return None
    return Actor.staff(request.user, held[0].role, None, held[0].on_behalf_of), held[0].jurisdiction  # type: ignore[arg-type]


@common.desk_view(ROLES)
def rules(request: HttpRequest) -> HttpResponse:
    """Each signal with its thresholds, what it raised within a year, and how much of that was a false alarm."""
    place = _place(request)
    counted = tally(place, timezone.now())
    rows = [
        {
            "rule": warning_rules.current(place, s.value), "signal": s, "counts": warning_rules.DEFAULTS[s.value].counts,
            "tally": counted.get(s.value),
        }
        for s in Signal
    ]  # fmt: skip
    return common.page(
        request, "suggestions/desk/warning_rules.html", title=_("预警规则"), room="warnings", rows=rows,
        tabs=steering.tabs(request, "warnings"), scan=WarningScan.objects.first(), place=place,
    )  # fmt: skip


@common.desk_view(ROLES)
def rule(request: HttpRequest, signal: str) -> HttpResponse:
    """One signal: its versions, and for the supervisor the form."""
    if signal not in Signal.values:
        raise Http404
    setter = _setter(request)
    place = setter[1] if setter else _place(request)
    held = warning_rules.current(place, signal)
    posted = request.POST if request.method == "POST" else None
    if posted is not None and setter is None:
        return common.refused(request, needed=MATRIX["set_warning_rules"])
    form, status = RuleForm(posted, rule=held), 200
    if posted is not None and setter is not None:
        status = 422
        if form.is_valid():
            try:
                warning_rules.change(
                    jurisdiction=place, signal=signal, actor=setter[0], at=timezone.now(), **form.cleaned_data
                )  # fmt: skip
            except DomainError as error:
                common.show_errors(form, error)
            else:
                messages.success(request, _("已改，从下一次巡查起按新的规则看。"))
                return redirect("desk:warning_rule", signal)
    versions = WarningRule.objects.filter(jurisdiction=place, signal=signal)
    return common.page(
        request, "suggestions/desk/warning_rule.html", title=str(Signal(signal).label), room="warnings", status=status,
        crumbs=[(_("预警规则"), reverse("desk:warning_rules"))], form=form if setter else None, rule=held,
        counts=warning_rules.DEFAULTS[signal].counts, topics=held.topics.all(),
        versions=versions.select_related("changed_by").order_by("-version")[:20],
    )  # fmt: skip
