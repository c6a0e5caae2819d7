"""A service point from opening to closing (process.md 3.2)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from suggestions.roles import Role
from suggestions.states.machines import Machine, Visibility
from suggestions.states.table import Transition


class ServicePointState(models.TextChoices):
    """Whether people can go there."""

    OPEN = "open", _("开放")
    CLOSED = "closed", _("已关闭")


_M = Machine.SERVICE_POINT
_S = Visibility.STAFF
KEEPERS = (Role.TRIAGE_OFFICER, Role.SYS_ADMIN)
"""The collection office keeps its network; the administrator of settings may too. Neither row opens an item."""

# The rows are read as a table, so they are kept as one.
# fmt: off
SERVICE_POINT_TRANSITIONS: tuple[Transition, ...] = (
    Transition(_M, "point_open", ("",), ServicePointState.OPEN, KEEPERS, _("开设征集点"), _("开设征集点“{point}”"), _S,
               basis="SH 6; S2; process.md 3.2"),
    Transition(_M, "point_close", (ServicePointState.OPEN,), ServicePointState.CLOSED, KEEPERS, _("关闭征集点"),
               _("关闭征集点，{posts}个代理岗位同时结束"), _S, reason_required=True, basis="process.md 3.2"),
    Transition(_M, "point_reopen", (ServicePointState.CLOSED,), ServicePointState.OPEN, KEEPERS, _("重新开放"),
               _("重新开放征集点"), _S, basis="process.md 3.2"),
)
# fmt: on
