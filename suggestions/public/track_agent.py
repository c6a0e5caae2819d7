"""Taking a mandate back on /track/: the author's own act, at any time, with one press (process.md 3.3)."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from suggestions import numbers
from suggestions.actor import Actor
from suggestions.errors import DomainError
from suggestions.models import AgentMandate, Suggestion
from suggestions.public import track_pass
from suggestions.selectors import agents as selector
from suggestions.services import mandates
from suggestions.states.mandate import Mandate


def shown(suggestion: Suggestion) -> list[AgentMandate]:
    """Mandates the author may still take back, on the item's page. One query."""
    live = (Mandate.AWAITING, Mandate.ACTIVE)
    return [m for m in selector.mandates_on(suggestion) if m.status in live]


@require_POST
def revoke(request: HttpRequest, case_no: str, pk: int) -> HttpResponse:
    """End the mandate for whoever proved to know the item's code; sent twice it is ended once."""
    number = numbers.parse_case_no(case_no) or ""
    page = reverse("suggestions:track_item", args=[number or case_no])
    if not track_pass.holds(request, number):
        return HttpResponseRedirect(page)
    mandate = (
        AgentMandate.objects.select_related("agent", "jurisdiction")
        .filter(pk=pk, links__suggestion__case_no=number)
        .first()
    )
    if mandate is None:
        raise Http404
    if mandate.status in (Mandate.AWAITING, Mandate.ACTIVE):
        try:
            mandates.revoke(mandate=mandate, actor=Actor.author(), at=timezone.now())
        except DomainError:
            return HttpResponseRedirect(
                page
            )  # it changed at this moment; the page shows how it stands
    response = HttpResponseRedirect(f"{page}?done=agent")
    track_pass.grant(request, response, number)
    return response
