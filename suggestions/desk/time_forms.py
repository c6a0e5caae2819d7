"""Forms of the rules and the calendar: shape alone; services/time_changes.py says what is allowed."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from suggestions.desk.forms import words
from suggestions.errors import Invalid
from suggestions.models import ClockRule
from suggestions.services import calendars, clocks

FILE_LIMIT = 64 * 1024
"""Bytes; a year's notice is some forty short lines."""


class RuleForm(forms.Form):
    """A new length for one rule, from a day on."""

    length = forms.IntegerField(
        label=_("长度"),
        min_value=1,
        max_value=1000,
        error_messages={"required": _("请填新的长度。"), "invalid": _("请填整数。")},
    )
    effective_from = forms.DateField(
        label=_("从哪天开始的件用新规则"),
        help_text=_("开始日在这天及以后的用新规则；以前开始的不变。"),
        input_formats=["%Y-%m-%d", "%Y/%m/%d", "%Y年%m月%d日"],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={
            "required": _("请填生效日期。"),
            "invalid": _("日期请写成2026-12-01这样。"),
        },
    )
    move_running = forms.BooleanField(
        label=_("正在办的件，对建议人有利的也改"),
        required=False,
        help_text=_("单位的期限只会提前，建议人的期限只会推后；每一件都记入经过。"),
    )
    basis = forms.CharField(
        label=_("依据"),
        max_length=120,
        help_text=_("例如文件名称和文号。"),
        error_messages={"required": _("请写依据。")},
    )

    def __init__(self, data: Any = None, *, rule: ClockRule, **options: Any) -> None:
        super().__init__(data, label_suffix="", auto_id="rule-%s", **options)
        unit = clocks.unit_words(rule.unit)
        self.fields["length"].help_text = _("现在是%(length)s%(unit)s，单位不变。") % {
            "length": rule.length,
            "unit": unit,
        }


class CalendarForm(forms.Form):
    """Days as lines, typed or from a file."""

    lines = words(
        _("日期"),
        limit=20000,
        required=False,
        rows=8,
        help_text=_(
            "每行一天：日期,上班,说明。0是放假，1是上班（调休），-是恢复成平常的样子。例如：2027-02-06,0,春节"
        ),
    )
    file = forms.FileField(
        label=_("或者选一个CSV文件"),
        required=False,
        allow_empty_file=True,
        help_text=_("内容和上面一样，UTF-8编码。"),
    )
    basis = forms.CharField(
        label=_("依据"),
        max_length=120,
        help_text=_("放假通知的名称和文号。"),
        error_messages={"required": _("请写依据，例如通知的名称和文号。")},
    )

    def __init__(self, data: Any = None, files: Any = None, **options: Any) -> None:
        super().__init__(data, files, label_suffix="", auto_id="calendar-%s", **options)

    def clean(self) -> dict[str, Any]:
        held: dict[str, Any] = super().clean() or {}
        given = held.get("file")
        if given is not None:
            if given.size > FILE_LIMIT:
                self.add_error("file", _("文件太大了，放假通知只有几十行。请检查是不是选错了。"))
                return held
            try:
                held["lines"] = given.read().decode("utf-8-sig").replace("\x00", "")
            except UnicodeDecodeError:
                self.add_error("file", _("读不出文字，请另存为UTF-8编码的CSV再选。"))
                return held
        if not (held.get("lines") or "").strip():
            self.add_error("lines", _("请写日期，或者选一个文件。"))
            return held
        try:
            held["days"] = calendars.read(held["lines"].splitlines())
        except Invalid as error:
            self.add_error("file" if given is not None else "lines", str(error))
        return held


class DeclineForm(forms.Form):
    """Why a proposal is not taken."""

    reason = words(
        _("不采用的理由"),
        limit=300,
        rows=2,
        error_messages={"required": _("请写一句理由，提出的人会看到。")},
    )

    def __init__(self, data: Any = None, **options: Any) -> None:
        super().__init__(data, label_suffix="", auto_id="decline-%s", **options)
