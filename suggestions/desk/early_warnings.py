"""The room 预警: warnings on topics and places, the one topic of a month, and the thresholds (process.md 8.4)."""

from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from suggestions import access
from suggestions.clock import local_date
from suggestions.desk import kinds
from suggestions.desk import steering_fields as f
from suggestions.desk.kinds import Act, Block, Kind, Row, Step, StepForm, serve
from suggestions.desk.panels import Link
from suggestions.desk.steering_fields import date_words, own_units
from suggestions.desk.supervision import ReasonForm
from suggestions.models import EarlyWarning, MonthTopic, Signal, Suggestion, Topic
from suggestions.services import early_warnings, month_topics, warning_watch
from suggestions.states import BY_NAME
from suggestions.states.warning import OPEN_WARNINGS, MonthTopicState, WarningState

State, Month = WarningState, MonthTopicState
MONTHS_AHEAD = 3


class HandOnForm(StepForm):
    unit = f.unit(_("请哪个单位签收"))
    reason = f.text(_("理由"), 1000, rows=4)

    def prepare(self) -> None:
        own_units(self, "unit", self.step.jurisdiction)


class MeasureForm(StepForm):
    words = f.text(
        _("措施"), 1000, rows=6, help_text=_("写改什么、怎么改。写事和地方，不写提建议的人。")
    )
    until_on = f.day(_("哪天前做完"), required=False)


class ResultForm(StepForm):
    result = f.text(_("做了什么，有什么变化"), 2000, rows=6)


_COUNTED = {
    Signal.DISSATISFIED: _("%(n)s个"), Signal.COMMITMENTS: _("%(n)s项"), Signal.BACKLOG: _("%(n)s件"),
}  # fmt: skip
"""What a signal counts by; the others count people."""


def _counted(warning: EarlyWarning, number: object) -> str:
    return str(_COUNTED.get(Signal(warning.signal), _("%(n)s位"))) % {"n": number}


def _usual(warning: EarlyWarning) -> str:
    """What is usual; "" for promises not kept, of which none is usual."""
    if warning.signal == Signal.COMMITMENTS:
        return ""
    return _counted(warning, _plain(warning.expected))


def _cells(warning: EarlyWarning) -> list[str]:
    number = _counted(warning, warning.seen)
    if _usual(warning):
        # What it is counted by is said once: the column is narrow.
        number += f"，平常{_plain(warning.expected)}"
    return [str(warning), number, _units(warning), date_words(warning.raised_on)]


def _plain(number: Any) -> str:
    """2.0 as people write it."""
    return f"{number:f}".rstrip("0").rstrip(".") if "." in f"{number:f}" else f"{number}"


def _units(warning: EarlyWarning) -> str:
    return f.listed(u.short_name for u in (warning.unit, warning.place_unit) if u is not None)


def _rows(_request: HttpRequest, rows: "QuerySet[Any]") -> "QuerySet[Any]":
    return rows.select_related("topic", "district", "unit", "place_unit", "rule", "jurisdiction")


_SPAN: dict[str, Any] = {
    Signal.RISE: _("前八周每周的人数，最近的在前"), Signal.HIGH_RISK: _("前八周每周的人数，最近的在前"),
    Signal.SEASON: _("再往前八个四周的人数，最近的在前"),
}  # fmt: skip


def _blocks(request: HttpRequest, warning: EarlyWarning) -> list[Block]:
    times = warning.rule.times
    rule = f"至少{warning.rule.least}" + (f"，达到平常的{_plain(times)}倍" if times else "")
    after = "" if warning.seen_after is None else _counted(warning, warning.seen_after)
    facts = [
        (_("看到什么"), warning_watch.said(warning)),
        (_("按哪条规则"), f"{warning.rule}：{rule}"),
        (_("看到"), _counted(warning, warning.seen)),
        (_("平常"), _usual(warning)),
        (_SPAN.get(warning.signal, ""), "、".join(map(str, warning.past))),
        (_("属事单位"), warning.unit.short_name if warning.unit else "没有找到，请督办员指定"),
        (_("属地单位"), warning.place_unit.short_name if warning.place_unit else ""),
        (_("签收人"), str(warning.acknowledged_by or "")),
        (_("做了什么，有什么变化"), warning.result),
        (_("办结时看到"), after),
    ]
    return [
        Block(_("苗头"), facts),
        Block(
            _("措施"), headers=[_("单位"), _("措施"), _("哪天前做完"), _("写于")], empty=_("还没有措施。"),
            rows=[
                Row([s.unit.short_name, s.words, date_words(s.until_on), date_words(local_date(s.at))])
                for s in warning.steps.select_related("unit")
            ],
        ),
        _evidence(request, warning),
    ]  # fmt: skip


def _evidence(request: HttpRequest, warning: EarlyWarning) -> Block:
    """The items by number; a link where they are this person's to read, the released title where the public may read it."""
    mine = set(access.readable(request.user).filter(case_no__in=warning.cases).values_list("case_no", flat=True))  # fmt: skip
    held = {s.case_no: s for s in Suggestion.objects.filter(case_no__in=warning.cases).only("case_no", "public_title", "publication", "public_group")}  # fmt: skip
    rows = []
    for number in warning.cases:
        item = held.get(number)
        title = item.public_title if item is not None and item.is_public else "（没有公开）"
        links = [Link(_("打开"), reverse("desk:item", args=[number]))] if number in mine else []
        rows.append(Row([number, title], links))
    return Block(
        _("涉及的建议"), headers=[_("编号"), _("公开的标题")], rows=rows, empty=_("没有。")
    )


_WAITING = (State.RAISED, State.OVERDUE)
kinds.register(
    Kind(
        slug="warning", room="warnings", label=_("预警"), model=EarlyWarning, see="see_warnings",
        open_states=sorted(OPEN_WARNINGS), headers=[_("苗头"), _("看到"), _("单位"), _("发出")], cells=_cells, blocks=_blocks,
        rows=_rows,
        more=[(_("预警规则"), "desk:warning_rules")],
        intro=_("系统每天看各主题、各区划的人数和办理情况，高过平常的发出预警。只看事和地方，不看人。单位两个工作日内签收，写下措施，由督办员办结。"),
        acts=[
            Act("acknowledge", _("签收"), serve(early_warnings.acknowledge, "warning"), BY_NAME["warning_acknowledge"].roles,
                _WAITING, advice=_("签收后请查清原因，写下措施。"), done=_("已签收。"), primary=True),
            Act("measure", _("写措施"), serve(early_warnings.take_measure, "warning"), BY_NAME["warning_act"].roles,
                [State.ACKNOWLEDGED, State.ACTING], MeasureForm, done=_("已记下措施。"), primary=True),
            Act("close", _("办结"), serve(early_warnings.close, "warning"), BY_NAME["warning_close"].roles, [State.ACTING],
                ResultForm, _("写清做了什么、有什么变化。系统同时记下今天看到的数。"), _("已办结。"), True),
            Act("hand-on", _("改由别的单位签收"), serve(early_warnings.hand_on, "warning"), BY_NAME["warning_hand_on"].roles,
                _WAITING, HandOnForm, _("重新计时：两个工作日内签收。")),
            Act("dismiss", _("不是苗头，撤销"), serve(early_warnings.dismiss, "warning"), BY_NAME["warning_dismiss"].roles,
                sorted(OPEN_WARNINGS), ReasonForm, _("记为误报，算进这条规则的误报数。")),
        ],
    )
)  # fmt: skip


class ChooseForm(StepForm):
    """The month, the topic with what speaks for it, who leads, and by when it is to be better."""

    month = f.choice(_("月份"), [])
    topic = f.choice(_("主题"), [], help_text=_("最近三个月有预警的排在前面。"))
    unit = f.unit(_("牵头单位"))
    why = f.text(_("为什么选它"), 500, rows=3)
    goal = f.text(_("要做到什么"), 1000, rows=4, help_text=_("写看得见、查得到的结果。"))
    target_on = f.day(_("哪天前做到"))

    def prepare(self) -> None:
        place, today = self.step.jurisdiction, local_date(timezone.now())
        own_units(self, "unit", place)
        months = [_month(today, n) for n in range(MONTHS_AHEAD)]
        self.fields["month"].choices = [(m.isoformat(), f"{m.year}年{m.month}月") for m in months]  # type: ignore[attr-defined]
        found = month_topics.candidates(place, today)
        first = [
            (str(c.topic.pk), f"{c.topic.name}（{c.warnings}条预警，{c.items}件建议）")
            for c in found
        ]
        known = {c.topic.pk for c in found}
        others = [(str(t.pk), t.name) for t in Topic.objects.filter(is_active=True) if t.pk not in known]  # fmt: skip
        self.fields["topic"].choices = [("", _("请选择")), *first, *others]  # type: ignore[attr-defined]


class ReportForm(StepForm):
    result = f.text(_("做到了什么"), 2000, rows=6)


class AgainForm(StepForm):
    reason = f.text(_("理由"), 1000, rows=4)
    target_on = f.day(_("哪天前做到"))


def _month(today: date, ahead: int) -> date:
    n = today.month - 1 + ahead
    return date(today.year + n // 12, n % 12 + 1, 1)


def _choose(held: dict[str, Any], step: Step) -> Any:
    chosen = Topic.objects.get(pk=int(held["topic"]))
    return month_topics.choose(
        jurisdiction=step.jurisdiction, actor=step.actor, at=step.at,
        **{**held, "topic": chosen, "month": date.fromisoformat(held["month"])},
    )  # fmt: skip


def _topic_blocks(request: HttpRequest, chosen: MonthTopic) -> list[Block]:
    seen = access.records(request.user, EarlyWarning, "see_warnings").filter(month_topics=chosen)
    return [
        Block(_("这个月做什么"), [(_("主题"), chosen.topic.name), (_("牵头单位"), chosen.unit.short_name), (_("为什么选它"), chosen.why),
              (_("要做到什么"), chosen.goal), (_("哪天前做到"), date_words(chosen.target_on)), (_("做到了什么"), chosen.result)]),
        Block(_("来自哪些预警"), empty=_("没有对应的预警。"), headers=[_("苗头"), _("状态")],
              rows=[Row([str(w), w.get_status_display()], [Link(_("打开"), reverse("desk:record", args=["warning", w.pk]))])
                    for w in seen.select_related("topic", "district").distinct()[:30]]),
    ]  # fmt: skip


kinds.register(
    Kind(
        slug="month-topic", room="warnings", label=_("每月一题"), model=MonthTopic, see="see_warnings",
        open_states=[Month.CHOSEN, Month.REPORTED], headers=[_("月份和主题"), _("牵头单位"), _("要做到什么")],
        cells=lambda t: [str(t), t.unit.short_name, t.goal[:60]], blocks=_topic_blocks,
        rows=lambda _r, rows: rows.select_related("topic", "unit", "jurisdiction"),
        intro=_("未诉先办：每个月选一个反映多、预警多的主题，由一个单位牵头，在有人来提以前改好。"),
        acts=[
            Act("choose", _("选定每月一题"), _choose, BY_NAME["month_topic_choose"].roles, form=ChooseForm, begins=True,
                primary=True, done=_("已选定，牵头单位会收到通知。")),
            Act("report", _("报告做到了什么"), serve(month_topics.report, "chosen"), BY_NAME["month_topic_report"].roles,
                [Month.CHOSEN], ReportForm, _("由牵头单位负责人报告。"), primary=True),
            Act("close", _("认可并办结"), serve(month_topics.close, "chosen"), BY_NAME["month_topic_close"].roles,
                [Month.REPORTED], primary=True),
            Act("send-back", _("退回再做"), serve(month_topics.send_back, "chosen"), BY_NAME["month_topic_send_back"].roles,
                [Month.REPORTED], AgainForm),
            Act("drop", _("不再推进"), serve(month_topics.drop, "chosen"), BY_NAME["month_topic_drop"].roles, [Month.CHOSEN],
                ReasonForm, _("停下以后，这个月可以另选一题。")),
        ],
    )
)  # fmt: skip
