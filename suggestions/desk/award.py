"""The room 评选奖励: rounds, nominations, the jury's sheets, publicity, approval, payment (process.md 4.8; SH 16)."""

from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from suggestions import access
from suggestions.desk import common, kinds, steering, steering_fields
from suggestions.desk.kinds import Act, Block, Kind, Row, Step, StepForm, serve
from suggestions.desk.panels import Link, Panel
from suggestions.desk.panels import register as panel
from suggestions.desk.steering_fields import date_words, day, line, number, text
from suggestions.errors import Invalid
from suggestions.models import AwardObjection, AwardRound, Nomination, Suggestion
from suggestions.roles import Role
from suggestions.services import awarding, judging
from suggestions.states import BY_NAME
from suggestions.states.award import AwardState, RoundState

STAFF = (Role.TRIAGE_OFFICER, Role.SUPERVISOR, Role.LEADER, Role.INTAKE_CLERK)
NOMINATORS = BY_NAME["award_nominate"].roles


def _is_staff(request: HttpRequest) -> bool:
    """Jurors read masked texts and their own sheets; the office reads the rest."""
    return bool(access.scope(request.user).holds(STAFF))


def level_lines(typed: str) -> list[tuple[str, int, int]]:
    """ "一等奖 5 3000", one a line, best first → (name, places, yuan). Raises Invalid naming the line."""
    held = []
    for raw in typed.splitlines():
        pieces = raw.replace("，", " ").replace(",", " ").split()
        if not pieces:
            continue
        if len(pieces) != 3 or not all(p.isdecimal() and len(p) < 8 for p in pieces[1:]):
            raise Invalid({"levels": [f"“{raw.strip()[:20]}”请写成“一等奖 5 3000”：等次、名额、每名奖金。"]})  # fmt: skip
        held.append((pieces[0], int(pieces[1]), int(pieces[2])))
    return held


class RoundForm(StepForm):
    title = line(_("名称"), 80, help_text=_("例如“2026年优秀人民建议评选”。"))
    cycle_from = day(_("评哪段时间收到的建议，从"))
    cycle_to = day(_("到"))
    rules_text = text(
        _("评选规则"), 6000, rows=8, help_text=_("谁能参评、看什么、谁来评、怎么定。")
    )
    levels = text(_("奖项"), 1000, help_text=_("一行一个，从高到低：等次、名额、每名奖金（元），例如“一等奖 5 3000”。"))  # fmt: skip
    jury_size = number(_("评委人数"), 3, 25)

    def prepare(self) -> None:
        self.initial.update(
            levels="\n".join(f"{n} {p} {a}" for n, p, a in awarding.DEFAULT_LEVELS), jury_size=5
        )


class NominateForm(StepForm):
    case_no = line(_("建议编号"), 24, help_text=_("例如 JY2026-0000001-0。"))
    merits = text(_("推荐理由"), 1000, help_text=_("好在哪里、有什么效果。不写建议人是谁。"))

    def prepare(self) -> None:
        self.initial["case_no"] = self.step.request.GET.get("case", "")[:24]


class ScreenForm(StepForm):
    title = line(_("给评委看的标题"), 200)
    text = text(_("给评委看的内容"), 6000, rows=10, help_text=_("不能认出建议人是谁。已经替您盖住了能认出的，请再看一遍。"))  # fmt: skip

    def prepare(self) -> None:
        held = self.step.record
        self.initial.update(title=held.masked_title, text=held.masked_text)


class ReasonForm(StepForm):
    reason = text(_("理由"), 500, rows=4)


class SameForm(StepForm):
    numbers = text(_("哪几件是同一个想法"), 500, rows=3, help_text=_("填建议编号，一行一个。最早收到的留下，其余不再参评。"))  # fmt: skip


class ScoreForm(StepForm):
    novelty = number(_("新意（0到100）"), 0, 100)
    feasibility = number(_("可行（0到100）"), 0, 100)
    benefit = number(_("受益面（0到100）"), 0, 100)
    comment = text(_("评语"), 500, required=False, rows=3)


class RecuseForm(StepForm):
    conflict_reason = line(_("回避的缘由"), 200, help_text=_("例如“同事”“亲属”。"))


class PublicityForm(StepForm):
    until = day(_("公示到哪天"), required=False, help_text=_("不填就公示5个工作日，可以更长，不能更短。"))  # fmt: skip


class ObjectionForm(StepForm):
    text = text(_("异议"), 1000, help_text=_("照对方的原话写。"))


class ObjectionAnswerForm(StepForm):
    upheld = steering_fields.choice(_("异议成立吗"), [("yes", _("成立，不再授奖")), ("no", _("不成立"))])  # fmt: skip
    answer = text(_("核实情况"), 1000)


class NameForm(StepForm):
    name = line(_("同意公开的姓名"), 60, required=False, help_text=_("获奖人明确同意才填。不同意或改主意了，留空。"))  # fmt: skip


class PaymentForm(StepForm):
    payee = line(_("户名"), 60)
    identity_number = line(_("身份证号"), 24)
    bank = line(_("开户行"), 80)
    account = line(_("账号"), 40)


class ReadForm(StepForm):
    reason = line(_("查看理由"), 200, help_text=_("会记下来。"))


class PaidForm(StepForm):
    paid_on = day(_("付款日期"))


def _open(held: dict[str, Any], step: Step) -> Any:
    levels = level_lines(held.pop("levels"))
    return awarding.open_round(
        jurisdiction=step.jurisdiction, levels=levels, actor=step.actor, at=step.at, **held
    )


def _nominate(held: dict[str, Any], step: Step) -> Any:
    item = steering_fields.cases(step.request, held["case_no"], "case_no")[0]
    current = (
        AwardRound.objects.filter(status=RoundState.NOMINATING, jurisdiction=item.jurisdiction)
        .order_by("-pk")
        .first()
    )
    if current is None:
        raise Invalid({"case_no": ["现在没有正在提名的评选。"]})
    try:
        return awarding.nominate(
            round=current, suggestion=item, merits=held["merits"], actor=step.actor, at=step.at
        )
    except Invalid as error:
        found = {"case_no" if k == "number" else k: v for k, v in error.errors.items()}
        raise Invalid(found) from error


def _same(held: dict[str, Any], step: Step) -> None:
    items = steering_fields.cases(step.request, held["numbers"], "numbers")
    found = list(
        step.record.nominations.filter(suggestion__in=items).select_related("suggestion", "round")
    )
    if len(found) != len(items):
        raise Invalid({"numbers": ["有的编号没有在这次评选里提名。"]})
    awarding.settle_same_idea(nominations=found, actor=step.actor, at=step.at)


def _recuse(held: dict[str, Any], step: Step) -> None:
    judging.recuse(nomination=step.record, reason=held["conflict_reason"], actor=step.actor, at=step.at)  # fmt: skip


def _answer(held: dict[str, Any], step: Step) -> None:
    judging.answer_objection(
        objection=step.part, upheld=held["upheld"] == "yes", answer=held["answer"], actor=step.actor, at=step.at
    )  # fmt: skip


def _objection_of(nomination: Nomination, pk: int) -> AwardObjection | None:
    return nomination.objections.filter(pk=pk, upheld=None).select_related("nomination").first()


def _read(held: dict[str, Any], step: Step) -> HttpResponse:
    """Show the payment data once, on this answer only."""
    facts = judging.read_payment(nomination=step.record, reason=held["reason"], actor=step.actor, at=step.at)  # fmt: skip
    back = reverse("desk:record", args=["nomination", step.record.pk])
    return common.page(
        step.request, "suggestions/desk/award_payment.html", title=_now("收款信息"), facts=facts, back=back,
        crumbs=[(str(step.record), back)],
    )  # fmt: skip


def _round_blocks(request: HttpRequest, held: AwardRound) -> list[Block]:
    nominations = steering.visible(request, kinds.KINDS["nomination"]).filter(round=held)
    shown = f"{date_words(held.shown_from)}至{date_words(held.shown_until)}" if held.shown_until else ""  # fmt: skip
    blocks = [
        Block(_("规则"), [(_("周期"), f"{date_words(held.cycle_from)}至{date_words(held.cycle_to)}"), (_("公示"), shown)],
              text=held.rules_text),
        Block(_("奖项"), headers=[_("等次"), _("名额"), _("每名奖金（元）")],
              rows=[Row([x.name, str(x.places), f"{x.amount:,}"]) for x in held.levels.all()]),
        Block(_("提名"), headers=[_("给评委看的标题"), _("得分"), _("等次"), _("状态")], rows=[
            Row([n.masked_title, str(n.points or ""), n.level.name if n.level else "", str(n.get_status_display())],
                [Link(_("打开"), reverse("desk:record", args=["nomination", n.pk]))]) for n in nominations[:200]
        ], empty=_("还没有提名。")),
    ]  # fmt: skip
    jurors = list(held.jurors.select_related("user"))
    if jurors and _is_staff(request):
        blocks.append(
            Block(_("抽签"), [(_("种子"), held.jury_seed), (_("名册人数"), str(len(held.jury_pool))),
                           (_("评委"), "、".join(str(j.user) for j in jurors))])
        )  # fmt: skip
    return blocks


def _nomination_blocks(request: HttpRequest, held: Nomination) -> list[Block]:
    staff = _is_staff(request)
    blocks = [Block(_("内容（已去掉个人信息）"), text=held.masked_text)]
    mine = held.scores.filter(juror__user_id=request.user.pk or 0).first()
    if mine is not None:
        said = f"回避：{mine.conflict_reason}" if mine.conflict else f"新意{mine.novelty}，可行{mine.feasibility}，受益面{mine.benefit}"  # fmt: skip
        blocks.append(Block(_("您交的"), [(_("打分"), said), (_("评语"), mine.comment)]))
    if not staff:
        return blocks
    links = []
    if access.readable(request.user).filter(pk=held.suggestion_id).exists():
        number_ = held.suggestion.case_no
        links = [Link(number_, reverse("desk:item", args=[number_]))]
    blocks.insert(0, Block(_("提名"), [
        (_("评选"), held.round.title), (_("推荐理由"), held.merits), (_("推荐的单位"), held.unit.short_name if held.unit else ""),
        (_("得分"), str(held.points or "")), (_("等次"), held.level.name if held.level else ""),
        (_("更早的一件"), held.earlier.suggestion.case_no if held.earlier else ""), (_("同意公开的姓名"), held.public_name),
    ], links=links))  # fmt: skip
    if held.points is not None:
        # Before the scores are frozen nobody in the office reads single sheets.
        blocks.append(Block(_("打分"), headers=[_("评委"), _("新意"), _("可行"), _("受益面"), _("评语")], rows=[
            Row([f"第{s.juror.order}位", *(["回避"] * 3 if s.conflict else [str(s.novelty), str(s.feasibility), str(s.benefit)]),
                 s.comment]) for s in held.scores.select_related("juror")
        ]))  # fmt: skip
    objections = list(held.objections.all())
    if objections:
        blocks.append(Block(_("异议"), headers=[_("异议"), _("结果"), _("核实情况")], rows=[
            Row([o.text, "待核实" if o.upheld is None else "成立" if o.upheld else "不成立", o.answer],
                steering.part_links(request, "nomination", held, o, "answer") if o.upheld is None else [])
            for o in objections
        ]))  # fmt: skip
    return blocks


def _rounds(request: HttpRequest, rows: "QuerySet[Any]") -> "QuerySet[Any]":
    return rows.select_related("jurisdiction")


def _nominations(request: HttpRequest, rows: "QuerySet[Any]") -> "QuerySet[Any]":
    """Jurors see what was screened for them, and nobody's nomination before."""
    if not _is_staff(request):
        early = Q(status=AwardState.NOMINATED) | Q(status=AwardState.NOT_SELECTED, points=None)
        rows = rows.exclude(early)
    return rows.select_related("suggestion", "round", "level", "unit", "earlier__suggestion", "jurisdiction")  # fmt: skip


_R, _A = RoundState, AwardState
kinds.register(
    Kind(
        slug="award", room="award", label=_("评选"), model=AwardRound, see="see_awards",
        open_states=[s for s in RoundState.values if s not in (_R.FINISHED, _R.CANCELLED)],
        headers=[_("名称"), _("周期")], cells=lambda r: [r.title, f"{date_words(r.cycle_from)}至{date_words(r.cycle_to)}"],
        blocks=_round_blocks, rows=_rounds,
        intro=_("提名、初审、抽评委、打分、定入围、公示、批准、通知、发奖。同一想法，最早收到的那件参评。"),
        acts=[
            Act("open", _("开始一次评选"), _open, BY_NAME["open_round"].roles, form=RoundForm, begins=True, primary=True,
                done=_("评选已开始，可以提名了。")),
            Act("close-nominations", _("结束提名"), serve(awarding.close_nominations, "round"), BY_NAME["close_nominations"].roles,
                [_R.NOMINATING], advice=_("结束以后不能再提名，转入初审。"), primary=True),
            Act("same", _("同一想法"), _same, BY_NAME["screen_out"].roles, [_R.SCREENING], SameForm),
            Act("draw", _("抽评委，开始打分"), serve(awarding.start_scoring, "round"), BY_NAME["start_scoring"].roles,
                [_R.SCREENING], advice=_("从专家和评委名册里随机抽。名册和种子都记下来，谁都可以照着再抽一遍核对。"),
                done=_("评委已抽定。"), primary=True),
            Act("close-scoring", _("结束打分"), serve(judging.close_scoring, "round"), BY_NAME["close_scoring"].roles,
                [_R.SCORING], advice=_("成绩冻结，不能再改。"), primary=True),
            Act("shortlist", _("定入围名单"), serve(judging.shortlist, "round"), BY_NAME["shortlist"].roles, [_R.SHORTLISTING],
                advice=_("按得分从高到低，同分的先收到的在前。")),
            Act("publicity", _("开始公示"), serve(judging.start_publicity, "round"), BY_NAME["start_publicity"].roles,
                [_R.SHORTLISTING], PublicityForm, primary=True),
            Act("approve", _("批准授奖"), serve(judging.approve, "round"), BY_NAME["approve_round"].roles, [_R.PUBLICITY],
                advice=_("公示期满、异议都答复了才能批准。"), primary=True),
            Act("finish", _("结束评选"), serve(judging.finish, "round"), BY_NAME["finish_round"].roles, [_R.APPROVED],
                advice=_("每位获奖人都通知、发奖以后才能结束。结束以后不能再改。")),
            Act("cancel", _("取消评选"), serve(judging.cancel, "round"), BY_NAME["cancel_round"].roles,
                BY_NAME["cancel_round"].from_, ReasonForm),
        ],
    )
)  # fmt: skip
kinds.register(
    Kind(
        slug="nomination", room="award", label=_("提名"), model=Nomination, see="see_awards",
        open_states=[s for s in AwardState.values if s not in (_A.PAID, _A.NOT_SELECTED)],
        headers=[_("标题"), _("评选"), _("得分")], cells=lambda n: [n.masked_title, n.round.title, str(n.points or "")],
        blocks=_nomination_blocks, rows=_nominations,
        intro=_("评委看到的是去掉个人信息的内容。交了的分数不能再改；有利害关系的，请回避。"),
        acts=[
            Act("nominate", _("提名一件建议"), _nominate, NOMINATORS, form=NominateForm, begins=True, done=_("已提名。")),
            Act("screen-in", _("通过初审"), serve(awarding.screen_in, "nomination"), BY_NAME["screen_in"].roles, [_A.NOMINATED],
                ScreenForm, primary=True),
            Act("screen-out", _("初审不通过"), serve(awarding.screen_out, "nomination"), BY_NAME["screen_out"].roles,
                [_A.NOMINATED, _A.SCREENED], ReasonForm),
            Act("score", _("打分"), serve(judging.score, "nomination"), (Role.JURY, Role.EXPERT), [_A.SCREENED], ScoreForm,
                _("交了就不能再改。"), _("打分已交。"), True),
            Act("recuse", _("回避"), _recuse, (Role.JURY, Role.EXPERT), [_A.SCREENED], RecuseForm,
                _("和建议人或这件事有利害关系的，请回避。"), _("已回避，这一件不计您的分。")),
            Act("object", _("记下异议"), serve(judging.object_to, "nomination"), (Role.INTAKE_CLERK, Role.TRIAGE_OFFICER),
                [_A.PUBLICITY_PERIOD], ObjectionForm, done=_("异议已记下。")),
            Act("answer", _("答复异议"), _answer, BY_NAME["uphold_award_objection"].roles, [_A.PUBLICITY_PERIOD],
                ObjectionAnswerForm, part=_objection_of, shows=lambda o: o.text),
            Act("notify", _("通知获奖人"), serve(judging.notify, "nomination"), BY_NAME["notify_winner"].roles, [_A.APPROVED],
                advice=_("按建议人留下的方式通知。本人另外同意以前，姓名不公开。"), primary=True, done=_("已通知获奖人。")),
            Act("name", _("记下是否公开姓名"), serve(judging.agree_to_name, "nomination"),
                (Role.TRIAGE_OFFICER, Role.INTAKE_CLERK), [_A.NOTIFIED, _A.PAID], NameForm),
            Act("payment", _("登记收款信息"), serve(judging.collect_payment, "nomination"), (Role.TRIAGE_OFFICER,), [_A.NOTIFIED],
                PaymentForm, _("加密保存，发奖后按会计年限到期删除。"), _("收款信息已登记。")),
            Act("read-payment", _("查看收款信息"), _read, (Role.TRIAGE_OFFICER,), [_A.NOTIFIED, _A.PAID], ReadForm),
            Act("paid", _("已发奖"), serve(judging.pay, "nomination"), BY_NAME["pay_award"].roles, [_A.NOTIFIED], PaidForm,
                done=_("已记下发奖。")),
        ],
    )
)  # fmt: skip


@panel
def award_panel(request: HttpRequest, item: Suggestion) -> Panel | None:
    """On an item's screen: nominate it, while a round takes nominations. Two queries."""
    if access.actor_for(request.user, item, NOMINATORS) is None:
        return None
    current = AwardRound.objects.filter(
        status=RoundState.NOMINATING, jurisdiction_id=item.jurisdiction_id
    )
    if not item.outcome or not current.exists():
        return None
    url = f"{reverse('desk:record_new', args=['nomination', 'nominate'])}?case={item.case_no}"
    return Panel(acts=(Link(_("提名评奖"), url),))


@common.desk_view(common.AWARD_ROLES)
def award(request: HttpRequest) -> HttpResponse:
    """The room 评选奖励."""
    return redirect("desk:records", "award")
