"""Around the way an item came in: how it arrived, who else stands behind it, and what was split from it."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from suggestions.crypto import EncryptedTextField
from suggestions.models.author import Author
from suggestions.models.place import Jurisdiction
from suggestions.models.suggestion import Suggestion


class Arrival(models.Model):
    """What is known of an offline item's way in; which of it a channel asks for stands in suggestions/channels.py."""

    suggestion = models.OneToOneField(Suggestion, models.CASCADE, related_name="arrival")
    point = models.CharField(_("意见箱或征集点"), max_length=80, blank=True)
    collected_on = models.DateField(_("开箱日期"), null=True, blank=True)
    recording_ref = models.CharField(_("录音编号"), max_length=80, blank=True)
    sender = models.CharField(_("来件邮箱或传真号"), max_length=120, blank=True)
    referred_by = models.CharField(_("转来的机关"), max_length=80, blank=True)
    referral_due_on = models.DateField(_("要求报结日期"), null=True, blank=True)
    occasion = models.CharField(_("会议或接访名称"), max_length=80, blank=True)
    people = models.PositiveSmallIntegerField(_("来访人数"), null=True, blank=True)
    read_back = models.BooleanField(_("已读给本人确认"), default=False)

    class Meta:
        verbose_name = _("来件情况")
        verbose_name_plural = _("来件情况")

    def __str__(self) -> str:
        return f"arrival of {self.suggestion_id}"


class Guardian(models.Model):
    """The guardian of an author under 14, and the consent given (PIPL 31; process.md 9.5)."""

    author = models.OneToOneField(Author, models.CASCADE, related_name="guardian")
    name = EncryptedTextField(_("监护人姓名"))
    phone = EncryptedTextField(_("监护人手机号"))
    relation = models.CharField(_("关系"), max_length=20, blank=True)
    policy_version = models.CharField(max_length=20)
    consented_at = models.DateTimeField()

    class Meta:
        verbose_name = _("监护人")
        verbose_name_plural = _("监护人")

    def __str__(self) -> str:
        return f"guardian of {self.author_id}"


class Voice(models.Model):
    """Somebody besides the author who stands behind an item, with a receipt and a query code of their own.

    Token and code are derived from `idempotency_key` (numbers.py); the table holds only their hashes. Names and
    addresses are encrypted, and one phone counts once (keyed hash).
    """

    class Proof(models.TextChoices):
        SMS = "sms", _("短信验证码")
        CAPTCHA = "captcha", _("防机器验证")
        CODE = "code", _("本人的确认码")

    receipt_hash = models.CharField(max_length=64, unique=True, editable=False)
    query_code_hash = models.CharField(max_length=64, editable=False)
    idempotency_key = models.CharField(max_length=160, unique=True, editable=False)
    name = EncryptedTextField(_("姓名"), blank=True, default="")
    phone = EncryptedTextField(_("手机号"), blank=True, default="")
    phone_hash = models.CharField(max_length=64, editable=False)
    policy_version = models.CharField(max_length=20)
    proof = models.CharField(max_length=8, choices=Proof.choices, blank=True)
    tries = models.PositiveSmallIntegerField(default=0, editable=False)
    wants_notice = models.BooleanField(_("有答复告诉我"), default=True)
    created_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(_("确认时间"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("退出时间"), null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def counts(self) -> bool:
        """Confirmed and not taken back."""
        return self.confirmed_at is not None and self.withdrawn_at is None


class VoiceQuerySet(models.QuerySet["CoSign"]):
    def counted(self) -> "VoiceQuerySet":
        return self.filter(confirmed_at__isnull=False, withdrawn_at=None)


class CoSign(Voice):
    """附议: support for a published item instead of a copy of it (process.md 3.4). `co_sign_count` counts these rows."""

    suggestion = models.ForeignKey(Suggestion, models.CASCADE, related_name="co_signs")

    objects = VoiceQuerySet.as_manager()

    class Meta:
        verbose_name = _("附议")
        verbose_name_plural = _("附议")
        constraints = [
            models.UniqueConstraint(
                fields=["suggestion", "phone_hash"],
                condition=Q(confirmed_at__isnull=False, withdrawn_at=None),
                name="one_phone_co_signs_once",
            ),
        ]

    def __str__(self) -> str:
        return f"co-sign {self.pk}"


class JointAuthor(Voice):
    """联名: one of several authors of one item; the contact person is the item's Author (process.md 4.5; XF 20)."""

    suggestion = models.ForeignKey(Suggestion, models.CASCADE, related_name="joint_authors")
    is_representative = models.BooleanField(_("代表"), default=False)

    class Meta:
        verbose_name = _("联名人")
        verbose_name_plural = _("联名人")
        constraints = [
            models.UniqueConstraint(
                fields=["suggestion", "phone_hash"],
                condition=~Q(phone_hash=""),
                name="one_phone_joins_once",
            ),
        ]

    def __str__(self) -> str:
        return f"joint author {self.pk}"


class CaseLink(models.Model):
    """Two items that belong together without being the same matter: one was split from the other (process.md 3.4)."""

    origin = models.ForeignKey(Suggestion, models.CASCADE, related_name="split_off")
    part = models.OneToOneField(Suggestion, models.CASCADE, related_name="split_from")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("分拆")
        verbose_name_plural = _("分拆")
        constraints = [
            models.CheckConstraint(condition=~Q(origin=F("part")), name="split_into_another"),
        ]

    def __str__(self) -> str:
        return f"{self.origin_id} → {self.part_id}"


class EmergencyPeriod(models.Model):
    """Emergency profile: for a time, policy clocks are shorter and items urgent, in a jurisdiction or one campaign
    (SH 14; process.md 3.1). It ends by itself.
    """

    jurisdiction = models.ForeignKey(Jurisdiction, models.CASCADE, related_name="+")
    campaign = models.ForeignKey(
        "cms.CampaignPage",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("只限这个征集"),
    )
    name = models.CharField(_("名称"), max_length=60)
    basis = models.CharField(_("依据"), max_length=200)
    percent = models.PositiveSmallIntegerField(_("期限缩短到百分之几"), default=50)
    starts_at = models.DateTimeField(_("开始"))
    ends_at = models.DateTimeField(_("到期自动结束"))
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(_("提前结束"), null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    digest_on = models.DateField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("应急征集")
        verbose_name_plural = _("应急征集")
        ordering = ["-starts_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="emergency_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=Q(percent__gte=10) & Q(percent__lte=100), name="emergency_share"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Sheet(models.Model):
    """A sheet of paper items, uploaded by a clerk: looked at first, then taken in row by row in the background."""

    jurisdiction = models.ForeignKey(Jurisdiction, models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    name = models.CharField(_("文件名"), max_length=120)
    headings = models.JSONField(default=list)
    columns = models.JSONField(default=dict)
    """Field of suggestions/imports/sheets.py → position of its column."""
    channel = models.CharField(max_length=20, blank=True)
    created_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("批量登记")
        verbose_name_plural = _("批量登记")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"sheet {self.pk}"


class SheetRow(models.Model):
    """One row of a sheet: what stood there (encrypted: it holds names), and what became of it."""

    sheet = models.ForeignKey(Sheet, models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField(_("行"))
    cells = EncryptedTextField()
    errors = models.JSONField(default=list)
    suggestion = models.ForeignKey(
        Suggestion, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("批量登记的一行")
        verbose_name_plural = _("批量登记的行")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["sheet", "number"], name="sheet_row_once"),
        ]

    def __str__(self) -> str:
        return f"{self.sheet_id}#{self.number}"
