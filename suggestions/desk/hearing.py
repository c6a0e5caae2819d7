"""Public hearings at the desk: from planning to the published result (process.md 6.1)."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from suggestions import access
from suggestions.clock import local_date
from suggestions.desk import kinds, steering
from suggestions.desk import steering_fields as f
from suggestions.desk.hearing_forms import (
    ChairForm,
    DatesForm,
    EnrolForm,
    OpinionForm,
    PaperForm,
    PapersForm,
    PlanForm,
    PublishForm,
    RecordForm,
    SayForm,
    SignForm,
    TreatForm,
)
from suggestions.desk.kinds import Act, Block, Kind, Row, Step, serve
from suggestions.desk.panels import Link, Panel
from suggestions.desk.panels import register as panel
from suggestions.desk.reception import code_page
from suggestions.desk.steering_fields import date_words
from suggestions.desk.supervision import ReasonForm
from suggestions.errors import Invalid
from suggestions.matrix import MATRIX
from suggestions.models import (
    Hearing,
    HearingNote,
    HearingOpinion,
    HearingPaper,
    Participant,
    Suggestion,
)
from suggestions.roles import Role
from suggestions.services import hearing_live, hearing_people, hearings
from suggestions.states import BY_NAME
from suggestions.states.hearing import Hearing as State

KEEP = tuple(MATRIX["keep_meetings"])
Signed = Participant.Signed


def _plan(held: dict[str, Any], step: Step) -> Any:
    found = f.cases(step.request, held.pop("cases"))
    sides = []
    for row in held.pop("sides").splitlines():
        name, _blank, seats = row.strip().rpartition(" ")
        if not row.strip():
            continue
        if not name or not seats.isdecimal() or not 1 <= int(seats) <= 500:
            raise Invalid({"sides": [f"“{row.strip()[:20]}”请写成“沿线居民 5”的样子。"]})
        sides.append({"name": name.strip()[:20], "seats": int(seats)})
    hearing = Hearing(jurisdiction=step.jurisdiction, sides=sides, **held)
    return hearings.plan(hearing=hearing, cases=found, actor=step.actor, at=step.at)


def _chair(held: dict[str, Any], step: Step) -> None:
    hearings.name_chair(
        hearing=step.record,
        chair=f.chosen_person(held["chair"], Role.HEARING_CHAIR),
        clerk=f.chosen_person(held["clerk"], Role.HEARING_CLERK),
        actor=step.actor,
        at=step.at,
    )


def _papers(held: dict[str, Any], step: Step) -> None:
    try:
        hearings.send_papers(hearing=step.record, actor=step.actor, at=step.at, **held)
    except Invalid as error:
        if "papers_sent_on" in error.errors:
            raise Invalid({"on": error.errors["papers_sent_on"]}) from error
        raise


def _enrol(held: dict[str, Any], step: Step) -> Any:
    _person, code = hearing_people.enrol(hearing=step.record, actor=step.actor, at=step.at, **held)
    return code_page(step, str(_("报名成功")), str(step.record.topic), code)


def _person(hearing: Any, pk: int) -> Participant | None:
    found: Participant | None = hearing.participants.filter(pk=pk, withdrawn_at=None).first()
    return found


def _opinion(hearing: Any, pk: int) -> HearingOpinion | None:
    found: HearingOpinion | None = hearing.opinions.filter(pk=pk).first()
    return found


def _reveal(held: dict[str, Any], step: Step) -> Any:
    name, phone, email = hearing_people.read_contact(
        person=step.part, actor=step.actor, at=step.at, **held
    )
    return code_page(step, str(_("联系方式")), str(_("这次查看已经记录。")), values=[(_("姓名"), name), (_("手机号"), phone), (_("邮箱"), email)])  # fmt: skip


def _say(held: dict[str, Any], step: Step) -> Any:
    hearing_live.say(hearing=step.record, actor=step.actor, at=step.at, **held)
    messages.success(step.request, str(_("记下了，网站上已经能看到。可以接着记。")))
    return redirect(step.request.path)


def _note(hearing: Any, pk: int) -> HearingNote | None:
    found: HearingNote | None = hearing.notes.filter(pk=pk, struck_at=None).first()
    return found


def _paper(hearing: Any, pk: int) -> HearingPaper | None:
    found: HearingPaper | None = hearing.public_papers.filter(pk=pk, removed_at=None).first()
    return found


def _rows(_request: HttpRequest, rows: "QuerySet[Any]") -> "QuerySet[Any]":
    asked = Count("participants", filter=Q(participants__withdrawn_at=None), distinct=True)
    shown: QuerySet[Any] = rows.select_related("organiser", "chair", "clerk", "jurisdiction")
    counted: QuerySet[Any] = shown.annotate(asked=asked).order_by("-on", "-pk")
    return counted


def _blocks(request: HttpRequest, held: Hearing) -> list[Block]:
    mine = access.readable(request.user).filter(hearings=held)[:30]
    keeps = access.record_actor(request.user, held, KEEP) is not None
    shown = [
        Block(
            _("听证会"),
            [
                (_("种类"), str(held.get_kind_display()) + ("（正式）" if held.is_formal else "")),
                (_("组织单位"), str(held.organiser)),
                (_("时间"), f"{date_words(held.on)} {held.starts:%H:%M}"),
                (_("地点"), held.place),
                (_("直播"), held.stream_url),
                (_("报名"), f"{date_words(held.enrol_from)}至{date_words(held.enrol_until)}"),
                (
                    _("参加人"),
                    f"{held.get_selection_display()}："
                    + "，".join(f"{s['name']}{s['seats']}名" for s in held.sides),
                ),
                (_("旁听席"), str(held.observers)),
                (_("主持人"), str(held.chair or "")),
                (_("记录人"), str(held.clerk or "")),
                (_("不公开的理由"), held.closed_reason),
                (_("材料"), held.papers),
                (_("材料送达"), date_words(held.papers_sent_on)),
                (_("抽签种子"), held.selection_seed),
            ],
            text=held.background,
            links=[
                Link(f"{c.case_no} {c.original_title}", reverse("desk:item", args=[c.case_no]))
                for c in mine
            ],
        ),
        Block(
            _("参加人"),
            headers=[_("界别"), _("名单上的写法"), _("来源"), _("情况")],
            empty=_("还没有人报名。"),
            rows=[
                Row(
                    [p.side, p.public_label, str(p.get_source_display()), _stands(p)],
                    []
                    if p.withdrawn_at or not keeps
                    else steering.part_links(
                        request,
                        "hearing",
                        held,
                        p,
                        "contact",
                        "withdraw-person",
                        *(["sign"] if p.is_chosen else []),
                    ),
                )
                for p in held.participants.order_by("side", "draw_rank", "pk")
            ],
        ),
    ]
    papers = list(held.public_papers.filter(removed_at=None))
    if papers:
        table = [
            Row([p.name, date_words(local_date(p.added_at))], steering.part_links(request, "hearing", held, p, "paper-off"))
            for p in papers
        ]  # fmt: skip
        shown.append(Block(_("网站上的材料"), headers=[_("名称"), _("放上的日子")], rows=table))
    notes = list(held.notes.all())
    if notes:
        table = [
            Row(
                [f"{timezone.localtime(n.said_at):%H:%M}", n.side, n.text, n.struck_reason],
                [] if n.struck_at else steering.part_links(request, "hearing", held, n, "strike"),
            )
            for n in notes
        ]
        headers = [_("时间"), _("谁说的"), _("要点"), _("划去的理由")]
        shown.append(Block(_("现场要点"), headers=headers, rows=table))
    if held.record:
        shown.append(Block(_("笔录"), text=held.record))
    if held.status in (State.HELD, State.RECORD_SIGNED, State.PUBLISHED):
        shown.append(
            Block(
                _("意见和处理"),
                headers=[_("界别"), _("意见"), _("怎样处理"), _("理由")],
                empty=_("还没有登记意见。"),
                rows=[
                    Row(
                        [o.side, o.text, str(o.get_treatment_display()), o.why],
                        steering.part_links(request, "hearing", held, o, "treat"),
                    )
                    for o in held.opinions.all()
                ],
            )
        )
    if held.conclusion:
        shown.append(Block(_("结论"), text=held.conclusion))
    return shown


def _stands(person: Participant) -> str:
    if person.withdrawn_at:
        return "已退出"
    rank = f"第{person.draw_rank}位" if person.draw_rank else ""
    return f.listed(
        [
            ("参加" if person.is_chosen else "候补") if rank else "已报名",
            rank,
            str(person.get_signed_display()) if person.signed else "",
        ]
    )


_OFFICE = BY_NAME["hearing_plan"].roles
_BEFORE = [State.PLANNED, State.ANNOUNCED, State.ENROLMENT, State.CONFIRMED, State.POSTPONED]
_RUN = BY_NAME["hearing_confirm"].roles
kinds.register(
    Kind(
        slug="hearing", room="meetings", label=_("听证"), model=Hearing, see="see_meetings",
        open_states=[s for s in State if s not in (State.PUBLISHED, State.CANCELLED)],
        headers=[_("议题"), _("日期"), _("组织单位"), _("报名人数")],
        cells=lambda h: [h.topic, date_words(h.on), h.organiser.short_name, str(h.asked)], blocks=_blocks, rows=_rows,
        intro=_("参加人怎样产生要事先公布，各方都要有代表；材料至少提前7天送到；笔录由参加人确认签字。"),
        acts=[
            Act("plan", _("筹备听证会"), _plan, _OFFICE, form=PlanForm, begins=True, primary=True),
            Act("chair", _("定主持人和记录人"), _chair, _OFFICE, _BEFORE, ChairForm, _("主持人不能是关联建议的经办人或承办单位的人。")),
            Act("dates", _("改日期"), serve(hearings.set_dates, "hearing"), _OFFICE, [State.PLANNED, State.POSTPONED],
                DatesForm),
            Act("announce", _("发布公告"), serve(hearings.announce, "hearing"), _OFFICE, [State.PLANNED, State.POSTPONED],
                advice=_("公告后，正式听证关联的建议暂停计时。"), primary=True),
            Act("open", _("开始报名"), serve(hearings.open_enrolment, "hearing"), _RUN, [State.ANNOUNCED],
                advice=_("网站上开始报名；打电话、到服务点来的，点“代为报名”。"), primary=True),
            Act("enrol", _("代为报名"), _enrol, KEEP, [State.ENROLMENT], EnrolForm, _("给打电话、到服务点来的人报名。"), primary=True),
            Act("papers", _("登记材料送达"), _papers, _RUN, _BEFORE, PapersForm),
            Act("paper", _("公开一份材料"), serve(hearing_live.add_paper, "hearing"), _RUN, [*_BEFORE, State.HELD, State.RECORD_SIGNED],
                PaperForm, _("放在听证会的网页上，谁都可以下载。"), done=_("已经放到网页上。")),
            Act("paper-off", _("撤下材料"), serve(hearing_live.remove_paper, "paper"), _RUN, form=ReasonForm, part=_paper,
                shows=lambda p: p.name),
            Act("say", _("记现场要点"), _say, BY_NAME["hearing_hold"].roles, [State.CONFIRMED, State.HELD], SayForm,
                _("听证会当天，边开边记，一条一条马上公开。正式笔录另写。")),
            Act("strike", _("划去"), serve(hearing_live.strike, "note"), BY_NAME["hearing_hold"].roles,
                [State.CONFIRMED, State.HELD, State.RECORD_SIGNED], ReasonForm, _("要点从网页上划去，留下时间和理由，理由会公开。"),
                part=_note, shows=lambda n: n.text),
            Act("choose", _("确定参加人"), serve(hearings.choose, "hearing"), _RUN, [State.ENROLMENT],
                advice=_("按公布的办法产生，抽签的种子记入经过，谁都可以重算。"), primary=True),
            Act("hold", _("登记已举行"), serve(hearings.hold, "hearing"), BY_NAME["hearing_hold"].roles, [State.CONFIRMED],
                advice=_("听证会开完了再点。接着写笔录，逐人登记签字。"), primary=True),
            Act("record", _("写笔录"), serve(hearing_people.write_record, "hearing"), BY_NAME["hearing_sign"].roles,
                [State.HELD], RecordForm, primary=True),
            Act("opinion", _("登记意见"), serve(hearing_people.add_opinion, "hearing"), BY_NAME["hearing_sign"].roles,
                [State.HELD, State.RECORD_SIGNED], OpinionForm),
            Act("close-record", _("笔录签字完成"), serve(hearing_people.close_record, "hearing"),
                BY_NAME["hearing_sign"].roles, [State.HELD],
                advice=_("每位参加人都登记了签字、拒签或未到场，才能完成。完成以后，关联建议的时限接着走。")),
            Act("publish", _("公布结果"), serve(hearing_people.publish, "hearing"), _OFFICE, [State.RECORD_SIGNED],
                PublishForm, primary=True),
            Act("postpone", _("延期"), serve(hearings.postpone, "hearing"), _OFFICE,
                [State.ANNOUNCED, State.ENROLMENT, State.CONFIRMED], ReasonForm, _("理由会公开；关联建议的时限恢复计算。")),
            Act("cancel", _("取消听证会"), serve(hearings.cancel, "hearing"), _OFFICE, _BEFORE, ReasonForm,
                _("理由会公开；关联建议的时限恢复计算。")),
            Act("withdraw-person", _("退出报名"), serve(hearing_people.withdraw, "person"), KEEP,
                [State.ENROLMENT, State.CONFIRMED], advice=_("退出以后不能恢复。已确定参加的，由同一界别的下一位补上。"), part=_person, shows=lambda p: p.public_label),
            Act("contact", _("看联系方式"), _reveal, KEEP, form=ReasonForm, advice=_("通知结果、送材料才看，每次都记录。"), part=_person,
                shows=lambda p: p.public_label),
            Act("sign", _("登记签字"), serve(hearing_people.sign, "person"), BY_NAME["hearing_sign"].roles, [State.HELD],
                SignForm, part=_person, shows=lambda p: p.public_label),
            Act("treat", _("写处理"), serve(hearing_people.treat, "opinion"), _OFFICE, [State.HELD, State.RECORD_SIGNED],
                TreatForm, part=_opinion, shows=lambda o: o.text),
        ],
    )
)  # fmt: skip


@panel
def hearing_panel(request: HttpRequest, item: Suggestion) -> Panel | None:
    """On an item's screen: hearings held about it. One query."""
    rows = [
        Row(
            [h.topic, date_words(h.on), h.get_status_display()],
            [Link(_("打开"), reverse("desk:record", args=["hearing", h.pk]))],
        )
        for h in steering.visible(request, kinds.KINDS["hearing"]).filter(cases=item)[:10]
    ]
    if not rows:
        return None
    return Panel(
        "suggestions/desk/_record_panel.html", {"heading": _("听证"), "rows": rows, "id": "hearing"}
    )
