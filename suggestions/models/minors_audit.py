"""The yearly audit of minors' data (process.md 9.5; MC 31 to 38)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from suggestions.models.record import Record
from suggestions.states import Machine
from suggestions.states.minors_audit import MinorsAuditState


class MinorsAudit(Record):
    """One year of one jurisdiction: figures drawn when it opens (counts only, no person), and what the officer found."""

    machine = Machine.MINORS_AUDIT

    status = models.CharField(
        _("状态"), max_length=24, choices=MinorsAuditState.choices, editable=False
    )
    year = models.PositiveSmallIntegerField(_("年度"))
    figures = models.JSONField(_("数字"), default=dict)
    findings = models.TextField(_("审计结果"), max_length=1000, blank=True)
    reported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    reported_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("未成年人信息年度审计")
        verbose_name_plural = _("未成年人信息年度审计")
        ordering = ["-year", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["jurisdiction", "year"], name="minors_audited_once"),
            models.CheckConstraint(
                condition=~Q(status="reported")
                | (~Q(findings="") & Q(reported_by__isnull=False) & Q(reported_at__isnull=False)),
                name="minors_audit_report_is_signed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year}年未成年人信息审计"

    @property
    def figures_text(self) -> str:
        """The figures in one line for the desk."""
        return "；".join(f"{name}{count}" for name, count in self.figures.items())
