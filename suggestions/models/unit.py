"""Units (departments), who works in them, and the dispatch directory."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from treebeard.mp_tree import MP_Node

from suggestions.models.place import District, Jurisdiction
from suggestions.models.topic import Topic
from suggestions.roles import UNIT_ROLES, Role


class Unit(MP_Node):
    """A state organ that handles items, or the collection office itself (`is_collection_office`)."""

    code = models.SlugField(
        _("代码"), max_length=40, unique=True, help_text=_("用于网址，定了就不要改，例如 jtj")
    )
    name = models.CharField(_("全称"), max_length=80)
    short_name = models.CharField(_("简称"), max_length=40)
    jurisdiction = models.ForeignKey(
        Jurisdiction, models.PROTECT, related_name="units", verbose_name=_("辖区")
    )
    district = models.ForeignKey(
        District,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="units",
        verbose_name=_("所在区划"),
    )
    is_collection_office = models.BooleanField(_("是征集办公室"), default=False)
    is_community = models.BooleanField(
        _("是社区组织"),
        default=False,
        help_text=_("社区组织只能主办派单目录里列给它的事项（BJ 17）"),
    )
    duties = models.TextField(_("职责"), blank=True)
    not_ours = models.TextField(
        _("不归本单位管"), blank=True, help_text=_("写清归哪家管，居民少跑一趟")
    )
    phone = models.CharField(_("电话"), max_length=40, blank=True)
    email = models.EmailField(_("单位邮箱"), blank=True)
    address = models.CharField(_("地址"), max_length=200, blank=True)
    hours = models.CharField(_("办公时间"), max_length=120, blank=True)
    is_active = models.BooleanField(_("启用"), default=True)

    class Meta:
        verbose_name = _("单位")
        verbose_name_plural = _("单位")

    def __str__(self) -> str:
        return self.short_name


class StaffRole(models.Model):
    """A role that a person holds: for one unit (liaison, handler, unit head) or for a jurisdiction (the others)."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="staff_roles", verbose_name=_("人员")
    )
    role = models.CharField(_("角色"), max_length=30, choices=Role.choices)
    jurisdiction = models.ForeignKey(Jurisdiction, models.PROTECT, verbose_name=_("辖区"))
    unit = models.ForeignKey(
        Unit,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="staff_roles",
        verbose_name=_("单位"),
    )
    include_sub_units = models.BooleanField(
        _("含下属单位"), default=False, help_text=_("也能办理这个单位的下属单位的件")
    )
    district = models.ForeignKey(
        District,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("只管这个区划"),
        help_text=_("选了以后，只看得到这个区划及其下级的件"),
    )
    valid_until = models.DateField(_("有效期至"), null=True, blank=True)

    on_behalf_of: Any = None
    """The person away for whom this role is held, on roles that come from a delegation (access.scope)."""

    class Meta:
        verbose_name = _("人员角色")
        verbose_name_plural = _("人员角色")
        constraints = [
            # Two constraints where one with NULLS NOT DISTINCT would do: SQLite does not know it.
            models.UniqueConstraint(
                fields=["user", "role", "unit"],
                condition=Q(unit__isnull=False),
                name="unit_role_once",
            ),
            models.UniqueConstraint(
                fields=["user", "role", "jurisdiction"],
                condition=Q(unit__isnull=True),
                name="office_role_once",
            ),
            models.CheckConstraint(
                condition=Q(unit__isnull=False) | ~Q(role__in=sorted(UNIT_ROLES)),
                name="unit_role_names_its_unit",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()}"


class DispatchRule(models.Model):
    """A row of the dispatch directory (派单目录, BJ 11): matter × place → unit."""

    jurisdiction = models.ForeignKey(Jurisdiction, models.CASCADE, verbose_name=_("辖区"))
    topic = models.ForeignKey(Topic, models.CASCADE, verbose_name=_("主题"))
    district = models.ForeignKey(
        District, models.CASCADE, null=True, blank=True, verbose_name=_("区划")
    )
    unit = models.ForeignKey(
        Unit, models.CASCADE, related_name="dispatch_rules", verbose_name=_("主办单位")
    )
    basis = models.CharField(_("依据"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("派单目录")
        verbose_name_plural = _("派单目录")
        ordering = ["topic__path", F("district__path").asc(nulls_first=True)]
        constraints = [
            models.UniqueConstraint(
                fields=["jurisdiction", "topic", "district"],
                condition=Q(district__isnull=False),
                name="one_unit_for_matter_and_place",
            ),
            models.UniqueConstraint(
                fields=["jurisdiction", "topic"],
                condition=Q(district__isnull=True),
                name="one_unit_for_matter",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.topic} → {self.unit}"
