"""Supervision orders with their ladder, and the three advices (process.md 8.1; XF 39, 40)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from suggestions import states
from suggestions.models.place import District
from suggestions.models.record import Record
from suggestions.models.suggestion import Suggestion
from suggestions.models.topic import Topic
from suggestions.models.unit import Unit
from suggestions.states.advice import Advice as AdviceState
from suggestions.states.month_close import MonthCloseState
from suggestions.states.supervision import Supervision as State

CRITICAL_KIND = "K16c"


class SupervisionOrder(Record):
    """One duty that a unit is pressed about: proposed with evidence, issued by a person, answered by the unit's head.

    A rule proposes once for the same matter: `dedupe_key` names rule, case (or topic and district) and round.
    """

    class Rule(models.TextChoices):
        """Why it was proposed. Codes of matters and of work, never of a person (section 12)."""

        OVERDUE = "overdue", _("逾期且没有说明")
        NO_FEEDBACK = "no_feedback", _("没有按要求反馈")
        SHIFTING = "shifting", _("推来推去：单位多次更换或退办")
        DISSATISFIED = "dissatisfied_twice", _("两次评价不满意")
        REWORK = "rework", _("答复三次以上被退回")
        COMMITMENT = "commitment_missed", _("承诺没有兑现")
        CONCENTRATED = "concentrated", _("同类事项集中")
        VISIT = "visit_bad", _("回访反映没有联系、没有解决或不满意")
        PROCEDURE = "procedure", _("办理程序有错")
        REFUSED = "refused", _("该受理不受理、该解决没解决")
        KNOWLEDGE = "knowledge", _("知识库没有按期核对")
        OTHER = "other", _("其他")

    class Level(models.IntegerChoices):
        """The ladder (process.md 8.1)."""

        REMINDER = 1, _("提醒")
        URGING = 2, _("催办单")
        NOTICE = 3, _("督办单")
        JOINT = 4, _("联合督办")
        TALK = 5, _("约谈")
        BULLETIN = 6, _("通报")
        LISTED = 7, _("挂牌督办")
        RECTIFICATION = 8, _("责令整改")

    machine = states.Machine.SUPERVISION
    unit_path = "unit"

    status = models.CharField(_("状态"), max_length=24, choices=State.choices, editable=False)
    rule = models.CharField(_("理由"), max_length=20, choices=Rule.choices)
    suggestion = models.ForeignKey(
        Suggestion, models.PROTECT, null=True, blank=True, related_name="supervision_orders"
    )
    topic = models.ForeignKey(Topic, models.PROTECT, null=True, blank=True, related_name="+")
    district = models.ForeignKey(District, models.PROTECT, null=True, blank=True, related_name="+")
    unit = models.ForeignKey(
        Unit,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="supervision_orders",
        verbose_name=_("被督办单位"),
    )
    evidence = models.JSONField(_("事实"), default=list)
    level = models.PositiveSmallIntegerField(_("层级"), choices=Level.choices, default=0)
    is_critical = models.BooleanField(_("特急"), default=False)
    dedupe_key = models.CharField(max_length=120, blank=True, editable=False)

    class Meta:
        verbose_name = _("督办")
        verbose_name_plural = _("督办")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["jurisdiction", "dedupe_key"],
                condition=~Q(dedupe_key=""),
                name="supervision_proposed_once",
            ),
            models.CheckConstraint(
                condition=Q(status__in=[State.PROPOSED, State.DISMISSED])
                | (Q(unit__isnull=False) & Q(level__gte=1)),
                name="issued_supervision_names_unit_and_level",
            ),
        ]
        indexes = [models.Index(fields=["jurisdiction", "status", "id"], name="supervision_list")]

    def __str__(self) -> str:
        return f"{self.get_rule_display()} {self.suggestion or self.topic or ''}".strip()


class SupervisionStep(models.Model):
    """One rung climbed: who issued it, on which basis, with which text; the unit's answer and what came of it."""

    order = models.ForeignKey(SupervisionOrder, models.CASCADE, related_name="steps")
    number = models.PositiveSmallIntegerField()
    level = models.PositiveSmallIntegerField(_("层级"), choices=SupervisionOrder.Level.choices)
    issuer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    with_bodies = models.CharField(_("会同单位"), max_length=200, blank=True)
    basis = models.CharField(_("依据"), max_length=200)
    text = models.TextField(_("要求"), max_length=2000)
    issued_at = models.DateTimeField()
    due_on = models.DateField(_("反馈期限"))
    answer = models.TextField(_("反馈"), max_length=3000, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    judged_at = models.DateTimeField(null=True, blank=True)
    effect = models.TextField(_("效果"), max_length=1000, blank=True)

    class Meta:
        verbose_name = _("督办步骤")
        verbose_name_plural = _("督办步骤")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["order", "number"], name="supervision_step_once"),
            models.CheckConstraint(
                condition=Q(answer="", answered_at__isnull=True)
                | (~Q(answer="") & Q(answered_at__isnull=False) & Q(answered_by__isnull=False)),
                name="supervision_answer_names_its_head",
            ),
            models.CheckConstraint(
                condition=~Q(level=SupervisionOrder.Level.JOINT) | ~Q(with_bodies=""),
                name="joint_supervision_names_partners",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_level_display()} {self.number}"

    def is_late(self) -> bool:
        """Whether the answer came after the day it was due."""
        from suggestions.clock import local_date

        return self.answered_at is not None and local_date(self.answered_at) > self.due_on


class Advice(Record):
    """One of the three advices to a unit, with its written adoption answer (XF 40; S0)."""

    class Kind(models.TextChoices):
        WORK = "improve_work", _("改进工作")
        POLICY = "improve_policy", _("完善政策")
        RESPONSIBILITY = "pursue_responsibility", _("追究责任")

    class Answer(models.TextChoices):
        ADOPTED = "adopted", _("采纳")
        PARTLY = "partly", _("部分采纳")
        NOT_ADOPTED = "not_adopted", _("不采纳")

    machine = states.Machine.ADVICE
    unit_path = "unit"

    status = models.CharField(_("状态"), max_length=24, choices=AdviceState.choices, editable=False)
    kind = models.CharField(_("种类"), max_length=24, choices=Kind.choices)
    unit = models.ForeignKey(
        Unit, models.PROTECT, related_name="advices", verbose_name=_("提给哪个单位")
    )
    title = models.CharField(_("题目"), max_length=80)
    facts = models.TextField(_("发现的问题"), max_length=2000)
    text = models.TextField(_("建议"), max_length=3000)
    basis = models.CharField(_("依据"), max_length=200)
    issuer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    issued_at = models.DateTimeField()
    order = models.ForeignKey(
        SupervisionOrder, models.PROTECT, null=True, blank=True, related_name="advices"
    )
    cases = models.ManyToManyField(Suggestion, blank=True, related_name="advices")
    answer = models.CharField(_("采纳情况"), max_length=12, choices=Answer.choices, blank=True)
    answer_text = models.TextField(_("书面答复"), max_length=3000, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("三项建议")
        verbose_name_plural = _("三项建议")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(status__in=[AdviceState.ANSWERED, AdviceState.CLOSED])
                | (~Q(answer="") & ~Q(answer_text="") & Q(answered_at__isnull=False)),
                name="advice_answer_is_written",
            ),
        ]
        indexes = [models.Index(fields=["jurisdiction", "status", "id"], name="advice_list")]

    def __str__(self) -> str:
        return self.title


class MonthClose(Record):
    """The list of a month's unfinished items, reported on the third working day of the next (月结月清; K26; S4).

    `report_by` is the day K26 gave, kept for lists after the clock has stopped.
    """

    machine = states.Machine.MONTH_CLOSE

    status = models.CharField(
        _("状态"), max_length=24, choices=MonthCloseState.choices, editable=False
    )
    month = models.DateField(_("月份"), help_text=_("当月1日"))
    report_by = models.DateField(_("报告期限"), null=True)
    open_at_end = models.PositiveIntegerField(_("月末未办结"))
    overdue_at_end = models.PositiveIntegerField(_("其中逾期"))
    rows = models.JSONField(default=list)
    drawn_at = models.DateTimeField()
    reported_at = models.DateTimeField(null=True, blank=True)
    reported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    note = models.TextField(_("说明"), max_length=2000, blank=True)

    class Meta:
        verbose_name = _("月结")
        verbose_name_plural = _("月结")
        ordering = ["-month"]
        constraints = [
            models.UniqueConstraint(fields=["jurisdiction", "month"], name="month_closed_once"),
            models.CheckConstraint(
                condition=Q(overdue_at_end__lte=F("open_at_end")), name="month_overdue_within_open"
            ),
            models.CheckConstraint(
                condition=~Q(status="reported") | (Q(reported_at__isnull=False) & ~Q(note="")),
                name="reported_month_says_how",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"
