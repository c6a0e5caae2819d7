"""How words, dates and numbers look on a page: pure functions behind the template filters.

What comes in may be anything a person typed, so everything that goes out as markup is escaped first.
"""

import html
import re
from datetime import date, datetime, time
from functools import lru_cache
from typing import Any

from django.utils import timezone
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeData, SafeString, mark_safe
from django.utils.translation import gettext as _

from search import analysis
from suggestions import dates

# What suggestions.insight.redaction writes in place of personal data.
_MASK = re.compile(r"(【已遮盖：[^【】]{1,8}】)")
_TAG = re.compile(r"(<[^<>]*>)")
_BLANK_LINES = re.compile(r"\n[^\S\n]*(?:\n[^\S\n]*)+")
_LONGEST_TITLE = 400  # longer texts are prose: they may break anywhere, and segmenting them costs


def keep(value: object) -> SafeString:
    """The text escaped, with `<wbr>` between its words, for elements with the class `keep`.

    Markup that is already safe (a highlighted title) keeps its tags; only the text between them is cut.
    """
    if isinstance(value, SafeData):
        pieces = _TAG.split(str(value))
        return mark_safe(
            "".join(
                piece if at % 2 else _with_breaks(html.unescape(piece))
                for at, piece in enumerate(pieces)
            )
        )
    return mark_safe(_with_breaks("" if value is None else str(value)))


@lru_cache(maxsize=4096)
def _with_breaks(text: str) -> str:
    if len(text) > _LONGEST_TITLE:
        return escape(text)
    parts: list[str] = []
    for at, piece in enumerate(_MASK.split(text)):
        # A mask token is one word whatever the segmenter thinks, or `masked` would not find it again.
        parts += [piece] if at % 2 else analysis.words(piece)
    return "<wbr>".join(escape(part) for part in parts if part)


def span(value: object) -> SafeString:
    """A span of time, 2026年10月19日至12月10日, escaped; in an element with the class `keep` it breaks behind 至 alone."""
    return mark_safe(escape("" if value is None else value).replace("至", "至<wbr>"))


def masked(value: object) -> SafeString:
    """The text with each mask token turned into the dark chip that a screen reader reads as 已遮盖."""
    text = str(value) if isinstance(value, SafeData) else escape("" if value is None else value)
    return mark_safe(_MASK.sub(_chip, text))


def _chip(found: re.Match[str]) -> str:
    kind = found[0].removeprefix("【已遮盖：").removesuffix("】")
    return f'<span class="mask"><span class="vh">{_("已遮盖：")}</span>{kind}</span>'


def paragraphs(value: object) -> SafeString:
    """The text escaped, mask tokens as chips: a blank line parts `<p>`s, a single line break is a `<br>`."""
    text = ("" if value is None else str(value)).replace("\r\n", "\n").replace("\r", "\n").strip()
    if not text:
        return SafeString("")
    return format_html_join("\n", "<p>{}</p>", ((_lines(p),) for p in _BLANK_LINES.split(text)))


def _lines(text: str) -> SafeString:
    lines = (line.strip() for line in text.split("\n"))
    return format_html_join(SafeString("<br>"), "{}", ((masked(line),) for line in lines if line))


def day_of(value: object) -> date | None:
    """The local calendar day of a date or a moment; None for anything else."""
    if isinstance(value, datetime):
        return timezone.localtime(value).date() if timezone.is_aware(value) else value.date()
    return value if isinstance(value, date) else None


def cn_date(value: object) -> str:
    """2026年5月19日, or 19 May 2026; "" for no date."""
    day = day_of(value)
    return dates.whole(day) if day else ""


def cn_day(value: object, today: date | None = None) -> str:
    """5月19日 or 19 May, with its year when that is not the present one; "" for no date."""
    day = day_of(value)
    return dates.within(day, (today or timezone.localdate()).year) if day else ""


def cn_weekday(value: object) -> str:
    """周一 or Mon; "" for no date."""
    day = day_of(value)
    return dates.weekday(day) if day else ""


def cn_on(value: object, hour: object = None) -> str:
    """2026年5月19日（周二）, or Tue 19 May 2026; with an hour 2026年5月19日（周二）9:00, Tue 19 May 2026, 9:00; "" for no date."""
    day = day_of(value)
    if day is None:
        return ""
    words = dates.with_weekday(dates.whole(day), day)
    if not isinstance(hour, time):
        return words
    return f"{words}{', ' if dates.is_english() else ''}{hour.hour}:{hour.minute:02}"


def cn_datetime(value: object, today: date | None = None) -> str:
    """5月19日（周一）9:00 or Mon 19 May, 9:00 in local time; "" for no date.

    A bare date has no hour, and midnight shows the day alone: it stands for a day without a known hour.
    """
    day = day_of(value)
    if day is None:
        return ""
    words = dates.with_weekday(cn_day(day, today), day)
    if not isinstance(value, datetime):
        return words
    local = timezone.localtime(value) if timezone.is_aware(value) else value
    if (local.hour, local.minute) == (0, 0):
        return words
    return f"{words}{', ' if dates.is_english() else ''}{local.hour}:{local.minute:02}"


def days_left(value: object, unit: str = "天", today: date | None = None) -> str:
    """还有7天, 今天到期, 已逾期3天: from a due date in calendar days, or from days already counted.

    Working days are counted by suggestions.clock; pass their number and `unit`, 个工作日. "" for nothing.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        left = value
    else:
        day = day_of(value)
        if day is None:
            return ""
        left = (day - (today or timezone.localdate())).days
    if left == 0:
        return _("今天到期")
    words = _("还有%(number)s%(unit)s") if left > 0 else _("已逾期%(number)s%(unit)s")
    return words % {"number": thousands(abs(left)), "unit": counted_unit(left, unit)}


def counted_unit(number: int, unit: str) -> str:
    """天, 个工作日 as they stand; in English days or working days, and day for one."""
    named = _(unit)
    return named.removesuffix("s") if dates.is_english() and abs(number) == 1 else named


def filesize_cn(value: object) -> str:
    """1.2 MB, 860 KB, from bytes; "" for what is no number."""
    if not isinstance(value, int):
        return ""
    return f"{value / 1048576:.1f} MB" if value >= 1048576 else f"{max(value // 1024, 1)} KB"


def thousands(value: Any) -> str:
    """2386 as 2,386; what is no number is shown as it is."""
    if isinstance(value, bool) or value is None:
        return "" if value is None else str(value)
    if isinstance(value, str):
        value = int(value) if re.fullmatch(r"-?[0-9]{1,18}", value) else value
    return f"{value:,}" if not isinstance(value, str) else value


def telephone(value: object) -> SafeString:
    """A telephone number as a link that dials; "" for none."""
    shown = "" if value is None else str(value).strip()
    digits = re.sub(r"[^0-9+]", "", shown)
    if not digits:
        return format_html("{}", shown)
    return format_html('<a class="nb" href="tel:{}">{}</a>', digits, shown)
