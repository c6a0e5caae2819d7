"""The register of invited contributors and the invitations sent to them (特邀征集; process.md 3.1, SH 8)."""

from datetime import date
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from suggestions.crypto import EncryptedTextField
from suggestions.models.place import Jurisdiction
from suggestions.models.record import Record
from suggestions.models.suggestion import Suggestion
from suggestions.models.topic import Topic
from suggestions.models.unit import Unit
from suggestions.states import Machine
from suggestions.states.invitation import Invitation as InvitationState


class InvitedContributorQuerySet(models.QuerySet["InvitedContributor"]):
    def serving(self, on: date) -> Self:
        """Within their term on this Shanghai date, and not ended before it."""
        return self.filter(term_from__lte=on, term_until__gte=on).filter(
            Q(ended_on__isnull=True) | Q(ended_on__gt=on)
        )


class InvitedContributor(models.Model):
    """Somebody appointed to be asked: field, term, appointing unit. Name and contact are encrypted."""

    class Kind(models.TextChoices):
        DEPUTY = "deputy", _("人大代表")
        MEMBER = "member", _("政协委员")
        EXPERT = "expert", _("专家学者")
        LAWYER = "lawyer", _("律师")
        FRONT_LINE = "front_line", _("一线职工")
        OTHER = "other", _("其他")

    class EndReason(models.TextChoices):
        TERM_OVER = "term_over", _("任期届满")
        RESIGNED = "resigned", _("本人辞任")
        MOVED = "moved", _("工作变动")
        RELEASED = "released", _("聘任单位解聘")
        DIED = "died", _("去世")

    jurisdiction = models.ForeignKey(
        Jurisdiction,
        models.PROTECT,
        related_name="invited_contributors",
        verbose_name=_("辖区"),
    )
    name = EncryptedTextField(_("姓名"))
    phone = EncryptedTextField(_("手机号"), blank=True, default="")
    phone_hash = models.CharField(max_length=64, blank=True, db_index=True, editable=False)
    email = EncryptedTextField(_("邮箱"), blank=True, default="")
    kind = models.CharField(_("身份"), max_length=12, choices=Kind.choices)
    field = models.CharField(_("专长"), max_length=120)
    topics = models.ManyToManyField(
        Topic, blank=True, related_name="invited_contributors", verbose_name=_("对口主题")
    )
    appointing_unit = models.ForeignKey(
        Unit, models.PROTECT, related_name="+", verbose_name=_("聘任单位")
    )
    term_from = models.DateField(_("任期起"))
    term_until = models.DateField(_("任期止"))
    activity_count = models.PositiveIntegerField(_("参加次数"), default=0, editable=False)
    ended_on = models.DateField(_("退出日期"), null=True, blank=True)
    end_reason = models.CharField(
        _("退出原因"), max_length=10, choices=EndReason.choices, blank=True
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("登录账号"),
        help_text=_("做论证专家或评审委员时用"),
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = InvitedContributorQuerySet.as_manager()

    class Meta:
        verbose_name = _("特邀建议人")
        verbose_name_plural = _("特邀建议人")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(term_until__gte=F("term_from")),
                name="invited_term_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True, end_reason="")
                | (Q(ended_on__isnull=False) & ~Q(end_reason="")),
                name="ended_contributor_has_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"invited contributor {self.pk}"


class Invitation(Record):
    """One person asked about one matter, until the end of a day. The address holds a token, the table its keyed hash."""

    machine: ClassVar[Machine] = Machine.INVITATION

    contributor = models.ForeignKey(
        InvitedContributor, models.PROTECT, related_name="invitations", verbose_name=_("特邀建议人")
    )
    campaign = models.ForeignKey(
        "cms.CampaignPage",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="invitations",
        verbose_name=_("征集活动"),
    )
    topic = models.CharField(_("请教的事"), max_length=120)
    background = models.TextField(_("背景和要回答的问题"), max_length=1000, blank=True)
    deadline_on = models.DateField(_("截止日期"))
    nonce = models.CharField(max_length=40, unique=True, editable=False)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    sent_at = models.DateTimeField(null=True, blank=True, editable=False)
    opened_at = models.DateTimeField(null=True, blank=True, editable=False)
    responded_at = models.DateTimeField(null=True, blank=True, editable=False)
    suggestion = models.OneToOneField(
        Suggestion, models.SET_NULL, null=True, blank=True, related_name="invitation"
    )

    class Meta:
        verbose_name = _("邀请")
        verbose_name_plural = _("邀请")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(topic=""), name="invitation_says_what_about"),
        ]
        indexes = [models.Index(fields=["status", "deadline_on"], name="invitation_deadline")]

    def __str__(self) -> str:
        return f"invitation {self.pk}"

    @property
    def status_label(self) -> str:
        """Where it stands, in words."""
        return str(InvitationState(self.status).label)
