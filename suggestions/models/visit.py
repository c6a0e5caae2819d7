"""Return visits, and ratings a person should look at (process.md 7.1; K14)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from suggestions.codes import Overall, Solved
from suggestions.models.handling import Evaluation
from suggestions.models.record import Record
from suggestions.models.suggestion import Suggestion
from suggestions.models.supervision import SupervisionOrder
from suggestions.models.unit import Unit
from suggestions.states import Machine
from suggestions.states.visit import VisitState


class Visit(Record):
    """One return visit by phone, after the limit passed, by the office and never by the unit that handled it (K14)."""

    machine = Machine.VISIT

    class Why(models.TextChoices):
        SAMPLE = "sample", _("抽样回访")
        ALL = "all", _("全部回访")
        SPOT = "spot", _("事先不通知的抽查")

    suggestion = models.ForeignKey(Suggestion, models.PROTECT, related_name="visits")
    unit = models.ForeignKey(
        Unit, models.PROTECT, related_name="+", verbose_name=_("承办单位"), null=True, blank=True
    )
    order = models.ForeignKey(
        SupervisionOrder, models.PROTECT, null=True, blank=True, related_name="visits", verbose_name=_("督办")
    )  # fmt: skip
    """The supervision order this spot check belongs to (process.md 8.1: spot checks by return visit)."""
    why = models.CharField(_("缘由"), max_length=8, choices=Why.choices)
    contacted = models.BooleanField(_("承办单位联系过建议人"), null=True, blank=True)
    solved = models.CharField(_("是否解决"), max_length=12, choices=Solved.choices, blank=True)
    satisfied = models.CharField(_("是否满意"), max_length=12, choices=Overall.choices, blank=True)
    words = models.TextField(_("建议人原话"), max_length=1000, blank=True)
    attempts = models.PositiveSmallIntegerField(_("打过几次没接通"), default=0)
    visitor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    planned_at = models.DateTimeField()
    visited_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("回访")
        verbose_name_plural = _("回访")
        ordering = ["due_on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["suggestion"],
                condition=Q(status=VisitState.PLANNED),
                name="one_planned_visit",
            ),
            models.CheckConstraint(
                condition=~Q(status=VisitState.DONE)
                | (
                    Q(contacted__isnull=False)
                    & ~Q(solved="")
                    & Q(visitor__isnull=False)
                    & Q(visited_at__isnull=False)
                ),
                name="done_visit_has_answers_and_visitor",
            ),
        ]
        indexes = [models.Index(fields=["status", "due_on"], name="visit_queue")]

    def get_status_display(self) -> str:
        """The state's name."""
        return str(VisitState(self.status).label)

    def __str__(self) -> str:
        return f"回访 {self.suggestion}"


class RatingFlag(models.Model):
    """A rating, or a unit's sudden change, that a person should look at. On cases and units, never on people.

    A flag changes no figure by itself and lapses on `expires_on` (process.md 7.1 anti-gaming; section 12).
    """

    class Kind(models.TextChoices):
        SAME_PHONE = "same_phone", _("同一电话评价了多件")
        SAME_DEVICE = "same_device", _("同一网络地址评价了多件")
        UNLOGGED_CONTACT = "unlogged", _("评价前看过联系方式，没有联系记录")
        SUDDEN_CHANGE = "sudden", _("满意率突然变化")

    class Finding(models.TextChoices):
        FINE = "fine", _("没有问题")
        NOT_COUNTED = "not_counted", _("不是建议人本人评的")
        PRESSED = "pressed", _("有人打招呼要好评")

    kind = models.CharField(_("原因"), max_length=12, choices=Kind.choices)
    evaluation = models.ForeignKey(
        Evaluation, models.CASCADE, null=True, blank=True, related_name="flags"
    )
    unit = models.ForeignKey(Unit, models.CASCADE, related_name="+")
    words = models.CharField(_("说明"), max_length=300)
    created_at = models.DateTimeField()
    expires_on = models.DateField(_("到期清除"))
    looked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    looked_at = models.DateTimeField(null=True, blank=True)
    finding = models.CharField(_("结论"), max_length=12, choices=Finding.choices, blank=True)
    note = models.CharField(_("怎么核实的"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("要看一看的评价")
        verbose_name_plural = _("要看一看的评价")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "evaluation"],
                condition=Q(evaluation__isnull=False),
                name="flag_once_a_rating",
            ),
            models.CheckConstraint(
                condition=Q(kind="sudden", evaluation__isnull=True)
                | (~Q(kind="sudden") & Q(evaluation__isnull=False)),
                name="flag_on_a_rating_or_a_unit",
            ),
            models.CheckConstraint(
                condition=Q(finding="", looked_by__isnull=True)
                | (~Q(finding="") & Q(looked_by__isnull=False) & ~Q(note="")),
                name="finding_has_a_person_and_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.evaluation_id or self.unit_id}"
