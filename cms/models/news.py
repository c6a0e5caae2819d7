"""News and bulletins."""

from datetime import datetime, time
from typing import Any

from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.fields import StreamField

from cms.blocks import BodyBlock
from cms.english import InEnglish
from cms.models.site_page import SitePage, Summary, body_index, stream_text
from suggestions.clock import SHANGHAI
from suggestions.public import structured

PAGE_SIZE = 20


def today() -> Any:
    """The local date, as the default of a new page."""
    return timezone.localdate()


class NewsIndexPage(InEnglish, Summary, SitePage):
    """All news and bulletins, newest first."""

    content_panels = [*SitePage.content_panels, FieldPanel("summary"), InEnglish.english_panel]
    parent_page_types = ["cms.HomePage"]
    subpage_types = ["cms.NewsPage"]
    max_count_per_parent = 1
    page_description = _("动态和通报的列表")
    template = "cms/news_index_page.html"

    class Meta:
        verbose_name = _("动态列表")
        verbose_name_plural = _("动态列表")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """News of one page (`?page=`), of one kind (`?kind=`) and year (`?year=`): four queries whatever their number."""
        context = super().get_context(request, *args, **kwargs)
        kind = request.GET.get("kind", "")
        news = NewsPage.objects.child_of(self).live().public().order_by("-date", "-pk")
        if kind in NewsPage.Kind.values:
            news = news.filter(kind=kind)
        else:
            kind = ""
        years = [d.year for d in news.dates("date", "year", order="DESC")]
        year = next((y for y in years if str(y) == request.GET.get("year", "")), None)
        if year is not None:
            news = news.filter(date__year=year)
        page = Paginator(news.defer("body"), PAGE_SIZE).get_page(request.GET.get("page"))
        return {
            **context, "news": page, "kind": kind, "kinds": NewsPage.Kind.choices, "year": year, "years": years,
        }  # fmt: skip


class NewsPage(Summary, SitePage):
    """One news item, or a bulletin (通报) with the period it speaks of (process.md 8.2)."""

    class Kind(models.TextChoices):
        NEWS = "news", _("动态")
        BULLETIN = "bulletin", _("通报")

    slug_prefix = "n"
    kind = models.CharField(
        _("类型"),
        max_length=10,
        choices=Kind.choices,
        default=Kind.NEWS,
        help_text=_("通报要写期号和说的是哪一段时间；别的都是动态"),
    )
    issue = models.CharField(
        _("期号"), max_length=30, blank=True, help_text=_("通报才写，例如：2026年第11期")
    )
    period_from = models.DateField(
        _("说的是从哪天"), null=True, blank=True, help_text=_("通报必须写明说的是哪一段时间")
    )
    period_to = models.DateField(_("到哪天"), null=True, blank=True, help_text=_("这一天也算在内"))
    date = models.DateField(_("日期"), default=today, help_text=_("显示在标题下面，列表按它排序"))
    source = models.CharField(
        _("来源"), max_length=60, blank=True, help_text=_("发布单位，例如：市人民建议征集办公室")
    )
    body = StreamField(BodyBlock(), verbose_name=_("正文"), blank=True)

    content_panels = [
        *SitePage.content_panels,
        FieldPanel("kind"),
        MultiFieldPanel(
            [
                FieldPanel("issue"),
                FieldRowPanel([FieldPanel("period_from"), FieldPanel("period_to")]),
            ],
            heading=_("通报"),
        ),
        FieldPanel("date"),
        FieldPanel("source"),
        FieldPanel("summary"),
        FieldPanel("body", help_text=_("按顺序加文字、图片和常问的")),
    ]
    search_fields = body_index("summary", "body")
    parent_page_types = ["cms.NewsIndexPage"]
    subpage_types: list[str] = []
    page_description = _("一条动态或一份通报")
    template = "cms/news_page.html"

    class Meta:
        verbose_name = _("动态")
        verbose_name_plural = _("动态")

    def clean(self) -> None:
        """A bulletin says of which days it speaks (process.md 8.2); a news item has neither period nor issue."""
        super().clean()
        if self.kind != self.Kind.BULLETIN:
            self.issue, self.period_from, self.period_to = "", None, None
        elif self.period_from is None or self.period_to is None:
            missing = "period_from" if self.period_from is None else "period_to"
            raise ValidationError({missing: _("通报要写明说的是哪一段时间，从哪天到哪天。")})
        elif self.period_to < self.period_from:
            raise ValidationError({"period_to": _("“到哪天”不能早于“从哪天”。")})

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        said = structured.article(
            title=self.title, about=self.summary, day=self.date, address=self.get_url(request) or "",
            source=self.source,
        )  # fmt: skip
        return {**context, "structured": said}

    def search_texts(self) -> dict[str, str]:
        return {
            "problem": self.summary,
            "proposal": stream_text(self.body),
            "keywords": f"{self.source} {self.issue}".strip(),
        }

    def search_date(self) -> datetime:
        return datetime.combine(self.date, time(9), tzinfo=SHANGHAI)
