"""Reads the demo city's files. Texts name dates as people do, so all of them move together, in whole weeks, with the
day of seeding: week days stay true and nothing lies in the wrong year.
"""

import re
import tomllib
from dataclasses import dataclass, field, fields
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
WRITTEN_ON = date(2026, 11, 22)
"""The day the texts were written for."""

_MONTH_DAY = re.compile(r"(?<![\d年])(?:(\d{4})年)?(\d{1,2})月(\d{1,2})日")


@dataclass(frozen=True)
class Item:
    """One hand-worded suggestion; see FORMAT.md."""

    key: str
    days_ago: int
    topic: str
    title: str
    problem: str
    proposal: str
    state: str
    channel: str = "web"
    campaign: str = ""
    tags: list[str] = field(default_factory=list)
    district: str = ""
    place: str = ""
    author: str = ""
    phone: str = ""
    email: str = ""
    name_display: str = "anonymous"
    publish: bool = True
    private: list[str] = field(default_factory=list)
    category: str = "suggestion"
    supplement: str = ""
    supplement_answer: str = ""
    redirect: str = ""
    refuse: str = ""
    refuse_note: str = ""
    merged_into: str = ""
    lead: str = ""
    co: list[str] = field(default_factory=list)
    co_opinion: str = ""
    handle_days: int = 10
    sent_back: str = ""
    outcome: str = ""
    reply: str = ""
    basis: str = ""
    commitment: str = ""
    commitment_days: int = 0
    reply_contact: str = ""
    overall: str = ""
    contacted: bool = False
    solved: str = ""
    scores: list[int] = field(default_factory=list)
    comment: str = ""


@dataclass(frozen=True)
class City:
    """All files of the demo, with dates moved to a seeding day."""

    today: date

    @cached_property
    def weeks(self) -> timedelta:
        """Whole weeks between the day the texts were written for and the seeding day (rounded down)."""
        return timedelta(days=(self.today - WRITTEN_ON).days // 7 * 7)

    @property
    def base(self) -> date:
        """The day that `days_ago` counts back from: at most six days before today."""
        return WRITTEN_ON + self.weeks

    def read(self, name: str) -> dict[str, Any]:
        return tomllib.loads((HERE / name).read_text(encoding="utf-8"))

    def items(self) -> list[Item]:
        """All items, oldest first, so that merged ones find their primary."""
        known = {f.name for f in fields(Item)}
        found = []
        for path in sorted((HERE / "items").glob("*.toml")):
            for row in tomllib.loads(path.read_text(encoding="utf-8"))["item"]:
                found.append(Item(**{k: self.moved(v) for k, v in row.items() if k in known}))
        return sorted(found, key=lambda i: (-i.days_ago, i.state == "merged", i.key))

    def moved(self, value: Any) -> Any:
        """A text whose dates like 5月19日 are moved by the same whole weeks; anything else as it is."""
        if not isinstance(value, str) or not self.weeks:
            return value.strip() if isinstance(value, str) else value
        return _MONTH_DAY.sub(self._shift, value).strip()

    def _shift(self, match: re.Match[str]) -> str:
        year, month, day = match.groups()
        try:
            then = date(int(year or WRITTEN_ON.year), int(month), int(day)) + self.weeks
        except ValueError:
            return match.group(0)
        return f"{f'{then.year}年' if year else ''}{then.month}月{then.day}日"
