"""From suggestion to measure: studies, opinions, milestones, progress and results (process.md 4.8; SH 11, 13)."""

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from suggestions import states
from suggestions.codes import ConversionType
from suggestions.models.place import Jurisdiction
from suggestions.models.suggestion import Suggestion
from suggestions.models.unit import Unit


class Adoption(models.Model):
    """A suggestion on its way to a measure: the public ledger's row (process.md 4.8)."""

    suggestion = models.OneToOneField(Suggestion, models.PROTECT, related_name="adoption")
    status = models.CharField(
        max_length=16,
        choices=states.Adoption.choices,
        default=states.Adoption.CANDIDATE,
        editable=False,
    )
    version = models.PositiveIntegerField(default=0, editable=False)
    unit = models.ForeignKey(
        Unit, models.PROTECT, related_name="adoptions", verbose_name=_("落实单位")
    )
    measure = models.CharField(
        _("措施"), max_length=60, help_text=_("一句话，公开显示，例如“医院门口有了接送车位”")
    )
    detail = models.TextField(_("说明"), max_length=1000, blank=True)
    conversion_type = models.CharField(
        _("转化方式"), max_length=20, choices=ConversionType.choices, blank=True
    )
    basis = models.CharField(_("决定的依据"), max_length=300, blank=True)
    decided_at = models.DateTimeField(_("决定时间"), null=True, blank=True)
    reason = models.CharField(_("理由"), max_length=500, blank=True)
    due_on = models.DateField(_("完成期限"), null=True, blank=True)
    done_on = models.DateField(_("完成日期"), null=True, blank=True)
    is_public = models.BooleanField(_("公开"), default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("采纳转化")
        verbose_name_plural = _("采纳转化")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.measure

    @property
    def jurisdiction(self) -> Jurisdiction:
        """Where it stands: the suggestion's."""
        return self.suggestion.jurisdiction

    def unit_ids(self) -> set[int]:
        """The units whose staff act on it: who carries it out, and who was invited to study it."""
        asked = Study.objects.filter(adoption=self).values_list("invited_units", flat=True)
        return {self.unit_id, *(pk for pk in asked if pk is not None)}


class Study(models.Model):
    """One seminar, workshop, hearing or field visit about a suggestion (SH 11)."""

    class Method(models.TextChoices):
        SEMINAR = "seminar", _("座谈会")
        WORKSHOP = "workshop", _("论证会")
        HEARING = "hearing", _("听证会")
        FIELD_VISIT = "field_visit", _("实地调研")

    adoption = models.ForeignKey(Adoption, models.CASCADE, related_name="studies")
    method = models.CharField(_("方式"), max_length=12, choices=Method.choices)
    held_on = models.DateField(_("日期"))
    place = models.CharField(_("地点"), max_length=120, blank=True)
    participants = models.TextField(
        _("参加的人"), max_length=500, blank=True, help_text=_("写单位和职务，不写姓名。")
    )
    author_invited = models.BooleanField(_("请了建议人"), default=False)
    experts = models.ManyToManyField(
        settings.AUTH_USER_MODEL, blank=True, related_name="+", verbose_name=_("请的专家")
    )
    competent_units = models.ManyToManyField(
        Unit, related_name="+", verbose_name=_("有权办理的单位")
    )
    invited_units = models.ManyToManyField(Unit, related_name="+", verbose_name=_("请到的单位"))
    summary = models.TextField(_("论证情况"), max_length=2000, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("论证")
        verbose_name_plural = _("论证")
        ordering = ["held_on", "id"]

    def __str__(self) -> str:
        return f"{self.get_method_display()} {self.held_on}"


class StudyOpinion(models.Model):
    """What a unit or an expert thinks: internal, for reference (SH 11). A later one follows, none is overwritten."""

    class Stance(models.TextChoices):
        SUPPORT = "support", _("赞成")
        AMEND = "amend", _("修改后赞成")
        OPPOSE = "oppose", _("不赞成")

    study = models.ForeignKey(Study, models.CASCADE, related_name="opinions")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    is_expert = models.BooleanField(default=False)
    stance = models.CharField(_("意见"), max_length=8, choices=Stance.choices)
    text = models.TextField(_("理由"), max_length=2000)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("论证意见")
        verbose_name_plural = _("论证意见")
        ordering = ["at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(is_expert=True, unit__isnull=True)
                | Q(is_expert=False, unit__isnull=False),
                name="opinion_of_an_expert_or_a_unit",
            ),
            models.CheckConstraint(condition=~Q(text=""), name="opinion_has_text"),
        ]

    def __str__(self) -> str:
        return f"{self.get_stance_display()} {self.study_id}"


class Milestone(models.Model):
    """One dated step of carrying a decision out: planned, done or late by its dates, never by hand."""

    adoption = models.ForeignKey(Adoption, models.CASCADE, related_name="milestones")
    name = models.CharField(_("要做到什么"), max_length=80)
    due_on = models.DateField(_("什么时候"))
    done_on = models.DateField(_("做到的日期"), null=True, blank=True)

    class Meta:
        verbose_name = _("节点")
        verbose_name_plural = _("节点")
        ordering = ["due_on", "id"]
        constraints = [
            models.UniqueConstraint(fields=["adoption", "name"], name="milestone_once"),
        ]

    def __str__(self) -> str:
        return self.name

    def is_late(self, on: date) -> bool:
        """Done after its day, or still open on `on` past its day."""
        return (self.done_on or on) > self.due_on


class ProgressNote(models.Model):
    """What was done since the last note. The next is due within K19."""

    adoption = models.ForeignKey(Adoption, models.CASCADE, related_name="notes")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    text = models.TextField(_("进展"), max_length=600)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("转化进展")
        verbose_name_plural = _("转化进展")
        ordering = ["-at", "-id"]
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="progress_says_what")]

    def __str__(self) -> str:
        return f"{self.adoption_id} {self.at:%F}"


class AdoptionResult(models.Model):
    """The document or project it became, with the state before and after (process.md 4.8)."""

    class Kind(models.TextChoices):
        DOCUMENT = "document", _("文件")
        PROJECT = "project", _("项目")
        SERVICE = "service", _("服务或做法")

    adoption = models.ForeignKey(Adoption, models.CASCADE, related_name="results")
    kind = models.CharField(_("成果"), max_length=10, choices=Kind.choices)
    title = models.CharField(_("名称"), max_length=120)
    number = models.CharField(_("文号或项目编号"), max_length=60, blank=True)
    link = models.URLField(_("网址"), max_length=300, blank=True)
    starts_on = models.DateField(_("生效或开工日期"))
    ends_on = models.DateField(_("结束日期"), null=True, blank=True)
    before = models.CharField(_("原来怎样"), max_length=300)
    after = models.CharField(_("现在怎样"), max_length=300)

    class Meta:
        verbose_name = _("转化成果")
        verbose_name_plural = _("转化成果")
        ordering = ["starts_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="result_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=~Q(before="") & ~Q(after=""), name="result_says_before_and_after"
            ),
        ]

    def __str__(self) -> str:
        return self.title
