"""What may happen to a proposed change of a clock rule or of the calendar (process.md section 5, 5.1: two persons)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from suggestions.roles import Role
from suggestions.states.machines import Machine, Visibility
from suggestions.states.table import SYSTEM, Transition

_M = Machine.TIME_CHANGE


class TimeChange(models.TextChoices):
    """A proposal, and what became of it."""

    PROPOSED = "proposed", _("待第二人确认")
    APPLIED = "applied", _("已生效")
    DECLINED = "declined", _("没有采用")


# fmt: off
TIME_CHANGE_TRANSITIONS: tuple[Transition, ...] = (
    Transition(_M, "time_propose", ("",), TimeChange.PROPOSED, (Role.SYS_ADMIN,), _("提出修改"), _("提出修改：{what}"),
               Visibility.STAFF, basis="process.md 5, 5.1"),
    Transition(_M, "time_confirm", (TimeChange.PROPOSED,), TimeChange.APPLIED, (Role.SYS_ADMIN, Role.SUPERVISOR),
               _("确认生效"), _("第二人确认，修改生效，{moved}个时限变动"), Visibility.STAFF, basis="process.md 5.1 (2-person check)"),
    Transition(_M, "time_decline", (TimeChange.PROPOSED,), TimeChange.DECLINED, (Role.SYS_ADMIN, Role.SUPERVISOR),
               _("不采用"), _("没有采用"), Visibility.STAFF, reason_required=True, basis="process.md 5.1"),
    Transition(_M, "time_load", ("",), TimeChange.APPLIED, (SYSTEM,), _("运行维护载入"), _("运行维护人员载入{what}，{moved}个时限变动"),
               Visibility.STAFF, basis="HOL 7; process.md 5.1 (the operator's act; the desk's calendar needs two persons)"),
)
# fmt: on
