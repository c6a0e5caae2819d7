"""The forms of the desk: filters of lists, one form an act. They clean shape; services re-check the rules."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from suggestions import numbers
from suggestions.codes import REFUSALS, Category, Urgency
from suggestions.desk.widgets import Select
from suggestions.models import District, RedirectTarget, Suggestion, Topic, Unit
from suggestions.selectors import queues
from suggestions.selectors.queues import QueueFilter
from suggestions.services import triage

ANY = ("", _("不限"))
REASON_MAX = 200


class QueueForm(forms.Form):
    """The filters above a list, filled with what is in force. Never validated: `filter_from` reads the address."""

    q = forms.CharField(label=_("标题、正文里的字，或编号"), required=False, max_length=80)
    state = forms.ChoiceField(label=_("状态"), required=False, widget=Select)
    due = forms.ChoiceField(label=_("期限"), required=False, widget=Select)
    age = forms.ChoiceField(label=_("来了多久"), required=False, widget=Select)
    topic = forms.ChoiceField(label=_("主题（含提示）"), required=False, widget=Select)
    district = forms.ChoiceField(label=_("区划"), required=False, widget=Select)
    channel = forms.ChoiceField(label=_("渠道"), required=False, widget=Select)
    officer = forms.ChoiceField(label=_("经办分办员"), required=False, widget=Select)
    campaign = forms.ChoiceField(label=_("征集活动"), required=False, widget=Select)
    sort = forms.ChoiceField(label=_("排序"), required=False, widget=Select)

    def __init__(self, wanted: QueueFilter, *, jurisdiction_ids: set[int]) -> None:
        super().__init__(
            initial={name: getattr(wanted, name) for name in self.base_fields},
            auto_id="filter-%s",
            label_suffix="",
        )
        self._choices("state", [(k, v[0]) for k, v in queues.STATES.items()])
        self._choices("due", [ANY, *queues.DUE.items()])
        self._choices("age", [ANY, *queues.AGES.items()])
        self._choices("topic", [ANY, *queues.topic_choices()])
        self._choices("district", [ANY, *queues.district_choices(jurisdiction_ids)])
        self._choices("channel", [ANY, *queues.CHANNELS])
        self._choices("officer", [ANY, *queues.officer_choices(jurisdiction_ids)])
        self._choices("campaign", [ANY, *queues.campaign_choices()])
        self._choices("sort", [(k, v[0]) for k, v in queues.SORTS.items()])

    FIRST = ("q", "state", "due", "sort")

    @property
    def first_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.FIRST]

    @property
    def more_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name not in self.FIRST]

    @property
    def more_in_use(self) -> bool:
        """Whether a filter behind the fold narrows the list: then the fold is open."""
        return any(field.initial for field in self.more_fields)

    def _choices(self, name: str, choices: list[Any]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices


class ActForm(forms.Form):
    """An act on one item: its fields are named like the keyword arguments of its service."""

    def __init__(self, data: Any = None, *, item: Suggestion, **options: Any) -> None:
        super().__init__(data, label_suffix="", auto_id="act-%s", **options)
        self.item = item


def words(label: Any, *, limit: int, required: bool = True, rows: int = 4, **more: Any) -> Any:
    """A field for a few sentences."""
    return forms.CharField(
        label=label,
        required=required,
        max_length=limit,
        widget=forms.Textarea(attrs={"rows": rows}),
        **more,
    )


class AcceptForm(ActForm):
    topic = forms.ModelChoiceField(
        Topic.objects.filter(is_active=True),
        to_field_name="code",
        label=_("主题"),
        error_messages={"required": _("请选主题，交办和统计都要用。")},
    )
    urgency = forms.ChoiceField(label=_("紧急程度"), choices=Urgency.choices)
    district = forms.ModelChoiceField(
        District.objects.none(), to_field_name="code", label=_("区划"), required=False
    )
    tags = forms.CharField(
        label=_("标签"), required=False, max_length=100, help_text=_("选填，用空格或逗号隔开。")
    )

    def __init__(self, data: Any = None, *, item: Suggestion, topic_code: str = "", **options: Any) -> None:  # fmt: skip
        initial = {
            "topic": item.topic.code if item.topic else topic_code,
            "urgency": item.urgency,
            "district": item.district.code if item.district else "",
            "tags": " ".join(t.name for t in item.tags.all()),
        }
        super().__init__(data, item=item, initial=initial, **options)
        handled = triage.handled_categories()
        if len(handled) > 1:
            # Only where the office answers consultations or complaints itself (process.md 1).
            choices = [(c, Category(c).label) for c in handled]
            self.fields["category"] = forms.ChoiceField(label=_("类别"), choices=choices)
            self.order_fields(["category"])
        topic, district = self.fields["topic"], self.fields["district"]
        assert isinstance(topic, forms.ModelChoiceField)
        assert isinstance(district, forms.ModelChoiceField)
        topic.choices = [("", _("请选择")), *queues.topic_choices()]
        district.queryset = District.objects.filter(
            jurisdiction_id=item.jurisdiction_id, is_active=True
        )
        district.choices = [("", _("未定")), *queues.district_choices({item.jurisdiction_id})]

    def clean_tags(self) -> list[str]:
        text = str(self.cleaned_data.get("tags") or "")
        for mark in "，、,;；\u3000":
            text = text.replace(mark, " ")
        return list(dict.fromkeys(t[:20] for t in text.split()))[:8]


class SupplementForm(ActForm):
    asked = words(
        _("请建议人补充什么"),
        limit=1000,
        help_text=_("只能请一次，缺什么一次写全。建议人会原样看到这段话。"),
        error_messages={"required": _("请写清楚要建议人补充什么。")},
    )


class AuthorsAnswerForm(ActForm):
    answer = words(
        _("建议人补充的内容"),
        limit=2000,
        help_text=_("照建议人的原话记录。"),
        error_messages={"required": _("请写下建议人补充的内容。")},
    )


class RedirectForm(ActForm):
    category = forms.ChoiceField(
        label=_("这件事属于"),
        choices=[("", _("请选择")), *[c for c in Category.choices if c[0] != Category.SUGGESTION]],
        error_messages={"required": _("请选这件事属于哪一类。")},
    )
    target = forms.ModelChoiceField(
        RedirectTarget.objects.none(),
        label=_("请建议人去"),
        empty_label=_("请选择"),
        error_messages={"required": _("请选一个办这件事的渠道。")},
    )
    words = words(
        _("想对建议人说的话"),
        limit=500,
        required=False,
        help_text=_("选填。不写时，建议人看到渠道名称、依据和联系方式。"),
    )

    def __init__(self, data: Any = None, *, item: Suggestion, category: str = "", **options: Any) -> None:  # fmt: skip
        super().__init__(data, item=item, initial={"category": category}, **options)
        chosen = str(data.get("category", "")) if data is not None else category
        targets = queues.redirect_targets(item, chosen)
        field = self.fields["target"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = RedirectTarget.objects.filter(pk__in=[t.pk for t in targets])
        self.targets = targets


class RefuseForm(ActForm):
    reason = forms.ChoiceField(
        label=_("不予受理的理由"),
        choices=[(str(r.value), r.label) for r in REFUSALS],
        widget=forms.RadioSelect,
        error_messages={"required": _("请选一个不予受理的理由。")},
    )
    words = words(
        _("补充说明"),
        limit=500,
        required=False,
        help_text=_("选填，接在理由后面。写明建议人还可以找谁办。"),
    )


class MergeForm(ActForm):
    similar = forms.ChoiceField(label=_("相近的事项"), required=False, widget=forms.RadioSelect)
    number = forms.CharField(
        label=_("或者填主件编号"),
        required=False,
        max_length=40,
        help_text=_("例如 JY2026-0001234-7。"),
    )
    why = words(
        _("为什么是同一件事"),
        limit=500,
        rows=3,
        error_messages={"required": _("请写明为什么是同一件事。")},
    )

    def __init__(
        self, data: Any = None, *, item: Suggestion, similar: list[tuple[str, str]], **options: Any
    ) -> None:
        super().__init__(data, item=item, **options)
        field = self.fields["similar"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [*similar, ("", _("都不是，按编号填"))]

    def clean(self) -> dict[str, Any]:
        held = super().clean() or {}
        typed = str(held.get("number") or "").strip()
        if typed and numbers.parse_case_no(typed) is None:
            self.add_error("number", _("这个编号不对，请照回执或列表上的编号再核对一遍。"))
        elif not typed and not held.get("similar"):
            self.add_error("number", _("请在上面选一件，或者填主件的编号。"))
        return held

    @property
    def primary_number(self) -> str:
        """The number typed, which goes before the one ticked."""
        typed = str(self.cleaned_data.get("number") or "").strip()
        return numbers.parse_case_no(typed) or str(self.cleaned_data.get("similar") or "")


class DispatchForm(ActForm):
    lead = forms.ModelChoiceField(
        Unit.objects.none(),
        to_field_name="code",
        label=_("主办单位"),
        empty_label=_("请选择"),
        error_messages={"required": _("请选一个主办单位。")},
    )
    co_units = forms.ModelMultipleChoiceField(
        Unit.objects.none(),
        to_field_name="code",
        label=_("协办单位"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    basis = forms.CharField(label=_("交办依据"), required=False, max_length=200)
    note = words(_("对承办单位说的话"), limit=500, required=False, rows=3)

    def __init__(
        self, data: Any = None, *, item: Suggestion, lead: str = "", basis: str = "", **options: Any
    ) -> None:
        super().__init__(data, item=item, initial={"lead": lead, "basis": basis}, **options)
        units = Unit.objects.filter(
            jurisdiction_id=item.jurisdiction_id, is_active=True, is_collection_office=False
        )
        for name in ("lead", "co_units"):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = units


class RevealForm(forms.Form):
    """Why somebody needs to see who made a suggestion (process.md 9.3)."""

    reason = forms.CharField(
        label=_("查看理由"),
        min_length=4,
        max_length=REASON_MAX,
        help_text=_("例如：打电话核实地点。理由、时间和您的姓名都会留下记录。"),
        error_messages={
            "required": _("请写查看理由，没有理由不能看联系方式。"),
            "min_length": _("理由请至少写4个字，别人要看得懂为什么要看。"),
        },
    )
