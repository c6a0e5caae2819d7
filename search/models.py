"""What search keeps in the main database: the words staff teach it, and the words public texts use."""

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django.utils.translation import gettext_lazy as _

from search import vocabulary

_BETWEEN = re.compile(r"[、,，;；/|\n\r]+")


class WordGroup(models.Model):
    """One line of the dictionary: words that mean the same; one word alone is a name to keep whole."""

    words = models.CharField(
        _("词语"),
        max_length=400,
        unique=True,
        help_text=_(
            "意思相同的词写在一行，用顿号隔开，如：加装电梯、装电梯、加梯。只写一个词，就是一个不拆开的名称。"
        ),
    )
    note = models.CharField(_("说明"), max_length=200, blank=True)
    is_active = models.BooleanField(
        _("启用"), default=True, help_text=_("停用后半分钟内不再起作用。")
    )
    updated_at = models.DateTimeField(_("更新时间"), auto_now=True)

    class Meta:
        verbose_name = _("检索词语")
        verbose_name_plural = _("检索词语")
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.words

    def members(self) -> tuple[str, ...]:
        """The words of the line, as they were written."""
        return tuple(word for part in _BETWEEN.split(self.words) if (word := part.strip()))

    def clean(self) -> None:
        words = self.members()
        bad = [word for word in words if not vocabulary.plain(word)]
        if bad or not words:
            named = "、".join(bad)
            raise ValidationError(
                {
                    "words": _("每个词写2到30个字。请改这些：%(bad)s") % {"bad": named}
                    if bad
                    else _("请至少写一个词。")
                }
            )
        self.words = "、".join(dict.fromkeys(words))


class LexiconWord(models.Model):
    """A word that several public texts use, for putting slips right and for completing what is typed.

    Made anew from the public texts (search/lexicon.py); never from anything that was not published.
    """

    text = models.CharField(max_length=40, unique=True)
    # Pinyin without tones, with what many people do not tell apart made equal (search/sounds.py).
    sound = models.CharField(max_length=120, db_index=True)
    initials = models.CharField(max_length=40, db_index=True)
    documents = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("公开文字中的词")
        verbose_name_plural = _("公开文字中的词")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(documents__gte=1), name="search_lexicon_is_used"
            )
        ]

    def __str__(self) -> str:
        return self.text


@receiver([post_save, post_delete], sender=WordGroup, dispatch_uid="search-vocabulary")
def _taught(**_: Any) -> None:
    vocabulary.forget()
