"""Public hearings: seats, enrolment, papers, the signed record and how each opinion was treated (process.md 6.1)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from suggestions import states
from suggestions.crypto import EncryptedTextField
from suggestions.models.record import Record
from suggestions.models.suggestion import Suggestion
from suggestions.models.unit import Unit
from suggestions.states.hearing import Hearing as State


class Hearing(Record):
    """One hearing. `public_record` is the redacted record that a person released."""

    class Kind(models.TextChoices):
        STUDY = "study", _("建议论证听证")
        DECISION = "decision", _("重大决策听证")

    class Selection(models.TextChoices):
        LOT = "lot", _("分界别抽签")
        FIRST = "first", _("分界别按报名先后")

    machine = states.Machine.HEARING
    unit_path = "organiser"
    user_path = "chair"

    status = models.CharField(_("状态"), max_length=24, choices=State.choices, editable=False)
    kind = models.CharField(_("种类"), max_length=10, choices=Kind.choices, default=Kind.STUDY)
    is_formal = models.BooleanField(
        _("正式听证"), default=True, help_text=_("正式听证期间，关联建议的办理时限暂停")
    )
    topic = models.CharField(_("议题"), max_length=80)
    background = models.TextField(_("背景和要听的问题"), max_length=3000)
    organiser = models.ForeignKey(
        Unit, models.PROTECT, related_name="hearings", verbose_name=_("组织单位")
    )
    chair = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="chaired_hearings",
        verbose_name=_("主持人"),
    )
    clerk = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("记录人"),
    )
    cases = models.ManyToManyField(Suggestion, blank=True, related_name="hearings")
    campaign_title = models.CharField(_("征集活动"), max_length=120, blank=True)
    on = models.DateField(_("日期"))
    starts = models.TimeField(_("开始"))
    place = models.CharField(_("地点"), max_length=120)
    stream_url = models.URLField(_("直播地址"), blank=True)
    selection = models.CharField(
        _("怎样产生参加人"), max_length=6, choices=Selection.choices, default=Selection.LOT
    )
    selection_seed = models.CharField(max_length=64, blank=True, editable=False)
    sides = models.JSONField(_("界别和名额"), default=list)
    observers = models.PositiveSmallIntegerField(_("旁听席"), default=0)
    is_closed = models.BooleanField(_("不公开举行"), default=False)
    closed_reason = models.CharField(_("不公开的理由"), max_length=200, blank=True)
    enrol_from = models.DateField(_("报名开始"))
    enrol_until = models.DateField(_("报名截止"))
    papers = models.TextField(_("听证材料"), max_length=3000, blank=True)
    papers_sent_on = models.DateField(_("材料送达日期"), null=True, blank=True)
    record = models.TextField(_("笔录"), max_length=20000, blank=True)
    public_record = models.TextField(_("公开的笔录"), max_length=20000, blank=True)
    conclusion = models.TextField(_("结论"), max_length=3000, blank=True)
    held_at = models.DateTimeField(null=True, blank=True)
    paused_cases = models.JSONField(default=list, editable=False)

    class Meta:
        verbose_name = _("听证会")
        verbose_name_plural = _("听证会")
        ordering = ["-on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(enrol_until__gte=F("enrol_from")) & Q(enrol_until__lt=F("on")),
                name="hearing_enrolment_ends_before",
            ),
            models.CheckConstraint(
                condition=Q(is_closed=False) | ~Q(closed_reason=""),
                name="closed_hearing_says_why",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[State.HELD, State.RECORD_SIGNED, State.PUBLISHED])
                | (Q(chair__isnull=False) & Q(papers_sent_on__isnull=False)),
                name="held_hearing_had_chair_and_papers",
            ),
            models.CheckConstraint(
                condition=~Q(status=State.PUBLISHED)
                | (~Q(conclusion="") & (Q(is_closed=True) | ~Q(public_record=""))),
                name="published_hearing_has_record",
            ),
        ]
        indexes = [models.Index(fields=["jurisdiction", "status", "on"], name="hearing_list")]

    def __str__(self) -> str:
        return self.topic


class Participant(models.Model):
    """Somebody who asked for a seat. The published list shows `public_label`, never the encrypted name."""

    class Source(models.TextChoices):
        ONLINE = "online", _("网上")
        PHONE = "phone", _("电话")
        SERVICE_POINT = "point", _("服务点")
        INVITED = "invited", _("邀请")

    class Signed(models.TextChoices):
        NOT_YET = "", _("未签")
        SIGNED = "signed", _("已签字")
        REFUSED = "refused", _("拒签（已注明）")
        ABSENT = "absent", _("未到场")

    hearing = models.ForeignKey(Hearing, models.PROTECT, related_name="participants")
    side = models.CharField(_("界别"), max_length=20)
    name = EncryptedTextField(_("姓名"), default="")
    phone = EncryptedTextField(_("手机号"), blank=True, default="")
    phone_hash = models.CharField(max_length=64, blank=True, editable=False)
    email = EncryptedTextField(_("邮箱"), blank=True, default="")
    email_hash = models.CharField(max_length=64, blank=True, default="", editable=False)
    code_hash = models.CharField(max_length=64, unique=True, editable=False)
    stand = models.TextField(_("主要想说什么"), max_length=500, blank=True)
    public_label = models.CharField(_("名单上怎么写"), max_length=40)
    source = models.CharField(max_length=8, choices=Source.choices)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    enrolled_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    is_chosen = models.BooleanField(_("参加"), default=False)
    reminded_for = models.DateField(null=True, blank=True, editable=False)
    draw_rank = models.PositiveIntegerField(null=True, blank=True)
    signed = models.CharField(
        _("笔录签字"), max_length=8, choices=Signed.choices, blank=True, default=""
    )
    sign_note = models.CharField(_("补正或拒签说明"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("听证参加人")
        verbose_name_plural = _("听证参加人")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["hearing", "phone_hash"],
                condition=Q(withdrawn_at__isnull=True) & ~Q(phone_hash=""),
                name="one_enrolment_a_phone",
            ),
            models.UniqueConstraint(
                fields=["hearing", "email_hash"],
                condition=Q(withdrawn_at__isnull=True) & ~Q(email_hash=""),
                name="one_enrolment_an_address",
            ),
            models.CheckConstraint(
                condition=Q(is_chosen=False) | Q(withdrawn_at__isnull=True),
                name="withdrawn_is_not_chosen",
            ),
            models.CheckConstraint(
                condition=~Q(signed="refused") | ~Q(sign_note=""), name="refused_signature_says_why"
            ),
        ]

    def __str__(self) -> str:
        return self.public_label


class HearingOpinion(models.Model):
    """One opinion heard, and how it was treated (process.md 6.1; AD 18)."""

    class Treatment(models.TextChoices):
        ADOPTED = "adopted", _("采纳")
        PARTLY = "partly", _("部分采纳")
        NOT_ADOPTED = "not_adopted", _("不采纳")
        NOTED = "noted", _("留作参考")

    hearing = models.ForeignKey(Hearing, models.PROTECT, related_name="opinions")
    side = models.CharField(_("界别"), max_length=20)
    text = models.TextField(_("意见"), max_length=1000)
    public_text = models.TextField(_("公开的意见"), max_length=1200, blank=True)
    treatment = models.CharField(
        _("怎样处理"), max_length=12, choices=Treatment.choices, blank=True
    )
    why = models.TextField(_("理由"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("听证意见")
        verbose_name_plural = _("听证意见")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(treatment="") | ~Q(why=""), name="treated_opinion_says_why"
            )
        ]

    def __str__(self) -> str:
        return f"opinion {self.pk}"


class HearingNote(models.Model):
    """One line of what is said while a hearing is held, public at once. What was wrong is struck, never gone."""

    hearing = models.ForeignKey(Hearing, models.PROTECT, related_name="notes")
    side = models.CharField(_("谁说的"), max_length=20, blank=True)
    text = models.CharField(_("要点"), max_length=300)
    said_at = models.DateTimeField()
    struck_at = models.DateTimeField(null=True, blank=True)
    struck_reason = models.CharField(_("划去的理由"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("现场要点")
        verbose_name_plural = _("现场要点")
        ordering = ["said_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(struck_at__isnull=True) | ~Q(struck_reason=""),
                name="struck_note_says_why",
            )
        ]

    def __str__(self) -> str:
        return self.text


class HearingPaper(models.Model):
    """A paper that anybody may take home: checked as every file is, under a random name, released by a person."""

    hearing = models.ForeignKey(Hearing, models.PROTECT, related_name="public_papers")
    name = models.CharField(_("名称"), max_length=80)
    token = models.CharField(max_length=40, unique=True, editable=False)
    storage_name = models.CharField(max_length=120, unique=True, editable=False)
    content_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    added_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("公开的听证材料")
        verbose_name_plural = _("公开的听证材料")
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name
