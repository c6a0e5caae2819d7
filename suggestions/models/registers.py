"""The two registers an inspector of personal data asks for: impact assessments, and what was given to others.

Neither holds a person's data: kinds of data and counts alone. The law wants both for three years (PIPL 56; ND 12); the
portal deletes no row of either.
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from suggestions.codes import AssessmentKind
from suggestions.models.record import Record
from suggestions.states import Machine
from suggestions.states.registers import AssessmentState, GivenState


class ImpactAssessment(Record):
    """What was weighed before personal data are handled in a way that can hurt (PIPL 55, 56), and who answers for it."""

    machine = Machine.ASSESSMENT

    kind = models.CharField(_("评估的事项"), max_length=12, choices=AssessmentKind.choices)
    title = models.CharField(_("名称"), max_length=80)
    purpose = models.TextField(_("目的和方式"), max_length=1000)
    necessity = models.TextField(_("是否合法、正当、必要"), max_length=1000)
    effect = models.TextField(_("对个人权益的影响和安全风险"), max_length=1000)
    measures = models.TextField(_("保护措施，是否与风险相当"), max_length=1000)
    valid_until = models.DateField(_("有效期至"))
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("起草人")
    )
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("签发人"),
    )
    signed_at = models.DateTimeField(_("签发时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("个人信息保护影响评估")
        verbose_name_plural = _("个人信息保护影响评估")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(signed_by__isnull=True) | ~Q(signed_by=F("written_by")),
                name="assessment_signed_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["signed", "expired"])
                | (Q(signed_by__isnull=False) & Q(signed_at__isnull=False)),
                name="assessment_is_signed",
            ),
        ]

    @property
    def status_label(self) -> str:
        return str(AssessmentState(self.status).label)

    def __str__(self) -> str:
        return self.title


class DataGiven(Record):
    """Personal data that left the portal: to whom, what, for what purpose, on what basis (PIPL 23; ND 12)."""

    machine = Machine.DATA_GIVEN

    recipient = models.CharField(_("接收方"), max_length=200, blank=True)
    data_kinds = models.CharField(_("信息种类"), max_length=200)
    persons = models.PositiveIntegerField(_("涉及人数"), default=1)
    purpose = models.CharField(_("目的"), max_length=300)
    basis = models.CharField(_("依据"), max_length=300)
    way = models.CharField(_("方式"), max_length=100)
    given_on = models.DateField(_("提供日期"))
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("经手人"),
    )
    source = models.CharField(_("系统来源"), max_length=40, blank=True, editable=False)
    """What wrote the row by itself, as `export:12`; "" of one entered by hand."""
    assessment = models.ForeignKey(
        ImpactAssessment,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("影响评估"),
    )

    class Meta:
        verbose_name = _("对外提供登记")
        verbose_name_plural = _("对外提供登记")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["source"], condition=~Q(source=""), name="given_source_once"
            ),
            models.CheckConstraint(
                condition=~Q(status="recorded") | ~Q(recipient=""), name="given_names_recipient"
            ),
        ]

    @property
    def status_label(self) -> str:
        return str(GivenState(self.status).label)

    def __str__(self) -> str:
        return f"{self.given_on} {self.recipient}"
