"""One item on one screen."""

from django.http import HttpRequest, HttpResponse

from suggestions.desk.common import desk_view, load, page


@desk_view()
def item(request: HttpRequest, case_no: str) -> HttpResponse:
    held = load(request, case_no)
    return page(request, "suggestions/desk/base.html", title=held.original_title)


@desk_view()
def reveal(request: HttpRequest, case_no: str) -> HttpResponse:
    held = load(request, case_no)
    return page(request, "suggestions/desk/base.html", title=held.original_title)
