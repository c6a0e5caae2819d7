"""One act on many items."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from suggestions.desk.common import desk_view, page
from suggestions.roles import Role


@desk_view((Role.TRIAGE_OFFICER,))
def bulk(request: HttpRequest) -> HttpResponse:
    return page(request, "suggestions/desk/base.html", title=_("批量办理"))
