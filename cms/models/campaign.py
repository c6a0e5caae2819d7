"""Campaigns: dated calls for suggestions (process.md 3.1; SH 8, 12; AD 15)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.admin.panels import FieldPanel, FieldRowPanel, HelpPanel, MultiFieldPanel
from wagtail.fields import RichTextField, StreamField
from wagtail.models import PageManager
from wagtail.query import PageQuerySet
from wagtail.url_routing import RouteResult

from cms import phases, reports
from cms.blocks import SECTION_FEATURES, MaterialBlock, QuestionAnswerBlock, StageBlock
from cms.campaign_blocks import (
    FormFieldBlock,
    MeetingBlock,
    SurveyBlock,
    VoteBlock,
    field_spec,
    poll_spec,
)
from cms.models.site_page import SitePage, Summary, body_index, stream_text
from cms.phases import Phase, Span, Step
from suggestions.campaign_form import MOST_FIELDS, FieldSpec
from suggestions.campaign_polls import Poll
from suggestions.clock import local_date
from suggestions.codes import Mode
from suggestions.selectors import campaigns as selector
from suggestions.selectors.campaigns import CampaignCounts
from suggestions.services import campaign_questions, campaign_reports, consulting, polling

REPORT = "report"
"""The last part of the address of a closing report."""


class CampaignQuerySet(PageQuerySet):
    """Reads of campaigns, in the words of the field."""

    def open_at(self, moment: datetime) -> Self:
        """Published campaigns that take suggestions at `moment`; the same rule as `is_open_at`, in SQL."""
        return self.live().filter(
            Q(closes_at=None) | Q(closes_at__gt=moment),
            Q(report_published_at=None) | Q(report_published_at__gt=moment),
            opens_at__lte=moment,
        )

    def for_lists(self) -> Self:
        """What a card shows; the long texts stay behind."""
        return self.select_related("host_unit").defer(
            "background",
            "report",
            "questions",
            "stages",
            "faq",
            "materials",
            "form_fields",
            "polls",
            "meetings",
        )


@dataclass(frozen=True, slots=True)
class Card:
    """A campaign as lists show it."""

    page: "CampaignPage"
    phase: Phase
    counts: CampaignCounts
    days_left: str
    closing: str
    report_late: bool

    @property
    def takes_public(self) -> bool:
        """Whether anybody may write now: invited campaigns are open to the invited only."""
        return self.phase == Phase.OPEN and self.page.mode != Mode.INVITED


def cards(pages: Sequence["CampaignPage"], *, at: datetime) -> list[Card]:
    """Cards of these campaigns: one grouped count for all of them."""
    counts = selector.counts([page.pk for page in pages if page.pk])
    return [
        Card(
            page=page,
            phase=page.phase_at(at),
            counts=counts.get(page.pk, CampaignCounts()),
            days_left=phases.days_left_words(page.closes_at, at) if page.closes_at else "",
            closing=phases.closing_words(page.closes_at) if page.closes_at else "",
            report_late=page.report_is_late(at),
        )
        for page in pages
    ]


class ReportDuePanel(HelpPanel):
    """Tells the editor by when the result is owed, for the campaign at hand."""

    class BoundPanel(HelpPanel.BoundPanel):
        def __init__(self, **kwargs: Any) -> None:
            super().__init__(**kwargs)
            words = _("征集结束后要公布结果，可以集体反馈。不填期限，就要在截止后{days}天内公布。")
            said = str(words).format(days=reports.days())
            due = self.instance.report_due
            if due is not None:
                state = "已经逾期" if self.instance.report_is_late(timezone.now()) else "最晚"
                if self.instance.phase_at(timezone.now()) != Phase.REPORTED:
                    said += f"这次征集{state}：{due.year}年{due.month}月{due.day}日。"
            self.content = said


class CampaignIndexPage(Summary, SitePage):
    """All campaigns: running ones first, then those to come, then past ones with their reports (SH 8)."""

    content_panels = [*SitePage.content_panels, FieldPanel("summary")]
    parent_page_types = ["cms.HomePage"]
    subpage_types = ["cms.CampaignPage"]
    max_count_per_parent = 1
    page_description = _("征集活动的列表")
    template = "cms/campaign_index_page.html"

    class Meta:
        verbose_name = _("征集活动列表")
        verbose_name_plural = _("征集活动列表")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """All campaigns by phase: the same number of queries whatever their number."""
        context = super().get_context(request, *args, **kwargs)
        now = timezone.now()
        found = cards(list(CampaignPage.objects.child_of(self).live().for_lists()), at=now)
        running = [c for c in found if c.phase == Phase.OPEN]
        coming = [c for c in found if c.phase == Phase.PLANNED]
        past = [c for c in found if c.phase in (Phase.CLOSED, Phase.REPORTED)]
        running.sort(key=lambda c: (c.page.closes_at is None, c.page.closes_at or now))
        coming.sort(key=lambda c: c.page.opens_at)
        past.sort(key=lambda c: c.page.closes_at or c.page.opens_at, reverse=True)
        return {**context, "running": running, "coming": coming, "past": past}


class CampaignPage(Summary, SitePage):
    """One collection: what is asked, who decides, by when, and what became of it.

    `Suggestion.campaign` points here; suggestions are taken while `is_open_at(now)`. Closing without a published
    result is the commonest failing (process.md 13.17), so the page says by when the report comes, and that it is late.
    """

    class Kind(models.TextChoices):
        TOPIC = "topic", _("专题征集")
        LIVELIHOOD = "livelihood", _("民生实事项目征集")
        INVITED = "invited", _("特邀征集")

    slug_prefix = "c"
    mode = models.CharField(
        _("征集方式"),
        max_length=10,
        choices=Mode.choices,
        default=Mode.CAMPAIGN,
        help_text=_("特邀征集只请受邀的人提，页面上不显示提交按钮"),
    )
    kind = models.CharField(_("类型"), max_length=12, choices=Kind.choices, default=Kind.TOPIC)
    host_unit = models.ForeignKey(
        "suggestions.Unit", models.PROTECT, related_name="campaigns", verbose_name=_("主办单位")
    )
    contact = models.CharField(
        _("经办电话"),
        max_length=60,
        blank=True,
        help_text=_("写有人接的座机，不写个人手机号；不填就显示主办单位的电话"),
    )
    decides = models.CharField(
        _("谁来决定"),
        max_length=80,
        blank=True,
        help_text=_("最后由谁拍板，例如：市政府常务会议"),
    )
    who_may = models.CharField(
        _("谁能提"), max_length=80, blank=True, help_text=_("不填就是任何人都能提")
    )
    opens_at = models.DateTimeField(_("开始"), help_text=_("到这一刻自动开放提交"))
    closes_at = models.DateTimeField(
        _("截止"),
        null=True,
        blank=True,
        help_text=_("到这一刻自动停止提交；重大行政决策公开征求意见一般不少于30天"),
    )
    is_major_decision = models.BooleanField(
        _("重大行政决策公开征求意见"),
        default=False,
        help_text=_("勾了就要征求至少30天；情况紧急要缩短的，写明理由，理由会公开"),
    )
    short_reason = models.CharField(
        _("不足30天的理由"), max_length=200, blank=True, help_text=_("情况紧急才能缩短，公开写明")
    )
    background = RichTextField(
        _("背景"), features=SECTION_FEATURES, blank=True, help_text=_("为什么征集，现在是什么情况")
    )
    questions = StreamField(
        [("question", blocks.CharBlock(label=_("问题"), max_length=80, icon="help"))],
        verbose_name=_("想听您说的事"),
        blank=True,
        max_num=8,
        help_text=_("两三个具体的问题最好答"),
    )
    stages = StreamField(
        [("stage", StageBlock())],
        verbose_name=_("征集之后的步骤"),
        blank=True,
        max_num=5,
        help_text=_("例如汇总论证、公众投票、会议决定；“征集建议”和“公布结果”会自动加上"),
    )
    faq = StreamField([("question", QuestionAnswerBlock())], verbose_name=_("常问的"), blank=True)
    materials = StreamField([("material", MaterialBlock())], verbose_name=_("材料"), blank=True)
    form_fields = StreamField(
        [("field", FormFieldBlock())],
        verbose_name=_("提建议时另外问的"),
        blank=True,
        max_num=MOST_FIELDS,
        help_text=_("写给这次征集的人要多答的几个问题；答案给分办的人看，也能导出成表格"),
    )
    polls = StreamField(
        [("survey", SurveyBlock()), ("vote", VoteBlock())],
        verbose_name=_("小问卷和投票"),
        blank=True,
        max_num=6,
        help_text=_("一个手机号一票；投过的人和结束以后才看得到结果，谁投了什么不公开"),
    )
    meetings = StreamField(
        [("meeting", MeetingBlock())],
        verbose_name=_("会议"),
        blank=True,
        max_num=12,
        help_text=_("座谈会、听证会、现场看"),
    )
    takes_questions = models.BooleanField(
        _("页面上可以提问"),
        default=True,
        help_text=_("问题先到办理台“征集活动”，有人回答以后才公开"),
    )
    report_due_on = models.DateField(
        _("结果公布期限"),
        null=True,
        blank=True,
        help_text=_(
            "答应哪天之前公布结果，不填就按规定的天数从截止那天算；过了还没公布，页面会写明逾期"
        ),
    )
    report = RichTextField(_("结果报告"), features=SECTION_FEATURES, blank=True)
    report_published_at = models.DateTimeField(
        _("结果公布时间"), null=True, blank=True, help_text=_("填了才显示报告，到这一刻自动显示")
    )

    content_panels = [
        *SitePage.content_panels,
        FieldPanel("summary"),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("mode"), FieldPanel("kind")]),
                FieldRowPanel([FieldPanel("opens_at"), FieldPanel("closes_at")]),
                FieldPanel("is_major_decision"),
                FieldPanel("short_reason"),
            ],
            heading=_("方式和时间"),
        ),
        MultiFieldPanel(
            [
                FieldPanel("host_unit"),
                FieldPanel("contact"),
                FieldPanel("decides"),
                FieldPanel("who_may"),
            ],
            heading=_("谁主办，谁决定"),
        ),
        FieldPanel("background"),
        FieldPanel("questions"),
        FieldPanel("stages"),
        FieldPanel("faq"),
        FieldPanel("materials"),
        FieldPanel("form_fields"),
        FieldPanel("polls"),
        FieldPanel("meetings"),
        FieldPanel("takes_questions"),
        MultiFieldPanel(
            [
                ReportDuePanel(),
                FieldPanel("report_due_on"),
                FieldPanel("report_published_at"),
                FieldPanel("report"),
            ],
            heading=_("结果"),
        ),
    ]
    search_fields = body_index("summary", "background", "report")
    parent_page_types = ["cms.CampaignIndexPage"]
    subpage_types: list[str] = []
    page_description = _("一次有起止时间的征集")
    template = "cms/campaign_page.html"

    objects = PageManager.from_queryset(CampaignQuerySet)()

    class Meta:
        verbose_name = _("征集活动")
        verbose_name_plural = _("征集活动")
        constraints = [
            models.CheckConstraint(
                condition=Q(closes_at__isnull=True) | Q(closes_at__gt=models.F("opens_at")),
                name="campaign_closes_after_it_opens",
            )
        ]

    def clean(self) -> None:
        super().clean()
        errors: dict[str, Any] = {}
        if self.opens_at and self.closes_at and self.closes_at <= self.opens_at:
            errors["closes_at"] = _("截止时间要晚于开始时间。")
        if self.mode != Mode.STANDING and not self.closes_at:
            errors["closes_at"] = _("请写截止时间；没有截止的征集，方式请选“常态征集”。")
        if self.is_major_decision and self.opens_at and self.closes_at and not self.short_reason:
            least = consulting.earliest_close(self.opens_at)
            if consulting.last_day(self.closes_at) < least:
                errors["closes_at"] = _(
                    "重大行政决策公开征求意见不少于30天，最早%(day)s结束。情况紧急的，请写不足30天的理由。"
                ) % {"day": f"{least.year}年{least.month}月{least.day}日"}
        if self.report_published_at and not stream_text(self.report).strip():
            errors["report"] = _("填了结果公布时间，请写上结果报告。")
        if self.report_published_at and self.opens_at and self.report_published_at < self.opens_at:
            errors["report_published_at"] = _("结果公布时间不能早于征集开始。")
        if self.report_published_at and self._publishes_result():
            why = campaign_reports.why_not_closed(self.pk)
            if why:
                errors["report_published_at"] = why
        if wrong := self._changes_what_was_answered():
            errors["polls"] = wrong
        labels = [spec.label for spec in self.form_specs()]
        if len(set(labels)) < len(labels):
            errors["form_fields"] = _("有两个问题写得一样，请改一个。")
        if self.report_due_on and self.closes_at:
            closing = phases.last_day(self.closes_at)
            if self.report_due_on < closing:
                errors["report_due_on"] = _("结果公布期限不能早于截止那天。")
        if errors:
            raise ValidationError(errors)

    def _publishes_result(self) -> bool:
        """Whether a result is going out that was not out before (a later edit of the report changes no promise)."""
        if not self.pk:
            return False
        kept = CampaignPage.objects.filter(pk=self.pk).values_list("report_published_at", flat=True)
        before = kept.first()
        return before is None or before > timezone.now()

    def _changes_what_was_answered(self) -> str:
        """The sentence about a question or option that people have answered and that this text no longer has; or ""."""
        held = polling.held_words(self.pk) if self.pk else {}
        now = {poll.key: poll for poll in self.poll_specs()}
        for key, questions in held.items():
            poll = now.get(key)
            if poll is None:
                return str(
                    _("已经有人投过的问卷或投票不能删去。请恢复它，或者重新打开这一页再改别处。")
                )
            asks = {ask.text: ask for ask in poll.asks}
            for question, options in questions.items():
                gone = options - {"", *(asks[question].choices if question in asks else ())}
                if question not in asks or gone:
                    what = next(iter(sorted(gone)), question) if question in asks else question
                    return str(
                        _("“%(poll)s”已经有人投过，“%(what)s”不能删、不能改字。可以加新的。")
                    ) % {
                        "poll": poll.title,
                        "what": what,
                    }
        return ""

    def with_content_json(self, content: Any) -> Self:
        """What was promised when it closed stays promised, whatever an older draft left empty."""
        found: Self = super().with_content_json(content)
        if found.report_due_on is None and self.closes_at and self.closes_at <= timezone.now():
            # From the table: the page in hand may be the very draft that left it empty.
            kept = CampaignPage.objects.filter(pk=self.pk).values_list("report_due_on", flat=True)
            found.report_due_on = kept.first()
        return found

    @property
    def report_due(self) -> date | None:
        """The day by which the result is owed: the editor's, else the rule's; None only while nothing ever closes."""
        if self.report_due_on is not None or self.closes_at is None:
            return self.report_due_on
        return reports.due_on(self.closes_at)

    def form_specs(self) -> tuple[FieldSpec, ...]:
        """What the submit flow asks besides the suggestion itself."""
        return tuple(field_spec(block.value) for block in self.form_fields)

    def poll_specs(self) -> tuple[Poll, ...]:
        """Surveys and votes with their moments."""
        return tuple(
            poll_spec(b.block_type, b.id or "", b.value, opens=self.opens_at, closes=self.closes_at)
            for b in self.polls
        )

    @property
    def span(self) -> Span:
        return Span(self.opens_at, self.closes_at, self.report_published_at)

    @property
    def closing(self) -> str:
        """When writing ends, in words: 5月31日24:00截止; "" when it never does."""
        return phases.closing_words(self.closes_at) if self.closes_at else ""

    def phase_at(self, moment: datetime) -> Phase:
        return phases.phase_at(self.span, moment)

    def is_open_at(self, moment: datetime) -> bool:
        """Whether the campaign takes suggestions at `moment`: published, begun, not closed, not reported."""
        return self.live and self.phase_at(moment) == Phase.OPEN

    def report_is_late(self, moment: datetime) -> bool:
        """The promised day is over and no report is out (process.md 13.17)."""
        due = self.report_due
        return (
            due is not None and self.phase_at(moment) != Phase.REPORTED and local_date(moment) > due
        )

    def owes_report(self, moment: datetime) -> bool:
        """Closed, and no result is out: until then the page may not disappear."""
        return self.phase_at(moment) == Phase.CLOSED

    def steps_at(self, moment: datetime) -> list[Step]:
        """The steps from collecting to report at `moment`."""
        between = [
            Step(b.value["name"], b.value["starts_on"], b.value["ends_on"]) for b in self.stages
        ]
        return phases.steps(self.span, moment, between, report_due_on=self.report_due)

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """The campaign and a page of its published suggestions, by key (`?cursor=`)."""
        context = super().get_context(request, *args, **kwargs)
        now = timezone.now()
        card = cards([self], at=now)[0]
        shown = card.phase == Phase.REPORTED
        return {
            **context,
            "card": card,
            "steps": self.steps_at(now) if self.mode != Mode.STANDING else [],
            "listed": selector.items(self.pk or 0, cursor=request.GET.get("cursor", "")),
            "report_shown": shown,
            "report_late": self.report_is_late(now),
            "coverage": campaign_reports.coverage(self.pk or 0) if shown else None,
            "polls": self.polls_at(now),
            "meetings": sorted((b.value for b in self.meetings), key=lambda m: m["starts_at"]),
            "now": now,
            "answered": campaign_questions.shown(self.pk or 0),
            "takes_questions": bool(self.pk) and campaign_questions.takes_questions(self, now),
        }

    def polls_at(self, moment: datetime) -> list[dict[str, Any]]:
        """Surveys and votes as the page shows them; results of those that are over, in two queries for all."""
        polls = self.poll_specs()
        over = [p for p in polls if p.key and p.is_over_at(moment)]
        results = polling.results(self.pk, over) if over and self.pk else {}
        return [
            {
                "poll": p,
                "open": polling.takes_voices(self, p, moment),
                "over": p.is_over_at(moment),
                "result": results.get(p.key),
                "no": n,
            }
            for n, p in enumerate(polls)
        ]

    def route(self, request: HttpRequest, path_components: list[str]) -> RouteResult:
        """The closing report has an address of its own, below the campaign's."""
        if (
            path_components == [REPORT]
            and self.live
            and self.phase_at(timezone.now()) == Phase.REPORTED
        ):
            return RouteResult(self, kwargs={"part": REPORT})
        found: RouteResult = super().route(request, path_components)
        return found

    def serve(
        self, request: HttpRequest, *args: Any, part: str = "", **kwargs: Any
    ) -> HttpResponse:
        if part == REPORT:
            return render(request, "cms/campaign_report.html", self.report_context(request))
        return super().serve(request, *args, **kwargs)

    def report_context(self, request: HttpRequest) -> dict[str, Any]:
        """The report as a page: figures, coverage, grouped answers with the published items of each."""
        now = timezone.now()
        context = super().get_context(request)
        items = campaign_reports.public_items(self.pk)
        crumbs = [*context["crumbs"][:-1], (self.get_url(request), self.title), ("", _("征集结果"))]
        return {
            **context,
            "crumbs": crumbs,
            "card": cards([self], at=now)[0],
            "coverage": campaign_reports.coverage(self.pk),
            "groups": [(g, items.get(g.pk, [])) for g in campaign_reports.groups(self.pk)],
            "votes": [p for p in self.polls_at(now) if p["over"] and p["poll"].outcome],
        }

    def search_texts(self) -> dict[str, str]:
        questions = "\n".join(str(b.value) for b in self.questions)
        reported = self.phase_at(timezone.now()) == Phase.REPORTED
        return {
            "problem": "\n".join(t for t in (self.summary, stream_text(self.background)) if t),
            "proposal": questions,
            "reply": stream_text(self.report) if reported else "",
            "keywords": f"{self.host_unit.name} {self.host_unit.short_name}",
        }

    def search_date(self) -> datetime:
        return self.report_published_at or self.opens_at
