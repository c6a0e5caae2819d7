"""The questions a campaign asks of whoever writes to it, as a step of /submit/ (suggestions/campaign_form.py)."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from suggestions.campaign_form import (
    LINE_MAX,
    LINES_MAX,
    NO,
    YES,
    Answer,
    FieldKind,
    FieldSpec,
    read,
)
from suggestions.public.forms import StepForm
from suggestions.public.forms_base import OptionCheckboxes, OptionRadio

KEY = "asked"
"""The draft's answer under which this step keeps everything: {label: [what was typed]}."""
_PRESENT = "asked_form"
_PREFIX = "asked-"
# More than any form asks, and an end to a forged one.
_MOST_SENT, _LONGEST = 40, 4000


class Asked(forms.Field):
    """One question; its words are judged by campaign_form.read, and so is a choice that is not offered."""

    def __init__(self, spec: FieldSpec) -> None:
        self.spec = spec
        super().__init__(
            required=False, label=spec.label, help_text=_help(spec), widget=_widget(spec)
        )

    def clean(self, value: Any) -> str:
        said = value if isinstance(value, list | tuple) else [value or ""]
        words, wrong = read(self.spec, [str(s) for s in said])
        if wrong:
            raise forms.ValidationError(wrong)
        return words


def _help(spec: FieldSpec) -> str:
    if spec.kind == FieldKind.NUMBER and not spec.help:
        if spec.least is not None and spec.most is not None:
            return str(_("从%(least)s到%(most)s。")) % {"least": spec.least, "most": spec.most}
        return str(_("填数字。"))
    if spec.kind == FieldKind.CHOICES and not spec.help:
        return str(_("可以选几项。"))
    return spec.help


def _widget(spec: FieldSpec) -> forms.Widget:
    options = [(o, o) for o in spec.options]
    match spec.kind:
        case FieldKind.LINES:
            return forms.Textarea(attrs={"rows": 4, "data-count": str(LINES_MAX)})
        case FieldKind.NUMBER:
            return forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        case FieldKind.DATE:
            return forms.TextInput(
                attrs={"type": "date", "placeholder": "2026-11-02", "autocomplete": "off"}
            )
        case FieldKind.CHOICE:
            blank = [] if spec.required else [("", _("不选"))]
            return OptionRadio(choices=[*options, *blank])
        case FieldKind.CHOICES:
            return OptionCheckboxes(choices=options)
        case FieldKind.YES_NO:
            return OptionRadio(choices=[(YES, _("是")), (NO, _("否"))])
    return forms.TextInput(attrs={"autocomplete": "off", "data-count": str(LINE_MAX)})


class AskedForm(StepForm):
    """Made for the questions of one campaign; without any there is nothing to answer."""

    def __init__(self, *args: Any, specs: Sequence[FieldSpec] = (), **kwargs: Any) -> None:
        self.specs = tuple(specs)
        named = {f"{_PREFIX}{n}": spec for n, spec in enumerate(self.specs)}
        # Per form, not per class: Django copies the fields of a form from here.
        self.base_fields = {name: Asked(spec) for name, spec in named.items()}  # type: ignore[misc]
        for where in ("initial", "data"):
            held = kwargs.get(where)
            if held is not None:
                kwargs[where] = self._spread(held, named)
        if args:
            args = (self._spread(args[0], named), *args[1:])
        super().__init__(*args, **kwargs)

    @staticmethod
    def _spread(held: dict[str, Any], named: dict[str, FieldSpec]) -> dict[str, Any]:
        """The draft's one answer as a value for each field: lists where several may be chosen."""
        said = held.get(KEY) or {}
        found: dict[str, Any] = {}
        for name, spec in named.items():
            typed = said.get(name) or []
            found[name] = typed if spec.kind == FieldKind.CHOICES else (typed[0] if typed else "")
        return found

    @classmethod
    def names(cls) -> tuple[str, ...]:
        return (KEY,)

    @classmethod
    def typed(cls, data: Any) -> dict[str, Any]:
        """All answers of the step at once, so that an unticked box is unticked."""
        if _PRESENT not in data:
            return {}
        names = [n for n in data if n.startswith(_PREFIX)][:_MOST_SENT]
        return {KEY: {n: [v[:_LONGEST] for v in data.getlist(n)[:_MOST_SENT]] for n in names}}

    def answers(self) -> tuple[Answer, ...]:
        """The right answers that are not empty. Only of a form that was looked at (`is_valid`)."""
        held = [
            (spec, self.cleaned_data.get(f"{_PREFIX}{n}", "")) for n, spec in enumerate(self.specs)
        ]
        return tuple(Answer(spec.label, spec.kind, value) for spec, value in held if value)
