"""Django's own CSRF check, asked from inside a view, so that a form left open too long can be shown again as it was.

The middleware answers before the view and with a page of its own; what was typed would be gone. A view using this is
marked csrf_exempt and must call `csrf_fails` before it does anything.
"""

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.translation import gettext as _


class _Asked(CsrfViewMiddleware):
    def _reject(self, request: HttpRequest, reason: str) -> HttpResponse:
        return HttpResponse(status=403)


def _unmarked(request: HttpRequest) -> HttpResponse:
    """Stands for a view that is not exempt: the middleware looks at this mark before it checks."""
    return HttpResponse()


def csrf_fails(request: HttpRequest) -> bool:
    """Whether the request is not proved to come from a page of ours. Sets what a fresh token needs."""
    check = _Asked(_unmarked)
    check.process_request(request)
    return check.process_view(request, _unmarked, (), {}) is not None


def stale_message() -> str:
    """What to tell the person; the form is shown again with everything typed."""
    return _("这一页放得太久，或者浏览器没有保存 Cookie。您写的都在下面，请再按一次按钮。")
