"""What may happen to requests, approvals, relayed words, complaints and breaches (process.md section 9; K24, K25, K27)."""

from django.utils.translation import gettext_lazy as _

from suggestions.roles import Role
from suggestions.states.machines import (
    Breach,
    Identity,
    Machine,
    Message,
    Rights,
    Takedown,
    Visibility,
)
from suggestions.states.table import AUTHOR, SYSTEM, Transition

_PRIVACY = (Role.PRIVACY_OFFICER,)
_APPROVERS = (Role.PRIVACY_OFFICER, Role.SUPERVISOR, Role.LEADER)
_DESK = (Role.TRIAGE_OFFICER, Role.INTAKE_CLERK)
_UNITS = (Role.LIAISON, Role.HANDLER, Role.UNIT_HEAD)
_STAFF = Visibility.STAFF

# The rows are read as a table, so they are kept as one.
# fmt: off
RIGHTS_TRANSITIONS: tuple[Transition, ...] = (
    Transition(Machine.RIGHTS, "rights_receive", ("",), Rights.RECEIVED, (AUTHOR, Role.INTAKE_CLERK, *_PRIVACY), _("收到请求"),
               _("收到个人信息请求：{kind}"), starts=("K24",), basis="PIPL 44 to 50; ND 23"),
    Transition(Machine.RIGHTS, "rights_ask_identity", (Rights.RECEIVED,), Rights.IDENTITY_CHECK, _PRIVACY, _("请求人核实身份"),
               _("请请求人核实身份"), pauses=("K24",), basis="K24 pauses for the identity check; PIPL 49"),
    Transition(Machine.RIGHTS, "rights_verify", (Rights.RECEIVED, Rights.IDENTITY_CHECK), Rights.VERIFIED, (SYSTEM, *_PRIVACY),
               _("身份已核实"), _("核实了请求人身份：{method}"), resumes=("K24",), basis="process.md 9.4"),
    Transition(Machine.RIGHTS, "rights_fulfil", (Rights.VERIFIED,), Rights.DONE, (SYSTEM, *_PRIVACY), _("办好"),
               _("请求已办好：{result}"), stops=("K24",), basis="PIPL 45 to 47, 49, 50"),
    Transition(Machine.RIGHTS, "rights_refuse", (Rights.RECEIVED, Rights.IDENTITY_CHECK, Rights.VERIFIED), Rights.REFUSED, _PRIVACY,
               _("不同意并说明理由"), _("没有同意，理由已经告知"), stops=("K24",), reason_required=True, basis="PIPL 50: a refusal gives its reasons"),
    Transition(Machine.RIGHTS, "rights_withdraw", (Rights.RECEIVED, Rights.IDENTITY_CHECK, Rights.VERIFIED), Rights.WITHDRAWN, (AUTHOR,),
               _("撤回请求"), _("请求人撤回了请求"), stops=("K24",), basis="process.md 9.4"),
)
IDENTITY_TRANSITIONS: tuple[Transition, ...] = (
    Transition(Machine.IDENTITY, "identity_ask", ("",), Identity.ASKED,
               (*_DESK, *_UNITS, *_APPROVERS), _("申请查看身份"), _("申请{kind}"), _STAFF,
               reason_required=True, basis="MC 36; process.md 2.2, 9.3"),
    Transition(Machine.IDENTITY, "identity_first", (Identity.ASKED,), Identity.FIRST, _APPROVERS, _("第一人批准"),
               _("第一人已批准"), _STAFF, basis="process.md 9.3 (dual approval)"),
    Transition(Machine.IDENTITY, "identity_grant", (Identity.ASKED, Identity.FIRST), Identity.GRANTED, _APPROVERS, _("批准"),
               _("批准，到{until}为止"), _STAFF, basis="MC 36; process.md 9.3 (time-boxed)"),
    Transition(Machine.IDENTITY, "identity_refuse", (Identity.ASKED, Identity.FIRST), Identity.REFUSED, _APPROVERS, _("不批准"),
               _("没有批准"), _STAFF, reason_required=True, basis="process.md 9.3"),
    Transition(Machine.IDENTITY, "identity_end", (Identity.ASKED, Identity.FIRST, Identity.GRANTED), Identity.ENDED, (SYSTEM,), _("到期"),
               _("期限已到"), _STAFF, basis="process.md 9.3 (time-boxed)"),
)
MESSAGE_TRANSITIONS: tuple[Transition, ...] = (
    Transition(Machine.MESSAGE, "message_write", ("",), Message.CHECKING, (AUTHOR, *_UNITS), _("请办公室转达"), _("请办公室转达"),
               _STAFF, basis="process.md 9.3; GT, WF 11, JN 16"),
    Transition(Machine.MESSAGE, "message_pass", (Message.CHECKING,), Message.PASSED, _DESK, _("转达"), _("办公室看过，已转达"),
               _STAFF, basis="process.md 9.3"),
    Transition(Machine.MESSAGE, "message_hold", (Message.CHECKING,), Message.HELD_BACK, _DESK, _("不转达"), _("没有转达"),
               _STAFF, reason_required=True, basis="process.md 9.3"),
)
TAKEDOWN_TRANSITIONS: tuple[Transition, ...] = (
    Transition(Machine.TAKEDOWN, "takedown_receive", ("",), Takedown.OPEN, (AUTHOR, SYSTEM), _("收到投诉"), _("有人说公开页露出了个人信息"),
               _STAFF, starts=("K27",), basis="process.md 9.2 (suspension first); ND 20"),
    Transition(Machine.TAKEDOWN, "takedown_uphold", (Takedown.OPEN,), Takedown.UPHELD, (Role.PUBLISHER, *_PRIVACY), _("属实，撤下"),
               _("投诉属实，公开页撤下"), _STAFF, stops=("K27",), reason_required=True, basis="process.md 9.2"),
    Transition(Machine.TAKEDOWN, "takedown_dismiss", (Takedown.OPEN,), Takedown.DISMISSED, (Role.PUBLISHER, *_PRIVACY), _("不属实，恢复"),
               _("核实后没有露出个人信息"), _STAFF, stops=("K27",), reason_required=True, basis="process.md 9.2"),
)
BREACH_TRANSITIONS: tuple[Transition, ...] = (
    Transition(Machine.BREACH, "breach_detect", ("",), Breach.DETECTED, (*_PRIVACY, Role.SEC_ADMIN, Role.AUDIT_ADMIN), _("登记"),
               _("发现个人信息安全事件：{kind}"), _STAFF, starts=("K25",), basis="PIPL 57; MC 35; ND 11"),
    Transition(Machine.BREACH, "breach_contain", (Breach.DETECTED,), Breach.CONTAINED, _PRIVACY, _("已控制"), _("采取了补救措施"),
               _STAFF, basis="PIPL 57"),
    Transition(Machine.BREACH, "breach_tell_authority", (Breach.CONTAINED,), Breach.AUTHORITY_TOLD, _PRIVACY, _("已报告主管部门"),
               _("报告了{authority}"), _STAFF, basis="PIPL 57"),
    Transition(Machine.BREACH, "breach_tell_persons", (Breach.AUTHORITY_TOLD,), Breach.PERSONS_TOLD, _PRIVACY, _("已告知本人"),
               _("告知了本人"), _STAFF, stops=("K25",), basis="PIPL 57"),
    Transition(Machine.BREACH, "breach_close", (Breach.AUTHORITY_TOLD,), Breach.CLOSED, _PRIVACY, _("无需告知本人"),
               _("措施有效避免了危害，不另行告知本人"), _STAFF, stops=("K25",), reason_required=True,
               basis="PIPL 57(2): harm effectively avoided"),
)
# fmt: on
