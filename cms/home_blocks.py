"""The sections of the home page: editors order them, leave some out and name them; what is in them comes from the cases."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from cms.blocks import SHORT_FEATURES


class SectionBlock(blocks.StructBlock):
    """A section whose contents the site knows by itself; an empty heading means the usual one."""

    heading = blocks.CharBlock(
        label=_("标题"), required=False, max_length=20, help_text=_("不填就用平常的标题")
    )


class CampaignsBlock(SectionBlock):
    class Meta:
        icon = "date"
        label = _("正在征集")


class AnswersBlock(SectionBlock):
    with_measures = blocks.BooleanBlock(
        label=_("旁边放“采纳以后”"),
        required=False,
        default=True,
        help_text=_("采纳了什么，做到哪一步"),
    )

    class Meta:
        icon = "comment"
        label = _("本周答复")


class FiguresBlock(SectionBlock):
    class Meta:
        icon = "view"
        label = _("三个数字")


class BeforeBlock(SectionBlock):
    class Meta:
        icon = "help"
        label = _("写之前看一眼")


class NoticeBlock(blocks.StructBlock):
    """A few words of the editors' own, for a week or two."""

    heading = blocks.CharBlock(
        label=_("标题"), max_length=30, help_text=_("写发生了什么，不写口号")
    )
    text = blocks.RichTextBlock(
        label=_("文字"), features=SHORT_FEATURES, help_text=_("两三句话；过了时请记得拿掉")
    )

    class Meta:
        icon = "info-circle"
        label = _("通知")


class HomeSections(blocks.StreamBlock):
    campaigns = CampaignsBlock()
    answers = AnswersBlock()
    figures = FiguresBlock()
    before = BeforeBlock()
    notice = NoticeBlock()

    class Meta:
        block_counts = {
            name: {"max_num": 1} for name in ("campaigns", "answers", "figures", "before")
        } | {"notice": {"max_num": 3}}


USUAL = ("campaigns", "answers", "figures", "before")
"""What a page shows whose editors chose nothing."""


def sections(value: Any) -> list[dict[str, Any]]:
    """The sections in their order: kind, heading ("" for the usual one), and what else was typed."""
    chosen = [{"kind": b.block_type, **dict(b.value)} for b in value]
    return chosen or [{"kind": kind, "heading": "", "with_measures": True} for kind in USUAL]
