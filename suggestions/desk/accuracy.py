"""提示准确率: how often people's choices and the hints agree, counted with numerator and denominator (process.md 4.4)."""

from datetime import date, datetime, time, timedelta

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from suggestions.clock import SHANGHAI, local_date
from suggestions.desk import common
from suggestions.services import hinted


class PeriodForm(forms.Form):
    """From and until, both days included."""

    since = forms.DateField(
        label=gettext_lazy("从"),
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"invalid": gettext_lazy("请写成 2026-11-01 这样的日期。")},
    )
    until = forms.DateField(
        label=gettext_lazy("到"),
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"invalid": gettext_lazy("请写成 2026-11-30 这样的日期。")},
    )

    def clean(self) -> dict[str, date]:
        held = super().clean() or {}
        since, until = held.get("since"), held.get("until")
        if since and until and since > until:
            self.add_error("until", _("结束的日子不能早于开始的日子。"))
        return held


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, SHANGHAI)


@common.desk_view(common.ACCURACY_ROLES)
def hint_accuracy(request: HttpRequest) -> HttpResponse:
    today = local_date(timezone.now())
    usual = {"since": today - timedelta(days=89), "until": today}
    asked = "since" in request.GET or "until" in request.GET
    form = PeriodForm(request.GET if asked else usual, label_suffix="", auto_id="period-%s")
    good = form.is_valid()
    period = form.cleaned_data if good else usual
    until = min(period["until"], date(2200, 1, 1))
    rows = hinted.accuracy(
        request.user, since=_midnight(max(period["since"], date(2000, 1, 1))),
        until=_midnight(until + timedelta(days=1)),
    )  # fmt: skip
    return common.page(
        request, "suggestions/desk/hint_accuracy.html", title=_("提示准确率"), status=200 if good else 422,
        form=form, rows=rows, since=period["since"], until=period["until"],
    )  # fmt: skip
