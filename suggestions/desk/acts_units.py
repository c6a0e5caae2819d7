"""The units' acts on an item given to them: object, ask for a later date, say how far a late opinion is, remind (4.2)."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from suggestions import access
from suggestions.actor import Actor
from suggestions.clock import day_words, local_date
from suggestions.desk import acts_forms as forms
from suggestions.desk.acts_base import PLAIN, Act, Prepared, of_the_unit, posted
from suggestions.errors import NotAllowed
from suggestions.matrix import MATRIX
from suggestions.models import Assignment, Suggestion
from suggestions.roles import UNIT_ROLES
from suggestions.services import assignment, cowork, disputes, extending
from suggestions.states import BY_NAME
from suggestions.states import Assignment as Part

OBJECTORS = BY_NAME["object"].roles
HEADS = BY_NAME["request_extension"].roles
INTERIM = tuple(MATRIX["give_interim"])
REMINDERS = tuple(MATRIX["remind_co_unit"])


def _own(item: Suggestion, actor: Actor) -> Assignment | None:
    """The part that the actor's unit holds."""
    unit = actor.unit.pk if actor.unit else None
    return next((p for p in assignment.active_parts(item) if p.unit_id == unit), None)


def _part(item: Suggestion, actor: Actor) -> Assignment:
    held = _own(item, actor)
    if held is None:
        raise NotAllowed("这件建议不是交给您单位的。")
    return held


def _today() -> Any:
    return local_date(timezone.now())


def _prepare_objection(request: HttpRequest, item: Suggestion) -> Prepared:
    return Prepared(forms.ObjectForm(posted(request), item=item))


def _object(form: Any, item: Suggestion, actor: Actor, at: datetime) -> object:
    part = _part(item, actor)
    return disputes.object_to(assignment=part, actor=actor, at=at, **form.cleaned_data)


def _no_objection(item: Suggestion, actor: Actor) -> str:
    return disputes.why_no_objection(_part(item, actor), on=_today())


def _prepare_extension(request: HttpRequest, item: Suggestion) -> Prepared:
    clock = extending.clock_of(item)
    facts = (
        [("现在的期限", f"{day_words(clock.due_on)}，最多延{extending.days_max(on=_today())}天")]
        if clock
        else []
    )
    return Prepared(forms.ExtensionForm(posted(request), item=item), {"facts": facts})


def _extend(form: Any, item: Suggestion, actor: Actor, at: datetime) -> object:
    return extending.request(assignment=_part(item, actor), actor=actor, at=at, **form.cleaned_data)


def _no_extension(item: Suggestion, actor: Actor) -> str:
    return extending.why_not(_part(item, actor), on=_today())


def _prepare_interim(request: HttpRequest, item: Suggestion) -> Prepared:
    return Prepared(forms.InterimForm(posted(request), item=item))


def _interim(form: Any, item: Suggestion, actor: Actor, at: datetime) -> object:
    return cowork.give_interim(
        assignment=_part(item, actor), actor=actor, at=at, **form.cleaned_data
    )


def _no_interim(item: Suggestion, actor: Actor) -> str:
    held = _own(item, actor)
    if held is None or held.part != Assignment.Part.CO:
        return "主办单位不用写进展说明。"
    return "" if held.status in (Part.SIGNED, Part.WORKING) else "请先签收，或者意见已经给了。"


def _owing(item: Suggestion) -> list[Assignment]:
    return cowork.owing(assignment.active_parts(item))


def _prepare_reminder(request: HttpRequest, item: Suggestion) -> Prepared:
    return Prepared(forms.PartForm(posted(request), item=item, parts=_owing(item)))


def _remind(form: Any, item: Suggestion, actor: Actor, at: datetime) -> object:
    return cowork.remind(assignment=form.chosen, actor=actor, at=at)


def _lead_or_office(user: Any, item: Suggestion) -> Actor | None:
    """The office, or somebody of the unit that leads; a co-unit reminds nobody."""
    office = access.actor_for(user, item, [r for r in REMINDERS if r not in UNIT_ROLES])
    if office is not None or item.lead_unit_id is None:
        return office
    if not any(p.unit_id == item.lead_unit_id for p in access.own_assignments(user, item)):
        return None
    return access.unit_actor(user, item.lead_unit_id, [r for r in REMINDERS if r in UNIT_ROLES])


ACTS: dict[str, Act] = {
    "object": Act(
        _("退办（提出异议）"), _("收到之日起5个工作日内可以提一次，要有详细理由和依据。征集办公室决定前，答复期限照走。"),
        _("提出退办"), _("已提出，征集办公室2个工作日内决定。"),
        _prepare_objection, _object, of_the_unit(*OBJECTORS), _no_objection, OBJECTORS, PLAIN,
    ),
    "request_extension": Act(
        _("申请延期"), _("要在期限前申请，只能延一次，最多30天。同意后建议人会看到新日期和理由。"), _("申请延期"),
        _("已申请，等征集办公室决定。"), _prepare_extension, _extend, of_the_unit(*HEADS), _no_extension, HEADS, PLAIN,
    ),
    "give_interim": Act(
        _("说明协办进展"), _("来不及按期给意见时，告诉主办单位办到哪一步、哪天能给。期限照走。"), _("保存说明"),
        _("已告诉主办单位。"), _prepare_interim, _interim, of_the_unit(*INTERIM), _no_interim, INTERIM, PLAIN,
    ),
    "remind_co_unit": Act(
        _("催协办单位"), _("每个协办单位一天催一次。"), _("催一下"), _("已催。"), _prepare_reminder, _remind, _lead_or_office,
        lambda item, actor: "" if _owing(item) else "没有还欠意见的协办单位。", REMINDERS, PLAIN,
    ),
}  # fmt: skip
