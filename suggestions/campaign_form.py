"""The questions a campaign asks on its own form: what they look like, which answers are right, how answers read.

Pure but for Django's form fields. The page (cms) says which questions; the submit flow asks, the desk shows, the export
lists them. An answer keeps the wording of its question, so that editing a campaign later changes no record.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from django.db import models
from django.utils.dateparse import parse_date
from django.utils.translation import gettext_lazy as _

from suggestions import rules

LINE_MAX, LINES_MAX, MOST_FIELDS = 120, 1000, 12
YES, NO = "是", "否"


class FieldKind(models.TextChoices):
    """The types of answer."""

    LINE = "line", _("一行字")
    LINES = "lines", _("几行字")
    NUMBER = "number", _("数字")
    DATE = "date", _("日期")
    CHOICE = "choice", _("选一项")
    CHOICES = "choices", _("选几项")
    YES_NO = "yes_no", _("是或否")


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One question. `least` and `most` bound a number; `options` are the choices of the choosing kinds."""

    label: str
    kind: str
    help: str = ""
    required: bool = False
    options: tuple[str, ...] = ()
    least: Decimal | None = None
    most: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """A right answer as people read it: 2026年11月2日, several options joined by 、."""

    label: str
    kind: str
    value: str


def read(spec: FieldSpec, said: Sequence[str]) -> tuple[str, str]:
    """(the answer as words, the sentence of what is wrong): one of them is always "". Both are "" for an empty answer
    to a question that may stay empty.
    """
    multiline = spec.kind == FieldKind.LINES
    texts = [t for t in (rules.clean_text(str(s), multiline=multiline) for s in said) if t]
    if not texts:
        return "", _missing(spec) if spec.required else ""
    text = texts[0]
    match spec.kind:
        case FieldKind.NUMBER:
            return _number(spec, text)
        case FieldKind.DATE:
            found = _date(text)
            words = f"{found.year}年{found.month}月{found.day}日" if found else ""
            return words, "" if found else f"“{spec.label}”请填日期，例如2026-11-02。"
        case FieldKind.CHOICE:
            known = text in spec.options
            return (text, "") if known else ("", f"“{spec.label}”请从列出的里面选一项。")
        case FieldKind.CHOICES:
            wrong = [t for t in texts if t not in spec.options]
            chosen = [o for o in spec.options if o in texts]
            return ("", f"“{spec.label}”请从列出的里面选。") if wrong else ("、".join(chosen), "")
        case FieldKind.YES_NO:
            return (text, "") if text in (YES, NO) else ("", f"“{spec.label}”请选“是”或“否”。")
    limit = LINES_MAX if multiline else LINE_MAX
    if len(text) > limit:
        over = len(text) - limit
        return (
            "",
            f"“{spec.label}”最多{limit}个字，现在是{len(text)}个字，请删去{over}个字。",
        )
    return text, ""


def read_all(
    specs: Sequence[FieldSpec], said: Mapping[str, Sequence[str]]
) -> tuple[tuple[Answer, ...], dict[str, str]]:
    """The right answers in the order of the form, and what is wrong by label. `said`: what was typed, by label."""
    found, wrong = [], {}
    for spec in specs:
        value, error = read(spec, said.get(spec.label, ()))
        if error:
            wrong[spec.label] = error
        elif value:
            found.append(Answer(spec.label, spec.kind, value))
    return tuple(found), wrong


def _missing(spec: FieldSpec) -> str:
    choosing = spec.kind in (FieldKind.CHOICE, FieldKind.CHOICES, FieldKind.YES_NO)
    return f"请选择：{spec.label}" if choosing else f"请填写：{spec.label}"


def _number(spec: FieldSpec, text: str) -> tuple[str, str]:
    try:
        value = Decimal(text.replace(",", "").replace("，", ""))
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or abs(value) >= Decimal(10) ** 12:
        return "", f"“{spec.label}”请填数字，例如12。"
    if spec.least is not None and value < spec.least:
        return "", f"“{spec.label}”不能小于{spec.least:f}。"
    if spec.most is not None and value > spec.most:
        return "", f"“{spec.label}”不能大于{spec.most:f}。"
    return f"{value.normalize():f}", ""


def _date(text: str) -> date | None:
    plain = text.replace("年", "-").replace("月", "-").replace("日", "").replace("/", "-")
    parts = plain.split("-")
    if len(parts) == 3 and all(p.isdecimal() for p in parts):
        plain = f"{int(parts[0]):04d}-{int(parts[1]):02d}-{int(parts[2]):02d}"
    try:
        return parse_date(plain)
    except ValueError:
        return None
