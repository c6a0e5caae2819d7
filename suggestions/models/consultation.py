"""Public consultations on draft decisions, with their legal minimum as a clock (process.md 3.1; AD 15; K21)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from suggestions.models.record import Record
from suggestions.states import Machine
from suggestions.states.consultation import ConsultationState


class Consultation(Record):
    """The time in which one campaign about a major decision takes opinions. The campaign's page holds the words."""

    machine = Machine.CONSULTATION

    status = models.CharField(
        _("状态"), max_length=24, choices=ConsultationState.choices, editable=False
    )
    campaign = models.OneToOneField(
        "cms.CampaignPage", models.SET_NULL, null=True, related_name="consultation"
    )
    title = models.CharField(_("征集活动"), max_length=255)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    short_reason = models.CharField(_("不足法定天数的理由"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("公开征求意见")
        verbose_name_plural = _("公开征求意见")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status="open") | models.Q(closed_at__isnull=False),
                name="ended_consultation_has_its_end",
            )
        ]

    def __str__(self) -> str:
        return self.title
