"""What may happen to an early warning, and to the topic of a month (process.md 8.4; S2, S4; BJ 24 to 26)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from suggestions.roles import Role
from suggestions.states.machines import Machine, Visibility
from suggestions.states.table import SYSTEM, Transition


class WarningState(models.TextChoices):
    """Where one warning stands."""

    RAISED = "raised", _("待签收")
    OVERDUE = "overdue", _("逾期未签收")
    ACKNOWLEDGED = "acknowledged", _("已签收")
    ACTING = "acting", _("已有措施")
    CLOSED = "closed", _("已办结")
    DISMISSED = "dismissed", _("不是苗头，已撤销")


class MonthTopicState(models.TextChoices):
    """Where the topic of one month stands."""

    CHOSEN = "chosen", _("落实中")
    REPORTED = "reported", _("已报告，待核")
    DONE = "done", _("已办结")
    DROPPED = "dropped", _("不再推进")


_M, _T = Machine.WARNING, Machine.MONTH_TOPIC
_S, _P = WarningState, MonthTopicState
_STAFF = Visibility.STAFF
_OFFICE = (Role.SUPERVISOR, Role.LEADER)
_UNIT = (Role.UNIT_HEAD, Role.LIAISON)
OPEN_WARNINGS = frozenset({_S.RAISED, _S.OVERDUE, _S.ACKNOWLEDGED, _S.ACTING})
"""Of these at most one stands a rule, topic and district."""

# The rows are read as a table, so they are kept as one.
# fmt: off
WARNING_TRANSITIONS: tuple[Transition, ...] = (
    Transition(_M, "warning_raise", ("",), _S.RAISED, (SYSTEM,), _("发出预警"), _("发出预警：{words}"), _STAFF, starts=("K28",),
               notify=("staff.warning_raised",), basis="process.md 8.4; S2"),
    Transition(_M, "warning_hand_on", (_S.RAISED, _S.OVERDUE), _S.RAISED, (*_OFFICE, Role.TRIAGE_OFFICER), _("改由别的单位签收"),
               _("请{unit}签收"), _STAFF, starts=("K28",), stops=("K28",), notify=("staff.warning_raised",), reason_required=True,
               basis="process.md 8.4 (target unit by matter and by place); S2"),
    Transition(_M, "warning_acknowledge", (_S.RAISED, _S.OVERDUE), _S.ACKNOWLEDGED, _UNIT, _("签收"), _("{unit}签收"), _STAFF,
               stops=("K28",), basis="process.md 8.4 (within 2 working days)"),
    Transition(_M, "warning_lapse", (_S.RAISED,), _S.OVERDUE, (SYSTEM,), _("逾期"), _("没有按期签收"), _STAFF,
               notify=("staff.warning_late",), basis="process.md 8.4; K28"),
    Transition(_M, "warning_act", (_S.ACKNOWLEDGED, _S.ACTING), _S.ACTING, _UNIT, _("写下措施"), _("{unit}的措施：{words}"), _STAFF,
               notify=("staff.warning_acted",), basis="process.md 8.4; S4 (act before complaint); BJ 24 to 26"),
    Transition(_M, "warning_close", (_S.ACTING,), _S.CLOSED, _OFFICE, _("办结"), _("办结：{words}"), _STAFF,
               basis="process.md 8.4"),
    Transition(_M, "warning_dismiss", (_S.RAISED, _S.OVERDUE, _S.ACKNOWLEDGED, _S.ACTING), _S.DISMISSED, _OFFICE,
               _("不是苗头，撤销"), _("撤销预警"), _STAFF, stops=("K28",), reason_required=True,
               basis="process.md 8.4 (a person decides; counted as a false alarm)"),
)
MONTH_TOPIC_TRANSITIONS: tuple[Transition, ...] = (
    Transition(_T, "month_topic_choose", ("",), _P.CHOSEN, _OFFICE, _("选定每月一题"), _("选定{month}的一题：{topic}，由{unit}牵头"), _STAFF,
               starts=("KT",), notify=("staff.month_topic_chosen",), basis="S4; BJ 24 to 26; process.md 8.4"),
    Transition(_T, "month_topic_report", (_P.CHOSEN,), _P.REPORTED, (Role.UNIT_HEAD,), _("报告做到了什么"), _("{unit}报告做到了什么"), _STAFF,
               stops=("KT",), notify=("staff.month_topic_reported",), basis="process.md 8.4"),
    Transition(_T, "month_topic_send_back", (_P.REPORTED,), _P.CHOSEN, _OFFICE, _("退回再做"), _("退回{unit}再做"), _STAFF,
               starts=("KT",), notify=("staff.month_topic_chosen",), reason_required=True, basis="process.md 8.4"),
    Transition(_T, "month_topic_close", (_P.REPORTED,), _P.DONE, _OFFICE, _("认可并办结"), _("办结"), _STAFF,
               basis="process.md 8.4"),
    Transition(_T, "month_topic_drop", (_P.CHOSEN,), _P.DROPPED, _OFFICE, _("不再推进"), _("不再推进"), _STAFF, stops=("KT",),
               reason_required=True, basis="process.md 8.4"),
)
# fmt: on
