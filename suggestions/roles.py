"""Staff roles (process.md 2.1) and who holds one. Codes are shipped: they never change."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """Roles of staff. Residents and the public hold none."""

    INTAKE_CLERK = "intake_clerk", _("登记员")
    TRIAGE_OFFICER = "triage_officer", _("分办员")
    LIAISON = "liaison", _("承办单位联络员")
    HANDLER = "handler", _("经办人")
    UNIT_HEAD = "unit_head", _("承办单位负责人")
    PUBLISHER = "publisher", _("公开审核员")
    SUPERVISOR = "supervisor", _("督办员")
    LEADER = "leader", _("领导")
    ANALYST = "analyst", _("分析员")
    PRIVACY_OFFICER = "privacy_officer", _("个人信息保护负责人")
    EDITOR = "editor", _("网站编辑")
    AGENT_L1 = "agent_l1", _("村（社区）代理员")
    AGENT_L2 = "agent_l2", _("镇（街道）代理员")
    AGENT_L3 = "agent_l3", _("县（区）代理员")
    AGENT_L4 = "agent_l4", _("市级代理员")
    EXPERT = "expert", _("论证专家")
    HEARING_CHAIR = "hearing_chair", _("听证主持人")
    HEARING_CLERK = "hearing_clerk", _("听证记录人")
    JURY = "jury", _("评审委员")
    SYS_ADMIN = "sys_admin", _("系统管理员")
    SEC_ADMIN = "sec_admin", _("安全保密管理员")
    AUDIT_ADMIN = "audit_admin", _("安全审计员")


UNIT_ROLES = frozenset({Role.LIAISON, Role.HANDLER, Role.UNIT_HEAD})
"""Roles that a person holds for one unit; the others are held for a jurisdiction."""
AGENT_ROLES = frozenset({Role.AGENT_L1, Role.AGENT_L2, Role.AGENT_L3, Role.AGENT_L4})
"""The agent network, from village to city (process.md 3.3)."""
ADMIN_ROLES = frozenset({Role.SYS_ADMIN, Role.SEC_ADMIN, Role.AUDIT_ADMIN})
"""Three hands, kept apart (三员分立): accounts and settings; rights; logs. None of them reads items."""
PAGE_GROUPS: dict[str, str] = {Role.EDITOR: "编辑"}
"""The group of the page editor whose rights a role brings with it."""
