"""Who stands in for whom, who must keep out of a case, and every change of a role (process.md 2.1, 2.2; XF 28, 30)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from suggestions.crypto import EncryptedTextField
from suggestions.models.place import Jurisdiction
from suggestions.models.suggestion import Suggestion
from suggestions.models.unit import StaffRole, Unit


class Delegation(models.Model):
    """One person acts in another's role while that person is away; both names stand in every event."""

    role = models.ForeignKey(
        StaffRole, models.CASCADE, related_name="delegations", verbose_name=_("角色")
    )
    to_user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="delegated_roles",
        verbose_name=_("代办人"),
    )
    from_on = models.DateField(_("开始"))
    until_on = models.DateField(_("结束"))
    reason = models.CharField(_("原因"), max_length=200)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("委托代办")
        verbose_name_plural = _("委托代办")
        ordering = ["-from_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until_on__gte=F("from_on")), name="delegation_ends_after_it_begins"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} → {self.to_user}"


class Conflict(models.Model):
    """Somebody who must not touch a case: recused, or named as the wrongdoer (XF 28, 30; JN 32). Units: `NamedUnit`."""

    class Kind(models.TextChoices):
        INTEREST = "interest", _("回避")
        ACCUSED = "accused", _("被举报")

    suggestion = models.ForeignKey(Suggestion, models.CASCADE, related_name="conflicts")
    kind = models.CharField(_("情形"), max_length=10, choices=Kind.choices)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="conflicts",
        verbose_name=_("人员"),
    )
    reason = EncryptedTextField(_("原因"), blank=True, default="")
    declared_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    lift_reason = EncryptedTextField(_("解除的理由"), null=True, blank=True)

    class Meta:
        verbose_name = _("回避")
        verbose_name_plural = _("回避")
        ordering = ["-at"]
        constraints = [
            models.UniqueConstraint(
                fields=["suggestion", "user"],
                condition=Q(lifted_at__isnull=True),
                name="person_barred_once",
            ),
            models.CheckConstraint(
                condition=Q(lifted_by__isnull=True)
                | Q(lifted_at__isnull=False, lift_reason__isnull=False),
                name="lifted_conflict_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.suggestion_id}"


class AuthorityChange(models.Model):
    """One change of who may do what: granted, taken back, delegated. Written by services/authority, read by the auditor."""

    class Kind(models.TextChoices):
        GRANTED = "granted", _("授予角色")
        REVOKED = "revoked", _("收回角色")
        DELEGATED = "delegated", _("委托代办")
        DELEGATION_ENDED = "ended", _("委托结束")

    jurisdiction = models.ForeignKey(Jurisdiction, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    role = models.CharField(max_length=30)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    reason = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("权限变动")
        verbose_name_plural = _("权限变动")
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.kind} {self.role}"
