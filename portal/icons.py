"""The drawings of the design system, inlined where they are used.

An outside sprite costs a request and fails on some old phones; a sprite inside the page repeats ids when
a fragment is swapped in. So each use carries its own few paths. The drawings are in `icons.svg` beside
this file: `i-…` on a 24 grid, shapes `s-…` (progress) and `d-…` (decision) on a 16 grid, mark, wordmark.
"""

import re
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

_SYMBOL = re.compile(r'<symbol id="([a-z0-9-]+)" viewBox="([0-9 ]+)">(.*?)</symbol>', re.S)


class Drawing(NamedTuple):
    view_box: str
    paths: SafeString


@lru_cache(maxsize=1)
def drawings() -> dict[str, Drawing]:
    """Every drawing by its name in `icons.svg`."""
    source = (Path(__file__).parent / "icons.svg").read_text(encoding="utf-8")
    return {name: Drawing(box, mark_safe(paths)) for name, box, paths in _SYMBOL.findall(source)}


def drawing(name: str) -> Drawing:
    """One drawing. Raises KeyError with the names there are: a missing icon is a mistake in a template."""
    found = drawings().get(name)
    if found is None:
        raise KeyError(f"no drawing named {name!r}; there are: {', '.join(sorted(drawings()))}")
    return found


def svg(name: str, css: str = "", label: object = "") -> SafeString:
    """The drawing as an `<svg>`: hidden from screen readers, or named by `label` when it stands alone."""
    box, paths = drawing(name)
    look = format_html(' class="{}"', css) if css else SafeString("")
    said = (
        format_html(' role="img" aria-label="{}"', label)
        if label
        else SafeString(' aria-hidden="true"')
    )
    return format_html('<svg{} viewBox="{}"{}>{}</svg>', look, box, said, paths)
