"""An invitation to somebody of the register, from sending to the answer (process.md 3.1, invited collection)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from suggestions.roles import Role
from suggestions.states.machines import Machine, Visibility
from suggestions.states.table import AUTHOR, SYSTEM, Transition


class Invitation(models.TextChoices):
    """Where an invitation stands."""

    INVITED = "invited", _("已邀请")
    OPENED = "opened", _("已打开")
    SUBMITTED = "submitted", _("已提交")
    DECLINED = "declined", _("不参加")
    EXPIRED = "expired", _("过期")


_M = Machine.INVITATION
_S = Visibility.STAFF
_WAITING = (Invitation.INVITED, Invitation.OPENED)

# The rows are read as a table, so they are kept as one.
# fmt: off
INVITATION_TRANSITIONS: tuple[Transition, ...] = (
    Transition(_M, "invitation_send", ("",), Invitation.INVITED, (Role.TRIAGE_OFFICER,), _("发出邀请"),
               _("邀请就“{topic}”提建议，{until}截止"), _S, basis="SH 8; process.md 3.1"),
    Transition(_M, "invitation_open", (Invitation.INVITED,), Invitation.OPENED, (AUTHOR,), _("打开邀请"), _("打开了邀请"), _S,
               basis="process.md 3.1"),
    Transition(_M, "invitation_submit", _WAITING, Invitation.SUBMITTED, (AUTHOR,), _("提交"), _("提交了{case_no}"), _S,
               basis="SH 8; process.md 3.1"),
    Transition(_M, "invitation_decline", _WAITING, Invitation.DECLINED, (AUTHOR, Role.TRIAGE_OFFICER), _("不参加"),
               _("这次不参加"), _S, basis="process.md 3.1"),
    Transition(_M, "invitation_expire", _WAITING, Invitation.EXPIRED, (SYSTEM,), _("过期"), _("到截止日没有提交"), _S,
               basis="process.md 3.1"),
)
# fmt: on
