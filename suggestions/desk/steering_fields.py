"""Fields that the rooms' forms are made of, each with the sentence for leaving it empty; and lists typed a line each."""

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.dateparse import parse_date
from django.utils.translation import gettext_lazy as _

from suggestions import access, numbers
from suggestions.errors import Invalid
from suggestions.models import Jurisdiction, StaffRole, Suggestion, Unit
from suggestions.roles import Role

if TYPE_CHECKING:
    from django.http import HttpRequest

CASES_MAX = 50


def line(label: Any, limit: int, *, required: bool = True, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label, max_length=limit, required=required, help_text=help_text,
        error_messages={"required": _("请填这一项。"), "max_length": _("最多%(limit_value)d个字，现在是%(show_value)d个字。")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip


def text(label: Any, limit: int, *, required: bool = True, rows: int = 5, help_text: Any = "") -> forms.CharField:  # fmt: skip
    return forms.CharField(
        label=label, max_length=limit, required=required, help_text=help_text,
        error_messages={"required": _("请填这一项。"), "max_length": _("最多%(limit_value)d个字，现在是%(show_value)d个字。")},
        widget=forms.Textarea(attrs={"rows": rows}),
    )  # fmt: skip


def day(label: Any, *, required: bool = True, help_text: Any = "") -> forms.DateField:
    return forms.DateField(
        label=label, required=required, help_text=help_text,
        input_formats=["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日"],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"required": _("请填日期。"), "invalid": _("请按“2026-11-20”这样填日期。")},
    )  # fmt: skip


def clock_time(label: Any) -> forms.TimeField:
    return forms.TimeField(
        label=label, widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
        error_messages={"required": _("请填时间。"), "invalid": _("请按“09:30”这样填时间。")},
    )  # fmt: skip


def number(label: Any, low: int, high: int, *, required: bool = True, help_text: Any = "") -> forms.IntegerField:  # fmt: skip
    return forms.IntegerField(
        label=label, min_value=low, max_value=high, required=required, help_text=help_text,
        error_messages={
            "required": _("请填数字。"), "invalid": _("请填整数。"), "min_value": _("不能小于%(limit_value)s。"),
            "max_value": _("不能大于%(limit_value)s。"),
        },
    )  # fmt: skip


def choice(label: Any, choices: Any, *, required: bool = True, help_text: Any = "") -> forms.ChoiceField:  # fmt: skip
    return forms.ChoiceField(
        label=label, choices=[("", _("请选择")), *choices], required=required, help_text=help_text,
        error_messages={"required": _("请选一项。"), "invalid_choice": _("请在列表里选一项。")},
    )  # fmt: skip


def unit(label: Any, *, required: bool = True, help_text: Any = "") -> Any:
    """A unit; `own_units` gives it the jurisdiction's."""
    return forms.ModelChoiceField(
        Unit.objects.none(), label=label, required=required, help_text=help_text, empty_label=_("请选择"),
        error_messages={"required": _("请选单位。"), "invalid_choice": _("请在列表里选单位。")},
    )  # fmt: skip


def person(label: Any, *, required: bool = True) -> Any:
    """A member of staff by role; `holders` gives the choices."""
    return forms.TypedChoiceField(
        label=label, required=required, coerce=int, empty_value=None,
        error_messages={"required": _("请选一位。"), "invalid_choice": _("请在列表里选一位。")},
    )  # fmt: skip


def own_units(form: forms.Form, name: str, place: Jurisdiction) -> None:
    """Let a field choose among the units of a jurisdiction's subtree that handle items."""
    field = form.fields[name]
    assert isinstance(field, forms.ModelChoiceField)
    field.queryset = Unit.objects.filter(
        jurisdiction__path__startswith=place.path, is_active=True, is_collection_office=False
    )


def holders(form: forms.Form, name: str, role: str, place: Jurisdiction) -> None:
    """Let a field choose among those who hold a role here."""
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    held = StaffRole.objects.filter(role=role, jurisdiction=place, user__is_active=True).select_related("user")  # fmt: skip
    field.choices = [("", _("请选择")), *((r.user_id, str(r.user)) for r in held)]


def chosen_person(pk: int | None, role: str = Role.LEADER) -> Any:
    """The person behind a `person` field, or None."""
    held = StaffRole.objects.filter(user_id=pk, role=role).select_related("user").first() if pk else None  # fmt: skip
    return held.user if held else None


def cases(request: "HttpRequest", typed: str, field: str = "cases") -> list[Suggestion]:
    """Items by number, one a line or parted by blanks and commas; each must be the user's to read. Raises Invalid."""
    found: list[Suggestion] = []
    for piece in typed.replace("，", " ").replace("、", " ").replace(",", " ").split()[:CASES_MAX]:
        case_no = numbers.parse_case_no(piece)
        item = access.readable(request.user).filter(case_no=case_no).first() if case_no else None
        if item is None:
            raise Invalid({field: [f"没有“{piece[:24]}”这个编号的建议，或者不归您看。"]})
        if item not in found:
            found.append(item)
    return found


def dated_lines(typed: str, field: str) -> list[tuple[str, date]]:
    """ "2026-12-20 完成勘查", one a line → (words, day). Raises Invalid naming the line that is not like that."""
    held: list[tuple[str, date]] = []
    for raw in typed.splitlines():
        if not raw.strip():
            continue
        first, _blank, rest = raw.strip().partition(" ")
        try:
            on = parse_date(first)
        except ValueError:
            on = None
        if on is None or not rest.strip():
            raise Invalid({field: [f"“{raw.strip()[:20]}”请写成“2026-12-20 完成勘查”的样子。"]})
        held.append((rest.strip(), on))
    return held


def listed(words: Iterable[str]) -> str:
    """Words joined for a cell; empty ones left out."""
    return "，".join(w for w in words if w)


def date_words(on: date | None) -> str:
    """2026年11月22日, or nothing."""
    return f"{on.year}年{on.month}月{on.day}日" if on else ""
