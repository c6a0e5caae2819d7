"""What all our page types share: address, crumbs, summary, search text."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminPageForm
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.models import Page
from wagtail.search import index

from cms import checklist, english
from cms.panels import ChecklistPanel
from cms.slugs import is_address, is_taken, new_slug
from cms.texts import stream_text

__all__ = ["SitePage", "SitePageForm", "Summary", "body_index", "stream_text"]

SLUG_HELP = _("网址的最后一段，只用小写字母、数字和短横线，例如 minsheng-2027。不填会自动生成。")


class SitePageForm(WagtailAdminPageForm):
    """The address may be left empty: the page then gets one of its own."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "slug" in self.fields:
            self.fields["slug"].required = False
            self.fields["slug"].label = _("网址名称")
            self.fields["slug"].help_text = SLUG_HELP

    def clean_slug(self) -> str:
        slug = str(self.cleaned_data.get("slug") or "").strip().lower()
        if not slug:
            return self.instance.slug or self.instance.own_slug()
        if not is_address(slug):
            raise ValidationError(_("网址名称只能用小写字母、数字和短横线，例如 minsheng-2027。"))
        # A top page that came with the site keeps its own (/campaigns/ has forms below it).
        below_home = self.parent_page is not None and self.parent_page.depth == 2
        if below_home and slug != self.instance.slug and is_taken(slug):
            words = _(
                "“%(slug)s”是网站自己的网址，用了它，这一页就打不开。请换一个，例如 %(slug)s-1。"
            )
            raise ValidationError(words, params={"slug": slug})
        return slug

    def clean(self) -> dict[str, Any]:
        """Storing a draft is always possible; what goes on its way to the public has no personal data in it."""
        held: dict[str, Any] = super().clean() or self.cleaned_data
        if any(name in self.data for name in checklist.SENDING):
            wrong = {**checklist.stops(held), **self.instance.stops_besides(held)}
            for name, words in wrong.items():
                self.add_error(name, words)
        return held


class SitePage(Page):
    """Base of every page type. Not a table of its own: docs/adr/0006 says why the stock Page stays the base."""

    slug_prefix = "p"
    base_form_class = SitePageForm

    # The plain title panel: Wagtail's own would fill in the address from the title as one types.
    content_panels = [
        ChecklistPanel(heading=_("发布前看一遍")),
        FieldPanel("title", help_text=_("一句话说清是什么事，列表、首页和搜索里都用它")),
    ]
    promote_panels = [
        MultiFieldPanel([FieldPanel("slug", help_text=SLUG_HELP)], heading=_("网址")),
        FieldPanel(
            "show_in_menus",
            heading=_("在页脚“更多”里显示"),
            help_text=_("只对首页下面一层的页面有用"),
        ),
        MultiFieldPanel(
            [
                FieldPanel("seo_title", help_text=_("浏览器标签和搜索结果里的标题，不填就用标题")),
                FieldPanel("search_description", help_text=_("搜索结果里的说明，不填就用摘要")),
            ],
            heading=_("给搜索引擎的说明"),
        ),
    ]
    show_in_menus_default = False

    class Meta:
        abstract = True

    def stops_besides(self, held: Mapping[str, Any]) -> dict[str, str]:
        """Sentences by field on what keeps a text from the public besides personal data; `held` are its fields' values."""
        return {}

    def own_slug(self) -> str:
        """An address that no title goes into."""
        return new_slug(self.slug_prefix)

    def _set_core_field_defaults(self) -> None:
        # Before Wagtail would transliterate the title.
        if not self.slug:
            self.slug = self.own_slug()
        super()._set_core_field_defaults()

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """The page with its crumbs: ancestors below the home page, then itself; none of them for a top page's parent."""
        context = super().get_context(request, *args, **kwargs)
        above = english.named(self.get_ancestors().filter(depth__gt=2).live()) if self.path else []
        crumbs = [(page.get_url(request), english.said(page, "title")) for page in above]
        here = english.said(self, "title")
        return {
            **context,
            "crumbs": [("/", gettext("首页")), *crumbs, ("", here)],
            "about": getattr(self, "summary_en", "") if english.is_asked() else "",
            "tab_title": here if here != self.title else self.seo_title or self.title,
        }

    def search_texts(self) -> dict[str, str]:
        """Plain texts for the site's search, the strongest field first (search.engine.SLOTS)."""
        return {"problem": self.search_description}

    def search_date(self) -> datetime:
        """What "by date" sorts by."""
        moment = self.first_published_at or self.latest_revision_created_at
        assert moment is not None, "only published pages are indexed"
        return moment


TITLE_SEARCH = [*Page.search_fields]


def body_index(*names: str) -> list[index.BaseField]:
    """Search fields for the admin's own search box."""
    return [*Page.search_fields, *(index.SearchField(n) for n in names)]


class Summary(models.Model):
    """One or two sentences, shown in lists and under the title."""

    summary = models.CharField(
        _("摘要"), max_length=160, blank=True, help_text=_("一两句话，显示在标题下面和列表里")
    )

    class Meta:
        abstract = True
