"""Early warnings: a topic in a district that rises above what is usual there, and the one topic taken up a month
(预警, 未诉先办, 每月一题; process.md 8.4; S2, S4; BJ 24 to 26).

On topics and places, never on people (section 12): people are counted, and no row here points to one.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from suggestions import states
from suggestions.models.place import District, Jurisdiction
from suggestions.models.record import Record
from suggestions.models.topic import Topic
from suggestions.models.unit import Unit
from suggestions.states.warning import OPEN_WARNINGS
from suggestions.states.warning import MonthTopicState as TopicState
from suggestions.states.warning import WarningState as State


class Signal(models.TextChoices):
    """What is watched. Codes of matters and of work, never of a person (section 12)."""

    RISE = "rise", _("人数突增")
    HIGH_RISK = "high_risk", _("高风险领域人数上升")
    SEASON = "season", _("去年同期集中")
    DISSATISFIED = "dissatisfied", _("不满意增多")
    COMMITMENTS = "commitments", _("承诺多次没有兑现")
    BACKLOG = "backlog", _("到期件将积压")


class WarningRule(models.Model):
    """One version of a signal's thresholds in one jurisdiction; the newest counts. A warning names the version it came by.

    `least`: the fewest people, items or promises; `times`: how many times what is usual, 0 where nothing is compared;
    `chance`: how rare it must be by chance alone (insight/rises.py), 0 where that is not asked.
    """

    jurisdiction = models.ForeignKey(
        Jurisdiction, models.PROTECT, related_name="+", verbose_name=_("辖区")
    )
    signal = models.CharField(_("信号"), max_length=16, choices=Signal.choices)
    version = models.PositiveSmallIntegerField(_("版本"), default=1)
    is_on = models.BooleanField(_("启用"), default=True)
    least = models.PositiveSmallIntegerField(_("至少多少"))
    times = models.DecimalField(_("是平常的几倍"), max_digits=4, decimal_places=1)
    chance = models.PositiveIntegerField(
        _("碰巧出现的机会低于几分之一"), default=0, help_text=_("0表示不看")
    )
    topics = models.ManyToManyField(
        Topic, blank=True, related_name="+", verbose_name=_("高风险领域的主题")
    )
    reason = models.CharField(_("为什么改"), max_length=200, blank=True)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("预警规则")
        verbose_name_plural = _("预警规则")
        ordering = ["signal", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["jurisdiction", "signal", "version"], name="warning_rule_version_once"
            ),
            models.CheckConstraint(condition=Q(least__gte=1), name="warning_rule_needs_somebody"),
            models.CheckConstraint(
                condition=Q(version=1) | (~Q(reason="") & Q(changed_by__isnull=False)),
                name="changed_warning_rule_says_why_and_who",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_signal_display()}（第{self.version}版）"


class EarlyWarning(Record):
    """What one rule saw about one topic in one district: seen beside expected, the items by number, who is to look into it.

    At most one stands open a rule, topic and district. `past` holds what was counted in the weeks before, the newest first.
    """

    machine = states.Machine.WARNING
    unit_path = "unit"
    also_unit_paths = ("place_unit",)

    status = models.CharField(_("状态"), max_length=24, choices=State.choices, editable=False)
    signal = models.CharField(_("信号"), max_length=16, choices=Signal.choices)
    rule = models.ForeignKey(WarningRule, models.PROTECT, related_name="+", verbose_name=_("规则"))
    topic = models.ForeignKey(Topic, models.PROTECT, related_name="+", verbose_name=_("主题"))
    district = models.ForeignKey(District, models.PROTECT, related_name="+", verbose_name=_("区划"))
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("属事单位")
    )
    place_unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("属地单位")
    )
    seen = models.PositiveIntegerField(_("看到"))
    expected = models.DecimalField(_("平常"), max_digits=8, decimal_places=1)
    past = models.JSONField(_("前几段"), default=list)
    from_on = models.DateField(_("从"))
    to_on = models.DateField(_("到"))
    cases = models.JSONField(_("涉及的编号"), default=list)
    raised_on = models.DateField(_("发出日期"))
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    result = models.TextField(_("做了什么，有什么变化"), max_length=2000, blank=True)
    seen_after = models.PositiveIntegerField(_("办结时看到"), null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("预警")
        verbose_name_plural = _("预警")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["jurisdiction", "signal", "topic", "district"],
                condition=Q(status__in=sorted(OPEN_WARNINGS)),
                name="one_open_warning_a_rule_topic_and_district",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[State.ACKNOWLEDGED, State.ACTING, State.CLOSED])
                | (Q(acknowledged_at__isnull=False) & Q(acknowledged_by__isnull=False)),
                name="acknowledged_warning_names_who",
            ),
            models.CheckConstraint(
                condition=~Q(status=State.CLOSED) | ~Q(result=""),
                name="closed_warning_says_what_was_done",
            ),
        ]
        indexes = [
            models.Index(fields=["jurisdiction", "status", "id"], name="warning_list"),
            models.Index(fields=["jurisdiction", "signal", "ended_at"], name="warning_rests"),
        ]

    def __str__(self) -> str:
        return f"{self.district.name} · {self.topic.name}：{self.get_signal_display()}"

    def unit_ids(self) -> set[int]:
        """The unit for the matter and the unit for the place (属事、属地; S2)."""
        return {u for u in (self.unit_id, self.place_unit_id) if u is not None}


class WarningStep(models.Model):
    """What a unit does about a warning, and by when: improvement of work, before anybody complains (8.4; S4)."""

    warning = models.ForeignKey(EarlyWarning, models.CASCADE, related_name="steps")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    words = models.TextField(_("措施"), max_length=1000)
    until_on = models.DateField(_("哪天前做完"), null=True, blank=True)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("预警措施")
        verbose_name_plural = _("预警措施")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=~Q(words=""), name="warning_step_says_something")
        ]

    def __str__(self) -> str:
        return f"{self.warning_id}: {self.words[:20]}"


class WarningScan(models.Model):
    """One day's look at all topics and places: what proves that the watch was kept, and what it cost."""

    on = models.DateField(_("日期"), unique=True)
    found = models.PositiveIntegerField(_("看到的苗头"), default=0)
    raised = models.PositiveIntegerField(_("发出的预警"), default=0)
    milliseconds = models.PositiveIntegerField(_("用时（毫秒）"), default=0)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("预警巡查")
        verbose_name_plural = _("预警巡查")
        ordering = ["-on"]

    def __str__(self) -> str:
        return f"{self.on:%F}"


class MonthTopic(Record):
    """The one topic of a month that is taken up before people complain (每月一题; S4 未诉先办; BJ 24 to 26)."""

    machine = states.Machine.MONTH_TOPIC
    unit_path = "unit"

    status = models.CharField(_("状态"), max_length=24, choices=TopicState.choices, editable=False)
    month = models.DateField(_("月份"), help_text=_("当月1日"))
    topic = models.ForeignKey(Topic, models.PROTECT, related_name="+", verbose_name=_("主题"))
    why = models.TextField(_("为什么选它"), max_length=500)
    goal = models.TextField(_("要做到什么"), max_length=1000)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("牵头单位"))
    target_on = models.DateField(_("哪天前做到"))
    warnings = models.ManyToManyField(EarlyWarning, blank=True, related_name="month_topics")
    result = models.TextField(_("做到了什么"), max_length=2000, blank=True)
    reported_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("每月一题")
        verbose_name_plural = _("每月一题")
        ordering = ["-month", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["jurisdiction", "month"], condition=~Q(status=TopicState.DROPPED),
                name="one_topic_a_month",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[TopicState.REPORTED, TopicState.DONE])
                | (~Q(result="") & Q(reported_at__isnull=False)),
                name="reported_month_topic_says_what",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.month.year}年{self.month.month}月：{self.topic.name}"
