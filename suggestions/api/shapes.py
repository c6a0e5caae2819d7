"""What the API answers with. Times are ISO 8601 with the offset of Shanghai, dates are Shanghai dates."""

from datetime import date, datetime
from typing import overload

from ninja import Schema
from pydantic import Field

from suggestions.clock import SHANGHAI


@overload
def local(moment: datetime) -> datetime: ...
@overload
def local(moment: None) -> None: ...
def local(moment: datetime | None) -> datetime | None:
    """A moment as it is answered: with the offset of Shanghai, to the second."""
    return moment.astimezone(SHANGHAI).replace(microsecond=0) if moment else None


class Named(Schema):
    """A code with its name."""

    code: str
    name: str


class ReceiptOut(Schema):
    """What the author takes home. The query code is shown here only: pass it on and do not keep it."""

    case_no: str = Field(description="编号，公开", examples=["JY2026-0001234-7"])
    query_code: str = Field(description="查询码，只给建议人本人", examples=["7HK4PXQM"])
    status: str = Field(description="状态代码；提交即登记", examples=["registered"])
    status_label: str = Field(examples=["已登记"])
    due: date | None = Field(description="在这一天24:00前，征集办公室决定由谁办理")
    due_explanation: list[str] = Field(description="这个日期是怎么数出来的")
    received_at: datetime
    track_url: str = Field(description="查进度的网页")
    receipt_url: str = Field(description="回执网页，谁有这个地址谁就能看，只给建议人本人")


class ItemOut(Schema):
    """One published suggestion in a list. Released text only."""

    case_no: str = Field(examples=["JY2026-0001234-7"])
    title: str
    status: str = Field(description="公开的进度：awaiting、in_progress、done", examples=["done"])
    status_label: str = Field(examples=["已办理"])
    outcome: str = Field(description="办理结果代码；还没有公开的答复时为空", examples=["adopted"])
    outcome_label: str
    topic: Named | None
    district: Named | None
    unit: Named | None = Field(description="主办单位")
    received_at: datetime
    published_at: datetime | None
    answered_at: datetime | None
    co_signs: int = Field(description="附议人数")
    url: str = Field(description="网页地址")


class FacetOut(Schema):
    """One value of a facet, and how many items choosing it finds."""

    value: str
    label: str
    count: int


class ListOut(Schema):
    """One page. Follow `next` until it is null."""

    items: list[ItemOut]
    total: int
    next_cursor: str = Field(description="下一页的cursor；最后一页为空")
    next: str | None = Field(description="下一页的地址")
    facets: dict[str, list[FacetOut]]


class ReplyOut(Schema):
    """One answer, as far as its reader may read it."""

    unit: Named
    outcome: str
    outcome_label: str
    body: str
    basis: str = Field(description="依据")
    commitment: str = Field(description="下一步或承诺")
    committed_by: date | None
    next_report_on: date | None
    contact: str = Field(description="承办科室和电话")
    answered_at: datetime | None


class EntryOut(Schema):
    """One row of the timeline, newest first."""

    at: datetime
    name: str = Field(description="事件代码", examples=["dispatch"])
    words: str
    reason: str = ""


class DueOut(Schema):
    """Whose turn it is and until when."""

    due_on: date | None
    days_left: int | None = Field(description="负数是超期")
    unit: str = Field(description="days_left数的是什么", examples=["个工作日"])
    overdue: bool
    paused: bool
    explanation: list[str] = Field(description="这个日期是怎么数出来的")


class HolderOut(Schema):
    """Who has to act."""

    who: str = Field(description="author、office或unit")
    name: str
    act: str = Field(description="要做什么")


class RatingOut(Schema):
    """The author's rating of one round, in words."""

    overall: str
    solved: str
    contacted: str
    scores: str
    comment: str
    at: datetime


class FileOut(Schema):
    """A public attachment."""

    url: str
    label: str
    size: int = Field(description="字节数")


class CampaignRef(Schema):
    """The collection an item belongs to."""

    id: int
    title: str
    url: str


class DetailOut(ItemOut):
    """One published suggestion with its answers. Released text only."""

    problem: str
    proposal: str
    place: str
    name: str = Field(description="建议人同意公开的署名；没有同意就为空")
    tags: list[str]
    co_units: list[Named] = Field(description="协办单位")
    campaign: CampaignRef | None
    merged: int = Field(description="并案办理的其他来件数")
    holder: HolderOut | None
    due: DueOut | None
    replies: list[ReplyOut]
    timeline: list[EntryOut]
    ratings: list[RatingOut]
    attachments: list[FileOut]


class ClockOut(Schema):
    """One deadline of an item, running or over."""

    kind: str = Field(examples=["K2"])
    name: str = Field(examples=["登记转送"])
    started_on: date
    due_on: date
    first_due_on: date = Field(description="最初算出的日期；之后暂停过会往后移")
    stopped_on: date | None
    late: bool
    provisional: bool = Field(description="放假安排还没有公布，公布后可能会变")
    explanation: list[str]


class SupplementOut(Schema):
    """What the office asked the author for, and the answer."""

    asked: str
    asked_at: datetime
    answer: str
    answered_at: datetime | None


class RedirectOut(Schema):
    """The lawful channel an item was pointed to."""

    name: str
    legal_basis: str
    address: str
    phone: str


class CampaignAnswerOut(Schema):
    """What the author answered to one of the campaign's own questions."""

    question: str
    answer: str = Field(description="几项用“、”连着，日期写成2026年11月2日")


class TrackOut(Schema):
    """An item as its author may see it."""

    case_no: str
    title: str
    status: str = Field(description="状态代码", examples=["handling"])
    status_label: str = Field(examples=["办理中"])
    public_status: str = Field(
        description="公开的进度代码；没有公开的进度时为空", examples=["in_progress"]
    )
    public_label: str = Field(examples=["办理中"])
    is_public: bool
    public_url: str | None
    received_at: datetime
    holder: HolderOut | None = Field(description="现在轮到谁；办完为null")
    due: date | None = Field(description="现在这一步的期限")
    due_detail: DueOut | None
    due_dates: list[ClockOut] = Field(description="各个期限和它们是怎么数出来的")
    lead_unit: Named | None
    co_units: str
    timeline: list[EntryOut]
    replies: list[ReplyOut]
    campaign_answers: list[CampaignAnswerOut] = Field(description="征集另外问的问题的回答，不公开")
    supplement: SupplementOut | None
    redirected_to: RedirectOut | None
    refusal: str = Field(description="不予受理的理由")
    complaint_route: str = Field(description="不同意这个处理时怎么办")
    merged_into: str | None = Field(description="并入的主件编号")
    actions: list[str] = Field(
        description="建议人现在能做的：supplement、evaluate、withdraw，在track_url办"
    )
    track_url: str


class HitOut(Schema):
    """One result of a search."""

    type: str
    type_label: str
    title: str
    title_html: str = Field(description="转义过的标题，命中处有<mark>")
    snippets: dict[str, str] = Field(description="各段摘录，转义过，命中处有<mark>")
    url: str
    date: datetime
    answered: bool
    case_no: str | None


class SearchOut(Schema):
    """One page of results."""

    items: list[HitOut]
    total: int
    next_cursor: str
    next: str | None
    facets: dict[str, list[FacetOut]]
    degraded: bool = Field(description="主检索引擎停用，正用备用引擎")


class LoadOut(Schema):
    """What lies with a unit as lead, published or not."""

    open: int
    soon: int = Field(description="两个工作日内到期")
    late: int = Field(description="已超期")
    answered: int = Field(description="近12个月答复")


class UnitOut(Schema):
    """A department, or the collection office itself."""

    code: str
    name: str
    short_name: str
    is_collection_office: bool
    duties: str
    not_ours: str = Field(description="不归本单位管的，归哪家管")
    phone: str
    address: str
    hours: str
    workload: LoadOut
    url: str


class FigureOut(Schema):
    """A rate with what it was made from: numerator and denominator are always told."""

    numerator: int
    denominator: int
    percent: float | None


class PeriodOut(Schema):
    """One published month or year."""

    period: str = Field(description="2026-10 或 2026", examples=["2026-10"])
    kind: str = Field(description="month或year")
    first: date
    last: date = Field(description="到这一天24时为止")
    version: int = Field(description="第几版；大于1的可能是更正")
    published_at: datetime
    url: str


class PeriodsOut(Schema):
    items: list[PeriodOut]


class FormulaOut(Schema):
    """How one figure is counted, in words."""

    figure: str
    name: str
    kind: str = Field(description="count件数，rate比率，days天数，score得分")
    words: str
    cohort: str = Field(description="算哪些件")
    exclusions: str = Field(description="不算哪些")


class StatRowOut(Schema):
    """One figure of the whole or of one cell. Withheld cells have no numbers."""

    figure: str
    figure_name: str
    kind: str
    dimension: str = Field(
        description="total合计，channel渠道，topic领域，district地区，unit单位等"
    )
    key: str
    name: str
    numerator: float | None
    denominator: int | None
    value: float | None = Field(description="件数、百分数、天数或得分；没有分母时为空")
    withheld: bool


class StatisticsOut(PeriodOut):
    """One published version of a period."""

    formula_version: int
    weights: dict[str, str] = Field(description="基本满意的权重和综合得分的权重")
    taken_at: datetime
    corrects_version: int | None
    correction_reason: str
    note: str
    formulas: list[FormulaOut]
    rows: list[StatRowOut]


class PromisesOut(Schema):
    """Dated promises of the unit's public replies, counted."""

    total: int
    kept: int
    coming: int
    late: int


class UnitDetailOut(UnitOut):
    """A unit with its figures of the last twelve whole months."""

    period_from: date
    period_to: date
    on_time: FigureOut
    satisfaction: FigureOut | None = Field(description="评价不足10件时为null")
    rated: int
    invited: int
    promises: PromisesOut
    answered_total: int
    recent_answers: list[ItemOut]


class UnitsOut(Schema):
    items: list[UnitOut]


class CampaignQuestionOut(Schema):
    """A question that a campaign asks besides the suggestion itself."""

    question: str = Field(description="问题的原文，提交时照抄")
    kind: str = Field(
        description="line、lines、number、date、choice、choices、yes_no", examples=["choice"]
    )
    required: bool
    help: str
    options: list[str] = Field(description="choice和choices可以选的；别的为空")
    least: float | None = Field(description="number最小是多少")
    most: float | None = Field(description="number最大是多少")


class CampaignOut(Schema):
    """A dated call for suggestions."""

    id: int = Field(description="提交和筛选时用")
    title: str
    summary: str
    mode: str
    mode_label: str
    phase: str = Field(description="planned、open、closed或reported")
    phase_label: str
    takes_submissions: bool = Field(description="现在能不能提交；特邀征集只收受邀者的")
    opens_at: datetime
    closes_at: datetime | None
    report_due_on: date | None
    report_published_at: datetime | None
    host_unit: Named
    questions: list[CampaignQuestionOut] = Field(
        description="提交时另外要答的，放在campaign_answers里"
    )
    received: int
    published: int
    answered: int
    adopted: int
    url: str


class CampaignsOut(Schema):
    items: list[CampaignOut]


class TopicOut(Schema):
    code: str
    name: str
    parent: str | None


class TopicsOut(Schema):
    items: list[TopicOut]


class DistrictsOut(Schema):
    items: list[TopicOut]


class ProblemKindOut(Schema):
    """One kind of refusal."""

    code: str
    status: int
    title: str
    title_en: str
    detail_en: str


class ProblemsOut(Schema):
    items: list[ProblemKindOut]
