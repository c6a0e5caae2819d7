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

from suggestions.desk import common
from suggestions.selectors import workload

PAGE_SIZE = 30


def _own(request: HttpRequest) -> Any:
    held: Any = request.user
    return held.notices


@common.desk_view(common.HOME_ROLES)
def notices(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return _choose(request) if "mode" in request.POST else _mark_read(request)
    unread_only = request.GET.get("show") == "unread"
    rows = _own(request).order_by("-at", "-pk")
    waiting = rows.filter(read_at=None)
    modes, mode = _choices(request)
    held = Paginator(waiting if unread_only else rows, PAGE_SIZE).get_page(request.GET.get("page"))
    return common.page(
        request,
        "suggestions/desk/notices.html",
        title=_("我的通知"),
        held=held,
        unread_only=unread_only,
        modes=modes,
        mode=mode,
        unread=waiting.count(),
        query="show=unread" if unread_only else "",
    )


def _choice_model(held: Any) -> Any:
    """portal.notices.NoticeChoice, reached through the relation: portal lies above this package."""
    return held._meta.get_field("notice_choice").related_model


def _choices(request: HttpRequest) -> tuple[list[tuple[str, str]], str]:
    """The ways to be told, and the one in force; who chose none keeps the setting of their account."""
    held: Any = request.user
    model = _choice_model(held)
    chosen = model.objects.filter(user=held).values_list("mode", flat=True).first()
    usual = model.Mode.AT_ONCE if held.notify_by_email else model.Mode.SITE
    return list(model.Mode.choices), str(chosen or usual)


def _choose(request: HttpRequest) -> HttpResponse:
    held: Any = request.user
    model = _choice_model(held)
    mode = request.POST.get("mode", "")
    if mode in model.Mode.values:
        model.objects.update_or_create(user=held, defaults={"mode": mode})
        messages.success(
            request, _("通知方式已改为：%(mode)s。") % {"mode": model.Mode(mode).label}
        )
    else:
        messages.error(request, _("请选一种通知方式。"))
    return redirect("desk:notices")


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


@common.post_only("desk:notices")
@common.desk_view(common.HOME_ROLES)
def notice(request: HttpRequest, pk: int) -> HttpResponse:
    """Open what a notice is about, and mark it as read on the way."""
    held = _own(request).filter(pk=pk).first()
    if held is None:
        raise Http404
    _own(request).filter(pk=pk, read_at=None).update(read_at=timezone.now())
    workload.forget_menu_counts(request.user)
    safe = url_has_allowed_host_and_scheme(held.url, allowed_hosts=None)
    return redirect(held.url if held.url and safe else reverse("desk:notices"))
