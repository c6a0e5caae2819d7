"""The forms of "我的个人信息" on /track/ and of the complaint about a public page."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from suggestions.codes import RecordClass, RightsKind, RightsRelation
from suggestions.public.forms import Line, Pick, Words, at_most
from suggestions.public.forms_base import JianyanForm, OptionRadio
from suggestions.services import relaying, retention_rules, rights, takedowns

_ASKABLE = (
    RightsKind.CORRECT,
    RightsKind.DELETE,
    RightsKind.RESTRICT,
    RightsKind.EXPLAIN,
)
"""Viewing and taking a copy need no request: the page itself gives them."""


class RightsForm(JianyanForm):
    kind = Pick(
        label=_("要做什么"), widget=OptionRadio(), missing=_("请选要做什么。"),
        choices=[(k.value, k.label) for k in _ASKABLE],
    )  # fmt: skip
    relation = Pick(
        label=_("您是"), widget=OptionRadio(), choices=RightsRelation.choices, missing=_("请选您是谁。")
    )  # fmt: skip
    requester = Line(
        label=_("您的姓名和电话"), check=at_most(_("姓名和电话"), 100),
        help_text=_("监护人和近亲属要填，我们打电话核实身份。本人不用填。"),
    )  # fmt: skip
    name = Line(label=_("姓名改成"), check=at_most(_("姓名"), 60))
    phone = Line(label=_("手机号改成"), check=at_most(_("手机号"), 20))
    email = Line(label=_("邮箱改成"), check=at_most(_("邮箱"), 120))
    address = Line(label=_("通信地址改成"), check=at_most(_("地址"), 200))
    words = Words(
        label=_("说明"), check=at_most(_("说明"), rights.WORDS_MAX), count=rights.WORDS_MAX, rows=3,
        help_text=_("更正时写哪里不对；其他请求可以不写。"),
    )  # fmt: skip

    def values(self) -> dict[str, Any]:
        """What services.rights.receive takes."""
        data = self.cleaned_data
        wanted = {n: data[n] for n in rights.CORRECTABLE if data[n]}
        return {
            "kind": data["kind"], "relation": data["relation"], "requester": data["requester"], "words": data["words"],
            "correction": wanted if data["kind"] == RightsKind.CORRECT else {},
        }  # fmt: skip


class MessageForm(JianyanForm):
    words = Words(
        label=_("您的回答"), check=at_most(_("回答"), relaying.WORDS_MAX), count=relaying.WORDS_MAX, rows=3,
        help_text=_("办公室看过再转给承办单位。不要写姓名、电话，承办单位不需要知道。"),
    )  # fmt: skip


class TakedownForm(JianyanForm):
    words = Words(
        label=_("露出了什么，在哪一处"), check=at_most(_("这一栏"), takedowns.WORDS_MAX), count=takedowns.WORDS_MAX, rows=4,
        help_text=_("例如“第二段写出了我的门牌号”。不用把那些信息再写一遍。"),
    )  # fmt: skip
    contact = Line(
        label=_("怎样告诉您结果"), check=at_most(_("这一栏"), takedowns.CONTACT_MAX),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["contact"].help_text = _(
            "手机号或者邮箱，可以不写。只用来告诉您结果，决定后%(days)d天删除。"
        ) % {"days": retention_rules.days(RecordClass.TAKEDOWN_WORDS)}
