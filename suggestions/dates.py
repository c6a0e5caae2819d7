"""Days in the words of the page's language: 2026年5月19日 or 19 May 2026. Pure, but for the language that is active."""

from datetime import date

from django.utils.translation import get_language

_WEEKDAYS = "一二三四五六日"
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")  # fmt: skip


def is_english() -> bool:
    """Whether the page is an English one; dates and numbers then follow its habits."""
    return get_language() == "en"


def whole(day: date) -> str:
    """2026年5月19日, 19 May 2026."""
    return f"{short(day)} {day.year}" if is_english() else f"{day.year}年{short(day)}"


def short(day: date) -> str:
    """5月19日, 19 May."""
    return f"{day.day} {_MONTHS[day.month - 1]}" if is_english() else f"{day.month}月{day.day}日"


def month(day: date) -> str:
    """2026年5月, May 2026."""
    return f"{_MONTHS[day.month - 1]} {day.year}" if is_english() else f"{day.year}年{day.month}月"


def year(number: int | str) -> str:
    """2026年, 2026."""
    return str(number) if is_english() else f"{number}年"


def within(day: date, year: int) -> str:
    """The day without its year when that is `year`, which the reader knows."""
    return short(day) if day.year == year else whole(day)


def weekday(day: date) -> str:
    """周一, Mon."""
    return _DAYS[day.weekday()] if is_english() else f"周{_WEEKDAYS[day.weekday()]}"


def with_weekday(shown: str, day: date) -> str:
    """5月19日（周一）, Mon 19 May."""
    return f"{weekday(day)} {shown}" if is_english() else f"{shown}（{weekday(day)}）"
