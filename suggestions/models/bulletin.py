"""Bulletins: figures of a period, units praised or criticised from facts, and what is put right by when (process.md 8.2)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from suggestions import states
from suggestions.models.record import Record
from suggestions.models.statistics import StatSnapshot
from suggestions.models.unit import Unit
from suggestions.states.bulletin import BulletinState as State
from suggestions.states.bulletin import BulletinUnitState as UnitState


class Bulletin(Record):
    """One circular to all units of a jurisdiction. Its tables are the rows of one published snapshot, so they never change.

    `public_page` is the draft that editors publish by their own two steps, where there is a public edition.
    """

    machine = states.Machine.BULLETIN
    unit_path = "jurisdiction__units"
    """Every unit of the jurisdiction reads it once it is issued."""

    status = models.CharField(_("状态"), max_length=24, choices=State.choices, editable=False)
    snapshot = models.ForeignKey(
        StatSnapshot, models.PROTECT, related_name="bulletins", verbose_name=_("依据的统计数据")
    )
    title = models.CharField(_("题目"), max_length=80)
    scope = models.CharField(_("范围"), max_length=80)
    words = models.TextField(_("总的情况"), max_length=3000)
    year = models.PositiveSmallIntegerField(null=True, blank=True, editable=False)
    number = models.PositiveSmallIntegerField(null=True, blank=True, editable=False)
    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    issued_at = models.DateTimeField(null=True, blank=True)
    public_page = models.OneToOneField(
        "cms.NewsPage", models.SET_NULL, null=True, blank=True, related_name="bulletin"
    )

    class Meta:
        verbose_name = _("通报")
        verbose_name_plural = _("通报")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["jurisdiction", "year", "number"],
                condition=Q(number__isnull=False),
                name="bulletin_number_once",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[State.ISSUED, State.CLOSED])
                | Q(number__isnull=False, issued_at__isnull=False, issued_by__isnull=False),
                name="issued_bulletin_is_signed_and_numbered",
            ),
        ]
        indexes = [models.Index(fields=["jurisdiction", "status", "id"], name="bulletin_list")]

    def __str__(self) -> str:
        return self.title

    @property
    def name(self) -> str:
        """2026年第11期通报; only the kind while it is not issued."""
        return f"{self.year}年第{self.number}期通报" if self.number else "通报"


class BulletinUnit(Record):
    """One unit in a bulletin, with the facts that put it there: nobody is listed by hand, and no person ever (section 12)."""

    class Tone(models.TextChoices):
        PRAISED = "praised", _("表扬")
        CRITICISED = "criticised", _("批评")

    class Rule(models.TextChoices):
        """Why, in codes of work."""

        ON_TIME = "on_time", _("件件按期办结")
        SATISFIED = "satisfied", _("满意率高")
        LATE = "late", _("逾期五个工作日以上")
        DISSATISFIED = "dissatisfied_twice", _("整改后仍不满意")
        COMMITMENT = "commitment_missed", _("承诺没有兑现")
        SUPERVISED = "supervised", _("督办升级到通报")

    machine = states.Machine.BULLETIN_UNIT
    unit_path = "unit"

    status = models.CharField(_("状态"), max_length=24, choices=UnitState.choices, editable=False)
    bulletin = models.ForeignKey(Bulletin, models.PROTECT, related_name="lines")
    unit = models.ForeignKey(
        Unit, models.PROTECT, related_name="bulletin_lines", verbose_name=_("单位")
    )
    tone = models.CharField(_("表扬还是批评"), max_length=10, choices=Tone.choices)
    rule = models.CharField(_("理由"), max_length=20, choices=Rule.choices)
    fact = models.CharField(_("事实"), max_length=300)
    answer = models.TextField(_("整改情况"), max_length=2000, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("通报的单位")
        verbose_name_plural = _("通报的单位")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["bulletin", "unit", "rule"], name="bulletin_lists_a_unit_once_a_rule"
            ),
            models.CheckConstraint(condition=~Q(fact=""), name="bulletin_line_states_its_fact"),
            models.CheckConstraint(
                condition=~Q(tone="praised")
                | Q(status__in=[UnitState.LISTED, UnitState.STRUCK, UnitState.NAMED]),
                name="praised_unit_has_nothing_to_put_right",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[UnitState.ANSWERED, UnitState.ACCEPTED])
                | (~Q(answer="") & Q(answered_at__isnull=False)),
                name="rectified_unit_says_how",
            ),
        ]
        indexes = [models.Index(fields=["jurisdiction", "status", "id"], name="bulletin_unit_list")]

    def __str__(self) -> str:
        return f"{self.unit.short_name} {self.get_rule_display()}"
