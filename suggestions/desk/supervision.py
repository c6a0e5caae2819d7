"""The room 督办: orders on their ladder, the three advices (process.md 8.1)."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from suggestions import access
from suggestions.clock import local_date
from suggestions.desk import kinds, steering
from suggestions.desk import steering_fields as f
from suggestions.desk.kinds import Act, Block, Kind, Row, Step, StepForm, serve
from suggestions.desk.panels import Link, Panel
from suggestions.desk.panels import register as panel
from suggestions.desk.steering_fields import date_words, own_units
from suggestions.matrix import MATRIX
from suggestions.models import Advice, Suggestion, SupervisionOrder, Visit
from suggestions.roles import Role
from suggestions.services import advising, supervising
from suggestions.states import BY_NAME
from suggestions.states.advice import Advice as AdviceState
from suggestions.states.supervision import Supervision as State

OFFICE = (Role.SUPERVISOR, Role.LEADER, Role.TRIAGE_OFFICER)
Level = SupervisionOrder.Level


class ReasonForm(StepForm):
    reason = f.text(_("理由"), 1000, rows=4)


class IssueForm(StepForm):
    """Rung, unit, requirement, basis. The unit of a proposal and the next rung stand there already."""

    level = f.choice(_("方式"), Level.choices)
    unit = f.unit(_("督办哪个单位"))
    text = f.text(_("要求"), 2000, help_text=_("写清哪件事、要做什么、怎样反馈。"))
    basis = f.line(_("依据"), 200)
    with_bodies = f.line(
        _("会同单位"), 200, required=False, help_text=_("联合督办要填，例如“市委督查室”。")
    )
    is_critical = forms.BooleanField(
        label=_("特急"), required=False, help_text=_("特急的1个工作日内反馈，其他的5个工作日。")
    )

    def prepare(self) -> None:
        own_units(self, "unit", self.step.jurisdiction)
        order = self.step.record
        if isinstance(order, SupervisionOrder):
            self.initial.update(unit=order.unit, is_critical=order.is_critical, level=Level.NOTICE)
        self.initial.setdefault("basis", "《信访工作条例》第四十条")


class StartForm(IssueForm):
    case_no = f.line(_("建议编号"), 24, help_text=_("例如 JY2026-0000001-0。"))
    rule = f.choice(_("理由"), SupervisionOrder.Rule.choices)
    field_order = ("case_no", "rule", "level", "unit", "text")

    def prepare(self) -> None:
        super().prepare()
        self.initial["case_no"] = self.step.request.GET.get("case", "")[:24]


class ProposeForm(StepForm):
    case_no = f.line(_("建议编号"), 24)
    rule = f.choice(_("理由"), SupervisionOrder.Rule.choices)
    evidence = f.text(_("事实"), 1000, help_text=_("写办理中的事实，不写建议人。"))

    def prepare(self) -> None:
        self.initial["case_no"] = self.step.request.GET.get("case", "")[:24]


class ClimbForm(StepForm):
    level = f.choice(_("升到哪一级"), Level.choices)
    text = f.text(_("要求"), 2000)
    basis = f.line(_("依据"), 200)
    with_bodies = f.line(_("会同单位"), 200, required=False)

    def prepare(self) -> None:
        self.initial.update(
            level=min(self.step.record.level + 1, max(Level.values)), basis="《信访工作条例》第三十九条、第四十条"
        )  # fmt: skip


class AnswerForm(StepForm):
    text = f.text(_("反馈"), 3000, rows=8, help_text=_("写清做了什么、下一步哪天前做什么。"))


class EffectForm(StepForm):
    effect = f.text(_("效果"), 1000, help_text=_("督办以后事情有什么变化。"))


def _start(held: dict[str, Any], step: Step) -> Any:
    item = f.cases(step.request, held.pop("case_no"), "case_no")[0]
    return supervising.start(
        jurisdiction=item.jurisdiction, suggestion=item, actor=step.actor, at=step.at,
        **{**held, "level": int(held["level"])},
    )  # fmt: skip


def _propose(held: dict[str, Any], step: Step) -> Any:
    item = f.cases(step.request, held["case_no"], "case_no")[0]
    return supervising.propose(
        jurisdiction=item.jurisdiction, rule=held["rule"], evidence=held["evidence"].splitlines(), suggestion=item,
        actor=step.actor, at=step.at,
    )  # fmt: skip


def _issue(held: dict[str, Any], step: Step) -> None:
    supervising.issue(order=step.record, actor=step.actor, at=step.at, **{**held, "level": int(held["level"])})  # fmt: skip


def _climb(held: dict[str, Any], step: Step) -> None:
    supervising.climb(order=step.record, actor=step.actor, at=step.at, **{**held, "level": int(held["level"])})  # fmt: skip


def _cells(order: SupervisionOrder) -> list[str]:
    about = order.suggestion.case_no if order.suggestion else ""
    if order.topic and order.district:
        about = f"{order.district.name} · {order.topic.name}"
    level = str(order.get_level_display()) if order.level else ""
    return [str(order.get_rule_display()), about, order.unit.short_name if order.unit else "", level]  # fmt: skip


def _orders(request: HttpRequest, rows: "QuerySet[Any]") -> "QuerySet[Any]":
    """A unit sees what was issued to it, not what is being weighed."""
    if not access.scope(request.user).holds(OFFICE):
        rows = rows.exclude(status__in=(State.PROPOSED, State.DISMISSED))
    return rows.select_related("suggestion", "unit", "topic", "district", "jurisdiction")


def _blocks(request: HttpRequest, order: SupervisionOrder) -> list[Block]:
    item = order.suggestion
    links = []
    if item is not None and access.readable(request.user).filter(pk=item.pk).exists():
        links = [Link(f"{item.case_no} {item.original_title}", reverse("desk:item", args=[item.case_no]))]  # fmt: skip
    cells = _cells(order)
    blocks = [
        Block(_("事由"), [(_("理由"), cells[0]), (_("涉及"), cells[1]), (_("单位"), cells[2]), (_("层级"), cells[3]),
              (_("特急"), "是" if order.is_critical else "")], text="\n".join(order.evidence), links=links)
    ]  # fmt: skip
    if access.scope(request.user).holds(MATRIX["see_visits"]):
        # The unit is not told of a spot check (process.md 8.1).
        checks = (
            access.records(request.user, Visit, "see_visits").filter(order=order).order_by("pk")
        )
        blocks.append(
            Block(
                _("抽查回访"), headers=[_("安排"), _("状态"), _("联系过"), _("解决了"), _("是否满意"), _("原话")], empty=_("没有抽查。"),
                rows=[
                    Row([date_words(local_date(v.planned_at)), v.get_status_display(), _YES[v.contacted],
                         str(v.get_solved_display()), str(v.get_satisfied_display()), v.words])
                    for v in checks
                ],
            )
        )  # fmt: skip
    for step in order.steps.select_related("issuer", "answered_by"):
        late = "（超过期限）" if step.is_late() else ""
        blocks.append(
            Block(
                f"第{step.number}步：{step.get_level_display()}",
                [
                    (_("发出人"), str(step.issuer)), (_("会同"), step.with_bodies), (_("依据"), step.basis),
                    (_("要求"), step.text), (_("反馈期限"), date_words(step.due_on)),
                    (_("反馈"), f"{step.answer}{late}" if step.answer else ""),
                    (_("反馈人"), str(step.answered_by or "")), (_("效果"), step.effect),
                ],
            )
        )  # fmt: skip
    return blocks


_YES = {True: "是", False: "否", None: ""}
_WAITING = (State.ISSUED, State.OVERDUE, State.SENT_BACK)
kinds.register(
    Kind(
        slug="supervision", room="orders", label=_("督办"), model=SupervisionOrder, see="see_orders",
        open_states=[State.PROPOSED, *_WAITING, State.ANSWERED], headers=[_("理由"), _("涉及"), _("单位"), _("层级")],
        cells=_cells, blocks=_blocks, rows=_orders, intro=_("系统按规则提出，由督办员决定发不发。发出以后，单位负责人按期反馈；不反馈的可以升级。"),
        acts=[
            Act("start", _("发督办"), _start, BY_NAME["supervision_issue"].roles, form=StartForm, begins=True,
                primary=True, done=_("督办已发出。")),
            Act("propose", _("提请督办"), _propose, (Role.TRIAGE_OFFICER,), form=ProposeForm, begins=True,
                done=_("已提请督办员决定。")),
            Act("issue", _("发出督办"), _issue, BY_NAME["supervision_issue"].roles, [State.PROPOSED], IssueForm,
                primary=True, done=_("督办已发出。")),
            Act("dismiss", _("不予督办"), serve(supervising.dismiss, "order"), BY_NAME["supervision_dismiss"].roles,
                [State.PROPOSED], ReasonForm),
            Act("answer", _("反馈"), serve(supervising.answer, "order"), BY_NAME["supervision_answer"].roles, _WAITING,
                AnswerForm, _("由单位负责人反馈。"), _("已反馈。"), True),
            Act("accept", _("认可并办结"), serve(supervising.accept, "order"), BY_NAME["supervision_accept"].roles,
                [State.ANSWERED], EffectForm, primary=True),
            Act("send-back", _("退回反馈"), serve(supervising.send_back, "order"), BY_NAME["supervision_send_back"].roles,
                [State.ANSWERED], ReasonForm, _("退回后重新计时：5个工作日，特急的1个工作日。")),
            Act("spot-check", _("抽查回访"), serve(supervising.spot_check, "order"), BY_NAME["plan_visit"].roles,
                [*_WAITING, State.ANSWERED, State.CLOSED], advice=_("登记员打电话问建议人，单位不知道。结果写在这里。"),
                done=_("已安排抽查，由登记员打电话。")),
            Act("climb", _("升级督办"), _climb, BY_NAME["supervision_climb"].roles,
                [State.OVERDUE, State.SENT_BACK, State.ANSWERED], ClimbForm),
            Act("withdraw", _("撤销督办"), serve(supervising.withdraw, "order"), BY_NAME["supervision_withdraw"].roles,
                _WAITING, ReasonForm),
        ],
    )
)  # fmt: skip


class AdviceForm(StepForm):
    kind = f.choice(_("种类"), Advice.Kind.choices)
    unit = f.unit(_("提给哪个单位"))
    title = f.line(_("题目"), 80)
    facts = f.text(_("发现的问题"), 2000)
    text = f.text(_("建议"), 3000)
    basis = f.line(_("依据"), 200)
    cases = f.text(
        _("依据哪些建议"), 1000, required=False, rows=3, help_text=_("填编号，一行一个。可以不填。")
    )

    def prepare(self) -> None:
        own_units(self, "unit", self.step.jurisdiction)
        self.initial.update(
            basis="《信访工作条例》第四十条", cases=self.step.request.GET.get("case", "")[:24]
        )


class AdviceAnswerForm(StepForm):
    answer = f.choice(_("采纳情况"), Advice.Answer.choices)
    text = f.text(
        _("书面答复"), 3000, rows=8, help_text=_("采纳的写清怎么改、哪天前改好；不采纳的写清理由。")
    )


def _advise(held: dict[str, Any], step: Step) -> Any:
    found = f.cases(step.request, held.pop("cases"))
    return advising.issue(jurisdiction=step.jurisdiction, cases=found, actor=step.actor, at=step.at, **held)  # fmt: skip


def _advice_blocks(request: HttpRequest, advice: Advice) -> list[Block]:
    mine = access.readable(request.user).filter(advices=advice)
    return [
        Block(_("建议"), [(_("种类"), str(advice.get_kind_display())), (_("单位"), advice.unit.short_name),
              (_("发现的问题"), advice.facts), (_("建议"), advice.text), (_("依据"), advice.basis), (_("提出人"), str(advice.issuer))],
              links=[Link(f"{c.case_no} {c.original_title}", reverse("desk:item", args=[c.case_no])) for c in mine[:20]]),
        Block(_("书面答复"), [(_("采纳情况"), str(advice.get_answer_display())), (_("答复"), advice.answer_text),
              (_("答复人"), str(advice.answered_by or ""))], empty=_("还没有答复。") if not advice.answer else ""),
    ]  # fmt: skip


_ADVICE_WAITING = (AdviceState.ISSUED, AdviceState.OVERDUE, AdviceState.SENT_BACK)
kinds.register(
    Kind(
        slug="advice", room="orders", label=_("三项建议"), model=Advice, see="see_orders",
        open_states=[*_ADVICE_WAITING, AdviceState.ANSWERED], headers=[_("题目"), _("种类"), _("单位")],
        cells=lambda a: [a.title, str(a.get_kind_display()), a.unit.short_name], blocks=_advice_blocks,
        rows=lambda _r, rows: rows.select_related("unit", "issuer", "answered_by", "jurisdiction"),
        intro=_("改进工作、完善政策、追究责任三种建议。单位30天内书面答复是否采纳。"),
        acts=[
            Act("issue", _("提出建议"), _advise, BY_NAME["advice_issue"].roles, form=AdviceForm, begins=True,
                primary=True, done=_("建议已提出。")),
            Act("answer", _("书面答复"), serve(advising.answer, "advice"), BY_NAME["advice_answer"].roles,
                _ADVICE_WAITING, AdviceAnswerForm, _("由单位负责人答复。"), _("已答复。"), True),
            Act("close", _("答复合格，办结"), serve(advising.close, "advice"), BY_NAME["advice_close"].roles,
                [AdviceState.ANSWERED], advice=_("认可这份书面答复，这条建议办结。"), primary=True),
            Act("send-back", _("退回"), serve(advising.send_back, "advice"), BY_NAME["advice_send_back"].roles,
                [AdviceState.ANSWERED], ReasonForm),
            Act("withdraw", _("撤回建议"), serve(advising.withdraw, "advice"), BY_NAME["advice_withdraw"].roles,
                _ADVICE_WAITING, ReasonForm),
        ],
    )
)  # fmt: skip


@panel
def supervision_panel(request: HttpRequest, item: Suggestion) -> Panel | None:
    """On an item's screen: its orders and advices that this person may see, and what may be begun. Three queries."""
    orders = list(
        steering.visible(request, kinds.KINDS["supervision"]).filter(suggestion=item)[:20]
    )
    advices = list(steering.visible(request, kinds.KINDS["advice"]).filter(cases=item)[:20])
    acts = []
    if access.actor_for(request.user, item, BY_NAME["supervision_issue"].roles):
        acts.append(Link(_("发督办"), f"{reverse('desk:record_new', args=['supervision', 'start'])}?case={item.case_no}"))  # fmt: skip
    elif access.actor_for(request.user, item, (Role.TRIAGE_OFFICER,)):
        acts.append(Link(_("提请督办"), f"{reverse('desk:record_new', args=['supervision', 'propose'])}?case={item.case_no}"))  # fmt: skip
    if not (orders or advices or acts):
        return None
    rows = [
        Row(["督办", f"{o.get_rule_display()} {o.get_level_display() if o.level else ''}", o.get_status_display()],
            [Link(_("打开"), reverse("desk:record", args=["supervision", o.pk]))])
        for o in orders
    ] + [
        Row(["三项建议", a.title, a.get_status_display()], [Link(_("打开"), reverse("desk:record", args=["advice", a.pk]))])
        for a in advices
    ]  # fmt: skip
    return Panel(
        "suggestions/desk/_record_panel.html" if rows else "",
        {"heading": _("督办和建议"), "rows": rows, "id": "orders"},
        tuple(acts),
    )
