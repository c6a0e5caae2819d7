"""League tables of comparable units: group and criteria, one table a period, appeals before it is published (8.3)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from suggestions import states
from suggestions.models.record import Record
from suggestions.models.suggestion import Suggestion
from suggestions.models.unit import Unit
from suggestions.states.league import LeagueAppealState, LeagueGroupState, LeagueTableState


class LeagueGroup(Record):
    """Units that can be compared, and by what: published before the first period it counts for (8.3)."""

    class Kind(models.TextChoices):
        DISTRICT = "district", _("区县")
        DEPARTMENT = "department", _("部门")
        TOWN = "town", _("街道乡镇")

    machine = states.Machine.LEAGUE_GROUP
    unit_path = "units"
    is_shown = True

    status = models.CharField(
        _("状态"), max_length=24, choices=LeagueGroupState.choices, editable=False
    )
    name = models.CharField(_("分组"), max_length=40)
    kind = models.CharField(_("哪一类"), max_length=12, choices=Kind.choices)
    units = models.ManyToManyField(Unit, related_name="league_groups", verbose_name=_("单位"))
    weights = models.JSONField(_("分值"))
    counts_from = models.DateField(_("从哪天起算"))
    announced_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("排名分组")
        verbose_name_plural = _("排名分组")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(status="published") | Q(announced_at__isnull=False),
                name="published_league_group_says_when",
            ),
        ]
        indexes = [models.Index(fields=["jurisdiction", "status", "id"], name="league_group_list")]

    def __str__(self) -> str:
        return self.name

    def unit_ids(self) -> set[int]:
        return set(self.units.values_list("pk", flat=True))


class LeagueTable(Record):
    """One month of one group. `rows` are kept as they were shown: a published table never changes silently (7.2, 8.3).

    A row: unit, name, rank (None below ten ratings), score, parts [[code, numerator, denominator]], received, before.
    """

    machine = states.Machine.LEAGUE
    unit_path = "group__units"
    is_shown = True

    status = models.CharField(
        _("状态"), max_length=24, choices=LeagueTableState.choices, editable=False
    )
    group = models.ForeignKey(
        LeagueGroup, models.PROTECT, related_name="tables", verbose_name=_("分组")
    )
    first = models.DateField(_("第一天"))
    last = models.DateField(_("最后一天"))
    rows = models.JSONField(default=list)
    left_out = models.JSONField(default=dict)
    """How many items each rule of 8.3 left out, for whoever checks the table."""
    drawn_at = models.DateTimeField()
    appeal_until = models.DateField(_("提异议到哪天"), null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("排名")
        verbose_name_plural = _("排名")
        ordering = ["-first", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["group", "first"],
                condition=~Q(status="dropped"),
                name="one_league_table_a_month",
            ),
            models.CheckConstraint(condition=Q(last__gt=F("first")), name="league_period_has_days"),
            models.CheckConstraint(
                condition=~Q(status="published")
                | Q(
                    published_at__isnull=False,
                    published_by__isnull=False,
                    appeal_until__isnull=False,
                ),
                name="published_league_table_could_be_appealed",
            ),
        ]
        indexes = [models.Index(fields=["jurisdiction", "status", "id"], name="league_list")]

    def __str__(self) -> str:
        return f"{self.group.name}{self.first.year}年{self.first.month}月排名"

    def unit_ids(self) -> set[int]:
        return set(self.group.units.values_list("pk", flat=True))


class LeagueAppeal(Record):
    """One unit's objection to its row, with the items it is about and the reasoned answer (8.3)."""

    machine = states.Machine.LEAGUE_APPEAL
    unit_path = "unit"

    status = models.CharField(
        _("状态"), max_length=24, choices=LeagueAppealState.choices, editable=False
    )
    table = models.ForeignKey(LeagueTable, models.PROTECT, related_name="appeals")
    unit = models.ForeignKey(
        Unit, models.PROTECT, related_name="league_appeals", verbose_name=_("单位")
    )
    text = models.TextField(_("异议"), max_length=2000)
    cases = models.ManyToManyField(
        Suggestion, blank=True, related_name="+", verbose_name=_("涉及的建议")
    )
    answer = models.TextField(_("答复"), max_length=2000, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("排名异议")
        verbose_name_plural = _("排名异议")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["table", "unit"], condition=Q(status="open"), name="one_open_league_appeal"
            ),
            models.CheckConstraint(
                condition=Q(status="open") | (~Q(answer="") & Q(decided_at__isnull=False)),
                name="decided_league_appeal_has_reasons",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit.short_name}的异议"
