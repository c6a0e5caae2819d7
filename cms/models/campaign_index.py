"""The directory of campaigns: running, to come, past (目录管理, SH 8)."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel

from cms.cards import cards
from cms.english import InEnglish
from cms.models.campaign import CampaignPage
from cms.models.site_page import SitePage, Summary
from cms.phases import Phase


class CampaignIndexPage(InEnglish, Summary, SitePage):
    """All campaigns: running ones first, then those to come, then past ones with their reports (SH 8)."""

    content_panels = [*SitePage.content_panels, FieldPanel("summary"), InEnglish.english_panel]
    parent_page_types = ["cms.HomePage"]
    subpage_types = ["cms.CampaignPage"]
    max_count_per_parent = 1
    page_description = _("征集活动的列表")
    template = "cms/campaign_index_page.html"

    class Meta:
        verbose_name = _("征集活动列表")
        verbose_name_plural = _("征集活动列表")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """All campaigns by phase: the same number of queries whatever their number."""
        context = super().get_context(request, *args, **kwargs)
        now = timezone.now()
        found = cards(list(CampaignPage.objects.child_of(self).live().for_lists()), at=now)
        running = [c for c in found if c.phase == Phase.OPEN]
        coming = [c for c in found if c.phase == Phase.PLANNED]
        past = [c for c in found if c.phase in (Phase.CLOSED, Phase.REPORTED)]
        running.sort(key=lambda c: (c.page.closes_at is None, c.page.closes_at or now))
        coming.sort(key=lambda c: c.page.opens_at)
        past.sort(key=lambda c: c.page.closes_at or c.page.opens_at, reverse=True)
        return {**context, "running": running, "coming": coming, "past": past}
