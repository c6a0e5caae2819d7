"""A list written to a file in the background: asked for, written, fetched, gone after seven days (issue: staff comfort)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from suggestions.roles import UNIT_ROLES, Role
from suggestions.states.machines import Machine, Visibility
from suggestions.states.table import SYSTEM, Transition


class Export(models.TextChoices):
    """Where an export stands."""

    QUEUED = "queued", _("正在写")
    READY = "ready", _("写好了")
    FAILED = "failed", _("没有写成")
    EXPIRED = "expired", _("文件已删除")


_M = Machine.EXPORT
_S = Visibility.STAFF
EXPORTERS = (
    Role.TRIAGE_OFFICER,
    Role.SUPERVISOR,
    Role.LEADER,
    Role.INTAKE_CLERK,
    *sorted(UNIT_ROLES),
)

"""Who exports what they read. The privacy officer exports by leave alone (process.md 2.2; services/named_exports)."""

# The rows are read as a table, so they are kept as one.
# fmt: off
EXPORT_TRANSITIONS: tuple[Transition, ...] = (
    Transition(_M, "export_ask", ("",), Export.QUEUED, (*EXPORTERS, Role.PRIVACY_OFFICER), _("导出"), _("要求导出列表（{format}）"), _S,
               basis="PIPL 51"),
    Transition(_M, "export_finish", (Export.QUEUED,), Export.READY, (SYSTEM,), _("写好"), _("写好了，共{rows}件"), _S,
               basis="PIPL 51"),
    Transition(_M, "export_fail", (Export.QUEUED,), Export.FAILED, (SYSTEM,), _("没有写成"), _("没有写成"), _S,
               basis="PIPL 51"),
    Transition(_M, "export_withdraw", (Export.READY,), Export.EXPIRED, (SYSTEM,), _("删除文件"),
               _("名单里有依法删除的建议，文件已删除，需要请再导一次"), _S, basis="PIPL 47"),
    Transition(_M, "export_leave_over", (Export.READY,), Export.EXPIRED, (SYSTEM,), _("删除文件"),
               _("带姓名的名单，批准的期限到了，文件已删除"), _S, basis="process.md 9.3 (time-boxed); PIPL 19"),
    Transition(_M, "export_expire", (Export.READY,), Export.EXPIRED, (SYSTEM,), _("删除文件"), _("七天到了，文件已删除"), _S,
               basis="PIPL 19"),
)
# fmt: on
