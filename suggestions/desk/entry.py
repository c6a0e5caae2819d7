from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from suggestions.desk.common import desk_view, page
from suggestions.roles import Role


@desk_view((Role.INTAKE_CLERK,))
def entry(request: HttpRequest) -> HttpResponse:
    return page(request, "suggestions/desk/base.html", title=_("代为登记"))


@desk_view((Role.INTAKE_CLERK,))
def entry_receipt(request: HttpRequest, token: str) -> HttpResponse:
    return page(request, "suggestions/desk/base.html", title=_("回执"))
