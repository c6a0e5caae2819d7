"""Forms of co-signing and of joint authors: a phone, a code, a yes."""

from django import forms
from django.utils.translation import gettext_lazy as _

from suggestions import rules
from suggestions.public.forms import Line, at_most
from suggestions.public.forms_base import JianyanForm


class JoinForm(JianyanForm):
    """Shape alone; services/co_signing says what a voice must have."""

    phone = Line(
        label=_("手机号"),
        help_text=_("一个手机号算一个人。加密保存，不公开，只用来告诉您答复。"),
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )
    name = Line(
        label=_("怎么称呼您"),
        check=at_most(_("称呼"), rules.NAME_MAX),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    wants_notice = forms.BooleanField(label=_("有答复时发短信告诉我"), required=False)
    agree = forms.BooleanField(
        label=_("我知道附议会用到手机号，附议的人数会公开，谁附议了不公开"),
        error_messages={"required": _("请先看明白手机号怎么用，再打勾。")},
    )


class CodeForm(JianyanForm):
    code = Line(
        label=_("短信验证码"),
        help_text=_("6位数字，刚刚发到您的手机。"),
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


class EnterForm(JianyanForm):
    case_no = Line(label=_("编号"), help_text=_("例如 JY2026-0001234-7"))
    query_code = Line(label=_("查询码或确认码"), help_text=_("8个字母和数字，在短信或回执上。"))


class ResumeForm(JianyanForm):
    code = Line(
        label=_("草稿码"),
        help_text=_("12个字母和数字，例如 ACDE-FGHJ-3467。大小写、横线都不要紧。"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class PhoneForm(JianyanForm):
    phone = Line(
        label=_("发到我的手机"),
        help_text=_("只为发这一条短信。"),
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )
