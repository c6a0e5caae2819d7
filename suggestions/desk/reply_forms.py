"""The forms of a unit's work: the reply, the head's remarks, a co-unit's opinion. Services re-check the rules."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from suggestions.codes import DATED_OUTCOMES, Outcome
from suggestions.desk.forms import words
from suggestions.models import Reply
from suggestions.services import replying

DRAFT_MAX = 20_000
"""A draft may grow too long and be cut later; only the signature holds it to replying.BODY_MAX."""
FIELDS = ("outcome", "body", "reason", "basis", "commitment", "committed_by", "next_report_on", "contact")  # fmt: skip


def _day(label: Any, help_text: Any) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=False,
        help_text=help_text,
        # The browser's own date field sends this form whatever the locale shows.
        input_formats=["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日"],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"invalid": _("请按“2026-12-20”这样填日期。")},
    )


class ReplyForm(forms.Form):
    """A draft of the answer; nothing is required until it goes to signature."""

    seen = forms.CharField(required=False, max_length=80, widget=forms.HiddenInput)
    outcome = forms.ChoiceField(
        label=_("办理结果"),
        required=False,
        choices=[("", _("请选择")), *Outcome.choices],
        error_messages={"invalid_choice": _("请从列表里选办理结果。")},
    )
    body = words(
        _("答复内容"),
        limit=DRAFT_MAX,
        required=False,
        rows=14,
        help_text=_(
            "逐条回应：查了什么、怎么定的、依据是什么、下一步谁在什么时候做。30到6000个字。只说“已转有关部门”不算答复。"
        ),
    )
    reason = words(
        _("不予采纳的理由"),
        limit=1000,
        required=False,
        rows=3,
        help_text=_("选“不予采纳”时必填，会告诉建议人。"),
    )
    basis = forms.CharField(
        label=_("依据"),
        required=False,
        max_length=300,
        help_text=_("法规、政策或规划的名称和条款。"),
    )
    commitment = forms.CharField(
        label=_("下一步或承诺"),
        required=False,
        max_length=300,
        help_text=_("一句话，写清做什么。公开后会列入承诺。"),
    )
    committed_by = _day(_("承诺完成日期"), _("选“列入计划”时必填。"))
    next_report_on = _day(_("下次告知日期"), _("选“列入研究”时必填：到这一天告诉建议人研究结果。"))
    contact = forms.CharField(
        label=_("联系科室和电话"),
        required=False,
        max_length=120,
        help_text=_("写科室和座机，不写个人手机号。"),
    )

    def __init__(
        self, data: Any = None, *, reply: Reply | None, seen: str, contact: str = ""
    ) -> None:
        initial = {name: getattr(reply, name) for name in FIELDS} if reply else {"contact": contact}
        super().__init__(
            data, initial={**initial, "seen": seen}, label_suffix="", auto_id="reply-%s"
        )
        body = self.fields["body"].widget.attrs
        body["data-count"] = str(replying.BODY_MAX)

    def values(self) -> dict[str, Any]:
        """Keyword arguments of replying.save_draft."""
        return {name: self.cleaned_data[name] for name in FIELDS}


DATE_HINTS = {str(outcome): field for outcome, field in DATED_OUTCOMES.items()}


class SignForm(forms.Form):
    note = words(
        _("协办意见没到齐时，写明为什么先报送"), limit=500, required=False, rows=2,
        help_text=_("协办意见都到了，或者协办单位已经超期，就不用写。"),
    )  # fmt: skip

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, label_suffix="", auto_id="sign-%s")


class ReturnForm(forms.Form):
    note = words(
        _("要改什么"), limit=1000, rows=3, error_messages={"required": _("请写明要改什么，经办人要照着改。")}
    )  # fmt: skip

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, label_suffix="", auto_id="return-%s")


class OpinionForm(forms.Form):
    opinion = words(
        _("协办意见"), limit=3000, rows=8,
        help_text=_("写本单位职责内的部分：情况、依据、能做什么、什么时候做。主办单位会写进答复。"),
        error_messages={
            "required": _("请写协办意见。"),
            "max_length": _("协办意见最多%(limit_value)d个字，现在是%(show_value)d个字。"),
        },
    )  # fmt: skip

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, label_suffix="", auto_id="opinion-%s")
