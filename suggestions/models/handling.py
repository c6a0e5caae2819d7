"""What units do with an item: assignments, replies, and the author's rating of them."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from suggestions import reply_parts, states
from suggestions.codes import Outcome, Overall, Solved
from suggestions.models.suggestion import Suggestion
from suggestions.models.unit import Unit


class Assignment(models.Model):
    """One unit's part in an item (process.md 4.2). Exactly one active lead at a time."""

    class Part(models.TextChoices):
        LEAD = "lead", _("主办")
        CO = "co", _("协办")

    suggestion = models.ForeignKey(Suggestion, models.CASCADE, related_name="assignments")
    unit = models.ForeignKey(
        Unit, models.PROTECT, related_name="assignments", verbose_name=_("单位")
    )
    part = models.CharField(_("分工"), max_length=4, choices=Part.choices)
    status = models.CharField(
        max_length=20,
        choices=states.Assignment.choices,
        default=states.Assignment.PENDING,
        editable=False,
    )
    version = models.PositiveIntegerField(default=0, editable=False)
    basis = models.CharField(_("交办依据"), max_length=200, blank=True)
    note = models.CharField(_("交办说明"), max_length=500, blank=True)
    opinion = models.TextField(_("协办意见"), max_length=3000, blank=True)
    is_final = models.BooleanField(
        _("最终指定，不能再退"), default=False, help_text=_("异议不成立，或督办员指定的")
    )
    interim_status = models.TextField(_("进展说明"), max_length=500, blank=True)
    interim_until = models.DateField(_("预计哪天给意见"), null=True, blank=True)
    interim_at = models.DateTimeField(null=True, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True)
    handler = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("经办人"),
    )
    assigned_at = models.DateTimeField()
    signed_at = models.DateTimeField(null=True, blank=True)
    submitted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("承办")
        verbose_name_plural = _("承办")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["suggestion"],
                condition=Q(part="lead") & Q(status__in=sorted(states.ACTIVE_ASSIGNMENT)),
                name="one_active_lead",
            ),
            models.UniqueConstraint(
                fields=["suggestion", "unit"],
                condition=Q(status__in=sorted(states.ACTIVE_ASSIGNMENT)),
                name="unit_assigned_once",
            ),
        ]
        indexes = [models.Index(fields=["unit", "status", "suggestion"], name="assignment_inbox")]

    def __str__(self) -> str:
        return f"{self.suggestion_id} {self.unit_id} {self.part}"


class Reply(models.Model):
    """One version of the lead unit's answer (process.md 4.7). A signed version is never overwritten."""

    class State(models.TextChoices):
        DRAFT = "draft", _("起草中")
        AWAITING_SIGNATURE = "awaiting_signature", _("待审签")
        SIGNED = "signed", _("已审签，待审核")
        SENT_BACK = "sent_back", _("被退回")
        APPROVED = "approved", _("已答复")

    suggestion = models.ForeignKey(Suggestion, models.CASCADE, related_name="replies")
    unit = models.ForeignKey(
        Unit, models.PROTECT, related_name="replies", verbose_name=_("答复单位")
    )
    number = models.PositiveSmallIntegerField(_("版本"), default=1)
    state = models.CharField(max_length=20, choices=State.choices, default=State.DRAFT)
    outcome = models.CharField(_("办理结果"), max_length=20, choices=Outcome.choices, blank=True)
    body = models.TextField(_("答复内容"), max_length=6000, blank=True)
    parts = models.JSONField(_("逐条回应"), default=list, blank=True)
    """Rows {kind, point, answer, unit, unit_name, ref}: who answers which point (reply_parts.py)."""
    reason = models.TextField(_("不予采纳的理由"), max_length=1000, blank=True)
    basis = models.CharField(_("依据"), max_length=300, blank=True)
    commitment = models.CharField(_("下一步或承诺"), max_length=300, blank=True)
    committed_by = models.DateField(_("承诺日期"), null=True, blank=True)
    next_report_on = models.DateField(_("下次告知日期"), null=True, blank=True)
    contact = models.CharField(
        _("联系科室和电话"), max_length=120, blank=True, help_text=_("写科室和座机，不写个人手机号")
    )
    public_body = models.TextField(_("公开的答复"), blank=True)
    public_commitment = models.CharField(max_length=400, blank=True)
    is_public = models.BooleanField(default=False)
    drafted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("起草人"),
    )
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("审签人"),
    )
    signed_at = models.DateTimeField(null=True, blank=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("审核人"),
    )
    review_note = models.TextField(_("审核意见"), max_length=1000, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("答复")
        verbose_name_plural = _("答复")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["suggestion", "number"], name="reply_number_once"),
            models.CheckConstraint(
                condition=~Q(state__in=["signed", "approved"])
                | (~Q(body="") & ~Q(outcome="") & Q(signed_at__isnull=False)),
                name="signed_reply_has_text_outcome_and_signer",
            ),
            models.CheckConstraint(
                condition=~Q(is_public=True) | ~Q(public_body=""),
                name="public_reply_has_released_text",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["signed", "approved"], outcome="planned")
                | Q(committed_by__isnull=False),
                name="planned_reply_names_a_date",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["signed", "approved"], outcome="under_study")
                | Q(next_report_on__isnull=False),
                name="studied_reply_names_a_date",
            ),
        ]

    def __str__(self) -> str:
        return f"reply {self.number} of {self.suggestion_id}"

    @property
    def full_text(self) -> str:
        """What the author is told: the body, the points one by one, and the reason for not adopting (XF 29)."""
        said = "\n\n".join(text for text in (self.body, reply_parts.compose(self.parts)) if text)
        if self.outcome == Outcome.NOT_ADOPTED and self.reason and self.reason not in self.body:
            return f"{said}\n\n不予采纳的理由：{self.reason}"
        return said


class Evaluation(models.Model):
    """The author's rating, once a round (process.md 7.1)."""

    class Source(models.TextChoices):
        SELF = "self", _("本人")
        PHONE = "phone", _("电话代录")
        AGENT = "agent", _("代理员代录本人原话")

    suggestion = models.ForeignKey(Suggestion, models.CASCADE, related_name="evaluations")
    reply = models.ForeignKey(Reply, models.PROTECT, related_name="evaluations")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="evaluations")
    round = models.PositiveSmallIntegerField(default=1)
    overall = models.CharField(_("总体"), max_length=12, choices=Overall.choices)
    contacted = models.BooleanField(_("承办单位联系过我"), null=True, blank=True)
    solved = models.CharField(_("是否解决"), max_length=12, choices=Solved.choices, blank=True)
    score_result = models.PositiveSmallIntegerField(_("解决程度"), null=True, blank=True)
    score_attitude = models.PositiveSmallIntegerField(_("办理态度"), null=True, blank=True)
    score_speed = models.PositiveSmallIntegerField(_("办理速度"), null=True, blank=True)
    reasons = models.JSONField(_("不满意在哪里"), default=list, blank=True)
    comment = models.TextField(_("想说的话"), max_length=500, blank=True)
    public_comment = models.TextField(blank=True)
    source = models.CharField(max_length=6, choices=Source.choices, default=Source.SELF)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    origin_hash = models.CharField(max_length=64, blank=True, editable=False, db_index=True)
    """Keyed hash of the network address of a rating given online; emptied after some weeks (services/flags.py)."""
    is_auto = models.BooleanField(default=False, editable=False)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("评价")
        verbose_name_plural = _("评价")
        indexes = [
            # The nightly looks ask for what was rated lately, and for the few whose origin is still held.
            models.Index(fields=["at"], name="rated_at"),
            models.Index(fields=["at"], condition=~Q(origin_hash=""), name="rated_with_origin"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["suggestion", "round"], name="one_rating_a_round"),
            # Silence is not consent: nothing rates for an author who said nothing (process.md 7.1).
            models.CheckConstraint(condition=Q(is_auto=False), name="rating_is_never_automatic"),
            models.CheckConstraint(
                condition=Q(source="self") | (Q(entered_by__isnull=False) & ~Q(comment="")),
                name="entered_rating_has_staff_and_own_words",
            ),
            *(
                models.CheckConstraint(
                    condition=Q(**{f"{name}__isnull": True})
                    | (Q(**{f"{name}__gte": 1}) & Q(**{f"{name}__lte": 5})),
                    name=f"{name}_is_one_to_five",
                )
                for name in ("score_result", "score_attitude", "score_speed")
            ),
        ]

    def __str__(self) -> str:
        return f"rating {self.round} of {self.suggestion_id}"


class EvaluationPart(models.Model):
    """The same author's rating of the collection office, or of one co-unit, in the same round (SAT22 3; 7.1)."""

    class Subject(models.TextChoices):
        OFFICE = "office", _("征集办公室")
        CO = "co", _("协办单位")

    evaluation = models.ForeignKey(Evaluation, models.CASCADE, related_name="parts")
    subject = models.CharField(max_length=6, choices=Subject.choices)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    overall = models.CharField(_("总体"), max_length=12, choices=Overall.choices)

    class Meta:
        verbose_name = _("分项评价")
        verbose_name_plural = _("分项评价")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["evaluation", "unit"], name="unit_rated_once_a_round")
        ]

    def __str__(self) -> str:
        return f"{self.subject} in {self.evaluation_id}"
