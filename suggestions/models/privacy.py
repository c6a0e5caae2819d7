"""What protects the author: policies, requests, approvals, complaints, breaches, retention (process.md section 9).

Words that a person wrote stand here, encrypted, and never in the chained events: so they can be erased while every chain
stays valid.
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from suggestions import states
from suggestions.codes import (
    BreachKind,
    ErasureBasis,
    GrantKind,
    RecordClass,
    RetentionAct,
    RightsKind,
    RightsRelation,
    RightsResult,
)
from suggestions.crypto import EncryptedTextField
from suggestions.models.author import Consent
from suggestions.models.record import Record
from suggestions.models.suggestion import Suggestion
from suggestions.models.unit import Unit
from suggestions.states import Machine


class PolicyVersion(models.Model):
    """One version of the words a person agreed to, for one purpose (PIPL 14, 17). Never changed once somebody agreed."""

    kind = models.CharField(_("用途"), max_length=12, choices=Consent.Kind.choices)
    version = models.CharField(_("版本"), max_length=20)
    words = models.TextField(_("同意的内容"))
    effective_on = models.DateField(_("生效日期"))

    class Meta:
        verbose_name = _("个人信息规则版本")
        verbose_name_plural = _("个人信息规则版本")
        ordering = ["kind", "-effective_on", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "version"], name="policy_version_once"),
            models.CheckConstraint(condition=~Q(words=""), name="policy_says_something"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.version}"


class RightsRequest(Record):
    """A person asks for one of the rights of PIPL 44 to 50; answered with reasons within K24."""

    machine = Machine.RIGHTS

    suggestion = models.ForeignKey(
        Suggestion, models.PROTECT, related_name="rights_requests", verbose_name=_("建议")
    )
    kind = models.CharField(_("请求"), max_length=12, choices=RightsKind.choices)
    relation = models.CharField(
        _("请求人"), max_length=12, choices=RightsRelation.choices, default=RightsRelation.SELF
    )
    words = EncryptedTextField(_("说明"), blank=True, default="")
    requester = EncryptedTextField(_("请求人姓名和联系方式"), blank=True, default="")
    correction = models.JSONField(default=dict, blank=True)
    identity_method = models.CharField(_("核实方式"), max_length=40, blank=True)
    result = models.CharField(
        _("结果"), max_length=12, choices=RightsResult.choices, blank=True, editable=False
    )
    answer = EncryptedTextField(_("答复"), blank=True, default="")
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("个人信息权利请求")
        verbose_name_plural = _("个人信息权利请求")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(status__in=[states.Rights.DONE, states.Rights.REFUSED])
                | Q(answered_at__isnull=False),
                name="rights_answer_has_a_date",
            ),
        ]

    @property
    def status_label(self) -> str:
        return str(states.Rights(self.status).label)

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"


class IdentityGrant(Record):
    """Leave to read an author's identity where a reason alone is not enough: minors, break-glass, named exports.

    Source: MC 36 (approval for minors), process.md 2.2 and 9.3 (dual approval, time box, author told afterwards).
    """

    machine = Machine.IDENTITY

    kind = models.CharField(_("用途"), max_length=12, choices=GrantKind.choices)
    suggestion = models.ForeignKey(
        Suggestion, models.PROTECT, null=True, blank=True, related_name="identity_grants"
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("申请人")
    )
    first_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    second_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    purpose = models.CharField(_("理由"), max_length=200)
    hours = models.PositiveSmallIntegerField(_("有效小时数"), default=24)
    valid_until = models.DateTimeField(_("有效期至"), null=True, blank=True)
    keep_from_author = models.CharField(_("依法不告知的依据"), max_length=200, blank=True)
    export_query = models.CharField(_("导出的列表"), max_length=800, blank=True)
    """Of an export: the very list that may be written with names, as the desk's query."""
    told_at = models.DateTimeField(_("告知建议人"), null=True, blank=True)

    user_path = "asked_by"

    class Meta:
        verbose_name = _("身份信息查看批准")
        verbose_name_plural = _("身份信息查看批准")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(first_by__isnull=True) | ~Q(first_by=F("asked_by")),
                name="grant_first_is_another",
            ),
            models.CheckConstraint(
                condition=Q(second_by__isnull=True)
                | (~Q(second_by=F("asked_by")) & ~Q(second_by=F("first_by"))),
                name="grant_second_is_a_third",
            ),
            models.CheckConstraint(
                condition=~Q(status=states.Identity.GRANTED)
                | (Q(valid_until__isnull=False) & Q(first_by__isnull=False)),
                name="grant_is_time_boxed",
            ),
            models.CheckConstraint(
                condition=~Q(status=states.Identity.GRANTED)
                | Q(kind=GrantKind.MINOR)
                | Q(second_by__isnull=False),
                name="grant_has_two_approvals",
            ),
            models.CheckConstraint(
                condition=Q(kind=GrantKind.EXPORT) | Q(suggestion__isnull=False),
                name="grant_names_its_case",
            ),
        ]

    @property
    def status_label(self) -> str:
        return str(states.Identity(self.status).label)

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"


class RelayMessage(Record):
    """Words between a unit and an author who hides from it, passed on by the office after a look (9.3)."""

    machine = Machine.MESSAGE

    suggestion = models.ForeignKey(
        Suggestion, models.PROTECT, related_name="relay_messages", verbose_name=_("建议")
    )
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("单位"))
    to_author = models.BooleanField(_("发给建议人"))
    words = EncryptedTextField(_("内容"))
    passed_words = EncryptedTextField(_("转达的内容"), blank=True, default="")
    answers = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="answered_by"
    )
    sent_at = models.DateTimeField()
    passed_at = models.DateTimeField(null=True, blank=True)

    unit_path = "unit"

    class Meta:
        verbose_name = _("转达")
        verbose_name_plural = _("转达")
        ordering = ["id"]

    @property
    def status_label(self) -> str:
        return str(states.Message(self.status).label)

    def __str__(self) -> str:
        return f"message {self.pk}"


class Takedown(Record):
    """Somebody says a public page shows personal data: first out of sight, then a decision within 3 working days (9.2)."""

    machine = Machine.TAKEDOWN

    suggestion = models.ForeignKey(Suggestion, models.PROTECT, related_name="takedowns")
    words = EncryptedTextField(_("露出了什么"))
    contact = EncryptedTextField(_("联系方式"), blank=True, default="")
    suspended = models.BooleanField(_("已先撤下"), default=False)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("撤下公开页的投诉")
        verbose_name_plural = _("撤下公开页的投诉")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["suggestion"],
                condition=Q(status=states.Takedown.OPEN),
                name="one_open_takedown",
            ),
        ]

    @property
    def status_label(self) -> str:
        return str(states.Takedown(self.status).label)

    def __str__(self) -> str:
        return f"takedown {self.pk}"


class Breach(Record):
    """A leak or loss of personal data, from detection to telling the persons (PIPL 57; K25)."""

    machine = Machine.BREACH

    kind = models.CharField(_("情形"), max_length=12, choices=BreachKind.choices)
    summary = models.TextField(_("情况"), max_length=1000)
    persons = models.PositiveIntegerField(_("涉及人数"), default=0)
    data_kinds = models.CharField(_("涉及的信息种类"), max_length=200, blank=True)
    measures = models.TextField(_("处置措施"), max_length=1000, blank=True)
    authority = models.CharField(_("报告的部门"), max_length=120, blank=True)
    told_words = models.TextField(_("告知的内容"), max_length=1000, blank=True)
    detected_at = models.DateTimeField(_("发现时间"))
    contained_at = models.DateTimeField(null=True, blank=True)
    authority_told_at = models.DateTimeField(null=True, blank=True)
    persons_told_at = models.DateTimeField(null=True, blank=True)
    suggestions = models.ManyToManyField(Suggestion, blank=True, related_name="breaches")

    class Meta:
        verbose_name = _("个人信息安全事件")
        verbose_name_plural = _("个人信息安全事件")
        ordering = ["-id"]

    @property
    def status_label(self) -> str:
        return str(states.Breach(self.status).label)

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"


class Erasure(models.Model):
    """The tombstone of a case whose personal content is gone, or the seal on one that must be kept (PIPL 47).

    While a row of kind `erased` exists, and only then, the database lets the texts of that case's events be blanked.
    """

    class Kind(models.TextChoices):
        ERASED = "erased", _("已删除")
        RESTRICTED = "restricted", _("停止使用，只保存")

    suggestion = models.OneToOneField(Suggestion, models.PROTECT, related_name="erasure")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    basis = models.CharField(_("依据"), max_length=16, choices=ErasureBasis.choices)
    words = models.CharField(_("说明"), max_length=300, blank=True)
    request = models.ForeignKey(
        RightsRequest, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    cleared = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("删除记录")
        verbose_name_plural = _("删除记录")

    def __str__(self) -> str:
        return f"{self.kind} {self.suggestion_id}"


class RetentionRule(models.Model):
    """How long a class of records is kept, and what happens then (process.md 9.4). The newest version counts."""

    record_class = models.CharField(_("种类"), max_length=20, choices=RecordClass.choices)
    version = models.PositiveSmallIntegerField(default=1)
    days = models.PositiveIntegerField(_("保存天数"))
    act = models.CharField(_("到期后"), max_length=10, choices=RetentionAct.choices)
    basis = models.CharField(_("依据"), max_length=200)
    approved_by = models.CharField(_("批准"), max_length=120, blank=True)
    changed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("保存期限")
        verbose_name_plural = _("保存期限")
        ordering = ["record_class", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["record_class", "version"], name="retention_version_once"
            ),
            models.CheckConstraint(condition=Q(days__gte=1), name="retention_is_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.record_class} {self.days}"


class RetentionRun(models.Model):
    """What one run of the retention job did, by class: the log an archive authority asks for."""

    at = models.DateTimeField()
    done = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("到期清理记录")
        verbose_name_plural = _("到期清理记录")
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.at:%F %T}"
