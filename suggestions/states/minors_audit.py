"""The yearly audit of how minors' data were handled (process.md 9.5; MC 31 to 38)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from suggestions.roles import Role
from suggestions.states.machines import Machine, Visibility
from suggestions.states.table import SYSTEM, Transition


class MinorsAuditState(models.TextChoices):
    """Where one year's audit stands."""

    OPEN = "open", _("待审计")
    OVERDUE = "overdue", _("逾期未报")
    REPORTED = "reported", _("已报告")


_M = Machine.MINORS_AUDIT
_S = MinorsAuditState
_STAFF = Visibility.STAFF

# The rows are read as a table, so they are kept as one.
# fmt: off
MINORS_AUDIT_TRANSITIONS: tuple[Transition, ...] = (
    Transition(_M, "minors_audit_open", ("",), _S.OPEN, (SYSTEM,), _("开始年度审计"), _("{year}年未成年人信息审计开始"), _STAFF,
               starts=("KM",), basis="MC 37; process.md 9.5 (yearly audit)"),
    Transition(_M, "minors_audit_lapse", (_S.OPEN,), _S.OVERDUE, (SYSTEM,), _("逾期"), _("没有按期报告审计结果"), _STAFF,
               basis="process.md 9.5"),
    Transition(_M, "minors_audit_report", (_S.OPEN, _S.OVERDUE), _S.REPORTED, (Role.PRIVACY_OFFICER,), _("报告审计结果"),
               _("报告了{year}年审计结果"), _STAFF, stops=("KM",), basis="MC 37; process.md 9.5"),
)
# fmt: on
