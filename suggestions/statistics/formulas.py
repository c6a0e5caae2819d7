"""Every figure of process.md 7.2 in one registry: its words, whom it counts, and how. Snapshots are made from it alone.

The bases are those of the live figures (figures.py, visits.py, adoption.py, agents.py): a published number and the one on
a unit's page are counted by the same query.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from suggestions.statistics import cohorts as c
from suggestions.statistics.cohorts import Scope

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

VERSION = 1
"""Goes up with every change of what a figure counts; published figures keep the version they were counted by."""


class Kind(StrEnum):
    """How a row of the figure is to be read."""

    COUNT = "count"
    """The numerator is a number of items; there is no denominator."""
    RATE = "rate"
    """Numerator ÷ denominator, in percent."""
    DAYS = "days"
    """A number of days, from so many answers; of the mean the numerator is the sum."""
    SCORE = "score"
    """Points out of the denominator (100); "–" when one of its three rates has no base."""


@dataclass(frozen=True, slots=True)
class Counted:
    """A figure that one query counts. `case` leads from the rows counted to the item, `unit` to the unit it is counted
    for; `extra` names further ways to split it, `weights` what each kind of row adds to the numerator (else 1)."""

    base: Callable[[Scope], "QuerySet[Any]"]
    numerator: Q = field(default_factory=Q)
    denominator: Q | None = field(default_factory=Q)
    case: str | None = ""
    unit: str | None = "lead_unit"
    extra: Mapping[str, str] = field(default_factory=dict)
    weights: Callable[[Scope], tuple[tuple[Q, Decimal], ...]] | None = None


@dataclass(frozen=True, slots=True)
class Formula:
    """One figure. `counted` None: computed from other rows or from single durations (snapshots.py)."""

    code: str
    name: "StrOrPromise"
    words: "StrOrPromise"
    """The formula in words."""
    cohort: "StrOrPromise"
    """Which items, by which date, belong to the period."""
    exclusions: "StrOrPromise"
    kind: Kind
    source: str
    counted: Counted | None = None


# fmt: off
FORMULAS: tuple[Formula, ...] = (
    Formula("received", _("收到量"), _("收到的建议件数。"), _("收到时间在这段时间里的，按真正收到的日子算，不按录入的日子。"),
            _("并案、指引其他渠道、不予受理和撤回的都算在内，分开列出。"), Kind.COUNT, "process.md 7.2 received; 13.14",
            Counted(c.received, denominator=None, extra={"split": "status", "mode": "mode"})),
    Formula("accepted", _("受理量"), _("受理的建议件数。"), _("受理时间在这段时间里的。"), _("主件和并案件分开列出。"), Kind.COUNT,
            "process.md 7.2 accepted / primary; XF 29", Counted(c.accepted, denominator=None, extra={"split": "status"})),
    Formula("on_time_registration", _("及时受理率"), _("按期登记转送的件数除以到期的件数。"),
            _("登记转送的期限（十五日）在这段时间里到期的。"), _("建议人撤回的、正在等建议人补充材料的不算。"), Kind.RATE,
            "process.md 7.2 on_time_registration; XF 22; K2",
            Counted(c.registration_due, numerator=c.IN_TIME, case="suggestion__", unit="suggestion__lead_unit")),
    Formula("on_time_completion", _("按期办结率"), _("按期答复的件数除以到期的件数。"),
            _("办理期限在这段时间里到期的；批准延期的按延期后的日子算。"), _("到期没办完的算没有按期；建议人撤回的、正在等建议人补充材料的不算。"),
            Kind.RATE, "process.md 7.2 on_time_completion; K7",
            Counted(c.answers_due, numerator=c.IN_TIME, case="suggestion__", unit="suggestion__lead_unit")),
    Formula("on_time_first", _("按原期限办结率"), _("在最初的期限内答复的件数除以到期的件数。"),
            _("最初的办理期限在这段时间里到期的，不管后来有没有延期。"), _("到期没办完的算没有按期；建议人撤回的、正在等建议人补充材料的不算。"),
            Kind.RATE, "process.md 7.2 on_time_completion (also with original due); K7",
            Counted(c.answers_first_due, numerator=c.IN_FIRST_TIME, case="suggestion__", unit="suggestion__lead_unit")),
    Formula("completion", _("办结率"), _("已经办结的件数除以受理的件数。"), _("受理时间在这段时间里的；办没办结看算出的时候。"),
            _("并案件随主件算一次，撤回的不算。"), Kind.RATE, "process.md 7.2 completion", Counted(c.accepted_primary, numerator=c.CLOSED)),
    Formula("reply_rate", _("回复率"), _("已经答复的件数除以有效建议的件数。"), _("收到时间在这段时间里的有效建议；答没答复看算出的时候。"),
            _("指引其他渠道、不予受理、并案和撤回的不算有效建议。"), Kind.RATE, "process.md 7.2 reply_rate (1 831 ÷ 1 924 = 95.17 %)",
            Counted(c.valid, numerator=c.ANSWERED)),
    Formula("response_rate", _("响应率"), _("建议人说承办单位联系过自己的件数除以有效回访的件数。"), _("这段时间里做成的回访。"),
            _("联系不上的、不愿接受回访的不算。"), Kind.RATE, "process.md 7.2 response_rate; BJ 32",
            Counted(c.visits, numerator=c.CONTACTED, case="suggestion__", unit="unit")),
    Formula("solve_rate", _("解决率"), _("建议人说解决了的件数除以需要解决的件数。"), _("这段时间里做成的回访。"),
            _("“解决一部分”不算解决，“不需要解决”的两边都不算。"), Kind.RATE, "process.md 7.2 solve_rate; BJ 32",
            Counted(c.visits, numerator=c.SOLVED, denominator=c.NEEDED, case="suggestion__", unit="unit")),
    Formula("satisfaction", _("满意率"), _("满意的次数加上基本满意的次数乘以它的权重，除以评价的次数。"), _("这段时间里作出的评价。"),
            _("没有评价的两边都不算，不当作满意。"), Kind.RATE, "process.md 7.2 satisfaction (w configurable); 7.1",
            Counted(c.ratings, case="suggestion__", unit="unit", weights=c.satisfaction_weights)),
    Formula("ratings", _("评价"), _("评价的次数，按满意、基本满意、不满意分开列。"), _("这段时间里作出的评价。"), _("没有评价的不算。"),
            Kind.COUNT, "process.md 7.2 satisfaction, 7.1",
            Counted(c.ratings, denominator=None, case="suggestion__", unit="unit", extra={"overall": "overall"})),
    Formula("participation", _("参评率"), _("评价了的人数除以请评价的人数。"), _("评价期在这段时间里结束的。"), _("建议人撤回的不算。没有评的算没有参评，不算满意。"),
            Kind.RATE, "process.md 7.2 participation; K13",
            Counted(c.windows, numerator=c.RATED, case="suggestion__", unit="suggestion__lead_unit")),
    Formula("composite", _("综合得分"), _("响应率、解决率、满意率按权重相加，满分100分。"), _("同响应率、解决率和满意率。"),
            _("三项里有一项没有数就不算综合得分。"), Kind.SCORE, "process.md 7.2 composite (10/50/40, CODE; editable)"),
    Formula("adoption_rate", _("采纳率"), _("采纳和部分采纳的件数除以答复的件数。"), _("答复时间在这段时间里的。"),
            _("除的是答复的件数，不是收到的件数；并案的合并算一件。"), Kind.RATE, "process.md 7.2 adoption_rate (always name the base)",
            Counted(c.answered, numerator=c.ADOPTED)),
    Formula("conversion_rate", _("转化率"), _("已经落实的件数除以决定采纳或部分采纳的件数。"), _("决定采纳的时间在这段时间里的。"),
            _("后来不再推进的也算在分母里。"), Kind.RATE, "process.md 7.2 conversion_rate",
            Counted(c.decided, numerator=c.IMPLEMENTED, case="suggestion__", unit="unit")),
    Formula("return_rate", _("退回率"), _("单位提出退办的次数除以交办的次数。"), _("交办时间在这段时间里的。"), _("主办和协办都算。"), Kind.RATE,
            "process.md 7.2 return_rate; XF 23", Counted(c.assigned, numerator=c.OBJECTED, case="suggestion__", unit="unit")),
    Formula("misdispatch", _("分办差错率"), _("退办成立的次数除以交办的次数。"), _("交办时间在这段时间里的。"), _("主办和协办都算；还没有决定的退办不算成立。"),
            Kind.RATE, "process.md 7.2 misdispatch; XF 23", Counted(c.assigned, numerator=c.UPHELD, case="suggestion__", unit="unit")),
    Formula("rework_rate", _("重办率"), _("答复被退回重写和评价后重新整改的次数除以报送答复的次数。"), _("这段时间里报送、退回和整改的。"),
            _("一件建议重办几次就算几次。"), Kind.RATE, "process.md 7.2 rework_rate; T12, T15",
            Counted(c.replying, numerator=c.REWORK, denominator=c.REPLIES, case="suggestion__", unit="suggestion__lead_unit")),
    Formula("repeat_rate", _("重复率"), _("同一人就同一件事重复提出的件数除以收到的件数。"), _("收到时间在这段时间里的。"), _("不同的人提同一件事不算重复。"),
            Kind.RATE, "process.md 7.2 repeat_rate; 4.5", Counted(c.received, numerator=c.REPEATED)),
    Formula("first_time_done", _("初次一次性办结率"), _("办结后90天内没有重办、整改、重新办理，本人也没有再提的件数除以初次办结的件数。"),
            _("办结满90天的那一天在这段时间里的。"), _("并案件随主件算一次。"), Kind.RATE, "process.md 7.2 first_time_done (S0, S1, S2)",
            Counted(c.first_closed, numerator=c.DONE_AT_ONCE)),
    Formula("avg_days", _("平均办理时长（自然日）"), _("从收到到答复的天数相加，除以答复的件数。"), _("答复时间在这段时间里的。"), _("并案的合并算一件。"),
            Kind.DAYS, "process.md 7.2 avg_days"),
    Formula("median_days", _("办理时长中位数（自然日）"), _("一半的答复不超过这么多天。"), _("答复时间在这段时间里的。"), _("并案的合并算一件。"),
            Kind.DAYS, "process.md 7.2 median"),
    Formula("p90_days", _("九成的办理时长（自然日）"), _("十件里有九件的答复不超过这么多天。"), _("答复时间在这段时间里的。"), _("并案的合并算一件。"),
            Kind.DAYS, "process.md 7.2 p90"),
    Formula("avg_working_days", _("平均办理时长（工作日）"), _("从收到到答复的工作日相加，除以答复的件数。"), _("答复时间在这段时间里的。"),
            _("并案的合并算一件。"), Kind.DAYS, "process.md 7.2 avg_days"),
    Formula("median_working_days", _("办理时长中位数（工作日）"), _("一半的答复不超过这么多个工作日。"), _("答复时间在这段时间里的。"), _("并案的合并算一件。"),
            Kind.DAYS, "process.md 7.2 median"),
    Formula("p90_working_days", _("九成的办理时长（工作日）"), _("十件里有九件的答复不超过这么多个工作日。"), _("答复时间在这段时间里的。"),
            _("并案的合并算一件。"), Kind.DAYS, "process.md 7.2 p90"),
    Formula("agent_cases", _("代理件"), _("代理员代办的件数。"), _("收到时间在这段时间里的。"), _("本人撤回的不算。"), Kind.COUNT,
            "process.md 7.2 agent metrics; S2", Counted(c.agent_cases, denominator=None, unit=None)),
    Formula("at_most_one_visit", _("最多访一次"), _("本人没有来第二趟的件数除以代理件数。"), _("收到时间在这段时间里的代理件。"),
            _("代理员上门和打电话不算本人跑；本人撤回的不算。"), Kind.RATE, "process.md 3.3, 7.2 agent metrics; S2",
            Counted(c.agent_cases, numerator=c.CAME_ONCE, unit=None)),
    Formula("agent_satisfaction", _("代理件满意率"), _("满意和基本满意的次数除以评价的次数。"), _("这段时间里对代理件作出的评价。"), _("没有评价的两边都不算。"),
            Kind.RATE, "process.md 7.2 agent metrics", Counted(c.agent_ratings, numerator=c.GOOD, case="suggestion__", unit=None)),
    Formula("redirected", _("指引其他渠道"), _("指引到其他法定渠道的件数。"), _("指引的时间在这段时间里的。"), _("后来撤销的也算。"), Kind.COUNT,
            "process.md 7.3; XF 41; 4.3", Counted(c.redirected, denominator=None, case="suggestion__", unit=None)),
    Formula("assigned", _("交办"), _("交单位承办的次数。"), _("交办时间在这段时间里的。"), _("主办和协办分开列出。"), Kind.COUNT, "process.md 7.3; XF 41(2)",
            Counted(c.assigned, denominator=None, case="suggestion__", unit="unit", extra={"split": "part"})),
    Formula("supervised", _("督办"), _("发出的督办件数。"), _("第一次发出的时间在这段时间里的。"), _("只提出、没有发出的不算。"), Kind.COUNT,
            "process.md 7.3; XF 41(2)", Counted(c.supervised, denominator=None, case=None, unit="order__unit")),
    Formula("advice", _("三项建议"), _("向单位提出改进工作、完善政策、追究责任建议的件数。"), _("提出的时间在这段时间里的。"), _("撤回的不算。"), Kind.COUNT,
            "process.md 7.3; XF 40, 41(3)", Counted(c.advice, denominator=None, case=None, unit="unit", extra={"split": "kind"})),
    Formula("advice_adopted", _("三项建议采纳率"), _("单位书面答复采纳或部分采纳的件数除以提出的件数。"), _("提出的时间在这段时间里的；采纳没采纳看算出的时候。"),
            _("撤回的不算；没有答复的算没有采纳。"), Kind.RATE, "process.md 7.3; XF 41(3)",
            Counted(c.advice, numerator=c.ADVICE_ADOPTED, case=None, unit="unit", extra={"split": "kind"})),
)
# fmt: on
"""The table of 7.2 in its order, then the counts of the yearly report (7.3; XF 41)."""

BY_CODE: dict[str, Formula] = {formula.code: formula for formula in FORMULAS}
CORE = ("response_rate", "solve_rate", "satisfaction")
"""The three core rates (三率, BJ 32), which make the composite."""


def percent(numerator: Decimal | int, denominator: int | None, places: int = 2) -> str:
    """A rate in percent with this many places; "–" when there is nothing to divide by (7.2): 1831 of 1924 is 95.17."""
    if not denominator:
        return "–"
    return f"{100 * Decimal(numerator) / denominator:.{places}f}"


def change(now: Decimal | int, before: Decimal | int | None) -> str:
    """同比 and 环比: the difference to prev ÷ prev, in percent with a sign; "–" when prev is 0 or unknown, never 100 % (7.2)."""
    if not before:
        return "–"
    return f"{100 * (Decimal(now) - before) / before:+.1f}"
