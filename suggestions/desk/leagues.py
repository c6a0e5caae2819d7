"""League tables at the desk: groups and criteria, a table a month, appeals (process.md 8.3)."""

from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext_lazy as _

from suggestions import access
from suggestions.clock import local_date
from suggestions.desk import kinds
from suggestions.desk import steering_fields as f
from suggestions.desk.kinds import Act, Block, Kind, Row, Step, StepForm, serve
from suggestions.desk.panels import Link
from suggestions.desk.steering_fields import date_words
from suggestions.desk.supervision import ReasonForm
from suggestions.errors import Invalid
from suggestions.models import LeagueAppeal, LeagueGroup, LeagueTable, Unit
from suggestions.roles import Role
from suggestions.selectors import bulletins as reading
from suggestions.services import leagues
from suggestions.states import BY_NAME
from suggestions.states.league import LeagueAppealState, LeagueGroupState, LeagueTableState
from suggestions.statistics import league

OFFICE = (Role.SUPERVISOR, Role.LEADER, Role.TRIAGE_OFFICER)
LEFT_OUT = {
    "returned": _("退办成立的交办"),
    "redirected": _("指引其他渠道的"),
    "outside": _("不属于职权的"),
    "disputed": _("事实有争议、重新办理的"),
}


class GroupForm(StepForm):
    """Only comparable units; every measure with its points; the month it begins to count."""

    name = f.line(_("分组"), 40, help_text=_("例如“市级部门”。"))
    kind = f.choice(_("哪一类"), LeagueGroup.Kind.choices)
    units = forms.ModelMultipleChoiceField(
        Unit.objects.none(), label=_("单位"), widget=forms.CheckboxSelectMultiple,
        help_text=_("只放可以比的：区县和区县比，部门和部门比，街道乡镇和街道乡镇比。"),
        error_messages={"required": _("请选单位。"), "invalid_choice": _("请在列表里选单位。")},
    )  # fmt: skip
    counts_from = f.day(_("从哪天起算"), help_text=_("某个月的1日，要在公布标准以后。"))

    def prepare(self) -> None:
        field = self.fields["units"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        field.queryset = Unit.objects.filter(
            jurisdiction__path__startswith=self.step.jurisdiction.path, is_active=True, is_collection_office=False
        )  # fmt: skip
        for code, name in league.PARTS.items():
            self.fields[f"weight_{code}"] = f.number(
                name, 0, 100, help_text=_("分值，各项加起来100。")
            )
            self.initial[f"weight_{code}"] = league.DEFAULT_WEIGHTS[code]


class DrawForm(StepForm):
    group = forms.ModelChoiceField(
        LeagueGroup.objects.none(), label=_("分组"), empty_label=_("请选择"),
        error_messages={"required": _("请选分组。"), "invalid_choice": _("请在列表里选分组。")},
    )  # fmt: skip
    month = f.line(_("月份"), 10, help_text=_("例如“2026-10”。"))

    def prepare(self) -> None:
        field = self.fields["group"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = LeagueGroup.objects.filter(
            jurisdiction=self.step.jurisdiction, status=LeagueGroupState.PUBLISHED
        )

    def clean_month(self) -> date:
        try:
            found = parse_date(f"{self.cleaned_data['month'].strip()}-01")
        except ValueError:
            found = None
        if found is None:
            raise forms.ValidationError(_("请按“2026-10”这样填月份。"))
        return found


class AppealForm(StepForm):
    text = f.text(
        _("异议"), 2000, help_text=_("哪个数不对，为什么。写事不写人：不写姓名、电话、住址。")
    )
    cases = f.text(_("涉及的建议"), 1000, required=False, rows=3, help_text=_("填编号，一行一个。"))


class AnswerForm(StepForm):
    answer = f.text(_("答复"), 2000, help_text=_("成立不成立，依据是什么。"))


def _group(held: dict[str, Any], step: Step) -> Any:
    weights = {code: held.pop(f"weight_{code}") for code in league.PARTS}
    try:
        return leagues.set_group(jurisdiction=step.jurisdiction, weights=weights, actor=step.actor, at=step.at, **{**held, "units": list(held["units"])})  # fmt: skip
    except Invalid as error:
        if "weights" in error.errors:
            # The form has a field for each measure; what is wrong with all of them stands at the first.
            error.errors[f"weight_{league.RECEIPT}"] = error.errors.pop("weights")
        raise


def _draw(held: dict[str, Any], step: Step) -> Any:
    return leagues.draw(actor=step.actor, at=step.at, **held)


def _appeal(held: dict[str, Any], step: Step) -> Any:
    found = f.cases(step.request, held.pop("cases"))
    leagues.appeal(table=step.record, cases=found, actor=step.actor, at=step.at, **held)


def _group_rows(request: HttpRequest, rows: "QuerySet[Any]") -> "QuerySet[Any]":
    if not access.scope(request.user).holds(OFFICE):
        rows = rows.exclude(status=LeagueGroupState.DRAFTING)
    return rows.select_related("jurisdiction")


def _group_blocks(_request: HttpRequest, held: LeagueGroup) -> list[Block]:
    names = "、".join(held.units.order_by("pk").values_list("short_name", flat=True))
    announced = date_words(local_date(held.announced_at)) if held.announced_at else ""
    return [
        Block(_("分组"), [(_("哪一类"), str(held.get_kind_display())), (_("单位"), names),
              (_("从哪天起算"), date_words(held.counts_from)), (_("公布日期"), announced)]),
        Block(_("标准"), headers=[_("指标"), _("分值")], rows=[Row([n, str(w)]) for n, w in reading.criteria(held)],
              text="收到的建议多少不计分。评价不到10次的不排名。"),
    ]  # fmt: skip


_JUDGES = BY_NAME["league_publish"].roles
_GS, _TS, _AS = LeagueGroupState, LeagueTableState, LeagueAppealState
kinds.register(
    Kind(
        slug="league-group", room="orders", label=_("排名分组"), model=LeagueGroup, see="see_leagues",
        open_states=[_GS.DRAFTING, _GS.PUBLISHED], headers=[_("分组"), _("哪一类"), _("从哪天起算")],
        cells=lambda g: [g.name, str(g.get_kind_display()), date_words(g.counts_from)], blocks=_group_blocks, rows=_group_rows,
        intro=_("只有可以比的单位才放在一组。标准先公布，从下一个月起算。"),
        acts=[
            Act("group", _("设分组"), _group, BY_NAME["league_group"].roles, form=GroupForm, begins=True, primary=True,
                done=_("分组已保存。")),
            Act("announce", _("公布标准"), serve(leagues.announce, "group"), _JUDGES, [_GS.DRAFTING], primary=True,
                advice=_("公布以后网站上能看到分组、单位和分值。")),
            Act("end", _("停用"), serve(leagues.end, "group"), _JUDGES, [_GS.DRAFTING, _GS.PUBLISHED], ReasonForm),
        ],
    )
)  # fmt: skip


def _table_rows(request: HttpRequest, rows: "QuerySet[Any]") -> "QuerySet[Any]":
    """A unit sees its group's table from the day it may appeal."""
    if not access.scope(request.user).holds(OFFICE):
        rows = rows.filter(status__in=(_TS.APPEAL, _TS.PUBLISHED))
    return rows.select_related("group", "jurisdiction")


def _table_blocks(request: HttpRequest, held: LeagueTable) -> list[Block]:
    shown = reading.rows(held)
    appeals = access.records(request.user, LeagueAppeal, "see_leagues").filter(table=held)
    return [
        Block(_("排名"), [(_("提异议到哪天"), date_words(held.appeal_until))], "\n".join(reading.ends(held)),
              headers=[_("单位"), _("名次"), _("得分"), _("比上月"), _("交办")], empty=_("没有单位。"),
              rows=[Row([r.name, r.rank or "不排名（评价不到10次）", r.points, r.change, str(r.received)]) for r in shown]),
        Block(_("各项"), headers=[_("单位"), *league.PARTS.values()], empty=_("没有单位。"),
              rows=[Row([r.name, *(f"{rate} {n}" for _name, rate, n in r.parts)]) for r in shown]),
        Block(_("没有计入的"), [(label, str(held.left_out.get(code, 0))) for code, label in LEFT_OUT.items()]),
        Block(_("异议"), headers=[_("单位"), _("异议"), _("状态"), _("答复")], empty=_("没有异议。"), rows=[
            Row([a.unit.short_name, a.text, str(a.get_status_display()), a.answer],
                [Link(_("打开"), reverse("desk:record", args=["league-appeal", a.pk]))])
            for a in appeals.select_related("unit")
        ]),
    ]  # fmt: skip


kinds.register(
    Kind(
        slug="league", room="orders", label=_("排名"), model=LeagueTable, see="see_leagues",
        open_states=[_TS.DRAWN, _TS.APPEAL], headers=[_("排名"), _("分组"), _("提异议到哪天")],
        cells=lambda t: [str(t), t.group.name, date_words(t.appeal_until)], blocks=_table_blocks, rows=_table_rows,
        intro=_("一组一个月一张表。先给各单位看3个工作日，有异议答复了，再公布。"),
        acts=[
            Act("draw", _("算出排名"), _draw, BY_NAME["league_draw"].roles, form=DrawForm, begins=True, primary=True,
                done=_("已算出，请核对后征求异议。")),
            Act("show", _("征求异议"), serve(leagues.show, "table"), BY_NAME["league_show"].roles, [_TS.DRAWN], primary=True,
                advice=_("这一组的单位都能看到，3个工作日内可以提异议。")),
            Act("appeal", _("提异议"), _appeal, BY_NAME["league_appeal"].roles, [_TS.APPEAL], AppealForm,
                _("由单位负责人提。"), _("异议已提出，请等答复。"), True),
            Act("publish", _("公布排名"), serve(leagues.publish, "table"), _JUDGES, [_TS.APPEAL], primary=True,
                advice=_("异议期过了、异议都答复了才能公布。")),
            Act("drop", _("不公布"), serve(leagues.drop, "table"), BY_NAME["league_drop"].roles, [_TS.DRAWN, _TS.APPEAL], ReasonForm),
        ],
    )
)  # fmt: skip


def _appeal_blocks(request: HttpRequest, held: LeagueAppeal) -> list[Block]:
    mine = access.readable(request.user).filter(pk__in=held.cases.values("pk"))
    links = [Link(f"{held.table}", reverse("desk:record", args=["league", held.table_id]))]
    links += [Link(c.case_no, reverse("desk:item", args=[c.case_no])) for c in mine[:30]]
    return [
        Block(_("异议"), [(_("单位"), str(held.unit))], text=held.text, links=links),
        Block(_("答复"), text=held.answer, empty="" if held.answer else _("还没有答复。")),
    ]


kinds.register(
    Kind(
        slug="league-appeal", room="orders", label=_("排名异议"), model=LeagueAppeal, see="see_leagues",
        open_states=[_AS.OPEN], headers=[_("单位"), _("排名")], cells=lambda a: [a.unit.short_name, str(a.table)],
        blocks=_appeal_blocks, rows=lambda _r, rows: rows.select_related("unit", "table__group", "jurisdiction"),
        intro=_("异议成立的，涉及的建议不计入，重新计算；不成立的，写明依据。"),
        acts=[
            Act("uphold", _("异议成立"), serve(leagues.uphold, "appeal"), BY_NAME["league_uphold"].roles, [_AS.OPEN], AnswerForm,
                _("涉及的建议不计入，排名重新计算。"), primary=True),
            Act("reject", _("异议不成立"), serve(leagues.reject, "appeal"), BY_NAME["league_reject"].roles, [_AS.OPEN], AnswerForm),
        ],
    )
)  # fmt: skip
