"""Forms of a campaign's page: a question to the office, and the voice in a survey or vote."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from suggestions.campaign_polls import WORDS_MAX, Ask, AskKind, Poll
from suggestions.public.forms import Line, Words
from suggestions.public.forms_base import JianyanForm, OptionCheckboxes, OptionRadio


class AskForm(JianyanForm):
    text = Words(
        label=_("您想问什么"),
        help_text=_("关于这次征集本身：征什么、怎么定、什么时候公布。不要写姓名、电话和住址。"),
        count=500,
        rows=4,
    )


class PollForm(JianyanForm):
    """A control for each question; services/polling judges what was chosen."""

    def __init__(self, *args: Any, poll: Poll, **kwargs: Any) -> None:
        self.poll = poll
        asks = {f"ask-{n}": _control(ask) for n, ask in enumerate(poll.asks)}
        self.base_fields = asks | {  # type: ignore[misc]
            "phone": Line(
                label=_("手机号"),
                help_text=_(
                    "一个手机号一票。只用来防止重复，核实以后不留号码；谁投了什么，谁也查不到。"
                ),
                widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
            ),
            "agree": forms.BooleanField(
                label=_("我知道手机号只用来防止重复投，结果只公开数字"),
                error_messages={"required": _("请先看明白手机号怎么用，再打勾。")},
            ),
        }
        super().__init__(*args, **kwargs)

    def answers(self) -> dict[str, list[str]]:
        """What was sent, by question."""
        return {
            ask.text: [str(v) for v in self.data.getlist(f"ask-{n}")][:60]
            if hasattr(self.data, "getlist")
            else []
            for n, ask in enumerate(self.poll.asks)
        }

    def take(self, errors: dict[str, list[str]]) -> None:
        """Sentences by question's words, as the service gives them, at their controls."""
        names = {ask.text: f"ask-{n}" for n, ask in enumerate(self.poll.asks)}
        super().take({names.get(name, name): found for name, found in errors.items()})


class _Any(forms.Field):
    """Takes whatever came; the service says what is wrong with it."""

    def clean(self, value: Any) -> Any:
        return value


def _control(ask: Ask) -> forms.Field:
    label = ask.text
    if ask.kind == AskKind.WORDS:
        attrs = {"rows": 3, "data-count": str(WORDS_MAX)}
        words = _("不公开，只给办理的人看。不要写姓名、电话。")
        return _Any(
            label=label, required=False, help_text=words, widget=forms.Textarea(attrs=attrs)
        )
    if ask.kind == AskKind.SEVERAL:
        help_text = _("最多选%(most)d项。") % {"most": ask.most} if ask.most else _("可以选几项。")
        options = [(o, f"{o}：{ask.about[o]}" if ask.about.get(o) else o) for o in ask.choices]
        return _Any(
            label=label,
            required=False,
            help_text=help_text,
            widget=OptionCheckboxes(choices=options),
        )
    scale = ask.kind == AskKind.SCALE
    return _Any(
        label=label, required=False, help_text=_("1分最低，5分最高。") if scale else "",
        widget=OptionRadio(
            choices=[(o, _("%s分") % o if scale else o) for o in ask.choices],
            attrs={"data_row": "scale"} if scale else None,
        ),
    )  # fmt: skip
