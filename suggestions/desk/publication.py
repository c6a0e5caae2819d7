"""The publishers' queue and the masking of one item."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from suggestions.desk.common import PUBLISHER_ROLES, desk_view, page


@desk_view(PUBLISHER_ROLES)
def publication_queue(request: HttpRequest) -> HttpResponse:
    return page(request, "suggestions/desk/base.html", title=_("公开审核"))


@desk_view(PUBLISHER_ROLES)
def publication(request: HttpRequest, pk: int) -> HttpResponse:
    return page(request, "suggestions/desk/base.html", title=_("脱敏和公开"))
