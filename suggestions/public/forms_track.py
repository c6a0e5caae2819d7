"""The forms of /track/: look up, supplement, rate, withdraw."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from suggestions import rules
from suggestions.codes import Overall, RatingReason, Solved
from suggestions.models import Suggestion
from suggestions.public.forms import Line, Pick, Words, at_most
from suggestions.public.forms_base import JianyanForm, OptionCheckboxes, OptionRadio
from suggestions.services import rating_parts
from suggestions.services.evaluating import COMMENT_MAX

REASON_MAX = 300


class LookupForm(JianyanForm):
    """Number and code, exactly as somebody typed them: reading them is numbers.py's business."""

    case_no = forms.CharField(
        label=_("编号"), help_text=_("例如 JY2026-0001234-7，大小写、横线都不要紧。"), required=False, strip=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )  # fmt: skip
    query_code = forms.CharField(
        label=_("查询码"), help_text=_("回执上的8个字母和数字。"), required=False, strip=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )  # fmt: skip


class SupplementForm(JianyanForm):
    answer = Words(
        label=_("您的补充"), help_text=_("照着上面问的写就行，也可以只传照片。"),
        check=at_most(_("补充内容"), rules.PROBLEM_MAX), count=rules.PROBLEM_MAX, rows=5,
    )  # fmt: skip


_SCORES = [
    ("", _("不打分")),
    ("5", _("5分，很好")),
    ("4", _("4分")),
    ("3", _("3分")),
    ("2", _("2分")),
    ("1", _("1分，很差")),
]


class RatingForm(JianyanForm):
    overall = Pick(
        label=_("您对这次办理满意吗"), widget=OptionRadio(attrs={"data_row": True}),
        choices=Overall.choices, missing=_("请选满意、基本满意或不满意。"),
    )  # fmt: skip
    solved = Pick(
        label=_("事情解决了吗"), widget=OptionRadio(attrs={"data_row": True}), choices=Solved.choices,
        missing=_("请选事情解决了没有。"),
    )  # fmt: skip
    contacted = Pick(
        label=_("承办单位联系过您吗"), widget=OptionRadio(attrs={"data_row": True}),
        choices=[("yes", _("联系过")), ("no", _("没有"))],
    )  # fmt: skip
    reasons = forms.MultipleChoiceField(
        label=_("哪里不满意"), choices=RatingReason.choices, required=False, widget=OptionCheckboxes,
        help_text=_("可以选几项，满意就不用选。"), error_messages={"invalid_choice": _("请从列出的原因里选。")},
    )  # fmt: skip
    score_result = Pick(label=_("解决程度"), choices=_SCORES)
    score_attitude = Pick(label=_("办理态度"), choices=_SCORES)
    score_speed = Pick(label=_("办理速度"), choices=_SCORES)
    comment = Words(
        label=_("想说的话"), check=at_most(_("想说的话"), COMMENT_MAX), count=COMMENT_MAX, rows=3,
        help_text=_("不满意的话，写明是哪一点，承办单位要逐条回应。"),
    )  # fmt: skip

    def __init__(self, *args: Any, suggestion: Suggestion | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The office and the co-units are rated apart (SAT22 3); which they are, the item tells.
        self.part_fields: dict[str, str] = {}
        for _kind, unit in rating_parts.subjects(suggestion) if suggestion is not None else []:
            name = f"part_{unit.code}"
            self.part_fields[unit.code] = name
            self.fields[name] = Pick(
                label=unit.short_name, widget=OptionRadio(attrs={"data_row": True}), choices=Overall.choices,
            )  # fmt: skip

    def parts(self) -> list[forms.BoundField]:
        """The fields that rate somebody beside the lead unit."""
        return [self[name] for name in self.part_fields.values()]

    def values(self) -> dict[str, Any]:
        """What services.evaluating.evaluate takes."""
        data = self.cleaned_data
        scores = {
            n: int(data[n]) if data[n] else None
            for n in ("score_result", "score_attitude", "score_speed")
        }
        contacted = {"yes": True, "no": False}.get(data["contacted"])
        return {
            "overall": data["overall"], "solved": data["solved"], "contacted": contacted,
            "comment": data["comment"], "reasons": data["reasons"],
            "parts": {code: data[name] for code, name in self.part_fields.items()}, **scores,
        }  # fmt: skip


class WithdrawForm(JianyanForm):
    reason = Line(
        label=_("为什么撤回"), check=at_most(_("理由"), REASON_MAX),
        help_text=_("写不写都可以撤回。写了，我们知道哪里要改。"), widget=forms.TextInput(attrs={"data-count": str(REASON_MAX)}),
    )  # fmt: skip


class ReopenRatingForm(JianyanForm):
    """One button: the author asks to rate after all (K13)."""
