"""The office's acts on one item, each a form on its own page."""

from django.http import HttpRequest, HttpResponse

from suggestions.desk.common import desk_view, load, page


@desk_view()
def act(request: HttpRequest, case_no: str, act: str) -> HttpResponse:
    held = load(request, case_no)
    return page(request, "suggestions/desk/base.html", title=held.original_title)
