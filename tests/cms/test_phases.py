"""Opening, closing and reporting by date alone."""

from datetime import date, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cms.phases import Phase, Span, Step, closing_words, days_left_words, last_day, phase_at, steps
from suggestions.clock import SHANGHAI

OPENS = datetime(2026, 11, 2, 9, tzinfo=SHANGHAI)
CLOSES = datetime(2026, 12, 1, 0, tzinfo=SHANGHAI)
REPORTS = datetime(2027, 1, 5, 10, tzinfo=SHANGHAI)
SECOND = timedelta(seconds=1)
SPAN = Span(OPENS, CLOSES, REPORTS)


def test_a_campaign_opens_at_its_moment_and_closes_at_its_moment() -> None:
    assert phase_at(SPAN, OPENS - SECOND) == Phase.PLANNED
    assert phase_at(SPAN, OPENS) == Phase.OPEN
    assert phase_at(SPAN, CLOSES - SECOND) == Phase.OPEN
    assert phase_at(SPAN, CLOSES) == Phase.CLOSED
    assert phase_at(SPAN, REPORTS) == Phase.REPORTED


def test_a_standing_call_stays_open_until_its_report() -> None:
    span = Span(OPENS, None, REPORTS)
    assert phase_at(span, CLOSES + timedelta(days=20)) == Phase.OPEN
    assert phase_at(span, REPORTS) == Phase.REPORTED


# A busy machine is no finding.
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(st.integers(-10_000, 100_000), min_size=2, max_size=8))
def test_phases_never_go_back_in_time(minutes: list[int]) -> None:
    order = list(Phase)
    found = [order.index(phase_at(SPAN, OPENS + timedelta(minutes=m))) for m in sorted(minutes)]
    assert found == sorted(found)


def test_closing_at_midnight_is_said_as_24_of_the_day_before() -> None:
    assert last_day(CLOSES) == date(2026, 11, 30)
    assert closing_words(CLOSES) == "11月30日24:00截止"
    assert closing_words(CLOSES.replace(hour=18)) == "12月1日18:00截止"


def test_the_last_day_says_today_and_not_zero_days() -> None:
    assert days_left_words(CLOSES, datetime(2026, 11, 30, 8, tzinfo=SHANGHAI)) == "今天截止"
    assert days_left_words(CLOSES, datetime(2026, 11, 29, 23, 59, tzinfo=SHANGHAI)) == "还有1天"
    assert days_left_words(CLOSES, CLOSES) == ""


def test_steps_show_what_is_past_what_runs_and_what_comes() -> None:
    between = [
        Step("汇总论证", date(2026, 12, 1), date(2026, 12, 20)),
        Step("会议决定", date(2026, 12, 25), None),
    ]
    due = date(2027, 1, 10)

    def states(moment: datetime) -> list[str]:
        return [s.state for s in steps(SPAN, moment, between, report_due_on=due)]

    assert states(OPENS - SECOND) == ["next", "next", "next", "next"]
    assert states(OPENS) == ["on", "next", "next", "next"]
    assert states(CLOSES) == ["past", "on", "next", "next"]
    assert states(datetime(2026, 12, 26, 9, tzinfo=SHANGHAI)) == ["past", "past", "on", "next"]
    assert states(REPORTS) == ["past", "past", "past", "past"]


def test_a_step_says_the_year_once_where_it_does_not_change() -> None:
    assert Step("a", date(2027, 1, 2), date(2027, 1, 15)).words == "2027年1月2日至1月15日"
    assert Step("a", date(2026, 12, 20), date(2027, 1, 5)).words == "2026年12月20日至2027年1月5日"
    assert Step("a", None, date(2027, 1, 5)).words == "2027年1月5日前"
    assert Step("a", None, None).words == "时间待定"
