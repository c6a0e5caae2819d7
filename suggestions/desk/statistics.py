"""The room 数据公布: a period's figures before and after they are published, in full (process.md 7.2, 7.3).

The analyst prepares, the supervisor or the leader publishes; the public edition withholds small cells, this one none.
"""

from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from suggestions.clock import local_date
from suggestions.desk import kinds, steering_fields
from suggestions.desk.kinds import Act, Block, Kind, Row, Step, StepForm, serve
from suggestions.desk.panels import Link
from suggestions.desk.steering_fields import date_words, line, text
from suggestions.models import StatSnapshot, Suggestion
from suggestions.selectors import published
from suggestions.services import snapshots
from suggestions.states import BY_NAME
from suggestions.states.statistics import SnapshotState
from suggestions.statistics.counting import CHANNEL, DISTRICT, TOPIC, TOTAL, UNIT
from suggestions.statistics.formulas import BY_CODE
from suggestions.statistics.formulas import Kind as Reading

_ITEMS = ("received", "accepted", "on_time_registration", "on_time_completion", "adoption_rate")
_SPLITS: tuple[tuple[str, Any, tuple[str, ...]], ...] = (
    (UNIT, _("各单位办理"), ("assigned", "on_time_completion", "on_time_first", "return_rate", "rework_rate")),
    (UNIT, _("各单位评价和督办"), ("satisfaction", "composite", "supervised", "advice", "advice_adopted")),
    (TOPIC, _("按领域"), _ITEMS),
    (DISTRICT, _("按地区"), _ITEMS),
    (CHANNEL, _("按渠道"), _ITEMS),
)  # fmt: skip
"""Few columns each, so that a table stays in its frame."""
PROPOSED_CASES = 3


class TakeForm(StepForm):
    period = line(
        _("月份或年份"), 7, help_text=_("月份写成2026-10，年份写成2026。要等它结束以后。")
    )


class PublishForm(StepForm):
    note = text(
        _("说明"), 2000, required=False, help_text=_("公布在数据前面，可以不写。不写姓名。")
    )
    cases = text(
        _("典型建议"), 300, required=False, rows=4,
        help_text=_("填编号，一行一个，最多6件，都要有公开的答复。先填上的是这段时间采纳的。"),
    )  # fmt: skip

    def prepare(self) -> None:
        held = self.step.record
        chosen = list(held.cases.values_list("case_no", flat=True)) or _proposed(held)
        self.initial["cases"] = "\n".join(chosen)


class ReasonForm(StepForm):
    reason = text(_("理由"), 500, rows=3)


class CorrectForm(StepForm):
    reason = text(
        _("更正了什么、为什么"), 500, rows=3, help_text=_("和更正的数字一起公布，例如“补录了10月收到的3封来信”。")
    )  # fmt: skip


def _proposed(snapshot: StatSnapshot) -> list[str]:
    """Adopted and public, answered in the period, those most people joined first."""
    rows = Suggestion.objects.on_page().answered().filter(
        jurisdiction__path__startswith=snapshot.jurisdiction.path, outcome__in=("adopted", "partly_adopted"),
        answered_at__gte=snapshots.span(snapshot).begins_at, answered_at__lt=snapshots.span(snapshot).ends_at,
    )  # fmt: skip
    found = rows.order_by("-co_sign_count", "case_no").values_list("case_no", flat=True)
    return list(found[:PROPOSED_CASES])


def _take(held: dict[str, Any], step: Step) -> StatSnapshot:
    kind, period = snapshots.period_of(held["period"].strip())
    return snapshots.take(
        place=step.jurisdiction, kind=kind, period=period, actor=step.actor, at=step.at
    )


def _publish(held: dict[str, Any], step: Step) -> None:
    chosen = steering_fields.cases(step.request, held["cases"])
    snapshots.publish(
        snapshot=step.record, note=held["note"], cases=chosen, actor=step.actor, at=step.at
    )


def said(row: Any) -> str:
    """A figure in words; a rate with its parts."""
    formula = BY_CODE[row.figure]
    shown = published.value(formula, row.numerator, row.denominator)
    if formula.kind == Reading.RATE and row.denominator:
        return f"{shown}%（{_plain(row.numerator)}÷{row.denominator}）"
    return shown


def _plain(number: Decimal) -> str:
    return f"{number:.2f}".rstrip("0").rstrip(".")


def _blocks(request: HttpRequest, snapshot: StatSnapshot) -> list[Block]:
    rows = list(snapshot.rows.all())
    whole = snapshots.is_whole(snapshot)
    links = [Link(_("下载内部版（Excel，可以打印）"), reverse("desk:statistics_file", args=[snapshot.pk]))]  # fmt: skip
    if snapshot.status == SnapshotState.PUBLISHED:
        links.append(Link(_("看公开的页面"), reverse("suggestions:statistics_period", args=[snapshot.slug])))  # fmt: skip
    w = snapshot.weights
    facts = [
        (_("时间"), f"{date_words(snapshot.first)}至{date_words(snapshot.last)}24时"),
        (_("版本"), f"第{snapshot.number}版，算法第{snapshot.formula_version}版"),
        (_("算出"), date_words(local_date(snapshot.taken_at))),
        (_("公布"), date_words(local_date(snapshot.published_at)) if snapshot.published_at else ""),
        (_("权重"), f"基本满意按{w['basically']}%；综合得分：响应{w['response_rate']}、解决{w['solve_rate']}、满意{w['satisfaction']}"),
        (_("更正"), f"更正第{snapshot.corrects.number}版：{snapshot.correction_reason}" if snapshot.corrects else ""),
        (_("核对"), "每一行都和算出时一样" if whole else "有的行和算出时不一样，请不要公布，报系统管理员"),
    ]  # fmt: skip
    blocks = [Block(_("这一版"), facts, text=snapshot.note, links=links)]
    blocks += _changes(snapshot)
    totals = [r for r in rows if r.dimension == TOTAL]
    blocks.append(
        Block(
            _("全部指标"), headers=[_("指标"), _("数值"), _("怎么算")],
            rows=[Row([str(BY_CODE[r.figure].name), said(r), str(BY_CODE[r.figure].words)]) for r in totals],
        )
    )  # fmt: skip
    for dimension, heading, figures in _SPLITS:
        blocks.append(_split(dimension, heading, figures, rows))
    return blocks


def _split(dimension: str, heading: Any, figures: tuple[str, ...], rows: list[Any]) -> Block:
    held: dict[tuple[str, str], dict[str, str]] = {}
    for row in rows:
        if row.dimension == dimension and row.figure in figures:
            held.setdefault((row.key, row.name), {})[row.figure] = said(row)
    return Block(
        heading, headers=[_("分项"), *(BY_CODE[f].name for f in figures)],
        rows=[Row([name, *(cells.get(f, "–") for f in figures)]) for (_key, name), cells in sorted(held.items())],
        empty=_("没有数据。"),
    )  # fmt: skip


def _changes(snapshot: StatSnapshot) -> list[Block]:
    """What a correction changes, total by total and cell by cell; the first hundred."""
    if snapshot.corrects is None:
        return []
    found = snapshots.differences(
        snapshots.cells_of(snapshot.corrects), snapshots.cells_of(snapshot)
    )
    rows = [
        Row([f"{BY_CODE[d.cell.figure].name} {d.cell.name}".strip(), _pair(d.before), _pair(d.after)])
        for d in found[:100]
    ]  # fmt: skip
    headers = [_("哪一项"), _("原来"), _("更正为")]
    return [Block(_("更正了什么"), headers=headers, rows=rows, empty=_("和原来那版没有不同。"))]


def _pair(found: tuple[str, int | None] | None) -> str:
    if found is None:
        return "–"
    numerator = _plain(Decimal(found[0]))
    return numerator if found[1] is None else f"{numerator}÷{found[1]}"


kinds.register(
    Kind(
        slug="statistics", room="statistics", label=_("数据公布"), model=StatSnapshot, see="internal_statistics",
        open_states=[SnapshotState.TAKEN, SnapshotState.PUBLISHED], headers=[_("时间"), _("版本"), _("更正")],
        cells=lambda s: [s.words, f"第{s.number}版", s.correction_reason], blocks=_blocks,
        rows=lambda _r, rows: rows.select_related("jurisdiction", "corrects", "published_by"),
        intro=_("每月、每年结束后系统算一次，分析员核对，督办员或领导公布。公布的数不改；错了写明理由，出一版更正。公开的一版不列太小的数目。"),
        acts=[
            Act("take", _("补算"), _take, BY_NAME["stat_correct"].roles, form=TakeForm, begins=True,
                advice=_("系统没有算过的月份或年份，在这里算。"), done=_("算好了，请核对。")),
            Act("publish", _("公布"), _publish, BY_NAME["stat_publish"].roles, [SnapshotState.TAKEN], PublishForm,
                _("公布以后这一版的数就不能改了。"), _("已公布。"), True),
            Act("drop", _("不用这一版"), serve(snapshots.drop, "snapshot"), BY_NAME["stat_correct"].roles,
                [SnapshotState.TAKEN], ReasonForm, _("写明为什么不用，然后可以重新算。")),
            Act("correct", _("更正"), serve(snapshots.correct, "snapshot"), BY_NAME["stat_correct"].roles,
                [SnapshotState.PUBLISHED], CorrectForm, _("按现在的记录重新算一版。它公布以前，原来那版照旧。"),
                _("更正的一版算好了，在列表里，请核对。")),
        ],
    )
)  # fmt: skip
