"""A campaign owes its result to whoever wrote to it: its page does not disappear before that is out (SH 12; process.md 13.17)."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail import hooks

from cms import admin_reports, going_public, wizard
from cms.models import CampaignPage


def _owing(page: Any) -> list[CampaignPage]:
    """Published campaigns at or below a page that still owe their result."""
    now = timezone.now()
    rows = CampaignPage.objects.descendant_of(page, inclusive=True).live()
    return [found for found in rows.filter(opens_at__lte=now) if found.must_stay_at(now)]


def _refused(request: HttpRequest, page: Any) -> HttpResponse | None:
    owing = _owing(page)
    if not owing:
        return None
    words = _(
        "“%(title)s”已经截止或者已经收到建议，还没有公布结果，不能撤下或删除。请先写好结果报告，填上结果公布时间再发布。"
    )
    messages.error(request, words % {"title": owing[0].title})
    return redirect("wagtailadmin_pages:edit", owing[0].pk)


@hooks.register("before_unpublish_page")
def keep_until_reported(request: HttpRequest, page: Any) -> HttpResponse | None:
    """Unpublishing would close it silently."""
    return _refused(request, page)


@hooks.register("before_delete_page")
def never_delete_unreported(request: HttpRequest, page: Any) -> HttpResponse | None:
    """So would deleting it, or the list it stands in."""
    return _refused(request, page)


@hooks.register("before_bulk_action")
def nor_many_at_once(
    request: HttpRequest, action_type: str, objects: list[Any], action_class: Any
) -> HttpResponse | None:
    """And so would either done to many pages together."""
    if action_type not in ("unpublish", "delete"):
        return None
    for held in objects:
        if hasattr(held, "get_descendants") and hasattr(held, "url_path"):
            refused = _refused(request, held)
            if refused is not None:
                return refused
    return None


HOOKED = (admin_reports, going_public, wizard)
"""Modules that register hooks of their own."""
