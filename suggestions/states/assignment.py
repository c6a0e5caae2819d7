"""What may happen to one unit's part in a case (process.md 4.2)."""

from django.utils.translation import gettext_lazy as _

from suggestions.roles import Role
from suggestions.states.machines import Assignment, Machine, Visibility
from suggestions.states.table import OFFICE, SYSTEM, UNIT, Transition

_M = Machine.ASSIGNMENT

# The rows are read as a table, so they are kept as one.
# fmt: off
ASSIGNMENT_TRANSITIONS: tuple[Transition, ...] = (
    Transition(_M, "assign", ("",), Assignment.PENDING, OFFICE, _("交办"), _("交{unit}{role_label}"), Visibility.STAFF,
               starts=("K4", "K5"), basis="process.md 4.2"),
    Transition(_M, "unit_sign_in", (Assignment.PENDING,), Assignment.SIGNED, UNIT, _("签收"), _("{unit}签收"),
               Visibility.STAFF, stops=("K4",), basis="K4"),
    Transition(_M, "start_work", (Assignment.SIGNED,), Assignment.WORKING, (SYSTEM, *UNIT), _("开始办理"),
               _("{unit}开始办理"), Visibility.STAFF, basis="process.md 4.2"),
    Transition(_M, "submit_work", (Assignment.WORKING,), Assignment.SUBMITTED, (*UNIT, Role.UNIT_HEAD), _("报送"),
               _("{unit}报送"), Visibility.STAFF, stops=("K5", "K9"), basis="T11; BJ 14"),
    Transition(_M, "rework", (Assignment.SUBMITTED, Assignment.ACCEPTED_BY_OFFICE), Assignment.WORKING, (SYSTEM, *OFFICE),
               _("退回重办"), _("退回{unit}重办"), Visibility.STAFF, basis="T12"),
    Transition(_M, "accept_work", (Assignment.SUBMITTED,), Assignment.ACCEPTED_BY_OFFICE, OFFICE, _("通过审核"),
               _("{unit}的办理通过审核"), Visibility.STAFF, basis="T13"),
    Transition(_M, "lead_by_report", ("",), Assignment.ACCEPTED_BY_OFFICE, (SYSTEM,), _("由征集主办单位答复"),
               _("{unit}以征集结果答复"), Visibility.STAFF, basis="SH 12(1); process.md 3.1"),
    Transition(_M, "done_by_report",
               (Assignment.PENDING, Assignment.SIGNED, Assignment.WORKING, Assignment.SUBMITTED, Assignment.OBJECTED),
               Assignment.ACCEPTED_BY_OFFICE, (SYSTEM,), _("征集结果已答复"), _("征集结果已答复，{unit}不用再办"), Visibility.STAFF,
               stops=("K4", "K5", "K6", "K9"), basis="SH 12(1); process.md 3.1"),
    Transition(_M, "recall",
               (Assignment.PENDING, Assignment.SIGNED, Assignment.WORKING, Assignment.SUBMITTED, Assignment.OBJECTED),
               Assignment.RECALLED, (SYSTEM, *OFFICE), _("收回"), _("收回{unit}的承办"), Visibility.STAFF,
               stops=("K4", "K5", "K6", "K9"), basis="process.md 4.2"),
    Transition(_M, "reassign_part", (Assignment.PENDING, Assignment.SIGNED, Assignment.WORKING), Assignment.REASSIGNED, OFFICE,
               _("改派"), _("{unit}不再承办，改派{to}"), Visibility.STAFF, stops=("K4", "K5", "K9"), basis="process.md 4.2"),
    Transition(_M, "object", (Assignment.PENDING, Assignment.SIGNED, Assignment.WORKING), Assignment.OBJECTED,
               (*UNIT, Role.UNIT_HEAD), _("退办"), _("{unit}提出退办"), Visibility.STAFF, starts=("K6",), stops=("K4", "K5"),
               notify=("staff.objected",), reason_required=True, basis="XF 23 (5 wd, reasons, consent of the sender)"),
    Transition(_M, "uphold_objection", (Assignment.OBJECTED,), Assignment.RECALLED, OFFICE, _("同意退办"), _("同意{unit}退办"),
               Visibility.STAFF, stops=("K6", "K9"), reason_required=True, basis="XF 23; K6"),
    Transition(_M, "reject_objection", (Assignment.OBJECTED,), Assignment.WORKING, OFFICE, _("不同意退办"),
               _("不同意退办，最终指定{unit}承办"), Visibility.STAFF, stops=("K6",), notify=("staff.objection_rejected",),
               reason_required=True, basis="XF 23; WF 22"),
)
# fmt: on
