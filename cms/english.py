"""What editors say in English too, for the pages under /en/ (docs/adr/0009). All of it is optional: where a page has no
English words of its own, the Chinese ones stand, marked as Chinese.
"""

from typing import Any

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel

from cms.texts import stream_text


def is_asked() -> bool:
    """Whether the page at hand is read in English."""
    return (get_language() or "").startswith("en")


def said(page: Any, name: str) -> Any:
    """The words of a field in the language of this request: its English ones where they are asked for and written."""
    english = getattr(page, f"{name}_en", "") if is_asked() else ""
    return english if stream_text(english).strip() else getattr(page, name, "")


def named(pages: Any) -> Any:
    """A query of pages as something whose titles `said` can read: English ones are fields of the page types."""
    return pages.specific() if is_asked() else pages


class InEnglish(models.Model):
    """A page that the footer and lists name: its title and summary in English."""

    title_en = models.CharField(
        _("英文标题"),
        max_length=80,
        blank=True,
        help_text=_("英文页（/en/）的标题、页脚和位置里用，例如 Help；不填就用中文标题"),
    )
    summary_en = models.CharField(
        _("英文摘要"),
        max_length=200,
        blank=True,
        help_text=_("英文页上标题下面的一两句话；不填就用中文摘要"),
    )

    english_panel = MultiFieldPanel(
        [FieldPanel("title_en"), FieldPanel("summary_en")], heading=_("英文页上的标题")
    )

    class Meta:
        abstract = True
