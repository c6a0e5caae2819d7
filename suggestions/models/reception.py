"""Leaders' receptions: the schedule, bookings, and what came of them (process.md 6.3; XF 18, 20)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from suggestions import states
from suggestions.crypto import EncryptedTextField
from suggestions.models.place import Jurisdiction
from suggestions.models.record import Record
from suggestions.models.suggestion import Suggestion
from suggestions.models.unit import Unit
from suggestions.states.reception import Reception as State

REPRESENTATIVES_MAX = 5
"""A joint matter sends at most five people (XF 20)."""


class ReceptionKind(models.TextChoices):
    """Seven ways of meeting people (S3, S4)."""

    REGULAR = "regular", _("接访")
    GRASSROOTS = "grassroots", _("下访")
    INVITED = "invited", _("约访")
    ACCOMPANIED = "accompanied", _("陪访")
    WITH_CASE = "with_case", _("带案走访")
    FOLLOW_UP = "follow_up", _("回访")
    PHONE = "phone", _("接听热线")


class GovernmentLevel(models.TextChoices):
    """Four levels of reception (S0)."""

    PROVINCE = "province", _("省级")
    CITY = "city", _("市级")
    COUNTY = "county", _("县（区）级")
    TOWNSHIP = "township", _("乡镇（街道）级")


class ReceptionRule(models.Model):
    """When a leader receives again and again: weekdays, or every working day (S1)."""

    jurisdiction = models.ForeignKey(Jurisdiction, models.PROTECT, related_name="reception_rules")
    leader_name = models.CharField(_("领导姓名"), max_length=40)
    leader_post = models.CharField(_("职务"), max_length=60)
    level = models.CharField(_("级别"), max_length=10, choices=GovernmentLevel.choices)
    kind = models.CharField(
        _("方式"), max_length=12, choices=ReceptionKind.choices, default=ReceptionKind.REGULAR
    )
    field = models.CharField(_("分管领域"), max_length=80)
    weekdays = models.JSONField(
        _("星期几"), default=list, help_text=_("1是星期一，7是星期日；空着是每个工作日")
    )
    weeks_of_month = models.JSONField(_("第几个"), default=list, help_text=_("空着是每周"))
    starts = models.TimeField(_("开始"))
    ends = models.TimeField(_("结束"))
    place = models.CharField(_("地点"), max_length=120)
    capacity = models.PositiveSmallIntegerField(_("接待批数"), default=5)
    is_active = models.BooleanField(_("在用"), default=True)

    class Meta:
        verbose_name = _("接访安排规则")
        verbose_name_plural = _("接访安排规则")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends__gt=F("starts")), name="reception_rule_ends_after_start"
            )
        ]

    def __str__(self) -> str:
        return f"{self.leader_post} {self.field}"


class ReceptionSlot(Record):
    """One leader, one day, one place. The leader's name is published by law; nobody else's ever is (XF 18)."""

    machine = states.Machine.RECEPTION
    is_shown = True

    status = models.CharField(_("状态"), max_length=24, choices=State.choices, editable=False)
    rule = models.ForeignKey(
        ReceptionRule, models.SET_NULL, null=True, blank=True, related_name="slots"
    )
    leader_name = models.CharField(_("领导姓名"), max_length=40)
    leader_post = models.CharField(_("职务"), max_length=60)
    level = models.CharField(_("级别"), max_length=10, choices=GovernmentLevel.choices)
    kind = models.CharField(_("方式"), max_length=12, choices=ReceptionKind.choices)
    field = models.CharField(_("分管领域"), max_length=80)
    on = models.DateField(_("日期"))
    rule_day = models.DateField(null=True, blank=True, editable=False)
    starts = models.TimeField(_("开始"))
    ends = models.TimeField(_("结束"))
    place = models.CharField(_("地点"), max_length=120)
    how_to_book = models.CharField(_("怎样预约"), max_length=200, blank=True)
    capacity = models.PositiveSmallIntegerField(_("接待批数"), default=5)
    booking_opens_on = models.DateField(_("预约开始"))
    booking_closes_on = models.DateField(_("预约截止"))
    moved_from = models.DateField(_("原定日期"), null=True, blank=True)
    move_reason = models.CharField(_("改期理由"), max_length=120, blank=True)
    substitute_name = models.CharField(_("代为接待的领导"), max_length=40, blank=True)
    substitute_post = models.CharField(_("代为接待的职务"), max_length=60, blank=True)
    substitute_reason = models.CharField(_("不能到场的理由"), max_length=120, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    is_short_notice = models.BooleanField(_("公布不足5个工作日"), default=False)
    cancel_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("接访日程")
        verbose_name_plural = _("接访日程")
        ordering = ["on", "starts", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends__gt=F("starts")), name="reception_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(booking_closes_on__gte=F("booking_opens_on"))
                & Q(booking_closes_on__lte=F("on")),
                name="booking_closes_before_reception",
            ),
            models.UniqueConstraint(
                fields=["rule", "rule_day"],
                condition=Q(rule__isnull=False),
                name="one_slot_a_rule_and_day",
            ),
            models.CheckConstraint(
                condition=Q(substitute_name="")
                | (~Q(substitute_post="") & ~Q(substitute_reason="")),
                name="substitute_names_post_and_reason",
            ),
        ]
        indexes = [models.Index(fields=["jurisdiction", "on", "id"], name="reception_by_day")]

    def __str__(self) -> str:
        return f"{self.on.year}年{self.on.month}月{self.on.day}日 {self.leader_post}"


class Booking(models.Model):
    """A place booked. Contact data is encrypted; `code_hash` lets the person look it up and cancel it."""

    class Source(models.TextChoices):
        ONLINE = "online", _("网上")
        PHONE = "phone", _("电话")
        DESK = "desk", _("窗口")

    slot = models.ForeignKey(ReceptionSlot, models.PROTECT, related_name="bookings")
    code_hash = models.CharField(max_length=64, unique=True, editable=False)
    name = EncryptedTextField(_("姓名"), default="")
    phone = EncryptedTextField(_("手机号"), blank=True, default="")
    phone_hash = models.CharField(max_length=64, blank=True, db_index=True, editable=False)
    email = EncryptedTextField(_("邮箱"), blank=True, default="")
    email_hash = models.CharField(max_length=64, blank=True, default="", editable=False)
    matter = models.TextField(_("要谈的事"), max_length=500)
    people = models.PositiveSmallIntegerField(_("来几个人"), default=1)
    source = models.CharField(max_length=6, choices=Source.choices)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    booked_at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True, blank=True)
    came = models.BooleanField(null=True, blank=True)
    reminded_for = models.DateField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("预约")
        verbose_name_plural = _("预约")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(people__gte=1) & Q(people__lte=REPRESENTATIVES_MAX),
                name="at_most_five_representatives",
            ),
            models.UniqueConstraint(
                fields=["slot", "phone_hash"],
                condition=Q(cancelled_at__isnull=True) & ~Q(phone_hash=""),
                name="one_booking_a_phone_and_slot",
            ),
            models.UniqueConstraint(
                fields=["slot", "email_hash"],
                condition=Q(cancelled_at__isnull=True) & ~Q(email_hash=""),
                name="one_booking_an_address_and_slot",
            ),
        ]

    def __str__(self) -> str:
        return f"booking {self.pk}"


class ReceptionRecord(models.Model):
    """What was said and decided. Minutes are internal; the public reads counts and topics."""

    slot = models.OneToOneField(ReceptionSlot, models.PROTECT, related_name="record")
    received = models.PositiveSmallIntegerField(_("接待批数"))
    people = models.PositiveSmallIntegerField(_("接待人数"))
    topics = models.JSONField(_("主题"), default=list)
    minutes = models.TextField(_("接谈记录"), max_length=6000)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    cases = models.ManyToManyField(Suggestion, blank=True, related_name="receptions")

    class Meta:
        verbose_name = _("接访记录")
        verbose_name_plural = _("接访记录")
        constraints = [
            models.CheckConstraint(
                condition=Q(people__gte=F("received")), name="received_people_at_least_groups"
            )
        ]

    def __str__(self) -> str:
        return f"record of {self.slot_id}"


class ReceptionDecision(models.Model):
    """One thing the leader decided: who does it by when, and whether it was done."""

    record = models.ForeignKey(ReceptionRecord, models.CASCADE, related_name="decisions")
    text = models.CharField(_("决定"), max_length=300)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+")
    due_on = models.DateField(_("完成日期"), null=True, blank=True)
    suggestion = models.ForeignKey(
        Suggestion, models.PROTECT, null=True, blank=True, related_name="+"
    )
    on_the_spot = models.BooleanField(_("当场解决"), default=False)
    done_on = models.DateField(null=True, blank=True)
    done_words = models.CharField(_("完成情况"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("接访决定")
        verbose_name_plural = _("接访决定")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(on_the_spot=True) | (Q(unit__isnull=False) & Q(due_on__isnull=False)),
                name="decision_names_unit_and_date",
            )
        ]

    def __str__(self) -> str:
        return self.text
