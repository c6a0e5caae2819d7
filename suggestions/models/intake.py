"""What exists before and around an item's text: drafts of the form, files, requests for a supplement."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from suggestions.crypto import EncryptedTextField
from suggestions.models.place import Jurisdiction
from suggestions.models.suggestion import Suggestion


class SubmissionDraft(models.Model):
    """A form in progress, so that no error, time-out or lost connection loses a word (process.md 3.4).

    The browser holds the token, the table its keyed hash; the answers are encrypted because they hold contact data.
    """

    token_hash = models.CharField(max_length=64, unique=True)
    jurisdiction = models.ForeignKey(Jurisdiction, models.CASCADE)
    idempotency_key = models.CharField(max_length=80, unique=True)
    answers = EncryptedTextField(default="", blank=True)
    resume_hash = models.CharField(
        max_length=64, blank=True, default="", db_index=True, editable=False
    )
    """Keyed hash of the code to come back with; empty until the person asked for one."""
    phone_hash = models.CharField(
        max_length=64, blank=True, default="", db_index=True, editable=False
    )
    """Of the phone the code was sent to: whoever proves to hold it has the draft on their page (/my/)."""
    suggestion = models.ForeignKey(
        Suggestion, models.CASCADE, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True, db_index=True)

    class Meta:
        verbose_name = _("草稿")
        verbose_name_plural = _("草稿")

    def __str__(self) -> str:
        return f"draft {self.pk}"


class Attachment(models.Model):
    """A file: re-encoded or checked (suggestions/uploads.py), under a random name, outside the media folder."""

    class Origin(models.TextChoices):
        SUBMISSION = "submission", _("随建议提交")
        SUPPLEMENT = "supplement", _("补充材料")
        SCAN = "scan", _("来信扫描件")
        REPLY = "reply", _("答复附件")

    token = models.CharField(max_length=40, unique=True, editable=False)
    draft = models.ForeignKey(
        SubmissionDraft, models.SET_NULL, null=True, blank=True, related_name="attachments"
    )
    suggestion = models.ForeignKey(
        Suggestion, models.CASCADE, null=True, blank=True, related_name="attachments"
    )
    origin = models.CharField(max_length=12, choices=Origin.choices, default=Origin.SUBMISSION)
    storage_name = models.CharField(max_length=120, unique=True, editable=False)
    original_name = EncryptedTextField(default="", blank=True)
    content_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    width = models.PositiveIntegerField(null=True, blank=True)
    height = models.PositiveIntegerField(null=True, blank=True)
    is_public = models.BooleanField(_("随建议公开"), default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("附件")
        verbose_name_plural = _("附件")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"attachment {self.pk}"

    @property
    def is_image(self) -> bool:
        return self.content_type.startswith("image/")


class SupplementRequest(models.Model):
    """The one consolidated request for more facts (T3), and the author's answer (T4)."""

    suggestion = models.OneToOneField(Suggestion, models.CASCADE, related_name="supplement")
    asked = models.TextField(_("请补充"), max_length=1000)
    asked_at = models.DateTimeField()
    answer = models.TextField(_("补充内容"), max_length=2000, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("补充请求")
        verbose_name_plural = _("补充请求")
        constraints = [
            models.CheckConstraint(condition=~Q(asked=""), name="supplement_says_what_is_missing"),
        ]

    def __str__(self) -> str:
        return f"supplement of {self.suggestion_id}"


class RedirectTarget(models.Model):
    """A lawful channel for what is not a suggestion (process.md 4.3)."""

    code = models.SlugField(_("代码"), max_length=40, unique=True)
    jurisdiction = models.ForeignKey(
        Jurisdiction, models.CASCADE, null=True, blank=True, verbose_name=_("辖区")
    )
    name = models.CharField(_("名称"), max_length=80)
    categories = models.JSONField(_("适用类别"), default=list)
    legal_basis = models.CharField(_("依据"), max_length=200, blank=True)
    address = models.CharField(_("地址"), max_length=200, blank=True)
    phone = models.CharField(_("电话"), max_length=40, blank=True)
    hours = models.CharField(_("办公时间"), max_length=120, blank=True)
    online = models.URLField(_("网上入口"), blank=True)
    bring = models.TextField(_("要带什么"), blank=True)
    limits = models.TextField(_("法定时限"), blank=True)
    is_active = models.BooleanField(_("启用"), default=True)

    class Meta:
        verbose_name = _("指引渠道")
        verbose_name_plural = _("指引渠道")
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name


class TriageHint(models.Model):
    """A machine's hint, its grounds, and what the human chose (process.md 4.4). Hints decide nothing."""

    class Kind(models.TextChoices):
        CATEGORY = "category", _("类别")
        TOPIC = "topic", _("主题")
        UNIT = "unit", _("单位")
        SIMILAR = "similar", _("相似件")
        SPAN = "span", _("疑似个人信息")

    suggestion = models.ForeignKey(Suggestion, models.CASCADE, related_name="hints")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    value = models.CharField(max_length=80)
    label = models.CharField(max_length=120)
    confidence = models.FloatField()
    reasons = models.JSONField(default=list)
    hint_version = models.CharField(max_length=20)
    followed = models.BooleanField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("分办提示")
        verbose_name_plural = _("分办提示")
        ordering = ["kind", "-confidence"]
        constraints = [
            models.CheckConstraint(
                condition=Q(confidence__gte=0) & Q(confidence__lte=1),
                name="hint_confidence_is_a_share",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.label}"
