"""Tags and filters that every page may use (a template builtin, so no `load` line).

Everything here returns escaped markup; texts of residents go through `escape` before anything is added to them.
"""

import re
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from django import template
from django.template import Context
from django.utils import timezone
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from search.analysis import words
from suggestions.clock import SHANGHAI
from suggestions.codes import Outcome
from suggestions.states import PublicGroup

register = template.Library()

_SYMBOL = re.compile(r'<symbol id="([^"]+)" viewBox="([^"]+)"[^>]*>(.*?)</symbol>', re.S)
_SHEET = (Path(__file__).parent / "icons.svg").read_text(encoding="utf-8")
_SYMBOLS = {name: (box, inner) for name, box, inner in _SYMBOL.findall(_SHEET)}
_MASK = re.compile(r"【已遮盖：([^】]{1,12})】")
_WEEKDAYS = "一二三四五六日"

STATUS_SHAPES = {
    PublicGroup.AWAITING: ("s-wait", ""),
    PublicGroup.IN_PROGRESS: ("s-doing", "st--doing"),
    PublicGroup.DONE: ("s-done", "st--done"),
    "late": ("s-late", "st--late"),
}
OUTCOME_SHAPES = {
    Outcome.ADOPTED: ("d-yes", "tag--yes"),
    Outcome.PARTLY_ADOPTED: ("d-part", "tag--yes"),
    Outcome.PLANNED: ("d-plan", "tag--soon"),
    Outcome.UNDER_STUDY: ("d-study", "tag--soon"),
    Outcome.ALREADY_IN_PLACE: ("d-rule", ""),
    Outcome.FOR_REFERENCE: ("d-ref", ""),
    Outcome.NOT_ADOPTED: ("d-no", ""),
}


@register.simple_tag
def icon(name: str) -> SafeString:
    """An icon beside a word: `{% icon "right" %}`. Raises KeyError for an unknown name: a typo must not ship."""
    box, inner = _SYMBOLS[f"i-{name}"]
    return mark_safe(f'<svg class="i" viewBox="{box}" aria-hidden="true">{inner}</svg>')


@register.simple_tag
def shape(name: str) -> SafeString:
    """A status or decision shape (s-done, d-yes …); its word stands beside it."""
    box, inner = _SYMBOLS[name]
    return mark_safe(f'<svg viewBox="{box}" aria-hidden="true">{inner}</svg>')


@register.simple_tag
def mark() -> SafeString:
    """The product's mark in the colours of the page."""
    box, inner = _SYMBOLS["mark"]
    return mark_safe(f'<svg class="logo__mark" viewBox="{box}" aria-hidden="true">{inner}</svg>')


@register.simple_tag
def wordmark() -> SafeString:
    box, inner = _SYMBOLS["wordmark"]
    return mark_safe(f'<svg class="logo__word" viewBox="{box}" role="img" aria-label="建言">{inner}</svg>')


@register.simple_tag
def status_mark(group: str, late: bool = False) -> SafeString:
    """Progress, round: 待回复, 办理中, 已办理; or 已逾期 as a triangle. Empty for states the public is never shown."""
    key = "late" if late else group
    if key not in STATUS_SHAPES:
        return SafeString("")
    name, modifier = STATUS_SHAPES[key]
    word = "已逾期" if late else PublicGroup(group).label
    return format_html('<span class="st {}">{}{}</span>', modifier, shape(name), word)


@register.simple_tag
def outcome_tag(outcome: str, big: bool = False) -> SafeString:
    """Decision, square, always with its word."""
    if outcome not in Outcome.values:
        return SafeString("")
    name, modifier = OUTCOME_SHAPES[Outcome(outcome)]
    classes = f"{modifier} tag--big" if big else modifier
    return format_html('<span class="tag {}">{}{}</span>', classes, shape(name), Outcome(outcome).label)


@lru_cache(maxsize=4096)
def _kept(text: str) -> SafeString:
    parts = [escape(part) for part in words(text)]
    return mark_safe("<wbr>".join(parts))


@register.filter
def keep(text: object) -> SafeString:
    """A title that breaks between words only: escaped, with <wbr> from the segmenter (style class `keep`)."""
    return _kept(str(text or ""))


def _masked(escaped: str) -> str:
    return _MASK.sub(r'<span class="mask"><span class="vh">已遮盖：</span>\1</span>', escaped)


@register.filter
def masked(text: object) -> SafeString:
    """Escaped text whose mask tokens 【已遮盖：…】 become chips."""
    return mark_safe(_masked(escape(str(text or ""))))


@register.filter
def paragraphs(text: object) -> SafeString:
    """Escaped paragraphs: a blank line parts them, a single line end is a <br>; mask tokens become chips."""
    blocks = re.split(r"\n\s*\n", str(text or "").strip())
    html = (f"<p>{_masked(str(escape(b))).replace(chr(10), '<br>')}</p>" for b in blocks if b.strip())
    return mark_safe("".join(html))


def _as_date(value: Any) -> date | None:
    if isinstance(value, datetime):
        return value.astimezone(SHANGHAI).date() if value.tzinfo else value.date()
    return value if isinstance(value, date) else None


@register.filter
def cn_date(value: Any) -> str:
    """2026年5月19日"""
    day = _as_date(value)
    return f"{day.year}年{day.month}月{day.day}日" if day else ""


@register.filter
def cn_day(value: Any) -> str:
    """5月19日, with the year when it is not this one."""
    day = _as_date(value)
    if day is None:
        return ""
    this_year = timezone.now().astimezone(SHANGHAI).year
    return f"{day.month}月{day.day}日" if day.year == this_year else cn_date(day)


@register.filter
def cn_weekday(value: Any) -> str:
    """周一"""
    day = _as_date(value)
    return f"周{_WEEKDAYS[day.weekday()]}" if day else ""


@register.filter
def cn_datetime(value: Any) -> str:
    """5月19日（周一）9:00; midnight shows the day alone."""
    if not isinstance(value, datetime):
        return cn_day(value)
    local = value.astimezone(SHANGHAI)
    clock = f"{local.hour}:{local.minute:02d}" if (local.hour, local.minute) != (0, 0) else ""
    return f"{cn_day(local)}（{cn_weekday(local)}）{clock}"


@register.filter
def days_left(due: Any, unit: str = "天") -> str:
    """还有7天, 今天到期, 已逾期3天 — from a date, or from a number of days or working days already counted."""
    if isinstance(due, bool) or due is None or due == "":
        return ""
    if isinstance(due, int):
        left = due
    else:
        day = _as_date(due)
        if day is None:
            return ""
        left = (day - timezone.now().astimezone(SHANGHAI).date()).days
    if left == 0:
        return "今天到期"
    return f"还有{left}{unit}" if left > 0 else f"已逾期{-left}{unit}"


@register.filter
def thousands(value: Any) -> str:
    """2,386"""
    return f"{value:,}" if isinstance(value, int | float) else str(value)


@register.filter
def filesize_cn(value: Any) -> str:
    """1.2 MB, 860 KB"""
    size = int(value or 0)
    return f"{size / 1048576:.1f} MB" if size >= 1048576 else f"{max(size // 1024, 1)} KB"


@register.simple_tag(takes_context=True)
def query_set(context: Context, **changes: Any) -> str:
    """The present query string with some keys replaced, or removed when given "" or None. Always drops `cursor`
    unless one is given: another filter begins at the first page.
    """
    params = context["request"].GET.copy()
    params.pop("cursor", None)
    for name, value in changes.items():
        if value in ("", None):
            params.pop(name, None)
        else:
            params[name] = str(value)
    text = params.urlencode()
    return f"?{text}" if text else "?"
