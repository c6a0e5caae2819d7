"""Sponsored matters and leaders' instructions at the desk (process.md 6.4)."""

from typing import Any

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
from suggestions.desk.steering_fields import date_words, holders, own_units
from suggestions.desk.supervision import ReasonForm
from suggestions.errors import Invalid
from suggestions.models import LeaderInstruction, SponsorMilestone, Sponsorship, Suggestion
from suggestions.roles import Role
from suggestions.services import instructing, sponsoring
from suggestions.states import BY_NAME
from suggestions.states.instruction import Instruction as InstructionState
from suggestions.states.sponsorship import Sponsorship as State

OFFICE = (Role.SUPERVISOR, Role.LEADER, Role.TRIAGE_OFFICER)


class OpenForm(StepForm):
    """The matter, in the office's words and in neutral ones; never a person's name."""

    matter = f.line(_("事项"), 80, help_text=_("写事，不写人。"))
    public_matter = f.line(
        _("公开的说法"), 80, help_text=_("网站上只显示这一句，不写人名、住址和单位的是非。")
    )
    leader = f.person(_("包案领导"))
    leader_post = f.line(_("领导职务"), 60)
    unit = f.unit(_("牵头单位"), required=False)
    cases = f.text(_("关联的建议"), 1000, required=False, rows=3, help_text=_("填编号，一行一个。"))

    def prepare(self) -> None:
        own_units(self, "unit", self.step.jurisdiction)
        holders(self, "leader", Role.LEADER, self.step.jurisdiction)
        held = self.step.record
        if isinstance(held, Sponsorship):
            self.initial.update(matter=held.matter, unit=held.unit)
        self.initial["cases"] = self.step.request.GET.get("case", "")[:24]
        if self.step.actor.role == Role.LEADER and self.step.actor.user is not None:
            self.initial["leader"] = self.step.actor.user.pk


class PlanForm(StepForm):
    team = f.line(_("专班"), 300, help_text=_("牵头单位、参加单位和科室。"))
    plan = f.text(_("方案"), 3000, rows=8)
    resources = f.line(_("保障"), 300, required=False, help_text=_("经费、人手、要协调的事。"))
    target_on = f.day(_("办成日期"))
    milestones = f.text(
        _("节点"), 2000, rows=6, help_text=_("一行一个，先写日期，例如“2026-12-20 完成勘查”。")
    )


class ReachForm(StepForm):
    words = f.line(_("完成情况"), 300)


class ResolveForm(StepForm):
    result = f.text(_("结果"), 2000)
    public_result = f.line(_("公开的结果"), 200, help_text=_("一句话，不写人。"))


class HandOverForm(StepForm):
    successor = f.person(_("接手的领导"))
    successor_post = f.line(_("接手领导的职务"), 60)
    reason = f.text(_("移交的理由"), 500, rows=3)

    def prepare(self) -> None:
        holders(self, "successor", Role.LEADER, self.step.jurisdiction)


def _open(held: dict[str, Any], step: Step) -> Any:
    found = f.cases(step.request, held.pop("cases"))
    held["leader"] = f.chosen_person(held["leader"])
    matter = step.record or Sponsorship(jurisdiction=step.jurisdiction)
    return sponsoring.open_matter(sponsorship=matter, cases=found, actor=step.actor, at=step.at, **held)  # fmt: skip


def _plan(held: dict[str, Any], step: Step) -> None:
    held["milestones"] = f.dated_lines(held["milestones"], "milestones")
    sponsoring.plan(sponsorship=step.record, actor=step.actor, at=step.at, **held)


def _hand_over(held: dict[str, Any], step: Step) -> None:
    held["successor"] = f.chosen_person(held["successor"])
    sponsoring.hand_over(sponsorship=step.record, actor=step.actor, at=step.at, **held)


def _milestone(held: Any, pk: int) -> SponsorMilestone | None:
    found: SponsorMilestone | None = held.milestones.filter(pk=pk, done_on=None).first()
    return found


def _rows(request: HttpRequest, rows: "QuerySet[Any]") -> "QuerySet[Any]":
    if not access.scope(request.user).holds(OFFICE):
        rows = rows.exclude(status__in=(State.PROPOSED, State.DISMISSED))
    return rows.select_related("leader", "unit", "jurisdiction")


def _blocks(request: HttpRequest, held: Sponsorship) -> list[Block]:
    mine = list(access.readable(request.user).filter(sponsorships=held)[:30])
    return [
        Block(_("事项"), [(_("由来"), str(held.get_rule_display())), (_("公开的说法"), held.public_matter),
              (_("包案领导"), f"{held.leader_post} {held.leader or ''}".strip()), (_("牵头单位"), str(held.unit or "")),
              (_("办成日期"), date_words(held.target_on)), (_("专班"), held.team), (_("保障"), held.resources)],
              text="\n".join(held.evidence),
              links=[Link(f"{c.case_no} {c.original_title}", reverse("desk:item", args=[c.case_no])) for c in mine]),
        Block(_("方案和节点"), text=held.plan, headers=[_("节点"), _("完成日期"), _("完成情况")], empty=_("还没有方案。"),
              rows=[
                  Row([m.text, date_words(m.due_on), f"{date_words(m.done_on)} {m.words}".strip()],
                      [] if m.done_on else steering.part_links(request, "sponsorship", held, m, "reach"))
                  for m in held.milestones.all()
              ]),
        Block(_("结果"), [(_("结果"), held.result), (_("公开的结果"), held.public_result),
              (_("移交给"), f"{held.successor.leader_post}" if held.successor else "")], empty="" if held.result else _("还没有结果。")),
    ]  # fmt: skip


_RUNNING = [State.OPEN, State.PLAN, State.WORKING]
_HEADS = BY_NAME["sponsorship_open"].roles
kinds.register(
    Kind(
        slug="sponsorship", room="orders", label=_("领导包案"), model=Sponsorship, see="see_orders",
        open_states=[State.PROPOSED, *_RUNNING], headers=[_("事项"), _("领导"), _("牵头单位"), _("办成日期")],
        cells=lambda s: [s.matter, s.leader_post, s.unit.short_name if s.unit else "", date_words(s.target_on)],
        blocks=_blocks, rows=_rows, intro=_("一件事、一位领导、一个专班、一套方案、一包到底。包的是事，不是人。"),
        acts=[
            Act("open-new", _("新开包案"), _open, _HEADS, form=OpenForm, begins=True, primary=True, done=_("已列为包案事项。")),
            Act("open", _("包案"), _open, _HEADS, [State.PROPOSED], OpenForm, primary=True, done=_("已列为包案事项。")),
            Act("dismiss", _("不包案"), serve(sponsoring.dismiss, "sponsorship"), _HEADS, [State.PROPOSED], ReasonForm),
            Act("plan", _("定方案"), _plan, _HEADS, [State.OPEN], PlanForm, primary=True),
            Act("work", _("开始推进"), serve(sponsoring.begin_work, "sponsorship"), _HEADS, [State.PLAN],
                advice=_("照方案推进，完成一个节点，就在节点旁登记一个。"), primary=True),
            Act("reach", _("登记完成"), serve(sponsoring.reach, "milestone"), (*_HEADS, Role.UNIT_HEAD),
                [State.PLAN, State.WORKING], ReachForm, part=_milestone, shows=lambda m: m.text),
            Act("resolve", _("化解"), serve(sponsoring.resolve, "sponsorship"), _HEADS, [State.WORKING], ResolveForm,
                _("节点都完成、关联的建议都答复以后，才算化解。"), primary=True),
            Act("hand-over", _("移交"), _hand_over, _HEADS, _RUNNING, HandOverForm, _("方案、节点和关联的建议一并移交，责任不断。")),
        ],
    )
)  # fmt: skip


class InstructForm(StepForm):
    """What the leader writes, who may read it, who does what by when."""

    text = f.text(_("批示"), 1000)
    tasks = f.text(_("要做的事"), 1000, required=False, rows=3)
    audience = f.choice(_("谁能看"), LeaderInstruction.Audience.choices)
    unit = f.unit(_("由谁落实"), required=False)
    report_by = f.day(_("报告期限"), required=False)
    case_no = f.line(_("建议编号"), 24, required=False)

    def prepare(self) -> None:
        own_units(self, "unit", self.step.jurisdiction)
        case_no = self.step.request.GET.get("case", "")[:24]
        self.initial.update(audience=LeaderInstruction.Audience.OFFICE, case_no=case_no)


class ReportForm(StepForm):
    text = f.text(_("落实情况"), 3000, rows=8)


def _instruct(held: dict[str, Any], step: Step) -> Any:
    found = f.cases(step.request, held.pop("case_no"), "case_no")
    if len(found) > 1:
        raise Invalid({"case_no": ["一次只对一件建议批示。"]})
    item = found[0] if found else None
    place = item.jurisdiction if item else step.jurisdiction
    return instructing.give(jurisdiction=place, suggestion=item, actor=step.actor, at=step.at, **held)  # fmt: skip


def _instructions(request: HttpRequest, rows: "QuerySet[Any]") -> "QuerySet[Any]":
    """A unit sees only what the leader let it see."""
    if not access.scope(request.user).holds((Role.LEADER, Role.SUPERVISOR)):
        rows = rows.filter(audience=LeaderInstruction.Audience.UNIT)
    return rows.select_related("leader", "unit", "suggestion", "reported_by", "jurisdiction")


def _instruction_cells(held: LeaderInstruction) -> list[str]:
    number = held.suggestion.case_no if held.suggestion else ""
    return [
        f"{date_words(local_date(held.given_at))}批示", str(held.leader), number, held.unit.short_name if held.unit else "征集办公室",
        date_words(held.report_by),
    ]  # fmt: skip


def _instruction_blocks(request: HttpRequest, held: LeaderInstruction) -> list[Block]:
    item = held.suggestion
    links = []
    if item is not None and access.readable(request.user).filter(pk=item.pk).exists():
        links = [Link(f"{item.case_no} {item.original_title}", reverse("desk:item", args=[item.case_no]))]  # fmt: skip
    return [
        Block(_("批示"), [(_("领导"), str(held.leader)), (_("谁能看"), str(held.get_audience_display())),
              (_("要做的事"), held.tasks), (_("由谁落实"), str(held.unit or "征集办公室")), (_("报告期限"), date_words(held.report_by))],
              text=held.text, links=links),
        Block(_("落实情况"), [(_("报告人"), str(held.reported_by or ""))], text=held.report, empty="" if held.report else _("还没有报告。")),
    ]  # fmt: skip


_I = InstructionState
kinds.register(
    Kind(
        slug="instruction", room="orders", label=_("领导批示"), model=LeaderInstruction, see="see_instructions",
        open_states=[_I.GIVEN, _I.WORKING, _I.REPORTED, _I.SENT_BACK],
        headers=[_("批示"), _("领导"), _("建议"), _("由谁落实"), _("报告期限")], cells=_instruction_cells,
        blocks=_instruction_blocks, rows=_instructions, intro=_("批示只供内部看，不公开，也不告诉建议人。"),
        acts=[
            Act("give", _("批示"), _instruct, BY_NAME["instruction_give"].roles, form=InstructForm, begins=True,
                primary=True, done=_("批示已下达。")),
            Act("take", _("开始落实"), serve(instructing.take, "instruction"), BY_NAME["instruction_take"].roles,
                [_I.GIVEN], advice=_("记为落实中。报告日期不变。")),
            Act("report", _("报告落实情况"), serve(instructing.report, "instruction"), BY_NAME["instruction_report"].roles,
                [_I.GIVEN, _I.WORKING, _I.SENT_BACK], ReportForm, primary=True),
            Act("close", _("已阅，办结"), serve(instructing.close, "instruction"), BY_NAME["instruction_close"].roles,
                [_I.REPORTED], advice=_("认可落实情况，这条批示办结。"), primary=True),
            Act("send-back", _("退回重报"), serve(instructing.send_back, "instruction"),
                BY_NAME["instruction_send_back"].roles, [_I.REPORTED], ReasonForm),
        ],
    )
)  # fmt: skip


@panel
def sponsorship_panel(request: HttpRequest, item: Suggestion) -> Panel | None:
    """On an item's screen: its sponsorship and instructions, and what a leader may begin. Two queries."""
    rows = [
        Row(["包案", s.matter, s.get_status_display()], [Link(_("打开"), reverse("desk:record", args=["sponsorship", s.pk]))])
        for s in steering.visible(request, kinds.KINDS["sponsorship"]).filter(cases=item)[:20]
    ] + [
        Row([f"{i.leader}批示", "", i.get_status_display()], [Link(_("打开"), reverse("desk:record", args=["instruction", i.pk]))])
        for i in steering.visible(request, kinds.KINDS["instruction"]).filter(suggestion=item)[:20]
    ]  # fmt: skip
    acts = []
    if access.actor_for(request.user, item, BY_NAME["instruction_give"].roles):
        acts = [
            Link(_("批示"), f"{reverse('desk:record_new', args=['instruction', 'give'])}?case={item.case_no}"),
            Link(_("包案"), f"{reverse('desk:record_new', args=['sponsorship', 'open-new'])}?case={item.case_no}"),
        ]  # fmt: skip
    if not (rows or acts):
        return None
    return Panel(
        "suggestions/desk/_record_panel.html" if rows else "",
        {"heading": _("包案和批示"), "rows": rows, "id": "sponsorship"},
        tuple(acts),
    )
