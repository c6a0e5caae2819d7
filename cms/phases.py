"""Where a campaign stands, by its dates alone: nobody presses a button. Pure: moments in, phases out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from django.utils.translation import gettext as _

from suggestions import dates
from suggestions.campaign_polls import closing_words, last_day
from suggestions.clock import local_date

__all__ = [
    "Phase", "Span", "Step", "closing_words", "days_left_words", "last_day", "phase_at", "steps",
]  # fmt: skip


class Phase(StrEnum):
    """The four phases in their order."""

    PLANNED = "planned"
    OPEN = "open"
    CLOSED = "closed"
    REPORTED = "reported"

    @property
    def label(self) -> str:
        return {
            "planned": _("还没开始"), "open": _("征集中"), "closed": _("已截止，正在汇总"), "reported": _("已公布结果"),
        }[self.value]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Span:
    """A campaign's dates. `closes_at` None: it stays open until its report is out."""

    opens_at: datetime
    closes_at: datetime | None = None
    reported_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One step on the way from question to report. `state`: past, on or next."""

    name: str
    starts_on: date | None
    ends_on: date | None
    state: str = "next"

    @property
    def words(self) -> str:
        """2026年12月19日至2027年1月10日, 2027年1月2日至1月15日: the year is said once where it does not change."""
        a, b = self.starts_on, self.ends_on
        if a and b:
            return _("%(a)s至%(b)s") % {"a": _day(a), "b": _day(b, a.year)}
        if a:
            return _day(a)
        return _("%(day)s前") % {"day": _day(b)} if b else _("时间待定")


def _day(day: date, year: int = 0) -> str:
    return dates.within(day, year)


def phase_at(span: Span, moment: datetime) -> Phase:
    """The phase at a moment. The closing moment itself is closed; a published report ends the collecting."""
    if span.reported_at and span.reported_at <= moment:
        return Phase.REPORTED
    if moment < span.opens_at:
        return Phase.PLANNED
    if span.closes_at and span.closes_at <= moment:
        return Phase.CLOSED
    return Phase.OPEN


def days_left_words(closes_at: datetime, moment: datetime) -> str:
    """还有12天, 今天截止; "" when it is over."""
    left = (last_day(closes_at) - local_date(moment)).days
    if closes_at <= moment:
        return ""
    return _("还有%(n)d天") % {"n": left} if left else _("今天截止")


def steps(
    span: Span, moment: datetime, between: Sequence[Step], *, report_due_on: date | None
) -> list[Step]:
    """The steps with the collecting first and the report last, each marked past, on or next at `moment`."""
    today, phase = local_date(moment), phase_at(span, moment)
    collecting = {Phase.PLANNED: "next", Phase.OPEN: "on"}.get(phase, "past")
    closes_on = last_day(span.closes_at) if span.closes_at else None
    found = [Step(_("征集建议"), local_date(span.opens_at), closes_on, collecting)]
    for step in between:
        state = "next"
        if phase == Phase.REPORTED or (step.ends_on and step.ends_on < today):
            state = "past"
        elif phase == Phase.CLOSED and step.starts_on and step.starts_on <= today:
            state = "on"
        found.append(Step(step.name, step.starts_on, step.ends_on, state))
    reported_on = (
        local_date(span.reported_at) if phase == Phase.REPORTED and span.reported_at else None
    )
    due_on = None if reported_on else report_due_on
    found.append(Step(_("公布结果"), reported_on, due_on, "past" if reported_on else "next"))
    return found
