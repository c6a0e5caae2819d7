"""The dictionary's screen in the back office: staff teach search the words of their city."""

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, HelpPanel
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from search.models import WordGroup


class WordGroupViewSet(SnippetViewSet):
    model = WordGroup
    icon = "openquote"
    menu_label = _("检索词语")
    add_to_settings_menu = True
    list_display = ["words", "note", "is_active", "updated_at"]
    list_filter = ["is_active"]
    search_fields = ["words", "note"]
    ordering = ["words"]
    copy_view_enabled = False
    panels = [
        HelpPanel(
            content=_(
                "居民说的词和文件里的词常常不一样。把意思相同的写在一行，居民用哪个词都能找到。"
                "改动半分钟内起作用，不用重建索引；地名、单位名不必写在这里，系统已经知道。"
            )
        ),
        FieldPanel("words"),
        FieldPanel("note"),
        FieldPanel("is_active"),
    ]


register_snippet(WordGroupViewSet)
