"""Changes to clock rules and to the calendar: one person proposes, another confirms (process.md section 5, 5.1)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from suggestions.models.record import Record
from suggestions.states import Machine


class TimeChange(Record):
    """One proposed change of everybody's dates. `payload` is what services/time_changes.py wrote: plain JSON.

    A rule: {kind, length, unit, source, effective_from, move_running}. A calendar: {days: [[date, working, note], …]}
    with `working` None where a day becomes again what its weekday says.
    """

    machine = Machine.TIME_CHANGE

    class Kind(models.TextChoices):
        RULE = "rule", _("时限规则")
        CALENDAR = "calendar", _("工作日历")
        RETENTION = "keep", _("保存期限")

    kind = models.CharField(_("改什么"), max_length=8, choices=Kind.choices)
    basis = models.CharField(_("依据"), max_length=120)
    payload = models.JSONField()
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    """None only for a calendar that the operator loaded (`manage.py load_workdays`)."""
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    moved = models.PositiveIntegerField(_("变动的件数"), default=0)

    class Meta:
        verbose_name = _("时限和日历的修改")
        verbose_name_plural = _("时限和日历的修改")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True)
                | ~Q(decided_by=F("proposed_by"))
                | Q(status="declined"),
                name="time_change_needs_two_persons",
            ),
            models.CheckConstraint(
                condition=Q(proposed_by__isnull=False) | Q(kind="calendar", status="applied"),
                name="time_change_names_its_proposer",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"
