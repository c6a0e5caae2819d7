"""Texts of a form as the services take them: cleaned, required or not, within their length, refused by field."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from suggestions import rules
from suggestions.errors import Invalid


@dataclass(frozen=True, slots=True)
class Words:
    """One text: what people call it, at most how many characters, and whether it may be left out."""

    label: str
    limit: int
    required: bool = True
    multiline: bool = True


def cleaned(asked: Mapping[str, Words], given: Mapping[str, str]) -> dict[str, str]:
    """`given` cleaned by rules.clean_text. Raises Invalid with a sentence for each field that is empty or too long."""
    held: dict[str, str] = {}
    errors: dict[str, list[str]] = {}
    for name, wanted in asked.items():
        text = rules.clean_text(given.get(name, "") or "", multiline=wanted.multiline)
        held[name] = text
        if wanted.required and not text:
            errors[name] = [_("请写%(what)s。") % {"what": wanted.label}]
        elif len(text) > wanted.limit:
            errors[name] = [rules.too_long(wanted.label, text, wanted.limit)]
    if errors:
        raise Invalid(errors)
    return held
