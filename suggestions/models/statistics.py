"""Figures of a closed period, kept as they were published (process.md 7.2, 7.3).

A snapshot holds counts and never a person: no row names an author, a case or a member of staff.
"""

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from suggestions.models.record import Record
from suggestions.models.suggestion import Suggestion
from suggestions.states import Machine
from suggestions.states.statistics import SnapshotState


class StatSnapshot(Record):
    """One version of a month's or a year's figures of one jurisdiction; `number` counts the versions of the period.

    `corrects` names the version this one puts right, and `correction_reason` says why. `digest` covers every row and
    stands in the chained event, so a row changed behind the portal's back is found.
    """

    machine = Machine.STATISTICS
    is_shown = True

    class Kind(models.TextChoices):
        MONTH = "month", _("月")
        YEAR = "year", _("年")

    status = models.CharField(
        _("状态"), max_length=24, choices=SnapshotState.choices, editable=False
    )
    kind = models.CharField(_("周期"), max_length=5, choices=Kind.choices)
    first = models.DateField(_("第一天"))
    last = models.DateField(_("最后一天"), help_text=_("到这一天24时为止"))
    number = models.PositiveSmallIntegerField(_("版本"))
    formula_version = models.PositiveSmallIntegerField(_("算法版本"))
    weights = models.JSONField(_("权重"), default=dict)
    """What is configured and goes into the figures: w of "basically" and the parts of the composite, as text."""
    taken_at = models.DateTimeField(_("算出时间"))
    digest = models.CharField(max_length=64)
    corrects = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="corrections"
    )
    correction_reason = models.CharField(_("更正说明"), max_length=500, blank=True)
    note = models.TextField(_("说明"), max_length=2000, blank=True)
    cases = models.ManyToManyField(
        Suggestion, blank=True, related_name="+", verbose_name=_("典型建议")
    )
    published_at = models.DateTimeField(_("公布时间"), null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("公布的统计数据")
        verbose_name_plural = _("公布的统计数据")
        ordering = ["-first", "kind", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["jurisdiction", "kind", "first", "number"], name="snapshot_number_once"
            ),
            models.UniqueConstraint(
                fields=["jurisdiction", "kind", "first"],
                condition=Q(status="published"),
                name="one_published_snapshot",
            ),
            models.UniqueConstraint(
                fields=["jurisdiction", "kind", "first"],
                condition=Q(status="taken"),
                name="one_waiting_snapshot",
            ),
            models.CheckConstraint(
                condition=Q(last__gt=F("first")), name="snapshot_period_has_days"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["published", "corrected"])
                | (Q(published_at__isnull=False) & Q(published_by__isnull=False)),
                name="published_snapshot_names_when_and_who",
            ),
            models.CheckConstraint(
                condition=Q(corrects__isnull=True) | ~Q(correction_reason=""),
                name="correction_says_why",
            ),
        ]
        indexes = [
            models.Index(
                fields=["jurisdiction", "status", "kind", "-first"], name="snapshot_shown"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.words}第{self.number}版"

    @property
    def words(self) -> str:
        """2026年10月, 2026年: as records and the desk call the period."""
        if self.kind == self.Kind.MONTH:
            return f"{self.first.year}年{self.first.month}月"
        return f"{self.first.year}年"

    @property
    def slug(self) -> str:
        """The period in addresses and files: 2026-10, 2026."""
        return f"{self.first:%Y-%m}" if self.kind == self.Kind.MONTH else f"{self.first:%Y}"


class StatRow(models.Model):
    """One figure of one cell: everything (`total`), or one channel, topic, district, unit and so on.

    A rate is numerator ÷ denominator; "–" when the denominator is 0. A count has no denominator. Days and points stand in
    the numerator, with what they were computed from in the denominator (formulas.Kind).
    """

    snapshot = models.ForeignKey(StatSnapshot, models.CASCADE, related_name="rows")
    figure = models.CharField(max_length=32)
    dimension = models.CharField(max_length=12)
    key = models.CharField(max_length=60, blank=True)
    name = models.CharField(max_length=120, blank=True)
    numerator = models.DecimalField(max_digits=16, decimal_places=2, default=Decimal(0))
    denominator = models.BigIntegerField(null=True, blank=True)

    class Meta:
        verbose_name = _("统计数据")
        verbose_name_plural = _("统计数据")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["snapshot", "figure", "dimension", "key"], name="stat_row_once"
            ),
            models.CheckConstraint(
                condition=Q(denominator__isnull=True) | Q(denominator__gte=0),
                name="stat_denominator_not_negative",
            ),
        ]
        indexes = [
            # One figure over many periods: the trend and the changes.
            models.Index(fields=["figure", "dimension", "key"], name="stat_row_series"),
        ]

    def __str__(self) -> str:
        return f"{self.figure} {self.dimension} {self.key}"
