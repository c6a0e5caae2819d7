"""A unit's inbox, its sign-in, and the in-site notices."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from suggestions.desk.common import DESK_ROLES, desk_view, load, page
from suggestions.roles import UNIT_ROLES


@desk_view(UNIT_ROLES)
def inbox(request: HttpRequest) -> HttpResponse:
    return page(request, "suggestions/desk/base.html", title=_("单位收件"))


@desk_view(UNIT_ROLES)
def sign_in(request: HttpRequest, case_no: str) -> HttpResponse:
    load(request, case_no)
    return page(request, "suggestions/desk/base.html", title=_("签收"))


@desk_view(DESK_ROLES)
def notices(request: HttpRequest) -> HttpResponse:
    return page(request, "suggestions/desk/base.html", title=_("我的通知"))
