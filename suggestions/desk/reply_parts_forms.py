"""The points of a joined reply as form rows: what is answered, by which unit, in which words (reply_parts)."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from suggestions import reply_parts
from suggestions.models import Assignment, Evaluation, Reply
from suggestions.services import rectifying

BLANK = 2
"""Empty rows offered below those written; saving gives two more."""


class PartForm(forms.Form):
    kind = forms.CharField(required=False, max_length=8, widget=forms.HiddenInput)
    ref = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)
    point = forms.CharField(
        label=_("建议人提的哪一点"), required=False, max_length=reply_parts.POINT_MAX
    )
    unit = forms.ChoiceField(
        label=_("谁来答"),
        required=False,
        error_messages={"invalid_choice": _("请从承办单位里选。")},
    )
    answer = forms.CharField(
        label=_("答复"), required=False, max_length=reply_parts.ANSWER_MAX, widget=forms.Textarea(attrs={"rows": 3})
    )  # fmt: skip

    def __init__(self, *args: Any, units: Sequence[tuple[str, str]] = (), said: dict[int, str] | None = None, **more: Any) -> None:  # fmt: skip
        super().__init__(*args, **more)
        field = self.fields["unit"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("主办单位")), *units]
        ref = self["ref"].value()
        self.said = (said or {}).get(int(ref)) if str(ref or "").isdigit() else None
        if self.said:
            self.fields["point"].widget = forms.HiddenInput()


_Set = forms.formset_factory(PartForm, extra=0, max_num=reply_parts.MOST + BLANK, validate_max=True)


def part_set(
    data: Any,
    *,
    reply: Reply | None,
    assignments: Sequence[Assignment],
    reasons: Sequence[Evaluation],
) -> Any:
    """The rows of the newest version, one for each reason of the author still unanswered, and two empty ones."""
    rows: list[dict[str, Any]] = list(reply.parts) if reply is not None else []
    known = {row.get("ref") for row in rows if row.get("kind") == reply_parts.REASON}
    rows += [
        {"kind": reply_parts.REASON, "ref": e.pk, "point": "", "answer": ""}
        for e in reasons
        if e.pk not in known
    ]
    rows += [{}] * BLANK
    said = {e.pk: rectifying.words_of(e) for e in reasons}
    units = [(a.unit.code, a.unit.short_name) for a in assignments]
    bound = data if data is not None and "part-TOTAL_FORMS" in data else None
    return _Set(
        bound, prefix="part", initial=rows, form_kwargs={"units": units, "said": said, "label_suffix": ""}
    )  # fmt: skip
