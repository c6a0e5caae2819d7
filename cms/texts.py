"""The words of what editors wrote, without markup."""

from typing import Any

from django.utils.html import strip_tags


def stream_text(value: Any) -> str:
    """The words of a StreamField or of rich text, without markup."""
    if value is None:
        return ""
    if isinstance(value, str):
        return strip_tags(value.replace("><", "> <"))
    parts: list[str] = []
    for child in value:
        parts.extend(str(p) for p in child.block.get_searchable_content(child.value))
    return "\n".join(strip_tags(p) for p in parts)
