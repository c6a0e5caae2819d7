"""The clerk's form for what came by letter, by telephone or over the counter: as it was said, with its true date."""

from datetime import date, datetime, time
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from suggestions import channels, rules
from suggestions.clock import SHANGHAI, local_date
from suggestions.codes import Channel, NameDisplay
from suggestions.crypto import normalise_phone
from suggestions.desk.forms import words
from suggestions.errors import Invalid
from suggestions.models import Author, District, Jurisdiction, Suggestion, Topic
from suggestions.rules import ON_RECORD, PLACE_MAX
from suggestions.selectors import queues
from suggestions.services import joint, minors
from suggestions.services.intake import POLICY_VERSION, Submission

CHANNELS = (
    Channel.DESK, Channel.LETTER, Channel.HOTLINE, Channel.FAX, Channel.EMAIL, Channel.MAILBOX_POINT,
    Channel.LEADER_RECEPTION, Channel.LEADER_MAILBOX, Channel.REFERRAL_DEPARTMENT, Channel.REFERRAL_HIGHER,
    Channel.MEETING,
)  # fmt: skip
"""Ways in that a clerk writes down; online items register themselves."""
Kind, Contact = Author.Kind, Author.ContactChannel


def line(label: Any, limit: int, help_text: Any = "", *, required: Any = "", **more: Any) -> Any:
    """One line; `required` is the sentence for leaving it empty."""
    messages = {"max_length": _("最多%(limit_value)d个字，现在是%(show_value)d个字。")}
    return forms.CharField(
        label=label,
        required=bool(required),
        max_length=limit,
        help_text=help_text,
        error_messages={**messages, "required": required} if required else messages,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        **more,
    )


def day_field(label: Any, help_text: Any = "", *, required: bool) -> Any:
    return forms.DateField(
        label=label,
        required=required,
        help_text=help_text,
        input_formats=["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日"],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={
            "required": _("请填收到日期。"),
            "invalid": _("请按“2026-11-20”这样填日期。"),
        },
    )


class EntryForm(forms.Form):
    """Shape alone; what a submission must hold is said by rules.ON_RECORD, which the service applies."""

    key = forms.CharField(max_length=80, widget=forms.HiddenInput)
    kept = forms.CharField(required=False, max_length=4000, widget=forms.HiddenInput)

    channel = forms.ChoiceField(
        label=_("从哪里来的"),
        choices=[("", _("请选择")), *[(c.value, c.label) for c in CHANNELS]],
        error_messages={"required": _("请选这件是从哪里来的。")},
    )
    received_on = day_field(
        _("收到日期"),
        _("来信写签收那天，来电、来访写当天。分办以后要改，得写理由。"),
        required=True,
    )
    external_no = line(
        _("原来的编号"), 160, _("选填。例如热线工单号、来信登记号，用来防止重复登记。")
    )

    point = line(_("哪个意见箱、征集点"), 80)
    collected_on = day_field(_("开箱取件日期"), required=False)
    recording_ref = line(_("录音编号"), 80, _("只记编号，录音留在热线系统。"))
    sender = line(_("来件邮箱或传真号"), 120)
    referred_by = line(_("哪个机关转来的"), 80)
    referral_due_on = day_field(
        _("对方要求的报结日期"), _("交办函上写了就填，和我们自己的期限分开记。"), required=False
    )
    occasion = line(_("哪次会议、听证或接访"), 80)
    people = forms.IntegerField(
        label=_("来了几个人"),
        required=False,
        min_value=1,
        max_value=999,
        help_text=_("五人以上请推选代表，代表不超过5人。"),
        error_messages={"invalid": _("请填人数，例如3。")},
    )

    title = line(
        _("一句话说清是什么建议"),
        ON_RECORD.title_max,
        _("没有标题的，请照内容概括一句。"),
        required=_("请用一句话写清是什么建议。"),
    )
    problem = words(
        _("现在的情况"), limit=ON_RECORD.problem_max, rows=8, help_text=_("照原话记，不改意思。"),
        error_messages={"required": _("请写下现在的情况：在哪里、什么时候、影响了谁。")},
    )  # fmt: skip
    proposal = words(
        _("建议的做法"), limit=ON_RECORD.proposal_max, required=False, rows=5, help_text=_("没有说做法就空着。")
    )  # fmt: skip
    topic = forms.ModelChoiceField(
        Topic.objects.filter(is_active=True), to_field_name="code", label=_("主题"), required=False
    )
    district = forms.ModelChoiceField(
        District.objects.none(), to_field_name="code", label=_("区划"), required=False
    )
    place = line(_("地点"), PLACE_MAX)
    addressed_to = line(_("写给谁"), 60, _("选填。例如“市长”“市交通局”。"))

    kind = forms.ChoiceField(
        label=_("谁提的"), choices=Kind.choices, initial=Kind.PERSON, required=False
    )
    name = line(_("姓名或单位名称"), 40)
    phone = line(_("手机号"), 40, _("留了手机号，编号和进展会发短信。"))
    email = line(_("邮箱"), 254)
    address = line(_("通信地址"), 200, _("要寄信答复的填。"))
    contact_channel = forms.ChoiceField(
        label=_("怎么告诉建议人"),
        choices=[("", _("按留下的方式")), *Contact.choices],
        required=False,
    )
    hide_identity_from_unit = forms.BooleanField(
        label=_("建议人要求对承办单位保密"), required=False
    )
    age_band = forms.ChoiceField(
        label=_("年龄"),
        choices=Author.AgeBand.choices,
        required=False,
        help_text=_("本人说了，或者一看就是孩子，才选；不要问成年人。"),
    )
    guardian_name = line(_("监护人姓名"), 40, _("未满14周岁的必填。"))
    guardian_phone = line(_("监护人手机号"), 40)
    guardian_consent = forms.BooleanField(
        label=_("监护人知道并同意这样使用孩子的信息"), required=False
    )
    joint = words(
        _("联名的其他人"), limit=3000, required=False, rows=3,
        help_text=_("一行一位：姓名，空一格，手机号（可以没有）；推选的代表在行末写“代表”，最多5人。上面写联系人。每位本人确认后才算数。"),
    )  # fmt: skip
    publish_consent = forms.BooleanField(
        label=_("建议人同意公开"),
        required=False,
        help_text=_("问过本人，或者信里写明同意，才能勾选。"),
    )
    name_display = forms.ChoiceField(
        label=_("公开时的署名"),
        choices=NameDisplay.choices,
        initial=NameDisplay.ANONYMOUS,
        required=False,
    )
    told_rules = forms.BooleanField(
        label=_("已经把个人信息怎样使用告诉建议人"),
        required=False,
        help_text=_("当面、电话里告知的勾选；来信没有告知就不勾。"),
    )
    read_back = forms.BooleanField(
        label=_("记下的内容已经读给本人听过，本人确认无误"),
        required=False,
        help_text=_("当面、电话、接访和会议上口头提的，必须读一遍。"),
    )

    def __init__(
        self, data: Any = None, *, place: Jurisdiction, now: datetime, key: str, kept: str = ""
    ) -> None:
        self.now, self.jurisdiction = now, place
        super().__init__(
            data,
            initial={"received_on": local_date(now), "key": key, "kept": kept},
            label_suffix="",
            auto_id="entry-%s",
        )
        self.fields["received_on"].widget.attrs["max"] = local_date(now).isoformat()
        topic, district = self.fields["topic"], self.fields["district"]
        assert isinstance(topic, forms.ModelChoiceField)
        assert isinstance(district, forms.ModelChoiceField)
        topic.choices = [("", _("先不定，由分办员定")), *queues.topic_choices()]
        district.queryset = District.objects.filter(jurisdiction=place, is_active=True)
        district.choices = [("", _("不确定")), *queues.district_choices({place.pk})]

    def clean_received_on(self) -> date:
        day: date = self.cleaned_data["received_on"]
        if day > local_date(self.now):
            raise forms.ValidationError(_("收到日期不能晚于今天。"))
        if day.year < 2000:
            raise forms.ValidationError(_("收到日期太早了，请核对年份。"))
        return day

    def clean_phone(self) -> str:
        typed = str(self.cleaned_data["phone"]).strip()
        messages = rules.check_phone(normalise_phone(typed) or typed) if typed else []
        if messages:
            raise forms.ValidationError(messages)
        return typed

    def clean_email(self) -> str:
        typed = str(self.cleaned_data["email"]).strip()
        messages = rules.check_email(typed)
        if messages:
            raise forms.ValidationError(messages)
        return typed

    def clean_external_no(self) -> str:
        number = " ".join(str(self.cleaned_data["external_no"]).split())
        if number:
            held = Suggestion.objects.filter(jurisdiction=self.jurisdiction, external_no=number)
            earlier = held.exclude(idempotency_key=f"entry:{self.data.get('key', '')}").first()
            if earlier:
                message = _("这个编号已经登记过，是%(no)s。同一件不用再登记。")
                raise forms.ValidationError(message, params={"no": earlier.case_no})
        return number

    def clean(self) -> dict[str, Any]:
        held = super().clean() or {}
        for name, messages in channels.missing(held.get("channel", ""), held).items():
            if name not in self.errors:
                self.add_error(name, messages)
        for name in ("collected_on", "referral_due_on"):
            self._check_day(name, held.get(name))
        guardian = self._guardian(held)
        for name, messages in minors.problems(held.get("age_band") or "", guardian).items():
            if name in self.fields and name not in self.errors:
                self.add_error(name, messages)
        try:
            held["others"] = joint.parse(held.get("joint") or "")
        except Invalid as invalid:
            self.add_error("joint", invalid.errors["joint"])
        if held.get("channel") in channels.SPOKEN and not held.get("read_back"):
            self.add_error("read_back", _("口头提的建议，请先读给本人听，确认无误后勾选。"))
        wanted = held.get("contact_channel")
        for channel, field, message in (
            (Contact.SMS, "phone", _("要发短信，请填手机号。")),
            (Contact.PHONE, "phone", _("要打电话，请填手机号。")),
            (Contact.EMAIL, "email", _("要发邮件，请填邮箱。")),
            (Contact.LETTER, "address", _("要寄信，请填通信地址。")),
        ):
            if wanted == channel and not held.get(field) and field not in self.errors:
                self.add_error(field, message)
        return held

    def _check_day(self, name: str, day: date | None) -> None:
        if day is None or name in self.errors:
            return
        if name == "collected_on" and day > local_date(self.now):
            self.add_error(name, _("开箱日期不能晚于今天。"))
        if not 2000 <= day.year <= 2100:
            self.add_error(name, _("请核对年份。"))

    def _guardian(self, held: dict[str, Any]) -> minors.GuardianFacts:
        return minors.GuardianFacts(
            held.get("guardian_name") or "", held.get("guardian_phone") or "",
            consented=bool(held.get("guardian_consent")),
        )  # fmt: skip

    def asked(self) -> tuple[str, ...]:
        """The extra fields of the channel chosen so far, in the order of the table."""
        chosen = self.data.get("channel") if self.is_bound else self.initial.get("channel")
        return tuple(n for n in channels.asked_of(str(chosen or "")) if n != "addressed_to")

    def submission(self, attachments: Any) -> Submission:
        """What the service takes in. An earlier day counts from its noon: nobody noted the hour."""
        held = self.cleaned_data
        day = held["received_on"]
        earlier = datetime.combine(day, time(12), SHANGHAI)
        same = (
            "title", "problem", "proposal", "topic", "district", "place", "addressed_to", "name", "phone", "email",
            "address", "hide_identity_from_unit", "publish_consent", "channel", "external_no",
        )  # fmt: skip
        return Submission(
            **{name: held[name] for name in same},
            kind=held["kind"] or Kind.PERSON,
            contact_channel=held["contact_channel"] or self._likely_channel(),
            name_display=held["name_display"] or NameDisplay.ANONYMOUS,
            received_at=self.now if day == local_date(self.now) else earlier,
            policy_version=POLICY_VERSION if held["told_rules"] else "",
            attachments=attachments,
            arrival={
                n: held[n]
                for n in channels.asked_of(held["channel"])
                if n in channels.ARRIVAL_FIELDS and held[n]
            },
            read_back=held["read_back"],
            age_band=held["age_band"] or "",
            guardian=self._guardian(held) if held["age_band"] else None,
            joint=tuple(held["others"]),
        )

    def _likely_channel(self) -> str:
        """A letter is answered by letter when no quicker way was left."""
        held = self.cleaned_data
        reachable = held["phone"] or held["email"] or not held["address"]
        return "" if reachable else Contact.LETTER
