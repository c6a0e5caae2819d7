"""Redirects that editors keep, in every writing: they type the plain address, and it is looked up by that."""

from django.http import HttpRequest, HttpResponseBase
from wagtail.contrib.redirects.middleware import RedirectMiddleware


class Redirects(RedirectMiddleware):
    """As Wagtail's; where it leads to is brought into the writing by `middleware.variant`."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        said, request.path = request.path, request.path_info
        try:
            answer: HttpResponseBase = super().process_response(request, response)
        finally:
            request.path = said
        return answer
