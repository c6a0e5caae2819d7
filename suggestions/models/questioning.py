"""Public questioning of units: questions, answers, promises followed until kept (process.md 6.2; S0, S4)."""

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from suggestions import states
from suggestions.crypto import EncryptedTextField
from suggestions.models.channels import Voice
from suggestions.models.record import Record
from suggestions.models.suggestion import Suggestion
from suggestions.models.unit import Unit
from suggestions.states.qa_promise import QaPromiseState
from suggestions.states.qa_session import QaSession as State


class QaSession(Record):
    """One session with one or more units, or a unit's yearly report to residents."""

    class Kind(models.TextChoices):
        QUESTIONING = "questioning", _("公开问政")
        YEARLY_REPORT = "yearly_report", _("年度述职评议")

    machine = states.Machine.QA_SESSION
    unit_path = "units"

    status = models.CharField(_("状态"), max_length=24, choices=State.choices, editable=False)
    kind = models.CharField(
        _("种类"), max_length=14, choices=Kind.choices, default=Kind.QUESTIONING
    )
    theme = models.CharField(_("主题"), max_length=80)
    background = models.TextField(_("背景"), max_length=3000, blank=True)
    report = models.TextField(_("述职报告"), max_length=10000, blank=True)
    year = models.PositiveSmallIntegerField(_("述职年度"), null=True, blank=True)
    units = models.ManyToManyField(Unit, related_name="qa_sessions", verbose_name=_("被问单位"))
    head_present = models.CharField(_("到场负责人"), max_length=120, blank=True)
    opens_on = models.DateField(_("开始提问"))
    closes_on = models.DateField(_("截止提问"))
    held_on = models.DateField(_("问政日期"), null=True, blank=True)
    place = models.CharField(_("地点或直播地址"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("公开问政")
        verbose_name_plural = _("公开问政")
        ordering = ["-opens_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(closes_on__gte=F("opens_on")), name="qa_window_ends_after_start"
            ),
            models.CheckConstraint(
                condition=~Q(kind="yearly_report") | Q(year__isnull=False),
                name="yearly_report_names_its_year",
            ),
        ]
        indexes = [models.Index(fields=["jurisdiction", "status", "id"], name="qa_session_list")]

    def __str__(self) -> str:
        return self.theme

    def unit_ids(self) -> set[int]:
        """The units asked."""
        return set(self.units.values_list("pk", flat=True))


class QaQuestion(models.Model):
    """One question. What the public reads is `public_text`, released by a person after redaction."""

    class Source(models.TextChoices):
        RESIDENT = "resident", _("居民提问")
        PHONE = "phone", _("电话提问")
        DEPUTY = "deputy", _("代表委员提问")
        MEDIA = "media", _("媒体暗访公开检查")

    class State(models.TextChoices):
        PENDING = "pending", _("待审核")
        SHOWN = "shown", _("已公开")
        HIDDEN = "hidden", _("不公开")

    session = models.ForeignKey(QaSession, models.PROTECT, related_name="questions")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+")
    source = models.CharField(max_length=8, choices=Source.choices, default=Source.RESIDENT)
    text = models.TextField(_("问题"), max_length=1000)
    public_text = models.TextField(_("公开的问题"), max_length=1200, blank=True)
    contact = EncryptedTextField(_("联系方式"), blank=True, default="")
    state = models.CharField(max_length=8, choices=State.choices, default=State.PENDING)
    hidden_reason = models.CharField(_("不公开的理由"), max_length=200, blank=True)
    suggestion = models.ForeignKey(
        Suggestion, models.PROTECT, null=True, blank=True, related_name="+"
    )
    asked_at = models.DateTimeField()
    moderated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    answer = models.TextField(_("答复"), max_length=3000, blank=True)
    public_answer = models.TextField(_("公开的答复"), max_length=3600, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("问政问题")
        verbose_name_plural = _("问政问题")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="shown") | ~Q(public_text=""), name="shown_question_is_released"
            ),
            models.CheckConstraint(
                condition=~Q(state="hidden") | ~Q(hidden_reason=""), name="hidden_question_says_why"
            ),
            models.CheckConstraint(
                condition=Q(answer="") | Q(answered_at__isnull=False), name="qa_answer_has_its_time"
            ),
        ]

    def __str__(self) -> str:
        return f"question {self.pk}"


class QaPromise(Record):
    """What a unit promised in an answer: a measure and a day, kept on the list until it is closed (6.2; K18).

    `promised_on` is the day said in public; the clock K18 runs to it.
    """

    State = QaPromiseState

    machine = states.Machine.QA_PROMISE
    unit_path = "unit"

    status = models.CharField(
        _("状态"), max_length=24, choices=QaPromiseState.choices, editable=False
    )
    question = models.ForeignKey(QaQuestion, models.PROTECT, related_name="promises")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="qa_promises")
    measure = models.CharField(_("承诺"), max_length=300)
    promised_on = models.DateField(_("兑现日期"))
    first_promised_on = models.DateField()
    moved_reason = models.CharField(_("改期理由"), max_length=300, blank=True)
    kept_on = models.DateField(null=True, blank=True)
    proof = models.CharField(_("怎么兑现的"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("问政承诺")
        verbose_name_plural = _("问政承诺")
        ordering = ["promised_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=(Q(kept_on__isnull=True) & ~Q(status="kept"))
                | (Q(status="kept", kept_on__isnull=False) & ~Q(proof="")),
                name="kept_promise_says_how",
            ),
            models.CheckConstraint(
                condition=Q(promised_on=F("first_promised_on")) | ~Q(moved_reason=""),
                name="moved_promise_says_why",
            ),
        ]

    def __str__(self) -> str:
        return self.measure

    def state_on(self, day: date) -> QaPromiseState:
        """Open, kept or missed on a Shanghai date, also between midnight and the sweep."""
        if self.kept_on is not None:
            return QaPromiseState.KEPT
        return QaPromiseState.MISSED if day > self.promised_on else QaPromiseState.OPEN


class QaRating(models.Model):
    """The audience's rating of one answer or of a yearly report. One voice a device or phone, kept as a keyed hash."""

    session = models.ForeignKey(QaSession, models.CASCADE, related_name="ratings")
    question = models.ForeignKey(
        QaQuestion, models.CASCADE, null=True, blank=True, related_name="ratings"
    )
    voter_hash = models.CharField(max_length=64, editable=False)
    score = models.PositiveSmallIntegerField()
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("问政评分")
        verbose_name_plural = _("问政评分")
        constraints = [
            models.CheckConstraint(
                condition=Q(score__gte=1) & Q(score__lte=5), name="qa_score_is_one_to_five"
            ),
            models.UniqueConstraint(
                fields=["question", "voter_hash"],
                condition=Q(question__isnull=False),
                name="one_rating_a_voice_and_answer",
            ),
            models.UniqueConstraint(
                fields=["session", "voter_hash"],
                condition=Q(question__isnull=True),
                name="one_rating_a_voice_and_session",
            ),
        ]

    def __str__(self) -> str:
        return str(self.score)


class QaVoice(Voice):
    """Ratings on their way from one phone: held until it is proved, and the row itself for a day."""

    session = models.ForeignKey(QaSession, models.CASCADE, related_name="voices")
    scores = models.JSONField(default=dict)
    """Key of a question, or "report" → 1 to 5; empty once they count."""

    class Meta:
        verbose_name = _("问政评分的回执")
        verbose_name_plural = _("问政评分的回执")

    def __str__(self) -> str:
        return f"qa voice {self.pk}"
