"""Special reports on a hot or grave matter, and digests of valuable suggestions, for those who decide (process.md 8.2)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from suggestions import states
from suggestions.models.record import Record
from suggestions.models.suggestion import Suggestion
from suggestions.models.topic import Topic
from suggestions.states.special_report import SpecialReportState as State

_SENT = [State.SUBMITTED, State.FOLLOWING, State.CLOSED]


class SpecialReport(Record):
    """One report: facts, causes and proposals of a matter (S1), or a digest of good suggestions (S0, S2).

    Numbered by kind and year when it is sent. It speaks of matters; nobody's data stand in it (process.md 8.2).
    """

    class Kind(models.TextChoices):
        SPECIAL = "special", _("专报")
        DIGEST = "digest", _("摘报")

    machine = states.Machine.SPECIAL_REPORT

    status = models.CharField(_("状态"), max_length=24, choices=State.choices, editable=False)
    kind = models.CharField(_("种类"), max_length=8, choices=Kind.choices)
    title = models.CharField(_("题目"), max_length=80)
    topic = models.ForeignKey(
        Topic, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("主题")
    )
    facts = models.TextField(_("情况"), max_length=3000)
    causes = models.TextField(_("原因分析"), max_length=3000, blank=True)
    proposals = models.TextField(_("建议"), max_length=3000)
    addressee = models.CharField(_("报送对象"), max_length=60)
    year = models.PositiveSmallIntegerField(null=True, blank=True, editable=False)
    number = models.PositiveSmallIntegerField(null=True, blank=True, editable=False)
    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    submitted_at = models.DateTimeField(null=True, blank=True)
    outcome = models.TextField(_("结果"), max_length=2000, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("专报")
        verbose_name_plural = _("专报")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["jurisdiction", "kind", "year", "number"],
                condition=Q(number__isnull=False),
                name="special_report_number_once",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=_SENT)
                | Q(
                    number__isnull=False,
                    year__isnull=False,
                    signed_by__isnull=False,
                    submitted_at__isnull=False,
                ),
                name="sent_special_report_is_signed_and_numbered",
            ),
            models.CheckConstraint(
                condition=~Q(kind="special") | ~Q(causes=""), name="special_report_says_why"
            ),
            models.CheckConstraint(
                condition=~Q(status=State.CLOSED) | (~Q(outcome="") & Q(closed_at__isnull=False)),
                name="closed_special_report_says_what_came_of_it",
            ),
        ]
        indexes = [
            models.Index(fields=["jurisdiction", "status", "id"], name="special_report_list")
        ]

    def __str__(self) -> str:
        return f"{self.name}：{self.title}" if self.number else self.title

    @property
    def name(self) -> str:
        """2026年第3期专报; only the kind while it is not sent."""
        kind = str(self.get_kind_display())
        return f"{self.year}年第{self.number}期{kind}" if self.number else kind


class SpecialReportCase(models.Model):
    """One suggestion that a report rests on, with the words it is quoted by: masked, never the original (PIPL 6)."""

    report = models.ForeignKey(SpecialReport, models.CASCADE, related_name="evidence")
    suggestion = models.ForeignKey(Suggestion, models.PROTECT, related_name="special_reports")
    title = models.CharField(_("题目"), max_length=80)
    text = models.TextField(_("摘要"), max_length=1500)

    class Meta:
        verbose_name = _("专报事例")
        verbose_name_plural = _("专报事例")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["report", "suggestion"], name="special_report_quotes_once"
            )
        ]

    def __str__(self) -> str:
        return self.title


class SpecialReportNote(models.Model):
    """What became of a report, dated: written until it is closed (S1). Append-only."""

    report = models.ForeignKey(SpecialReport, models.CASCADE, related_name="notes")
    text = models.TextField(_("跟踪情况"), max_length=1000)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("跟踪情况")
        verbose_name_plural = _("跟踪情况")
        ordering = ["id"]

    def __str__(self) -> str:
        return self.text[:40]
