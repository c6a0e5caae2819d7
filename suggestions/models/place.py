"""Jurisdictions and districts: which office answers for an item, and where it is about."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from treebeard.mp_tree import MP_Node


class Jurisdiction(MP_Node):
    """A province, city or county that runs the portal. Every item and every staff query is bounded by one.

    The office's owner differs by place and reform (process.md section 0), so it is text here and never in code.
    """

    code = models.SlugField(_("代码"), max_length=40, unique=True)
    name = models.CharField(_("名称"), max_length=60)
    city_name = models.CharField(_("页眉地名"), max_length=60)
    owner_body = models.CharField(_("主管机关"), max_length=120, blank=True)
    office_name = models.CharField(_("征集办公室名称"), max_length=120)
    phone = models.CharField(_("电话"), max_length=40, blank=True)
    hotline = models.CharField(_("热线"), max_length=20, blank=True)
    address = models.CharField(_("地址"), max_length=200, blank=True)
    hours = models.CharField(_("办公时间"), max_length=120, blank=True)
    refusal_second_look = models.BooleanField(
        _("不予受理要第二人复核"), default=True, help_text=_("检举控告的转送总要第二人复核")
    )
    is_active = models.BooleanField(_("启用"), default=True)

    node_order_by: list[str] = []

    class Meta:
        verbose_name = _("辖区")
        verbose_name_plural = _("辖区")

    def __str__(self) -> str:
        return self.name


class District(MP_Node):
    """A place in the tree of administrative divisions."""

    code = models.CharField(_("行政区划代码"), max_length=12, unique=True)
    name = models.CharField(_("名称"), max_length=60)
    jurisdiction = models.ForeignKey(
        Jurisdiction, models.PROTECT, related_name="districts", verbose_name=_("辖区")
    )
    is_active = models.BooleanField(_("启用"), default=True)

    class Meta:
        verbose_name = _("行政区划")
        verbose_name_plural = _("行政区划")

    def __str__(self) -> str:
        return self.name
