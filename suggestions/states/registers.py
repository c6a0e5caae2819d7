"""What happens to an impact assessment and to an entry of data given out (process.md 9.1; PIPL 23, 55, 56; ND 12)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from suggestions.roles import Role
from suggestions.states.machines import Machine, Visibility
from suggestions.states.table import SYSTEM, Transition


class AssessmentState(models.TextChoices):
    """Where an assessment stands."""

    WRITTEN = "written", _("待签发")
    RETURNED = "returned", _("已退回")
    SIGNED = "signed", _("有效")
    EXPIRED = "expired", _("已到期")


class GivenState(models.TextChoices):
    """Where an entry of the register of data given out stands."""

    PENDING = "pending", _("待写明接收方")
    RECORDED = "recorded", _("已登记")


_A, _G = Machine.ASSESSMENT, Machine.DATA_GIVEN
_AS, _GS = AssessmentState, GivenState
_STAFF = Visibility.STAFF
_OFFICER = (Role.PRIVACY_OFFICER,)
_LEADER = (Role.LEADER,)

# The rows are read as a table, so they are kept as one.
# fmt: off
REGISTER_TRANSITIONS: tuple[Transition, ...] = (
    Transition(_A, "assessment_write", ("",), _AS.WRITTEN, _OFFICER, _("写影响评估"), _("写了影响评估，送签：{kind}"), _STAFF,
               basis="PIPL 55, 56; process.md 9.1"),
    Transition(_A, "assessment_sign", (_AS.WRITTEN,), _AS.SIGNED, _LEADER, _("签发"), _("签发，有效期至{until}"), _STAFF,
               basis="PIPL 56; process.md 9.1"),
    Transition(_A, "assessment_return", (_AS.WRITTEN,), _AS.RETURNED, _LEADER, _("退回"), _("退回重写"), _STAFF,
               reason_required=True, basis="PIPL 56"),
    Transition(_A, "assessment_expire", (_AS.SIGNED,), _AS.EXPIRED, (SYSTEM,), _("到期"), _("有效期已到"), _STAFF,
               basis="PIPL 55 (before the handling); process.md 9.1"),
    Transition(_G, "given_auto", ("",), _GS.PENDING, (SYSTEM,), _("自动登记"), _("系统登记：{way}"), _STAFF,
               basis="PIPL 23; ND 12; process.md 9.1"),
    Transition(_G, "given_enter", ("",), _GS.RECORDED, _OFFICER, _("登记对外提供"), _("登记了对外提供：{way}"), _STAFF,
               basis="PIPL 23; ND 12; process.md 9.1"),
    Transition(_G, "given_settle", (_GS.PENDING,), _GS.RECORDED, _OFFICER, _("写明接收方"), _("写明了接收方"), _STAFF,
               basis="PIPL 23; ND 12; process.md 9.1"),
)
# fmt: on
