"""One act on many items of the queue: first a page to check them, then each by itself through its service.

Items are independent: one that cannot be done does not stop the others, and the answer says of each what became of it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.auth import get_user_model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from suggestions import access, numbers
from suggestions.actor import Actor
from suggestions.codes import NOT_ACCEPTED_WORDS, REFUSALS
from suggestions.desk import common
from suggestions.desk.forms import words
from suggestions.errors import DomainError
from suggestions.models import PendingDecision, Suggestion, Topic, TriageHint
from suggestions.roles import Role
from suggestions.selectors import queues, workload
from suggestions.services import assignment, deciding, hinting, locks, officers, triage

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

LIMIT = 100


class BulkAcceptForm(forms.Form):
    topic = forms.ModelChoiceField(
        Topic.objects.filter(is_active=True),
        to_field_name="code",
        required=False,
        label=gettext_lazy("主题"),
        help_text=gettext_lazy("不选时，每件用建议人选的主题，没有选的用提示的主题。"),
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, label_suffix="")
        field = self.fields["topic"]
        assert isinstance(field, forms.ModelChoiceField)
        field.choices = [("", _("各件用自己的主题")), *queues.topic_choices()]


class BulkRefuseForm(forms.Form):
    reason = forms.ChoiceField(
        label=gettext_lazy("不予受理的理由"),
        choices=[(str(r.value), r.label) for r in REFUSALS],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("请选一个不予受理的理由。")},
    )
    words = words(gettext_lazy("补充说明"), limit=500, required=False)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, label_suffix="")


class BulkDispatchForm(forms.Form):
    note = words(gettext_lazy("对承办单位说的话"), limit=500, required=False, rows=3)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, label_suffix="")


class BulkOfficerForm(forms.Form):
    officer = forms.ModelChoiceField(
        get_user_model().objects.none(),
        label=gettext_lazy("分给"),
        empty_label=gettext_lazy("请选择"),
        error_messages={"required": gettext_lazy("请选一位分办员。")},
    )

    def __init__(self, data: Any = None, *, places: set[int]) -> None:
        super().__init__(data, label_suffix="")
        field = self.fields["officer"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = officers.candidates(places)


class BulkTagForm(forms.Form):
    tag = forms.CharField(
        label=gettext_lazy("标签"),
        max_length=officers.TAG_MAX,
        error_messages={"required": gettext_lazy("请写一个标签。")},
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, label_suffix="")


@dataclass(frozen=True)
class BulkAct:
    heading: "StrOrPromise"
    form: Any


ACTS: dict[str, BulkAct] = {
    "accept": BulkAct(gettext_lazy("一起受理"), BulkAcceptForm),
    "dispatch": BulkAct(gettext_lazy("按派单目录一起交办"), BulkDispatchForm),
    "officer": BulkAct(gettext_lazy("分给一位分办员"), BulkOfficerForm),
    "tag": BulkAct(gettext_lazy("加标签"), BulkTagForm),
    "refuse": BulkAct(gettext_lazy("一起不予受理"), BulkRefuseForm),
}


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one item: `why` says in words why not."""

    case_no: str
    title: str
    done: bool
    why: str = ""
    waits: bool = False
    """Only proposed: a second person decides, and the author was told nothing."""


@common.desk_view((Role.TRIAGE_OFFICER,))
def bulk(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return redirect("desk:queue")
    queue = common.queue_of(request)
    back = f"{reverse('desk:queue')}?{queue}"
    name = request.POST.get("act", "")
    chosen = ACTS.get(name)
    typed = list(dict.fromkeys(request.POST.getlist("case_no")))
    if chosen is None or not typed or len(typed) > LIMIT:
        return _nothing(request, back, len(typed))
    wanted = [numbers.parse_case_no(t) or "" for t in typed]
    items = _readable(request, wanted)
    data = request.POST if "confirm" in request.POST else None
    form = (
        BulkOfficerForm(data, places={i.jurisdiction_id for i in items.values()})
        if name == "officer"
        else chosen.form(data)
    )
    if "confirm" in request.POST and form.is_valid():
        # In the order of the list, and each number answered: one that is not the user's to see is named as unknown.
        results = [
            _one(request, name, items.get(no), typed[n], form.cleaned_data, timezone.now())
            for n, no in enumerate(wanted)
        ]
        workload.forget_menu_counts(request.user)
        return common.page(
            request,
            "suggestions/desk/bulk_done.html",
            title=str(chosen.heading),
            results=results,
            done=sum(r.done for r in results),
            waiting=sum(r.waits for r in results),
            failed=sum(not (r.done or r.waits) for r in results),
            back=back,
        )
    return common.page(
        request,
        "suggestions/desk/bulk.html",
        title=str(chosen.heading),
        status=422 if form.errors else 200,
        act=name,
        form=form,
        items=[items[no] for no in wanted if no in items],
        queue=queue,
        back=back,
        wordings=[(str(r.label), NOT_ACCEPTED_WORDS[r]) for r in REFUSALS]
        if name == "refuse"
        else [],
    )


def _nothing(request: HttpRequest, back: str, ticked: int) -> HttpResponse:
    said = (
        _("一次最多办%(n)d件，请少勾几件。") % {"n": LIMIT}
        if ticked > LIMIT
        else _("没有勾选建议。请回到列表，在要一起办的几件前面打勾。")
    )
    return common.page(
        request,
        "suggestions/desk/bulk_none.html",
        title=_("批量办理"),
        status=422,
        said=said,
        back=back,
    )


def _readable(request: HttpRequest, wanted: list[str]) -> dict[str, Suggestion]:
    rows = (
        access.readable(request.user)
        .filter(case_no__in=[w for w in wanted if w])
        .select_related("jurisdiction", "topic", "district", "lead_unit")
    )
    return {item.case_no: item for item in rows}


def _one(
    request: HttpRequest,
    name: str,
    item: Suggestion | None,
    typed: str,
    values: dict[str, Any],
    at: datetime,
) -> Result:
    if item is None:
        return Result(typed[:40], "", False, _("没有这件建议，或者不归您看。"))
    action = _BY_MATRIX.get(name)
    actor = (
        access.may(request.user, action, item)
        if action
        else access.may_transition(request.user, name, item)
    )
    if actor is None:
        return Result(item.case_no, item.original_title, False, _("您的角色不能做这一步。"))
    try:
        lock = locks.in_the_way(suggestion=item, actor=actor, at=at)
        if lock is not None:
            raise DomainError(lock.words)
        said = _PERFORM[name](item, actor, at, values)
    except DomainError as error:
        return Result(item.case_no, item.original_title, False, str(error))
    if isinstance(said, PendingDecision):
        why = _("已提请另一位分办员复核，确认以前这件不变，建议人也不会收到通知。")
        return Result(item.case_no, item.original_title, False, why, waits=True)
    return Result(item.case_no, item.original_title, True, said or "")


def _accept(item: Suggestion, actor: Actor, at: datetime, values: dict[str, Any]) -> str:
    topic = values["topic"] or item.topic
    if topic is None:
        hints = hinting.ensure(suggestion=item, at=at)
        codes = [h.value for h in hints if h.kind == TriageHint.Kind.TOPIC]
        topic = Topic.objects.filter(code=codes[0], is_active=True).first() if codes else None
    if topic is None:
        raise DomainError(_("没有主题，也没有提示，请单独打开这件选主题。"))
    triage.accept(suggestion=item, topic=topic, urgency=item.urgency, actor=actor, at=at)
    return _("已受理，主题“%(topic)s”，下一步是交办。") % {"topic": topic.name}


def _refuse(
    item: Suggestion, actor: Actor, at: datetime, values: dict[str, Any]
) -> PendingDecision | str:
    proposal = deciding.refuse(suggestion=item, actor=actor, at=at, **values)
    return proposal or _("已不予受理，理由已告知建议人。")


def _dispatch(item: Suggestion, actor: Actor, at: datetime, values: dict[str, Any]) -> str:
    named = hinting.directory_unit(item)
    if named is None:
        raise DomainError(_("派单目录里没有这类事项，请单独打开这件选单位。"))
    unit, basis = named
    assignment.dispatch(
        suggestion=item,
        lead=unit,
        actor=actor,
        at=at,
        note=values["note"],
        basis=basis or "派单目录",
    )
    return _("已交办%(unit)s，等签收。") % {"unit": unit.short_name}


def _officer(item: Suggestion, actor: Actor, at: datetime, values: dict[str, Any]) -> str:
    new = officers.give(suggestion=item, officer=values["officer"], actor=actor, at=at)
    said = _("已分给%(who)s，他会收到通知。") if new else _("本来就是%(who)s的，没有变。")
    return said % {"who": values["officer"]}


def _tag(item: Suggestion, actor: Actor, at: datetime, values: dict[str, Any]) -> str:
    new = officers.add_tag(suggestion=item, tag=values["tag"], actor=actor, at=at)
    return _("已加标签。") if new else _("已经有这个标签，没有变。")


_BY_MATRIX = {"officer": "give_officer", "tag": "add_tag"}
_PERFORM: dict[
    str, Callable[[Suggestion, Actor, datetime, dict[str, Any]], str | PendingDecision | None]
] = {
    "accept": _accept,
    "refuse": _refuse,
    "dispatch": _dispatch,
    "officer": _officer,
    "tag": _tag,
}
