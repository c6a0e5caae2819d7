"""Widgets of the desk's forms."""

from typing import Any

from django import forms
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe


class Select(forms.Select):
    """Django's own list of choices, the same to the letter, without a template for each choice: the filters above the
    queue have hundreds, and drawing them took longer than finding the items.
    """

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        widget = self.get_context(name, value, attrs)["widget"]
        parts = [f'<select name="{conditional_escape(widget["name"])}"{_attrs(widget["attrs"])}>']
        for group, options, _index in widget["optgroups"]:
            if group:
                parts.append(f'\n  <optgroup label="{conditional_escape(group)}">')
            for one in options:
                said = conditional_escape(one["label"])
                parts.append(
                    f'\n  <option value="{conditional_escape(str(one["value"]))}"{_attrs(one["attrs"])}>{said}</option>\n'
                )
            if group:
                parts.append("\n  </optgroup>")
        return mark_safe("".join([*parts, "\n</select>"]))


def _attrs(held: dict[str, Any]) -> str:
    return "".join(
        f" {conditional_escape(name)}"
        if value is True
        else f' {conditional_escape(name)}="{conditional_escape(str(value))}"'
        for name, value in held.items()
        if value is not False
    )
