"""Forms of the agents' page: shape alone; the rules are said by the services."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from suggestions import rules
from suggestions.codes import Overall, Solved
from suggestions.crypto import normalise_phone
from suggestions.errors import Invalid
from suggestions.models import AgentMandate, AgentVisit, Author, District, Jurisdiction
from suggestions.models.agent import level_label
from suggestions.services import joint, minors
from suggestions.services.agents import DUTIES

_DATES = ["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日"]


def _messages(required: Any) -> dict[str, Any]:
    return {
        "required": required,
        "max_length": _("最多%(limit_value)d个字，现在是%(show_value)d个字。"),
    }


def line(
    label: Any, limit: int, *, required: Any = "", help_text: Any = "", **attrs: str
) -> forms.CharField:
    """One line; `required` is the sentence for leaving it empty."""
    widget = forms.TextInput(attrs={"autocomplete": "off", **attrs})
    return forms.CharField(
        label=label, max_length=limit, required=bool(required), help_text=help_text, widget=widget,
        error_messages=_messages(required) if required else {"max_length": _messages("")["max_length"]},
    )  # fmt: skip


def words(
    label: Any, limit: int, *, required: Any = "", rows: int = 3, help_text: Any = ""
) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=limit, required=bool(required), help_text=help_text,
        widget=forms.Textarea(attrs={"rows": rows}),
        error_messages=_messages(required) if required else {"max_length": _messages("")["max_length"]},
    )  # fmt: skip


def day(label: Any, *, required: Any, help_text: Any = "") -> forms.DateField:
    return forms.DateField(
        label=label, help_text=help_text, input_formats=_DATES,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"required": required, "invalid": _("请按“2026-11-20”这样填日期。")},
    )  # fmt: skip


def pick(label: Any, choices: Any, *, required: Any = "", help_text: Any = "") -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label, choices=[("", _("请选择")), *choices], required=bool(required), help_text=help_text,
        error_messages={"required": required, "invalid_choice": _("请在列出的里面选。")},
    )  # fmt: skip


class AgentForm(forms.Form):
    """Plain Django, ids of its own so that several stand on one page."""

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        kwargs.setdefault("auto_id", f"{type(self).__name__.lower()}-%s")
        super().__init__(*args, **kwargs)


class EntryForm(AgentForm):
    """One page: what was said, who said it, what they agreed to."""

    title = line(_("一句话说清是什么建议"), 120, required=_("请用一句话写清是什么建议。"))
    problem = words(
        _("现在的情况"), 2000, rows=5, help_text=_("照本人原话记，不改意思。"),
        required=_("请写下现在的情况：在哪里、什么时候、影响了谁。"),
    )  # fmt: skip
    proposal = words(_("本人说该怎么办"), 3000, rows=3, help_text=_("没有说就空着。"))
    district = forms.ModelChoiceField(
        District.objects.none(), to_field_name="code", label=_("在哪个区"), required=False
    )
    place = line(_("具体地点"), rules.PLACE_MAX)
    name = line(_("本人怎么称呼"), rules.NAME_MAX, required=_("请问清本人怎么称呼。"))
    phone = line(
        _("本人手机号"), 40, inputmode="tel",
        help_text=_("发编号和进展用。不要填您自己的号码；没有手机就空着。"),
    )  # fmt: skip
    age_band = forms.ChoiceField(
        label=_("年龄"), choices=Author.AgeBand.choices, required=False,
        help_text=_("本人说了，或者一看就是孩子，才选；不要问成年人。未成年人的名字不会公开。"),
    )  # fmt: skip
    guardian_name = line(_("监护人姓名"), rules.NAME_MAX, help_text=_("未满14周岁的必填。"))
    guardian_phone = line(_("监护人手机号"), 40, inputmode="tel")
    guardian_consent = forms.BooleanField(
        label=_("监护人知道并同意这样使用孩子的信息"), required=False
    )
    joint = words(
        _("联名的其他人"), 3000, rows=2,
        help_text=_("没有就空着。一行一位：姓名，空一格，手机号；推选的代表在行末写“代表”，最多5人。上面写联系人。"),
    )  # fmt: skip
    publish_consent = forms.BooleanField(
        label=_("本人同意公开内容（先遮盖个人信息，不显示名字）"), required=False
    )
    visit = pick(
        _("今天怎么见的面"),
        AgentVisit.Kind.choices,
        required=_("请选今天是本人来的，还是您上门，还是电话里说的。"),
    )
    under = forms.ChoiceField(label=_("按哪份委托"), required=False)
    scope = forms.ChoiceField(
        label=_("委托的范围"),
        choices=AgentMandate.Scope.choices,
        initial=AgentMandate.Scope.CASE,
        required=False,
    )
    ends_on = forms.DateField(
        label=_("委托到哪天为止"), required=False, input_formats=_DATES,
        help_text=_("最长一年。本人随时可以撤回。"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"invalid": _("请按“2026-11-20”这样填日期。")},
    )  # fmt: skip
    contact_consent = forms.BooleanField(label=_("本人同意我在委托期内看联系方式"), required=False)
    told_rules = forms.BooleanField(
        label=_("已经把个人信息怎样使用、委托随时可以撤回，讲给本人听"),
        error_messages={"required": _("请先把个人信息怎样使用讲给本人听，再勾选。")},
    )
    read_back = forms.BooleanField(
        label=_("记下的内容已经读给本人听过，本人确认无误"),
        error_messages={"required": _("请先读给本人听，确认无误后勾选。")},
    )

    def __init__(
        self, data: Any = None, *, place: Jurisdiction, under: list[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        district = self.fields["district"]
        assert isinstance(district, forms.ModelChoiceField)
        district.queryset = District.objects.filter(jurisdiction=place, is_active=True)
        district.empty_label = str(_("不确定"))
        field = self.fields["under"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("新签一份")), *under]
        if not under:
            del self.fields["under"]

    def clean_phone(self) -> str:
        typed = str(self.cleaned_data["phone"]).strip()
        messages = rules.check_phone(normalise_phone(typed) or typed) if typed else []
        if messages:
            raise forms.ValidationError(messages)
        return typed

    def clean(self) -> dict[str, Any]:
        held = super().clean() or {}
        if not held.get("under") and not held.get("ends_on") and "ends_on" not in self.errors:
            self.add_error("ends_on", _("请写委托到哪天为止。"))
        for name, sentences in minors.problems(
            held.get("age_band") or "", self._guardian(held)
        ).items():
            if name in self.fields and name not in self.errors:
                self.add_error(name, sentences)
        try:
            held["others"] = tuple(joint.parse(held.get("joint") or ""))
        except Invalid as invalid:
            self.add_error("joint", invalid.errors["joint"])
        return held

    def _guardian(self, held: dict[str, Any]) -> minors.GuardianFacts:
        return minors.GuardianFacts(
            held.get("guardian_name") or "", held.get("guardian_phone") or "",
            consented=bool(held.get("guardian_consent")),
        )  # fmt: skip

    def people(self) -> dict[str, Any]:
        """Who the author is beyond a name: a child with its guardian, one of several."""
        held = self.cleaned_data
        band = held["age_band"]
        return {
            "age_band": band, "guardian": self._guardian(held) if band else None, "joint": held["others"]
        }  # fmt: skip


class TakeForm(AgentForm):
    """An item its author filed alone: number and query code are the author's yes."""

    case_no = line(
        _("编号"), 64, required=_("请填编号。"), help_text=_("像 JY2026-0001234-7，含最后一位。")
    )
    query_code = line(
        _("查询码"), 32, required=_("请填查询码。"), help_text=_("请本人报给您，这就是本人的确认。")
    )
    ends_on = day(
        _("委托到哪天为止"),
        required=_("请写委托到哪天为止。"),
        help_text=_("最长一年。本人随时可以撤回。"),
    )
    contact_consent = forms.BooleanField(label=_("本人同意我在委托期内看联系方式"), required=False)
    told_rules = forms.BooleanField(
        label=_("已经告诉本人：委托随时可以撤回"),
        error_messages={"required": _("请先告诉本人，再勾选。")},
    )


class CodeForm(AgentForm):
    code = line(
        _("本人手机上的6位验证码"),
        20,
        required=_("请填本人手机上的6位验证码。"),
        inputmode="numeric",
    )


class RevealForm(AgentForm):
    reason = line(_("为什么要看"), 200, required=_("请写为什么要看，例如“打电话告诉进展”。"))


class DutyForm(AgentForm):
    duty = pick(_("做了什么"), list(DUTIES.items()), required=_("请选做了什么。"))
    note = line(_("说明"), 200, help_text=_("选填。本人在查进度里看得到。"))


class VisitForm(AgentForm):
    kind = pick(_("怎么见的"), AgentVisit.Kind.choices, required=_("请选怎么见的。"))
    on = day(_("哪天"), required=_("请填哪天。"))
    note = line(_("做了什么"), 200)


class PhotoForm(AgentForm):
    """The files themselves are read from the request."""


class SupplementForm(AgentForm):
    answer = words(_("本人补充的话"), 2000, required=_("请写下本人补充的内容。"))


class RelayForm(AgentForm):
    to_level = pick(_("请哪一级"), [], required=_("请选请哪一级帮忙。"))
    reason = words(_("要上级帮什么"), 500, required=_("请写要上级帮什么。"))

    def __init__(self, *args: Any, levels: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["to_level"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(code, level_label(code)) for code in levels]


class WordsForm(AgentForm):
    """The author's own rating in the author's own words."""

    overall = pick(_("本人说"), Overall.choices, required=_("请照本人说的选。"))
    solved = pick(_("事情解决了吗"), Solved.choices)
    words = words(_("本人的原话"), 500, required=_("请照本人原话记下来；本人没有说，就不要记。"))
    own_words = forms.BooleanField(
        label=_("这是本人的话，我没有替本人评价"),
        error_messages={"required": _("代理员不能替本人评价。是本人的话，请勾选确认。")},
    )


class WithdrawAskForm(AgentForm):
    reason = line(_("本人为什么要撤回"), 200)


class LayDownForm(AgentForm):
    reason = line(_("为什么不再代办"), 200, required=_("请写为什么不再代办，本人会看到。"))


class AnswerForm(AgentForm):
    answer = words(_("答复下级代理员"), 1000, required=_("请写答复。"))


class PressForm(AgentForm):
    words = words(_("对承办单位说"), 200, required=_("请写要对承办单位说的话。"), rows=2)


def default_end(today: date) -> date:
    """Half a year: long enough for a handled item, short enough to be asked again."""
    from datetime import timedelta

    return today + timedelta(days=180)
