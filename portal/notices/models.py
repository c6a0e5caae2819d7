"""What was sent to whom. Addresses are not kept here: the log says that a notice went, not where it went."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class StaffNotice(models.Model):
    """A line in a member of staff's in-site list."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notices")
    code = models.CharField(max_length=40)
    dedupe_key = models.CharField(max_length=120, unique=True)
    text = models.CharField(max_length=200)
    url = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("站内通知")
        verbose_name_plural = _("站内通知")
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["user", "read_at", "-at"], name="staff_notice_unread")]

    def __str__(self) -> str:
        return self.text


class Delivery(models.Model):
    """One notice that left for a person: proof of delivery (process.md 4.7). `dedupe_key` makes a second try harmless."""

    dedupe_key = models.CharField(max_length=120, unique=True)
    suggestion = models.ForeignKey(
        "suggestions.Suggestion", models.CASCADE, related_name="deliveries", null=True, blank=True
    )
    """None for what concerns no case: a seat at a hearing, a place at a reception."""
    code = models.CharField(max_length=40)
    medium = models.CharField(max_length=8)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("发送记录")
        verbose_name_plural = _("发送记录")

    def __str__(self) -> str:
        return self.dedupe_key


class NoticeChoice(models.Model):
    """How a member of staff wants to hear: each at once by e-mail, once a day in one letter, or in the site only."""

    class Mode(models.TextChoices):
        AT_ONCE = "at_once", _("有一条发一封邮件")
        DAILY = "daily", _("每天合成一封邮件")
        SITE = "site", _("只看站内通知")

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="notice_choice"
    )
    mode = models.CharField(_("怎么通知"), max_length=8, choices=Mode.choices)

    class Meta:
        verbose_name = _("通知方式")
        verbose_name_plural = _("通知方式")

    def __str__(self) -> str:
        return f"{self.user_id} {self.mode}"


class Digest(models.Model):
    """One daily letter to one person; the row is what keeps a second run from sending a second letter."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    on = models.DateField()
    lines = models.PositiveIntegerField()
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("每日通知邮件")
        verbose_name_plural = _("每日通知邮件")
        constraints = [models.UniqueConstraint(fields=["user", "on"], name="one_digest_a_day")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.on}"
