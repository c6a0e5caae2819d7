"""What editors may put into a page's body. Limited on purpose: no raw HTML, no colours, headings from level two."""

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.blocks import StructBlockValidationError
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.images.blocks import ImageBlock

TEXT_FEATURES = ["h2", "h3", "bold", "ol", "ul", "link", "document-link"]
"""Rich text of page bodies."""
SECTION_FEATURES = ["h3", "bold", "ol", "ul", "link", "document-link"]
"""Rich text below a heading that the page itself sets."""
SHORT_FEATURES = ["bold", "link", "ol", "ul"]
"""Rich text inside another block, where a heading would break the outline."""


_FILE_NAME = re.compile(
    r".*\.(jpe?g|png|gif|webp|bmp|heic|avif|svg|tiff?)"
    r"|(img|dsc[nf]?|image|photo|pic|mmexport|wx_camera|screenshot|qq图片|微信图片|微信截图|屏幕截图|截图|截屏|图片|图像|照片|未命名|未标题)?[\W\d_]*",
    re.IGNORECASE,
)


def is_file_name(words: str) -> bool:
    """Whether a description is what a camera or a computer called the file: IMG_2034, 微信图片_20261101, 长椅.jpg."""
    return _FILE_NAME.fullmatch(words.strip()) is not None


def _described(**meta: Any) -> ImageBlock:
    """An ImageBlock whose inner field has a label: Wagtail 8.0 calls it "Image", after its variable."""
    block = ImageBlock(**meta)
    block.child_blocks["image"].label = _("选图")
    return block


class PictureBlock(blocks.StructBlock):
    """A picture. ImageBlock asks for a description, or for a statement that the picture only decorates.

    It offers the picture's title as the description, and the title of what was just uploaded is its file's name.
    """

    image = _described(
        label=_("图片"), help_text=_("写明图里是什么，看不见的人靠它；只是装饰就勾选装饰")
    )
    caption = blocks.CharBlock(
        label=_("图片说明"), required=False, max_length=120, help_text=_("显示在图片下面，可以不填")
    )

    class Meta:
        icon = "image"
        label = _("图片")
        template = "cms/blocks/picture.html"

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        image = cleaned["image"]
        alt = (image.contextual_alt_text or "") if image and not image.decorative else ""
        if alt and is_file_name(alt) and not self.is_deferred_validation:
            words = _(
                "“%(alt)s”是文件名，看不见的人听了不知道图里是什么。请写图里有什么，例如：站台上的长椅。"
            )
            error = ValidationError(words, params={"alt": alt})
            nested = StructBlockValidationError(block_errors={"alt_text": error})
            raise StructBlockValidationError(block_errors={"image": nested})
        return cleaned


class QuestionAnswerBlock(blocks.StructBlock):
    """A question that people ask and its answer, folded until wanted."""

    question = blocks.CharBlock(label=_("问题"), max_length=80, help_text=_("照大家平常问的话写"))
    answer = blocks.RichTextBlock(
        label=_("回答"), features=SHORT_FEATURES, help_text=_("第一句就答，再说明")
    )

    class Meta:
        icon = "help"
        label = _("常问的")
        template = "cms/blocks/question_answer.html"


class StageBlock(blocks.StructBlock):
    """One step of a campaign after the collecting itself, so that people know what follows and when."""

    name = blocks.CharBlock(label=_("步骤"), max_length=20, help_text=_("例如：汇总论证"))
    starts_on = blocks.DateBlock(label=_("从哪天起"), required=False, help_text=_("还没定就不填"))
    ends_on = blocks.DateBlock(
        label=_("到哪天止"), required=False, help_text=_("不填就显示“时间待定”")
    )

    class Meta:
        icon = "calendar-alt"
        label = _("步骤")


class MaterialBlock(blocks.StructBlock):
    """A paper to read before writing."""

    title = blocks.CharBlock(
        label=_("名称"), max_length=60, help_text=_("写是什么材料，不写文件名")
    )
    document = DocumentChooserBlock(label=_("文件"), help_text=_("最好是PDF；扫描件要能选中文字"))

    class Meta:
        icon = "doc-full"
        label = _("材料")


class BodyBlock(blocks.StreamBlock):
    """The body of standard pages and news."""

    text = blocks.RichTextBlock(
        label=_("文字"),
        features=TEXT_FEATURES,
        template="cms/blocks/text.html",
        icon="pilcrow",
        help_text=_("小标题用“标题2”，一段只说一件事"),
    )
    picture = PictureBlock()
    question = QuestionAnswerBlock()

    class Meta:
        block_counts = {"picture": {"max_num": 20}}
