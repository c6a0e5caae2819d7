"""The room 回访: calls to authors after the limit, and ratings a person should look at (process.md 7.1; K14)."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from suggestions import access
from suggestions.actor import Actor
from suggestions.clock import local_date
from suggestions.codes import Overall, Solved
from suggestions.desk import common, kinds, steering, steering_fields
from suggestions.desk.kinds import Act, Block, Kind, Step, StepForm, serve
from suggestions.desk.panels import Link, Panel
from suggestions.desk.panels import register as panel
from suggestions.desk.steering_fields import choice, date_words, line, text
from suggestions.errors import DomainError
from suggestions.matrix import MATRIX
from suggestions.models import RatingFlag, Suggestion, Visit
from suggestions.roles import Role
from suggestions.services import flags, visiting
from suggestions.states import BY_NAME
from suggestions.states.visit import VisitState
from suggestions.statistics import figures
from suggestions.statistics import visits as statistics

SHOWN = 100


class PlanForm(StepForm):
    case_no = line(_("建议编号"), 24)

    def prepare(self) -> None:
        self.initial["case_no"] = self.step.request.GET.get("case", "")[:24]


class RecordForm(StepForm):
    contacted = choice(_("承办单位联系过您吗"), [("yes", _("联系过")), ("no", _("没有"))])
    solved = choice(_("事情解决了吗"), Solved.choices)
    satisfied = choice(_("满意吗"), Overall.choices, required=False, help_text=_("不愿意说就不选，不劝。"))  # fmt: skip
    words = text(_("建议人的原话"), 1000, required=False, help_text=_("照原话记，不写姓名电话。"))


class ReasonForm(StepForm):
    reason = text(_("理由"), 300, rows=3)


def _plan(held: dict[str, Any], step: Step) -> Any:
    item = steering_fields.cases(step.request, held["case_no"], "case_no")[0]
    return visiting.plan(suggestion=item, why=Visit.Why.SPOT, actor=step.actor, at=step.at)


def _record(held: dict[str, Any], step: Step) -> None:
    held["contacted"] = {"yes": True, "no": False}.get(held["contacted"])
    visiting.record(visit=step.record, actor=step.actor, at=step.at, **held)


def _blocks(request: HttpRequest, visit: Visit) -> list[Block]:
    item = visit.suggestion
    links = []
    if access.readable(request.user).filter(pk=item.pk).exists():
        links = [Link(f"{item.case_no} {item.original_title}", reverse("desk:item", args=[item.case_no]))]  # fmt: skip
    contacted = {True: "联系过", False: "没有"}.get(visit.contacted, "") if visit.contacted is not None else ""  # fmt: skip
    return [
        Block(_("回访谁"), [
            (_("缘由"), str(visit.get_why_display())), (_("承办单位"), visit.unit.name if visit.unit else ""),
            (_("没打通"), f"{visit.attempts}次" if visit.attempts else ""),
        ], text="电话号码在建议的页面上，写明理由查看，会记下来。先说明您是征集办公室的，问三件事；不愿意说就不问。", links=links),
        Block(_("建议人说的"), [
            (_("承办单位联系过吗"), contacted), (_("事情解决了吗"), str(visit.get_solved_display())),
            (_("满意吗"), str(visit.get_satisfied_display())), (_("原话"), visit.words),
            (_("回访日期"), date_words(local_date(visit.visited_at)) if visit.visited_at else ""),
        ], empty=_("还没有回访。") if visit.visited_at is None else ""),
    ]  # fmt: skip


def _rows(request: HttpRequest, rows: "QuerySet[Any]") -> "QuerySet[Any]":
    return rows.select_related("suggestion", "unit", "jurisdiction").order_by("due_on", "pk")


_PLANNED = [VisitState.PLANNED]
kinds.register(
    Kind(
        slug="visit", room="visits", label=_("回访"), model=Visit, see="see_visits", open_states=_PLANNED,
        headers=[_("建议"), _("承办单位"), _("缘由")],
        cells=lambda v: [v.suggestion.case_no, v.unit.short_name if v.unit else "", str(v.get_why_display())],
        blocks=_blocks, rows=_rows,
        intro=_("办理期限过了以后5个工作日内回访，由登记员打电话。承办单位看不到回访，也不能回访自己办的件。"),
        acts=[
            Act("plan", _("安排抽查回访"), _plan, (Role.SUPERVISOR,), form=PlanForm, begins=True, primary=True,
                advice=_("不通知承办单位。"), done=_("已安排，登记员会看到。")),
            Act("record", _("记下回访"), _record, BY_NAME["record_visit"].roles, _PLANNED, RecordForm, primary=True,
                done=_("回访已记下。")),
            Act("no-answer", _("没打通"), serve(visiting.no_answer, "visit"), BY_NAME["give_up_visit"].roles, _PLANNED,
                advice=_("第三次没打通，记为联系不上。"), done=_("已记下，改天再打。")),
            Act("decline", _("不愿接受回访"), serve(visiting.decline, "visit"), BY_NAME["decline_visit"].roles, _PLANNED,
                advice=_("不问原因，不再打。"), done=_("已记下，不再打扰。")),
            Act("cancel", _("不再回访"), serve(visiting.cancel, "visit"), BY_NAME["cancel_visit"].roles, _PLANNED, ReasonForm),
        ],
    )
)  # fmt: skip


@panel
def visit_panel(request: HttpRequest, item: Suggestion) -> Panel | None:
    """On an item's screen, for those who see visits: what was said on the phone. Two queries; units see nothing."""
    if access.may(request.user, "see_visits", item) is None:
        return None
    held = list(
        access.records(request.user, Visit, "see_visits").filter(suggestion=item).order_by("-pk")[:5]
    )  # fmt: skip
    acts: tuple[Link, ...] = ()
    if access.may_transition(request.user, "plan_visit", item) is not None:
        url = f"{reverse('desk:record_new', args=['visit', 'plan'])}?case={item.case_no}"
        acts = (Link(_("安排抽查回访"), url),)
    if not held and not acts:
        return None
    rows = [
        kinds.Row(
            [str(v.get_why_display()), v.words[:40], str(v.get_status_display())],
            [Link(_("打开"), reverse("desk:record", args=["visit", v.pk]))],
        )
        for v in held
    ]
    template = "suggestions/desk/_record_panel.html" if rows else ""
    return Panel(template, {"heading": _("回访"), "rows": rows, "id": "visits"}, acts)


def _flags(request: HttpRequest) -> "QuerySet[RatingFlag]":
    places = access.scope(request.user).holds(MATRIX["settle_rating_flag"])
    rows = RatingFlag.objects.none()
    for role in places:
        rows = rows | RatingFlag.objects.filter(
            unit__jurisdiction__path__startswith=role.jurisdiction.path
        )
    return rows.select_related("unit__jurisdiction", "evaluation__suggestion", "looked_by")


def _supervisor(request: HttpRequest, flag: RatingFlag) -> Actor | None:
    for role in access.scope(request.user).holds(MATRIX["settle_rating_flag"]):
        if flag.unit.jurisdiction.path.startswith(role.jurisdiction.path):
            return Actor.staff(request.user, role.role, role.unit)  # type: ignore[arg-type]
    return None


@common.desk_view([Role(r) for r in MATRIX["settle_rating_flag"]])
def rating_flags(request: HttpRequest) -> HttpResponse:
    """Ratings and units to look at, and the figures of the last twelve months beside them."""
    everything = request.GET.get("show") == "all"
    rows = _flags(request)
    period = figures.whole_months(local_date(timezone.now()))
    return common.page(
        request,
        "suggestions/desk/rating_flags.html",
        title=_now("评价核实"),
        flags=list((rows if everything else rows.filter(finding=""))[:SHOWN]),
        everything=everything,
        period=period,
        figures=[formula(period) for formula in statistics.VISIT_FIGURES],
        tabs=steering.tabs(request, "visits"),
    )


class FlagForm(StepForm):
    finding = choice(_("结论"), RatingFlag.Finding.choices)
    note = line(_("怎么核实的"), 300, help_text=_("例如“打电话问过建议人，是本人评的”。"))


@common.desk_view([Role(r) for r in MATRIX["settle_rating_flag"]])
def rating_flag(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what a look found."""
    flag = get_object_or_404(_flags(request), pk=pk)
    actor = _supervisor(request, flag)
    if actor is None:
        return common.refused(request, needed=MATRIX["settle_rating_flag"])
    step = Step(request, actor, flag.unit.jurisdiction, timezone.now())
    form, status = FlagForm(request.POST if request.method == "POST" else None, step=step), 200
    if request.method == "POST":
        if form.is_valid():
            try:
                flags.settle(flag=flag, actor=actor, at=step.at, **form.cleaned_data)
                return redirect("desk:rating_flags")
            except DomainError as error:
                common.show_errors(form, error)
        status = 422
    item = flag.evaluation.suggestion if flag.evaluation else None
    return common.page(
        request,
        "suggestions/desk/rating_flag.html",
        title=str(flag.get_kind_display()),
        crumbs=[(_now("评价核实"), reverse("desk:rating_flags"))],
        status=status,
        flag=flag,
        item=item,
        form=form,
    )


@common.desk_view(common.VISIT_ROLES)
def visits(request: HttpRequest) -> HttpResponse:
    """The room 回访."""
    return redirect("desk:records", "visit")
