"""The agent network: where to go, who sits there, whose authority they hold, and what they did (process.md 3.3; S2)."""

from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from suggestions.models.intake import Attachment
from suggestions.models.place import District, Jurisdiction
from suggestions.models.record import Record
from suggestions.models.suggestion import Suggestion
from suggestions.roles import AGENT_ROLES, Role
from suggestions.states import Machine
from suggestions.states.mandate import Mandate as MandateState
from suggestions.states.relay import Relay as RelayState
from suggestions.states.service_point import ServicePointState

LEVELS = [(r.value, r.label) for r in sorted(AGENT_ROLES)]
"""Role codes of the four levels, lowest first; their codes sort as the levels do."""


class ServicePoint(Record):
    """A place to file, ask and query in person (群众工作之家、征集点; process.md 3.2). Who serves there is told in its chain."""

    machine: ClassVar[Machine] = Machine.SERVICE_POINT
    is_shown: ClassVar[bool] = True

    class Level(models.TextChoices):
        VILLAGE = "village", _("村（社区）")
        TOWN = "town", _("镇（街道）")
        COUNTY = "county", _("县（区）")
        CITY = "city", _("市")

    class Access(models.TextChoices):
        """Facts that decide whether somebody can come (BF)."""

        RAMP = "ramp", _("无障碍坡道")
        LIFT = "lift", _("电梯")
        TOILET = "toilet", _("无障碍卫生间")
        SEAT = "seat", _("等候座椅")
        GLASSES = "glasses", _("老花镜")
        SIGN = "sign", _("手语（可预约）")
        DIALECT = "dialect", _("能讲方言")
        PARKING = "parking", _("无障碍车位")

    code = models.SlugField(_("代码"), max_length=40, unique=True)
    name = models.CharField(_("名称"), max_length=80)
    level = models.CharField(_("层级"), max_length=8, choices=Level.choices)
    jurisdiction = models.ForeignKey(
        Jurisdiction, models.PROTECT, related_name="service_points", verbose_name=_("辖区")
    )
    district = models.ForeignKey(
        District,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="service_points",
        verbose_name=_("区划"),
    )
    address = models.CharField(_("地址"), max_length=200)
    hours = models.CharField(_("开放时间"), max_length=120)
    phone = models.CharField(_("电话"), max_length=40, blank=True)
    accessibility = models.JSONField(_("无障碍条件"), default=list, blank=True)
    note = models.CharField(_("怎么走"), max_length=200, blank=True)
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="below",
        verbose_name=_("上级征集点"),
    )

    class Meta:
        verbose_name = _("征集点")
        verbose_name_plural = _("征集点")
        ordering = ["district__path", "name"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(address="") & ~Q(hours=""), name="service_point_says_where_and_when"
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")),
                name="service_point_is_not_its_own_parent",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def status_label(self) -> str:
        """Where it stands, in words."""
        return str(ServicePointState(self.status).label)

    @property
    def accessibility_labels(self) -> list[str]:
        """Its facts in words, in the order of the list above; unknown codes are left out."""
        return [str(c.label) for c in self.Access if c.value in self.accessibility]


class AgentPost(models.Model):
    """Where an agent sits and when. Whether somebody is an agent at all says their StaffRole."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="agent_posts",
        verbose_name=_("代理员"),
    )
    level = models.CharField(_("级别"), max_length=30, choices=LEVELS)
    service_point = models.ForeignKey(
        ServicePoint, models.PROTECT, related_name="posts", verbose_name=_("征集点")
    )
    duty_hours = models.CharField(_("值班时间"), max_length=120, blank=True)
    valid_from = models.DateField(_("起"))
    valid_until = models.DateField(_("止"), null=True, blank=True)

    class Meta:
        verbose_name = _("代理员岗位")
        verbose_name_plural = _("代理员岗位")
        ordering = ["level", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "level", "service_point"], name="agent_post_once"
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
                name="agent_post_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(level__in=sorted(map(str, AGENT_ROLES))), name="agent_post_has_a_level"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.service_point}"


class AgentMandate(Record):
    """A resident's authority for one agent. Who the resident is stands with the items it covers, not here: nobody's
    items are collected under a person (process.md 12).
    """

    machine: ClassVar[Machine] = Machine.MANDATE
    user_path: ClassVar[str] = "agent"

    class Scope(models.TextChoices):
        CASE = "case", _("只这一件")
        PERIOD = "period", _("一段时间内交办的各件")

    class Proof(models.TextChoices):
        PAPER = "paper", _("签字的委托书")
        PHONE_CODE = "phone_code", _("本人手机验证码")
        QUERY_CODE = "query_code", _("本人报出查询码")

    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="mandates",
        verbose_name=_("首办代理员"),
    )
    agent_level = models.CharField(_("级别"), max_length=30, choices=LEVELS)
    service_point = models.ForeignKey(
        ServicePoint, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    scope = models.CharField(_("范围"), max_length=8, choices=Scope.choices, default=Scope.CASE)
    signed_on = models.DateField(_("委托日期"))
    ends_on = models.DateField(_("到期日"))
    proof = models.CharField(_("确认方式"), max_length=10, choices=Proof.choices, blank=True)
    scan = models.ForeignKey(Attachment, models.SET_NULL, null=True, blank=True, related_name="+")
    contact_consent = models.BooleanField(_("同意代理员看联系方式"), default=False)
    ended_at = models.DateTimeField(null=True, blank=True)
    cases: "models.ManyToManyField[Suggestion, Any]" = models.ManyToManyField(
        Suggestion, through="MandateCase", related_name="mandates"
    )

    class Meta:
        verbose_name = _("代理委托")
        verbose_name_plural = _("代理委托")
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("signed_on")), name="mandate_ends_after_it_is_signed"
            ),
            models.CheckConstraint(
                condition=~Q(status="active") | ~Q(proof=""), name="living_mandate_has_a_proof"
            ),
        ]
        indexes = [models.Index(fields=["agent", "status", "ends_on"], name="mandate_of_agent")]

    def __str__(self) -> str:
        return f"mandate {self.pk}"

    @property
    def status_label(self) -> str:
        """Where it stands, in words."""
        return str(MandateState(self.status).label)

    def lives(self, on: date) -> bool:
        """Whether it opens anything on the Shanghai date `on`: confirmed, begun, and its last day not over."""
        return self.status == MandateState.ACTIVE and self.signed_on <= on <= self.ends_on


class MandateCaseQuerySet(models.QuerySet["MandateCase"]):
    def living(self, on: date) -> Self:
        """Of mandates that open something on this Shanghai date."""
        return self.filter(
            mandate__status=MandateState.ACTIVE,
            mandate__signed_on__lte=on,
            mandate__ends_on__gte=on,
        )


class MandateCase(models.Model):
    """One item under a mandate: entered by the agent, or given to them by its author."""

    mandate = models.ForeignKey(AgentMandate, models.CASCADE, related_name="links")
    suggestion = models.ForeignKey(Suggestion, models.CASCADE, related_name="mandate_links")
    added_at = models.DateTimeField()

    objects = MandateCaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("委托的建议")
        verbose_name_plural = _("委托的建议")
        constraints = [
            models.UniqueConstraint(
                fields=["mandate", "suggestion"], name="case_once_under_a_mandate"
            )
        ]

    if TYPE_CHECKING:
        mandate_id: int
        suggestion_id: int

    def __str__(self) -> str:
        return f"{self.mandate_id}: {self.suggestion_id}"


class AgentRelay(Record):
    """A first agent's request to a higher level: help, an answer, a word with the unit."""

    machine: ClassVar[Machine] = Machine.RELAY
    user_path: ClassVar[str] = "asked_by"

    suggestion = models.ForeignKey(Suggestion, models.CASCADE, related_name="relays")
    mandate = models.ForeignKey(AgentMandate, models.CASCADE, related_name="relays")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("谁问的")
    )
    from_level = models.CharField(_("从"), max_length=30, choices=LEVELS)
    to_level = models.CharField(_("到"), max_length=30, choices=LEVELS)
    district = models.ForeignKey(District, models.SET_NULL, null=True, blank=True, related_name="+")
    reason = models.TextField(_("要上级帮什么"), max_length=500)
    answer = models.TextField(_("答复"), max_length=1000, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("代理转办")
        verbose_name_plural = _("代理转办")
        constraints = [
            models.CheckConstraint(
                condition=Q(to_level__gt=F("from_level")), name="relay_goes_to_a_higher_level"
            ),
            models.CheckConstraint(
                condition=~Q(status="answered") | ~Q(answer=""), name="answered_relay_has_words"
            ),
            models.UniqueConstraint(
                fields=["suggestion", "to_level"],
                condition=Q(status=RelayState.OPEN),
                name="one_open_relay_a_level",
            ),
        ]
        indexes = [models.Index(fields=["to_level", "status", "due_on"], name="relay_queue")]

    def __str__(self) -> str:
        return f"relay {self.pk}"

    @property
    def status_label(self) -> str:
        """Where it stands, in words."""
        return str(RelayState(self.status).label)


class AgentVisit(models.Model):
    """A meeting for an agent case. Only `came` counts as a visit of the person's (最多访一次)."""

    class Kind(models.TextChoices):
        CAME = "came", _("本人来了一趟")
        WENT = "went", _("代理员上门")
        CALLED = "called", _("电话")

    suggestion = models.ForeignKey(Suggestion, models.CASCADE, related_name="agent_visits")
    agent = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    kind = models.CharField(_("怎么见的"), max_length=8, choices=Kind.choices)
    on = models.DateField(_("哪天"))
    note = models.CharField(_("做了什么"), max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("见面记录")
        verbose_name_plural = _("见面记录")
        ordering = ["on", "id"]
        constraints = [
            # A form sent twice is one visit.
            models.UniqueConstraint(fields=["suggestion", "kind", "on"], name="visit_once_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.on} {self.suggestion_id}"


class AuthorCode(models.Model):
    """A six-digit code sent to the author's own phone, so that an agent can show the author agrees.

    The code is derived from `nonce` with a key of the environment (services/agent_codes), so a copy of the table tells it to nobody.
    """

    class Purpose(models.TextChoices):
        MANDATE = "mandate", _("确认委托")
        WITHDRAW = "withdraw", _("确认撤回")

    suggestion = models.ForeignKey(Suggestion, models.CASCADE, related_name="author_codes")
    mandate = models.ForeignKey(AgentMandate, models.CASCADE, related_name="codes")
    purpose = models.CharField(max_length=10, choices=Purpose.choices)
    nonce = models.CharField(max_length=40, unique=True)
    reason = models.CharField(max_length=200, blank=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("本人验证码")
        verbose_name_plural = _("本人验证码")

    def __str__(self) -> str:
        return f"{self.purpose} {self.suggestion_id}"


def level_label(code: str) -> str:
    """街道代理员 for agent_l2; the code itself when it is none."""
    return str(Role(code).label) if code in Role.values else code
