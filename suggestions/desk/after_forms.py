"""The forms of what follows an answer: talks, delivery, promises, reopening, rectification. Services re-check the rules."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from suggestions.clock import day_words
from suggestions.desk.forms import words
from suggestions.models import AuthorContact, Commitment, DeliveryProof, Suggestion
from suggestions.services.reopening import Ground
from suggestions.states import Commitment as Promise

DAY = ["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日"]
MOMENT = [f"{day} %H:%M" for day in DAY] + ["%Y-%m-%dT%H:%M", *DAY]


class AfterForm(forms.Form):
    """One act on one item."""

    def __init__(self, data: Any = None, *, item: Suggestion) -> None:
        super().__init__(data, label_suffix="", auto_id="after-%s")
        self.item = item


class ReasonForm(AfterForm):
    reason = words(
        _("哪里没有办好，要改什么"), limit=1000, help_text=_("承办单位会原样看到，要照着改。"),
        error_messages={"required": _("请写明哪里没有办好、要改什么，承办单位要照着办。")},
    )  # fmt: skip


class ReopenForm(AfterForm):
    ground = forms.ChoiceField(
        label=_("理由"), choices=[("", _("请选择")), *Ground.choices],
        error_messages={"required": _("请选重新办理的理由。")},
    )  # fmt: skip
    reason = words(
        _("情况说明"), limit=1000, help_text=_("写明新情况是什么，或者哪一句答复与事实不符。"),
        error_messages={"required": _("请写明情况，承办单位要照着办。")},
    )  # fmt: skip


class EmptyForm(AfterForm):
    """A step that needs no words."""


class ContactForm(AfterForm):
    way = forms.ChoiceField(label=_("方式"), choices=AuthorContact.Way.choices)
    reached = forms.TypedChoiceField(
        label=_("联系上了吗"), choices=[("1", _("联系上了")), ("0", _("没有联系上"))],
        coerce=lambda v: v == "1", widget=forms.RadioSelect, error_messages={"required": _("请选联系上了没有。")},
    )  # fmt: skip
    words = words(
        _("谈了什么"), limit=1000, help_text=_("没联系上，写什么时候、联系了几次。不要写建议人的电话和住址。"),
        error_messages={"required": _("请写谈了什么；没联系上，写什么时候、联系了几次。")},
    )  # fmt: skip


class DeliveredForm(AfterForm):
    channel = forms.ChoiceField(
        label=_("怎么送的"),
        choices=[(c, c.label) for c in (DeliveryProof.Channel.LETTER, DeliveryProof.Channel.ORAL)],
    )
    on = forms.DateTimeField(
        label=_("什么时候"), input_formats=MOMENT, help_text=_("例如 2026-11-20 15:30"),
        error_messages={"required": _("请写什么时候送的。"), "invalid": _("请按“2026-11-20 15:30”这样填。")},
    )  # fmt: skip
    words = forms.CharField(
        label=_("凭据"), max_length=200, help_text=_("信件写挂号或快递单号；口头告知写告诉了谁、怎么说的。"),
        error_messages={"required": _("信件写挂号或快递单号；口头告知写告诉了谁、怎么说的。")},
    )  # fmt: skip


class _PromiseForm(AfterForm):
    """About one of the item's promises; the choice is made already when there is only one."""

    states: tuple[str, ...] = (Promise.OPEN, Promise.MISSED)
    commitment = forms.ModelChoiceField(
        Commitment.objects.none(), label=_("哪一条承诺"), empty_label=None,
        error_messages={"required": _("请选是哪一条承诺。"), "invalid_choice": _("这条承诺现在不能这样办，请刷新页面。")},
    )  # fmt: skip

    def __init__(self, data: Any = None, *, item: Suggestion) -> None:
        super().__init__(data, item=item)
        field = self.fields["commitment"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = item.commitments.filter(status__in=self.states).select_related(
            "unit", "reply", "suggestion__jurisdiction"
        )
        field.label_from_instance = lambda obj: (  # type: ignore[method-assign]
            f"{day_words(obj.promised_on)} {obj.words or obj.get_kind_display()}"
        )


class KeepForm(_PromiseForm):
    kept_on = forms.DateField(
        label=_("哪天做到的"), input_formats=DAY, widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"required": _("请写哪天做到的。"), "invalid": _("请按“2026-12-20”这样填日期。")},
    )  # fmt: skip
    proof = words(
        _("怎么做到的"), limit=1000, help_text=_("写明做了什么、在哪里能看到。会告诉建议人；公开前由公开审核员看过。"),
        error_messages={"required": _("请写明做了什么、在哪里能看到。")},
    )  # fmt: skip


class RenewForm(_PromiseForm):
    day = forms.DateField(
        label=_("新的日期"), input_formats=DAY, widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"required": _("请写新的日期。"), "invalid": _("请按“2026-12-20”这样填日期。")},
    )  # fmt: skip
    reason = words(
        _("为什么改"), limit=500, help_text=_("会原样告诉建议人。原来的日期仍然显示。"),
        error_messages={"required": _("请写明为什么要改日期，会原样告诉建议人。")},
    )  # fmt: skip


class ReleaseForm(_PromiseForm):
    states = (Promise.KEPT,)
    text = words(
        _("公开的说明"), limit=1000, help_text=_("去掉姓名、电话、住址等个人信息。网站上只显示这里写的。"),
        error_messages={"required": _("请写可以公开的说明。")},
    )  # fmt: skip
