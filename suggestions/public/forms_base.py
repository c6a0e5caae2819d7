"""Forms in the site's look: one renderer, accessible by construction (components/field.html)."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _


class OptionRadio(forms.RadioSelect):
    """Radio rows whose whole width is the target."""

    template_name = "components/options.html"
    option_inherits_attrs = True
    use_fieldset = True


class OptionCheckboxes(forms.CheckboxSelectMultiple):
    """Checkbox rows."""

    template_name = "components/options.html"
    option_inherits_attrs = True
    use_fieldset = True


class JianyanForm(forms.Form):
    """Adds the control class, `aria-invalid`, and the error summary's data. Field order is reading order."""

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if not isinstance(
                field.widget,
                OptionRadio | OptionCheckboxes | forms.CheckboxInput | forms.HiddenInput,
            ):
                field.widget.attrs.setdefault("class", "in")
            limit = getattr(field, "max_length", None)
            if limit and not isinstance(field.widget, forms.HiddenInput):
                field.widget.attrs.setdefault("data-count", str(limit))
                # The server says how many characters are too many; a browser that cuts silently loses words.
                field.widget.attrs.pop("maxlength", None)
            if (
                field.error_messages.get("required")
                == forms.Field.default_error_messages["required"]
            ):
                choosing = isinstance(field, forms.ChoiceField | forms.BooleanField)
                words = _("请选择：%s") if choosing else _("请填写：%s")
                # A field without words of its own still says which one it is, in the summary too.
                field.error_messages["required"] = words % (field.label or "")

    def summary(self) -> list[tuple[str, str]]:
        """(id of the control, sentence) for components/error_summary.html."""
        found: list[tuple[str, str]] = []
        for name, messages in self.errors.items():
            if name in self.fields:
                bound = self[name]
                control = (
                    f"{bound.auto_id}_0"
                    if getattr(bound.field.widget, "use_fieldset", False)
                    else bound.id_for_label
                )
            else:
                control = ""
            found += [(control, str(m)) for m in messages]
        return found

    def take(self, errors: dict[str, list[str]]) -> None:
        """Show the sentences of a domain error (errors.Invalid.errors) at their fields."""
        for name, messages in errors.items():
            for message in messages:
                self.add_error(name if name in self.fields else None, message)
