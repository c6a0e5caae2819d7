"""A resident's own page: the phone they proved to hold, how they sign in, what they follow.

No staff account and no profile: there is no name here, no key leads from here to a case, and a person's items are found
by the phone's keyed hash when they look, never collected under a row (process.md section 12; PIPL 6).
"""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from suggestions.crypto import EncryptedTextField


def new_handle() -> str:
    return uuid.uuid4().hex


class Resident(models.Model):
    """One phone somebody proved to hold. Made by the first right code; gone when they say so or after long disuse."""

    class Notice(models.TextChoices):
        NONE = "none", _("不发消息，我自己来看或者用订阅")
        SMS = "sms", _("发短信，每天最多一条")
        EMAIL = "email", _("发电子邮件，每天最多一封")

    phone_hash = models.CharField(max_length=64, unique=True, editable=False)
    phone = EncryptedTextField(_("手机号"))
    email = EncryptedTextField(_("邮箱"), blank=True, default="")
    email_confirmed_at = models.DateTimeField(null=True, blank=True)
    handle = models.CharField(max_length=32, unique=True, default=new_handle, editable=False)
    """Random: what a passkey and a private feed know instead of the phone."""
    notice = models.CharField(
        _("怎么告诉我"), max_length=8, choices=Notice.choices, default=Notice.NONE
    )
    told_until = models.DateTimeField()
    """What happened up to this moment was looked through for the daily message."""
    created_at = models.DateTimeField()
    seen_on = models.DateField(db_index=True)

    class Meta:
        verbose_name = _("我的页面")
        verbose_name_plural = _("我的页面")
        indexes = [
            models.Index(
                fields=["told_until"], condition=~Q(notice="none"), name="resident_to_be_told"
            )
        ]

    def __str__(self) -> str:
        return f"resident {self.pk}"

    @property
    def phone_shown(self) -> str:
        """The number as its owner knows it again and nobody else learns it."""
        return f"{self.phone[:3]}****{self.phone[-4:]}" if len(self.phone) >= 8 else "****"

    @property
    def mail_works(self) -> bool:
        return bool(self.email) and self.email_confirmed_at is not None


class SignInCode(models.Model):
    """Six digits on their way to a phone. They are derived from the nonce with a key of the environment: stored nowhere."""

    ticket = models.CharField(max_length=64, unique=True)
    """Keyed hash of what the asking browser holds: the digits are of no use elsewhere."""
    phone_hash = models.CharField(max_length=64, db_index=True, editable=False)
    phone = EncryptedTextField()
    nonce = models.CharField(max_length=32)
    sends = models.PositiveSmallIntegerField(default=1)
    attempts = models.PositiveSmallIntegerField(default=0)
    asked_at = models.DateTimeField(db_index=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("登录验证码")
        verbose_name_plural = _("登录验证码")

    def __str__(self) -> str:
        return f"sign-in code {self.pk}"


class ResidentSession(models.Model):
    """One browser that is signed in. The cookie holds a random token, the table its keyed hash."""

    resident = models.ForeignKey(Resident, models.CASCADE, related_name="sessions")
    token_hash = models.CharField(max_length=64, unique=True)
    is_own_device = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    used_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("登录")
        verbose_name_plural = _("登录")

    def __str__(self) -> str:
        return f"session {self.pk}"


class Passkey(models.Model):
    """A passkey (WebAuthn): its public half. What proves the person (finger, face, PIN) stays in their device."""

    resident = models.ForeignKey(Resident, models.CASCADE, related_name="passkeys")
    credential_id = models.CharField(max_length=1400, unique=True)
    public_data = models.BinaryField()
    """AttestedCredentialData of the WebAuthn specification, section 6.5.2."""
    sign_count = models.PositiveBigIntegerField(default=0)
    name = models.CharField(_("叫什么"), max_length=30)
    created_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("通行密钥")
        verbose_name_plural = _("通行密钥")
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name


class Follow(models.Model):
    """Something public a resident wants to hear of. `key` is its number, code or address, so that nothing leads to a case."""

    class Kind(models.TextChoices):
        ITEM = "item", _("建议")
        CAMPAIGN = "campaign", _("征集活动")
        UNIT = "unit", _("单位")
        TOPIC = "topic", _("领域")
        SEARCH = "search", _("保存的查找")

    resident = models.ForeignKey(Resident, models.CASCADE, related_name="follows")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    key = models.CharField(max_length=300)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("关注")
        verbose_name_plural = _("关注")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["resident", "kind", "key"], name="followed_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}:{self.key}"


class ResidentDigest(models.Model):
    """One day's message to one resident; the row is what keeps a second one from being sent."""

    resident = models.ForeignKey(Resident, models.CASCADE, related_name="digests")
    on = models.DateField()
    medium = models.CharField(max_length=8, choices=Resident.Notice.choices)
    lines = models.JSONField(default=list)
    """[[words, address], …], all public."""
    at = models.DateTimeField(db_index=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("关注的消息")
        verbose_name_plural = _("关注的消息")
        constraints = [
            models.UniqueConstraint(fields=["resident", "on"], name="one_follow_digest_a_day"),
        ]

    def __str__(self) -> str:
        return f"digest {self.resident_id} {self.on}"


class SearchNews(models.Model):
    """A followed search found something public when that came into the index. Nobody's name stands here: the search is
    kept in its own words, once for all who follow it.
    """

    search = models.CharField(max_length=300)
    """As Follow.key of the kind "search"."""
    document = models.CharField(max_length=200)
    answered = models.BooleanField()
    """Told once when it came out and once more when it is answered."""
    at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("查找到的新内容")
        verbose_name_plural = _("查找到的新内容")
        constraints = [
            models.UniqueConstraint(
                fields=["search", "document", "answered"], name="search_news_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.search} {self.document}"
