"""Campaigns: dated calls for suggestions (process.md 3.1; SH 8, 12; AD 15)."""

from collections.abc import Mapping
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
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.fields import RichTextField, StreamField
from wagtail.models import PageManager
from wagtail.query import PageQuerySet
from wagtail.url_routing import RouteResult

from cms import campaign_checks, campaign_shown, phases, reports
from cms.blocks import (
    SECTION_FEATURES,
    MaterialBlock,
    PictureBlock,
    QuestionAnswerBlock,
    StageBlock,
)
from cms.campaign_blocks import (
    FormFieldBlock,
    MeetingBlock,
    SurveyBlock,
    VoteBlock,
    field_spec,
    poll_spec,
)
from cms.models.site_page import SitePage, Summary, body_index, stream_text
from cms.panels import ReportDuePanel
from cms.phases import Phase, Span, Step
from suggestions.campaign_form import MOST_FIELDS, FieldSpec
from suggestions.campaign_polls import Poll
from suggestions.clock import local_date
from suggestions.codes import Mode
from suggestions.services import campaign_reports

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
    early_reason = models.CharField(
        _("提前截止的理由"),
        max_length=200,
        blank=True,
        help_text=_("开始以后把截止改早才写：为什么不等到原来说的那天。会公开"),
    )
    picture = StreamField(
        [("picture", PictureBlock())],
        verbose_name=_("图"),
        blank=True,
        max_num=1,
        help_text=_("放一张就看得懂是什么事的，显示在标题旁边和首页上；横的最好，可以不放"),
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
                FieldRowPanel(
                    [
                        FieldPanel("mode"),
                        FieldPanel("kind", help_text=_("民生实事项目的征集排在首页最前面")),
                    ]
                ),
                FieldRowPanel([FieldPanel("opens_at"), FieldPanel("closes_at")]),
                FieldPanel("is_major_decision"),
                FieldPanel("short_reason"),
                FieldPanel("early_reason"),
            ],
            heading=_("方式和时间"),
        ),
        MultiFieldPanel(
            [
                FieldPanel("host_unit", help_text=_("答复和总结由它负责；页面上显示它的名称")),
                FieldPanel("contact"),
                FieldPanel("decides"),
                FieldPanel("who_may"),
            ],
            heading=_("谁主办，谁决定"),
        ),
        FieldPanel("picture"),
        FieldPanel("background"),
        FieldPanel("questions"),
        FieldPanel("stages"),
        FieldPanel("faq", help_text=_("开始以前就知道大家会问的")),
        FieldPanel("materials", help_text=_("草案、说明、图纸，写之前要看的")),
        FieldPanel("form_fields"),
        FieldPanel("polls"),
        FieldPanel("meetings"),
        FieldPanel("takes_questions"),
        MultiFieldPanel(
            [
                ReportDuePanel(),
                FieldPanel("report_due_on"),
                FieldPanel("report_published_at"),
                FieldPanel(
                    "report",
                    help_text=_(
                        "总的结论：采纳了什么、没采纳什么、为什么。一条一条的答复在办理台分组写"
                    ),
                ),
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
        errors = campaign_checks.problems(self)
        if errors:
            raise ValidationError(errors)

    def stops_besides(self, held: Mapping[str, Any]) -> dict[str, str]:
        """A result that is dated back: what it answers would count as answered in time."""
        moment = held.get("report_published_at")
        words = campaign_checks.backdated(self, moment, timezone.now())
        return {"report_published_at": words} if words else {}

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

    def report_is_out(self, moment: datetime) -> bool:
        """The result is published: nothing of it is regrouped any more."""
        return self.phase_at(moment) == Phase.REPORTED

    def owes_report(self, moment: datetime) -> bool:
        """Closed, and no result is out."""
        return self.phase_at(moment) == Phase.CLOSED

    def must_stay_at(self, moment: datetime) -> bool:
        """Whether the page may not disappear: it closed, or people wrote to it, and no result is out. One query at most."""
        if self.owes_report(moment):
            return True
        asks = self.mode != Mode.STANDING and self.phase_at(moment) == Phase.OPEN
        return asks and campaign_reports.concerned(self.pk).exists()

    def steps_at(self, moment: datetime) -> list[Step]:
        """The steps from collecting to report at `moment`."""
        between = [
            Step(b.value["name"], b.value["starts_on"], b.value["ends_on"]) for b in self.stages
        ]
        return phases.steps(self.span, moment, between, report_due_on=self.report_due)

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """The campaign and a page of its published suggestions, by key (`?cursor=`)."""
        context = super().get_context(request, *args, **kwargs)
        cursor = request.GET.get("cursor", "")
        return {**context, **campaign_shown.page(self, at=timezone.now(), cursor=cursor)}

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
            context = super().get_context(request)
            context |= campaign_shown.report(self, at=timezone.now(), crumbs=context["crumbs"])
            return render(request, "cms/campaign_report.html", context)
        return super().serve(request, *args, **kwargs)

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
