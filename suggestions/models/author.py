"""Who made a suggestion, kept apart and encrypted; consents; every reading of contact data."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from suggestions.crypto import EncryptedTextField
from suggestions.models.suggestion import Suggestion


class Author(models.Model):
    """The author of one item. One row an item, on purpose: nobody's items are collected under a person (section 12).

    `phone_hash` is a keyed hash, for equality only (finding the receipts of a phone its owner has proved to hold).
    """

    class Kind(models.TextChoices):
        PERSON = "person", _("个人")
        ORGANISATION = "organisation", _("单位")

    class ContactChannel(models.TextChoices):
        SMS = "sms", _("短信")
        EMAIL = "email", _("电子邮件")
        PHONE = "phone", _("电话")
        LETTER = "letter", _("信件")
        NONE = "none", _("不用通知")

    class AgeBand(models.TextChoices):
        """Asked only of those who say so themselves (MC 31 to 38; PIPL 31)."""

        ADULT = "", _("已满18周岁，或者没有说")
        TEEN = "14_17", _("14至17周岁")
        CHILD = "under_14", _("未满14周岁")

    suggestion = models.OneToOneField(Suggestion, models.CASCADE, related_name="author")
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.PERSON)
    name = EncryptedTextField(_("姓名"), blank=True, default="")
    phone = EncryptedTextField(_("手机号"), blank=True, default="")
    phone_hash = models.CharField(max_length=64, blank=True, db_index=True, editable=False)
    email = EncryptedTextField(_("邮箱"), blank=True, default="")
    address = EncryptedTextField(_("通信地址"), blank=True, default="")
    contact_channel = models.CharField(
        _("联系方式"), max_length=8, choices=ContactChannel.choices, default=ContactChannel.SMS
    )
    age_band = models.CharField(
        _("年龄段"), max_length=8, choices=AgeBand.choices, blank=True, default=""
    )

    class Meta:
        verbose_name = _("建议人")
        verbose_name_plural = _("建议人")
        indexes = (
            models.Index(
                # As `exclude(age_band="")` asks.
                fields=["suggestion"], condition=~models.Q(age_band=""), name="author_minors",
            ),
        )  # fmt: skip

    def __str__(self) -> str:
        return f"author of {self.suggestion_id}"

    @property
    def is_minor(self) -> bool:
        """Under 18 by own word: never named in public, contact only after prior approval (MC 36; process.md 9.5)."""
        return bool(self.age_band)


class Consent(models.Model):
    """A consent of its own for each purpose, with the policy version shown (PIPL 14, 25)."""

    class Kind(models.TextChoices):
        NOTICE = "notice", _("已读处理规则")
        PUBLISH = "publish", _("同意公开内容")
        NAME = "name", _("同意公开署名")
        AWARD_NAME = "award_name", _("同意公布获奖姓名")
        AGENT = "agent", _("同意由代理员联系")

    suggestion = models.ForeignKey(Suggestion, models.CASCADE, related_name="consents")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    policy_version = models.CharField(max_length=20)
    given_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("同意记录")
        verbose_name_plural = _("同意记录")

    def __str__(self) -> str:
        return f"{self.kind} {self.policy_version}"

    @property
    def is_live(self) -> bool:
        return self.withdrawn_at is None


class IdentityAccessLog(models.Model):
    """One reading of contact data by staff: who, when, why, what (process.md 2.2, 9.3)."""

    suggestion = models.ForeignKey(Suggestion, models.CASCADE, related_name="identity_reads")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    role = models.CharField(max_length=30)
    reason = models.CharField(_("查看理由"), max_length=200)
    fields = models.JSONField(default=list)
    grant = models.ForeignKey(
        "suggestions.IdentityGrant", models.PROTECT, null=True, blank=True, related_name="reads"
    )
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("身份信息查看记录")
        verbose_name_plural = _("身份信息查看记录")
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.user} {self.at:%F %T}"
