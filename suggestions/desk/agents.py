"""The agent network at the desk: who carries what, and a mandate taken back by telephone."""

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from suggestions import access, states
from suggestions.clock import local_date
from suggestions.desk import common, panels
from suggestions.errors import DomainError
from suggestions.matrix import MATRIX
from suggestions.models import AgentRelay, CaseEvent, Suggestion
from suggestions.selectors import agents as selector
from suggestions.services import agent_relays, mandates
from suggestions.states.mandate import Mandate
from suggestions.states.relay import Relay
from suggestions.statistics import agents as figures
from suggestions.statistics.figures import Period, whole_months

ROLES = frozenset(MATRIX["see_agents"])
_LIVE = (Mandate.AWAITING, Mandate.ACTIVE)


class RevokeForm(forms.Form):
    """What the author said on the telephone."""

    reason = forms.CharField(
        label=gettext_lazy("本人怎么说的"), max_length=200,
        help_text=gettext_lazy("先核对编号和查询码，确认是本人，再撤回。撤回后代理员马上看不到这件。"),
        error_messages={"required": gettext_lazy("请写本人怎么说的，例如“本人来电，核对了查询码”。")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip


@common.desk_view(ROLES)
def agents(request: HttpRequest) -> HttpResponse:
    """Figures with numerator and denominator, agents with their load, late requests."""
    today = local_date(timezone.now())
    roles = access.scope(request.user).holds(ROLES)
    paths = sorted({r.jurisdiction.path for r in roles})
    place = roles[0].jurisdiction
    past = whole_months(today)
    late = AgentRelay.objects.filter(status=Relay.OPEN, due_on__lt=today)
    late = late.filter(jurisdiction__path__startswith=place.path)
    return common.page(
        request,
        "suggestions/desk/agents.html",
        title=_("代理网络"),
        figures=figures.figures(Period(past.first, today), place),
        period=Period(past.first, today),
        loads=selector.loads(paths, on=today),
        late=list(late.select_related("suggestion", "asked_by").order_by("due_on")[:30]),
    )


@common.desk_view()
def mandate_revoke(request: HttpRequest, case_no: str, pk: int) -> HttpResponse:
    """By telephone the author takes the mandate back; the office writes down what was said."""
    item = common.load(request, case_no)
    mandate = item.mandates.select_related("agent", "jurisdiction").filter(pk=pk).first()
    if mandate is None:
        raise Http404
    row = states.BY_NAME["mandate_revoke"]
    actor = access.record_actor(request.user, mandate, row.roles)
    if actor is None:
        return common.refused(request, message=_("撤回委托由登记员、分办员或督办员办理。"))
    form = RevokeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            mandates.revoke(
                mandate=mandate, actor=actor, at=timezone.now(), reason=form.cleaned_data["reason"]
            )
        except DomainError as error:
            common.show_errors(form, error)
        else:
            return redirect("desk:item", item.case_no)
    return common.page(
        request,
        "suggestions/desk/agent_revoke.html",
        title=_("撤回委托"),
        crumbs=[(item.case_no, common.item_address(item.case_no))],
        status=422 if form.errors else 200,
        item=item,
        mandate=mandate,
        form=form,
    )


@panels.register
def panel(request: HttpRequest, item: Suggestion) -> panels.Panel | None:
    """Who acts for the author, who met them, and what higher agents pressed for. Three queries."""
    held = selector.mandates_on(item)
    if not held:
        return None
    presses = list(
        CaseEvent.objects.filter(suggestion=item, name=agent_relays.PRESS)
        .select_related("actor")
        .order_by("-seq")[:5]
    )
    row = states.BY_NAME["mandate_revoke"]
    may = access.record_actor(request.user, held[0], row.roles) is not None
    return panels.Panel(
        template="suggestions/desk/panel_agents.html",
        context={
            "mandates": [(m, may and m.status in _LIVE) for m in held],
            "visits": selector.visits_on(item),
            "presses": presses,
        },
        place="side",
    )
