"""A member of staff's in-site notices: read, open what they are about, mark as read.

The rows live in portal, above this package, and are reached through the reverse relation `user.notices`.
"""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from suggestions.desk import common
from suggestions.selectors import workload

PAGE_SIZE = 30


def _own(request: HttpRequest) -> Any:
    held: Any = request.user
    return held.notices


@common.desk_view(common.DESK_ROLES)
def notices(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return _mark_read(request)
    unread_only = request.GET.get("show") == "unread"
    rows = _own(request).order_by("-at", "-pk")
    waiting = rows.filter(read_at=None)
    held = Paginator(waiting if unread_only else rows, PAGE_SIZE).get_page(request.GET.get("page"))
    return common.page(
        request,
        "suggestions/desk/notices.html",
        title=_("我的通知"),
        held=held,
        unread_only=unread_only,
        unread=waiting.count(),
        query="show=unread" if unread_only else "",
    )


def _mark_read(request: HttpRequest) -> HttpResponse:
    """Mark one (`pk`) or all as read; somebody else's notice is not there."""
    rows = _own(request).filter(read_at=None)
    pk = request.POST.get("pk", "")
    if pk:
        rows = rows.filter(pk=int(pk)) if pk.isdecimal() and len(pk) < 18 else rows.none()
    done = rows.update(read_at=timezone.now())
    workload.forget_menu_counts(request.user)
    if not pk:
        messages.success(request, _("%(n)d条通知已标为已读。") % {"n": done})
    back = "?show=unread" if request.POST.get("show") == "unread" else ""
    return redirect(reverse("desk:notices") + back)


@require_POST
@common.desk_view(common.DESK_ROLES)
def notice(request: HttpRequest, pk: int) -> HttpResponse:
    """Open what a notice is about, and mark it as read on the way."""
    held = _own(request).filter(pk=pk).first()
    if held is None:
        raise Http404
    _own(request).filter(pk=pk, read_at=None).update(read_at=timezone.now())
    workload.forget_menu_counts(request.user)
    safe = url_has_allowed_host_and_scheme(held.url, allowed_hosts=None)
    return redirect(held.url if held.url and safe else reverse("desk:notices"))
