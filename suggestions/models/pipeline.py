"""What the office and the units decide between themselves: second looks, objections, extensions, disputes of competence.

Each is a row of its own, so that what is pending can be listed, counted and shown with its date; no flag hides on a case.
"""

from datetime import date
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from suggestions.codes import Category, NotAcceptedReason
from suggestions.models.handling import Assignment
from suggestions.models.intake import RedirectTarget
from suggestions.models.record import Record
from suggestions.models.suggestion import Suggestion
from suggestions.models.unit import Unit
from suggestions.states import Machine
from suggestions.states.machines import Decision as DecisionState
from suggestions.states.machines import Extension as ExtensionState
from suggestions.states.machines import Jurisdiction as DisputeState


class PendingDecision(Record):
    """A refusal or a redirect that one officer proposed and another has to look at (T6, T7). The author hears nothing yet."""

    machine: ClassVar[Machine] = Machine.DECISION

    class Kind(models.TextChoices):
        REFUSE = "refuse", _("不予受理")
        REDIRECT = "redirect", _("指引其他渠道")

    suggestion = models.ForeignKey(Suggestion, models.CASCADE, related_name="pending_decisions")
    kind = models.CharField(_("决定"), max_length=10, choices=Kind.choices)
    category = models.CharField(_("类别"), max_length=20, choices=Category.choices, blank=True)
    category_before = models.CharField(max_length=20, choices=Category.choices, blank=True)
    target = models.ForeignKey(
        RedirectTarget, models.PROTECT, null=True, blank=True, verbose_name=_("指引渠道")
    )
    reason = models.CharField(
        _("理由"), max_length=24, choices=NotAcceptedReason.choices, blank=True
    )
    words = models.TextField(_("对建议人说的话"), max_length=500, blank=True)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_note = models.TextField(_("复核意见"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("待复核的决定")
        verbose_name_plural = _("待复核的决定")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["suggestion"],
                condition=Q(status=DecisionState.PROPOSED),
                name="one_pending_decision",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("proposed_by")) | ~Q(status=DecisionState.CONFIRMED),
                name="second_look_by_another_person",
            ),
            models.CheckConstraint(
                condition=(Q(kind="refuse") & ~Q(reason=""))
                | (Q(kind="redirect") & Q(target__isnull=False)),
                name="pending_decision_says_what",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.kind} of {self.suggestion_id}"


class Objection(models.Model):
    """A unit's "not ours" with its grounds, and the office's decision (退办, XF 23). The state stands on the assignment."""

    assignment = models.OneToOneField(Assignment, models.CASCADE, related_name="objection")
    reasons = models.TextField(_("退办理由"), max_length=2000)
    legal_basis = models.CharField(_("法律政策依据"), max_length=300)
    proposed_unit = models.ForeignKey(
        Unit,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("认为应由哪家办"),
    )
    filed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    filed_at = models.DateTimeField()
    is_upheld = models.BooleanField(_("异议成立"), null=True, blank=True)
    decision = models.TextField(_("决定的理由"), max_length=1000, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("退办异议")
        verbose_name_plural = _("退办异议")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(reasons="") & ~Q(legal_basis=""),
                name="objection_gives_reasons_and_basis",
            ),
            models.CheckConstraint(
                condition=Q(is_upheld__isnull=True, decided_at__isnull=True)
                | Q(is_upheld__isnull=False, decided_at__isnull=False),
                name="decided_objection_has_its_time",
            ),
        ]

    def __str__(self) -> str:
        return f"objection to {self.assignment_id}"


class Extension(Record):
    """A later date for an answer, asked for before the old one passed (K8; model XF 34; BJ 15). Once an assignment."""

    machine: ClassVar[Machine] = Machine.EXTENSION
    unit_path: ClassVar[str] = "unit"

    suggestion = models.ForeignKey(Suggestion, models.CASCADE, related_name="extensions")
    assignment = models.ForeignKey(Assignment, models.CASCADE, related_name="extensions")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    reason = models.TextField(_("延期的理由"), max_length=500)
    old_due_on = models.DateField(_("原期限"))
    new_due_on = models.DateField(_("申请延到"))
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    requested_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_note = models.TextField(_("决定的理由"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("延期申请")
        verbose_name_plural = _("延期申请")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["assignment"],
                condition=Q(status__in=[ExtensionState.REQUESTED, ExtensionState.GRANTED]),
                name="one_extension_an_assignment",
            ),
            models.CheckConstraint(
                condition=Q(new_due_on__gt=F("old_due_on")), name="extension_is_later"
            ),
        ]

    def __str__(self) -> str:
        return f"extension of {self.suggestion_id}"

    @property
    def days(self) -> int:
        """How many calendar days later the new date is."""
        held: date = self.new_due_on
        return (held - self.old_due_on).days


class JurisdictionDispute(Record):
    """Units disagree who is competent: they consult, else the common superior decides, else a joint meeting (XF 24)."""

    machine: ClassVar[Machine] = Machine.JURISDICTION

    suggestion = models.ForeignKey(Suggestion, models.CASCADE, related_name="disputes")
    units = models.ManyToManyField(Unit, related_name="+", verbose_name=_("有争议的单位"))
    matter = models.TextField(_("争议什么"), max_length=1000)
    consult_until = models.DateField(_("协商到哪天"))
    superior = models.CharField(_("共同的上级"), max_length=80, blank=True)
    referred_on = models.DateField(_("报请日期"), null=True, blank=True)
    meeting_on = models.DateField(_("联席会议日期"), null=True, blank=True)
    meeting_about = models.CharField(_("联席会议"), max_length=200, blank=True)
    result_unit = models.ForeignKey(
        Unit,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("定由哪家主办"),
    )
    result = models.TextField(_("结果和依据"), max_length=1000, blank=True)
    settled_on = models.DateField(_("定下的日期"), null=True, blank=True)

    class Meta:
        verbose_name = _("管辖争议")
        verbose_name_plural = _("管辖争议")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["suggestion"],
                condition=~Q(status__in=[DisputeState.SETTLED, DisputeState.DROPPED]),
                name="one_open_dispute",
            ),
            models.CheckConstraint(
                condition=~Q(status=DisputeState.SETTLED)
                | (Q(result_unit__isnull=False) & ~Q(result="") & Q(settled_on__isnull=False)),
                name="settled_dispute_names_unit_and_result",
            ),
        ]

    def __str__(self) -> str:
        return f"dispute about {self.suggestion_id}"


class NamedUnit(models.Model):
    """A unit that an item names as wrongdoer, or that has a direct interest: it is never given the item (XF 28, 30)."""

    suggestion = models.ForeignKey(Suggestion, models.CASCADE, related_name="named_units")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("单位"))
    reason = models.CharField(_("为什么要回避"), max_length=300)
    noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    noted_at = models.DateTimeField()

    class Meta:
        verbose_name = _("要回避的单位")
        verbose_name_plural = _("要回避的单位")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["suggestion", "unit"], name="unit_named_once")
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} keeps out of {self.suggestion_id}"
