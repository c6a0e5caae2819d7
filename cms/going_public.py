"""What stands between a stored draft and the public where nobody presses 发布 in the page editor: an approval from the admin's
first page, many pages published at once, and the clock. The rules are the editor's own: the page's `clean`, and no personal data.

A draft that was in order when it was stored may be so no longer: somebody has voted for an option it drops, or a suggestion
came in that its result does not answer.
"""

from datetime import datetime
from typing import Any

import structlog
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.ui.components import Component
from wagtail.admin.views.pages.workflow import WorkflowActionView
from wagtail.admin.viewsets.pages import PageViewSet
from wagtail.log_actions import LogFormatter, log
from wagtail.models import Page, PageLogEntry, Revision
from wagtail.permissions import page_permission_policy

from cms import checklist
from cms.models import CampaignPage
from cms.models.site_page import SitePage

events = structlog.get_logger(__name__)
REFUSED = "cms.schedule_refused"
"""A page's history says so when its hour came and it could not go out."""


def faults(page: Any) -> list[str]:
    """Sentences on why the page as it stands in `page` may not go out; empty when it may. A few queries."""
    found: list[str] = []
    try:
        page.full_clean()
    except ValidationError as error:
        found += error.messages
    texts = {name: getattr(page, name) for name in checklist.public_texts(page)}
    found += checklist.stops(texts).values()
    if isinstance(page, SitePage):
        found += page.stops_besides(vars(page)).values()
    return [*dict.fromkeys(found)]


def publish_due(*, now: datetime) -> int:
    """Publish what editors set for this hour; returns how many pages went out.

    One that may not go out stays as it is, loses its hour, and says so in its history and on its editors' first page:
    the others go out all the same.
    """
    due = Revision.page_revisions.filter(approved_go_live_at__lte=now)
    return sum(_publish(held) for held in due.order_by("approved_go_live_at", "pk"))


def _publish(revision: Revision) -> bool:
    page = revision.as_object()
    why = faults(page)
    if not why:
        with transaction.atomic():
            revision.publish(log_action="wagtail.publish.scheduled")
        return True
    with transaction.atomic():
        Revision.objects.filter(pk=revision.pk).update(approved_go_live_at=None)
        log(instance=page, action=REFUSED, revision=revision, data={"why": why})
    events.warning("schedule_refused", page=page.pk, revision=revision.pk)
    return False


def expire_due(*, now: datetime) -> int:
    """Take down what editors set to end by now; returns how many. A campaign that owes its result stays until that is out."""
    done = 0
    for page in Page.objects.live().filter(expire_at__lte=now).order_by("pk").specific():
        if isinstance(page, CampaignPage) and page.must_stay_at(now):
            continue
        page.unpublish(set_expired=True, log_action="wagtail.unpublish.scheduled")
        done += 1
    return done


# Approving from the admin's first page, and publishing many at once


def _refuse(request: HttpRequest, page: Any, why: list[str]) -> str:
    """Say why this page stays where it is; the address of its editor."""
    words = _("“%(title)s”没有发布：%(why)s请改好再发布。")
    messages.error(request, words % {"title": page.get_admin_display_title(), "why": "".join(why)})
    return reverse("wagtailadmin_pages:edit", args=[page.pk])


class ApprovalView(WorkflowActionView):
    """Wagtail's own publishes what was submitted, whatever has come in between."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        page = self.task_state.revision.as_object()
        why = faults(page) if self.action_name == "approve" else []
        if not why:
            return super().post(request, *args, **kwargs)
        address = _refuse(request, page, why)
        if request.headers.get("x-requested-with") == "XMLHttpRequest":
            return self.render_modal_json(request, {"step": "success", "redirect": address})
        return redirect(address)


class SiteViewSet(PageViewSet):
    """Wagtail's views of pages, with our approval."""

    workflow_action_view_class = ApprovalView


@hooks.register("register_admin_viewset", order=10)
def site_viewset() -> SiteViewSet:
    """After Wagtail's own, whose place it takes."""
    return SiteViewSet()


@hooks.register("before_bulk_action")
def many_are_asked_one_by_one(
    request: HttpRequest, action_type: str, objects: list[Any], action_class: Any
) -> HttpResponse | None:
    """Publishing many pages publishes their newest drafts, which nothing looked at when they were stored."""
    if action_type != "publish":
        return None
    pages = [held for held in objects if isinstance(held, Page)]
    if action_class.cleaned_form.cleaned_data.get("include_descendants"):
        below = [page.get_descendants().not_live() for page in pages]
        pages += [page for rows in below for page in rows]
    for page in pages:
        newest = page.get_latest_revision_as_object()
        if why := faults(newest):
            return redirect(_refuse(request, newest, why))
    return None


# What the clock could not publish


class ScheduleRefused(LogFormatter):
    """A line of the page's history."""

    label = gettext_lazy("到时没有上线")

    def format_message(self, log_entry: Any) -> str:
        return _("到时没有上线：%(why)s") % {"why": "".join(log_entry.data.get("why", []))}


@hooks.register("register_log_actions")
def log_actions(actions: Any) -> None:
    actions.register_action(REFUSED)(ScheduleRefused)


def refused_now(user: Any) -> list[tuple[Any, str]]:
    """(page, why) of what could not go out at its hour and nobody changed since, for who may edit it. Three queries."""
    rows = PageLogEntry.objects.filter(action=REFUSED, page__latest_revision=F("revision")).exclude(
        page__live_revision=F("revision")
    )
    mine = page_permission_policy.instances_user_has_permission_for(user, "change")
    found: dict[int, tuple[Any, str]] = {}
    for row in rows.filter(page__in=mine).select_related("page").order_by("-timestamp"):
        found.setdefault(row.page_id, (row.page, "".join(row.data.get("why", []))))
    return [*found.values()]


class RefusedPanel(Component):
    """On the admin's first page, above all else."""

    order = 5

    def __init__(self, rows: list[tuple[Any, str]]) -> None:
        self.rows = rows

    def render_html(self, parent_context: Any = None) -> SafeString:
        lines = format_html_join(
            "", '<li><a href="{}">{}</a>：{}</li>',
            (
                (reverse("wagtailadmin_pages:edit", args=[page.pk]), page.draft_title, why)
                for page, why in self.rows
            ),
        )  # fmt: skip
        return format_html(
            '<section class="w-mb-8"><h2 class="w-h3">{}</h2><ul>{}</ul></section>',
            _("到时没有上线的页面，请改好再发布"), lines,
        )  # fmt: skip


@hooks.register("construct_homepage_panels")
def refused_panel(request: HttpRequest, panels: list[Component]) -> None:
    if rows := refused_now(request.user):
        panels.append(RefusedPanel(rows))
