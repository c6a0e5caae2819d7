"""The home page: one question, and what became of the answers to it."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.fields import RichTextField, StreamField

from cms import english
from cms.blocks import SHORT_FEATURES
from cms.cards import Card, cards
from cms.home_blocks import HomeSections, sections
from cms.models.campaign import CampaignPage
from cms.models.campaign_index import CampaignIndexPage
from cms.models.site_page import SitePage, body_index
from suggestions.clock import local_date
from suggestions.jurisdictions import current
from suggestions.public import fragments, structured
from suggestions.selectors import home, ledger
from suggestions.statistics import figures

CAMPAIGNS, ANSWERS, MEASURES = 4, 4, 4
ENGLISH = ("question", "invitation", "promise", "example", "ticks", "fits", "elsewhere")
"""What editors may say in English too."""


@dataclass(frozen=True, slots=True)
class RunningCampaigns:
    """The first campaign gets a panel, the others a row each."""

    first: Card | None
    others: list[Card]
    index_url: str


class HomePage(SitePage):
    """The root of a site. Editors write the words around the question and order the sections; the rest comes from the cases."""

    slug_prefix = "home"
    question = models.CharField(_("问题"), max_length=30, default="您想建议什么？")
    invitation = models.CharField(
        _("邀请"),
        max_length=80,
        default="哪里不方便，怎样会更好，一句话就行。",
        help_text=_("问题下面的第一句话"),
    )
    promise = models.CharField(
        _("承诺"),
        max_length=80,
        default="每一件都有编号，有单位办，有公开答复。",
        help_text=_("问题下面的第二句话"),
    )
    example = models.CharField(
        _("例子"), max_length=30, default="例如：公交站加一张长椅", help_text=_("输入框里的浅色字")
    )
    ticks = models.TextField(
        _("短句"),
        blank=True,
        default="不用注册\n3个工作日内转到承办单位\n15个工作日内答复",
        help_text=_("按钮下面的几句短话，一行一句；写了期限就要做到"),
    )
    fits = RichTextField(
        _("这些适合在这里提"),
        features=SHORT_FEATURES,
        default="<p>对公共事务的想法：路怎么修、车怎么停、窗口怎么办事、规定哪里不合理。一件建议只说一件事，说清在哪里、怎么改更好。</p>",
    )
    elsewhere = RichTextField(
        _("这些请走别的渠道，更快"),
        features=SHORT_FEATURES,
        default="<p>自己的案件、赔偿或补偿，找法院、仲裁或信访；举报人和事，找纪检监察机关。写错地方不要紧，我们会指给您。</p>",
    )

    question_en = models.CharField(
        _("英文的问题"), max_length=60, blank=True, help_text=_("英文首页最大的一句话，写成问句")
    )
    invitation_en = models.CharField(
        _("英文的邀请"), max_length=160, blank=True, help_text=_("英文的问题下面的第一句话")
    )
    promise_en = models.CharField(
        _("英文的承诺"), max_length=160, blank=True, help_text=_("英文的问题下面的第二句话")
    )
    example_en = models.CharField(
        _("英文的例子"), max_length=60, blank=True, help_text=_("英文首页输入框里的浅色字")
    )
    ticks_en = models.TextField(
        _("英文的短句"), blank=True, help_text=_("英文首页按钮下面的几句短话，一行一句，和中文一致")
    )
    fits_en = RichTextField(
        _("英文：这些适合在这里提"),
        features=SHORT_FEATURES,
        blank=True,
        help_text=_("英文首页“写之前看一眼”的左边，和中文一致"),
    )
    elsewhere_en = RichTextField(
        _("英文：这些请走别的渠道"),
        features=SHORT_FEATURES,
        blank=True,
        help_text=_("英文首页“写之前看一眼”的右边，和中文一致"),
    )

    sections = StreamField(
        HomeSections(),
        verbose_name=_("首页的各部分"),
        blank=True,
        help_text=_("从上到下按这个顺序；不放的就不显示。一个都不放，就用平常的四部分。"),
    )

    content_panels = [
        *SitePage.content_panels,
        MultiFieldPanel(
            [
                FieldPanel("question", help_text=_("首页最大的一句话，写成问句")),
                FieldPanel("invitation"),
                FieldPanel("promise"),
                FieldPanel("example"),
                FieldPanel("ticks"),
            ],
            heading=_("首页的问题"),
        ),
        FieldPanel("sections"),
        MultiFieldPanel(
            [
                FieldPanel("fits", help_text=_("什么样的想法适合在这里提，举例子")),
                FieldPanel("elsewhere", help_text=_("哪些事别处办得更快，写明去哪里")),
            ],
            heading=_("写之前看一眼"),
        ),
        MultiFieldPanel(
            [FieldPanel(f"{name}_en") for name in ENGLISH],
            heading=_("英文首页（可以不填，不填的显示中文）"),
            classname="collapsed",
        ),
    ]
    search_fields = body_index("fits", "elsewhere")
    parent_page_types = ["wagtailcore.Page"]
    subpage_types = [
        "cms.StandardPage", "cms.CampaignIndexPage", "cms.NewsIndexPage", "cms.KnowledgeIndexPage",
    ]  # fmt: skip
    page_description = _("网站的首页，一个网站只有一个")
    template = "cms/home_page.html"

    class Meta:
        verbose_name = _("首页")
        verbose_name_plural = _("首页")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """What the page says of itself, and its body, which is drawn once a moment."""
        context = super().get_context(request, *args, **kwargs)
        context["structured"] = structured.site(current(request), name=settings.SITE_NAME)

        def draw() -> str:
            return render_to_string("cms/home/body.html", {**context, **self.shown()})

        if getattr(request, "is_preview", False):
            return {**context, "body": draw()}
        return {**context, "body": fragments.part("home", (self.pk, request.get_host()), draw)}

    def shown(self) -> dict[str, Any]:
        """Everything the body composes. A constant number of queries; every part may be empty."""
        now = timezone.now()
        shown = sections(self.sections)
        if english.is_asked():
            # A heading of the editors' own is Chinese; the usual one has its English.
            shown = [s if s["kind"] == "notice" else {**s, "heading": ""} for s in shown]
        ticks = english.said(self, "ticks")
        kinds = {section["kind"] for section in shown}
        context: dict[str, Any] = {
            "ticks": [line.strip() for line in ticks.splitlines() if line.strip()],
            "year": local_date(now).year,
            "sections": shown,
        }
        # What no section shows is not asked for.
        if "campaigns" in kinds:
            context["campaigns"] = self.running_campaigns()
        if "answers" in kinds:
            context["answers"] = fragments.rows(
                home.newest_answers(limit=ANSWERS), today=local_date(now)
            )
            context["answered_this_week"] = home.answered_since(now - timedelta(days=7))
            if any(section.get("with_measures") for section in shown):
                context["measures"] = ledger.newest_measures(at=now, limit=MEASURES)
        if "figures" in kinds:
            context["figures"] = figures.three(at=now)
        return context

    def running_campaigns(self) -> RunningCampaigns:
        """What anybody may answer now, the one that closes first in front."""
        now = timezone.now()
        index = CampaignIndexPage.objects.live().descendant_of(self).first() if self.pk else None
        if index is None:
            return RunningCampaigns(None, [], "")
        running = list(
            CampaignPage.objects.open_at(now)
            .descendant_of(index)
            .exclude(mode="invited")
            .for_lists()
            .order_by(models.F("closes_at").asc(nulls_last=True), "pk")[:CAMPAIGNS]
        )
        # The livelihood call asks everybody; it goes first whatever its date.
        running.sort(key=lambda page: page.kind != CampaignPage.Kind.LIVELIHOOD)
        found = cards(running, at=now)
        return RunningCampaigns(found[0] if found else None, found[1:], index.url or "")
