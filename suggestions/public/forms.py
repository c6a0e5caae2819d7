"""The steps of /submit/ as forms. They clean shape; what a submission must look like stands in suggestions/rules.py."""

from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from suggestions import rules
from suggestions.codes import NameDisplay
from suggestions.crypto import normalise_phone
from suggestions.errors import Invalid
from suggestions.models import Author, District, Jurisdiction, Topic
from suggestions.public.forms_base import JianyanForm, OptionRadio
from suggestions.services import joint, minors

Choices = list[tuple[str, Any]]
ContactChannel = Author.ContactChannel


class Line(forms.CharField):
    """One line of text, cleaned as rules.clean_text does; `check` gives the sentences of what is wrong."""

    multiline = False

    def __init__(self, *, check: Callable[[str], list[str]] | None = None, **kwargs: Any) -> None:
        self.check = check
        super().__init__(required=False, strip=False, **kwargs)

    def to_python(self, value: Any) -> str:
        return rules.clean_text(str(value or ""), multiline=self.multiline)

    def validate(self, value: str) -> None:
        messages = self.check(value) if self.check else []
        if messages:
            raise forms.ValidationError(messages)


class Words(Line):
    """Several lines of text."""

    multiline = True

    def __init__(self, *, rows: int = 6, count: int = 0, **kwargs: Any) -> None:
        attrs: dict[str, Any] = {"rows": rows}
        if count:
            attrs["data-count"] = str(count)
        super().__init__(widget=forms.Textarea(attrs=attrs), **kwargs)


class Pick(forms.ChoiceField):
    """One of some codes. A forged or outdated code counts as nothing chosen."""

    def __init__(self, *, missing: Any = "", **kwargs: Any) -> None:
        self.missing = missing
        super().__init__(required=False, **kwargs)

    def to_python(self, value: Any) -> str:
        text = str(value or "")
        return text if self.valid_value(text) else ""

    def validate(self, value: str) -> None:
        if not value and self.missing:
            raise forms.ValidationError(self.missing)


def at_most(what: object, limit: int) -> Callable[[str], list[str]]:
    """A check of length alone."""

    def check(text: str) -> list[str]:
        if len(text) <= limit:
            return []
        return [rules.too_long(what, text, limit)]

    return check


def topic_choices() -> Choices:
    """The topic tree for a select: first-level topics as groups. One query."""
    choices: Choices = [("", _("我不确定，请工作人员来分"))]
    group: Choices = []
    for topic in Topic.objects.filter(is_active=True).order_by("path"):
        if topic.depth == 1:
            group = [(topic.code, topic.name)]
            choices.append((topic.name, group))
        else:
            group.append((topic.code, topic.name))
    return choices


def district_choices(jurisdiction: Jurisdiction) -> Choices:
    """Districts in tree order, deeper ones set in. One query."""
    rows = District.objects.filter(jurisdiction=jurisdiction, is_active=True).order_by("path")
    return [
        ("", _("全市，或者不限于一个区")),
        *((d.code, f"{'　' * (d.depth - 1)}{d.name}") for d in rows),
    ]


class StepForm(JianyanForm):
    """A step: knows its fields' raw answers, to be kept whether right or not."""

    def __init__(self, *args: Any, jurisdiction: Jurisdiction, **kwargs: Any) -> None:
        self.jurisdiction = jurisdiction
        super().__init__(*args, **kwargs)

    @classmethod
    def names(cls) -> Iterable[str]:
        return tuple(cls.base_fields)

    @classmethod
    def typed(cls, data: Any) -> dict[str, str]:
        """What was sent for this step's fields, as it was. A field that was not sent keeps its earlier answer."""
        return {name: str(data.get(name, "")) for name in cls.names() if name in data}


class StartForm(StepForm):
    """Nothing to answer: reading is enough."""


class TopicForm(StepForm):
    title = Line(
        label=_("用一句话说您的建议"),
        help_text=_("写清在哪里、改什么。6到40个字，一件建议只说一件事。"),
        check=rules.check_title,
        widget=forms.TextInput(attrs={"autocomplete": "off", "data-count": str(rules.TITLE_MAX)}),
    )
    topic = Pick(label=_("属于哪方面"), help_text=_("选不准没关系，不影响办理。"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["topic"].choices = topic_choices()  # type: ignore[attr-defined]


class TextForm(StepForm):
    problem = Words(
        label=_("现在是什么情况"),
        help_text=_("在哪里、什么时候、影响了谁。写看到的事实就好，不用写公文。"),
        check=rules.check_problem, count=rules.PROBLEM_MAX, rows=7,
    )  # fmt: skip
    proposal = Words(
        label=_("您觉得该怎么办"),
        help_text=_("一句话也可以。有别处做得好的例子，写上更有用。"),
        check=rules.check_proposal, count=rules.PROPOSAL_MAX, rows=7,
    )  # fmt: skip


class PlaceForm(StepForm):
    district = Pick(label=_("在哪个区"))
    place = Line(
        label=_("具体地点"),
        help_text=_("例如“人民路公交站北侧”。不要写自己家的门牌号。"),
        check=at_most(_("地点"), rules.PLACE_MAX),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["district"].choices = district_choices(self.jurisdiction)  # type: ignore[attr-defined]


def _check_phone(text: str) -> list[str]:
    digits = "".join(c for c in text if c.isdecimal())
    return rules.check_phone(normalise_phone(text) or digits or text) if text else []


class ContactForm(StepForm):
    name = Line(
        label=_("怎么称呼您"),
        help_text=_("只有办理人员看得到。单位提建议，请写单位名称。"),
        check=at_most(_("称呼"), rules.NAME_MAX),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    phone = Line(
        label=_("手机号"),
        help_text=_("用来发编号、进展和答复。不会公开，每次查看都有记录。"),
        check=_check_phone,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )
    email = Line(
        label=_("邮箱"),
        help_text=_("没有手机号就留邮箱，两个都留也可以。"),
        check=rules.check_email,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    contact_channel = Pick(
        label=_("有进展怎么告诉您"),
        widget=OptionRadio,
        choices=[
            ("auto", _("发短信；没留手机号就发邮件")),
            (ContactChannel.EMAIL.value, _("发邮件")),
            (ContactChannel.PHONE.value, _("打电话")),
            (ContactChannel.NONE.value, _("不用通知，我自己来查")),
        ],
    )
    hide_identity = Pick(
        label=_("承办单位可以看到您的称呼和联系方式吗"),
        help_text=_("承办单位有时要找您核实情况。选“不可以”，就由征集办公室转达。"),
        widget=OptionRadio,
        choices=[("no", _("可以，方便联系我")), ("yes", _("不可以，只让征集办公室知道"))],
    )
    publish = Pick(
        label=_("建议和答复可以公开吗"),
        help_text=_("选哪一项，办理都一样。公开前先遮盖个人信息，下一步就能看到是什么样子。"),
        widget=OptionRadio,
        choices=[("yes", _("可以公开")), ("no", _("不公开，只答复我"))],
        missing=_("请选一项：可以公开，还是不公开。"),
    )
    name_display = Pick(
        label=_("公开的时候怎么署名"),
        help_text=_("这一项单独征求您同意。不公开的建议不用管它。"),
        widget=OptionRadio,
        choices=[
            (NameDisplay.ANONYMOUS.value, _("不显示名字")),
            (NameDisplay.SURNAME.value, _("只显示姓，例如“陈某”")),
            (NameDisplay.FULL.value, _("显示全名")),
            (NameDisplay.ORGANISATION.value, _("显示单位名称")),
        ],
    )

    joint = Words(
        label=_("和谁联名"),
        help_text=_(
            "几个人一起提的才填。一行一位：姓名，空一格，手机号。您是联系人，答复先给您；他们各自收到确认码，本人同意才算数。"
        ),
        rows=3,
    )
    age_band = Pick(
        label=_("您满18周岁了吗"),
        help_text=_("不到18周岁也可以提。我们不公开您的身份，工作人员看您的联系方式要先经批准。"),
        widget=OptionRadio,
        choices=[
            ("adult", _("满了，或者不想说")),
            (Author.AgeBand.TEEN.value, _("14至17周岁")),
            (Author.AgeBand.CHILD.value, _("不到14周岁，和监护人一起填")),
        ],
    )
    guardian_name = Line(
        label=_("监护人姓名"),
        help_text=_("不到14周岁才填。"),
        check=at_most(_("姓名"), rules.NAME_MAX),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    guardian_phone = Line(
        label=_("监护人手机号"),
        check=_check_phone,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "tel"}),
    )
    guardian_consent = Pick(
        label=_("监护人同意这样使用孩子的信息吗"),
        help_text=_(
            "只为办理这件建议，把结果告诉监护人；不公开，办完按规定删除；监护人随时可以要求删去。"
        ),
        widget=OptionRadio,
        choices=[("no", _("还没有看")), ("yes", _("看过了，同意"))],
    )

    def minor(self, data: dict[str, Any]) -> tuple[str, minors.GuardianFacts | None]:
        """Age band ("" for adults) and the guardian of these answers."""
        band = data.get("age_band") or ""
        if band in ("", "adult"):
            return "", None
        return band, minors.GuardianFacts(
            data.get("guardian_name") or "", data.get("guardian_phone") or "",
            consented=data.get("guardian_consent") == "yes",
        )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        for name, messages in minors.problems(*self.minor(data)).items():
            if name not in self.errors:
                self.add_error(name, messages)
        try:
            data["others"] = joint.parse(data.get("joint") or "")
            wrong = joint.check(data["others"], phone=normalise_phone(data.get("phone") or ""))
            if wrong:
                self.add_error("joint", wrong)
        except Invalid as invalid:
            self.add_error("joint", invalid.errors["joint"])
        if "phone" not in self.errors and "email" not in self.errors:
            self._check_reachable(data)
        shown = data.get("name_display") or NameDisplay.ANONYMOUS
        if data.get("publish") == "yes" and shown != NameDisplay.ANONYMOUS and not data.get("name"):
            self.add_error(
                "name", _("您选了公开时署名，请填写姓名或单位名称；不想署名就选“不显示名字”。")
            )
        return data

    def _check_reachable(self, data: dict[str, Any]) -> None:
        phone, email, wanted = data.get("phone"), data.get("email"), data.get("contact_channel")
        if not phone and not email:
            # Posting that may become public needs somebody behind it (CSL 2025 art 26).
            self.add_error(
                "phone", _("请留手机号或邮箱，至少一个：用来发编号、进展和答复，不会公开。")
            )
        elif wanted == ContactChannel.EMAIL and not email:
            self.add_error("email", _("您选了发邮件，请填邮箱。"))
        elif wanted == ContactChannel.PHONE and not phone:
            self.add_error("phone", _("您选了打电话，请填手机号。"))


CONTACT_DEFAULTS = {
    "contact_channel": "auto",
    "hide_identity": "no",
    "name_display": NameDisplay.ANONYMOUS.value,
    "age_band": "adult",
    "guardian_consent": "no",
}
