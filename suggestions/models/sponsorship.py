"""Sponsored matters, leaders' instructions and their reading tray (process.md 6.4; XF 18; S0, S1)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from suggestions import states
from suggestions.models.record import Record
from suggestions.models.suggestion import Suggestion
from suggestions.models.unit import Unit
from suggestions.states.instruction import Instruction as InstructionState
from suggestions.states.sponsorship import Sponsorship as State

_HELD = [State.OPEN, State.PLAN, State.WORKING, State.RESOLVED, State.HANDED_OVER]


class Sponsorship(Record):
    """One matter, one leader, one team, one plan, carried to the end (S1). Never about a person.

    `public_matter` are the neutral words anyone may read; `matter` and the cases are for staff.
    """

    class Rule(models.TextChoices):
        MERGED = "merged_authors", _("多人反映同一件事")
        DEADLOCK = "deadlock", _("跨单位僵持")
        DISSATISFIED = "dissatisfied_twice", _("两次评价不满意")
        COMMITMENT = "commitment_missed", _("承诺没有兑现")
        CHOSEN = "chosen", _("领导选定")

    machine = states.Machine.SPONSORSHIP
    is_shown = True
    unit_path = "unit"

    status = models.CharField(_("状态"), max_length=24, choices=State.choices, editable=False)
    rule = models.CharField(_("由来"), max_length=20, choices=Rule.choices, default=Rule.CHOSEN)
    matter = models.CharField(_("事项"), max_length=80)
    public_matter = models.CharField(_("公开的说法"), max_length=80, blank=True)
    evidence = models.JSONField(_("事实"), default=list)
    leader = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="sponsorships",
        verbose_name=_("包案领导"),
    )
    leader_post = models.CharField(_("领导职务"), max_length=60, blank=True)
    unit = models.ForeignKey(
        Unit,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="sponsorships",
        verbose_name=_("牵头单位"),
    )
    team = models.CharField(_("专班"), max_length=300, blank=True)
    resources = models.CharField(_("保障"), max_length=300, blank=True)
    plan = models.TextField(_("方案"), max_length=3000, blank=True)
    target_on = models.DateField(_("办成日期"), null=True, blank=True)
    result = models.TextField(_("结果"), max_length=2000, blank=True)
    public_result = models.CharField(_("公开的结果"), max_length=200, blank=True)
    resolved_on = models.DateField(null=True, blank=True)
    cases = models.ManyToManyField(Suggestion, blank=True, related_name="sponsorships")
    successor = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="predecessor"
    )
    dedupe_key = models.CharField(max_length=120, blank=True, editable=False)

    class Meta:
        verbose_name = _("领导包案")
        verbose_name_plural = _("领导包案")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["jurisdiction", "dedupe_key"],
                condition=~Q(dedupe_key=""),
                name="sponsorship_proposed_once",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=_HELD)
                | (Q(leader__isnull=False) & ~Q(leader_post="") & ~Q(public_matter="")),
                name="sponsored_matter_names_its_leader",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[State.PLAN, State.WORKING, State.RESOLVED])
                | (~Q(plan="") & ~Q(team="") & Q(target_on__isnull=False)),
                name="planned_sponsorship_has_plan_team_date",
            ),
            models.CheckConstraint(
                condition=~Q(status=State.HANDED_OVER) | Q(successor__isnull=False),
                name="handed_over_names_its_successor",
            ),
            models.CheckConstraint(
                condition=~Q(status=State.RESOLVED)
                | (~Q(result="") & Q(resolved_on__isnull=False)),
                name="resolved_sponsorship_says_how",
            ),
        ]
        indexes = [models.Index(fields=["jurisdiction", "status", "id"], name="sponsorship_list")]

    def __str__(self) -> str:
        return self.matter


class SponsorMilestone(models.Model):
    """One dated step of a sponsor's plan."""

    sponsorship = models.ForeignKey(Sponsorship, models.CASCADE, related_name="milestones")
    text = models.CharField(_("节点"), max_length=200)
    due_on = models.DateField(_("完成日期"))
    done_on = models.DateField(null=True, blank=True)
    words = models.CharField(_("完成情况"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("节点")
        verbose_name_plural = _("节点")
        ordering = ["due_on", "id"]

    def __str__(self) -> str:
        return self.text


class LeaderInstruction(Record):
    """What a leader wrote on an item or a matter, what is to be done, by whom and by when. The text is internal."""

    class Audience(models.TextChoices):
        OFFICE = "office", _("只给征集办公室")
        UNIT = "unit", _("给承办单位看")

    machine = states.Machine.INSTRUCTION
    unit_path = "unit"

    status = models.CharField(
        _("状态"), max_length=24, choices=InstructionState.choices, editable=False
    )
    leader = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="instructions"
    )
    suggestion = models.ForeignKey(
        Suggestion, models.PROTECT, null=True, blank=True, related_name="instructions"
    )
    sponsorship = models.ForeignKey(
        Sponsorship, models.PROTECT, null=True, blank=True, related_name="instructions"
    )
    special_report = models.ForeignKey(
        "suggestions.SpecialReport",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="instructions",
    )
    text = models.TextField(_("批示"), max_length=1000)
    audience = models.CharField(
        _("谁能看"), max_length=8, choices=Audience.choices, default=Audience.OFFICE
    )
    tasks = models.TextField(_("要做的事"), max_length=1000, blank=True)
    unit = models.ForeignKey(
        Unit,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="instructions",
        verbose_name=_("由谁落实"),
    )
    report_by = models.DateField(_("报告期限"), null=True, blank=True)
    report = models.TextField(_("落实情况"), max_length=3000, blank=True)
    reported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    reported_at = models.DateTimeField(null=True, blank=True)
    given_at = models.DateTimeField()

    class Meta:
        verbose_name = _("领导批示")
        verbose_name_plural = _("领导批示")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(audience="unit") | Q(unit__isnull=False),
                name="instruction_to_a_unit_names_it",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[InstructionState.REPORTED, InstructionState.CLOSED])
                | ~Q(report=""),
                name="reported_instruction_has_a_report",
            ),
        ]
        indexes = [models.Index(fields=["jurisdiction", "status", "id"], name="instruction_list")]

    def __str__(self) -> str:
        return f"{timezone.localtime(self.given_at):%Y年%-m月%-d日}的批示"


class TrayItem(models.Model):
    """One letter in a leader's reading list of a month: chosen by the office or drawn at random (S0)."""

    class Origin(models.TextChoices):
        SELECTED = "selected", _("办公室选送")
        RANDOM = "random", _("随机抽取")

    leader = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="reading_tray"
    )
    suggestion = models.ForeignKey(Suggestion, models.CASCADE, related_name="+")
    month = models.DateField()
    origin = models.CharField(max_length=8, choices=Origin.choices)
    why = models.CharField(_("选送理由"), max_length=200, blank=True)
    put_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("领导阅读")
        verbose_name_plural = _("领导阅读")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["leader", "month", "suggestion"], name="read_once_a_month"
            )
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.suggestion_id}"


class TrayQuota(models.Model):
    """How many letters a leader of this jurisdiction reads a month (S0; P)."""

    jurisdiction = models.OneToOneField(
        "suggestions.Jurisdiction", models.CASCADE, related_name="tray_quota"
    )
    per_month = models.PositiveSmallIntegerField(_("每月阅读件数"), default=10)

    class Meta:
        verbose_name = _("每月阅读件数")
        verbose_name_plural = _("每月阅读件数")

    def __str__(self) -> str:
        return str(self.per_month)
