"""The room "答复与承诺": answers nobody is known to have received, promises by state. Each list is paged by fifty."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from suggestions.clock import local_date
from suggestions.desk import common
from suggestions.matrix import MATRIX
from suggestions.selectors import promises

PER_PAGE = 50
TABS = {
    "missed": _("过期没有做到"),
    "open": _("未到期的承诺"),
    "kept": _("做到了的"),
    "unreached": _("答复还没送达"),
}
READERS = frozenset(MATRIX["see_commitments"])


@common.desk_view(READERS)
def answers(request: HttpRequest) -> HttpResponse:
    show = request.GET.get("show", "missed")
    if show not in TABS:
        show = "missed"
    found = (
        promises.unreached(request.user)
        if show == "unreached"
        else promises.commitments(request.user, show)
    )
    held = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    return common.page(
        request,
        "suggestions/desk/answers.html",
        title=str(_("答复与承诺")),
        show=show,
        tabs=TABS,
        held=held,
        query=f"show={show}",
        today=local_date(timezone.now()),
        moderates=common.holds(request, MATRIX["moderate_comments"]),
        keeps_templates=common.holds(request, MATRIX["keep_templates"]),
    )
