"""Standard pages: help, rules, privacy, accessibility, about."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.fields import StreamField

from cms.blocks import BodyBlock
from cms.english import InEnglish, is_asked, named, said
from cms.models.site_page import SitePage, Summary, body_index, stream_text
from cms.texts import blanks


class StandardPage(InEnglish, Summary, SitePage):
    """Text that stays: how to use the site, what is published and why, who runs it."""

    body = StreamField(BodyBlock(), verbose_name=_("正文"), blank=True)

    body_en = StreamField(
        BodyBlock(),
        verbose_name=_("英文正文"),
        blank=True,
        help_text=_("英文页上的正文，和中文一致；不填，英文页上就是中文正文"),
    )

    content_panels = [
        *SitePage.content_panels,
        FieldPanel("summary"),
        FieldPanel("body", help_text=_("按顺序加文字、图片和常问的")),
        MultiFieldPanel(
            [FieldPanel("title_en"), FieldPanel("summary_en"), FieldPanel("body_en")],
            heading=_("英文页"),
        ),
    ]
    search_fields = body_index("summary", "body", "body_en")
    parent_page_types = ["cms.HomePage", "cms.StandardPage"]
    subpage_types = ["cms.StandardPage"]
    page_description = _("使用帮助、审核规则、隐私说明一类长期不变的内容")
    template = "cms/standard_page.html"

    class Meta:
        verbose_name = _("说明页")
        verbose_name_plural = _("说明页")

    def stops_besides(self, held: Mapping[str, Any]) -> dict[str, str]:
        """A text that came with the site goes out when the office has filled in what only it knows."""
        wrong = {}
        words = _("这里还有没填的：%(blanks)s。请填好，用不着的整句删去，再发布。")
        for name in ("summary", "body", "summary_en", "body_en"):
            if left := blanks(stream_text(held.get(name))):
                wrong[name] = words % {"blanks": "、".join(left)}
        return wrong

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        return {
            **context,
            "children": list(named(self.get_children().live())) if self.path else [],
            "told": said(self, "body"),
            "only_chinese": is_asked() and not stream_text(self.body_en).strip(),
        }

    def search_texts(self) -> dict[str, str]:
        return {"problem": self.summary, "proposal": stream_text(self.body)}
