"""Two lists in the admin's 报告 menu: pages due for review, and campaigns that owe their result (process.md 13.17)."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.views.reports import PageReportView
from wagtail.models import Page
from wagtail.permissions import page_permission_policy

from cms.models import CampaignPage, HomePage, KnowledgePage, StandardPage
from cms.phases import last_day
from suggestions.clock import local_date
from suggestions.services import campaign_reports

REVIEW_AFTER = timedelta(days=365)
"""A standing text that nobody published anew for so long wants a look."""


class OwnReportView(PageReportView):
    """A list of pages with a table of its own columns, which its files have too."""

    template_name = "wagtailadmin/reports/base_page_report.html"

    def get_filename(self) -> str:
        """ASCII: a header has no place for Chinese."""
        return f"{self.index_url_name.replace('_', '-')}-{timezone.localdate()}"

    def to_row_dict(self, item: Any) -> dict[str, Any]:
        """Local days in place of moments: Wagtail would write those in UTC, a day early for what ends at midnight."""
        row: dict[str, Any] = super().to_row_dict(item)
        return {n: local_date(v) if isinstance(v, datetime) else v for n, v in row.items()}

    def stream_csv(self, queryset: Any) -> Iterator[bytes]:
        """Excel takes a file without this mark for one in the local encoding."""
        yield "\ufeff".encode()
        yield from super().stream_csv(queryset)


class WithoutReportView(OwnReportView):
    """Campaigns that closed and published no result, the longest waiting first."""

    page_title = _("还没有公布结果的征集")
    header_icon = "date"
    results_template_name = "cms/admin/without_report.html"
    index_url_name = "campaigns_without_report"
    index_results_url_name = "campaigns_without_report_results"
    export_headings = {
        "title": _("征集"), "host_unit.name": _("主办"), "last_day": _("截止"), "report_due": _("答应公布"),
        "coverage.total": _("应答复"), "coverage.lacking": _("还没有答复"),
    }  # fmt: skip
    list_export = [*export_headings]

    def get_queryset(self) -> Any:
        now = timezone.now()
        found = CampaignPage.objects.live().filter(
            Q(report_published_at=None) | Q(report_published_at__gt=now), closes_at__lte=now
        )
        self.queryset = found.select_related("host_unit").order_by("closes_at", "pk")
        return super().get_queryset()

    def decorate_paginated_queryset(self, object_list: Any) -> list[Any]:
        """With how far each report is. One query for all."""
        pages = list(object_list)
        covered = campaign_reports.coverages([page.pk for page in pages])
        today = timezone.localdate()
        for page in pages:
            page.coverage, page.last_day = covered[page.pk], last_day(page.closes_at)
            page.late = page.report_due is not None and page.report_due < today
        return pages


class ToReviewView(OwnReportView):
    """Home, standing texts and answers of the knowledge base whose day has come, the longest unpublished first."""

    page_title = _("该看一看的页面")
    header_icon = "history"
    results_template_name = "cms/admin/to_review.html"
    index_url_name = "pages_to_review"
    index_results_url_name = "pages_to_review_results"
    export_headings = {
        "title": _("页面"),
        "full_url": _("网址"),
        "last_published_at": _("上次发布"),
    }
    list_export = [*export_headings]

    def get_queryset(self) -> Any:
        old = Q(last_published_at__lt=timezone.now() - REVIEW_AFTER) | Q(last_published_at=None)
        due = KnowledgePage.objects.filter(review_on__lte=timezone.localdate()).values("pk")
        self.queryset = (
            Page.objects.live()
            .filter(Q(pk__in=Page.objects.type(HomePage, StandardPage).filter(old)) | Q(pk__in=due))
            .order_by("last_published_at", "pk")
        )
        return super().get_queryset()


_VIEWS: dict[str, tuple[str, type[PageReportView]]] = {"campaigns_without_report": ("campaigns-without-report", WithoutReportView), "pages_to_review": ("pages-to-review", ToReviewView)}  # fmt: skip


@hooks.register("register_admin_urls")
def addresses() -> list[Any]:
    found = []
    for name, (slug, view) in _VIEWS.items():
        found.append(path(f"reports/{slug}/", view.as_view(), name=name))
        found.append(
            path(
                f"reports/{slug}/results/", view.as_view(results_only=True), name=f"{name}_results"
            )
        )
    return found


class EditorsItem(MenuItem):
    """For whoever may publish pages; Wagtail's own reports ask for the same."""

    def is_shown(self, request: Any) -> bool:
        return bool(
            page_permission_policy.user_has_any_permission(
                request.user, {"add", "change", "publish"}
            )
        )


@hooks.register("register_reports_menu_item")
def without_report_item() -> MenuItem:
    return EditorsItem(
        WithoutReportView.page_title,
        reverse("campaigns_without_report"),
        icon_name="date",
        order=50,
    )


@hooks.register("register_reports_menu_item")
def to_review_item() -> MenuItem:
    return EditorsItem(
        ToReviewView.page_title, reverse("pages_to_review"), icon_name="history", order=60
    )
