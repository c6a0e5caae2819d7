"""The knowledge base: questions that are answered once for everybody (process.md 10; XF 18; BJ 31).

Each answer has a unit that stands for it and a day by which it is looked at again; one left unlooked at is told of on the
page and proposed for supervision (process.md 8.1; JN 28). Whoever begins to write is shown what fits, and so is the unit
that drafts an answer.
"""

from datetime import date
from typing import Any

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
from suggestions.codes import KnowledgeKind
from suggestions.models import Topic, Unit
from suggestions.public import structured

PAGE_SIZE = 30


class KnowledgeIndexPage(InEnglish, Summary, SitePage):
    """All answers of the knowledge base, by kind and topic."""

    content_panels = [*SitePage.content_panels, FieldPanel("summary"), InEnglish.english_panel]
    parent_page_types = ["cms.HomePage"]
    subpage_types = ["cms.KnowledgePage"]
    max_count_per_parent = 1
    page_description = _("常问的事怎么办、政策怎么说，写一次给所有人看")
    template = "cms/knowledge_index_page.html"

    class Meta:
        verbose_name = _("知识库")
        verbose_name_plural = _("知识库")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Answers of one page (`?page=`), of one kind (`?kind=`) and topic (`?topic=`); five queries whatever their number."""
        context = super().get_context(request, *args, **kwargs)
        held = KnowledgePage.objects.child_of(self).live().public()
        kind, topic = request.GET.get("kind", ""), request.GET.get("topic", "")
        topics = list(Topic.objects.filter(pk__in=held.values("topic")).order_by("path"))
        chosen = next((t for t in topics if t.code == topic), None)
        used = set(held.order_by().values_list("kind", flat=True).distinct())
        if kind in KnowledgeKind.values:
            held = held.filter(kind=kind)
        else:
            kind = ""
        if chosen is not None:
            held = held.filter(topic=chosen)
        found = held.select_related("unit", "topic").defer("body").order_by("kind", "title", "pk")
        return {
            **context, "found": Paginator(found, PAGE_SIZE).get_page(request.GET.get("page")),
            "kind": kind, "kinds": [c for c in KnowledgeKind.choices if c[0] in used], "topic": chosen, "topics": topics,
        }  # fmt: skip


class KnowledgePage(Summary, SitePage):
    """One question and its answer, with who stands for it and when it is looked at again."""

    slug_prefix = "k"
    kind = models.CharField(
        _("类别"),
        max_length=10,
        choices=KnowledgeKind.choices,
        default=KnowledgeKind.ANSWER,
        help_text=_("列表按它分开"),
    )
    topic = models.ForeignKey(
        Topic,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("主题"),
        help_text=_("承办单位起草这个主题的答复时会看到这一条"),
    )
    unit = models.ForeignKey(
        Unit,
        models.PROTECT,
        related_name="knowledge",
        verbose_name=_("负责单位"),
        help_text=_("内容由它负责，到了日子由它核对；页面上显示它的名称"),
    )
    basis = models.CharField(
        _("依据"),
        max_length=200,
        blank=True,
        help_text=_("法律、文件的名称和条款，例如：《无障碍环境建设法》第三十二条"),
    )
    review_on = models.DateField(
        _("下次核对"),
        help_text=_("到这一天要再核对一遍，最多写到两年以后；过了这一天，页面上会说明正在核对"),
    )
    body = StreamField(BodyBlock(), verbose_name=_("正文"), blank=True)

    content_panels = [
        *SitePage.content_panels,
        FieldPanel("summary", help_text=_("一两句话把答案说完，写建议的人先看到的就是这一句")),
        FieldRowPanel([FieldPanel("kind"), FieldPanel("topic")]),
        FieldPanel("body", help_text=_("按顺序加文字、图片和常问的")),
        MultiFieldPanel(
            [FieldPanel("unit"), FieldPanel("basis"), FieldPanel("review_on")],
            heading=_("谁负责，依据什么，什么时候再核对"),
        ),
    ]
    search_fields = body_index("summary", "body", "basis")
    parent_page_types = ["cms.KnowledgeIndexPage"]
    subpage_types: list[str] = []
    page_description = _("一个问题和它的答案")
    template = "cms/knowledge_page.html"

    class Meta:
        verbose_name = _("知识")
        verbose_name_plural = _("知识")
        indexes = (models.Index(fields=["review_on"], name="knowledge_review"),)

    def stops_besides(self, held: Any) -> dict[str, str]:
        """What is published was looked at: the next look lies ahead, and no more than two years."""
        wrong, day = {}, held.get("review_on")
        today = timezone.localdate()
        if isinstance(day, date) and day <= today:
            wrong["review_on"] = str(_("这一天已经过了。请核对内容，再写下一次核对的日期。"))
        elif isinstance(day, date) and (day - today).days > 731:
            wrong["review_on"] = str(_("最多写到两年以后：更久没有人核对，内容就靠不住了。"))
        if not str(held.get("summary") or "").strip():
            wrong["summary"] = str(_("请用一两句话把答案说完，写建议的人先看到的就是这一句。"))
        return wrong

    @property
    def is_overdue(self) -> bool:
        """Its unit should have looked at it by now."""
        return self.review_on < timezone.localdate()

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        said = structured.known(
            question=self.title, answer=f"{self.summary} {stream_text(self.body)}", unit=self.unit.name,
            address=self.get_url(request) or "",
        )  # fmt: skip
        return {**super().get_context(request, *args, **kwargs), "structured": said}

    def search_texts(self) -> dict[str, str]:
        return {
            "problem": self.summary,
            "proposal": stream_text(self.body),
            "keywords": f"{self.unit.name} {self.unit.short_name} {self.basis}".strip(),
        }
