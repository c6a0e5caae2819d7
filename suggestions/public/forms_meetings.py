"""The forms of hearings, receptions and public questioning: as few fields as the service asks for."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from suggestions import rules
from suggestions.insight import names
from suggestions.models.reception import REPRESENTATIVES_MAX
from suggestions.public.forms import Line, Pick, Words, at_most
from suggestions.public.forms_base import JianyanForm, OptionRadio

_PHONE = {"autocomplete": "tel", "inputmode": "tel"}


def _email() -> Line:
    """An address for who has no phone."""
    return Line(
        label=_("邮箱"), check=rules.check_email, widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text=_("没有手机号的填邮箱，通知发到邮箱。"),
    )  # fmt: skip


class SeatForm(JianyanForm):
    """A seat at a hearing. Shape alone; services/hearing_people says what an enrolment must have."""

    side = Pick(
        label=_("您代表哪一方"), widget=OptionRadio(), choices=[], missing=_("请选您代表哪一方。")
    )
    name = Line(
        label=_("姓名"), check=at_most(_("姓名"), rules.NAME_MAX), widget=forms.TextInput(attrs={"autocomplete": "name"}),
        help_text=_("加密保存，不公开。入场时核对。"),
    )  # fmt: skip
    shown = Pick(
        label=_("选上以后，名单上怎么写"), widget=OptionRadio(attrs={"data_row": "1"}), missing=_("请选名单上怎么写。"),
        help_text=_("参加人名单要公布，只写姓和称呼。"),
        choices=[("女士", _("姓加“女士”")), ("先生", _("姓加“先生”")), ("代表", _("姓加“代表”"))],
    )  # fmt: skip
    phone = Line(
        label=_("手机号"), widget=forms.TextInput(attrs=_PHONE),
        help_text=_("加密保存，不公开，只用来通知您和送材料。一个手机号报一次。"),
    )  # fmt: skip
    email = _email()
    stand = Words(
        label=_("主要想说什么"), check=at_most(_("这一栏"), 500), count=500, rows=3, help_text=_("几句话就行，方便主持人安排发言。")
    )  # fmt: skip
    agree = forms.BooleanField(
        label=_("我能按时到场，同意用上面的信息办理这次听证"),
        error_messages={"required": _("请先确认能到场、同意这样用您的信息，再打勾。")},
    )

    def __init__(self, *args: Any, sides: Sequence[tuple[str, int]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["side"]
        field.choices = [(name, _seats(name, n)) for name, n in sides]

    def values(self) -> dict[str, str]:
        """What services.hearing_people.enrol takes of a person."""
        data = self.cleaned_data
        label = f"{data['side']} {names.surname_of(data['name'])}{data['shown']}"
        return {
            "public_label": label,
            **{n: data[n] for n in ("side", "name", "phone", "email", "stand")},
        }


def _seats(name: str, number: int) -> str:
    return gettext("%(name)s（%(number)s个名额）") % {"name": name, "number": number}


class BookForm(JianyanForm):
    """A place at a leader's reception; services/receiving says what a booking must have."""

    matter = Words(
        label=_("要谈的事"), check=at_most(_("要谈的事"), 500), count=500, rows=4,
        help_text=_("一两句话，好请有关单位一起来。不用写姓名、住址。"),
    )  # fmt: skip
    name = Line(
        label=_("姓名"), check=at_most(_("姓名"), rules.NAME_MAX), widget=forms.TextInput(attrs={"autocomplete": "name"}),
        help_text=_("加密保存，不公开。"),
    )  # fmt: skip
    phone = Line(
        label=_("手机号"), widget=forms.TextInput(attrs=_PHONE), help_text=_("换人、取消时发短信告诉您，前一天提醒。不公开。")
    )  # fmt: skip
    email = _email()
    people = Pick(
        label=_("一共来几个人"), widget=OptionRadio(attrs={"data_row": "scale"}), missing=_("请选来几个人。"), initial="1",
        choices=[(str(n), format_lazy(_("{n}人"), n=n)) for n in range(1, REPRESENTATIVES_MAX + 1)],
        help_text=_("多人反映同一件事，推选代表，最多5人。"),
    )  # fmt: skip


class PlaceCodeForm(JianyanForm):
    code = Line(
        label=_("您的查询码"), help_text=_("8个字母和数字，报名或预约时给您的。"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip


class QuestionForm(JianyanForm):
    unit = Pick(
        label=_("问哪个单位"), widget=OptionRadio(), choices=[], missing=_("请选问哪个单位。")
    )
    text = Words(
        label=_("您的问题"), check=at_most(_("问题"), 1000), count=1000, rows=5,
        help_text=_("一次问一件事，说清在哪里、什么时候。不要写姓名、电话、住址。"),
    )  # fmt: skip

    def __init__(self, *args: Any, units: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if len(units) > 1:
            field: Any = self.fields["unit"]
            field.choices = units
        else:
            del self.fields["unit"]


class RateForm(JianyanForm):
    """A row of one to five for each answer; services/qa_voices judges what was chosen."""

    def __init__(self, *args: Any, rated: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        points = [(str(n), format_lazy(_("{n}分"), n=n)) for n in range(1, 6)]
        fields: dict[str, forms.Field] = {
            f"score-{key}": Pick(label=label, widget=OptionRadio(attrs={"data_row": "scale"}), choices=points)
            for key, label in rated
        }  # fmt: skip
        fields["phone"] = Line(
            label=_("手机号"), widget=forms.TextInput(attrs=_PHONE),
            help_text=_("一个手机号给每个答复评一次。只用来防止重复，核实以后不留号码；谁打了几分，谁也查不到。"),
        )  # fmt: skip
        # Per form, not per class: Django copies the fields of a form from here.
        self.base_fields = fields  # type: ignore[misc]
        super().__init__(*args, **kwargs)

    def scores(self) -> dict[str, int]:
        """What was chosen, by key of what is rated."""
        held = {n.removeprefix("score-"): v for n, v in self.cleaned_data.items() if v}
        return {key: int(v) for key, v in held.items() if key != "phone"}
