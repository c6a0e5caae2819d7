"""Who of the staff hears of second looks, returns, changes of hands, extensions and urgent matters."""

from typing import Any

from django.db.models import Q, QuerySet

from suggestions.codes import Category
from suggestions.models import Assignment, CaseEvent, StaffRole, Suggestion
from suggestions.roles import Role
from suggestions.states import ACTIVE_ASSIGNMENT
from suggestions.states import Assignment as Part

OFFICE: dict[str, tuple[str, ...]] = {
    "staff.second_look": (Role.TRIAGE_OFFICER,),
    "staff.decision_returned": (Role.TRIAGE_OFFICER,),
    "staff.objected": (Role.TRIAGE_OFFICER,),
    "staff.escalated": (Role.SUPERVISOR,),
    "staff.extension_requested": (Role.TRIAGE_OFFICER,),
    "staff.dispute_opened": (Role.TRIAGE_OFFICER, Role.SUPERVISOR),
    "staff.dispute_settled": (Role.TRIAGE_OFFICER,),
    "staff.facts_added": (Role.TRIAGE_OFFICER,),
    "staff.urgent": (Role.LEADER, Role.SUPERVISOR),
}
UNITS = frozenset(
    {
        "staff.taken_back", "staff.objection_rejected", "staff.extension_decided", "staff.facts_added", "staff.interim",
        "staff.co_reminded", "staff.report_answered",
    }
)  # fmt: skip
CODES = frozenset({*OFFICE, *UNITS})
WORDS: dict[str, str] = {
    "staff.second_look": "{number} 有一个决定等第二人复核",
    "staff.decision_returned": "{number} 的决定复核没有同意，请重新考虑",
    "staff.objected": "{number} 承办单位提出退办，请在2个工作日内决定",
    "staff.objection_rejected": "{number} 退办没有同意，请继续办理",
    "staff.taken_back": "{number} 已收回，您单位不再承办",
    "staff.escalated": "{number} 退办多次，请最终指定承办单位",
    "staff.extension_requested": "{number} 申请延期，请决定",
    "staff.extension_decided": "{number} 的延期申请有了决定",
    "staff.dispute_opened": "{number} 有管辖争议",
    "staff.dispute_settled": "{number} 的管辖争议有了结果，请交办",
    "staff.facts_added": "{number} 建议人补充了新的情况",
    "staff.interim": "{number} 协办单位说明了进展",
    "staff.co_reminded": "{number} 主办单位请您尽快给协办意见",
    "staff.report_answered": "{number} 征集公布了结果，已分组答复，不用再单独答复",
    "staff.urgent": "{number} 标为紧急，请在2小时内确认",
}
"""In-site lines: number and act, never the author and never the text."""
_UNIT_ROLES = (Role.LIAISON, Role.HANDLER, Role.UNIT_HEAD)


def holders(code: str, suggestion: Suggestion, payload: dict[str, Any]) -> QuerySet[StaffRole]:
    """The roles whose holders are told. A report of misconduct is told of to those who decide about it and nobody else."""
    found = Q(pk__in=())
    office = OFFICE.get(code, ())
    shut = suggestion.category == Category.REPORT_MISCONDUCT or suggestion.is_secret
    if shut:
        office = tuple(r for r in office if r == Role.TRIAGE_OFFICER)
    if office:
        path = suggestion.jurisdiction.path
        ancestors = [path[:n] for n in range(4, len(path) + 1, 4)]
        found |= Q(role__in=office, jurisdiction__path__in=ancestors)
    if code in UNITS and not shut:
        found |= Q(role__in=_UNIT_ROLES, unit__in=_units(code, suggestion, payload))
    return StaffRole.objects.filter(found)


def _units(code: str, suggestion: Suggestion, payload: dict[str, Any]) -> list[int]:
    parts = suggestion.assignments.all()
    if code == "staff.co_reminded":
        event = CaseEvent.objects.filter(pk=payload["event"]).first()
        wanted: int = event.data.get("assignment", 0) if event else 0
        parts = parts.filter(pk=wanted)
    elif code == "staff.taken_back":
        last = parts.filter(part=Assignment.Part.LEAD, status=Part.RECALLED).order_by("-pk")[:1]
        return list(last.values_list("unit_id", flat=True))
    elif code == "staff.objection_rejected":
        parts = parts.filter(is_final=True, status__in=ACTIVE_ASSIGNMENT)
    else:
        parts = parts.filter(part=Assignment.Part.LEAD, status__in=ACTIVE_ASSIGNMENT)
    return list(parts.values_list("unit_id", flat=True))
