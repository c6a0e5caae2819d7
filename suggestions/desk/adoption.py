"""The room 采纳转化: candidates, studies, decisions, carrying out, results (process.md 4.8)."""

from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from suggestions import access
from suggestions.codes import ConversionType
from suggestions.desk import common, kinds, steering, steering_fields
from suggestions.desk.kinds import Act, Block, Kind, Row, Step, StepForm, serve
from suggestions.desk.panels import Link, Panel
from suggestions.desk.panels import register as panel
from suggestions.desk.steering_fields import choice, date_words, day, line, own_units, text, unit
from suggestions.models import (
    Adoption,
    AdoptionResult,
    CaseEvent,
    Milestone,
    StaffRole,
    Study,
    StudyOpinion,
    Suggestion,
    Unit,
)
from suggestions.roles import Role
from suggestions.selectors import adoption as reading
from suggestions.services import adopting
from suggestions.states import BY_NAME
from suggestions.states import Adoption as State

UNIT_HANDS = (Role.UNIT_HEAD, Role.LIAISON, Role.HANDLER)
OFFICE = (Role.TRIAGE_OFFICER, Role.SUPERVISOR, Role.LEADER)


class NominateForm(StepForm):
    case_no = line(_("建议编号"), 24, help_text=_("例如 JY2026-0000001-0。"))
    unit = unit(_("由哪个单位落实"))
    measure = line(_("要办成的事"), adopting.MEASURE_MAX, help_text=_("一句话，公开显示，例如“医院门口有了接送车位”。"))  # fmt: skip
    detail = text(_("说明"), 1000, required=False, rows=4)

    def prepare(self) -> None:
        own_units(self, "unit", self.step.jurisdiction)
        case_no = self.step.request.GET.get("case", "")[:24]
        item = access.readable(self.step.request.user).filter(case_no=case_no).first()
        self.initial.update(case_no=case_no, unit=item.lead_unit if item else None)


class StudyForm(StepForm):
    """Method, day, who is competent and who is invited: with two competent bodies all must be."""

    method = choice(_("论证方式"), Study.Method.choices)
    held_on = day(_("哪一天"))
    place = line(_("地点"), 120, required=False)
    competent = forms.ModelMultipleChoiceField(
        Unit.objects.none(), label=_("还有哪些单位有权办理"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("落实单位、主办单位和协办单位不用再勾。"),
    )  # fmt: skip
    invited = forms.ModelMultipleChoiceField(
        Unit.objects.none(), label=_("请了哪些单位"), widget=forms.CheckboxSelectMultiple,
        help_text=_("涉及两个以上主管单位的，都要请到（《上海市人民建议征集若干规定》第十一条）。"),
        error_messages={"required": _("请选请到的单位。")},
    )  # fmt: skip
    experts = forms.ModelMultipleChoiceField(
        get_user_model().objects.none(), label=_("请了哪些专家"), required=False, widget=forms.CheckboxSelectMultiple
    )  # fmt: skip
    author_invited = forms.BooleanField(label=_("请了建议人"), required=False)
    participants = text(_("还有谁参加"), 500, required=False, rows=3, help_text=_("写单位和职务，不写姓名。"))  # fmt: skip

    def prepare(self) -> None:
        place = self.step.jurisdiction
        for name in ("competent", "invited"):
            own_units(self, name, place)
        experts = StaffRole.objects.filter(
            role=Role.EXPERT, jurisdiction__path__startswith=place.path, user__is_active=True
        )
        field = self.fields["experts"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        field.queryset = get_user_model().objects.filter(pk__in=experts.values("user"))
        self.initial["invited"] = adopting.competent_units(self.step.record)


class OpinionForm(StepForm):
    stance = choice(_("意见"), StudyOpinion.Stance.choices)
    text = text(_("理由"), 2000, help_text=_("只供论证参考，不公开。"))


class ConcludeForm(StepForm):
    recommended = choice(_("论证结论"), [("yes", _("建议采纳")), ("no", _("不建议采纳"))])
    summary = text(_("论证情况和理由"), 2000)


class DecideForm(StepForm):
    """The decision, its basis, and what a yes owes: the way, the date."""

    decision = choice(_("决定"), [("adopt", _("采纳")), ("partial", _("部分采纳")), ("reject", _("不采纳"))])  # fmt: skip
    basis = line(_("依据"), 300, help_text=_("例如“局长办公会第12次会议纪要”。"))
    conversion_type = choice(_("转化方式"), ConversionType.choices, required=False, help_text=_("采纳和部分采纳要选。"))  # fmt: skip
    due_on = day(_("哪天前完成"), required=False, help_text=_("采纳和部分采纳要填，公开显示，到期没有完成会标出来。"))  # fmt: skip
    reason = text(_("没有采纳的部分和理由"), 500, required=False, rows=4, help_text=_("部分采纳、不采纳要填，建议人会看到。"))  # fmt: skip

    def prepare(self) -> None:
        held = self.step.record
        self.initial.update(conversion_type=held.conversion_type, due_on=held.due_on)


class StartForm(StepForm):
    milestones = text(
        _("节点"),
        2000,
        help_text=_("一行一个，先写日期，例如“2026-12-20 选好位置”。不能晚于完成期限。"),
    )


class ProgressForm(StepForm):
    text = text(_("这段时间做了什么"), 600, help_text=_("公开显示。90天内要再报一次。"))
    reached = forms.ModelMultipleChoiceField(
        Milestone.objects.none(), label=_("做到了哪些节点"), required=False, widget=forms.CheckboxSelectMultiple
    )  # fmt: skip

    def prepare(self) -> None:
        field = self.fields["reached"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        field.queryset = self.step.record.milestones.filter(done_on=None)


class ResultForm(StepForm):
    kind = choice(_("成果"), AdoptionResult.Kind.choices)
    title = line(_("名称"), 120)
    number = line(_("文号或项目编号"), 60, required=False)
    link = line(_("网址"), 300, required=False)
    starts_on = day(_("生效或开工日期"))
    ends_on = day(_("结束日期"), required=False)
    before = text(_("原来怎样"), 300, rows=3)
    after = text(_("现在怎样"), 300, rows=3)


class DoneForm(StepForm):
    done_on = day(_("完成日期"))


class ReasonForm(StepForm):
    reason = text(_("理由"), 500, rows=4, help_text=_("公开显示。"))


def _nominate(held: dict[str, Any], step: Step) -> Any:
    item = steering_fields.cases(step.request, held.pop("case_no"), "case_no")[0]
    return adopting.nominate(suggestion=item, actor=step.actor, at=step.at, **held)


def _study(held: dict[str, Any], step: Step) -> None:
    adopting.open_study(
        adoption=step.record, actor=step.actor, at=step.at,
        **{**held, "competent": list(held["competent"]), "invited": list(held["invited"]), "experts": list(held["experts"])},
    )  # fmt: skip


def _conclude(held: dict[str, Any], step: Step) -> None:
    adopting.conclude(
        adoption=step.record, recommended=held["recommended"] == "yes", summary=held["summary"], actor=step.actor, at=step.at
    )  # fmt: skip


def _start(held: dict[str, Any], step: Step) -> None:
    named = steering_fields.dated_lines(held["milestones"], "milestones")
    adopting.start(adoption=step.record, milestones=named, actor=step.actor, at=step.at)


def _study_of(adoption: Adoption, pk: int) -> Study | None:
    held = adoption.studies.filter(pk=pk).first()
    if held is not None:
        held.adoption = adoption
    return held


def _opinion(held: dict[str, Any], step: Step) -> None:
    adopting.give_opinion(study=step.part, actor=step.actor, at=step.at, **held)


def _blocks(request: HttpRequest, adoption: Adoption) -> list[Block]:
    item = adoption.suggestion
    links = []
    if access.readable(request.user).filter(pk=item.pk).exists():
        links = [Link(f"{item.case_no} {item.original_title}", reverse("desk:item", args=[item.case_no]))]  # fmt: skip
    blocks = [
        Block(_("措施"), [
            (_("落实单位"), adoption.unit.name), (_("转化方式"), str(adoption.get_conversion_type_display())),
            (_("完成期限"), date_words(adoption.due_on)), (_("完成日期"), date_words(adoption.done_on)),
            (_("决定的依据"), adoption.basis), (_("没有采纳的部分和理由"), adoption.reason),
        ], text=adoption.detail, links=links),
        Block(_("建议的内容（已去掉个人信息）"), text=reading.masked_text(item)),
    ]  # fmt: skip
    blocks += _studies(request, adoption)
    if adoption.status in (State.IMPLEMENTING, State.IMPLEMENTED, State.ABANDONED):
        blocks += _progress(adoption)
    return blocks


def _studies(request: HttpRequest, adoption: Adoption) -> list[Block]:
    studies = adoption.studies.prefetch_related(
        "competent_units", "invited_units", "opinions__unit", "opinions__by", "experts"
    )
    return [
        Block(
            f"{study.get_method_display()}（{date_words(study.held_on)}）",
            [
                (_("地点"), study.place),
                (_("主管单位"), "、".join(u.short_name for u in study.competent_units.all())),
                (_("请到的单位"), "、".join(u.short_name for u in study.invited_units.all())),
                (_("专家"), f"{len(study.experts.all())}位" if study.experts.all() else ""),
                (_("建议人"), "请了" if study.author_invited else "没有请"), (_("还有谁参加"), study.participants),
                (_("结论"), study.summary),
            ],
            headers=[_("谁"), _("意见"), _("理由")],
            rows=[
                Row([o.unit.short_name if o.unit else "专家", str(o.get_stance_display()), o.text])
                for o in study.opinions.all()
            ],
            links=steering.part_links(request, "adoption", adoption, study, "opinion"),
        )
        for study in studies
    ]  # fmt: skip


def _progress(adoption: Adoption) -> list[Block]:
    today = reading.today()
    return [
        Block(_("节点"), headers=[_("要做到什么"), _("什么时候"), _("情况")], rows=[
            Row([m.name, date_words(m.due_on), reading.milestone_words(m, today)]) for m in adoption.milestones.all()
        ]),
        Block(_("进展"), headers=[_("日期"), _("做了什么")], rows=[
            Row([date_words(n.at.astimezone().date()), n.text]) for n in adoption.notes.all()
        ], empty=_("还没有报告进展。")),
        Block(_("成果"), headers=[_("名称"), _("原来怎样"), _("现在怎样")], rows=[
            Row([f"{r.title} {r.number}".strip(), r.before, r.after]) for r in adoption.results.all()
        ], empty=_("还没有登记成果。")),
    ]  # fmt: skip


def _reach(request: HttpRequest) -> "QuerySet[Any]":
    rows = access.adoptions(request.user, "see_adoptions")
    return rows.select_related("suggestion__jurisdiction", "unit").order_by("-pk")


def _events(adoption: Adoption) -> list[CaseEvent]:
    names = ("study_added", "result_added", "progress_missed")
    events = CaseEvent.objects.filter(suggestion=adoption.suggestion_id)
    rows = events.filter(machine="adoption") | events.filter(name__in=names)
    return list(rows.select_related("actor", "unit").order_by("-seq"))


_DECIDABLE = (State.CANDIDATE, State.RECOMMENDED, State.NOT_RECOMMENDED)
_STOPPABLE = BY_NAME["abandon"].from_
kinds.register(
    Kind(
        slug="adoption", room="adoption", label=_("采纳转化"), model=Adoption, see="see_adoptions",
        open_states=[s for s in State.values if s not in (State.IMPLEMENTED, State.DECIDED_REJECT, State.ABANDONED)],
        headers=[_("措施"), _("落实单位"), _("建议")],
        cells=lambda a: [a.measure, a.unit.short_name, a.suggestion.case_no], blocks=_blocks, reach=_reach, events=_events,
        intro=_("从建议到办成的事：论证、决定、落实、成果。采纳的要有日期和单位，落实中90天内报一次进展，都公开。"),
        acts=[
            Act("nominate", _("列为拟论证"), _nominate, BY_NAME["nominate"].roles, form=NominateForm, begins=True, primary=True,
                done=_("已列为拟论证。")),
            Act("study", _("安排论证"), _study, BY_NAME["study"].roles, [State.CANDIDATE, State.STUDYING], StudyForm,
                _("建议人还在等答复的，办理期限改为论证的60天。"), _("论证已安排。"), True),
            Act("opinion", _("写论证意见"), _opinion, (*UNIT_HANDS, Role.EXPERT), [State.STUDYING], OpinionForm,
                done=_("意见已记下。"), part=_study_of),
            Act("conclude", _("下论证结论"), _conclude, BY_NAME["recommend"].roles, [State.STUDYING], ConcludeForm,
                done=_("论证结论已记下。")),
            Act("decide", _("作决定"), serve(adopting.decide, "adoption"), BY_NAME["decide_adopt"].roles, _DECIDABLE, DecideForm,
                _("由落实单位负责人决定。决定和理由公开。"), _("决定已记下。"), True),
            Act("start", _("开始落实"), _start, BY_NAME["implement"].roles, [State.DECIDED_ADOPT, State.DECIDED_PARTIAL],
                StartForm, done=_("已开始落实。"), primary=True),
            Act("progress", _("报告进展"), serve(adopting.report_progress, "adoption"), BY_NAME["report_progress"].roles,
                [State.IMPLEMENTING], ProgressForm, done=_("进展已报告，90天内再报一次。"), primary=True),
            Act("result", _("登记成果"), serve(adopting.add_result, "adoption"), BY_NAME["complete"].roles,
                [State.IMPLEMENTING, State.IMPLEMENTED], ResultForm, done=_("成果已登记。")),
            Act("complete", _("已落实"), serve(adopting.complete, "adoption"), BY_NAME["complete"].roles, [State.IMPLEMENTING], DoneForm,
                _("先登记成果，再报已落实。"), _("已落实。")),
            Act("abandon", _("不再推进"), serve(adopting.abandon, "adoption"), BY_NAME["abandon"].roles, _STOPPABLE, ReasonForm),
        ],
    )
)  # fmt: skip


@panel
def adoption_panel(request: HttpRequest, item: Suggestion) -> Panel | None:
    """On an item's screen: its chain to adoption where the reader may see it, or the act that opens one. Two queries."""
    held = _reach(request).filter(suggestion=item).first()
    if held is not None:
        row = Row(
            [held.measure, str(held.get_status_display())],
            [Link(_("打开"), reverse("desk:record", args=["adoption", held.pk]))],
        )
        context = {"heading": _("采纳转化"), "rows": [row], "id": "adoption"}
        return Panel("suggestions/desk/_record_panel.html", context)
    if access.may_transition(request.user, "nominate", item) is None:
        return None
    url = f"{reverse('desk:record_new', args=['adoption', 'nominate'])}?case={item.case_no}"
    return Panel(acts=(Link(_("列为拟论证"), url),))


@common.desk_view(common.ADOPTION_ROLES)
def adoption(request: HttpRequest) -> HttpResponse:
    """The room 采纳转化."""
    return redirect("desk:records", "adoption")
