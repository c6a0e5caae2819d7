"""The forms of masking and of the public page: texts, files, reasons."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from suggestions.codes import NotPublishedReason
from suggestions.desk.forms import words
from suggestions.models import Attachment, PublicationReview

_ROWS = {"title": 2, "place": 2, "reply_commitment": 2, "reply_body": 10}
_LIMITS = {"title": 200, "place": 160, "reply_commitment": 400}
_LONG = 60_000


class MaskForm(forms.Form):
    """The public texts of one review. Fields are there only for what the review covers."""

    seen = forms.CharField(required=False, max_length=80, widget=forms.HiddenInput)
    public_attachments = forms.MultipleChoiceField(
        label=_("随建议公开的附件"),
        required=False,
        error_messages={"invalid_choice": _("有一个附件已经不在了，请重新选。")},
    )
    checked = forms.BooleanField(label=_("标出的地方我都看过，留下的不是个人信息"), required=False)

    def __init__(
        self,
        data: Any = None,
        *,
        review: PublicationReview,
        labels: Mapping[str, str],
        files: Sequence[Attachment],
        seen: str,
        texts: Mapping[str, str] | None = None,
    ) -> None:
        shown = {name: getattr(review, name) for name in labels} | dict(texts or {})
        chosen = [str(pk) for pk in review.public_attachments]
        super().__init__(
            data,
            initial={**shown, "seen": seen, "public_attachments": chosen},
            label_suffix="",
            auto_id="mask-%s",
        )
        self.names = list(labels)
        for name, label in labels.items():
            limit = _LIMITS.get(name, _LONG)
            self.fields[name] = forms.CharField(
                label=label,
                required=False,
                max_length=limit,
                widget=forms.Textarea(attrs={"rows": _ROWS.get(name, 6), "maxlength": limit}),
                error_messages={
                    "max_length": _(
                        "最多%(limit_value)d个字，现在是%(show_value)d个字，请删短一些。"
                    )
                },
            )
        field = self.fields["public_attachments"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(str(f.pk), f.original_name) for f in files]

    def texts(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in self.names}

    def file_ids(self) -> list[int]:
        return [int(pk) for pk in self.cleaned_data["public_attachments"]]

    def chosen(self) -> set[str]:
        """Files that are ticked on the page, in what was typed or in what is stored."""
        return {str(v) for v in (self["public_attachments"].value() or [])}


class RefusePublicationForm(forms.Form):
    reason = forms.ChoiceField(
        label=_("不公开的理由"),
        choices=[("", _("请选择")), *NotPublishedReason.choices],
        help_text=_("建议人会看到这个理由。不公开不影响办理和答复。"),
        error_messages={
            "required": _("请选不公开的理由。"),
            "invalid_choice": _("请从列表里选理由。"),
        },
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, label_suffix="", auto_id="refuse-%s")


class CheckForm(forms.Form):
    """What the second check wants changed."""

    reason = words(
        _("要改什么"), limit=500, rows=3, error_messages={"required": _("请写明要改什么，脱敏的同事要照着改。")}
    )  # fmt: skip

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, label_suffix="", auto_id="check-%s")


class PageForm(forms.Form):
    """Why a page is taken out of sight, or shown again."""

    reason = words(
        _("理由"), limit=500, rows=3,
        help_text=_("会记在经过里，建议人也看得到。不要写投诉人的姓名和电话。"),
        error_messages={"required": _("请写明理由。")},
    )  # fmt: skip

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, label_suffix="", auto_id="page-%s")
