"""Forms of one's own page: a phone, a code, how to be told, what to delete."""

from django import forms
from django.utils.translation import gettext_lazy as _

from suggestions.models import Resident
from suggestions.public.forms import Line, Pick
from suggestions.public.forms_base import JianyanForm, OptionCheckboxes, OptionRadio


class SignInForm(JianyanForm):
    phone = Line(
        label=_("手机号"),
        help_text=_("发一条短信验证码给您，不用注册，也不用记密码。"),
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )


class CodeForm(JianyanForm):
    code = Line(
        label=_("短信验证码"),
        help_text=_("6位数字，10分钟内有效。"),
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "class": "in in--num"}
        ),
    )
    own_device = forms.BooleanField(
        label=_("这是我自己的手机或电脑，30天内不用再登录"), required=False
    )


class NoticeForm(JianyanForm):
    notice = Pick(
        label=_("关注的事有新消息时"),
        choices=Resident.Notice.choices,
        widget=OptionRadio,
        missing=_("请选怎么告诉您。"),
    )
    email = Line(
        label=_("邮箱"),
        help_text=_("选发电子邮件才要填。加密保存，只用来发这些消息。"),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )


class CloseForm(JianyanForm):
    """Delete the page; for each item ticked, ask for the deletion of one's data in it."""

    items = forms.MultipleChoiceField(
        label=_("同时请求删去这些建议里我的个人信息"), required=False, widget=OptionCheckboxes
    )
    sure = forms.BooleanField(
        label=_("我知道注销以后，关注和通知设置找不回来"),
        error_messages={"required": _("请先看明白，再打勾。")},
    )
