"""Clocks as rows, their rules with versions, and the working-day calendar (invariant 7: time is data)."""

import re
from dataclasses import replace
from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from suggestions import clock as counting
from suggestions.models.handling import Assignment
from suggestions.models.suggestion import Suggestion
from suggestions.models.unit import Unit


class CalendarDay(models.Model):
    """A day that is not what its weekday says: a holiday, or a make-up working day (HOL 6, 7)."""

    date = models.DateField(_("日期"), unique=True)
    is_working = models.BooleanField(_("上班"))
    note = models.CharField(_("说明"), max_length=60, blank=True)
    source = models.CharField(_("来源"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("工作日历")
        verbose_name_plural = _("工作日历")
        ordering = ["date"]

    def __str__(self) -> str:
        return f"{self.date} {'上班' if self.is_working else '休息'}"


_INSTRUMENTS = {
    "XF": "《信访工作条例》", "XF05": "《信访条例》（2005）", "SH": "《上海市人民建议征集若干规定》",
    "BJ": "《北京市接诉即办工作条例》", "PIPL": "《个人信息保护法》", "ND": "《网络数据安全管理条例》",
    "MC": "《未成年人网络保护条例》", "AD": "《重大行政决策程序暂行条例》", "OGI": "《政府信息公开条例》", "SD": "《山东省信访条例》",
}  # fmt: skip


def _in_chinese(part: str) -> str:
    """One source of the shipped rules ("analogy XF 34") as staff read it; "" for what is no instrument."""
    lead = "参照" if part.startswith(("analogy ", "model ")) else ""
    found = re.fullmatch(r"(?:analogy |model )?([A-Z]+[0-9]*) ([0-9]+)(?: to ([0-9]+))?", part)
    if found is None or found[1] not in _INSTRUMENTS:
        return part if re.search(r"[\u4e00-\u9fff]", part) else ""
    last = f"至第{found[3]}条" if found[3] else ""
    return f"{lead}{_INSTRUMENTS[found[1]]}第{found[2]}条{last}"


class ClockRule(models.Model):
    """One version of a rule. A new version never moves clocks that already run (process.md section 5)."""

    kind = models.CharField(_("时限"), max_length=4)
    rule_version = models.PositiveIntegerField(_("版本"), default=1)
    name = models.CharField(_("名称"), max_length=40)
    length = models.PositiveIntegerField(_("长度"))
    unit = models.CharField(
        _("单位"), max_length=4, choices=[(u.value, u.value) for u in counting.Length]
    )
    citizen = models.BooleanField(_("居民的期限（遇休息日顺延）"), default=False)
    pausable = models.BooleanField(_("可暂停"), default=False)
    source = models.CharField(_("依据"), max_length=120, blank=True)
    half_of = models.CharField(_("不超过这一时限的一半"), max_length=4, blank=True)
    by_law = models.BooleanField(_("法定"), default=False)
    is_minimum = models.BooleanField(_("是下限"), default=False)
    effective_from = models.DateField(_("生效日期"), null=True, blank=True)

    class Meta:
        verbose_name = _("时限规则")
        verbose_name_plural = _("时限规则")
        constraints = [
            models.UniqueConstraint(fields=["kind", "rule_version"], name="clock_rule_version_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.name} v{self.rule_version}"

    @property
    def basis(self) -> str:
        """The source in words; "" for a number this site set by itself."""
        parts = (_in_chinese(p.strip()) for p in re.split("[;,]", self.source))
        return "；".join(p for p in parts if p)

    def as_rule(self) -> counting.Rule:
        return counting.Rule(
            self.kind,
            self.name,
            self.length,
            counting.Length(self.unit),
            self.citizen,
            self.pausable,
            self.source,
            self.half_of,
            self.by_law,
            self.is_minimum,
        )


class Clock(models.Model):
    """One timed duty of one case, or of one record (a hearing, an order). `stopped_at` is the legal moment of the act that ended it, never a worker's."""

    suggestion = models.ForeignKey(
        Suggestion, models.CASCADE, null=True, blank=True, related_name="clocks"
    )
    record_machine = models.CharField(max_length=12, blank=True)
    record_id = models.BigIntegerField(null=True, blank=True)
    assignment = models.ForeignKey(
        Assignment, models.CASCADE, null=True, blank=True, related_name="clocks"
    )
    kind = models.CharField(max_length=4)
    rule = models.ForeignKey(ClockRule, models.PROTECT)
    holder_unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="clocks"
    )
    started_at = models.DateTimeField()
    length = models.PositiveIntegerField(null=True, blank=True)
    """Where this clock runs shorter than its rule says (K9: half of K7), with `unit`."""
    unit = models.CharField(max_length=4, blank=True)
    due_on = models.DateField()
    due_at = models.DateTimeField(null=True, blank=True)
    """The moment, for clocks that count hours."""
    fixed_on = models.DateField(null=True, blank=True)
    """A date that people set: a promise (K18) or an extension granted (K8). The count no longer decides."""
    first_due_on = models.DateField()
    provisional = models.BooleanField(default=False)
    pauses = models.JSONField(default=list)
    paused_on = models.DateField(null=True, blank=True)
    stopped_at = models.DateTimeField(null=True, blank=True)
    stop_reason = models.CharField(max_length=30, blank=True)
    remind_on = models.DateField(null=True, blank=True)
    """The next day a reminder may be due; None when none will be."""
    bulletin_on = models.DateField(null=True, blank=True)
    """Late enough to stand in the bulletin (通报)."""

    class Meta:
        verbose_name = _("时限")
        verbose_name_plural = _("时限")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["suggestion", "kind"],
                condition=Q(
                    stopped_at__isnull=True, assignment__isnull=True, suggestion__isnull=False
                ),
                name="one_running_case_clock",
            ),
            models.UniqueConstraint(
                fields=["assignment", "kind"],
                condition=Q(stopped_at__isnull=True, assignment__isnull=False),
                name="one_running_assignment_clock",
            ),
            models.UniqueConstraint(
                fields=["record_machine", "record_id", "kind"],
                condition=Q(stopped_at__isnull=True, record_id__isnull=False),
                name="one_running_record_clock",
            ),
            models.CheckConstraint(
                condition=(Q(suggestion__isnull=False) & Q(record_id__isnull=True))
                | (Q(suggestion__isnull=True) & Q(record_id__isnull=False) & ~Q(record_machine="")),
                name="clock_of_a_case_or_a_record",
            ),
            models.CheckConstraint(
                condition=Q(length__isnull=True) | ~Q(unit=""), name="clock_length_has_a_unit"
            ),
        ]
        indexes = [
            models.Index(
                fields=["kind", "due_on"],
                condition=Q(stopped_at__isnull=True),
                name="clock_running",
            ),
            models.Index(fields=["holder_unit", "due_on"], name="clock_holder"),
            # Also those that stopped: a return visit looks back a month over limits that passed.
            models.Index(
                fields=["due_on"],
                condition=Q(kind__in=("K7a", "K7b", "K7c", "K7d")),
                name="clock_answer_due",
            ),
            models.Index(
                fields=["due_on", "id"],
                condition=Q(stopped_at__isnull=True, provisional=True),
                name="clock_provisional",
            ),
            models.Index(
                fields=["remind_on"],
                condition=Q(stopped_at__isnull=True, paused_on__isnull=True),
                name="clock_to_remind",
            ),
        ]

    def __str__(self) -> str:
        owner = self.suggestion_id or f"{self.record_machine} {self.record_id}"
        return f"{self.kind} of {owner}"

    def pause_list(self) -> list[counting.Pause]:
        """Closed and open pauses as values."""
        closed = [
            counting.Pause(date.fromisoformat(a), date.fromisoformat(b)) for a, b in self.pauses
        ]
        return closed + ([counting.Pause(self.paused_on)] if self.paused_on else [])

    def as_rule(self) -> counting.Rule:
        """The rule as it holds for this clock."""
        rule = self.rule.as_rule()
        if self.length is None:
            return rule
        return replace(rule, length=self.length, unit=counting.Length(self.unit))

    def is_late(self, on: date) -> bool:
        """Whether the duty was, or is on `on`, past its due date; for hours, past its moment once it has stopped."""
        if self.due_at and self.stopped_at:
            return self.stopped_at > self.due_at
        end = counting.local_date(self.stopped_at) if self.stopped_at else on
        return end > self.due_on and not (self.paused_on and not self.stopped_at)


class ClockReminder(models.Model):
    """One step of reminding: sent once, kept for good. `superseded`: a missed run healed, a later step was sent instead."""

    class Step(models.TextChoices):
        HALF = "half", _("过半")
        BEFORE = "before", _("到期前两个工作日")
        FAR = "far", _("承诺到期前十五个工作日")
        NEAR = "near", _("承诺到期前三个工作日")
        DUE = "due", _("到期当天")
        LATE = "late", _("逾期后每天")
        HEAD = "head", _("逾期，报单位负责人")
        SUPERVISOR = "supervisor", _("逾期，报督办员")
        LEADER = "leader", _("逾期，报领导并列入通报")

    clock = models.ForeignKey(Clock, models.CASCADE, related_name="reminders")
    step = models.CharField(_("环节"), max_length=10, choices=Step.choices)
    on = models.DateField(_("应提醒的日期"))
    due_on = models.DateField(_("当时的期限"))
    at = models.DateTimeField(_("提醒时间"))
    superseded = models.BooleanField(default=False)
    told = models.ManyToManyField(
        settings.AUTH_USER_MODEL, related_name="+", verbose_name=_("提醒了谁")
    )

    class Meta:
        verbose_name = _("时限提醒")
        verbose_name_plural = _("时限提醒")
        ordering = ["id"]
        constraints = [
            # A date that moved (a pause, an extension) has its own reminders.
            models.UniqueConstraint(
                fields=["clock", "step", "on", "due_on"], name="clock_reminder_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.clock_id} {self.step} {self.on}"
