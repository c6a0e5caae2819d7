"""What may happen to a leader's instruction (批示): given, worked on, reported back, judged (process.md 6.4; S0)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from suggestions.roles import Role
from suggestions.states.machines import Machine, Visibility
from suggestions.states.table import Transition


class Instruction(models.TextChoices):
    """Where one instruction stands."""

    GIVEN = "given", _("待落实")
    WORKING = "working", _("落实中")
    REPORTED = "reported", _("已报告，待阅")
    SENT_BACK = "sent_back", _("退回重报")
    CLOSED = "closed", _("已办结")


_M = Machine.INSTRUCTION
_S = Instruction
_STAFF = Visibility.STAFF

# The rows are read as a table, so they are kept as one. The text is internal: no row is seen outside the staff.
# fmt: off
INSTRUCTION_TRANSITIONS: tuple[Transition, ...] = (
    Transition(_M, "instruction_give", ("",), _S.GIVEN, (Role.LEADER,), _("批示"), _("{leader}批示"), _STAFF,
               starts=("KL",), notify=("staff.instruction_given",), basis="S0; process.md 6.4"),
    Transition(_M, "instruction_take", (_S.GIVEN,), _S.WORKING, (Role.LIAISON, Role.HANDLER, Role.UNIT_HEAD, Role.SUPERVISOR),
               _("开始落实"), _("开始落实"), _STAFF, basis="S0"),
    Transition(_M, "instruction_report", (_S.GIVEN, _S.WORKING, _S.SENT_BACK), _S.REPORTED, (Role.UNIT_HEAD, Role.SUPERVISOR),
               _("报告落实情况"), _("报告落实情况"), _STAFF, stops=("KL",), notify=("staff.instruction_reported",), basis="S0"),
    Transition(_M, "instruction_send_back", (_S.REPORTED,), _S.SENT_BACK, (Role.LEADER,), _("退回重报"), _("退回重报"), _STAFF,
               starts=("KL",), notify=("staff.instruction_given",), reason_required=True, basis="S0"),
    Transition(_M, "instruction_close", (_S.REPORTED,), _S.CLOSED, (Role.LEADER,), _("已阅办结"), _("已阅，办结"), _STAFF, basis="S0"),
)
# fmt: on
