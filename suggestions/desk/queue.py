"""Lists of items for the collection office."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from suggestions.desk.common import QUEUE_ROLES, SUPERVISION_ROLES, desk_view, page


@desk_view(QUEUE_ROLES)
def queue(request: HttpRequest) -> HttpResponse:
    return page(request, "suggestions/desk/base.html", title=_("分办队列"))


@desk_view(SUPERVISION_ROLES)
def supervision(request: HttpRequest) -> HttpResponse:
    return page(request, "suggestions/desk/base.html", title=_("督办关注"))
