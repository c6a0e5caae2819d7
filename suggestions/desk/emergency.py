"""应急征集: the switch, what runs, and each day's figures (SH 14)."""

from datetime import datetime, time
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from suggestions import access
from suggestions.clock import SHANGHAI
from suggestions.desk import common
from suggestions.desk.entry_forms import day_field, line
from suggestions.errors import DomainError
from suggestions.matrix import MATRIX
from suggestions.models import EmergencyPeriod, Suggestion
from suggestions.services import emergency as service


class EmergencyForm(forms.Form):
    name = line(
        gettext_lazy("名称"), 60, gettext_lazy("例如“防汛应急征集”。"), required=gettext_lazy("请写名称。")
    )  # fmt: skip
    basis = line(
        gettext_lazy("依据"), 200, gettext_lazy("应急响应通知的文号或名称。"), required=gettext_lazy("请写依据。")
    )  # fmt: skip
    campaign = forms.ChoiceField(label=gettext_lazy("范围"), required=False)
    percent = forms.IntegerField(
        label=gettext_lazy("自定的期限缩短到百分之几"),
        initial=50,
        min_value=10,
        max_value=100,
        help_text=gettext_lazy("只缩短我们自己定的期限；法律定的、留给居民的期限不变。"),
        error_messages={"invalid": gettext_lazy("请填10到100之间的数。")},
    )
    last_day = day_field(
        gettext_lazy("最后一天"), gettext_lazy("过了这天24点自动结束，一次最多90天。"), required=True
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        model: Any = Suggestion._meta.get_field("campaign").related_model
        pages = model._default_manager.filter(live=True).order_by("-pk")[:50]
        choices = [("", _("全部新来的建议")), *[(str(p.pk), p.title) for p in pages]]
        field = self.fields["campaign"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices
        self.pages = {str(p.pk): p for p in pages}


@common.desk_view(MATRIX["open_emergency"])
def emergency(request: HttpRequest) -> HttpResponse:
    """What runs and ran, and the form that opens another."""
    role = access.scope(request.user).holds(MATRIX["open_emergency"])[0]
    now = timezone.now()
    posted = request.method == "POST"
    form = EmergencyForm(request.POST if posted and "end" not in request.POST else None)
    own = EmergencyPeriod.objects.filter(
        jurisdiction__path__startswith=role.jurisdiction.path
    ).select_related("jurisdiction", "campaign", "opened_by")
    problem = ""
    if posted and "end" in request.POST:
        pk = request.POST["end"]
        found = own.filter(pk=int(pk)).first() if pk.isdecimal() and len(pk) < 12 else None
        if found is None:
            raise Http404
        try:
            service.end(period=found, by=request.user, at=now)  # type: ignore[arg-type]
            return redirect("desk:emergency")
        except DomainError as error:
            problem = str(error)
    elif posted and form.is_valid():
        held = form.cleaned_data
        try:
            service.start(
                jurisdiction=role.jurisdiction, campaign=form.pages.get(held["campaign"]), name=held["name"],
                basis=held["basis"], percent=held["percent"], by=request.user, at=now,  # type: ignore[arg-type]
                ends_at=datetime.combine(held["last_day"], time(23, 59, 59), SHANGHAI),
            )  # fmt: skip
            return redirect("desk:emergency")
        except DomainError as error:
            common.show_errors(form, error)
    shown = [(p, service.digest(p, at=now) if _runs(p, now) else None) for p in own[:20]]
    return common.page(
        request, "suggestions/desk/emergency.html", title=_("应急征集"), status=422 if posted else 200,
        form=form, periods=shown, problem=problem,
    )  # fmt: skip


def _runs(period: EmergencyPeriod, now: datetime) -> bool:
    return period.ended_at is None and period.starts_at <= now < period.ends_at
