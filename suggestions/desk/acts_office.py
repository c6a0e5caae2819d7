"""The office's acts on an item in the hands of units, on merged items, and on disputes about who is competent (4.2, 4.5, 4.6)."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest
from django.utils.translation import gettext_lazy as _

from suggestions import access
from suggestions.actor import Actor
from suggestions.clock import day_words
from suggestions.desk import acts_forms as forms
from suggestions.desk.acts_base import PLAIN, Act, Prepared, by_matrix, by_roles, posted
from suggestions.errors import DomainError, Invalid
from suggestions.matrix import MATRIX
from suggestions.models import Conflict, JurisdictionDispute, Suggestion
from suggestions.services import (
    assignment,
    authority,
    cowork,
    disputes,
    eligible,
    extending,
    joint,
    merging,
    urgent,
)
from suggestions.states import OPEN, Case
from suggestions.states import Assignment as Part
from suggestions.states.machines import Jurisdiction
from suggestions.states.table import OFFICE

WITH_UNIT = (Case.DISPATCHED, Case.HANDLING)
_CO_STATES = (*WITH_UNIT, Case.RECTIFYING, Case.REOPENED)


def _simple(form: Any) -> Callable[[HttpRequest, Suggestion], Prepared]:
    return lambda request, item: Prepared(form(posted(request), item=item))


def _kw(service: Any) -> Callable[[Any, Suggestion, Actor, datetime], object]:
    """The service takes the form's fields by their names."""
    return lambda form, item, actor, at: service(
        suggestion=item, actor=actor, at=at, **form.cleaned_data
    )


def _join_earlier(form: Any, item: Suggestion, actor: Actor, at: datetime) -> object:
    assert actor.user is not None
    data = form.cleaned_data
    try:
        earlier = access.load(actor.user, data["number"])
    except Http404 as error:
        raise Invalid({"number": ["没有这个编号的事项，或者不归您看。"]}) from error
    return merging.join_earlier(
        suggestion=item, earlier=earlier, has_new_facts=data["has_new_facts"], why=data["why"],
        actor=actor, at=at,
    )  # fmt: skip


def _choose(form: Any, item: Suggestion, actor: Actor, at: datetime) -> object:
    chosen = [int(pk) for pk in form.cleaned_data["chosen"]]
    return joint.choose_representatives(suggestion=item, chosen=chosen, actor=actor, at=at)


def _accuse(form: Any, item: Suggestion, actor: Actor, at: datetime) -> object:
    return authority.declare_conflict(
        suggestion=item, actor=actor, at=at, accused=True, **form.cleaned_data
    )


def _lift(form: Any, item: Suggestion, actor: Actor, at: datetime) -> object:
    return authority.lift_conflict(**form.cleaned_data, actor=actor, at=at)


def _no_conflict(item: Suggestion, actor: Actor) -> str:
    held = Conflict.objects.filter(suggestion=item, lifted_at=None).exists()
    return "" if held else "这件没有人回避。"


def _not_merged(item: Suggestion, actor: Actor) -> str:
    if item.status != Case.MERGED:
        return "这件没有并入别的件。"
    if item.primary is not None and item.primary.status not in OPEN:
        return "主件已经答复，不能再撤销并案。"
    return ""


def _not_escalated(item: Suggestion, actor: Actor) -> str:
    return "" if item.escalated_at is not None else "还没有到要督办员指定的程度，由分办员交办。"


def _prepare_objection(request: HttpRequest, item: Suggestion) -> Prepared:
    waiting = disputes.open_objections(item)
    form = forms.DecideObjectionForm(posted(request), item=item, objections=waiting)
    facts = []
    for held in waiting:
        name = held.assignment.unit.short_name
        facts += [(f"{name}的理由", held.reasons), ("依据", held.legal_basis)]
        if held.proposed_unit is not None:
            facts.append(("认为应由", held.proposed_unit.short_name))
    return Prepared(form, {"facts": facts})


def _decide_objection(form: Any, item: Suggestion, actor: Actor, at: datetime) -> object:
    data = form.cleaned_data
    objection = form.objections[data["objection"]]
    decide = disputes.uphold if data["upheld"] else disputes.reject
    decide(objection=objection, decision=data["decision"], actor=actor, at=at)
    if not data["upheld"]:
        return "已最终指定，单位继续办理。"
    return "已同意退办，交督办员指定。" if item.escalated_at else "已同意退办，请重新交办。"


def _no_objection(item: Suggestion, actor: Actor) -> str:
    return "" if disputes.open_objections(item) else "没有等着决定的退办异议。"


def _owing(item: Suggestion) -> list[Any]:
    return cowork.owing(assignment.active_parts(item))


def _prepare_parts(form: Any, parts: Callable[[Suggestion], list[Any]]) -> Any:
    return lambda request, item: Prepared(form(posted(request), item=item, parts=parts(item)))


def _remove(form: Any, item: Suggestion, actor: Actor, at: datetime) -> object:
    return assignment.remove_co_unit(
        assignment=form.chosen, reason=form.cleaned_data["reason"], actor=actor, at=at
    )


def _no_co_unit(item: Suggestion, actor: Actor) -> str:
    if item.status not in _CO_STATES:
        return "这件现在没有在办的协办单位。"
    return "" if _owing(item) else "没有还欠意见的协办单位。"


def _no_objected_lead(item: Suggestion, actor: Actor) -> str:
    lead = assignment.active_lead(item)
    waits = lead is not None and lead.status == Part.OBJECTED
    return "主办单位提出了退办，请先决定退办异议。" if waits else ""


def _prepare_extension(request: HttpRequest, item: Suggestion) -> Prepared:
    held = extending.waiting(item)
    facts = []
    if held is not None:
        facts = [
            ("申请", f"{held.unit.short_name}，{held.requested_by}"), ("原期限", day_words(held.old_due_on)),
            ("申请延到", f"{day_words(held.new_due_on)}（晚{held.days}天）"), ("理由", held.reason),
        ]  # fmt: skip
    return Prepared(forms.DecideExtensionForm(posted(request), item=item), {"facts": facts})


def _decide_extension(form: Any, item: Suggestion, actor: Actor, at: datetime) -> object:
    held = extending.waiting(item)
    if held is None:
        raise DomainError("没有等着决定的延期申请，可能刚才有人处理了。")
    data = form.cleaned_data
    if data["granted"]:
        extending.grant(extension=held, actor=actor, at=at, note=data["reason"])
        return "已同意延期，建议人会收到通知。"
    extending.deny(extension=held, reason=data["reason"], actor=actor, at=at)
    return "没有同意延期，期限不变。"


def _no_extension(item: Suggestion, actor: Actor) -> str:
    return "" if extending.waiting(item) else "没有等着决定的延期申请。"


def _not_open(item: Suggestion, actor: Actor) -> str:
    return "" if item.status in OPEN else "这件已经不在办理中。"


def _no_alert(item: Suggestion, actor: Actor) -> str:
    return "" if urgent.is_waiting(item) else "没有等着确认的紧急提醒。"


def _dispute(item: Suggestion) -> JurisdictionDispute:
    held = disputes.open_dispute_of(item)
    if held is None:
        raise DomainError("没有还没解决的管辖争议，可能刚才有人处理了。")
    return held


def _on_dispute(service: Any) -> Callable[[Any, Suggestion, Actor, datetime], object]:
    return lambda form, item, actor, at: service(
        dispute=_dispute(item), actor=actor, at=at, **form.cleaned_data
    )


def _may_open(item: Suggestion, actor: Actor) -> str:
    if item.status not in (Case.ACCEPTED, *WITH_UNIT):
        return "这件现在的状态不会有管辖争议。"
    return "这件已经有一个没有解决的管辖争议。" if disputes.open_dispute_of(item) else ""


def _in_dispute(*wanted: str) -> Callable[[Suggestion, Actor], str]:
    def why(item: Suggestion, actor: Actor) -> str:
        held = disputes.open_dispute_of(item)
        if held is None:
            return "没有还没解决的管辖争议。"
        return (
            "" if held.status in wanted else f"管辖争议现在是“{Jurisdiction(held.status).label}”。"
        )

    return why


_office = by_roles(*OFFICE)
_C, _R, _M = Jurisdiction.CONSULTING, Jurisdiction.REFERRED, Jurisdiction.MEETING

ACTS: dict[str, Act] = {
    "decide_objection": Act(
        _("决定退办异议"), _("同意：收回，重新交办。不同意：最终指定，它不能再退。答复期限都不变。"), _("决定"), _("已决定。"),
        _prepare_objection, _decide_objection, _office, _no_objection, OFFICE, PLAIN, primary=True,
    ),
    "designate": Act(
        _("最终指定承办单位"), _("这件退办多次，由督办员指定。指定后不能再退。"), _("指定"), _("已指定，等单位签收。"),
        _simple(forms.DesignateForm), _kw(assignment.designate), None, _not_escalated, template=PLAIN, primary=True,
    ),
    "decide_extension": Act(
        _("决定延期申请"), _("同意后，建议人收到新的日期和理由。"), _("决定"), _("已决定。"),
        _prepare_extension, _decide_extension, _office, _no_extension, OFFICE, PLAIN, primary=True,
    ),
    "report_urgent": Act(
        _("确认紧急提醒"), _("确认您已知道。两小时的时限到此为止。"), _("确认"), _("已确认。"),
        _simple(forms.UrgentReportForm), _kw(urgent.report), by_matrix("confirm_urgent"), _no_alert,
        tuple(MATRIX["confirm_urgent"]), PLAIN, primary=True,
    ),
    "unmerge": Act(
        _("撤销并案"), _("这件回到并案前的状态，时限仍从收到那天算，建议人收到通知。"), _("撤销并案"), _("已撤销并案。"),
        _simple(forms.UnmergeForm), _kw(merging.unmerge), _office, _not_merged, OFFICE, PLAIN,
    ),
    "join_earlier": Act(
        _("并入本人早先的件"), _("同一个人又提同一件事：有新情况的补充到早先那件，没有的告诉他办到哪一步。"), _("并入"),
        _("已并入本人早先的件。"), _simple(forms.JoinEarlierForm), _join_earlier, template=PLAIN,
    ),
    "reassign": Act(
        _("改派主办单位"), _("原单位不再承办，新单位重新签收。答复期限不变。"), _("改派"), _("已改派，等新单位签收。"),
        _simple(forms.ReassignForm), _kw(assignment.reassign), None, _no_objected_lead, template=PLAIN,
    ),
    "take_back": Act(
        _("收回重新交办"), _("这件回到“已受理”，要重新交办。答复期限不变。"), _("收回"), _("已收回，请重新交办。"),
        _simple(forms.ReasonForm), _kw(assignment.take_back), None, _no_objected_lead, template=PLAIN,
    ),
    "add_co_unit": Act(
        _("增加协办单位"), _("新的协办单位有自己的签收和意见期限。"), _("增加"), _("已增加，等它签收。"),
        _simple(forms.AddCoUnitForm), _kw(assignment.add_co_unit), _office,
        lambda item, actor: "" if item.status in _CO_STATES else "这件现在不能增加协办单位。", OFFICE, PLAIN,
    ),
    "remove_co_unit": Act(
        _("去掉协办单位"), _("它写过的意见留在记录里。"), _("去掉"), _("已去掉。"),
        _prepare_parts(forms.RemoveCoUnitForm, _owing), _remove, _office, _no_co_unit, OFFICE, PLAIN,
    ),
    "open_dispute": Act(
        _("登记管辖争议"), _("单位对归谁管有争议：先协商，再报共同上级，再开联席会议。答复期限不停。"), _("登记"),
        _("已登记，请各单位协商。"), _simple(forms.OpenDisputeForm), _kw(disputes.open_dispute), _office, _may_open,
        OFFICE, PLAIN,
    ),
    "refer_dispute": Act(
        _("报请共同上级决定"), _("协商不成时用。"), _("报请"), _("已报请。"),
        _simple(forms.ReferForm), _on_dispute(disputes.refer), _office, _in_dispute(_C), OFFICE, PLAIN,
    ),
    "call_meeting": Act(
        _("提请联席会议"), _("协商不成，或上级要求开会商定时用。"), _("提请"), _("已登记联席会议。"),
        _simple(forms.MeetingForm), _on_dispute(disputes.call_meeting), _office, _in_dispute(_C, _R), OFFICE, PLAIN,
    ),
    "settle_dispute": Act(
        _("登记争议结果"), _("写明由谁主办、谁定的、依据什么。之后按结果交办或改派。"), _("登记结果"), _("已登记，请按结果交办。"),
        _simple(forms.SettleForm), _on_dispute(disputes.settle), _office, _in_dispute(_C, _R, _M), OFFICE, PLAIN,
    ),
    "drop_dispute": Act(
        _("结束管辖争议"), _("已经没有争议时用，例如有单位愿意主办。"), _("结束"), _("已结束。"),
        _simple(forms.ReasonForm), _on_dispute(disputes.drop), _office, _in_dispute(_C, _R, _M), OFFICE, PLAIN,
    ),
    "name_unit": Act(
        _("记录要回避的单位"), _("记录后不能交给这个单位和它的下属单位办。"), _("记录"), _("已记录。"),
        _simple(forms.NameUnitForm), _kw(eligible.name_unit), by_matrix("name_unit"), _not_open,
        tuple(MATRIX["name_unit"]), PLAIN,
    ),
    "accused": Act(
        _("标明被举报的人"), _("标明以后，这位工作人员在哪里都看不到这件。"), _("标明"), _("已标明，他再也看不到这件。"),
        _simple(forms.AccusedForm), _accuse, by_matrix("name_accused"), None,
        tuple(MATRIX["name_accused"]), PLAIN,
    ),
    "lift_conflict": Act(
        _("解除回避"), _("核实没有利害关系，或者标错了人，才解除。本人不能解除自己的。"), _("解除"), _("已解除，他又可以经手这件。"),
        _simple(forms.LiftConflictForm), _lift, by_matrix("lift_conflict"), _no_conflict,
        tuple(MATRIX["lift_conflict"]), PLAIN,
    ),
    "representatives": Act(
        _("登记推选的代表"), _("多人联名，由他们自己推选代表，最多5人。改了以后，经过里只写人数，不写姓名。"), _("登记"),
        _("代表已登记。"), _simple(forms.RepresentativesForm), _choose, by_matrix("choose_representatives"),
        lambda item, actor: "" if joint.counts(item).named else "这件不是联名。",
        tuple(MATRIX["choose_representatives"]), PLAIN,
    ),
    "urgency": Act(
        _("标紧急程度"), _("标为紧急或特急，领导和督办员马上收到提醒，两小时内确认。"), _("保存"), _("已保存。"),
        _simple(forms.UrgencyForm), _kw(urgent.flag), by_matrix("flag_urgent"), _not_open,
        tuple(MATRIX["flag_urgent"]), PLAIN,
    ),
}  # fmt: skip
