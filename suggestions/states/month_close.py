"""What may happen to the list of a month's unfinished items (月结月清; process.md K26; S4)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from suggestions.roles import Role
from suggestions.states.machines import Machine, Visibility
from suggestions.states.table import SYSTEM, Transition


class MonthCloseState(models.TextChoices):
    """Where one month's list stands."""

    DRAWN = "drawn", _("待报")
    OVERDUE = "overdue", _("逾期未报")
    REPORTED = "reported", _("已报")


_M = Machine.MONTH_CLOSE
_S = MonthCloseState
_STAFF = Visibility.STAFF

# The rows are read as a table, so they are kept as one.
# fmt: off
MONTH_CLOSE_TRANSITIONS: tuple[Transition, ...] = (
    Transition(_M, "month_draw", ("",), _S.DRAWN, (SYSTEM,), _("列出清单"), _("{month}月末未办结{open}件，其中逾期{late}件"), _STAFF,
               starts=("K26",), basis="S4; K26"),
    Transition(_M, "month_lapse", (_S.DRAWN,), _S.OVERDUE, (SYSTEM,), _("逾期"), _("没有按期报告"), _STAFF, basis="K26"),
    Transition(_M, "month_report", (_S.DRAWN, _S.OVERDUE), _S.REPORTED, (Role.SUPERVISOR, Role.LEADER), _("报告"),
               _("报告怎样清：{note}"), _STAFF, stops=("K26",), basis="S4; K26"),
)
# fmt: on
