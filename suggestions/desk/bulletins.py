"""Bulletins and their lists of what is put right, at the desk (process.md 8.2)."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from suggestions import access
from suggestions.clock import local_date
from suggestions.desk import common, kinds, steering
from suggestions.desk import steering_fields as f
from suggestions.desk.kinds import Act, Block, Kind, Row, Step, StepForm, serve
from suggestions.desk.panels import Link
from suggestions.desk.steering_fields import date_words
from suggestions.desk.supervision import ReasonForm
from suggestions.matrix import MATRIX
from suggestions.models import Bulletin, BulletinUnit, LeagueTable, StatSnapshot
from suggestions.roles import Role
from suggestions.selectors import bulletins as reading
from suggestions.services import bulletins
from suggestions.states import BY_NAME
from suggestions.states.bulletin import BulletinState as State
from suggestions.states.bulletin import BulletinUnitState as UnitState
from suggestions.states.league import LeagueTableState
from suggestions.states.statistics import SnapshotState

OFFICE = (Role.SUPERVISOR, Role.LEADER, Role.TRIAGE_OFFICER)
READERS = tuple(Role(r) for r in MATRIX["see_bulletins"])


class ReviseForm(StepForm):
    title = f.line(_("题目"), 80)
    scope = f.line(_("范围"), 80, help_text=_("例如“全市各承办单位”。"))
    words = f.text(_("总的情况"), 3000, rows=8, help_text=_("写事不写人：不写姓名、电话、住址。"))

    def prepare(self) -> None:
        held = self.step.record
        if isinstance(held, Bulletin):
            self.initial.update(title=held.title, scope=held.scope, words=held.words)


class DraftForm(ReviseForm):
    """Which published figures it speaks of; the units come from the facts of the same days."""

    snapshot = forms.ModelChoiceField(
        StatSnapshot.objects.none(), label=_("依据的统计数据"), empty_label=_("请选择"),
        help_text=_("只有公布了的。通报说的就是这段时间，单位按这段时间的事实列入。"),
        error_messages={"required": _("请选统计数据。"), "invalid_choice": _("请在列表里选。")},
    )  # fmt: skip
    field_order = ("snapshot", "title")

    def prepare(self) -> None:
        field = self.fields["snapshot"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = StatSnapshot.objects.filter(
            jurisdiction=self.step.jurisdiction, status=SnapshotState.PUBLISHED
        )
        field.label_from_instance = reading.period_words  # type: ignore[method-assign, assignment]


class AnswerForm(StepForm):
    text = f.text(
        _("整改情况"), 2000, rows=8, help_text=_("写清查到什么原因、改了什么、以后怎样防止。")
    )


def _draft(held: dict[str, Any], step: Step) -> Any:
    return bulletins.draft(jurisdiction=step.jurisdiction, actor=step.actor, at=step.at, **held)


def _line(held: Any, pk: int) -> BulletinUnit | None:
    found: BulletinUnit | None = held.lines.filter(pk=pk, status=UnitState.LISTED).first()
    return found


def _rows(request: HttpRequest, rows: "QuerySet[Any]") -> "QuerySet[Any]":
    """Units read what was issued, not what is being weighed."""
    if not access.scope(request.user).holds(OFFICE):
        rows = rows.filter(status__in=(State.ISSUED, State.CLOSED))
    return rows.select_related("snapshot", "jurisdiction", "drafted_by", "issued_by", "public_page")


def _cells(held: Bulletin) -> list[str]:
    issued = date_words(local_date(held.issued_at)) if held.issued_at else ""
    return [held.title, held.name, reading.period_words(held.snapshot), issued]


def _blocks(request: HttpRequest, held: Bulletin) -> list[Block]:
    shown = reading.lines(held, office=bool(access.scope(request.user).holds(OFFICE)))
    links = [Link(_("打印"), reverse("desk:bulletin_print", args=[held.pk]))]
    page = held.public_page
    return [
        Block(_("通报"), [
            (_("期号"), held.name), (_("说的时间"), reading.period_words(held.snapshot)), (_("范围"), held.scope),
            (_("起草人"), str(held.drafted_by)), (_("签发人"), str(held.issued_by or "")),
            (_("公开版"), (_now("已发布") if page.live else _now("草稿，等网站编辑审核发布")) if page else ""),
        ], text=held.words, links=links),
        Block(_("数字"), headers=[_("指标"), _("数"), _("分子和分母")], rows=[Row(r) for r in reading.figures(held.snapshot)],
              empty=_("没有可以列的数。")),
        *(
            Block(tone.label, headers=[_("单位"), _("理由"), _("事实"), _("状态")], empty=_("没有单位。"), rows=[
                Row([x.unit.short_name, str(x.get_rule_display()), x.fact, str(x.get_status_display())],
                    steering.part_links(request, "bulletin", held, x, "strike") if x.status == UnitState.LISTED else [])
                for x in shown if x.tone == tone
            ])
            for tone in BulletinUnit.Tone
        ),
    ]  # fmt: skip


_JUDGES = BY_NAME["bulletin_issue"].roles
kinds.register(
    Kind(
        slug="bulletin", room="orders", label=_("通报"), model=Bulletin, see="see_bulletins",
        open_states=[State.DRAFTING, State.ISSUED], headers=[_("题目"), _("期号"), _("说的时间"), _("签发日期")],
        cells=_cells, blocks=_blocks, rows=_rows,
        intro=_("数字用公布了的那一份，单位按事实列入，不能手工添加。被批评的单位10个工作日内报整改情况。"),
        acts=[
            Act("draft", _("起草通报"), _draft, BY_NAME["bulletin_draft"].roles, form=DraftForm, begins=True, primary=True,
                done=_("草稿已保存，单位已按事实列出。")),
            Act("issue", _("签发"), serve(bulletins.issue, "bulletin"), _JUDGES, [State.DRAFTING], primary=True,
                advice=_("签发后各单位都能看，被批评的单位开始计时。起草人不能自己签发。"), done=_("已签发。")),
            Act("revise", _("修改"), serve(bulletins.revise, "bulletin"), BY_NAME["bulletin_draft"].roles, [State.DRAFTING], ReviseForm),
            Act("strike", _("不列入"), serve(bulletins.strike, "line"), BY_NAME["bulletin_strike"].roles, [State.DRAFTING],
                ReasonForm, part=_line, shows=str),
            Act("public", _("生成公开版"), serve(bulletins.public_edition, "bulletin"), BY_NAME["bulletin_draft"].roles,
                [State.ISSUED, State.CLOSED], advice=_("生成一页草稿：数字、受表扬的单位和排名。由网站编辑修改、审核、发布。")),
            Act("close", _("办结"), serve(bulletins.close, "bulletin"), _JUDGES, [State.ISSUED],
                advice=_("整改清单都核过以后才能办结。"), primary=True),
            Act("drop", _("不通报"), serve(bulletins.drop, "bulletin"), BY_NAME["bulletin_drop"].roles, [State.DRAFTING], ReasonForm),
        ],
    )
)  # fmt: skip


def _unit_rows(request: HttpRequest, rows: "QuerySet[Any]") -> "QuerySet[Any]":
    if not access.scope(request.user).holds(OFFICE):
        rows = rows.exclude(status__in=(UnitState.LISTED, UnitState.STRUCK))
    return rows.select_related("unit", "bulletin__snapshot", "jurisdiction", "answered_by")


def _unit_blocks(_request: HttpRequest, held: BulletinUnit) -> list[Block]:
    bulletin = held.bulletin
    return [
        Block(_("通报"), [
            (_("单位"), str(held.unit)), (_("理由"), str(held.get_rule_display())), (_("事实"), held.fact),
            (_("说的时间"), reading.period_words(bulletin.snapshot)),
        ], links=[Link(f"{bulletin.name} {bulletin.title}", reverse("desk:record", args=["bulletin", bulletin.pk]))]),
        Block(_("整改情况"), [(_("报告人"), str(held.answered_by or ""))], text=held.answer,
              empty="" if held.answer else _("还没有报。")),
    ]  # fmt: skip


_WAITING = (UnitState.RECTIFYING, UnitState.OVERDUE, UnitState.SENT_BACK)
kinds.register(
    Kind(
        slug="bulletin-unit", room="orders", label=_("通报整改"), model=BulletinUnit, see="see_bulletins",
        open_states=[*_WAITING, UnitState.ANSWERED], headers=[_("单位"), _("理由"), _("事实"), _("通报")],
        cells=lambda x: [x.unit.short_name, str(x.get_rule_display()), x.fact, x.bulletin.name], blocks=_unit_blocks,
        rows=_unit_rows, intro=_("被通报批评的单位，查原因、改问题，按期报整改情况。"),
        acts=[
            Act("answer", _("报整改情况"), serve(bulletins.answer, "line"), BY_NAME["rectify_answer"].roles, _WAITING,
                AnswerForm, _("由单位负责人报。"), primary=True),
            Act("accept", _("整改完成"), serve(bulletins.accept, "line"), BY_NAME["rectify_accept"].roles, [UnitState.ANSWERED],
                primary=True),
            Act("send-back", _("退回整改"), serve(bulletins.send_back, "line"), BY_NAME["rectify_send_back"].roles,
                [UnitState.ANSWERED], ReasonForm, _("退回后重新计10个工作日。")),
        ],
    )
)  # fmt: skip


@common.desk_view(READERS)
def bulletin_print(request: HttpRequest, pk: int) -> HttpResponse:
    """One bulletin as a document to print: words, figures, units with their facts, the month's tables."""
    held = steering.load(request, kinds.KINDS["bulletin"], pk)
    shown = reading.lines(held, office=bool(access.scope(request.user).holds(OFFICE)))
    tables = LeagueTable.objects.filter(
        jurisdiction=held.jurisdiction, status=LeagueTableState.PUBLISHED, first__gte=held.snapshot.first,
        last__lte=held.snapshot.last,
    ).select_related("group")  # fmt: skip
    return common.page(
        request,
        "suggestions/desk/bulletin_print.html",
        title=str(held),
        crumbs=[
            (_now("通报"), reverse("desk:records", args=["bulletin"])),
            (str(held), reverse("desk:record", args=["bulletin", held.pk])),
        ],
        crumb=_now("打印"),
        room="orders",
        held=held,
        period=reading.period_words(held.snapshot),
        figures=reading.figures(held.snapshot),
        praised=[x for x in shown if x.tone == BulletinUnit.Tone.PRAISED],
        criticised=[x for x in shown if x.tone == BulletinUnit.Tone.CRITICISED],
        tables=[(t, reading.ends(t)) for t in tables],
    )
