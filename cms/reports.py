"""By when a campaign's result is owed when its editor named no day (SH 12; process.md 13.17)."""

from datetime import date, datetime

from cms.phases import last_day
from suggestions import clock
from suggestions.services import clock_rules

RULE = "KR"


def due_on(closes_at: datetime) -> date:
    """The last day for the result of a campaign that closes at this moment: rule KR, from its last day on."""
    rule = clock_rules.current_rule(RULE).as_rule()
    return clock.due(rule, last_day(closes_at), clock_rules.workdays()).on


def days() -> int:
    """How many days the rule gives, for the editors' help."""
    return clock_rules.current_rule(RULE).length
