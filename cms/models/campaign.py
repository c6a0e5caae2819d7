"""Campaigns: dated calls for suggestions (process.md 3.1; SH 8)."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page


class CampaignPage(Page):
    """One themed or invited collection."""

    mode = models.CharField(_("征集方式"), max_length=10, default="campaign")
    host_unit = models.ForeignKey(
        "suggestions.Unit", models.PROTECT, related_name="campaigns", verbose_name=_("主办单位")
    )
    opens_at = models.DateTimeField(_("开始"))
    closes_at = models.DateTimeField(_("截止"), null=True, blank=True)
