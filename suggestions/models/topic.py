"""What an item is about: a tree that staff keep, and free tags (taggit) beside it."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from taggit.models import ItemBase, TagBase
from treebeard.mp_tree import MP_Node


class Topic(MP_Node):
    """A node of the topic tree. `code` is in addresses and exports and never changes; the name may."""

    code = models.SlugField(_("代码"), max_length=40, unique=True)
    name = models.CharField(_("名称"), max_length=40)
    keywords = models.TextField(_("提示词"), blank=True, help_text=_("分办提示用，空格隔开"))
    is_active = models.BooleanField(_("启用"), default=True)

    class Meta:
        verbose_name = _("主题")
        verbose_name_plural = _("主题")

    def __str__(self) -> str:
        return self.name


class TopicTag(TagBase):
    """A free tag. Its address is a hash of its name: turning Chinese titles into slugs is slow and collides."""

    free_tagging = True

    class Meta:
        verbose_name = _("标签")
        verbose_name_plural = _("标签")

    def slugify(self, tag: str, i: int | None = None) -> str:
        from hashlib import blake2s

        digest = blake2s(tag.encode(), digest_size=5).hexdigest()
        return f"t-{digest}" if i is None else f"t-{digest}-{i}"


class TaggedSuggestion(ItemBase):
    """The link between a suggestion and a tag."""

    tag = models.ForeignKey(TopicTag, models.CASCADE, related_name="tagged_suggestions")
    content_object: Any = models.ForeignKey(
        "suggestions.Suggestion", models.CASCADE, related_name="tagged_items"
    )
