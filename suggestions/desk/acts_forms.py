"""Forms of the office's and the units' acts on one item. They clean shape; services re-check the rules."""

from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.utils.translation import gettext_lazy as _

from suggestions import numbers
from suggestions.clock import local_date
from suggestions.codes import Urgency
from suggestions.desk.forms import ActForm, words
from suggestions.models import Assignment, Conflict, StaffRole, Suggestion, Unit
from suggestions.services import joint

_DATE = {"type": "date"}


def units_of(item: Suggestion) -> Any:
    """The units of the item's jurisdiction that can be given work."""
    return Unit.objects.filter(
        jurisdiction_id=item.jurisdiction_id, is_active=True, is_collection_office=False
    )


def unit_field(label: Any, *, required: bool = True, help_text: Any = "") -> Any:
    return forms.ModelChoiceField(
        Unit.objects.none(),
        to_field_name="code",
        label=label,
        required=required,
        empty_label=_("请选择"),
        help_text=help_text,
        error_messages={"required": _("请选一个单位。")},
    )


def day_field(label: Any, help_text: Any = "") -> Any:
    return forms.DateField(
        label=label,
        widget=forms.DateInput(attrs=_DATE, format="%Y-%m-%d"),
        help_text=help_text,
        error_messages={
            "required": _("请填日期。"),
            "invalid": _("日期请写成 2026-12-31 这样。"),
        },
    )


class UnitForm(ActForm):
    """Gives every unit field the units of the item's jurisdiction."""

    def __init__(self, data: Any = None, *, item: Suggestion, **options: Any) -> None:
        super().__init__(data, item=item, **options)
        for field in self.fields.values():
            # Every choice of rows in these forms is one of units.
            if isinstance(field, forms.ModelChoiceField):
                field.queryset = units_of(item)


def reason(label: Any, limit: int = 500, **more: Any) -> Any:
    return words(label, limit=limit, rows=4, error_messages={"required": _("请写明理由。")}, **more)


class NoteForm(ActForm):
    note = words(
        _("复核意见"), limit=500, required=False, rows=3, help_text=_("选填，工作人员可见。")
    )


class ReasonForm(ActForm):
    reason = reason(_("理由"))


class EmptyForm(ActForm):
    pass


class UnmergeForm(ActForm):
    why = reason(_("为什么不是同一件事"), help_text=_("建议人会看到。"))


class JoinEarlierForm(ActForm):
    number = forms.CharField(
        label=_("本人早先那件的编号"), max_length=40, help_text=_("例如 JY2026-0001234-7。"),
        error_messages={"required": _("请填早先那件的编号。")},
    )  # fmt: skip
    has_new_facts = forms.TypedChoiceField(
        label=_("这次有没有新的情况"),
        choices=[("", _("请选择")), ("1", _("有，补充到早先那件")), ("0", _("没有，只告诉他办到哪一步"))],
        coerce=lambda v: v == "1",
        error_messages={"required": _("请选有没有新的情况。")},
    )  # fmt: skip
    why = reason(_("说明"), help_text=_("哪些是新的情况，或为什么没有。"))

    def clean_number(self) -> str:
        typed = numbers.parse_case_no(str(self.cleaned_data["number"]))
        if typed is None:
            raise forms.ValidationError(_("这个编号不对，请照回执或列表上的编号再核对一遍。"))
        return typed


class DesignateForm(UnitForm):
    lead = unit_field(_("最终指定的主办单位"))
    co_units = forms.ModelMultipleChoiceField(
        Unit.objects.none(), to_field_name="code", label=_("协办单位"), required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    basis = forms.CharField(label=_("依据"), required=False, max_length=200)
    reason = reason(_("指定的理由"), help_text=_("单位会看到。指定后这个单位不能再退。"))


class ReassignForm(UnitForm):
    to = unit_field(_("改派给"))
    basis = forms.CharField(label=_("依据"), required=False, max_length=200)
    reason = reason(_("改派的理由"))


class DecideObjectionForm(ActForm):
    objection = forms.ChoiceField(label=_("哪个单位的异议"))
    upheld = forms.TypedChoiceField(
        label=_("决定"),
        choices=[("1", _("同意退办，收回")), ("0", _("不同意，最终指定它承办"))],
        widget=forms.RadioSelect,
        coerce=lambda v: v == "1",
        error_messages={"required": _("请选同意还是不同意。")},
    )
    decision = reason(_("决定的理由"), 1000, help_text=_("提出退办的单位会看到。"))

    def __init__(
        self, data: Any = None, *, item: Suggestion, objections: list[Any], **options: Any
    ) -> None:
        super().__init__(data, item=item, **options)
        field = self.fields["objection"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(str(o.pk), o.assignment.unit.short_name) for o in objections]
        self.objections = {str(o.pk): o for o in objections}


class AddCoUnitForm(UnitForm):
    unit = unit_field(_("增加的协办单位"))
    note = words(_("请它协办什么"), limit=500, required=False, rows=3)


class PartForm(ActForm):
    """One of the item's co-units."""

    assignment = forms.ChoiceField(label=_("协办单位"))

    def __init__(
        self, data: Any = None, *, item: Suggestion, parts: list[Assignment], **options: Any
    ) -> None:
        super().__init__(data, item=item, **options)
        field = self.fields["assignment"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(str(p.pk), p.unit.short_name) for p in parts]
        self.parts = {str(p.pk): p for p in parts}

    @property
    def chosen(self) -> Assignment:
        return self.parts[self.cleaned_data["assignment"]]


class RemoveCoUnitForm(PartForm):
    reason = reason(_("为什么不用它协办了"))


class DecideExtensionForm(ActForm):
    granted = forms.TypedChoiceField(
        label=_("决定"),
        choices=[("1", _("同意延期")), ("0", _("不同意"))],
        widget=forms.RadioSelect,
        coerce=lambda v: v == "1",
        error_messages={"required": _("请选同意还是不同意。")},
    )
    reason = words(_("理由"), limit=500, required=False, rows=3, help_text=_("不同意时必填。"))


class NameUnitForm(UnitForm):
    unit = unit_field(
        _("要回避的单位"), help_text=_("建议里反映的单位，或与这件事有直接利害关系的单位。")
    )
    reason = reason(_("为什么要回避"), 300)


class UrgencyForm(ActForm):
    level = forms.ChoiceField(label=_("紧急程度"), choices=Urgency.choices)
    reason = reason(_("为什么"), help_text=_("收到提醒的领导和督办员会看到。"))

    def __init__(self, data: Any = None, *, item: Suggestion, **options: Any) -> None:
        super().__init__(data, item=item, initial={"level": item.urgency}, **options)


class UrgentReportForm(ActForm):
    note = words(_("怎么安排的"), limit=500, required=False, rows=3, help_text=_("选填。"))


class OpenDisputeForm(UnitForm):
    units = forms.ModelMultipleChoiceField(
        Unit.objects.none(), to_field_name="code", label=_("有争议的单位"), widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("请选两个以上有争议的单位。")},
    )  # fmt: skip
    matter = reason(_("争议什么"), 1000)
    consult_until = day_field(_("协商到哪天"))


class ReferForm(ActForm):
    superior = forms.CharField(
        label=_("共同的上级机关"), max_length=80, error_messages={"required": _("请写共同的上级机关。")}
    )  # fmt: skip


class MeetingForm(ActForm):
    on = day_field(_("联席会议日期"))
    about = forms.CharField(label=_("会议名称或议题"), required=False, max_length=200)


class SettleForm(UnitForm):
    unit = unit_field(_("定由哪家主办"), help_text=_("之后交给它，它不能再退。"))
    result = reason(_("结果和依据"), 1000, help_text=_("谁定的、怎么定的、依据什么。"))


class ObjectForm(UnitForm):
    reasons = reason(
        _("退办的理由"), 2000, help_text=_("写详细：这件事为什么不归您单位，应归哪家。")
    )
    legal_basis = forms.CharField(
        label=_("法律、政策或“三定”依据"), max_length=300,
        error_messages={"required": _("请写明法律、政策或“三定”规定的依据。")},
    )  # fmt: skip
    proposed_unit = unit_field(_("您认为应由哪家办"), required=False)


class ExtensionForm(ActForm):
    new_due = day_field(_("申请延到哪天"))
    reason = reason(_("为什么要延期"), help_text=_("建议人会看到这段话。"))


class InterimForm(ActForm):
    words = reason(_("办到哪一步了，为什么来不及"))
    until = day_field(_("预计哪天给意见"))


class RepresentativesForm(ActForm):
    """Who of the joint authors speaks for the others (XF 20). Named by surname and order: the rest is not needed to choose."""

    chosen = forms.MultipleChoiceField(
        label=_("代表"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("最多5人。都不勾，就是还没有推选。"),
        error_messages={"invalid_choice": _("选的人里有人不在联名里，可能刚退出。请刷新再选。")},
    )  # fmt: skip

    def __init__(self, data: Any = None, *, item: Suggestion, **options: Any) -> None:
        people = list(joint.living(item))
        initial = {"chosen": [str(p.pk) for p in people if p.is_representative]}
        super().__init__(data, item=item, initial=initial, **options)
        field = self.fields["chosen"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [
            (
                str(p.pk),
                _("第%(n)d位：%(name)s（%(state)s）")
                % {
                    "n": n,
                    "name": f"{p.name[:1]}某",
                    "state": _("本人已确认") if p.confirmed_at else _("待本人确认"),
                },
            )
            for n, p in enumerate(people, 1)
        ]


class AccusedForm(ActForm):
    """Who a report names as the wrongdoer: from then on that person finds the item nowhere (XF 30)."""

    user = forms.ModelChoiceField(
        get_user_model().objects.none(), label=_("被举报的工作人员"), empty_label=_("请选择"),
        error_messages={"required": _("请选一位工作人员。")},
    )  # fmt: skip
    reason = reason(
        _("根据什么"), 200, help_text=_("只有督办员看得到；经过里只写标明了要回避的人。")
    )

    def __init__(self, data: Any = None, *, item: Suggestion, **options: Any) -> None:
        super().__init__(data, item=item, **options)
        user = self.fields["user"]
        assert isinstance(user, forms.ModelChoiceField)
        staff = StaffRole.objects.filter(jurisdiction_id=item.jurisdiction_id).values("user_id")
        user.queryset = get_user_model().objects.filter(pk__in=staff).order_by("username")


class LiftConflictForm(ActForm):
    """Which recusal of the item is lifted."""

    conflict = forms.ModelChoiceField(
        Conflict.objects.none(), label=_("解除哪一项"), empty_label=_("请选择"),
        error_messages={"required": _("请选要解除的一项。")},
    )  # fmt: skip
    reason = forms.CharField(
        label=_("解除的理由"), max_length=200, widget=forms.Textarea({"rows": 2}),
        help_text=_("核实了什么，为什么不用再回避。和回避的原因一样加密保存，不写进经过。"),
        error_messages={"required": _("请写明为什么解除。")},
    )  # fmt: skip

    def __init__(self, data: Any = None, *, item: Suggestion, **options: Any) -> None:
        super().__init__(data, item=item, **options)
        field = self.fields["conflict"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Conflict.objects.filter(suggestion=item, lifted_at=None).select_related(
            "user"
        )
        field.label_from_instance = lambda obj: (  # type: ignore[method-assign]
            f"{obj.user}，{obj.get_kind_display()}，{local_date(obj.at)}：{obj.reason}"
        )
