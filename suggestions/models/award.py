"""Award rounds: levels, nominations, a drawn jury, frozen scores, objections, encrypted payment data (4.8; SH 16)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from suggestions.crypto import EncryptedTextField
from suggestions.models.record import Record
from suggestions.models.suggestion import Suggestion
from suggestions.models.unit import Unit
from suggestions.states import Machine
from suggestions.states.award import AwardState, RoundState


class AwardRound(Record):
    """One selection, e.g. a year's. Cycle, rules, levels and amounts are rows, not code."""

    machine = Machine.AWARD_ROUND
    user_path = "jurors__user"

    title = models.CharField(_("名称"), max_length=80)
    rules_text = models.TextField(_("评选规则"), max_length=6000)
    cycle_from = models.DateField(_("从"))
    cycle_to = models.DateField(_("到"))
    jury_size = models.PositiveSmallIntegerField(_("评委人数"), default=5)
    jury_seed = models.CharField(_("抽签种子"), max_length=64, blank=True, editable=False)
    jury_pool = models.JSONField(_("抽签名册"), default=list, editable=False)
    shown_from = models.DateField(_("公示从"), null=True, blank=True)
    shown_until = models.DateField(_("公示到"), null=True, blank=True)

    class Meta:
        verbose_name = _("评选")
        verbose_name_plural = _("评选")
        ordering = ["-cycle_to", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(cycle_to__gte=F("cycle_from")), name="round_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=Q(shown_until__isnull=True) | Q(shown_until__gt=F("shown_from")),
                name="publicity_ends_after_it_starts",
            ),
        ]

    def get_status_display(self) -> str:
        """The state's name."""
        return str(RoundState(self.status).label)

    def __str__(self) -> str:
        return self.title


class AwardLevel(models.Model):
    """One prize of a round: how many places, how many yuan each."""

    round = models.ForeignKey(AwardRound, models.CASCADE, related_name="levels")
    rank = models.PositiveSmallIntegerField(_("次序"))
    name = models.CharField(_("等次"), max_length=20)
    places = models.PositiveSmallIntegerField(_("名额"))
    amount = models.PositiveIntegerField(_("每名奖金（元）"))

    class Meta:
        verbose_name = _("奖项")
        verbose_name_plural = _("奖项")
        ordering = ["rank"]
        constraints = [models.UniqueConstraint(fields=["round", "rank"], name="level_rank_once")]

    def __str__(self) -> str:
        return self.name


class Juror(models.Model):
    """A jury member as drawn. `order` is the place in the draw."""

    round = models.ForeignKey(AwardRound, models.CASCADE, related_name="jurors")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    order = models.PositiveSmallIntegerField()

    class Meta:
        verbose_name = _("评委")
        verbose_name_plural = _("评委")
        ordering = ["order"]
        constraints = [models.UniqueConstraint(fields=["round", "user"], name="juror_once")]

    def __str__(self) -> str:
        return str(self.user)


class Nomination(Record):
    """A suggestion proposed for an award. The jury reads `masked_*`, which names nobody."""

    machine = Machine.AWARD
    user_path = "round__jurors__user"

    round = models.ForeignKey(AwardRound, models.PROTECT, related_name="nominations")
    suggestion = models.ForeignKey(Suggestion, models.PROTECT, related_name="nominations")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+")
    nominated_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    role = models.CharField(max_length=30)
    merits = models.TextField(_("推荐理由"), max_length=1000)
    masked_title = models.CharField(_("给评委看的标题"), max_length=200, blank=True)
    masked_text = models.TextField(_("给评委看的内容"), max_length=6000, blank=True)
    earlier = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="later",
        verbose_name=_("同一想法里最早的一件"),
    )  # fmt: skip
    points = models.DecimalField(_("得分"), max_digits=5, decimal_places=2, null=True, blank=True)
    level = models.ForeignKey(
        AwardLevel, models.PROTECT, null=True, blank=True, related_name="winners"
    )
    name_consent_at = models.DateTimeField(_("同意公开姓名"), null=True, blank=True)
    public_name = models.CharField(_("公开的姓名"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("奖励提名")
        verbose_name_plural = _("奖励提名")
        ordering = ["-points", "id"]
        constraints = [
            models.UniqueConstraint(fields=["round", "suggestion"], name="nominated_once_a_round"),
            models.CheckConstraint(
                condition=Q(public_name="") | Q(name_consent_at__isnull=False),
                name="winner_named_only_with_consent",
            ),
            models.CheckConstraint(
                condition=~Q(
                    status__in=["shortlisted", "publicity_period", "approved", "notified", "paid"]
                )
                | (Q(level__isnull=False) & Q(points__isnull=False)),
                name="shortlisted_has_level_and_points",
            ),
        ]

    def get_status_display(self) -> str:
        """The state's name."""
        return str(AwardState(self.status).label)

    def __str__(self) -> str:
        return self.masked_title or f"提名 {self.suggestion}"


class JuryScore(models.Model):
    """One juror's sheet for one nomination, or their recusal. Inserted once; database triggers refuse any change.

    Where the case was erased its words may be emptied, never a mark (suggestions/triggers.py).
    """

    nomination = models.ForeignKey(Nomination, models.PROTECT, related_name="scores")
    juror = models.ForeignKey(Juror, models.PROTECT, related_name="scores")
    conflict = models.BooleanField(_("与我有利害关系，回避"), default=False)
    conflict_reason = models.CharField(_("回避的缘由"), max_length=200, blank=True)
    novelty = models.PositiveSmallIntegerField(_("新意"), null=True, blank=True)
    feasibility = models.PositiveSmallIntegerField(_("可行"), null=True, blank=True)
    benefit = models.PositiveSmallIntegerField(_("受益面"), null=True, blank=True)
    comment = models.CharField(_("评语"), max_length=500, blank=True)
    submitted_at = models.DateTimeField()

    class Meta:
        verbose_name = _("评委打分")
        verbose_name_plural = _("评委打分")
        ordering = ["nomination_id", "juror_id"]
        constraints = [
            models.UniqueConstraint(fields=["nomination", "juror"], name="score_once_a_juror"),
            models.CheckConstraint(
                condition=(
                    Q(conflict=True, novelty=None, feasibility=None, benefit=None)
                    & ~Q(conflict_reason="")
                )
                | (
                    Q(conflict=False)
                    & Q(novelty__gte=0, novelty__lte=100)
                    & Q(feasibility__gte=0, feasibility__lte=100)
                    & Q(benefit__gte=0, benefit__lte=100)
                ),
                name="score_or_recusal",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.juror_id} on {self.nomination_id}"


class AwardObjection(models.Model):
    """What somebody held against a shortlisted suggestion during its publicity period, and the answer."""

    nomination = models.ForeignKey(Nomination, models.PROTECT, related_name="objections")
    text = models.TextField(_("异议"), max_length=1000)
    received_at = models.DateTimeField()
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    upheld = models.BooleanField(_("异议成立"), null=True, blank=True)
    answer = models.TextField(_("核实情况"), max_length=1000, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("公示异议")
        verbose_name_plural = _("公示异议")
        ordering = ["received_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(upheld__isnull=True)
                | (~Q(answer="") & Q(answered_by__isnull=False) & Q(answered_at__isnull=False)),
                name="objection_answered_with_words",
            ),
        ]

    def __str__(self) -> str:
        return f"objection to {self.nomination_id}"


class AwardPayment(models.Model):
    """Where the money goes: asked for only after approval, encrypted, apart from everything, gone on `delete_on`."""

    nomination = models.OneToOneField(Nomination, models.PROTECT, related_name="payment")
    payee = EncryptedTextField(_("户名"))
    identity_number = EncryptedTextField(_("身份证号"))
    bank = EncryptedTextField(_("开户行"))
    account = EncryptedTextField(_("账号"))
    collected_at = models.DateTimeField()
    collected_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    paid_on = models.DateField(_("付款日期"), null=True, blank=True)
    delete_on = models.DateField(_("到期删除"), null=True, blank=True)

    class Meta:
        verbose_name = _("奖金支付信息")
        verbose_name_plural = _("奖金支付信息")
        constraints = [
            models.CheckConstraint(
                condition=Q(paid_on__isnull=True) | Q(delete_on__isnull=False),
                name="paid_data_has_an_end",
            ),
        ]

    def __str__(self) -> str:
        return f"payment of {self.nomination_id}"
