"""The unit's draft and signature, co-opinions, and the office's review of a reply."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from suggestions.desk.common import desk_view, load, page
from suggestions.roles import UNIT_ROLES, Role


@desk_view(UNIT_ROLES)
def reply(request: HttpRequest, case_no: str) -> HttpResponse:
    load(request, case_no)
    return page(request, "suggestions/desk/base.html", title=_("起草答复"))


@desk_view(UNIT_ROLES)
def opinion(request: HttpRequest, case_no: str) -> HttpResponse:
    load(request, case_no)
    return page(request, "suggestions/desk/base.html", title=_("协办意见"))


@desk_view((Role.TRIAGE_OFFICER, Role.SUPERVISOR))
def review(request: HttpRequest, case_no: str) -> HttpResponse:
    load(request, case_no)
    return page(request, "suggestions/desk/base.html", title=_("审核答复"))
