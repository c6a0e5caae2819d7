"""Special reports and digests at the desk (process.md 8.2): write, sign, follow; one page to print of each."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from suggestions import access
from suggestions.clock import local_date
from suggestions.desk import common, kinds, steering
from suggestions.desk import steering_fields as f
from suggestions.desk.kinds import Act, Block, Kind, Row, Step, StepForm, serve
from suggestions.desk.panels import Link, Panel
from suggestions.desk.panels import register as panel
from suggestions.desk.sponsorship import InstructForm
from suggestions.desk.steering_fields import date_words
from suggestions.desk.supervision import ReasonForm
from suggestions.insight import redaction
from suggestions.matrix import MATRIX
from suggestions.models import SpecialReport, Suggestion
from suggestions.roles import Role
from suggestions.services import instructing, special_reports
from suggestions.states import BY_NAME
from suggestions.states.special_report import SpecialReportState as State
from suggestions.statistics import reports as counting

READERS = tuple(Role(r) for r in MATRIX["see_special_reports"])
_NO_PERSON = _("写事不写人：不写姓名、电话、住址。")


class ReviseForm(StepForm):
    """Everything a report says; what it rests on by case number."""

    title = f.line(_("题目"), 80, help_text=_NO_PERSON)
    addressee = f.line(_("报送对象"), 60, help_text=_("例如“分管副市长”“市政府办公室”。"))
    facts = f.text(_("情况"), 3000, rows=8, help_text=_("摘报写建议说了什么。"))
    causes = f.text(
        _("原因分析"), 3000, required=False, rows=6, help_text=_("专报要写，摘报可以不写。")
    )
    proposals = f.text(_("建议"), 3000, rows=6, help_text=_("请哪个单位做什么、哪天前做。"))
    cases = f.text(
        _("依据的建议"),
        2000,
        rows=4,
        help_text=_("填编号，一行一个。报告里只放遮盖过个人信息的摘要。"),
    )

    def prepare(self) -> None:
        held = self.step.record
        if isinstance(held, SpecialReport):
            numbers = held.evidence.values_list("suggestion__case_no", flat=True)
            self.initial.update(
                {n: getattr(held, n) for n in ("title", "addressee", "facts", "causes", "proposals")},
                cases="\n".join(numbers),
            )  # fmt: skip
        else:
            self.initial["cases"] = self.step.request.GET.get("case", "")[:24]


class DraftForm(ReviseForm):
    kind = f.choice(
        _("种类"), SpecialReport.Kind.choices, help_text=_("热点难点写专报，好建议写摘报。")
    )
    field_order = ("kind", "title", "addressee")


class FollowForm(StepForm):
    text = f.text(
        _("跟踪情况"), 1000, help_text=_("谁做了什么，下一步是什么。30天内要再登记一次。")
    )


class CloseForm(StepForm):
    outcome = f.text(_("结果"), 2000, help_text=_("问题解决没有，出了什么文件、办了什么事。"))


class InstructReportForm(InstructForm):
    case_no = None  # type: ignore[assignment]

    def prepare(self) -> None:
        f.own_units(self, "unit", self.step.jurisdiction)
        self.initial["audience"] = "office"


def _draft(held: dict[str, Any], step: Step) -> Any:
    found = f.cases(step.request, held.pop("cases"))
    return special_reports.draft(jurisdiction=step.jurisdiction, cases=found, actor=step.actor, at=step.at, **held)  # fmt: skip


def _revise(held: dict[str, Any], step: Step) -> Any:
    found = f.cases(step.request, held.pop("cases"))
    special_reports.revise(report=step.record, cases=found, actor=step.actor, at=step.at, topic=step.record.topic, **held)  # fmt: skip


def _instruct(held: dict[str, Any], step: Step) -> None:
    instructing.give(jurisdiction=step.jurisdiction, report=step.record, actor=step.actor, at=step.at, **held)  # fmt: skip


def _rows(_request: HttpRequest, rows: "QuerySet[Any]") -> "QuerySet[Any]":
    return rows.select_related("drafted_by", "signed_by", "jurisdiction", "topic")


def _cells(held: SpecialReport) -> list[str]:
    sent = date_words(local_date(held.submitted_at)) if held.submitted_at else ""
    return [held.title, held.name, held.addressee, sent]


def doubtful(held: SpecialReport) -> list[str]:
    """Words that may be somebody's data, for whoever signs to look at; the sure ones were refused on writing."""
    said = "\n".join((held.title, held.facts, held.causes, held.proposals))
    return sorted({said[s.start : s.end] for s in redaction.find_spans(said) if not s.certain})


def _blocks(request: HttpRequest, held: SpecialReport) -> list[Block]:
    mine = {
        c.pk: c for c in access.readable(request.user).filter(special_reports__report=held)
    }  # what one may not read is quoted here all the same, but not linked
    doubts = doubtful(held) if held.status in (State.DRAFTING, State.REVIEW) else []
    instructions = steering.visible(request, kinds.KINDS["instruction"]).filter(special_report=held)
    evidence = list(held.evidence.select_related("suggestion"))
    return [
        Block(_("报告"), [
            (_("种类"), held.name), (_("报送对象"), held.addressee), (_("起草人"), str(held.drafted_by)),
            (_("签发人"), str(held.signed_by or "")),
            (_("报送日期"), date_words(local_date(held.submitted_at)) if held.submitted_at else ""),
            (_("请再看有没有个人信息"), "、".join(doubts)),
        ], links=[Link(_("打印"), reverse("desk:special_print", args=[held.pk]))]),
        Block(_("情况"), text=held.facts),
        Block(_("原因分析"), text=held.causes, empty="" if held.causes else _("摘报没有写。")),
        Block(_("建议"), text=held.proposals),
        Block(_("依据的建议"), headers=[_("编号"), _("题目"), _("摘要（已遮盖）")], empty=_("没有。"), rows=[
            Row([e.suggestion.case_no, e.title, e.text],
                [Link(_("打开"), reverse("desk:item", args=[e.suggestion.case_no]))] if e.suggestion_id in mine else [])
            for e in evidence
        ]),
        Block(_("领导批示"), headers=[_("批示"), _("由谁落实"), _("状态")], empty=_("还没有批示。"), rows=[
            Row([i.text, i.unit.short_name if i.unit else "征集办公室", str(i.get_status_display())],
                [Link(_("打开"), reverse("desk:record", args=["instruction", i.pk]))])
            for i in instructions[:20]
        ]),
        Block(_("跟踪情况"), headers=[_("日期"), _("情况"), _("登记人")], empty=_("还没有登记。"), rows=[
            Row([date_words(local_date(n.at)), n.text, str(n.by)]) for n in held.notes.select_related("by")
        ]),
        Block(_("结果"), text=held.outcome, empty="" if held.outcome else _("还没有结果。")),
    ]  # fmt: skip


_DRAFTERS = BY_NAME["special_draft"].roles
_JUDGES = BY_NAME["special_submit"].roles
kinds.register(
    Kind(
        slug="special-report", room="orders", label=_("专报摘报"), model=SpecialReport, see="see_special_reports",
        open_states=[State.DRAFTING, State.REVIEW, State.SUBMITTED, State.FOLLOWING],
        headers=[_("题目"), _("期号"), _("报送对象"), _("报送日期")], cells=_cells, blocks=_blocks, rows=_rows,
        more=((_("季度和半年会议材料"), "desk:special_pack"),), intro=_("热点难点写专报：情况、原因、建议，跟踪到办结。好建议写摘报。只写事，不写人。"),
        acts=[
            Act("draft", _("起草"), _draft, _DRAFTERS, form=DraftForm, begins=True, primary=True, done=_("草稿已保存。")),
            Act("hand-in", _("送审签"), serve(special_reports.hand_in, "report"), _DRAFTERS, [State.DRAFTING],
                advice=_("由另一位督办员或领导审签。"), primary=True),
            Act("revise", _("修改"), _revise, _DRAFTERS, [State.DRAFTING], ReviseForm),
            Act("submit", _("签发报送"), serve(special_reports.submit, "report"), _JUDGES, [State.REVIEW],
                advice=_("签发后编号报送，不能再改。起草人不能自己签发。"), primary=True, done=_("已签发报送。")),
            Act("send-back", _("退回修改"), serve(special_reports.send_back, "report"), _JUDGES, [State.REVIEW], ReasonForm),
            Act("instruct", _("批示"), _instruct, BY_NAME["instruction_give"].roles, [State.SUBMITTED, State.FOLLOWING],
                InstructReportForm, primary=True, done=_("批示已下达。")),
            Act("follow", _("登记跟踪情况"), serve(special_reports.follow, "report"), BY_NAME["special_follow"].roles,
                [State.SUBMITTED, State.FOLLOWING], FollowForm, primary=True),
            Act("close", _("办结"), serve(special_reports.close, "report"), BY_NAME["special_close"].roles,
                [State.SUBMITTED, State.FOLLOWING], CloseForm, _("批示都办结以后才能办结；专报要先登记过跟踪情况。")),
            Act("drop", _("不报送"), serve(special_reports.drop, "report"), BY_NAME["special_drop"].roles,
                [State.DRAFTING, State.REVIEW], ReasonForm),
        ],
    )
)  # fmt: skip


@common.desk_view(READERS)
def special_print(request: HttpRequest, pk: int) -> HttpResponse:
    """One report as a document to print. Case numbers stand in it, and of the suggestions the masked words alone."""
    held = steering.load(request, kinds.KINDS["special-report"], pk)
    return common.page(
        request,
        "suggestions/desk/special_print.html",
        title=str(held),
        crumbs=[
            (_now("专报摘报"), reverse("desk:records", args=["special-report"])),
            (str(held), reverse("desk:record", args=["special-report", held.pk])),
        ],
        crumb=_now("打印"),
        room="orders",
        held=held,
        evidence=held.evidence.select_related("suggestion"),
        notes=held.notes.all(),
    )


@common.desk_view(READERS)
def special_pack(request: HttpRequest) -> HttpResponse:
    """The pack of a quarterly study or a half-yearly leaders' meeting: figures, reports, what they led to (8.2; S0)."""
    role = access.scope(request.user).holds(READERS)[0]
    now = timezone.now()
    choices = counting.spans(local_date(now))
    asked = request.GET.get("period", "")
    span = next((s for s in choices if s.slug == asked), choices[0])
    return common.page(
        request,
        "suggestions/desk/special_pack.html",
        title=_now("%(period)s%(meeting)s材料") % {"period": span.label, "meeting": span.meeting},
        crumbs=[(_now("专报摘报"), reverse("desk:records", args=["special-report"]))],
        room="orders",
        spans=choices,
        span=span,
        office=role.jurisdiction,
        drawn_at=now,
        pack=counting.pack(role.jurisdiction, span.period),
    )


@panel
def special_panel(request: HttpRequest, item: Suggestion) -> Panel | None:
    """On an item's screen: the reports that quote it, and a way to begin one. One query."""
    if not common.holds(request, READERS):
        return None
    rows = [
        Row([r.name, r.title, str(r.get_status_display())], [Link(_("打开"), reverse("desk:record", args=["special-report", r.pk]))])
        for r in steering.visible(request, kinds.KINDS["special-report"]).filter(evidence__suggestion=item)[:10]
    ]  # fmt: skip
    acts = []
    if access.actor_for(request.user, item, _DRAFTERS):
        acts = [Link(_("写专报或摘报"), f"{reverse('desk:record_new', args=['special-report', 'draft'])}?case={item.case_no}")]  # fmt: skip
    if not (rows or acts):
        return None
    return Panel(
        "suggestions/desk/_record_panel.html" if rows else "",
        {"heading": _("专报摘报"), "rows": rows, "id": "special-reports"},
        tuple(acts),
    )
