"""What an editor adds to a campaign besides its text: questions of its form, surveys, votes, meetings.

The blocks hold what was typed; `spec()` of each turns it into the facts that the domain works with
(suggestions/campaign_form.py, suggestions/campaign_polls.py).
"""

from datetime import date, datetime, time, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.blocks import StructBlockValidationError

from suggestions.campaign_form import FieldKind, FieldSpec
from suggestions.campaign_polls import Ask, AskKind, Poll
from suggestions.clock import SHANGHAI

OPTION_MAX, MOST_OPTIONS = 60, 40
_CHOOSING = (FieldKind.CHOICE, FieldKind.CHOICES)


def lines(text: str) -> list[str]:
    """The options of a text with one on each line."""
    return [line.strip() for line in (text or "").splitlines() if line.strip()]


def _wrong_options(options: list[str]) -> str:
    if len(options) < 2:
        return str(_("请至少写两个选项，一行一个。"))
    if len(options) > MOST_OPTIONS:
        return str(_("选项最多%(most)d个，现在是%(n)d个。")) % {
            "most": MOST_OPTIONS,
            "n": len(options),
        }
    if len(set(options)) < len(options):
        return str(_("有两个选项写得一样，请改一个。"))
    long = next((o for o in options if len(o) > OPTION_MAX), "")
    if long:
        return str(_("“%(start)s…”太长，一个选项最多%(most)d个字。")) % {
            "start": long[:10],
            "most": OPTION_MAX,
        }
    return ""


class FormFieldBlock(blocks.StructBlock):
    """One question that the submit flow asks whoever writes to this campaign."""

    label = blocks.CharBlock(
        label=_("问题"), max_length=60, help_text=_("写成一句问话，例如：您家附近有几处积水？")
    )
    kind = blocks.ChoiceBlock(
        label=_("怎么答"), choices=FieldKind.choices, default=FieldKind.LINE,
        help_text=_("数字、日期会检查格式；选项写在下面"),
    )  # fmt: skip
    help = blocks.CharBlock(
        label=_("说明"), required=False, max_length=120, help_text=_("显示在问题下面，可以不填")
    )
    required = blocks.BooleanBlock(
        label=_("必须回答"), required=False, help_text=_("能不勾就不勾，多问一项就少一个人写完")
    )
    options = blocks.TextBlock(
        label=_("选项"), required=False, rows=3, help_text=_("“选一项”“选几项”才填，一行一个")
    )
    least = blocks.DecimalBlock(
        label=_("最小"), required=False, help_text=_("“数字”才填，可以不填")
    )
    most = blocks.DecimalBlock(label=_("最大"), required=False, help_text=_("“数字”才填，可以不填"))

    class Meta:
        icon = "form"
        label = _("一个问题")

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        wrong: dict[str, ValidationError] = {}
        options = lines(cleaned["options"])
        if cleaned["kind"] in _CHOOSING and (words := _wrong_options(options)):
            wrong["options"] = ValidationError(words)
        least, most = cleaned["least"], cleaned["most"]
        if least is not None and most is not None and most < least:
            wrong["most"] = ValidationError(_("最大不能小于最小。"))
        if wrong:
            raise StructBlockValidationError(block_errors=wrong)
        return cleaned


def field_spec(value: Any) -> FieldSpec:
    return FieldSpec(
        label=value["label"].strip(), kind=value["kind"], help=value["help"] or "", required=bool(value["required"]),
        options=tuple(lines(value["options"])), least=value["least"], most=value["most"],
    )  # fmt: skip


class AskBlock(blocks.StructBlock):
    """One question of a survey."""

    text = blocks.CharBlock(
        label=_("问题"), max_length=60, help_text=_("一题只问一件事；有人答了就不能再改字")
    )
    kind = blocks.ChoiceBlock(
        label=_("怎么答"), choices=AskKind.choices, default=AskKind.ONE,
        help_text=_("打分是1到5；写的话不公开，只给办理人员看"),
    )  # fmt: skip
    options = blocks.TextBlock(
        label=_("选项"), required=False, rows=3, help_text=_("“选一项”“选几项”才填，一行一个")
    )
    required = blocks.BooleanBlock(
        label=_("必须回答"), required=False, default=True, help_text=_("不勾就可以跳过")
    )

    class Meta:
        icon = "help"
        label = _("一个问题")

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        if cleaned["kind"] in (AskKind.ONE, AskKind.SEVERAL) and (
            words := _wrong_options(lines(cleaned["options"]))
        ):
            raise StructBlockValidationError(block_errors={"options": ValidationError(words)})
        return cleaned


class _DatedBlock(blocks.StructBlock):
    """What runs from a day to a day."""

    title = blocks.CharBlock(
        label=_("名称"), max_length=60, help_text=_("例如：请您投票选十件实事")
    )
    intro = blocks.TextBlock(
        label=_("说明"), required=False, rows=2, max_length=300,
        help_text=_("为什么问、结果怎么用，一两句话"),
    )  # fmt: skip
    opens_on = blocks.DateBlock(
        label=_("哪天开始"), required=False, help_text=_("不填就和征集同时开始")
    )
    closes_on = blocks.DateBlock(
        label=_("到哪天止"), required=False, help_text=_("到这天24:00；不填就和征集同时截止")
    )

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        begins, ends = cleaned["opens_on"], cleaned["closes_on"]
        if begins and ends and ends < begins:
            raise StructBlockValidationError(
                block_errors={"closes_on": ValidationError(_("截止不能早于开始。"))}
            )
        return cleaned


class SurveyBlock(_DatedBlock):
    """A short survey: a few questions, one voice a phone."""

    questions = blocks.ListBlock(
        AskBlock(), label=_("问题"), min_num=1, max_num=8, help_text=_("三五题最好，不超过8题")
    )

    class Meta:
        icon = "list-ul"
        label = _("小问卷")

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        texts = [q["text"].strip() for q in cleaned["questions"]]
        if len(set(texts)) < len(texts):
            raise StructBlockValidationError(
                non_block_errors=[ValidationError(_("有两个问题写得一样，请改一个。"))]
            )
        return cleaned


class OptionBlock(blocks.StructBlock):
    """One listed option, for example a project the city could do."""

    name = blocks.CharBlock(
        label=_("名称"),
        max_length=OPTION_MAX,
        help_text=_("例如：老旧小区加装电梯100台；有人投了就不能再改字"),
    )
    about = blocks.TextBlock(
        label=_("说明"),
        required=False,
        rows=2,
        max_length=300,
        help_text=_("做什么、花多少、谁受益"),
    )
    chosen = blocks.BooleanBlock(
        label=_("选上了"), required=False, help_text=_("投票结束、决定作出以后再勾")
    )

    class Meta:
        icon = "pick"
        label = _("一个选项")


class VoteBlock(_DatedBlock):
    """A priority vote: choose up to N of the listed options (process.md 3.1, livelihood projects)."""

    most = blocks.IntegerBlock(
        label=_("最多选几项"), min_value=1, max_value=20, default=3, help_text=_("每人最多投几项")
    )
    options = blocks.ListBlock(
        OptionBlock(),
        # As many as a vote needs, so that nobody begins with an error. Every part is named: what is not, the page editor
        # would fill with the word "undefined".
        default=[{"name": "", "about": "", "chosen": False}] * 2,
        label=_("选项"),
        min_num=2,
        max_num=MOST_OPTIONS,
        help_text=_("票面上的顺序就是这里的顺序"),
    )
    outcome = blocks.TextBlock(
        label=_("决定了什么"), required=False, rows=3, max_length=1000,
        help_text=_("投票结束后写：选上了哪几项、没选上的为什么。投票截止以后才显示。"),
    )  # fmt: skip

    class Meta:
        icon = "pick"
        label = _("投票")

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        names = [o["name"].strip() for o in cleaned["options"]]
        wrong: dict[str, ValidationError] = {}
        if len(set(names)) < len(names):
            wrong["options"] = ValidationError(_("有两个选项写得一样，请改一个。"))
        if cleaned["most"] and cleaned["most"] > len(names):
            wrong["most"] = ValidationError(_("不能比选项的个数多。"))
        if wrong:
            raise StructBlockValidationError(block_errors=wrong)
        return cleaned


VOTE_ASK = "请选您觉得最该办的"


def poll_spec(kind: str, key: str, value: Any, *, opens: datetime, closes: datetime | None) -> Poll:
    """A survey or vote with its moments; `opens` and `closes` are the campaign's, for days left empty."""
    begins = _midnight(value["opens_on"]) if value["opens_on"] else opens
    ends = _midnight(value["closes_on"] + timedelta(days=1)) if value["closes_on"] else closes
    facts: dict[str, Any] = {
        "key": key, "title": value["title"].strip(), "intro": value["intro"] or "", "opens_at": begins, "closes_at": ends,
    }  # fmt: skip
    if kind == "survey":
        asks = tuple(
            Ask(
                text=q["text"].strip(), kind=q["kind"], options=tuple(lines(q["options"])),
                required=bool(q["required"]),
            )
            for q in value["questions"]
        )  # fmt: skip
        return Poll(asks=asks, **facts)
    options = [(o["name"].strip(), o) for o in value["options"]]
    ask = Ask(
        text=VOTE_ASK, kind=AskKind.SEVERAL, options=tuple(name for name, _o in options), most=value["most"] or 1,
        about={name: o["about"] for name, o in options if o["about"]},
    )  # fmt: skip
    return Poll(
        asks=(ask,), is_vote=True, outcome=value["outcome"] or "",
        chosen=tuple(name for name, o in options if o["chosen"]), **facts,
    )  # fmt: skip


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=SHANGHAI)


class MeetingBlock(blocks.StructBlock):
    """A meeting where people can speak: a hearing, a talk, a visit to the place."""

    title = blocks.CharBlock(label=_("什么会"), max_length=60, help_text=_("例如：社区座谈会"))
    starts_at = blocks.DateTimeBlock(label=_("什么时候"), help_text=_("当地时间"))
    place = blocks.CharBlock(
        label=_("在哪里"), max_length=80, help_text=_("写清楼和房间，有没有台阶、电梯")
    )
    how = blocks.CharBlock(
        label=_("怎么参加"), required=False, max_length=120, help_text=_("要不要报名、打哪个电话")
    )
    record = blocks.RichTextBlock(
        label=_("会后记录"), required=False, features=["bold", "link", "ol", "ul"],
        help_text=_("开过以后写：来了多少人，说了什么，怎么处理"),
    )  # fmt: skip

    class Meta:
        icon = "group"
        label = _("一次会")
