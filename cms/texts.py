"""The words of what editors wrote, without markup."""

from typing import Any

from django.utils.html import strip_tags

BLANK = "【请填："
"""What a blank in a text that came with the site begins with; "】" ends it."""


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


def blanks(text: str) -> list[str]:
    """What is still to be filled in, each once, in the order of the text."""
    return list(dict.fromkeys(part.split("】")[0] for part in text.split(BLANK)[1:]))
